"""The second factor: begun, confirmed by a first code, asked for, taken away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from training_analyzer.errors import SecondFactorIsOff, SecondFactorIsOn, SecondFactorNotBegun
from training_analyzer.services.one_time_codes import (
    new_recovery_codes,
    new_secret,
    plain,
    recovery_hash,
    step_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from training_analyzer.db.repositories.second_factors import SecondFactorsRepository
    from training_analyzer.services.vault import Vault

# What its secret is called in the vault.
TOTP: Final = "totp"


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """Whoever has confirmed one is asked for a code at each sign-in by password."""

    repository: SecondFactorsRepository
    vault: Vault
    now: Callable[[], datetime]

    def is_on(self, user_id: str) -> bool:
        """Tell whether the person has confirmed a second factor."""
        return self.repository.is_confirmed(user_id)

    def begin(self, user_id: str) -> str:
        """Return a new secret for an authenticator app; it counts once a code confirms it.

        One that was begun before is forgotten. Raises `SecondFactorIsOn`.
        """
        secret = new_secret()
        sealed = self.vault.seal(user_id, TOTP, secret)
        if not self.repository.begin(user_id, TOTP, sealed, self.vault.key_id, now=self.now()):
            raise SecondFactorIsOn
        return secret

    def confirm(self, user_id: str, code: str) -> list[str] | None:
        """Turn on what was begun and return the recovery codes; None when *code* is wrong.

        Raises `SecondFactorNotBegun`.
        """
        begun = None if self.is_on(user_id) else self.vault.get(user_id, TOTP)
        if begun is None:
            raise SecondFactorNotBegun
        step = step_of(begun.secret.reveal(), plain(code), now=self.now())
        if step is None:
            return None
        codes, hashes = _recovery_codes()
        if not self.repository.confirm(
            user_id, TOTP, begun.version, step=step, hashes=hashes, now=self.now()
        ):
            # Confirmed or begun anew in the same moment, elsewhere.
            raise SecondFactorNotBegun
        return codes

    def renew_codes(self, user_id: str) -> list[str]:
        """Return new recovery codes; those before are void. Raises `SecondFactorIsOff`."""
        codes, hashes = _recovery_codes()
        if not self.repository.renew(user_id, hashes):
            raise SecondFactorIsOff
        return codes

    def codes_left(self, user_id: str) -> int:
        """Return how many recovery codes the person has not used."""
        return self.repository.codes_left(user_id)

    def check(self, user_id: str, code: str) -> bool:
        """Tell whether *code* is right, and take it: none is right twice."""
        given = plain(code)
        hashed = recovery_hash(given)
        if hashed is not None:
            return self.repository.redeem(user_id, hashed)
        opened = self.vault.get(user_id, TOTP)
        step = step_of(opened.secret.reveal(), given, now=self.now()) if opened else None
        return step is not None and self.repository.take(user_id, step)

    def remove(self, user_id: str) -> bool:
        """Take the person's factor away with all its codes; False where there was none."""
        return self.repository.remove(user_id, TOTP)


def _recovery_codes() -> tuple[list[str], list[str]]:
    codes = new_recovery_codes()
    return codes, [recovery_hash(plain(each)) or "" for each in codes]
