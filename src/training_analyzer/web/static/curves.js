// Drawings that answer: one cursor through all curves of a page, zoom, and the place on the route.
// Numbers and words come with the page. Without uPlot the drawings stay as they are.
"use strict";

(() => {
  if (!window.uPlot) return;
  const CLOCK = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600];
  const STEPS = 100, CLOSEST = 1 / 50, NARROW_PX = 560, DRAG_PX = 6, MARK_PX = 74, DAY_MARK_PX = 84;
  const MINUTE = 60, HALF_HOUR = 1800, DAY = 86400, FIRST_DAY_STEP = CLOCK.indexOf(300);

  // Of the whole page, in the unit of its axis: where the cursor is, and what part is shown.
  let figures = [], at = null, zoom = null;

  const element = (name, look, text = "") =>
    Object.assign(document.createElement(name), { className: look, textContent: text });
  const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
  const stopwatch = (seconds) => {
    const whole = Math.round(seconds), two = (n) => String(n).padStart(2, "0");
    const hours = Math.floor(whole / 3600), minutes = Math.floor(whole / MINUTE) % 60;
    return hours ? `${hours}:${two(minutes)}:${two(whole % MINUTE)}` : `${minutes}:${two(whole % MINUTE)}`;
  };

  // How the axis below is told and where its marks stand; by the person's numbers and clock.
  const writer = ({ locale, axis }) => {
    const number = (value, digits = 0) => new Intl.NumberFormat(locale, {
      minimumFractionDigits: digits, maximumFractionDigits: digits,
    }).format(value);
    const clock = new Intl.DateTimeFormat(locale, { timeStyle: "short", timeZone: "UTC" });
    // Seconds of the person's clock, which may jump at night.
    const local = (second) => second + axis.offsets.findLast(([from]) => from <= second)[1];
    const say = {
      far: (value) => `${number(value, 2)} ${axis.unit}`,
      timer: stopwatch,
      clock: (value) => clock.format(local(value) * 1000),
    };
    const far = (plot, marks, _, __, step) => {
      const digits = step >= 1 ? 0 : step >= 0.1 ? 1 : 2;
      return marks.map((value, k) => k ? number(value, digits) : `${number(value, digits)} ${axis.unit}`);
    };
    const hours = (plot, _, low, high) => {
      const most = plot.bbox.width / devicePixelRatio / DAY_MARK_PX;
      const step = CLOCK.slice(FIRST_DAY_STEP).find((each) => (high - low) / each <= most) ?? DAY / 2;
      const beat = Math.min(step, HALF_HOUR / 2), marks = [];
      // The clocks of some places stand a quarter of an hour beside those of others.
      for (let second = Math.ceil(low / beat) * beat; second <= high; second += beat) {
        if (local(second) % step === 0) marks.push(second);
      }
      return marks;
    };
    const marks = {
      far: { values: far, space: MARK_PX },
      timer: { values: (_, all) => all.map(stopwatch), incrs: CLOCK, space: MARK_PX },
      clock: { values: (_, all) => all.map(say.clock), splits: hours },
    }[axis.kind];
    return { number, marks, say: say[axis.kind], also: say[{ far: "timer", timer: "far" }[axis.kind]] };
  };

  // Move the cursor, of all figures; null takes it away.
  const point = (place, source = null) => {
    at = place;
    for (const figure of figures) figure.show(source);
  };
  const show = (low, high, [first, last]) => {
    const least = (last - first) * CLOSEST, missing = Math.max(0, least - (high - low)) / 2;
    const size = high - low + 2 * missing, start = clamp(low - missing, first, last - size);
    zoom = size >= last - first ? null : [start, start + size];
    for (const figure of figures) figure.zoomed();
    point(at);
  };
  const whole = () => {
    zoom = null;
    for (const figure of figures) figure.zoomed();
  };

  class Figure {
    constructor(script) {
      this.data = JSON.parse(script.textContent);
      this.write = writer(this.data);
      this.rooms = script.parentElement.querySelectorAll(":scope > .chart");
      this.build(script);
      this.draw();
      for (const room of this.rooms) room.hidden = true;
      new ResizeObserver(() => this.resize()).observe(this.box);
    }

    get span() { return this.data.axis.span; }
    get view() { return zoom ?? this.span; }
    get isNarrow() { return this.box.clientWidth < NARROW_PX; }

    build(script) {
      const { words, panels } = this.data, picture = this.rooms[0].firstElementChild;
      const told = [...picture.children].filter((child) => /^(title|desc)$/.test(child.tagName));
      this.box = element("div", "curves");
      this.probe = this.box.appendChild(element("span", "curves-ink"));
      const bar = this.box.appendChild(element("div", "curves-bar"));
      this.cursor = bar.appendChild(element("p", "curves-at"));
      const keys = bar.appendChild(element("p", "vh", words.keys));
      keys.id = `curves-keys-${figures.length}`;
      const named = { role: "slider", tabindex: 0, "aria-label": words.cursor, "aria-describedby": keys.id };
      for (const [name, value] of Object.entries(named)) this.cursor.setAttribute(name, value);
      this.closer = bar.appendChild(this.button(words.closer, () => this.closeUp(0.5)));
      this.all = bar.appendChild(this.button(words.all, () => { whole(); this.cursor.focus(); }));
      this.plots = this.box.appendChild(element("div", "curves-plots"));
      this.plots.setAttribute("role", "img");
      this.plots.setAttribute("aria-label", told.map((child) => child.textContent).join(". "));
      this.panels = panels.map((panel) => this.panel(panel));
      this.cursor.addEventListener("keydown", (event) => this.key(event));
      script.before(this.box);
    }

    button(words, act) {
      const made = element("button", "btn sm", words);
      made.type = "button";
      made.addEventListener("click", act);
      return made;
    }

    panel(panel) {
      const row = this.plots.appendChild(element("div", "curve"));
      const place = row.appendChild(element("div", "curve-plot"));
      const says = row.appendChild(element("div", "curve-says"));
      const values = panel.lines.map((line) => {
        const entry = says.appendChild(element("p", ""));
        if (panel.lines.length > 1) {
          entry.appendChild(element("i", "curve-mark")).style.background = `var(--${line.ink})`;
        }
        entry.append(element("span", "", line.name));
        return entry.appendChild(element("b", "", line.summary));
      });
      const table = panel.lines[0].at
        ? uPlot.join(panel.lines.map((line) => [line.at, line.values]))
        : [this.data.at, ...panel.lines.map((line) => line.values)];
      const told = panel.timed ? stopwatch : this.write.number;
      return { ...panel, place, values, table, told, plot: null };
    }

    // A colour of the page as the canvas understands it, mixed with nothing where *share* is less.
    ink(name, share = 100) {
      this.probe.style.color = `color-mix(in srgb, var(--${name}) ${share}%, transparent)`;
      return getComputedStyle(this.probe).color;
    }

    draw() {
      this.font = `11px ${getComputedStyle(this.box).fontFamily}`;
      const pen = document.createElement("canvas").getContext("2d");
      pen.font = this.font;
      const widest = this.panels.flatMap((panel) => panel.range.map((end) => panel.told(end)));
      this.side = 10 + Math.ceil(Math.max(...widest.map((words) => pen.measureText(words).width)));
      for (const panel of this.panels) {
        panel.plot?.destroy();
        panel.plot = new uPlot(this.options(panel), panel.table, panel.place);
        this.listen(panel.plot);
      }
      this.zoomed();
      this.show();
    }

    size(panel) {
      const tall = panel.tall[this.isNarrow ? 0 : 1], isLast = panel === this.panels.at(-1);
      return { width: panel.place.clientWidth, height: this.above(panel) + tall + (isLast ? 26 : 6) };
    }

    // Room above the first panel is for the names of shaded parts.
    above(panel) {
      const hasNames = panel === this.panels[0] && this.data.shades.some((shade) => shade[2]);
      return hasNames || !this.isNarrow ? 24 : 8;
    }

    options(panel) {
      const words = { stroke: () => this.ink("text-3"), font: this.font, gap: 6 };
      const rule = (colour) => ({ show: true, width: 1, stroke: () => this.ink(colour), size: 4 });
      const isLast = panel === this.panels.at(-1);
      return {
        ...this.size(panel),
        padding: [this.above(panel), 14, isLast ? 0 : 6, 0],
        legend: { show: false },
        scales: {
          x: { time: false, range: () => this.view },
          y: { range: panel.range, dir: panel.down ? -1 : 1 },
        },
        axes: [
          { ...words, ...this.write.marks, show: isLast, size: 26, grid: { show: false }, ticks: rule("line"), border: rule("line") },
          {
            ...words, size: this.side, space: 30, grid: rule("hair"), ticks: { show: false }, values: (_, all) => all.map((value) => panel.told(value)),
            ...(panel.timed && { incrs: CLOCK }),
          },
        ],
        series: [{}, ...panel.lines.map((line, k) => this.series(line, panel.table[k + 1]))],
        cursor: {
          y: false,
          drag: { x: true, y: false, setScale: false, dist: DRAG_PX },
          points: { size: 9, width: 2, stroke: () => this.ink("surface"), fill: (_, k) => this.ink(panel.lines[k - 1].ink) },
          bind: { dblclick: () => () => whole() },
        },
        hooks: {
          setSelect: [(plot) => this.dragged(plot)],
          drawClear: [(plot) => this.paint(plot, panel, this.shade)],
          draw: [(plot) => { this.place(plot); if (panel.peak) this.paint(plot, panel, this.peak); }],
        },
      };
    }

    series(line, column) {
      // A lone value between two gaps is a dot.
      const lone = column.flatMap((value, k) => value != null && column[k - 1] == null && column[k + 1] == null ? [k] : []);
      const ink = () => this.ink(line.ink);
      return {
        stroke: ink, width: 1.5, ...(line.area && { fill: () => this.ink(line.ink, 14) }),
        points: { show: true, size: 3, width: 0, fill: ink, filter: () => lone },
      };
    }

    // uPlot remembers how it left the pen.
    paint(plot, panel, what) {
      plot.ctx.save();
      what.call(this, plot, panel);
      plot.ctx.restore();
    }

    shade(plot, panel) {
      const { ctx, bbox } = plot, dot = devicePixelRatio, isFirst = panel === this.panels[0];
      const isLast = panel === this.panels.at(-1), top = isFirst ? bbox.top - 6 * dot : 0;
      const [low, high] = this.view;
      let free = 0;
      for (const [from, to, name] of this.data.shades) {
        if (to <= low || from >= high) continue;
        const [left, right] = [Math.max(from, low), Math.min(to, high)].map((end) => plot.valToPos(end, "x", true));
        ctx.fillStyle = this.ink("sunken");
        ctx.fillRect(left, top, right - left, (isLast ? bbox.top + bbox.height : ctx.canvas.height) - top);
        if (!isFirst || !name) continue;
        ctx.font = this.font.replace("11px", `${11 * dot}px`);
        const size = ctx.measureText(name).width;
        const start = clamp((left + right - size) / 2, 0, ctx.canvas.width - size);
        if (start < free) continue;
        free = start + size + 8 * dot;
        Object.assign(ctx, { fillStyle: this.ink("text-3"), textAlign: "left", textBaseline: "alphabetic" });
        ctx.fillText(name, start, top - 5 * dot);
      }
    }

    // The highest value has its name.
    peak(plot, panel) {
      const [low, high] = this.view, [places, column] = panel.table, dot = devicePixelRatio;
      const best = column.reduce((most, value, k) => value > (column[most] ?? -Infinity) ? k : most, 0);
      if (places[best] < low || places[best] > high) return;
      const { ctx, bbox } = plot, words = panel.told(column[best]);
      const x = plot.valToPos(places[best], "x", true), y = plot.valToPos(column[best], "y", true);
      Object.assign(ctx, {
        font: this.font.replace("11px", `600 ${12 * dot}px`), textAlign: "center", textBaseline: "alphabetic",
        lineWidth: 4 * dot, lineJoin: "round", strokeStyle: this.ink("surface"), fillStyle: this.ink("text"),
      });
      const half = ctx.measureText(words).width / 2;
      const middle = clamp(x, bbox.left + half, bbox.left + bbox.width - half);
      ctx.strokeText(words, middle, y - 9 * dot);
      ctx.fillText(words, middle, y - 9 * dot);
      Object.assign(ctx, { lineWidth: 2 * dot, strokeStyle: this.ink(panel.lines[0].ink), fillStyle: this.ink("surface") });
      ctx.beginPath();
      ctx.arc(x, y, 4 * dot, 0, 2 * Math.PI);
      ctx.fill();
      ctx.stroke();
    }

    listen(plot) {
      const over = plot.over;
      const under = (event) => {
        const left = clamp(event.clientX - over.getBoundingClientRect().left, 0, over.clientWidth);
        point(plot.data[0][plot.valToIdx(plot.posToVal(left, "x"))], event.type === "mousemove" ? plot : null);
      };
      over.addEventListener("mousemove", under);
      // A finger that goes sideways moves the cursor, one that goes up or down scrolls the page.
      for (const name of ["pointerdown", "pointermove"]) {
        over.addEventListener(name, (event) => { if (event.pointerType === "touch") under(event); });
      }
      over.addEventListener("mouseleave", (event) => {
        if (!event.buttons) point(document.activeElement === this.cursor ? at : null);
      });
      over.addEventListener("click", () => this.cursor.focus({ preventScroll: true }));
    }

    dragged(plot) {
      const { left, width } = plot.select;
      if (width < DRAG_PX) return;
      plot.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
      show(plot.posToVal(left, "x"), plot.posToVal(left + width, "x"), this.span);
    }

    // Half as much, or twice as much, around the cursor.
    closeUp(factor) {
      const [low, high] = this.view, middle = at ?? (low + high) / 2;
      show(middle - (middle - low) * factor, middle + (high - middle) * factor, this.span);
    }

    key(event) {
      const [low, high] = this.view, step = (high - low) / STEPS;
      const by = { ArrowRight: step, ArrowUp: step, ArrowLeft: -step, ArrowDown: -step, PageUp: 10 * step, PageDown: -10 * step }[event.key];
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      if (by) this.move(by);
      else if (event.key === "Home") this.go(0);
      else if (event.key === "End") this.go(Infinity);
      else if (event.key === "+" || event.key === "=") this.closeUp(0.5);
      else if (event.key === "-") this.closeUp(2);
      else if (event.key === "Escape") { whole(); point(null); }
      else return;
      event.preventDefault();
    }

    move(by) {
      const plot = this.panels[0].plot, [low, high] = this.view, from = at ?? (by > 0 ? low : high);
      const next = plot.valToIdx(from + by), is = plot.valToIdx(from);
      this.go(next === is && at !== null ? is + Math.sign(by) : next);
    }

    // Put the cursor onto a sample; what is shown follows it.
    go(index) {
      const places = this.panels[0].table[0], place = places[clamp(index, 0, places.length - 1)];
      const [low, high] = this.view;
      at = place;
      const shift = Math.max(0, place - high) - Math.max(0, low - place);
      if (shift) show(low + shift, high + shift, this.span); else point(place);
    }

    zoomed() {
      const [min, max] = this.view;
      for (const { plot } of this.panels) plot.setScale("x", { min, max });
      this.all.hidden = zoom === null;
    }

    resize() {
      for (const panel of this.panels) {
        const size = this.size(panel);
        if (size.width && size.width !== panel.plot.width) panel.plot.setSize(size);
      }
    }

    place(plot) {
      const [low, high] = this.view, isSeen = at !== null && at >= low && at <= high;
      plot.setCursor({ left: isSeen ? plot.valToPos(at, "x") : -10, top: isSeen ? 0 : -10 }, false);
    }

    // Say what is under the cursor, in words and by the dot on the route.
    show(source = null) {
      const { words, axis } = this.data, { say, also, number } = this.write;
      const index = at === null ? null : this.panels[0].plot.valToIdx(at), told = [];
      for (const panel of this.panels) {
        if (panel.plot !== source) this.place(panel.plot);
        panel.lines.forEach((line, k) => {
          const value = at === null ? null : this.valueOf(panel, k);
          const number_ = value === null ? "–" : panel.timed ? stopwatch(value) : number(value, line.digits);
          const text = at === null ? line.summary : line.shape.replace("{}", number_);
          panel.values[k].textContent = text;
          told.push(`${line.name} ${text}`.trim());
        });
      }
      const hint = matchMedia("(hover: none)").matches ? words.touch : words.hint;
      const place = at === null ? hint : say(at) + (this.data.also ? ` · ${also(this.data.also[index])}` : "");
      this.cursor.textContent = place;
      this.cursor.classList.toggle("is-hint", at === null);
      const said = { valuemin: axis.span[0], valuemax: axis.span[1], valuenow: at ?? axis.span[0], valuetext: [place, ...told].join(", ") };
      for (const [name, value] of Object.entries(said)) this.cursor.setAttribute(`aria-${name}`, value);
      if (this.data.way) this.mark(index);
    }

    // Lines of one panel may have been measured at other times: then the nearest counts.
    valueOf(panel, k) {
      const column = panel.table[k + 1], index = panel.plot.valToIdx(at);
      for (const step of [0, -1, 1, -2, 2]) if (column[index + step] !== undefined) return column[index + step];
      return null;
    }

    mark(index) {
      const [right, down] = this.data.way;
      for (const way of document.querySelectorAll(".way:not(.strong)")) {
        const picture = way.ownerSVGElement;
        if (!picture.getClientRects().length) continue;
        const dot = picture.querySelector(".here") ?? picture.appendChild(document.createElementNS(picture.namespaceURI, "circle"));
        const isThere = index !== null && right[index] !== null, box = way.getBBox();
        dot.setAttribute("class", "here");
        dot.setAttribute("r", isThere ? 7 : 0);
        dot.setAttribute("cx", box.x + box.width * (isThere ? right[index] : 0) / 1000);
        dot.setAttribute("cy", box.y + box.height * (isThere ? down[index] : 0) / 1000);
      }
    }
  }

  const start = () => {
    figures = figures.filter((figure) => figure.box.isConnected);
    for (const script of document.querySelectorAll("script[data-curves]:not([data-drawn])")) {
      script.dataset.drawn = "";
      figures.push(new Figure(script));
    }
  };
  start();
  document.addEventListener("htmx:after:process", start);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    for (const figure of figures) figure.draw();
  });
})();
