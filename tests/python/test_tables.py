"""Tables for others: pandas, xarray, Arrow, MNE, BIDS, JSON Schema; the empty ones too."""
import json

import numpy as np
import pytest

import fasc


@pytest.fixture(scope="module")
def empty(founding):
    a = fasc.analyze(founding, "right", to_s=4.0)
    assert a.target.bursts == []
    return a


def test_pandas_of_both_regions(analysis, empty):
    pandas = pytest.importorskip("pandas")
    table = analysis.to_pandas()
    assert list(table.columns) == ["region", *fasc.Burst.FIELDS]
    pandas.testing.assert_frame_equal(table[table.region == "target"].drop(columns="region"), analysis.target.to_pandas())
    assert len(empty.to_pandas()) == 0 and list(empty.to_pandas().columns) == list(table.columns)
    assert (empty.to_pandas().dtypes == table.dtypes).all()


def test_xarray(analysis, tmp_path):
    xarray = pytest.importorskip("xarray")
    data = analysis.target.to_xarray()
    assert isinstance(data, xarray.Dataset) and data.sizes["time_s"] == analysis.clip.frames
    assert np.array_equal(data.energy, analysis.target.trace.energy, equal_nan=True) and data.energy.attrs["units"] == "(px/s)^2"
    assert data.motion_px.dims == ("time_s", "row", "column", "component") and data.speed.attrs["units"] == "px/s"
    assert data.attrs["clip_sha256"] == analysis.clip.sha256 and data.attrs["fasc_version"] == fasc.__version__
    assert json.loads(data.attrs["options"]) == analysis.to_dict()["options"]
    assert float(data.energy.sel(time_s=slice(1.3, 1.8)).max()) > 20 * float(data.energy.median())
    try:
        data.to_netcdf(tmp_path / "a.nc")
    except (ImportError, ValueError):
        return  # no library for netCDF here
    with xarray.open_dataset(tmp_path / "a.nc") as again:
        assert np.array_equal(again.energy, data.energy, equal_nan=True)


def test_arrow_by_its_own_structures(analysis, empty):
    """The capsule without any Arrow library: name, one use, and no crash where nobody takes it."""
    import ctypes

    name = ctypes.pythonapi.PyCapsule_GetName
    name.restype, name.argtypes = ctypes.c_char_p, [ctypes.py_object]
    for one in (analysis, analysis.target, empty):
        assert name(one.__arrow_c_stream__()) == b"arrow_array_stream"
    for _ in range(200):
        analysis.__arrow_c_stream__()


def test_arrow_read_by_pyarrow(analysis, empty):
    pyarrow = pytest.importorskip("pyarrow")
    table = pyarrow.table(analysis)
    assert table.column_names == ["region", *fasc.Burst.FIELDS]
    assert table["onset_s"].to_pylist() == [b.onset_s for b in analysis.target.bursts]
    assert table["depth_mm"].to_pylist() == [b.depth_mm for b in analysis.target.bursts] and table["depth_mm"].null_count == table.num_rows
    assert table["kind"].to_pylist() == [b.kind for b in analysis.target.bursts]
    assert str(table.schema.field("site").type) == "int64" and str(table.schema.field("score").type) == "double"
    table.validate(full=True)
    assert pyarrow.table(empty.target).num_rows == 0 and pyarrow.table(empty.target).column_names == list(fasc.Burst.FIELDS)


def test_mne_reads_the_annotations(analysis, empty, tmp_path):
    mne = pytest.importorskip("mne")
    analysis.save(tmp_path / "a")
    read = mne.read_annotations(tmp_path / "a" / "annotations.txt")
    bursts = analysis.target.bursts
    assert np.allclose(read.onset, [b.onset_s for b in bursts], atol=1e-6)
    assert np.allclose(read.duration, [b.duration_s for b in bursts], atol=1e-6)
    assert list(read.description) == [f"target/{b.kind}" for b in bursts]
    read.save(tmp_path / "again.txt")
    again = mne.read_annotations(tmp_path / "again.txt")
    assert np.allclose(again.onset, read.onset, atol=1e-6) and list(again.description) == list(read.description)
    empty.save(tmp_path / "empty")
    assert len(mne.read_annotations(tmp_path / "empty" / "annotations.txt")) == 0


def test_pandas_reads_the_bids_events(analysis, empty, tmp_path):
    pandas = pytest.importorskip("pandas")
    analysis.save(tmp_path / "a")
    empty.save(tmp_path / "empty")
    table = pandas.read_csv(tmp_path / "a" / "events.tsv", sep="\t", na_values="n/a")
    assert list(table.columns[:3]) == ["onset", "duration", "trial_type"]
    assert np.allclose(table.onset, [b.onset_s for b in analysis.target.bursts], atol=1e-6)
    assert list(table.trial_type) == [b.kind for b in analysis.target.bursts]
    assert table.peak_speed_mm_s.isna().all() and np.allclose(table.peak_speed_px_s, analysis.target.to_pandas().peak_speed_px_s)
    none = pandas.read_csv(tmp_path / "empty" / "events.tsv", sep="\t", na_values="n/a")
    assert len(none) == 0 and list(none.columns) == list(table.columns)
    bursts = pandas.read_csv(tmp_path / "a" / "bursts.csv")
    assert np.allclose(bursts.onset_s, analysis.target.to_pandas().onset_s) and set(fasc.Burst.FIELDS) <= set(bursts.columns)


def test_results_are_as_the_schema_says(analysis, empty, founding):
    jsonschema = pytest.importorskip("jsonschema")
    schema = fasc.result_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    check = jsonschema.Draft202012Validator(schema)
    frames = np.random.default_rng(1).integers(0, 255, (4, 128, 160), dtype=np.uint8)
    results = [
        analysis,
        empty,
        fasc.analyze(founding, "left", "right", control_clip=founding, to_s=2, mm_per_px=(0.1, 0.2), control_mm_per_px=0.1, target_muscle="calf", anonymous="k"),
        fasc.analyze(frames, (10, 10, 100, 100), time_s=np.arange(4) / 30),
    ]
    for a in results:
        assert [error.message for error in check.iter_errors(json.loads(a.to_json()))] == []
    broken = json.loads(analysis.to_json())
    broken["target"]["bursts"][0]["onset_s"] = "soon"
    broken["target"]["bursts"][0]["kind"] = "twitch"
    del broken["clip"]["sha256"]
    broken["comparison"]["rate_ratio_ci"] = [1]
    assert len(list(check.iter_errors(broken))) >= 4


def test_schema_knows_the_fields():
    assert list(fasc.result_schema()["$defs"]["burst"]["properties"]) == list(fasc.Burst.FIELDS)


def test_a_missing_library_is_named(analysis, monkeypatch):
    import sys

    for library, call in (("pandas", analysis.to_pandas), ("xarray", analysis.target.to_xarray)):
        monkeypatch.setitem(sys.modules, library, None)
        with pytest.raises(ImportError, match=rf"{library} is not installed; pip install 'fasc\[tables\]'"):
            call()
