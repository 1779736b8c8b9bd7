"""Passwords of this server's people: which ones are good enough, how they are kept and checked."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from training_analyzer.errors import WeakPassword
from training_analyzer.planning.guessing import as_words, is_guessed

if TYPE_CHECKING:
    from training_analyzer.db.repositories.users import UsersRepository

SHORTEST: Final = 8
LONGEST: Final = 1024
# Many at once would be a way to fill the memory.
_AT_ONCE: Final = 2
_COMMON: Final = Path(__file__).with_name("common_words.txt")


@dataclass(frozen=True, slots=True)
class Cost:
    """What one argon2id hash takes. ASVS 5.0, appendix C, asks for no less than `SMALL`."""

    memory_kib: int
    passes: int
    lanes: int

    @property
    def nobodys(self) -> str:
        """A hash of no password, at this cost."""
        salt, digest = "A" * 22, "A" * 43
        return f"$argon2id$v=19$m={self.memory_kib},t={self.passes},p={self.lanes}${salt}${digest}"


# 64 MiB for a fifth of a second: what the library recommends.
USUAL: Final = Cost(memory_kib=65_536, passes=3, lanes=4)
SMALL: Final = Cost(memory_kib=19_456, passes=2, lanes=1)
COSTS: Final = {"usual": USUAL, "small": SMALL}


class Passwords:
    """Keeps argon2id hashes and checks against them, two at a time."""

    def __init__(self, users: UsersRepository, cost: Cost = USUAL) -> None:
        self._users = users
        self._cost = cost
        self._hasher = PasswordHash(
            (
                Argon2Hasher(
                    time_cost=cost.passes, memory_cost=cost.memory_kib, parallelism=cost.lanes
                ),
            )
        )
        self._turns = threading.BoundedSemaphore(_AT_ONCE)

    def hash(self, password: str, *, name: str, field: str = "password") -> str:
        """Return the hash that is kept of a new password of the person called *name*.

        Raises `WeakPassword`, which names *field*, when it is easy to guess.
        """
        refuse_weak(password, name=name, field=field)
        with self._turns:
            return self._hasher.hash(_bytes(password))

    def has(self, user_id: str) -> bool:
        """Tell whether the person has a password."""
        return self._users.password_hash(user_id) is not None

    def check(self, user_id: str | None, password: str) -> bool:
        """Tell whether *password* is the person's; for None it is nobody's, and takes as long."""
        stored = self._users.password_hash(user_id or "")
        with self._turns:
            is_right, renewed = self._hasher.verify_and_update(
                _bytes(password), stored or self._cost.nobodys
            )
        if user_id is None or stored is None or not is_right:
            return False
        if renewed is not None:
            # Not where the person has chosen another one meanwhile.
            self._users.set_password_hash(user_id, renewed, instead_of=stored)
        return True


def refuse_weak(password: str, *, name: str, field: str = "password") -> None:
    """Raise `WeakPassword` for a password that the person called *name* should not have."""
    reason = weakness(password, name=name)
    if reason is not None:
        raise WeakPassword(reason, field)


def weakness(password: str, *, name: str) -> str | None:
    """Return what is wrong with a new password; None for one that is hard to guess.

    What it is made of does not matter, and it is taken as it is: no blank is cut off, no
    letter changed.
    """
    if len(password) < SHORTEST:
        return f"needs {SHORTEST} characters or more; 15 are better"
    if len(password) > LONGEST:
        return f"has more than {LONGEST} characters"
    if any(ord(character) < ord(" ") or character == "\x7f" for character in password):
        return "must not hold control characters"
    if password.casefold() == name.casefold():
        return "must not be the name"
    words = {*_COMMON.read_text("utf-8").split(), *as_words(name)}
    if is_guessed(password, words):
        return "is one of those that everybody tries first"
    return None


def _bytes(password: str) -> bytes:
    """Return what is hashed; half a character, which no keyboard types, is still some bytes."""
    return password.encode("utf-8", "surrogatepass")
