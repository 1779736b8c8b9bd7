"""Pages as one person sees them: their language and scheme, where they are, what needs them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from training_analyzer.services.callers import Role
from training_analyzer.web import catalogs
from training_analyzer.web.addresses import is_api
from training_analyzer.web.auth import caller_or_none, current_person
from training_analyzer.web.pages.language import language_kept
from training_analyzer.web.pages.places import START, place_of
from training_analyzer.web.pages.trouble_view import Trouble, trouble_of
from training_analyzer.web.parts import parts_of
from training_analyzer.web.tongue import METRIC, Tongue

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from training_analyzer.services.standings import Standing
    from training_analyzer.web.parts import Parts

_MOST_INITIALS: Final = 2
# Here a broken connection is what the page is about.
_OWN_PAGES: Final = ("/connect", "/disconnect")


class Place(StrEnum):
    """The places of the navigation."""

    HOME = "home"
    HEALTH = "health"
    ACTIVITIES = "activities"
    COVERAGE = "coverage"
    RUNS = "runs"
    SETTINGS = "settings"
    ACCOUNT = "account"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Reader:
    """Who looks at a page, and how they like it."""

    user_id: str
    name: str
    is_admin: bool
    theme: str | None
    tongue: Tongue

    @property
    def initials(self) -> str:
        """What stands for the person in a small circle."""
        words = self.name.split() or ["?"]
        return "".join(word[0] for word in words[:_MOST_INITIALS]).upper()


def reader_of(request: Request) -> Reader | None:
    """Return who looks at the page, or None for a stranger; looked up once for each request."""
    state = request.state
    if not hasattr(state, "reader"):
        state.reader = _find(request)
    reader: Reader | None = state.reader
    return reader


def tongue_of(request: Request) -> Tongue:
    """Return how to speak to who looks: as they chose, or as their browser asks."""
    reader = reader_of(request)
    return reader.tongue if reader else tongue_asked(request)


def tongue_asked(request: Request) -> Tongue:
    """Return how to speak to a stranger: as their browser asks."""
    return Tongue(_language(request, None))


def show(
    request: Request,
    template: str,
    values: Mapping[str, Any],
    *,
    here: Place | None = None,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return *template* for the person who looks; *here* is where the navigation stands."""
    frame = {
        "reader": reader_of(request),
        "here": here,
        "path": request.url.path,
        # What a provider put into the address of its way back is for nobody's page.
        "place": START if is_api(request.scope) else place_of(request),
        "trouble": trouble_for(request),
    }
    return parts_of(request).renderer.page(
        template, frame | dict(values), tongue=tongue_of(request), status=status, headers=headers
    )


def standing_of(request: Request) -> Standing:
    """Return how the connection of who looks stands; looked up once for each request."""
    state = request.state
    if not hasattr(state, "standing"):
        user_id = current_person(request).user_id
        state.standing = parts_of(request).runtime.connections.standing(user_id)
    standing: Standing = state.standing
    return standing


def trouble_for(request: Request) -> Trouble | None:
    """Return what stands against the connection of who looks, for every page but its own."""
    reader = reader_of(request)
    if reader is None or request.url.path.startswith(_OWN_PAGES):
        return None
    runtime = parts_of(request).runtime
    known = runtime.credentials.get_credentials(reader.user_id)
    entry = runtime.schedule.entry(reader.user_id)
    now = runtime.now()
    waits = entry is not None and entry.not_before is not None and entry.not_before > now
    if known is None or (known.is_valid and not waits and request.url.path != "/"):
        # Two rows are enough to know that all is well, which is how it mostly is.
        return None
    return trouble_of(
        standing_of(request),
        known.kind,
        reader.tongue,
        syncs_by_itself=runtime.syncs.config(reader.user_id).auto_sync_enabled,
        now=now,
    )


def _find(request: Request) -> Reader | None:
    caller = caller_or_none(request)
    if caller is None:
        return None
    parts = parts_of(request)
    person, own = (
        parts.runtime.people.by_id(caller.user_id),
        parts.access.profiles.find(caller.user_id),
    )
    tongue = Tongue(
        _language(request, own.locale if own else None),
        _zone(parts, caller.user_id, own.timezone if own else None),
        (own.units if own else None) or METRIC,
        (own.first_weekday if own else None) or 0,
    )
    called = (own.display_name if own else None) or (person.name if person else caller.user_id)
    return Reader(
        caller.user_id, called, caller.role is Role.ADMIN, own.theme if own else None, tongue
    )


def _language(request: Request, saved: str | None) -> str:
    wanted = saved or language_kept(request)
    return catalogs.chosen(wanted, request.headers.get("accept-language", ""))


def _zone(parts: Parts, user_id: str, own: str | None) -> ZoneInfo:
    """Return the zone that the person set for pages, else the one that their syncs go by."""
    return ZoneInfo(own or parts.runtime.syncs.config(user_id).timezone)
