"""The people of an installation."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from training_analyzer.db.repositories import (
    GarminCredentialsRepository,
    SecretsRepository,
    UsersRepository,
)
from training_analyzer.errors import InvalidUserName, UserExists

if TYPE_CHECKING:
    from fake_clock import FakeClock

    from training_analyzer.db import Database


@pytest.fixture
def people(database: Database, clock: FakeClock) -> UsersRepository:
    """Give the people of a fresh database."""
    return UsersRepository(database, clock)


def test_person_is_added_and_found(people: UsersRepository, clock: FakeClock) -> None:
    """A new person gets an id of their own and is found by name."""
    eva = people.add("Eva")

    assert re.fullmatch("usr_[0-9a-f]{12}", eva.user_id)
    assert (eva.name, eva.created_at) == ("Eva", clock())
    assert people.by_name("Eva") == eva
    assert people.by_name("Adam") is None


def test_name_can_be_taken_once(people: UsersRepository) -> None:
    """A second person of one name is refused, and the first one stays."""
    eva = people.add("Eva", "hash")

    with pytest.raises(UserExists):
        people.add("Eva", "other")

    assert people.list() == [eva]
    assert people.password_hash(eva.user_id) == "hash"


def test_accents_are_one_spelling(people: UsersRepository) -> None:
    """A name that looks the same is the same, however its accents were typed."""
    rene = people.add("Rene\u0301")

    assert people.by_name("Ren\u00e9") == rene


@pytest.mark.parametrize(
    "name", ["", " ", " Eva", "Eva ", "E\nva", "E\x00va", "x" * 65, "\ud800\n"]
)
def test_impossible_names_are_refused(people: UsersRepository, name: str) -> None:
    """A name is short, printable and has no spaces at its ends."""
    with pytest.raises(InvalidUserName):
        people.add(name)


def test_looking_for_an_impossible_name_finds_nobody(people: UsersRepository) -> None:
    """Whatever is typed into a sign-in form is looked for without an error."""
    assert people.by_name("E\x00va\ud800") is None


def test_list_is_by_name(people: UsersRepository) -> None:
    """People are listed by name."""
    for name in ("Eva", "Adam"):
        people.add(name)

    assert [user.name for user in people.list()] == ["Adam", "Eva"]


def test_password_is_set_later(people: UsersRepository) -> None:
    """A person may have no password yet and get one later."""
    eva = people.add("Eva")
    assert people.password_hash(eva.user_id) is None

    assert people.set_password_hash(eva.user_id, "hash")

    assert people.password_hash(eva.user_id) == "hash"
    assert not people.set_password_hash("usr_nobody", "hash")
    assert people.password_hash("usr_nobody") is None


def test_removing_takes_everything_of_theirs(database: Database, people: UsersRepository) -> None:
    """With a person go all their rows, and nobody else's."""
    eva, adam = people.add("Eva"), people.add("Adam")
    garmin = GarminCredentialsRepository(database=database)
    secrets = SecretsRepository(database)
    for user in (eva, adam):
        garmin.save_credentials(user.user_id, "e", "p")
        garmin.start_sync(user.user_id, "manual")
        secrets.put(user.user_id, "token_bundle", "t", "v1")

    assert people.remove(eva.user_id)

    assert people.list() == [adam]
    assert garmin.get_credentials(eva.user_id) is None
    assert garmin.get_sync_history(eva.user_id) == []
    assert secrets.get(eva.user_id, "token_bundle") is None
    assert garmin.get_credentials(adam.user_id) is not None
    assert len(garmin.get_sync_history(adam.user_id)) == 1


def test_removing_a_stranger_removes_nothing(database: Database, people: UsersRepository) -> None:
    """An unknown id takes no rows along, not even those of an embedding program's user."""
    garmin = GarminCredentialsRepository(database=database)
    garmin.save_credentials("theirs", "e", "p")

    assert not people.remove("theirs")

    assert garmin.get_credentials("theirs") is not None
