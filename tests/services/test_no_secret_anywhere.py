"""No secret in any log at DEBUG, any file or any row, in any of its usual forms."""

from __future__ import annotations

import base64
import logging
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from canaries import found_in
from services_stage import account
from sqlalchemy import select

from training_analyzer.db.tables import metadata
from training_analyzer.errors import GarminError
from training_analyzer.services.garmin_scheduler import GarminSyncScheduler

if TYPE_CHECKING:
    from pathlib import Path

    from training_analyzer.services.runtime import Runtime
    from training_analyzer.simulator import SimulatorServer


def every_row(runtime: Runtime) -> str:
    """Return every value of every row of the database as one text."""
    with runtime.database.read() as db:
        return "\n".join(
            repr(tuple(row))
            for table in metadata.sorted_tables
            for row in db.execute(select(table))
        )


def test_canaries_can_be_found() -> None:
    """The search finds a secret in each of the forms that it knows."""
    secret = "correct horse battery"

    assert found_in(base64.b64encode(b"a=" + secret.encode() + b"&b").decode(), [secret])
    assert found_in(secret.encode().hex(), [secret])
    assert found_in(f"?q={quote(secret)}", [secret])
    assert not found_in("nothing of the kind", [secret])


def test_no_secret_in_logs_files_or_rows(
    runtime: Runtime,
    garmin: SimulatorServer,
    encryption_key: str,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    clock: Any,
    tmp_path: Path,
) -> None:
    """Through logins, refreshes, refusals and faults nothing secret gets out at DEBUG."""
    caplog.set_level(logging.DEBUG)
    tom, kay = account(garmin, "tom"), account(garmin, "kay")
    scheduler = GarminSyncScheduler(runtime)
    tokens = [garmin.world.sign_in(tom.email)["di_refresh_token"]]

    runtime.connections.connect_password("t", tom.email, tom.password)
    runtime.connections.finish_mfa("t", str(tom.mfa_code))
    runtime.connections.connect_personal_key("k", str(kay.personal_key))
    for user_id in ("t", "k"):
        runtime.credentials.update_sync_config(user_id, initial_sync_days=10)
        scheduler.sync_user(user_id, force=True)
    clock.advance(days=2)
    scheduler.sync_user("t", force=True)
    garmin.faults.answer("/hrv-service", status=500, body=b"<html>" + tom.password.encode())
    scheduler.sync_user("t", force=True)
    garmin.faults.revoke_tokens(tom.email)
    garmin.faults.captcha(tom.email)
    scheduler.sync_user("t", force=True)
    with pytest.raises(GarminError) as refused:
        runtime.connections.connect_password("n", "nobody@example.test", "wrong-pass-word")
    for user_id in ("t", "k"):
        stored = [
            runtime.connections.vault.get(user_id, field)
            for field in ("token_bundle", "api_key", "personal_jwt")
        ]
        tokens += [secret.secret.reveal() for secret in stored if secret is not None]

    secrets = [
        tom.password,
        tom.email,
        str(kay.personal_key),
        "nobody@example.test",
        "wrong-pass-word",
        encryption_key,
        *tokens,
    ]
    printed = capfd.readouterr()
    assert not found_in(caplog.text, secrets)
    assert not found_in(printed.out + printed.err, secrets)
    assert not found_in(str(refused.value) + repr(refused.value), secrets)
    assert not found_in(every_row(runtime), secrets)
    assert not found_in(repr(runtime) + repr(runtime.settings), secrets)
    for file in tmp_path.rglob("*"):
        if file.is_file():
            assert not found_in(file.read_bytes().decode("latin-1"), secrets), file.name
