"""`garmin_breakers`: what is remembered of each part of Garmin, shared by all processes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, or_, select, update

from training_analyzer.db.insert import insert_into
from training_analyzer.db.tables import garmin_breakers, garmin_credentials
from training_analyzer.model import Api, Circuit, Kind, Region
from training_analyzer.planning.breaker import CLOSED, PROBE_TIME, Breaker

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection

    from training_analyzer.db import Database

_WHAT = ("failures", "openings", "open_until", "probing_until")


class BreakersRepository:
    """The circuit breakers on one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> dict[Circuit, Breaker]:
        """Return every breaker that is not simply closed."""
        with self._database.read() as db:
            return {
                Circuit(Api(row.api), Region(row.region)): Breaker(
                    **{name: getattr(row, name) for name in _WHAT}
                )
                for row in db.execute(select(garmin_breakers))
            }

    def change(self, circuit: Circuit, step: Callable[[Breaker], Breaker]) -> Breaker:
        """Replace a breaker by *step* of it, in one transaction; return what it is now."""
        with self._database.write() as db:
            db.execute(
                insert_into(db, garmin_breakers).values(**_key(circuit)).on_conflict_do_nothing()
            )
            after = step(_locked(db, circuit))
            db.execute(
                update(garmin_breakers)
                .where(_is(circuit))
                .values({name: getattr(after, name) for name in _WHAT})
            )
        return after

    def close(self, circuit: Circuit) -> None:
        """Close a breaker: Garmin has answered."""
        self.change(circuit, lambda _: CLOSED)

    def take_probe(self, circuit: Circuit, *, now: datetime) -> bool:
        """Become the one that asks while the breaker is half-open; False when another is."""
        probing = garmin_breakers.c.probing_until
        with self._database.write() as db:
            taken = db.execute(
                update(garmin_breakers)
                .where(_is(circuit), garmin_breakers.c.open_until <= now)
                .where(or_(probing.is_(None), probing <= now))
                .values(probing_until=now + PROBE_TIME)
            )
        return taken.rowcount == 1


def asks(circuit: Circuit) -> ColumnElement[bool]:
    """Return the condition that a row of `garmin_credentials` asks *circuit*."""
    by_key = garmin_credentials.c.kind == Kind.PERSONAL_KEY.value
    is_kind = by_key if circuit.api is Api.PERSONAL else ~by_key
    return and_(is_kind, garmin_credentials.c.region == circuit.region.value)


def _locked(db: Connection, circuit: Circuit) -> Breaker:
    found = db.execute(select(garmin_breakers).where(_is(circuit)).with_for_update())
    row = found.one()
    return Breaker(**{name: getattr(row, name) for name in _WHAT})


def _is(circuit: Circuit) -> ColumnElement[bool]:
    return and_(
        garmin_breakers.c.api == circuit.api.value, garmin_breakers.c.region == circuit.region.value
    )


def _key(circuit: Circuit) -> dict[str, str]:
    return {"api": circuit.api.value, "region": circuit.region.value}
