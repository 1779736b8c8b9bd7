"""What the card of a connection shows, and what the step that chooses the data does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from training_analyzer.model import Kind, Region
from training_analyzer.web.connection import State

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from training_analyzer.model import GarminSyncConfig
    from training_analyzer.services.previewing import Preview
    from training_analyzer.web.connection import Connection
    from training_analyzer.web.tongue import Tongue

DEPTHS: Final = (30, 365, 730, 1825, 3650)
GROUPS: Final = ("sync_activities", "sync_wellness", "sync_sleep", "sync_fitness_metrics")
_YEAR: Final = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A fact of the connection; `exact` is the whole of a time that is told in words."""

    label: str
    value: str
    exact: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionCard:
    """A connection's facts; `again` is where it is connected anew."""

    word: str
    tone: str
    icon: str
    rows: list[Row]
    again: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Depth:
    """How far back the first sync may go, with what that costs."""

    days: int
    name: str
    cost: str
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A group of data that may be left out."""

    name: str
    title: str
    what: str
    is_on: bool


def card_of(connection: Connection, tongue: Tongue, now: datetime) -> ConnectionCard | None:
    """Return the card of an existing connection."""
    known, text = connection.credentials, tongue.text
    if known is None:
        return None
    tone, icon, word = {
        State.CONNECTED: ("ok", "ok", text("Connected")),
        State.COOLING_DOWN: ("info", "clock", text("Cooling down")),
        State.PAUSED: ("idle", "pause", text("Paused")),
    }.get(connection.state, ("bad", "cross", text("Action needed")))
    rows = [
        Row(label=text("Garmin name"), value=known.garmin_display_name or text("not told")),
        Row(label=text("Connected by"), value=connected_by(connection, tongue)),
    ]
    if connection.email_hint:
        rows.append(Row(label=text("E-mail"), value=connection.email_hint))
    region = text("Mainland China") if known.region is Region.CN else text("Worldwide")
    rows.append(Row(label=text("Region"), value=region))
    if connection.has_key and known.key_expires_on:
        ends = date.fromisoformat(known.key_expires_on)
        rows.append(Row(label=text("Key ends on"), value=tongue.short_day_and_year(ends)))
    if known.last_validation_at is not None:
        at = known.last_validation_at
        rows.append(
            Row(label=text("Last checked"), value=tongue.ago(at, now), exact=tongue.instant(at))
        )
    if connection.retry_at is not None and connection.state is State.COOLING_DOWN:
        at = connection.retry_at
        rows.append(
            Row(label=text("Waits until"), value=tongue.clock(at, now), exact=tongue.instant(at))
        )
    rows.append(Row(label=text("We keep, encrypted"), value=_kept(connection, tongue)))
    again = {Kind.TOKEN: "ticket", Kind.PERSONAL_KEY: "personal-key"}.get(known.kind, "password")
    return ConnectionCard(word=word, tone=tone, icon=icon, rows=rows, again=f"/connect?way={again}")


def connected_by(connection: Connection, tongue: Tongue) -> str:
    """Return the ways in of a connection, a key beside a session last; empty without one."""
    kinds = [_kind(kind, tongue) for kind in connection.kinds]
    if len(kinds) > 1:
        return tongue.text("%(first)s, with a %(second)s", first=kinds[0], second=kinds[1])
    return kinds[0] if kinds else ""


def depths_of(previews: Mapping[int, Preview], tongue: Tongue) -> list[Depth]:
    """Return the depths to choose from, each with its requests and minutes."""
    return [
        Depth(
            days=days,
            name=_span(days, tongue),
            cost=tongue.plural(
                "about %(n)s request, %(about)s",
                "about %(n)s requests, %(about)s",
                preview.requests,
                about=tongue.about(preview.minutes * 60),
            ),
            is_chosen=preview.config.initial_sync_days == _present(previews),
        )
        for days, preview in previews.items()
    ]


def choices_of(config: GarminSyncConfig, tongue: Tongue) -> list[Choice]:
    """Return the groups of data, each with what is in it."""
    text = tongue.text
    words = {
        "sync_activities": (
            text("Activities"),
            text("Laps, tracks, original files; one request for each activity"),
        ),
        "sync_wellness": (
            text("Wellness"),
            text("Steps, stress, body battery, resting heart rate, HRV, weight"),
        ),
        "sync_sleep": (text("Sleep"), text("Nights with their stages and score")),
        "sync_fitness_metrics": (
            text("Fitness"),
            text("Training status, readiness, VO2max, race predictions"),
        ),
    }
    return [
        Choice(name=name, title=title, what=what, is_on=bool(getattr(config, name)))
        for name, (title, what) in words.items()
    ]


def _present(previews: Mapping[int, Preview]) -> int:
    """Return the depth to preselect: a year, unless the person has chosen another before."""
    return _YEAR if _YEAR in previews else next(iter(previews))


def _span(days: int, tongue: Tongue) -> str:
    if days < _YEAR:
        return tongue.plural("%(n)s day", "%(n)s days", days)
    return tongue.plural("%(n)s year", "%(n)s years", days // _YEAR)


def _kind(kind: Kind, tongue: Tongue) -> str:
    return {
        Kind.PASSWORD: tongue.text("E-mail and password"),
        Kind.TOKEN: tongue.text("Token or browser ticket"),
        Kind.PERSONAL_KEY: tongue.text("Personal API key"),
    }[kind]


def _kept(connection: Connection, tongue: Tongue) -> str:
    """Return the names of the secrets that are stored."""
    kept = [
        name
        for name, is_kept in (
            (tongue.text("session tokens"), connection.has_session),
            (tongue.text("e-mail"), connection.email_hint is not None),
            (tongue.text("password"), connection.keeps_password),
            (tongue.text("Personal API key"), connection.has_key),
        )
        if is_kept
    ]
    return ", ".join(kept) or tongue.text("nothing that opens")
