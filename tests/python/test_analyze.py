"""The fixed Python surface: what analyze takes and what it gives back."""
import json
import math
import subprocess

import numpy as np
import pytest

import fasc

BURST_KEYS = {"onset_s", "peak_s", "end_s", "kind", "confidence"}
KINDS = {"fasciculation", "probe_motion", "contraction", "pulsation", "artefact"}


def test_the_founding_case_reads_as_it_was_simulated(analysis, founding):
    truth = json.loads(founding.with_suffix(".json").read_text())
    fasciculations = [b for b in analysis.target.bursts if b.kind == "fasciculation"]
    assert len(fasciculations) >= 8
    assert [b for b in analysis.control.bursts if b.kind == "fasciculation"] == []
    onsets = [t["onset_s"] for panel in truth["panels"] for t in panel["twitches"]]
    for onset in onsets:
        assert min(abs(b.onset_s - onset) for b in fasciculations) < 0.15
    assert len(fasciculations) == len(onsets)
    assert analysis.comparison.verdict == "target_higher"
    assert analysis.comparison.rate_ratio is None
    assert analysis.comparison.rate_ratio_ci[0] > 1 and analysis.comparison.rate_ratio_ci[1] is None


def test_trace_is_numpy_with_one_entry_per_frame_and_the_first_missing(analysis):
    trace = analysis.target.trace
    assert trace.time_s.dtype == np.float64 and trace.energy.dtype == np.float64
    assert trace.time_s.shape == trace.energy.shape == (analysis.clip.frames,)
    assert trace.time_s[0] == 0 and np.all(np.diff(trace.time_s) > 0)
    assert math.isnan(trace.energy[0]) and np.nanmin(trace.energy) >= 0
    assert np.allclose(trace.rms_speed**2, trace.energy, rtol=1e-5, equal_nan=True)
    assert trace.state[0] == "first" and set(trace.state[1:]) >= {"measured"}
    assert trace.motion_px.shape[0] == analysis.clip.frames and trace.motion_px.shape[3] == 2
    assert len(trace) == analysis.clip.frames
    assert analysis.target.speed.shape == trace.energy.shape


def test_attributes_are_the_keys_of_the_json(analysis):
    data = json.loads(analysis.to_json())
    assert data["schema"] == "fasc.result/1"
    for key, value in data["clip"].items():
        assert getattr(analysis.clip, key) == value
    for key, value in data["comparison"].items():
        assert getattr(analysis.comparison, key) == value
    for name in ("target", "control"):
        result = getattr(analysis, name)
        for key in ("observed_s", "rate_per_min", "rate_ci_per_min"):
            assert getattr(result, key) == data[name][key]
        assert len(result.bursts) == len(data[name]["bursts"])
        for burst, expected in zip(result.bursts, data[name]["bursts"]):
            assert list(fasc.Burst.FIELDS) == list(expected)
            assert {key: getattr(burst, key) for key in expected} == expected
        region = data[name]["region"]
        assert result.region.name == name
        assert [list(p) for p in result.region.polygon] == region["polygon"]
        assert list(result.region.bounds) == region["bounds"]
    assert BURST_KEYS <= set(fasc.Burst.FIELDS)
    assert {b.kind for b in analysis.target.bursts} <= KINDS


def test_unknown_attribute_names_what_there_is(analysis):
    with pytest.raises(AttributeError, match="ClipInfo has no 'fps'; it has path, sha256"):
        analysis.clip.fps


def test_rates_count_fasciculations_only(analysis):
    events = sum(b.kind == "fasciculation" for b in analysis.target.bursts)
    assert analysis.target.rate_per_min == pytest.approx(60 * events / analysis.target.observed_s, rel=1e-12)
    lo, hi = analysis.target.rate_ci_per_min
    assert lo < analysis.target.rate_per_min < hi


def test_rates_with_and_without_the_other_kinds(analysis):
    target = analysis.target
    for kind in KINDS:
        rate = target.rates_by_kind[kind]
        events = sum(b.kind == kind for b in target.bursts)
        assert rate["events"] == events
        assert rate["rate_per_min"] == pytest.approx(60 * events / target.observed_s, rel=1e-12)
    assert target.rates_by_kind.fasciculation.rate_per_min == target.rate_per_min
    assert target.rate_all_kinds_per_min == pytest.approx(60 * len(target.bursts) / target.observed_s, rel=1e-12)
    lo, hi = target.rate_all_kinds_ci_per_min
    assert lo < target.rate_all_kinds_per_min < hi


def test_calm_level_tells_the_expected_false_alarms(analysis):
    most = analysis.options.bursts.false_alarms_per_min
    for result in (analysis.target, analysis.control):
        level = result.calm_level
        assert level.speed < level.edge <= level.sure
        assert 0 < level.false_alarms_per_min <= most * (1 + 1e-9)
    brief = fasc.analyze("sample_data/calf_and_control_30fps.mp4", target="right", to_s=0.5)
    assert brief.target.calm_level.false_alarms_per_min is None
    with pytest.raises(ValueError, match="false_alarms_per_min 0"):
        fasc.conclude(analysis.measurement, false_alarms_per_min=0)
    strict = fasc.conclude(analysis.measurement, false_alarms_per_min=1e-6)
    assert strict.target.calm_level.sure >= analysis.target.calm_level.sure
    assert strict.target.calm_level.false_alarms_per_min <= 1e-6 * (1 + 1e-9)


def test_sites_group_the_fasciculations(analysis):
    target = analysis.target
    twitches = [b for b in target.bursts if b.kind == "fasciculation"]
    assert sum(site.events for site in target.sites) == len(twitches)
    for number, site in enumerate(target.sites, 1):
        own = [b for b in twitches if b.site == number]
        assert (site.site, site.events, site.first_onset_s) == (number, len(own), own[0].onset_s)
        assert site.centroid_x_px == pytest.approx(np.mean([b.centroid_x_px for b in own]))
    for b in twitches:
        assert b.depth_px == pytest.approx(b.centroid_y_px - target.trace.skin_y_px)
        scale = analysis.clip.mm_per_px_y
        assert b.depth_mm == (pytest.approx(b.depth_px * scale) if scale else None)
        assert -180 < b.direction_deg <= 180
        assert 0 <= b.anisotropy <= 1


def test_pandas_has_the_json_keys_as_columns(analysis):
    pandas = pytest.importorskip("pandas")
    table = analysis.target.to_pandas()
    assert isinstance(table, pandas.DataFrame)
    assert list(table.columns) == list(fasc.Burst.FIELDS)
    assert len(table) == len(analysis.target.bursts)
    assert table["onset_s"].tolist() == [b.onset_s for b in analysis.target.bursts]
    assert table["kind"].tolist() == [b.kind for b in analysis.target.bursts]
    assert (table.dtypes.drop(["kind", "site"]) == "float64").all()
    assert table["site"].tolist() == [b.site for b in analysis.target.bursts]
    empty = fasc.analyze("sample_data/calf_and_control_30fps.mp4", target="right", to_s=0.5).target.to_pandas()
    assert list(empty.columns) == list(fasc.Burst.FIELDS)


def test_region_forms_mean_the_same(founding, analysis):
    x, y, w, h = analysis.target.region.bounds
    rectangle = fasc.analyze(founding, (x, y, w, h), to_s=1.0)
    corners = [(x, y), (x + w, y), (x + w, y + h), (x, y + h)]
    expected = rectangle.target.trace.energy
    forms = [
        [x, y, w, h],
        np.array([x, y, w, h]),
        f"{x},{y},{w},{h}",
        fasc.Region((x, y, w, h)),
        rectangle.target.region,
        corners,
        np.array(corners),
        " ".join(f"{px},{py}" for px, py in corners),
    ]
    for form in forms:
        energy = fasc.analyze(founding, form, to_s=1.0).target.trace.energy
        assert np.array_equal(energy, expected, equal_nan=True), form


def test_region_file_as_path(founding, analysis, tmp_path):
    bounds = analysis.target.region.bounds
    (tmp_path / "region.json").write_text(json.dumps({"rectangle": bounds}))
    a = fasc.analyze(founding, tmp_path / "region.json", to_s=1.0)
    assert a.target.region.bounds == bounds


def test_without_control_nothing_is_compared(short):
    a = fasc.analyze(**short)
    assert a.control is None and a.comparison is None and a.control_clip is None


def test_a_second_clip_is_the_control(founding):
    a = fasc.analyze(founding, "left", "right", control_clip=founding, to_s=2.0)
    assert a.control_clip.sha256 == a.clip.sha256
    assert a.control.region.source == "right"


def test_scale_changes_the_unit(founding):
    with_scale = fasc.analyze(founding, "left", mm_per_px=(0.1, 0.2), to_s=1.0)
    assert with_scale.clip.energy_unit == "(mm/s)^2"
    assert with_scale.clip.mm_per_px is None
    assert (with_scale.clip.mm_per_px_x, with_scale.clip.mm_per_px_y) == (0.1, 0.2)
    assert with_scale.clip.mm_per_px_source == "user"
    one = fasc.analyze(founding, "left", mm_per_px=0.1, to_s=1.0)
    two = fasc.analyze(founding, "left", mm_per_px=0.2, to_s=1.0)
    assert np.allclose(two.target.trace.energy, 4 * one.target.trace.energy, rtol=1e-4, equal_nan=True)


def test_options_default_to_the_structs_and_reach_them(short):
    a = fasc.analyze(**short)
    assert repr(a.options.bursts) == repr(fasc.BurstOptions())
    assert a.options.threads == fasc.AnalyzeOptions().threads == 0
    b = fasc.analyze(**short, bursts={"threshold": 9.0}, compare=fasc.CompareOptions(alpha=0.1), flow={"method": "dis", "dis_preset": 2})
    assert b.options.bursts.threshold == 9.0 and b.options.bursts.join_s == fasc.BurstOptions().join_s
    assert b.options.compare.alpha == 0.1
    assert b.options.energy.flow.dis_preset == 2
    assert not np.array_equal(a.target.trace.energy, b.target.trace.energy, equal_nan=True)
    c = fasc.analyze(**short, threshold=9.0, dis_preset=2, shortest_observed_s=4.0)
    assert fasc.analyze(**short, flow="patches").to_json() == a.to_json()
    assert c.options.bursts.threshold == 9.0 and c.options.compare.shortest_s == 4.0 and c.options.energy.flow.dis_preset == 2
    with pytest.raises(TypeError, match="there is no option 'treshold'; single settings are active_speed_mm_s"):
        fasc.analyze(**short, treshold=9.0)
    with pytest.raises(TypeError, match="give bursts= or threshold="):
        fasc.analyze(**short, threshold=9.0, bursts={"join_s": 0.3})


def test_muscles_presence_and_grade(founding, analysis, program, tmp_path):
    words = dict(target_muscle="calf", target_side="left", control_muscle="AH", control_side="left", grade_bins=[1, 5, 30])
    a = fasc.analyze(founding, target="left", control="right", **words)
    assert a.target.muscle.name == "gastrocnemius" and a.target.muscle.roots == "S1–S2" and a.control.muscle.side == "left"
    assert analysis.target.muscle is None
    assert any("share S1–S2 on the left side" in w for w in a.comparison.warnings)
    assert any("no calm control" in w for w in a.comparison.warnings) and set(a.comparison.warnings) <= set(a.warnings)
    assert a.target.presence.present is True and a.target.presence.events_in_window == 12
    assert a.control.presence.present is None
    assert a.target.grade.value == 3 and a.target.grade.range == [2, 3] and a.control.grade.value == 0
    lo, hi = a.comparison.energy_ratio_ci
    assert lo < a.comparison.energy_ratio < hi
    options = ["--target-muscle", "calf", "--target-side", "left", "--control-muscle", "AH", "--control-side", "left", "--grade-bins", "1,5,30"]
    program("analyze", founding, "--target", "left", "--control", "right", "--out", tmp_path, "--no-video", "--quiet", *options)
    assert (tmp_path / "result.json").read_bytes() == a.to_json().encode()
    b = fasc.conclude(a.measurement, control_muscle="TA", grade_bins="40,50", presence_events=13)
    assert b.target.grade.value == 0 and b.target.presence.present is None
    assert not any("share" in w or "no calm control" in w for w in b.warnings)
    assert b.options.compare.target_side == "left" and b.options.presence.window_s == 60
    assert "grade 3" in a._repr_html_() and "no calm control" in a._repr_html_()
    assert "99 % interval" in fasc.conclude(a.measurement, alpha=0.01)._repr_html_()


def test_table_of_muscles():
    names = [m.name for m in fasc.muscles()]
    assert {"soleus", "tibialis anterior", "tongue", "first dorsal interosseous"} <= set(names)
    assert fasc.find_muscle("T.A.").roots == "L4–L5" and fasc.find_muscle("AH").twitches_in_health
    assert fasc.shared_roots("calf", "tibialis anterior") is None
    with pytest.raises(ValueError, match='muscle is "heart"; allowed: tongue, '):
        fasc.find_muscle("heart")


def test_from_and_to_cut(founding):
    a = fasc.analyze(founding, "left", from_s=1.0, to_s=2.0)
    time_s = a.target.trace.time_s
    assert time_s[0] >= 1.0 - 1e-9 and time_s[-1] < 2.0
    assert a.clip.frames == len(time_s) == 30


def test_threads_never_change_results(founding, analysis):
    one = fasc.analyze(founding, target="left", control="right", threads=1)
    two = fasc.analyze(founding, target="left", control="right", threads=2)
    assert one.to_json() == two.to_json() == analysis.to_json()


def test_measure_once_and_conclude_many_times(founding, analysis, tmp_path):
    measurement = fasc.measure(founding, target="left", control="right")
    assert fasc.conclude(measurement).to_json() == analysis.to_json()
    fasc.save_measurement(measurement, tmp_path / "m.cbor")
    again = fasc.load_measurement(tmp_path / "m.cbor")
    assert fasc.conclude(again).to_json() == analysis.to_json()
    strict = fasc.conclude(again, bursts={"floor_mm_s": 1000.0, "floor_px_s": 1000.0})
    assert strict.target.bursts == []
    assert strict.target.rate_per_min == 0
    assert strict.options.bursts.join_s == analysis.options.bursts.join_s
    onsets = [b.onset_s for b in fasc.find_bursts(analysis.target.trace)]
    assert onsets == [b.onset_s for b in analysis.target.bursts]
    assert fasc.find_bursts(analysis.target.trace, floor_mm_s=1000.0, floor_px_s=1000.0) == []


def test_program_and_python_write_the_same_bytes(founding, analysis, program, tmp_path):
    program("analyze", founding, "--target", "left", "--control", "right", "--out", tmp_path / "program", "--no-video", "--quiet")
    analysis.save(tmp_path / "python")
    assert (tmp_path / "program" / "result.json").read_bytes() == analysis.to_json().encode()
    names = ["measurement.cbor", "result.json", "trace.csv", "bursts.csv", "annotations.txt", "events.tsv", "report.html"]
    for name in names:
        assert (tmp_path / "python" / name).read_bytes() == (tmp_path / "program" / name).read_bytes(), name
    assert analysis.to_html() == (tmp_path / "python" / "report.html").read_text()


def test_annotated_video(founding, tmp_path):
    a = fasc.analyze(founding, "left", to_s=1.0)
    a.annotate(tmp_path / "annotated.mp4", motion="arrows")
    again = fasc.conclude(a.measurement)
    with pytest.raises(ValueError, match="name it with clip="):
        again.annotate(tmp_path / "again.mp4")
    again.annotate(tmp_path / "again.mp4", clip=founding, motion="arrows")
    assert (tmp_path / "again.mp4").read_bytes() == (tmp_path / "annotated.mp4").read_bytes()
    probe = ["ffprobe", "-v", "error", "-count_frames", "-select_streams", "v", "-show_entries", "stream=nb_read_frames,codec_name"]
    shown = subprocess.run([*probe, "-of", "json", str(tmp_path / "annotated.mp4")], capture_output=True, text=True, check=True)
    assert json.loads(shown.stdout)["streams"] == [{"codec_name": "h264", "nb_read_frames": "30"}]


def test_notebook_view_is_escaped(tmp_path, founding):
    odd = tmp_path / "a<script>&.mp4"
    odd.write_bytes(founding.read_bytes())
    html = fasc.analyze(odd, "left", "right", to_s=2.0)._repr_html_()
    assert "<script>" not in html and "a&lt;script&gt;&amp;.mp4" in html
    assert "research use only" in html and "target" in html and "control" in html


def test_version_and_repr(analysis):
    text = (analysis.to_dict()["fasc_version"], fasc.__version__)
    assert text[0] == text[1] and text[1].count(".") == 2
    assert "calf_and_control_30fps.mp4" in repr(analysis) and "target_higher" in repr(analysis)
    assert "onset_s=" in repr(analysis.target.bursts[0])


def test_rates_by_hand():
    rate = fasc.rate_of(0, 60.0)
    assert rate.per_min == 0
    assert rate.ci_per_min.lo == 0 and rate.ci_per_min.hi == pytest.approx(3.6889, abs=1e-4)
    assert rate.zero_bound_per_min == pytest.approx(2.9957, abs=1e-4)
    both = fasc.compare_rates(10, 60.0, 0, 60.0)
    assert both.rate_ratio is None and both.rate_ratio_ci.hi is None and both.verdict == "target_higher"


def test_recorded_clip(clips):
    a = fasc.analyze(clips / "real" / "neurosense_whole_muscle_twitches_75fps.mp4", target=(4, 20, 504, 280))
    onsets = [b.onset_s for b in a.target.bursts if b.kind == "fasciculation"]
    for onset in (4.49, 22.75):
        assert min(abs(o - onset) for o in onsets) < 0.15


def test_a_camera_is_recognised_and_can_be_said():
    clip = "sample_data/camera_calm_30fps.mp4"
    seen, said = fasc.analyze(clip, to_s=2), fasc.analyze(clip, to_s=2, camera=True)
    assert seen.to_dict()["clip"]["view"] == said.to_dict()["clip"]["view"] == "camera"
    assert np.array_equal(seen.target.trace.energy, said.target.trace.energy, equal_nan=True)
    screen = fasc.analyze(clip, to_s=2, camera=False, target=(40, 40, 200, 150))
    assert screen.to_dict()["clip"]["view"] == "ultrasound"
    # The shake is left in there.
    assert np.nanmedian(screen.target.trace.energy) > 5 * np.nanmedian(seen.target.trace.energy)
