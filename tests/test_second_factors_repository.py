"""Second factors and their recovery codes, on both databases."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from training_analyzer.db.repositories.second_factors import SecondFactorsRepository
from training_analyzer.db.repositories.secrets import secrets_of_people

if TYPE_CHECKING:
    from training_analyzer.db import Database

TOTP = "totp"


def test_asvs_6_5_1_a_factor_is_confirmed_once_and_each_code_taken_once(
    database: Database, clock: Any
) -> None:
    """Only the secret that was begun last is confirmed; codes go in order; one's own alone."""
    factors, secrets = SecondFactorsRepository(database), secrets_of_people(database, clock)

    def confirms(version: int) -> bool:
        return factors.confirm("ana", TOTP, version, step=10, hashes=["a", "b"], now=clock())

    assert not confirms(1)
    assert factors.begin("ana", TOTP, "sealed-1", "v1", now=clock())
    assert factors.begin("ana", TOTP, "sealed-2", "v1", now=clock())
    assert (confirms(1), factors.is_confirmed("ana"), factors.take("ana", 10)) == (False,) * 3
    assert (confirms(2), confirms(2), factors.is_confirmed("ana")) == (True, False, True)

    assert not factors.begin("ana", TOTP, "sealed-3", "v1", now=clock())
    kept = secrets.get("ana", TOTP)
    assert kept is not None
    assert kept.token == "sealed-2"
    steps = [factors.take("ana", step) for step in (10, 9, 11, 11, 12)]
    assert steps == [False, False, True, False, True]
    assert not factors.take("ben", 12)
    assert not factors.redeem("ben", "a")
    assert [factors.redeem("ana", "a"), factors.redeem("ana", "a")] == [True, False]

    assert (factors.codes_left("ana"), factors.codes_left("ben")) == (1, 0)
    assert (factors.renew("ana", ["c", "d"]), factors.renew("ben", ["e"])) == (True, False)
    assert [factors.redeem("ana", code) for code in ("b", "c")] == [False, True]
    assert (factors.codes_left("ana"), factors.codes_left("ben")) == (1, 0)

    assert [factors.remove("ana", TOTP), factors.remove("ana", TOTP)] == [True, False]
    assert (factors.is_confirmed("ana"), factors.redeem("ana", "d")) == (False, False)
    assert secrets.get("ana", TOTP) is None


def test_of_many_at_once_one_takes_a_code(database: Database, clock: Any) -> None:
    """A code that is shown several times in the same moment is right once."""
    factors, ready = SecondFactorsRepository(database), threading.Barrier(4)
    factors.begin("ana", TOTP, "sealed", "v1", now=clock())
    factors.confirm("ana", TOTP, 1, step=1, hashes=["a"], now=clock())
    taken: list[tuple[bool, bool]] = []

    def show() -> None:
        ready.wait()
        taken.append((factors.take("ana", 2), factors.redeem("ana", "a")))

    threads = [threading.Thread(target=show) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [sum(one) for one in zip(*taken, strict=True)] == [1, 1]
