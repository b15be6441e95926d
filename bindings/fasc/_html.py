"""How an analysis looks in a notebook: rates, counts, verdict and the events in short. Everything from outside is escaped."""
from html import escape

_STYLE = (
    "<style>.fasc table{border-collapse:collapse;margin:.4em 0}.fasc td,.fasc th{padding:.15em .7em;text-align:right;"
    "border-bottom:1px solid #8884}.fasc td:first-child,.fasc th:first-child{text-align:left}.fasc .note{opacity:.7;font-size:90%}</style>"
)
_COLOURS = {"target": "#D55E00", "control": "#56B4E9"}
_MOST_ROWS = 20


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
        interval = f"{_number(lo)} … {_number(hi)}"
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
    ]
    if a.comparison:
        parts.append(f"<div><b>{escape(a.comparison.verdict)}</b>: {escape(a.comparison.sentence)}</div>")
    parts += [f'<div class="note">{escape(warning)}</div>' for warning in a.warnings]
    parts += [_events(regions), '<div class="note">research use only – not a medical device</div>']
    return f'<div class="fasc">{"".join(parts)}</div>'
