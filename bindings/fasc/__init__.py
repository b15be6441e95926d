"""Finds fasciculations in B-mode ultrasound clips by optical-flow energy and compares a muscle with a calm one.

>>> import fasc
>>> a = fasc.analyze("sample_data/calf_and_control_30fps.mp4", target="left", control="right")
>>> a.comparison.verdict
'target_higher'

Research use only - not a medical device.
"""
from ._fasc import (
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
    Measurement,
    Muscle,
    PairOptions,
    PresenceOptions,
    Region,
    Scale,
    Trace,
    __version__,
    compare_rates,
    find_muscle,
    flow,
    muscles,
    rate_of,
    shared_roots,
)
from ._functions import analyze, batch, conclude, find_bursts, load_measurement, measure, merge, save_measurement, simulate
from ._results import Analysis, Clip, Comparison, RegionResult

__all__ = [
    "Analysis",
    "AnalyzeOptions",
    "AnnotateOptions",
    "BatchItem",
    "BatchOptions",
    "Burst",
    "BurstOptions",
    "Clip",
    "ClipError",
    "ClipReader",
    "CompareOptions",
    "Comparison",
    "EnergyOptions",
    "FlowOptions",
    "Frame",
    "Measurement",
    "Muscle",
    "PairOptions",
    "PresenceOptions",
    "Region",
    "RegionResult",
    "Scale",
    "Trace",
    "__version__",
    "analyze",
    "batch",
    "compare_rates",
    "conclude",
    "find_bursts",
    "find_muscle",
    "flow",
    "load_measurement",
    "measure",
    "merge",
    "muscles",
    "rate_of",
    "save_measurement",
    "shared_roots",
    "simulate",
]
