"""A batch of clips that Python names: lists of paths, tables in memory, and what is wrong with them."""
import pathlib
import shutil

import pytest

import fasc

SAMPLE = pathlib.Path(__file__).resolve().parents[2] / "sample_data" / "calf_keyframes_30fps.mp4"


def tree(folder):
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(pathlib.Path(folder).rglob("*")) if p.is_file()}


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clips")
    for name in ("p1/calf.mp4", "p1/shin.mp4", "p2/calf.mp4"):
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copy(SAMPLE, folder / name)
    return folder


HEAD = ("patient", "muscle", "side", "role", "clip", "mm_per_px", "visit")
ROWS = [("P1", "soleus", "left", "target", "p1/calf.mp4", 0.12, 2), ("P1", "tibialis anterior", "left", "control", "p1/shin.mp4", 0.12, None), ("P2", "soleus", "left", "", "p2/calf.mp4", None, 1)]


@pytest.fixture(scope="module")
def from_csv(clips, tmp_path_factory):
    out = tmp_path_factory.mktemp("csv")
    lines = [",".join(HEAD)] + [",".join("" if cell is None else str(cell) for cell in row) for row in ROWS]
    (clips / "list.csv").write_text("\n".join(lines) + "\n")
    items = fasc.batch(clips / "list.csv", out, video=False, to_s=2.0)
    assert [(i.file, i.status, i.patient, i.control) for i in items] == [("p1/calf.mp4", "done", "P1", "p1/shin.mp4"), ("p1/shin.mp4", "done", "P1", ""), ("p2/calf.mp4", "done", "P2", "")]
    return tree(out)


def columns():
    return {name: [row[k] for row in ROWS] for k, name in enumerate(HEAD)}


def as_frame():
    pandas = pytest.importorskip("pandas")
    return pandas.DataFrame(columns()).astype({"visit": "Int64"})


@pytest.mark.parametrize("table", [columns, lambda: [dict(zip(HEAD, row)) for row in ROWS], as_frame], ids=["columns", "rows", "pandas"])
def test_tables_in_memory_give_the_bytes_of_a_manifest(clips, from_csv, table, tmp_path):
    fasc.batch(table(), tmp_path / "out", clips_from=clips, video=False, to_s=2.0)
    assert tree(tmp_path / "out") == from_csv


def test_a_list_of_paths(clips, tmp_path, monkeypatch):
    monkeypatch.chdir(clips / "p1")
    items = fasc.batch(["calf.mp4", clips / "p2" / "calf.mp4", clips / "none.mp4"], tmp_path / "out", video=False, to_s=2.0)
    assert [(i.file, i.status) for i in items] == [("p1/calf.mp4", "done"), ("p2/calf.mp4", "done"), ("none.mp4", "failed")]
    assert items[2].reason == "no such file"
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["batch.csv", "batch.json", "index.csv", "index.html", "p1", "p2"], "no table is left"
    again = fasc.batch(["calf.mp4", clips / "p2" / "calf.mp4"], tmp_path / "out", video=False, to_s=2.0)
    assert [i.status for i in again] == ["kept", "kept"]


@pytest.mark.parametrize("wrong, error, words", [
    ([], ValueError, "there is no clip; allowed: one or more"),
    ({"file": ["a.mp4"]}, ValueError, "the table has the columns file; it needs clip, the path of each clip"),
    ({"clip": ["a.mp4", "b.mp4"], "side": ["left"]}, ValueError, "the columns have different lengths: clip 2, side 1; allowed: one entry per clip in each"),
    ({"clip": ["a.mp4"], "role": ["patient"]}, ValueError, 'table.csv:2: role is "patient"; allowed: target, control'),
    ({"clip": ["a.mp4"], "side": ["top"]}, ValueError, "table.csv:2: "),
    (["a.mp4", 3], TypeError, "clip 1 is a int; allowed: a path, or a dict with its row of the table"),
    (3, TypeError, "clips are a folder, a manifest's path, a list of paths, a pandas.DataFrame, a dict of columns or a list of dicts, but got int"),
    (b"a.mp4", TypeError, "but got bytes"),
])
def test_wrong_tables(wrong, error, words, tmp_path):
    with pytest.raises(error) as told:
        fasc.batch(wrong, tmp_path / "out", video=False)
    assert words in str(told.value)
    assert "\n" not in str(told.value)
