"""fasc.open: frames by number and by time, as views that stay valid."""
import gc
import threading

import numpy as np
import pytest

import fasc


@pytest.fixture(scope="module")
def pictures(founding):
    return np.stack([frame.gray for frame in fasc.ClipReader(founding)])


def test_length_times_and_frames(founding, pictures, analysis):
    with fasc.open(founding) as clip:
        assert len(clip) == len(pictures) == analysis.clip.frames
        assert np.array_equal(clip.time_s, analysis.target.trace.time_s) and not clip.time_s.flags.writeable
        assert (clip.width, clip.height, clip.codec, clip.sha256) == (666, 294, "h264", analysis.clip.sha256)
        assert clip.name == founding.name and clip.mm_per_px is None and clip.complete and clip.problems == []
        assert clip.duration_s == pytest.approx(analysis.clip.duration_s)
        for i in (0, 5, 599, 3, -1, -600, np.int64(77)):
            assert np.array_equal(clip[i], pictures[i]), i
        assert sum(1 for _ in clip) == len(clip)
        assert all(np.array_equal(a, b) for a, b in zip(clip, pictures))
        assert np.array_equal(clip[10:40:7], pictures[10:40:7]) and np.array_equal(clip[5:2:-1], pictures[5:2:-1])
        assert clip[4:4].shape == (0, 294, 666)
        frame = clip.frame(0)
        assert frame.key and frame.picture == "intra" and frame.time_s == 0


def test_the_picture_shown_at_a_time(founding, pictures):
    clip = fasc.open(founding)
    for time_s, index in ((0, 0), (0.0333, 0), (0.0334, 1), (1.0, 30), (19.99, 599), (clip.time_s[299], 299)):
        assert np.array_equal(clip.at(time_s), pictures[index]), time_s
    for time_s in (-0.001, 20.01, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="time_s is .*; allowed for calf_and_control_30fps.mp4: 0 to below 20 s"):
            clip.at(time_s)
    with pytest.raises(TypeError, match="number in seconds"):
        clip.at("1")


def test_views_stay_valid(founding, pictures):
    clip = fasc.open(founding)
    views = {i: clip[i] for i in range(0, 600, 50)}
    assert not views[0].flags.writeable and views[0].dtype == np.uint8 and views[0].flags.owndata is False
    clip.close()
    del clip
    gc.collect()
    fasc.analyze(founding, "left", to_s=2)  # other memory is written meanwhile
    for i, view in views.items():
        assert np.array_equal(view, pictures[i])
    with pytest.raises(ValueError):
        views[0][0, 0] = 1


def test_closed_and_out_of_range(founding):
    clip = fasc.open(founding)
    with pytest.raises(IndexError, match="frame 600 of calf_and_control_30fps.mp4; allowed: 0 to 599, or negative from the end"):
        clip[600]
    with pytest.raises(IndexError):
        clip[-601]
    with pytest.raises(TypeError):
        clip["1"]
    clip.close()
    clip.close()
    assert clip.closed and "closed" in repr(clip)
    for ask in (lambda: clip[0], lambda: len(clip), lambda: clip.time_s, lambda: clip.at(0), lambda: next(iter(clip)), clip.__enter__):
        with pytest.raises(ValueError, match="is closed; open it again with fasc.open"):
            ask()
    with pytest.raises(FileNotFoundError):
        fasc.open("no/such.mp4")
    with pytest.raises(TypeError, match="path is a path"):
        fasc.open(3)


def test_colour_and_analysis_of_an_open_clip(founding):
    with fasc.open("sample_data/camera_calf_30fps.mp4", colour=True) as clip:
        assert clip[0].shape == (clip.height, clip.width, 3) and clip[1:3].shape == (2, clip.height, clip.width, 3)
        skin = clip[0][clip.height // 2, clip.width // 2]
        assert skin[0] > skin[2]  # R before B: skin is redder than blue
    with fasc.open(founding) as clip:
        assert fasc.analyze(clip, "left", to_s=1).to_json() == fasc.analyze(founding, "left", to_s=1).to_json()


def test_dicom(clips):
    files = sorted((clips / "dicom").glob("*.dcm")) if (clips / "dicom").is_dir() else sorted(clips.rglob("*.dcm"))
    if not files:
        pytest.skip("no DICOM clips")
    opened = 0
    for file in files:
        try:
            clip = fasc.open(file, fps=30)
            count = len(clip)
        except fasc.ClipError:
            continue
        opened += 1
        frames = list(fasc.ClipReader(file, fps=30))
        assert count == len(frames) and np.array_equal(clip.time_s, [f.time_s for f in frames])
        assert np.array_equal(clip[count - 1], frames[-1].gray) and np.array_equal(clip.at(0), frames[0].gray)
        if opened == 3:
            break
    assert opened > 0


def test_from_several_threads(founding, pictures):
    clip, wrong = fasc.open(founding), []

    def look(seed):
        for i in np.random.default_rng(seed).integers(0, 120, 12):
            if not np.array_equal(clip[int(i)], pictures[i]):
                wrong.append(i)

    threads = [threading.Thread(target=look, args=(seed,)) for seed in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
