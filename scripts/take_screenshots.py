"""Take the pictures of docs/images: every screen, served, in the system's Chromium.

Everybody in the pictures is pretend, and so is the day: the same code takes the same pictures.
Names of screens after the command take those alone.
"""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Final

from few_colours import in_few_colours
from pictured import stage
from playwright.sync_api import sync_playwright

from training_analyzer.services.activities import Wanted
from training_analyzer.services.one_time_codes import code_of, step_at
from training_analyzer.services.one_time_links import Purpose

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pictured import Stage
    from playwright.sync_api import Browser, BrowserContext, Page

IMAGES: Final = Path(__file__).resolve().parents[1] / "docs/images"
NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
# Fields for dates go by the language of the browser's menus, which is American in most Chromiums.
FIELDS_GO_BY_LANG: Final = "--enable-blink-features=LangAttributeAwareFormControlUI"
AS_IN_BRITAIN: Final = """
for (const field of document.querySelectorAll("input[type=date], input[type=time]")) {
  const { type } = field;
  field.lang = "en-GB";
  // A field reads its language when it is made.
  field.type = "text";
  field.type = type;
}
"""
CHROME: Final = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/148.0.0.0"


@dataclass(frozen=True, slots=True)
class Look:
    """How a picture is taken: on a desk in the light, on a phone in the dark."""

    scheme: str
    width: int
    # Long pages from their top.
    most: int
    agent: str


LOOKS: Final = (
    Look("light", 1280, 1500, f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME} Safari/537.36"),
    Look("dark", 390, 1700, f"Mozilla/5.0 (Linux; Android 16; K) {CHROME} Mobile Safari/537.36"),
)


@dataclass(frozen=True, slots=True)
class Scene:
    """A screen: who looks at it, where, and what they do there first."""

    name: str
    who: str | None
    address: str
    act: Callable[[Page, Stage], object] = lambda _page, _stage: None
    # What they did in the other look has signed them out in this one.
    anew: bool = False


@dataclass(frozen=True, slots=True)
class Photographer:
    """A browser of each person on each device, signed in once."""

    browser: Browser
    here: Stage
    contexts: dict[tuple[str | None, Look], BrowserContext] = field(default_factory=dict)

    def take(self, scene: Scene) -> int:
        """Take a screen in all looks; return the bytes of the pictures."""
        size = 0
        for look in LOOKS:
            if scene.anew:
                self.contexts.pop((scene.who, look), None)
            page = self._context(scene.who, look).new_page()
            _go(page, self.here.url, scene.address)
            scene.act(page, self.here)
            page.evaluate(AS_IN_BRITAIN)
            page.wait_for_timeout(400)
            height = min(look.most, int(page.evaluate("document.documentElement.scrollHeight")))
            # A window as high as the picture, so that what sticks to its edge is at the edge.
            page.set_viewport_size({"width": look.width, "height": height})
            file = IMAGES / f"{scene.name}-{look.width}-{look.scheme}.png"
            file.write_bytes(in_few_colours(self.browser, page.screenshot()))
            size += file.stat().st_size
            print(f"{file.name}: {file.stat().st_size // 1024} KiB")
            page.close()
        return size

    def _context(self, who: str | None, look: Look) -> BrowserContext:
        if (who, look) not in self.contexts:
            self.contexts[who, look] = self._arrive(who, look)
        return self.contexts[who, look]

    def _arrive(self, who: str | None, look: Look) -> BrowserContext:
        context = self.browser.new_context(
            viewport={"width": look.width, "height": 900},
            color_scheme="dark" if look.scheme == "dark" else "light",
            reduced_motion="reduce",
            locale="en-GB",
            user_agent=look.agent,
        )
        # What counts down does so from the day of the pictures.
        context.clock.set_system_time(self.here.runtime.now())
        if who is not None:
            links = self.here.runtime.access.links
            page, token = context.new_page(), links.issue(Purpose.SIGN_IN, self.here.people[who])
            page.goto(f"{self.here.url}/sign-in?token={token}")
            page.get_by_role("button", name="Sign in").click()
            page.wait_for_url(f"{self.here.url}/")
            page.close()
        return context


def main() -> None:
    """Take all pictures anew, or those that are named."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        sys.exit("No Chromium on this machine: install it, then try again.")
    wanted = sys.argv[1:]
    with stage() as here, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found, args=["--no-sandbox", FIELDS_GO_BY_LANG]
        )
        photographer = Photographer(browser, here)
        # One after the other: some scenes change what others are about.
        sizes = [
            photographer.take(each) for each in scenes(here) if not wanted or each.name in wanted
        ]
        browser.close()
    print(f"{len(sizes)} screens, {sum(sizes) // 1024} KiB in {IMAGES}")


def scenes(here: Stage) -> Iterator[Scene]:
    """Yield every screen; first one that does not stay as it is, last one that nothing passes."""
    yield Scene("live", "Tom", f"/runs/{here.run}")
    yield Scene("set-up", None, f"{here.empty_url}/setup?token={here.set_up}")
    yield Scene("sign-in", None, "/sign-in")
    yield Scene("invitation", None, f"/invitations/{here.invitation}")
    yield Scene("connect", "Nia", "/connect")
    yield Scene("connect-password", "Nia", "/connect?way=password")
    yield Scene("connect-code", "Uma", "/connect")
    yield Scene("connect-data", "Lea", "/connect?step=data")
    yield Scene("blocked", "Eva", "/connect?way=password", sign_in_too_soon)
    yield Scene("empty", "Nia", "/")
    yield Scene("broken", "Mia", "/")
    for name, address in of_ada(here).items():
        yield Scene(name, "Ada", address)
    yield Scene("second-factor", "Ada", "/second-factor", begin_second_factor)
    yield Scene("recovery-codes", "Ada", "/second-factor", confirm_second_factor, anew=True)
    here.let_sign_in_wait()
    yield Scene("signing-in", "Kim", "/connect?way=password", sign_in_to_garmin)


def of_ada(here: Stage) -> dict[str, str]:
    """Return where somebody with data looks, by name."""
    ada = here.people["Ada"]
    (latest,) = here.runtime.activities.page(ada, Wanted(type_key="running"), limit=1)
    (last,) = here.runtime.credentials.get_sync_history(ada, limit=1)
    yesterday = here.runtime.now().date() - timedelta(days=1)
    return {
        "home": "/",
        "sleep": "/health",
        "heart": "/health/heart",
        "stress": "/health/stress",
        "movement": "/health/movement",
        "fitness": "/health/fitness",
        "body": "/health/body",
        "night": f"/health/sleep/{yesterday}",
        "day": f"/health/day/{yesterday}",
        "activities": "/activities",
        "activity": f"/activities/{latest['activity_id']}",
        "coverage": "/coverage",
        "history": "/history",
        "run": f"/runs/{last.id}",
        "connection": "/connect",
        "disconnect": "/connect?step=disconnect",
        "settings": "/settings/sync",
        "data": "/settings/data",
        "security": "/settings/security",
        "developer": "/settings/developer",
        "look": "/settings/look",
        "admin": "/admin",
    }


def begin_second_factor(page: Page, here: Stage) -> None:
    """Let Ada see the code that a phone scans."""
    here.runtime.access.second_factor.remove(here.people["Ada"])
    page.reload()
    page.get_by_role("button", name="Begin").click()
    page.get_by_role("img", name="QR code").wait_for()


def confirm_second_factor(page: Page, here: Stage) -> None:
    """Let Ada see her recovery codes."""
    begin_second_factor(page, here)
    secret = page.locator(".scan .secret").inner_text().strip()
    page.get_by_label("Code", exact=True).fill(code_of(secret, step_at(here.runtime.now())))
    page.get_by_role("button", name="Turn it on").click()
    page.get_by_role("link", name="I have kept them").wait_for()


def sign_in_to_garmin(page: Page, _: Stage) -> None:
    """Let Kim wait for Garmin."""
    _sign_in(page, "kim@example.test")
    page.wait_for_url("**/connect?login=*")
    page.wait_for_timeout(4000)


def sign_in_too_soon(page: Page, _: Stage) -> None:
    """Let Eva try what Garmin has blocked."""
    _sign_in(page, "nia@example.test")
    page.locator(".countdown").wait_for()


def _sign_in(page: Page, email: str) -> None:
    page.get_by_label("E-mail", exact=True).fill(email)
    page.get_by_label("Garmin password", exact=True).fill("a secret")
    page.get_by_role("button", name="Sign in").click()


def _go(page: Page, base: str, address: str) -> None:
    answer = page.goto(address if address.startswith("http") else f"{base}{address}")
    if answer is None or answer.status != HTTPStatus.OK:
        sys.exit(f"{address} is not as it should be.")


if __name__ == "__main__":
    main()
