"""Signing in: who may try how often."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from training_analyzer.db import open_database
from training_analyzer.db.repositories import UsersRepository
from training_analyzer.errors import BadLogin, TooManyRequests
from training_analyzer.services.access import Access, build_access
from training_analyzer.services.limits import SIGN_IN_NETWORK
from training_analyzer.services.passwords import SMALL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fake_clock import FakeClock

    from training_analyzer.services.encryption import EncryptionService

GOOD, WRONG = "a horse of eleven", "wrong"
HOME, ELSEWHERE = "198.51.100.7", "203.0.113.9"


class Door:
    """Ana, and the ways to try her name."""

    def __init__(self, access: Access, users: UsersRepository) -> None:
        self.access = access
        self.ana = users.add("Ana", access.passwords.hash(GOOD, name="Ana"))

    def tries(self, network: str | None, *, name: str = "Ana", password: str = WRONG) -> str:
        """Try to sign in from *network*, and tell how it went."""
        try:
            self.access.entrance.enter(name, password, code="", network=network)
        except (BadLogin, TooManyRequests) as refused:
            return refused.code
        self.access.audit.note(
            "signed_in", user_id=self.ana.user_id, actor=self.ana.user_id, network=network
        )
        return "in"


@pytest.fixture
def door(sqlite_url: str, encryption: EncryptionService, clock: FakeClock) -> Iterator[Door]:
    """Give Ana behind a door on a fresh database."""
    database = open_database(sqlite_url)
    yield Door(build_access(database, encryption, clock, SMALL), UsersRepository(database, clock))
    database.close()


def test_asvs_6_3_1_a_name_is_tried_ten_times_in_five_minutes(door: Door, clock: Any) -> None:
    """ASVS 6.1.1: the eleventh try waits, wherever it comes from; whoever is known there, not."""
    assert door.tries(HOME, password=GOOD) == "in"
    network = iter(f"203.0.113.{number}" for number in range(1, 20))

    stranger = [door.tries(next(network)) for _ in range(11)]
    right_but_elsewhere = door.tries(next(network), password=GOOD)
    at_home = door.tries(HOME, password=GOOD)
    clock.advance(minutes=5)
    later = door.tries(next(network), password=GOOD)

    assert stranger == ["bad_login"] * 10 + ["too_many_requests"]
    assert right_but_elsewhere == "too_many_requests"
    assert (at_home, later) == ("in", "in")


def test_asvs_6_3_1_a_network_tries_ten_names_in_five_minutes(door: Door) -> None:
    """Whoever tries many names from one place waits; this machine's own address is no place."""
    for _ in range(SIGN_IN_NETWORK.attempts):
        door.access.limits.take(SIGN_IN_NETWORK, ELSEWHERE)

    assert door.tries(ELSEWHERE, name="Eva") == "too_many_requests"
    assert door.tries("127.0.0.1", password=GOOD) == "in"
    assert door.tries("::1/64", password=GOOD) == "in"
    assert door.tries(None, password=GOOD) == "in"


def test_asvs_6_1_1_a_flood_keeps_nobody_out_who_was_here_before(door: Door, clock: Any) -> None:
    """Where a place's tries are used up, whoever signed in there within 30 days gets in."""
    assert door.tries(HOME, password=GOOD) == "in"
    clock.advance(days=29)
    for _ in range(SIGN_IN_NETWORK.attempts):
        door.access.limits.take(SIGN_IN_NETWORK, HOME)

    assert door.tries(HOME, name="Eva") == "too_many_requests"
    assert door.tries(HOME, password=GOOD) == "in"
    clock.advance(days=31)
    assert door.tries(HOME) == "bad_login"


def test_success_gives_the_tries_back(door: Door) -> None:
    """Whoever mistypes now and then, and gets in each time, never has to wait."""
    for _ in range(3):
        assert [door.tries(None) for _ in range(4)] == ["bad_login"] * 4
        assert door.tries(None, password=GOOD) == "in"


def test_a_thief_of_a_session_cannot_try_passwords_for_long(door: Door) -> None:
    """Proving anew who one is has a count of its own, which a sign-in elsewhere does not meet."""
    entrance, user_id = door.access.entrance, door.ana.user_id
    for _ in range(10):
        with pytest.raises(BadLogin):
            entrance.check_password(user_id, "wrong")

    with pytest.raises(TooManyRequests):
        entrance.check_password(user_id, GOOD)

    assert door.tries(ELSEWHERE, password=GOOD) == "in"
