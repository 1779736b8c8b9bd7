"""The page as a person without script uses it: forms, answers, words."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from web_stage import API, Person, account, arrive, browser, connect, parts, short, sync

from training_analyzer.services.garmin_scheduler import GarminSyncScheduler
from training_analyzer.web.app import create_app
from training_analyzer.web.pages.rendering import STATIC, WEB

if TYPE_CHECKING:
    from fastapi import FastAPI

    from training_analyzer.services.runtime import Runtime
    from training_analyzer.simulator import SimulatorServer

FORM = {
    "auto_sync_enabled": "on",
    "sync_frequency": "weekly",
    "sync_time": "21:15",
    "sync_activities": "on",
    "sync_fitness_metrics": "on",
    "initial_sync_days": "30",
    "incremental_sync_days": "9",
    "min_sync_interval_minutes": "90",
}


def text_of(page: str) -> str:
    """Return a page's words."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_the_first_page_leads_to_a_connection(ana: Person) -> None:
    """Somebody new sees the way in, what is kept, and the settings; nothing pretends."""
    page = ana.client.get("/").text

    assert "Connect your Garmin account" in page
    assert "What we keep" in page
    assert 'action="/connect/password"' in page
    assert 'action="/settings#settings-wrong"' in page
    assert 'action="/disconnect"' not in page
    assert 'action="/sync"' not in page


@pytest.mark.parametrize("way", ["password", "ticket", "token", "personal-key"])
def test_each_way_in_has_its_form(ana: Person, way: str) -> None:
    """The ways in are links, so that they work without script."""
    page = ana.client.get("/", params={"way": way}).text

    assert f'action="/connect/{way}"' in page
    assert f'<a href="/?way={way}#connect" aria-current="page">' in page


def test_connect_with_a_code_by_forms(app: FastAPI, ana: Person, garmin: SimulatorServer) -> None:
    """Password, wrong code, right code, and the first sync is under way."""
    who = account(garmin, "tom")
    short(ana)

    asked = ana.client.post(
        "/connect/password", data={"email": who.email, "password": who.password}
    )
    step = ana.client.get("/").text
    wrong = ana.client.post("/connect/code", data={"code": "000001"})
    right = ana.client.post("/connect/code", data={"code": f" {who.mfa_code} "})
    parts(app).manual.wait(60)
    page = ana.client.get(right.headers["location"]).text

    assert (asked.status_code, asked.headers["location"]) == (303, "/")
    assert "Enter the code from Garmin" in step
    assert "3 tries" in step
    assert wrong.status_code == 422
    assert "That code was not right." in wrong.text
    assert "2 tries" in wrong.text
    assert (right.status_code, right.headers["location"]) == (303, "/?done=connected")
    assert "Your data is up to date" in page
    assert "What we hold" in page


def test_three_wrong_codes_end_the_login(ana: Person, garmin: SimulatorServer) -> None:
    """After the third wrong code the password form is there again, with the reason."""
    who = account(garmin, "tom")
    ana.client.post("/connect/password", data={"email": who.email, "password": who.password})

    for _ in range(3):
        last = ana.client.post("/connect/code", data={"code": "000001"})

    assert 'action="/connect/password"' in last.text
    assert 'role="alert"' in last.text


def test_connect_with_token_and_key_by_forms(
    app: FastAPI, ana: Person, ben: Person, garmin: SimulatorServer
) -> None:
    """The two other ways in work by their forms."""
    token = json.dumps(garmin.world.sign_in("will@example.test"))
    key = account(garmin, "kay").personal_key
    for somebody in (ana, ben):
        short(somebody)

    by_token = ana.client.post("/connect/token", data={"token": token})
    by_key = ben.client.post("/connect/personal-key", data={"api_key": key})
    parts(app).manual.wait(60)

    assert (by_token.status_code, by_key.status_code) == (303, 303)
    assert "Token or browser ticket" in ana.client.get("/").text
    assert "Personal API key" in ben.client.get("/").text
    assert (
        "not given by Garmin" in ben.client.get("/").text
        or "not fetched" in ben.client.get("/").text
    )


def test_a_refused_login_says_what_to_do(ana: Person, garmin: SimulatorServer) -> None:
    """The form comes back with the address, without the password, with one next step."""
    refused = ana.client.post(
        "/connect/password", data={"email": "ada@example.test", "password": "wrong"}
    )

    assert refused.status_code == 422
    assert "Garmin did not accept this e-mail and password." in refused.text
    assert 'value="ada@example.test"' in refused.text
    garmin.faults.lock("ada@example.test")
    who = account(garmin, "ada")
    locked = ana.client.post(
        "/connect/password", data={"email": who.email, "password": who.password}
    )
    assert "sso.garmin.com" in locked.text


def test_settings_are_saved_by_a_form(ana: Person, runtime: Runtime) -> None:
    """Every documented field can be set; a switch that is off is off."""
    saved = ana.client.post("/settings", data=FORM)
    page = ana.client.get(saved.headers["location"]).text
    config = runtime.credentials.get_sync_config(ana.user_id)

    assert saved.status_code == 303
    assert "Saved." in page
    assert config is not None
    assert (config.sync_frequency, config.sync_time) == ("weekly", "21:15")
    assert (config.sync_activities, config.sync_wellness) == (True, False)
    assert (config.initial_sync_days, config.incremental_sync_days) == (30, 9)
    assert config.min_sync_interval_minutes == 90


def test_a_time_with_seconds_is_taken(ana: Person, runtime: Runtime) -> None:
    """Some browsers send seconds with a time."""
    assert ana.client.post("/settings", data=FORM | {"sync_time": "21:15:00"}).status_code == 303
    config = runtime.credentials.get_sync_config(ana.user_id)
    assert config is not None
    assert config.sync_time == "21:15"


def test_wrong_settings_are_all_named_and_none_is_saved(ana: Person, runtime: Runtime) -> None:
    """Every wrong field has its message, and keeps what was typed."""
    wrong = {"sync_time": "25:00", "initial_sync_days": "0", "incremental_sync_days": "seven"}

    again = ana.client.post("/settings", data=FORM | wrong | {"sync_frequency": "yearly"})

    assert again.status_code == 422
    assert "4 fields need correcting" in text_of(again.text)
    for name in (*wrong, "sync_frequency"):
        assert f'id="{name}-wrong"' in again.text
    assert 'value="seven"' in again.text
    assert runtime.credentials.get_sync_config(ana.user_id) is None


def test_the_page_tells_why_a_sync_must_wait(
    app: FastAPI, ana: Person, garmin: SimulatorServer
) -> None:
    """Just after a sync the button is off, with the reason and the time beside it."""
    connect(ana, garmin, "ada")
    sync(app, ana)

    page = ana.client.get("/").text
    pressed = ana.client.post("/sync")

    assert re.search(r"<button[^>]* disabled[^>]*>", page)
    assert "Possible again today, 13:00 UTC" in page
    assert pressed.status_code == 303


def test_a_running_sync_is_shown_and_refreshed(
    app: FastAPI, ana: Person, garmin: SimulatorServer
) -> None:
    """The page shows windows and requests, refreshes itself without script, then reloads."""
    connect(ana, garmin, "ada")
    garmin.faults.delay("/hrv-service", 60)
    ana.client.post("/sync")
    for _ in range(2000):
        piece = ana.client.get("/progress")
        if "of " in text_of(piece.text) and "%" in piece.text:
            break
    page = ana.client.get("/").text
    garmin.faults.end_delays()
    parts(app).manual.wait(60)
    after = ana.client.get("/progress")

    assert re.search(r"\d+ requests to Garmin|requests to Garmin \d+", text_of(piece.text))
    assert re.search(r"of \d+ windows", piece.text)
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in page
    assert 'hx-get="/progress"' in page
    assert "Your data is on its way" in page
    assert (after.status_code, after.headers["hx-refresh"]) == (204, "true")
    assert "refresh" not in ana.client.get("/").text.split("</head>")[0]


def test_a_poll_after_the_session_loads_the_page_anew(app: FastAPI) -> None:
    """A session that ends during a sync does not put a second page into the first."""
    answer = browser(app, **{"HX-Request": "true"}).get("/progress")

    assert (answer.status_code, answer.headers["hx-refresh"]) == (401, "true")


@pytest.mark.parametrize("path", ["/sign-in", "/connect/password", "/connect/token", "/settings"])
@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/x-www-form-urlencoded", b"email=%ff%00&password=%ed%a0%80&token=%00"),
        ("application/x-www-form-urlencoded", b"\xff\xfe=&&&=%%%"),
        ("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % n for n in range(2000))),
        ("multipart/form-data; boundary=x", b"--x\r\nnonsense"),
        ("multipart/form-data", b"--x"),
        ("application/json", b'{"email": 1}'),
        ("", b"x"),
    ],
)
def test_a_broken_form_is_no_fault_of_ours(ana: Person, path: str, kind: str, body: bytes) -> None:
    """Whatever arrives as a form, the answer is a page and never a 500."""
    answer = ana.client.post(path, content=body, headers={"Content-Type": kind})

    assert 400 <= answer.status_code < 500
    assert "<h1" in answer.text


def test_a_partial_run_is_explained(app: FastAPI, ana: Person, garmin: SimulatorServer) -> None:
    """The history says in words what is missing, with the technical part folded."""
    connect(ana, garmin, "ada")
    garmin.faults.answer("/hrv-service", status=500)
    sync(app, ana)

    page = text_of(ana.client.get("/").text)

    assert "Some days are still missing" in page
    assert "Partial" in page
    assert "HRV, 1 February to 2 March 2026: Garmin did not answer, asked" in page


def test_a_connection_that_broke_asks_for_a_new_one(
    ana: Person, runtime: Runtime, garmin: SimulatorServer
) -> None:
    """Broken credentials show the reason, what we do, and the form."""
    connect(ana, garmin, "ada")
    runtime.credentials.update_validation_status(
        ana.user_id, is_valid=False, validation_error="Garmin ended it.", error_code="token_expired"
    )

    page = ana.client.get("/").text

    assert "Connect Garmin again" in page
    assert "Garmin ended it." in page
    assert 'action="/connect/password"' in page
    assert "No automatic sync is planned" in text_of(page)


def test_a_run_that_lost_its_process_says_so(
    ana: Person, runtime: Runtime, garmin: SimulatorServer
) -> None:
    """A row that is still open though nobody works on it is not shown as running."""
    connect(ana, garmin, "ada")
    runtime.credentials.start_sync(ana.user_id, "manual")

    page = text_of(ana.client.get("/").text)

    assert "Interrupted" in page
    assert "Your data is on its way" not in page


def test_disconnect_by_form(app: FastAPI, ana: Person, garmin: SimulatorServer) -> None:
    """Keeping is the default; deleting leaves nothing on the page."""
    connect(ana, garmin, "ada")
    sync(app, ana)

    kept = ana.client.post("/disconnect")
    page = ana.client.get(kept.headers["location"]).text
    connect(ana, garmin, "ada")
    deleted = ana.client.post("/disconnect", data={"data": "delete"})
    empty = ana.client.get(deleted.headers["location"]).text

    assert "your data is still here" in page
    assert "What we hold" in page
    assert "What we hold" not in empty


def test_the_history_can_be_read_on(
    ana: Person, runtime: Runtime, clock: Any, garmin: SimulatorServer
) -> None:
    """Ten runs are shown, the older ones a click away."""
    connect(ana, garmin, "ada")
    for _ in range(12):
        clock.advance(minutes=1)
        runtime.credentials.complete_sync(
            runtime.credentials.start_sync(ana.user_id, "scheduled"),
            "failed",
            error_message="It broke.",
            error_details="not JSON",
        )

    short, long = (ana.client.get(path).text for path in ("/", "/?runs=all"))

    assert short.count('class="run"') == 10
    assert "Older runs" in short
    assert long.count('class="run"') == 12
    assert "Older runs" not in long


def test_the_page_works_without_the_vendor_files(runtime: Runtime) -> None:
    """Without htmx no page names it; with it, it is the only script beside our own."""
    names = {}
    for has_files in (True, False):
        if has_files and not (STATIC / "vendor/htmx.min.js").is_file():
            continue
        app = create_app(runtime, GarminSyncScheduler(runtime), has_vendor_files=has_files)
        person = arrive(app, runtime, f"Ana{has_files}")
        page = person.client.get("/").text
        scripts = re.findall(r'<script src="([^"?]+)', page)
        assert all(person.client.get(script).status_code == 200 for script in scripts)
        names[has_files] = [Path(script).name for script in scripts]

    assert names[False] == ["app.js"]
    assert names.get(True, ["htmx.min.js", "app.js"]) == ["htmx.min.js", "app.js"]


@pytest.mark.parametrize("path", sorted((WEB / "templates").iterdir()), ids=lambda p: str(p.name))
def test_templates_hold_nothing_that_the_policy_blocks(path: Path) -> None:
    """No inline style or script, no handler, no address of elsewhere, no evaluated htmx."""
    text = path.read_text("utf-8")

    found = re.findall(
        r"""\sstyle=|<style|<script(?![^>]*\ssrc=)|\son\w+=|hx-on|hx-vals="js|hx-confirm="js"""
        r"""|hx-trigger="[^"]*\[|(?:src|href|action)="(?:https?:)?//""",
        text,
    )
    assert found == []


def test_pages_are_light(app: FastAPI, ana: Person, garmin: SimulatorServer) -> None:
    """The page with a month of data, its styles and scripts stay under 250 kB."""
    connect(ana, garmin, "ada")
    sync(app, ana)
    page = ana.client.get("/").text

    files = re.findall(r'(?:src|href)="(/static/[^"]+)"', page)
    weight = len(page.encode()) + sum(len(ana.client.get(file).content) for file in files)

    assert weight < 250_000


def test_pages_and_api_are_the_same_configuration(ana: Person) -> None:
    """What the form saves, the API tells."""
    ana.client.post("/settings", data=FORM)

    assert ana.client.get(f"{API}/sync-config").json()["sync_frequency"] == "weekly"
