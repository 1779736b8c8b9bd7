"""A question to the pretend Garmin, and the routes that know an answer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from training_analyzer.model import Api
from training_analyzer.simulator.answer import Answer, Owner
from training_analyzer.simulator.fate import ONE_DAY, bounds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from training_analyzer.simulator.athletes import Athlete
    from training_analyzer.streams import Json

ACCOUNT: Final = frozenset({Api.ACCOUNT})
PERSONAL: Final = frozenset({Api.PERSONAL})
BOTH: Final = ACCOUNT | PERSONAL

NO_CONTENT: Final = Answer(204)
NULL: Final = Answer(body=b"null")
NOT_FOUND: Final = Answer(404, {"message": "HTTP 404 Not Found", "error": "NotFoundException"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One question: who, over which API, which days; `known` is the last sync of the watch."""

    owner: Owner
    athlete: Athlete
    api: Api
    now: datetime
    known: datetime
    query: Mapping[str, str]
    places: Mapping[str, str]
    first: date
    last: date

    @property
    def days(self) -> Iterator[date]:
        """The asked days on which Garmin can know anything, oldest first."""
        day = max(self.first, self.athlete.since)
        while day <= self.last and bounds(self.athlete, day)[0] < self.known:
            yield day
            day += ONE_DAY

    @property
    def is_archived(self) -> bool:
        """Whether the curves of the asked day were put away: older than about six months."""
        return bounds(self.athlete, self.first)[0] < self.now - timedelta(days=180)

    def refuse(self, status: int, message: str = "") -> Answer:
        """Return an error in the manner of the API: the personal one tells nothing."""
        return Answer(status, {"message": message} if self.api is Api.ACCOUNT and message else {})


@dataclass(frozen=True, slots=True)
class Served:
    """A route: a path with places, what it replies, and how long a range it bears.

    Days come from the places `{first}` and `{last}`, or `{day}`, else from the
    query parameters named in `days`. `{name}` must be the owner's display name.
    """

    path: str
    reply: Callable[[Ask], Json | Answer]
    apis: frozenset[Api] = ACCOUNT
    days: tuple[str, ...] = ()
    cap_days: int | None = None
    too_long: int = 400

    @property
    def pattern(self) -> re.Pattern[str]:
        """The path as a regular expression; an id is digits, other places end at a slash."""
        places = re.sub(r"\{id\}", r"(?P<id>\\d+)", self.path)
        return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", places))


def places_of(match: re.Match[str]) -> dict[str, str]:
    """Return the filled places of a path, percent-decoded."""
    return {name: unquote(value) for name, value in match.groupdict().items()}


def asked_days(
    route: Served, places: Mapping[str, str], query: Mapping[str, str], today: date
) -> tuple[date, date] | None:
    """Return the first and last asked day, None when they are no days or in the wrong order."""
    if "first" in places:
        texts = [places["first"], places["last"]]
    elif "day" in places:
        texts = [places["day"]] * 2
    else:
        texts = [query[name] for name in route.days if name in query]
    if len(texts) < len(route.days):
        return None
    if not texts:
        return today, today
    try:
        found = [_day(text) for text in texts]
    except ValueError:
        return None
    return (found[0], found[-1]) if found[0] <= found[-1] else None


def _day(text: str) -> date:
    """Read YYYY-MM-DD and nothing else; `fromisoformat` would take week dates too."""
    return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date()


def stamp(instant: datetime, offset_s: int = 0) -> str:
    """Return the form of details and wellness: `2026-01-08T08:10:21.0`, shifted by the offset."""
    return (instant.astimezone(UTC) + timedelta(seconds=offset_s)).strftime("%Y-%m-%dT%H:%M:%S.0")


def midnight(day: date) -> str:
    """Return the wall-clock start of a day."""
    return f"{day.isoformat()}T00:00:00.0"


def spaced(instant: datetime, offset_s: int = 0) -> str:
    """Return the form of list rows: `2026-01-08 08:10:21`, shifted by the offset."""
    return (instant.astimezone(UTC) + timedelta(seconds=offset_s)).strftime("%Y-%m-%d %H:%M:%S")
