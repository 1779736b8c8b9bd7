"""The database door: opening, transactions, migrations, integrity."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from training_analyzer.db import Database, open_database
from training_analyzer.db.tables import metadata, users
from training_analyzer.errors import DatabaseUnusable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fake_clock import FakeClock
    from postgres_server import PostgresServer


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """Give a PostgreSQL database of this test alone: it may change the schema."""
    with postgres_server.database() as url:
        yield url


def add_user(database: Database, clock: FakeClock) -> None:
    """Add one user."""
    with database.write() as db:
        db.execute(users.insert().values(user_id="u", name="Eva", created_at=clock()))


def count_users(database: Database) -> int:
    """Count the users."""
    with database.read() as db:
        return int(db.execute(text("SELECT count(*) FROM users")).scalar_one())


def test_migrations_add_up_to_the_tables(database: Database) -> None:
    """A migrated database has the tables, columns, keys and indexes that the code uses."""
    with database.read() as db:
        context = MigrationContext.configure(
            db, opts={"compare_type": True, "compare_server_default": True}
        )
        differences = compare_metadata(context, metadata)

    assert differences == []


def parts_of(sql: str) -> tuple[str, ...]:
    """Return a CREATE statement's columns and constraints, sorted: ALTER TABLE adds at the end."""
    text_of = " ".join(sql.replace('"', "").split()).replace("( ", "(").replace(" )", ")")
    head, _, body = text_of.replace(" CONSTRAINT ", ", CONSTRAINT ").partition(" (")
    depth, parts = 0, [""]
    for letter in body:
        depth += (letter == "(") - (letter == ")")
        if letter == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    # The table's end moves with whatever stands last.
    body_parts = (part.strip().removesuffix(") STRICT").strip() for part in parts)
    return (head, str(sql.rstrip().endswith("STRICT")), *sorted(filter(None, body_parts)))


def test_migrations_write_the_very_sql_of_the_tables(sqlite_url: str, tmp_path: Path) -> None:
    """STRICT, checks and all: the migrated SQLite schema is the created one, part for part."""
    created = create_engine(f"sqlite:///{tmp_path / 'created.db'}")
    metadata.create_all(created)
    migrated = open_database(sqlite_url)
    query = text(
        "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND type <> 'view'"
        " AND name NOT LIKE 'alembic%' AND name NOT LIKE 'sqlite_%'"
    )

    with created.connect() as db:
        wanted = {name: parts_of(sql) for name, sql in db.execute(query)}
    with migrated.read() as db:
        found = {name: parts_of(sql) for name, sql in db.execute(query)}
    created.dispose()
    migrated.close()

    assert found == wanted


def test_migrations_make_the_constraints_of_the_tables(
    postgres_server: PostgresServer, postgres_url: str
) -> None:
    """Checks, uniques and partial indexes on PostgreSQL are those of the tables, too."""
    query = text(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE connamespace = 'public'::regnamespace AND conname NOT LIKE 'alembic%'"
        " UNION ALL SELECT tablename, indexname, indexdef FROM pg_indexes"
        " WHERE schemaname = 'public' AND indexname NOT LIKE 'alembic%'"
    )

    def described(url: str) -> set[Any]:
        engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
        with engine.connect() as db:
            rows = {tuple(row) for row in db.execute(query)}
        engine.dispose()
        return rows

    with postgres_server.database(migrated=False) as created_url:
        engine = create_engine(created_url)
        metadata.create_all(engine)
        engine.dispose()
        wanted = described(created_url)

    assert described(postgres_url) == wanted


def test_every_table_begins_its_key_with_the_user(database: Database) -> None:
    """One user's rows can never be another's: the user comes first in every key."""
    with database.read() as db:
        inspector = inspect(db)
        keys = {
            name: inspector.get_pk_constraint(name)["constrained_columns"]
            for name in inspector.get_table_names()
        }

    keys.pop("alembic_version")
    keys.pop("garmin_sync_history")  # the document numbers the runs
    keys.pop("encryption_keys")  # the server's, not a person's
    keys.pop("garmin_logins")  # kept by a fingerprint, so that it tells of nobody
    keys.pop("garmin_learned_caps")  # about routes, not persons
    keys.pop("garmin_breakers")  # about Garmin's hosts
    keys.pop("garmin_pause")  # about the whole instance
    keys.pop("audit_log")  # also of what strangers tried
    keys.pop("one_time_links")  # found by what only its bearer knows
    keys.pop("attempt_counters")  # also of strangers, by their network
    assert {name for name, key in keys.items() if key[0] != "user_id"} == set()


def test_opening_again_keeps_the_data(
    database: Database, database_url: str, clock: FakeClock
) -> None:
    """A database that is up to date is opened as it is."""
    add_user(database, clock)

    again = open_database(database_url)

    assert count_users(again) == 1
    again.close()


def test_check_is_ok_on_a_fresh_database(database: Database) -> None:
    """A fresh database is sound and up to date."""
    found = database.check()

    assert found.is_ok
    assert found.revision == found.head
    assert found.dialect == database.dialect


def test_postgres_is_not_migrated_unasked(postgres_server: PostgresServer) -> None:
    """On PostgreSQL a person says when to migrate, and is told how."""
    with postgres_server.database(migrated=False) as url:
        with pytest.raises(DatabaseUnusable, match="garmin-sync db upgrade"):
            open_database(url)

        database = open_database(url, migrate=False)
        assert not database.check().is_ok
        database.upgrade()
        assert database.check().is_ok
        database.close()


def test_plain_postgres_address_works(postgres_url: str) -> None:
    """`postgresql://` needs no driver in its name."""
    database = open_database(postgres_url.replace("postgresql+psycopg", "postgresql"))

    assert database.dialect == "postgresql"
    database.close()


def test_failed_transaction_leaves_nothing(database: Database, clock: FakeClock) -> None:
    """What a block wrote before its error is rolled back."""

    def write_and_fail() -> None:
        with database.write() as db:
            db.execute(users.insert().values(user_id="u", name="Eva", created_at=clock()))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fail()

    assert count_users(database) == 0


def test_reading_can_change_nothing(database: Database, clock: FakeClock) -> None:
    """A transaction for reading refuses to write, and the next one for writing does not."""
    with pytest.raises(DBAPIError), database.read() as db:
        db.execute(users.insert().values(user_id="u", name="Eva", created_at=clock()))

    add_user(database, clock)
    assert count_users(database) == 1


def test_writing_inside_writing_is_a_bug_told_at_once(sqlite_url: str) -> None:
    """A thread that would wait for itself is told so instead of waiting."""
    database = open_database(sqlite_url)

    with database.write(), pytest.raises(RuntimeError, match="inside"), database.write():
        pass

    with database.write():
        pass
    database.close()


def test_writers_of_one_process_take_turns(database: Database) -> None:
    """Eight threads that read, then write, lose no update and meet no lock error."""
    with database.write() as db:
        db.execute(text("CREATE TABLE counter (n INTEGER NOT NULL)"))
        db.execute(text("INSERT INTO counter VALUES (0)"))
    failed: list[Exception] = []

    def count() -> None:
        try:
            for _ in range(10):
                with database.write() as db:
                    lock = "" if database.dialect == "sqlite" else " FOR UPDATE"
                    n = db.execute(text(f"SELECT n FROM counter{lock}")).scalar_one()  # noqa: S608 - our own words
                    db.execute(text("UPDATE counter SET n = :n"), {"n": n + 1})
        except Exception as error:  # noqa: BLE001 - told by the assertion below
            failed.append(error)

    threads = [threading.Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failed == []
    with database.read() as db:
        assert db.execute(text("SELECT n FROM counter")).scalar_one() == 80


@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),
        ("foreign_keys", 1),
        ("busy_timeout", 15_000),
        ("secure_delete", 1),
    ],
)
def test_sqlite_is_set_for_safety(sqlite_url: str, pragma: str, value: object) -> None:
    """Every connection survives power cuts, waits for its turn and overwrites what is deleted."""
    database = open_database(sqlite_url)

    with database.read() as db:
        assert db.execute(text(f"PRAGMA {pragma}")).scalar_one() == value

    database.close()


def test_wrong_types_are_refused(database: Database) -> None:
    """The schema is strict: a text in a number's place is an error, not rubbish."""
    with pytest.raises(DBAPIError), database.write() as db:
        db.execute(
            text(
                "INSERT INTO garmin_credentials"
                " (user_id, encryption_key_id, is_valid, created_at, updated_at)"
                " VALUES ('u', 'v1', 'yes', '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z')"
            )
        )


def test_error_texts_hold_no_values(database: Database, clock: FakeClock) -> None:
    """An error of the database never shows the row that it was about."""
    add_user(database, clock)

    with pytest.raises(IntegrityError) as caught, database.write() as db:
        db.execute(
            users.insert().values(
                user_id="u", name="Eva", password_hash="canary", created_at=clock()
            )
        )

    assert "canary" not in str(caught.value)


def test_new_file_is_private(tmp_path: Path) -> None:
    """A new database file, its folder and its side files can be read by their owner alone."""
    database = open_database(str(tmp_path / "new" / "garmin.db"))

    modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "new").iterdir()}
    database.close()

    assert set(modes.values()) == {0o600}
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700


def test_deleted_bytes_are_gone(sqlite_url: str, tmp_path: Path, clock: FakeClock) -> None:
    """After a scrub neither the file nor its log holds what was deleted."""
    database = open_database(sqlite_url)
    canary = "gAAAAA-canary-of-a-secret"
    with database.write() as db:
        db.execute(
            users.insert().values(user_id="u", name="Eva", password_hash=canary, created_at=clock())
        )
    assert canary.encode() in b"".join(path.read_bytes() for path in tmp_path.iterdir())

    with database.write() as db:
        db.execute(users.delete())
    assert database.scrub()

    assert canary.encode() not in b"".join(path.read_bytes() for path in tmp_path.iterdir())
    database.close()


def test_scrub_tells_that_a_reader_is_in_its_way(sqlite_url: str, clock: FakeClock) -> None:
    """While somebody reads, the log cannot be emptied, and the answer says so."""
    database = open_database(sqlite_url)

    with database.read() as db:
        db.execute(text("SELECT count(*) FROM users"))
        add_user(database, clock)
        assert not database.scrub()

    assert database.scrub()
    database.close()


@pytest.mark.parametrize(
    "url",
    [
        "mysql://somebody:canary@host/db",
        "postgresql://somebody:canary@127.0.0.1:1/db",
        "sqlite://",
        "sqlite:///:memory:",
        "",
        "postgresql://somebody:canary@[bad/db",
    ],
)
def test_bad_input_44_unusable_address_is_one_line_without_its_password(url: str) -> None:
    """A wrong DATABASE_URL is told in one line that never shows the password."""
    with pytest.raises(DatabaseUnusable) as caught:
        open_database(url)

    assert "DATABASE_URL" in caught.value.message
    assert "canary" not in caught.value.message
    assert "\n" not in caught.value.message


def test_unusable_paths_are_told(tmp_path: Path) -> None:
    """A folder, a file below a file and a file that is no database are refused in one line."""
    not_a_database = tmp_path / "notes.txt"
    not_a_database.write_text("dear diary " * 200)

    for path in (tmp_path, not_a_database / "x.db", not_a_database):
        with pytest.raises(DatabaseUnusable) as caught:
            open_database(str(path))
        assert str(path) in caught.value.message
        assert "\n" not in caught.value.message


def test_two_may_open_a_new_file_at_once(tmp_path: Path) -> None:
    """Threads that meet at a new file migrate it once, and all of them can use it."""
    path = str(tmp_path / "shared.db")
    opened: list[Database] = []
    threads = [
        threading.Thread(target=lambda: opened.append(open_database(path))) for _ in range(4)
    ]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [database.check().is_ok for database in opened] == [True] * 4
    for database in opened:
        database.close()
