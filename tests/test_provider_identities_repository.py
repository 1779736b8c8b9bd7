"""Who somebody is at a provider of OpenID Connect, on both databases."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from training_analyzer.db.repositories import UsersRepository
from training_analyzer.db.repositories.provider_identities import ProviderIdentitiesRepository

if TYPE_CHECKING:
    from training_analyzer.db import Database

ISSUER, OTHER = "https://id.example.test", "https://id.example.test/"


def test_asvs_6_8_1_an_identity_is_one_persons(database: Database, clock: Any) -> None:
    """Issuer and subject together are somebody's, until they or the person go."""
    users = UsersRepository(database, clock)
    people = ProviderIdentitiesRepository(database, users)
    ana, ben = users.add("Ana").user_id, users.add("Ben").user_id

    assert people.link(ana, ISSUER, "1", now=clock())
    assert people.link(ana, ISSUER, "1", now=clock())
    assert not people.link(ben, ISSUER, "1", now=clock())
    assert people.link(ben, OTHER, "1", now=clock())
    assert (people.find(ISSUER, "1"), people.find(OTHER, "1")) == (ana, ben)
    assert (people.find(ISSUER, "2"), people.has(ben, ISSUER)) == (None, False)
    assert people.join("Cem", ISSUER, "1", now=clock()) is None
    assert users.by_name("Cem") is None

    assert [people.unlink(ana, OTHER), people.unlink(ana, ISSUER)] == [False, True]
    users.remove(ben)
    assert (people.find(ISSUER, "1"), people.find(OTHER, "1")) == (None, None)


def test_a_stranger_who_comes_twice_at_once_joins_once(database: Database, clock: Any) -> None:
    """Of several first sign-ins in the same moment one makes a person."""
    users = UsersRepository(database, clock)
    people, ready = ProviderIdentitiesRepository(database, users), threading.Barrier(4)
    joined: list[str | None] = []

    def join(number: int) -> None:
        ready.wait()
        joined.append(people.join(f"sso-{number}", ISSUER, "1", now=clock()))

    threads = [threading.Thread(target=join, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    (user_id,) = [each for each in joined if each]
    assert people.find(ISSUER, "1") == user_id
    assert [user.user_id for user in users.list()] == [user_id]
