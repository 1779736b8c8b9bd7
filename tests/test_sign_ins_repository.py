"""Sign-ins to Garmin and who has an account, on both databases."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from training_analyzer.db.repositories.identities import IdentitiesRepository
from training_analyzer.db.repositories.sign_ins import SignInsRepository, SignInState
from training_analyzer.model import Region

if TYPE_CHECKING:
    from training_analyzer.db import Database
    from training_analyzer.db.repositories import GarminCredentialsRepository

DAY = timedelta(days=1)


def test_an_account_has_one_user_and_a_user_one_account(
    database: Database, repo: GarminCredentialsRepository
) -> None:
    """A Garmin account is one user's until they disconnect or connect another one."""
    people = IdentitiesRepository(database)

    assert people.claim("ana", "9001", Region.COM)
    assert people.claim("ana", "9001", Region.COM)
    assert not people.claim("ben", "9001", Region.COM)
    assert people.claim("ben", "9001", Region.CN)
    assert people.claimed_by("9001", Region.COM) == "ana"
    assert people.claim("ana", "9002", Region.COM)
    assert people.claim("ben", "9001", Region.COM)
    repo.delete_credentials("ben")
    assert people.claimed_by("9001", Region.COM) is None


def test_of_many_at_once_one_gets_the_account(database: Database) -> None:
    """Whoever connects an account in the same moment as others, one of them gets it."""
    people, ready = IdentitiesRepository(database), threading.Barrier(6)
    got: list[bool] = []

    def connect(name: str) -> None:
        ready.wait()
        got.append(people.claim(name, "9001", Region.COM))

    threads = [threading.Thread(target=connect, args=(f"user-{n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(got) == [False] * 5 + [True]


def test_a_sign_in_moves_only_from_where_it_is(database: Database, clock: Any) -> None:
    """Each step is taken once, of one's own sign-in, and not after it was given up."""
    rows, began = SignInsRepository(database), clock()
    waits, saves = SignInState.SIGNING_IN, SignInState.SAVING
    rows.begin("ana", "one", now=began, forget_before=began - DAY)

    assert rows.is_under_way("ana", since=began - DAY)
    assert not rows.is_under_way("ben", since=began - DAY)
    assert rows.find("ben", "one") is None
    assert not rows.move("ben", "one", saves, among=[waits], now=began)
    assert not rows.move("ana", "one", saves, among=[waits], now=began, since=began)
    assert rows.move("ana", "one", saves, among=[waits], now=began)
    assert not rows.move("ana", "one", saves, among=[waits], now=began)
    assert rows.move("ana", "one", SignInState.FAILED, among=[saves], now=began, error_code="x")
    ended = rows.find("ana", "one")
    assert ended is not None
    assert (ended.state, ended.error_code, ended.ended_at) == (SignInState.FAILED, "x", began)
    assert not rows.is_under_way("ana", since=began - DAY)


def test_a_new_sign_in_takes_the_place_of_an_old_one(database: Database, clock: Any) -> None:
    """Of two sign-ins of a user the older one is called off; after a day it is forgotten."""
    rows = SignInsRepository(database)
    rows.begin("ana", "one", now=clock(), forget_before=clock() - DAY)
    rows.begin("ben", "his", now=clock(), forget_before=clock() - DAY)

    rows.begin("ana", "two", now=clock(), forget_before=clock() - DAY)

    states = [found and found.state for found in (rows.find("ana", "one"), rows.find("ben", "his"))]
    assert states == [SignInState.ABANDONED, SignInState.SIGNING_IN]
    clock.advance(days=2)
    rows.begin("ana", "three", now=clock(), forget_before=clock() - DAY)
    assert rows.find("ana", "one") is None
