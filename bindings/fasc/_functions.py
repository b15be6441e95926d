"""The functions of the package: inputs made ready, the library called, results wrapped."""
from __future__ import annotations

import json
import os
import pathlib
import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from . import _dask, _fasc, _inputs, _progress, _table
from ._batch import BatchItems
from ._clip import fps_of
from ._results import Analysis, RegionResult, Simulation
from ._types import Frames, Numbers, Options, Pathlike, Pictures, Progress, RegionLike, ScaleLike


if TYPE_CHECKING:
    import pandas

_DEFAULTS = _fasc.AnalyzeOptions()


def _named_as_in_the_program():
    """Single settings: their names in the program (without dashes), the struct they belong to and the field."""
    renamed = {
        ("compare", "shortest_s"): "shortest_observed_s",
        ("compare", "advised_s"): "advised_observed_s",
        ("presence", "events"): "presence_events",
        ("presence", "window_s"): "presence_window_s",
        ("presence", "observed_share"): "presence_observed_share",
        ("flow", "method"): None,  # flow="dis"
        ("energy", "flow"): None,
        ("energy", "pairs"): None,
    }
    fields = {}
    for part, cls in _PARTS.items():
        for field in cls.FIELDS:
            name = renamed.get((part, field), field)
            if name is not None:
                fields[name] = (part, field)
    return fields


_PARTS = {
    "energy": _fasc.EnergyOptions,
    "flow": _fasc.FlowOptions,
    "pairs": _fasc.PairOptions,
    "bursts": _fasc.BurstOptions,
    "compare": _fasc.CompareOptions,
    "presence": _fasc.PresenceOptions,
}
_SETTINGS = _named_as_in_the_program()


def _parts(given, settings, allowed=tuple(_PARTS), base=None):
    """The options structs that were given, whole or by single settings; None for a part that was not.

    What a dict or single settings leave out is as in ``base`` (an AnalyzeOptions), or the default. A text for ``flow`` is the method's name.
    """
    changes = {}
    if isinstance(given.get("flow"), str):
        changes["flow"] = {"method": given["flow"]}
        given = {**given, "flow": None}
    for name, value in settings.items():
        part, field = _SETTINGS.get(name, (None, None))
        if part not in allowed:
            known = ", ".join(n for n, (p, _) in _SETTINGS.items() if p in allowed)
            raise TypeError(f"there is no option '{name}'; single settings are {known}")
        if given[part] is not None:
            raise TypeError(f"give {part}= or {name}=, not both")
        changes.setdefault(part, {})[field] = value
    parts = {}
    for name in allowed:
        value = changes.get(name, given[name])
        if isinstance(value, dict) and base is not None:
            saved = getattr(base, name)
            value = {**{field: getattr(saved, field) for field in saved.FIELDS}, **value}
        parts[name] = _inputs.struct(_PARTS[name], value, name)
    return parts


def _options(given, settings):
    """AnalyzeOptions of the keywords that analyze, measure and batch share."""
    options = _fasc.AnalyzeOptions()
    if given["target"] is not None:
        options.target = _inputs.region_spec(given["target"], "target")
    options.control = _inputs.region_spec(given["control"], "control")
    if given["control_clip"] is not None:
        options.control_clip = _inputs.path_text(given["control_clip"], "control_clip")
    options.scale = _inputs.scale(given["mm_per_px"], "mm_per_px")
    options.control_scale = _inputs.scale(given["control_mm_per_px"], "control_mm_per_px")
    options.camera = given["camera"]
    options.anonymous = given["anonymous"]
    for side in ("", "control_"):
        points = _inputs.scale_points(given[side + "scale_points"], side + "scale_points")
        if points is None:
            continue
        if given[side + "mm_per_px"] is not None:
            raise ValueError(f"{side}mm_per_px and {side}scale_points are both given; allowed is one of them")
        setattr(options, side + "scale", points)
    for name in ("from_s", "to_s", "fps", "max_frame_px", "max_decoded_bytes", "threads"):
        setattr(options, name, given[name])
    parts = _parts(given, settings)
    for name in ("energy", "bursts", "compare", "presence"):
        if parts[name] is not None:
            setattr(options, name, parts[name])
    for name in ("flow", "pairs"):
        if parts[name] is not None:
            setattr(options.energy, name, parts[name])
    options.check()
    return options


def measure(
    path_or_frames: Pathlike | Frames,
    target: RegionLike | None = None,
    control: RegionLike | None = None,
    *,
    control_clip: Pathlike | None = None,
    mm_per_px: ScaleLike | None = None,
    control_mm_per_px: ScaleLike | None = None,
    camera: bool | None = None,
    scale_points: str | Sequence[float] | None = None,
    control_scale_points: str | Sequence[float] | None = None,
    from_s: float = _DEFAULTS.from_s,
    to_s: float = _DEFAULTS.to_s,
    fps: float = _DEFAULTS.fps,
    max_frame_px: int = _DEFAULTS.max_frame_px,
    max_decoded_bytes: int = _DEFAULTS.max_decoded_bytes,
    anonymous: str | None = None,
    threads: int = _DEFAULTS.threads,
    time_s: Numbers | None = None,
    name: str = "frames",
    energy: _fasc.EnergyOptions | Options | None = None,
    flow: _fasc.FlowOptions | Options | str | None = None,
    pairs: _fasc.PairOptions | Options | None = None,
    bursts: _fasc.BurstOptions | Options | None = None,
    compare: _fasc.CompareOptions | Options | None = None,
    presence: _fasc.PresenceOptions | Options | None = None,
    progress: Progress = None,
    **settings: Any,
) -> _fasc.Measurement:
    """Measures a clip once; :func:`conclude` finds bursts on it as often as you like.

    Parameters are those of :func:`analyze`.

    Returns
    -------
    fasc.Measurement
    """
    options = _options({**locals(), "fps": fps_of(path_or_frames, fps)}, settings)
    with _progress.shown(progress) as callback:
        if _inputs.is_path(path_or_frames):
            if time_s is not None:
                raise ValueError("time_s belongs to frames in memory; a clip's file has times of its own")
            return _fasc.measure(_inputs.path_text(path_or_frames, "the clip"), options, callback)
        pictures = _inputs.pictures(path_or_frames)
        times = _inputs.times(time_s, len(pictures))
        return _fasc.measure_frames(pictures, times, name, options, callback)


def analyze(
    path_or_frames: Pathlike | Frames,
    target: RegionLike | None = None,
    control: RegionLike | None = None,
    *,
    control_clip: Pathlike | None = None,
    mm_per_px: ScaleLike | None = None,
    control_mm_per_px: ScaleLike | None = None,
    camera: bool | None = None,
    scale_points: str | Sequence[float] | None = None,
    control_scale_points: str | Sequence[float] | None = None,
    from_s: float = _DEFAULTS.from_s,
    to_s: float = _DEFAULTS.to_s,
    fps: float = _DEFAULTS.fps,
    max_frame_px: int = _DEFAULTS.max_frame_px,
    max_decoded_bytes: int = _DEFAULTS.max_decoded_bytes,
    anonymous: str | None = None,
    threads: int = _DEFAULTS.threads,
    time_s: Numbers | None = None,
    name: str = "frames",
    energy: _fasc.EnergyOptions | Options | None = None,
    flow: _fasc.FlowOptions | Options | str | None = None,
    pairs: _fasc.PairOptions | Options | None = None,
    bursts: _fasc.BurstOptions | Options | None = None,
    compare: _fasc.CompareOptions | Options | None = None,
    presence: _fasc.PresenceOptions | Options | None = None,
    progress: Progress = None,
    **settings: Any,
) -> Analysis:
    """Finds fasciculations in an ultrasound clip and compares a muscle with a calm one.

    Parameters
    ----------
    path_or_frames : str, os.PathLike, numpy.ndarray or sequence of numpy.ndarray
        A clip's file; or frames in memory, uint8, shape (n, height, width) gray or (n, height, width, 3) RGB. Frames need ``time_s``.
    target, control : tuple, list, str or fasc.Region, optional
        Regions of muscle in px of the picture, origin top left: ``(x, y, w, h)``, points ``[(x1, y1), (x2, y2), (x3, y3), ...]``, or a
        string as in the program (``"x,y,w,h"``, ``"x1,y1 x2,y2 x3,y3"``, ``"auto"``, ``"left"``, ``"right"``, ``"middle"``,
        ``"camera"``, ``"panel1"``, …, a JSON file's name).
        Without ``target`` the muscle is found; without ``control`` nothing is compared.
    control_clip : str or os.PathLike, optional
        A second clip that holds the control muscle; ``control`` is then a region there, found where not given.
    mm_per_px, control_mm_per_px : float or (float, float), optional
        Scale in mm per px, or across and down, over what the file says; without one everything is in px.
    camera : bool, optional
        True: the clip is a camera's picture of the skin, and the hand's shake is taken out. False: it is an ultrasound screen. Without it
        a camera is recognised by its colours.
    scale_points, control_scale_points : (x1, y1, x2, y2, mm), optional
        Scale by two points in px, such as the ends of a ruler in the picture, and the mm between them; instead of ``mm_per_px``.
    from_s, to_s : float
        s; what is analysed, half open.
    fps : float
        Frames per s of a DICOM clip that states no time; without it (NaN) such a clip is refused.
    max_frame_px, max_decoded_bytes : int
        Larger pictures in a file, and files whose decoded pictures are larger together, are refused.
    anonymous : str, optional
        A key: results then call clips by the first 16 hex digits of HMAC-SHA-256 of their file names with this key, the same for the same
        key. The key itself is written nowhere.
    threads : int
        0: as many as the machine has. Never changes results.
    time_s : sequence of float, optional
        s; time of each frame in memory, rising.
    name : str
        Stands for the file's name where frames are in memory; a file keeps its own.
    energy, flow, pairs, bursts, compare, presence : options struct or dict, optional
        How motion is measured, bursts are found, regions are compared and presence is judged; see :class:`fasc.EnergyOptions`,
        :class:`fasc.FlowOptions`, :class:`fasc.PairOptions`, :class:`fasc.BurstOptions`, :class:`fasc.CompareOptions`,
        :class:`fasc.PresenceOptions`.
    progress : True or callable, optional
        True: a bar (tqdm where it is installed). A callable gets ``(done, stage)``, done from 0 to 1; returning False cancels.
    **settings
        Single settings of these structs by their names in the program, e.g. ``threshold=6``, ``join_s=0.25``, ``dis_preset=0``,
        ``grade_bins=[2, 10, 20]``. ``target_muscle="calf"``, ``target_side="left"``, ``control_muscle`` and ``control_side`` say what
        was scanned, so that a control that shares the target's root or twitches in health is warned of; see :func:`fasc.muscles`.

    Returns
    -------
    fasc.Analysis

    Raises
    ------
    FileNotFoundError
        There is no such file.
    fasc.ClipError
        The file is not a clip that can be read (a kind of OSError).
    ValueError
        An option is out of range, a region lies outside the picture, frames or times are not what they must be.
    TypeError
        Something is of the wrong kind.
    KeyboardInterrupt
        Ctrl-C, or ``progress`` returned False.

    Examples
    --------
    >>> import fasc
    >>> a = fasc.analyze("sample_data/calf_and_control_30fps.mp4", target="left", control="right")
    >>> a.comparison.verdict
    'target_higher'
    >>> sum(b.kind == "fasciculation" for b in a.target.bursts) >= 8
    True
    >>> len(a.target.trace.energy) == a.clip.frames
    True
    """
    given = dict(locals())
    measurement = measure(**given.pop("settings"), **given)
    is_path = _inputs.is_path(path_or_frames)
    path = _inputs.path_text(path_or_frames, "the clip") if is_path else None
    control_path = None if control_clip is None else _inputs.path_text(control_clip, "control_clip")
    return Analysis(_fasc.conclude(measurement), measurement, path, control_path)


def conclude(
    measurement: _fasc.Measurement,
    *,
    bursts: _fasc.BurstOptions | Options | None = None,
    compare: _fasc.CompareOptions | Options | None = None,
    presence: _fasc.PresenceOptions | Options | None = None,
    reviewed: _fasc.Review | Pathlike | None = None,
    against: _fasc.Review | Pathlike | None = None,
    **settings: Any,
) -> Analysis:
    """Finds bursts, rates and the comparison on a measurement: no pixels needed.

    Parameters
    ----------
    measurement : fasc.Measurement
    bursts : fasc.BurstOptions or dict, optional
        Instead of the options of the measurement; what a dict leaves out stays as measured with.
    compare : fasc.CompareOptions or dict, optional
        The same for the comparison.
    presence : fasc.PresenceOptions or dict, optional
        The same for presence and grades.
    reviewed : fasc.Review, str or os.PathLike, optional
        A review exported from report.html, or its file: its events count instead of the program's, and ``review`` of the analysis says how
        they agree.
    against : fasc.Review, str or os.PathLike, optional
        Another person's review, compared with ``reviewed`` and counted nowhere.
    **settings
        Single settings of the first three by their names in the program, e.g. ``threshold=6``.

    Returns
    -------
    fasc.Analysis

    Raises
    ------
    ValueError
        An option is out of range, a review is of another clip, or ``against`` is given alone.
    fasc.ClipError
        A review cannot be read.
    """
    given = {"bursts": bursts, "compare": compare, "presence": presence}
    _inputs.instance(measurement, _fasc.Measurement, "measurement")
    if against is not None and reviewed is None:
        raise ValueError("against is given without reviewed; allowed is both, or reviewed alone")
    reviews = [one if one is None or isinstance(one, _fasc.Review) else read_review(one) for one in (reviewed, against)]
    parts = _parts(given, settings, ("bursts", "compare", "presence"), measurement.options)
    return Analysis(_fasc.conclude(measurement, parts["bursts"], parts["compare"], parts["presence"], *reviews), measurement)


def read_review(path: Pathlike) -> _fasc.Review:
    """Reads a review exported from report.html, CSV or JSON.

    Parameters
    ----------
    path : str or os.PathLike

    Returns
    -------
    fasc.Review

    Raises
    ------
    FileNotFoundError
        There is no such file.
    fasc.ClipError
        It is not a review; the message names file, line and what is allowed.

    Examples
    --------
    >>> import fasc, pathlib, tempfile
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "review.csv"
    >>> _ = file.write_text("region,onset_s,end_s,kind,decision\\ntarget,2.4,2.7,fasciculation,accepted\\n")
    >>> fasc.read_review(file).fasciculation_onsets_s("target")
    [2.4]
    """
    return _fasc.read_review(_inputs.path_text(path, "path"))


def agreement(
    first_onsets_s: Numbers, second_onsets_s: Numbers, observed: float | Sequence[Sequence[float]], from_s: float | None = None
) -> _fasc.Agreement:
    """F1 and Cohen's kappa of two lists of events.

    Events are matched one to one where their onsets are at most 0.15 s apart. Kappa is taken over windows of 1 s of which at least half was
    observed; a window has an event where one begins in it (Cohen 1960, Educational and Psychological Measurement 20:37).

    Parameters
    ----------
    first_onsets_s, second_onsets_s : sequence of float
        s; in any order.
    observed : float or sequence of (float, float)
        s; stretches of observed time in order, or the length of one that begins at ``from_s``.
    from_s : float, optional
        s; where the first window begins: the first stretch's begin, or 0.

    Returns
    -------
    fasc.Agreement

    Raises
    ------
    ValueError
        A time is not finite, or stretches overlap.

    Examples
    --------
    >>> import fasc
    >>> a = fasc.agreement([0.5, 1.5, 2.5, 3.2, 4.5, 5.5], [0.5, 1.6, 2.4, 3.4, 6.5], 10.0)
    >>> a.matched, round(a.kappa, 3)
    (3, 0.4)
    """
    begin = None if from_s is None else _inputs.number(from_s, "from_s")
    spans = _inputs.spans(observed, "observed", begin or 0.0)
    if begin is None:
        begin = spans[0][0] if spans else 0.0
    first, second = (_inputs.series(onsets, name).tolist() for onsets, name in ((first_onsets_s, "first_onsets_s"), (second_onsets_s, "second_onsets_s")))
    return _fasc.agreement(first, second, spans, begin)


def _chosen(cls, options, fields, known=None):
    """An options struct from ``options=`` or from single fields."""
    if options is not None and fields:
        raise TypeError("give options= or single fields, not both")
    renamed = {(known or {}).get(name, name): value for name, value in fields.items()}
    return _inputs.struct(cls, options, "options") or cls(**renamed)


def find_bursts(
    trace: _fasc.Trace, options: _fasc.BurstOptions | Options | None = None, *, other: _fasc.Trace | None = None, **fields: Any
) -> list[_fasc.Burst]:
    """The bursts of one trace.

    Parameters
    ----------
    trace : fasc.Trace
        Measured (``a.target.trace``), or from elsewhere: ``fasc.Trace(time_s, energy)``. A trace from elsewhere, such as of a flow of your
        own or an EMG envelope squared, has no cells: events and kinds then follow from amplitude and time alone, and what needs motion is None.
    options : fasc.BurstOptions or dict, optional
        Single fields can be given as keywords, e.g. ``threshold=6``.
    other : fasc.Trace, optional
        The trace that this one is compared with: thresholds are then the higher ones of both, so that one rule holds for both.

    Returns
    -------
    list of fasc.Burst

    Raises
    ------
    ValueError
        An option is out of range.
    TypeError
        Something is of the wrong kind.

    Examples
    --------
    >>> import fasc, numpy
    >>> time_s = numpy.arange(0, 20, 0.01)
    >>> envelope = 1 + 0.1 * numpy.sin(700 * time_s) + 9 * (abs(time_s - 5) < 0.1)
    >>> [round(b.onset_s, 1) for b in fasc.find_bursts(fasc.Trace(time_s, envelope**2))]
    [4.9]
    """
    _inputs.instance(trace, _fasc.Trace, "trace")
    if other is not None:
        _inputs.instance(other, _fasc.Trace, "other")
    return _fasc.find_bursts(trace, _chosen(_fasc.BurstOptions, options, fields), other)


def compare(
    target: RegionResult | _fasc.Trace,
    control: RegionResult | _fasc.Trace,
    options: _fasc.CompareOptions | Options | None = None,
    *,
    bursts: Sequence[_fasc.Burst] | None = None,
    control_bursts: Sequence[_fasc.Burst] | None = None,
    **fields: Any,
) -> _fasc.RateComparison:
    """Compares two regions or traces: rates, exact intervals, energies and a verdict in words.

    Parameters
    ----------
    target, control : fasc.RegionResult or fasc.Trace
        ``a.target`` of one analysis and ``b.target`` of another will do; a trace may be from elsewhere.
    options : fasc.CompareOptions or dict, optional
        Single fields can be given as keywords by their names in the program, e.g. ``alpha=0.01``, ``shortest_observed_s=2``.
    bursts, control_bursts : sequence of fasc.Burst, optional
        What was found on them; without it the result's own, or, for a trace, what :func:`find_bursts` finds with the other one beside it.

    Returns
    -------
    fasc.RateComparison
        Units that differ give no energy ratio. Nothing here is a diagnosis.

    Raises
    ------
    ValueError
        An option is out of range.
    TypeError
        Something is of the wrong kind.

    Examples
    --------
    >>> import fasc
    >>> a = fasc.analyze("sample_data/calf_and_control_30fps.mp4", target="left", control="right")
    >>> fasc.compare(a.target, a.control).verdict
    'target_higher'
    """
    for side, option in ((target, "target"), (control, "control")):
        if not isinstance(side, (RegionResult, _fasc.Trace)):
            raise TypeError(f"{option} is a fasc.RegionResult or a fasc.Trace, but got {type(side).__name__}")
    traces = [side.trace if isinstance(side, RegionResult) else side for side in (target, control)]
    found = []
    for side, given, own, other in ((target, bursts, 0, 1), (control, control_bursts, 1, 0)):
        if given is None:
            given = side.bursts if isinstance(side, RegionResult) else _fasc.find_bursts(traces[own], other=traces[other])
        if isinstance(given, (str, Mapping)) or not hasattr(given, "__iter__"):
            raise TypeError(f"{'control_bursts' if own else 'bursts'} is a list of fasc.Burst, but got {type(given).__name__}")
        found.append([_inputs.instance(burst, _fasc.Burst, "a burst") for burst in given])
    known = {name: field for name, (part, field) in _SETTINGS.items() if part == "compare"}
    return _fasc.compare_traces(traces[0], found[0], traces[1], found[1], _chosen(_fasc.CompareOptions, options, fields, known))


def flow(before: Pictures, after: Pictures, options: _fasc.FlowOptions | Options | str | None = None, **fields: Any) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Motion from one gray picture to the next.

    Parameters
    ----------
    before, after : numpy.ndarray
        uint8 (height, width), of one shape, at least 16 px each way.
    options : fasc.FlowOptions or dict or str, optional
        The method's name, such as "dis", or the whole struct; single fields can be given as keywords.

    Returns
    -------
    numpy.ndarray
        px; float32 (height, width, 2), displacement to the right and down.

    Raises
    ------
    TypeError
        The pictures are not of uint8.
    ValueError
        Shapes differ or are too small, or an option is out of range.

    Examples
    --------
    >>> import fasc, numpy
    >>> noise = numpy.random.default_rng(1).integers(0, 255, (40, 40))
    >>> picture = numpy.kron(noise, numpy.ones((4, 4))).astype("uint8")
    >>> moved = fasc.flow(picture[:, 4:], picture[:, 2:-2])
    >>> moved.shape, bool(abs(numpy.median(moved[..., 0]) - 2) < 0.2)
    ((160, 156, 2), True)
    """
    if isinstance(options, str):
        options = {"method": options}
    chosen = _chosen(_fasc.FlowOptions, options, fields)
    return _fasc.flow(_inputs.gray_picture(before, "before"), _inputs.gray_picture(after, "after"), chosen)


def save_measurement(measurement: _fasc.Measurement, path: Pathlike) -> None:
    """Writes a measurement to a file (CBOR); it appears whole or not at all.

    Parameters
    ----------
    measurement : fasc.Measurement
    path : str or os.PathLike

    Raises
    ------
    OSError
        The file cannot be written.
    """
    _fasc.save_measurement(_inputs.instance(measurement, _fasc.Measurement, "measurement"), _inputs.path_text(path, "path"))


def load_measurement(path: Pathlike) -> _fasc.Measurement:
    """Reads what :func:`save_measurement` or ``fasc measure`` wrote.

    Parameters
    ----------
    path : str or os.PathLike

    Returns
    -------
    fasc.Measurement

    Raises
    ------
    FileNotFoundError
        There is no such file.
    fasc.ClipError
        It is not a measurement, or was cut off.
    """
    return _fasc.load_measurement(_inputs.path_text(path, "path"))


def load(dir: Pathlike) -> Analysis:
    """Loads the results of a folder that ``fasc analyze``, ``fasc batch`` or :meth:`Analysis.save` wrote.

    Bursts and rates are found again on the saved measurement with the saved options, which takes no pixels, and held against result.json.
    Nothing is unpickled.

    Parameters
    ----------
    dir : str or os.PathLike

    Returns
    -------
    fasc.Analysis

    Raises
    ------
    FileNotFoundError
        There is no result.json or measurement.cbor.
    fasc.ClipError
        One of them is damaged; or the events are a reviewer's, who must be named: ``fasc.conclude(fasc.load_measurement(...), reviewed=...)``.

    Warns
    -----
    UserWarning
        What is found now differs from result.json, which another version of fasc wrote.

    Examples
    --------
    >>> import fasc, tempfile
    >>> a = fasc.analyze("sample_data/calf_and_control_30fps.mp4", target="left", to_s=2.0)
    >>> folder = tempfile.mkdtemp()
    >>> a.save(folder)
    >>> fasc.load(folder).to_json() == a.to_json()
    True
    """
    folder = pathlib.Path(_inputs.plain_path(dir, "dir"))
    if folder.exists() and not folder.is_dir():
        raise _fasc.ClipError(f"{folder}: a file; allowed is a folder with result.json and measurement.cbor")
    if not (folder / "result.json").is_file():
        raise FileNotFoundError(f"{folder / 'result.json'}: no such file; allowed is a folder that fasc analyze, fasc batch or Analysis.save wrote")
    text = (folder / "result.json").read_text(encoding="utf-8", errors="replace")
    try:
        saved = json.loads(text)
        if saved["schema"] != "fasc.result/1":
            raise ValueError
    except (ValueError, KeyError, TypeError):
        raise _fasc.ClipError(f"{folder / 'result.json'}: not a result of fasc (schema fasc.result/1)") from None
    if saved.get("review"):
        raise _fasc.ClipError(
            f"{folder / 'result.json'}: its events are of the review {saved['review'].get('file')}; allowed: "
            "fasc.conclude(fasc.load_measurement(…), reviewed=…)"
        )
    measurement = load_measurement(folder / "measurement.cbor")
    analysis = Analysis(_fasc.conclude(measurement), measurement)
    if analysis.to_json() != text:
        version = saved.get("fasc_version")
        warnings.warn(f"{folder / 'result.json'} was written by fasc {version} and differs from what fasc {_fasc.__version__} finds", stacklevel=2)
    return analysis


@overload
def simulate(scene: Options | str, path: None = None, *, progress: Progress = None) -> Simulation: ...
@overload
def simulate(scene: Options | str, path: Pathlike, *, progress: Progress = None) -> dict[str, Any]: ...


def simulate(scene: Options | str, path: Pathlike | None = None, *, progress: Progress = None) -> Simulation | dict[str, Any]:
    """Renders a scene with known twitches: frames and truth in memory, or a clip's file.

    Parameters
    ----------
    scene : dict or str
        The scene, or its JSON text; keys as in sample_data's scenes. What is left out has its default.
    path : str or os.PathLike, optional
        The clip to write, with the truth beside it (same name, .json).
    progress : True or callable, optional
        As in :func:`analyze`.

    Returns
    -------
    fasc.Simulation or dict
        Without ``path`` frames, times and truth, before any codec. With ``path`` the truth alone.

    Raises
    ------
    ValueError
        The scene has unknown keys or values out of range.
    OSError
        The clip cannot be written.

    Examples
    --------
    >>> import fasc
    >>> s = fasc.simulate({"duration_s": 4, "panels": [{"twitches": [{"onset_s": 1.5, "amplitude_mm": 0.4}]}]})
    >>> s.frames.shape[0], s.truth["panels"][0]["twitches"][0]["onset_s"]
    (120, 1.5)
    >>> a = fasc.analyze(s.frames, time_s=s.time_s)
    >>> [round(b.onset_s, 1) for b in a.target.bursts]
    [1.5]
    """
    if not isinstance(scene, (dict, str)):
        raise TypeError(f"a scene is a dict or JSON text, but got {type(scene).__name__}")
    try:
        text = scene if isinstance(scene, str) else json.dumps(scene)
    except (TypeError, ValueError) as error:
        raise ValueError(f"a scene is what JSON can hold: {error}") from None
    with _progress.shown(progress) as callback:
        if path is None:
            frames, time_s, truth = _fasc.simulate_frames(text, "frames", callback)
            return Simulation(frames, time_s, json.loads(truth))
        written = _inputs.plain_path(path)
        _fasc.simulate(text, _inputs.path_text(path, "path"), callback)
    truth_file = pathlib.Path(written).with_suffix(".json")
    return dict(json.loads(truth_file.read_text(encoding="utf-8")))


def batch(
    paths_or_table: Pathlike | Sequence[Pathlike] | Sequence[Mapping[str, Any]] | Mapping[str, Sequence[Any]] | pandas.DataFrame,
    out: Pathlike,
    target: RegionLike | None = None,
    control: RegionLike | None = None,
    *,
    control_clip: Pathlike | None = None,
    mm_per_px: ScaleLike | None = None,
    control_mm_per_px: ScaleLike | None = None,
    camera: bool | None = None,
    scale_points: str | Sequence[float] | None = None,
    control_scale_points: str | Sequence[float] | None = None,
    from_s: float = _DEFAULTS.from_s,
    to_s: float = _DEFAULTS.to_s,
    fps: float = _DEFAULTS.fps,
    max_frame_px: int = _DEFAULTS.max_frame_px,
    max_decoded_bytes: int = _DEFAULTS.max_decoded_bytes,
    anonymous: str | None = None,
    threads: int = _DEFAULTS.threads,
    energy: _fasc.EnergyOptions | Options | None = None,
    flow: _fasc.FlowOptions | Options | str | None = None,
    pairs: _fasc.PairOptions | Options | None = None,
    bursts: _fasc.BurstOptions | Options | None = None,
    compare: _fasc.CompareOptions | Options | None = None,
    presence: _fasc.PresenceOptions | Options | None = None,
    video: bool = _fasc.BatchOptions().video,
    fresh: bool = _fasc.BatchOptions().fresh,
    jobs: int = _fasc.BatchOptions().jobs,
    shard: tuple[int, int] = (1, 1),
    clips_from: Pathlike | None = None,
    client: Any = None,
    progress: Progress = None,
    **settings: Any,
) -> BatchItems:
    """Analyses every clip below a folder, of a list, or of a table; one bad clip never stops the rest.

    Parameters are those of :func:`analyze`, and:

    Parameters
    ----------
    paths_or_table : str, os.PathLike, sequence or pandas.DataFrame
        A folder: every clip below it. Or a table with the columns patient, muscle, side, role ('target' or 'control'), clip, region and
        mm_per_px, all but clip optional, and any others, which are carried along: a CSV file (manifest), a DataFrame, a dict of columns, or a list of
        dicts; a target is compared with its patient's control. Or a list of clips' paths. Clips are called by their path below
        ``clips_from``, or below the folder that holds them all.
    out : str or os.PathLike
        Results go to ``out``/<clip name>/, tables to ``out``.
    video : bool
        Write annotated videos.
    fresh : bool
        Compute again what is there already.
    jobs : int
        Clips at a time; 0: as many as the machine has cores, or one per task with ``client``.
    shard : (int, int)
        (i, n): only every n-th clip, from the i-th on, counted from 1. :func:`merge` joins the shards.
    clips_from : str or os.PathLike, optional
        Folder that a table's relative paths start at; without it a CSV file's own, and the working folder for tables and lists in memory.
    client : distributed.Client or str, optional
        A Dask cluster, or its scheduler's address, that does the work: every worker must have fasc, and see clips and ``out`` by the same
        paths. Results are the same bytes as without; a worker that is lost costs no more than the clip it was at.

    Returns
    -------
    fasc.BatchItems
        A list of fasc.BatchItem.

    Raises
    ------
    FileNotFoundError
        There is no such folder or file of a table.
    ValueError
        The table is empty or has a mistake, named by its line (the header is line 1).

    Examples
    --------
    >>> import fasc, tempfile
    >>> table = {"clip": ["sample_data/calf_keyframes_30fps.mp4"], "patient": ["P07"], "muscle": ["soleus"], "side": ["left"]}
    >>> items = fasc.batch(table, tempfile.mkdtemp(), mm_per_px=0.12, video=False)
    >>> [(item.file, item.status, item.patient) for item in items]
    [('calf_keyframes_30fps.mp4', 'done', 'P07')]
    """
    given = dict(locals())
    number, count = _inputs.shard(shard)
    analyze_options = _options(given, settings)
    with _table.as_manifest(paths_or_table, out, clips_from) as (folder, base):
        return _batch(folder, base, given, settings, (number, count), analyze_options)


def _batch(folder: str, base: str, given: dict[str, Any], settings: dict[str, Any], shard: tuple[int, int], analyze_options: _fasc.AnalyzeOptions) -> BatchItems:
    out, client, progress = given["out"], given["client"], given["progress"]
    number, count = shard
    options = _fasc.BatchOptions(
        analyze=analyze_options, video=given["video"], fresh=given["fresh"], jobs=given["jobs"], shard=number, shards=count, clips_from=base
    )
    if client is not None:
        if (number, count) != (1, 1):
            raise ValueError(f"shard is {shard!r} and a client is given; allowed is one of them: with a client the batch shards itself")
        work = {name: value for name, value in given.items() if name not in ("paths_or_table", "out", "client", "progress", "shard", "settings")}
        work["clips_from"] = os.path.abspath(base) if base else None
        with _progress.shown(progress) as callback:
            return _dask.batch(client, folder, out, {**work, **settings}, callback)
    with _progress.shown(progress) as callback:
        return BatchItems(_fasc.batch(_inputs.path_text(folder, "folder"), _inputs.path_text(out, "out"), options, callback), out)


def merge(folders: Sequence[Pathlike], out: Pathlike) -> BatchItems:
    """Joins the output folders of several batches into ``out``.

    Parameters
    ----------
    folders : sequence of str or os.PathLike
    out : str or os.PathLike

    Returns
    -------
    fasc.BatchItems
        A list of fasc.BatchItem.

    Raises
    ------
    ValueError
        Two folders have different results of one clip.
    """
    if _inputs.is_path(folders) or not hasattr(folders, "__iter__"):
        raise TypeError(f"folders is a list of batches' output folders, but got {type(folders).__name__}")
    return BatchItems(_fasc.merge([_inputs.path_text(f, "folders") for f in folders], _inputs.path_text(out, "out")), out)
