"""`user`: the people of this server."""

from shlex import quote
from typing import Annotated

import typer

from training_analyzer.cli.asking import ask_new_password, confirm
from training_analyzer.cli.one_line import BadUsage
from training_analyzer.cli.opening import opened_runtime
from training_analyzer.cli.options import FLAG, AsJson, Name, Yes
from training_analyzer.cli.printing import print_json, print_table, say
from training_analyzer.errors import UserExists
from training_analyzer.services.audit import SYSTEM
from training_analyzer.services.callers import Role
from training_analyzer.services.one_time_links import LIVES, Purpose
from training_analyzer.services.runtime import Runtime
from training_analyzer.web.links import address_of

user = typer.Typer(help="Add, invite, list and remove the people of this server.")

_Admin = Annotated[
    bool, typer.Option("--admin", metavar=FLAG, help="As an administrator, who lets others in.")
]
_Link = Annotated[
    bool, typer.Option("--link", metavar=FLAG, help="Print a link on which they choose it.")
]


@user.command()
def add(name: Name, *, admin: _Admin = False, as_json: AsJson = False) -> None:
    """Add a person. The first one of all is an administrator.

    Asks for a password for the pages, which has nothing to do with Garmin's. It may be
    empty: then only sign-in links open them. Without a terminal the password is the
    first line of standard input.
    """
    with opened_runtime() as runtime:
        if any(known.name == name for known in runtime.people.list()):
            raise UserExists
        role = Role.ADMIN if admin else None
        added = runtime.people.add(name, ask_new_password(name), role)
        _note(runtime, "added", added.user_id)
        if as_json:
            print_json(added)
            return
        say(f"{added.name} is added{_as_role(added.role)}.")
        kinds = "password|token|ticket|personal-key"
        say(f"Next: garmin-sync connect {quote(added.name)} --kind {kinds}")


@user.command()
def invite(*, admin: _Admin = False, as_json: AsJson = False) -> None:
    """Print a link on which somebody chooses a name and a password, once.

    It is good for seven days. Whoever has it can use it: send it to one person.
    """
    with opened_runtime() as runtime:
        role = Role.ADMIN if admin else Role.USER
        token = runtime.access.links.issue(Purpose.INVITATION, role=role)
        runtime.access.audit.note("invited", user_id=None, actor=SYSTEM, target=role.value)
        link = address_of(runtime.settings, Purpose.INVITATION, token)
        if as_json:
            print_json({"url": link, "role": role})
            return
        say(f"Whoever opens this link joins{_as_role(role)}. It works once, for seven days.")
        say(f"  {link}", style="bold")


@user.command("list")
def list_people(*, as_json: AsJson = False) -> None:
    """List the people of this server."""
    with opened_runtime() as runtime:
        people = runtime.people.list()
        if as_json:
            print_json(people)
        elif people:
            print_table(
                ("name", "user id", "role", "state", "since (UTC)"),
                [
                    (
                        person.name,
                        person.user_id,
                        person.role.value,
                        "disabled" if person.disabled_at else "",
                        person.created_at,
                    )
                    for person in people
                ],
            )
        else:
            say("Nobody is here yet. Add somebody: garmin-sync user add NAME")


@user.command()
def password(name: Name, *, link: _Link = False, as_json: AsJson = False) -> None:
    """Give a person a new password; every session of theirs ends.

    Asks for it, or reads the first line of standard input. With --link nobody but the
    person gets to know it: the link that is printed works once, for ten minutes.
    """
    with opened_runtime() as runtime:
        person = runtime.people.find(name)
        if link:
            token = runtime.access.links.issue(Purpose.PASSWORD, person.user_id)
            _note(runtime, "password_link_issued", person.user_id)
            address = address_of(runtime.settings, Purpose.PASSWORD, token)
            if as_json:
                print_json({"url": address})
                return
            say(f"On this link {person.name} chooses a password. It works once, for {_minutes()}.")
            say(f"  {address}", style="bold")
            return
        chosen = ask_new_password(person.name, may_be_empty=False)
        if chosen is None:
            message = "No password came, so nothing is changed."
            raise BadUsage(message)
        runtime.people.choose_password(person, chosen)
        _note(runtime, "password_changed", person.user_id)
        if as_json:
            print_json({"changed": person.user_id})
        else:
            say(f"{person.name} has a new password and is signed out everywhere.")


@user.command("reset-totp")
def reset_totp(name: Name, *, as_json: AsJson = False) -> None:
    """Take a person's second factor away; every session of theirs ends.

    For who has lost the app and the recovery codes. Only here: over the API a stolen
    session of an administrator could open everybody's account.
    """
    with opened_runtime() as runtime:
        person = runtime.people.find(name)
        was_there = runtime.access.second_factor.remove(person.user_id)
        runtime.access.sessions.end_all(person.user_id)
        _note(runtime, "totp_reset", person.user_id)
        if as_json:
            print_json({"reset": person.user_id, "was_on": was_there})
        elif was_there:
            say(f"{person.name} signs in without a code from now on, and is signed out.")
        else:
            say(f"{person.name} had no second factor, and is signed out.")


@user.command()
def disable(name: Name, *, as_json: AsJson = False) -> None:
    """Keep a person out and stop their syncs; their data stays."""
    with opened_runtime() as runtime:
        person = runtime.people.find(name)
        runtime.administration.change(person.user_id, disabled=True)
        _note(runtime, "disabled", person.user_id)
        if as_json:
            print_json({"disabled": person.user_id})
        else:
            say(f"{person.name} is disabled. Back: garmin-sync user enable {quote(person.name)}")


@user.command()
def enable(name: Name, *, as_json: AsJson = False) -> None:
    """Let a disabled person in again."""
    with opened_runtime() as runtime:
        person = runtime.people.find(name)
        runtime.administration.change(person.user_id, disabled=False)
        _note(runtime, "enabled", person.user_id)
        if as_json:
            print_json({"enabled": person.user_id})
        else:
            say(f"{person.name} is enabled.")


@user.command()
def remove(name: Name, *, yes: Yes = False, as_json: AsJson = False) -> None:
    """Remove a person with their connection, their data and their history."""
    with opened_runtime() as runtime:
        person = runtime.people.find(name)
        confirm(f"Remove {person.name} and all data of theirs for ever?", yes=yes)
        runtime.people.remove(person.user_id)
        _note(runtime, "removed", person.user_id)
        if as_json:
            print_json({"removed": person.user_id})
        else:
            say(f"{person.name} is removed, with all data.")


def _as_role(role: Role) -> str:
    return " as an administrator" if role is Role.ADMIN else ""


def _minutes() -> str:
    return f"{LIVES[Purpose.PASSWORD].total_seconds() / 60:.0f} minutes"


def _note(runtime: Runtime, action: str, user_id: str) -> None:
    runtime.access.audit.note(action, user_id=user_id, actor=SYSTEM)
