"""The page's side of the region picker (anywidget): a picture with a region that is drawn and moved by mouse, pen or finger. Fetches nothing."""

STYLE = """
.fasc-picker{font:13px sans-serif;max-width:100%;user-select:none;-webkit-user-select:none}
.fasc-picker .bar{display:flex;flex-wrap:wrap;gap:6px 16px;margin:0 0 6px}
.fasc-picker .group{display:flex;gap:6px}
.fasc-picker button{font:inherit;padding:2px 10px;border:1px solid #8888;border-radius:4px;background:transparent;color:inherit;cursor:pointer}
.fasc-picker button[aria-pressed=true]{background:#0072B2;color:#fff;border-color:#0072B2}
.fasc-picker svg{display:block;max-width:100%;height:auto;background:#000;touch-action:none;cursor:crosshair}
.fasc-picker .handle{cursor:move}
.fasc-picker .said{margin-top:4px;min-height:1.3em}
"""

SCRIPT = r"""
const NS = "http://www.w3.org/2000/svg";
const node = (name, attributes, parent) => {
  const made = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (parent) parent.appendChild(made);
  return made;
};
const button = (words, parent, act) => {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = words;
  made.addEventListener("click", act);
  parent.appendChild(made);
  return made;
};

function render({ model, el }) {
  const width = model.get("width"), height = model.get("height");
  el.classList.add("fasc-picker");
  const box = (name, parent) => {
    const made = document.createElement("div");
    made.className = name;
    return parent.appendChild(made);
  };
  const bar = box("bar", el), of_modes = box("group", bar), of_pictures = box("group", bar);
  const svg = node("svg", { viewBox: `0 0 ${width} ${height}`, width: Math.max(480, Math.min(900, width)), role: "img", "aria-label": "picture of the clip" });
  el.appendChild(svg);
  const picture = node("image", { x: 0, y: 0, width, height, preserveAspectRatio: "none" }, svg);
  const shape = node("g", {}, svg);
  const said = box("said", el);

  const modes = {};
  for (const mode of ["rectangle", "polygon"])
    modes[mode] = button(mode, of_modes, () => { open = []; model.set("mode", mode); model.save_changes(); draw(); });
  const shows = {};
  for (const [name, words] of [["mean", "mean picture"], ["motion", "largest change"]])
    shows[name] = button(words, of_pictures, () => { model.set("shown", name); model.save_changes(); draw(); });
  button("clear", bar, () => { open = []; put([]); });

  let open = [];        // corners of a polygon that is not closed yet
  let drag = null;      // what the pointer holds: {corner, opposite} of what is drawn, or {from, before} of a new rectangle
  const clamp = (value, most) => Math.min(most, Math.max(0, Math.round(value * 10) / 10));
  const at = (event) => {
    const seen = svg.getBoundingClientRect();
    return [clamp((event.clientX - seen.left) * width / seen.width, width), clamp((event.clientY - seen.top) * height / seen.height, height)];
  };
  const put = (points) => { model.set("points", points); model.save_changes(); draw(); };
  const unit = () => width / Math.max(1, svg.getBoundingClientRect().width || width);  // px of the picture per px of the page
  const rectangle = ([x1, y1], [x2, y2]) => {
    const [l, r] = [Math.min(x1, x2), Math.max(x1, x2)], [t, b] = [Math.min(y1, y2), Math.max(y1, y2)];
    return [[l, t], [r, t], [r, b], [l, b]];
  };
  const axes_parallel = (p) => p.length === 4 && p[0][1] === p[1][1] && p[1][0] === p[2][0] && p[2][1] === p[3][1] && p[3][0] === p[0][0];

  function draw() {
    picture.setAttribute("href", model.get("shown") === "motion" ? model.get("motion_url") : model.get("mean_url"));
    for (const mode in modes) modes[mode].setAttribute("aria-pressed", model.get("mode") === mode);
    for (const name in shows) shows[name].setAttribute("aria-pressed", model.get("shown") === name);
    shape.replaceChildren();
    const u = unit(), points = open.length ? open : model.get("points");
    if (points.length) {
      const text = points.map((p) => p.join(",")).join(" ");
      const name = open.length ? "polyline" : "polygon";
      for (const [stroke, w, fill] of [["#000", 4, "none"], ["#FF7F2A", 2, open.length ? "none" : "#FF7F2A1A"]])
        node(name, { points: text, fill, stroke, "stroke-width": w * u, "stroke-linejoin": "round", class: "outline" }, shape);
      points.forEach(([x, y], i) => {
        const handle = node("circle", { cx: x, cy: y, r: 6 * u, fill: "#fff", stroke: "#000", "stroke-width": u, class: "handle", "data-corner": i }, shape);
        handle.addEventListener("pointerdown", (event) => {
          if (open.length || event.button !== 0) return;
          drag = { corner: i, opposite: axes_parallel(points) ? points[(i + 2) % 4] : null };
          event.preventDefault();
          event.stopPropagation();
          svg.setPointerCapture(event.pointerId);
        });
      });
    }
    const done = model.get("points");
    if (open.length) said.textContent = `${open.length} corners; click the first again, or double click, to close`;
    else if (!done.length) said.textContent = model.get("mode") === "rectangle" ? "drag a rectangle over the muscle" : "click the corners of the muscle";
    else {
      const xs = done.map((p) => p[0]), ys = done.map((p) => p[1]);
      const w = Math.max(...xs) - Math.min(...xs), h = Math.max(...ys) - Math.min(...ys);
      said.textContent = `${axes_parallel(done) ? "rectangle" : done.length + " corners"}, from ${Math.min(...xs)}, ${Math.min(...ys)}: ${w.toFixed(1)} × ${h.toFixed(1)} px`;
    }
  }

  const close_polygon = () => {
    if (open.length >= 3) { const points = open; open = []; put(points); }
  };
  svg.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;  // the others are the host's: its menu
    event.preventDefault();
    const here = at(event);
    if (model.get("mode") === "rectangle") {
      drag = { from: here, before: model.get("points") };
      svg.setPointerCapture(event.pointerId);
      return;
    }
    const near = (p) => Math.hypot(p[0] - here[0], p[1] - here[1]) < 9 * unit();
    if (open.length >= 3 && (near(open[0]) || near(open[open.length - 1]))) return close_polygon();
    if (open.length && near(open[open.length - 1])) return;
    open.push(here);
    draw();
  });
  svg.addEventListener("pointermove", (event) => {
    if (!drag) return;
    const here = at(event);
    if (drag.from) return put(rectangle(drag.from, here));
    if (drag.opposite) return put(rectangle(drag.opposite, here));
    const points = model.get("points").map((p) => [...p]);
    points[drag.corner] = here;
    put(points);
  });
  svg.addEventListener("pointerup", (event) => {
    if (drag && drag.from && Math.hypot(drag.from[0] - at(event)[0], drag.from[1] - at(event)[1]) < 4) put(drag.before);  // a click draws nothing
    drag = null;
  });
  svg.addEventListener("pointercancel", () => { drag = null; });
  svg.addEventListener("dblclick", close_polygon);
  for (const key of ["points", "mode", "shown"]) model.on(`change:${key}`, draw);
  const resized = new ResizeObserver(draw);  // the first draw comes before the page knows the picture's size: corners keep their size on the page
  resized.observe(svg);
  draw();
  return () => resized.disconnect();
}
export default { render };
"""
