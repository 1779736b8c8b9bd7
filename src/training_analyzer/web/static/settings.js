// The sync settings: what has changed, and what it would do. Without script the form just saves.
"use strict";

(() => {
  const form = document.getElementById("settings");
  const bar = form?.querySelector(".save");
  if (!bar) return;
  const list = bar.querySelector("[data-changes]");
  const words = list.dataset;
  const keep = "keep" in bar.dataset;
  const PAUSE_MS = 400;

  const label = (field) => {
    const own = field.closest("label");
    if (field.type === "checkbox") return own.querySelector("b")?.textContent ?? own.textContent.trim();
    if (field.type === "radio") return field.closest("fieldset").querySelector("legend").textContent;
    return field.getAttribute("aria-label") ?? field.labels[0].textContent;
  };
  const shown = (text) => text || words.none;

  // Each change: label, before, after.
  const changes = () => {
    const found = [];
    for (const field of form.elements) {
      if (field.type === "checkbox" && field.checked !== field.defaultChecked) {
        found.push([label(field), field.defaultChecked ? words.on : words.off, field.checked ? words.on : words.off]);
      } else if (field.type === "radio" && field.checked && !field.defaultChecked) {
        const before = [...form.elements[field.name]].find((other) => other.defaultChecked);
        found.push([label(field), shown(before?.parentElement.textContent.trim()), field.parentElement.textContent.trim()]);
      } else if (field.tagName === "SELECT") {
        const before = [...field.options].find((option) => option.defaultSelected) ?? field.options[0];
        if (!before.selected) found.push([label(field), before.text, field.selectedOptions[0].text]);
      } else if (/^(time|number|text)$/.test(field.type ?? "") && field.value !== field.defaultValue) {
        found.push([label(field), shown(field.defaultValue), shown(field.value)]);
      }
    }
    return found;
  };

  const element = (name, text) => Object.assign(document.createElement(name), { textContent: text });
  const draw = () => {
    const found = changes();
    bar.hidden = !keep && !found.length;
    list.replaceChildren(...found.map(([name, before, after]) => {
      const item = element("li", `${name}: `);
      item.append(element("del", before), " ", element("ins", after));
      return item;
    }));
  };

  let asked = 0, waiting = null;
  const look = async () => {
    const mine = ++asked;
    const query = new URLSearchParams(new FormData(form));
    const answer = await fetch(`${form.dataset.preview}?${query}`, { headers: { "HX-Request": "true" } });
    if (answer.ok && mine === asked) document.getElementById("outlook").innerHTML = await answer.text();
  };

  bar.querySelector("[formmethod=get]").hidden = true;
  bar.querySelector("h2").textContent = words.title;
  form.addEventListener("input", () => {
    draw();
    clearTimeout(waiting);
    waiting = setTimeout(() => { look().catch(() => {}); }, PAUSE_MS);
  });
  draw();
})();
