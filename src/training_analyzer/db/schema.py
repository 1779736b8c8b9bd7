"""The schema's revision: bring it up to date, compare it, check the data. Alembic inside."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from training_analyzer.errors import DatabaseUnusable

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

_MIGRATIONS: Final = Path(__file__).parent / "migrations"
# Alembic keeps the running migration in its own module's globals: one at a time per process.
_one_migration: Final = threading.Lock()
# One at a time among all processes of a PostgreSQL database; any number, but always this one.
_ADVISORY_LOCK: Final = 7_271_830_211


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseCheck:
    """What a look at a database found; `problems` are sentences for a person."""

    dialect: str
    revision: str | None
    head: str
    problems: tuple[str, ...] = ()

    @property
    def is_ok(self) -> bool:
        """Whether the data is sound and the schema up to date."""
        return not self.problems and self.revision == self.head


def head() -> str:
    """Return the revision that this program works with."""
    return str(ScriptDirectory(str(_MIGRATIONS)).get_current_head())


def revision(connection: Connection) -> str | None:
    """Return the database's revision; None when it is empty."""
    return MigrationContext.configure(connection).get_current_revision()


def refuse_other(connection: Connection, *, older_too: bool) -> None:
    """Raise `DatabaseUnusable` for a schema newer than the program, or older if told so."""
    found = revision(connection)
    known = {script.revision for script in ScriptDirectory(str(_MIGRATIONS)).walk_revisions()}
    if found is not None and found not in known:
        message = (
            f"The database has schema {found}, this program knows up to {head()}:"
            " install the newer garmin-sync."
        )
        raise DatabaseUnusable(message)
    if older_too and found != head():
        message = f"The database has schema {found or 'none'}, not {head()}: garmin-sync db upgrade"
        raise DatabaseUnusable(message)
    if older_too and connection.dialect.name == "postgresql" and not _has_queue(connection):
        message = "The database has no job queue yet: garmin-sync db upgrade"
        raise DatabaseUnusable(message)


def upgrade(engine: Engine) -> None:
    """Run what is missing of the migrations, all of it or nothing, in one transaction.

    On PostgreSQL the job queue's tables follow, under the same lock.
    """
    with _one_migration, engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            # With foreign keys on, rebuilding a parent table would empty its children,
            # and inside a transaction the pragma is silently ignored.
            raw: Any = connection.connection.driver_connection
            raw.execute("PRAGMA foreign_keys=OFF")
            try:
                _upgrade(connection)
            finally:
                raw.execute("PRAGMA foreign_keys=ON")
        else:
            _upgrade(connection)
            _queue_schema().upgrade(engine.url, lock=_ADVISORY_LOCK)


def _upgrade(connection: Connection) -> None:
    with connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": _ADVISORY_LOCK})
        refuse_other(connection, older_too=False)
        if revision(connection) == head():
            return
        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        if problems := _broken_references(connection):
            raise DatabaseUnusable(problems[0])


def check(connection: Connection) -> DatabaseCheck:
    """Look for damage and at the revision."""
    problems = _broken_references(connection)
    if connection.dialect.name == "sqlite":
        lines = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
        problems += [f"integrity: {line}" for line in lines if line != "ok"]
    else:
        problems += _queue_schema().problems(connection.engine.url)
    return DatabaseCheck(
        dialect=connection.dialect.name,
        revision=revision(connection),
        head=head(),
        problems=tuple(problems),
    )


def _broken_references(connection: Connection) -> list[str]:
    if connection.dialect.name != "sqlite":
        return []
    rows = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    return [f"{row[0]}: row {row[1]} refers to a missing row of {row[2]}" for row in rows]


def _has_queue(connection: Connection) -> bool:
    found = connection.execute(text("SELECT to_regclass('pgqueuer.pgqueuer')")).scalar_one()
    return found is not None


def _queue_schema() -> Any:  # noqa: ANN401 - a module
    """Import what only PostgreSQL needs: an embedded installation does not have it."""
    try:
        return import_module("training_analyzer.db.queue_schema")
    except ModuleNotFoundError:
        message = "PostgreSQL needs its job queue: pip install 'training-analyzer[postgres]'."
        raise DatabaseUnusable(message) from None
