"""Commands as processes, the way people, cron and supervisors run them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cli_terminal import COMMAND, PATIENCE_S, Terminal, begun, run

from training_analyzer.services.runtime import build_runtime
from training_analyzer.settings import load

if TYPE_CHECKING:
    from cli_stage import Shell

    from training_analyzer.simulator import Account, SimulatorServer


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_simulator_runs_until_a_signal(number: signal.Signals) -> None:
    """`simulate --json` prints one line with every way in, answers, and leaves with 0."""
    with begun("simulate", "--json", "--seed", "3") as process:
        assert process.stdout
        said = json.loads(process.stdout.readline())
        with urllib.request.urlopen(f"{said['url']}/__sim__/clock") as answer:  # noqa: S310 - loopback
            assert answer.status == 200
        process.send_signal(number)
        rest, told = process.communicate(timeout=PATIENCE_S)

    assert (process.returncode, rest, told) == (0, "", "")
    assert set(said) == {"url", "athletes"}
    assert all(
        set(athlete) == {"email", "password", "mfa_code", "personal_key", "token"}
        and set(athlete["token"]) == {"di_token", "di_refresh_token", "di_client_id"}
        for athlete in said["athletes"]
    )


def test_a_taken_port_is_told(garmin: SimulatorServer) -> None:
    """A port that somebody else has is named in one line."""
    said = run("simulate", "--port", garmin.url.rpartition(":")[2])

    assert (said.code, said.out, len(said.err.splitlines())) == (1, "", 1)
    assert "--port" in said.err


def test_recordings_need_their_index(home: Path) -> None:
    """A folder without recordings is told in one line."""
    said = run("simulate", "--recordings", str(home))

    assert (said.code, said.out, len(said.err.splitlines())) == (1, "", 1)
    assert "INDEX.tsv" in said.err


def test_the_demo_counts_what_it_synced(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`demo --no-serve --json` syncs with nothing but itself, and leaves nothing behind."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    # Neither a wrong key nor a proxy of the person's reaches the demo.
    monkeypatch.setenv("CREDENTIAL_ENCRYPTION_KEY", "wrong")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")

    said = run("demo", "--no-serve", "--days", "30", "--json")

    assert (said.code, said.err) == (0, "")
    summary = json.loads(said.out)
    assert summary["status"] == "completed"
    assert 0 < summary["requests"] <= 40 + summary["activities_synced"]
    assert summary["rows"] > 100
    assert sum(sport["count"] for sport in summary["activities"]) == summary["activities_synced"]
    assert {stream["known_percent"] for stream in summary["coverage"]} == {100}
    assert [len(curve["weeks"]) for curve in summary["curves"]] == [5, 5, 5]
    assert list(temporary.iterdir()) == list(home.iterdir()) == []


def test_bad_input_42_demo_serves_until_ctrl_c(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The demo ends with a sign-in link that works, and cleans up when it is stopped."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with begun("demo", "--days", "7", "--port", "0", "--json") as process:
        assert process.stdout
        summary = json.loads(process.stdout.readline())
        served = json.loads(process.stdout.readline())
        with urllib.request.urlopen(served["url"]) as page:  # noqa: S310 - loopback
            assert b"Sign in" in page.read()
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE_S)

    assert summary["status"] == "completed"
    assert (process.returncode, served["user"]) == (0, "ada")
    assert not list(tmp_path.glob("garmin-sync-demo-*"))


def test_fault_03_served_sync_ends_in_time_and_is_due_again(
    shell: Shell, connected: str, garmin: SimulatorServer
) -> None:
    """SIGTERM ends `serve` within ten seconds, between two windows; the sync is due at once."""
    slow = "/wellness-service/wellness/bodyBattery"
    garmin.faults.delay(slow, 0.5)
    with begun("serve", "--port", "0", "--json") as process:
        until = time.monotonic() + PATIENCE_S
        # The first sync of whoever connects begins by itself.
        while garmin.count(slow) == 0:
            assert time.monotonic() < until
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.02)
        asked = time.monotonic()
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=PATIENCE_S)
        took = time.monotonic() - asked
    garmin.faults.clear()

    assert (process.returncode, took < 10) == (0, True), (took, out, err)
    (stopped,) = shell.done("history", connected, "--json").document
    assert (stopped["status"], json.loads(stopped["error_details"])["code"]) == (
        "partial",
        "interrupted",
    )
    # As many as were planned by then, if it came between two phases.
    assert 0 < stopped["windows_done"] <= stopped["windows_total"]
    with build_runtime(load()) as runtime:
        resumed = runtime.syncs.sync_if_due(runtime.people.find(connected).user_id)
    assert resumed is not None
    assert resumed.status == "completed"
    last, _ = shell.done("history", connected, "--json").document
    assert last["windows_done"] <= stopped["windows_total"] - stopped["windows_done"] + 20


def test_fault_03_interrupted_sync_says_what_was_saved(
    shell: Shell, connected: str, garmin: SimulatorServer
) -> None:
    """Ctrl-C ends a sync between two windows, and the next one goes on from there."""
    shell.done("config", connected, "initial_sync_days=365")
    held = garmin.faults.delay("/wellness-service/wellness/bodyBattery", 0.5)
    with begun("sync", connected) as process:
        assert process.stderr
        while "body battery" not in process.stderr.readline():
            pass
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE_S)
    garmin.faults.clear(held)

    assert process.returncode == 75, (out, err)
    assert "ada: partial" in out
    assert "it goes on from here" in out
    assert "Stopping after this request" in err
    (stopped,) = shell.done("history", connected, "--json").document
    assert stopped["windows_done"] > 0
    rest = shell.done("sync", connected, "--force", "--json").document
    assert rest["status"] == "completed"
    files = sum(entry.path.startswith("/download-service/") for entry in garmin.log)
    assert 0 < files < rest["requests"] < 75 + files


def test_a_terminal_is_asked_without_echo(settings: dict[str, str], tom: Account) -> None:
    """Passwords and codes are asked for at the terminal and never shown."""
    assert settings
    with Terminal("user", "add", "tom") as terminal:
        terminal.wait_for("Password of tom")
        terminal.type("sesame, open the third window")
        terminal.wait_for("The same again")
        terminal.type("sesame, open the third window")
        assert terminal.end() == 0
        assert "sesame" not in terminal.shown
    with Terminal("connect", "tom", "--kind", "password") as terminal:
        terminal.wait_for("E-mail address")
        terminal.type(tom.email)
        terminal.wait_for("Garmin password")
        terminal.type(tom.password)
        terminal.wait_for("Security code")
        terminal.type("000000")
        terminal.wait_for("did not accept the security code")
        terminal.wait_for("Security code", times=2)
        terminal.type(str(tom.mfa_code))
        assert terminal.end() == 0
        assert "is connected" in terminal.shown
        assert tom.password not in terminal.shown
        assert str(tom.mfa_code) not in terminal.shown


def test_two_different_passwords_add_nobody(settings: dict[str, str], shell: Shell) -> None:
    """A password that was typed differently the second time is refused."""
    assert settings
    with Terminal("user", "add", "eve") as terminal:
        terminal.wait_for("Password of eve")
        terminal.type("one")
        terminal.wait_for("The same again")
        terminal.type("two")
        assert terminal.end() == 2

    assert shell.done("user", "list", "--json").document == []


def test_no_is_an_answer(connected: str, shell: Shell) -> None:
    """Whoever does not agree stays connected."""
    with Terminal("disconnect", connected) as terminal:
        terminal.wait_for("Disconnect ada")
        terminal.type("n")
        assert terminal.end() == 1

    assert shell.done("status", connected, "--json").document["connection"] is not None


@pytest.mark.parametrize("no_color", ["", "1"])
def test_a_sync_at_a_terminal_shows_a_bar(connected: str, no_color: str) -> None:
    """At a terminal there is a bar that goes away; NO_COLOR leaves the colours out."""
    with Terminal("sync", connected, env={"NO_COLOR": no_color}) as terminal:
        assert terminal.end() == 0

        assert "Syncing ada" in terminal.shown
        assert "windows" in terminal.shown
        assert "ada: completed" in terminal.shown
        assert ("\x1b[32m" in terminal.shown) == (no_color == "")


def test_fault_05_full_disk_under_the_log_costs_no_sync(
    shell: Shell, connected: str, settings: dict[str, str]
) -> None:
    """Where neither log nor progress can be written, a sync is completed all the same."""
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(  # noqa: S603 - our own program
            [*COMMAND, "sync", connected],
            env={**os.environ, **settings, "LOG_LEVEL": "DEBUG"},
            stderr=full,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
            timeout=PATIENCE_S,
        )

    (run,) = shell.done("history", connected, "--json").document
    assert (run["status"], done.returncode) == ("completed", 0), done.stdout
