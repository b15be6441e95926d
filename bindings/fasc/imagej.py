"""Regions drawn in ImageJ or Fiji: .roi files (Analyze > Tools > ROI Manager > Save, or File > Save As > Selection) as a :class:`fasc.Region`.

The format, as ImageJ's own ij/io/RoiDecoder.java reads it; all numbers are big-endian, a short has 2 bytes, an int or float 4:

====== ===== =====================================================================================================================
offset type  meaning
====== ===== =====================================================================================================================
0      bytes ``Iout``
4      short version, at least 217 here
6      byte  kind: 0 polygon, 1 rectangle, 2 oval, 3 line, 4 free line, 5 segmented line, 6 none, 7 freehand, 8 traced, 9 angle, 10 points
8      short top, then left (10), bottom (12), right (14): the bounds in px, right and bottom exclusive
16     short number of corners, unsigned; where it is 0 and the kind has corners, an int at 18
18     float x, y (22), width (26), height (30) of a rectangle with parts of px
36     int   size of a composite shape, 0 for a simple one
50     short options; 128: parts of px
54     short size of rounded corners
64     short x of each corner from ``left``, then y of each from ``top``; with parts of px floats of the whole picture follow: all x, then all y
====== ===== =====================================================================================================================

ImageJ counts px as fasc does: origin top left, px (0, 0) covers 0 to 1. What is read: rectangle, polygon, freehand and traced. Anything else is
refused by its name. A selection drawn on a cropped or scaled picture means that picture's px, not the clip's.
"""
from __future__ import annotations

import errno
import os
import struct

from . import _fasc, _inputs
from ._types import Pathlike

_KINDS = ("polygon", "rectangle", "oval", "line", "free line", "segmented line", "no selection", "freehand", "traced", "angle", "points")
_CORNERED = ("polygon", "freehand", "traced")
_HEADER = 64
_PARTS_OF_PX = 128
_LARGEST = 64 * 1024 * 1024  # bytes; no hand draws more


def _signed(value):
    """A coordinate as ImageJ reads it: unsigned above 60535, so that large pictures have room."""
    return value if value >= -5000 else value + 65536


def _corners(data, name, version, options, left, top):
    (count,) = struct.unpack_from(">H", data, 16)
    if count == 0:
        (count,) = struct.unpack_from(">i", data, 18)
    fine = options & _PARTS_OF_PX and version >= 222
    needed = _HEADER + 4 * count + (8 * count if fine else 0)
    if count < 3:
        raise _fasc.ClipError(f"{name}: an ImageJ selection with {count} corners is no region; at least three are needed")
    if len(data) < needed:
        raise _fasc.ClipError(f"{name}: the ImageJ selection is cut off: {count} corners need {needed} bytes, there are {len(data)}")
    if fine:
        at = _HEADER + 4 * count
        return list(zip(struct.unpack_from(f">{count}f", data, at), struct.unpack_from(f">{count}f", data, at + 4 * count)))
    xs = struct.unpack_from(f">{count}h", data, _HEADER)
    ys = struct.unpack_from(f">{count}h", data, _HEADER + 2 * count)
    return [(left + _signed(x), top + _signed(y)) for x, y in zip(xs, ys)]


def _simplified(points):
    """Without corners that repeat the one before, as hands draw them."""
    kept = [p for i, p in enumerate(points) if p != points[i - 1]]
    return kept or points[:1]


def parse_roi(data: bytes, name: str = "the selection") -> _fasc.Region:
    """The region of the bytes of a .roi file.

    Parameters
    ----------
    data : bytes
    name : str
        Stands for the file in messages.

    Returns
    -------
    fasc.Region
        Corners in px of the picture it was drawn on.

    Raises
    ------
    TypeError
        ``data`` is not bytes.
    fasc.ClipError
        It is no ImageJ selection, cut off, or of a kind that is no region.

    Examples
    --------
    >>> import struct
    >>> from fasc import imagej
    >>> rectangle = b"Iout" + struct.pack(">hBx4h", 227, 1, 91, 20, 237, 284) + bytes(48)
    >>> imagej.parse_roi(rectangle).bounds
    (20, 91, 264, 146)
    """
    if not isinstance(data, (bytes, bytearray, memoryview)):
        raise TypeError(f"data is the bytes of a .roi file, but got {_inputs.shown(data)}; fasc.read_roi reads a file")
    data = bytes(data)
    if len(data) < _HEADER or data[:4] != b"Iout":
        what = "a set of ImageJ selections (.zip): save one selection alone as .roi" if data[:2] == b"PK" else "no ImageJ selection: it does not begin with 'Iout'"
        raise _fasc.ClipError(f"{name}: this is {what}")
    version, kind, top, left, bottom, right = struct.unpack_from(">hBx4h", data, 4)
    (composite,), (options,), (rounding,) = (struct.unpack_from(form, data, at) for form, at in ((">i", 36), (">h", 50), (">h", 54)))
    words = _KINDS[kind] if kind < len(_KINDS) else f"kind {kind}"
    if composite > 0:
        raise _fasc.ClipError(f"{name}: this ImageJ selection is a composite of several shapes; allowed is one rectangle, polygon or freehand outline")
    if words == "rectangle":
        if rounding > 0:
            raise _fasc.ClipError(f"{name}: this ImageJ rectangle has rounded corners; allowed are rectangle, polygon, freehand and traced")
        x, y, width, height = left, top, right - left, bottom - top
        if options & _PARTS_OF_PX and version >= 223:
            x, y, width, height = struct.unpack_from(">4f", data, 18)
        return _fasc.Region((x, y, width, height))
    if words not in _CORNERED:
        raise _fasc.ClipError(f"{name}: this ImageJ selection is of the kind '{words}'; allowed are rectangle, polygon, freehand and traced")
    return _fasc.Region(_simplified(_corners(data, name, version, options, left, top)))


def read_roi(path: Pathlike) -> _fasc.Region:
    """Reads a region drawn in ImageJ or Fiji from a .roi file. ``target="muscle.roi"`` of :func:`fasc.analyze` does the same.

    Parameters
    ----------
    path : str or os.PathLike

    Returns
    -------
    fasc.Region
        Corners in px of the picture it was drawn on.

    Raises
    ------
    FileNotFoundError
        There is no such file.
    IsADirectoryError
        It is a folder.
    fasc.ClipError
        It is no ImageJ selection, cut off, or of a kind that is no region (an oval, a line, points, …).
    """
    file = os.fsdecode(_inputs.path_text(path, "path"))
    if os.path.isdir(file):
        raise IsADirectoryError(errno.EISDIR, "this is a folder, not one ImageJ selection (.roi)", file)
    with open(file, "rb") as stream:
        return parse_roi(stream.read(_LARGEST), os.path.basename(file))
