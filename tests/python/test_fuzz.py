"""Whatever is given, the answer is a result, or Python's own error in one line; never a crash, a hang or another kind of error."""
import copy
import math
import os
import pickle
import threading
import time

import numpy as np
import pytest

import fasc

hypothesis = pytest.importorskip("hypothesis")
st = pytest.importorskip("hypothesis.strategies")
numpy_st = pytest.importorskip("hypothesis.extra.numpy")

EXAMPLES = 1500 if os.environ.get("FASC_FULL") == "1" else 120
bounded = hypothesis.settings(max_examples=EXAMPLES, deadline=None, derandomize=True, database=None)


def result_or_error(work):
    """What `work` gives, or None where it raised ValueError or TypeError with one line that says something."""
    try:
        return work()
    except (ValueError, TypeError) as error:
        assert str(error) and "\n" not in str(error), repr(error)
        return None


PICTURES = [np.random.default_rng(1).integers(0, 255, (96, 120), dtype=np.uint8) for _ in range(3)]
numbers = st.one_of(st.integers(-(2**70), 2**70), st.floats(), st.booleans())
anything = st.one_of(st.none(), numbers, st.text(max_size=12), st.binary(max_size=8), st.lists(numbers, max_size=6), st.dictionaries(st.text(max_size=4), numbers, max_size=2))
regions = st.one_of(anything, st.lists(st.tuples(numbers, numbers), max_size=8), st.tuples(numbers, numbers, numbers, numbers), numpy_st.arrays(st.sampled_from(["f8", "i4", "U3"]), (2, 2)))


@bounded
@hypothesis.given(array=numpy_st.arrays(st.one_of(numpy_st.integer_dtypes(), numpy_st.floating_dtypes(), numpy_st.boolean_dtypes(), numpy_st.complex_number_dtypes()),
                                        numpy_st.array_shapes(min_dims=0, max_dims=5, min_side=0, max_side=24)), n=st.integers(0, 24))
def test_arrays_of_any_type_and_shape(array, n):
    result_or_error(lambda: fasc.analyze(array, time_s=np.arange(n) / 30))
    result_or_error(lambda: fasc.flow(array, array))
    result_or_error(lambda: fasc.Trace(array, array))


@bounded
@hypothesis.given(region=regions, control=regions, scale=anything)
def test_regions_and_scales(region, control, scale):
    a = result_or_error(lambda: fasc.analyze(PICTURES, region, control, time_s=[0, 0.1, 0.2], mm_per_px=scale))
    if a is not None:
        x, y, w, h = a.target.region.bounds
        assert 0 <= x < x + w <= 120 and 0 <= y < y + h <= 96
        assert a.clip.mm_per_px is None or a.clip.mm_per_px > 0


@bounded
@hypothesis.given(time_s=st.one_of(anything, st.lists(numbers, min_size=3, max_size=3)), from_s=numbers, to_s=numbers, threads=st.one_of(st.integers(-5, 3), st.floats(), st.text(max_size=3)))
def test_times_and_parts(time_s, from_s, to_s, threads):
    result_or_error(lambda: fasc.analyze(PICTURES, (10, 10, 80, 60), time_s=time_s))
    try:
        result_or_error(lambda: fasc.analyze(PICTURES, (10, 10, 80, 60), time_s=[0, 0.1, 0.2], from_s=from_s, to_s=to_s, threads=threads))
    except fasc.ClipError as error:  # fewer than two frames are left
        assert "at least two" in str(error)


@bounded
@hypothesis.given(data=st.data())
def test_every_option_with_any_number(data):
    kind = data.draw(st.sampled_from([fasc.BurstOptions, fasc.CompareOptions, fasc.EnergyOptions, fasc.FlowOptions, fasc.PairOptions, fasc.PresenceOptions]))
    name = data.draw(st.sampled_from(kind.FIELDS))
    value = data.draw(anything)
    part = {"BurstOptions": "bursts", "CompareOptions": "compare", "EnergyOptions": "energy", "FlowOptions": "flow", "PairOptions": "pairs", "PresenceOptions": "presence"}[kind.__name__]
    a = result_or_error(lambda: fasc.analyze(PICTURES, (10, 10, 80, 60), time_s=[0, 0.1, 0.2], **{part: {name: value}}))
    if a is not None:
        a.to_json()


@bounded
@hypothesis.given(energy=st.lists(st.floats(0, 1e30), min_size=2, max_size=200), missing=st.sets(st.integers(0, 199)), rate=st.floats(0.1, 1e4))
def test_any_trace_gives_bursts_in_order(energy, missing, rate):
    values = np.array([math.nan if i in missing else e for i, e in enumerate(energy)])
    trace = fasc.Trace(np.arange(len(values)) / rate, values)
    bursts = fasc.find_bursts(trace)
    assert all(b.onset_s <= b.peak_s <= b.end_s and b.duration_s >= 0 and 0 <= b.confidence <= 1 for b in bursts)
    assert [b.onset_s for b in bursts] == sorted(b.onset_s for b in bursts)
    assert fasc.compare(trace, trace).verdict != "target_higher"


@bounded
@hypothesis.given(scene=anything, key=st.sampled_from(["panels", "fps", "seed", "duration_s", "mm_per_px", "dropped_frames", "no_such_key"]), value=anything)
def test_scenes(scene, key, value):
    if not isinstance(scene, dict):
        result_or_error(lambda: fasc.simulate(scene))
    result_or_error(lambda: fasc.simulate({"duration_s": -1, key: value} if key != "duration_s" else {"fps": -1, key: value}))  # wrong anyway: nothing is drawn


@bounded
@hypothesis.given(place=anything, time_s=anything)
def test_places_in_a_clip(founding_clip, place, time_s):
    try:
        result_or_error(lambda: founding_clip[place])
    except IndexError as error:
        assert "allowed: 0 to 599" in str(error)
    result_or_error(lambda: founding_clip.at(time_s))


@pytest.fixture(scope="module")
def founding_clip(founding):
    with fasc.open(founding) as clip:
        yield clip


def test_pictures_need_not_be_contiguous():
    wide = np.random.default_rng(2).integers(0, 255, (4, 192, 240), dtype=np.uint8)
    times = np.arange(4) / 30
    views = [wide[:, ::2, ::2], wide[:, ::-2, ::-2], np.asfortranarray(wide[:, ::2, ::2]), wide.transpose(0, 2, 1)[:, :96, :96]]
    for view in views:
        assert not view.flags.c_contiguous
        assert fasc.analyze(view, (10, 10, 60, 60), time_s=times).to_json() == fasc.analyze(view.copy(order="C"), (10, 10, 60, 60), time_s=times).to_json()
    assert np.array_equal(fasc.flow(views[0][0], views[0][1]), fasc.flow(views[0][0].copy(), views[0][1].copy()))


@pytest.mark.parametrize(
    "work, kind, message",
    [
        (lambda: fasc.analyze(np.zeros((3, 96, 120)), time_s=[0, 1, 2]), ValueError, "frames are uint8, but frame 0 is float64"),
        (lambda: fasc.analyze(np.zeros((96, 120), np.uint8), time_s=[0]), ValueError, "(96, 120)"),
        (lambda: fasc.analyze(PICTURES, time_s=[0, math.nan, 1]), ValueError, "entry 1 is not"),
        (lambda: fasc.analyze(PICTURES, time_s=[0, 1]), ValueError, "shape (3,), but got shape (2,)"),
        (lambda: fasc.analyze(PICTURES, (200, 0, 50, 50), time_s=[0, 1, 2]), ValueError, "120"),
        (lambda: fasc.analyze([PICTURES[0], PICTURES[1][:50]], time_s=[0, 1]), ValueError, "frame 1 has (50, 120)"),
        (lambda: fasc.Trace([0, 1], [1]), ValueError, "time_s has 2 entries and energy 1"),
        (lambda: fasc.Trace([0, 1], [1, -1]), ValueError, "allowed: finite numbers from 0"),
        (lambda: fasc.Trace([[0, 1]], [1, 1]), ValueError, "time_s is numbers, shape (n,), but got 2 dimensions"),
        (lambda: fasc.Trace([0, 1], ["a", "b"]), TypeError, "energy is numbers, shape (n,), but got list"),
        (lambda: fasc.flow(PICTURES[0], PICTURES[0].astype(float)), TypeError, "after is a gray picture of uint8, but got float64"),
        (lambda: fasc.EnergyOptions(flow=None), TypeError, "flow is a fasc.FlowOptions, but got NoneType"),
        (lambda: fasc.find_bursts([1, 2, 3]), TypeError, "trace is a fasc.Trace, but got list"),
        (lambda: fasc.compare(1, 2), TypeError, "target is a fasc.RegionResult or a fasc.Trace, but got int"),
        (lambda: fasc.ClipReader(None), TypeError, "path is a path (str or os.PathLike), but got NoneType"),
        (lambda: fasc.ClipReader(5), TypeError, "path is a path (str or os.PathLike), but got int"),
        (lambda: fasc.ClipReader(), TypeError, "ClipReader lacks 'path'; allowed: ClipReader(path, from_s, to_s, fps, "),
        (lambda: fasc.ClipReader("a.mp4", fps="a"), TypeError, "fps is a number, but got str"),
        (lambda: fasc.open("a.mp4", fps=None), TypeError, "fps is a number, but got NoneType"),
        (lambda: fasc.open("a.mp4", max_frame_px=None), TypeError, "max_frame_px is a whole number, but got NoneType"),
        (lambda: fasc.open("a.mp4", max_frame_px=1e9), TypeError, "max_frame_px is a whole number, but got float"),
        (lambda: fasc.open("a.mp4", max_frame_px=10**40), ValueError, "to 9223372036854775807, but got 1" + 40 * "0"),
        (lambda: fasc.open("a.mp4", max_frame_px=10**5000), ValueError, "to 9223372036854775807, but got one of 16610 bits"),
        (lambda: fasc.rate_of(1.5, 10), TypeError, "events is a whole number, but got float"),
        (lambda: fasc.rate_of("a", 1), TypeError, "events is a whole number, but got str"),
        (lambda: fasc.rate_of(None, 1), TypeError, "events is a whole number, but got NoneType"),
        (lambda: fasc.rate_of(10**30, 1), ValueError, "events is a whole number from -2147483648 to 2147483647, but got 1" + 30 * "0"),
        (lambda: fasc.rate_of(np.int64(10**12), 1), ValueError, "to 2147483647, but got 1000000000000"),
        (lambda: fasc.rate_of(3), TypeError, "rate_of lacks 'observed_s'; allowed: rate_of(events, observed_s, alpha)"),
        (lambda: fasc.rate_of(3, 1, 0.05, 1), TypeError, "rate_of got 4 arguments; allowed: rate_of(events, observed_s, alpha)"),
        (lambda: fasc.rate_of(3, 1, events=3), TypeError, "rate_of got 'events' twice"),
        (lambda: fasc.compare_rates(1.5, 1, 1, 1), TypeError, "events is a whole number, but got float"),
        (lambda: fasc.compare_rates("a", 1, 1, 1), TypeError, "events is a whole number, but got str"),
        (lambda: fasc.compare_rates(1, 2, 3), TypeError, "compare_rates lacks 'control_observed_s'"),
        (lambda: fasc.compare_rates(10**30, 1, 1, 1), ValueError, "events is a whole number from -2147483648"),
        (lambda: fasc.compare_rates(1, 1, 1, 1, None), TypeError, "options is a fasc.CompareOptions, but got NoneType"),
        (lambda: fasc.find_muscle(None), TypeError, "name is text, but got NoneType"),
        (lambda: fasc.find_muscle(5), TypeError, "name is text, but got int"),
        (lambda: fasc.muscles(5), TypeError, "muscles got 1 arguments; allowed: muscles()"),
        (lambda: fasc.shared_roots("calf"), TypeError, "shared_roots lacks 'other'; allowed: shared_roots(one, other)"),
        (lambda: fasc.shared_roots(None, None), TypeError, "one is text, but got NoneType"),
        (lambda: fasc.Trace(), TypeError, "Trace lacks 'time_s'; allowed: Trace(time_s, energy)"),
        (lambda: fasc.Trace(np.arange(9.0)), TypeError, "Trace lacks 'energy'; allowed: Trace(time_s, energy)"),
        (lambda: fasc.Trace(np.arange(9.0), np.ones(9), 5), TypeError, "Trace got 3 arguments"),
        (lambda: fasc.Trace(np.arange(9.0), np.ones(9), unit="foo"), TypeError, "Trace has no argument 'unit'; allowed: Trace(time_s, energy)"),
        (lambda: fasc.Region(), TypeError, "Region lacks 'shape'"),
        (lambda: fasc.BurstOptions(1), TypeError, "BurstOptions takes keyword arguments only; it has threshold, edge_threshold"),
        (lambda: fasc.AnalyzeOptions(1), TypeError, "AnalyzeOptions takes keyword arguments only; it has target"),
        (lambda: fasc.BurstOptions().check(1), TypeError, "check got 1 arguments; allowed: check()"),
        (lambda: setattr(fasc.AnalyzeOptions(), "control", 5), TypeError, "control is a fasc.RegionSpec or None, but got int"),
        (lambda: setattr(fasc.AnalyzeOptions(), "scale", 5), TypeError, "scale is a fasc.Scale or None, but got int"),
        (lambda: fasc.analyze(PICTURES, time_s=[0, 1, 2], name=5), TypeError, "name is text, but got int"),
        (lambda: fasc.analyze(PICTURES, time_s=[0, 1, 2], threads=1.5), TypeError, "threads is a whole number, but got float"),
        (lambda: fasc.BatchOptions(jobs=1.5), TypeError, "jobs is a whole number, but got float"),
        (lambda: fasc.FlowOptions(dis_preset="a"), TypeError, "dis_preset is a whole number, but got str"),
        (lambda: fasc.PresenceOptions(events=2**31), ValueError, "events is a whole number from -2147483648 to 2147483647, but got 2147483648"),
        (lambda: fasc.BurstOptions(threshold=10**400), ValueError, "threshold is a number, but got one of 1329 bits, which is too large"),
        (lambda: fasc.BurstOptions(threshold=1e300), ValueError, "threshold 1e+300: allowed is above 0 to 1000"),
        (lambda: fasc.BurstOptions(threshold=3), ValueError, "edge_threshold 3.5: allowed is above 0 to threshold (3); give a lower edge_threshold too"),
        (lambda: fasc.BurstOptions(shortest_s=2), ValueError, "shortest_s 2: allowed is 0 s to below longest_s (1 s)"),
        (lambda: fasc.PairOptions(dark_level=-1e300), ValueError, "dark_level -1e+300: allowed is 0 to 255"),
        (lambda: fasc.AnalyzeOptions(from_s=-1e300), ValueError, "from -1e+300 s: allowed is 0 or more"),
        (lambda: fasc.agreement([1.0], [1.0], [(0, 1)], "a"), TypeError, "from_s is a number, but got str"),
        (lambda: fasc.agreement([1.0], [1.0], 1e12), ValueError, "observed is 0 to 1e+12 s; allowed: at most 1e9 s before and after from_s (0 s)"),
    ],
)
def test_what_is_wrong_is_named_with_what_is_allowed(work, kind, message):
    with pytest.raises(kind) as error:
        work()
    assert message in str(error.value) and "\n" not in str(error.value)


@pytest.mark.parametrize("name", [n for n in fasc.__all__ if n.endswith("Options")])
def test_options_are_copied_and_take_names_only(name):
    kind = getattr(fasc, name)
    with pytest.raises(TypeError, match=f"^{name} takes keyword arguments only; it has {', '.join(kind.FIELDS)}$"):
        kind(1)
    options = kind()
    for twin in (copy.copy(options), copy.deepcopy(options)):
        assert twin is not options and repr(twin) == repr(options)


def test_copies_of_options_are_their_own():
    options = fasc.EnergyOptions(active_speed_mm_s=2.0)
    for twin in (copy.copy(options), copy.deepcopy(options)):
        twin.flow.method = "dis"
        twin.active_speed_mm_s = 3.0
        assert (twin.flow.method, options.flow.method, options.active_speed_mm_s) == ("dis", "patches", 2.0)


def test_results_are_not_pickled(analysis):
    trace = fasc.Trace([0, 1], [1, 1])
    for result in (analysis, analysis.target.trace, analysis.target.bursts[0], trace, fasc.rate_of(7, 20.0), fasc.agreement([1], [1], 9)):
        with pytest.raises(TypeError, match=r"results are not pickled; save\(dir\) and fasc.load\(dir\) keep an Analysis"):
            pickle.dumps(result)


def test_what_results_look_like(founding):
    assert repr(fasc.rate_of(7, 20.0)).startswith("<fasc.Rate: 21.0 per min, interval (8.44")
    assert repr(fasc.rate_of(0, 0)) == "<fasc.Rate: None per min, interval (None, None)>"
    assert repr(fasc.compare_rates(12, 60.0, 0, 60.0)) == "<fasc.RateComparison: target_higher, rate ratio None, p 0.00048828125>"
    assert repr(next(fasc.ClipReader(founding))) == "<fasc.Frame 0 at 0.000 s: 666 x 294 px>"
    assert "target=<fasc.RegionSpec auto>" in repr(fasc.AnalyzeOptions())


def windows_one_by_one(first, second, spans, begin):
    """The table of fasc.agreement, window by window."""
    table = dict(windows=0, both=0, first_only=0, second_only=0, neither=0)
    for k in range(-60, 60):
        low = begin + k
        seen = sum(max(0.0, min(b, low + 1) - max(a, low)) for a, b in spans)
        if seen < 0.5 - 1e-9:
            continue
        one, two = (any(math.floor(t - begin) == k for t in onsets) for onsets in (first, second))
        table["windows"] += 1
        table["both" if one and two else "first_only" if one else "second_only" if two else "neither"] += 1
    return table


@bounded
@hypothesis.given(
    first=st.lists(st.floats(-5, 40), max_size=20), second=st.lists(st.floats(-5, 40), max_size=20), edges=st.lists(st.floats(0, 30), max_size=12), begin=st.floats(-4, 4)
)
def test_agreement_is_that_of_single_windows(first, second, edges, begin):
    edges = sorted(edges)
    spans = list(zip(edges[::2], edges[1::2]))
    a = fasc.agreement(first, second, spans, begin)
    wanted = windows_one_by_one(first, second, spans, begin)
    assert {name: getattr(a, name) for name in wanted} == wanted


def test_agreement_of_years():
    start = time.perf_counter()
    a = fasc.agreement([1.0, 5e8], [1.0, 3e8], 1e9)
    assert (a.windows, a.both, a.first_only, a.second_only, a.neither) == (10**9, 1, 1, 1, 10**9 - 3)
    assert a.kappa == pytest.approx(0.5, abs=1e-6)
    assert time.perf_counter() - start < 1


def test_two_threads_share_a_reader(founding):
    """Each frame goes to one of them, both end, and so does whoever asks later."""
    reader, found = fasc.ClipReader(founding), ([], [])
    threads = [threading.Thread(target=lambda got=got: got.extend(frame.index for frame in reader), daemon=True) for got in found]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    assert sorted(found[0] + found[1]) == list(range(600))
    assert all(got == sorted(got) for got in found)
    assert next(reader, None) is None and next(reader, None) is None
    assert reader.complete and reader.problems == []
