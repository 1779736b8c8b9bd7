"""`connect` and `disconnect`: a person's link to one Garmin account."""

from shlex import quote
from typing import Annotated

import typer

from training_analyzer.cli.asking import ask_document, ask_secret, at_terminal, confirm
from training_analyzer.cli.one_line import BadUsage
from training_analyzer.cli.opening import opened_runtime
from training_analyzer.cli.options import FLAG, AsJson, Name, Yes
from training_analyzer.cli.printing import print_json, say
from training_analyzer.errors import MfaInvalid, MfaRequired, UnknownUser
from training_analyzer.model import Kind, Region, User
from training_analyzer.services.connections import MOST_CODES, Connected, Connections, MfaPending
from training_analyzer.services.runtime import Runtime


def connect(
    name: Name,
    *,
    kind: Annotated[Kind, typer.Option(metavar="KIND", help="password, token or personal-key.")],
    email: Annotated[
        str | None, typer.Option(metavar="E", help="The address that goes with a password.")
    ] = None,
    region: Annotated[
        Region, typer.Option(metavar="R", help="com, or cn for Garmin in China.")
    ] = Region.COM,
    as_json: AsJson = False,
) -> None:
    """Connect a person's Garmin account.

    Asks for the password, the token (JSON, as garminconnect writes it) or the key of
    Garmin's Personal API, and for the security code when Garmin wants one. Without a
    terminal they are lines of standard input, in this order; never arguments.
    """
    with opened_runtime() as runtime:
        person = _known(runtime, name)
        connections = runtime.connections
        match kind:
            case Kind.PASSWORD:
                connected = _by_password(connections, person, email, region)
            case Kind.TOKEN:
                _refuse_email(email, kind)
                token = ask_document("Token (one line of JSON)").strip()
                connected = connections.connect_token(
                    person.user_id, _given(token, "token"), region=region
                )
            case Kind.PERSONAL_KEY:
                _refuse_email(email, kind)
                if region is not Region.COM:
                    message = "Garmin in China has no Personal API: use --kind token."
                    raise BadUsage(message)
                key = (ask_secret("Personal API key") or "").strip()
                connected = connections.connect_personal_key(person.user_id, _given(key, "key"))
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
        else:
            say(f"{person.name} was not connected.")


def _known(runtime: Runtime, name: str) -> User:
    try:
        return runtime.people.find(name)
    except UnknownUser:
        message = f"Nobody here is called {name!r}. Add them first: garmin-sync user add NAME"
        raise UnknownUser(message) from None


def _by_password(
    connections: Connections, person: User, email: str | None, region: Region
) -> Connected:
    if email is None and at_terminal():
        email = typer.prompt("E-mail address of the Garmin account", err=True)
    if not email:
        message = "A password needs its account: add --email ADDRESS."
        raise BadUsage(message)
    password = _given(ask_secret("Garmin password"), "password")
    entered = connections.connect_password(person.user_id, email.strip(), password, region=region)
    if isinstance(entered, MfaPending):
        return _with_code(connections, entered)
    return entered


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


def _refuse_email(email: str | None, kind: Kind) -> None:
    if email is not None:
        message = f"--email belongs to --kind password; a {kind.value} knows its account."
        raise BadUsage(message)
