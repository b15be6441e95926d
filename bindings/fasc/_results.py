"""What an analysis gives back: the keys of result.json as attributes, with traces as arrays and bursts as objects."""
from __future__ import annotations

import json
import os
from collections.abc import Iterable, KeysView
from typing import TYPE_CHECKING, Any

from . import _fasc, _html, _inputs, _progress, _tables
from ._types import Floats, Options, Pathlike, Pictures, Progress

if TYPE_CHECKING:
    import pandas
    import xarray
    from matplotlib.axes import Axes


class Record:
    """Part of a result: the JSON's keys as attributes; what is null there is None.

    Also ``record["key"]``, ``record.keys()`` and ``record.to_dict()``.
    """

    def __init__(self, data: dict[str, Any]) -> None:
        self._data = data

    def __getattr__(self, name: str) -> Any:
        data = self.__dict__.get("_data", {})
        if name not in data:
            raise AttributeError(f"{type(self).__name__} has no '{name}'; it has {', '.join(data)}")
        value = data[name]
        return Record(value) if isinstance(value, dict) else value

    def __getitem__(self, name: str) -> Any:
        return self._data[name]

    def __dir__(self) -> Iterable[str]:
        return [*super().__dir__(), *self._data]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Record) and type(self) is type(other) and self._data == other._data

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        inner = ", ".join(f"{k}={v!r}" for k, v in self._data.items() if not isinstance(v, (dict, list)) or k.endswith(("_ci", "_ci_per_min")))
        return f"{type(self).__name__}({inner})"

    def keys(self) -> KeysView[str]:
        """Names of the attributes."""
        return self._data.keys()

    def to_dict(self) -> dict[str, Any]:
        """As plain dicts, lists, strings and numbers."""
        return dict(json.loads(json.dumps(self._data)))


class ClipInfo(Record):
    """What a clip is: path (base name), sha256, width, height, frames, frames_expected, duration_s, complete, mm_per_px, mm_per_px_x,
    mm_per_px_y, mm_per_px_source, mm_per_px_detail (which tags, or why there is no scale), time_source, transfer_syntax (DICOM), energy_unit, ..."""

    path: str
    sha256: str
    anonymous: bool
    width: int
    height: int
    frames: int
    frames_expected: int | None
    duration_s: float
    complete: bool
    problems: list[str]
    mm_per_px: float | None
    mm_per_px_x: float | None
    mm_per_px_y: float | None
    mm_per_px_source: str
    mm_per_px_detail: str | None
    energy_unit: str
    frame_rate: float | None
    time_source: str | None
    notes: list[str]
    transfer_syntax: str | None
    gray_mapping: str | None
    container: str
    codec: str
    pixel_format: str
    intra_only: bool
    view: str
    echo_areas: list[list[int]]
    panels: list[str]
    texts_inside: list[list[int]]

    def _repr_html_(self) -> str:
        return str(_html.clip(self))


class Comparison(Record):
    """Target against control: rate_ratio, rate_ratio_ci [lo, hi], p_value, energy_ratio, energy_ratio_ci [lo, hi], verdict, sentence,
    warnings, ...

    Rates count fasciculations. Energies are medians over all frames, so they show the motion and noise between twitches: ``energy_ratio`` may well be below 1
    where the target twitches more often."""

    rate_ratio: float | None
    rate_ratio_ci: list[float | None]
    p_value: float | None
    energy_ratio: float | None
    energy_ratio_ci: list[float | None]
    verdict: str
    sentence: str
    warnings: list[str]


class RegionResult(Record):
    """What was found in one region: rate_per_min, rate_ci_per_min [lo, hi], observed_s, presence (present, events_in_window, ...),
    grade (value, range, ...), muscle (name, side, nerve, roots, or None), ...

    Attributes
    ----------
    trace : fasc.Trace
        What was measured, one entry per frame: ``trace.time_s``, ``trace.energy``, ...; the first entry is NaN.
    bursts : list of fasc.Burst
        All events in order of onset, every kind; ``b.kind == "fasciculation"``.
    region : fasc.Region
        What was measured, in px.
    speed : numpy.ndarray
        mm/s or px/s per frame; what the thresholds are held against.
    sites : list of Record
        Where the fasciculations come from: site (from 1, as in ``b.site``), events, first_onset_s, centroid_x_px, centroid_y_px, depth_px,
        depth_mm, spread_px, spread_mm.
    rates_by_kind : Record
        Per kind: events, rate_per_min, rate_ci_per_min. ``rate_per_min`` counts fasciculations only, ``rate_all_kinds_per_min`` all.
    calm_level : Record
        What events were held against, in mm/s or px/s: speed, spread, sure, edge; and false_alarms_per_min, the noise peaks expected
        above ``sure`` per minute, None with too few calm peaks to tell.
    """

    near_field: Any
    skin_y_px: float | None
    observed_s: float
    not_observed_s: float
    rate_per_min: float | None
    rate_ci_per_min: list[float | None]
    zero_bound_one_sided_per_min: float | None
    rate_kind: str
    rates_by_kind: Record
    rate_all_kinds_per_min: float | None
    rate_all_kinds_ci_per_min: list[float | None]
    counts: Record
    steps: Record
    seconds: Record
    median_energy: float | None
    speed_unit: str
    calm_level: Record
    overview: Record
    muscle: Record | None
    presence: Record
    grade: Record

    def __init__(self, data: dict[str, Any], native: Any, provenance: dict[str, str] | None = None) -> None:
        super().__init__(data)
        self.trace: _fasc.Trace = native.trace
        self.bursts: list[_fasc.Burst] = native.bursts
        self.speed: Floats = native.speed
        self.speed.flags.writeable = False
        self.sites = [Record(site) for site in data["sites"]]
        self._provenance = provenance or {}

    @property
    def region(self) -> _fasc.Region:
        return self.trace.region

    def to_pandas(self) -> pandas.DataFrame:
        """The events as a table: one row per burst, the JSON's keys as columns, NaN where missing. Needs pandas (``fasc[tables]``).

        Returns
        -------
        pandas.DataFrame
        """
        return _tables.bursts_to_pandas([(None, self.bursts)])

    def to_xarray(self) -> xarray.Dataset:
        """The trace with labels and units: dimension ``time_s``, a variable per series, the motion of cells, where it all comes from as attributes.
        Needs xarray (``fasc[tables]``).

        Returns
        -------
        xarray.Dataset
            energy, rms_speed, speed, fast_speed, active_share, whole_share, near_dx, near_dy, change, step_s, state (time_s), and motion_px (time_s, row,
            column, component), each with ``units``; NaN where missing. Attributes are texts and numbers, so that ``to_netcdf`` takes them.

        Examples
        --------
        >>> import fasc
        >>> a = fasc.analyze("sample_data/calf_and_control_30fps.mp4", target="left", to_s=2.0)
        >>> table = a.target.to_xarray()
        >>> table.energy.attrs["units"], table.sizes["time_s"]
        ('(px/s)^2', 60)
        """
        return _tables.trace_to_xarray(self)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The events for what takes Arrow (pyarrow, polars, duckdb, pandas 2.2): ``pyarrow.table(a.target)``. No Arrow library is needed here."""
        return _tables.bursts_to_arrow([(None, self.bursts)])


class Simulation:
    """A simulated clip in memory. Made by :func:`fasc.simulate`.

    Attributes
    ----------
    frames : numpy.ndarray
        uint8 (n, height, width), or (n, height, width, 3) RGB where a panel is a camera's.
    time_s : numpy.ndarray
        s; float64 (n,).
    truth : dict
        What is known: panels with their twitches, muscle rectangles, the scene; as in the JSON beside sample clips.
    """

    def __init__(self, frames: Pictures, time_s: Floats, truth: dict[str, Any]) -> None:
        self.frames, self.time_s, self.truth = frames, time_s, truth

    def __repr__(self) -> str:
        twitches = sum(len(panel["twitches"]) for panel in self.truth["panels"])
        return f"<fasc.Simulation: {len(self.frames)} frames of {self.frames.shape[2]} × {self.frames.shape[1]} px, {twitches} twitches>"


class Analysis:
    """Everything that fasc says about a clip. Made by :func:`fasc.analyze` and :func:`fasc.conclude`.

    Attributes
    ----------
    clip, control_clip : ClipInfo
        What the clips are; control_clip is None where there is none.
    target, control : RegionResult
        What was found; control is None where there is none.
    comparison : Comparison
        Target against control, or None without a control.
    warnings : list of str
        What a reader must know, one sentence each.
    review : dict or None
        With a reviewer's events in place of the program's (``reviewed=`` of :func:`fasc.conclude`): decisions and agreement, as in result.json.
    """

    def __init__(self, native: Any, measurement: _fasc.Measurement, path: bytes | None = None, control_path: bytes | None = None) -> None:
        self._native = native
        self._measurement = measurement
        self._path = path
        self._control_path = control_path
        self._json: str = _fasc.result_json(native)
        data = json.loads(self._json)
        self._data = data
        self.clip = ClipInfo(data["clip"])
        self.control_clip: ClipInfo | None = data["control_clip"] and ClipInfo(data["control_clip"])
        here = _tables.provenance(data, data["clip"])
        there = _tables.provenance(data, data["control_clip"] or data["clip"])
        self.target = RegionResult(data["target"], native.target, here)
        self.control: RegionResult | None = data["control"] and RegionResult(data["control"], native.control, there)
        self.comparison: Comparison | None = data["comparison"] and Comparison(data["comparison"])
        self.warnings: list[str] = data.get("warnings", [])
        self.review: dict[str, Any] | None = data.get("review")
        self.options: _fasc.AnalyzeOptions = native.options
        self._give_posters()

    def _give_posters(self) -> None:
        """Lets the clips show themselves with the regions that were measured on them."""
        second = self.control_clip is not None
        here = [("target", self.target.region.polygon, [])]
        if self.control and not second:
            here.append(("control", self.control.region.polygon, []))
        self.clip._poster = (_fasc.poster(self._native), here, _fasc.echo_areas(self._native))
        if second:
            self.control_clip._poster = (_fasc.poster(self._native, True), [("control", self.control.region.polygon, [])], _fasc.echo_areas(self._native, True))

    @property
    def measurement(self) -> _fasc.Measurement:
        """fasc.Measurement: what was measured, to find bursts again with other options by :func:`fasc.conclude`."""
        return self._measurement

    def to_json(self) -> str:
        """The text of result.json, the same bytes as the program writes.

        Returns
        -------
        str
        """
        return self._json

    def to_dict(self) -> dict[str, Any]:
        """result.json as plain dicts, lists, strings and numbers."""
        return dict(json.loads(self._json))

    def to_pandas(self) -> pandas.DataFrame:
        """The events of target and control as one table, column ``region`` first. Needs pandas (``fasc[tables]``).

        Returns
        -------
        pandas.DataFrame
        """
        return _tables.bursts_to_pandas(self._events())

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The same for what takes Arrow: ``polars.DataFrame(a)``, ``pyarrow.table(a)``."""
        return _tables.bursts_to_arrow(self._events())

    def __reduce_ex__(self, protocol: Any) -> Any:
        return self._native.__reduce_ex__(protocol)  # which says what keeps results instead

    def _events(self) -> list[tuple[str | None, list[_fasc.Burst]]]:
        regions = [("target", self.target), ("control", self.control)]
        return [(name, result.bursts) for name, result in regions if result is not None]

    def save(self, dir: Pathlike, *, video: bool = False) -> None:
        """Writes result.json, report.html, trace.csv, bursts.csv, annotations.txt, events.tsv and measurement.cbor into a folder.

        Parameters
        ----------
        dir : str or os.PathLike
            Created where missing; our own earlier files are replaced, others are left alone.
        video : bool
            report.html plays ``annotated.mp4`` (and ``annotated_control.mp4``) from the same folder: draw it there with :meth:`annotate`.

        Raises
        ------
        OSError
            The folder cannot be made or written to.
        """
        _fasc.write_results(self._native, self._measurement, _inputs.path_text(dir, "dir"), bool(video))

    def annotate(
        self,
        out: Pathlike,
        *,
        clip: Pathlike | None = None,
        control: bool = False,
        options: _fasc.AnnotateOptions | Options | None = None,
        progress: Progress = None,
        **fields: Any,
    ) -> None:
        """Draws the annotated video: MP4 (H.264; VP9 with an LGPL FFmpeg) with the frames, times and length of the clip.

        Parameters
        ----------
        out : str or os.PathLike
            The MP4 to write; it appears whole or not at all.
        clip : str or os.PathLike, optional
            The clip's file, where the analysis does not know it (after :func:`fasc.conclude`); it must be the one measured.
        control : bool
            Draw the second clip (``control_clip``) instead of the first.
        options : fasc.AnnotateOptions or dict, optional
            How it looks; single fields can be given as keywords, e.g. ``motion="arrows"``.
        progress : True or callable, optional
            As in :func:`fasc.analyze`.

        Raises
        ------
        ValueError
            The frames came from memory, the clip's file has changed, or an option is out of range.
        OSError
            The video cannot be written.
        """
        path = self._control_path if control else self._path
        if clip is not None:
            path = _inputs.path_text(clip, "clip")
        if path is None:
            what = "there is no control clip" if control else "this analysis has no clip's file"
            raise ValueError(f"{what}: annotated videos are drawn from the file again; name it with clip=")
        if options is not None and fields:
            raise TypeError("give options= or single fields, not both")
        chosen = _inputs.struct(_fasc.AnnotateOptions, options, "options") or _fasc.AnnotateOptions(**fields)
        with _progress.shown(progress) as callback:
            _fasc.annotate(self._native, path, _inputs.path_text(out, "out"), chosen, bool(control), callback)

    def plot(self, role: str = "both", *, what: str = "speed", figsize: tuple[float, float] | None = None) -> Any:
        """Draws the trace with matplotlib: line, thresholds, events, time that was not observed; target over control on one scale.

        Parameters
        ----------
        role : {"both", "target", "control"}
        what : {"speed", "energy"}
            "speed": what events are found on, mm/s (px/s without a scale), with its thresholds. "energy": (mm/s)² or (px/s)².
        figsize : (float, float), optional
            Inches.

        Returns
        -------
        matplotlib.axes.Axes or numpy.ndarray of Axes
            One for one region, an array of two for two, target first. ``ax.figure.savefig("trace.pdf")`` writes vectors.

        Raises
        ------
        ValueError
            There is no such region, or ``what`` is unknown.
        ImportError
            matplotlib is not installed.

        Examples
        --------
        >>> import fasc
        >>> a = fasc.analyze("sample_data/calf_and_control_30fps.mp4", target="left", control="right", mm_per_px=0.12)
        >>> target, control = a.plot()  # doctest: +SKIP
        """
        from . import plot

        return plot.trace_figure(self, role, what=what, figsize=figsize)

    def plot_map(
        self,
        role: str = "both",
        *,
        background: str = "auto",
        unit: str | None = None,
        clip: Pathlike | None = None,
        figsize: tuple[float, float] | None = None,
    ) -> Any:
        """Draws where fasciculations arise, on the mean picture of the clip; see :func:`fasc.plot.region_map`.

        Parameters
        ----------
        role : {"both", "target", "control"}
        background : {"auto", "mean", "first"}
            "mean" reads the clip's file again; "first" is the first picture measured; "auto" the mean where the file is there and unchanged.
        unit : {"mm", "px"}, optional
            Of the axes: mm where the scale is known (down from the skin), else px of the frame.
        clip : str or os.PathLike, optional
            The clip's file, where the analysis does not know it.
        figsize : (float, float), optional
            Inches.

        Returns
        -------
        matplotlib.axes.Axes or numpy.ndarray of Axes
            As :meth:`plot`.
        """
        from . import plot

        return plot.map_figure(self, role, background=background, unit=unit, clip=clip, figsize=figsize)

    def plot_mmode(
        self,
        role: str = "target",
        *,
        x_px: float | None = None,
        unit: str | None = None,
        clip: Pathlike | None = None,
        ax: Axes | None = None,
        progress: Progress = None,
        **line: int,
    ) -> Axes:
        """Draws an M-mode strip, one vertical line of the picture over time, with the events above it; see :func:`fasc.plot.region_mmode`.

        Parameters
        ----------
        role : {"target", "control"}
        x_px : float, optional
            px of the frame; the line. Without it through the site with most fasciculations.
        unit, clip, progress
            As :func:`fasc.plot.region_mmode`, which also takes ``width_px``.
        ax : matplotlib.axes.Axes, optional

        Returns
        -------
        matplotlib.axes.Axes

        Raises
        ------
        ValueError
            The frames came from memory, the file is not the one measured, or the line lies outside the picture.
        """
        from . import plot

        return plot.region_mmode(self, role, ax, x_px=x_px, unit=unit, clip=clip, progress=progress, **line)

    def show(
        self,
        *,
        control: bool = False,
        clip: Pathlike | None = None,
        options: _fasc.AnnotateOptions | None = None,
        progress: Progress = None,
        width: int | None = None,
        **fields: Any,
    ) -> Any:
        """Draws the annotated video and plays it in the notebook; it is held in the notebook, which grows by its size.

        Parameters
        ----------
        width : int, optional
            px on the page.
        control, clip, options, progress, **fields
            As in :meth:`annotate`.

        Returns
        -------
        IPython.display.Video
        """
        from . import plot

        return plot.video(self, control=control, clip=clip, options=options, progress=progress, width=width, **fields)

    def to_html(self, *, video: bool = False) -> str:
        """The text of report.html, a page that stands alone; with ``video`` it plays annotated.mp4 from the same folder."""
        return str(_fasc.report_html(self._native, bool(video)))

    def _repr_html_(self) -> str:
        return str(_html.analysis(self))

    def __repr__(self) -> str:
        events = sum(b.kind == "fasciculation" for b in self.target.bursts)
        verdict = f", {self.comparison.verdict}" if self.comparison else ""
        return f"<fasc.Analysis of {os.path.basename(self.clip.path)}: {events} fasciculations in {self.target.observed_s:.1f} s{verdict}>"
