"""`user`: the people of this server."""

from shlex import quote

import typer

from training_analyzer.cli.asking import ask_new_password, confirm
from training_analyzer.cli.opening import opened_runtime
from training_analyzer.cli.options import AsJson, Name, Yes
from training_analyzer.cli.printing import print_json, print_table, say
from training_analyzer.errors import UserExists

user = typer.Typer(help="Add, list and remove the people of this server.")


@user.command()
def add(name: Name, *, as_json: AsJson = False) -> None:
    """Add a person.

    Asks for a password for the settings page, which has nothing to do with Garmin's.
    It may be empty: then only sign-in links open the page. Without a terminal the
    password is the first line of standard input.
    """
    with opened_runtime() as runtime:
        if any(known.name == name for known in runtime.people.list()):
            raise UserExists
        added = runtime.people.add(name, ask_new_password(name))
        if as_json:
            print_json(added)
            return
        say(f"{added.name} is added.")
        say(f"Next: garmin-sync connect {quote(added.name)} --kind password|token|personal-key")


@user.command("list")
def list_people(*, as_json: AsJson = False) -> None:
    """List the people of this server."""
    with opened_runtime() as runtime:
        people = runtime.people.list()
        if as_json:
            print_json(people)
        elif people:
            print_table(
                ("name", "user id", "since (UTC)"),
                [(person.name, person.user_id, person.created_at) for person in people],
            )
        else:
            say("Nobody is here yet. Add somebody: garmin-sync user add NAME")


@user.command()
def remove(name: Name, *, yes: Yes = False, as_json: AsJson = False) -> None:
    """Remove a person with their connection, their data and their history."""
    with opened_runtime() as runtime:
        person = runtime.people.find(name)
        confirm(f"Remove {person.name} and all data of theirs for ever?", yes=yes)
        runtime.people.remove(person.user_id)
        if as_json:
            print_json({"removed": person.user_id})
        else:
            say(f"{person.name} is removed, with all data.")
