"""Each use of Garmin credentials has its line in the audit log, and no line has a secret."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from canaries import found_in
from services_stage import account, connect
from taxonomy_stage import dead_session

from training_analyzer.errors import GarminError, MfaInvalid, StorageFull
from training_analyzer.services.audit import Audit, AuditEntry

if TYPE_CHECKING:
    from collections.abc import Callable

    from training_analyzer.services.runtime import Runtime
    from training_analyzer.simulator import SimulatorServer


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Give SQLite alone: which uses are written down depends on no database."""
    return sqlite_url


def lines(runtime: Runtime, user_id: str) -> list[AuditEntry]:
    """Return the person's part of the log, oldest first."""
    return runtime.access.audit.page(user_id=user_id, limit=100)[::-1]


def told(runtime: Runtime, user_id: str) -> list[tuple[str, str | None, str]]:
    """Return action, target and result of each line, oldest first."""
    return [(entry.action, entry.target, entry.result) for entry in lines(runtime, user_id)]


def test_asvs_16_3_1_each_way_in_is_written_down_and_no_secret(
    runtime: Runtime, garmin: SimulatorServer
) -> None:
    """Passwords, codes, tickets, tokens and keys leave a line each, refused or not."""
    tom, ada, kay = (account(garmin, name) for name in ("tom", "ada", "kay"))
    ways = runtime.connections
    token = json.dumps(garmin.world.sign_in(ada.email))

    with pytest.raises(GarminError):
        ways.connect_password("t", tom.email, "not the password")
    ways.connect_password("t", tom.email, tom.password)
    with pytest.raises(MfaInvalid):
        ways.finish_mfa("t", "000000")
    ways.finish_mfa("t", str(tom.mfa_code))
    with pytest.raises(GarminError):
        ways.connect_ticket("a", "no ticket in it")
    ways.connect_token("a", token)
    with pytest.raises(GarminError):
        ways.connect_personal_key("k", "GCDC_wrong")
    ways.connect_personal_key("k", str(kay.personal_key))
    ways.disconnect("k", delete_data=True)

    connected = "garmin_connected"
    assert told(runtime, "t") == [
        ("garmin_sign_in", "password", "invalid_credentials"),
        ("garmin_sign_in", "password", "mfa_required"),
        ("garmin_sign_in", "code", "mfa_invalid"),
        (connected, "password", "ok"),
        ("garmin_sign_in", "code", "ok"),
    ]
    assert told(runtime, "a") == [
        ("garmin_sign_in", "ticket", "token_invalid"),
        (connected, "token", "ok"),
        ("garmin_sign_in", "token", "ok"),
    ]
    assert told(runtime, "k") == [
        ("garmin_sign_in", "personal-key", "invalid_credentials"),
        (connected, "personal-key", "ok"),
        ("garmin_sign_in", "personal-key", "ok"),
        ("garmin_disconnected", "data_deleted", "ok"),
    ]
    log = repr(runtime.access.audit.page(limit=100))
    secrets = (tom.email, tom.password, str(kay.personal_key), "GCDC_wrong")
    assert found_in(log, [*secrets, *json.loads(token).values()]) == []
    # Too short for the search in every form.
    assert str(tom.mfa_code) not in log
    assert {entry.actor for entry in lines(runtime, "t")} == {"t"}


def test_each_run_has_one_line_and_each_renewal_another(
    runtime: Runtime, garmin: SimulatorServer, clock: Any
) -> None:
    """A sync is one use of the session; a renewal and a new sign-in are told besides."""
    ada = connect(runtime, garmin, "ada")
    runtime.credentials.update_sync_config(ada, initial_sync_days=1, incremental_sync_days=1)
    before = len(lines(runtime, ada))

    runtime.syncs.sync(ada)
    clock.advance(hours=30)
    runtime.syncs.sync(ada)
    clock.advance(hours=30)
    dead_session(garmin, account(garmin, "ada"))
    runtime.syncs.sync(ada)

    session, renewed = "garmin_session_used", "garmin_session_renewed"
    assert told(runtime, ada)[before:] == [
        (session, "password", "ok"),
        (renewed, "token", "ok"),
        (session, "password", "ok"),
        (renewed, "token", "token_expired"),
        ("garmin_sign_in", "password", "ok"),
        (session, "password", "ok"),
    ]
    # The first run of all goes by itself, those by hand are the person's.
    actors = [entry.actor for entry in lines(runtime, ada) if entry.action == session]
    assert actors == ["system", ada, ada]


def test_use_is_not_kept_without_its_line(
    runtime: Runtime, garmin: SimulatorServer, clock: Any
) -> None:
    """Where the log cannot be written a use that succeeds is refused; a refusal stays its own."""
    ada = connect(runtime, garmin, "ada")
    audit = runtime.access.audit

    class Full:
        def add(self, _entry: AuditEntry) -> None:
            raise StorageFull

    full: Any = Full()
    blind = Audit(full, clock)

    def use(audit: Audit, how: Callable[[], None]) -> None:
        with audit.recording("garmin_session_used", user_id=ada, actor="system"):
            how()

    def refuse() -> None:
        raise MfaInvalid

    with pytest.raises(StorageFull):
        use(blind, lambda: None)
    with pytest.raises(MfaInvalid):
        use(blind, refuse)
    use(audit, lambda: None)

    assert lines(runtime, ada)[-1].action == "garmin_session_used"
