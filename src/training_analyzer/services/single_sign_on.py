"""Single sign-on: from our page to the provider and back, and who that is here.

What a sign-in under way needs is sealed into a cookie, so it comes back to the browser that
began it, whichever process it comes back to.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from importlib import import_module
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from training_analyzer.db.repositories.provider_identities import ProviderIdentitiesRepository
from training_analyzer.db.repositories.users import UsersRepository
from training_analyzer.errors import (
    DecryptionError,
    OnlyWayIn,
    SettingsError,
    SignOnFault,
    SingleSignOnFailed,
)
from training_analyzer.model import Secret, SecretContext
from training_analyzer.services.asking import Asker
from training_analyzer.services.limits import REGISTRATION

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from training_analyzer.db import Database
    from training_analyzer.model import User
    from training_analyzer.services.access import Access
    from training_analyzer.services.encryption import EncryptionService
    from training_analyzer.services.provider import Provider
    from training_analyzer.settings import Settings

# How long a person may take at the provider.
LIFE: Final = timedelta(minutes=10)
_SEALED_AS: Final = SecretContext("single-sign-on", "state")
_RANDOM_BYTES: Final = 32
_VERIFIER_BYTES: Final = 48
_NAME_BYTES: Final = 4


@dataclass(frozen=True, slots=True)
class Started:
    """Where the browser goes, and what it keeps meanwhile."""

    address: str
    sealed: str


@dataclass(frozen=True, slots=True)
class Came:
    """What the browser comes back with, as the provider wrote it into the address."""

    code: str
    state: str
    issuer: str | None


@dataclass(frozen=True, slots=True)
class Proved:
    """Whom the provider vouches for, where they wanted to go, and whom to link them with."""

    subject: str
    next: str
    link_for: str | None


@dataclass(frozen=True, slots=True, repr=False)
class _Way:
    """A sign-in that is under way."""

    state: str
    nonce: str
    verifier: str
    redirect_uri: str
    next: str
    link_for: str | None
    until: float


@dataclass(frozen=True, slots=True)
class SingleSignOn:
    """The provider that people of this server may sign in with; `name` is the button's."""

    name: str
    signs_up: bool
    provider: Provider
    identities: ProviderIdentitiesRepository
    access: Access
    users: UsersRepository
    encryption: EncryptionService
    now: Callable[[], datetime]

    @property
    def _issuer(self) -> str:
        return self.provider.client.issuer

    def begin(self, *, redirect_uri: str, next_: str, link_for: str | None = None) -> Started:
        """Begin a sign-in, or with *link_for* the linking of that person.

        Raises `SingleSignOnUnavailable`.
        """
        address = self.provider.addresses().authorization
        way = _Way(
            state=secrets.token_urlsafe(_RANDOM_BYTES),
            nonce=secrets.token_urlsafe(_RANDOM_BYTES),
            verifier=secrets.token_urlsafe(_VERIFIER_BYTES),
            redirect_uri=redirect_uri,
            next=next_,
            link_for=link_for,
            until=(self.now() + LIFE).timestamp(),
        )
        digest = hashlib.sha256(way.verifier.encode("ascii")).digest()
        asked = {
            "response_type": "code",
            "client_id": self.provider.client.client_id,
            "redirect_uri": redirect_uri,
            "scope": "openid",
            "state": way.state,
            "nonce": way.nonce,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii"),
            "code_challenge_method": "S256",
        }
        joint = "&" if "?" in address else "?"
        sealed = self.encryption.encrypt(json.dumps(asdict(way)), _SEALED_AS)
        return Started(f"{address}{joint}{urlencode(asked)}", sealed)

    def finish(self, sealed: str, came: Came) -> Proved:
        """Return who came back. Raises `SingleSignOnFailed`, or `SingleSignOnUnavailable`."""
        way = self._way(sealed)
        if not hmac.compare_digest(came.state.encode("utf-8", "replace"), way.state.encode()):
            raise SingleSignOnFailed(SignOnFault.STATE)
        if came.issuer is not None and came.issuer != self._issuer:
            raise SingleSignOnFailed(SignOnFault.ISSUER)
        if not came.code:
            raise SingleSignOnFailed(SignOnFault.PROVIDER)
        token = self.provider.redeem(
            came.code, verifier=way.verifier, redirect_uri=way.redirect_uri
        )
        subject = self.provider.subject(token, nonce=way.nonce)
        return Proved(subject, way.next, way.link_for)

    def enter(self, subject: str, network: str | None) -> User:
        """Return who that is here, who may be new. Raises `SingleSignOnFailed`.

        Known by issuer and subject alone: an e-mail address or a name proves nothing.
        """
        user_id = self.identities.find(self._issuer, subject)
        if user_id is None and self.signs_up:
            self.access.limits.take(REGISTRATION, network or "")
            # A name of ours: the provider's could be one that people here take for another.
            name = f"sso-{secrets.token_hex(_NAME_BYTES)}"
            user_id = self.identities.join(
                name, self._issuer, subject, now=self.now()
            ) or self.identities.find(self._issuer, subject)
        user = self.users.by_id(user_id or "")
        if user is None:
            raise SingleSignOnFailed(SignOnFault.UNKNOWN)
        if user.disabled_at is not None:
            raise SingleSignOnFailed(SignOnFault.DISABLED)
        return user

    def link(self, user_id: str, subject: str) -> None:
        """Let the person sign in by the provider from now on. Raises `SingleSignOnFailed`."""
        if not self.identities.link(user_id, self._issuer, subject, now=self.now()):
            raise SingleSignOnFailed(SignOnFault.LINKED)

    def is_linked(self, user_id: str) -> bool:
        """Tell whether the person can sign in by the provider."""
        return self.identities.has(user_id, self._issuer)

    def unlink(self, user_id: str) -> bool:
        """End that; False where there was nothing. Raises `OnlyWayIn`."""
        if not self.access.passwords.has(user_id):
            raise OnlyWayIn
        return self.identities.unlink(user_id, self._issuer)

    def _way(self, sealed: str) -> _Way:
        try:
            way = _Way(**json.loads(self.encryption.decrypt(sealed, _SEALED_AS)))
        except (DecryptionError, TypeError):
            raise SingleSignOnFailed(SignOnFault.STATE) from None
        if self.now().timestamp() >= way.until:
            raise SingleSignOnFailed(SignOnFault.STATE)
        return way


def build_single_sign_on(
    settings: Settings,
    database: Database,
    encryption: EncryptionService,
    access: Access,
    load: Callable[[str], ModuleType] = import_module,
) -> SingleSignOn | None:
    """Return what the settings ask for, or None. Raises `SettingsError` without the extra."""
    if settings.oidc_issuer is None or settings.oidc_client_secret is None:
        return None
    try:
        # An installation without the extra lacks what this module imports.
        provider = load("training_analyzer.services.provider")
    except ModuleNotFoundError as missing:
        if not (missing.name or "").startswith("joserfc"):
            raise
        message = 'OIDC_ISSUER needs more: pip install "training-analyzer[oidc]", or unset it.'
        raise SettingsError(message) from None
    now = access.audit.now
    client = provider.Client(
        settings.oidc_issuer,
        settings.oidc_client_id,
        Secret(settings.oidc_client_secret.get_secret_value()),
    )
    users = UsersRepository(database, now=now)
    return SingleSignOn(
        name=settings.oidc_name,
        signs_up=settings.oidc_sign_up,
        provider=provider.Provider(client, Asker(), now),
        identities=ProviderIdentitiesRepository(database, users),
        access=access,
        users=users,
        encryption=encryption,
        now=now,
    )
