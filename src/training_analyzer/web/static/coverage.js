// The month begins where something is to be seen: at the days that are chosen, or at today.
"use strict";

for (const box of document.querySelectorAll(".scroll:has(.month)")) {
  const day = box.querySelector("th.picked") ?? box.querySelector("th[aria-current]");
  const names = box.querySelector("tbody th");
  if (!day || !names) continue;
  const shift = day.getBoundingClientRect().left - names.getBoundingClientRect().right;
  const isRightToLeft = getComputedStyle(box).direction === "rtl";
  box.scrollLeft += isRightToLeft ? day.getBoundingClientRect().right - names.getBoundingClientRect().left : shift;
}
