"""Frames in memory: the same as from a file, and refused with a reason where they are not what they must be."""
import numpy as np
import pytest

import fasc


@pytest.fixture(scope="module")
def stack(founding):
    frames = list(fasc.ClipReader(founding, to_s=2.0))
    return np.stack([f.gray for f in frames]), np.array([f.time_s for f in frames])


def test_reader_gives_frames(founding, analysis):
    reader = fasc.ClipReader(founding)
    frames = list(reader)
    assert len(frames) == analysis.clip.frames and reader.complete
    assert frames[0].gray.shape == (reader.height, reader.width) == (analysis.clip.height, analysis.clip.width)
    assert frames[0].gray.dtype == np.uint8 and not frames[0].gray.flags.writeable
    assert [f.time_s for f in frames] == analysis.target.trace.time_s.tolist()
    assert frames[0].picture == "intra" and frames[0].index == 0


def test_frames_in_memory_measure_as_the_file_does(stack, founding):
    pictures, time_s = stack
    from_file = fasc.analyze(founding, "left", to_s=2.0)
    from_memory = fasc.analyze(pictures, "left", time_s=time_s)
    measured = np.isfinite(from_file.target.trace.energy) & np.isfinite(from_memory.target.trace.energy)
    assert measured.sum() >= 50
    assert np.array_equal(from_file.target.trace.energy[measured], from_memory.target.trace.energy[measured])
    assert from_memory.clip.path == "frames" and from_memory.clip.frames == len(pictures)


def test_forms_of_frames_agree(stack):
    pictures, time_s = stack
    expected = fasc.analyze(pictures, "left", time_s=time_s).to_json()
    assert fasc.analyze(list(pictures), "left", time_s=time_s.tolist()).to_json() == expected
    assert fasc.analyze((p for p in pictures), "left", time_s=tuple(time_s)).to_json() == expected
    assert fasc.analyze(np.repeat(pictures[..., None], 3, axis=3), "left", time_s=time_s).to_json() == expected
    strided = np.empty((*pictures.shape, 2), np.uint8)[..., 0]
    strided[...] = pictures
    assert fasc.analyze(strided, "left", time_s=time_s).to_json() == expected


def test_frames_have_no_file_to_annotate(stack, tmp_path):
    pictures, time_s = stack
    a = fasc.analyze(pictures, "left", time_s=time_s)
    with pytest.raises(ValueError, match="no clip's file"):
        a.annotate(tmp_path / "a.mp4")


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda p, t: (p, None), "need time_s="),
        (lambda p, t: (p, t[:-1]), r"one entry per frame, shape \(60,\), but got shape \(59,\)"),
        (lambda p, t: (p, t[::-1]), "rises from frame to frame, but entry 0"),
        (lambda p, t: (p, np.zeros(len(p))), "rises from frame to frame"),
        (lambda p, t: (p, np.where(t > 1, np.nan, t)), "finite, but entry"),
        (lambda p, t: (p.astype(np.float32), t), "frames are uint8, but frame 0 is float32"),
        (lambda p, t: (p[..., None], t), r"has \(\d+, \d+, 1\)"),
        (lambda p, t: (p[0], t), "but got shape"),
        (lambda p, t: ([*p[:-1], p[0][:-2]], t), "one shape"),
        (lambda p, t: (p[:, :0], t), "has pixels"),
        (lambda p, t: (p, "abc"), "one number per frame"),
    ],
)
def test_wrong_frames_are_refused(stack, change, message):
    pictures, time_s = change(*stack)
    with pytest.raises(ValueError, match=message):
        fasc.analyze(pictures, "left", time_s=time_s)


def test_too_few_frames(stack):
    pictures, time_s = stack
    for count in (0, 1):
        with pytest.raises((fasc.ClipError, ValueError)):
            fasc.analyze(pictures[:count], (10, 10, 100, 100), time_s=time_s[:count])


def test_frames_are_not_changed(stack):
    pictures, time_s = stack
    before = pictures.copy()
    fasc.analyze(pictures, "left", time_s=time_s)
    assert np.array_equal(before, pictures)


def test_flow_between_two_pictures():
    rng = np.random.default_rng(1)
    big = np.kron(rng.integers(0, 255, (40, 40)), np.ones((4, 4))).astype(np.uint8)
    moved = fasc.flow(big[10:138, 10:138].copy(), big[10:138, 8:136].copy())
    assert moved.shape == (128, 128, 2) and moved.dtype == np.float32
    assert np.median(moved[20:-20, 20:-20, 0]) == pytest.approx(2, abs=0.2)
    assert np.median(moved[20:-20, 20:-20, 1]) == pytest.approx(0, abs=0.2)
