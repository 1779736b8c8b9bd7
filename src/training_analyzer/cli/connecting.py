"""`connect` and `disconnect`: a person's link to one Garmin account."""

from dataclasses import dataclass
from enum import StrEnum
from shlex import quote
from typing import Annotated

import typer

from training_analyzer.cli.asking import ask_document, ask_secret, at_terminal, confirm
from training_analyzer.cli.one_line import BadUsage
from training_analyzer.cli.opening import opened_runtime
from training_analyzer.cli.options import FLAG, AsJson, Name, Yes
from training_analyzer.cli.printing import print_json, say
from training_analyzer.errors import MfaInvalid, MfaRequired, UnknownUser
from training_analyzer.model import Region, User
from training_analyzer.services.connections import MOST_CODES, Connected, Connections, MfaPending
from training_analyzer.services.leaving import WHAT_STAYS
from training_analyzer.services.runtime import Runtime


class WayIn(StrEnum):
    """The ways to connect a Garmin account."""

    PASSWORD = "password"  # noqa: S105 - the name of a way in
    TOKEN = "token"  # noqa: S105 - likewise
    TICKET = "ticket"
    PERSONAL_KEY = "personal-key"


def connect(
    name: Name,
    *,
    kind: Annotated[
        WayIn, typer.Option(metavar="KIND", help="password, token, ticket or personal-key.")
    ],
    email: Annotated[
        str | None, typer.Option(metavar="E", help="The address that goes with a password.")
    ] = None,
    region: Annotated[
        Region, typer.Option(metavar="R", help="com, or cn for Garmin in China.")
    ] = Region.COM,
    forget_password: Annotated[
        bool,
        typer.Option(
            "--forget-password",
            metavar=FLAG,
            help="Keep the session only; when it ends, connect again by hand.",
        ),
    ] = False,
    replace_data: Annotated[
        bool,
        typer.Option(
            "--replace-data",
            metavar=FLAG,
            help="Delete what was synced from another Garmin account before.",
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Connect a person's Garmin account.

    Asks for the password, the token (JSON, as garminconnect writes it), the page that a
    browser ended on after signing in to Garmin (its ticket lives a minute), or the key of
    Garmin's Personal API; and for the security code when Garmin wants one. Without a
    terminal they are lines of standard input, in this order; never arguments.
    """
    with opened_runtime() as runtime:
        person = _known(runtime, name)
        if kind is WayIn.PASSWORD:
            typed = _typed(email, region, keep=not forget_password, replace=replace_data)
            connected = _by_password(runtime.connections, person, typed)
        else:
            _refuse_for_other_ways(kind, email=email, forget_password=forget_password)
            connected = _without_password(
                runtime.connections, person.user_id, kind, region=region, replace_data=replace_data
            )
        if as_json:
            print_json(connected)
            return
        say(f"{person.name} is connected to the Garmin account {connected.display_name}.")
        say(f"Next: garmin-sync sync {quote(person.name)}")


def disconnect(
    name: Name,
    *,
    delete_data: Annotated[
        bool,
        typer.Option("--delete-data", metavar=FLAG, help="Also delete everything that was synced."),
    ] = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Remove a person's Garmin secrets, configuration and schedule. Data stays.

    Asks first, unless --yes is there. At Garmin nothing changes.
    """
    with opened_runtime() as runtime:
        person = runtime.people.find(name)
        too = " and delete all data of theirs" if delete_data else ""
        confirm(f"Disconnect {person.name} from Garmin{too}?", yes=yes)
        there_was = runtime.connections.disconnect(person.user_id, delete_data=delete_data)
        if as_json:
            print_json({"user_id": person.user_id, "disconnected": there_was})
        elif there_was:
            kept = "The synced data is deleted, too." if delete_data else "The synced data stays."
            say(f"{person.name} is disconnected. {kept}")
            say(WHAT_STAYS)
        else:
            say(f"{person.name} was not connected.")


def _known(runtime: Runtime, name: str) -> User:
    try:
        return runtime.people.find(name)
    except UnknownUser:
        message = f"Nobody here is called {name!r}. Add them first: garmin-sync user add NAME"
        raise UnknownUser(message) from None


@dataclass(frozen=True, slots=True, repr=False)
class _Typed:
    """What goes to Garmin with a password, and what is kept of it."""

    email: str
    password: str
    region: Region
    keep: bool
    replace: bool


def _typed(email: str | None, region: Region, *, keep: bool, replace: bool) -> _Typed:
    if email is None and at_terminal():
        email = typer.prompt("E-mail address of the Garmin account", err=True)
    if not email:
        message = "A password needs its account: add --email ADDRESS."
        raise BadUsage(message)
    password = _given(ask_secret("Garmin password"), "password")
    return _Typed(email.strip(), password, region, keep, replace)


def _by_password(connections: Connections, person: User, typed: _Typed) -> Connected:
    entered = connections.connect_password(
        person.user_id,
        typed.email,
        typed.password,
        region=typed.region,
        keep_password=typed.keep,
        replace_data=typed.replace,
    )
    if isinstance(entered, MfaPending):
        return _with_code(connections, entered)
    return entered


def _without_password(
    connections: Connections, user_id: str, kind: WayIn, *, region: Region, replace_data: bool
) -> Connected:
    """Ask for what another way in needs, and connect with it."""
    if kind is WayIn.TOKEN:
        token = _given(ask_document("Token (one line of JSON)").strip(), "token")
        return connections.connect_token(user_id, token, region=region, replace_data=replace_data)
    if kind is WayIn.TICKET:
        page = _given(ask_secret("Address or text of the page with the ticket"), "ticket")
        return connections.connect_ticket(user_id, page, region=region, replace_data=replace_data)
    if region is not Region.COM:
        message = "Garmin in China has no Personal API: use --kind token."
        raise BadUsage(message)
    key = _given((ask_secret("Personal API key") or "").strip(), "key")
    return connections.connect_personal_key(user_id, key, replace_data=replace_data)


def _with_code(connections: Connections, pending: MfaPending) -> Connected:
    """Ask for the security code, as often as Garmin lets one try."""
    for attempts_left in reversed(range(MOST_CODES)):
        code = ask_secret(f"Security code that Garmin sent by {pending.method}")
        if not code:
            message = (
                "Garmin wants a security code, and none was given, so nothing is connected."
                " Give it at the terminal or as the line after the password."
            )
            raise MfaRequired(message)
        try:
            return connections.finish_mfa(pending.user_id, code)
        except MfaInvalid as refusal:
            if not at_terminal() or not attempts_left:
                raise
            typer.echo(refusal.message, err=True)
    raise MfaInvalid


def _given(secret: str | None, what: str) -> str:
    if not secret:
        message = f"No {what} was given: type it when asked, or pipe it to standard input."
        raise BadUsage(message)
    return secret


def _refuse_for_other_ways(kind: WayIn, *, email: str | None, forget_password: bool) -> None:
    if email is not None:
        message = f"--email belongs to --kind password; a {kind.value} knows its account."
        raise BadUsage(message)
    if forget_password:
        message = f"--forget-password belongs to --kind password; a {kind.value} has none."
        raise BadUsage(message)
