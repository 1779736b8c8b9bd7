"""`status`, `history`, `coverage` and `config`: what there is to see."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cli_stage import Shell

    from training_analyzer.simulator import SimulatorServer


def test_status_shows_everybody(shell: Shell, connected: str) -> None:
    """Without a name there is a line for each person, connected or not, above the queue."""
    shell.done("user", "add", "bob")

    lines = shell.done("status").out.splitlines()
    everybody = shell.done("status", "--json").document["people"]

    assert [line.split()[0] for line in lines[1:3]] == [connected, "bob"]
    assert lines[3] == ""
    assert "not connected" in lines[2]
    assert [person["name"] for person in everybody] == [connected, "bob"]


def test_status_shows_last_and_next_sync(shell: Shell, connected: str) -> None:
    """One person's status names the account, the last sync and the next."""
    before = shell.done("status", connected)
    shell.done("sync", connected)
    after = shell.done("status", connected, "--json").document

    assert "Last sync     never" in before.out
    assert after["last_sync"]["status"] == "completed"
    assert after["next_sync_at"].endswith("Z")
    assert after["is_running"] is False


def test_history_lists_runs_newest_first(
    shell: Shell, connected: str, garmin: SimulatorServer
) -> None:
    """Runs stand in a table with what they did, and what went wrong below it."""
    assert "never synced" in shell.done("history", connected).out
    shell.done("sync", connected)
    garmin.faults.answer("/hrv-service", status=500)
    # Without a new upload there would be nothing to ask for.
    garmin.faults.answer("/wellness-service/wellness/syncTimestamp", body="just now")
    shell("sync", connected, "--force")

    said = shell.done("history", connected)
    newest = shell.done("history", connected, "--limit", "1", "--json").document

    assert "completed" in said.out.splitlines()[2]
    assert "Missing: hrv" in said.out.splitlines()[-1]
    assert [run["status"] for run in newest] == ["partial"]


def test_coverage_shows_days_and_streams(shell: Shell, connected: str) -> None:
    """Each stream has a line of weeks and the share of known days; JSON has every day."""
    assert "Nothing of ada is synced" in shell.done("coverage", connected).out
    shell.done("sync", connected)

    lines = shell.done("coverage", connected).out.splitlines()
    document = shell.done("coverage", connected, "--json").document

    assert max(len(line) for line in lines) <= 80
    (sleep,) = [line for line in lines if line.startswith("sleep ")]
    assert sleep.endswith(" 100%")
    (stream,) = [each for each in document["streams"] if each["stream"] == "sleep"]
    assert len(stream["states"]) == 364
    assert stream["known_percent"] == 100
    assert sum(stream["days"].values()) == 10


def test_configuration_is_shown_and_changed(shell: Shell, connected: str) -> None:
    """Named settings change, the others stay, and switches take the usual words."""
    before = shell.done("config", connected, "--json").document

    after = shell.done(
        *("config", connected, "sync_frequency=weekly", "sync_wellness=OFF", "--json")
    ).document

    changed = {key for key in before if before[key] != after[key]}
    assert changed - {"version", "updated_at"} == {"sync_frequency", "sync_wellness"}
    assert after["version"] == before["version"] + 1
    assert (after["sync_frequency"], after["sync_wellness"]) == ("weekly", False)
    shown = shell.done("config", connected, "sync_wellness=yes").out
    assert "sync_wellness              true" in shown
    assert "initial_sync_days          10" in shown
    wanted = ("disabled_streams=weight, hrv", "quiet_hours=22:00-06:30")
    chosen = shell.done("config", connected, *wanted, "--json").document
    assert chosen["disabled_streams"] == ["hrv", "weight"]
    assert chosen["quiet_hours"] == {"from": "22:00", "to": "06:30"}
    shown = shell.done("config", connected, "disabled_streams=none").out
    assert "disabled_streams           none" in shown
    assert "quiet_hours                22:00-06:30" in shown
    refused = shell("config", connected, "quiet_hours=22:00")
    assert "quiet_hours must" in refused.err
