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

// Count a wait down beside the button that it holds back; the sentence above says until when.
for (const left of document.querySelectorAll("[data-until]")) {
  const until = Date.parse(left.dataset.until), two = (number) => String(number).padStart(2, "0");
  const timer = setInterval(() => {
    const rest = Math.max(0, Math.ceil((until - Date.now()) / 1000));
    left.textContent = `${Math.floor(rest / 3600)}:${two(Math.floor(rest / 60) % 60)}:${two(rest % 60)}`;
    if (rest) return;
    clearInterval(timer);
    left.previousElementSibling.disabled = false;
    left.remove();
  }, 1000);
}

// Put news into a part of the page; a link in it that has the focus keeps it.
const renew = (part, html) => {
  if (part.getAttribute("hx-swap")?.startsWith("outer")) {
    const fresh = new DOMParser().parseFromString(html, "text/html").body.firstElementChild;
    // What is over is not asked for any more.
    if (!fresh.hasAttribute("hx-get")) part.removeAttribute("hx-get");
    html = fresh.innerHTML;
  }
  const held = part.contains(document.activeElement) && document.activeElement.getAttribute("href");
  part.innerHTML = html;
  if (held) part.querySelector(`a[href="${held}"]`)?.focus({ preventScroll: true });
};

// Ask for a part of the page; an answer that the whole page is out of date loads it anew.
const ask = async (part, address) => {
  const answer = await fetch(address, { headers: { "HX-Request": "true" } });
  if (answer.headers.get("HX-Refresh") === "true") return location.reload();
  if (answer.ok) renew(part, await answer.text());
};

// Where htmx was not installed, poll what it would have polled.
if (!window.htmx) {
  for (const part of document.querySelectorAll("[hx-get][hx-trigger^='every ']")) {
    const pause = parseInt(part.getAttribute("hx-trigger").slice("every ".length), 10);
    setInterval(() => {
      const address = part.getAttribute("hx-get");
      if (address && !document.hidden) ask(part, address).catch(() => {});
    }, pause);
  }
}

// Follow a run: by its stream, which htmx or the browser reads, and by polling where that breaks.
const POLL_MS = 3000, SAY_MS = 5000, MOST_BREAKS = 2;
const follow = (part) => {
  let breaks = 0, timer = null, source = null;
  const poll = () => {
    source?.close();
    timer ??= setInterval(() => {
      if (!document.hidden) ask(part, part.dataset.live).catch(() => {});
    }, POLL_MS);
  };
  const broke = () => { if (++breaks >= MOST_BREAKS) poll(); };
  const heard = () => { breaks = 0; };
  part.addEventListener("done", () => location.reload());
  part.addEventListener("poll", poll);
  if (window.htmx) {
    part.addEventListener("htmx:sse:after:message", heard);
    part.addEventListener("htmx:sse:error", broke);
    // A stream that never began is not tried again by htmx, and its error is no news of the run.
    for (const name of ["htmx:error", "htmx:response:error"]) part.addEventListener(name, poll);
    part.addEventListener("htmx:before:swap", (event) => {
      if (event.detail.ctx?.response?.status >= 400) event.preventDefault();
    });
    part.addEventListener("htmx:sse:before:connection", (event) => { if (timer) event.preventDefault(); });
    // htmx may have looked at the page before its extension was there.
    const connect = () => setTimeout(() => { if (!part._htmx) window.htmx.process(part); });
    if (document.readyState === "complete") connect(); else addEventListener("load", connect);
  } else if (window.EventSource) {
    source = new EventSource(part.getAttribute("hx-sse:connect"));
    source.onmessage = (event) => { heard(); renew(part, event.data); };
    for (const name of ["done", "poll"]) {
      source.addEventListener(name, () => { source.close(); part.dispatchEvent(new Event(name)); });
    }
    source.onerror = () => { if (source.readyState === EventSource.CLOSED) poll(); else broke(); };
  } else {
    poll();
  }
};

// Tell a screen reader how far the run is, and not more often than it can be listened to.
const tell = (part) => {
  const line = document.querySelector("[data-told]");
  let saidAt = Date.now(), said = "";
  new MutationObserver(() => {
    const text = part.querySelector("[data-say]")?.textContent ?? "";
    if (!line || text === said || Date.now() - saidAt < SAY_MS) return;
    saidAt = Date.now();
    line.textContent = said = text;
  }).observe(part, { childList: true, subtree: true, characterData: true });
};
for (const part of document.querySelectorAll("[data-live]")) { follow(part); tell(part); }
