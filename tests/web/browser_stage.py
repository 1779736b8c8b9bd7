"""A watched browser: what it asked of others, what the policy blocked, what axe finds."""

from __future__ import annotations

import json
import shutil
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext, Page, Route

NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
_ARGS: Final = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_TAGS: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_OPTIONS: Final = {"runOnly": {"type": "tag", "values": _TAGS}, "resultTypes": ["violations"]}
_TELL_VIOLATIONS: Final = """
document.addEventListener("securitypolicyviolation", (event) => {
  window.tellViolation(`${event.violatedDirective}: ${event.blockedURI}`);
});
"""
_NEXT_FRAME: Final = """
() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
"""
PHONE, DESK = 390, 1280


def chromium() -> str | None:
    """Return where the system's Chromium is, or None."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@dataclass
class Watched:
    """A page, and everything about it that should not be."""

    page: Page
    base: str
    foreign: list[str] = field(default_factory=list)
    blocked: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)

    def look(self, state: str, *, everywhere: bool = False) -> None:
        """Note what axe finds in this *state*, and whether the page is wider than its window."""
        # The words of a page may be there before its styles are.
        self.page.wait_for_load_state("load")
        looks = [("light", DESK), ("dark", PHONE)]
        if everywhere:
            looks += [("dark", DESK), ("light", PHONE)]
        for scheme, width in looks:
            self.page.set_viewport_size({"width": width, "height": 900})
            self.page.emulate_media(
                color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce"
            )
            self.page.evaluate(_NEXT_FRAME)
            found = Axe().run(self.page, options=_OPTIONS)
            self.findings += [
                f"{state}, {scheme}, {width}: {violation['id']} {violation['nodes'][0]['html']}"
                for violation in found.response["violations"]
            ]
        for width in (320, 360, PHONE, 768, 1024, DESK):
            self.page.set_viewport_size({"width": width, "height": 900})
            if self.page.evaluate("document.documentElement.scrollWidth") > width:
                self.findings.append(f"{state}: wider than {width}")

    @property
    def trouble(self) -> str:
        """Everything that went wrong, as text; empty when nothing did."""
        lists = (self.foreign, self.blocked, self.errors, self.findings)
        return "" if not any(lists) else json.dumps(lists, indent=1)


@contextmanager
def running_browser(path: str) -> Iterator[Browser]:
    """Run Chromium for a block."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_ARGS)
        yield browser
        browser.close()


@contextmanager
def watched(browser: Browser, base: str, *, with_script: bool = True) -> Iterator[Watched]:
    """Open a fresh, watched page."""
    context: BrowserContext = browser.new_context(java_script_enabled=with_script)
    context.set_default_timeout(20_000)
    page = context.new_page()
    seen = Watched(page, base)

    def only_ours(route: Route) -> None:
        if route.request.url.startswith(f"{base}/"):
            route.continue_()
        else:
            seen.foreign.append(route.request.url)
            route.abort()

    context.route("**/*", only_ours)

    def note(violation: str) -> None:
        seen.blocked.append(violation)

    page.on("pageerror", lambda error: seen.errors.append(str(error)))
    if with_script:
        page.expose_function("tellViolation", note)
        page.add_init_script(_TELL_VIOLATIONS)
    yield seen
    context.close()
