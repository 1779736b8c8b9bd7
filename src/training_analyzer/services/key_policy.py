"""Decide from what was found in a database whether these encryption keys may be used on it.

Pure. A wrong key must stop the start: later it would look like "not connected", and people
would type their passwords again. One damaged secret must not.
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from training_analyzer.key_text import KEY_ID_TEXT
from training_analyzer.settings import KEY, KEY_ID, PREVIOUS_KEYS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from training_analyzer.db.repositories.encryption_keys import KnownKey

# One person's damaged secrets are damage; two people's are a missing key.
_DAMAGE: Final = 1


@dataclass(frozen=True, slots=True)
class Unbound:
    """What became of secrets that name no key: does any open, and whose were tried in vain."""

    any_opens: bool
    unreadable_users: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What a start finds: keys as configured and as recorded, secrets as they stand.

    *configured* is id -> check value, *named* key id -> how many secrets name it.
    *proved* are keys without a recorded check value under which a secret was opened.
    """

    primary: str
    configured: Mapping[str, str]
    recorded: Mapping[str, KnownKey]
    named: Mapping[str, int] = field(default_factory=dict)
    proved: frozenset[str] = frozenset()
    unbound: Unbound | None = None

    @property
    def unproved(self) -> frozenset[str]:
        """Keys that must open a secret before they are believed to be the right ones."""
        new = set(self.configured) - set(self.recorded)
        return frozenset(key_id for key_id in new if self.named.get(key_id))


def refusal(found: Findings) -> str | None:
    """Return in one line why these keys must not be used on this database, or None."""
    return (
        _other_key(found)
        or _retired_primary(found)
        or _missing_key(found)
        or _unproved_key(found)
        or _unbound_without_key(found)
    )


def _other_key(found: Findings) -> str | None:
    for key_id, value in found.configured.items():
        known = found.recorded.get(key_id)
        if known and not hmac.compare_digest(known.check_value, value):
            return _wrong(found, key_id)
    return None


def _wrong(found: Findings, key_id: str) -> str:
    variable = KEY if key_id == found.primary else PREVIOUS_KEYS
    return (
        f'{variable}: the key "{key_id}" is not the one that this database is sealed with.'
        f" Set the right key; a new one needs an id of its own ({KEY_ID})."
    )


def _retired_primary(found: Findings) -> str | None:
    known = found.recorded.get(found.primary)
    if known is None or not known.is_retired:
        return None
    return (
        f'{KEY}: the key "{found.primary}" was retired by a rotation.'
        f" Set the key that took its place, and its id as {KEY_ID}."
    )


def _missing_key(found: Findings) -> str | None:
    for key_id, count in sorted(found.named.items()):
        # What cannot be an id stands in a damaged secret.
        if key_id not in found.configured and re.fullmatch(KEY_ID_TEXT, key_id):
            secrets = "1 stored secret needs" if count == 1 else f"{count} stored secrets need"
            return (
                f'{secrets} the key "{key_id}", which is not configured:'
                f' add "{key_id}=KEY" to {PREVIOUS_KEYS}.'
            )
    return None


def _unproved_key(found: Findings) -> str | None:
    for key_id in sorted(found.unproved - found.proved):
        return _wrong(found, key_id)
    return None


def _unbound_without_key(found: Findings) -> str | None:
    if found.unbound is None or found.unbound.any_opens:
        return None
    in_use = {key_id for key_id, key in found.recorded.items() if not key.is_retired}
    has_all_keys = bool(in_use) and in_use <= set(found.configured)
    if has_all_keys and found.unbound.unreadable_users <= _DAMAGE:
        return None
    return (
        f"None of the stored secrets that name no key opens with {KEY}:"
        f" set the key that they were encrypted with, or add it to {PREVIOUS_KEYS}."
    )
