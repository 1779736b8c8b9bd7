"""The job queue's own tables on PostgreSQL, in a schema of their own. pgqueuer inside.

Nothing but PostgreSQL needs this module, and only the extra `postgres` can import it.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, nullcontext
from typing import TYPE_CHECKING, Any, Final

import psycopg
from pgqueuer.adapters.persistence.qb import (
    DBSettings,
    QueryBuilderEnvironment,
    QueryQueueBuilder,
    QuerySchedulerBuilder,
)
from pgqueuer.db import PsycopgDriver
from pgqueuer.domain.errors import SchemaDriftError
from pgqueuer.queries import Queries

from training_analyzer.errors import DatabaseUnusable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine

    from pydantic_settings import BaseSettings, PydanticBaseSettingsSource
    from sqlalchemy import URL

SCHEMA: Final = "pgqueuer"


class _Names(DBSettings):
    """pgqueuer's names; from the environment it would take even a variable called FUNCTION."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - pydantic-settings' signature
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - likewise
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - likewise
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - likewise
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take keyword arguments alone."""
        return (init_settings,)


NAMES: Final = _Names(db_schema=SCHEMA)


@asynccontextmanager
async def connected(url: URL) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
    """Open a connection of the queue's own to the PostgreSQL at *url*; raises `psycopg.Error`."""
    (arguments, named) = url.get_dialect()().create_connect_args(url)
    connection = await psycopg.AsyncConnection.connect(
        *arguments,
        **{
            "application_name": "garmin-sync-queue",
            "connect_timeout": 10,
            # A server that went away without a word is noticed within half a minute.
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            "tcp_user_timeout": 20_000,
            **named,
        },
        autocommit=True,
    )
    async with connection:
        yield connection


def queries_through(driver: PsycopgDriver) -> Queries:
    """Return pgqueuer's statements through *driver*, for the tables in our schema."""
    return Queries(
        driver,
        QueryBuilderEnvironment(NAMES),
        QueryQueueBuilder(NAMES),
        QuerySchedulerBuilder(NAMES),
    )


def upgrade(url: URL, *, lock: int) -> None:
    """Create the queue's tables, or bring them to pgqueuer's present release.

    Holds the advisory lock numbered *lock* meanwhile. Raises `DatabaseUnusable`.
    """
    _ended(lambda: _upgrade(url, lock), "be brought up to date")


def problems(url: URL) -> list[str]:
    """Return what is wrong with the queue's tables, as sentences. Changes nothing."""
    missing = _ended(lambda: _missing(url), "be looked at")
    if not missing:
        return []
    return [f"the job queue lacks {missing} changes of its schema: garmin-sync db upgrade"]


async def _upgrade(url: URL, lock: int) -> None:
    async with connected(url) as connection:
        # Released with the connection, whatever happens.
        await connection.execute("SELECT pg_advisory_lock(%s)", [lock])
        queries = queries_through(PsycopgDriver(connection))
        plan = await queries.plan_upgrade()
        # From nothing to everything at once. A later release may add a value to a type and
        # use it, which no single transaction can: its plan goes on wherever it was cut off.
        is_new = not await queries.schema_is_installed()
        async with connection.transaction() if is_new else nullcontext():
            for statement in plan.statements:
                await queries.driver.execute(statement)


async def _missing(url: URL) -> int:
    async with connected(url) as connection:
        queries = queries_through(PsycopgDriver(connection))
        return len((await queries.plan_upgrade()).statements)


def _ended[Result](work: Callable[[], Coroutine[Any, Any, Result]], what: str) -> Result:
    try:
        # The only loop of Windows that psycopg can use, and as good as any elsewhere.
        with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
            return runner.run(work())
    except (psycopg.Error, SchemaDriftError) as error:
        # The text may hold a password, or a row.
        kind = type(error).__name__
        message = f"The job queue's tables cannot {what} ({kind}): check the user's rights."
        raise DatabaseUnusable(message) from None
