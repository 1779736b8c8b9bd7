"""Answers of the pretend Garmin: paths in, bodies in the shapes that Garmin sends out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training_analyzer.model import Api
from training_analyzer.simulator.answer import Answer, Owner
from training_analyzer.simulator.athletes import Athlete
from training_analyzer.simulator.fate import bounds, today_of
from training_analyzer.simulator.payloads import (
    activities,
    battery,
    body,
    daily,
    files,
    fitness,
    heart,
    minimal,
    profile,
    sleep,
    stats,
    summaries,
    thresholds,
    training,
)
from training_analyzer.simulator.payloads.asking import (
    NOT_FOUND,
    Ask,
    Served,
    asked_days,
    places_of,
)
from training_analyzer.simulator.wellness import last_sync

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

__all__ = ["answer"]

_GROUPS = (
    *(activities, files, daily, summaries, stats, sleep, heart, battery, body),
    *(training, fitness, thresholds, profile, minimal),
)
ROUTES = tuple((route.pattern, route) for group in _GROUPS for route in group.ROUTES)


def answer(owner: Owner, api: Api, path: str, query: Mapping[str, str], now: datetime) -> Answer:
    """Return what Garmin says at *now* to a GET of *path* with *owner*'s session.

    Statuses: 400 bad or too many days (500 on two routes), 403 a path that the
    API has not, or another one's data, 404 unknown, 204 without a body for HRV
    and scores that do not exist. `owner.athlete` must be an `Athlete`.
    """
    bare = path.rstrip("/")
    for pattern, route in ROUTES:
        match = pattern.fullmatch(bare)
        if match:
            return _serve(route, places_of(match), owner, api, query, now)
    return NOT_FOUND


def _serve(
    route: Served,
    places: Mapping[str, str],
    owner: Owner,
    api: Api,
    query: Mapping[str, str],
    now: datetime,
) -> Answer:
    athlete = owner.athlete
    if not isinstance(athlete, Athlete):
        return NOT_FOUND
    known = last_sync(athlete, now) or bounds(athlete, athlete.since)[0]
    today = today_of(athlete, now)
    days = asked_days(route, places, query, today)
    first, last = days or (today, today)
    ask = Ask(
        owner=owner,
        athlete=athlete,
        api=api,
        now=now,
        known=known,
        query=query,
        places=places,
        first=first,
        last=last,
    )
    if api not in route.apis:
        # What the live Personal API says to a path it has not is not known; 403 is modelled.
        return ask.refuse(403, "Forbidden") if api is Api.PERSONAL else NOT_FOUND
    if places.get("name", owner.display_name) != owner.display_name:
        return _another_ones(route, ask)
    if days is None:
        return ask.refuse(400, "Bad Request")
    if route.cap_days is not None and (last - first).days >= route.cap_days:
        return ask.refuse(route.too_long, "date range is too big")
    reply = route.reply(ask)
    return reply if isinstance(reply, Answer) else Answer(body=reply)


def _another_ones(route: Served, ask: Ask) -> Answer:
    """Refuse the data of another person as each route does."""
    if route.path.startswith("/usersummary-service/usersummary/daily/"):
        return Answer(body={"calendarDate": ask.first.isoformat(), "privacyProtected": True})
    return Answer(403, {"message": "Forbidden"})
