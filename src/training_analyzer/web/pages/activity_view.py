"""One activity as a page: its numbers, drawings, laps, legs, and what is missing. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup

from training_analyzer.services.activities import FileState
from training_analyzer.web.pages.activities_view import line_of
from training_analyzer.web.pages.activity_drawings import (
    Drawn,
    route_of,
    spans_of_legs,
    traces_of,
    zones_of,
)
from training_analyzer.web.pages.activity_laps import laps_of, spans_of_laps
from training_analyzer.web.pages.activity_numbers import facts_of, more_of
from training_analyzer.web.pages.activity_track import recording_of
from training_analyzer.web.pages.sports import sign_of, sport_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from training_analyzer.services.activities import Detail
    from training_analyzer.web.pages.activities_view import Fact, Line
    from training_analyzer.web.pages.activity_drawings import Picture
    from training_analyzer.web.pages.activity_laps import Laps
    from training_analyzer.web.pages.activity_track import Column
    from training_analyzer.web.tongue import Tongue

_KILOBYTE: Final = 1000
_HEART_ZONES: Final = 5
_POWER_ZONES: Final = 7


@dataclass(frozen=True, slots=True)
class Note:
    """What a person should know of this activity; a link leads to another one."""

    tone: str
    icon: str
    title: str
    text: str
    href: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """All that the page shows."""

    title: str
    lede: str
    icon: str
    iso: str
    exact: str
    notes: tuple[Note, ...]
    facts: tuple[Fact, ...]
    traces: Picture | None
    # Empty where there is only one axis to choose.
    axes: tuple[tuple[str, str, bool], ...]
    route: Markup
    heart_zones: Picture | None
    zones_known: bool
    power_zones: Picture | None
    laps: Laps | None
    legs: tuple[Line, ...]
    more: tuple[tuple[str, str], ...]
    original: tuple[tuple[str, str], ...]
    download: str


def activity_of(
    found: Detail,
    track: Mapping[str, Column],
    laps: Sequence[Mapping[str, Any]],
    tongue: Tongue,
    *,
    now: datetime,
    by_time: bool = False,
) -> Shown:
    """Return the page of *found* with its recording and laps."""
    values = found.values
    sport = values["type_key"] or ""
    start: datetime | None = values["start_utc"]
    recording = recording_of(track) if track else None
    traces, route = None, Markup()
    axes: tuple[tuple[str, str, bool], ...] = ()
    if recording is not None:
        is_timed = by_time or not recording.has_way
        spans = (
            spans_of_legs(recording, found.legs, tongue)
            if found.legs
            else spans_of_laps(recording, laps)
        )
        drawn = Drawn(recording, values, spans)
        shaded = "" if found.legs else tongue.text("Shaded: the clearly faster laps.")
        traces = traces_of(drawn, tongue, by_time=is_timed, shaded=shaded)
        route = route_of(drawn, tongue)
        axes = _axes(values, tongue, is_timed=is_timed) if recording.has_way and traces else ()
    floors = found.around.zone_floors
    return Shown(
        title=values["name"] or tongue.text("Untitled"),
        lede=_lede(found, start, tongue),
        icon=sign_of(sport),
        iso=start.astimezone(UTC).isoformat(timespec="minutes") if start else "",
        exact=tongue.instant(start) if start else "",
        notes=tuple(_notes(found, has_traces=traces is not None, tongue=tongue)),
        facts=tuple(facts_of(values, tongue)),
        traces=traces,
        axes=axes,
        route=route,
        heart_zones=zones_of(values, "hr", _HEART_ZONES, floors, tongue),
        zones_known=floors is not None,
        power_zones=zones_of(values, "power", _POWER_ZONES, None, tongue),
        laps=laps_of(laps, sport, tongue),
        legs=tuple(line_of(leg, now, tongue) for leg in found.legs if leg["start_utc"]),
        more=tuple(more_of(values, tongue)),
        original=tuple(_original(found, now, tongue)),
        download=f"/api/v1/garmin/activities/{values['activity_id']}/fit" if found.has_file else "",
    )


def _axes(
    values: Mapping[str, Any], tongue: Tongue, *, is_timed: bool
) -> tuple[tuple[str, str, bool], ...]:
    """Return (address, word, is it this one) of the axes to choose from."""
    here = f"/activities/{values['activity_id']}"
    return (
        (here, tongue.text("Distance"), not is_timed),
        (f"{here}?by=time", tongue.text("Time"), is_timed),
    )


def _lede(found: Detail, start: datetime | None, tongue: Tongue) -> str:
    """Return `Sunday 22 November 2026, 07:58. Running, Forerunner 965`."""
    values = found.values
    when = ""
    if start is not None:
        when = f"{tongue.short_day_and_year(tongue.today(start))}, {tongue.time(start)}"
    place = [text for text in (when, values["location"]) if text]
    what = [sport_name(tongue, values["type_key"]), found.around.device or ""]
    parts = [", ".join(place), ", ".join(text for text in what if text)]
    return " · ".join(part for part in parts if part)


def _notes(found: Detail, *, has_traces: bool, tongue: Tongue) -> list[Note]:
    """Return what is out of the ordinary, and why something is not here."""
    values, text, notes = found.values, tongue.text, []
    if values["deleted_at"] is not None:
        notes.append(
            Note(
                "warn",
                "bin",
                text("Deleted at Garmin"),
                text(
                    "We noticed on %(day)s. It stays here as it was, and counts in no sum.",
                    day=tongue.short_day_and_year(tongue.today(values["deleted_at"])),
                ),
            )
        )
    if values["duplicate_of"] is not None:
        notes.append(
            Note(
                "idle",
                "link",
                text("Another record of the same effort"),
                text("The richer one counts in sums, this one does not."),
                f"/activities/{values['duplicate_of']}",
                text("Show the other"),
            )
        )
    if values["parent_id"] is not None:
        notes.append(
            Note(
                "idle",
                "link",
                text("A leg of a multisport"),
                found.around.parent_name or "",
                f"/activities/{values['parent_id']}",
                text("Show the whole"),
            )
        )
    if not has_traces:
        notes.append(_why_nothing(found, tongue))
    return notes


def _why_nothing(found: Detail, tongue: Tongue) -> Note:
    """Return why there are no traces."""
    text = tongue.text
    title = text("No recording to draw")
    if found.values["is_manual"]:
        return Note("idle", "none", title, text("It was entered by hand: Garmin has no recording."))
    if found.legs:
        return Note("idle", "none", title, text("Its legs have recordings of their own."))
    told = {
        None: text("Its original file has not been asked for yet. The next run does."),
        FileState.TRYING: text("Garmin did not give its file yet. The next run asks again."),
        FileState.FAILED: text(
            "Garmin did not give its file, several times. It is asked for again when the "
            "activity changes."
        ),
        FileState.NONE: text("Garmin has no original file of it."),
        FileState.STORED: text("Its file has no curves that can be drawn. You can download it."),
    }
    return Note("idle", "none", title, told[found.file_state])


def _original(found: Detail, now: datetime, tongue: Tongue) -> list[tuple[str, str]]:
    """Return who may see it at Garmin, when it came, and which file it has."""
    values, text = found.values, tongue.text
    seen_by = {
        "private": text("only you can see it"),
        "public": text("everyone can see it"),
        "subscribers": text("your connections can see it"),
        "groups": text("your connections and groups can see it"),
    }
    rows = []
    if values["privacy"]:
        told = seen_by.get(values["privacy"], values["privacy"])
        rows.append((text("At Garmin"), told))
    if found.first_seen_at is not None:
        rows.append((text("Fetched"), tongue.clock(found.first_seen_at, now)))
    size, kind = found.around.file_bytes, found.around.file_format
    if size is not None:
        kilobytes = tongue.number(max(1, round(size / _KILOBYTE)))
        told = text("%(kind)s, %(size)s kB", kind=(kind or "").upper(), size=kilobytes)
        rows.append((text("File"), told))
    else:
        rows.append((text("File"), text("none here")))
    return rows
