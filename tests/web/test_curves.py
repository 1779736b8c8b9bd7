"""Curves that answer, in a real browser: cursor, zoom, the place on the route, and without them."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from browser_stage import DESK, come_in, running_browser, served, watched
from fake_clock import FakeClock
from playwright.sync_api import expect
from web_stage import Person, account, parts, prove, settings_over
from web_stage import browser as plain_browser

from training_analyzer.services.activities import Wanted
from training_analyzer.services.garmin_scheduler import GarminSyncScheduler
from training_analyzer.services.runtime import build_runtime
from training_analyzer.simulator import SimulatorServer
from training_analyzer.simulator.residents import demo_world
from training_analyzer.web.app import create_app
from training_analyzer.web.pages.rendering import STATIC

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from browser_stage import Watched

    from training_analyzer.services.runtime import Runtime

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

DAY = "/health/day/2026-03-01"
CURSOR = "Read the curves"
DRAWN = "() => document.querySelector('.curves canvas').toDataURL()"


@dataclass(frozen=True)
class Stage:
    """A runtime of somebody who has data, and the page of an activity of theirs."""

    runtime: Runtime
    who: str
    activity: str


@pytest.fixture(scope="module")
def stage(
    tmp_path_factory: pytest.TempPathFactory, migrated_file: Path, encryption_key: str
) -> Iterator[Stage]:
    """Give a few days of Ada's with their curves, the latest activity with its recording."""
    path, clock = tmp_path_factory.mktemp("curves") / "garmin-sync.db", FakeClock()
    shutil.copy(migrated_file, path)
    with SimulatorServer(demo_world(7, clock=clock)) as garmin:
        settings = settings_over(f"sqlite:///{path}", garmin, encryption_key)
        with build_runtime(settings, now=clock) as runtime:
            app = create_app(runtime, GarminSyncScheduler(runtime))
            ada, who = runtime.people.add("Ada").user_id, account(garmin, "ada")
            runtime.connections.connect_password(ada, who.email, who.password)
            runtime.credentials.update_sync_config(ada, initial_sync_days=3)
            for _ in range(2):
                # A first sync has no request to spare for curves.
                parts(app).manual.start(ada)
                assert parts(app).manual.wait(60)
                clock.advance(hours=11)
            (latest,) = runtime.activities.page(ada, Wanted(), limit=1)
            yield Stage(runtime, ada, f"/activities/{latest['activity_id']}")


@pytest.fixture(scope="module")
def entered(stage: Stage) -> Iterator[Watched]:
    """Give a page where Ada is signed in and uPlot is there."""
    if not (STATIC / "vendor/uPlot.iife.min.js").is_file():
        pytest.skip("NO VENDOR FILES (make assets): CURVES THAT ANSWER WERE NOT TESTED")
    app = create_app(stage.runtime, GarminSyncScheduler(stage.runtime), limits_factor=100)
    with running_browser() as browser, served(app) as url, watched(browser, url) as page:
        come_in(page, stage.runtime, stage.who)
        yield page


@pytest.fixture
def seen(entered: Watched) -> Iterator[Watched]:
    """Give that page in the light on a desk; nothing may be wrong afterwards."""
    entered.page.set_viewport_size({"width": DESK, "height": 900})
    entered.page.emulate_media(color_scheme="light", reduced_motion="reduce")
    yield entered
    assert entered.trouble == ""


def test_keys_read_the_curves_of_an_activity(seen: Watched, stage: Stage) -> None:
    """Arrow keys tell what was measured where, also on the route; plus zooms, Escape ends it."""
    seen.go(stage.activity)
    cursor, everything = (
        seen.page.get_by_role("slider", name=CURSOR),
        seen.page.get_by_role("button", name="Show all"),
    )
    expect(seen.page.locator(".curves canvas").first).to_be_visible()
    expect(seen.page.locator(".card > .chart:has(+ .curves)")).to_be_hidden()
    expect(seen.page.get_by_role("img", name="Heart rate")).to_be_visible()
    expect(everything).to_be_hidden()

    seen.tab_to(cursor)
    for key in ("End", "PageDown", "ArrowLeft"):
        seen.page.keyboard.press(key)
    expect(cursor).to_have_attribute(
        "aria-valuetext", re.compile(r"^[\d.]+ km · [\d:]+, Heart rate \d+ bpm, Pace \d:\d\d /km")
    )
    expect(seen.page.locator("circle.here:visible")).to_have_attribute("r", "7")
    before = cursor.get_attribute("aria-valuenow")
    seen.page.keyboard.press("+")
    expect(everything).to_be_visible()
    seen.look("curves, zoomed")
    seen.weigh(stage.activity)
    seen.page.keyboard.press("ArrowRight")
    assert float(cursor.get_attribute("aria-valuenow") or 0) > float(before or 0)
    seen.page.keyboard.press("Escape")
    expect(everything).to_be_hidden()
    expect(seen.page.locator("circle.here:visible")).to_have_count(0)


def test_a_pointer_reads_and_zooms_both_pictures_of_a_day(seen: Watched) -> None:
    """One cursor goes through body battery and heart rate; dragging zooms, a double click ends."""
    seen.go(DAY)
    calm, pulse = seen.page.get_by_role("slider", name=CURSOR).all()
    everything = seen.page.get_by_role("button", name="Show all").first
    plot = seen.page.locator(".u-over").first
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    assert box is not None
    left, top, width = box["x"], box["y"] + 20, box["width"]

    seen.page.mouse.move(left + width / 2, top)
    expect(calm).to_have_attribute("aria-valuetext", re.compile("^1[12]:.., Battery .+, Stress"))
    expect(pulse).to_have_attribute("aria-valuetext", re.compile(r"^1[12]:.., .+ bpm$"))
    _drag(seen, (left + width / 4, top), (left + width / 2, top))
    expect(everything).to_be_visible()
    seen.page.mouse.move(left + 2, top)
    expect(calm).to_have_attribute("aria-valuetext", re.compile("^0[56]:"))
    seen.page.mouse.dblclick(left + width / 2, top)
    expect(everything).to_be_hidden()
    _drag(seen, (left + width / 4, top), (left + width / 2, top))
    everything.click()
    expect(everything).to_be_hidden()
    seen.weigh(DAY)


def test_a_finger_reads_sideways_and_the_scheme_may_change(seen: Watched) -> None:
    """Down and up scroll the page, sideways moves the cursor; the dark has other colours."""
    seen.page.set_viewport_size({"width": 390, "height": 800})
    seen.go(DAY)
    plot = seen.page.locator(".u-over").first
    assert plot.evaluate("(it) => getComputedStyle(it).touchAction") == "pan-y"
    box = plot.bounding_box()
    assert box is not None
    finger = {"pointerType": "touch", "clientX": box["x"] + box["width"] / 2, "clientY": box["y"]}
    plot.dispatch_event("pointermove", finger)
    expect(seen.page.get_by_role("slider", name=CURSOR).first).to_contain_text(
        re.compile("^1[12]:")
    )

    light = seen.page.evaluate(DRAWN)
    seen.page.emulate_media(color_scheme="dark")
    seen.page.wait_for_function(f"(light) => ({DRAWN})() !== light", arg=light)
    expect(seen.page.locator(".curves canvas")).to_have_count(2)


def test_without_uplot_the_drawings_stay(stage: Stage) -> None:
    """Where the vendor files were not installed, pages carry the drawings and no dead weight."""
    scheduler = GarminSyncScheduler(stage.runtime)
    app = create_app(stage.runtime, scheduler, has_vendor_files=False, limits_factor=100)
    ada = Person(stage.who, plain_browser(app))
    prove(app, ada)

    for address in (stage.activity, DAY):
        page = ada.client.get(address).text
        assert page.count('class="drawing"') >= 3
        assert "<script" not in page


def _drag(seen: Watched, start: tuple[float, float], end: tuple[float, float]) -> None:
    seen.page.mouse.move(*start)
    seen.page.mouse.down()
    seen.page.mouse.move(*end, steps=4)
    seen.page.mouse.up()
