"""A request that names a key is worked on once; who sends it again gets the first answer."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from training_analyzer.db.repositories.idempotency_keys import IdempotencyKeysRepository
from training_analyzer.db.tables import idempotency_keys
from training_analyzer.services.encryption import EncryptionService
from training_analyzer.services.repeats import KeptAnswer, Repeated, Repeats, Reserved

if TYPE_CHECKING:
    from fake_clock import FakeClock

    from training_analyzer.db import Database

ROUTE = "POST /api/v1/things"
DONE = KeptAnswer(202, {"location": "/api/v1/things/7"}, '{"id":7}')
IN_PROGRESS = Repeated(is_same=True, answer=None)


@pytest.fixture
def repeats(database: Database, encryption: EncryptionService, clock: FakeClock) -> Repeats:
    """Give the requests of an empty database."""
    return Repeats(IdempotencyKeysRepository(database), encryption, clock)


def begun(repeats: Repeats, content: bytes = b"{}", user_id: str = "ana") -> Reserved:
    """Begin the request with the key `k` and return the right to work on it."""
    reserved = repeats.begin(user_id, ROUTE, "k", content)
    assert isinstance(reserved, Reserved)
    return reserved


def test_a_request_is_answered_once(repeats: Repeats, clock: FakeClock, database: Database) -> None:
    """The second finds the first at work, then its answer, for a day; the content is not kept."""
    secret = b'{"password": "\xff hunter2"}'
    reserved = begun(repeats, secret)

    assert repeats.begin("ana", ROUTE, "k", secret) == IN_PROGRESS
    repeats.keep(reserved, DONE)
    clock.advance(hours=23)
    assert repeats.begin("ana", ROUTE, "k", secret) == Repeated(is_same=True, answer=DONE)
    other = repeats.begin("ana", ROUTE, "k", b'{"password": "\xff hunter3"}')
    assert isinstance(other, Repeated)
    assert not other.is_same
    with database.read() as db:
        assert "hunter" not in str(db.execute(select(idempotency_keys)).all())
    for user_id, route, key in (("ben", ROUTE, "k"), ("ana", "PUT /x", "k"), ("ana", ROUTE, "j")):
        assert isinstance(repeats.begin(user_id, route, key, secret), Reserved)
    clock.advance(hours=1)
    assert isinstance(repeats.begin("ana", ROUTE, "k", b"anything"), Reserved)


def test_what_failed_or_was_lost_is_worked_on_anew(repeats: Repeats, clock: FakeClock) -> None:
    """A key that was freed, or whose process died, is free; a late answer overwrites nothing."""
    repeats.free(begun(repeats))
    lost = begun(repeats)
    clock.advance(minutes=5)
    anew = begun(repeats)

    repeats.keep(lost, KeptAnswer(200, {}, "late"))
    repeats.free(lost)
    assert repeats.begin("ana", ROUTE, "k", b"{}") == IN_PROGRESS
    repeats.keep(anew, DONE)
    repeats.free(anew)
    assert repeats.begin("ana", ROUTE, "k", b"{}") == Repeated(is_same=True, answer=DONE)


def test_a_new_encryption_key_forgets_no_request(
    repeats: Repeats, database: Database, encryption_key: str, other_key: str, clock: FakeClock
) -> None:
    """After a rotation the same content is still seen to be the same."""
    repeats.keep(begun(repeats), DONE)

    rotated = EncryptionService(other_key, key_id="v2", previous_keys={"v1": encryption_key})
    after = Repeats(IdempotencyKeysRepository(database), rotated, clock)

    assert after.begin("ana", ROUTE, "k", b"{}") == Repeated(is_same=True, answer=DONE)


def test_of_eight_at_once_one_works(repeats: Repeats) -> None:
    """However many send the same request at once, exactly one is worked on."""
    with ThreadPoolExecutor(8) as pool:
        all_begun = list(pool.map(lambda _: repeats.begin("ana", ROUTE, "k", b"{}"), range(24)))

    assert sum(isinstance(each, Reserved) for each in all_begun) == 1
