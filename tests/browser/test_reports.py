"""report.html and index.html in headless Chromium, opened from disk: no error, no request to anywhere, and everything does what it says."""
import base64
import csv
import json
import os
import pathlib
import subprocess
import time

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

OUT = pathlib.Path(os.environ["FASC_BROWSER_OUT"])
PROGRAM = os.environ["FASC_PROGRAM"]
DESKTOP, PHONE = 1400, 390


class Browser:
    """A browser whose console and requests are recorded."""

    def __init__(self):
        options = Options()
        options.binary_location = "/usr/bin/chromium"
        for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--autoplay-policy=no-user-gesture-required",
                         "--host-resolver-rules=MAP * ~NOTFOUND", "--disable-background-networking", "--no-first-run", "--window-size=1400,950"):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
        self.downloads = OUT / "downloads"
        self.downloads.mkdir(exist_ok=True)
        self.driver.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(self.downloads)})

    def open(self, page, width=DESKTOP):
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride", {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600})
        self.driver.get((OUT / page).as_uri())
        self.wait("document.readyState === 'complete'")
        if self.js("return !!document.querySelector('video')"):
            self.wait("[...document.querySelectorAll('video')].every(v => v.readyState >= 2 || v.error)")

    def js(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def wait(self, condition, seconds=10):
        end = time.monotonic() + seconds
        while not self.js("return " + condition):
            assert time.monotonic() < end, condition
            time.sleep(0.05)

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def keys(self, *keys):
        ActionChains(self.driver).send_keys(*keys).perform()

    def problems(self):
        """What the console says, and requests to anywhere but the disk, since the last call."""
        said = [e["message"] for e in self.driver.get_log("browser")]
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                url = message["params"]["request"]["url"]
                if not url.startswith(("file:", "data:", "blob:", "about:", "chrome:")):
                    said.append("request to " + url)
        return said

    def picture(self, name):
        width, height = self.js("return [innerWidth, Math.min(9000, document.documentElement.scrollHeight)]")
        clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
        shot = self.driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "png", "captureBeyondViewport": True, "clip": clip})
        (OUT / name).write_bytes(base64.b64decode(shot["data"]))

    def downloaded(self, ending):
        end = time.monotonic() + 10
        while time.monotonic() < end:
            files = [f for f in self.downloads.iterdir() if f.name.endswith(ending)]
            if files:
                time.sleep(0.1)
                text = files[0].read_text()
                path = OUT / files[0].name
                files[0].replace(path)
                return path, text
            time.sleep(0.05)
        raise AssertionError("nothing was downloaded")


@pytest.fixture(scope="module")
def browser():
    one = Browser()
    yield one
    one.driver.quit()


@pytest.fixture
def report(browser):
    """The report of one clip with its video, without a review of an earlier test."""
    browser.open("one/report.html")
    browser.js("localStorage.clear()")
    browser.js("window.addEventListener('beforeunload', e => e.stopImmediatePropagation(), true)")
    browser.open("one/report.html")
    browser.problems()
    return browser


def table(browser):
    """Rows of the first table of events, as texts of kind and decision."""
    return browser.js("""return [...document.querySelectorAll('.events tbody tr')].map(r =>
        [r.querySelector('.k').nextSibling.textContent.trim(), r.querySelector('.said').textContent.trim(), r.classList.contains('on')])""")


def result_of(*arguments):
    out = OUT / "reviewed"
    done = subprocess.run([PROGRAM, "bursts", str(OUT / "one"), "--out", str(out), *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads((out / "result.json").read_text()), done.stdout


PAGES = ["one/report.html", "no_video/report.html", "two/report.html", "batch/index.html", "group.html", "batch/=1+1 <b>&.mp4/report.html"]


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
@pytest.mark.parametrize("page", PAGES)
def test_opens_from_disk_in_silence(browser, page, width):
    browser.problems()
    browser.open(page, width)
    time.sleep(0.5)
    browser.picture(page.replace("/", "_").replace(" ", "_") + f"_{width}.png")
    assert browser.problems() == []
    assert browser.js("return document.documentElement.scrollWidth <= innerWidth"), "the page is wider than the window"
    assert browser.js("return [...document.querySelectorAll('video')].every(v => !v.error)")


CONTRAST = """
const luminance = c => { const f = x => (x /= 255) <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4; return 0.2126 * f(c[0]) + 0.7152 * f(c[1]) + 0.0722 * f(c[2]); };
const parse = text => { const n = text.match(/[\\d.]+/g).map(Number); return [n[0], n[1], n[2], n.length > 3 ? n[3] : 1]; };
const over = (top, below) => top.slice(0, 3).map((c, i) => c * top[3] + below[i] * (1 - top[3]));
const behind = e => { const layers = []; for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); layers.push(c); if (c[3] === 1) break; } return layers.reverse().reduce((below, c) => over(c, below), [255, 255, 255]); };
const bad = [], seen = new Set();
let checked = 0;
const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walk.nextNode()) {
  const text = walk.currentNode.textContent.trim(), e = walk.currentNode.parentElement;
  if (!text || !e.checkVisibility() || e.closest('script,style,title,.map,option,:disabled')) continue;
  const style = getComputedStyle(e), svg = e instanceof SVGElement, size = parseFloat(style.fontSize);
  const ink = parse(svg ? style.fill : style.color), ground = behind(svg ? e.closest('svg').parentElement : e), colour = over(ink, ground);
  const [a, b] = [luminance(colour), luminance(ground)].sort((p, q) => q - p), ratio = (a + 0.05) / (b + 0.05);
  const large = size >= 24 || size >= 18.66 && Number(style.fontWeight) >= 700;
  ++checked;
  if (ratio < (large ? 3 : 4.5)) bad.push(text.slice(0, 40) + ' ' + ratio.toFixed(2) + ' ' + style.color);
}
for (const e of document.querySelectorAll('button:not(:disabled),select:not(:disabled),input:not(:disabled)')) {
  if (!e.checkVisibility() || e.closest('.sort')) continue;
  const style = getComputedStyle(e), [a, b] = [luminance(parse(style.borderTopColor)), luminance(behind(e.parentElement))].sort((p, q) => q - p);
  ++checked;
  if ((a + 0.05) / (b + 0.05) < 3) bad.push('border of ' + (e.textContent || e.placeholder));
}
return [checked, bad];
"""


@pytest.mark.parametrize("page", ["one/report.html", "two/report.html", "batch/index.html", "group.html"])
def test_contrast_is_wcag_aa(browser, page):
    browser.open(page)
    browser.js("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    if "report" in page:
        browser.one(".plot").click()
        browser.keys("j", "r", "n")
    checked, bad = browser.js(CONTRAST)
    browser.js("localStorage.clear()")
    assert bad == []
    assert checked > 60


def test_static_picture_gives_way_to_the_trace(report):
    assert report.all(".still") == []
    assert len(report.all(".plot svg .event")) == 12
    assert "not measured" in report.one(".read").text
    # Thumbnails are drawn: several colours, not one.
    report.wait("""[...document.querySelectorAll('.events canvas')].every(c => {
        const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data; return new Set(d).size > 30; })""")
    assert len(report.all(".map circle:not(.off)")) == 12


def test_click_on_an_event_moves_the_video_and_plays_it(report):
    onset = float(report.all(".events tbody tr")[4].find_elements(By.TAG_NAME, "td")[3].text)
    report.js("document.querySelectorAll('.plot .event')[4].scrollIntoView({block: 'center'})")
    target = report.all(".plot .event")[4]
    ActionChains(report.driver).move_to_element(target).click().perform()
    assert table(report)[4][2]
    start = report.js("return document.querySelector('video').currentTime")
    assert onset - 0.35 <= start <= onset + 0.2
    report.wait("document.querySelector('video').paused && document.querySelector('video').currentTime > %f" % (onset + 0.2))
    stopped = report.js("return document.querySelector('video').currentTime")
    assert onset + 0.3 < stopped < onset + 1.3  # 0.3 s after its end
    assert abs(float(report.one(".read").text.split()[0]) - stopped) < 0.15  # the cursor went along
    # A row does the same, and so does a dot on the map.
    report.all(".events tbody tr")[0].find_elements(By.TAG_NAME, "td")[3].click()
    assert report.js("return document.querySelector('video').currentTime") < 2
    dot = report.all(".map circle")[8]
    report.js("arguments[0].scrollIntoView({block: 'center'})", dot)
    ActionChains(report.driver).move_to_element(dot).click().perform()
    assert table(report)[8][2]
    assert report.problems() == []


def test_cursor_follows_the_video_and_hover_tells_values(report):
    report.js("const v = document.querySelector('video'); v.currentTime = 10.7")
    report.wait("Math.abs(parseFloat(document.querySelector('.read').textContent) - 10.7) < 0.1")
    plot = report.one(".plot")
    report.js("arguments[0].scrollIntoView({block: 'center'})", plot)
    ActionChains(report.driver).move_to_element(plot).perform()
    said = report.one(".read").text
    assert 8 < float(said.split()[0]) < 12 and "target" in said and "control" in said and "(mm/s)" in said
    report.js("const v = document.querySelector('video'); v.currentTime = 3; v.play()")
    report.wait("parseFloat(document.querySelector('.read').textContent) > 3.5 && document.querySelector('video').currentTime < 6")
    report.js("document.querySelector('video').pause()")


def span(browser):
    """s; what the trace shows, from the numbers at its axis."""
    labels = browser.js("return [...document.querySelectorAll('.plot svg text')].filter(t => t.previousElementSibling && /v5$/.test(t.previousElementSibling.getAttribute('d'))).map(t => Number(t.textContent))")
    return labels[-1] - labels[0]


def test_zoom_by_wheel_drag_and_keys(report):
    plot = report.one(".plot")
    report.js("arguments[0].scrollIntoView({block: 'center'})", plot)
    whole = span(report)
    assert whole >= 15
    ActionChains(report.driver).move_to_element_with_offset(plot, 100, 80).click().perform()
    ActionChains(report.driver).scroll_from_origin(webdriver.common.actions.wheel_input.ScrollOrigin.from_element(plot), 0, -300).perform()
    assert span(report) < whole
    report.keys("0")
    assert span(report) == whole
    report.keys("+", "+")
    assert span(report) < whole / 2
    report.keys("0")
    ActionChains(report.driver).move_to_element(plot).click_and_hold().move_by_offset(60, 0).move_by_offset(60, 0).release().perform()
    assert span(report) < whole / 2
    ActionChains(report.driver).double_click(plot).perform()
    assert span(report) == whole
    before = float(report.one(".read").text.split()[0])
    ActionChains(report.driver).move_to_element(report.one("h1")).perform()
    report.keys(Keys.HOME, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
    assert 0.05 < float(report.one(".read").text.split()[0]) < 0.08 < before
    assert report.problems() == []


def test_review_by_keyboard_exports_what_the_program_takes_back(report):
    plot = report.one(".plot")
    report.js("arguments[0].focus()", plot)
    report.keys("j", "a")          # first accepted, on to the second
    report.keys("r")               # second rejected, on to the third
    report.keys("3")               # third is a contraction
    report.keys("e", "=1+1, \"so\"", Keys.ENTER)
    report.keys("j", "4", "z")     # fourth: changed and taken back
    report.js("arguments[0].focus()", plot)
    report.keys(Keys.END, Keys.HOME)
    ActionChains(report.driver).key_down(Keys.SHIFT).send_keys(Keys.ARROW_RIGHT * 5).key_up(Keys.SHIFT).perform()
    report.keys("n")               # added at 5 s
    rows = table(report)
    assert [r[1] for r in rows[:3]] == ["\u2713 accepted", "\u2717 rejected", "\u2192 contraction \u270e"]
    assert rows[3][:2] == ["fasciculation", ""]
    assert [r[1] for r in rows].count("+ added") == 1
    assert len(rows) == 13
    assert "4 of 13 events reviewed" in report.one(".sum").text and "target 11 fasciculations" in report.one(".sum").text
    assert report.js("const e = new Event('beforeunload', {cancelable: true}); dispatchEvent(e); return e.defaultPrevented")
    report.one(".review input[aria-label=Reviewer]").send_keys("@Dr. Ä", Keys.ENTER)
    report.picture("review.png")
    report.one(".export-csv").click()
    path, text = report.downloaded(".csv")
    assert path.name == "review_calf_and_control_30fps_Dr_Ä.csv"
    assert not report.js("const e = new Event('beforeunload', {cancelable: true}); dispatchEvent(e); return e.defaultPrevented")
    rows = list(csv.DictReader(text.splitlines()))
    assert [r["decision"] for r in rows].count("unreviewed") == 9
    assert rows[2]["note"] == "'=1+1, \"so\"" and rows[2]["reviewer"] == "'@Dr. Ä" and rows[2]["kind"] == "contraction"
    added = next(r for r in rows if r["decision"] == "added")
    assert abs(float(added["onset_s"]) - 5) < 0.04 and added["automatic_kind"] == ""

    result, said = result_of("--reviewed", path)
    assert "F1" in said and "kappa" in said
    # 12 found: one rejected, one relabelled, one added. Matched 10: F1 = 2 * 10 / (11 + 12), where the added one is not within 0.15 s of a found one.
    target = result["review"]["target"]
    assert result["target"]["counts"] == {"fasciculation": 11, "probe_motion": 0, "contraction": 1, "pulsation": 0, "artefact": 0}
    assert target["review_against_automatic"]["matched"] in (10, 11)
    assert target["review_against_automatic"]["f1"] == pytest.approx(2 * target["review_against_automatic"]["matched"] / 23)
    assert 0 < target["review_against_automatic"]["kappa"] < 1
    assert target["decisions"] == {"unreviewed": 9, "accepted": 1, "rejected": 1, "relabelled": 1, "added": 1}
    assert result["review"]["reviewer"] == "@Dr. Ä"
    observed = result["target"]["observed_s"]
    assert result["target"]["rate_per_min"] == pytest.approx(60 * 11 / observed)

    report.one(".export-json").click()
    other, _ = report.downloaded(".json")
    again, _ = result_of("--reviewed", other)
    assert again["target"] == result["target"]
    both, said = result_of("--reviewed", path, "--against", other)
    assert both["review"]["target"]["review_against_other"]["f1"] == 1
    assert both["review"]["target"]["review_against_other"]["kappa"] == 1
    report.open("reviewed/report.html")
    assert "review by @Dr. Ä" in report.one(".reviewed").text
    assert report.problems() == []


def test_review_by_mouse_is_kept_and_can_be_opened_again(report):
    report.all(".events tbody tr button[aria-label=Reject]")[1].click()
    report.all(".events tbody tr button[aria-label=Accept]")[5].click()
    assert [r[1] for r in table(report)][1] == "\u2717 rejected"
    report.one(".export-json").click()
    saved, _ = report.downloaded(".json")
    report.open("one/report.html")  # again: this browser kept it
    assert [r[1] for r in table(report)][1] == "\u2717 rejected"
    assert "restored" in report.one(".status").text
    report.js("localStorage.clear()")
    report.open("one/report.html")
    assert set(r[1] for r in table(report)) == {""}
    report.one(".review input[type=file]").send_keys(str(saved))
    report.wait("document.querySelector('.status').textContent.includes('opened')")
    assert [r[1] for r in table(report)][1] == "\u2717 rejected" and [r[1] for r in table(report)][5] == "\u2713 accepted"
    report.js("localStorage.clear()")
    assert report.problems() == []


def test_an_added_event_can_be_drawn_moved_and_removed(report):
    plot = report.one(".plot")
    report.js("arguments[0].scrollIntoView({block: 'center'})", plot)
    ActionChains(report.driver).key_down(Keys.SHIFT).move_to_element_with_offset(plot, 200, -40).click_and_hold().move_by_offset(10, 0).move_by_offset(14, 0).release().key_up(Keys.SHIFT).perform()
    assert [r[1] for r in table(report)].count("+ added") == 1
    field = report.one(".times input")
    report.js("arguments[0].value = '17.25'; arguments[1].value = '17.5'; arguments[1].dispatchEvent(new Event('change'))", field, report.all(".times input")[1])
    row = report.one(".events tbody tr.on")
    assert "17.25" in row.text and "0.25" in row.text
    report.keys(Keys.DELETE)
    report.one(".times button").click() if report.one(".times").is_displayed() else None
    assert [r[1] for r in table(report)].count("+ added") == 0
    report.js("localStorage.clear()")


def test_everything_can_be_undone(report):
    report.js("arguments[0].focus()", report.one(".plot"))
    before = table(report)
    report.keys("n", "3", "n", "j", "r", "a", "k", "5")
    assert len(table(report)) == len(before) + 2
    for _ in range(3):
        report.keys("z")
    assert len(table(report)) == len(before) + 2
    for _ in range(12):
        report.keys("z")
    assert [row[:2] for row in table(report)] == [row[:2] for row in before]
    assert report.problems() == []
    report.js("localStorage.clear()")


def test_works_without_storage(browser):
    browser.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": "if (location.href.includes('no_video')) Object.defineProperty(window, 'localStorage', {get() { throw new Error('no'); }});"})
    browser.open("no_video/report.html")
    assert browser.all("video") == []
    browser.one(".plot").click()
    browser.keys("j", "a")
    assert "keeps nothing" in browser.one(".status").text
    assert table(browser)[0][1] == "\u2713 accepted"
    assert browser.problems() == []


def test_a_video_elsewhere_can_be_chosen(browser):
    browser.open("no_video/report.html")
    browser.one(".opener input").send_keys(str(OUT / "one" / "annotated.mp4"))
    browser.wait("document.querySelector('video') && document.querySelector('video').readyState >= 2")
    browser.all(".events tbody tr")[3].find_elements(By.TAG_NAME, "td")[3].click()
    browser.wait("document.querySelector('video').currentTime > 4.5")
    assert browser.problems() == []


def test_a_lost_video_leaves_no_empty_panel(browser):
    (OUT / "lost").mkdir(exist_ok=True)
    (OUT / "lost" / "report.html").write_bytes((OUT / "one" / "report.html").read_bytes())
    browser.open("lost/report.html")
    browser.wait("document.querySelector('.lost')")
    assert not browser.one("video").is_displayed()
    assert browser.js("return document.querySelector('.plot').clientWidth > 1000")
    browser.picture("lost.png")
    browser.one(".plot").click()
    browser.problems()


def test_everything_is_reached_by_tab(report):
    report.js("document.body.tabIndex = -1; document.body.focus()")
    reached = []
    for _ in range(60):
        report.keys(Keys.TAB)
        reached.append(report.js("const e = document.activeElement; const s = getComputedStyle(e); return [e.tagName + '.' + e.className, s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2]"))
    names = [name for name, _ in reached]
    for wanted in ("VIDEO.", "DIV.plot", "BUTTON.export-csv", "BUTTON.export-json", "TR.f ", "SUMMARY."):
        assert wanted in names, names
    assert all(visible for name, visible in reached if name.split(".")[0] in ("BUTTON", "DIV", "TR", "SELECT", "INPUT")), reached


def test_two_clips_play_on_their_own(browser):
    browser.open("two/report.html")
    assert len(browser.all(".plot")) == 2 and len(browser.all("video")) == 2
    second = browser.all(".plot")[1]
    browser.js("arguments[0].scrollIntoView({block: 'center'})", second)
    ActionChains(browser.driver).move_to_element(second).click().perform()
    browser.wait("document.querySelectorAll('video')[1].currentTime > 3")
    assert browser.js("return document.querySelector('video').currentTime") == 0
    assert browser.problems() == []


@pytest.mark.parametrize("page", ["one/report.html", "no_video/report.html", "two/report.html", "reviewed/report.html"])
def test_prints_to_two_pages(browser, page):
    if not (OUT / page).exists():
        pytest.skip("made by another test")
    browser.open(page)
    pdf = browser.driver.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True, "printBackground": True})
    path = OUT / (page.replace("/", "_") + ".pdf")
    path.write_bytes(base64.b64decode(pdf["data"]))
    pages = int(subprocess.run(["pdfinfo", path], capture_output=True, text=True, check=True).stdout.split("Pages:")[1].split()[0])
    subprocess.run(["pdftoppm", "-r", "70", "-png", path, path.with_suffix("")], check=True)
    assert pages == 2
    text = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True).stdout
    for wanted in ("research use only", "Events", "Quality of the recording", "Limits", "Method in brief"):
        assert wanted in text


def test_group_report_sorts_filters_and_leads_to_the_reports(browser):
    browser.open("batch/index.html")
    files = "return [...document.querySelectorAll('.all tbody tr:not([hidden]) .file')].map(c => c.textContent.trim())"
    first = browser.js(files)
    assert len(first) == 2 and "=1+1 <b>&.mp4" in first
    assert "cut.mp4" in browser.one(".failures").text
    browser.one(".all th:nth-child(6) button").click()
    rates = browser.js("return [...document.querySelectorAll('.all tbody tr td:nth-child(6)')].map(c => Number(c.dataset.v))")
    assert rates == sorted(rates, reverse=True)
    browser.one(".all th:nth-child(6) button").click()
    assert browser.js("return [...document.querySelectorAll('.all tbody tr td:nth-child(6)')].map(c => Number(c.dataset.v))") == sorted(rates)
    assert browser.one(".all th:nth-child(6)").get_attribute("aria-sort") == "ascending"
    browser.one("#find").send_keys("sub")
    assert browser.js(files) == ["sub/calm.mp4"] and browser.one("#shown").text == "1 of 2 shown"
    browser.one("#find").send_keys(Keys.CONTROL + "a" + Keys.NULL, Keys.DELETE)
    link = next(a for a in browser.all(".all a") if "=1+1" in a.text)
    link.click()
    browser.wait("document.querySelectorAll('.plot').length === 1")
    assert "=1+1 <b>&.mp4" in browser.one("header").text
    assert browser.problems() == []


def test_group_report_shows_patients_worst_first(browser):
    browser.open("group.html")
    assert [h.text for h in browser.all(".patient h2")] == ["Patient 2 <&>", "Patient 1"]
    browser.one("#find").send_keys("gastrocnemius left")
    assert [h.text for h in browser.all(".patient:not([hidden]) h2")] == ["Patient 1"]
    assert browser.one("#shown").text == "1 of 5 shown"
    assert len(browser.all(".patient .spark")) == 5
    assert browser.problems() == []
