"""The invented athletes of the tests, and the shortest way to ask for their data."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from training_analyzer.model import Api
from training_analyzer.simulator.athletes import Athlete, demo_athletes
from training_analyzer.simulator.payloads import answer

if TYPE_CHECKING:
    from training_analyzer.simulator.answer import Answer

TODAY = date(2026, 11, 25)
NOW = datetime(2026, 11, 25, 17, 0, tzinfo=UTC)
A_YEAR_AGO = TODAY - timedelta(days=364)


def athletes() -> list[Athlete]:
    """Return fresh lives, without anything remembered."""
    return demo_athletes(11, TODAY)


def runner() -> Athlete:
    """Return Ada."""
    return athletes()[0]


def ask(
    athlete: Athlete, path: str, api: Api = Api.ACCOUNT, now: datetime = NOW, /, **query: str
) -> Answer:
    """Return the answer to *path*, in which `{name}` stands for the display name."""
    return answer(athlete.owner, api, path.replace("{name}", athlete.display_name), query, now)


def body(
    athlete: Athlete, path: str, api: Api = Api.ACCOUNT, now: datetime = NOW, /, **query: str
) -> Any:
    """Return the body of a successful answer."""
    found = ask(athlete, path, api, now, **query)
    assert found.status == 200, (path, found.status)
    return found.body


def year() -> list[date]:
    """Return the 365 days up to today."""
    return [A_YEAR_AGO + timedelta(days=n) for n in range(365)]
