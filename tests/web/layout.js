// Tell what is wrong with the layout of a page at the width that it has now, a line for each thing.
async () => {
  // What is drawn by a script follows the window a frame later.
  if (document.querySelector("canvas")) {
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  }
  // Names that people gave may end in an ellipsis; our own words may not.
  const MAY_BE_CUT = ".outing b, .item b, .menu-name";
  const room = document.documentElement.clientWidth;
  const wrong = new Set();
  const named = (it) => {
    const words = it.textContent.trim().replace(/\s+/g, " ").slice(0, 40);
    return `<${it.localName} class="${it.getAttribute("class") ?? ""}"> ${words}`;
  };

  // Of each element that holds words: what it is in. Words for who hears the page have no place.
  const kept = new Map();
  const around = (it) => {
    if (kept.has(it)) return kept.get(it);
    const css = getComputedStyle(it);
    const above = it === document.body ? { isSeen: true, clips: [], layer: 0 } : around(it.parentElement);
    const isFixed = ["fixed", "sticky"].includes(css.position);
    const found = {
      isSeen: above.isSeen && !it.matches(".vh, .skip, title, desc, option"),
      doesScroll: above.doesScroll || ["auto", "scroll"].includes(css.overflowX),
      clips: above.clips,
      box: above.box,
      layer: isFixed || it.matches(".menu-box") ? it : above.layer,
    };
    if (css.overflowX === "hidden" || css.overflowX === "clip") found.clips = [...above.clips, it];
    const hasBorder = parseFloat(css.borderInlineEndWidth) > 0;
    const hasGround = !["rgba(0, 0, 0, 0)", "transparent"].includes(css.backgroundColor);
    const hasBox = !(it instanceof SVGElement) && css.display !== "inline" && css.display !== "contents";
    if (it !== document.body && hasBox && (hasBorder || hasGround)) found.box = it;
    kept.set(it, found);
    return found;
  };

  const { scrollWidth } = document.documentElement;
  if (scrollWidth > room) wrong.add(`the page is ${scrollWidth} px wide`);

  const pieces = [];
  const range = document.createRange();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const it = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !it.checkVisibility({ visibilityProperty: true })) continue;
    const place = around(it);
    if (!place.isSeen || place.doesScroll) continue;
    range.selectNodeContents(walker.currentNode);
    for (const { left, right, top, bottom } of range.getClientRects()) {
      if (right - left < 1) continue;
      const piece = { it, node: walker.currentNode, layer: place.layer, left, right, top, bottom };
      for (const clip of place.clips) {
        const edge = clip.getBoundingClientRect();
        if (left >= edge.left - 1 && right <= edge.right + 1 && bottom <= edge.bottom + 4) continue;
        if (!clip.matches(MAY_BE_CUT)) wrong.add(`${named(it)} is cut by ${named(clip)}`);
        piece.left = Math.max(piece.left, edge.left);
        piece.right = Math.min(piece.right, edge.right);
      }
      if (piece.left < -1 || piece.right > room + 1) wrong.add(`outside of the page: ${named(it)}`);
      const edge = place.box?.getBoundingClientRect();
      if (edge && (piece.left < edge.left - 1 || piece.right > edge.right + 1)) {
        wrong.add(`${named(it)} sticks out of ${named(place.box)}`);
      }
      pieces.push(piece);
    }
  }

  pieces.sort((one, other) => one.top - other.top);
  pieces.forEach((one, at) => {
    for (let next = at + 1; next < pieces.length && pieces[next].top < one.bottom; next += 1) {
      const other = pieces[next];
      if (one.node === other.node || one.layer !== other.layer) continue;
      const wide = Math.min(one.right, other.right) - Math.max(one.left, other.left);
      const high = Math.min(one.bottom, other.bottom) - other.top;
      // Boxes of lines are higher than their letters: lines above each other touch.
      const least = Math.min(one.bottom - one.top, other.bottom - other.top);
      if (wide > 2 && high > 0.4 * least) wrong.add(`overlap: ${named(one.it)} / ${named(other.it)}`);
    }
  });
  return [...wrong];
}
