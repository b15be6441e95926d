"""What people do by mistake: each gets one line that says what was given and what is allowed, and no recording is lost."""
import copy
import pathlib
import pickle
import shutil
import tempfile

import numpy as np
import pytest

import fasc

CALF = "sample_data/calf_and_control_30fps.mp4"
FRAMES = np.zeros((5, 96, 120), np.uint8)
TIMES = np.arange(5) / 30


@pytest.fixture(scope="module")
def short_analysis():
    return fasc.analyze(CALF, "left", to_s=2)


def test_the_clip_is_never_overwritten(tmp_path):
    calf = tmp_path / "calf.mp4"
    shutil.copy(CALF, calf)
    link = tmp_path / "link.mp4"
    link.symlink_to(calf)
    control = tmp_path / "control.mp4"
    shutil.copy(CALF, control)
    a = fasc.analyze(calf, "left", to_s=1, control_clip=control, control="right")
    before = calf.read_bytes()
    for out in (calf, link, control):
        with pytest.raises(ValueError, match="which is the clip itself; allowed: another file"):
            a.annotate(out)
    assert calf.read_bytes() == before and control.read_bytes() == before and link.is_symlink()


@pytest.mark.parametrize(
    "work, kind, message",
    [
        (lambda: fasc.batch(CALF, "out"), ValueError, "not a list of clips"),
        (lambda: fasc.batch({"clip": CALF}, "out"), TypeError, "the column clip is a list with one entry per clip, but got 'sample_data"),
        (lambda: fasc.batch({"clip": [None]}, "out"), ValueError, "clip 0 is empty"),
        (lambda: fasc.batch([CALF, ""], "out"), ValueError, "clip 1 is a path, but got an empty text"),
        (lambda: fasc.merge("out", "joined"), TypeError, "folders is a list of batches' output folders, but got str"),
        (lambda: fasc.merge(None, "joined"), TypeError, "folders is a list of batches' output folders, but got NoneType"),
        (lambda: fasc.analyze(FRAMES, time_s=(TIMES * 1000).astype("m8[ms]")), TypeError, "time_s is numbers in s, but got timedelta64[ms]"),
        (lambda: fasc.Trace((TIMES * 1000).astype("m8[ms]"), TIMES), TypeError, "time_s is numbers, shape (n,), but got timedelta64[ms]"),
        (lambda: fasc.analyze(FRAMES, time_s=TIMES + 0j), TypeError, "complex128"),
        (lambda: fasc.analyze(np.ma.masked_less(FRAMES, 1), time_s=TIMES), ValueError, "frame 0 has masked pixels"),
        (lambda: fasc.analyze([CALF]), TypeError, "a clip's file is given alone"),
        (lambda: fasc.analyze({}), TypeError, "but got dict"),
        (lambda: fasc.measure(FRAMES[:0], time_s=[]), ValueError, "no frame was given"),
        (lambda: fasc.analyze(CALF, mm_per_px=10**400), ValueError, "too large"),
        (lambda: fasc.analyze(CALF, (10**400, 0, 5, 5)), ValueError, "too large"),
        (lambda: fasc.analyze(CALF, max_decoded_bytes=10), fasc.ClipError, "(max_decoded_bytes=)"),
        (lambda: fasc.agreement([1], [1], "ten"), TypeError, "observed is a number or a list of stretches [(from, to), ...] in s, but got 'ten'"),
        (lambda: fasc.agreement([1], [1], [(1, 2, 3)]), TypeError, "but got [(1, 2, 3)]"),
        (lambda: fasc.agreement([1], [1], 10, from_s="a"), TypeError, "from_s is a number, but got str"),
        (lambda: fasc.open(""), ValueError, "path is a path, but got an empty text"),
        (lambda: fasc.open("a\nb.mp4"), FileNotFoundError, "a b.mp4: no such file"),
        (lambda: fasc.open(CALF)[1.0], TypeError, "a frame's place is a whole number or a slice, but got float"),
        (lambda: fasc.load(CALF), fasc.ClipError, "a file; allowed is a folder"),
        (lambda: fasc.load("nowhere"), FileNotFoundError, "allowed is a folder that"),
        (lambda: pickle.dumps(fasc.open(CALF)), TypeError, "open it there with fasc.open"),
    ],
)
def test_mistakes_are_named(work, kind, message):
    with pytest.raises(kind) as error:
        work()
    assert message in str(error.value) and "\n" not in str(error.value)
    assert not pathlib.Path("out").exists()


def test_results_are_not_pickled_and_say_what_keeps_them(short_analysis):
    for work in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError, match=r"save\(dir\) and fasc\.load\(dir\) keep an Analysis"):
            work(short_analysis)
    with pytest.raises(TypeError, match="bursts is a list of fasc.Burst, but got int"):
        fasc.compare(short_analysis.target, short_analysis.target, bursts=5)
    with pytest.raises(ValueError, match="read-only"):
        short_analysis.target.speed[1] = 5


def test_numbers_of_numpy_are_numbers():
    for observed in (10, 10.0, np.int64(10), np.float32(10)):
        assert fasc.agreement([1.0], [1.1], observed).matched == 1
    assert fasc.analyze(CALF, "left", to_s=1, mm_per_px=np.array(0.1)).clip.mm_per_px == 0.1


def test_frames_and_tables_of_other_kinds():
    stripes = fasc.simulate({"duration_s": 2}).frames
    times = np.arange(len(stripes)) / 30
    assert fasc.analyze(memoryview(stripes), time_s=times).to_json() == fasc.analyze(stripes, time_s=times).to_json()
    polars = pytest.importorskip("polars")
    with tempfile.TemporaryDirectory() as out:
        items = fasc.batch(polars.DataFrame({"clip": [CALF], "patient": ["P1"]}), out, target="left", to_s=1, video=False)
        assert [(item.status, item.patient) for item in items] == [("done", "P1")]


def test_an_open_clip_keeps_its_frame_rate(clips, tmp_path):
    source = clips / "real" / "pydicom_cardiac_30frames.dcm"
    if not source.exists():
        pytest.skip(f"{source.name} is not in FASC_CLIPS")
    file = tmp_path / "notime.dcm"
    file.write_bytes(source.read_bytes().replace(b"\x18\x00\x63\x10", b"\x18\x00\x64\x10"))  # FrameTime becomes an unknown element
    with pytest.raises(fasc.ClipError, match=r"give the frame rate with fps=$"):
        fasc.open(file)
    clip = fasc.open(file, fps=30)
    assert fasc.analyze(clip).clip.duration_s == pytest.approx(1.0)
    assert fasc.still_pictures(clip).frames == 30
