// report.html: the trace that plays in step with the video, and the review of events. No library, nothing fetched.
(() => {
"use strict";
const data = JSON.parse(document.getElementById("fasc-data").textContent);
const KINDS = data.kinds;                       // [name, words, letter, colour, text colour]
const DECISIONS = { unreviewed: "", accepted: "\u2713 accepted", rejected: "\u2717 rejected", relabelled: "\u2192 ", added: "+ added" };
const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const DIGIT = new Uint8Array(128);
for (let i = 0; i < 64; ++i) DIGIT[DIGITS.charCodeAt(i)] = i;
const LEAD_S = 0.3;                             // s shown before and after an event that is played
const ADDED_S = 0.3;                            // s; length of an event that is added at the cursor
const $ = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const clamp = (x, low, high) => Math.min(Math.max(x, low), high);
const fixed = (x, digits) => Number.isFinite(x) ? x.toFixed(digits) : "\u2013";
const round4 = x => Math.round(x * 1e4) / 1e4;

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

// ---------------------------------------------------------------------------------------------------------------- data
// Two digits per value, 4095 missing, 4094 a repeated picture (no gap), else the square of the share of the largest.
function unpack(text, top) {
  const values = new Float32Array(text.length / 2);
  for (let i = 0; i < values.length; ++i) {
    const q = DIGIT[text.charCodeAt(2 * i)] * 64 + DIGIT[text.charCodeAt(2 * i + 1)];
    values[i] = q === 4095 ? NaN : q === 4094 ? -1 : top * (q / 4093) ** 2;
  }
  return values;
}

function times_of(clip) {
  const times = new Float64Array(clip.frames);
  clip.anchors.forEach(([i, t], k) => {
    const [j, u] = clip.anchors[k + 1] || [i, t];
    for (let f = i; f <= j; ++f) times[f] = j > i ? t + (u - t) * (f - i) / (j - i) : t;
  });
  return times;
}

// A series with one value per frame, or the least and the largest value of every `bin` frames, as points in time.
function points_of(series, times) {
  const v = unpack(series.values, series.largest);
  if (series.bin === 1) return { t: times, v };
  const t = new Float64Array(v.length);
  for (let i = 0; i < v.length; ++i) {
    const first = (i >> 1) * series.bin, last = Math.min(first + series.bin, times.length) - 1;
    t[i] = times[first] + (times[last] - times[first]) * (i % 2 ? 0.75 : 0.25);
  }
  return { t, v };
}

function lower_bound(array, value) {
  let low = 0, high = array.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (array[middle] < value) low = middle + 1; else high = middle;
  }
  return low;
}

// 17 digits per event: region 1, kind 1, onset 5 and from there peak 4 and end 4 in 0.1 ms, confidence 2 in thousandths.
function events_of(clip, c) {
  const text = clip.events, numbers = clip.regions.map(() => 0), list = [];
  const number = (at, digits) => { let n = 0; for (let i = 0; i < digits; ++i) n = n * 64 + DIGIT[text.charCodeAt(at + i)]; return n; };
  for (let at = 0; at < text.length; at += 17) {
    const region = number(at, 1), kind = number(at + 1, 1), onset = number(at + 2, 5), sure = number(at + 15, 2);
    list.push({ clip: c, region, number: ++numbers[region], onset: onset / 1e4, peak: (onset + number(at + 7, 4)) / 1e4, end: (onset + number(at + 11, 4)) / 1e4,
      automatic: kind, confidence: sure === 4095 ? NaN : sure / 1000, cells: clip.cells[list.length] || "", kind, decision: "unreviewed", note: "" });
  }
  return list;
}
const events = data.clips.flatMap(events_of).map((event, id) => ({ id, ...event }));
const found = events.length;
const region_of = event => data.clips[event.clip].regions[event.region];
const counts = event => event.decision !== "rejected" && event.kind === 0;

// -------------------------------------------------------------------------------------------------------------- review
const review = { reviewer: "", changed: false, undo: [], kept: true, message: "" };
const STORE = "fasc.review." + data.key;
let selected = null;
const sections = [];                            // one per clip

const state = () => ({
  reviewer: review.reviewer, changed: review.changed,
  found: events.slice(0, found).filter(e => e.decision !== "unreviewed" || e.note).map(e => [e.id, e.decision, e.kind, e.note]),
  added: events.slice(found).map(e => [e.clip, e.region, e.onset, e.end, e.kind, e.note]) });

function take(saved) {
  events.length = found;
  for (const e of events) { e.decision = "unreviewed"; e.kind = e.automatic; e.note = ""; }
  for (const [id, decision, kind, note] of saved.found) {
    if (!events[id] || !(decision in DECISIONS) || !KINDS[kind]) continue;
    Object.assign(events[id], { decision, kind, note: String(note) });
  }
  for (const [clip, region, onset, end, kind, note] of saved.added) {
    if (data.clips[clip] && data.clips[clip].regions[region] && KINDS[kind] && end >= onset) new_event(clip, region, onset, end, kind, String(note));
  }
  selected = selected && events.includes(selected) ? selected : null;
}

function new_event(clip, region, onset, end, kind, note) {
  const event = { id: events.length ? Math.max(found - 1, events[events.length - 1].id) + 1 : found, clip, region, number: null, onset, peak: onset, end,
                  automatic: null, confidence: NaN, cells: "", kind, decision: "added", note };
  events.push(event);
  return event;
}

function keep() {
  try {
    localStorage.setItem(STORE, JSON.stringify(state()));
    review.kept = true;
  } catch (error) {
    review.kept = false;
  }
}

function restore() {
  try {
    const saved = localStorage.getItem(STORE);
    if (!saved) return;
    const known = JSON.parse(saved);
    take(known);
    review.reviewer = String(known.reviewer || "");
    review.changed = Boolean(known.changed);
    review.message = "Review restored from this browser.";
  } catch (error) {
    review.kept = false;
  }
}

// Every change goes through here, so that it can be taken back and is never lost.
function change(message, act) {
  review.undo.push(JSON.stringify(state()));
  if (review.undo.length > 200) review.undo.shift();
  act();
  review.changed = true;
  review.message = message;
  keep();
  show();
}

function undo() {
  const before = review.undo.pop();
  if (!before) return;
  const now = { clip: selected && selected.clip, id: selected && selected.id };
  take(JSON.parse(before));
  selected = events.find(e => e.id === now.id) || null;
  review.changed = true;
  review.message = "Undone.";
  keep();
  show();
}

const name_of = event => KINDS[event.kind][1] + " at " + fixed(event.onset, 2) + " s";

function decide(event, decision) {
  if (!event) return;
  if (event.decision === "added") return decision === "rejected" ? remove(event) : undefined;
  const same = event.decision === decision;
  change(same ? "Decision taken back." : name_of(event) + " " + decision + ".", () => {
    event.decision = same ? "unreviewed" : decision;
    if (decision !== "relabelled") event.kind = event.automatic;
  });
  if (!same) step(1, event.clip, false);
}

function relabel(event, kind) {
  if (!event || !KINDS[kind] || event.kind === kind && event.decision !== "rejected") return;
  change("Now " + KINDS[kind][1] + ".", () => {
    event.kind = kind;
    if (event.decision !== "added") event.decision = kind === event.automatic ? "accepted" : "relabelled";
  });
}

function remove(event) {
  if (!event || event.decision !== "added") return;
  change("Added event removed.", () => {
    events.splice(events.indexOf(event), 1);
    if (selected === event) selected = null;
  });
}

function add_event(section, onset, end, region = 0) {
  const [from, to] = section.chart.ends;
  onset = round4(clamp(onset, from, to));
  end = round4(clamp(end === undefined ? onset + ADDED_S : end, onset, to));
  change("Event added at " + fixed(onset, 2) + " s.", () => { selected = new_event(section.index, region, onset, end, 0, ""); });
  reveal(selected);
}

function set_time(event, onset, end) {
  if (!event || event.decision !== "added" || !(onset >= 0) || !(end >= onset)) return;
  change("Time changed.", () => { event.onset = event.peak = round4(onset); event.end = round4(end); });
}

function set_note(event, text) {
  if (event && event.note !== text) change("Note kept.", () => { event.note = text; });
}

const in_order = clip => events.filter(e => e.clip === clip).sort((a, b) => a.onset - b.onset || a.id - b.id);

function step(by, clip, play) {
  const list = in_order(clip);
  if (!list.length) return;
  const at = selected && selected.clip === clip ? list.indexOf(selected) : by > 0 ? -1 : list.length;
  if (at + by < 0 || at + by >= list.length) return;
  select(list[at + by], play);
}

function select(event, play) {
  selected = event;
  show();
  reveal(event);
  if (play) play_event(event);
}

function reveal(event) {
  const section = sections[event.clip];
  section.chart.include(event.onset, event.end);
  const row = section.rows.get(event);
  const box = row && row.closest(".scroll");
  if (!box) return;
  const top = row.offsetTop - $("thead", box).offsetHeight, bottom = row.offsetTop + row.offsetHeight;
  if (top < box.scrollTop) box.scrollTop = top;
  else if (bottom > box.scrollTop + box.clientHeight) box.scrollTop = bottom - box.clientHeight;
}

function play_event(event) {
  const { player, chart } = sections[event.clip];
  const [from] = chart.ends;
  if (player.ready) player.play_between(Math.max(from, event.onset - LEAD_S), event.end + LEAD_S);
  else player.seek(event.onset);
}

// -------------------------------------------------------------------------------------------------------------- export
const guard = text => /^[=+\-@\t\r]/.test(text) ? "'" + text : text;
const quote = text => /[",;\n\r\t]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
const text_cell = text => quote(guard(text));
const ordered = () => data.clips.flatMap((clip, c) => in_order(c));

function review_csv() {
  const rows = ordered().map(e => [
    e.number === null ? "" : String(e.number), region_of(e).name, String(e.onset), String(e.end), KINDS[e.kind][0], e.decision,
    e.automatic === null ? "" : KINDS[e.automatic][0], Number.isFinite(e.confidence) ? String(e.confidence) : "", text_cell(e.note),
    text_cell(review.reviewer), data.clip.sha256].join(","));
  return ["event,region,onset_s,end_s,kind,decision,automatic_kind,confidence,note,reviewer,clip_sha256", ...rows].join("\n") + "\n";
}

function review_json() {
  return JSON.stringify({
    schema: "fasc.review/1", fasc_version: data.version, note: data.note, reviewer: review.reviewer, analysis: data.key,
    clip: data.clip, control_clip: data.control_clip,
    events: ordered().map(e => ({
      event: e.number, region: region_of(e).name, onset_s: e.onset, end_s: e.end, kind: KINDS[e.kind][0], decision: e.decision,
      automatic_kind: e.automatic === null ? null : KINDS[e.automatic][0],
      confidence: Number.isFinite(e.confidence) ? e.confidence : null, note: e.note })) }, null, 1) + "\n";
}

function download(ending, type, text) {
  const who = review.reviewer.replace(/[^\p{L}\p{N}]+/gu, "_").replace(/^_+|_+$/g, "");
  const clip = data.clip.path.replace(/\.[^.]*$/, "").replace(/[^\p{L}\p{N}]+/gu, "_");
  const url = URL.createObjectURL(new Blob([text], { type }));
  make("a", { href: url, download: ["review", clip, who].filter(Boolean).join("_") + ending }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
  review.changed = false;
  review.message = "Exported: " + ending.slice(1).toUpperCase() + ".";
  keep();
  show();
}

function open_review(text) {
  let file;
  try { file = JSON.parse(text); } catch (error) { file = {}; }
  if (file.schema !== "fasc.review/1" || !Array.isArray(file.events)) return say("That file is not a review in JSON exported from such a page.");
  if (file.clip && file.clip.sha256 !== data.clip.sha256) return say("That review is of another clip.");
  const kind = name => KINDS.findIndex(k => k[0] === name);
  const saved = { found: [], added: [] };
  let foreign = 0;
  for (const e of file.events) {
    const clip = data.clips.findIndex(c => c.regions.some(r => r.name === e.region));
    const region = clip < 0 ? -1 : data.clips[clip].regions.findIndex(r => r.name === e.region);
    const known = events.slice(0, found).find(o => o.clip === clip && o.region === region && Math.abs(o.onset - e.onset_s) < 0.002);
    if (known) saved.found.push([known.id, e.decision === "added" ? "accepted" : e.decision, kind(e.kind), e.note || ""]);
    else if (clip >= 0 && e.decision !== "rejected") { saved.added.push([clip, region, e.onset_s, e.end_s, kind(e.kind), e.note || ""]); foreign += e.decision !== "added"; }
  }
  change("Review opened." + (foreign ? " " + foreign + " of its events were not found here and count as added." : ""), () => {
    take(saved);
    review.reviewer = String(file.reviewer || review.reviewer);
  });
}

addEventListener("beforeunload", e => {
  if (!review.changed) return;
  e.preventDefault();
  e.returnValue = "";
});

// ---------------------------------------------------------------------------------------------------------------- video
class Player {
  constructor(clip, root, chart) {
    this.clip = clip;
    this.chart = chart;
    this.box = $(".video", root);
    this.video = $("video", root);
    this.zero = clip.anchors.length ? clip.anchors[0][1] : 0;
    this.until = Infinity;
    this.stage = $(".stage", root);
    this.ready = Boolean(this.video);
    this.opener = this.make_opener();
    if (this.video) {
      this.video.after(this.bar = this.make_bar());
      this.listen();
    } else {
      $(".trace", root).append(make("p", { class: "opener" }, this.opener));
    }
  }

  // A video elsewhere (the page was sent alone, or drawn later by fasc annotate) can be chosen by hand.
  make_opener() {
    const input = make("input", { type: "file", accept: "video/*", class: "hidden", tabindex: "-1", "aria-label": "Annotated video", onchange: () => {
      if (input.files.length) this.use(URL.createObjectURL(input.files[0]));
    } });
    return make("span", {}, make("button", { type: "button", onclick: () => input.click() }, "Open the annotated video\u2026"), input);
  }

  use(url) {
    if (!this.box) {
      this.video = make("video", { controls: true, playsinline: true, "aria-label": "Annotated video" });
      this.box = make("div", { class: "video" }, this.video, this.bar = this.make_bar());
      this.stage.prepend(this.box);
      this.opener.parentElement.hidden = true;
      this.listen();
    }
    all(".lost", this.box).forEach(e => e.remove());
    this.video.hidden = this.bar.hidden = false;
    this.stage.classList.add("with-video");
    this.ready = true;
    this.video.src = url;
  }

  make_bar() {
    const frame = by => () => this.seek(this.chart.frame_time(by));
    const rate = make("select", { "aria-label": "Speed of the video", onchange: () => { this.video.playbackRate = Number(rate.value); } });
    for (const [value, words] of [[1, "1\u00d7"], [0.5, "\u00bd\u00d7"], [0.25, "\u00bc\u00d7"], [0.1, "0.1\u00d7"]]) rate.append(make("option", { value }, words));
    return make("div", { class: "bar" },
      make("button", { type: "button", onclick: () => this.toggle() }, "Play / pause"),
      make("button", { type: "button", title: "One frame back", "aria-label": "One frame back", onclick: frame(-1) }, "\u2039"),
      make("button", { type: "button", title: "One frame on", "aria-label": "One frame on", onclick: frame(1) }, "\u203a"),
      make("label", {}, "speed ", rate));
  }

  listen() {
    const video = this.video;
    const follow = time => {
      this.chart.move_cursor(this.zero + time, true);
      if (this.zero + time >= this.until) { this.until = Infinity; video.pause(); }
    };
    if (video.requestVideoFrameCallback) {
      const tick = (now, frame) => { if (!video.paused && !video.seeking) follow(frame.mediaTime); video.requestVideoFrameCallback(tick); };
      video.requestVideoFrameCallback(tick);
    }
    video.addEventListener("timeupdate", () => { if (!video.paused && !video.seeking) follow(video.currentTime); });
    video.addEventListener("seeking", () => { if (video.paused) follow(video.currentTime); });
    video.addEventListener("error", () => {
      this.ready = false;
      video.hidden = true;
      all(".lost", this.box).forEach(e => e.remove());
      this.bar.hidden = true;
      this.stage.classList.remove("with-video");
      this.box.prepend(make("p", { class: "lost" }, "The annotated video does not lie beside this page or cannot be played. ", this.opener));
    });
  }

  seek(time_s) {
    this.until = Infinity;
    this.chart.move_cursor(time_s, true);
    if (!this.ready) return;
    this.video.pause();
    this.video.currentTime = Math.max(0, time_s - this.zero + 1e-4);
  }

  play_between(from_s, to_s) {
    this.seek(from_s);
    this.until = to_s;
    const started = this.video.play();
    if (started) started.catch(() => {});
  }

  toggle() {
    if (!this.ready) return;
    this.until = Infinity;
    if (!this.video.paused) return this.video.pause();
    const started = this.video.play();
    if (started) started.catch(() => {});
  }
}

// ---------------------------------------------------------------------------------------------------------------- chart
const LEFT = 46, RIGHT = 10, ABOVE = 46, LANE = 104, ENERGY = 76, AXIS = 40;

function ticks_of(top, most) {
  if (!(top > 0)) return [0];
  const ten = 10 ** Math.floor(Math.log10(top / most));
  const step = [1, 2, 5, 10].map(f => f * ten).find(s => top / s <= most);
  const ticks = [];
  for (let i = 0; i * step <= top * 1.000001; ++i) ticks.push(i * step);
  return ticks;
}
const plain = x => String(Number(x.toPrecision(6)));
const escape = text => text.replace(/[&<>"]/g, c => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);

class Chart {
  constructor(clip, root, section) {
    this.clip = clip;
    this.section = section;
    this.figure = $(".trace", root);
    this.times = times_of(clip);
    this.lanes = clip.regions.map(r => ({ region: r, speed: points_of(r.speed, this.times), energy: points_of(r.energy, this.times) }));
    this.ends = [this.times[0], this.times[this.times.length - 1]];
    this.view = this.ends.slice();
    this.cursor = this.ends[0];
    this.read = make("p", { class: "read" });
    this.plot = make("div", { class: "plot", tabindex: "0", role: "application", "aria-roledescription": "trace over time",
      "aria-label": "Speed and energy over time. Arrow keys move the cursor, plus and minus zoom, 0 shows all." });
    this.host = $(".live", this.figure);
    this.host.append(this.read, this.plot, this.buttons());
    this.host.hidden = false;
    $(".still", this.figure).remove();
    this.listen();
    this.draw();
    new ResizeObserver(() => this.draw()).observe(this.host);
  }

  buttons() {
    const button = (words, label, act) => make("button", { type: "button", "aria-label": label, title: label, onclick: act }, words);
    return make("div", { class: "bar" },
      button("+", "Zoom in", () => this.zoom(0.5)), button("\u2212", "Zoom out", () => this.zoom(2)),
      button("\u25c2", "Earlier", () => this.pan(-0.5)), button("\u25b8", "Later", () => this.pan(0.5)), button("All", "Show the whole clip", () => this.zoom(Infinity)),
      make("span", { class: "soft" }, "Drag to zoom in, click to go there; wheel zooms after a click or with Ctrl; Shift and drag adds an event."));
  }

  layout() {
    const lanes = this.lanes.length * (ABOVE + LANE) + 34 + ENERGY;
    return { height: lanes + AXIS, energy: lanes - ENERGY };
  }

  x(t) { return LEFT + (t - this.view[0]) / (this.view[1] - this.view[0]) * (this.width - LEFT - RIGHT); }
  t(x) { return this.view[0] + (x - LEFT) / (this.width - LEFT - RIGHT) * (this.view[1] - this.view[0]); }

  draw(width = 0) {
    this.width = width || Math.max(280, this.host.clientWidth);
    const { height, energy } = this.layout(), right = this.width - RIGHT, hatch = "live-hatch-" + this.section.index;
    let out = `<defs><pattern id="${hatch}" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="6" height="6" fill="#e4e8ec"/>` +
      `<path stroke="#7b8794" stroke-width="1.4" d="M0 0V6"/></pattern><clipPath id="${hatch}-clip"><rect x="${LEFT}" y="0" width="${right - LEFT}" height="${height}"/></clipPath></defs>`;
    this.lanes.forEach((lane, i) => { out += this.speed_lane(lane, i, i * (ABOVE + LANE) + ABOVE, right, hatch); });
    out += this.energy_lane(energy, right, hatch) + this.axis(energy + ENERGY, right);
    out += `<path class="cursor" stroke="#1c2530" stroke-width="1.5" d="M0,${ABOVE - 4}V${height - AXIS + 4}"/><rect class="drag" y="${ABOVE - 4}" height="${height - AXIS - ABOVE + 8}" fill="#0b5a8a" fill-opacity=".18"/>`;
    this.plot.innerHTML = `<svg viewBox="0 0 ${this.width} ${height}" width="${this.width}" height="${height}" aria-hidden="true" font-size="12" fill="#52606d">${out}</svg>`;
    this.svg = this.plot.firstChild;
    this.place_cursor();
  }

  frame(y, height, ticks, place, right) {
    let out = `<rect x="${LEFT}" y="${y}" width="${right - LEFT}" height="${height}" fill="#fff" stroke="#9aa5b1"/>`;
    for (const tick of ticks) {
      const at = place(tick);
      if (tick > 0 && at > y + 1) out += `<path stroke="#e4e8ec" d="M${LEFT + 0.5},${at.toFixed(1)}H${right - 0.5}"/>`;
      out += `<text x="${LEFT - 6}" y="${(at + 4).toFixed(1)}" text-anchor="end">${plain(tick)}</text>`;
    }
    return out;
  }

  path(points, place, colour, hatch) {
    const from = Math.max(0, lower_bound(points.t, this.view[0]) - 2), to = Math.min(points.t.length, lower_bound(points.t, this.view[1]) + 2);
    const columns = Math.max(1, Math.round(this.width - LEFT - RIGHT)), dense = to - from > 2.5 * columns;
    let d = "", pen = "M", column = -1, low = 0, high = 0, last = 0;
    const put = (x, v) => { d += pen + x.toFixed(1) + "," + place(v).toFixed(1); pen = "L"; };
    const flush = () => {
      if (column < 0) return;
      put(column, low);
      if (high !== low) put(column, high);
      if (last !== high) put(column, last);
      column = -1;
    };
    for (let i = from; i < to; ++i) {
      const v = points.v[i];
      if (v === -1) continue;
      if (v !== v) { flush(); if (pen === "L" || dense) pen = "M"; continue; }
      const x = this.x(points.t[i]);
      if (!dense) { const alone = pen === "M" && !(points.v[i + 1] >= 0); put(x, v); if (alone) d += "h.8"; continue; }
      const c = Math.round(x);
      if (c !== column) { flush(); column = c; low = high = v; }
      low = Math.min(low, v);
      high = Math.max(high, v);
      last = v;
    }
    flush();
    return `<path fill="none" stroke="${colour}" stroke-width="1.2" stroke-linejoin="round" stroke-linecap="round" clip-path="url(#${hatch}-clip)" d="${d}"/>`;
  }

  gaps(region, y, height, hatch) {
    let out = "";
    const spans = region.missing, slivers = spans.filter(([a, b]) => this.x(b) - this.x(a) < 2).length;
    for (const [a, b] of spans) {
      if (b < this.view[0] || a > this.view[1]) continue;
      const from = Math.max(LEFT, this.x(a)), to = Math.min(this.width - RIGHT, this.x(b));
      if (to - from >= 2) out += `<rect x="${from.toFixed(1)}" y="${y}" width="${(to - from).toFixed(1)}" height="${height}" fill="url(#${hatch})"/>`;
      else if (slivers <= 60) out += `<path stroke="#7b8794" stroke-width="1.4" d="M${((from + to) / 2).toFixed(1)},${y + height}v-7"/>`;
    }
    return out;
  }

  shades(i, y) {
    let out = "", letters = "", free = -1e9;
    for (const e of in_order(this.section.index)) {
      if (e.region !== i || e.end < this.view[0] || e.onset > this.view[1]) continue;
      const from = clamp(this.x(e.onset) - 0.5, LEFT, this.width - RIGHT - 2), to = clamp(this.x(e.end) + 0.5, from + 4, Math.max(from + 4, this.width - RIGHT));
      const [, words, letter, colour] = KINDS[e.kind], off = e.decision === "rejected";
      const look = off ? 'fill="#fff" fill-opacity=".01" stroke="#52606d" stroke-dasharray="3 3"' :
        `fill="${colour}" fill-opacity="${e.kind === 0 ? 0.75 : 0.45}"` + (e === selected ? "" : "");
      const outline = e === selected ? `<rect x="${(from - 1.5).toFixed(1)}" y="${y + 1}" width="${(to - from + 3).toFixed(1)}" height="${LANE - 2}" fill="none" stroke="#1c2530" stroke-width="2.5"/>` : "";
      out += `<rect class="event" data-e="${e.id}" x="${from.toFixed(1)}" y="${y}" width="${(to - from).toFixed(1)}" height="${LANE}" ${look}><title>${escape(words)} at ${fixed(e.onset, 2)} s${off ? ", rejected" : ""}</title></rect>${outline}`;
      const middle = (from + to) / 2, mark = (off ? "\u2717" : "") + letter + (e.decision === "added" ? "+" : "");
      if (middle - free < 10 + 4 * mark.length) continue;
      free = middle;
      letters += `<text x="${middle.toFixed(1)}" y="${y - 5}" text-anchor="middle" font-weight="700" fill="#1c2530">${mark}</text>`;
    }
    return [out, letters];
  }

  speed_lane(lane, i, y, right, hatch) {
    const { region } = lane, place = v => y + LANE * (1 - clamp(v / region.speed.top, 0, 1));
    const title = region.name[0].toUpperCase() + region.name.slice(1) + ": speed of the fastest part, " + this.clip.unit;
    const [shades, letters] = this.shades(i, y);
    let out = `<rect x="${LEFT}" y="${y - 31}" width="11" height="11" rx="2" fill="${region.colour}" stroke="#1c2530"/><text x="${LEFT + 17}" y="${y - 21}" font-weight="600" fill="#1c2530">${escape(title)}</text>`;
    out += this.frame(y, LANE, ticks_of(region.speed.top, 5), place, right) + this.gaps(region, y, LANE, hatch) + shades;
    for (const [level, dash] of [[region.edge, "2 4"], [region.sure, "7 4"]])
      if (level !== null && level <= region.speed.top) out += `<path stroke="#1c2530" stroke-dasharray="${dash}" pointer-events="none" d="M${LEFT},${place(level).toFixed(1)}H${right}"/>`;
    return out + `<g pointer-events="none">${this.path(lane.speed, place, region.line, hatch)}</g>` + letters;
  }

  energy_lane(y, right, hatch) {
    const top = this.lanes[0].region.energy.top, place = v => y + ENERGY * (1 - Math.sqrt(clamp(v / top, 0, 1)));
    let out = `<text x="${LEFT}" y="${y - 8}" font-weight="600" fill="#1c2530">Energy, (${this.clip.unit})\u00b2, by square root</text>`;
    out += this.frame(y, ENERGY, ticks_of(Math.sqrt(top), 3).map(r => r * r), place, right);
    for (const lane of [...this.lanes].reverse()) out += this.path(lane.energy, place, lane.region.line, hatch);
    return out;
  }

  axis(y, right) {
    const [a, b] = this.view, step = ticks_of(b - a, Math.max(3, Math.floor(this.width / 90)))[1] || 1;
    const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
    let out = "";
    for (let k = Math.ceil(a / step - 1e-9); k * step <= b + 1e-9; ++k) {
      const x = this.x(k * step);
      out += `<path stroke="#52606d" d="M${x.toFixed(1)},${y}v5"/><text x="${x.toFixed(1)}" y="${y + 18}" text-anchor="${x > right - 12 ? "end" : "middle"}">${(k * step).toFixed(digits)}</text>`;
    }
    return out + `<text x="${(LEFT + right) / 2}" y="${y + 34}" text-anchor="middle">time in the clip, s</text>`;
  }

  place_cursor() {
    const line = $(".cursor", this.svg), x = this.x(this.cursor);
    line.style.display = x >= LEFT - 1 && x <= this.width - RIGHT + 1 ? "" : "none";
    line.setAttribute("transform", `translate(${x.toFixed(1)})`);
    this.tell(this.cursor);
  }

  // Value at a time: the largest of the bin.
  value_at(points, t) {
    let i = clamp(lower_bound(points.t, t), 0, points.t.length - 1);
    if (i > 0 && t - points.t[i - 1] < points.t[i] - t) --i;
    return points.v[i];
  }

  tell(t) {
    const word = (points, digits) => { const v = this.value_at(points, t); return v === -1 ? "repeated picture" : v !== v ? "not measured" : fixed(v, digits); };
    const parts = this.lanes.map(l => `${l.region.name} ${word(l.speed, 2)}`);
    const here = in_order(this.section.index).find(e => t >= e.onset && t <= e.end);
    this.read.textContent = `${fixed(t, 3)} s: ${parts.join(", ")} (${this.clip.unit})` + (here ? ` \u2013 ${KINDS[here.kind][1]}` : "");
  }

  move_cursor(t, follow) {
    this.cursor = clamp(t, ...this.ends);
    const [a, b] = this.view;
    if (follow && (this.cursor < a || this.cursor > b)) this.set_view(this.cursor - 0.1 * (b - a), this.cursor + 0.9 * (b - a));
    else this.place_cursor();
  }

  frame_time(by) {
    const i = lower_bound(this.times, this.cursor + 1e-3) - 1;
    return this.times[clamp(i + by, 0, this.times.length - 1)];
  }

  set_view(a, b) {
    const [from, to] = this.ends, length = clamp(b - a, Math.min(0.2, to - from), to - from);
    a = clamp(a + (b - a - length) / 2, from, to - length);
    this.view = [a, a + length];
    this.draw();
  }

  zoom(factor, about = this.cursor) {
    const [a, b] = this.view;
    if (!Number.isFinite(factor)) return this.set_view(...this.ends);
    if (about < a || about > b) about = (a + b) / 2;
    this.set_view(about - (about - a) * factor, about + (b - about) * factor);
  }

  pan(share) {
    const [a, b] = this.view, by = clamp(share * (b - a), this.ends[0] - a, this.ends[1] - b);
    this.set_view(a + by, b + by);
  }

  include(onset, end) {
    const [a, b] = this.view;
    if (onset < a || end > b) this.set_view((onset + end - (b - a)) / 2, (onset + end + (b - a)) / 2);
    else this.draw();
  }

  listen() {
    const at = e => clamp(this.t(e.clientX - this.plot.getBoundingClientRect().left), ...this.view);
    let drag = null;
    this.plot.addEventListener("pointermove", e => {
      this.tell(at(e));
      if (!drag) return;
      drag.moved = drag.moved || Math.abs(e.clientX - drag.x) > 5;
      if (!drag.moved) return;
      const [a, b] = [drag.t, at(e)].sort((p, q) => p - q).map(t => this.x(t)), box = $(".drag", this.svg);
      box.setAttribute("x", a);
      box.setAttribute("width", b - a);
    });
    this.plot.addEventListener("pointerleave", () => this.tell(this.cursor));
    this.plot.addEventListener("pointerdown", e => {
      if (e.button !== 0 || e.pointerType === "touch") return;
      drag = { x: e.clientX, t: at(e), moved: false, target: e.target };
      this.plot.setPointerCapture(e.pointerId);
    });
    this.plot.addEventListener("pointerup", e => {
      if (!drag) return;
      const { t, moved, target } = drag, to = at(e);
      drag = null;
      if (!moved) return this.click(target, to);
      $(".drag", this.svg).setAttribute("width", 0);
      const [a, b] = [t, to].sort((p, q) => p - q);
      if (e.shiftKey) add_event(this.section, a, b, this.lane_at(e));
      else this.set_view(a, b);
    });
    this.plot.addEventListener("pointercancel", () => { drag = null; });
    this.plot.addEventListener("click", e => { if (e.pointerType === "touch") this.click(e.target, at(e)); });
    this.plot.addEventListener("dblclick", () => this.zoom(Infinity));
    this.plot.addEventListener("wheel", e => {
      if (!e.ctrlKey && document.activeElement !== this.plot) return;
      e.preventDefault();
      if (Math.abs(e.deltaX) > Math.abs(e.deltaY)) this.pan(Math.sign(e.deltaX) * 0.1);
      else this.zoom(e.deltaY > 0 ? 1.25 : 0.8, at(e));
    }, { passive: false });
  }

  lane_at(e) {
    return clamp(Math.floor((e.clientY - this.plot.getBoundingClientRect().top) / (ABOVE + LANE)), 0, this.lanes.length - 1);
  }

  click(target, t) {
    this.plot.focus({ preventScroll: true });
    const event = target.dataset && target.dataset.e !== undefined ? events.find(e => e.id === Number(target.dataset.e)) : null;
    if (event) return select(event, true);
    this.section.player.seek(t);
  }
}

// ------------------------------------------------------------------------------------------------------ table and panel
const posters = new Map();

function poster_of(index) {
  if (!posters.has(index)) {
    const image = document.getElementById("poster-" + index);
    const picture = new Image();
    posters.set(index, image ? new Promise(done => {
      const box = ["x", "y", "width", "height"].map(a => Number(image.getAttribute(a)));
      picture.onload = () => done({ picture, box });
      picture.onerror = () => done(null);
      picture.src = image.getAttribute("href");
    }) : Promise.resolve(null));
  }
  return posters.get(index);
}

// The motion at the event's peak, cell by cell, over the first picture of the clip.
function thumbnail(event) {
  const [cols, rows, x, y, w, h] = region_of(event).grid, width = 76, height = clamp(Math.round(width * h / w), 24, 64);
  const canvas = make("canvas", { width: 2 * width, height: 2 * height, style: `width:${width}px;height:${height}px`, role: "img",
    "aria-label": "Motion at the peak of the event" });
  poster_of(event.clip).then(poster => {
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#0b0e12";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    if (poster) {
      const [px, py, pw, ph] = poster.box, sx = poster.picture.naturalWidth / pw, sy = poster.picture.naturalHeight / ph;
      pen.drawImage(poster.picture, (x - px) * sx, (y - py) * sy, w * sx, h * sy, 0, 0, canvas.width, canvas.height);
    }
    const cw = canvas.width / cols, ch = canvas.height / rows;
    for (let k = 0; k < event.cells.length; ++k) {
      const share = DIGIT[event.cells.charCodeAt(k)] / 63;
      pen.fillStyle = `rgba(255,176,0,${0.75 * share})`;
      if (share > 0.1) pen.fillRect(k % cols * cw, Math.floor(k / cols) * ch, cw, ch);
    }
  });
  return canvas;
}

function badge(kind) {
  const [, words, letter, colour, ink] = KINDS[kind];
  return [make("span", { class: "k", style: `background:${colour};color:${ink}` }, letter), words];
}

class Section {
  constructor(root, index) {
    this.root = root;
    this.index = index;
    this.clip = data.clips[index];
    sections[index] = this;
    this.chart = this.clip.frames > 1 && $(".live", root) ? new Chart(this.clip, root, this) : null;
    if (!this.chart) return;
    this.player = new Player(this.clip, root, this.chart);
    this.rows = new Map();
    this.looks = new WeakMap();  // what each row shows
    this.prepare_table();
    this.panel = this.make_panel();
    root.addEventListener("keydown", e => this.key(e));
    all(".map [data-e]", root).forEach(dot => dot.addEventListener("click", () => select(events[Number(dot.dataset.e)], true)));
  }

  prepare_table() {
    this.body = $(".events tbody", this.root);
    if (!this.body) {
      const named = this.clip.regions.length > 1;
      const table = make("table", {}, make("thead", {}, make("tr", {}, make("th", {}, "#"), ...(named ? [make("th", { class: "t" }, "region")] : []),
        make("th", {}, "onset"), make("th", { class: "t" }, "kind"), make("th", {}, "duration"))), this.body = make("tbody"));
      this.table_box = make("div", { class: "wide scroll events", hidden: true }, table);
      this.panel_place().after(this.table_box);
    }
    this.columns = $("tr", this.body.parentElement.tHead).cells.length;
    const head = $("tr", this.body.parentElement.tHead);
    head.cells[0].after(make("th", { class: "t" }, "motion", make("small", {}, "at the peak")));
    head.append(make("th", { class: "t" }, "review"));
    for (const row of all("tr[data-e]", this.body)) this.adopt(events[Number(row.dataset.e)], row);
  }

  panel_place() { return $(".stage", this.root); }

  adopt(event, row) {
    row.cells[0].after(make("td", { class: "t" }, event.cells ? thumbnail(event) : ""));
    row.append(make("td", { class: "t decision" }, make("span", { class: "said" }),
      make("button", { type: "button", class: "small", "aria-label": "Accept", title: "Accept (A)", onclick: e => { e.stopPropagation(); select(event); decide(event, "accepted"); } }, "\u2713"),
      make("button", { type: "button", class: "small", "aria-label": "Reject", title: "Reject (R)", onclick: e => { e.stopPropagation(); select(event); decide(event, "rejected"); } }, "\u2717")));
    row.addEventListener("click", e => { if (!e.target.closest("button,input,select")) { select(event, true); row.focus({ preventScroll: true }); } });
    this.rows.set(event, row);
  }

  row_for(event) {
    if (this.rows.has(event)) return;
    const named = this.clip.regions.length > 1, region = region_of(event);
    const row = make("tr", {}, make("td", {}, event.number === null ? "+" : String(event.id + 1)),
      ...(named ? [make("td", { class: "t" }, make("span", { class: "dot", style: "background:" + region.colour }), region.name)] : []),
      make("td"), make("td", { class: "t" }), make("td"));
    while (row.cells.length < this.columns) row.append(make("td", {}, "\u2013"));
    this.adopt(event, row);
  }

  // Rows of these events in this order, and no others.
  place_rows(list) {
    const wanted = new Set(list);
    for (const [event, row] of [...this.rows]) if (!wanted.has(event)) { row.remove(); this.rows.delete(event); }
    list.forEach(event => this.row_for(event));
    const rows = list.map(event => this.rows.get(event)), now = this.body.children;
    rows.forEach((row, i) => { if (now[i] !== row) this.body.insertBefore(row, now[i] || null); });
  }

  show_rows() {
    const list = in_order(this.index);
    if (this.table_box) this.table_box.hidden = list.length === 0;
    const order = list.map(e => e.id).join();
    if (order !== this.order || list.some(e => !this.rows.has(e))) this.place_rows(list);
    this.order = order;
    const named = this.clip.regions.length > 1 ? 1 : 0;
    list.forEach((event, i) => {
      const row = this.rows.get(event), on = event === selected, first = (!selected || selected.clip !== this.index) && i === 0;
      const look = [event.kind, event.decision, event.note, event.onset, event.end, on, first].join("|");
      if (look === this.looks.get(row)) return;
      this.looks.set(row, look);
      row.className = (counts(event) ? "f " : "") + (event.decision === "rejected" ? "off " : "") + (on ? "on" : "");
      row.tabIndex = on || first ? 0 : -1;
      if (on) row.setAttribute("aria-current", "true"); else row.removeAttribute("aria-current");
      row.cells[2 + named].textContent = fixed(event.onset, 2);
      const kind = row.cells[3 + named];
      if (kind.dataset.kind !== String(event.kind) || event.decision === "added") {
        const sure = Number.isFinite(event.confidence) ? [" ", make("span", { class: "c" }, fixed(event.confidence, 2))] : [];
        kind.replaceChildren(...badge(event.kind), ...sure);
        kind.dataset.kind = event.kind;
      }
      if (event.decision === "added") row.cells[4 + named].textContent = fixed(event.end - event.onset, 2);
      const said = DECISIONS[event.decision] + (event.decision === "relabelled" ? KINDS[event.kind][1] : "") + (event.note ? " \u270e" : "");
      $(".said", row).textContent = said;
      $(".said", row).title = event.note;
    });
  }

  make_panel() {
    const index = this.index, panel = {};
    const button = (words, key, act) => make("button", { type: "button", title: `Key ${key}`, onclick: act }, words, " ", make("kbd", {}, key));
    const mine = () => selected && selected.clip === index ? selected : null;
    panel.kind = make("select", { "aria-label": "Kind of the event", onchange: () => relabel(mine(), Number(panel.kind.value)) });
    KINDS.forEach((kind, i) => panel.kind.append(make("option", { value: i }, `${i + 1} ${kind[1]}`)));
    panel.note = make("input", { type: "text", "aria-label": "Note on the event", placeholder: "note", maxlength: "500", onchange: () => set_note(mine(), panel.note.value) });
    const time = label => make("input", { type: "number", step: "0.01", min: "0", "aria-label": label,
      onchange: () => set_time(mine(), Number(panel.onset.value), Number(panel.end.value)) });
    panel.onset = time("Onset of the added event, s");
    panel.end = time("End of the added event, s");
    panel.times = make("span", { class: "times" }, panel.onset, " to ", panel.end, " s ", make("button", { type: "button", title: "Key Delete", onclick: () => remove(mine()) }, "Remove"));
    panel.what = make("strong", { class: "what" });
    panel.reviewer = make("input", { type: "text", "aria-label": "Reviewer", placeholder: "reviewer (optional)", maxlength: "100", autocomplete: "name",
      onchange: () => change("Name kept.", () => { review.reviewer = panel.reviewer.value; }) });
    panel.sum = make("p", { class: "sum" });
    panel.status = make("p", { class: "status", role: "status" });
    panel.on_event = make("div", { class: "bar on-event" }, panel.what,
      button("Play", "P", () => mine() && play_event(mine())), button("Accept", "A", () => decide(mine(), "accepted")),
      button("Reject", "R", () => decide(mine(), "rejected")), panel.kind, panel.times, panel.note);
    const opened = make("input", { type: "file", accept: ".json,application/json", class: "hidden", tabindex: "-1", "aria-label": "Review in JSON",
      onchange: () => { if (opened.files.length) opened.files[0].text().then(open_review); opened.value = ""; } });
    const box = make("section", { class: "review", "aria-label": "Review" }, make("h3", {}, "Review"), panel.sum,
      make("div", { class: "bar" }, button("Previous", "K", () => step(-1, index, true)), button("Next", "J", () => step(1, index, true)),
        button("Add at the cursor", "N", () => add_event(this, this.chart.cursor)), button("Undo", "Z", undo)),
      panel.on_event,
      make("div", { class: "bar" }, panel.reviewer, make("button", { type: "button", class: "export-csv", onclick: () => download(".csv", "text/csv", review_csv()) }, "Export CSV"),
        make("button", { type: "button", class: "export-json", onclick: () => download(".json", "application/json", review_json()) }, "Export JSON"),
        make("button", { type: "button", onclick: () => opened.click() }, "Open a review\u2026"), opened),
      panel.status,
      make("p", { class: "soft keys" }, "Keys, while trace, table or review have the focus: ", ...[["J", "next"], ["K", "previous"], ["P", "play"], ["A", "accept"], ["R", "reject"],
        ["1\u20135", "kind"], ["N", "add"], ["E", "note"], ["Z", "undo"], ["Space", "video"]].flatMap(([key, words], i) => [i ? ", " : "", make("kbd", {}, key), " " + words]), "."));
    this.panel_place().after(panel.box = box);
    return panel;
  }

  show_panel() {
    const panel = this.panel, mine = selected && selected.clip === this.index ? selected : null;
    panel.on_event.classList.toggle("idle", !mine);
    for (const control of all("button,input,select", panel.on_event)) control.disabled = !mine;
    panel.what.textContent = mine ? name_of(mine) + (DECISIONS[mine.decision] ? ", " + mine.decision : "") : "No event chosen";
    panel.kind.value = String(mine ? mine.kind : 0);
    panel.note.value = mine ? mine.note : "";
    panel.times.hidden = !mine || mine.decision !== "added";
    if (!panel.times.hidden) { panel.onset.value = String(mine.onset); panel.end.value = String(mine.end); }
    panel.reviewer.value = review.reviewer;
    panel.sum.replaceChildren(this.sum(), make("span", { class: "hint" }, " \u201cfasc bursts --reviewed\u201d takes the export back, with intervals and agreement."));
    panel.box.classList.toggle("untouched", !in_order(this.index).some(e => e.decision !== "unreviewed"));
    const lost = review.kept ? "" : "This browser keeps nothing: export the review before you close the page. ";
    panel.status.textContent = lost + review.message + (review.changed ? " Not exported yet." : "");
  }

  sum() {
    const list = in_order(this.index), done = list.filter(e => e.decision !== "unreviewed").length;
    const parts = this.clip.regions.map((region, r) => {
      const here = list.filter(e => e.region === r), now = here.filter(counts).length, before = here.filter(e => e.automatic === 0).length;
      const rate = n => region.observed_s > 0 ? fixed(60 * n / region.observed_s, 1) + "/min" : "no rate";
      return `${region.name} ${now} fasciculation${now === 1 ? "" : "s"}, ${rate(now)}` + (now === before ? "" : ` (found: ${before}, ${rate(before)})`);
    });
    return `${done} of ${list.length} events reviewed. Counted now: ${parts.join("; ")}.`;
  }

  show() {
    if (!this.chart) return;
    this.show_rows();
    this.show_panel();
    this.chart.draw();
  }

  key(e) {
    const typing = e.target.closest("input,select,textarea");
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    if (typing) {
      if (e.key === "Escape" || e.key === "Enter" && typing.type === "text") { e.target.blur(); this.chart.plot.focus({ preventScroll: true }); }
      return;
    }
    const mine = selected && selected.clip === this.index ? selected : null, button = e.target.closest("button,summary,a,video");
    const on_plot = e.target === this.chart.plot, on_row = e.target.closest("tr"), { chart, player, panel } = this;
    const move = by => { step(by, this.index, false); const row = on_row && this.rows.get(selected); if (row) row.focus({ preventScroll: true }); };
    const acts = {
      j: () => step(1, this.index, true), k: () => step(-1, this.index, true), p: () => mine && play_event(mine), a: () => decide(mine, "accepted"), r: () => decide(mine, "rejected"),
      n: () => add_event(this, chart.cursor), z: undo, e: () => mine && panel.note.focus(), Delete: () => remove(mine),
      "+": () => chart.zoom(0.5), "=": () => chart.zoom(0.5), "-": () => chart.zoom(2), "0": () => chart.zoom(Infinity) };
    for (let i = 0; i < KINDS.length; ++i) acts[String(i + 1)] = () => relabel(mine, i);
    if (!button) acts[" "] = () => player.toggle();
    if (on_row && !button) Object.assign(acts, { ArrowDown: () => move(1), ArrowUp: () => move(-1), Enter: () => { const event = [...this.rows].find(([, row]) => row === on_row); if (event) select(event[0], true); } });
    if (on_plot) Object.assign(acts, {
      ArrowLeft: () => player.seek(e.shiftKey ? chart.cursor - 1 : chart.frame_time(-1)), ArrowRight: () => player.seek(e.shiftKey ? chart.cursor + 1 : chart.frame_time(1)),
      Home: () => player.seek(chart.ends[0]), End: () => player.seek(chart.ends[1]), Enter: () => mine && play_event(mine) });
    const act = acts[e.key.length === 1 ? e.key.toLowerCase() : e.key];
    if (!act) return;
    e.preventDefault();
    act();
  }
}

function say(message) {
  review.message = message;
  show();
}

function show() {
  for (const section of sections) section.show();
  for (const dot of all(".map [data-e]")) {
    const event = events[Number(dot.dataset.e)];
    dot.classList.toggle("off", !event || !counts(event));
    dot.classList.toggle("on", event === selected);
  }
}

restore();
all("section.work").forEach((root, i) => new Section(root, i));
show();
document.documentElement.classList.add("js");
addEventListener("beforeprint", () => sections.forEach(s => { if (s.chart) { s.chart.view = s.chart.ends.slice(); s.chart.draw(940); } }));
addEventListener("afterprint", () => sections.forEach(s => s.chart && s.chart.draw()));
})();
