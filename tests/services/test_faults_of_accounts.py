"""Faults 22 to 25 and 40: sessions that end, codes at night, accounts that change under a run."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import fault_server as wire_that
import pytest
from fault_server import FaultServer
from fault_stage import stored_days
from services_stage import Inline, account
from taxonomy_stage import changed, dead_session, of_account, on, passwords, settled

from training_analyzer.errors import CredentialsRejected, LeaseLost
from training_analyzer.services.garmin_scheduler import GarminSyncScheduler
from training_analyzer.services.runtime import build_runtime
from training_analyzer.services.standings import State
from training_analyzer.services.vault import TOKEN_BUNDLE
from training_analyzer.simulator.oauth import DI_PATH

if TYPE_CHECKING:
    import socket
    import threading
    from collections.abc import Callable

    from taxonomy_stage import Tell

    from training_analyzer.model import GarminCredentials
    from training_analyzer.services.login_gate import LoginGate
    from training_analyzer.services.run import Progress
    from training_analyzer.services.runtime import Runtime
    from training_analyzer.settings import Settings
    from training_analyzer.simulator import SimulatorServer

THIRD = 3
NO_SUCH_PASSWORD = "INVALID_USERNAME_PASSWORD"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Give SQLite alone: what Garmin says to a session depends on no database."""
    return sqlite_url


def at_the_third_window(do: Callable[[], object]) -> Callable[[Progress], None]:
    """Return a watch that does it once, in the middle of a run."""

    def watch(progress: Progress) -> None:
        if progress.done == THIRD:
            do()

    return watch


def valid(runtime: Runtime, user_id: str) -> GarminCredentials:
    """Return the user's credentials, which are there."""
    found = runtime.credentials.get_credentials(user_id)
    assert found is not None
    return found


def session_of(runtime: Runtime, user_id: str) -> str:
    """Return the stored session, opened."""
    opened = runtime.connections.vault.get(user_id, TOKEN_BUNDLE)
    assert opened is not None
    return opened.secret.reveal()


def test_fault_22_refused_access_in_mid_sync_costs_one_renewal(
    runtime: Runtime, garmin: SimulatorServer
) -> None:
    """A 401 in the middle is one renewal and one replay, and the run completes."""
    ada = settled(runtime, garmin, "ada", keep_password=True)
    email = account(garmin, "ada").email
    before = len(garmin.log)

    outcome = runtime.syncs.sync(
        ada,
        watch=at_the_third_window(lambda: garmin.faults.revoke_tokens(email, refresh_too=False)),
    )

    log = list(garmin.log)[before:]
    assert outcome.status == "completed"
    assert [asked.status for asked in log].count(401) == 1
    assert sum(asked.path == DI_PATH for asked in log) == 1
    (refused,) = [number for number, asked in enumerate(log) if asked.status == 401]
    assert (log[refused + 2].path, log[refused + 2].status) == (log[refused].path, 200)


def test_fault_22_refused_session_in_mid_sync_keeps_what_there_is(
    runtime: Runtime, garmin: SimulatorServer
) -> None:
    """When the renewal is refused as well, the run ends partial and the person is asked in."""
    ada = settled(runtime, garmin, "ada", keep_password=False)
    who = account(garmin, "ada")
    before = garmin.count(DI_PATH)

    outcome = runtime.syncs.sync(ada, watch=at_the_third_window(lambda: dead_session(garmin, who)))

    standing = runtime.connections.standing(ada)
    assert (outcome.status, outcome.error_code) == ("partial", "token_expired")
    assert (standing.state, standing.code) == (State.ACTION_NEEDED, "token_expired")
    assert garmin.count(DI_PATH) == before + 1
    assert runtime.reading.coverage(ada)
    assert stored_days(runtime, ada, "profiles")


def test_fault_24_code_demanded_at_night_pauses_that_account_only(
    runtime: Runtime, garmin: SimulatorServer, clock: Any
) -> None:
    """Who switched codes on meanwhile costs one login and gets one notice; the others sync on."""
    ada = settled(runtime, garmin, "ada", keep_password=True)
    will = settled(runtime, garmin, "will", keep_password=True)
    who = account(garmin, "ada")
    changed(mfa_code="123456")(garmin, who)
    dead_session(garmin, who)
    before = len(passwords(garmin))
    scheduler = GarminSyncScheduler(replace(runtime, dispatcher=Inline()))
    scheduler.start()
    try:
        for _ in range(12):
            clock.advance(hours=6)
            scheduler.tick()
    finally:
        scheduler.stop()

    assert len(passwords(garmin)) - before == 1
    standing = runtime.connections.standing(ada)
    assert (standing.state, standing.code) == (State.ACTION_NEEDED, "mfa_required")
    told = [run for run in runtime.credentials.get_sync_history(ada) if run.status == "failed"]
    assert len(told) == 1
    assert len(runtime.credentials.get_sync_history(will, limit=100)) >= 3
    assert runtime.connections.standing(will).state == State.CONNECTED


CHANGES: dict[str, tuple[Tell, str, int]] = {
    "password changed": (changed(password="another"), "invalid_credentials", 1),
    "account deleted": (
        on(("/mobile/api/login",), "answer", body={"responseStatus": {"type": NO_SUCH_PASSWORD}}),
        "invalid_credentials",
        1,
    ),
    "locked": (of_account("lock"), "account_locked", 2),
    "a child's": (of_account("restrict"), "account_locked", 3),
    "code demanded": (changed(mfa_code="123456"), "mfa_required", 1),
    "somebody else's": (changed(profile_id=12345), "account_mismatch", 1),
}


@pytest.mark.parametrize("what", CHANGES)
def test_fault_25_changed_account_is_told_apart_and_left_alone(
    runtime: Runtime, garmin: SimulatorServer, clock: Any, what: str
) -> None:
    """Each change has its own words, costs its posts once, and is not tried again for a month."""
    ada = settled(runtime, garmin, "ada", keep_password=True)
    who = account(garmin, "ada")
    tell, code, posts = CHANGES[what]
    dead_session(garmin, who)
    tell(garmin, who)
    before = len(passwords(garmin))

    outcome = runtime.syncs.sync(ada)
    for _ in range(30):
        clock.advance(days=1)
        assert runtime.syncs.sync_if_due(ada) is None
        with pytest.raises(CredentialsRejected):
            runtime.syncs.sync(ada, force=True)

    standing = runtime.connections.standing(ada)
    assert (outcome.status, outcome.error_code) == ("failed", code)
    assert (standing.state, standing.code) == (State.ACTION_NEEDED, code)
    assert standing.reason == outcome.error_message
    assert len(passwords(garmin)) - before == posts


def test_fault_40_run_keeps_the_old_credentials_and_the_next_has_the_new(
    runtime: Runtime, garmin: SimulatorServer, clock: Any
) -> None:
    """Whoever connects anew in the middle of a run disturbs neither it nor the new session."""
    ada = settled(runtime, garmin, "ada", keep_password=True)
    email = account(garmin, "ada").email
    saved: list[str] = []

    def connect_anew() -> None:
        runtime.connections.connect_ticket(ada, garmin.ticket(email))
        saved.append(session_of(runtime, ada))

    outcome = runtime.syncs.sync(ada, watch=at_the_third_window(connect_anew))

    assert outcome.status == "completed"
    assert [session_of(runtime, ada)] == saved
    clock.advance(days=1)
    assert runtime.syncs.sync(ada).status == "completed"
    assert len(passwords(garmin)) == 1


def test_fault_40_stale_run_cannot_overwrite_the_new_session(
    runtime: Runtime, garmin: SimulatorServer, clock: Any
) -> None:
    """A run that renews its old session after the person connected anew stores nothing of it."""
    ada = settled(runtime, garmin, "ada", keep_password=True)
    email = account(garmin, "ada").email
    saved: list[str] = []

    def connect_anew() -> None:
        garmin.faults.revoke_tokens(email, refresh_too=False)  # the run has to renew
        runtime.connections.connect_ticket(ada, garmin.ticket(email))
        saved.append(session_of(runtime, ada))

    with pytest.raises(LeaseLost):
        runtime.syncs.sync(ada, watch=at_the_third_window(connect_anew))

    assert [session_of(runtime, ada)] == saved
    assert valid(runtime, ada).is_valid
    clock.advance(minutes=2)
    assert runtime.syncs.sync_if_due(ada) is not None
    assert runtime.credentials.get_sync_history(ada)[0].status == "completed"


@dataclass
class Interrupted:
    """A gate at which something happens while a login is on its way."""

    gate: LoginGate
    meanwhile: Callable[[], object]

    def blocked(self, *given: Any) -> Any:
        """Ask the gate."""
        return self.gate.blocked(*given)

    def log_in(self, *given: Any, **named: Any) -> Any:
        """Log in, and let it happen before the answer is there."""
        entered = self.gate.log_in(*given, **named)
        self.meanwhile()
        return entered


def test_fault_40_stale_login_cannot_overwrite_the_new_session(
    runtime: Runtime, garmin: SimulatorServer, clock: Any
) -> None:
    """A login with the old password that ends after the person connected anew stores nothing."""
    ada = settled(runtime, garmin, "ada", keep_password=True)
    who = account(garmin, "ada")
    saved: list[str] = []

    def connect_anew() -> None:
        clock.advance(seconds=20)
        runtime.connections.connect_ticket(ada, garmin.ticket(who.email))
        saved.append(session_of(runtime, ada))

    opener = runtime.keep_alive.opener
    slow: Any = Interrupted(opener.gate, connect_anew)
    opened = replace(opener, gate=slow).open(ada, session_is_dead=True)
    opened.close()

    assert [session_of(runtime, ada)] == saved
    kept = valid(runtime, ada)
    assert (kept.encrypted_password, kept.kind) == (None, "token")


def test_fault_40_end_of_a_run_says_nothing_of_newer_credentials(
    settings: Settings, garmin: SimulatorServer, clock: Any
) -> None:
    """A run whose password was refused leaves the one that was saved meanwhile valid and due."""
    who = account(garmin, "ada")
    refused = wire_that.say(200, b'{"responseStatus": {"type": "INVALID_USERNAME_PASSWORD"}}')
    with (
        FaultServer(garmin.url) as wire,
        build_runtime(
            settings.model_copy(update={"garmin_server_url": wire.url}), now=clock
        ) as runtime,
    ):
        ada = settled(runtime, garmin, "ada", keep_password=True)

        def refuse_late(connection: socket.socket, over: threading.Event) -> None:
            clock.advance(seconds=20)
            session = json.dumps(garmin.world.sign_in(who.email))
            runtime.connections.connect_token(ada, session)
            refused(connection, over)

        dead_session(garmin, who)
        wire.fails["/mobile/api/login"] = refuse_late

        outcome = runtime.syncs.sync(ada)

        assert (outcome.status, outcome.error_code) == ("failed", "invalid_credentials")
        assert valid(runtime, ada).is_valid
        assert runtime.connections.standing(ada).state == State.CONNECTED
        again = runtime.syncs.sync_if_due(ada)
        assert again is not None
        assert again.status == "completed"


def test_fault_40_another_account_in_mid_run_is_never_mixed_with_the_first(
    runtime: Runtime, garmin: SimulatorServer, clock: Any
) -> None:
    """Who replaces the Garmin account while it is being synced sees data of the new one alone."""
    ada = settled(runtime, garmin, "ada", keep_password=True)
    other = account(garmin, "will")

    def connect_other() -> None:
        runtime.connections.connect_ticket(ada, garmin.ticket(other.email), replace_data=True)

    with pytest.raises(LeaseLost):
        runtime.syncs.sync(ada, watch=at_the_third_window(connect_other))

    assert stored_days(runtime, ada, "profiles") == []
    clock.advance(minutes=2)
    assert runtime.syncs.sync(ada).status == "completed"
    alone = settled(runtime, garmin, "will", keep_password=True)
    assert runtime.syncs.sync(alone).status == "completed"
    for table in ("profiles", "activities", "sleep_nights"):
        mine, theirs = (
            [row[2] for row in stored_days(runtime, user_id, table)] for user_id in (ada, alone)
        )
        assert mine == theirs
