"""Finds fasciculations in B-mode ultrasound clips by optical-flow energy and compares a muscle with a calm one.

>>> import fasc
>>> a = fasc.analyze("sample_data/calf_and_control_30fps.mp4", target="left", control="right")
>>> a.comparison.verdict
'target_higher'

Research use only - not a medical device.
"""
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
    Measurement,
    Muscle,
    PairOptions,
    PresenceOptions,
    Region,
    Review,
    ReviewedEvent,
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
from ._functions import (
    agreement,
    analyze,
    batch,
    conclude,
    find_bursts,
    load_measurement,
    measure,
    merge,
    read_review,
    save_measurement,
    simulate,
)
from . import imagej, plot
from ._batch import BatchItems
from ._results import Analysis, Clip, Comparison, RegionResult
from ._stills import StillPictures, still_pictures
from .imagej import read_roi
from .region_picker import RegionPicker, pick_region

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
    "RegionPicker",
    "RegionResult",
    "Review",
    "ReviewedEvent",
    "Scale",
    "StillPictures",
    "Trace",
    "__version__",
    "agreement",
    "analyze",
    "batch",
    "compare_rates",
    "conclude",
    "find_bursts",
    "find_muscle",
    "flow",
    "imagej",
    "load_measurement",
    "measure",
    "merge",
    "muscles",
    "pick_region",
    "plot",
    "rate_of",
    "read_review",
    "read_roi",
    "save_measurement",
    "shared_roots",
    "simulate",
    "still_pictures",
]
