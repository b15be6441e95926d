# Written by tools/make_stubs.py from the compiled module; not by hand.
from __future__ import annotations

import collections.abc
import os
import typing

import numpy
import numpy.typing

__version__: str

class Agreement:
    """How well two lists of events agree. Made by :func:`fasc.agreement`."""
    @property
    def first(self) -> int:
        """events of the first list"""
    @property
    def second(self) -> int:
        """events of the second list"""
    @property
    def matched(self) -> int:
        """pairs, one to one, onsets at most 0.15 s apart"""
    @property
    def f1(self) -> float | None:
        """2 matched / (first + second); 1 where neither has an event"""
    @property
    def windows(self) -> int:
        """windows of 1 s of which at least half was observed"""
    @property
    def both(self) -> int:
        """windows in which both lists have an event"""
    @property
    def first_only(self) -> int:
        """windows in which only the first list has an event"""
    @property
    def second_only(self) -> int:
        """windows in which only the second list has an event"""
    @property
    def neither(self) -> int:
        """windows in which neither list has an event"""
    @property
    def observed_agreement(self) -> float | None:
        """share of windows; None without any"""
    @property
    def kappa(self) -> float | None:
        """Cohen (1960); None where it is not defined"""

class AnalyzeOptions:
    """Every choice a user has."""
    def __init__(self, *, target: RegionSpec = ..., control_clip: str = ..., from_s: float = ..., to_s: float = ..., fps: float = ..., max_frame_px: int = ..., max_decoded_bytes: int = ..., threads: int = ..., energy: EnergyOptions = ..., bursts: BurstOptions = ..., compare: CompareOptions = ..., presence: PresenceOptions = ...) -> None: ...
    def check(self) -> None:
        """Raises ValueError naming the value and what is allowed."""
    @property
    def target(self) -> RegionSpec:
        """region of the muscle in question"""
    @target.setter
    def target(self, value: RegionSpec) -> None: ...
    @property
    def control_clip(self) -> str:
        """path of a second clip with the control muscle; empty: none"""
    @control_clip.setter
    def control_clip(self, value: str) -> None: ...
    @property
    def from_s(self) -> float:
        """s; start of what is analysed"""
    @from_s.setter
    def from_s(self, value: float) -> None: ...
    @property
    def to_s(self) -> float:
        """s; end of what is analysed"""
    @to_s.setter
    def to_s(self, value: float) -> None: ...
    @property
    def fps(self) -> float:
        """frames per s of DICOM clips that state no time; NaN: such clips are refused"""
    @fps.setter
    def fps(self, value: float) -> None: ...
    @property
    def max_frame_px(self) -> int:
        """px; larger pictures are refused"""
    @max_frame_px.setter
    def max_frame_px(self, value: int) -> None: ...
    @property
    def max_decoded_bytes(self) -> int:
        """bytes of all decoded pictures of a clip together"""
    @max_decoded_bytes.setter
    def max_decoded_bytes(self, value: int) -> None: ...
    @property
    def threads(self) -> int:
        """0: as many as the machine has; never changes results"""
    @threads.setter
    def threads(self, value: int) -> None: ...
    @property
    def energy(self) -> EnergyOptions:
        """EnergyOptions"""
    @energy.setter
    def energy(self, value: EnergyOptions) -> None: ...
    @property
    def bursts(self) -> BurstOptions:
        """BurstOptions"""
    @bursts.setter
    def bursts(self, value: BurstOptions) -> None: ...
    @property
    def compare(self) -> CompareOptions:
        """CompareOptions"""
    @compare.setter
    def compare(self, value: CompareOptions) -> None: ...
    @property
    def presence(self) -> PresenceOptions:
        """PresenceOptions"""
    @presence.setter
    def presence(self, value: PresenceOptions) -> None: ...
    @property
    def control(self) -> RegionSpec | None:
        """region of the calm muscle; None: nothing is compared, or found in control_clip"""
    @control.setter
    def control(self, value: RegionSpec | None) -> None: ...
    @property
    def camera(self) -> bool | None:
        """True: a camera's picture of the skin; False: an ultrasound screen; None: recognised by its colours"""
    @camera.setter
    def camera(self, value: bool | None) -> None: ...
    @property
    def anonymous(self) -> str | None:
        """key that the names of clips in results are made from; None: their file names"""
    @anonymous.setter
    def anonymous(self, value: str | None) -> None: ...
    @property
    def scale(self) -> Scale | None:
        """fasc.Scale over what the file says; None: as the file says"""
    @scale.setter
    def scale(self, value: Scale | None) -> None: ...
    @property
    def control_scale(self) -> Scale | None:
        """the same for control_clip"""
    @control_scale.setter
    def control_scale(self, value: Scale | None) -> None: ...
    FIELDS: typing.ClassVar[tuple[str, ...]]

class AnnotateOptions:
    """How the annotated video looks."""
    def __init__(self, *, motion: str = ..., whole_screen: bool = ..., smallest_width: int = ..., crf: int = ..., preset: str = ..., read_ahead: bool = ...) -> None: ...
    def check(self) -> None:
        """Raises ValueError naming the value and what is allowed."""
    @property
    def motion(self) -> str:
        """'colour', 'arrows' or 'none': how motion inside the target is drawn"""
    @motion.setter
    def motion(self, value: str) -> None: ...
    @property
    def whole_screen(self) -> bool:
        """also show what lies outside the echo area"""
    @whole_screen.setter
    def whole_screen(self, value: bool) -> None: ...
    @property
    def smallest_width(self) -> int:
        """px; smaller clips are enlarged by a whole factor"""
    @smallest_width.setter
    def smallest_width(self, value: int) -> None: ...
    @property
    def crf(self) -> int:
        """x264 quality, 0-51"""
    @crf.setter
    def crf(self, value: int) -> None: ...
    @property
    def preset(self) -> str:
        """x264's trade of time for size: ultrafast, superfast, veryfast, faster, fast, medium, slow"""
    @preset.setter
    def preset(self, value: str) -> None: ...
    @property
    def read_ahead(self) -> bool:
        """decode on a thread of its own"""
    @read_ahead.setter
    def read_ahead(self, value: bool) -> None: ...
    FIELDS: typing.ClassVar[tuple[str, ...]]

class BatchItem:
    """What became of one file of a batch."""
    @property
    def file(self) -> str:
        """path relative to the folder"""
    @property
    def status(self) -> str:
        """'done', 'kept', 'failed' or 'skipped'"""
    @property
    def reason(self) -> str:
        """of a failure or a skip"""
    @property
    def patient(self) -> str:
        """as the manifest says; '' without one"""
    @property
    def role(self) -> str:
        """'target' or 'control' as the manifest says; '' without one"""
    @property
    def control(self) -> str:
        """file of the control it is compared with; '' without one"""
    @property
    def folder(self) -> str:
        """folder of the results, relative to the output folder"""
    @property
    def fasciculations(self) -> int:
        """in the target"""
    @property
    def rate_per_min(self) -> float | None:
        """of the target"""
    @property
    def present(self) -> bool | None:
        """fasciculations in the target by the rule of the options; None: not known"""
    @property
    def grade(self) -> int | None:
        """of the target's rate; None: no rate"""
    @property
    def mm_per_px_source(self) -> str:
        """'user', 'file' or 'none': where the scale comes from"""

class BatchOptions:
    """How a folder is worked through."""
    def __init__(self, *, analyze: AnalyzeOptions = ..., annotate: AnnotateOptions = ..., video: bool = ..., fresh: bool = ..., jobs: int = ..., shard: int = ..., shards: int = ..., clips_from: str = ...) -> None: ...
    def check(self) -> None:
        """Raises ValueError naming the value and what is allowed."""
    @property
    def analyze(self) -> AnalyzeOptions:
        """AnalyzeOptions for every clip"""
    @analyze.setter
    def analyze(self, value: AnalyzeOptions) -> None: ...
    @property
    def annotate(self) -> AnnotateOptions:
        """AnnotateOptions for every annotated video"""
    @annotate.setter
    def annotate(self, value: AnnotateOptions) -> None: ...
    @property
    def video(self) -> bool:
        """write annotated videos"""
    @video.setter
    def video(self, value: bool) -> None: ...
    @property
    def fresh(self) -> bool:
        """compute again what is there already"""
    @fresh.setter
    def fresh(self, value: bool) -> None: ...
    @property
    def jobs(self) -> int:
        """clips at a time; 0: as many as the machine has cores"""
    @jobs.setter
    def jobs(self, value: int) -> None: ...
    @property
    def shard(self) -> int:
        """only every shards-th clip, from this one on, from 1"""
    @shard.setter
    def shard(self, value: int) -> None: ...
    @property
    def shards(self) -> int:
        """into how many the clips are parted"""
    @shards.setter
    def shards(self, value: int) -> None: ...
    @property
    def clips_from(self) -> str:
        """folder that a manifest's relative paths start at; empty: the manifest's own"""
    @clips_from.setter
    def clips_from(self, value: str) -> None: ...
    FIELDS: typing.ClassVar[tuple[str, ...]]

class Burst:
    """One event. Attributes have the names of the JSON's keys; what is missing (null there) is None."""
    @property
    def onset_s(self) -> float:
        """s; first step above the edge threshold"""
    @property
    def peak_s(self) -> float:
        """s; fastest step"""
    @property
    def end_s(self) -> float:
        """s; last step above the edge threshold"""
    @property
    def kind(self) -> str:
        """'fasciculation', 'probe_motion', 'contraction', 'pulsation' or 'artefact'"""
    @property
    def confidence(self) -> float | None:
        """0-1; how clear the event and its kind are"""
    @property
    def duration_s(self) -> float:
        """s; end - onset"""
    @property
    def contraction_s(self) -> float | None:
        """s; onset to largest displacement"""
    @property
    def relaxation_s(self) -> float | None:
        """s; largest displacement to end"""
    @property
    def peak_speed_px_s(self) -> float | None:
        """px/s; of the fastest part of the region"""
    @property
    def peak_speed_mm_s(self) -> float | None:
        """mm/s"""
    @property
    def peak_displacement_px(self) -> float | None:
        """px; farthest from where the tissue was at onset"""
    @property
    def peak_displacement_mm(self) -> float | None:
        """mm"""
    @property
    def active_share(self) -> float | None:
        """0-1; share of the region that takes part"""
    @property
    def active_area_px(self) -> float | None:
        """px²"""
    @property
    def active_area_mm2(self) -> float | None:
        """mm²"""
    @property
    def centroid_x_px(self) -> float | None:
        """px of the frame; middle of the motion"""
    @property
    def centroid_y_px(self) -> float | None:
        """px of the frame; middle of the motion"""
    @property
    def depth_px(self) -> float | None:
        """px; centroid below the top of the echo area (skin); None where that is unknown"""
    @property
    def depth_mm(self) -> float | None:
        """mm; the same with a scale"""
    @property
    def direction_deg(self) -> float | None:
        """degrees, above -180 to 180; way of the contraction: 0 to the right, 90 up"""
    @property
    def anisotropy(self) -> float | None:
        """0-1; (l1 - l2) / (l1 + l2) of the displacements' tensor: 1 along one line, 0 no line preferred"""
    @property
    def site(self) -> int:
        """from 1; site of origin, see RegionResult.sites; 0: not a fasciculation"""
    @property
    def energy_peak(self) -> float | None:
        """(mm/s)² or (px/s)²; largest energy"""
    @property
    def score(self) -> float | None:
        """robust standard deviations at the peak"""
    @property
    def near_field_ratio(self) -> float | None:
        """near-field speed over muscle speed; None without a near field"""
    @property
    def whole_share(self) -> float | None:
        """0-1; how alike the whole region moved at the peak"""
    @property
    def rest_share(self) -> float | None:
        """share of the largest displacement left within 0.4 s after the end"""
    @property
    def missing_s(self) -> float:
        """s; bridged time inside the event"""
    FIELDS: typing.ClassVar[tuple[str, ...]]

class BurstOptions:
    """How bursts are found. All gates are in seconds."""
    def __init__(self, *, threshold: float = ..., edge_threshold: float = ..., floor_mm_s: float = ..., floor_px_s: float = ..., floor_px: float = ..., window_s: float = ..., false_alarms_per_min: float = ..., join_s: float = ..., shortest_s: float = ..., longest_s: float = ..., near_field_share: float = ...) -> None: ...
    def check(self) -> None:
        """Raises ValueError naming the value and what is allowed."""
    @property
    def threshold(self) -> float:
        """robust standard deviations above calm at which a burst is sure"""
    @threshold.setter
    def threshold(self, value: float) -> None: ...
    @property
    def edge_threshold(self) -> float:
        """robust standard deviations at which it begins and ends"""
    @edge_threshold.setter
    def edge_threshold(self, value: float) -> None: ...
    @property
    def floor_mm_s(self) -> float:
        """mm/s; a burst's peak is at least this fast (with a scale)"""
    @floor_mm_s.setter
    def floor_mm_s(self, value: float) -> None: ...
    @property
    def floor_px_s(self) -> float:
        """px/s; a burst's peak is at least this fast (without a scale)"""
    @floor_px_s.setter
    def floor_px_s(self, value: float) -> None: ...
    @property
    def floor_px(self) -> float:
        """px; a burst moves at least this far within window_s"""
    @floor_px.setter
    def floor_px(self, value: float) -> None: ...
    @property
    def window_s(self) -> float:
        """s; motion is summed over windows this long"""
    @window_s.setter
    def window_s(self, value: float) -> None: ...
    @property
    def false_alarms_per_min(self) -> float:
        """expected noise peaks per minute above the threshold"""
    @false_alarms_per_min.setter
    def false_alarms_per_min(self, value: float) -> None: ...
    @property
    def join_s(self) -> float:
        """s; lobes closer than this are one event"""
    @join_s.setter
    def join_s(self, value: float) -> None: ...
    @property
    def shortest_s(self) -> float:
        """s; shorter bursts are artefacts"""
    @shortest_s.setter
    def shortest_s(self, value: float) -> None: ...
    @property
    def longest_s(self) -> float:
        """s; longer bursts are contractions"""
    @longest_s.setter
    def longest_s(self, value: float) -> None: ...
    @property
    def near_field_share(self) -> float:
        """near-field over muscle speed from which a burst is probe motion"""
    @near_field_share.setter
    def near_field_share(self, value: float) -> None: ...
    FIELDS: typing.ClassVar[tuple[str, ...]]

class ClipError(OSError):
    """A clip or result file cannot be read: junk, no video, a still picture, fewer than two frames. A kind of OSError."""

class ClipReader:
    """Reads a local clip frame by frame: ``for frame in fasc.ClipReader(path)``. Threads that share one get each frame once."""
    def __init__(self, path: str | os.PathLike[str], from_s: float = ..., to_s: float = ..., fps: float = ..., colour: bool = ..., max_frame_px: int = ..., max_decoded_bytes: int = ...) -> None:
        """Opens a clip."""
    def __iter__(self) -> ClipReader: ...
    def __next__(self) -> Frame: ...
    @property
    def complete(self) -> bool:
        """True while nothing says that frames are missing"""
    @property
    def problems(self) -> list[str]:
        """why it is not complete"""
    @property
    def width(self) -> int:
        """px, upright"""
    @property
    def height(self) -> int:
        """px, upright"""
    @property
    def codec(self) -> str:
        """e.g. 'h264'"""
    @property
    def sha256(self) -> str:
        """of the file, hex"""
    @property
    def name(self) -> str:
        """file name without folders"""
    @property
    def frames_expected(self) -> int | None:
        """as the container says, or None"""
    @property
    def mm_per_px_x(self) -> float | None:
        """mm per px across as the file says, or None"""
    @property
    def mm_per_px_y(self) -> float | None:
        """mm per px down as the file says, or None"""
    @property
    def time_source(self) -> str:
        """where times come from: 'time stamps', 'FrameTime', ..."""

class CompareOptions:
    """How a comparison is judged."""
    def __init__(self, *, alpha: float = ..., shortest_s: float = ..., advised_s: float = ..., largest_area_ratio: float = ..., lowest_frame_rate: float = ..., largest_scale_ratio: float = ..., largest_frame_rate_ratio: float = ..., energy_block_s: float = ..., energy_resamples: int = ..., energy_seed: int = ..., target_muscle: str = ..., target_side: str = ..., control_muscle: str = ..., control_side: str = ...) -> None: ...
    def check(self) -> None:
        """Raises ValueError naming the value and what is allowed."""
    @property
    def alpha(self) -> float:
        """two-sided level of intervals and of the verdict"""
    @alpha.setter
    def alpha(self, value: float) -> None: ...
    @property
    def shortest_s(self) -> float:
        """s; with less observed time on either side the verdict is too_short"""
    @shortest_s.setter
    def shortest_s(self, value: float) -> None: ...
    @property
    def advised_s(self) -> float:
        """s; less is warned about"""
    @advised_s.setter
    def advised_s(self, value: float) -> None: ...
    @property
    def largest_area_ratio(self) -> float:
        """regions that differ by more are warned about"""
    @largest_area_ratio.setter
    def largest_area_ratio(self, value: float) -> None: ...
    @property
    def lowest_frame_rate(self) -> float:
        """frames per s; less is warned about"""
    @lowest_frame_rate.setter
    def lowest_frame_rate(self, value: float) -> None: ...
    @property
    def largest_scale_ratio(self) -> float:
        """scales (mm per px) that differ by more are warned about"""
    @largest_scale_ratio.setter
    def largest_scale_ratio(self, value: float) -> None: ...
    @property
    def largest_frame_rate_ratio(self) -> float:
        """frame rates that differ by more are warned about"""
    @largest_frame_rate_ratio.setter
    def largest_frame_rate_ratio(self, value: float) -> None: ...
    @property
    def energy_block_s(self) -> float:
        """s; blocks drawn for the interval of the energy ratio"""
    @energy_block_s.setter
    def energy_block_s(self, value: float) -> None: ...
    @property
    def energy_resamples(self) -> int:
        """resamples for that interval"""
    @energy_resamples.setter
    def energy_resamples(self, value: int) -> None: ...
    @property
    def energy_seed(self) -> int:
        """where their random numbers begin"""
    @energy_seed.setter
    def energy_seed(self, value: int) -> None: ...
    @property
    def target_muscle(self) -> str:
        """name or synonym that fasc.find_muscle knows; empty: not given"""
    @target_muscle.setter
    def target_muscle(self, value: str) -> None: ...
    @property
    def target_side(self) -> str:
        """'left' or 'right'; empty: not given"""
    @target_side.setter
    def target_side(self, value: str) -> None: ...
    @property
    def control_muscle(self) -> str:
        """as target_muscle"""
    @control_muscle.setter
    def control_muscle(self, value: str) -> None: ...
    @property
    def control_side(self) -> str:
        """as target_side"""
    @control_side.setter
    def control_side(self, value: str) -> None: ...
    FIELDS: typing.ClassVar[tuple[str, ...]]

class EnergyOptions:
    """How energy is measured."""
    def __init__(self, *, active_speed_mm_s: float = ..., active_speed_px_s: float = ..., flow: FlowOptions = ..., pairs: PairOptions = ...) -> None: ...
    def check(self) -> None:
        """Raises ValueError naming the value and what is allowed."""
    @property
    def active_speed_mm_s(self) -> float:
        """mm/s; a pixel faster than this is active (with a scale)"""
    @active_speed_mm_s.setter
    def active_speed_mm_s(self, value: float) -> None: ...
    @property
    def active_speed_px_s(self) -> float:
        """px/s; the same without a scale"""
    @active_speed_px_s.setter
    def active_speed_px_s(self, value: float) -> None: ...
    @property
    def flow(self) -> FlowOptions:
        """FlowOptions"""
    @flow.setter
    def flow(self, value: FlowOptions) -> None: ...
    @property
    def pairs(self) -> PairOptions:
        """PairOptions"""
    @pairs.setter
    def pairs(self, value: PairOptions) -> None: ...
    FIELDS: typing.ClassVar[tuple[str, ...]]

class FlowOptions:
    """How motion is estimated."""
    def __init__(self, *, method: str = ..., dis_preset: int = ..., dis_finest_scale: int = ...) -> None: ...
    def check(self) -> None:
        """Raises ValueError naming the value and what is allowed."""
    @property
    def method(self) -> str:
        """'patches': own inverse search on patches; 'dis': OpenCV dense inverse search"""
    @method.setter
    def method(self, value: str) -> None: ...
    @property
    def dis_preset(self) -> int:
        """0 ultrafast, 1 fast, 2 medium"""
    @dis_preset.setter
    def dis_preset(self, value: int) -> None: ...
    @property
    def dis_finest_scale(self) -> int:
        """where the search ends: 0 full resolution, 1 half, 2 a quarter"""
    @dis_finest_scale.setter
    def dis_finest_scale(self, value: int) -> None: ...
    FIELDS: typing.ClassVar[tuple[str, ...]]

class Frame:
    """One decoded picture of a clip."""
    @property
    def gray(self) -> numpy.typing.NDArray[numpy.uint8]:
        """uint8 array (height, width), full range, upright"""
    @property
    def rgb(self) -> numpy.typing.NDArray[numpy.uint8] | None:
        """uint8 array (height, width, 3), upright; None where the reader was not asked for colour"""
    @property
    def index(self) -> int:
        """place among the frames decoded"""
    @property
    def time_s(self) -> float:
        """s; from the first frame's presentation stamp"""
    @property
    def picture(self) -> str:
        """'intra', 'predicted', 'bidirectional' or 'unknown'"""
    @property
    def key(self) -> bool:
        """the stream marks it as a key frame"""
    @property
    def repeat(self) -> bool:
        """pixels are identical to the frame before it"""
    @property
    def corrupt(self) -> bool:
        """the decoder reported or concealed damage"""
    @property
    def quantiser(self) -> float | None:
        """codec's own unit; None if unknown"""

class Interval:
    """Two-sided interval, 95 % for alpha 0.05; an end that does not exist is None."""
    @property
    def lo(self) -> float | None:
        """lower end, in the unit of the number it belongs to; None: there is none"""
    @property
    def hi(self) -> float | None:
        """upper end; None: there is none"""

class Measurement:
    """What measuring gives and finding bursts takes: traces and clips, no events yet.

    Made by :func:`fasc.measure` or :func:`fasc.load_measurement`; :func:`fasc.conclude` goes on from it."""
    @property
    def target(self) -> Trace:
        """Trace of the target"""
    @property
    def control(self) -> Trace | None:
        """Trace of the control, or None"""
    @property
    def options(self) -> AnalyzeOptions:
        """fasc.AnalyzeOptions that it was measured with"""

class Muscle:
    """A muscle and what drives it; see :func:`fasc.find_muscle`."""
    @property
    def name(self) -> str:
        """lower case, with spaces"""
    @property
    def synonyms(self) -> list[str]:
        """other names that find_muscle knows"""
    @property
    def nerve(self) -> str:
        """peripheral or cranial nerve"""
    @property
    def roots(self) -> str:
        """roots in words, e.g. 'S1–S2'"""
    @property
    def source(self) -> str:
        """where nerve and roots are from"""
    @property
    def twitches_in_health(self) -> str:
        """why it is no calm control, or an empty text"""

class NativeAnalysis:
    @property
    def options(self) -> AnalyzeOptions: ...
    @property
    def target(self) -> NativeRegionResult: ...
    @property
    def control(self) -> NativeRegionResult: ...

class NativeRegionResult:
    @property
    def trace(self) -> Trace: ...
    @property
    def bursts(self) -> list[Burst]: ...
    @property
    def speed(self) -> numpy.typing.NDArray[numpy.float64]: ...

class PairOptions:
    """When the step from one frame to the next is measured."""
    def __init__(self, *, repeat_share: float = ..., freeze_s: float = ..., dark_level: float = ..., dark_share: float = ..., sharpness_jump: float = ..., quantiser_jump: float = ..., change_jump: float = ..., scene_correlation: float = ..., longest_step_s: float = ...) -> None: ...
    def check(self) -> None:
        """Raises ValueError naming the value and what is allowed."""
    @property
    def repeat_share(self) -> float:
        """share of the usual frame difference below which a frame repeats the last one"""
    @repeat_share.setter
    def repeat_share(self, value: float) -> None: ...
    @property
    def freeze_s(self) -> float:
        """s; repeats that last longer are a freeze"""
    @freeze_s.setter
    def freeze_s(self, value: float) -> None: ...
    @property
    def dark_level(self) -> float:
        """gray level; a region whose mean is below is dark"""
    @dark_level.setter
    def dark_level(self, value: float) -> None: ...
    @property
    def dark_share(self) -> float:
        """a region darker than this share of its usual mean is dark"""
    @dark_share.setter
    def dark_share(self, value: float) -> None: ...
    @property
    def sharpness_jump(self) -> float:
        """relative change of sharpness at an intra picture that betrays it"""
    @sharpness_jump.setter
    def sharpness_jump(self, value: float) -> None: ...
    @property
    def quantiser_jump(self) -> float:
        """relative change of quantiser at an intra picture that betrays it"""
    @quantiser_jump.setter
    def quantiser_jump(self, value: float) -> None: ...
    @property
    def change_jump(self) -> float:
        """frame difference at an intra picture over the usual one that betrays it"""
    @change_jump.setter
    def change_jump(self, value: float) -> None: ...
    @property
    def scene_correlation(self) -> float:
        """correlation of two pictures below which the scene jumped"""
    @scene_correlation.setter
    def scene_correlation(self, value: float) -> None: ...
    @property
    def longest_step_s(self) -> float:
        """s; a longer step between frames is a gap"""
    @longest_step_s.setter
    def longest_step_s(self, value: float) -> None: ...
    FIELDS: typing.ClassVar[tuple[str, ...]]

class PresenceOptions:
    """When fasciculations are said to be present, and how they are graded."""
    def __init__(self, *, events: int = ..., window_s: float = ..., observed_share: float = ..., grade_bins: str | collections.abc.Sequence[float] = ...) -> None: ...
    def check(self) -> None:
        """Raises ValueError naming the value and what is allowed."""
    @property
    def events(self) -> int:
        """fasciculations within window_s that mean presence (Noto 2017)"""
    @events.setter
    def events(self, value: int) -> None: ...
    @property
    def window_s(self) -> float:
        """s"""
    @window_s.setter
    def window_s(self, value: float) -> None: ...
    @property
    def observed_share(self) -> float:
        """of window_s; with less observed time absence is not said"""
    @observed_share.setter
    def observed_share(self, value: float) -> None: ...
    @property
    def grade_bins(self) -> list[float]:
        """events per minute at which the next grade begins, rising: numbers, or a text as in the program"""
    @grade_bins.setter
    def grade_bins(self, value: str | collections.abc.Sequence[float]) -> None: ...
    FIELDS: typing.ClassVar[tuple[str, ...]]

class Rate:
    """Events per minute with the exact interval of Garwood (1936)."""
    @property
    def per_min(self) -> float | None:
        """events per minute; None without observed time"""
    @property
    def ci_per_min(self) -> Interval:
        """two-sided at alpha"""
    @property
    def zero_bound_per_min(self) -> float | None:
        """with no event: one-sided exact upper bound at alpha, else None"""

class RateComparison:
    """Two sides held against each other."""
    @property
    def energy_ratio(self) -> float | None:
        """median energy of target over control; None where there is none"""
    @property
    def energy_ratio_ci(self) -> Interval:
        """circular block bootstrap, percentiles"""
    @property
    def rate_ratio(self) -> float | None:
        """rate of target over control; None where the control has no event"""
    @property
    def rate_ratio_ci(self) -> Interval:
        """two-sided at alpha, conditional binomial"""
    @property
    def p_value(self) -> float | None:
        """twice the smaller tail"""
    @property
    def verdict(self) -> str:
        """'target_higher', 'control_higher', 'no_difference_shown' or 'too_short'"""
    @property
    def sentence(self) -> str:
        """the verdict in one sentence, with the numbers and the limits of the recording"""
    @property
    def warnings(self) -> list[str]:
        """what speaks against the comparison, one sentence each: areas, scale, frame rate, length, ..."""

class Region:
    """A polygon on the picture, in px of the exported frame, origin top left.

    ``Region((x, y, w, h))`` is a rectangle, ``Region([(x1, y1), (x2, y2), (x3, y3), ...])`` a polygon; what was measured is ``a.target.region``."""
    def __init__(self, shape: typing.Any) -> None:
        """A rectangle or a polygon."""
    @property
    def name(self) -> str:
        """'target', 'control' or 'near field'"""
    @property
    def source(self) -> str:
        """'polygon' (a rectangle is one), 'auto', 'left' or 'right'"""
    @property
    def polygon(self) -> list[tuple[float, float]]:
        """px; corners in order"""
    @property
    def bounds(self) -> tuple[int, int, int, int]:
        """px; smallest whole-pixel rectangle (x, y, w, h) that holds the polygon"""
    @property
    def area_px(self) -> float:
        """px²"""

class RegionSpec:
    """What a user wrote for a region."""

class Review:
    """A reviewer's file, exported from report.html. Made by :func:`fasc.read_review`."""
    @property
    def file(self) -> str:
        """base name"""
    @property
    def sha256(self) -> str:
        """of the file"""
    @property
    def reviewer(self) -> str:
        """may be empty"""
    @property
    def clip_sha256(self) -> str:
        """of the clip reviewed; may be empty"""
    @property
    def events(self) -> list[ReviewedEvent]:
        """list of fasc.ReviewedEvent, rejected ones too"""
    def fasciculation_onsets_s(self, region: str = ...) -> list[float]:
        """s; onsets of the fasciculations that count in a region, rising: of that kind and not rejected."""

class ReviewedEvent:
    """One event of a review."""
    @property
    def region(self) -> str:
        """'target' or 'control'"""
    @property
    def onset_s(self) -> float:
        """s"""
    @property
    def end_s(self) -> float:
        """s"""
    @property
    def kind(self) -> str:
        """as fasc.Burst.kind"""
    @property
    def decision(self) -> str:
        """'unreviewed', 'accepted', 'rejected', 'relabelled' or 'added'"""
    @property
    def automatic_kind(self) -> str | None:
        """as the program had it; None for an added event"""
    @property
    def note(self) -> str: ...

class Scale:
    """Scale of a picture, mm per px; without one everything is in px."""
    @property
    def mm_per_px_x(self) -> float | None:
        """mm per px across, or None"""
    @property
    def mm_per_px_y(self) -> float | None:
        """mm per px down, or None"""
    @property
    def source(self) -> str:
        """'user', 'file' or 'none'"""
    @property
    def detail(self) -> str:
        """how it was given, which tags of the file, or why there is none"""
    @property
    def known(self) -> bool:
        """True where there is a scale: lengths are in mm"""

class Trace:
    """What was measured in one region: one entry per frame in every array. The first entry and every step that was not measured are NaN."""
    def __init__(self, time_s: collections.abc.Sequence[float] | numpy.typing.NDArray[typing.Any], energy: collections.abc.Sequence[float] | numpy.typing.NDArray[typing.Any]) -> None:
        """A trace from elsewhere: see find_bursts. Energies in any unit, NaN where missing."""
    @property
    def has_cells(self) -> bool:
        """False for a trace from elsewhere: energies without motion of cells"""
    @property
    def observed_spans(self) -> list[tuple[float, float]]:
        """list of (begin, end) in s; the observed time as stretches in order"""
    @property
    def region(self) -> Region:
        """what was measured"""
    @property
    def near_field(self) -> Region | None:
        """the reference above it, or None"""
    @property
    def scale(self) -> Scale:
        """unit of all speeds: mm/s with a scale, px/s without"""
    @property
    def skin_y_px(self) -> float | None:
        """px of the frame; top of the echo area, which depth is counted from; None where unknown"""
    @property
    def time_s(self) -> numpy.typing.NDArray[numpy.float64]:
        """s; from the clip's first frame"""
    @property
    def step_s(self) -> numpy.typing.NDArray[numpy.float64]:
        """s; time since the last distinct picture, which the displacement belongs to"""
    @property
    def energy(self) -> numpy.typing.NDArray[numpy.float64]:
        """(mm/s)² or (px/s)²; mean squared tissue speed"""
    @property
    def rms_speed(self) -> numpy.typing.NDArray[numpy.float64]:
        """mm/s or px/s; root of the energy"""
    @property
    def active_share(self) -> numpy.typing.NDArray[numpy.float64]:
        """0-1; share of the region that moves"""
    @property
    def whole_share(self) -> numpy.typing.NDArray[numpy.float64]:
        """0-1; how alike the whole region moves"""
    @property
    def fast_speed(self) -> numpy.typing.NDArray[numpy.float64]:
        """mm/s or px/s; mean speed of the fastest 15 % of the patches"""
    @property
    def near_dx(self) -> numpy.typing.NDArray[numpy.float64]:
        """px per step; near-field motion across"""
    @property
    def near_dy(self) -> numpy.typing.NDArray[numpy.float64]:
        """px per step; near-field motion down"""
    @property
    def change(self) -> numpy.typing.NDArray[numpy.float64]:
        """gray levels; mean absolute difference to the last distinct picture"""
    @property
    def state(self) -> numpy.typing.NDArray[numpy.str_]:
        """what became of each step: 'measured', 'first', 'repeat', 'key_frame', ..."""
    @property
    def motion_px(self) -> numpy.typing.NDArray[numpy.float32]:
        """px per step; float32 (frames, rows, cols, 2), mean displacement of a coarse grid"""
    @property
    def observed_s(self) -> float:
        """s; measured time and bridged gaps of at most 0.1 s"""
    def __len__(self) -> int: ...

M_MODE_WIDTH_PX: int

def agreement(first_onsets_s: collections.abc.Sequence[float], second_onsets_s: collections.abc.Sequence[float], observed: collections.abc.Sequence[tuple[float, float]], from_s: float) -> Agreement: ...

def annotate(analysis: NativeAnalysis, clip: str, out: str, options: AnnotateOptions, control: bool, progress: typing.Any = ...) -> None: ...

def arrow_stream(columns: collections.abc.Sequence[tuple[str, str, typing.Any]]) -> typing.Any: ...

def batch(folder: str, out: str, options: BatchOptions, progress: typing.Any = ...) -> list[BatchItem]: ...

def cells_taking_part(analysis: NativeAnalysis, control: bool = ...) -> numpy.typing.NDArray[numpy.int32]: ...

def compare_rates(events: int, observed_s: float, control_events: int, control_observed_s: float, options: CompareOptions = ...) -> RateComparison:
    """Compares two counts of events over observed time.

    Parameters
    ----------
    events, control_events : int
        Events counted on either side, from 0.
    observed_s, control_observed_s : float
        s; time in which they were counted, from 0.
    options : fasc.CompareOptions
        Level of the intervals, and how much time is asked for.

    Returns
    -------
    fasc.RateComparison
        Without energies, whose ratio is None.

    Raises
    ------
    ValueError
        A value is out of range.
    TypeError
        One is no number, or a count is not whole.

    Examples
    --------
    >>> import fasc
    >>> fasc.compare_rates(12, 60.0, 0, 60.0).verdict
    'target_higher'"""

def compare_traces(target: Trace, bursts: collections.abc.Sequence[Burst], control: Trace, control_bursts: collections.abc.Sequence[Burst], options: CompareOptions) -> RateComparison: ...

def conclude(measurement: Measurement, bursts: BurstOptions | None = ..., compare: CompareOptions | None = ..., presence: PresenceOptions | None = ..., reviewed: Review | None = ..., against: Review | None = ...) -> NativeAnalysis: ...

@typing.overload
def echo_areas(analysis: NativeAnalysis, control: bool = ...) -> list[tuple[int, int, int, int]]: ...

@typing.overload
def echo_areas(measurement: Measurement, control: bool = ...) -> list[tuple[int, int, int, int]]: ...

def find_bursts(trace: Trace, options: BurstOptions = ..., other: Trace | None = ...) -> list[Burst]: ...

def find_muscle(name: str) -> Muscle:
    """A muscle by name or synonym; case, spaces, hyphens and underscores do not matter.

    Parameters
    ----------
    name : str
        English name or synonym, such as 'calf' or 'TA'; :func:`fasc.muscles` lists them.

    Returns
    -------
    fasc.Muscle

    Raises
    ------
    ValueError
        There is no such muscle; the message names all.
    TypeError
        It is no text.

    Examples
    --------
    >>> import fasc
    >>> fasc.find_muscle('calf').roots
    'S1–S2'"""

def flow(before: numpy.typing.NDArray[numpy.uint8], after: numpy.typing.NDArray[numpy.uint8], options: FlowOptions = ...) -> numpy.typing.NDArray[numpy.float32]:
    """Displacement in px from one gray uint8 picture to the next: float32 array (height, width, 2), x then y."""

def jpeg_of(gray: numpy.typing.NDArray[numpy.uint8], widest: int) -> bytes: ...

def load_measurement(path: str) -> Measurement: ...

def m_mode(path: str, x_px: int, y_px: int, height_px: int, width_px: int, options: AnalyzeOptions, progress: typing.Any = ...) -> dict[str, typing.Any]: ...

def measure(path: str, options: AnalyzeOptions, progress: typing.Any = ...) -> Measurement: ...

def measure_frames(pictures: collections.abc.Sequence[numpy.typing.NDArray[numpy.uint8]], time_s: collections.abc.Sequence[float], name: str, options: AnalyzeOptions, progress: typing.Any = ...) -> Measurement: ...

def merge(folders: collections.abc.Sequence[str], out: str) -> list[BatchItem]: ...

def muscles() -> list[Muscle]:
    """All muscles that have a name here, from head to foot.

    Returns
    -------
    list of fasc.Muscle"""

def parse_region(text: str) -> RegionSpec: ...

def parse_scale(text: str) -> Scale: ...

def parse_scale_points(text: str) -> Scale: ...

@typing.overload
def poster(analysis: NativeAnalysis, control: bool = ...) -> typing.Any: ...

@typing.overload
def poster(measurement: Measurement, control: bool = ...) -> typing.Any: ...

def rate_of(events: int, observed_s: float, alpha: float = ...) -> Rate:
    """Rate of events over observed time with its exact interval (Garwood 1936, Biometrika 28:437).

    Parameters
    ----------
    events : int
        Events counted, from 0.
    observed_s : float
        s; time in which they were counted, from 0.
    alpha : float
        Two-sided level, above 0 and below 1; 0.05 gives 95 % intervals.

    Returns
    -------
    fasc.Rate
        Events per minute.

    Raises
    ------
    ValueError
        A value is out of range.
    TypeError
        One is no number, or events is not whole.

    Examples
    --------
    >>> import fasc
    >>> fasc.rate_of(7, 20.0).per_min
    21.0"""

def read_review(path: str) -> Review: ...

def report_html(analysis: NativeAnalysis, video: bool = ...) -> str: ...

def result_json(analysis: NativeAnalysis) -> str: ...

def save_measurement(measurement: Measurement, path: str) -> None: ...

def shared_roots(one: str, other: str) -> str | None:
    """Roots that two muscles have in common, in words.

    Parameters
    ----------
    one, other : str
        Names or synonyms as :func:`fasc.find_muscle` knows them.

    Returns
    -------
    str or None
        E.g. 'L5' or 'S1–S2'; None where they share neither a root nor a cranial nerve.

    Raises
    ------
    ValueError
        There is no such muscle; the message names all.
    TypeError
        One is no text.

    Examples
    --------
    >>> import fasc
    >>> fasc.shared_roots('tibialis anterior', 'hamstrings')
    'L5'"""

def simulate(scene_json: str, path: str, progress: typing.Any = ...) -> None: ...

def simulate_frames(scene_json: str, name: str, progress: typing.Any = ...) -> tuple[typing.Any, ...]: ...

def still_pictures(path: str, options: AnalyzeOptions, progress: typing.Any = ...) -> dict[str, typing.Any]: ...

def write_results(analysis: NativeAnalysis, measurement: Measurement, dir: str, video: bool = ...) -> None: ...
