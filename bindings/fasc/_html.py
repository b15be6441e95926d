"""How a clip, an analysis and a batch look in a notebook: poster frame with regions, sparkline, rates, counts, verdict and the events in short.
Everything from outside is escaped; nothing is fetched from anywhere."""
import base64
import json
import math
import os
from html import escape

from . import _fasc

_STYLE = (
    "<style>.fasc table{border-collapse:collapse;margin:.4em 0}.fasc td,.fasc th{padding:.15em .5em;text-align:right;"
    "border-bottom:1px solid #8884}.fasc td:first-child,.fasc th:first-child{text-align:left}.fasc .note{opacity:.7;font-size:90%}"
    ".fasc .side{display:flex;flex-wrap:wrap;gap:.4em 1.4em;align-items:flex-start}.fasc svg{max-width:100%;height:auto}"
    ".fasc td.l,.fasc th.l{text-align:left}.fasc td:first-child:not(.l),.fasc .whole{white-space:nowrap}</style>"
)
_COLOURS = {"target": "#D55E00", "control": "#56B4E9"}
_MOST_ROWS = 20
_MOST_POSTERS = 12  # in a batch: each is read from a saved measurement
_POSTER_WIDTH = 420  # px on the page
_SPARK_WIDTH, _SPARK_HEIGHT = 420, 46  # px on the page


def _number(value, digits=2):
    return "–" if value is None else f"{value:.{digits}f}"


def _row(cells, tag="td"):
    return "<tr>" + "".join(f"<{tag}>{cell}</{tag}>" for cell in cells) + "</tr>"


def _name(role):
    return f'<b style="color:{_COLOURS[role]}">■</b> {role}'


def _present(result):
    present = result.presence.present
    grade = result.grade.value
    return ("not known" if present is None else "yes" if present else "no") + (f", grade {grade}" if grade is not None else "")


def _rates(regions, alpha):
    level = f"{100 * (1 - alpha):.4g} % interval"
    head = _row(["region", "fasciculations", "per min", level, "sites", "observed s", "present", "other events", "per min with them"], "th")
    rows = []
    for role, result in regions:
        events = sum(b.kind == "fasciculation" for b in result.bursts)
        lo, hi = result.rate_ci_per_min
        interval = f'<span class="whole">{_number(lo)} … {_number(hi)}</span>'
        rows.append(_row([_name(role), events, _number(result.rate_per_min), interval, len(result.sites), _number(result.observed_s, 1),
                          _present(result), len(result.bursts) - events, _number(result.rate_all_kinds_per_min)]))
    return f"<table>{head}{''.join(rows)}</table>"


def _events(regions):
    bursts = sorted(((b.onset_s, role, b) for role, result in regions for b in result.bursts), key=lambda e: e[:2])
    if not bursts:
        return ""
    head = _row(["region", "onset s", "duration s", "kind", "confidence"], "th")
    rows = [
        _row([_name(role), _number(b.onset_s), _number(b.duration_s), escape(b.kind), _number(b.confidence)])
        for _, role, b in bursts[:_MOST_ROWS]
    ]
    more = f'<div class="note">{len(bursts) - _MOST_ROWS} more</div>' if len(bursts) > _MOST_ROWS else ""
    return f"<table>{head}{''.join(rows)}</table>{more}"


def poster(picture, regions=(), areas=(), width=_POSTER_WIDTH):
    """A picture with the outlines of regions as SVG; the part that holds echo and regions.

    ``regions``: (role, corners in px, sites); ``areas``: (x, y, w, h) in px. Empty text without a picture.
    """
    if picture is None or picture.size == 0:
        return ""
    corners = [p for _, polygon, _ in regions for p in polygon]
    corners += [p for x, y, w, h in areas for p in ((x, y), (x + w, y + h))]
    height_px, width_px = picture.shape
    left, top, right, bottom = 0, 0, width_px, height_px
    if corners:
        left, top = (max(0, math.floor(min(p[i] for p in corners)) - 4) for i in (0, 1))
        right, bottom = (min(most, math.ceil(max(p[i] for p in corners)) + 4) for i, most in ((0, width_px), (1, height_px)))
    if right <= left or bottom <= top:
        return ""
    w, h = right - left, bottom - top
    unit = w / width  # px of the clip per px of the page
    jpeg = base64.b64encode(_fasc.jpeg_of(picture[top:bottom, left:right].copy(), 2 * width)).decode()
    parts = [f'<svg viewBox="{left} {top} {w} {h}" width="{width}" height="{round(h / unit)}" role="img" aria-label="poster frame">',
             f'<image x="{left}" y="{top}" width="{w}" height="{h}" preserveAspectRatio="none" href="data:image/jpeg;base64,{jpeg}"/>']
    text = (f'font-family="sans-serif" font-weight="600" fill="#fff" stroke="#000" stroke-width="{3 * unit:.2f}" paint-order="stroke" '
            'stroke-linejoin="round"')
    for role, polygon, sites in regions:
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in polygon)
        for colour, stroke in (("#000", 4), (_COLOURS.get(role, "#F0E442"), 2)):
            parts.append(f'<polygon points="{points}" fill="none" stroke="{colour}" stroke-width="{stroke * unit:.2f}" stroke-linejoin="round"/>')
        x, y = min(p[0] for p in polygon) + 6 * unit, min(p[1] for p in polygon) + 16 * unit
        parts.append(f'<text x="{x:.1f}" y="{y:.1f}" font-size="{13 * unit:.2f}" {text}>{escape(role)}</text>')
        for number, x, y in sites:
            parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{9 * unit:.2f}" fill="none" stroke="#fff" stroke-width="{1.6 * unit:.2f}"/>'
                         f'<text x="{x:.1f}" y="{y + 4 * unit:.1f}" font-size="{11 * unit:.2f}" text-anchor="middle" {text}>{number}</text>')
    return "".join(parts) + "</svg>"


def _largest(values, count):
    """The largest value of each of ``count`` equal stretches; None where none was measured."""
    values = [None if v is None or v != v else float(v) for v in values]
    count = min(count, len(values))
    stretches = (values[i * len(values) // count:(i + 1) * len(values) // count] for i in range(count))
    return [max((v for v in stretch if v is not None), default=None) for stretch in stretches]


def sparkline(values, spans, colour, top, width=_SPARK_WIDTH, height=_SPARK_HEIGHT, words="speed over time"):
    """Speed in little as SVG: a line on a scale from 0 to ``top`` and a bar below for each event.

    ``values``: evenly spread over the time, None where missing; ``spans``: begin and end of events as shares (0-1) of the time.
    """
    values = _largest(values, width // 2)
    if not values or not top > 0:
        return ""
    floor = height - 9
    step = width / len(values)
    path, pen_up = [], True
    for i, value in enumerate(values):
        if value is None:
            pen_up = True
            continue
        path.append(f"{'M' if pen_up else 'L'}{(i + 0.5) * step:.1f},{floor - 0.96 * floor * min(1.0, value / top):.1f}")
        pen_up = False
    bars = "".join(f'<rect x="{width * begin:.1f}" y="{height - 6}" width="{max(2.0, width * (end - begin)):.1f}" height="5" fill="#B8860B"/>' for begin, end in spans)
    return (f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" aria-label="{escape(words)}">'
            f'<path d="M0,{floor + 0.5}H{width}" stroke="currentColor" stroke-opacity=".35"/>'
            f'<path d="{"".join(path)}" fill="none" stroke="{colour}" stroke-width="1.2"/>{bars}</svg>')


def _sparks(regions):
    """Both regions' speeds on one scale."""
    tops = [float(v) for _, r in regions for v in r.speed if v == v]
    top = max(tops, default=0.0)
    out = []
    for role, result in regions:
        times = result.trace.time_s
        begin, length = (float(times[0]), float(times[-1] - times[0])) if len(times) > 1 else (0.0, 0.0)
        spans = [((b.onset_s - begin) / length, (b.end_s - begin) / length) for b in result.bursts if b.kind == "fasciculation"] if length > 0 else []
        drawn = sparkline(result.speed, spans, _COLOURS[role], top, words=f"speed of the {role} over {length:.0f} s")
        if drawn:
            out.append(f'<div>{_name(role)} <span class="note">speed, 0 to {top:.3g} {escape(result.speed_unit)}; bars: fasciculations; {length:.1f} s</span><br>{drawn}</div>')
    return "".join(out)


def _outline(role, result):
    return role, result.region.polygon, [(s.site, s.centroid_x_px, s.centroid_y_px) for s in result.sites]


def _posters(a):
    second = a.control_clip is not None
    here = [_outline("target", a.target)] + ([_outline("control", a.control)] if a.control and not second else [])
    drawn = [poster(_fasc.poster(a._native), here, _fasc.echo_areas(a._native))]
    if second:
        drawn.append(poster(_fasc.poster(a._native, True), [_outline("control", a.control)], _fasc.echo_areas(a._native, True)))
    return "".join(f"<div>{one}</div>" for one in drawn if one)


def _scale_words(clip):
    if clip.mm_per_px_x is None:
        return "no scale, px only"
    across, down = f"{clip.mm_per_px_x:.4g}", f"{clip.mm_per_px_y:.4g}"
    return f"{across if across == down else across + ' x ' + down} mm per px ({escape(clip.mm_per_px_source)})"


def clip(c):
    """What a clip is, with its poster frame where the clip has one (``_poster``: picture, regions, areas)."""
    complete = "" if c.complete else "<b>not complete</b>"
    rows = [("size", f"{c.width} × {c.height} px"), ("frames", f"{c.frames}" + (f" of {c.frames_expected} expected" if c.frames_expected not in (None, c.frames) else "")),
            ("length", f"{_number(c.duration_s, 2)} s"), ("scale", _scale_words(c)), ("SHA-256", f"<code>{escape(c.sha256[:16])}…</code>")]
    table = "<table>" + "".join(_row([name, value]) for name, value in rows) + "</table>"
    picture = poster(*c._poster) if getattr(c, "_poster", None) else ""
    return f'<div class="fasc">{_STYLE}<b>{escape(c.path)}</b> {complete}<div class="side"><div>{picture}</div><div>{table}</div></div></div>'


def opened(c, picture, count):
    """A clip that is open: its first frame (uint8 gray, or None where it is closed) and what is known without decoding it."""
    scale = "not in the file" if c.mm_per_px is None else " × ".join(f"{v:.4g}" for v in dict.fromkeys(c.mm_per_px)) + " mm per px"
    rows = [("size", f"{c.width} × {c.height} px"), ("codec", escape(c.codec)), ("frames", "not counted yet" if count is None else f"{count}"),
            ("scale", scale), ("SHA-256", f"<code>{escape(c.sha256[:16])}…</code>")]
    table = "<table>" + "".join(_row([name, value]) for name, value in rows) + "</table>"
    state = " <b>closed</b>" if picture is None else ""
    return f'<div class="fasc">{_STYLE}<b>{escape(c.name)}</b>{state}<div class="side"><div>{poster(picture)}</div><div>{table}</div></div></div>'


def _read_result(out, item):
    """result.json of a batch's clip, or None."""
    try:
        with open(os.path.join(out, os.fsdecode(item.folder), "result.json"), encoding="utf-8") as file:
            return json.load(file)
    except (OSError, ValueError):
        return None


def _thumbnail(out, item):
    """The poster frame of a batch's clip with its regions, from its saved measurement."""
    try:
        measured = _fasc.load_measurement(os.fsencode(os.path.join(out, os.fsdecode(item.folder), "measurement.cbor")))
    except OSError:
        return ""
    outlines = [("target", measured.target.region.polygon, [])]
    if measured.control is not None and not measured.options.control_clip:
        outlines.append(("control", measured.control.region.polygon, []))
    return poster(_fasc.poster(measured), outlines, _fasc.echo_areas(measured), width=150)


def _batch_spark(result, top):
    region = result["target"]
    overview = region.get("overview")
    if not overview:
        return ""
    begin, length = overview["from_s"], (overview["to_s"] or 0) - (overview["from_s"] or 0)
    spans = [((b["onset_s"] - begin) / length, (b["end_s"] - begin) / length) for b in region["bursts"] if b["kind"] == "fasciculation"] if length > 0 else []
    return sparkline(overview["largest_speed"], spans, _COLOURS["target"], top, width=200, height=40)


def batch(items, out):
    """Counts, and a row per clip: poster frame with regions, sparkline, fasciculations, rate, verdict; reasons of failures."""
    counts = {status: sum(i.status == status for i in items) for status in ("done", "kept", "failed", "skipped")}
    head = ", ".join(f"{n} {status}" for status, n in counts.items() if n) or "no file"
    worth = [i for i in items if i.status != "skipped"]
    shown = worth[:_MOST_ROWS]
    results = [_read_result(out, i) if i.status in ("done", "kept") else None for i in shown]
    tops = [v for r in results if r for v in (r["target"].get("overview") or {}).get("largest_speed", []) if v is not None]
    units = {r["target"]["speed_unit"] for r in results if r}
    top = max(tops, default=0.0)
    scale = f'<div class="note">speeds from 0 to {top:.3g} {escape(next(iter(units)))}; bars: fasciculations</div>' if top and len(units) == 1 else ""
    compared = any(r and r["comparison"] for r in results)
    rows = []
    for number, (item, result) in enumerate(zip(shown, results)):
        name = escape(str(item.file))
        if result is None:
            rows.append(f'<tr><td class="l">{name}</td><td class="l" colspan="{4 + compared}">{escape(item.status)}: {escape(str(item.reason))}</td></tr>')
            continue
        own_top = top if len(units) == 1 else max((v for v in (result["target"].get("overview") or {}).get("largest_speed", []) if v is not None), default=0.0)
        lo, hi = result["target"]["rate_ci_per_min"]
        verdict = result["comparison"]["verdict"].replace("_", " ") if result["comparison"] else ""
        rows.append(f'<tr><td class="l">{name}</td><td class="l">{_thumbnail(out, item) if number < _MOST_POSTERS else ""}</td><td class="l">{_batch_spark(result, own_top)}</td>'
                    f'<td>{item.fasciculations}</td><td>{_number(item.rate_per_min, 1)}<br><span class="note whole">{_number(lo, 1)} … {_number(hi, 1)}</span></td>'
                    + (f'<td class="l">{escape(verdict)}</td>' if compared else "") + "</tr>")
    titles = '<tr><th class="l">clip</th><th class="l">regions</th><th class="l">speed of the target</th><th>fasciculations</th><th>per min</th>' + ('<th class="l">verdict</th></tr>' if compared else "</tr>")
    more = f'<div class="note">{len(worth) - len(shown)} more</div>' if len(worth) > len(shown) else ""
    return (f'<div class="fasc">{_STYLE}<b>{head}</b>{scale}<table>{titles if any(results) else ""}{"".join(rows)}</table>{more}'
            '<div class="note">research use only – not a medical device</div></div>')


def analysis(a):
    """One self-contained fragment."""
    regions = [("target", a.target)] + ([("control", a.control)] if a.control else [])
    clip = a.clip
    complete = "" if clip.complete else ", <b>not complete</b>"
    parts = [
        _STYLE,
        f"<b>{escape(clip.path)}</b> <span class='note'>{clip.width} × {clip.height} px, {clip.frames} frames, "
        f"{_number(clip.duration_s, 1)} s{complete}</span>",
        _rates(regions, a.options.compare.alpha),
        f'<div class="side"><div>{_posters(a)}</div><div>{_sparks(regions)}</div></div>',
    ]
    if a.comparison:
        verdict = a.comparison.verdict.replace("_", " ")
        parts.append(f"<div><b>{escape(verdict)}</b>: {escape(a.comparison.sentence)}</div>")
    parts += [f'<div class="note">{escape(warning)}</div>' for warning in a.warnings]
    parts += [_events(regions), '<div class="note">research use only – not a medical device</div>']
    return f'<div class="fasc">{"".join(parts)}</div>'
