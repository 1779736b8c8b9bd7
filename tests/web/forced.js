// Tell what vanishes where the person's system chooses the colours: grounds and shadows are gone.
() => {
  const wrong = [];
  const named = (it) => `<${it.localName} class="${it.getAttribute("class") ?? ""}"> ${it.textContent.trim().slice(0, 40)}`;
  const seen = (selector) => [...document.querySelectorAll(selector)].filter((it) => it.checkVisibility());
  const canvas = getComputedStyle(document.documentElement).backgroundColor;
  const ink = getComputedStyle(document.body).color;
  const has_edge = (css) => parseFloat(css.borderBlockStartWidth) >= 1 && css.borderBlockStartStyle !== "none"
    && css.borderBlockStartColor !== canvas;

  for (const it of seen(".btn, .input, .pill, .card, .badge, .notice, .wrong, .switch input, .seg > label, .seg > a, .seg > button, progress")) {
    if (it.localName === "input" && it.closest(".code-box")) continue;
    if (!has_edge(getComputedStyle(it))) wrong.push(`has no edge: ${named(it)}`);
  }
  for (const it of seen("[aria-current]:not(th), [aria-pressed=true], .seg label:has(:checked)")) {
    const { outlineStyle, outlineWidth } = getComputedStyle(it);
    if (outlineStyle === "none" || parseFloat(outlineWidth) < 2) wrong.push(`is not seen to be chosen: ${named(it)}`);
  }
  for (const it of seen(".switch input:checked")) {
    if (getComputedStyle(it, "::after").backgroundColor === getComputedStyle(it).backgroundColor) {
      wrong.push(`has no knob: ${named(it.parentElement)}`);
    }
  }
  for (const it of seen(".drawing text")) {
    if (getComputedStyle(it).fill !== ink) wrong.push(`may have the colour of the ground: ${named(it)}`);
  }
  return [...new Set(wrong)];
}
