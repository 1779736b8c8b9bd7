// Tell what of a page is too small for a finger, or is reached by the keyboard and not seen to be.
// A key was pressed before: what has the focus now is what a keyboard would show.
() => {
  const LEAST = 24, LEAST_OF_MAIN = 44;
  const wrong = [];
  const named = (it) => {
    const words = (it.textContent.trim() || it.getAttribute("aria-label") || it.name || "").replace(/\s+/g, " ");
    return `<${it.localName} class="${it.getAttribute("class") ?? ""}"> ${words.slice(0, 40)}`;
  };
  const controls = [...document.querySelectorAll("a[href], button, summary, input, select, textarea, [tabindex]")]
    .filter((it) => it.checkVisibility({ visibilityProperty: true }) && !it.disabled && it.type !== "hidden");

  for (const it of controls) {
    if (it.tabIndex > 0) wrong.push(`takes the focus out of turn: ${named(it)}`);
    if (it.matches(".skip, [tabindex]:not(a):not(button)")) continue;
    // The list below leads to the same activities.
    if (it.closest(".days")) continue;
    // A link in a sentence may be as low as its line.
    const beside = [...it.parentElement.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (it.localName === "a" && beside && getComputedStyle(it).display === "inline") continue;
    // A label is a part of what it names, and what covers a card is as large as the card.
    const { width, height } = (it.closest("label") ?? it).getBoundingClientRect();
    const least = it.matches(".btn.primary, .btn:not(.sm, .plain)") ? LEAST_OF_MAIN : LEAST;
    if (height < least - 0.5 || width < LEAST - 0.5) {
      wrong.push(`${Math.round(width)} x ${Math.round(height)} px: ${named(it)}`);
    }
  }

  const has_ring = (it) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(it);
    return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
  };
  for (const it of controls.filter((it) => it.tabIndex === 0)) {
    it.focus({ preventScroll: true });
    if (document.activeElement !== it) { wrong.push(`does not take the focus: ${named(it)}`); continue; }
    const curves = it.closest(".curves")?.querySelector(".curves-plots");
    const shows = [it, it.closest("label"), it.closest(".code-box"), curves].filter(Boolean);
    if (!it.matches(":focus-visible") || !shows.some(has_ring)) wrong.push(`shows no focus: ${named(it)}`);
  }
  document.activeElement.blur();

  if (document.getAnimations().length) wrong.push("moves, although less motion was asked for");
  return [...new Set(wrong)];
}
