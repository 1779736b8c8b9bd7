// What the pages do beyond plain forms. Everything works without it, and without htmx.
"use strict";

// A sign-in to Garmin takes a while: say so on the button, and do not send it twice.
document.addEventListener("submit", (event) => {
  const button = event.target.querySelector("[data-busy]");
  if (!button) return;
  button.setAttribute("aria-busy", "true");
  button.textContent = button.dataset.busy;
  setTimeout(() => { button.disabled = true; });
});
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

// What was done is told once, not again by a reload.
if (location.search.startsWith("?done=")) history.replaceState(null, "", location.pathname + location.hash);

// An error summary takes the focus.
document.querySelector("[data-focus]")?.focus();

// Where htmx was not installed, poll what it would have polled.
if (!window.htmx) {
  for (const part of document.querySelectorAll("[hx-get][hx-trigger^='every ']")) {
    const pause = parseInt(part.getAttribute("hx-trigger").slice("every ".length), 10);
    const poll = async () => {
      const answer = await fetch(part.getAttribute("hx-get"), { headers: { "HX-Request": "true" } });
      if (answer.headers.get("HX-Refresh") === "true") return location.reload();
      if (answer.ok) part.innerHTML = await answer.text();
    };
    setInterval(() => { if (!document.hidden) poll().catch(() => {}); }, pause);
  }
}
