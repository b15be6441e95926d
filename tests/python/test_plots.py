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


def letters_of(ax):
    """Letters of events, as (time, letter), and their boxes on the screen."""
    ax.figure.canvas.draw()
    found = sorted((t for t in ax.texts if t.get_text() in set("FMCPA")), key=lambda t: t.xy[0])
    return [(t.xy[0], t.get_text()) for t in found], [t.get_window_extent() for t in found]


def written(figure):
    """Boxes of all words of a figure, by what they say."""
    figure.canvas.draw()
    found = {}
    for number, ax in enumerate([*figure.axes, *(child for ax in figure.axes for child in ax.child_axes)]):
        ticks = [t for axis, (lo, hi) in ((ax.xaxis, ax.get_xlim()), (ax.yaxis, ax.get_ylim())) for t, at in zip(axis.get_ticklabels(), axis.get_ticklocs())
                 if min(lo, hi) <= at <= max(lo, hi)]
        titles = [t for t in ax.get_children() if t in (ax.title, ax._left_title, ax._right_title)]
        legend = list(ax.get_legend().get_texts()) if ax.get_legend() else []
        for text in [*ax.texts, *titles, ax.xaxis.label, ax.yaxis.label, *ticks, *legend]:
            if text.get_visible() and text.get_text():
                found[number, text.get_text(), len(found)] = text.get_window_extent()
    for legend in figure.legends:
        for text in legend.get_texts():
            found["legend", text.get_text(), len(found)] = text.get_window_extent()
    return found


def assert_readable(figure):
    """All words within the figure and none on another."""
    boxes = list(written(figure).items())
    for i, (name, box) in enumerate(boxes):
        assert box.x0 >= -1 and box.y0 >= -1 and box.x1 <= figure.bbox.x1 + 1 and box.y1 <= figure.bbox.y1 + 1, (name, box)
        for other, held in boxes[i + 1:]:
            across, down = min(box.x1, held.x1) - max(box.x0, held.x0), min(box.y1, held.y1) - max(box.y0, held.y0)
            assert min(across, down) < 1.5, (name, other)


@pytest.fixture(scope="module")
def camera():
    return fasc.analyze("sample_data/camera_calf_30fps.mp4")


@pytest.fixture(scope="module")
def neurosense(clips):
    return fasc.analyze(clips / "real" / "neurosense_whole_muscle_twitches_75fps.mp4")


def assert_every_event_has_its_letter(ax, bursts):
    letters, boxes = letters_of(ax)
    assert [letter for _, letter in letters] == [fasc.plot.KINDS[b.kind].letter for b in bursts]
    assert [at for at, _ in letters] == pytest.approx([(b.onset_s + b.end_s) / 2 for b in bursts])
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[i + 1:])
    title = ax._left_title.get_window_extent()
    assert all(box.y1 <= title.y0 for box in boxes) and title.y1 <= ax.figure.bbox.y1


def test_every_event_has_its_letter(camera):
    kinds = [b.kind for b in camera.target.bursts]
    assert "contraction" in kinds and len(kinds) == 9  # the contraction follows a fasciculation after 0.04 s
    for ax in (camera.plot(), camera.plot_mmode(), camera.plot(figsize=(4, 2.5))):
        assert_every_event_has_its_letter(ax, camera.target.bursts)


def test_events_that_crowd_have_their_letters(neurosense):
    for ax in (neurosense.plot(), neurosense.plot_mmode(), neurosense.plot(figsize=(4, 2.5))):
        assert_every_event_has_its_letter(ax, neurosense.target.bursts)


def test_rows_of_letters():
    rows = fasc.plot._letter_rows
    assert rows("FFF", [0, 10, 20], 9.5, 4) == [0, 0, 0]
    assert rows("FCF", [0, 5, 10], 9.5, 4) == [0, 1, 0]
    assert rows("FFFC", [0, 2, 4, 6], 9.5, 2) == [0, None, None, 1]  # no room for all: where the kind changes comes first
    assert rows("FFCC", [0, 2, 4, 6], 9.5, 3) == [0, 2, 1, None]  # then the last before it changes
    assert rows("", [], 9.5, 4) == []


def test_brief_events_are_seen(neurosense):
    """One frame of 40 s is a third of a px: it is drawn 3.5 points wide, and in its own width when zoomed in."""
    brief = neurosense.target.bursts[-1]
    assert brief.kind == "artefact" and brief.end_s - brief.onset_s < 0.03
    middle = (brief.onset_s + brief.end_s) / 2
    for ax in (neurosense.plot(), neurosense.plot_mmode()):
        marks = [line for line in ax.lines if np.ptp(line.get_xdata()) == 0 and line.get_xdata()[0] == pytest.approx(middle)]
        assert any(line.get_marker() == "s" and line.get_markersize() == 3.5 for line in marks)
    picture = pixels(neurosense.plot())
    ax = pyplot.gcf().axes[0]
    x, y = ax.transData.transform((middle, 0.8 * ax.get_ylim()[1]))
    row = picture[int(ax.figure.bbox.height - y), int(x) - 12:int(x) + 13]
    assert 3 <= (row < 250).any(axis=1).sum() <= 7  # px of shade at 100 per inch


def pixels(ax):
    ax.figure.canvas.draw()
    return np.asarray(ax.figure.canvas.buffer_rgba())[:, :, :3].copy()


def test_thresholds_are_plain_numbers(clips):
    a = fasc.analyze(clips / "real" / "timtrack_jump_mjpeg.avi")
    assert a.target.calm_level.sure > 100
    said = [t.get_text() for t in a.plot().texts]
    assert [s for s in said if s[:4] in ("sure", "edge")] == [f"sure {round(a.target.calm_level.sure, -1):.0f}", f"edge {round(a.target.calm_level.edge, -1):.0f}"]
    shown = [fasc.plot._rounded(v) for v in (130.36, 335.9, 98.5, 10.73, 8.31, 6.0, 0.0344, 1234567.0, 0.00001)]
    assert shown == ["130", "340", "98", "11", "8.3", "6", "0.034", "1200000", "0.00001"]


@pytest.mark.parametrize("size", [(4, 2.5), (3.4, 3), (5, 2)])
def test_small_figures_are_readable(scaled, camera, size):
    for a in (scaled, camera):
        assert_readable(np.atleast_1d(a.plot(figsize=size))[0].figure)
        ax = np.atleast_1d(a.plot_map(figsize=size))[0]
        figure = ax.figure
        assert_readable(figure)
        (bar,) = ax.child_axes  # the colour bar is as high as the picture
        picture, beside = ax.get_window_extent(), bar.get_window_extent()
        assert (beside.y0, beside.y1) == pytest.approx((picture.y0, picture.y1), abs=1) and beside.x0 > picture.x1
        (ax,) = pyplot.subplots(figsize=size, layout="constrained", squeeze=False)[1].flat
        assert a.plot_mmode(ax=ax) is ax
        assert_readable(ax.figure)


def test_full_figures_are_readable_and_say_all(scaled, camera):
    for a in (scaled, camera):
        for ax in (a.plot(), a.plot_map(), a.plot_mmode()):
            assert_readable(np.atleast_1d(ax)[0].figure)
    assert camera.plot().get_title(loc="left") == "target: 8 fasciculations in 12.0 s, 40.1 per min (95 %: 17.3 to 79.0)"
    assert scaled.plot_mmode().get_title(loc="left").endswith(" px of the frame; dashed: the region")


def test_clips_of_different_length_share_their_time(founding):
    a = fasc.analyze(founding, target="left", control_clip="sample_data/camera_calm_30fps.mp4")
    target, control = a.plot()
    end = float(a.target.trace.time_s[-1])
    last = float(a.control.trace.time_s[-1])
    assert end > last + 5 and target.get_xlim() == control.get_xlim() == pytest.approx((0, end))
    assert [p.get_hatch() for p in target.patches].count("...") == 0
    (rest,) = [p for p in control.patches if p.get_hatch() == "..."]
    control.figure.canvas.draw()
    place = rest.get_window_extent().transformed(control.transData.inverted())
    assert (place.x0, place.x1) == pytest.approx((last, end))
    assert "no recording" in [t.get_text() for t in target.figure.legends[0].get_texts()]
    assert_readable(target.figure)


@pytest.mark.parametrize(
    "kind, message, call",
    [
        (TypeError, "figsize is .width, height., two numbers in inches, but got 5", lambda a: a.plot(figsize=5)),
        (TypeError, "but got .'a', 2.", lambda a: a.plot(figsize=("a", 2))),
        (TypeError, "figsize is", lambda a: a.plot_map(figsize="4x3")),
        (ValueError, "both finite and above 0, but got .0, 2.", lambda a: a.plot_map(figsize=(0, 2))),
        (ValueError, "both finite", lambda a: a.plot(figsize=(4, float("nan")))),
        (ValueError, "both finite", lambda a: a.plot(figsize=(4, 3, 2))),
        (ValueError, "role is 'target' or 'control', one region for one axes, but got 'both'", lambda a: a.plot_mmode("both")),
        (ValueError, "but got 'both'", lambda a: fasc.plot.region_map(a, "both")),
        (ValueError, "but got 'both'", lambda a: fasc.plot.region_trace(a, "both")),
        (TypeError, "x_px is a number, px of the frame, but got '150'", lambda a: a.plot_mmode(x_px="150")),
        (ValueError, "x_px is a column of the frame of 666 x 294 px, but got nan", lambda a: a.plot_mmode(x_px=float("nan"))),
        (ValueError, "but got 1e.30", lambda a: a.plot_mmode(x_px=1e30)),
        (TypeError, "width_px is an odd whole number of px, but got 2.5", lambda a: a.plot_mmode(width_px=2.5)),
        (ValueError, "width_px is an odd number of px", lambda a: a.plot_mmode(width_px=10**30)),
        (TypeError, "ax is matplotlib.axes.Axes or None for new ones, but got 5", lambda a: a.plot_mmode(ax=5)),
        (TypeError, "ax is", lambda a: fasc.plot.region_trace(a, "target", 5)),
        (TypeError, "ax is", lambda a: fasc.plot.region_map(a, "target", 5)),
    ],
)
def test_misuse_in_one_line(scaled, kind, message, call):
    with pytest.raises(kind, match=message) as caught:
        call(scaled)
    assert "\n" not in str(caught.value) and pyplot.get_fignums() == []


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
