"""Whatever is given, the answer is a result, or Python's own error in one line; never a crash, a hang or another kind of error."""
import math
import os

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
    ],
)
def test_what_is_wrong_is_named_with_what_is_allowed(work, kind, message):
    with pytest.raises(kind) as error:
        work()
    assert message in str(error.value) and "\n" not in str(error.value)
