"""What an administrator does to people, and what that does to their syncs; the audit log."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from training_analyzer.db.repositories.administration import AdministrationRepository
from training_analyzer.db.repositories.audit_log import AuditEntry, AuditLogRepository
from training_analyzer.db.repositories.leases import LeasesRepository
from training_analyzer.db.repositories.queue import QueueRepository
from training_analyzer.db.repositories.schedule import ScheduleRepository
from training_analyzer.db.repositories.sessions import Session, SessionsRepository
from training_analyzer.db.repositories.users import UsersRepository
from training_analyzer.errors import LastAdministrator
from training_analyzer.model import Lease, Role, SyncType

if TYPE_CHECKING:
    from fake_clock import FakeClock

    from training_analyzer.db import Database
    from training_analyzer.db.repositories.garmin_credentials import GarminCredentialsRepository


@pytest.fixture
def people(database: Database, clock: FakeClock) -> UsersRepository:
    """Give the people of an empty database."""
    return UsersRepository(database, now=clock)


@pytest.fixture
def admin(database: Database) -> AdministrationRepository:
    """Give what administrators work with."""
    return AdministrationRepository(database)


def claimed(database: Database, user_id: str, clock: FakeClock, *, due: bool) -> Lease | None:
    """Let a worker claim the user."""
    return LeasesRepository(database).claim(
        user_id,
        sync_type=SyncType.SCHEDULED,
        owner="here",
        now=clock(),
        ttl=timedelta(minutes=1),
        is_abandoned=lambda _: False,
        only_if_due=due,
    )


def test_asvs_7_4_2_disabled_person_is_out_at_once_and_not_synced(
    database: Database,
    people: UsersRepository,
    admin: AdministrationRepository,
    repo: GarminCredentialsRepository,
    clock: FakeClock,
) -> None:
    """Who is disabled has no session, is not due, and their running sync is asked to end."""
    people.add("ruler")
    ana = people.add("ana").user_id
    repo.save_credentials(ana, "email", "password", encryption_key_id="v1")
    schedule, leases = ScheduleRepository(database), LeasesRepository(database)
    session = Session(
        user_id=ana,
        session_id="s",
        created_at=clock(),
        seen_at=clock(),
        authenticated_at=clock(),
        client=None,
        network=None,
    )
    SessionsRepository(database).add(session, "hash", forget_before=clock())
    lease = claimed(database, ana, clock, due=False)
    assert lease is not None

    assert admin.change_person(ana, role=None, disabled=True, now=clock())

    assert SessionsRepository(database).list(ana) == []
    assert leases.is_cancelled(lease)
    clock.advance(minutes=2)
    schedule.set_due(ana, clock())
    assert schedule.due(clock(), 10) == []
    assert claimed(database, ana, clock, due=True) is None
    queue = QueueRepository(database).now(clock())
    assert (queue.due, queue.oldest_due_at) == (0, None)
    schedule.set_due(ana, None)
    leases.drop("here")
    assert schedule.unscheduled() == []
    assert admin.change_person(ana, role=None, disabled=False, now=clock())
    assert schedule.unscheduled() == [ana]


def test_last_administrator_stays_one(
    people: UsersRepository, admin: AdministrationRepository, clock: FakeClock
) -> None:
    """Neither a demotion nor a disabling leaves a server that nobody rules."""
    ruler, ana = people.add("ruler").user_id, people.add("ana").user_id

    for role, disabled in ((Role.USER, None), (None, True)):
        with pytest.raises(LastAdministrator):
            admin.change_person(ruler, role=role, disabled=disabled, now=clock())
    assert admin.change_person(ana, role=Role.ADMIN, disabled=True, now=clock())
    with pytest.raises(LastAdministrator):
        admin.change_person(ruler, role=Role.USER, disabled=None, now=clock())
    assert admin.change_person(ana, role=None, disabled=False, now=clock())
    assert admin.change_person(ruler, role=Role.USER, disabled=None, now=clock())

    assert not admin.change_person("nobody", role=Role.USER, disabled=None, now=clock())
    roles = {seen.user.name: seen.user.role for seen in admin.people(limit=9)}
    assert roles == {"ruler": Role.USER, "ana": Role.ADMIN}


def test_two_administrators_who_leave_at_once_do_not_both_leave(
    people: UsersRepository, admin: AdministrationRepository, clock: FakeClock
) -> None:
    """Of administrators who demote each other at the same moment one stays."""
    rulers = [people.add(name, role=Role.ADMIN).user_id for name in ("ana", "ben", "cid")]
    together = threading.Barrier(len(rulers))
    refused: list[str] = []

    def demote(user_id: str) -> None:
        together.wait()
        try:
            admin.change_person(user_id, role=Role.USER, disabled=None, now=clock())
        except LastAdministrator:
            refused.append(user_id)

    threads = [threading.Thread(target=demote, args=(user_id,)) for user_id in rulers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(refused) == 1
    assert [s.user.user_id for s in admin.people(limit=9) if s.user.role is Role.ADMIN] == refused


def test_people_and_runs_are_paged_newest_first(
    database: Database,
    people: UsersRepository,
    admin: AdministrationRepository,
    clock: FakeClock,
) -> None:
    """The lists go on behind the last row of a page, and hold whose each run is."""
    ids = []
    for name in ("ana", "ben", "cid"):
        ids.append(people.add(name).user_id)
        assert claimed(database, ids[-1], clock, due=False)
        clock.advance(minutes=1)

    first = admin.people(limit=2)
    last = first[-1].user
    rest = admin.people(limit=2, after=(last.created_at, last.user_id))
    runs = admin.runs(limit=2)
    older = admin.runs(limit=2, after=runs[-1][0].id)

    assert [seen.user.name for seen in first + rest] == ["cid", "ben", "ana"]
    assert [name for _, name in runs + older] == ["cid", "ben", "ana"]
    assert admin.runs(limit=9, status="failed") == []
    facts = admin.database()
    assert facts.kind == database.dialect
    assert facts.size_bytes > 0
    assert facts.revision == facts.newest_revision


def test_audit_log_is_paged_and_forgets_after_a_year(database: Database, clock: FakeClock) -> None:
    """ASVS 14.2.7: entries come newest first, one person's alone where wanted, and go after a year.

    Actions that were spelled with a point are told as those of today.
    """
    log = AuditLogRepository(database)
    for user_id in ("ana", "ben", "ana"):
        log.add(AuditEntry(at=clock(), action="key.used", user_id=user_id, actor="system"))
    log.add(AuditEntry(at=clock.advance(days=1), action="renewed", user_id="ana"))

    first = log.page(limit=2)
    rest = log.page(limit=9, after=(first[-1].at, first[-1].id))
    of_ana = log.page(user_id="ana", limit=9)
    log.add(AuditEntry(at=clock.advance(days=364, hours=1), action="used", user_id="ana"))

    assert [entry.action for entry in first] == ["renewed", "key_used"]
    assert [entry.user_id for entry in first + rest] == ["ana", "ana", "ben", "ana"]
    assert [entry.action for entry in of_ana] == ["renewed", "key_used", "key_used"]
    assert [entry.action for entry in log.page(limit=9)] == ["used", "renewed"]
