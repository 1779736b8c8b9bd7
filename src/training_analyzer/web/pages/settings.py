"""The page of the sync configuration: when, what, and how far back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, Final
from zoneinfo import available_timezones

from fastapi import APIRouter, Form, Query, Request, Response
from pydantic import BaseModel, Field, ValidationError

from training_analyzer.model import Group
from training_analyzer.services.previewing import MAY_BE_DISABLED
from training_analyzer.services.reading import GROUPS
from training_analyzer.web.api.config import ConfigChange, given
from training_analyzer.web.pages.forms import UserId, see_other
from training_analyzer.web.pages.settings_view import (
    Outlook,
    Values,
    cost_words,
    differences,
    form_of,
    outlook_of,
    with_wrong,
)
from training_analyzer.web.pages.shown import Place, show, tongue_of
from training_analyzer.web.parts import parts_of

if TYPE_CHECKING:
    from training_analyzer.model import GarminSyncConfig
    from training_analyzer.web.pages.settings_view import SettingsForm

router = APIRouter()


_NUMBERS: Final = (
    "initial_sync_days",
    "incremental_sync_days",
    "min_sync_interval_minutes",
    "sync_weekday",
)
_FLAGS: Final = (
    "auto_sync_enabled",
    "sync_activities",
    "sync_wellness",
    "sync_fitness_metrics",
)
# Nights have a switch of their own in the configuration; here they are a stream as any other.
_NIGHTS: Final = "sleep"
_MOST_DIGITS: Final = 9
_OFFERED: Final = {
    group: tuple(name for name, of in GROUPS.items() if of is group and name in MAY_BE_DISABLED)
    for group in (Group.ACTIVITIES, Group.WELLNESS, Group.FITNESS)
}


class SentForm(BaseModel):
    """The form as a browser sends it: texts; a checkbox that is off is not sent."""

    auto_sync_enabled: str = ""
    sync_frequency: str = ""
    sync_time: str = ""
    sync_activities: str = ""
    sync_wellness: str = ""
    sync_fitness_metrics: str = ""
    initial_sync_days: str = ""
    incremental_sync_days: str = ""
    min_sync_interval_minutes: str = ""
    sync_weekday: str = ""
    timezone: str = ""
    quiet_from: str = ""
    quiet_to: str = ""
    version: str = ""
    streams: Annotated[list[str], Field(max_length=100)] = Field(default_factory=list)

    @property
    def values(self) -> Values:
        """What the form shows when it comes back."""
        return Values(self.model_dump(exclude={"streams"}), frozenset(self.streams))


@dataclass(frozen=True, slots=True)
class _Read:
    change: ConfigChange | None
    wrong: tuple[str, ...] = ()


@router.get("/settings/sync")
def settings_page(request: Request, user_id: UserId, done: str = "") -> Response:
    """Show the configuration, and when the next syncs come."""
    config = parts_of(request).runtime.syncs.config(user_id)
    form = _form(request, user_id, Values.of(config, MAY_BE_DISABLED), _outlook(request, config))
    return _page(request, form, done=done)


@router.get("/settings/sync/preview")
def preview(request: Request, user_id: UserId, sent: Annotated[SentForm, Query()]) -> Response:
    """Tell what the form would do, without saving it: a part of the page for a script."""
    read = _read(sent)
    if read.change is None:
        return _wrong(request, user_id, sent, read.wrong)
    found = parts_of(request).runtime.previews.of(user_id, given(read.change))
    outlook = replace(
        outlook_of(
            found.config,
            found.next_runs,
            [each.code for each in found.warnings],
            tongue_of(request),
        ),
        cost=cost_words(found.requests, found.minutes, tongue_of(request)),
    )
    if "hx-request" in request.headers:
        return show(request, "_outlook.html", {"outlook": outlook})
    form = _form(request, user_id, sent.values, outlook)
    return _page(request, replace(form, is_unsaved=True))


@router.post("/settings/sync")
def save(request: Request, user_id: UserId, sent: Annotated[SentForm, Form()]) -> Response:
    """Save the configuration, or show the form again with what is wrong in it.

    What was changed elsewhere since the form was opened is laid beside it, and not overwritten.
    """
    read = _read(sent)
    if read.change is None:
        return _wrong(request, user_id, sent, read.wrong)
    runtime = parts_of(request).runtime
    changes = given(read.change)
    if runtime.credentials.change_sync_config(user_id, changes, seen=_seen(sent.version)):
        return see_other("/settings/sync?done=saved")
    now, mine = runtime.syncs.config(user_id), runtime.previews.as_if(user_id, changes)
    found = differences(now, mine, tongue_of(request))
    if not found:
        return see_other("/settings/sync?done=saved")
    form = _form(request, user_id, sent.values.at_version(now.version), _outlook(request, mine))
    return _page(request, replace(form, differences=found, is_unsaved=True), status=412)


@router.post("/settings/sync/defaults")
def restore(request: Request, user_id: UserId) -> Response:
    """Put every field back to its default."""
    credentials = parts_of(request).runtime.credentials
    defaults = parts_of(request).runtime.syncs.defaults(user_id)
    names = ConfigChange.model_fields
    credentials.update_sync_config(user_id, **{name: getattr(defaults, name) for name in names})
    return see_other("/settings/sync?done=restored")


def _page(request: Request, form: SettingsForm, *, done: str = "", status: int = 200) -> Response:
    values = {
        "form": form,
        "done": done,
        "zones": sorted(available_timezones()),
    }
    return show(request, "settings.html", values, here=Place.SETTINGS, status=status)


def _wrong(request: Request, user_id: str, sent: SentForm, wrong: tuple[str, ...]) -> Response:
    config = parts_of(request).runtime.syncs.config(user_id)
    form = _form(request, user_id, sent.values, _outlook(request, config))
    return _page(request, with_wrong(form, wrong, tongue_of(request)), status=422)


def _form(request: Request, user_id: str, values: Values, outlook: Outlook) -> SettingsForm:
    runtime = parts_of(request).runtime
    refusals, now = runtime.reading.refusals(user_id), runtime.now()
    return form_of(
        values,
        outlook,
        groups=_OFFERED,
        refused={stream: at if at > now else None for stream, at in refusals.items()},
        tongue=tongue_of(request),
    )


def _outlook(request: Request, config: GarminSyncConfig) -> Outlook:
    previews = parts_of(request).runtime.previews
    codes = [each.code for each in previews.cautions(config)]
    return outlook_of(config, previews.next_runs(config), codes, tongue_of(request))


def _read(sent: SentForm) -> _Read:
    values: dict[str, Any] = sent.model_dump(
        exclude={"version", "quiet_from", "quiet_to", "streams"}
    )
    values["sync_time"] = _minute(values["sync_time"])
    values["timezone"] = values["timezone"].strip()
    for name in _FLAGS:
        values[name] = values[name] == "on"
    for name in _NUMBERS:
        values[name] = _whole(values[name].strip())
    quiet = {"from": _minute(sent.quiet_from), "to": _minute(sent.quiet_to)}
    values["quiet_hours"] = quiet if any(quiet.values()) else None
    values["sync_sleep"] = _NIGHTS in sent.streams
    values["disabled_streams"] = sorted(MAY_BE_DISABLED - {*sent.streams, _NIGHTS})
    try:
        return _Read(ConfigChange(**values))
    except ValidationError as error:
        found = error.errors(include_input=False, include_context=False, include_url=False)
        wrong = dict.fromkeys(str(line["loc"][0]) for line in found)
        return _Read(None, tuple(wrong))


def _minute(text: str) -> str:
    """Return a time without its seconds, which browsers send when a person's system shows them."""
    return text.strip()[: len("HH:MM")]


def _seen(version: str) -> int:
    """Return the version that a form was opened with; one that never was for anything else."""
    number = _whole(version)
    return -1 if number is None else number


def _whole(text: str) -> int | None:
    """Return a number in ASCII digits; None for anything else."""
    is_number = text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS
    return int(text) if is_number else None
