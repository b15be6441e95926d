"""Stages apart: traces from elsewhere, comparison of any two, simulation in memory, loading of results."""
import json
import warnings

import numpy as np
import pytest

import fasc


def envelope(onsets, seconds=60.0, rate=200.0, seed=1, width=0.12):
    """Noise of 1 with bursts of 8 at the onsets: (time_s, energy)."""
    rng = np.random.default_rng(seed)
    time_s = np.arange(0, seconds, 1 / rate)
    amplitude = 1 + 0.15 * rng.standard_normal(time_s.size)
    for onset in onsets:
        amplitude += 8 * ((time_s >= onset) & (time_s < onset + width))
    return time_s, np.square(amplitude)


ONSETS = [3.0, 7.1, 12.4, 13.3, 20.2, 31.9, 40.05, 44.4, 50.0, 58.1]


def test_bursts_of_an_envelope():
    trace = fasc.Trace(*envelope(ONSETS))
    assert not trace.has_cells and len(trace) == 12000 and trace.observed_s == pytest.approx(59.995)
    assert np.isnan(trace.energy[0]) and trace.state[0] == "first" and "from elsewhere" in repr(trace)
    bursts = fasc.find_bursts(trace)
    assert [b.kind for b in bursts] == ["fasciculation"] * len(ONSETS)
    assert np.allclose([b.onset_s for b in bursts], ONSETS, atol=0.03)
    assert np.allclose([b.duration_s for b in bursts], 0.12, atol=0.06)
    b = bursts[0]
    assert b.peak_speed_px_s is None and b.direction_deg is None and b.centroid_x_px is None and b.site == 0
    assert 0.9 < b.confidence <= 1 and b.energy_peak == pytest.approx(81, rel=0.2)


def test_units_do_not_matter_and_quiet_is_quiet():
    time_s, energy = envelope(ONSETS)
    onsets = [b.onset_s for b in fasc.find_bursts(fasc.Trace(time_s, energy))]
    assert onsets == [b.onset_s for b in fasc.find_bursts(fasc.Trace(time_s, 1e-6 * energy))]
    false = sum(len(fasc.find_bursts(fasc.Trace(*envelope([], seed=seed)))) for seed in range(10))
    assert false <= 6  # 10 minutes, 0.2 per minute asked for, up to 3 times as many told of
    assert fasc.find_bursts(fasc.Trace(time_s, np.zeros_like(energy))) == []
    assert fasc.find_bursts(fasc.Trace(time_s, np.full_like(energy, np.nan))) == []


def test_length_tells_kinds_and_gaps_are_missing():
    time_s, energy = envelope([5.0], width=2.0)
    assert [b.kind for b in fasc.find_bursts(fasc.Trace(time_s, energy))] == ["contraction"]
    time_s, energy = envelope(np.arange(1.0, 59.0, 0.8))
    assert {b.kind for b in fasc.find_bursts(fasc.Trace(time_s, energy))} == {"pulsation"}
    time_s, energy = envelope(ONSETS)
    energy[(time_s > 30) & (time_s < 41)] = np.nan
    trace = fasc.Trace(time_s, energy)
    assert trace.observed_s == pytest.approx(49.0, abs=0.05)
    assert len(fasc.find_bursts(trace)) == 8


@pytest.mark.parametrize(
    "time_s, energy, message",
    [
        ([0, 1], [1], "time_s has 2 entries and energy 1"),
        ([0], [1], "a trace of 1 entries; allowed: two or more"),
        ([0, 0], [1, 1], "time_s does not rise at entry 1"),
        ([0, np.nan], [1, 1], "time_s is not finite at entry 1"),
        ([0, 1], [1, -2], "energy is -2 at entry 1; allowed"),
        ([0, 1], [1, np.inf], "energy is inf at entry 1"),
    ],
)
def test_wrong_traces(time_s, energy, message):
    with pytest.raises(ValueError, match=message):
        fasc.Trace(time_s, energy)


def test_compare_what_was_measured(analysis):
    both = fasc.compare(analysis.target, analysis.control)
    assert both.verdict == analysis.comparison.verdict and both.sentence == analysis.comparison.sentence
    assert both.p_value == analysis.comparison.p_value and both.energy_ratio == analysis.comparison.energy_ratio
    assert [both.rate_ratio_ci.lo, both.rate_ratio_ci.hi] == analysis.comparison.rate_ratio_ci
    assert both.warnings == analysis.comparison.warnings
    traces = fasc.compare(analysis.target.trace, analysis.control.trace)
    assert traces.sentence == both.sentence


def test_compare_envelopes():
    target, control = fasc.Trace(*envelope(ONSETS)), fasc.Trace(*envelope([33.0], seed=2))
    found = fasc.compare(target, control)
    assert found.rate_ratio == pytest.approx(10, rel=1e-6) and found.verdict == "target_higher"
    assert found.p_value == pytest.approx(2 * 12 / 2**11)  # 10 of 11 or more, two-sided: 2 (11 + 1) / 2^11
    assert found.energy_ratio == pytest.approx(1, abs=0.05)
    own = fasc.compare(target, control, bursts=fasc.find_bursts(target)[:2], control_bursts=[])
    assert own.rate_ratio is None and own.verdict == "no_difference_shown"
    assert fasc.compare(target, control, alpha=0.001, shortest_observed_s=30).verdict == "no_difference_shown"
    assert fasc.compare(target, control, advised_observed_s=100).warnings != found.warnings


def test_simulated_frames_and_truth(tmp_path):
    scene = {"seed": 5, "duration_s": 6, "fps": 40, "dropped_frames": [7], "panels": [{"twitches": [{"onset_s": 2.5, "amplitude_mm": 0.5}]}]}
    s = fasc.simulate(scene)
    assert s.frames.dtype == np.uint8 and s.frames.ndim == 3 and len(s.frames) == len(s.time_s) == 239
    assert s.time_s[6] == 6 / 40 and s.time_s[7] == 8 / 40 and s.truth["schema"] == "fasc.truth/1"
    a = fasc.analyze(s.frames, time_s=s.time_s)
    (burst,) = [b for b in a.target.bursts if b.kind == "fasciculation"]
    assert burst.onset_s == pytest.approx(s.truth["panels"][0]["twitches"][0]["onset_s"], abs=0.05)
    assert np.array_equal(fasc.simulate(json.dumps(scene)).frames, s.frames)
    truth = fasc.simulate({**scene, "codec": {"name": "ffv1"}}, tmp_path / "a.mkv")
    assert {**truth, "clip": "", "scene": ""} == {**s.truth, "clip": "", "scene": ""}
    with fasc.open(tmp_path / "a.mkv") as clip:
        assert np.array_equal(clip[:], s.frames)
    colour = fasc.simulate({"duration_s": 0.2, "panels": [{"kind": "camera"}]})
    assert colour.frames.ndim == 4 and colour.frames[0, :, :, 0].mean() > colour.frames[0, :, :, 2].mean()
    with pytest.raises(ValueError):
        fasc.simulate({"duration_s": -1})
    with pytest.raises(ValueError, match="what JSON can hold"):
        fasc.simulate({"duration_s": {1, 2}})


def test_results_load_back(analysis, tmp_path):
    analysis.save(tmp_path / "out")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        again = fasc.load(tmp_path / "out")
    assert again.to_json() == analysis.to_json() and len(again.target.bursts) == len(analysis.target.bursts)
    result = tmp_path / "out" / "result.json"
    text = result.read_text()
    result.write_text(text.replace('"fasc_version": "', '"fasc_version": "0.0.'))
    with pytest.warns(UserWarning, match="was written by fasc 0.0"):
        fasc.load(tmp_path / "out")
    result.write_text(json.dumps({**json.loads(text), "review": {"file": "r.csv"}}))
    with pytest.raises(fasc.ClipError, match="r.csv; allowed"):
        fasc.load(tmp_path / "out")
    for broken in ("{", "[]", "{}", '{"schema": "x"}'):
        result.write_text(broken)
        with pytest.raises(fasc.ClipError, match="not a result of fasc"):
            fasc.load(tmp_path / "out")
    result.unlink()
    with pytest.raises(FileNotFoundError):
        fasc.load(tmp_path / "out")


def test_flow_takes_what_numpy_gives():
    rng = np.random.default_rng(1)
    big = np.kron(rng.integers(0, 255, (40, 40)), np.ones((4, 4))).astype(np.uint8)
    still = fasc.flow(big[::2, ::2], big[::2, ::2])
    assert still.shape == (80, 80, 2) and not still.any()
    assert np.array_equal(fasc.flow(big, np.asfortranarray(big)), np.zeros((160, 160, 2), np.float32))
    assert fasc.flow(big, big, "dis").shape == fasc.flow(big, big, method="dis").shape
    for wrong, kind in ((big.astype(float), TypeError), ("a", TypeError), (None, TypeError), (big[0], ValueError), (np.dstack([big] * 3), ValueError), (big[:5, :5], ValueError), (big[:, 1:], ValueError)):
        with pytest.raises(kind):
            fasc.flow(big, wrong)
    with pytest.raises(ValueError, match="magic"):
        fasc.flow(big, big, "magic")
