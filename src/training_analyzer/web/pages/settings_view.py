"""What the page of the sync configuration shows: the form, what it would do, what differs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from training_analyzer.model import Frequency, Group
from training_analyzer.web.pages.names import stream_name
from training_analyzer.web.pages.settings_words import Line, lines_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from training_analyzer.model import GarminSyncConfig
    from training_analyzer.web.tongue import Tongue

_DEPTHS: Final = (30, 365, 730, 1825, 3650)
_YEAR: Final = 365
_MINUTE_BY_MINUTE: Final = "_detail"


@dataclass(frozen=True, slots=True)
class Values:
    """The fields of the form as text (a flag is `on` or empty), and the streams that are on."""

    texts: Mapping[str, str]
    streams: frozenset[str]

    @classmethod
    def of(cls, config: GarminSyncConfig, offered: Collection[str]) -> Values:
        """Return what is stored."""
        quiet = config.quiet_hours
        texts = {
            "auto_sync_enabled": _flag(config.auto_sync_enabled),
            "sync_frequency": config.sync_frequency,
            "sync_time": config.sync_time,
            "sync_activities": _flag(config.sync_activities),
            "sync_wellness": _flag(config.sync_wellness),
            "sync_fitness_metrics": _flag(config.sync_fitness_metrics),
            "initial_sync_days": str(config.initial_sync_days),
            "incremental_sync_days": str(config.incremental_sync_days),
            "min_sync_interval_minutes": str(config.min_sync_interval_minutes),
            "sync_weekday": str(config.sync_weekday),
            "timezone": config.timezone,
            "quiet_from": quiet.since if quiet else "",
            "quiet_to": quiet.until if quiet else "",
            "version": str(config.version),
        }
        return cls(texts, frozenset(offered) - config.left_out)

    def at_version(self, version: int) -> Values:
        """Return the same as if the form had been opened at *version*."""
        return replace(self, texts={**self.texts, "version": str(version)})


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several values of a field."""

    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class GroupChoice:
    """A group of streams with its switch, and its streams as boxes to tick."""

    field: str
    label: str
    cost: str
    is_on: bool
    streams: tuple[Choice, ...]
    curves: tuple[Choice, ...]
    refused: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NextRun:
    """When a sync comes by itself: by the wall of the configuration's zone, and in UTC."""

    iso: str
    local: str
    utc: str


@dataclass(frozen=True, slots=True)
class Outlook:
    """What the configuration would do; `cost` is empty until somebody asks for it."""

    next_runs: tuple[NextRun, ...]
    cautions: tuple[str, ...]
    cost: str = ""


@dataclass(frozen=True, slots=True)
class Wrong:
    """A field that needs correcting."""

    field: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Difference:
    """What is saved by now, and what this form says."""

    label: str
    theirs: str
    mine: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsForm:
    """Everything in the form. `is_unsaved` says that it does not show what is stored."""

    values: Mapping[str, str]
    frequencies: tuple[Choice, ...]
    weekdays: tuple[Choice, ...]
    depths: tuple[Choice, ...]
    groups: tuple[GroupChoice, ...]
    outlook: Outlook
    wrong: tuple[Wrong, ...] = ()
    differences: tuple[Difference, ...] = ()
    is_unsaved: bool = False

    @property
    def errors(self) -> dict[str, str]:
        """Messages by field."""
        return {each.field: each.text for each in self.wrong}


def form_of(
    values: Values,
    outlook: Outlook,
    *,
    groups: Mapping[Group, Sequence[str]],
    refused: Mapping[str, datetime | None],
    tongue: Tongue,
) -> SettingsForm:
    """Return the form with *values*; *groups* are the streams that may be chosen.

    *refused* says when streams that Garmin does not give are asked for again, None for soon.
    """
    texts = values.texts
    frequency = {
        Frequency.HOURLY.value: tongue.text("Hourly"),
        Frequency.DAILY.value: tongue.text("Daily"),
        Frequency.WEEKLY.value: tongue.text("Weekly"),
    }
    days = replace(tongue, first_weekday=0).weekdays("wide")
    order = [(tongue.first_weekday + n) % len(days) for n in range(len(days))]
    return SettingsForm(
        values=texts,
        frequencies=tuple(
            Choice(value, label, texts["sync_frequency"] == value)
            for value, label in frequency.items()
        ),
        weekdays=tuple(Choice(str(n), days[n], texts["sync_weekday"] == str(n)) for n in order),
        depths=_depths(texts["initial_sync_days"], tongue),
        groups=tuple(
            _group(group, names, values, refused, tongue) for group, names in groups.items()
        ),
        outlook=outlook,
    )


def with_wrong(form: SettingsForm, fields: Iterable[str], tongue: Tongue) -> SettingsForm:
    """Return *form* with a message for each of the wrong *fields*."""
    text = tongue.text
    messages = {
        "sync_frequency": text("Choose hourly, daily or weekly."),
        "sync_time": text("Write a time from 00:00 to 23:59, such as 06:30."),
        "sync_weekday": text("Choose a day of the week."),
        "timezone": text("Write a time zone such as Europe/Berlin, or UTC."),
        "min_sync_interval_minutes": text("Write a whole number from 1 to 10080, which is a week."),
        "quiet_hours": text("Write two different times, or leave both empty."),
        "initial_sync_days": text("Choose how far back, from 1 day to 10 years."),
        "incremental_sync_days": text("Write a whole number from 1 to 90."),
    }
    labels = {
        "sync_frequency": text("How often"),
        "sync_time": text("At"),
        "initial_sync_days": text("History"),
        "incremental_sync_days": text("Look back with each run"),
        "min_sync_interval_minutes": text("Shortest gap between runs"),
        "sync_weekday": text("Weekly runs on"),
        "timezone": text("Time zone"),
        "quiet_hours": text("Quiet hours"),
    }
    # In the order of the form.
    named = set(fields)
    wrong = tuple(
        Wrong(name, labels[name], message) for name, message in messages.items() if name in named
    )
    return replace(form, wrong=wrong, is_unsaved=True)


def differences(
    theirs: GarminSyncConfig, mine: GarminSyncConfig, tongue: Tongue
) -> tuple[Difference, ...]:
    """Return what *mine* would change of *theirs*, in words, in the order of the form."""
    pairs: Iterable[tuple[Line, Line]] = zip(
        lines_of(theirs, tongue), lines_of(mine, tongue), strict=True
    )
    return tuple(
        Difference(one.label, one.value, other.value)
        for one, other in pairs
        if one.value != other.value
    )


def outlook_of(
    config: GarminSyncConfig, runs: Iterable[datetime], codes: Iterable[str], tongue: Tongue
) -> Outlook:
    """Return when the next *runs* come, and what of *config* may not be expected."""
    there = replace(tongue, zone=config.zone)
    return Outlook(
        tuple(
            NextRun(
                iso=at.isoformat(),
                local=f"{there.short_day(there.today(at))}, {there.time(at)} "
                f"{there.local(at).tzname()}",
                utc=at.strftime("%H:%M UTC"),
            )
            for at in runs
        ),
        tuple(filter(None, (_caution(code, config, tongue) for code in codes))),
    )


def cost_words(requests: int, minutes: int, tongue: Tongue) -> str:
    """Return what the next run would ask of Garmin."""
    return tongue.plural(
        "The next run then makes about %(n)s request to Garmin, which takes %(about)s.",
        "The next run then makes about %(n)s requests to Garmin, which takes %(about)s.",
        requests,
        about=tongue.about(minutes * 60),
    )


def _group(
    group: Group,
    names: Sequence[str],
    values: Values,
    refused: Mapping[str, datetime | None],
    tongue: Tongue,
) -> GroupChoice:
    text = tongue.text
    field, label, cost = {
        Group.ACTIVITIES: (
            "sync_activities",
            text("Activities"),
            text("1 request for each new activity"),
        ),
        Group.WELLNESS: ("sync_wellness", text("Wellness"), text("about 11 requests a day")),
        Group.FITNESS: (
            "sync_fitness_metrics",
            text("Fitness metrics"),
            text("about 7 requests a day"),
        ),
    }[group]
    ticks = [Choice(name, _box_name(name, tongue), name in values.streams) for name in names]
    curves = [each for each in ticks if each.value.endswith(_MINUTE_BY_MINUTE)]
    return GroupChoice(
        field,
        label,
        cost,
        values.texts[field] == "on",
        tuple(each for each in ticks if each not in curves),
        tuple(curves),
        tuple(refused_words(name, refused[name], tongue) for name in names if name in refused),
    )


def refused_words(stream: str, again_at: datetime | None, tongue: Tongue) -> str:
    """Return that Garmin does not give *stream*, and when it is asked for again."""
    name = stream_name(tongue, stream)
    if again_at is None:
        return tongue.text(
            "%(stream)s is not given to your account at present. We ask again with the next run.",
            stream=name,
        )
    return tongue.text(
        "%(stream)s is not given to your account at present. We ask again on %(day)s.",
        stream=name,
        day=tongue.day_and_month(tongue.today(again_at)),
    )


def _box_name(stream: str, tongue: Tongue) -> str:
    named = {
        "activities": tongue.text("Summaries, laps and original files"),
        "sleep_detail": tongue.text("Sleep stages"),
        "hrv_detail": tongue.text("HRV"),
        "heart_rate_detail": tongue.text("Heart rate"),
        "stress_detail": tongue.text("Stress"),
    }
    return named.get(stream) or stream_name(tongue, stream)


def _depths(chosen: str, tongue: Tongue) -> tuple[Choice, ...]:
    depths = sorted({*_DEPTHS, *([int(chosen)] if _is_depth(chosen) else [])})
    return tuple(
        Choice(str(days), depth_words(days, tongue), chosen == str(days)) for days in depths
    )


def depth_words(days: int, tongue: Tongue) -> str:
    """Return `30 days`, `2 years`."""
    if days % _YEAR == 0:
        return tongue.plural("%(n)s year", "%(n)s years", days // _YEAR)
    return tongue.plural("%(n)s day", "%(n)s days", days)


def _is_depth(text: str) -> bool:
    return text.isascii() and text.isdecimal() and 1 <= int(text) <= _DEPTHS[-1]


def _caution(code: str, config: GarminSyncConfig, tongue: Tongue) -> str:
    text = tongue.text
    return {
        "auto_sync_off": text("Nothing is synced by itself while this is off."),
        "nothing_to_sync": text("Everything is switched off: only your profile is read."),
        "look_back_beyond_history": text(
            "The look-back is longer than the history; the look-back counts."
        ),
        "interval_skips_syncs": text(
            "The shortest gap is longer than the time between two runs, so some are left out."
        ),
        "quiet_hours_move_every_sync": text(
            "%(time)s lies in the quiet hours, or just before them: each run comes when they end.",
            time=config.sync_time,
        ),
        "time_exists_twice": text(
            "When the clocks go back, %(time)s comes twice: the run comes the first time.",
            time=config.sync_time,
        ),
        "time_does_not_exist": text(
            "When the clocks go forward, they skip %(time)s: the run comes an hour later.",
            time=config.sync_time,
        ),
    }.get(code, "")


def _flag(value: bool) -> str:  # noqa: FBT001 - the value itself, not a switch
    return "on" if value else ""
