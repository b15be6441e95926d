"""Figures of an analysis with matplotlib: the trace, where twitches arise, and the M-mode strip. Units on every axis, colours that
colour-blind people can tell apart (Okabe and Ito 2008) and never colour alone, vector output: ``ax.figure.savefig("trace.pdf")``.

What most people use are the methods of :class:`fasc.Analysis`: ``a.plot()``, ``a.plot_map()``, ``a.plot_mmode()``; the functions here draw one
region into axes of the caller's.
"""
from __future__ import annotations

import dataclasses
import math
import numbers
import operator
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _fasc, _inputs, _stills
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


def _one_role(analysis, role):
    """The region asked for, where there can be only one."""
    if role == "both":
        raise ValueError("role is 'target' or 'control', one region for one axes, but got 'both'")
    return _roles(analysis, role)[0]


def _checked_axes(ax):
    """Axes of the caller's, or None."""
    if ax is not None:
        from matplotlib.axes import Axes

        if not isinstance(ax, Axes):
            raise TypeError(f"ax is matplotlib.axes.Axes or None for new ones, but got {_inputs.shown(ax)}")
    return ax


def _checked_size(figsize):
    """(width, height) in inches, or None."""
    if figsize is None:
        return None
    items = _inputs._as_list(figsize)
    if items is None or not all(_inputs._is_number(v) for v in items):
        raise TypeError(f"figsize is (width, height), two numbers in inches, but got {_inputs.shown(figsize)}")
    if len(items) != 2 or not all(math.isfinite(v) and v > 0 for v in items):
        raise ValueError(f"figsize is (width, height) in inches, both finite and above 0, but got {_inputs.shown(figsize)}")
    return float(items[0]), float(items[1])


def _rounded(value):
    """Two digits that count, never as a power of ten: 0.034, 6, 11, 130."""
    return np.format_float_positional(float(f"{value:.2g}"), trim="-")


def _number(value, digits=1):
    return "–" if value is None or (isinstance(value, float) and math.isnan(value)) else f"{value:.{digits}f}"


def _counted(count, word):
    return f"{count} {word}" + ("" if count == 1 else "s")


def _titles(analysis, role, low):
    """Region, events, time and rate in one line, then what is written where that is too wide: (text, size in points); ``low``: never two lines."""
    result = getattr(analysis, role)
    events = _counted(sum(b.kind == "fasciculation" for b in result.bursts), "fasciculation")
    lo, hi = result.rate_ci_per_min
    level = f"{100 * (1 - analysis.options.compare.alpha):.4g} %"
    observed = f"{role}: {events} in {_number(result.observed_s)} s"
    if result.rate_per_min is None:
        return [(observed, 10), (observed, 8), (f"{role}: {events}", 8), (role, 8)]
    rate = f"{_number(result.rate_per_min)} per min"
    range_words = f"({level}: {_number(lo)} to {_number(hi)})"
    two_lines = [] if low else [(f"{observed},\n{rate} {range_words}", 8), (f"{observed},\n{rate}", 8)]
    whole = f"{observed}, {rate} {range_words}"
    return [(whole, 10), (whole, 8), *two_lines, (f"{observed}, {rate}", 8), (f"{role}: {events}, {rate}", 8),
            (f"{role}: {events}", 8), (role, 8)]


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


_LETTER_PT = 9.0  # from one row of letters to the next, and
_APART_PT = 9.5  # from the middle of one letter to the next in its row
_LEAST_PT = 3.5  # an event is never drawn narrower


def _letter_rows(kinds, middles, apart, most):
    """Row of each letter above its event, 0 the lowest, so that none collide; None where ``most`` rows have no room.

    Where room is short, events that differ in kind from the one before come first, then those that differ from the one after.
    """
    def placed(order):
        taken, rows = [[] for _ in range(most)], [None] * len(kinds)
        for i in order:
            rows[i] = next((row for row in range(most) if all(abs(middles[i] - other) >= apart for other in taken[row])), None)
            if rows[i] is not None:
                taken[rows[i]].append(middles[i])
        return rows

    def rank(i):
        if i == 0 or kinds[i] != kinds[i - 1]:
            return 0
        return 1 if i + 1 < len(kinds) and kinds[i] != kinds[i + 1] else 2

    rows = placed(range(len(kinds)))
    return placed(sorted(range(len(kinds)), key=rank)) if None in rows else rows


def _above(ax):
    """Data across, and up from 4 points above the axes; with the part of the figure where that is shown."""
    from matplotlib.transforms import Bbox, ScaledTranslation, TransformedBbox

    inside = TransformedBbox(Bbox([[0, 0], [1, 2]]), ax.transAxes)  # what the user zooms away goes, though it stands above the axes
    return ax.get_xaxis_transform() + ScaledTranslation(0, 4 / 72, ax.figure.dpi_scale_trans), inside


def _bar(ax, begin_s, end_s, colour, **marker):
    above, inside = _above(ax)
    (bar,) = ax.plot([begin_s, end_s], [1, 1], transform=above, color=colour, linewidth=3.5, solid_capstyle="butt", **marker)
    bar.set_clip_path(None)
    bar.set_clip_box(inside)
    bar.set_in_layout(False)


def _mark_events(ax, bursts, *, spans=True):
    """Events as spans, each with a bar above the axes. Letters come with :func:`_letter_events`, when the axes have their width."""
    for burst in bursts:
        colour = KINDS[burst.kind].colour
        if spans:
            ax.axvspan(burst.onset_s, burst.end_s, facecolor=colour, alpha=0.30, linewidth=0, zorder=1)
        _bar(ax, burst.onset_s, burst.end_s, colour)


def _letter_events(ax, bursts, *, spans=True):
    """The letter of each event above its bar, in as many rows as it takes.

    Events too narrow to be seen are widened. Returns the points taken above the axes, the pad of a title."""
    points = ax.get_window_extent().width / ax.figure.dpi * 72
    span_s = max(1e-9, ax.get_xlim()[1] - ax.get_xlim()[0])
    pt_per_s = points / span_s
    small = _is_small(ax)
    bursts = sorted(bursts, key=lambda b: b.onset_s)
    middles_s = [(b.onset_s + b.end_s) / 2 for b in bursts]
    rows = _letter_rows([b.kind for b in bursts], [m * pt_per_s for m in middles_s], _APART_PT, 2 if _inches(ax)[1] < 0.9 else 4)
    for burst, middle, row in zip(bursts, middles_s, rows):
        kind = KINDS[burst.kind]
        if (burst.end_s - burst.onset_s) * pt_per_s < _LEAST_PT:  # in points, not seconds: zoomed in, the event has its own width
            if spans:
                ax.axvline(middle, color=kind.colour, alpha=0.30, linewidth=_LEAST_PT, zorder=1)
            _bar(ax, middle, middle, kind.colour, marker="s", markersize=_LEAST_PT, markeredgewidth=0)
        if row is not None:
            letter = ax.annotate(kind.letter, (middle, 0.999), xycoords=ax.get_xaxis_transform(), xytext=(0, 6 + _LETTER_PT * row),
                                 textcoords="offset points", ha="center", va="bottom", fontsize=7 if small else 8, color=_INK, annotation_clip=True)
            letter.set_in_layout(False)
    used = [row for row in rows if row is not None]
    return (20 if used or not small else 5) + _LETTER_PT * max(used, default=0)


def _inches(ax):
    """Width and height of axes as they are now."""
    box, dpi = ax.get_window_extent(), ax.figure.dpi
    return box.width / dpi, box.height / dpi


def _is_small(ax, width=4.5, height=1.5):
    """True for axes, in inches, where what is written must be shorter."""
    across, down = _inches(ax)
    return across < width or down < height


def _settled(figure):
    """Lays a figure of ours out, so that what is written can be held against the room there is."""
    figure.draw_without_rendering()


def _fit_title(ax, candidates, shorter, **look):
    """The first title that ends before the next axes or the figure does, the last one where none does; ``shorter``: in small letters from the start."""
    box = ax.get_window_extent()
    others = [other.get_window_extent().x0 for other in ax.figure.axes if other is not ax and other.get_label() != "<colorbar>"]
    room = min([x for x in others if x > box.x1], default=ax.figure.bbox.x1 + 2) - box.x0 - 4
    small = [c for c in candidates if c[1] <= 8] if shorter else []
    for text, size in small or candidates:
        title = ax.set_title(text, fontsize=size, loc="left", **look)
        if title.get_window_extent().width <= room:
            break


def _fit_down_label(ax, candidates, room_px=None):
    """The first label of the axis upwards that is no longer than the axes."""
    room_px = ax.get_window_extent().height if room_px is None else room_px
    for words in candidates:
        ax.yaxis.label.set_text(words)
        if ax.yaxis.label.get_window_extent().height <= room_px:
            break


def _fit_across_label(ax, candidates):
    """The first label of the axis across that is hardly longer than the axes."""
    for words in candidates:
        ax.xaxis.label.set_text(words)
        if ax.xaxis.label.get_window_extent().width <= 1.1 * ax.get_window_extent().width:
            break


def _legend_handles(kinds, missing, outlasted=False):
    from matplotlib.patches import Patch

    handles = [Patch(facecolor=KINDS[k].colour, alpha=0.6, label=f"{KINDS[k].letter}  {KINDS[k].words}") for k in KINDS if k in kinds]
    if missing:
        handles.append(Patch(facecolor="#F0F0F0", edgecolor="#A0A0A0", hatch="////", label="not observed"))
    if outlasted:
        handles.append(Patch(**_NO_RECORDING, label="no recording"))
    return handles


_NO_RECORDING = {"facecolor": "#E6E6E6", "edgecolor": "#808080", "hatch": "...", "linewidth": 0}  # dots: not "////", which is not observed


def _legend_below(fig, handles):
    """One legend below all axes, in as many rows as the figure's width asks for."""
    small = fig.get_figwidth() < 6 or fig.get_figheight() < 2.6
    look = {"fontsize": 7, "handlelength": 1.2, "columnspacing": 1.0, "handletextpad": 0.4, "borderpad": 0.1} if small else {"fontsize": 8}
    look.update({"loc": "outside lower center"} if _outside() else {"loc": "lower center", "bbox_to_anchor": (0.5, 0.0)})
    for columns in range(len(handles), 0, -1):
        legend = fig.legend(handles=handles, ncol=columns, frameon=False, **look)
        if columns == 1 or legend.get_window_extent().width <= fig.bbox.width:
            break
        legend.remove()
    if not _outside():
        rows = math.ceil(len(handles) / columns)
        inches = 0.25 + 0.17 * (rows - 1) - (0.07 if small else 0)
        fig.get_layout_engine().set(rect=(0, inches / fig.get_figheight(), 1, 1 - inches / fig.get_figheight()))


def _plain(ax):
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    ax.tick_params(labelsize=7 if _is_small(ax) else 9, color=_INK)


def _even_seconds(ax):
    from matplotlib.ticker import MaxNLocator

    ax.xaxis.set_major_locator(MaxNLocator(max(2, min(11, int(2.2 * _inches(ax)[0]))), steps=[1, 2, 5, 10]))


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
    TypeError
        ``ax`` is no axes.
    ValueError
        There is no such region, or ``what`` is unknown.
    ImportError
        matplotlib is not installed.
    """
    _checked_what(what)
    role = _one_role(analysis, role)
    pyplot = _pyplot()
    ours = _checked_axes(ax) is None
    if ours:
        ax = pyplot.subplots(figsize=(9, 2.8), layout="constrained")[1]
    _draw_trace(ax, analysis, role, what)
    if ours:
        _settled(ax.figure)
    _fit_trace(ax, analysis, role, what)
    return ax


def _checked_what(what):
    if what not in ("speed", "energy"):
        raise ValueError(f"what is 'speed' or 'energy', but got {what!r}")


def _fit_trace(ax, analysis, role, what):
    """What depends on the room there is: letters, title, label."""
    result = getattr(analysis, role)
    pad = _letter_events(ax, result.bursts)
    _fit_title(ax, _titles(analysis, role, low=_inches(ax)[1] < 0.75), _is_small(ax), color=COLOURS[role], pad=pad)
    unit = result.speed_unit if what == "speed" else f"({result.speed_unit})²"
    _fit_down_label(ax, [f"{what} ({unit})", unit])


def _draw_trace(ax, analysis, role, what):
    """All but what depends on the room there is."""
    result = getattr(analysis, role)
    small = _is_small(ax)
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
            ax.annotate(f"{words} {_rounded(value)}", (1, value), xycoords=("axes fraction", "data"), xytext=(3, 0), textcoords="offset points",
                        fontsize=7 if small else 8, color=_INK, va="bottom" if words == "sure" else "top", annotation_clip=False)
    ax.set_ylim(bottom=0)
    ax.set_ylabel(f"speed ({unit})" if what == "speed" else f"energy (({unit})²)", fontsize=8 if small else 9)
    ax.set_xlabel("time (s)", fontsize=8 if small else 9)
    if small:
        ax.yaxis.labelpad = ax.xaxis.labelpad = 1
    _even_seconds(ax)
    _mark_events(ax, result.bursts)
    ax.set_title(role, fontsize=8 if small else 10, loc="left", pad=20)  # holds the place
    _plain(ax)


def trace_figure(analysis: Analysis, role: str = "both", *, what: str = "speed", figsize: tuple[float, float] | None = None) -> Any:
    """The figure of ``a.plot()``: target over control, on one scale and one time axis.

    Where the two clips are not equally long, the time axis is that of the longer, and the rest of the shorter is marked "no recording".

    Returns
    -------
    matplotlib.axes.Axes or numpy.ndarray of Axes
        One for one region; for two an array of two, target first.
    """
    _checked_what(what)
    roles = _roles(analysis, role)
    size = _checked_size(figsize) or (9, 1.0 + 2.1 * len(roles))
    fig, axes = _pyplot().subplots(len(roles), 1, squeeze=False, sharey=True, sharex=True, figsize=size, layout="constrained")
    axes = axes[:, 0]
    kinds, missing = set(), False
    for name, ax in zip(roles, axes):
        _draw_trace(ax, analysis, name, what)
        result = getattr(analysis, name)
        kinds |= {b.kind for b in result.bursts}
        missing = missing or bool(missing_spans(result.trace))
        if ax is not axes[-1]:
            ax.set_xlabel("")
    outlasted = _one_clock(axes, [getattr(analysis, name).trace for name in roles])
    top = max((np.nanmax(ax.lines[0].get_ydata()) for ax in axes if np.isfinite(ax.lines[0].get_ydata()).any()), default=1.0)
    levels = [getattr(analysis, name).calm_level.sure or 0 for name in roles] if what == "speed" else [0]
    axes[0].set_ylim(0, 1.05 * max(top, *levels) or 1.0)
    handles = _legend_handles(kinds, missing, outlasted)
    if handles:
        _legend_below(fig, handles)
    _settled(fig)
    for name, ax in zip(roles, axes):
        _fit_trace(ax, analysis, name, what)
    return axes[0] if len(roles) == 1 else axes


def _one_clock(axes, traces):
    """One time axis for all traces; True where one of them is shorter than it."""
    spans = [(float(trace.time_s[0]), float(trace.time_s[-1])) for trace in traces if len(trace)]
    if not spans:
        return False
    begin, end = min(s[0] for s in spans), max(s[1] for s in spans)
    axes[0].set_xlim(begin, end)
    outlasted = False
    for ax, trace in zip(axes, traces):
        first, last = (float(trace.time_s[0]), float(trace.time_s[-1])) if len(trace) else (end, end)
        for left, right in ((begin, first), (last, end)):
            if right - left > 0.002 * (end - begin):  # less is not seen: the last frames of clips equally long
                ax.axvspan(left, right, zorder=0, **_NO_RECORDING)
                outlasted = True
    return outlasted


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

    Raises
    ------
    TypeError
        ``ax`` is no axes.
    ValueError
        There is no such region, or ``background`` or ``unit`` is unknown.
    """
    pyplot = _pyplot()
    role = _one_role(analysis, role)
    ours = _checked_axes(ax) is None
    if ours:
        ax = pyplot.subplots(figsize=(5.6, 4.2), layout="constrained")[1]
    fit = _draw_map(ax, analysis, role, background, unit, clip, colorbar)
    if ours:
        _settled(ax.figure)
    fit()
    return ax


def _draw_map(ax, analysis, role, background, unit, clip, colorbar):
    """Draws; returns what writes title and labels when the axes have their place."""
    from matplotlib import patheffects

    pyplot = _pyplot()
    small = _is_small(ax, 3.3, 2.4)
    result = getattr(analysis, role)
    trace = result.trace
    picture, which = _background(analysis, role, background, clip)
    info = analysis.control_clip if role == "control" and analysis.control_clip is not None else analysis.clip
    shape = picture.shape if picture is not None else (info.height, info.width)
    second = role == "control" and analysis.control_clip is not None
    place = _place(trace, _fasc.echo_areas(analysis._native, second), shape)
    axes = _Axes(trace, place, unit)
    left, top, right, bottom = place
    extent = [float(axes.x(left)), float(axes.x(right)), float(axes.y(bottom)), float(axes.y(top))]
    if picture is not None:
        ax.imshow(picture[top:bottom, left:right], cmap="gray", vmin=0, vmax=255, extent=extent, interpolation="nearest", aspect="equal", zorder=0)
    ax.set_xlim(extent[0], extent[1])
    ax.set_ylim(extent[2], extent[3])
    events = [b for b in result.bursts if b.kind == "fasciculation"]
    counts = _fasc.cells_taking_part(analysis._native, role == "control")
    bar = None
    if events and counts.size and counts.max() > 0:
        x, y, w, h = trace.region.bounds
        rows, cols = counts.shape
        shown = np.ma.masked_equal(counts, 0)
        cmap = pyplot.get_cmap("plasma", int(counts.max()))
        mesh = ax.pcolormesh(axes.x(np.linspace(x, x + w, cols + 1)), axes.y(np.linspace(y, y + h, rows + 1)), shown, cmap=cmap, vmin=0.5,
                             vmax=counts.max() + 0.5, alpha=0.45, linewidth=0, antialiased=True, rasterized=True, zorder=2)
        if colorbar:
            # In small figures as high as the picture, which is then less high than its part of the figure.
            where = {"cax": ax.inset_axes([1.04, 0, 0.05, 1])} if small else {"ax": ax, "shrink": 0.85, "pad": 0.02}
            bar = ax.figure.colorbar(mesh, **where)
            bar.set_label(f"fasciculations that moved a place (of {len(events)})", fontsize=7 if small else 8)
            most = 4 if small else 8
            ticks = [n for n in range(1, int(counts.max()) + 1) if counts.max() <= most or n % math.ceil(counts.max() / most) == 0]
            bar.set_ticks(ticks)
            bar.ax.tick_params(labelsize=6 if small else 8)
            bar.solids.set_alpha(1)
    if trace.near_field is not None:
        _outline(ax, trace.near_field, axes, "#FFFFFF", dashed=True)
    _outline(ax, trace.region, axes, _OUTLINES[role])
    if events:
        ax.scatter(axes.x([b.centroid_x_px for b in events]), axes.y([b.centroid_y_px for b in events]), s=6 if small else 12, color="#FFFFFF", edgecolor="#000000",
                   linewidth=0.6, zorder=5)
    halo = [patheffects.withStroke(linewidth=2.2, foreground="#000000")]
    for site in result.sites:
        at = float(axes.x(site.centroid_x_px)), float(axes.y(site.centroid_y_px))
        ax.scatter(*at, s=80 if small else 190, facecolor="none", edgecolor="#FFFFFF", linewidth=1.6, zorder=6, path_effects=halo)
        ax.annotate(str(site.site), at, xytext=(6, 6) if small else (9, 9), textcoords="offset points", ha="center", va="center",
                    fontsize=7 if small else 9, color="#FFFFFF", weight="bold", path_effects=halo, zorder=7)
    ax.set_xlabel(axes.across_label(), fontsize=8 if small else 9)
    ax.set_ylabel(axes.down_label(), fontsize=8 if small else 9)
    if small:
        ax.xaxis.labelpad = ax.yaxis.labelpad = 1
    ax.tick_params(labelsize=7 if small else 9)
    counted = _counted(len(events), "fasciculation")
    sites = f"at {_counted(len(result.sites), 'site')}" if events else ""
    titles = _map_titles(role, counted, sites, f"on the {which}")
    ax.set_title(titles[1 if small else 0][0], fontsize=8 if small else 10, loc="left")  # holds the place

    def fit():
        _fit_title(ax, titles, small)
        if not small:
            return
        height = ax.get_window_extent().height
        _fit_down_label(ax, [axes.down_label(), *(["depth (mm)"] if "depth" in axes.down_label() else []), f"({axes.unit})", axes.unit])
        _fit_across_label(ax, [axes.across_label(), f"across ({axes.unit})", axes.unit])
        if bar is not None:
            _fit_down_label(bar.ax, [f"fasciculations that moved a place (of {len(events)})", f"fasciculations (of {len(events)})", f"of {len(events)}"],
                            height)

    return fit


def _map_titles(role, counted, sites, which):
    """What stands above a map, in lines ever shorter: (text, size in points)."""
    at = f" {sites}" if sites else ""
    below = f"\n{sites}" if sites else ""
    return [(f"{role}: {counted}{at}\n{which}", 10), (f"{role}: {counted}{at}\n{which}", 8), (f"{role}: {counted}{below}\n{which}", 8),
            (f"{role}:\n{counted}{below}\n{which}", 7), (f"{role}:\n{counted}", 7), (role, 7)]


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
    size = _checked_size(figsize) or (5.4 * len(roles), 3.8)
    fig, axes = _pyplot().subplots(1, len(roles), squeeze=False, figsize=size, layout="constrained")
    axes = axes[0]
    fits = []
    for name, ax in zip(roles, axes):
        second = name == "control" and analysis.control_clip is not None
        fits.append(_draw_map(ax, analysis, name, background, unit, None if second else clip, True))
    _settled(fig)
    for fit in fits:
        fit()
    return axes[0] if len(roles) == 1 else axes


def _line_of(result, x_px, info):
    """px; the column that is read: the caller's, or through the busiest site, or through the region's middle."""
    if x_px is not None:
        if not isinstance(x_px, numbers.Real) or isinstance(x_px, bool):
            raise TypeError(f"x_px is a number, px of the frame, but got {_inputs.shown(x_px)}")
        if not abs(x_px) < 1e6:  # NaN as well; what is nearer is held against the file itself
            raise ValueError(f"x_px is a column of the frame of {info.width} x {info.height} px, but got {_inputs.shown(x_px)}")
        return int(round(x_px))
    if result.sites:
        return int(round(max(result.sites, key=lambda s: s.events).centroid_x_px))
    x, _, w, _ = result.region.bounds
    return x + w // 2


def _line_width(width_px):
    """px, a whole number; whether it is odd and fits is held against the file."""
    try:
        if isinstance(width_px, bool):
            raise TypeError
        width = operator.index(width_px)
    except TypeError:
        raise TypeError(f"width_px is an odd whole number of px, but got {_inputs.shown(width_px)}") from None
    if abs(width) >= 10**6:
        raise ValueError(f"width_px is an odd number of px, at most the frame's width, but got {width}")
    return width


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
    TypeError
        ``ax``, ``x_px`` or ``width_px`` is of the wrong type.
    ValueError
        The frames came from memory, the file is not the one measured, or the line lies outside the picture.
    """
    role = _one_role(analysis, role)
    pyplot = _pyplot()
    ours = _checked_axes(ax) is None
    width_px = _line_width(width_px)
    result = getattr(analysis, role)
    trace = result.trace
    second = role == "control" and analysis.control_clip is not None
    info = analysis.control_clip if second else analysis.clip
    _, top, _, bottom = _place(trace, _fasc.echo_areas(analysis._native, second), (info.height, info.width))
    x = _line_of(result, x_px, info)
    strip, time_s = _stills.strip_of_analysis(analysis, second, clip, x, top, bottom - top, width_px, progress)
    if ours:
        ax = pyplot.subplots(figsize=(9, 3.4), layout="constrained")[1]
    small = _is_small(ax)
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
    ax.set_xlabel("time (s)", fontsize=8 if small else 9)
    _even_seconds(ax)
    ax.set_ylabel(axes.down_label(), fontsize=8 if small else 9)
    columns = f"column {x} px" if width_px == 1 else f"columns {x - width_px // 2} to {x + width_px // 2} px"
    title = f"M-mode of the {role}, {columns}"
    titles = [(f"{title} of the frame; dashed: the region", 10), (f"{title}\nof the frame; dashed: the region", 8), (title, 8), (f"M-mode, {columns}", 8),
              ("M-mode", 8)]
    ax.set_title(title, fontsize=8 if small else 10, loc="left", pad=20)  # holds the place
    handles = _legend_handles({b.kind for b in result.bursts}, False)
    ax.tick_params(labelsize=7 if small else 9)
    if handles:
        _legend_under(ax, handles, small)
    if ours:
        _settled(ax.figure)
    _fit_title(ax, titles, small, pad=_letter_events(ax, result.bursts, spans=False))
    if small:
        _fit_down_label(ax, [axes.down_label(), *(["depth (mm)"] if "depth" in axes.down_label() else []), f"({axes.unit})"])
    return ax


def _legend_under(ax, handles, small):
    """Below one axes; where those are low, by points below its label rather than by a share of its height."""
    if not small:
        ax.legend(handles=handles, loc="upper center", bbox_to_anchor=(0.5, -0.17), ncol=len(handles), fontsize=8, frameon=False)
        return
    from matplotlib.transforms import ScaledTranslation

    below = ax.transAxes + ScaledTranslation(0, -26 / 72, ax.figure.dpi_scale_trans)
    for columns in range(len(handles), 0, -1):
        legend = ax.legend(handles=handles, loc="upper center", bbox_to_anchor=(0.5, 0), bbox_transform=below, ncol=columns, fontsize=7, frameon=False,
                           handlelength=1.2, columnspacing=1.0, handletextpad=0.4, borderpad=0.1)
        if legend.get_window_extent().width <= 1.2 * ax.get_window_extent().width:
            break


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
