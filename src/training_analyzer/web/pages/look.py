"""How pages speak to a person and look: language, zone, units, first day of the week, colours."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Final
from zoneinfo import available_timezones

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel, ValidationError

from training_analyzer.web.api.me import MeChange
from training_analyzer.web.catalogs import LANGUAGES
from training_analyzer.web.pages.forms import UserId, see_other
from training_analyzer.web.pages.places import own_place
from training_analyzer.web.pages.shown import Place, show, tongue_of
from training_analyzer.web.parts import parts_of

router = APIRouter()


_UNPROCESSABLE: Final = 422


class LookForm(BaseModel):
    """The form as a browser sends it; an empty field leaves it to the browser and the server."""

    display_name: str = ""
    email: str = ""
    locale: str = ""
    timezone: str = ""
    units: str = ""
    first_weekday: str = ""


@router.get("/settings/look")
def look(request: Request, user_id: UserId, done: str = "") -> Response:
    """Show what the person chose."""
    own = parts_of(request).access.profiles.find(user_id)
    names = LookForm.model_fields
    saved = {name: getattr(own, name, None) for name in names}
    values = {name: "" if value is None else str(value) for name, value in saved.items()}
    return _page(request, values, is_saved=done == "saved")


@router.post("/settings/look")
def save_look(request: Request, user_id: UserId, form: Annotated[LookForm, Form()]) -> Response:
    """Save what the person chose, or show what is wrong with it."""
    given: dict[str, Any] = {name: text or None for name, text in form.model_dump().items()}
    if form.first_weekday.isdecimal():
        given["first_weekday"] = int(form.first_weekday)
    try:
        change = MeChange.model_validate(given)
    except ValidationError as error:
        wrong = [str(line["loc"][0]) for line in error.errors(include_input=False)]
        return _page(request, form.model_dump(), wrong=wrong)
    parts_of(request).access.profiles.change(user_id, change.model_dump(include=set(given)))
    return see_other("/settings/look?done=saved")


@router.post("/settings/theme")
def save_theme(
    request: Request,
    user_id: UserId,
    theme: Annotated[str, Form()] = "",
    next_: Annotated[str, Form(alias="next")] = "/",
) -> Response:
    """Take the colours that the person chose in the menu, and go back to where they were."""
    chosen = theme if theme in {"light", "dark"} else None
    parts_of(request).access.profiles.change(user_id, {"theme": chosen})
    return see_other(own_place(next_))


def _page(
    request: Request,
    values: dict[str, str],
    *,
    wrong: list[str] | None = None,
    is_saved: bool = False,
) -> Response:
    monday_first = replace(tongue_of(request), first_weekday=0)
    shown = {
        "values": values,
        "wrong": wrong or [],
        "is_saved": is_saved,
        "languages": LANGUAGES,
        "zones": sorted(available_timezones()),
        "weekdays": list(enumerate(monday_first.weekdays("wide"))),
    }
    status = _UNPROCESSABLE if wrong else 200
    return show(request, "look.html", shown, here=Place.ACCOUNT, status=status)
