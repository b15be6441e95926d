"""Figures of an analysis with matplotlib: the trace, where twitches arise, and the M-mode strip. Units on every axis, colours that
colour-blind people can tell apart (Okabe and Ito 2008) and never colour alone, vector output: ``ax.figure.savefig("trace.pdf")``.

What most people use are the methods of :class:`fasc.Analysis`: ``a.plot()``, ``a.plot_map()``, ``a.plot_mmode()``; the functions here draw one
region into axes of the caller's.
"""
from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _fasc, _stills
from ._types import Pathlike, Progress

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ._results import Analysis

COLOURS = {"target": "#D55E00", "control": "#0072B2"}
"""Line colours on white: vermilion and blue."""

_OUTLINES = {"target": "#FF7F2A", "control": "#56B4E9"}  # lighter, for outlines on dark pictures


@dataclasses.dataclass(frozen=True)
class Kind:
    """How a kind of event is drawn: its letter, colour, hatch and words."""

    letter: str
    colour: str
    words: str


KINDS = {
    "fasciculation": Kind("F", "#E69F00", "fasciculation"),
    "probe_motion": Kind("M", "#CC79A7", "probe motion"),
    "contraction": Kind("C", "#009E73", "contraction"),
    "pulsation": Kind("P", "#56B4E9", "pulsation"),
    "artefact": Kind("A", "#999999", "artefact"),
}
"""Letters and colours of the kinds of events, the same letters as in the report."""

_INK = "#222222"


def _pyplot():
    try:
        import matplotlib.pyplot
    except ImportError as error:
        raise ImportError("figures need matplotlib: pip install 'fasc[plot]', or Debian's python3-matplotlib") from error
    return matplotlib.pyplot


def _roles(analysis, role):
    """The regions asked for, in order."""
    if role not in ("both", "target", "control"):
        raise ValueError(f"role is 'target', 'control' or 'both', but got {role!r}")
    if role == "control" and analysis.control is None:
        raise ValueError("role is 'control', but this analysis has no control region; allowed is 'target'")
    if role == "both":
        return ["target", "control"] if analysis.control is not None else ["target"]
    return [role]


def _number(value, digits=1):
    return "–" if value is None or (isinstance(value, float) and math.isnan(value)) else f"{value:.{digits}f}"


def _counted(count, word):
    return f"{count} {word}" + ("" if count == 1 else "s")


def _title(analysis, role):
    """Region, events, time and rate in one line."""
    result = getattr(analysis, role)
    events = sum(b.kind == "fasciculation" for b in result.bursts)
    lo, hi = result.rate_ci_per_min
    level = f"{100 * (1 - analysis.options.compare.alpha):.4g} %"
    words = f"{role}: {_counted(events, 'fasciculation')} in {_number(result.observed_s)} s"
    if result.rate_per_min is None:
        return words
    return words + f", {_number(result.rate_per_min)} per min ({level}: {_number(lo)} to {_number(hi)})"


def missing_spans(trace: _fasc.Trace) -> list[tuple[float, float]]:
    """Time that was not observed: before, between and after what was measured or bridged.

    Parameters
    ----------
    trace : fasc.Trace

    Returns
    -------
    list of (float, float)
        s; begin and end, in order.
    """
    if len(trace) < 2:
        return []
    spans, at = [], float(trace.time_s[0])
    for begin, end in trace.observed_spans:
        if begin > at + 1e-9:
            spans.append((at, begin))
        at = max(at, end)
    if trace.time_s[-1] > at + 1e-9:
        spans.append((at, float(trace.time_s[-1])))
    return spans


def _shade_missing(ax, trace):
    spans = missing_spans(trace)
    for begin, end in spans:
        ax.axvspan(begin, end, facecolor="#F0F0F0", edgecolor="#A0A0A0", hatch="////", linewidth=0, zorder=0)
    return bool(spans)


def _mark_events(ax, bursts, *, spans=True):
    """Events as spans, each with a bar and its letter above the axes; letters that would collide are left out, bars never."""
    from matplotlib.transforms import Bbox, ScaledTranslation, TransformedBbox

    fig = ax.figure
    inside = TransformedBbox(Bbox([[0, 0], [1, 2]]), ax.transAxes)  # what the user zooms away goes, though it stands above the axes
    above = ax.get_xaxis_transform() + ScaledTranslation(0, 4 / 72, fig.dpi_scale_trans)  # the upper edge, and 4 points more
    width_px = ax.get_window_extent().width
    span_s = max(1e-9, ax.get_xlim()[1] - ax.get_xlim()[0])
    apart_s = 9.5 * fig.dpi / 72 / max(width_px, 1.0) * span_s  # s; width of a letter with its gap
    last = -math.inf
    for burst in bursts:
        kind = KINDS[burst.kind]
        if spans:
            ax.axvspan(burst.onset_s, burst.end_s, facecolor=kind.colour, alpha=0.30, linewidth=0, zorder=1)
        (bar,) = ax.plot([burst.onset_s, burst.end_s], [1, 1], transform=above, color=kind.colour, linewidth=3.5, solid_capstyle="butt")
        bar.set_clip_path(None)
        bar.set_clip_box(inside)
        bar.set_in_layout(False)
        middle = (burst.onset_s + burst.end_s) / 2
        if middle - last >= apart_s:
            letter = ax.annotate(kind.letter, (middle, 0.999), xycoords=ax.get_xaxis_transform(), xytext=(0, 6), textcoords="offset points", ha="center",
                                 va="bottom", fontsize=8, color=_INK, annotation_clip=True)
            letter.set_in_layout(False)
            last = middle


def _legend_handles(kinds, missing):
    from matplotlib.patches import Patch

    handles = [Patch(facecolor=KINDS[k].colour, alpha=0.6, label=f"{KINDS[k].letter}  {KINDS[k].words}") for k in KINDS if k in kinds]
    if missing:
        handles.append(Patch(facecolor="#F0F0F0", edgecolor="#A0A0A0", hatch="////", label="not observed"))
    return handles


def _plain(ax):
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    ax.tick_params(labelsize=9, color=_INK)


def _even_seconds(ax):
    from matplotlib.ticker import MaxNLocator

    ax.xaxis.set_major_locator(MaxNLocator(11, steps=[1, 2, 5, 10]))


def region_trace(analysis: Analysis, role: str = "target", ax: Axes | None = None, *, what: str = "speed") -> Axes:
    """Draws the trace of one region: the line, thresholds, events, and time that was not observed.

    Parameters
    ----------
    analysis : fasc.Analysis
    role : {"target", "control"}
    ax : matplotlib.axes.Axes, optional
        Where to draw; new axes where not given.
    what : {"speed", "energy"}
        "speed": what events are found on, in mm/s (px/s without a scale), with the thresholds it is held against. "energy": the optical-flow energy
        in (mm/s)² or (px/s)², which has no threshold.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        There is no such region, or ``what`` is unknown.
    ImportError
        matplotlib is not installed.
    """
    if what not in ("speed", "energy"):
        raise ValueError(f"what is 'speed' or 'energy', but got {what!r}")
    (role,) = _roles(analysis, "target" if role == "both" else role)
    result = getattr(analysis, role)
    if ax is None:
        ax = _pyplot().subplots(figsize=(9, 2.8), layout="constrained")[1]
    trace = result.trace
    values = result.speed if what == "speed" else trace.energy
    unit = result.speed_unit
    ax.plot(trace.time_s, values, color=COLOURS[role], linewidth=1.0, zorder=3)
    if len(trace):
        ax.set_xlim(float(trace.time_s[0]), float(trace.time_s[-1]))
    _shade_missing(ax, trace)
    level = result.calm_level
    if what == "speed" and level.sure is not None:
        for value, style, words in ((level.sure, (0, (5, 2)), "sure"), (level.edge, (0, (1, 1.5)), "edge")):
            ax.axhline(value, color=_INK, linestyle=style, linewidth=0.9, zorder=2)
            ax.annotate(f"{words} {value:.2g}", (1, value), xycoords=("axes fraction", "data"), xytext=(3, 0), textcoords="offset points",
                        fontsize=8, color=_INK, va="bottom" if words == "sure" else "top", annotation_clip=False)
    ax.set_ylim(bottom=0)
    ax.set_ylabel(f"speed ({unit})" if what == "speed" else f"energy (({unit})²)", fontsize=9)
    ax.set_xlabel("time (s)", fontsize=9)
    _even_seconds(ax)
    _mark_events(ax, result.bursts)
    ax.set_title(_title(analysis, role), fontsize=10, loc="left", color=COLOURS[role], pad=20)
    _plain(ax)
    return ax


def trace_figure(analysis: Analysis, role: str = "both", *, what: str = "speed", figsize: tuple[float, float] | None = None) -> Any:
    """The figure of ``a.plot()``: target over control, on one scale.

    Returns
    -------
    matplotlib.axes.Axes or numpy.ndarray of Axes
        One for one region; for two an array of two, target first.
    """
    if what not in ("speed", "energy"):
        raise ValueError(f"what is 'speed' or 'energy', but got {what!r}")
    roles = _roles(analysis, role)
    one_clock = analysis.control_clip is None
    fig, axes = _pyplot().subplots(len(roles), 1, squeeze=False, sharey=True, sharex=one_clock, figsize=figsize or (9, 1.0 + 2.1 * len(roles)), layout="constrained")
    axes = axes[:, 0]
    kinds, missing = set(), False
    for name, ax in zip(roles, axes):
        region_trace(analysis, name, ax, what=what)
        result = getattr(analysis, name)
        kinds |= {b.kind for b in result.bursts}
        missing = missing or bool(missing_spans(result.trace))
        if one_clock and ax is not axes[-1]:
            ax.set_xlabel("")
    top = max((np.nanmax(ax.lines[0].get_ydata()) for ax in axes if np.isfinite(ax.lines[0].get_ydata()).any()), default=1.0)
    levels = [getattr(analysis, name).calm_level.sure or 0 for name in roles] if what == "speed" else [0]
    axes[0].set_ylim(0, 1.05 * max(top, *levels) or 1.0)
    handles = _legend_handles(kinds, missing)
    if handles:
        fig.legend(handles=handles, loc="outside lower center" if _outside() else "lower center", ncol=len(handles), fontsize=8, frameon=False,
                   **({} if _outside() else {"bbox_to_anchor": (0.5, 0.0)}))
        if not _outside():
            fig.get_layout_engine().set(rect=(0, 0.25 / fig.get_figheight(), 1, 1 - 0.25 / fig.get_figheight()))
    return axes[0] if len(roles) == 1 else axes


def _outside():
    """True where figure legends can be placed outside the axes (matplotlib 3.7)."""
    import matplotlib

    return tuple(int(n) for n in matplotlib.__version__.split(".")[:2]) >= (3, 7)


def _scale(trace, unit):
    """Px to the unit of a map's axes: (factor across, factor down, unit)."""
    scale = trace.scale
    known = scale.known
    if unit is None:
        unit = "mm" if known else "px"
    if unit not in ("mm", "px"):
        raise ValueError(f"unit is 'mm' or 'px', but got {unit!r}")
    if unit == "mm" and not known:
        raise ValueError("unit is 'mm', but this analysis has no scale; allowed is 'px', or analyse with mm_per_px=")
    return (scale.mm_per_px_x, scale.mm_per_px_y, "mm") if unit == "mm" else (1.0, 1.0, "px")


def _place(trace, areas, shape):
    """px; what a map shows: the echo area that holds the region's middle, with the region whole."""
    x, y, w, h = trace.region.bounds
    held = [a for a in areas if a[0] <= x + w / 2 < a[0] + a[2] and a[1] <= y + h / 2 < a[1] + a[3]]
    boxes = [trace.region.bounds, *held[:1]]
    if trace.near_field is not None:
        boxes.append(trace.near_field.bounds)
    left, top = min(b[0] for b in boxes), min(b[1] for b in boxes)
    right, bottom = max(b[0] + b[2] for b in boxes), max(b[1] + b[3] for b in boxes)
    return max(0, left), max(0, top), min(shape[1], right), min(shape[0], bottom)


class _Axes:
    """Px of the frame to what a map's axes show: mm across from the picture's left edge and down from the skin, or px of the frame."""

    def __init__(self, trace, place, unit):
        fx, fy, self.unit = _scale(trace, unit)
        self.millimetres = self.unit == "mm"
        self.skin = trace.skin_y_px
        zero_y = (self.skin if self.skin is not None else place[1]) if self.millimetres else 0
        zero_x = place[0] if self.millimetres else 0
        self._x, self._y, self._fx, self._fy = zero_x, zero_y, fx, fy

    def x(self, px):
        return (np.asarray(px, float) - self._x) * self._fx

    def y(self, px):
        return (np.asarray(px, float) - self._y) * self._fy

    def down_label(self):
        if not self.millimetres:
            return "down the frame (px)"
        return "depth below the skin (mm)" if self.skin is not None else "down the picture (mm)"

    def across_label(self):
        return "across (mm)" if self.millimetres else "across the frame (px)"


def _outline(ax, region, axes, colour, dashed=False):
    from matplotlib import patheffects

    points = np.array(list(region.polygon) + [region.polygon[0]])
    ax.plot(axes.x(points[:, 0]), axes.y(points[:, 1]), color=colour, linewidth=1.2 if dashed else 1.8, linestyle=(0, (4, 3)) if dashed else "-",
            path_effects=[patheffects.withStroke(linewidth=3.2 if not dashed else 2.4, foreground="#000000", alpha=0.5)], zorder=4)


def _background(analysis, role, background, clip):
    """The gray picture behind a map, and what it is."""
    second = role == "control" and analysis.control_clip is not None
    if background not in ("auto", "mean", "first"):
        raise ValueError(f"background is 'auto', 'mean' or 'first', but got {background!r}")
    if background != "first":
        found = _stills.of_analysis(analysis, second, clip, required=background == "mean" or clip is not None)
        if found is not None:
            return found.mean, "mean picture"
    poster = _fasc.poster(analysis._native, second)
    return poster, "first picture"


def region_map(
    analysis: Analysis,
    role: str = "target",
    ax: Axes | None = None,
    *,
    background: str = "auto",
    unit: str | None = None,
    clip: Pathlike | None = None,
    colorbar: bool = True,
) -> Axes:
    """Draws where in one region fasciculations arise, on a picture of the clip.

    Cells are coloured by how many fasciculations moved them at least half as far as the farthest cell; small dots are the middle of each event's
    motion; numbered circles are the sites of origin, as ``b.site`` and ``a.target.sites``.

    Parameters
    ----------
    analysis : fasc.Analysis
    role : {"target", "control"}
    ax : matplotlib.axes.Axes, optional
    background : {"auto", "mean", "first"}
        "mean": mean of all pictures, for which the clip's file is read again; "first": the first picture measured; "auto": the mean where the file is
        still there and unchanged, else the first. The figure says which.
    unit : {"mm", "px"}, optional
        Of the axes: mm (down from the skin) where the scale is known, else px of the frame.
    clip : str or os.PathLike, optional
        The clip's file where the analysis does not know it.
    colorbar : bool
        Beside the axes.

    Returns
    -------
    matplotlib.axes.Axes
    """
    from matplotlib import patheffects

    pyplot = _pyplot()
    (role,) = _roles(analysis, role)
    result = getattr(analysis, role)
    trace = result.trace
    picture, which = _background(analysis, role, background, clip)
    info = analysis.control_clip if role == "control" and analysis.control_clip is not None else analysis.clip
    shape = picture.shape if picture is not None else (info.height, info.width)
    second = role == "control" and analysis.control_clip is not None
    place = _place(trace, _fasc.echo_areas(analysis._native, second), shape)
    if ax is None:
        ax = pyplot.subplots(figsize=(5.6, 4.2), layout="constrained")[1]
    axes = _Axes(trace, place, unit)
    left, top, right, bottom = place
    extent = [float(axes.x(left)), float(axes.x(right)), float(axes.y(bottom)), float(axes.y(top))]
    if picture is not None:
        ax.imshow(picture[top:bottom, left:right], cmap="gray", vmin=0, vmax=255, extent=extent, interpolation="nearest", aspect="equal", zorder=0)
    ax.set_xlim(extent[0], extent[1])
    ax.set_ylim(extent[2], extent[3])
    events = [b for b in result.bursts if b.kind == "fasciculation"]
    counts = _fasc.cells_taking_part(analysis._native, role == "control")
    if events and counts.size and counts.max() > 0:
        x, y, w, h = trace.region.bounds
        rows, cols = counts.shape
        shown = np.ma.masked_equal(counts, 0)
        cmap = pyplot.get_cmap("plasma", int(counts.max()))
        mesh = ax.pcolormesh(axes.x(np.linspace(x, x + w, cols + 1)), axes.y(np.linspace(y, y + h, rows + 1)), shown, cmap=cmap, vmin=0.5,
                             vmax=counts.max() + 0.5, alpha=0.45, linewidth=0, antialiased=True, rasterized=True, zorder=2)
        if colorbar:
            bar = ax.figure.colorbar(mesh, ax=ax, shrink=0.85, pad=0.02)
            bar.set_label(f"fasciculations that moved a place (of {len(events)})", fontsize=8)
            ticks = [n for n in range(1, int(counts.max()) + 1) if counts.max() <= 8 or n % math.ceil(counts.max() / 8) == 0]
            bar.set_ticks(ticks)
            bar.ax.tick_params(labelsize=8)
            bar.solids.set_alpha(1)
    if trace.near_field is not None:
        _outline(ax, trace.near_field, axes, "#FFFFFF", dashed=True)
    _outline(ax, trace.region, axes, _OUTLINES[role])
    if events:
        ax.scatter(axes.x([b.centroid_x_px for b in events]), axes.y([b.centroid_y_px for b in events]), s=12, color="#FFFFFF", edgecolor="#000000",
                   linewidth=0.6, zorder=5)
    halo = [patheffects.withStroke(linewidth=2.2, foreground="#000000")]
    for site in result.sites:
        at = float(axes.x(site.centroid_x_px)), float(axes.y(site.centroid_y_px))
        ax.scatter(*at, s=190, facecolor="none", edgecolor="#FFFFFF", linewidth=1.6, zorder=6, path_effects=halo)
        ax.annotate(str(site.site), at, xytext=(9, 9), textcoords="offset points", ha="center", va="center", fontsize=9, color="#FFFFFF", weight="bold",
                    path_effects=halo, zorder=7)
    ax.set_xlabel(axes.across_label(), fontsize=9)
    ax.set_ylabel(axes.down_label(), fontsize=9)
    what = _counted(len(events), "fasciculation") + (f" at {_counted(len(result.sites), 'site')}" if events else "")
    ax.set_title(f"{role}: {what}\non the {which}", fontsize=10, loc="left")
    ax.tick_params(labelsize=9)
    return ax


def map_figure(
    analysis: Analysis,
    role: str = "both",
    *,
    background: str = "auto",
    unit: str | None = None,
    clip: Pathlike | None = None,
    figsize: tuple[float, float] | None = None,
) -> Any:
    """The figure of ``a.plot_map()``: target beside control.

    Returns
    -------
    matplotlib.axes.Axes or numpy.ndarray of Axes
        One for one region; for two an array of two, target first.
    """
    roles = _roles(analysis, role)
    _, axes = _pyplot().subplots(1, len(roles), squeeze=False, figsize=figsize or (5.4 * len(roles), 3.8), layout="constrained")
    axes = axes[0]
    for name, ax in zip(roles, axes):
        second = name == "control" and analysis.control_clip is not None
        region_map(analysis, name, ax, background=background, unit=unit, clip=None if second else clip)
    return axes[0] if len(roles) == 1 else axes


def _line_of(result, x_px):
    """px; the column that is read: the caller's, or through the busiest site, or through the region's middle."""
    if x_px is not None:
        return int(round(x_px))
    if result.sites:
        return int(round(max(result.sites, key=lambda s: s.events).centroid_x_px))
    x, _, w, _ = result.region.bounds
    return x + w // 2


def region_mmode(
    analysis: Analysis,
    role: str = "target",
    ax: Axes | None = None,
    *,
    x_px: float | None = None,
    width_px: int = _fasc.M_MODE_WIDTH_PX,
    unit: str | None = None,
    clip: Pathlike | None = None,
    progress: Progress = None,
) -> Axes:
    """Draws an M-mode strip: one vertical line of the picture over time, with the events of the region above it.

    The clip's file is read again along that line. Gray levels are those of the exported picture; each frame is shown until the next one, so repeated
    pictures and freezes are seen as they are. Motion across the line or out of the plane does not show as up and down.

    Parameters
    ----------
    analysis : fasc.Analysis
    role : {"target", "control"}
    ax : matplotlib.axes.Axes, optional
    x_px : float, optional
        px of the frame; the line. Without it through the site with most fasciculations, or through the region's middle where there is none.
    width_px : int
        px, odd; columns that are averaged.
    unit : {"mm", "px"}, optional
        As in :func:`region_map`.
    clip : str or os.PathLike, optional
        The clip's file where the analysis does not know it; it must be the one measured.
    progress : True or callable, optional
        As in :func:`fasc.analyze`.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        The frames came from memory, the file is not the one measured, or the line lies outside the picture.
    """
    (role,) = _roles(analysis, role)
    result = getattr(analysis, role)
    trace = result.trace
    second = role == "control" and analysis.control_clip is not None
    info = analysis.control_clip if second else analysis.clip
    _, top, _, bottom = _place(trace, _fasc.echo_areas(analysis._native, second), (info.height, info.width))
    x = _line_of(result, x_px)
    strip, time_s = _stills.strip_of_analysis(analysis, second, clip, x, top, bottom - top, width_px, progress)
    if ax is None:
        ax = _pyplot().subplots(figsize=(9, 3.4), layout="constrained")[1]
    place = (0, top, info.width, bottom)
    axes = _Axes(trace, place, unit)
    step = float(np.median(np.diff(time_s))) if len(time_s) > 1 else 1.0
    edges = np.append(time_s, time_s[-1] + step)
    ax.pcolormesh(edges, axes.y(np.arange(top, bottom + 1)), strip, cmap="gray", vmin=0, vmax=max(1, int(strip.max())), rasterized=True, zorder=0)
    ax.set_xlim(edges[0], edges[-1])
    ax.set_ylim(float(axes.y(bottom)), float(axes.y(top)))
    _, region_top, _, region_height = trace.region.bounds
    for y in (region_top, region_top + region_height):
        ax.axhline(float(axes.y(y)), color=_OUTLINES[role], linewidth=1.2, linestyle=(0, (6, 3)), zorder=2)
    for burst in result.bursts:
        for at in (burst.onset_s, burst.end_s):
            ax.axvline(at, color=KINDS[burst.kind].colour, linewidth=0.6, alpha=0.7, zorder=3)
    _mark_events(ax, result.bursts, spans=False)
    ax.set_xlabel("time (s)", fontsize=9)
    _even_seconds(ax)
    ax.set_ylabel(axes.down_label(), fontsize=9)
    columns = f"column {x} px" if width_px == 1 else f"columns {x - width_px // 2} to {x + width_px // 2} px"
    ax.set_title(f"M-mode of the {role}, {columns} of the frame; dashed: the region", fontsize=10, loc="left", pad=20)
    handles = _legend_handles({b.kind for b in result.bursts}, False)
    if handles:
        ax.legend(handles=handles, loc="upper center", bbox_to_anchor=(0.5, -0.17), ncol=len(handles), fontsize=8, frameon=False)
    ax.tick_params(labelsize=9)
    return ax


def video(
    analysis: Analysis,
    *,
    control: bool = False,
    clip: Pathlike | None = None,
    options: _fasc.AnnotateOptions | None = None,
    progress: Progress = None,
    width: int | None = None,
    **fields: Any,
) -> Any:
    """Draws the annotated video and shows it in a notebook: what ``a.show()`` returns.

    The video is drawn into a temporary file and held inside the returned object, so the notebook stands alone and grows by its size.

    Returns
    -------
    IPython.display.Video
    """
    try:
        from IPython.display import Video
    except ImportError as error:
        raise ImportError("show() is for notebooks and needs IPython: pip install 'fasc[notebook]'; a.annotate(out) writes the video to a file") from error
    import os
    import tempfile

    with tempfile.TemporaryDirectory(prefix="fasc-") as folder:
        out = os.path.join(folder, "annotated.mp4")
        analysis.annotate(out, clip=clip, control=control, options=options, progress=progress, **fields)
        with open(out, "rb") as file:
            return Video(data=file.read(), embed=True, mimetype="video/mp4", width=width, html_attributes="controls loop muted")
