"""Regions drawn in ImageJ: bytes laid out by hand after RoiDecoder.java."""
import struct

import pytest

import fasc
from fasc import imagej


def header(kind, box=(0, 0, 0, 0), count=0, version=227, floats=(0, 0, 0, 0), composite=0, options=0, arc=0):
    top, left, bottom, right = box
    data = b"Iout" + struct.pack(">hBx4hH4f", version, kind, top, left, bottom, right, count, *floats)
    data += struct.pack(">h", 0) + struct.pack(">i", composite) + bytes(8) + struct.pack(">hhhh", 0, options, 0, arc) + bytes(8)
    assert len(data) == 64
    return data


def polygon(kind, points, left=0, top=0, fine=()):
    xs, ys = zip(*points)
    data = header(kind, (top, left, top + max(ys), left + max(xs)), len(points), options=128 if fine else 0)
    data += struct.pack(f">{len(xs)}h", *xs) + struct.pack(f">{len(ys)}h", *ys)
    if fine:
        data += struct.pack(f">{len(fine)}f", *(x for x, _ in fine)) + struct.pack(f">{len(fine)}f", *(y for _, y in fine))
    return data


def test_rectangle(founding, tmp_path):
    file = tmp_path / "muscle.roi"
    file.write_bytes(header(1, (91, 20, 237, 284)))
    assert fasc.read_roi(file).polygon == [(20, 91), (284, 91), (284, 237), (20, 237)]
    a = fasc.analyze(founding, target=file, control=str(file), to_s=2.0)
    assert a.target.region.bounds == (20, 91, 264, 146)
    fine = imagej.parse_roi(header(1, (10, 20, 40, 60), floats=(20.5, 10.25, 39.5, 30.0), options=128))
    assert fine.polygon[0] == (20.5, 10.25) and fine.polygon[2] == (60.0, 40.25)


@pytest.mark.parametrize("kind", [0, 7, 8])
def test_corners(kind):
    region = imagej.parse_roi(polygon(kind, [(0, 0), (100, 0), (100, 0), (80, 50), (0, 40)], left=20, top=30))
    assert region.polygon == [(20, 30), (120, 30), (100, 80), (20, 70)]  # a corner drawn twice counts once
    fine = imagej.parse_roi(polygon(kind, [(0, 0), (100, 0), (80, 50)], left=20, top=30, fine=[(20.5, 30.5), (120.25, 30.0), (100.0, 80.75)]))
    assert fine.polygon == [(20.5, 30.5), (120.25, 30.0), (100.0, 80.75)]


@pytest.mark.parametrize(
    "data, message",
    [
        (b"", "does not begin with 'Iout'"),
        (b"PK\3\4" + bytes(80), "a set of ImageJ selections"),
        (header(2, (0, 0, 50, 50)), "of the kind 'oval'"),
        (header(3), "of the kind 'line'"),
        (header(10, count=3), "of the kind 'points'"),
        (header(1, (0, 0, 9, 9), composite=4), "composite"),
        (header(1, (0, 0, 9, 9), arc=8), "rounded corners"),
        (header(0, count=2), "at least three"),
        (polygon(7, [(0, 0), (9, 0), (9, 9)])[:-1], "3 corners need 76 bytes, there are 75"),
        (header(99), "of the kind 'kind 99'"),
    ],
)
def test_what_is_no_region(data, message):
    with pytest.raises(fasc.ClipError, match=message):
        imagej.parse_roi(data, "a.roi")


def test_missing_file():
    with pytest.raises(FileNotFoundError):
        fasc.analyze("sample_data/calf_keyframes_30fps.mp4", target="none.roi")


def test_what_is_no_bytes_and_no_file(tmp_path):
    for data in (None, "a.roi", 5):
        with pytest.raises(TypeError, match=f"data is the bytes of a .roi file, but got {data!r}"):
            imagej.parse_roi(data)
    assert imagej.parse_roi(bytearray(header(1, (0, 0, 9, 9)))).bounds == (0, 0, 9, 9)
    with pytest.raises(IsADirectoryError, match="this is a folder, not one ImageJ selection") as caught:
        fasc.read_roi(tmp_path)
    assert caught.value.filename == str(tmp_path)
    with pytest.raises(FileNotFoundError):
        fasc.read_roi(tmp_path / "none.roi")


def test_agrees_with_roifile(tmp_path):
    roifile = pytest.importorskip("roifile", reason="roifile is not installed (pip install roifile; Debian has none)")
    points = [(20.5, 30.25), (120.0, 31.0), (99.0, 80.75)]
    roifile.ImagejRoi.frompoints(points).tofile(tmp_path / "a.roi")
    assert fasc.read_roi(tmp_path / "a.roi").polygon == pytest.approx(points)
