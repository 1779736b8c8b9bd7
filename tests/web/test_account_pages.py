"""People look after their data, sessions, keys and webhooks on pages, as they can by the API."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from web_stage import browser, prove

if TYPE_CHECKING:
    from fake_clock import FakeClock
    from fastapi import FastAPI
    from web_stage import Person

    from training_analyzer.services.runtime import Runtime

HERE = "/settings"
DEVELOPER = f"{HERE}/developer"
EXPORT = {"format": "jsonl", "types": ["activities", "wellness", "fitness"]}
HOOK = {"url": "https://hooks.example.org/garmin", "every": "true"}


def test_sessions_are_listed_and_ended_and_all_is_in_the_log(
    app: FastAPI, ana: Person, ben: Person, runtime: Runtime
) -> None:
    """Another browser is signed out from here, nobody else's is, and the page tells it."""
    runtime.access.sessions.begin(ana.user_id, client="Firefox on Linux", network="192.0.2.0")
    page = ana.client.get(f"{HERE}/security").text
    (other,) = set(re.findall(rf'action="({HERE}/security/sessions/[^"]+)"', page))

    refused = ben.client.post(other)
    ended = ana.client.post(other)
    after = ana.client.get(ended.headers["location"]).text

    assert "Firefox on Linux" in page
    assert page.count("This browser") == 1
    assert (refused.status_code, ended.status_code) == (404, 303)
    assert "Firefox on Linux" not in after
    assert "Session ended" in after
    assert "Signed in" in after
    assert browser(app).get(f"{HERE}/security").status_code == 401


def test_an_export_is_asked_for_seen_and_called_off(ana: Person, ben: Person) -> None:
    """What cannot be comes back with the form; one is queued and called off by its person alone."""
    late = {**EXPORT, "first": "2026-02-01", "last": "2026-01-01"}
    soon = {**EXPORT, "first": "soon"}
    wrong = [ana.client.post(f"{HERE}/data/exports", data=form) for form in (late, {}, soon)]
    asked = ana.client.post(f"{HERE}/data/exports", data=EXPORT)
    second = ana.client.post(f"{HERE}/data/exports", data=EXPORT)
    page = ana.client.get(f"{HERE}/data").text
    (watched,) = re.findall(r'hx-get="(/settings/data/exports/[^"]+)"', page)
    (called_off,) = re.findall(r'action="(/settings/data/exports/[^"]+/delete)"', page)

    assert [answer.status_code for answer in wrong] == [422] * 3
    assert "The first day is after the last one." in wrong[0].text
    assert asked.status_code == 303
    assert "Another export is being made" in second.text
    assert "JSON Lines · all days" in page
    assert (ana.client.get(watched).text.split()[0], ben.client.get(watched).status_code) == (
        "<li",
        404,
    )
    assert ben.client.post(called_off).status_code == 404
    assert ana.client.post(called_off).status_code == 303
    assert "JSON Lines · all days" not in ana.client.get(f"{HERE}/data").text


def test_a_key_is_shown_once_and_takes_a_fresh_sign_in(
    app: FastAPI, ana: Person, ben: Person, clock: FakeClock
) -> None:
    """The key opens what was allowed; no later page shows it; a stale session confirms first."""
    asks = {"name": "Grafana", "scopes": ["sync:read"], "days": "30"}
    wrong = ben.client.post(f"{DEVELOPER}/keys/new", data={"name": "Grafana"})
    beyond = ben.client.post(f"{DEVELOPER}/keys/new", data=asks | {"scopes": ["admin"]})
    made = ben.client.post(f"{DEVELOPER}/keys/new", data=asks)
    (key,) = re.findall(r"gsync_pat_\w{40,}", made.text)
    listed = ben.client.get(DEVELOPER).text
    (rotate,) = re.findall(rf'action="({DEVELOPER}/keys/[^"]+/rotate)"', listed)
    others = ana.client.post(rotate).status_code
    program = browser(app, Authorization=f"Bearer {key}")
    used = program.get("/api/v1/garmin/sync-history").status_code

    clock.advance(minutes=16)
    stale = ben.client.post(rotate, headers={"Referer": f"http://localhost{DEVELOPER}"})
    prove(app, ben)
    rotated = ben.client.post(rotate)

    assert (wrong.status_code, beyond.status_code, others, used) == (422, 422, 404, 200)
    assert 'value="Grafana"' in wrong.text
    assert made.headers["cache-control"] == "no-store"
    assert key not in listed
    assert stale.headers["location"] == "/confirm?next=%2Fsettings%2Fdeveloper"
    assert key not in rotated.text
    assert program.get("/api/v1/garmin/sync-history").status_code == 401
    assert ben.client.post(rotate.replace("rotate", "delete")).status_code == 303
    assert "No keys yet" in ben.client.get(DEVELOPER).text


def test_a_webhook_is_made_tested_changed_and_deleted(ana: Person, ben: Person) -> None:
    """Its secret is shown once, deliveries stand in its log, and it is its person's alone."""
    wrong = ana.client.post(f"{DEVELOPER}/webhooks/new", data=HOOK | {"url": "http://localhost/"})
    made = ana.client.post(f"{DEVELOPER}/webhooks/new", data=HOOK).text
    (secret,) = re.findall(r"whsec_[\w+/=]+", made)
    (place,) = set(re.findall(rf'action="({DEVELOPER}/webhooks/whk_\w+)"', made))

    sent = ana.client.post(f"{place}/test")
    saved = ana.client.post(place, data={"url": HOOK["url"], "events": ["sync.failed"]})
    page = ana.client.get(place).text

    assert wrong.status_code == 422
    assert 'aria-describedby="url-wrong"' in wrong.text
    assert (sent.headers["location"], saved.headers["location"]) == (
        f"{place}?done=sent",
        f"{place}?done=saved",
    )
    assert "webhook.test" in page
    assert secret not in page
    assert ana.client.post(f"{place}/test").headers["location"] == f"{place}?done=busy"
    assert "whsec_" in ana.client.post(f"{place}/rotate").text
    assert ben.client.get(place).status_code == 404
    assert ben.client.post(f"{place}/delete").status_code == 404
    assert ana.client.post(f"{place}/delete").status_code == 303


def test_whoever_leaves_types_it_and_is_gone(ana: Person, ben: Person, runtime: Runtime) -> None:
    """Without the word nothing happens; with it the account is gone, and so is the session."""
    last = ana.client.post(f"{HERE}/data/leave", data={"confirm": "delete"})
    unsure = ben.client.post(f"{HERE}/data/leave", data={"confirm": "yes"})
    assert (last.status_code, unsure.status_code) == (422, 422)
    assert "Nobody else administers this server." in last.text
    assert "Nothing was deleted" in unsure.text
    assert runtime.people.by_id(ben.user_id) is not None

    left = ben.client.post(f"{HERE}/data/leave", data={"confirm": "Delete"})

    assert left.headers["location"] == "/sign-in"
    assert runtime.people.by_id(ben.user_id) is None
    assert ben.client.get(f"{HERE}/data").status_code == 401
