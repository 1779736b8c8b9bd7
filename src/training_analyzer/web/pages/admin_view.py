"""What the pages of administration say. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from training_analyzer.services.callers import Role
from training_analyzer.web.pages.account_words import size_words
from training_analyzer.web.states import StateWord, word_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from training_analyzer.services.administration import ConnectionSeen, PersonSeen, System
    from training_analyzer.services.rotation import KeysStanding
    from training_analyzer.services.watching import CircuitStanding, Queue
    from training_analyzer.web.tongue import Tongue

# One that is made each night was missed more than once.
_KINDS: Final = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
_BACKUP_IS_OLD: Final = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A person as an administrator sees them: nothing of their health."""

    user_id: str
    name: str
    more: str
    is_admin: bool
    is_disabled: bool
    is_reader: bool
    has_password: bool
    has_totp: bool


@dataclass(frozen=True, slots=True)
class TroubleLine:
    """A connection that needs something."""

    user_id: str
    name: str
    tone: str
    icon: str
    state: str
    more: str


@dataclass(frozen=True, slots=True)
class Number:
    """A number and what it counts."""

    value: str
    what: str


@dataclass(frozen=True, slots=True)
class SystemLine:
    """What something here is, or how it stands; `exactly` is for who points at it."""

    name: str
    value: str
    exactly: str = ""
    is_warning: bool = False


@dataclass(frozen=True, slots=True)
class KeyLine:
    """An encryption key by its id."""

    key_id: str
    tone: str
    icon: str
    state: str
    secrets: str


def people_of(
    people: Sequence[PersonSeen], reader: str, tongue: Tongue, now: datetime
) -> list[PersonLine]:
    """Return the people in words."""
    return [person_line(each, reader, tongue, now) for each in people]


def person_line(seen: PersonSeen, reader: str, tongue: Tongue, now: datetime) -> PersonLine:
    """Return one person in words."""
    user = seen.user
    parts = [
        tongue.text("Garmin connected") if seen.kind else tongue.text("Garmin not connected"),
        tongue.text("here %(ago)s", ago=tongue.ago(seen.last_seen_at, now))
        if seen.last_seen_at
        else tongue.text("never signed in"),
    ]
    return PersonLine(
        user_id=user.user_id,
        name=user.name,
        more=" · ".join(parts),
        is_admin=user.role is Role.ADMIN,
        is_disabled=user.disabled_at is not None,
        is_reader=user.user_id == reader,
        has_password=seen.has_password,
        has_totp=seen.has_totp,
    )


def troubles_of(
    connections: Sequence[ConnectionSeen], tongue: Tongue, now: datetime
) -> list[TroubleLine]:
    """Return the connections that do not simply work."""
    return [_trouble(each, tongue, now) for each in connections]


def _trouble(each: ConnectionSeen, tongue: Tongue, now: datetime) -> TroubleLine:
    word = word_of(each.standing)
    tone, icon, state = {
        StateWord.NEEDS_REAUTH: ("bad", "cross", tongue.text("Must sign in to Garmin again")),
        StateWord.NEEDS_MFA: ("warn", "warn", tongue.text("Must enter a code")),
        StateWord.COOLDOWN: ("warn", "warn", tongue.text("Garmin refuses sign-ins for now")),
        StateWord.RATE_LIMITED: ("warn", "warn", tongue.text("Garmin asks to slow down")),
        StateWord.DISABLED: ("", "pause", tongue.text("Paused")),
    }.get(word, ("", "pause", tongue.text("Not connected")))
    parts = []
    if each.standing.code:
        parts.append(each.standing.code.replace("_", " "))
    if each.standing.until is not None and each.standing.until > now:
        until = tongue.clock(each.standing.until, now)
        parts.append(tongue.text("goes on by itself %(when)s", when=until))
    return TroubleLine(
        user_id=each.user_id,
        name=each.name or each.user_id,
        tone=tone,
        icon=icon,
        state=state,
        more=" · ".join(parts),
    )


def queue_of(queue: Queue, tongue: Tongue, now: datetime) -> list[Number]:
    """Return how the queue stands, in numbers."""
    dash = "\N{EN DASH}"
    oldest = tongue.duration(queue.oldest_due_age.total_seconds()) if queue.due else dash
    last, following = queue.last_success_at, queue.next_due_at
    return [
        Number(tongue.number(queue.connections), tongue.text("connections")),
        Number(tongue.number(len(queue.running)), tongue.text("running now")),
        Number(tongue.number(queue.due), tongue.text("waiting")),
        Number(oldest, tongue.text("oldest wait")),
        Number(tongue.ago(last, now) if last else dash, tongue.text("last successful run")),
        Number(tongue.clock(following, now) if following else dash, tongue.text("next run")),
    ]


def keys_of(standing: KeysStanding, tongue: Tongue) -> list[KeyLine]:
    """Return the encryption keys in words."""
    words = {
        "primary": ("ok", "ok", tongue.text("Seals new secrets")),
        "previous": ("warn", "warn", tongue.text("Still opens old ones")),
        "retired": ("", "pause", tongue.text("Not used any more")),
    }
    lines = []
    for key in standing.keys:
        tone, icon, state = words.get(key.status, ("warn", "warn", tongue.text("Not known yet")))
        secrets = tongue.plural("%(n)s secret", "%(n)s secrets", key.secrets)
        lines.append(KeyLine(key.key_id, tone, icon, state, secrets))
    return lines


def needs_rotation(standing: KeysStanding) -> bool:
    """Tell whether secrets are left that the primary key does not seal."""
    return bool(standing.unbound) or any(
        key.secrets and key.status != "primary" for key in standing.keys
    )


def system_of(
    found: System, resting: Sequence[CircuitStanding], tongue: Tongue
) -> list[SystemLine]:
    """Return what runs here, with the backup's age and when Garmin was last asked."""
    text, database, now = tongue.text, found.database, found.now
    used, began = found.last_used_at, found.started_at
    kind = _KINDS.get(database.kind, database.kind)
    asked = (
        text("last asked Garmin %(ago)s", ago=tongue.ago(used, now))
        if used
        else text("has not asked Garmin yet")
    )
    return [
        SystemLine("Garmin Sync", found.version),
        SystemLine(found.client_library, f"{found.client_library_version} · {asked}"),
        *(_rest(each, tongue, now) for each in resting),
        SystemLine(text("Database"), f"{kind}, {size_words(tongue, database.size_bytes)}"),
        _backup(found, tongue),
        SystemLine(text("Schema"), database.revision or "\N{EN DASH}"),
        SystemLine(text("Started"), tongue.ago(began, now), tongue.instant(began)),
    ]


def _rest(circuit: CircuitStanding, tongue: Tongue, now: datetime) -> SystemLine:
    when = tongue.clock(circuit.until or now, now)
    said = tongue.text("Does not answer. It is asked again %(when)s.", when=when)
    return SystemLine(circuit.host, said, is_warning=True)


def _backup(found: System, tongue: Tongue) -> SystemLine:
    name, at = tongue.text("Backup"), found.last_backup_at
    if at is not None:
        is_old = found.now - at > _BACKUP_IS_OLD
        return SystemLine(name, tongue.ago(at, found.now), tongue.instant(at), is_warning=is_old)
    if found.database.kind == "sqlite":
        said = tongue.text("None yet. `garmin-sync db backup` makes one while the server runs.")
        return SystemLine(name, said, is_warning=True)
    return SystemLine(name, tongue.text("Made by tools of PostgreSQL, which do not tell us."))
