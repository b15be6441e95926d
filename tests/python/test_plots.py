"""Figures: what is on the axes, in which units, and that the files are vectors."""
import re
import shutil

import numpy as np
import pytest

import fasc

matplotlib = pytest.importorskip("matplotlib", reason="matplotlib is not installed (Debian: python3-matplotlib)")
matplotlib.use("Agg")
from matplotlib import pyplot  # noqa: E402


@pytest.fixture(scope="module")
def scaled(founding):
    return fasc.analyze(founding, target="left", control="right", mm_per_px=0.12)


@pytest.fixture(autouse=True)
def _closed():
    yield
    pyplot.close("all")


def test_trace_has_what_events_are_held_against(scaled):
    target, control = scaled.plot()
    assert target.get_ylabel() == "speed (mm/s)" and control.get_xlabel() == "time (s)"
    assert target.get_ylim() == control.get_ylim()
    line = target.lines[0]
    np.testing.assert_array_equal(line.get_xdata(), scaled.target.trace.time_s)
    np.testing.assert_array_equal(line.get_ydata(), scaled.target.speed)
    flat = sorted(one.get_ydata()[0] for one in target.lines if len(one.get_ydata()) == 2 and one.get_ydata()[0] == one.get_ydata()[1] != 1)
    level = scaled.target.calm_level
    assert flat == pytest.approx([level.edge, level.sure])
    assert [t.get_text() for t in target.texts].count("F") == 12 and [t.get_text() for t in control.texts].count("F") == 0
    assert "12 fasciculations in 20.0 s, 36.1 per min (95 %: 18.6 to 63.0)" in target.get_title(loc="left")


def test_energy_and_px(scaled, analysis):
    ax = scaled.plot("target", what="energy")
    assert ax.get_ylabel() == "energy ((mm/s)²)"
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), scaled.target.trace.energy)
    assert analysis.plot("control").get_ylabel() == "speed (px/s)"


def test_misuse(short, scaled):
    alone = fasc.analyze(**short)
    assert alone.plot().get_xlabel() == "time (s)"  # one region: one axes
    with pytest.raises(ValueError, match="no control region"):
        alone.plot("control")
    with pytest.raises(ValueError, match="'speed' or 'energy'"):
        scaled.plot(what="flow")
    with pytest.raises(ValueError, match="unit is 'mm', but this analysis has no scale"):
        alone.plot_map(unit="mm")
    with pytest.raises(ValueError, match=r"inside the frame of 666 x 294 px, but got columns 699 to 702"):
        scaled.plot_mmode(x_px=700)


def test_missing_time_is_shaded():
    # 3 s at 20 per s of still tissue with noise, frozen from 1 to 2 s.
    chance = np.random.default_rng(1)
    tissue = np.kron(chance.integers(60, 190, (16, 16)), np.ones((4, 4)))
    frames = np.clip(tissue + chance.normal(0, 3, (60, 64, 64)), 0, 255).astype(np.uint8)
    frames[20:40] = frames[20]
    a = fasc.analyze(frames, target=(4, 4, 56, 56), time_s=np.arange(60) / 20)
    (span,) = [s for s in fasc.plot.missing_spans(a.target.trace) if s[1] - s[0] > 0.2]
    assert span[0] == pytest.approx(1.0, abs=0.06) and span[1] == pytest.approx(2.0, abs=0.06)
    ax = a.plot()
    assert any(patch.get_hatch() == "////" for patch in ax.patches)
    assert "not observed" in [t.get_text() for t in ax.figure.legends[0].get_texts()]


@pytest.mark.parametrize("kind", ["svg", "pdf"])
def test_files_are_vectors(scaled, tmp_path, kind):
    axes = scaled.plot()
    axes[0].figure.savefig(tmp_path / f"trace.{kind}")
    data = (tmp_path / f"trace.{kind}").read_bytes()
    assert data.count(b"<image" if kind == "svg" else b"/Subtype /Image") == 0
    if kind == "svg":
        assert max(len(re.findall(b"L ", path)) for path in re.findall(b'<path d="([^"]*)"', data)) > 100  # the trace is a path


def test_map_in_mm_below_the_skin(scaled):
    target, control = scaled.plot_map()
    assert target.get_ylabel() == "depth below the skin (mm)" and target.get_xlabel() == "across (mm)"
    assert target.get_title(loc="left") == "target: 12 fasciculations at 4 sites\non the mean picture"
    assert control.get_title(loc="left").startswith("control: 0 fasciculations")
    # Middle of the first event, from px to mm: 0.12 mm per px, down from the skin.
    first = scaled.target.bursts[0]
    dots = np.asarray(target.collections[1].get_offsets())
    assert dots[0][1] == pytest.approx(0.12 * (first.centroid_y_px - scaled.target.trace.skin_y_px))
    assert dots[0][1] == pytest.approx(first.depth_mm)
    px = scaled.plot_map("target", unit="px", background="first")
    assert px.get_xlabel() == "across the frame (px)" and "first picture" in px.get_title(loc="left")
    assert np.asarray(px.collections[1].get_offsets())[0][0] == pytest.approx(first.centroid_x_px)


def test_map_without_the_file(scaled):
    again = fasc.conclude(scaled.measurement)
    assert "first picture" in again.plot_map("target").get_title(loc="left")
    with pytest.raises(ValueError, match="no clip's file"):
        again.plot_map("target", background="mean")
    with pytest.raises(ValueError, match="is not the clip that was analysed"):
        again.plot_map("target", clip="sample_data/calf_keyframes_30fps.mp4")


def test_mmode_is_the_pictures_column(scaled, founding):
    ax = scaled.plot_mmode(x_px=100, width_px=1, unit="px")
    mesh = ax.collections[0]
    strip = np.asarray(mesh.get_array()).reshape(-1, 600)
    area = next(a for a in fasc.still_pictures(founding).echo_areas if a[0] <= 100 < a[0] + a[2])
    for index, frame in enumerate(fasc.ClipReader(founding)):
        if index in (0, 45, 599):
            np.testing.assert_array_equal(strip[:, index], frame.gray[area[1]:area[1] + area[3], 100])
    assert ax.get_ylabel() == "down the frame (px)" and ax.get_xlim()[1] == pytest.approx(20.0)
    with pytest.raises(ValueError, match="odd number of px"):
        scaled.plot_mmode(width_px=2)
    with pytest.raises(ValueError, match="name it with clip="):
        fasc.conclude(scaled.measurement).plot_mmode()
    with pytest.raises(ValueError, match="SHA-256"):
        fasc.conclude(scaled.measurement).plot_mmode(clip="sample_data/camera_calf_30fps.mp4", x_px=100)


def test_zoomed_figures_keep_their_size(scaled):
    """Events outside the zoomed part must not push the axes together."""
    ax = scaled.plot_mmode()
    ax.set_xlim(4, 6)
    ax.figure.canvas.draw()
    assert ax.get_position().width > 0.8 and ax.get_position().height > 0.5


def test_show(short):
    pytest.importorskip("IPython", reason="IPython is not installed (Debian: python3-ipykernel)")
    video = fasc.analyze(**short).show(width=300)
    assert video.data[4:8] == b"ftyp" or b"ftyp" in video._repr_html_().encode()
    assert "data:video/mp4;base64," in video._repr_html_() and 'width="300"' in video._repr_html_()


def test_views_of_a_notebook(scaled, tmp_path, founding):
    page = scaled._repr_html_()
    assert page.count("<svg") == 3 and page.count("data:image/jpeg;base64,") == 1 and page.count("<polygon") == 4
    assert "12" in page and "target higher" in page and "http" not in page.replace("http://www.w3.org", "")
    clip = scaled.clip._repr_html_()
    assert "666 × 294 px" in clip and "0.12 mm per px (user)" in clip and clip.count("<svg") == 1
    (tmp_path / "in").mkdir()
    shutil.copy("sample_data/calf_keyframes_30fps.mp4", tmp_path / "in" / "a<b>.mp4")
    (tmp_path / "in" / "bad.mp4").write_bytes(b"\0\0\0\x18ftypisom")
    items = fasc.batch(tmp_path / "in", tmp_path / "out", video=False, mm_per_px=0.12)
    page = items._repr_html_()
    assert "1 done, 1 failed" in page and page.count("<svg") == 2 and "a&lt;b&gt;.mp4" in page and "<b>.mp4" not in page
    table = items.to_pandas()
    assert list(table.status) == ["done", "failed"] and table.rate_per_min.isna().tolist() == [False, True]


def test_still_pictures(founding):
    found = fasc.still_pictures(founding, to_s=1.0)
    frames = np.stack([f.gray for f in fasc.ClipReader(founding, to_s=1.0)])
    assert found.frames == len(frames) == 30 and found.motion.dtype == np.float32
    x, y, w, h = found.echo_areas[0]
    np.testing.assert_allclose(found.mean[y:y + h, x:x + w], frames.mean(axis=0)[y:y + h, x:x + w], atol=0.51)
    assert found.mean[:20].max() == 0  # outside the echo areas
    whole = fasc.still_pictures(founding)
    (lx, ly, lw, lh), (rx, ry, rw, rh) = (20, 91, 264, 146), (334, 86, 264, 154)
    left, right = whole.motion[ly:ly + lh, lx:lx + lw].mean(), whole.motion[ry:ry + rh, rx:rx + rw].mean()
    assert left > 2 * right  # the twitching calf is what stands out
    with pytest.raises(FileNotFoundError):
        fasc.still_pictures("none.mp4")
