"""The form of the sync configuration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Form, Request
from pydantic import BaseModel, ValidationError
from starlette.responses import RedirectResponse, Response

from training_analyzer.web.api.config import ConfigChange
from training_analyzer.web.auth import current_user
from training_analyzer.web.pages.home import home_page
from training_analyzer.web.pages.settings_view import SettingsForm
from training_analyzer.web.parts import parts_of

router = APIRouter()

_NUMBERS: Final = {
    "initial_sync_days",
    "incremental_sync_days",
    "min_sync_interval_minutes",
    "sync_weekday",
}
_FLAGS: Final = ("auto_sync_enabled", "sync_activities", "sync_wellness", "sync_fitness_metrics")
_MOST_DIGITS: Final = 9


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
    # A page that was open before these were there does not send them.
    sync_weekday: str | None = None
    timezone: str | None = None


@dataclass(frozen=True, slots=True)
class _Read:
    change: ConfigChange | None
    wrong: tuple[str, ...] = ()


@router.post("/settings")
def save(
    request: Request,
    user_id: Annotated[str, Depends(current_user)],
    sent: Annotated[SentForm, Form()],
) -> Response:
    """Save the configuration, or show the form again with what is wrong in it."""
    read = _read(sent)
    if read.change is None:
        form = SettingsForm.again(sent.model_dump(), read.wrong)
        return home_page(request, user_id, settings=form, status=422)
    credentials = parts_of(request).runtime.credentials
    credentials.update_sync_config(user_id, **read.change.model_dump(exclude_unset=True))
    return RedirectResponse("/?done=saved#settings", 303)


def _read(sent: SentForm) -> _Read:
    values: dict[str, Any] = sent.model_dump(exclude_none=True)
    # Browsers send a time with seconds when a person's system shows them.
    values["sync_time"] = values["sync_time"].strip()[: len("HH:MM")]
    for name in _FLAGS:
        values[name] = values[name] == "on"
    for name in _NUMBERS & values.keys():
        values[name] = _whole(values[name].strip())
    try:
        return _Read(ConfigChange(**values))
    except ValidationError as error:
        found = error.errors(include_input=False, include_context=False, include_url=False)
        return _Read(None, tuple(str(line["loc"][0]) for line in found))


def _whole(text: str) -> int | None:
    """Return a number in ASCII digits; None for anything else."""
    is_number = text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS
    return int(text) if is_number else None
