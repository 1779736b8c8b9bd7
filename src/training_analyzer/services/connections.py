"""Connect, look at, and disconnect a person's Garmin account."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from training_analyzer.errors import (
    DecryptionError,
    MfaExpired,
    MfaInvalid,
)
from training_analyzer.garmin.account import AccountGarmin
from training_analyzer.garmin.login import NeedsMfa, finish_mfa, log_in
from training_analyzer.garmin.personal import PersonalGarmin
from training_analyzer.garmin.personal_key import clean_key
from training_analyzer.garmin.tokens import TokenBundle
from training_analyzer.model import Kind, Region, SyncType
from training_analyzer.services.opening import check_same_account
from training_analyzer.services.vault import API_KEY, MFA_STATE, PERSONAL_JWT, TOKEN_BUNDLE

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from training_analyzer.db.repositories.garmin_credentials import GarminCredentialsRepository
    from training_analyzer.db.repositories.garmin_data import GarminDataRepository
    from training_analyzer.db.repositories.schedule import ScheduleRepository
    from training_analyzer.garmin.login import LoggedIn
    from training_analyzer.garmin.personal_key import PersonalToken
    from training_analyzer.model import GarminProfile
    from training_analyzer.services.opening import Opener
    from training_analyzer.services.vault import Vault

MFA_PATIENCE = timedelta(minutes=10)
MFA_TRIES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """A Garmin account is connected; `display_name` is Garmin's name for it."""

    user_id: str
    kind: Kind
    garmin_user_id: str
    display_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MfaPending:
    """Garmin has sent a code by *method*; `finish_mfa` completes the connection with it."""

    user_id: str
    method: str
    expires_at: datetime
    attempts_left: int


class Connections:
    """The ways in and the way out. A login runs in the caller's thread and may take minutes."""

    def __init__(
        self,
        *,
        credentials: GarminCredentialsRepository,
        schedule: ScheduleRepository,
        data: GarminDataRepository,
        vault: Vault,
        opener: Opener,
        now: Callable[[], datetime],
    ) -> None:
        self._credentials = credentials
        self._schedule = schedule
        self._data = data
        self.vault = vault
        self._opener = opener
        self._now = now

    def connect_password(
        self, user_id: str, email: str, password: str, *, region: Region = Region.COM
    ) -> Connected | MfaPending:
        """Sign in to Garmin with *email* and *password* and keep tokens and both, sealed.

        Raises `CredentialsRejected`, `AccountLocked`, `LoginBlocked`, `AccountMismatch`
        or `GarminUnavailable`; then nothing is changed.
        """
        entered = log_in(email, password, hosts=self._opener.hosts(region))
        if isinstance(entered, NeedsMfa):
            return self._ask_for_code(
                user_id, entered, {"email": email, "password": password, "region": region.value}
            )
        return self._keep_login(user_id, entered, email, password, region)

    def finish_mfa(self, user_id: str, code: str) -> Connected:
        """Complete a waiting login with *code*; any process can.

        Raises `MfaInvalid` for a wrong code (three are allowed), `MfaExpired` when no
        login waits any more; then nothing is changed.
        """
        waiting = self.vault.get(user_id, MFA_STATE)
        if waiting is None or waiting.expires_at is None or waiting.expires_at <= self._now():
            self.vault.drop(user_id, MFA_STATE)
            raise MfaExpired
        held = json.loads(waiting.text)
        region = Region(held["region"])
        try:
            entered = finish_mfa(held["state"], code.strip(), hosts=self._opener.hosts(region))
        except MfaInvalid:
            self._count_wrong_code(user_id, held, waiting.expires_at)
            raise
        connected = self._keep_login(user_id, entered, held["email"], held["password"], region)
        self.vault.drop(user_id, MFA_STATE)
        return connected

    def connect_token(
        self, user_id: str, token_json: str, *, region: Region = Region.COM
    ) -> Connected:
        """Connect with the token JSON that garminconnect writes.

        The token is refreshed at once: that proves it, and detaches this server from
        the copy, which stops working. Raises `TokenInvalid`, `TokenExpired`.
        """
        tokens = [TokenBundle.parse(token_json)]
        garmin = AccountGarmin(
            tokens[0],
            display_name=None,
            hosts=self._opener.hosts(region),
            pace=self._opener.pacing.for_account(user_id),
            save_tokens=tokens.append,
            now=self._now,
        )
        try:
            garmin.refresh()
            profile = garmin.profile()
        finally:
            garmin.close()
        check_same_account(self._credentials.get_credentials(user_id), profile)
        self._put_tokens(user_id, tokens[-1])
        return self._keep(user_id, Kind.TOKEN, region, profile)

    def connect_personal_key(self, user_id: str, key: str) -> Connected:
        """Connect with a key of Garmin's Personal API. Raises `CredentialsRejected`."""
        cleaned = clean_key(key)
        tokens: list[PersonalToken] = []
        garmin = PersonalGarmin(
            cleaned,
            token=None,
            hosts=self._opener.hosts(Region.COM),
            pace=self._opener.pacing.for_account(user_id),
            save_token=tokens.append,
            now=self._now,
        )
        try:
            profile = garmin.profile()
        finally:
            garmin.close()
        check_same_account(self._credentials.get_credentials(user_id), profile)
        self.vault.put(user_id, API_KEY, cleaned)
        if tokens:
            self.vault.put(user_id, PERSONAL_JWT, tokens[-1].jwt, expires_at=tokens[-1].expires_at)
        return self._keep(user_id, Kind.PERSONAL_KEY, Region.COM, profile)

    def disconnect(self, user_id: str, *, delete_data: bool = False) -> bool:
        """Delete the user's secrets, configuration and schedule; tell if there was anything.

        With *delete_data* also everything that was synced.
        """
        there_was = self._credentials.delete_credentials(user_id)
        if delete_data:
            there_was = self._data.delete_all(user_id) > 0 or there_was
        return there_was

    def pending_login(self, user_id: str) -> MfaPending | None:
        """Return the login that waits for its code, or None; asks nothing of Garmin."""
        try:
            waiting = self.vault.get(user_id, MFA_STATE)
        except DecryptionError:
            return None
        if waiting is None or waiting.expires_at is None or waiting.expires_at <= self._now():
            return None
        held = json.loads(waiting.text)
        return MfaPending(
            user_id=user_id,
            method=held["method"],
            expires_at=waiting.expires_at,
            attempts_left=MFA_TRIES - int(held["tries"]),
        )

    def email_hint(self, user_id: str) -> str | None:
        """Return the connected e-mail address as `a…@e…`, or None."""
        credentials = self._credentials.get_credentials(user_id)
        if credentials is None or credentials.encrypted_email is None:
            return None
        try:
            name, _, host = self.vault.unseal(credentials.encrypted_email).partition("@")
        except DecryptionError:
            return None
        return f"{name[:1]}…@{host[:1]}…"

    def _ask_for_code(self, user_id: str, needs: NeedsMfa, held: dict[str, str]) -> MfaPending:
        expires_at = self._now() + MFA_PATIENCE
        text = json.dumps({**held, "state": needs.state, "method": needs.method, "tries": 0})
        self.vault.put(user_id, MFA_STATE, text, expires_at=expires_at)
        return MfaPending(
            user_id=user_id, method=needs.method, expires_at=expires_at, attempts_left=MFA_TRIES
        )

    def _count_wrong_code(
        self, user_id: str, held: dict[str, int | str], expires_at: datetime
    ) -> None:
        tries = int(held["tries"]) + 1
        if tries >= MFA_TRIES:
            self.vault.drop(user_id, MFA_STATE)
            return
        text = json.dumps({**held, "tries": tries})
        self.vault.put(user_id, MFA_STATE, text, expires_at=expires_at)

    def _keep_login(
        self, user_id: str, entered: LoggedIn, email: str, password: str, region: Region
    ) -> Connected:
        check_same_account(self._credentials.get_credentials(user_id), entered.profile)
        self._put_tokens(user_id, entered.tokens)
        sealed = (
            self.vault.seal(user_id, "email", email),
            self.vault.seal(user_id, "password", password),
        )
        return self._keep(user_id, Kind.PASSWORD, region, entered.profile, sealed)

    def _put_tokens(self, user_id: str, tokens: TokenBundle) -> None:
        self.vault.put(user_id, TOKEN_BUNDLE, tokens.dump(), expires_at=tokens.expires_at)

    def _keep(
        self,
        user_id: str,
        kind: Kind,
        region: Region,
        profile: GarminProfile,
        sealed: tuple[str | None, str | None] = (None, None),
    ) -> Connected:
        self._credentials.save_credentials(
            user_id,
            *sealed,
            encryption_key_id=self.vault.key_id,
            garmin_user_id=profile.profile_id,
            garmin_display_name=profile.display_name,
            kind=kind,
            region=region,
        )
        self._credentials.update_validation_status(user_id, is_valid=True)
        self._schedule.lift(user_id)
        config = self._credentials.get_sync_config(user_id)
        if config is None or config.auto_sync_enabled:
            self._schedule.set_due(user_id, self._now(), SyncType.INITIAL)
        return Connected(
            user_id=user_id,
            kind=kind,
            garmin_user_id=profile.profile_id,
            display_name=profile.display_name,
        )
