// What stands behind and above the lines of curves: shaded parts with their names, the highest value.
"use strict";

window.curvePaint = (() => {
  const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

  // Parts go through all panels, their names stand above the first.
  const shade = (figure, plot, panel) => {
    const { ctx, bbox } = plot, dot = devicePixelRatio, isFirst = panel === figure.panels[0];
    const isLast = panel === figure.panels.at(-1), top = isFirst ? bbox.top - 6 * dot : 0;
    const [low, high] = figure.view;
    let free = 0;
    for (const [from, to, name] of figure.data.shades) {
      if (to <= low || from >= high) continue;
      const [left, right] = [Math.max(from, low), Math.min(to, high)].map((end) => plot.valToPos(end, "x", true));
      ctx.fillStyle = figure.ink("sunken");
      ctx.fillRect(left, top, right - left, (isLast ? bbox.top + bbox.height : ctx.canvas.height) - top);
      if (!isFirst || !name) continue;
      ctx.font = figure.font.replace("11px", `${11 * dot}px`);
      const size = ctx.measureText(name).width;
      const start = clamp((left + right - size) / 2, 0, ctx.canvas.width - size);
      if (start < free) continue;
      free = start + size + 8 * dot;
      Object.assign(ctx, { fillStyle: figure.ink("text-3"), textAlign: "left", textBaseline: "alphabetic" });
      ctx.fillText(name, start, top - 5 * dot);
    }
  };

  // The highest value has its name.
  const peak = (figure, plot, panel) => {
    const [low, high] = figure.view, [places, column] = panel.table, dot = devicePixelRatio;
    const best = column.reduce((most, value, k) => value > (column[most] ?? -Infinity) ? k : most, 0);
    if (places[best] < low || places[best] > high) return;
    const { ctx, bbox } = plot, words = panel.told(column[best]);
    const x = plot.valToPos(places[best], "x", true), y = plot.valToPos(column[best], "y", true);
    Object.assign(ctx, {
      font: figure.font.replace("11px", `600 ${12 * dot}px`), textAlign: "center", textBaseline: "alphabetic",
      lineWidth: 4 * dot, lineJoin: "round", strokeStyle: figure.ink("surface"), fillStyle: figure.ink("text"),
    });
    const half = ctx.measureText(words).width / 2;
    const middle = clamp(x, bbox.left + half, bbox.left + bbox.width - half);
    ctx.strokeText(words, middle, y - 9 * dot);
    ctx.fillText(words, middle, y - 9 * dot);
    Object.assign(ctx, { lineWidth: 2 * dot, strokeStyle: figure.ink(panel.lines[0].ink), fillStyle: figure.ink("surface") });
    ctx.beginPath();
    ctx.arc(x, y, 4 * dot, 0, 2 * Math.PI);
    ctx.fill();
    ctx.stroke();
  };

  return { shade, peak };
})();
