"""`status` without a name: the queue and the circuit breakers."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from training_analyzer.db.repositories.leases import LeasesRepository
from training_analyzer.model import Api, Circuit, Region, SyncType
from training_analyzer.planning.breaker import Breaker
from training_analyzer.services.runtime import build_runtime
from training_analyzer.settings import load

if TYPE_CHECKING:
    from cli_stage import Shell


def test_status_shows_the_queue(shell: Shell, connected: str) -> None:
    """Who is due and who is paused is told below the people, in words and for programs."""
    before = shell.done("status", "--json").document
    shell.done("sync", connected)
    after = shell.done("status", "--json").document
    shown = shell.done("status").out

    # A new connection is due at once.
    assert (before["queue"]["due"], before["queue"]["connections"]) == (1, 1)
    assert before["queue"]["last_success_at"] is None
    assert (after["queue"]["due"], after["queue"]["running"]) == (0, [])
    assert after["queue"]["oldest_due_age_s"] == 0
    assert after["queue"]["next_due_at"] > before["queue"]["oldest_due_at"]
    assert after["queue"]["last_success_at"].endswith("Z")
    assert [breaker["state"] for breaker in after["breakers"]] == ["closed"]
    facts = [line for line in shown.splitlines() if line.startswith(("Due", "Running", "Breaker"))]
    assert [line.split()[-1] for line in facts] == ["0", "0", "closed"]


def test_status_names_who_is_syncing(shell: Shell, connected: str) -> None:
    """A sync that goes on is shown with its person, since when and by which process."""
    with build_runtime(load()) as runtime:
        user_id = runtime.people.find(connected).user_id
        lease = LeasesRepository(runtime.database).claim(
            user_id,
            sync_type=SyncType.MANUAL,
            owner="web:1:77:ab",
            now=runtime.now(),
            ttl=timedelta(minutes=5),
            is_abandoned=lambda _: False,
        )
    assert lease is not None

    (running,) = shell.done("status", "--json").document["queue"]["running"]
    shown = shell.done("status").out

    assert running["since"].endswith("Z")
    del running["since"]
    assert running == {
        "name": connected,
        "user_id": user_id,
        "sync_id": lease.run_id,
        "owner": "web:1:77:ab",
    }
    assert f"{connected}: run {lease.run_id} since " in shown
    assert "by web:1:77:ab" in shown


def test_status_shows_what_stands_still(shell: Shell, connected: str) -> None:
    """Pauses, parts of Garmin that rest and people who must act are told."""
    circuit = Circuit(Api.ACCOUNT, Region.COM)
    with build_runtime(load()) as runtime:
        user_id = runtime.people.find(connected).user_id
        runtime.pauses.pause(user_id)
        runtime.credentials.update_validation_status(user_id, is_valid=False)
        until = runtime.now() + timedelta(hours=1)
        open_ = Breaker(failures=3, openings=1, open_until=until)
        runtime.breakers.repository.change(circuit, lambda _: open_)
    shell.done("pause", "--all", "--reason", "Moving house")
    assert shell("pause", connected, "--reason", "mine alone").code == 2

    document = shell.done("status", "--json").document
    shown = shell.done("status").out

    assert (document["queue"]["due"], document["queue"]["paused"]) == (0, 1)
    assert document["queue"]["everybody_paused_at"].endswith("Z")
    assert document["queue"]["needs_reconnect"] == 1
    (breaker,) = document["breakers"]
    assert (breaker["api"], breaker["region"], breaker["state"]) == ("account", "com", "open")
    assert breaker["until"].endswith("Z")
    assert document["queue"]["pause_reason"] == "Moving house"
    assert "is paused since" in shown
    assert " UTC: Moving house" in shown
    assert "1 user must connect again" in shown
    assert f"open until {until:%Y-%m-%d %H:%M} UTC, 3 failures in a row" in shown


def test_status_of_an_empty_installation_names_the_next_step(
    shell: Shell, settings: dict[str, str]
) -> None:
    """Where nobody is, there is no queue to show."""
    assert settings

    shown = shell.done("status").out

    assert shown == "Nobody is here yet. Add somebody: garmin-sync user add NAME\n"
    assert shell.done("status", "--json").document["people"] == []
