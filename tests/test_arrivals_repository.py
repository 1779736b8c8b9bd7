"""Who comes and who goes, on both databases."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from training_analyzer.db.repositories import UsersRepository
from training_analyzer.db.repositories.arrivals import ArrivalsRepository
from training_analyzer.db.repositories.one_time_links import (
    Link,
    OneTimeLinksRepository,
    Purpose,
)
from training_analyzer.db.repositories.profiles import Profile, ProfilesRepository
from training_analyzer.errors import LastAdministrator, UserExists
from training_analyzer.model import Role

if TYPE_CHECKING:
    from collections.abc import Callable

    from fake_clock import FakeClock

    from training_analyzer.db import Database


@pytest.fixture
def people(database: Database, clock: FakeClock) -> UsersRepository:
    """Give the people of a fresh database."""
    return UsersRepository(database, clock)


@pytest.fixture
def arrivals(database: Database, people: UsersRepository) -> ArrivalsRepository:
    """Give the ways to arrive there."""
    return ArrivalsRepository(database, people)


@pytest.fixture
def issue(database: Database, clock: FakeClock) -> Callable[..., str]:
    """Give what makes a link for a minute, and returns what it is known by."""

    def made(name: str, purpose: Purpose, role: Role | None = None) -> str:
        now = clock()
        until = now + timedelta(minutes=1)
        link = Link(purpose=purpose, role=role, created_at=now, expires_at=until)
        OneTimeLinksRepository(database).add(link, name)
        return name

    return made


def at_once(count: int, act: Callable[[int], object]) -> list[object]:
    """Let *count* threads act at one moment and return what came of it, errors too."""
    ready, results = threading.Barrier(count), list[object]([None] * count)

    def one(number: int) -> None:
        ready.wait(20)
        try:
            results[number] = act(number)
        except Exception as error:  # noqa: BLE001 - what came of it
            results[number] = error

    threads = [threading.Thread(target=one, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def test_an_invitation_is_used_up_only_by_who_joins(
    arrivals: ArrivalsRepository,
    people: UsersRepository,
    issue: Callable[..., str],
    clock: FakeClock,
) -> None:
    """A name that is taken leaves the link good; of six at once, one joins by it."""
    people.add("Ana")
    token = issue("t", Purpose.INVITATION, Role.ADMIN)

    with pytest.raises(UserExists):
        arrivals.join(token, "Ana", "hash", now=clock())
    came = at_once(6, lambda number: arrivals.join(token, f"Kim{number}", "hash", now=clock()))

    (kim,) = [person for person in people.list() if person.name != "Ana"]
    assert kim.role is Role.ADMIN
    assert sorted(came, key=str) == [None] * 5 + [kim]


def test_a_server_is_set_up_once(
    arrivals: ArrivalsRepository,
    people: UsersRepository,
    issue: Callable[..., str],
    clock: FakeClock,
) -> None:
    """The first person is an administrator, and no other link sets it up again."""
    first, second, invitation = (
        issue("a", Purpose.SET_UP),
        issue("b", Purpose.SET_UP),
        issue("c", Purpose.INVITATION),
    )

    assert arrivals.set_up(invitation, "Eve", "hash", now=clock()) is None
    eva = arrivals.set_up(first, "Eva", "hash", now=clock())
    assert arrivals.set_up(second, "Kim", "hash", now=clock()) is None

    assert eva is not None
    assert (people.list(), eva.role) == ([eva], Role.ADMIN)
    assert people.password_hash(eva.user_id) == "hash"
    assert people.has_anybody(with_password=True)


def test_of_two_links_used_at_once_one_sets_the_server_up(
    arrivals: ArrivalsRepository,
    people: UsersRepository,
    issue: Callable[..., str],
    clock: FakeClock,
) -> None:
    """Of four who use links of their own in the same moment, one becomes an administrator.

    ASVS 2.3.3, 2.3.4.
    """

    def arrive(number: int) -> object:
        return arrivals.set_up(f"link-{number}", f"Eva{number}", "hash", now=clock())

    for _ in range(5):
        for number in range(4):
            issue(f"link-{number}", Purpose.SET_UP)
        came = at_once(4, arrive)

        (eva,) = people.list()
        assert sorted(came, key=str) == [None] * 3 + [eva]
        people.remove(eva.user_id)


def test_of_two_who_rule_one_is_left(people: UsersRepository) -> None:
    """When both administrators leave at once, one of them cannot, and keeps their place."""
    rulers = [people.add(name, role=Role.ADMIN) for name in ("Ana", "Ben")]
    user = people.add("Kim")

    came = at_once(2, lambda who: people.remove(rulers[who].user_id, leaves_an_admin=True))

    assert [type(each) for each in came if each is not True] == [LastAdministrator]
    assert [person.role for person in people.list()] == [Role.ADMIN, Role.USER]
    assert people.remove(user.user_id, leaves_an_admin=True)
    assert not people.remove("usr_nobody", leaves_an_admin=True)


def test_a_profile_changes_only_from_what_was_seen(
    database: Database, people: UsersRepository
) -> None:
    """Of two changes to one version one is made; an absent value is a version, too."""
    eva = people.add("Eva")
    profiles = ProfilesRepository(database)
    seen = profiles.find(eva.user_id)
    assert seen == Profile()

    first = profiles.change(eva.user_id, {"theme": "dark"}, seen=seen)
    second = profiles.change(eva.user_id, {"theme": "light"}, seen=seen)
    unseen = profiles.change(eva.user_id, {"first_weekday": 6})

    assert (first, second, unseen) == (True, False, True)
    assert profiles.find(eva.user_id) == Profile(theme="dark", first_weekday=6)
    assert profiles.find("usr_nobody") is None
    assert not profiles.change("usr_nobody", {"theme": "dark"})
