"""The pages of health: sleep, heart, stress, movement, fitness, body; one night, one day."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response  # noqa: TC002 - FastAPI resolves the annotations

from training_analyzer.services.activities import Wanted
from training_analyzer.services.reading import is_wanted
from training_analyzer.web.auth import current_user
from training_analyzer.web.connection import State
from training_analyzer.web.pages import (
    health_body_view,
    health_curves,
    health_day_view,
    health_fitness_view,
    health_heart_view,
    health_movement_view,
    health_sleep_view,
    health_stress_view,
)
from training_analyzer.web.pages.health_held import Held
from training_analyzer.web.pages.health_missing import Missing
from training_analyzer.web.pages.health_span import LENGTHS, Stretch, choices
from training_analyzer.web.pages.shown import Place, show, standing_of, tongue_of
from training_analyzer.web.parts import parts_of
from training_analyzer.web.refusals import NotFound

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from training_analyzer.services.runtime import Runtime
    from training_analyzer.web.charts.nights import Phase
    from training_analyzer.web.pages.health_card import Card, Page
    from training_analyzer.web.pages.health_curves import Samples

router = APIRouter()

type UserId = Annotated[str, Depends(current_user)]

# Whether something is none at Garmin is seen from the latest days.
_LOOK_BACK: Final = timedelta(days=91)
_MOST_ACTIVITIES: Final = 20


@router.get("/health")
def sleep(request: Request, user_id: UserId, range: str = "") -> Response:  # noqa: A002 - its name in the address
    """Show the nights."""
    held = _held(request, user_id, health_sleep_view.FIELDS, range, "2w")
    phases = _phases(parts_of(request).runtime, user_id, held.today)
    page = health_sleep_view.sleep_page(
        held, phases, _missing(request, user_id), tongue_of(request)
    )
    return _shown(request, "sleep", held, page)


@router.get("/health/heart")
def heart(request: Request, user_id: UserId, range: str = "") -> Response:  # noqa: A002 - as above
    """Show heart rate variability and resting heart rate."""
    held = _held(request, user_id, health_heart_view.FIELDS, range, "3m")
    page = health_heart_view.heart_page(held, _missing(request, user_id), tongue_of(request))
    return _shown(request, "heart", held, page)


@router.get("/health/stress")
def stress(request: Request, user_id: UserId, range: str = "") -> Response:  # noqa: A002 - as above
    """Show body battery and stress."""
    held = _held(request, user_id, health_stress_view.FIELDS, range, "2w")
    course = _calm(request, user_id, held.today) or _calm(
        request, user_id, held.today - timedelta(days=1)
    )
    page = health_stress_view.stress_page(
        held, course, _missing(request, user_id), tongue_of(request)
    )
    return _shown(request, "stress", held, page)


@router.get("/health/movement")
def movement(request: Request, user_id: UserId, range: str = "") -> Response:  # noqa: A002 - as above
    """Show steps, intensity minutes, floors and calories."""
    held = _held(request, user_id, health_movement_view.FIELDS, range, "2w")
    page = health_movement_view.movement_page(held, _missing(request, user_id), tongue_of(request))
    return _shown(request, "movement", held, page)


@router.get("/health/fitness")
def fitness(request: Request, user_id: UserId, range: str = "") -> Response:  # noqa: A002 - as above
    """Show training load, readiness, VO2max, race predictions and scores."""
    held = _held(request, user_id, health_fitness_view.FIELDS, range, "3m")
    age = _age(parts_of(request).runtime, user_id, held.today)
    page = health_fitness_view.fitness_page(
        held, age, _missing(request, user_id), tongue_of(request)
    )
    return _shown(request, "fitness", held, page)


@router.get("/health/body")
def body(request: Request, user_id: UserId, range: str = "") -> Response:  # noqa: A002 - as above
    """Show weight and blood pressure."""
    held = _held(request, user_id, health_body_view.FIELDS, range, "1y")
    page = health_body_view.body_page(held, _missing(request, user_id), tongue_of(request))
    return _shown(request, "body", held, page)


@router.get("/health/sleep/{day}")
def night(request: Request, user_id: UserId, day: str) -> Response:
    """Show one night."""
    runtime, tongue = parts_of(request).runtime, tongue_of(request)
    on, today = _day(request, day)
    row = _row(runtime, user_id, "sleep", on, ())
    phases = _phases(runtime, user_id, on)
    missing = _missing(request, user_id, on)
    cards = health_day_view.night_cards(row, phases, missing, tongue)
    values = {
        "kind": "sleep",
        "title": tongue.text("Night to %(day)s", day=health_day_view.title_of(on, today, tongue)),
        "rows": [cards],
        "around": health_day_view.neighbours(on, today, "/health/sleep", tongue),
        "other": (f"/health/day/{on}", tongue.text("The day that followed")),
    }
    return show(request, "health_day.html", values, here=Place.HEALTH)


@router.get("/health/day/{day}")
def one_day(request: Request, user_id: UserId, day: str) -> Response:
    """Show one day."""
    runtime, tongue = parts_of(request).runtime, tongue_of(request)
    on, today = _day(request, day)
    row = _row(runtime, user_id, "daily_summary", on, health_day_view.DAY)
    slept = _row(runtime, user_id, "sleep", on, ())
    shades = health_curves.shades_of(slept, _activities(runtime, user_id, on), tongue)
    pulse = health_curves.heart_card(
        on, _samples(runtime, user_id, "heart_rate", on), shades, tongue
    )
    drawn = [card for card in (_calm(request, user_id, on), pulse) if card]
    values = {
        "kind": "day",
        "title": health_day_view.title_of(on, today, tongue),
        "rows": [
            health_day_view.day_numbers(row, slept, _missing(request, user_id, on), tongue),
            *([card] for card in drawn),
        ],
        "has_no_curves": bool(row) and not drawn,
        "has_curves": bool(drawn),
        "around": health_day_view.neighbours(on, today, "/health/day", tongue),
        "other": (f"/health/sleep/{on}", tongue.text("The night before it")),
    }
    return show(request, "health_day.html", values, here=Place.HEALTH)


def _shown(request: Request, key: str, held: Held, page: Page) -> Response:
    tongue, path = tongue_of(request), request.url.path
    asked = request.query_params.get("range", "")
    kept = f"?range={asked}" if asked in LENGTHS else ""
    text = tongue.text
    places = [
        ("sleep", "/health", text("Sleep")),
        ("heart", "/health/heart", text("Heart")),
        ("stress", "/health/stress", text("Stress")),
        ("movement", "/health/movement", text("Movement")),
        ("fitness", "/health/fitness", text("Fitness")),
        ("body", "/health/body", text("Body")),
    ]
    values: dict[str, Any] = {
        "places_of_health": [(name, address + kept, each == key) for each, address, name in places],
        "title": next(name for each, _, name in places if each == key),
        "ranges": choices(held.stretch, path, tongue),
        "page": page,
        "is_connected": standing_of(request).state is not State.NOT_CONNECTED,
    }
    return show(request, "health.html", values, here=Place.HEALTH)


def _held(
    request: Request,
    user_id: str,
    fields: Mapping[str, Sequence[str]],
    asked: str,
    usual: str,
) -> Held:
    """Return what is stored of the days asked for, and of as many before them."""
    runtime, tongue = parts_of(request).runtime, tongue_of(request)
    today = tongue.today(runtime.now())
    stretch = Stretch.of(asked, today, usual)
    first = stretch.before.first if stretch.before else stretch.first
    series = {
        stream: runtime.days.series(user_id, stream, first=first, last=today, fields=names)
        for stream, names in fields.items()
    }
    return Held(stretch, today, series).trimmed()


def _missing(request: Request, user_id: str, on: date | None = None) -> Missing:
    """Return why streams have nothing: in the latest days, or on the day *on*."""
    runtime, tongue = parts_of(request).runtime, tongue_of(request)
    config, today = runtime.syncs.config(user_id), tongue.today(runtime.now())
    lines = runtime.reading.coverage_cells(
        user_id, config, first=on or today - _LOOK_BACK, last=on or today, today=today
    )
    return Missing(
        cells={line.stream: line.cells for line in lines},
        off={line.stream for line in lines if not is_wanted(line.stream, config)},
        refused=set(runtime.reading.refusals(user_id)),
        is_connected=standing_of(request).state is not State.NOT_CONNECTED,
    )


def _day(request: Request, day: str) -> tuple[date, date]:
    """Return the day of the address, and today. Raises `NotFound` for none that was."""
    today = tongue_of(request).today(parts_of(request).runtime.now())
    try:
        on = date.fromisoformat(day)
    except ValueError:
        raise NotFound from None
    if on.isoformat() != day or on > today:
        raise NotFound
    return on, today


def _row(
    runtime: Runtime, user_id: str, stream: str, on: date, fields: Sequence[str]
) -> dict[str, Any]:
    found = runtime.days.series(user_id, stream, first=on, last=on, fields=fields)
    return {name: of[-1] for name, of in found.columns.items()} if found.days else {}


def _phases(runtime: Runtime, user_id: str, on: date) -> list[Phase]:
    curve = runtime.reading.curve(user_id, "sleep_levels", on)
    return health_curves.phases_of(curve.columns, curve.start_utc) if curve else []


def _samples(runtime: Runtime, user_id: str, kind: str, on: date) -> Samples:
    curve = runtime.reading.curve(user_id, kind, on)
    return curve.pairs() if curve else []


def _calm(request: Request, user_id: str, on: date) -> Card | None:
    runtime, tongue = parts_of(request).runtime, tongue_of(request)
    battery = _samples(runtime, user_id, "body_battery", on)
    stressed = _samples(runtime, user_id, "stress", on)
    if not battery and not stressed:
        return None
    night = _row(runtime, user_id, "sleep", on, ("start_utc", "end_utc"))
    shades = health_curves.shades_of(night, _activities(runtime, user_id, on), tongue)
    return health_curves.calm_card(on, battery, stressed, shades, tongue)


def _activities(runtime: Runtime, user_id: str, on: date) -> list[tuple[datetime, float, str]]:
    rows = runtime.activities.page(user_id, Wanted(first=on, last=on), limit=_MOST_ACTIVITIES)
    return [
        (row["start_utc"], row["duration_s"], row["name"] or "")
        for row in rows
        if row["start_utc"] and row["duration_s"]
    ]


def _age(runtime: Runtime, user_id: str, today: date) -> float | None:
    days = runtime.days.fitness(user_id, first=today - _LOOK_BACK, last=today, limit=7)
    return next((day.fitness_age for day in days if day.fitness_age is not None), None)
