"""A clip that is open: its frames by number and by time, as NumPy views."""
from __future__ import annotations

import bisect
import collections
import operator
import threading
from collections.abc import Iterator
from types import TracebackType
from typing import TypedDict, overload

import numpy as np

from . import _fasc, _html, _inputs
from ._types import Floats, Pathlike, Pictures

_MOST_KEPT = 64  # frames kept for going back a little without decoding again

_DEFAULTS = _fasc.AnalyzeOptions()


class _Options(TypedDict):
    colour: bool
    fps: float
    max_frame_px: int
    max_decoded_bytes: int


class Clip:
    """A clip's frames, by number and by time. Made by :func:`fasc.open`.

    ``len(clip)`` frames at ``clip.time_s``; ``clip[i]`` and ``for picture in clip`` give read-only views, uint8 (height, width), or
    (height, width, 3) RGB where the clip was opened with ``colour``. A view owns what it shows: it stays valid and unchanged when reading goes
    on and when the clip is closed. ``clip[a:b]`` is one new array (n, height, width[, 3]).

    Frames are decoded in order: going forward costs one decoding, going back more than 64 frames begins again at the start. ``len``,
    ``time_s``, negative indices and :meth:`at` decode the whole clip once, without keeping it. One clip may be used from several threads.

    Examples
    --------
    >>> import fasc
    >>> with fasc.open("sample_data/calf_and_control_30fps.mp4") as clip:
    ...     print(len(clip), clip[10].shape, clip.at(1.0).mean() > 0, round(clip.time_s[30], 3))
    600 (294, 666) True 1.0
    """

    def __init__(
        self,
        path: Pathlike,
        *,
        colour: bool = False,
        fps: float = _DEFAULTS.fps,
        max_frame_px: int = _DEFAULTS.max_frame_px,
        max_decoded_bytes: int = _DEFAULTS.max_decoded_bytes,
    ) -> None:
        self._path = _inputs.plain_path(path)
        self._options = _Options(colour=bool(colour), fps=fps, max_frame_px=max_frame_px, max_decoded_bytes=max_decoded_bytes)
        self._lock = threading.RLock()
        self._closed = False
        self._kept: collections.OrderedDict[int, _fasc.Frame] = collections.OrderedDict()
        self._times: Floats | None = None
        self._complete, self._problems = True, list[str]()
        self._next = 0
        reader = self._open()
        self._reader: _fasc.ClipReader | None = reader
        #: File name without folders.
        self.name = reader.name
        #: px, upright.
        self.width, self.height = reader.width, reader.height
        #: E.g. "h264".
        self.codec = reader.codec
        #: Of the file, lower-case hex.
        self.sha256 = reader.sha256
        x, y = reader.mm_per_px_x, reader.mm_per_px_y
        #: mm per px across and down as the file says; None if it does not.
        self.mm_per_px: tuple[float, float] | None = None if x is None or y is None else (x, y)

    def _open(self) -> _fasc.ClipReader:
        return _fasc.ClipReader(self._path, **self._options)

    def _check_open(self) -> None:
        if self._closed:
            raise ValueError(f"the clip {self.name} is closed; open it again with fasc.open")

    # ---- what it is

    @property
    def complete(self) -> bool:
        """False where frames are missing or damaged; see :attr:`problems`. Decodes the whole clip once."""
        self.time_s
        return self._complete

    @property
    def problems(self) -> list[str]:
        """Why the clip is not complete, one sentence each."""
        self.time_s
        return list(self._problems)

    @property
    def time_s(self) -> Floats:
        """float64 (n,), s; time of each frame from the first one's presentation stamp; read only."""
        with self._lock:
            self._check_open()
            if self._times is None:
                reader = self._open()
                times = np.array([frame.time_s for frame in reader], dtype=np.float64)
                times.flags.writeable = False
                self._complete, self._problems, self._times = reader.complete, reader.problems, times
            return self._times

    @property
    def duration_s(self) -> float:
        """s; from the first frame to the end of the last one, which is shown as long as the one before it."""
        times = self.time_s
        return float(times[-1] + self._last_step() - times[0]) if len(times) else 0.0

    def _last_step(self) -> float:
        times = self.time_s
        return float(times[-1] - times[-2]) if len(times) > 1 else 0.0

    def __len__(self) -> int:
        return len(self.time_s)

    # ---- frames

    def frame(self, index: int) -> _fasc.Frame:
        """A frame with what the codec says about it: ``gray``, ``rgb``, ``time_s``, ``picture``, ``key``, ``repeat``, ``corrupt``.

        Parameters
        ----------
        index : int
            Place from 0; negative from the end.

        Returns
        -------
        fasc.Frame

        Raises
        ------
        IndexError
            There is no such frame.
        ValueError
            The clip is closed.
        """
        with self._lock:
            self._check_open()
            try:
                wanted = operator.index(index)
            except TypeError:
                raise TypeError(f"a frame's place is a whole number or a slice, but got {type(index).__name__}") from None
            if wanted < 0:
                wanted += len(self)
            if wanted < 0 or (self._times is not None and wanted >= len(self._times)):
                raise self._no_frame(index)
            if wanted in self._kept:
                self._kept.move_to_end(wanted)
                return self._kept[wanted]
            if wanted < self._next or self._reader is None:
                self._reader, self._next = self._open(), 0
            for frame in self._reader:
                self._keep(self._next, frame)
                self._next += 1
                if self._next > wanted:
                    return frame
            raise self._no_frame(index)

    def _no_frame(self, index: int) -> IndexError:
        return IndexError(f"frame {index} of {self.name}; allowed: 0 to {len(self) - 1}, or negative from the end")

    def _keep(self, index: int, frame: _fasc.Frame) -> None:
        self._kept[index] = frame
        if len(self._kept) > _MOST_KEPT:
            self._kept.popitem(last=False)

    def _picture(self, frame: _fasc.Frame) -> Pictures:
        colour = frame.rgb if self._options["colour"] else None
        return frame.gray if colour is None else colour

    @overload
    def __getitem__(self, index: int) -> Pictures: ...
    @overload
    def __getitem__(self, index: slice) -> Pictures: ...

    def __getitem__(self, index: int | slice) -> Pictures:
        if not isinstance(index, slice):
            return self._picture(self.frame(index))
        wanted = range(*index.indices(len(self)))
        shape = (self.height, self.width, 3) if self._options["colour"] else (self.height, self.width)
        stack = np.empty((len(wanted), *shape), dtype=np.uint8)
        for place in sorted(range(len(wanted)), key=wanted.__getitem__):
            stack[place] = self[wanted[place]]
        return stack

    def __iter__(self) -> Iterator[Pictures]:
        for frame in self.frames():
            yield self._picture(frame)

    def frames(self) -> Iterator[_fasc.Frame]:
        """All frames in order, each with its time and what the codec says about it; a decoding of its own.

        Yields
        ------
        fasc.Frame
        """
        self._check_open()
        for frame in self._open():
            yield frame
            self._check_open()

    def at(self, time_s: float) -> Pictures:
        """The picture shown at a time: the last frame at or before it.

        Parameters
        ----------
        time_s : float
            s; from the first frame's time to the end of the last one, half open.

        Returns
        -------
        numpy.ndarray
            As ``clip[i]``.

        Raises
        ------
        ValueError
            The time is outside the clip or not a finite number, or the clip is closed.
        """
        times = self.time_s
        end_s = float(times[-1]) + self._last_step() if len(times) else 0.0
        if isinstance(time_s, bool) or not isinstance(time_s, (int, float, np.integer, np.floating)):
            raise TypeError(f"time_s is a number in seconds, but got {type(time_s).__name__}")
        if not len(times) or not (times[0] <= time_s < end_s or time_s == times[-1]):
            first_s = float(times[0]) if len(times) else 0.0
            raise ValueError(f"time_s is {_inputs.shown(time_s)}; allowed for {self.name}: {first_s:g} to below {end_s:g} s")
        return self[bisect.bisect_right(times, float(time_s)) - 1]

    # ---- opening and closing

    def close(self) -> None:
        """Closes the clip; views given stay valid. What is asked of it afterwards raises ValueError."""
        with self._lock:
            self._closed = True
            self._kept.clear()
            self._reader = None

    @property
    def closed(self) -> bool:
        """True after :meth:`close`."""
        return self._closed

    def __enter__(self) -> Clip:
        self._check_open()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def __fspath__(self) -> str:
        """The path: ``fasc.analyze(clip)`` analyses the file."""
        self._check_open()
        return self._path

    def _repr_html_(self) -> str:
        """The first frame and what the file says; frames are counted only where they have been counted already."""
        picture = None if self._closed else next(iter(self._open())).gray  # a reader of its own: iterating goes on where it was
        count = None if self._times is None else len(self._times)
        return str(_html.opened(self, picture, count))

    def __reduce_ex__(self, protocol: object) -> str:
        raise TypeError("a Clip is not pickled; give other processes its path, and open it there with fasc.open")

    def __repr__(self) -> str:
        return f"<fasc.Clip {self.name}: {self.width} × {self.height} px, {self.codec}{', closed' if self._closed else ''}>"


def fps_of(given: object, fps: float) -> float:
    """``fps``, or where that is not given the one that an open clip was opened with."""
    missing = isinstance(fps, float) and fps != fps
    return given._options["fps"] if missing and isinstance(given, Clip) else fps


def open(  # noqa: A001 - as wave.open, tarfile.open
    path: Pathlike,
    *,
    colour: bool = False,
    fps: float = _DEFAULTS.fps,
    max_frame_px: int = _DEFAULTS.max_frame_px,
    max_decoded_bytes: int = _DEFAULTS.max_decoded_bytes,
) -> Clip:
    """Opens a clip, video or DICOM, to look at its frames.

    Parameters
    ----------
    path : str or os.PathLike
    colour : bool
        Pictures are RGB, (height, width, 3), instead of gray.
    fps : float
        Frames per s of a DICOM clip that states no time; without it (NaN) such a clip is refused.
    max_frame_px, max_decoded_bytes : int
        Larger pictures, and clips whose decoded pictures are larger together, are refused.

    Returns
    -------
    fasc.Clip

    Raises
    ------
    FileNotFoundError
        There is no such file.
    fasc.ClipError
        It is not a clip that can be read.

    Examples
    --------
    >>> import fasc
    >>> with fasc.open("sample_data/calf_and_control_30fps.mp4") as clip:
    ...     picture = clip[3]
    >>> picture.dtype, picture.shape
    (dtype('uint8'), (294, 666))
    >>> clip[3]
    Traceback (most recent call last):
    ValueError: the clip calf_and_control_30fps.mp4 is closed; open it again with fasc.open
    """
    return Clip(path, colour=colour, fps=fps, max_frame_px=max_frame_px, max_decoded_bytes=max_decoded_bytes)
