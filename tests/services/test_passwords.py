"""Passwords of this server's people."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest
from pwdlib import PasswordHash

from training_analyzer.db import open_database
from training_analyzer.db.repositories import UsersRepository
from training_analyzer.errors import WeakPassword
from training_analyzer.services.passwords import _COMMON, SMALL, USUAL, Passwords, weakness

if TYPE_CHECKING:
    from collections.abc import Iterator

GOOD = "a horse of eleven"


@pytest.fixture
def people(sqlite_url: str) -> Iterator[UsersRepository]:
    """Give the people of a fresh database."""
    database = open_database(sqlite_url)
    yield UsersRepository(database)
    database.close()


@pytest.mark.parametrize(
    ("password", "is_good"),
    [
        ("1234567", False),
        ("kzptqwvx", True),
        (" kzptqwv", True),
        ("x " * 512, True),
        ("x " * 512 + "x", False),
        ("пароль из слов", True),
        ("🐎🔋🧷🖇🐎🔋🧷🖇", True),
        ("kzpt\x00qwvx", False),
        ("kzpt\nqwvx", False),
        ("password1", False),
        ("PASSWORD1", False),
        ("Garmin-Sync", False),
        ("Ana-Maria", False),
        ("ana-maria", False),
        ("AnaMaria85!", False),
    ],
)
def test_asvs_6_2_which_passwords_are_taken(password: str, is_good: bool) -> None:  # noqa: FBT001 - a column of the table
    """ASVS 6.2.1, 6.2.4, 6.2.5, 6.2.8, 6.2.9: length and the list decide, nothing else does."""
    assert (weakness(password, name="Ana-Maria") is None) is is_good


def test_asvs_6_2_4_the_words_are_usable() -> None:
    """Each line is a word as rules look for it, once; with a year behind it, none is taken."""
    lines = _COMMON.read_text("utf-8").splitlines()

    assert lines == sorted(set(lines))
    assert len(lines) > 2000
    assert [line for line in lines if len(line) < 3 or line != line.casefold()] == []
    assert all(weakness(f"{word.capitalize()}2026!", name="Ana") for word in lines[::50])


def test_asvs_6_3_8_nobody_takes_as_long_as_somebody(people: UsersRepository) -> None:
    """An unknown name, and a person without a password, cost the same work as a wrong one."""
    passwords = Passwords(people, SMALL)
    ana = people.add("Ana", passwords.hash(GOOD, name="Ana"))
    ben = people.add("Ben")

    def cost(user_id: str | None) -> float:
        began = time.process_time()
        assert not passwords.check(user_id, "another horse")
        return time.process_time() - began

    somebody = min(cost(ana.user_id) for _ in range(2))
    others = [min(cost(each) for _ in range(2)) for each in (None, ben.user_id)]

    assert passwords.check(ana.user_id, GOOD)
    assert not passwords.check(None, GOOD)
    assert all(somebody / 3 < other < somebody * 3 for other in others)


def test_asvs_11_4_2_a_hash_of_another_cost_is_renewed(people: UsersRepository) -> None:
    """A hash is replaced at the next sign-in when the cost is another, never a newer password."""
    cheap = Passwords(people, SMALL).hash(GOOD, name="Ana")
    ana = people.add("Ana", cheap)

    assert Passwords(people, USUAL).check(ana.user_id, GOOD)

    renewed = people.password_hash(ana.user_id) or ""
    assert cheap.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert renewed.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    # What is hashed for nobody has the cost of the library's own advice, too.
    assert not PasswordHash.recommended().current_hasher.check_needs_rehash(USUAL.nobodys)
    assert not people.set_password_hash(ana.user_id, "x", instead_of=cheap)
    assert Passwords(people, USUAL).check(ana.user_id, GOOD)


def test_two_are_hashed_at_once(people: UsersRepository) -> None:
    """Many sign-ins at once take the memory of two."""
    passwords = Passwords(people, SMALL)
    threads = [threading.Thread(target=passwords.check, args=(None, GOOD)) for _ in range(4)]
    assert passwords._turns.acquire(blocking=False)
    assert passwords._turns.acquire(blocking=False)

    for thread in threads:
        thread.start()

    assert not passwords._turns.acquire(blocking=False)
    assert all(thread.is_alive() for thread in threads)
    passwords._turns.release(2)
    for thread in threads:
        thread.join(20)
    assert not any(thread.is_alive() for thread in threads)


def test_a_refusal_names_the_field_and_not_the_password(people: UsersRepository) -> None:
    """What is wrong is said, of the field that was sent, without what was sent."""
    with pytest.raises(WeakPassword) as refused:
        Passwords(people).hash("password1", name="Ana", field="new_password")

    assert refused.value.field == "new_password"
    assert "password1" not in refused.value.message
