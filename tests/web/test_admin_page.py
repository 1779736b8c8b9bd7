"""Administrators see states and counts of everybody on a page, and change places here."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from web_stage import browser, prove

from training_analyzer.services.callers import Role
from training_analyzer.web.pages.admin_view import system_of
from training_analyzer.web.tongue import Tongue

if TYPE_CHECKING:
    from fake_clock import FakeClock
    from fastapi import FastAPI
    from web_stage import Person

    from training_analyzer.services.runtime import Runtime


@pytest.fixture
def boss(ana: Person, runtime: Runtime) -> Person:
    """Give Ana, who administers the server."""
    runtime.administration.change(ana.user_id, role=Role.ADMIN)
    return ana


def test_nobody_else_sees_it(boss: Person, ben: Person) -> None:
    """Anybody else is refused what an administrator is shown, and every form of it."""
    one = f"/admin/people/{boss.user_id}"
    asked = [ben.client.get(path).status_code for path in ("/admin", one)]
    sent = [
        ben.client.post(path).status_code
        for path in (
            *("/admin/pause", "/admin/resume", "/admin/keys", "/admin/invitations"),
            *(f"{one}/{form}" for form in ("role", "access", "password-link", "remove")),
        )
    ]

    assert {*asked, *sent} == {403}
    assert 'href="/admin"' not in ben.client.get("/settings/look").text


def test_everybody_is_paused_with_a_reason_and_resumed(boss: Person) -> None:
    """Without a reason nothing is paused; with one the page says who, since when and why."""
    silent = boss.client.post("/admin/pause", data={"reason": " "})
    boss.client.post("/admin/pause", data={"reason": "moving the database"})
    paused = boss.client.get("/admin").text
    boss.client.post("/admin/resume")

    assert silent.status_code == 422
    assert "“moving the database”" in paused
    assert "By Ana since" in paused
    assert "moving the database" not in boss.client.get("/admin").text


def test_an_invitation_is_shown_once_and_lets_somebody_in(app: FastAPI, boss: Person) -> None:
    """The link stands in the answer alone, with the address that people reach the server by."""
    shown = boss.client.post("/admin/invitations", data={"role": "user"})
    (path,) = re.findall(r'value="https://sync.example.test(/invitations/[^"]+)"', shown.text)
    later = boss.client.get("/admin").text

    assert shown.headers["cache-control"] == "no-store"
    assert path not in later
    assert "Invitation made" in later
    assert browser(app).get(path).status_code == 200


def test_a_person_is_changed_and_removed(
    app: FastAPI, boss: Person, ben: Person, clock: FakeClock, runtime: Runtime
) -> None:
    """Disabled means out at once; the last administrator stays; removing takes the name."""
    at, own = f"/admin/people/{ben.user_id}", f"/admin/people/{boss.user_id}"
    boss.client.post(f"{at}/access", data={"disabled": "true"})
    out = ben.client.get("/settings/look").status_code
    boss.client.post(f"{at}/access", data={"disabled": "false"})
    last = boss.client.post(f"{own}/role", data={"role": "user"})
    link = boss.client.post(f"{at}/password-link").text
    unsure = boss.client.post(f"{at}/remove", data={"confirm": "Bert"})
    clock.advance(minutes=16)
    stale = boss.client.post(f"{at}/remove", data={"confirm": "Ben"})
    prove(app, boss)
    removed = boss.client.post(f"{at}/remove", data={"confirm": "Ben"})

    assert out == 401
    assert (last.status_code, unsure.status_code) == (422, 422)
    assert "https://sync.example.test/password?token=" in link
    assert stale.headers["location"].startswith("/confirm")
    assert removed.headers["location"] == "/admin?done=removed"
    assert runtime.people.by_id(ben.user_id) is None
    assert boss.client.get(at).status_code == 404


def test_keys_are_checked_and_rotated(boss: Person) -> None:
    """A check changes nothing and says so; a rotation says how much it sealed."""
    checked = boss.client.post("/admin/keys", data={"act": "check"}).text
    rotated = boss.client.post("/admin/keys", data={"act": "rotate"}).text

    assert "secrets opened for the check" in checked
    assert "secrets sealed anew" in rotated
    assert "Encryption keys rotated" in rotated


def test_the_age_of_the_backup_is_told_and_an_old_one_stands_out(runtime: Runtime) -> None:
    """A copy of last night is told by its age; none, or one of last week, is marked."""
    system = runtime.administration.system()

    def backup(kind: str, days: float | None) -> tuple[str, bool]:
        at = None if days is None else system.now - timedelta(days=days)
        database = replace(system.database, kind=kind)
        lines = system_of(replace(system, database=database, last_backup_at=at), [], Tongue())
        (line,) = [each for each in lines if each.name == "Backup"]
        return line.value, line.is_warning

    assert backup("sqlite", 0.5) == ("12 hours ago", False)
    assert backup("sqlite", 7) == ("7 days ago", True)
    assert backup("sqlite", None)[1]
    assert not backup("postgresql", None)[1]
