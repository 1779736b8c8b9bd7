// The year of activities: one stop of the Tab key, arrows go from active day to active day.
"use strict";
for (const year of document.querySelectorAll(".days")) {
  const said = year.querySelector(".day-said");
  const days = [...year.querySelectorAll(".drawing a")];
  // Addresses end in a date, so they sort by it.
  days.sort((one, other) => (one.getAttribute("href") < other.getAttribute("href") ? -1 : 1));
  const steps = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1, Home: -Infinity, End: Infinity };
  days.forEach((day, place) => {
    day.addEventListener("focus", () => { said.textContent = day.querySelector("title").textContent; });
    day.addEventListener("blur", () => { said.textContent = ""; });
    day.addEventListener("keydown", (event) => {
      const step = steps[event.key];
      if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      const next = days[Math.max(0, Math.min(days.length - 1, place + step))];
      for (const each of days) each.setAttribute("tabindex", each === next ? "0" : "-1");
      next.focus();
    });
  });
}
