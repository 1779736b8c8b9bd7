"""The whole way of a newcomer in a real browser, against a pretend Garmin."""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from browser_stage import chromium, running_browser, watched
from playwright.sync_api import expect
from web_stage import account, parts

from training_analyzer.services.garmin_scheduler import GarminSyncScheduler
from training_analyzer.services.one_time_links import Purpose
from training_analyzer.web.app import create_app
from training_analyzer.web.pages.rendering import STATIC
from training_analyzer.web.serve import WebServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from browser_stage import Watched
    from fastapi import FastAPI
    from playwright.sync_api import Browser, Page

    from training_analyzer.services.runtime import Runtime
    from training_analyzer.simulator import SimulatorServer

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Give the system's Chromium; without one its tests are skipped, loudly, and fail in CI."""
    path = chromium()
    if path is None:
        reason = "NO CHROMIUM ON THIS MACHINE, THE BROWSER TESTS DID NOT RUN"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with running_browser(path) as running:
        yield running


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


@pytest.mark.parametrize("polls_with", ["htmx", "own script"])
def test_a_newcomer_connects_syncs_and_configures(
    browser: Browser, runtime: Runtime, garmin: SimulatorServer, polls_with: str
) -> None:
    """Sign in by link, connect with password and code, watch the sync, change the settings.

    On the way: no axe violation, nothing blocked by the policy, no foreign request, and
    no page wider than its window.
    """
    if polls_with == "htmx" and not (STATIC / "vendor/htmx.min.js").is_file():
        pytest.skip("NO VENDOR FILES (make assets): POLLING BY HTMX WAS NOT TESTED")
    app = create_app(
        runtime,
        GarminSyncScheduler(runtime),
        has_vendor_files=polls_with == "htmx",
        limits_factor=100,
    )
    token = _invite(runtime)
    with served(app) as url, watched(browser, url) as seen:
        _sign_in(seen, token)
        _connect(seen, garmin)
        _watch_the_sync(seen, garmin)
        _configure(seen)
        _leave(seen)

        assert seen.trouble == ""


def test_everything_works_without_script(
    browser: Browser, runtime: Runtime, garmin: SimulatorServer
) -> None:
    """With JavaScript off, plain forms connect, sync, configure and disconnect."""
    app = create_app(runtime, GarminSyncScheduler(runtime), limits_factor=100)
    token = _invite(runtime)
    who = account(garmin, "nia")
    with served(app) as url, watched(browser, url, with_script=False) as seen:
        page = seen.page
        page.goto(f"{url}/sign-in?token={token}")
        page.get_by_role("button", name="Sign in").click()
        _fill_login(page, who.email, who.password)
        page.get_by_role("textbox", name="Code").fill(str(who.mfa_code))
        page.get_by_role("button", name="Continue").click()
        parts(app).manual.wait(60)
        page.goto(url)
        expect(page.get_by_role("heading", level=1)).to_have_text("Your data is up to date")
        page.goto(f"{url}/settings/sync")
        page.get_by_label("Look back with each run").fill("12")
        page.get_by_role("button", name="Save settings").click()
        expect(page.get_by_role("status")).to_contain_text("Saved.")
        page.get_by_label("Delete everything").check()
        page.get_by_role("button", name="Disconnect").click()
        expect(page.get_by_role("status")).to_contain_text("everything that was synced is deleted")

        assert seen.trouble == ""


def _invite(runtime: Runtime) -> str:
    """Add Ana, whose first sync is short, and return the token of a link for her."""
    ana = runtime.people.add("Ana").user_id
    runtime.credentials.update_sync_config(ana, initial_sync_days=45)
    return runtime.access.links.issue(Purpose.SIGN_IN, ana)


def _sign_in(seen: Watched, token: str) -> None:
    page = seen.page
    page.goto(seen.base)
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in to Garmin Sync")
    seen.look("signed out")
    page.goto(f"{seen.base}/sign-in?token={token}")
    seen.look("link")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Connect your Garmin account")
    assert "token" not in page.url
    for place in ("/password", "/confirm", "/second-factor"):
        page.goto(f"{seen.base}{place}")
        seen.look(place)
    page.goto(seen.base)


def _connect(seen: Watched, garmin: SimulatorServer) -> None:
    page, who = seen.page, account(garmin, "tom")
    seen.look("not connected", everywhere=True)
    for way in ("Browser ticket", "Token", "Personal key", "E-mail and password"):
        page.get_by_role("link", name=way, exact=True).click()
        expect(page.get_by_role("link", name=way, exact=True)).to_have_attribute(
            "aria-current", "page"
        )
        seen.look(way)
    _fill_login(page, who.email, "wrong")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_label("Garmin password")).to_have_value("")
    seen.look("wrong password")
    _fill_login(page, who.email, who.password)
    expect(page.get_by_role("heading", name="Enter the code from Garmin")).to_be_visible()
    seen.look("code")
    # Holds the sync in the middle, so that it can be looked at.
    garmin.faults.delay("/hrv-service", 90)
    page.get_by_role("textbox", name="Code").fill(str(who.mfa_code))
    page.get_by_role("button", name="Continue").click()


def _watch_the_sync(seen: Watched, garmin: SimulatorServer) -> None:
    page = seen.page
    expect(page.get_by_role("heading", level=1)).to_have_text("Your data is on its way")
    # Only the polling can bring the windows in: the page itself is not loaded again.
    page.evaluate("window.isTheSamePage = true")
    expect(page.locator(".going-number .fig")).to_contain_text("%")
    expect(page.locator(".going .facts")).to_contain_text("windows")
    expect(page.locator(".going .step b")).not_to_be_empty()
    assert page.evaluate("window.isTheSamePage")
    assert int(page.get_by_role("progressbar").get_attribute("value") or 0) > 0
    seen.look("running")
    garmin.faults.end_delays()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Your data is up to date", timeout=60_000
    )
    expect(page.locator(".run")).to_have_count(1)
    expect(page.locator(".run")).to_contain_text("Completed")
    expect(page.locator(".run")).to_contain_text("First sync")
    expect(page.locator(".spark")).to_have_count(3)
    expect(page.get_by_role("button", name="Sync now")).to_be_disabled()
    seen.look("up to date", everywhere=True)


def _configure(seen: Watched) -> None:
    page = seen.page
    page.goto(f"{seen.base}/settings/sync")
    seen.look("settings")
    page.get_by_label("Look back with each run").fill("900")
    page.get_by_role("button", name="Save settings").click()
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.locator("#incremental_sync_days-wrong")).to_be_visible()
    seen.look("wrong settings")
    page.get_by_label("Look back with each run").fill("14")
    page.get_by_text("Weekly", exact=True).click()
    page.get_by_role("switch", name="Fitness metrics").uncheck()
    page.get_by_role("button", name="Save settings").click()
    expect(page.get_by_role("status")).to_contain_text("Saved.")
    expect(page.get_by_label("Look back with each run")).to_have_value("14")
    expect(page.get_by_role("radio", name="Weekly")).to_be_checked()
    expect(page.get_by_role("switch", name="Fitness metrics")).not_to_be_checked()
    seen.look("saved")


def _leave(seen: Watched) -> None:
    seen.page.get_by_role("button", name="Sign out").click()
    expect(seen.page.get_by_role("heading", level=1)).to_have_text("Sign in to Garmin Sync")


def _fill_login(page: Page, email: str, password: str) -> None:
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Garmin password").fill(password)
    page.get_by_role("button", name="Connect").click()
