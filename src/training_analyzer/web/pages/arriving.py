"""Come to this server by a link: the first administrator, the invited, a new password."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from fastapi import APIRouter, Request, Response

from training_analyzer.errors import (
    BadLogin,
    InvalidUserName,
    TooManyRequests,
    UserExists,
    WeakPassword,
)
from training_analyzer.services.callers import Role
from training_analyzer.services.one_time_links import Purpose
from training_analyzer.web import entering
from training_analyzer.web.auth import fresh_person
from training_analyzer.web.links import path_of
from training_analyzer.web.pages.entry import Entry, again
from training_analyzer.web.pages.forms import Text, see_other
from training_analyzer.web.pages.shown import show, tongue_of
from training_analyzer.web.parts import parts_of
from training_analyzer.web.refusals import SetUpIsOver

if TYPE_CHECKING:
    from training_analyzer.services.one_time_links import Link

router = APIRouter()


_HERE_TO_STAY: Final = (UserExists, InvalidUserName, WeakPassword)


@router.get("/setup")
def set_up_form(request: Request, token: str = "") -> Response:
    """Show the form of the first administrator."""
    _good_link(request, token, Purpose.SET_UP)
    return _set_up_page(request, token, Entry())


@router.post("/setup")
def set_up(request: Request, token: Text = "", name: Text = "", password: Text = "") -> Response:
    """Add the first administrator."""
    answer = see_other("/")
    try:
        entering.set_up(request, answer, token, name, password)
    except _HERE_TO_STAY as error:
        return _set_up_page(
            request, token, again(error, tongue_of(request), name=name), status=error.http_status
        )
    return answer


@router.get("/invitations/{token}")
def invitation_form(request: Request, token: str) -> Response:
    """Show what an invitation is good for, and its form."""
    link = _good_link(request, token, Purpose.INVITATION)
    return _invitation_page(request, token, link, Entry())


@router.post("/invitations/{token}")
def join(request: Request, token: str, name: Text = "", password: Text = "") -> Response:
    """Add whoever was invited."""
    answer = see_other("/")
    try:
        entering.join(request, answer, token, name, password)
    except _HERE_TO_STAY as error:
        link = _good_link(request, token, Purpose.INVITATION)
        entry = again(error, tongue_of(request), name=name)
        return _invitation_page(request, token, link, entry, status=error.http_status)
    return answer


@router.get("/password")
def password_form(request: Request, token: str = "") -> Response:
    """Show the form: with a link for whoever has it, else for whoever is signed in."""
    if token and parts_of(request).access.links.find(token, Purpose.PASSWORD) is None:
        raise entering.bad_link(request)
    return _password_page(request, token, Entry())


@router.post("/password")
def change_password(
    request: Request, token: Text = "", current_password: Text = "", new_password: Text = ""
) -> Response:
    """Replace the password."""
    try:
        if token:
            entering.choose_password(request, token, new_password)
            return see_other("/sign-in")
        entering.change_password(request, current_password, new_password)
    except (BadLogin, TooManyRequests, WeakPassword) as error:
        return _password_page(
            request, token, again(error, tongue_of(request)), status=error.http_status
        )
    return see_other("/?done=password")


def _good_link(request: Request, token: str, purpose: Purpose) -> Link:
    link = parts_of(request).access.arrivals.find(token, purpose)
    if link is None:
        wrong = entering.bad_link(request)
        raise SetUpIsOver if purpose is Purpose.SET_UP else wrong
    return link


def _set_up_page(
    request: Request, token: str, entry: Entry, *, status: int = HTTPStatus.OK
) -> Response:
    text = tongue_of(request).text
    values = {
        "title": text("Set up this server"),
        "lede": text("Nobody is here yet. You become its administrator, who lets others in."),
        "action": "/setup",
        "button": text("Begin"),
        "token": token,
        "entry": entry,
        "server": _server(request),
    }
    return show(request, "arrive.html", values, status=status)


def _server(request: Request) -> list[tuple[str, str, str]]:
    """Return what whoever sets the server up should know of it: name, value and what to do."""
    parts, text = parts_of(request), tongue_of(request).text
    key = text("set, its name is %(key)s", key=parts.runtime.settings.encryption_key_id)
    keep = text("Keep a copy of it apart from the backups: without it no Garmin secret opens.")
    address, reached = parts.site.public_url, text("Links and mails begin with it.")
    if address is None:
        address = text("not set")
        reached = text("Set PUBLIC_URL to the https address before others come in.")
    demo = text("a year of a pretend athlete, apart from this server")
    return [
        (text("Encryption key"), key, keep),
        (text("Public address"), address, reached),
        ("garmin-sync demo", demo, text("For a look before you connect your own account.")),
    ]


def _invitation_page(
    request: Request, token: str, link: Link, entry: Entry, *, status: int = HTTPStatus.OK
) -> Response:
    text = tongue_of(request).text
    lede = text("Choose a name and a password. You will be here to sync your own data.")
    if link.role is Role.ADMIN:
        lede = text("Choose a name and a password. You will administer this server with others.")
    values = {
        "title": text("You are invited"),
        "lede": lede,
        "action": path_of(Purpose.INVITATION, token),
        "button": text("Join"),
        "token": "",
        "entry": entry,
        "server": [],
    }
    return show(request, "arrive.html", values, status=status)


def _password_page(
    request: Request, token: str, entry: Entry, *, status: int = HTTPStatus.OK
) -> Response:
    parts = parts_of(request)
    asks = not token and parts.access.passwords.has(fresh_person(request).user_id)
    values = {"token": token, "asks_current": asks, "entry": entry}
    return show(request, "password.html", values, status=status, headers=entry.headers)
