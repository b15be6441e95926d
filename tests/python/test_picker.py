"""The region picker: without a page, with matplotlib, and its script in a real browser."""
import json
import pathlib
import shutil

import numpy as np
import pytest

import fasc
from fasc import _picker_js, region_picker


def test_points_become_a_region(founding):
    picker = fasc.pick_region(founding)
    assert picker.region is None and "nothing drawn" in repr(picker)
    picker.points = [(20, 91), (284, 91), (284, 237), (20, 237)]
    assert isinstance(picker.region, fasc.Region) and picker.region.bounds == (20, 91, 264, 146)
    a = fasc.analyze(founding, target=picker.region, to_s=2.0)
    assert a.target.region.bounds == (20, 91, 264, 146)
    picker.points = [(-5, 10), (9999, 10), (50, 9999)]  # held inside the picture
    assert picker.points == [(0.0, 10.0), (666.0, 10.0), (50.0, 294.0)]
    html = picker._still_html()
    assert "<polygon" in html and "anywidget" in html


def test_frames_in_memory_and_misuse(founding):
    frames = np.zeros((3, 40, 50), np.uint8)
    frames[1, 10, 20] = 90
    picker = fasc.pick_region(frames, region=(1, 2, 30, 30))
    assert picker.motion[10, 20] == 90 and picker.mean[10, 20] == 30 and picker.region.bounds == (1, 2, 30, 30)
    with pytest.raises(ValueError, match="'rectangle' or 'polygon'"):
        fasc.pick_region(frames, mode="circle")
    with pytest.raises(ValueError, match="no frame"):
        fasc.pick_region(frames[:0])


CORNERS = r"points is a list of corners \(x, y\) in px"


@pytest.mark.parametrize(
    "kind, message, points",
    [
        (TypeError, CORNERS + ".*but got 5", 5),
        (TypeError, CORNERS + ".*but got 'abc'", "abc"),
        (TypeError, CORNERS + r".*but got \['a', 'b'\] among them", [("a", "b")]),
        (TypeError, CORNERS + ".*but got 1 among them", [1, 2]),
        (ValueError, CORNERS + r".*but got \(1,\) among them", [(1,)]),
        (ValueError, CORNERS + ".*nan", [(1, float("nan"))]),
    ],
)
def test_points_that_are_none(kind, message, points):
    picker = fasc.pick_region(np.zeros((2, 40, 50), np.uint8), region=(1, 2, 30, 30))
    with pytest.raises(kind, match=message) as caught:
        picker.points = points
    assert "\n" not in str(caught.value) and picker.region.bounds == (1, 2, 30, 30)  # what was drawn stays
    with pytest.raises(kind, match=message):
        fasc.RegionPicker(picker.mean, picker.motion, points=points)
    picker.points = np.array([[1.5, 2], [20, 2], [20, 30]])
    assert picker.points == [(1.5, 2.0), (20.0, 2.0), (20.0, 30.0)]


def test_pictures_that_are_none():
    gray = np.zeros((40, 50), np.uint8)
    with pytest.raises(TypeError, match="mean is a gray picture, numpy.ndarray of uint8, shape .height, width., but got None"):
        fasc.RegionPicker(None, None)
    with pytest.raises(TypeError, match="motion is a picture of changes.*but got None"):
        fasc.RegionPicker(gray, None)
    with pytest.raises(TypeError, match="mean is a gray picture of uint8, but got an array of float64"):
        fasc.RegionPicker(gray.astype(float), gray)
    with pytest.raises(ValueError, match="one shape, but got .40, 50. and .40, 40."):
        fasc.RegionPicker(gray, gray[:, :40])
    with pytest.raises(ValueError, match="got shape .2, 40, 50."):
        fasc.RegionPicker(np.stack([gray, gray]), gray)


@pytest.mark.parametrize("word", ["left", "auto", "panel1", ""])
def test_a_word_is_no_region_to_be_changed(word):
    with pytest.raises(ValueError, match=f"a shape, not a word, but got '{word}'; allowed is .x, y, w, h., corners .*'x,y,w,h'.*file .roi or .json"):
        fasc.pick_region(np.zeros((2, 40, 50), np.uint8), region=word)


def test_region_is_held_against_the_frame():
    frames = np.zeros((2, 40, 50), np.uint8)
    for region in ((10000, 1, 5, 5), (40, 1, 11, 5), (-1, 1, 5, 5), [(1, 1), (9, 1), (9, 41)]):
        with pytest.raises(ValueError, match="outside the frame of 50x40 px; allowed is x 0-50, y 0-40"):
            fasc.pick_region(frames, region=region)
    assert fasc.pick_region(frames, region="0,0,50,40").region.bounds == (0, 0, 50, 40)
    assert fasc.pick_region(frames, region="1,1 9,1 9,30").points == [(1, 1), (9, 1), (9, 30)]
    with pytest.raises(ValueError, match="a rectangle has four numbers, found 3; allowed is .x, y, w, h.") as caught:
        fasc.pick_region(frames, region="1,2,3")
    assert "auto" not in str(caught.value)
    with pytest.raises(FileNotFoundError):
        fasc.pick_region(frames, region="none.roi")


@pytest.mark.parametrize("shape", [(294, 666), (240, 320), (555, 1885), (900, 300)])
def test_figure_has_the_shape_of_the_picture(shape):
    matplotlib = pytest.importorskip("matplotlib", reason="matplotlib is not installed (Debian: python3-matplotlib)")
    matplotlib.use("Agg")
    picker = fasc.pick_region(np.full((2, *shape), 50, np.uint8))
    ax = picker.plot()
    ax.figure.canvas.draw()
    box, whole, dpi = ax.get_tightbbox(), ax.figure.bbox, ax.figure.dpi
    assert box.y0 / dpi < 0.25 and (whole.y1 - box.y1) / dpi < 0.25  # inches of white below and above
    assert box.x0 / dpi < 0.25 and (whole.x1 - box.x1) / dpi < 0.45
    with pytest.raises(TypeError, match="ax is matplotlib.axes.Axes or None for new ones, but got 5"):
        picker.plot(ax=5)
    matplotlib.pyplot.close("all")


def test_matplotlib(founding):
    matplotlib = pytest.importorskip("matplotlib", reason="matplotlib is not installed (Debian: python3-matplotlib)")
    matplotlib.use("Agg")
    from matplotlib.backend_bases import MouseEvent

    picker = fasc.pick_region(np.full((2, 100, 200), 50, np.uint8))
    ax = picker.plot()
    canvas = ax.figure.canvas
    canvas.draw()
    for name, at in (("button_press_event", (20, 30)), ("motion_notify_event", (120, 80)), ("button_release_event", (120, 80))):
        event = MouseEvent(name, canvas, *ax.transData.transform(at), button=1)
        canvas.callbacks.process(name, event)
    left, top, width, height = picker.region.bounds
    assert abs(left - 20) <= 1 and abs(top - 30) <= 1 and abs(width - 100) <= 2 and abs(height - 50) <= 2
    assert "px" in ax.get_xlabel()
    picker.points = [(10, 20), (60, 20), (60, 70), (10, 70)]
    picker.plot()  # what is drawn already is shown, and can be moved
    assert picker._selector.extents == (10, 60, 20, 70) and picker.region.bounds == (10, 20, 50, 50)
    picker.mode, picker.points = "polygon", [(10, 20), (60, 20), (30, 70)]
    picker.plot()
    assert picker._selector.verts == [(10, 20), (60, 20), (30, 70)] and picker.points == [(10, 20), (60, 20), (30, 70)]


def test_anywidget():
    if region_picker._anywidget() is None:
        pytest.skip("anywidget is not installed (pip install anywidget; Debian has none)")
    picker = fasc.pick_region(np.full((2, 100, 200), 50, np.uint8))
    widget = picker.widget
    assert (widget.width, widget.height) == (200, 100) and widget.mean_url.startswith("data:image/jpeg")
    widget.points = [[1, 2], [50, 2], [50, 60]]  # as the page does
    assert picker.points == [(1.0, 2.0), (50.0, 2.0), (50.0, 60.0)] and picker.region.bounds == (1, 2, 49, 58)
    picker.points = []
    assert widget.points == [] and "application/vnd.jupyter.widget-view+json" in picker._repr_mimebundle_()[0]


PAGE = """<!doctype html><meta charset=utf-8><style>%s</style><div id=here></div><script type=module>
%s
const state = %s, heard = {};
window.model = { get: (k) => state[k], set: (k, v) => { state[k] = v; for (const f of heard["change:" + k] || []) f(); }, save_changes() {},
                 on: (k, f) => { (heard[k] = heard[k] || []).push(f); } };
render({ model: window.model, el: document.getElementById("here") });
window.ready = true;
</script>"""


@pytest.fixture()
def page(tmp_path):
    """The picker's script in a headless browser, with a model that keeps what is drawn."""
    pytest.importorskip("selenium", reason="selenium is not installed (Debian: python3-selenium)")
    if not (shutil.which("chromium") and pathlib.Path("/usr/bin/chromedriver").exists()):
        pytest.skip("chromium and chromedriver are not installed")
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    url = region_picker._url(np.full((100, 200), 90, np.uint8))
    state = {"width": 200, "height": 100, "mean_url": url, "motion_url": url, "points": [], "mode": "rectangle", "shown": "mean"}
    script = _picker_js.SCRIPT.replace("export default { render };", "")
    file = tmp_path / "picker.html"
    file.write_text(PAGE % (_picker_js.STYLE, script, json.dumps(state)))
    options = webdriver.ChromeOptions()
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=900,700", f"--user-data-dir={tmp_path / 'profile'}"):
        options.add_argument(argument)
    driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
    try:
        driver.get(file.as_uri())
        assert driver.execute_script("return window.ready") is True
        yield driver
    finally:
        driver.quit()


@pytest.mark.filterwarnings("ignore")
def test_drawing_on_the_page(page):
    from selenium.webdriver import ActionChains
    from selenium.webdriver.common.by import By
    from selenium.webdriver.support.ui import WebDriverWait

    svg = page.find_element(By.TAG_NAME, "svg")
    box = page.execute_script("const b = arguments[0].getBoundingClientRect(); return [b.width, b.height]", svg)
    per_px = box[0] / 200
    points = lambda: page.execute_script("return window.model.get('points')")  # noqa: E731

    def at(chain, x, y):  # px of the picture, from the element's middle
        return chain.move_to_element_with_offset(svg, round(x * per_px - box[0] / 2), round(y * per_px - box[1] / 2))

    chain = at(ActionChains(page), 20, 10).click_and_hold()
    at(chain, 120, 60).release().perform()
    drawn = points()
    assert np.allclose(drawn, [[20, 10], [120, 10], [120, 60], [20, 60]], atol=1)
    assert "rectangle" in page.find_element(By.CLASS_NAME, "said").text
    # The lower right corner is taken and moved: it stays a rectangle.
    chain = at(ActionChains(page), 120, 60).click_and_hold()
    at(chain, 150, 80).release().perform()
    assert np.allclose(points(), [[20, 10], [150, 10], [150, 80], [20, 80]], atol=1)
    # Clicks, the host's menu among them, leave it alone.
    for click in ("click", "context_click"):
        getattr(at(ActionChains(page), 90, 40), click)().perform()
        at(ActionChains(page), 100, 50).perform()
        assert np.allclose(points(), [[20, 10], [150, 10], [150, 80], [20, 80]], atol=1), click
    # A corner is moved across the others: the one opposite stays where it is.
    chain = at(ActionChains(page), 20, 10).click_and_hold()
    for x, y in ((100, 50), (160, 85), (190, 95)):
        chain = at(chain, x, y)
    chain.release().perform()
    assert np.allclose(points(), [[150, 80], [190, 80], [190, 95], [150, 95]], atol=1)
    # Corners keep their size on the page, whatever the width of the picture.
    size = "return document.querySelector('.handle').getBoundingClientRect().width"
    wide = page.execute_script(size)
    page.execute_script("document.getElementById('here').style.width = '160px'")
    WebDriverWait(page, 10).until(lambda _: abs(page.execute_script(size) - wide) < 0.5)
    page.execute_script("document.getElementById('here').style.width = ''")
    WebDriverWait(page, 10).until(lambda _: abs(page.execute_script(size) - wide) < 0.5)
    # A polygon by clicks, closed at its first corner.
    page.find_elements(By.TAG_NAME, "button")[4].click()
    page.find_elements(By.TAG_NAME, "button")[1].click()
    for x, y in ((30, 20), (150, 30), (90, 90), (30, 20)):
        at(ActionChains(page), x, y).click().perform()
    assert np.allclose(points(), [[30, 20], [150, 30], [90, 90]], atol=1)
    page.find_elements(By.TAG_NAME, "button")[4].click()
    assert points() == []
