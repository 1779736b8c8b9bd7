"""Connect, look at, and disconnect a person's Garmin account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from training_analyzer.errors import (
    MfaExpired,
    MfaInvalid,
    MfaRequired,
)
from training_analyzer.garmin.account import AccountGarmin
from training_analyzer.garmin.login import NeedsMfa, redeem_ticket
from training_analyzer.garmin.personal import PersonalGarmin
from training_analyzer.garmin.personal_key import clean_key
from training_analyzer.garmin.tokens import TokenBundle
from training_analyzer.model import Kind, Region, SyncType
from training_analyzer.services.doors import door
from training_analyzer.services.opening import SIGN_IN
from training_analyzer.services.standings import LOGIN_CODES, Standings
from training_analyzer.services.vault import API_KEY, PERSONAL_JWT, TOKEN_BUNDLE
from training_analyzer.services.waiting_logins import (
    MOST_CODES,
    UNWATCHED,
    Attempt,
    Entry,
    MfaPending,
    WaitingLogins,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from datetime import datetime

    from training_analyzer.db.repositories.garmin_credentials import GarminCredentialsRepository
    from training_analyzer.db.repositories.garmin_data import GarminDataRepository
    from training_analyzer.db.repositories.schedule import ScheduleRepository
    from training_analyzer.garmin.login import LoggedIn
    from training_analyzer.garmin.personal_key import PersonalToken
    from training_analyzer.model import GarminProfile
    from training_analyzer.planning.standing import Standing
    from training_analyzer.services.audit import Use
    from training_analyzer.services.export_shelf import ExportShelf
    from training_analyzer.services.identity import Identity
    from training_analyzer.services.opening import Opener
    from training_analyzer.services.vault import Vault


__all__ = ["MOST_CODES", "Connected", "Connections", "Entry", "MfaPending"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """A Garmin account is connected; `display_name` is Garmin's name for it."""

    user_id: str
    kind: Kind
    garmin_user_id: str
    display_name: str


class Connections:
    """The ways in and the way out. A login runs in the caller's thread and may take minutes."""

    def __init__(  # noqa: PLR0913 - the parts that it joins, each named
        self,
        *,
        credentials: GarminCredentialsRepository,
        schedule: ScheduleRepository,
        data: GarminDataRepository,
        shelf: ExportShelf,
        vault: Vault,
        opener: Opener,
        identity: Identity,
        now: Callable[[], datetime],
    ) -> None:
        self._credentials = credentials
        self._schedule = schedule
        self._data = data
        self._shelf = shelf
        self.vault = vault
        self._opener = opener
        self._identity = identity
        self._waiting = WaitingLogins(vault, now)
        self._standings = Standings(credentials, schedule, vault, opener.gate, self._waiting, now)
        self._now = now
        self._audit = opener.audit

    @door
    def connect_password(
        self,
        user_id: str,
        email: str,
        password: str,
        *,
        region: Region = Region.COM,
        keep_password: bool = True,
        replace_data: bool = False,
        sign_in: Attempt = UNWATCHED,
    ) -> Connected | MfaPending:
        """Sign in to Garmin with *email* and *password* and keep the session, sealed.

        The password is kept only with *keep_password*; everything works without it, but
        a dead session then needs the person. *replace_data* deletes what was synced
        from another account before. Raises `CredentialsRejected`, `AccountLocked`,
        `LoginBlocked`, `AccountMismatch`, `AccountAlreadyLinked` or `GarminUnavailable`;
        then nothing is changed. *sign_in* says whether it is still wanted.
        """
        entry = Entry(email, password, region, keep_password, replace_data)
        with self._recording(user_id, Kind.PASSWORD) as use:
            entered = self._opener.gate.log_in(
                email, password, region, hosts=self._opener.hosts(region)
            )
            if isinstance(entered, NeedsMfa):
                use.result = MfaRequired.code
                return self._waiting.begin(user_id, entered, entry, sign_in.login_id)
            sign_in.refuse_abandoned()
            return self._keep_login(user_id, entered, entry)

    @door
    def finish_mfa(self, user_id: str, code: str, *, sign_in: Attempt = UNWATCHED) -> Connected:
        """Complete a waiting login with *code*; any process can.

        Raises `MfaInvalid` for a wrong code (three are allowed), `MfaExpired` when no
        login waits any more, `LoginBlocked` when Garmin refuses codes for now; then
        nothing is changed.
        """
        with self._recording(user_id, "code"):
            entry, state = self._waiting.open(user_id)
            try:
                entered = self._opener.gate.finish(
                    state,
                    code.strip(),
                    entry.email,
                    entry.region,
                    hosts=self._opener.hosts(entry.region),
                )
            except MfaInvalid:
                raise MfaInvalid(self._waiting.count_wrong_code(user_id)) from None
            except MfaExpired:
                # Garmin has forgotten the login: no code will ever complete it.
                self._waiting.drop(user_id)
                raise
            # The code is used up, also when the account turns out to be another one.
            self._waiting.drop(user_id)
            sign_in.refuse_abandoned()
            connected = self._keep_login(user_id, entered, entry)
            self._credentials.note_mfa(user_id)
            return connected

    @door
    def connect_ticket(
        self,
        user_id: str,
        pasted: str,
        *,
        region: Region = Region.COM,
        replace_data: bool = False,
    ) -> Connected:
        """Connect with the service ticket in *pasted*, the page that a browser ended on.

        Password, code and CAPTCHA then happen in the person's browser, and nothing of
        them here. A ticket lives about a minute and works once. Raises `TokenInvalid`
        when there is none in the text, `CredentialsRejected` for one used or too old.
        """
        with self._recording(user_id, "ticket"):
            entered = redeem_ticket(pasted, hosts=self._opener.hosts(region))
            self._identity.check(user_id, entered.profile, region, replace_data=replace_data)
            self._put_tokens(user_id, entered.tokens)
            return self._keep(user_id, Kind.TOKEN, region, entered.profile)

    @door
    def connect_token(
        self,
        user_id: str,
        token_json: str,
        *,
        region: Region = Region.COM,
        replace_data: bool = False,
    ) -> Connected:
        """Connect with the token JSON that garminconnect writes.

        The token is refreshed at once: that proves it, and detaches this server from
        the copy, which stops working. Raises `TokenInvalid`, `TokenExpired`.
        """
        with self._recording(user_id, Kind.TOKEN):
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
                profile = garmin.profile()
                # Before the token is used up: the person may want to bring it once more.
                self._identity.look(user_id, profile, region, replace_data=replace_data)
                if len(tokens) == 1:
                    garmin.refresh()
            finally:
                garmin.close()
            self._identity.check(user_id, profile, region, replace_data=replace_data)
            self._put_tokens(user_id, tokens[-1])
            return self._keep(user_id, Kind.TOKEN, region, profile)

    @door
    def connect_personal_key(
        self, user_id: str, key: str, *, replace_data: bool = False
    ) -> Connected:
        """Connect with a key of Garmin's Personal API.

        Beside a session that is connected already, the key serves what it can and the
        session the rest; in the place of one that needs a login, it serves alone.
        Raises `TokenInvalid` for what cannot be a key, `CredentialsRejected` for one
        that Garmin refuses.
        """
        with self._recording(user_id, Kind.PERSONAL_KEY):
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
            self._identity.check(user_id, profile, Region.COM, replace_data=replace_data)
            self.vault.put(user_id, API_KEY, cleaned)
            if tokens:
                jwt = tokens[-1]
                self.vault.put(user_id, PERSONAL_JWT, jwt.jwt, expires_at=jwt.expires_at)
            if self.vault.get(user_id, TOKEN_BUNDLE) is not None:
                if not self._needs_login(user_id):
                    return self._beside_the_session(user_id, profile)
                self.vault.drop(user_id, TOKEN_BUNDLE)
            return self._keep(user_id, Kind.PERSONAL_KEY, Region.COM, profile)

    def disconnect(self, user_id: str, *, delete_data: bool = False) -> bool:
        """Delete the user's secrets, configuration and schedule; tell if there was anything.

        With *delete_data* also everything that was synced, and what was exported of it.
        """
        there_was = self._credentials.delete_credentials(user_id)
        if delete_data:
            there_was = self._data.delete_all(user_id) > 0 or there_was
            self._shelf.clear(user_id)
        if there_was:
            kept = "data_deleted" if delete_data else "data_kept"
            self._audit.note("garmin_disconnected", user_id=user_id, actor=user_id, target=kept)
        return there_was

    def pending_login(self, user_id: str) -> MfaPending | None:
        """Return the login that waits for its code, or None; asks nothing of Garmin."""
        return self._waiting.find(user_id)

    def drop_login(self, user_id: str, login_id: str) -> None:
        """Forget the login that waits for its code, if it is that one."""
        pending = self._waiting.find(user_id)
        if pending is not None and pending.login_id == login_id:
            self._waiting.drop(user_id)

    def standing(self, user_id: str) -> Standing:
        """Return how the user's connection stands now, in words; asks nothing of Garmin."""
        return self._standings.of(user_id)

    def email_hint(self, user_id: str) -> str | None:
        """Return the connected e-mail address as `a…@e…`, or None."""
        return self._standings.email_hint(user_id)

    def _keep_login(self, user_id: str, entered: LoggedIn, entry: Entry) -> Connected:
        self._identity.check(
            user_id, entered.profile, entry.region, replace_data=entry.replace_data
        )
        self._put_tokens(user_id, entered.tokens)
        password = self.vault.seal(user_id, "password", entry.password)
        sealed = (
            self.vault.seal(user_id, "email", entry.email),
            password if entry.keep_password else None,
        )
        return self._keep(user_id, Kind.PASSWORD, entry.region, entered.profile, sealed)

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
            self._schedule.request(user_id, SyncType.INITIAL, now=self._now())
        self._identity.keep(user_id, profile, region)
        return self._connected(user_id, kind, profile)

    def _needs_login(self, user_id: str) -> bool:
        """Tell whether the session is known to be dead: rejected, or kept out by a login."""
        credentials = self._credentials.get_credentials(user_id)
        is_rejected = credentials is not None and not credentials.is_valid
        return is_rejected or self.standing(user_id).code in LOGIN_CODES

    def _beside_the_session(self, user_id: str, profile: GarminProfile) -> Connected:
        """Leave the session's row as it is; the key alone is new."""
        credentials = self._credentials.get_credentials(user_id)
        kind = credentials.kind if credentials else Kind.PERSONAL_KEY
        return self._connected(user_id, kind, profile)

    def _recording(self, user_id: str, by: str) -> AbstractContextManager[Use]:
        """Write down that a secret of the person, of the kind *by*, goes to Garmin."""
        return self._audit.recording(SIGN_IN, user_id=user_id, actor=user_id, target=by)

    def _connected(self, user_id: str, kind: Kind, profile: GarminProfile) -> Connected:
        self._audit.note("garmin_connected", user_id=user_id, actor=user_id, target=kind)
        return Connected(
            user_id=user_id,
            kind=kind,
            garmin_user_id=profile.profile_id,
            display_name=profile.display_name,
        )
