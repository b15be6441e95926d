"""Choosing a region by hand: on a page with anywidget (tried in JupyterLab 4, Notebook 7 and the classic one), or in a matplotlib window.
Gives a :class:`fasc.Region`."""
from __future__ import annotations

import base64
import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from . import _fasc, _inputs, _picker_js, _stills
from ._types import Frames, Pathlike, Pictures, Progress, RegionLike

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def _anywidget():
    try:
        import anywidget
        import traitlets
    except ImportError:
        return None
    return anywidget, traitlets


def _url(picture):
    return "data:image/jpeg;base64," + base64.b64encode(_fasc.jpeg_of(np.ascontiguousarray(picture), picture.shape[1])).decode()


def _stretched(motion):
    """Changes as bright as the picture can show them."""
    most = float(motion.max()) if motion.size else 0.0
    return np.zeros(motion.shape, np.uint8) if most == 0 else np.rint(motion * (255.0 / most)).astype(np.uint8)


def _page_widget(picker):
    """The anywidget of a picker; what is drawn on the page comes to ``picker.points``."""
    anywidget, traitlets = _anywidget()

    class Widget(anywidget.AnyWidget):
        _esm = _picker_js.SCRIPT
        _css = _picker_js.STYLE
        width = traitlets.Int().tag(sync=True)
        height = traitlets.Int().tag(sync=True)
        mean_url = traitlets.Unicode().tag(sync=True)
        motion_url = traitlets.Unicode().tag(sync=True)
        points = traitlets.List([]).tag(sync=True)
        mode = traitlets.Unicode("rectangle").tag(sync=True)
        shown = traitlets.Unicode("mean").tag(sync=True)

    height, width = picker.mean.shape
    widget = Widget(width=width, height=height, mean_url=_url(picker.mean), motion_url=_url(_stretched(picker.motion)), points=[list(p) for p in picker.points],
                    mode=picker.mode, shown=picker.shown)
    widget.observe(lambda change: picker._take(change["new"]), names="points")
    return widget


def _of_frames(pictures):
    """Mean and largest change of frames in memory, the change unsmoothed."""
    if not pictures:
        raise ValueError("there is no frame to draw a region on")
    mean, motion, before = 0.0, 0.0, None
    for picture in pictures:
        gray = picture.astype(np.float32) if picture.ndim == 2 else picture.astype(np.float32).mean(axis=2)
        mean = mean + gray
        if before is not None:
            motion = np.maximum(motion, np.abs(gray - before))
        before = gray
    return np.rint(mean / len(pictures)).astype(np.uint8), np.broadcast_to(np.asarray(motion, np.float32), before.shape).copy()


def _checked_picture(value, option, words):
    """A picture of two dimensions, of numbers."""
    if not isinstance(value, np.ndarray) or value.dtype.kind not in "uif":
        got = f"an array of {value.dtype}" if isinstance(value, np.ndarray) else _inputs.shown(value)
        raise TypeError(f"{option} is {words}, but got {got}")
    if value.ndim != 2 or value.size == 0:
        raise ValueError(f"{option} is {words}, but got shape {value.shape}")
    return value


def _checked_points(value, option="points"):
    """Corners as pairs of floats."""
    words = f"{option} is a list of corners (x, y) in px, such as [(20, 91), (284, 91), (284, 237)]"
    items = _inputs._as_list(value)
    if items is None:
        raise TypeError(f"{words}, but got {_inputs.shown(value)}")
    for item in items:
        if not isinstance(item, list) or not all(_inputs._is_number(v) for v in item):
            raise TypeError(f"{words}, but got {_inputs.shown(item)} among them")
        if len(item) != 2 or not all(math.isfinite(v) for v in item):
            raise ValueError(f"{words}, both finite, but got {_inputs.shown(tuple(item))} among them")
    return [(float(x), float(y)) for x, y in items]


_REGION_WORDS = ("allowed is (x, y, w, h), corners [(x1, y1), (x2, y2), (x3, y3), ...], a fasc.Region, or text: 'x,y,w,h', 'x1,y1 x2,y2 x3,y3 ...' in px, "
                 "or a file .roi or .json")


def _corners(region):
    """Corners of the region that the caller gives."""
    if isinstance(region, str) and re.fullmatch(r"\s*[A-Za-z]*\d*\s*", region):
        raise ValueError(f"region to be changed by hand is a shape, not a word, but got {_inputs.shown(region)}; {_REGION_WORDS}")
    try:
        return (region if isinstance(region, _fasc.Region) else _fasc.Region(region)).polygon
    except ValueError as error:
        head, allowed, _ = str(error).partition("; allowed is x,y,w,h")
        if not allowed:
            raise
        raise ValueError(f"{head}; {_REGION_WORDS}") from None


def _check_within(points, width, height):
    """Corners held against the frame."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    if min(xs) < 0 or min(ys) < 0 or max(xs) > width or max(ys) > height:
        raise ValueError(f"region spans x {min(xs):g}-{max(xs):g}, y {min(ys):g}-{max(ys):g}, outside the frame of {width}x{height} px; "
                         f"allowed is x 0-{width}, y 0-{height}")


def _figure_size(width, height):
    """Inches of a figure that holds a picture and its labels without much white around them."""
    beside, above = 0.85, 0.88  # labels left of it; title and label above and below it
    across = min(7.2, 6.0 * width / height)
    return max(3.2, across + beside), min(8.0, max(1.6, across * height / width + above))


class RegionPicker:
    """A picture of a clip on which a region is drawn. Made by :func:`fasc.pick_region`; show it as the last line of a cell.

    Attributes
    ----------
    points : list of (float, float)
        px of the frame; corners drawn so far, empty at first. Can be set, too.
    region : fasc.Region or None
        What was drawn, None before there are three corners; give it to ``fasc.analyze(path, target=picker.region)``.
    mean, motion : numpy.ndarray
        uint8 and float32, (height, width); the pictures it is drawn on, see :class:`fasc.StillPictures`.
    widget : anywidget.AnyWidget or None
        What the page shows; None where anywidget is not installed: then :meth:`plot` is the way.

    Raises
    ------
    TypeError, ValueError
        A picture is no gray picture, the two differ in shape, or ``points`` are no corners.
    """

    def __init__(
        self,
        mean: Pictures,
        motion: npt.NDArray[Any],
        *,
        mode: str = "rectangle",
        shown: str = "mean",
        points: Sequence[tuple[float, float]] = (),
    ) -> None:
        if mode not in ("rectangle", "polygon"):
            raise ValueError(f"mode is 'rectangle' or 'polygon', but got {mode!r}")
        if shown not in ("mean", "motion"):
            raise ValueError(f"shown is 'mean' or 'motion', but got {shown!r}")
        _checked_picture(mean, "mean", "a gray picture, numpy.ndarray of uint8, shape (height, width)")
        if mean.dtype != np.uint8:
            raise TypeError(f"mean is a gray picture of uint8, but got an array of {mean.dtype}")
        _checked_picture(motion, "motion", "a picture of changes, numpy.ndarray of numbers, shape (height, width)")
        if mean.shape != motion.shape:
            raise ValueError(f"mean and motion have one shape, but got {mean.shape} and {motion.shape}")
        self.mean, self.motion, self.mode, self.shown = mean, motion, mode, shown
        self._points = _checked_points(points)
        self._widget = None
        self._selector = None

    @property
    def points(self) -> list[tuple[float, float]]:
        return list(self._points)

    @points.setter
    def points(self, value: Sequence[tuple[float, float]]) -> None:
        self._take(value)
        if self._widget is not None:
            self._widget.points = [list(p) for p in self._points]

    def _take(self, value: Sequence[tuple[float, float]]) -> None:
        height, width = self.mean.shape
        self._points = [(min(max(x, 0.0), float(width)), min(max(y, 0.0), float(height))) for x, y in _checked_points(value)]

    @property
    def region(self) -> _fasc.Region | None:
        return _fasc.Region(self._points) if len(self._points) >= 3 else None

    @property
    def widget(self) -> Any:
        if self._widget is None and _anywidget() is not None:
            self._widget = _page_widget(self)
        return self._widget

    def plot(self, ax: Axes | None = None) -> Axes:
        """The same with matplotlib, where there is no anywidget: needs a window or ``%matplotlib widget``; drag a rectangle or click corners.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional

        Returns
        -------
        matplotlib.axes.Axes

        Raises
        ------
        TypeError
            ``ax`` is no axes.
        """
        from . import plot

        pyplot = plot._pyplot()
        from matplotlib.widgets import PolygonSelector, RectangleSelector

        picture = self.mean if self.shown == "mean" else _stretched(self.motion)
        height, width = picture.shape
        if plot._checked_axes(ax) is None:
            ax = pyplot.subplots(figsize=_figure_size(width, height), layout="constrained")[1]
        ax.imshow(picture, cmap="gray", vmin=0, vmax=255, extent=(0, width, height, 0))
        ax.set_xlabel("across the frame (px)")
        ax.set_ylabel("down the frame (px)")
        line = {"color": plot.COLOURS["target"], "linewidth": 2}
        if self.mode == "polygon":
            ax.set_title("click the corners; the first again to close", fontsize=10, loc="left")
            self._selector = PolygonSelector(ax, self._take, props=line)
            if len(self._points) >= 3 and PolygonSelector.verts.fset is not None:  # matplotlib 3.6 and newer
                self._selector.verts = self.points
        else:
            ax.set_title("drag a rectangle", fontsize=10, loc="left")
            self._selector = RectangleSelector(ax, lambda *_: self._take_extents(), interactive=True, minspanx=4, minspany=4,
                                               props={"edgecolor": line["color"], "facecolor": "none", "linewidth": 2})
            if len(self._points) >= 3:
                left, top, across, down = self.region.bounds
                self._selector.extents = (left, left + across, top, top + down)
        return ax

    def _take_extents(self) -> None:
        left, right, top, bottom = self._selector.extents
        self._take([(left, top), (right, top), (right, bottom), (left, bottom)])

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        if self.widget is not None:
            return self.widget._repr_mimebundle_(**kwargs)
        return {"text/plain": repr(self), "text/html": self._still_html()}

    def _still_html(self) -> str:
        from . import _html

        drawn = [("target", self._points, [])] if len(self._points) >= 3 else []
        return (f'<div class="fasc">{_html.poster(self.mean if self.shown == "mean" else _stretched(self.motion), drawn, [(0, 0, self.mean.shape[1], self.mean.shape[0])])}'
                '<div>To draw on the page, install anywidget (<code>pip install "fasc[notebook]"</code>); or <code>picker.plot()</code> with '
                '<code>%matplotlib widget</code>; or set <code>picker.points</code>.</div></div>')

    def __repr__(self) -> str:
        drawn = f"{len(self._points)} corners" if self._points else "nothing drawn yet"
        return f"<fasc.RegionPicker of {self.mean.shape[1]} x {self.mean.shape[0]} px: {drawn}>"


def pick_region(
    path_or_frames: Pathlike | Frames,
    *,
    mode: str = "rectangle",
    shown: str = "mean",
    region: RegionLike | None = None,
    from_s: float = _fasc.AnalyzeOptions().from_s,
    to_s: float = _fasc.AnalyzeOptions().to_s,
    fps: float = _fasc.AnalyzeOptions().fps,
    camera: bool | None = None,
    progress: Progress = None,
) -> RegionPicker:
    """Opens a clip for drawing a region by hand on its mean picture, or on a picture of where it changes most.

    Parameters
    ----------
    path_or_frames : str, os.PathLike or numpy.ndarray
        A clip's file; or frames in memory, uint8 (n, height, width).
    mode : {"rectangle", "polygon"}
        What is drawn first; the page can change it.
    shown : {"mean", "motion"}
        On which picture; the page can change it.
    region : tuple, list, str or fasc.Region, optional
        What is drawn at first, to be changed: (x, y, w, h) or corners [(x1, y1), (x2, y2), (x3, y3), ...] in px of the frame; as text "x,y,w,h",
        "x1,y1 x2,y2 x3,y3 ..." or a file .roi or .json. Words such as "left" or "auto" are not allowed here.
    from_s, to_s, fps, camera, progress
        As in :func:`fasc.analyze`.

    Returns
    -------
    RegionPicker
        Show it as the last line of a cell; then ``fasc.analyze(path, target=picker.region)``.

    Raises
    ------
    TypeError
        A region or frames of the wrong type.
    ValueError
        mode or shown is unknown, region is a word or lies outside the frame, or frames are not as they must be.
    FileNotFoundError, fasc.ClipError
        As :func:`fasc.analyze`.

    Examples
    --------
    >>> import fasc
    >>> picker = fasc.pick_region("sample_data/calf_and_control_30fps.mp4", region=(20, 91, 264, 146))
    >>> picker.region.bounds
    (20, 91, 264, 146)
    """
    points = () if region is None else _corners(region)
    if _inputs.is_path(path_or_frames):
        found = _stills.still_pictures(path_or_frames, from_s=from_s, to_s=to_s, fps=fps, camera=camera, progress=progress)
        mean, motion = found.mean, found.motion
    else:
        mean, motion = _of_frames(_inputs.pictures(path_or_frames))
    if points:
        _check_within(points, mean.shape[1], mean.shape[0])
    return RegionPicker(mean, motion, mode=mode, shown=shown, points=points)
