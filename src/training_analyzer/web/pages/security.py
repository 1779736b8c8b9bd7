"""Where a person is signed in, what lets them in, and what was done with their account."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request, Response

from training_analyzer.services.callers import Caller
from training_analyzer.web.api.audit import next_in_log
from training_analyzer.web.api.paging import Cursors, moment_and_number
from training_analyzer.web.auditing import note
from training_analyzer.web.auth import current_person
from training_analyzer.web.pages.entry import provider_name
from training_analyzer.web.pages.forms import see_other
from training_analyzer.web.pages.security_view import audit_of, sessions_of
from training_analyzer.web.pages.shown import Place, show, tongue_of
from training_analyzer.web.parts import parts_of
from training_analyzer.web.refusals import NotFound

router = APIRouter()

type Person = Annotated[Caller, Depends(current_person)]

_HERE: Final = "/settings/security"
_ENTRIES: Final = 12


@router.get(_HERE)
def security(
    request: Request,
    person: Person,
    cursor: Annotated[str | None, Query(max_length=512)] = None,
    done: str = "",
) -> Response:
    """Show the ways in, the sessions and the audit log of the person."""
    parts, tongue = parts_of(request), tongue_of(request)
    access, now = parts.access, parts.runtime.now()
    cursors = Cursors("pages/audit", person.user_id, {})
    after = moment_and_number(cursors.read(cursor))
    found = access.audit.page(user_id=person.user_id, limit=_ENTRIES + 1, after=after)
    sign_on = parts.runtime.sign_on
    values = {
        "sessions": sessions_of(
            access.sessions.list(person.user_id), person.session_id, tongue, now
        ),
        "entries": audit_of(found[:_ENTRIES], person.user_id, tongue, now),
        "following": next_in_log(cursors, found, _ENTRIES),
        "is_first": cursor is None,
        "has_password": access.passwords.has(person.user_id),
        "has_totp": access.second_factor.is_on(person.user_id),
        "codes_left": access.second_factor.codes_left(person.user_id),
        "provider": provider_name(request),
        "is_linked": sign_on is not None and sign_on.is_linked(person.user_id),
        "done": done,
    }
    return show(request, "security.html", values, here=Place.ACCOUNT)


@router.post(f"{_HERE}/sessions")
def end_other_sessions(request: Request, person: Person) -> Response:
    """Sign the person out everywhere but here."""
    parts_of(request).access.sessions.end_all(person.user_id, but=person.session_id)
    note(request, "session_ended", user_id=person.user_id, target="others")
    return see_other(f"{_HERE}?done=ended")


@router.post(f"{_HERE}/sessions/{{session_id}}")
def end_session(request: Request, person: Person, session_id: str) -> Response:
    """End one session of the person."""
    if not parts_of(request).access.sessions.end(person.user_id, session_id):
        raise NotFound
    note(request, "session_ended", user_id=person.user_id, target=session_id)
    return see_other(f"{_HERE}?done=ended")
