"""One provider of OpenID Connect: what it says of itself, its keys, and codes for tokens.

Needs the extra `oidc`.
"""

from __future__ import annotations

import base64
import logging
import threading
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote_plus, urlsplit

from training_analyzer.addresses import is_safe_server
from training_analyzer.errors import SignOnFault, SingleSignOnFailed, SingleSignOnUnavailable
from training_analyzer.services.id_tokens import Expected, KeyUnknown, TokenRefused, subject_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from training_analyzer.model import Secret
    from training_analyzer.services.asking import Asker

log = logging.getLogger(__name__)

_WELL_KNOWN: Final = "/.well-known/openid-configuration"
_KEPT_FOR: Final = timedelta(hours=1)
_REST: Final = timedelta(seconds=10)
_OTHERS_WAIT_S: Final = 1.0
_OK: Final = 200
_CODE_REFUSED: Final = range(400, 500)


@dataclass(frozen=True, slots=True)
class Client:
    """What this server is to the provider."""

    issuer: str
    client_id: str
    client_secret: Secret


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the provider does what, and whether it takes our secret in a form only."""

    authorization: str
    token: str
    keys: str
    by_form: bool


class Provider:
    """Asks the provider; what it says of itself is kept for an hour."""

    def __init__(self, client: Client, asker: Asker, now: Callable[[], datetime]) -> None:
        self.client = client
        self._asker = asker
        self._now = now
        self._lock = threading.Lock()
        self._addresses: tuple[Addresses, datetime] | None = None
        self._failed_at: datetime | None = None
        self._keys: tuple[Sequence[object], datetime] | None = None

    def addresses(self) -> Addresses:
        """Return where it does what. Raises `SingleSignOnUnavailable`.

        Strangers get this far: one of them asks, the others wait a second at most, and after
        a failure nobody asks for a while.
        """
        if not self._lock.acquire(timeout=_OTHERS_WAIT_S):
            raise SingleSignOnUnavailable
        try:
            known = self._addresses
            if known is None or not self._is_current(known[1], _KEPT_FOR):
                known = self._addresses = (self._discovered_anew(), self._now())
            return known[0]
        finally:
            self._lock.release()

    def redeem(self, code: str, *, verifier: str, redirect_uri: str) -> str:
        """Return the ID token for *code*, which is good once.

        Raises `SingleSignOnFailed`, or `SingleSignOnUnavailable`.
        """
        addresses = self.addresses()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        headers = {}
        client_id, secret = self.client.client_id, self.client.client_secret.reveal()
        if addresses.by_form:
            form |= {"client_id": client_id, "client_secret": secret}
        else:
            pair = f"{quote_plus(client_id)}:{quote_plus(secret)}".encode("ascii")
            headers = {"Authorization": f"Basic {base64.b64encode(pair).decode('ascii')}"}
        reply = self._asker.post(addresses.token, form, headers)
        if reply.status in _CODE_REFUSED:
            log.warning("The provider refused a code with status %d", reply.status)
            raise SingleSignOnFailed(SignOnFault.CODE)
        token = reply.body.get("id_token")
        if reply.status != _OK or not isinstance(token, str):
            raise SingleSignOnUnavailable
        return token

    def subject(self, token: str, *, nonce: str) -> str:
        """Return whom the provider vouches for with *token*.

        Its keys are asked for once more when none fits. Raises as `redeem` does.
        """
        expected = Expected(self.client.issuer, self.client.client_id, nonce, self._now())
        try:
            try:
                return subject_of(token, self._known_keys(), expected)
            except KeyUnknown:
                return subject_of(token, self._fetched_keys(), expected)
        except TokenRefused as refused:
            raise SingleSignOnFailed(refused.why) from None

    def _is_current(self, since: datetime, span: timedelta) -> bool:
        return since <= self._now() < since + span

    def _discovered_anew(self) -> Addresses:
        """Return what it says of itself, unless it has just failed to."""
        if self._failed_at is not None and self._is_current(self._failed_at, _REST):
            raise SingleSignOnUnavailable
        try:
            return self._discovered()
        except SingleSignOnUnavailable:
            self._failed_at = self._now()
            raise

    def _known_keys(self) -> Sequence[object]:
        known = self._keys
        if known is not None and self._is_current(known[1], _KEPT_FOR):
            return known[0]
        return self._fetched_keys()

    def _fetched_keys(self) -> Sequence[object]:
        keys = self._told(self.addresses().keys).get("keys")
        if not isinstance(keys, list):
            raise SingleSignOnUnavailable
        self._keys = (keys, self._now())
        return keys

    def _discovered(self) -> Addresses:
        issuer = self.client.issuer
        told = self._told(issuer.rstrip("/") + _WELL_KNOWN)
        if told.get("issuer") != issuer:
            raise SingleSignOnUnavailable
        methods = told.get("token_endpoint_auth_methods_supported")
        return Addresses(
            authorization=self._address(told, "authorization_endpoint"),
            token=self._address(told, "token_endpoint"),
            keys=self._address(told, "jwks_uri"),
            # Where it does not say, it takes the other way.
            by_form=isinstance(methods, list) and "client_secret_basic" not in methods,
        )

    def _told(self, url: str) -> Mapping[str, Any]:
        reply = self._asker.get(url)
        if reply.status != _OK:
            raise SingleSignOnUnavailable
        return reply.body

    def _address(self, told: Mapping[str, Any], name: str) -> str:
        """Return an address of the provider's, which is no less safe than the provider is."""
        url = told.get(name)
        if not isinstance(url, str) or not url.isascii() or not url.isprintable() or " " in url:
            raise SingleSignOnUnavailable
        may_be_open = urlsplit(self.client.issuer).scheme == "http"
        is_https = urlsplit(url).scheme == "https"
        if "#" in url or not is_safe_server(url) or not (is_https or may_be_open):
            raise SingleSignOnUnavailable
        return url
