// Drawings that answer: one cursor through all curves of a page, zoom, and the place on the route.
// Numbers and words come with the page. Without uPlot the drawings stay as they are.
"use strict";

(() => {
  if (!window.uPlot) return;
  const { stopwatch, writer, CLOCK } = window.curveAxis, { shade, peak } = window.curvePaint;
  const STEPS = 100, CLOSEST = 1 / 50, DRAG_PX = 6, PHONE = matchMedia("(max-width: 44.99em)");

  // Of the whole page, in the unit of its axis: where the cursor is, and what part is shown.
  let figures = [], at = null, zoom = null;

  const element = (name, look, text = "") =>
    Object.assign(document.createElement(name), { className: look, textContent: text });
  const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

  // Move the cursor, of all figures; null takes it away.
  const point = (place) => {
    at = place;
    for (const figure of figures) figure.show();
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

    // A colour of the page as the canvas understands it, paler where *share* is less.
    ink(name, share = 100) {
      const mixed = `color-mix(in srgb, var(--${name}) ${share}%, transparent)`;
      if (!this.inks.has(mixed)) {
        this.probe.style.color = mixed;
        this.inks.set(mixed, getComputedStyle(this.probe).color);
      }
      return this.inks.get(mixed);
    }

    draw() {
      this.inks = new Map();
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
      const tall = panel.tall[PHONE.matches ? 0 : 1], isLast = panel === this.panels.at(-1);
      return { width: panel.place.clientWidth, height: this.above(panel) + tall + (isLast ? 26 : 6) };
    }

    // Room above the first panel is for the names of shaded parts.
    above(panel) {
      const hasNames = panel === this.panels[0] && this.data.shades.some((shade) => shade[2]);
      return hasNames || !PHONE.matches ? 24 : 8;
    }

    options(panel) {
      const words = { stroke: () => this.ink("text-3"), font: this.font, gap: 6 };
      const rule = (colour) => ({ show: true, width: 1, stroke: () => this.ink(colour), size: 4 });
      const isLast = panel === this.panels.at(-1);
      return {
        ...this.size(panel),
        padding: [this.above(panel), 20, isLast ? 0 : 6, 0],
        legend: { show: false },
        scales: {
          x: { time: false, range: () => this.view },
          y: { range: panel.range, dir: panel.down ? -1 : 1 },
        },
        axes: [
          {
            ...words, ...this.write.marks, show: isLast, size: 26,
            grid: { show: false }, ticks: rule("line"), border: rule("line"),
          },
          {
            ...words, ...(panel.timed && { incrs: CLOCK }), size: this.side, space: 30,
            grid: rule("hair"), ticks: { show: false }, values: (_, all) => all.map((value) => panel.told(value)),
          },
        ],
        series: [{}, ...panel.lines.map((line, k) => this.series(line, panel.table[k + 1]))],
        cursor: {
          y: false,
          drag: { x: true, y: false, setScale: false, dist: DRAG_PX },
          points: {
            size: 9, width: 2,
            stroke: () => this.ink("surface"), fill: (_, k) => this.ink(panel.lines[k - 1].ink),
          },
          bind: { dblclick: () => () => whole() },
        },
        hooks: {
          setSelect: [(plot) => this.dragged(plot)],
          drawClear: [(plot) => this.paint(plot, panel, shade)],
          draw: [(plot) => { this.place(plot); if (panel.peak) this.paint(plot, panel, peak); }],
        },
      };
    }

    series(line, column) {
      // A lone value between two gaps is a dot.
      const lone = [...column.keys()].filter((k) => column[k] != null && column[k - 1] == null && column[k + 1] == null);
      const ink = () => this.ink(line.ink);
      return {
        stroke: ink, width: 1.5, ...(line.area && { fill: () => this.ink(line.ink, 14) }),
        points: { show: true, size: 3, width: 0, fill: ink, filter: () => lone },
      };
    }

    // uPlot remembers how it left the pen.
    paint(plot, panel, what) {
      plot.ctx.save();
      what(this, plot, panel);
      plot.ctx.restore();
    }

    listen(plot) {
      const over = plot.over;
      const under = (event) => {
        const left = clamp(event.clientX - over.getBoundingClientRect().left, 0, over.clientWidth);
        point(plot.data[0][plot.valToIdx(plot.posToVal(left, "x"))]);
        if (event.buttons) this.select(plot.select.left, plot.select.width);
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

    // What is dragged in one panel is to be seen in all.
    select(left, width) {
      for (const { plot } of this.panels) {
        plot.setSelect({ left, width, top: 0, height: width && plot.over.clientHeight }, false);
      }
    }

    dragged(plot) {
      const { left, width } = plot.select;
      this.select(0, 0);
      if (width < DRAG_PX) return;
      show(plot.posToVal(left, "x"), plot.posToVal(left + width, "x"), this.span);
    }

    // Half as much, or twice as much, around the cursor.
    closeUp(factor) {
      const [low, high] = this.view, middle = at ?? (low + high) / 2;
      show(middle - (middle - low) * factor, middle + (high - middle) * factor, this.span);
    }

    key(event) {
      const [low, high] = this.view, step = (high - low) / STEPS;
      const by = {
        ArrowRight: step, ArrowUp: step, PageUp: 10 * step,
        ArrowLeft: -step, ArrowDown: -step, PageDown: -10 * step,
      }[event.key];
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
      const { plot, table: [places] } = this.panels[0], [low, high] = this.view;
      let next = plot.valToIdx((at ?? (by > 0 ? low : high)) + by);
      // Closer than samples are, or where one stood still, it goes on to the next place.
      while (places[next] === at && next + Math.sign(by) in places) next += Math.sign(by);
      this.go(next);
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
    show() {
      const { words, axis } = this.data, { say, also, number } = this.write;
      const index = at === null ? null : this.panels[0].plot.valToIdx(at), told = [];
      for (const panel of this.panels) {
        this.place(panel.plot);
        panel.lines.forEach((line, k) => {
          const value = at === null ? null : this.valueOf(panel, k);
          const figure = value === null ? "–" : panel.timed ? stopwatch(value) : number(value, line.digits);
          const text = at === null ? line.summary : line.shape.replace("{}", figure);
          panel.values[k].textContent = text;
          told.push(`${line.name} ${text}`.trim());
        });
      }
      const hint = matchMedia("(hover: none)").matches ? words.touch : words.hint;
      const places = at === null ? [hint] : [say(at), ...(this.data.also ? [also(this.data.also[index])] : [])];
      this.cursor.replaceChildren(...places.flatMap((each, k) => [k ? " · " : "", element("bdi", "", each)]));
      this.cursor.classList.toggle("is-hint", at === null);
      const said = {
        valuemin: axis.span[0], valuemax: axis.span[1], valuenow: at ?? axis.span[0],
        valuetext: [places.join(" · "), ...told].join(", "),
      };
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
        const dot = picture.querySelector(".here")
          ?? picture.appendChild(document.createElementNS(picture.namespaceURI, "circle"));
        const isThere = index !== null && right[index] !== null, box = way.getBBox();
        const [cx, cy] = isThere ? [right[index] / 1000, down[index] / 1000] : [0, 0];
        const look = { class: "here", r: isThere ? 7 : 0, cx: box.x + box.width * cx, cy: box.y + box.height * cy };
        for (const [name, value] of Object.entries(look)) dot.setAttribute(name, value);
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
