"""Whom to tell that their connection broke, on both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from training_analyzer.db.repositories.notices import NoticesRepository
from training_analyzer.db.repositories.profiles import ProfilesRepository
from training_analyzer.db.repositories.users import UsersRepository

if TYPE_CHECKING:
    from fake_clock import FakeClock

    from training_analyzer.db import Database
    from training_analyzer.db.repositories import GarminCredentialsRepository


def test_break_is_due_once_to_whoever_claims_it_first(
    database: Database, repo: GarminCredentialsRepository, clock: FakeClock
) -> None:
    """Only broken connections of people with an address are due; one claim of each succeeds."""
    notices, now = NoticesRepository(database), clock()
    ids = {}
    for name in ("eva", "works", "ours", "silent"):
        ids[name] = UsersRepository(database).add(name).user_id
        repo.save_credentials(ids[name], "sealed", None)
        if name != "silent":
            ProfilesRepository(database).change(ids[name], {"email": f"{name}@example.net"})
        if name != "works":
            code = "key_retired" if name == "ours" else None
            repo.update_validation_status(ids[name], is_valid=False, error_code=code)

    (eva,) = notices.due(now=now)
    assert (eva.user_id, eva.email, eva.broke_at) == (ids["eva"], "eva@example.net", now)
    assert notices.claim(eva, now=now)
    assert not notices.claim(eva, now=now)
    assert notices.due(now=now) == []

    notices.give_back(eva, claimed_at=now + timedelta(seconds=1))
    assert notices.due(now=now) == []
    notices.give_back(eva, claimed_at=now)
    assert notices.due(now=now) == [eva]

    clock.advance(hours=1)
    repo.update_validation_status(ids["eva"], is_valid=False)
    assert notices.due(now=clock()) == [eva]
    repo.save_credentials(ids["eva"], "sealed", None)
    assert notices.due(now=clock()) == []
    assert not notices.claim(eva, now=clock())
