"""Every error is Python's own kind, one line, with what was given and what is allowed."""
import importlib.util
import os
import re
import signal
import threading
import time

import pytest

import fasc


def one_line(error):
    assert "\n" not in str(error.value) and str(error.value)
    return str(error.value)


def test_missing_file():
    with pytest.raises(FileNotFoundError) as error:
        fasc.analyze("no/such/clip.mp4")
    assert "no/such/clip.mp4" in one_line(error)


def test_names_of_files_need_not_be_utf8(tmp_path, founding):
    odd = os.fsencode(tmp_path) + b"/\xff\xfe.mp4"
    with pytest.raises(FileNotFoundError) as error:
        fasc.analyze(os.fsdecode(odd))
    assert os.fsdecode(b"\xff\xfe.mp4") in one_line(error)
    os.symlink(founding, odd)
    assert fasc.analyze(os.fsdecode(odd), "left", to_s=0.5).clip.frames == 15
    with pytest.raises(ValueError, match="null character"):
        fasc.analyze(f"{founding}\0.mp4")


@pytest.mark.parametrize("content", [b"", b"junk" * 1000, b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 200])
def test_not_a_clip(tmp_path, content):
    path = tmp_path / "bad.mp4"
    path.write_bytes(content)
    with pytest.raises(fasc.ClipError) as error:
        fasc.analyze(path)
    assert "bad.mp4" in one_line(error)
    assert isinstance(error.value, OSError)


def test_region_outside_names_the_frame(founding, analysis):
    with pytest.raises(ValueError) as error:
        fasc.analyze(founding, (100000, 0, 50, 50))
    message = one_line(error)
    assert str(analysis.clip.width) in message and str(analysis.clip.height) in message


@pytest.mark.parametrize(
    "options, message",
    [
        (dict(target=(1, 2, 3)), "target"),
        (dict(target="nonsense"), "nonsense"),
        (dict(mm_per_px=-1.0), "-1"),
        (dict(mm_per_px=(0.1, 0.1, 0.1)), "0.1"),
        (dict(from_s=5.0, to_s=2.0), "5"),
        (dict(threads=-2), "-2"),
        (dict(bursts={"threshold": -1.0}), "threshold"),
        (dict(flow={"method": "magic"}), "magic"),
        (dict(time_s=[0, 1]), "time_s"),
        (dict(target_muscle="heart"), 'target_muscle: muscle is "heart"; allowed: tongue'),
        (dict(control_side="up"), 'control_side: side is "up"; allowed: left, right'),
        (dict(grade_bins=[3, 2]), 'grade_bins is "3,2"; allowed'),
        (dict(presence={"events": 0}), "presence events is 0"),
    ],
)
def test_values_out_of_range(founding, options, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        fasc.analyze(founding, **{"target": "left", **options})


@pytest.mark.parametrize(
    "options",
    [
        dict(path_or_frames=17),
        dict(path_or_frames=None),
        dict(path_or_frames=b"clip.mp4"),
        dict(target=5),
        dict(target={"x": 1}),
        dict(control_clip=3),
        dict(mm_per_px="0.1".encode()),
        dict(threads="two"),
        dict(from_s=None),
        dict(bursts=3),
        dict(bursts={"no_such_option": 1}),
        dict(progress=3),
        dict(no_such_keyword=1),
    ],
)
def test_wrong_kinds(founding, options):
    with pytest.raises(TypeError):
        fasc.analyze(**{"path_or_frames": founding, "target": "left", **options})


def test_unknown_option_names_the_options():
    with pytest.raises(TypeError, match="BurstOptions has no option 'treshold'; it has threshold, edge_threshold"):
        fasc.BurstOptions(treshold=1)


def test_unwritable_output(short, tmp_path):
    a = fasc.analyze(**short)
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OSError) as error:
        a.save(tmp_path / "file")
    assert "file" in one_line(error)
    with pytest.raises(OSError):
        a.annotate(tmp_path / "file" / "a.mp4")
    with pytest.raises(ValueError, match="motion is 'colour', 'arrows' or 'none', but got 'plaid'"):
        a.annotate(tmp_path / "a.mp4", motion="plaid")


def test_progress_is_told_from_zero_to_one(short):
    seen = []
    fasc.analyze(**short, progress=lambda done, stage: seen.append((done, stage)))
    assert seen and all(0 <= done <= 1 and isinstance(stage, str) for done, stage in seen)
    assert [d for d, _ in seen] == sorted(d for d, _ in seen)


def test_progress_false_cancels(founding):
    calls = []

    def stop(done, stage):
        calls.append(done)
        return False

    with pytest.raises(KeyboardInterrupt):
        fasc.analyze(founding, "left", progress=stop)
    assert len(calls) == 1


def test_what_progress_raises_comes_through(founding):
    def broken(done, stage):
        raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError, match="mine"):
        fasc.analyze(founding, "left", progress=broken)


def test_progress_true(short, capsys):
    fasc.analyze(**short, progress=True)
    said = capsys.readouterr()
    assert said.out == ""
    if importlib.util.find_spec("tqdm"):
        assert "100 %" in said.err.split("\r")[-1]
    with pytest.raises(ValueError, match="auto"):
        fasc.analyze(**{**short, "target": "auto"}, progress=True)
    assert "100 %" not in capsys.readouterr().err


def test_ctrl_c_interrupts(founding):
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background may start with it ignored
    timer = threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        for _ in range(200):
            fasc.analyze(founding, "left")
    timer.join()
    signal.signal(signal.SIGINT, before)


def test_other_threads_run_meanwhile(founding):
    """The GIL is free while the library works: another thread goes on counting."""
    ticks, done = [], threading.Event()

    def count():
        while not done.is_set():
            ticks.append(time.perf_counter())
            time.sleep(0.002)

    thread = threading.Thread(target=count)
    thread.start()
    start = time.perf_counter()
    fasc.analyze(founding, "left", threads=1)
    length = time.perf_counter() - start
    done.set()
    thread.join()
    longest = max(b - a for a, b in zip(ticks, ticks[1:]))
    assert longest < max(0.1, 0.5 * length)


def test_several_threads_agree(founding):
    results = [None] * 4

    def work(i):
        results[i] = fasc.analyze(founding, "left", to_s=3.0).to_json()

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert results[0] is not None and len(set(results)) == 1


def test_simulate_and_batch(tmp_path, program):
    scene = {"seed": 7, "duration_s": 2.0, "fps": 25, "panels": [{"twitches": [{"onset_s": 1.0}]}]}
    (tmp_path / "clips").mkdir()
    fasc.simulate(scene, tmp_path / "clips" / "one.mp4")
    assert (tmp_path / "clips" / "one.json").exists()
    (tmp_path / "clips" / "bad.mp4").write_bytes(b"junk")
    items = {i.file: i for i in fasc.batch(tmp_path / "clips", tmp_path / "out", video=False)}
    assert items["one.mp4"].status == "done" and items["bad.mp4"].status == "failed" and items["bad.mp4"].reason
    assert (tmp_path / "out" / items["one.mp4"].folder / "result.json").exists()
    with pytest.raises(ValueError, match="no_such_key"):
        fasc.simulate({"no_such_key": 1}, tmp_path / "x.mp4")


def test_shard_is_two_whole_numbers(tmp_path):
    (tmp_path / "in").mkdir()
    for shard in [3, "1/2", (1,), (0.5, 2)]:
        with pytest.raises(ValueError, match=r"shard is \(i, n\)"):
            fasc.batch(tmp_path / "in", tmp_path / "out", shard=shard)
    with pytest.raises(ValueError, match="allowed: 1/N to N/N"):
        fasc.batch(tmp_path / "in", tmp_path / "out", shard=(3, 2))
    assert fasc.batch(tmp_path / "in", tmp_path / "out", shard=(2, 2)) == []
