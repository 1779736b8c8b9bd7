"""The queue in PostgreSQL: its schema, its connections, what it remembers and for how long."""

from __future__ import annotations

import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest
from fleet import wait_until
from sqlalchemy import create_engine, text

from training_analyzer.db import open_database, queue_schema
from training_analyzer.db.engine import parse_url
from training_analyzer.errors import DatabaseUnusable
from training_analyzer.jobs.postgres import PostgresDispatcher, pause_after

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fleet import Fleet
    from postgres_server import PostgresServer

    from training_analyzer.model import Lease

pytestmark = pytest.mark.postgres

CUT = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE datname = current_database() AND application_name = 'garmin-sync-queue'
"""


@pytest.fixture
def bare_url(postgres_server: PostgresServer) -> Iterator[str]:
    """Give the URL of a database with nothing in it."""
    with postgres_server.database(migrated=False) as url:
        yield url


def execute(url: str, statement: str) -> int:
    """Run one statement on *url*; return the number that it answers, or of rows."""
    engine = create_engine(parse_url(url))
    try:
        with engine.begin() as db:
            result = db.execute(text(statement))
            return int(result.scalar_one()) if result.returns_rows else result.rowcount
    finally:
        engine.dispose()


def test_upgrade_makes_the_queue_and_is_idempotent(bare_url: str) -> None:
    """One upgrade makes both schemas, and a second changes nothing."""
    for _ in range(2):
        opened = open_database(bare_url, migrate=True)
        assert opened.check().is_ok
        opened.close()

    open_database(bare_url).close()


def test_eight_upgrades_at_once_make_one_queue(bare_url: str) -> None:
    """Processes that upgrade at once wait for each other."""
    url = parse_url(bare_url)
    troubles: list[BaseException] = []

    def upgrade() -> None:
        try:
            queue_schema.upgrade(url, lock=1)
        except DatabaseUnusable as error:
            troubles.append(error)

    threads = [threading.Thread(target=upgrade) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert troubles == []
    assert queue_schema.problems(url) == []


def test_database_without_a_queue_is_refused(bare_url: str) -> None:
    """A database that an older version upgraded is told to be upgraded again."""
    open_database(bare_url, migrate=True).close()
    execute(bare_url, "DROP SCHEMA pgqueuer CASCADE")

    with pytest.raises(DatabaseUnusable, match="no job queue yet: garmin-sync db upgrade"):
        open_database(bare_url)
    opened = open_database(bare_url, migrate=False)
    problems = opened.check().problems
    opened.close()

    assert [problem.partition(" lacks ")[0] for problem in problems] == ["the job queue"]


def test_damaged_queue_is_told_and_mended(bare_url: str) -> None:
    """What is missing of the queue's schema shows in the check, and the upgrade brings it back."""
    open_database(bare_url, migrate=True).close()
    execute(bare_url, "DROP INDEX pgqueuer.pgqueuer_unique_dedupe_key")
    url = parse_url(bare_url)
    assert queue_schema.problems(url) == [
        "the job queue lacks 1 changes of its schema: garmin-sync db upgrade"
    ]

    open_database(bare_url, migrate=True).close()

    assert queue_schema.problems(url) == []


def test_environment_of_other_programs_names_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A variable that pgqueuer would read for itself does not move our tables."""
    monkeypatch.setenv("PGQUEUER_SCHEMA", "elsewhere")
    monkeypatch.setenv("FUNCTION", "main")

    assert queue_schema._Names(db_schema="pgqueuer") == queue_schema.NAMES
    assert queue_schema._Names(db_schema="pgqueuer").function == "fn_pgqueuer_changed"


def test_refusal_shows_no_password(postgres_url: str) -> None:
    """A queue that cannot be reached is told in one line without the driver's text."""
    nowhere = parse_url(postgres_url).set(database="no_such_database", password="hunter2")

    with pytest.raises(DatabaseUnusable) as refused:
        queue_schema.upgrade(nowhere, lock=1)

    assert "hunter2" not in str(refused.value)
    assert "OperationalError" in str(refused.value)


def test_lost_connection_is_made_anew_while_a_run_goes_on(queue: Fleet, postgres_url: str) -> None:
    """After its connections were killed a worker delivers again, and what ran ran on."""
    member = queue.member(workers=2)
    entered, opened = threading.Event(), threading.Event()

    def work(lease: Lease) -> None:
        if lease.user_id == "ada":
            entered.set()
            opened.wait(30)

    member.work = work
    queue.due("ada", "bob")
    member.dispatcher.wake(["ada"])
    assert entered.wait(30)

    def ran_after_a_minute() -> bool:
        # What a lost connection had taken out of the queue comes again after a minute.
        execute(postgres_url, "UPDATE pgqueuer.pgqueuer SET heartbeat = now() - interval '61 s'")
        member.tick()
        return ("bob", "m0") in queue.runs

    for _ in range(2):
        assert execute(postgres_url, CUT) >= 2
        member.dispatcher.wake(["bob"])
        wait_until(lambda: execute(postgres_url, CUT.replace("pg_terminate_backend", "")) == 2)
    wait_until(ran_after_a_minute)
    opened.set()
    wait_until(lambda: {"ada", "bob"} <= set(member.ended))

    assert sorted(queue.runs) == [("ada", "m0"), ("bob", "m0")]
    queue.settle()
    assert queue.schedule.due(queue.now(), 10) == []


def test_wakes_wait_for_a_database_that_is_away(postgres_url: str) -> None:
    """Who is woken while the queue cannot be reached is delivered once it can."""
    delivered: list[str] = []
    away = parse_url(postgres_url).set(database="not_yet")
    tries: list[int] = []

    def pause(failed: int) -> float:
        tries.append(failed)
        dispatcher._delivery._url = parse_url(postgres_url)  # type: ignore[union-attr] # it has begun
        return 0.01

    dispatcher = PostgresDispatcher(away, 2, pause_s=pause)
    dispatcher.start(delivered.append)
    dispatcher.wake(["ada"])

    wait_until(lambda: delivered == ["ada"])
    assert dispatcher.stop(10)
    assert tries == [1]


def test_pauses_grow_to_a_quarter_of_a_minute() -> None:
    """A database that stays away is asked less and less often."""
    assert [pause_after(tries) for tries in (1, 2, 3, 6, 7, 500)] == [0.5, 1, 2, 15, 15, 15]


def test_nothing_of_an_error_is_kept(queue: Fleet, postgres_url: str) -> None:
    """The queue's log never holds the text of an error: it might be a secret."""
    member = queue.member()

    def fail(_lease: Lease) -> None:
        message = "the password is hunter2"
        raise RuntimeError(message)

    member.work = fail
    queue.due("ada")
    member.tick()
    wait_until(lambda: member.ended == ["ada"])
    queue.settle()

    told = "SELECT count(*) FROM pgqueuer.pgqueuer_log WHERE traceback IS NOT NULL"
    assert execute(postgres_url, told) == 0


def test_log_is_kept_for_a_week(queue: Fleet, postgres_url: str) -> None:
    """Lines about deliveries of more than seven days ago are deleted, younger ones stay."""
    line = (
        "INSERT INTO pgqueuer.pgqueuer_log (created, job_id, status, priority, entrypoint)"
        " VALUES (now() - interval '{} days', {}, 'successful', 0, 'garmin-sync')"
    )
    count = "SELECT count(*) FROM pgqueuer.pgqueuer_log WHERE job_id IN (-8, -6)"
    for days in (6, 8):
        execute(postgres_url, line.format(days, -days))
    assert execute(postgres_url, count) == 2

    queue.member()

    wait_until(lambda: execute(postgres_url, count) == 1)


def test_embedded_installation_needs_no_postgres(tmp_path: Path, encryption_key: str) -> None:
    """On SQLite neither psycopg nor pgqueuer is imported, whatever is built."""
    program = f"""
import sys
from pydantic import SecretStr
import training_analyzer.cli
from training_analyzer.services.garmin_scheduler import GarminSyncScheduler
from training_analyzer.services.runtime import build_runtime
from training_analyzer.settings import Settings
settings = Settings(encryption_key=SecretStr({encryption_key!r}), database_url="embedded.db")
with build_runtime(settings) as runtime:
    scheduler = GarminSyncScheduler(runtime)
    scheduler.start()
    scheduler.stop()
    assert runtime.database.check().is_ok
assert not {{"psycopg", "pgqueuer"}} & set(sys.modules), sys.modules
"""
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")
