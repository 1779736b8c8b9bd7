"""Tickets and tokens of the pretend Garmin: issued, looked up, rotated, revoked.

A token is checked by looking it up, never by its signature. Lifetimes as reported
for Garmin; each can be changed while the server runs.
"""

from __future__ import annotations

import base64
import json
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from threading import RLock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from training_analyzer.simulator.account import Account


class TokenKind(StrEnum):
    """What an access token opens: the account API (as app or as browser) or the Personal API."""

    DI = "di"
    WEB = "web"
    PERSONAL = "personal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifetimes:
    """How long each secret lives. `reuse_grace` lets a rotated refresh token work once more."""

    ticket: timedelta = timedelta(seconds=60)
    access: timedelta = timedelta(hours=18)
    refresh: timedelta = timedelta(days=30)
    personal: timedelta = timedelta(hours=24)
    reuse_grace: timedelta = timedelta(0)


@dataclass(slots=True)
class Access:
    """What the table knows of one access token."""

    kind: TokenKind
    email: str
    expires_at: datetime
    key: str | None = None
    revoked: bool = False


@dataclass(frozen=True, slots=True)
class Ticket:
    """A service ticket: for one person, one service and one use."""

    email: str
    service_url: str
    expires_at: datetime


@dataclass(slots=True)
class Refresh:
    """What the table knows of one refresh token."""

    email: str
    client_id: str
    expires_at: datetime
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A fresh access token and the refresh token that follows it."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    client_id: str
    expires_in_s: int
    refresh_expires_in_s: int


class Tokens:
    """The tables of tickets, access tokens and refresh tokens. Thread-safe."""

    def __init__(self, now: Callable[[], datetime], lifetimes: Lifetimes | None = None) -> None:
        self.lifetimes = lifetimes or Lifetimes()
        self._now = now
        self._lock = RLock()
        self._tickets: dict[str, Ticket] = {}
        self._access: dict[str, Access] = {}
        self._refresh: dict[str, Refresh] = {}

    def issue_ticket(self, email: str, service_url: str) -> str:
        """Return a service ticket for one use at *service_url*."""
        ticket = f"ST-{secrets.randbelow(9_000_000) + 1_000_000}-{secrets.token_hex(8)}-cas"
        with self._lock:
            self._tickets[ticket] = Ticket(email, service_url, self._now() + self.lifetimes.ticket)
        return ticket

    def redeem_ticket(self, ticket: str, service_url: str) -> str | None:
        """Use *ticket* up and return whose it was; None when it is not good for *service_url*."""
        with self._lock:
            known = self._tickets.get(ticket)
            if known is None or known.service_url != service_url or known.expires_at < self._now():
                return None
            del self._tickets[ticket]
            return known.email

    def issue_pair(self, account: Account, client_id: str) -> Pair:
        """Return a new access and refresh token of *account* for the app *client_id*."""
        claims = {
            "iss": "https://diauth.garmin.com",
            "client_id": client_id,
            "garmin_guid": account.guid,
        }
        refresh = f"RT-{secrets.token_hex(24)}"
        with self._lock:
            access = self._issue(TokenKind.DI, account.email, self.lifetimes.access, claims)
            expires_at = self._now() + self.lifetimes.refresh
            self._refresh[refresh] = Refresh(account.email, client_id, expires_at)
        return Pair(
            access=access,
            refresh=refresh,
            client_id=client_id,
            expires_in_s=int(self.lifetimes.access.total_seconds()),
            refresh_expires_in_s=int(self.lifetimes.refresh.total_seconds()),
        )

    def rotate(self, refresh: str, client_id: str, account: Account) -> Pair | None:
        """Use a refresh token of *account* up for a new pair; None when it is dead."""
        with self._lock:
            known = self._refresh.get(refresh)
            now = self._now()
            if (
                known is None
                or known.email != account.email
                or known.client_id != client_id
                or known.expires_at < now
            ):
                return None
            if known.used_at is not None and now - known.used_at >= self.lifetimes.reuse_grace:
                return None
            known.used_at = known.used_at or now
            return self.issue_pair(account, client_id)

    def issue_web(self, account: Account) -> str:
        """Return the value of a JWT_WEB cookie."""
        with self._lock:
            claims = {"iss": "https://sso.garmin.com", "garmin_guid": account.guid}
            return self._issue(TokenKind.WEB, account.email, self.lifetimes.access, claims)

    def issue_personal(self, account: Account, key: str) -> str:
        """Return a token of the Personal API that dies with *key*."""
        with self._lock:
            claims = {"iss": "https://personal.connectapi.garmin.com", "garmin_guid": account.guid}
            return self._issue(
                TokenKind.PERSONAL, account.email, self.lifetimes.personal, claims, key
            )

    def find(self, token: str) -> Access | None:
        """Return what is known of an access token, dead or alive."""
        with self._lock:
            return self._access.get(token)

    def is_active(self, access: Access) -> bool:
        """Whether the token still opens anything."""
        return not access.revoked and self._now() < access.expires_at

    def ticket_email(self, ticket: str) -> str | None:
        """Return whose unused ticket this is."""
        with self._lock:
            known = self._tickets.get(ticket)
            return known.email if known else None

    def refresh_email(self, refresh: str) -> str | None:
        """Return whose refresh token this is or was."""
        with self._lock:
            known = self._refresh.get(refresh)
            return known.email if known else None

    def revoke(
        self,
        email: str | None = None,
        *,
        kind: TokenKind | None = None,
        key: str | None = None,
        refresh_too: bool = True,
    ) -> None:
        """Make tokens refused: of one account or of all, of one kind or all, of one key or all.

        Refresh tokens of the account API die too, unless told otherwise or another
        kind was named.
        """
        with self._lock:
            for access in self._access.values():
                if (
                    email in {None, access.email}
                    and kind in {None, access.kind}
                    and key in {None, access.key}
                ):
                    access.revoked = True
            if refresh_too and key is None and kind in {None, TokenKind.DI}:
                for token in [t for t, r in self._refresh.items() if email in {None, r.email}]:
                    del self._refresh[token]

    def _issue(
        self,
        kind: TokenKind,
        email: str,
        lifetime: timedelta,
        claims: dict[str, str],
        key: str | None = None,
    ) -> str:
        issued_at = self._now()
        expires_at = issued_at + lifetime
        token = make_jwt(
            {
                **claims,
                "iat": int(issued_at.timestamp()),
                "exp": int(expires_at.timestamp()),
                "jti": secrets.token_hex(16),
            }
        )
        self._access[token] = Access(kind, email, expires_at, key)
        return token


def make_jwt(claims: dict[str, str | int]) -> str:
    """Return a JWT with *claims* and a signature that nobody checks."""
    header = {"alg": "RS256", "kid": "sim-1", "typ": "JWT"}
    return ".".join((_encode(header), _encode(claims), secrets.token_urlsafe(24)))


def _encode(part: dict[str, str] | dict[str, str | int]) -> str:
    text = json.dumps(part, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(text).decode().rstrip("=")
