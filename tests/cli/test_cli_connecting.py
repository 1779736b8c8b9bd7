"""`connect` and `disconnect`: every way in, and the way out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from cli_stage import Shell

    from training_analyzer.simulator import Account, SimulatorServer

pytestmark = pytest.mark.usefixtures("settings")


def test_a_password_connects(shell: Shell, ada: Account) -> None:
    """The first line of standard input is the password, and status then tells the account."""
    shell.done("user", "add", "ada")

    said = shell.done(
        *("connect", "ada", "--kind", "password", "--email", ada.email),
        stdin=f"{ada.password}\n",
    )

    assert ada.display_name in said.out
    connection = shell.done("status", "ada", "--json").document["connection"]
    assert (connection["kind"], connection["is_valid"]) == ("password", True)
    assert connection["email"] == "a…@e…"


def test_a_password_and_a_code_connect(shell: Shell, tom: Account) -> None:
    """With a second factor the second line is the security code."""
    shell.done("user", "add", "tom")

    connected = shell.done(
        *("connect", "tom", "--kind", "password", "--email", tom.email, "--json"),
        stdin=f"{tom.password}\n{tom.mfa_code}\n",
    ).document

    assert connected["display_name"] == tom.display_name
    assert set(connected) == {"user_id", "kind", "garmin_user_id", "display_name"}


@pytest.mark.parametrize("indent", [None, 2])
def test_a_token_connects(
    shell: Shell, garmin: SimulatorServer, ada: Account, indent: int | None
) -> None:
    """The token JSON of garminconnect connects, on one line or on several."""
    token = json.dumps(garmin.world.sign_in(ada.email), indent=indent)
    shell.done("user", "add", "ada")

    said = shell.done("connect", "ada", "--kind", "token", stdin=token)

    assert ada.display_name in said.out
    assert garmin.count("/mobile/api/login") == 0


def test_a_personal_key_connects(shell: Shell, kay: Account) -> None:
    """A key of the Personal API connects."""
    shell.done("user", "add", "kay")

    said = shell.done("connect", "kay", "--kind", "personal-key", stdin=f"{kay.personal_key}\n")

    assert kay.display_name in said.out
    assert shell.done("status", "kay", "--json").document["connection"]["kind"] == "personal-key"


def test_a_ticket_connects(shell: Shell, garmin: SimulatorServer, tom: Account) -> None:
    """The page that a browser ended on connects, without password and code."""
    shell.done("user", "add", "tom")
    page = f"https://mobile.integration.garmin.com/gcm/android?ticket={garmin.ticket(tom.email)}\n"

    said = shell.done("connect", "tom", "--kind", "ticket", stdin=page)

    assert tom.display_name in said.out
    assert shell("connect", "tom", "--kind", "ticket", stdin=page).code == 1


def test_a_password_can_be_forgotten(shell: Shell, garmin: SimulatorServer, ada: Account) -> None:
    """With --forget-password the account syncs, and a dead session asks the person."""
    shell.done("user", "add", "ada")
    shell.done(
        *("connect", "ada", "--kind", "password", "--email", ada.email, "--forget-password"),
        stdin=f"{ada.password}\n",
    )
    garmin.faults.revoke_tokens(ada.email)

    assert shell("sync", "ada").code == 1

    told = shell.done("status", "ada", "--json").document
    assert told["stands"] == "action_needed"
    assert garmin.count("/mobile/api/login") == 1


def test_another_account_replaces_the_data_only_when_told(
    shell: Shell, connected: str, kay: Account
) -> None:
    """Another Garmin account is refused while data is there, and taken with --replace-data."""
    shell.done("sync", connected)
    key = f"{kay.personal_key}\n"

    refused = shell("connect", connected, "--kind", "personal-key", stdin=key)
    assert (refused.code, "--replace-data" in refused.err) == (1, True)

    shell.done("connect", connected, "--kind", "personal-key", "--replace-data", stdin=key)
    assert shell.done("coverage", connected, "--json").document["since"] is None


def test_disconnecting_tells_what_stays_at_garmin(shell: Shell, connected: str) -> None:
    """The person is told what a disconnect cannot take back."""
    said = shell.done("disconnect", connected, "--yes")

    assert "Garmin itself keeps the sessions" in said.out


def test_disconnecting_keeps_the_data(shell: Shell, connected: str) -> None:
    """Without --delete-data the history and the days stay; the connection is gone."""
    shell.done("sync", connected)

    said = shell.done("disconnect", connected, "--yes")

    assert "data stays" in said.out
    assert shell.done("status", connected, "--json").document["connection"] is None
    assert shell.done("coverage", connected, "--json").document["since"] is not None
    assert shell("sync", connected).code == 1
    again = shell.done("disconnect", connected, "--yes", "--json").document
    assert again["disconnected"] is False


def test_disconnecting_can_delete_the_data(shell: Shell, connected: str) -> None:
    """With --delete-data no day is left."""
    shell.done("sync", connected)

    shell.done("disconnect", connected, "--yes", "--delete-data")

    assert shell.done("coverage", connected, "--json").document["since"] is None
