"""Every screen in a real browser: nothing to find for axe, nothing foreign, wide, cut or unseen."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
import screens
from browser_stage import WIDTHS, come_in, running_browser, served, watched
from fake_clock import FakeClock
from fastapi.routing import iter_route_contexts
from playwright.sync_api import expect
from web_stage import account, parts, settings_over

from training_analyzer.services.activities import Wanted
from training_analyzer.services.callers import Role, Scope
from training_analyzer.services.garmin_scheduler import GarminSyncScheduler
from training_analyzer.services.one_time_links import Purpose
from training_analyzer.services.runtime import build_runtime
from training_analyzer.simulator import SimulatorServer
from training_analyzer.simulator.residents import demo_world
from training_analyzer.web import catalogs, pages
from training_analyzer.web.app import create_app
from training_analyzer.web.pages.rendering import STATIC

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

    from training_analyzer.services.runtime import Runtime

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


@dataclass(frozen=True)
class Stage:
    """A server, and two of its people: one with data, one who is new."""

    url: str
    runtime: Runtime
    synced: str
    new: str
    # What the addresses of screens name.
    names: dict[str, object]


# One in so many screens each day: what turns a page around is in few places, and German words
# are nearly as long as the longer ones.
DAILY = {catalogs.PSEUDO_RIGHT_TO_LEFT: 3, catalogs.PSEUDO: 2}


@pytest.fixture(scope="module")
def stage(
    tmp_path_factory: pytest.TempPathFactory, migrated_file: Path, encryption_key: str
) -> Iterator[Stage]:
    """Serve one server to all tests here: Ada has 45 days of data, Ben has nothing."""
    path, clock = tmp_path_factory.mktemp("screens") / "garmin-sync.db", FakeClock()
    shutil.copy(migrated_file, path)
    with SimulatorServer(demo_world(7, clock=clock)) as garmin:
        settings = settings_over(f"sqlite:///{path}", garmin, encryption_key)
        with build_runtime(settings, now=clock) as runtime:
            app = create_app(runtime, GarminSyncScheduler(runtime), limits_factor=100)
            synced, new = runtime.people.add("Ada").user_id, runtime.people.add("Ben").user_id
            who = account(garmin, "ada")
            runtime.connections.connect_password(synced, who.email, who.password)
            runtime.credentials.update_sync_config(synced, initial_sync_days=45)
            garmin.faults.answer("/hrv-service", status=500)
            parts(app).manual.start(synced)
            assert parts(app).manual.wait(60)
            names = _made(runtime, synced)
            with served(app) as url:
                yield Stage(url, runtime, synced, new, names)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Give the system's Chromium."""
    with running_browser() as running:
        yield running


@pytest.fixture
def combinations(rounds: Callable[[int, int], int]) -> int:
    """Give in how many of light and dark, phone and desk axe looks: a diagonal, or all four."""
    return rounds(2, 4)


def test_every_page_is_in_the_list_of_screens() -> None:
    """A page that nobody looks at is found by its route."""
    routes = {
        route.path_format
        for route in iter_route_contexts(pages.router.routes)
        if "GET" in (route.methods or ())
    }

    assert routes == {*screens.SIGNED_IN, *screens.STRANGERS, *screens.PIECES}


def test_nothing_moves_for_who_wants_less_motion() -> None:
    """Each movement lasts as long as the token says, which is no time at all for them."""
    sheets = {path.name: path.read_text() for path in STATIC.glob("*.css")}
    moving = re.findall(r"(?:transition|animation)[a-z-]*: ([^;}]*)", "".join(sheets.values()))

    assert "prefers-reduced-motion: reduce) { :root { --fast: 0ms; } }" in sheets["tokens.css"]
    assert [it for it in moving if not all("var(--fast)" in part for part in it.split(","))] == []


@pytest.mark.torture
@pytest.mark.parametrize("half", [0, 1])
def test_who_has_data_finds_every_screen_in_order(
    browser: Browser, stage: Stage, combinations: int, half: int
) -> None:
    """Both schemes, phone and desk, all unfolded: nothing to find, to miss or to wait for."""
    with watched(browser, stage.url) as seen:
        come_in(seen, stage.runtime, stage.synced)
        for address in list(screens.SIGNED_IN.values())[half::2]:
            seen.go(address.format(**stage.names))
            seen.weigh(address)
            seen.look_hard(address, combinations)

        assert seen.trouble == ""


def test_keys_go_from_active_day_to_active_day(browser: Browser, stage: Stage) -> None:
    """The year is one stop of Tab; arrows tell what was done on a day, Enter leads to it."""
    with watched(browser, stage.url) as seen:
        come_in(seen, stage.runtime, stage.synced)
        seen.go("/activities")
        said = seen.page.locator(".day-said")
        seen.tab_to(seen.page.locator(".chart-x .drawing a[tabindex='0']"))
        expect(said).to_have_text(re.compile("1 Mar, Berlin 10K, 43 min"))
        seen.page.keyboard.press("ArrowLeft")
        expect(said).to_have_text(re.compile("28 Feb, Berlin Trail Running"))
        expect(seen.page.locator(".drawing a[tabindex='0']")).to_have_count(1)
        seen.page.keyboard.press("Enter")
        seen.page.wait_for_url("**/activities?from=2026-02-28&to=2026-02-28")

        assert seen.trouble == ""


@pytest.mark.torture
def test_other_states_of_screens_are_in_order(
    browser: Browser, stage: Stage, rounds: Callable[[int, int], int]
) -> None:
    """Forms that a link opens, a cost that was asked for, and a page that is not there."""
    with watched(browser, stage.url, scheme="dark", width=360) as seen:
        come_in(seen, stage.runtime, stage.synced)
        for state, address in screens.STATES.items():
            seen.go(address)
            seen.look_hard(state, rounds(1, 4))
        seen.go("/runs/999999", status=404)
        seen.look_hard("not there", rounds(1, 4))

        assert seen.trouble == ""


@pytest.mark.torture
def test_who_is_new_finds_every_empty_screen_in_order(
    browser: Browser, stage: Stage, rounds: Callable[[int, int], int]
) -> None:
    """Pages without any data."""
    with watched(browser, stage.url, scheme="dark", width=360) as seen:
        come_in(seen, stage.runtime, stage.new)
        for address in screens.EMPTY:
            seen.go(address)
            seen.look_hard(f"{address}, empty", rounds(1, 4))

        assert seen.trouble == ""


@pytest.mark.torture
@pytest.mark.parametrize(
    ("code", "widths"),
    [("de", (320, 360)), (catalogs.PSEUDO, WIDTHS), (catalogs.PSEUDO_RIGHT_TO_LEFT, (320, 360))],
)
def test_every_screen_bends_to_the_language(
    browser: Browser,
    stage: Stage,
    code: str,
    widths: tuple[int, ...],
    rounds: Callable[[int, int], int],
) -> None:
    """In German no heading is English; words 40 % longer, or from right to left, have room."""
    profiles, texts = stage.runtime.access.profiles, catalogs.catalog(code)
    profiles.change(stage.synced, {"locale": code})
    english: set[str] = set()
    with watched(browser, stage.url, width=widths[0]) as seen:
        come_in(seen, stage.runtime, stage.synced)
        every = (*screens.SIGNED_IN.values(), *screens.STATES.values())
        for address in every[:: rounds(DAILY.get(code, 1), 1)]:
            seen.go(address.format(**stage.names))
            assert seen.page.get_attribute("html", "lang") == code
            headings = seen.page.locator("h1, h2").all_text_contents() if code == "de" else []
            english |= {it for it in headings if texts.gettext(it.strip()) != it.strip()}
            seen.unfold()
            seen.measure(f"{address}, {code}", widths)

        assert seen.trouble == ""
    profiles.change(stage.synced, {"locale": None})

    assert english == set()


@pytest.mark.torture
def test_strangers_find_the_ways_in_in_order(
    browser: Browser, runtime: Runtime, combinations: int
) -> None:
    """Sign-in, the first set-up, an invitation, and a link that is no good."""
    app, links = create_app(runtime, GarminSyncScheduler(runtime)), runtime.access.links
    tokens = {
        "set_up": links.issue(Purpose.SET_UP),
        "invitation": links.issue(Purpose.INVITATION, role=Role.USER),
    }
    with served(app) as url, watched(browser, url, scheme="dark", width=360) as seen:
        for address in screens.STRANGERS.values():
            seen.go(address.format(**tokens))
            seen.weigh(address)
            seen.look_hard(address, combinations)
        seen.go("/invitations/made-up", status=404)
        seen.look_hard("a link that is over", combinations)

        assert seen.trouble == ""


def _made(runtime: Runtime, user_id: str) -> dict[str, object]:
    """Make one of each thing that a person can have, and return what pages call them."""
    hook = {"url": "https://example.test/hook", "events": ["*"]}
    runtime.access.api_keys.issue(user_id, "notebook", frozenset({Scope.DATA_READ}))
    (latest,) = runtime.activities.page(user_id, Wanted(), limit=1)
    return {
        "activity": latest["activity_id"],
        "person": user_id,
        "webhook": runtime.webhooks.add(user_id, hook).webhook.webhook_id,
    }
