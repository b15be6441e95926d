"""Names of clips in what the package writes: without folders, hashed where a key is given."""
import hashlib
import hmac
import json
import shutil

import pytest

import fasc


def _clip(tmp_path, sample_data):
    folder = tmp_path / "FOLDERWORD"
    folder.mkdir()
    return shutil.copy(sample_data / "calf_keyframes_30fps.mp4", folder / "NAMEWORD_7.mp4")


def _bytes_below(folder):
    return b"".join(p.name.encode() + p.read_bytes() for p in folder.rglob("*") if p.is_file())


@pytest.fixture()
def sample_data():
    from pathlib import Path

    return Path(__file__).parents[2] / "sample_data"


def test_anonymous_hides_the_name(tmp_path, sample_data):
    clip = _clip(tmp_path, sample_data)
    a = fasc.analyze(clip, anonymous="KEYWORD", to_s=3)
    name = hmac.new(b"KEYWORD", b"NAMEWORD_7.mp4", hashlib.sha256).hexdigest()[:16]
    assert a.clip.path == name
    a.save(tmp_path / "out")
    a.annotate(tmp_path / "out" / "annotated.mp4")
    written = _bytes_below(tmp_path / "out")
    for word in (b"NAMEWORD", b"FOLDERWORD", b"KEYWORD"):
        assert word not in written
    assert name in a.to_html() and name in repr(a)
    assert json.loads(a.to_json())["clip"]["anonymous"] is True
    with pytest.raises(FileNotFoundError) as caught:
        fasc.analyze(str(clip) + "x", anonymous="KEYWORD")
    assert "WORD" not in str(caught.value)
    again = fasc.conclude(fasc.load_measurement(tmp_path / "out" / "measurement.cbor"))
    assert again.clip.path == name


def test_names_without_a_key_have_no_folder(tmp_path, sample_data):
    clip = _clip(tmp_path, sample_data)
    fasc.analyze(clip, to_s=3).save(tmp_path / "out")
    written = _bytes_below(tmp_path / "out")
    assert b"NAMEWORD_7.mp4" in written and b"FOLDERWORD" not in written


def test_batch_and_empty_keys(tmp_path, sample_data):
    _clip(tmp_path, sample_data)
    items = fasc.batch(tmp_path / "FOLDERWORD", tmp_path / "out", anonymous="KEYWORD", video=False, to_s=3)
    assert [i.status for i in items] == ["done"] and items[0].mm_per_px_source == "none"
    assert b"WORD" not in _bytes_below(tmp_path / "out")
    with pytest.raises(ValueError, match="key is empty"):
        fasc.analyze(sample_data / "calf_keyframes_30fps.mp4", anonymous="")
