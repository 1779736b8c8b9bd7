// How the axes of curves are told, and where their marks stand: by the person's numbers and clock.
"use strict";

window.curveAxis = (() => {
  // Steps that are round on a clock.
  const CLOCK = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600];
  const MINUTE = 60, HALF_HOUR = 1800, DAY = 86400, FIRST_DAY_STEP = CLOCK.indexOf(300);
  const MARK_PX = 74, DAY_MARK_PX = 84;

  const stopwatch = (seconds) => {
    const whole = Math.round(seconds), two = (n) => String(n).padStart(2, "0");
    const hours = Math.floor(whole / 3600), minutes = Math.floor(whole / MINUTE) % 60;
    return hours ? `${hours}:${two(minutes)}:${two(whole % MINUTE)}` : `${minutes}:${two(whole % MINUTE)}`;
  };

  // A whole axis: its marks for uPlot, and its places in words; `also` tells those of the other one.
  const writer = ({ locale, axis }) => {
    const formats = [0, 1, 2].map((digits) => new Intl.NumberFormat(locale, {
      minimumFractionDigits: digits, maximumFractionDigits: digits,
    }));
    const number = (value, digits = 0) => formats[digits].format(value);
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

  return { stopwatch, writer, CLOCK };
})();
