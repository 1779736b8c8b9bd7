"""`keys`: make an encryption key, prove that every secret opens, change the key."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Final

import typer
from rich.progress import Progress

from training_analyzer.cli.opening import opened_runtime
from training_analyzer.cli.options import FLAG, AsJson
from training_analyzer.cli.outcomes import number
from training_analyzer.cli.printing import as_json as as_document
from training_analyzer.cli.printing import console, print_facts, print_json, say
from training_analyzer.services.audit import OK, SYSTEM
from training_analyzer.services.encryption import new_key
from training_analyzer.services.key_census import Census
from training_analyzer.services.rotation import Rotated
from training_analyzer.settings import KEY, PREVIOUS_KEYS

keys = typer.Typer(help="Make, check and change the key that the Garmin secrets are sealed with.")

# Without a terminal, a line at each tenth of the way.
_LINES: Final = 10
_SHOWN: Final = 20


@keys.command()
def generate(*, as_json: AsJson = False) -> None:
    """Print a fresh, random encryption key. It is stored nowhere: keep a copy of it."""
    if as_json:
        print_json({"key": new_key()})
        return
    say(new_key())
    if sys.stdout.isatty():
        typer.echo(f"Set it as {KEY}, and keep a copy apart from the database.", err=True)


@keys.command()
def verify(*, as_json: AsJson = False) -> None:
    """Open every stored secret and report by key. Changes nothing.

    Ends with 1 when a secret does not open.
    """
    with opened_runtime() as runtime, _watched("Opening", quiet=as_json) as tell:
        census = runtime.keys.verify(tell)
    if as_json:
        print_json({**_document(census), "ok": census.is_sound})
    else:
        _print_census(census)
    if not census.is_sound:
        raise typer.Exit(1)


@keys.command()
def rotate(
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", metavar=FLAG, help="Tell what there is to do; do nothing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Seal every secret anew with the present key, prove it, and retire the older keys.

    Before it, set the new key with an id of its own and move the old one to
    CREDENTIAL_ENCRYPTION_PREVIOUS_KEYS, in every process. It may be killed and run again,
    and beside running syncs. Ends with 1 when a secret is still sealed with an older key.
    """
    with opened_runtime() as runtime, _watched("Sealing", quiet=as_json) as tell:
        if dry_run:
            census = runtime.keys.verify(tell)
            rotated = None
        else:
            rotated = runtime.keys.rotate(tell)
            runtime.access.audit.note(
                "keys_rotated",
                user_id=None,
                actor=SYSTEM,
                result=OK if rotated.is_complete else "incomplete",
                target=rotated.primary,
            )
    if rotated is None:
        _tell_plan(census, as_json=as_json)
    else:
        _tell_rotated(rotated, as_json=as_json)


def _tell_plan(census: Census, *, as_json: bool) -> None:
    to_do = census.secrets - census.by_key.get(census.primary, 0) - len(census.unreadable)
    if as_json:
        print_json({**_document(census), "dry_run": True, "to_do": to_do})
        return
    _print_census(census)
    say(f"A rotation would seal {number(to_do, 'secret')} anew. Nothing was changed.")


def _tell_rotated(rotated: Rotated, *, as_json: bool) -> None:
    if as_json:
        document = {
            **_document(rotated.census),
            "dry_run": False,
            "ok": rotated.is_complete,
            "resealed": rotated.resealed,
            "removable": rotated.removable,
            "old_bytes_are_gone": rotated.is_scrubbed,
        }
        print_json(document)
    else:
        _print_rotated(rotated)
    if not rotated.is_complete:
        raise typer.Exit(1)


def _print_rotated(rotated: Rotated) -> None:
    say(f"{number(rotated.resealed, 'secret')} sealed anew with the key {rotated.primary!r}.")
    if not rotated.is_complete:
        _print_census(rotated.census)
        say(
            "Not every secret opens with the present key alone, so no key is retired."
            " Restart whatever still runs with an older key; disconnect people whose"
            " secrets do not open. Then run it again."
        )
        return
    for key_id in rotated.removable:
        say(
            f"The key {key_id!r} is retired: take it out of {PREVIOUS_KEYS} and restart."
            " Keep it with the backups that were made before."
        )
    if not rotated.is_scrubbed:
        say("Somebody reads the database: the old ciphertexts leave its files when they are done.")


def _print_census(census: Census) -> None:
    by_key = [(f"key {key_id}", count) for key_id, count in census.by_key.items()]
    print_facts(
        (
            ("secrets", census.secrets),
            *by_key,
            ("bound to no owner yet", census.unbound),
            ("do not open", len(census.unreadable)),
        )
    )
    for one in census.unreadable[:_SHOWN]:
        say(f"  user {one.user_id}, {one.field}: {one.code}")
    if len(census.unreadable) > _SHOWN:
        say("  and more: --json lists them all")


def _document(census: Census) -> dict[str, object]:
    document = as_document(census)
    return document if isinstance(document, dict) else {}


@contextmanager
def _watched(doing: str, *, quiet: bool) -> Iterator[Callable[[int, int], None]]:
    """Give what hears how many secrets are done, of how many, and shows it on standard error."""
    if quiet:
        yield _nothing
    elif sys.stderr.isatty():
        with Progress(console=console(on_stderr=True), transient=True) as bar:
            task = bar.add_task(doing, total=None)
            yield lambda done, of: bar.update(task, completed=done, total=of)
    else:
        yield _Lines(doing).show


class _Lines:
    """A line on standard error at each tenth of the way."""

    def __init__(self, doing: str) -> None:
        self._doing = doing
        self._told = 0

    def show(self, done: int, of: int) -> None:
        """Write a line when another tenth is done, or all of it."""
        if done < of and done - self._told < of / _LINES:
            return
        self._told = done
        sys.stderr.write(f"{self._doing}: {done}/{of} secrets\n")


def _nothing(_done: int, _of: int) -> None:
    """Show nothing."""
