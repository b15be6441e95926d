"""What a user passes in, made into what the library takes. Regions and scales are written as text, so that they mean what they mean in the program."""
import numbers
import operator
import os

import numpy as np

from . import _fasc


def _is_number(value):
    return isinstance(value, numbers.Real) and not isinstance(value, bool)


def shown(value):
    """A value in one line, not too long."""
    text = " ".join(repr(value).split())
    return text if len(text) <= 200 else text[:199] + "…"


def _as_list(value):
    """A tuple, list or array as a list (of lists); None for anything else."""
    if isinstance(value, np.ndarray):
        return value.tolist() if value.ndim else None
    if isinstance(value, (tuple, list)):
        return [_as_list(v) if isinstance(v, (tuple, list, np.ndarray)) else v for v in value]
    return None


def number(value, option):
    """One number as a float."""
    if not _is_number(value):
        raise TypeError(f"{option} is a number, but got {type(value).__name__}")
    try:
        return float(value)
    except OverflowError:
        raise ValueError(f"{option} is a number, but {shown(value)} is too large for one") from None


def spans(value, option, begin):
    """Stretches of time as (from, to) in s; a single number is the length of one that begins at ``begin``."""
    if _is_number(value):
        return [(begin, begin + number(value, option))]
    items = _as_list(value)
    if items is None or not all(isinstance(one, list) and len(one) == 2 and all(_is_number(v) for v in one) for one in items):
        raise TypeError(f"{option} is a number or a list of stretches [(from, to), ...] in s, but got {shown(value)}")
    return [(number(a, option), number(b, option)) for a, b in items]


def region_text(value, option="a region"):
    """A region as the program's users write it; a file of ImageJ's is read."""
    if isinstance(value, (str, os.PathLike)):
        text = os.fspath(value)
        if not (isinstance(text, str) and text.lower().endswith(".roi")):
            return text
        from . import imagej

        value = imagej.read_roi(text)
    if isinstance(value, _fasc.Region):
        value = value.polygon
    items = _as_list(value)
    if items is not None and len(items) == 4 and all(_is_number(v) for v in items):
        return ",".join(repr(number(v, option)) for v in items)
    if items and all(isinstance(p, list) and len(p) == 2 and all(_is_number(v) for v in p) for p in items):
        return " ".join(f"{number(x, option)!r},{number(y, option)!r}" for x, y in items)
    message = (
        f"{option} is (x, y, w, h), a list of points [(x1, y1), (x2, y2), (x3, y3), ...], a string as in the program "
        f"or a fasc.Region, but got {shown(value)}"
    )
    raise TypeError(message) if items is None else ValueError(message)


def region_spec(value, option):
    """A region, not yet held against a picture; None stays None."""
    return None if value is None else _fasc.parse_region(region_text(value, option))


def scale(value, option):
    """mm per px: one number, or one across and one down; None stays None."""
    if value is None:
        return None
    if isinstance(value, str):
        return _fasc.parse_scale(value)
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value.item()
    items = [value] if _is_number(value) else _as_list(value)
    if items is None or not all(_is_number(v) for v in items):
        raise TypeError(f"{option} is a number or a pair (across, down) in mm per px, but got {shown(value)}")
    return _fasc.parse_scale(",".join(repr(number(v, option)) for v in items))


def scale_points(value, option):
    """The scale of two points and the mm between them: (x1, y1, x2, y2, mm); None stays None."""
    if value is None:
        return None
    if isinstance(value, str):
        return _fasc.parse_scale_points(value)
    items = _as_list(value)
    if items is None or not all(_is_number(v) for v in items):
        raise TypeError(f"{option} is (x1, y1, x2, y2, mm) in px and mm, but got {shown(value)}")
    return _fasc.parse_scale_points(",".join(repr(number(v, option)) for v in items))


def struct(cls, value, option):
    """An options struct: one of its class, or a dict of its fields; None stays None."""
    if value is None or isinstance(value, cls):
        return value
    if isinstance(value, dict):
        for name, given in value.items():
            if given is None:
                raise TypeError(f"{option} {name} is None; allowed: a value, or no '{name}' for its default")
        return cls(**value)
    raise TypeError(f"{option} is a fasc.{cls.__name__} or a dict of its fields, but got {shown(value)}")


def plain_path(value, option="path"):
    """A path as text, checked."""
    if not is_path(value) or not isinstance(os.fspath(value), str):
        raise TypeError(f"{option} is a path (str or os.PathLike), but got {type(value).__name__}")
    path = os.fspath(value)
    if "\0" in path:
        raise ValueError(f"{option} is a path, but {path!r} holds a null character")
    if not path:
        raise ValueError(f"{option} is a path, but got an empty text")
    return path


def path_text(value, option):
    """A path as the bytes that the file system takes, whatever its encoding."""
    return os.fsencode(plain_path(value, option))


def shard(value):
    """(i, n) as two whole numbers; which of them are allowed is checked by BatchOptions."""
    try:
        number, count = (operator.index(part) for part in value)
    except (TypeError, ValueError):
        raise ValueError(f"shard is (i, n), two whole numbers such as (1, 4), but got {shown(value)}") from None
    return number, count


def is_path(value):
    """True for what names a file rather than holding frames."""
    return isinstance(value, (str, os.PathLike))


def _picture(value, index):
    if is_path(value):
        raise TypeError(f"frames are arrays of uint8, but frame {index} is a {type(value).__name__}; a clip's file is given alone, not in a list")
    picture = np.asarray(value)
    if picture.dtype != np.uint8:
        raise ValueError(f"frames are uint8, but frame {index} is {picture.dtype}")
    if isinstance(value, np.ma.MaskedArray) and np.ma.is_masked(value):
        raise ValueError(f"frame {index} has masked pixels; allowed: whole pictures, such as frames.filled(0)")
    if not (picture.ndim == 2 or (picture.ndim == 3 and picture.shape[2] == 3)):
        raise ValueError(f"a frame has shape (height, width) or (height, width, 3), but frame {index} has {picture.shape}")
    if picture.size == 0:
        raise ValueError(f"a frame has pixels, but frame {index} has shape {picture.shape}")
    return np.ascontiguousarray(picture)


def gray_picture(value, option):
    """One picture for the flow: uint8 (height, width)."""
    picture = np.asarray(value)
    if picture.dtype != np.uint8:
        raise TypeError(f"{option} is a gray picture of uint8, but got {picture.dtype}")
    if picture.ndim != 2:
        raise ValueError(f"{option} is a gray picture of shape (height, width), but got shape {picture.shape}")
    return np.ascontiguousarray(picture)


def _seconds_only(value, option):
    """Times with a unit of their own would be taken for s."""
    kind = getattr(value, "dtype", None)
    if kind is not None and getattr(kind, "kind", "f") in "mMc":
        raise TypeError(f"{option} is numbers in s, but got {kind}; durations become s by dividing by numpy.timedelta64(1, 's')")


def series(value, option):
    """One number per step as float64, shape (n,)."""
    _seconds_only(value, option)
    try:
        found = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise TypeError(f"{option} is numbers, shape (n,), but got {type(value).__name__}") from None
    if found.ndim != 1:
        raise ValueError(f"{option} is numbers, shape (n,), but got shape {found.shape}")
    return found


def instance(value, cls, option):
    """A value of a class."""
    if not isinstance(value, cls):
        raise TypeError(f"{option} is a fasc.{cls.__name__}, but got {type(value).__name__}")
    return value


def pictures(frames):
    """Frames in memory as a list of contiguous uint8 arrays of one shape; an array is looked into, not copied, where it is contiguous."""
    if isinstance(frames, np.ndarray) and frames.ndim not in (3, 4):
        raise ValueError(
            f"frames are an array (n, height, width) or (n, height, width, 3), or a sequence of pictures, but got shape {frames.shape}"
        )
    if isinstance(frames, memoryview):
        frames = np.asarray(frames)
    if isinstance(frames, (bytes, bytearray, dict)) or not hasattr(frames, "__iter__"):
        raise TypeError(f"a clip is a path, an array of frames or a sequence of pictures, but got {type(frames).__name__}")
    found = [_picture(frame, index) for index, frame in enumerate(frames)]
    if not found:
        raise ValueError("no frame was given; allowed: one or more")
    for index, picture in enumerate(found):
        if picture.shape != found[0].shape:
            raise ValueError(f"frames have one shape, but frame 0 has {found[0].shape} and frame {index} has {picture.shape}")
    return found


def times(time_s, count):
    """Times of frames in memory, checked: one per frame, finite, rising."""
    if time_s is None:
        raise ValueError("frames in memory need time_s=, the time of each frame in seconds")
    _seconds_only(time_s, "time_s")
    try:
        found = np.asarray(time_s, dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError(f"time_s is one number per frame in seconds, but got {type(time_s).__name__}") from None
    if found.shape != (count,):
        raise ValueError(f"time_s has one entry per frame, shape ({count},), but got shape {found.shape}")
    if not np.isfinite(found).all():
        raise ValueError(f"time_s is finite, but entry {int(np.flatnonzero(~np.isfinite(found))[0])} is not")
    falls = np.flatnonzero(np.diff(found) <= 0)
    if falls.size:
        i = int(falls[0])
        raise ValueError(f"time_s rises from frame to frame, but entry {i} is {found[i]} and entry {i + 1} is {found[i + 1]}")
    return found.tolist()
