"""Finds fasciculations in B-mode ultrasound clips by optical-flow energy and compares a muscle with a calm one.

>>> import fasc
>>> a = fasc.analyze("sample_data/calf_and_control_30fps.mp4", target="left", control="right")
>>> a.comparison.verdict
'target_higher'

Research use only - not a medical device.
"""
import json
import pathlib
from typing import Any

from ._fasc import (
    Agreement,
    AnalyzeOptions,
    AnnotateOptions,
    BatchItem,
    BatchOptions,
    Burst,
    BurstOptions,
    ClipError,
    ClipReader,
    CompareOptions,
    EnergyOptions,
    FlowOptions,
    Frame,
    Interval,
    Measurement,
    Muscle,
    PairOptions,
    PresenceOptions,
    Rate,
    RateComparison,
    Region,
    Review,
    ReviewedEvent,
    Scale,
    Trace,
    __version__,
    compare_rates,
    find_muscle,
    muscles,
    rate_of,
    shared_roots,
)
from ._clip import Clip, open
from ._functions import (
    agreement,
    analyze,
    batch,
    compare,
    conclude,
    find_bursts,
    flow,
    load,
    load_measurement,
    measure,
    merge,
    read_review,
    save_measurement,
    simulate,
)
from . import imagej, plot
from ._batch import BatchItems
from ._results import Analysis, ClipInfo, Comparison, Record, RegionResult, Simulation
from ._stills import StillPictures, still_pictures
from .imagej import read_roi
from .region_picker import RegionPicker, pick_region


def result_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of result.json, as a dict; it is in the package as result.schema.json.

    Returns
    -------
    dict

    Examples
    --------
    >>> import fasc
    >>> fasc.result_schema()["title"]
    'fasc.result/1'
    """
    return dict(json.loads((pathlib.Path(__file__).parent / "result.schema.json").read_text(encoding="utf-8")))


__all__ = [
    "Agreement",
    "Analysis",
    "AnalyzeOptions",
    "AnnotateOptions",
    "BatchItem",
    "BatchItems",
    "BatchOptions",
    "Burst",
    "BurstOptions",
    "Clip",
    "ClipError",
    "ClipInfo",
    "ClipReader",
    "CompareOptions",
    "Comparison",
    "EnergyOptions",
    "FlowOptions",
    "Frame",
    "Interval",
    "Measurement",
    "Muscle",
    "PairOptions",
    "PresenceOptions",
    "Rate",
    "RateComparison",
    "Record",
    "Region",
    "RegionPicker",
    "RegionResult",
    "Review",
    "ReviewedEvent",
    "Scale",
    "Simulation",
    "StillPictures",
    "Trace",
    "__version__",
    "agreement",
    "analyze",
    "batch",
    "compare",
    "compare_rates",
    "conclude",
    "find_bursts",
    "find_muscle",
    "flow",
    "imagej",
    "load",
    "load_measurement",
    "measure",
    "merge",
    "muscles",
    "open",
    "pick_region",
    "plot",
    "rate_of",
    "read_review",
    "read_roi",
    "result_schema",
    "save_measurement",
    "shared_roots",
    "simulate",
    "still_pictures",
]
