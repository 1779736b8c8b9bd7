"""How the server and syncing stand, for an administrator; everybody paused and resumed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from pydantic import ValidationError

from training_analyzer.errors import KeyRetired
from training_analyzer.services.callers import Caller
from training_analyzer.web.api.admin_operation import Pausing
from training_analyzer.web.api.audit import next_in_log
from training_analyzer.web.api.paging import Cursors, moment_and_number
from training_analyzer.web.auditing import note
from training_analyzer.web.auth import current_admin, fresh_admin
from training_analyzer.web.pages.admin_view import (
    keys_of,
    needs_rotation,
    people_of,
    queue_of,
    system_of,
    troubles_of,
)
from training_analyzer.web.pages.forms import see_other
from training_analyzer.web.pages.security_view import audit_of
from training_analyzer.web.pages.shown import Place, show, tongue_of
from training_analyzer.web.parts import parts_of
from training_analyzer.web.states import StateWord, word_of

if TYPE_CHECKING:
    from training_analyzer.services.runtime import Runtime
    from training_analyzer.web.tongue import Tongue

router = APIRouter()

type Admin = Annotated[Caller, Depends(current_admin)]
type FreshAdmin = Annotated[Caller, Depends(fresh_admin)]

_PEOPLE: Final = 50
_TROUBLES: Final = 20
_ENTRIES: Final = 12
_WELL: Final = (StateWord.CONNECTED, StateWord.NOT_CONNECTED)


@router.get("/admin")
def administration(
    request: Request,
    admin: Admin,
    cursor: Annotated[str | None, Query(max_length=512)] = None,
    done: str = "",
) -> Response:
    """Show the people, what needs somebody, the queue, the keys, the system and the log."""
    return admin_page(request, admin, cursor=cursor, done=done)


@router.post("/admin/pause")
def pause(request: Request, admin: Admin, reason: Annotated[str, Form()] = "") -> Response:
    """Let nobody be synced until it is ended."""
    try:
        asked = Pausing.model_validate({"reason": reason.strip()})
    except ValidationError:
        return admin_page(request, admin, wrong="reason")
    parts_of(request).runtime.pauses.pause_everybody(asked.reason, by=admin.user_id)
    note(request, "paused", user_id=None)
    return see_other("/admin?done=paused")


@router.post("/admin/resume")
def resume(request: Request, _admin: Admin) -> Response:
    """End the pause of everybody."""
    parts_of(request).runtime.pauses.resume_everybody()
    note(request, "resumed", user_id=None)
    return see_other("/admin?done=resumed")


@router.post("/admin/keys")
def rotate(request: Request, admin: FreshAdmin, act: Annotated[str, Form()] = "") -> Response:
    """Look at what a rotation would meet, or seal every secret with the primary key."""
    keys, tongue = parts_of(request).runtime.keys, tongue_of(request)
    if act != "rotate":
        census = keys.verify()
        text = tongue.plural(
            "%(n)s secret opened for the check, %(bad)s of them not.",
            "%(n)s secrets opened for the check, %(bad)s of them not.",
            census.secrets,
            bad=tongue.number(len(census.unreadable)),
        )
        return admin_page(request, admin, keys_said=text, is_sound=census.is_sound)
    try:
        rotated = keys.rotate()
    except KeyRetired:
        text = tongue.text("The primary key was retired by another rotation. Set a new one.")
        return admin_page(request, admin, keys_said=text, is_sound=False)
    result = "ok" if rotated.is_complete else "incomplete"
    note(request, "keys_rotated", user_id=None, result=result, target=rotated.primary)
    text = tongue.plural(
        "%(n)s secret sealed anew.", "%(n)s secrets sealed anew.", rotated.resealed
    )
    if not rotated.is_complete:
        text += " " + tongue.text("Some do not open; no key was retired.")
    return admin_page(request, admin, keys_said=text, is_sound=rotated.is_complete)


@router.get("/admin/pause")
@router.get("/admin/keys")
@router.get("/admin/invitations")
def after_a_form(_admin: Admin) -> Response:
    """Lead back to the page of administration whoever comes to the address of a form."""
    return see_other("/admin")


def admin_page(  # noqa: PLR0913 - what the page may say beside how all stands, each named
    request: Request,
    admin: Caller,
    *,
    cursor: str | None = None,
    done: str = "",
    wrong: str = "",
    link: str = "",
    link_until: str = "",
    keys_said: str = "",
    is_sound: bool = True,
) -> Response:
    """Return the page of administration, with what was just done."""
    runtime, tongue = parts_of(request).runtime, tongue_of(request)
    now = runtime.now()
    people = runtime.administration.people(limit=_PEOPLE)
    names = {each.user.user_id: each.user.name for each in people}
    pause = runtime.pauses.of_everybody()
    values: dict[str, Any] = {
        "people": people_of(people, admin.user_id, tongue, now),
        "is_cut": len(people) == _PEOPLE,
        "troubles": troubles_of(
            runtime.administration.connected(
                limit=_TROUBLES, wanted=lambda it: word_of(it) not in _WELL
            ),
            tongue,
            now,
        ),
        "queue": queue_of(runtime.watching.queue(), tongue, now),
        "pause": pause,
        "paused_by": names.get((pause.paused_by if pause else None) or "", ""),
        "paused_since": tongue.clock(pause.since, now) if pause else "",
        "done": done,
        "wrong": wrong,
        "link": link,
        "link_until": link_until,
        "keys_said": keys_said,
        "is_sound": is_sound,
        **_keys(runtime, tongue),
        **_system(runtime, tongue),
        **_log(request, admin, cursor, names),
    }
    status = 422 if wrong else 200
    return show(request, "admin.html", values, here=Place.ADMIN, status=status)


def _keys(runtime: Runtime, tongue: Tongue) -> dict[str, Any]:
    standing = runtime.keys.standing()
    return {"keys": keys_of(standing, tongue), "wants_rotation": needs_rotation(standing)}


def _system(runtime: Runtime, tongue: Tongue) -> dict[str, Any]:
    found = runtime.administration.system()
    resting = [each for each in runtime.watching.circuits() if each.until is not None]
    return {"system": system_of(found, resting, tongue)}


def _log(
    request: Request, admin: Caller, cursor: str | None, names: dict[str, str]
) -> dict[str, Any]:
    cursors = Cursors("pages/admin/audit", admin.user_id, {})
    after = moment_and_number(cursors.read(cursor))
    parts = parts_of(request)
    found = parts.access.audit.page(user_id=None, limit=_ENTRIES + 1, after=after)
    return {
        "entries": audit_of(
            found[:_ENTRIES], admin.user_id, tongue_of(request), parts.runtime.now(), names
        ),
        "following": next_in_log(cursors, found, _ENTRIES),
        "is_first": cursor is None,
    }
