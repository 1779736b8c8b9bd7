"""The whole way of a person in a real browser, against a pretend Garmin."""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING

import pytest
from browser_stage import DESK, PHONE, come_in, running_browser, served, watched
from playwright.sync_api import expect
from web_stage import account, parts

from training_analyzer.services.export_worker import ExportMaking
from training_analyzer.services.garmin_scheduler import GarminSyncScheduler
from training_analyzer.web.app import create_app
from training_analyzer.web.pages.rendering import STATIC

if TYPE_CHECKING:
    from collections.abc import Iterator

    from browser_stage import Watched
    from fake_clock import FakeClock
    from fastapi import FastAPI
    from playwright.sync_api import Browser

    from training_analyzer.services.runtime import Runtime
    from training_analyzer.simulator import SimulatorServer

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Give the system's Chromium."""
    with running_browser() as running:
        yield running


def test_a_person_needs_no_mouse(
    browser: Browser, runtime: Runtime, garmin: SimulatorServer, clock: FakeClock
) -> None:
    """On a desk, by keyboard alone: in, connect, sync, settings, backfill, repair, export, out."""
    if not (STATIC / "vendor/htmx.min.js").is_file():
        pytest.skip("NO VENDOR FILES (make assets): PAGES WITH HTMX WERE NOT TESTED")
    app = create_app(runtime, GarminSyncScheduler(runtime), limits_factor=100)
    ana = runtime.people.add("Ana").user_id
    with served(app) as url, watched(browser, url, width=DESK) as seen:
        come_in(seen, runtime, ana)
        _connect(seen, garmin)
        _choose_data(seen, garmin)
        _watch_the_sync(seen, garmin)
        _configure(seen)
        clock.advance(minutes=2)
        _fetch_again(seen, app)
        clock.advance(minutes=2)
        _repair(seen, app, garmin)
        _export(seen, runtime)
        _disconnect(seen)
        _leave(seen)

        assert seen.trouble == ""


def test_a_phone_without_htmx_follows_a_sync(
    browser: Browser, runtime: Runtime, garmin: SimulatorServer
) -> None:
    """In the dark, with our own script alone: connect with a code, and see the data arrive."""
    scheduler = GarminSyncScheduler(runtime)
    app = create_app(runtime, scheduler, has_vendor_files=False, limits_factor=100)
    ana = runtime.people.add("Ana").user_id
    with served(app) as url, watched(browser, url, scheme="dark", width=PHONE) as seen:
        come_in(seen, runtime, ana)
        _connect(seen, garmin)
        _choose_data(seen, garmin)
        _watch_the_sync(seen, garmin)
        _leave(seen)

        assert seen.trouble == ""


def test_everything_works_without_script(
    browser: Browser, runtime: Runtime, garmin: SimulatorServer
) -> None:
    """With JavaScript off, plain forms connect, sync, configure, export and disconnect."""
    app = create_app(runtime, GarminSyncScheduler(runtime), limits_factor=100)
    ana, who = runtime.people.add("Ana").user_id, account(garmin, "nia")
    with served(app) as url, watched(browser, url, with_script=False) as seen:
        page = seen.page
        come_in(seen, runtime, ana)
        seen.go("/connect?way=password")
        page.get_by_label("E-mail").fill(who.email)
        page.get_by_label("Garmin password").fill(who.password)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("textbox", name="Code").fill(str(who.mfa_code))
        page.get_by_role("button", name="Continue").click()
        page.get_by_role("radio", name="30 days").check()
        page.get_by_role("button", name="Start the first sync").click()
        parts(app).manual.wait(60)
        seen.go("/")
        expect(page.get_by_role("heading", name="Today")).to_be_visible()
        seen.go("/settings/sync")
        page.get_by_label("Look back with each run").fill("12")
        page.get_by_role("button", name="Save settings").click()
        expect(page.get_by_role("status")).to_contain_text("Saved.")
        _export(seen, runtime)
        seen.go("/connect?step=disconnect")
        page.get_by_label("Delete everything").check()
        page.get_by_label("Type “disconnect”").fill("disconnect")
        page.get_by_role("button", name="Disconnect").click()
        expect(page.get_by_role("status")).to_contain_text("everything that was synced is deleted")

        assert seen.trouble == ""


def _connect(seen: Watched, garmin: SimulatorServer) -> None:
    """Go the way from the empty start page to a connection, with a wrong password first."""
    page, who = seen.page, account(garmin, "tom")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    seen.press(page.get_by_role("main").get_by_role("link", name="Connect Garmin"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Connect your Garmin account")
    seen.press(page.get_by_role("link", name="E-mail and password"))
    seen.type(page.get_by_label("E-mail"), who.email)
    seen.type(page.get_by_label("Garmin password"), "wrong")
    seen.press(page.get_by_role("button", name="Sign in"))
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_label("E-mail")).to_have_value(who.email)
    expect(page.get_by_label("Garmin password")).to_have_value("")
    seen.look("wrong password")
    seen.type(page.get_by_label("Garmin password"), who.password)
    seen.press(page.get_by_role("button", name="Sign in"))
    expect(page.get_by_role("heading", name="Enter the code from Garmin")).to_be_visible()
    seen.look("code")
    seen.type(page.get_by_role("textbox", name="Code"), str(who.mfa_code))
    seen.press(page.get_by_role("button", name="Continue"))


def _choose_data(seen: Watched, garmin: SimulatorServer) -> None:
    page = seen.page
    expect(page.get_by_role("heading", name="Choose your data")).to_be_visible()
    seen.look("choice of data")
    # Holds the sync in the middle, so that it can be looked at.
    garmin.faults.delay("/hrv-service", 90)
    page.get_by_role("radio", name="30 days").check()
    seen.press(page.get_by_role("button", name="Start the first sync"))


def _watch_the_sync(seen: Watched, garmin: SimulatorServer) -> None:
    """See a run as it goes on, on its own page, which is never loaded again before its end."""
    page = seen.page
    expect(page.get_by_role("heading", level=1)).to_have_text("First sync")
    page.evaluate("window.isTheSamePage = true")
    expect(page.get_by_role("main")).to_contain_text(re.compile(r"of \d+ windows"))
    expect(page.locator(".num-row .fig")).to_contain_text("%")
    assert page.evaluate("window.isTheSamePage")
    assert int(page.get_by_role("progressbar").get_attribute("value") or 0) > 0
    seen.look("live run", combinations=2)
    seen.go("/")
    expect(page.get_by_role("main")).to_contain_text("under way")
    page.go_back()
    garmin.faults.end_delays()
    expect(page.get_by_role("main")).to_contain_text(
        "Everything that was due is here.", timeout=60_000
    )
    seen.go("/")
    expect(page.get_by_role("heading", name="Today")).to_be_visible()
    expect(page.locator(".metric")).to_have_count(6)
    expect(page.get_by_role("button", name="Sync now")).to_be_disabled()


def _configure(seen: Watched) -> None:
    """Change settings, wrongly first: both come back as they were written."""
    page = seen.page
    seen.press(page.get_by_role("link", name="Settings", exact=True))
    look_back = page.get_by_label("Look back with each run")
    seen.type(look_back, "900")
    seen.press(page.get_by_role("button", name="Save settings"))
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.locator("#incremental_sync_days-wrong")).to_be_visible()
    seen.look("wrong settings")
    seen.type(look_back, "14")
    seen.type(page.get_by_label("Shortest gap between runs"), "1")
    seen.press(page.get_by_role("switch", name="Fitness metrics"), "Space")
    seen.tab_to(page.get_by_role("radio", name="Daily", exact=True))
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-changes]")).to_contain_text("Look back with each run")
    seen.press(page.get_by_role("button", name="Save settings"))
    expect(page.get_by_role("status")).to_contain_text("Saved.")
    expect(look_back).to_have_value("14")
    expect(page.get_by_role("radio", name="Weekly")).to_be_checked()
    expect(page.get_by_role("switch", name="Fitness metrics")).not_to_be_checked()


def _fetch_again(seen: Watched, app: FastAPI) -> None:
    """Ask for older days: what it costs first, then the days."""
    page = seen.page
    seen.press(page.get_by_role("link", name="Coverage", exact=True).first)
    page.get_by_label("From", exact=True).fill("2026-01-10")
    page.get_by_label("To", exact=True).fill("2026-01-14")
    seen.press(page.get_by_role("button", name="What does it cost?"))
    expect(page.locator(".estimate .facts")).to_contain_text("of syncing")
    seen.press(page.get_by_role("button", name="Fetch these days"))
    expect(page.get_by_role("heading", name="Asked for again")).to_be_visible()
    seen.look("backfill")
    assert parts(app).manual.wait(60)
    seen.go("/coverage?month=2026-01")
    expect(page.locator("table.month td.m-data").first).to_be_attached()


def _repair(seen: Watched, app: FastAPI, garmin: SimulatorServer) -> None:
    """Garmin ends the session: each page says so, and its link leads to the form that helps."""
    page, who = seen.page, account(garmin, "tom")
    garmin.faults.revoke_tokens(who.email)
    seen.go("/")
    seen.press(page.get_by_role("button", name="Sync now"))
    page.wait_for_url("**/runs/*")
    assert parts(app).manual.wait(60)
    # The page of a run loads itself anew when the run is over: not while another is opened.
    expect(page.locator("[data-live]")).to_have_count(0, timeout=15_000)
    seen.go("/history")
    expect(page.locator(".banner-title")).to_have_text("Garmin asks you to sign in again")
    seen.look("broken connection", combinations=2)
    seen.press(page.locator(".banner-actions a").last)
    seen.type(page.get_by_label("E-mail"), who.email)
    seen.type(page.get_by_label("Garmin password"), who.password)
    seen.press(page.get_by_role("button", name="Sign in"))
    seen.type(page.get_by_role("textbox", name="Code"), str(who.mfa_code))
    seen.press(page.get_by_role("button", name="Continue"))
    expect(page.get_by_role("status").first).to_contain_text("Connected.")
    assert parts(app).manual.wait(60)
    seen.go("/")
    expect(page.locator(".banner.bad")).to_have_count(0)


def _export(seen: Watched, runtime: Runtime) -> None:
    """Take the data away."""
    page = seen.page
    seen.go("/settings/data")
    page.get_by_role("button", name="Make export").click()
    expect(page.get_by_role("status").first).to_contain_text("The export was asked for.")
    assert ExportMaking(runtime.export_jobs, "me", threading.Event()).make_next()
    seen.go("/settings/data")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename.endswith(".zip")


def _disconnect(seen: Watched) -> None:
    page = seen.page
    seen.go("/connect")
    seen.press(page.get_by_role("link", name="Disconnect…"))
    seen.type(page.get_by_label("Type “disconnect”"), "nonsense")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    seen.look("not confirmed")
    seen.type(page.get_by_label("Type “disconnect”"), "disconnect")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("your data is still here")
    seen.look("disconnected")


def _leave(seen: Watched) -> None:
    page = seen.page
    seen.press(page.locator(".menu summary"))
    seen.press(page.get_by_role("button", name="Sign out"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in to Garmin Sync")
