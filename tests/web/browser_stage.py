"""A watched browser: what it asked of others, what was blocked, what axe and our own looks find."""

from __future__ import annotations

import json
import os
import shutil
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import sync_playwright

from training_analyzer.services.one_time_links import Purpose
from training_analyzer.web.serve import WebServer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fastapi import FastAPI
    from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request

    from training_analyzer.services.runtime import Runtime

NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
_ARGS: Final = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # No other machine has an address; each request to one is noted all the same.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
_TAGS: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_EVERYTHING: Final = {"type": "tag", "values": _TAGS}
_TELL_VIOLATIONS: Final = """
document.addEventListener("securitypolicyviolation", (event) => {
  window.tellViolation(`${event.violatedDirective}: ${event.blockedURI}`);
});
"""
_FIND: Final = """
async (options) => (await axe.run(options)).violations.map((it) => `${it.id} ${it.nodes[0].html}`)
"""
_HERE: Final = Path(__file__).parent
_LAYOUT: Final = (_HERE / "layout.js").read_text()
_REACH: Final = (_HERE / "reach.js").read_text()
_FORCED: Final = (_HERE / "forced.js").read_text()
_UNFOLD: Final = "document.querySelectorAll('details').forEach((it) => { it.open = true; })"
# What axe says of a row it says of all that are alike: a few of many are a tenth of the time.
_SHORTEN: Final = """
const alike = ["tbody > tr", "tr > *", "select > option", "datalist > option", "main li"];
document.querySelectorAll(alike.map((it) => `${it}:nth-child(n + 9)`).join())
  .forEach((it) => it.remove());
"""
_NEXT_FRAME: Final = """
() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
"""
_SKIPS: Final = """
() => document.activeElement.matches(".skip")
  && document.activeElement.getBoundingClientRect().top >= 0
"""
_WEIGHT: Final = """
() => [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
  .reduce((sum, entry) => sum + entry.decodedBodySize, 0)
"""
# What the browser itself says of an answer that the journey asked for on purpose.
_EXPECTED: Final = "Failed to load resource: the server responded with a status of 4"
PHONE, DESK = 360, 1280
# The narrowest, phones, where columns begin, a desk.
WIDTHS: Final = (320, PHONE, 768, DESK)
MOST_BYTES: Final = 250_000
_MOST_TABS: Final = 90

type Scheme = Literal["light", "dark"]


def chromium() -> str | None:
    """Return where the system's Chromium is, or None."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@dataclass
class Watched:
    """A page, and everything about it that should not be."""

    page: Page
    base: str
    scheme: Scheme
    width: int
    foreign: list[str] = field(default_factory=list)
    blocked: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)

    def go(self, address: str, *, status: int = 200) -> None:
        """Open a page of ours, which is there and leads nowhere else."""
        answer = self.page.goto(f"{self.base}{address}")
        assert answer is not None
        if answer.status != status or answer.request.redirected_from is not None:
            self.findings.append(f"{address}: {answer.status} at {answer.url}")

    def look(self, state: str, combinations: int = 1) -> None:
        """Note what does not fit into a window, and what axe finds in this *state*.

        In the own scheme and width, in the others of both, or in all four combinations.
        """
        # The words of a page may be there before its styles are.
        self.page.wait_for_load_state("load")
        self.measure(state)
        other: Scheme = "dark" if self.scheme == "light" else "light"
        far = PHONE if self.width == DESK else DESK
        here = (self.scheme, self.width)
        for scheme, width in [here, (other, far), (self.scheme, far), (other, self.width)][
            :combinations
        ]:
            self._audit(state, scheme, width)
        self._resize(self.width)
        self.page.emulate_media(color_scheme=self.scheme)

    def look_hard(self, state: str, combinations: int) -> None:
        """Look in every way at a page that is left afterwards, at what it folds, too."""
        self.page.evaluate(_UNFOLD)
        self.force_colours(state)
        self.reach(state)
        self.measure(state)
        self.page.evaluate(_SHORTEN)
        # Between two pages in the one diagonal are two in the other.
        self.scheme = "dark" if self.scheme == "light" else "light"
        self.look(state, combinations)

    def measure(self, state: str, widths: Sequence[int] = WIDTHS) -> None:
        """Note what is cut, covered or outside of a window of each of *widths*."""
        for width in widths:
            self._resize(width)
            self._note(f"{state}, {width}", _LAYOUT)
        self._resize(self.width)

    def unfold(self) -> None:
        """Open all that is folded, and the menu."""
        self.page.evaluate(_UNFOLD)

    def force_colours(self, state: str) -> None:
        """Note what is not seen where the system of a person chooses the colours."""
        self.page.emulate_media(forced_colors="active")
        self._note(f"{state}, forced colours", _FORCED)
        self.page.emulate_media(forced_colors="none")

    def reach(self, state: str) -> None:
        """Note what is too small for a finger, and where the focus is not first or not seen."""
        self._resize(PHONE)
        is_fresh = self.page.evaluate("document.activeElement === document.body")
        self.page.keyboard.press("Tab")
        if is_fresh and not self.page.evaluate(_SKIPS):
            self.findings.append(f"{state}: Tab does not lead to the skip link first")
        self._note(f"{state}, reached", _REACH)
        self._resize(self.width)

    def weigh(self, state: str) -> None:
        """Note a page that is heavier, with all that it loads, than pages may be."""
        weight = int(self.page.evaluate(_WEIGHT))
        if weight >= MOST_BYTES:
            self.findings.append(f"{state}: {weight} bytes")

    def press(self, control: Locator, key: str = "Enter") -> None:
        """Reach *control* by Tab alone and press *key* on it, as who has no mouse does."""
        self.tab_to(control)
        self.page.keyboard.press(key)

    def type(self, control: Locator, text: str) -> None:
        """Reach a field by Tab alone and write *text* into it."""
        self.tab_to(control)
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.type(text)

    def tab_to(self, control: Locator) -> None:
        """Press Tab until *control* has the focus, which then must be seen."""
        # Asked once: to find it by its role again after each key is slow.
        it = control.element_handle()
        for _ in range(_MOST_TABS):
            if self.page.evaluate("(it) => it === document.activeElement", it):
                break
            self.page.keyboard.press("Tab")
        else:
            self.findings.append(f"{self.page.url}: Tab does not reach {control}")
            control.focus()
        if not self.page.evaluate("(it) => it.matches(':focus-visible')", it):
            self.findings.append(f"{self.page.url}: the focus is not seen on {control}")

    @property
    def trouble(self) -> str:
        """Everything that went wrong, as text; empty when nothing did."""
        lists = (self.foreign, self.blocked, self.errors, self.findings)
        return "" if not any(lists) else json.dumps(lists, indent=1)

    def _audit(self, state: str, scheme: Scheme, width: int) -> None:
        self._resize(width)
        self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        self.page.evaluate(_NEXT_FRAME)
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE_SCRIPT)
        options = {"runOnly": _EVERYTHING, "resultTypes": ["violations"]}
        self._note(f"{state}, {scheme}, {width}", _FIND, options)

    def _note(self, where: str, look: str, options: object = None) -> None:
        self.findings += [f"{where}: {found}" for found in self.page.evaluate(look, options)]

    def _resize(self, width: int) -> None:
        self.page.set_viewport_size({"width": width, "height": 900})


@contextmanager
def running_browser() -> Iterator[Browser]:
    """Run Chromium for a block; without one its tests are skipped, loudly, and fail in CI."""
    path = chromium()
    if path is None:
        reason = "NO CHROMIUM ON THIS MACHINE, THE BROWSER TESTS DID NOT RUN"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_ARGS)
        yield browser
        browser.close()


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """Serve *app* for a block and give its address."""
    ready = threading.Event()
    server = WebServer(app, host="127.0.0.1", port=0, on_ready=lambda _: ready.set())
    thread = threading.Thread(target=server.run, name="web")
    thread.start()
    assert ready.wait(30)
    try:
        yield server.url
    finally:
        server.stop()
        thread.join(30)


@contextmanager
def watched(
    browser: Browser,
    base: str,
    *,
    scheme: Scheme = "light",
    width: int = DESK,
    with_script: bool = True,
) -> Iterator[Watched]:
    """Open a fresh, watched page."""
    context = browser.new_context(
        java_script_enabled=with_script,
        viewport={"width": width, "height": 900},
        color_scheme=scheme,
        reduced_motion="reduce",
    )
    context.set_default_timeout(20_000)
    page = context.new_page()
    seen = Watched(page, base, scheme, width)

    def asked(request: Request) -> None:
        if not request.url.startswith(f"{base}/"):
            seen.foreign.append(request.url)

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(_EXPECTED):
            seen.errors.append(message.text)

    def blocked(violation: str) -> None:
        seen.blocked.append(violation)

    context.on("request", asked)
    page.on("pageerror", lambda error: seen.errors.append(str(error)))
    page.on("console", note)
    if with_script:
        page.expose_function("tellViolation", blocked)
        page.add_init_script(_TELL_VIOLATIONS)
    yield seen
    context.close()


def come_in(seen: Watched, runtime: Runtime, user_id: str) -> None:
    """Sign in by a link."""
    token = runtime.access.links.issue(Purpose.SIGN_IN, user_id)
    seen.go(f"/sign-in?token={token}")
    seen.page.get_by_role("button", name="Sign in").click()
    # What brought somebody in is in no address afterwards.
    seen.page.wait_for_url(f"{seen.base}/")
