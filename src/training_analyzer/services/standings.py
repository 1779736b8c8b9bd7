"""How each person's connection stands: read from the database, Garmin is not asked."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from training_analyzer.errors import DecryptionError
from training_analyzer.model import CONFIG_DEFAULTS, Kind, RunStatus
from training_analyzer.planning.standing import LOGIN_CODES, Ended, Standing, State, standing
from training_analyzer.services.vault import API_KEY, TOKEN_BUNDLE

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from training_analyzer.db.repositories.garmin_credentials import GarminCredentialsRepository
    from training_analyzer.db.repositories.schedule import ScheduleRepository
    from training_analyzer.model import GarminCredentials, GarminSyncHistory
    from training_analyzer.services.login_gate import LoginGate
    from training_analyzer.services.vault import Vault
    from training_analyzer.services.waiting_logins import WaitingLogins

# The faces take these from here: they know no planning.
__all__ = ["LOGIN_CODES", "Standing", "Standings", "State", "how_it_ended"]


@dataclass(frozen=True, slots=True)
class Standings:
    """Puts together what `standing` decides by."""

    credentials: GarminCredentialsRepository
    schedule: ScheduleRepository
    vault: Vault
    gate: LoginGate
    waiting: WaitingLogins
    now: Callable[[], datetime]

    def of(self, user_id: str) -> Standing:
        """Return how the connection of *user_id* stands now."""
        now = self.now()
        known = self.credentials.get_credentials(user_id)
        entry = self.schedule.entry(user_id)
        not_before = entry.not_before if entry else None
        last_run = self._last_run(user_id)
        pending = self.waiting.find(user_id)
        config = self.credentials.get_sync_config(user_id) or CONFIG_DEFAULTS
        kept_out = not_before is not None and not_before > now and last_run.code in LOGIN_CODES
        return standing(
            known,
            auto_sync_enabled=config.auto_sync_enabled,
            not_before=not_before,
            now=now,
            is_paused=entry is not None and entry.paused_at is not None,
            parked_until=entry.due_at if entry and entry.parked_at else None,
            last_run=last_run,
            login_possible_at=self._login_possible_at(known, kept_out=kept_out),
            unreadable=self._unreadable(known),
            code_until=pending.expires_at if pending else None,
        )

    def email_hint(self, user_id: str) -> str | None:
        """Return the connected e-mail address as `a…@e…`, or None."""
        known = self.credentials.get_credentials(user_id)
        if known is None or known.encrypted_email is None:
            return None
        try:
            name, _, host = self.vault.unseal(known.encrypted_email).reveal().partition("@")
        except DecryptionError:
            return None
        return f"{name[:1]}…@{host[:1]}…"

    def _unreadable(self, known: GarminCredentials | None) -> DecryptionError | None:
        """Return why what is stored of *known* does not open; None when all of it does."""
        if known is None:
            return None
        try:
            for sealed in (known.encrypted_email, known.encrypted_password):
                if sealed is not None:
                    self.vault.unseal(sealed)
            for field in (TOKEN_BUNDLE, API_KEY):
                self.vault.get(known.user_id, field)
        except DecryptionError as error:
            return error
        return None

    def _login_possible_at(
        self, known: GarminCredentials | None, *, kept_out: bool
    ) -> datetime | None:
        """Return when the stored address may log in, if this connection has to log in at all.

        It has to when it is broken, when it has no session yet, and when a login is what
        its last run was *kept_out* by. Elsewhere a block of passwords is nobody's concern.
        """
        if known is None or known.kind is not Kind.PASSWORD or known.encrypted_email is None:
            return None
        if known.is_valid and not kept_out and self.vault.holds(known.user_id, TOKEN_BUNDLE):
            return None
        try:
            email = self.vault.unseal(known.encrypted_email)
        except DecryptionError:
            return None
        return self.gate.possible_at(email.reveal(), known.region)

    def _last_run(self, user_id: str) -> Ended:
        runs = self.credentials.get_sync_history(user_id, limit=2)
        ended = next((run for run in runs if run.status != RunStatus.RUNNING), None)
        return Ended() if ended is None else how_it_ended(ended)


def how_it_ended(run: GarminSyncHistory) -> Ended:
    """Return the code and the sentence that *run* ended with."""
    return Ended(code=_code_of(run), message=run.error_message)


def _code_of(run: GarminSyncHistory) -> str | None:
    """Return the code in a run's details; None where an embedding program wrote others."""
    try:
        details = json.loads(run.error_details or "null")
    except ValueError:
        return None
    code = details.get("code") if isinstance(details, dict) else None
    return code if isinstance(code, str) else None
