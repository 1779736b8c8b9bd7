"""API keys open what their person may do, until they end, and are kept as hashes only."""

from __future__ import annotations

import re
import zlib
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from training_analyzer.db.repositories import UsersRepository
from training_analyzer.db.repositories.api_keys import ApiKeysRepository
from training_analyzer.db.tables import api_keys, users
from training_analyzer.services.api_keys import MOST_KEYS, ApiKeys
from training_analyzer.services.callers import Role, Scope

if TYPE_CHECKING:
    from fake_clock import FakeClock

    from training_analyzer.db import Database

READING = frozenset({Scope.SYNC_READ, Scope.DATA_READ})
LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


@pytest.fixture
def keys(database: Database, clock: FakeClock) -> ApiKeys:
    """Give the keys of an empty database."""
    return ApiKeys(ApiKeysRepository(database), clock)


@pytest.fixture
def ana(database: Database) -> str:
    """Give Ana, an administrator."""
    return UsersRepository(database).add("Ana", role=Role.ADMIN).user_id


def issued(keys: ApiKeys, user_id: str, *scopes: Scope, lives: timedelta | None = None) -> str:
    """Return the token of a new key."""
    made = keys.issue(user_id, "watch", frozenset(scopes) or READING, lives=lives)
    assert made is not None
    return made[1]


def may(keys: ApiKeys, token: str) -> frozenset[Scope] | None:
    """Return the scopes that *token* has now, or None when it opens nothing."""
    caller = keys.find(token)
    return caller.scopes if caller else None


def test_a_key_has_a_form_that_scanners_know(keys: ApiKeys, ana: str) -> None:
    """A key is 62 characters with a CRC32 at the end, and one with another opens nothing."""
    token = issued(keys, ana)

    assert re.fullmatch(r"gsync_pat_[0-9A-Za-z]{8}_[0-9A-Za-z]{43}", token)
    value = 0
    for letter in token[-6:]:
        value = value * 62 + LETTERS.index(letter)
    assert value == zlib.crc32(token[:-6].encode())
    spoiled = token[:30] + ("a" if token[30] != "a" else "b") + token[31:]
    for made_up in ("", token[:-1], token + "0", spoiled, token.upper(), f" {token}", "é" * 62):
        assert keys.find(made_up) is None


def test_a_key_opens_what_it_was_given(
    keys: ApiKeys, ana: str, clock: FakeClock, database: Database
) -> None:
    """A key speaks for its person within its scopes; use is noted once a minute, no secret kept."""
    token = issued(keys, ana)

    caller = keys.find(token)
    assert caller is not None
    assert (caller.user_id, caller.scopes, caller.session_id) == (ana, READING, None)
    assert not caller.is_fresh
    clock.advance(seconds=59)
    assert keys.find(token)
    (key,) = keys.list(ana)
    assert (key.key_id, key.last_used_at) == (caller.key_id, clock() - timedelta(seconds=59))
    clock.advance(seconds=1)
    assert keys.find(token)
    assert keys.list(ana)[0].last_used_at == clock()
    with database.read() as db:
        stored = str(db.execute(select(api_keys)).all())
    assert token[19:] not in stored


def test_a_key_does_no_more_than_its_person_may_now(
    keys: ApiKeys, ana: str, database: Database, clock: FakeClock
) -> None:
    """A change of role acts at once, and who is disabled has no key that works."""
    token = issued(keys, ana, Scope.ADMIN, Scope.DATA_READ)
    assert may(keys, token) == frozenset({Scope.ADMIN, Scope.DATA_READ})

    with database.write() as db:
        db.execute(update(users).values(role="user"))
    assert may(keys, token) == frozenset({Scope.DATA_READ})
    with database.write() as db:
        db.execute(update(users).values(disabled_at=clock()))
    assert may(keys, token) is None


def test_a_key_ends_when_it_is_over_rotated_or_deleted(
    keys: ApiKeys, ana: str, clock: FakeClock
) -> None:
    """Rotation gives as long a life again and ends the old key; nobody ends another's."""
    token = issued(keys, ana, lives=timedelta(days=7))
    (key,) = keys.list(ana)
    clock.advance(days=7)
    assert may(keys, token) is None

    assert keys.rotate("somebody else", key.key_id) is None
    rotated = keys.rotate(ana, key.key_id)
    assert rotated is not None
    assert (rotated[0].key_id, rotated[0].expires_at) == (key.key_id, clock() + timedelta(days=7))
    assert (may(keys, token), may(keys, rotated[1])) == (None, READING)

    assert not keys.end("somebody else", key.key_id)
    assert keys.end(ana, key.key_id)
    assert may(keys, rotated[1]) is None
    assert not keys.end(ana, key.key_id)


def test_nobody_has_more_keys_than_a_list_shows(keys: ApiKeys, ana: str) -> None:
    """The hundred-and-first key of a person is not made; another person's first is."""
    for _ in range(MOST_KEYS):
        assert keys.issue(ana, "one of many", READING)

    assert keys.issue(ana, "one too many", READING) is None
    assert keys.issue("ben", "the first", READING)
    assert len(keys.list(ana)) == MOST_KEYS
