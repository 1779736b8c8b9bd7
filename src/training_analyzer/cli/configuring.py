"""`config`: what is synced, and when."""

import calendar
from dataclasses import asdict
from typing import Annotated, Any

import typer

from training_analyzer.cli.one_line import BadUsage
from training_analyzer.cli.opening import opened_runtime
from training_analyzer.cli.options import AsJson, Name
from training_analyzer.cli.printing import print_facts, print_json, say
from training_analyzer.model import CONFIG_DEFAULTS, GarminSyncConfig

_TRUTH = {
    **dict.fromkeys(("true", "yes", "on", "1"), True),
    **dict.fromkeys(("false", "no", "off", "0"), False),
}
_LETTERS_OF_A_DAY = 3
_NOTHING = "none"
_NOT_TO_CHOOSE = {"user_id", "version", "updated_at"}
_DEFAULTS = {
    key: value for key, value in asdict(CONFIG_DEFAULTS).items() if key not in _NOT_TO_CHOOSE
}


def config(
    name: Name,
    changes: Annotated[
        list[str] | None, typer.Argument(metavar="KEY=VALUE", help="What to change.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Show a person's sync configuration, or change it, as in sync_frequency=hourly.

    sync_time is a time of day in timezone. sync_weekday is a name, or a number from 0 for
    Monday. Switches take true or false, yes or no, on or off. disabled_streams takes names
    with commas between, quiet_hours two times as in 22:00-06:30; none empties either.
    """
    wanted = parse_changes(changes or [])
    with opened_runtime() as runtime:
        person = runtime.people.find(name)
        if wanted:
            runtime.credentials.update_sync_config(person.user_id, **wanted)
        now = _as_told(runtime.syncs.config(person.user_id))
        if as_json:
            print_json(now)
            return
        if wanted:
            say(f"Changed for {person.name}: {', '.join(wanted)}.")
        print_facts((key, _shown(now[key])) for key in _DEFAULTS)


def parse_changes(pairs: list[str]) -> dict[str, Any]:
    """Return key -> value of `KEY=VALUE` texts, each value of its key's type.

    Raises `BadUsage` naming the pair that is no pair, or a key that there is not.
    """
    wanted: dict[str, Any] = {}
    for pair in pairs:
        key, equals, text = pair.partition("=")
        if not equals:
            message = f"{pair!r} is not KEY=VALUE, as in sync_frequency=hourly."
            raise BadUsage(message)
        if key not in _DEFAULTS:
            message = f"There is no setting {key!r}. There are: {', '.join(_DEFAULTS)}."
            raise BadUsage(message)
        if key in wanted:
            message = f"{key} is given twice: give it once."
            raise BadUsage(message)
        wanted[key] = _value(key, text.strip())
    return wanted


def _value(key: str, text: str) -> object:
    """Return *text* as a value of *key*; one that cannot be is left to the repository."""
    if isinstance(_DEFAULTS[key], bool):
        return _TRUTH.get(text.lower(), text)
    if key == "sync_weekday" and (day := _weekday(text)) is not None:
        return day
    if key == "disabled_streams":
        return [] if text == _NOTHING else [name.strip() for name in text.split(",")]
    if key == "quiet_hours":
        since, _, until = text.partition("-")
        return None if text == _NOTHING else {"from": since.strip(), "to": until.strip()}
    if isinstance(_DEFAULTS[key], int) and text.isascii() and text.isdecimal():
        # Python refuses to read a number of thousands of digits.
        return int(text[:20])
    return text


def _weekday(text: str) -> int | None:
    """Return the number of a day that is named, or begun as in `thu`; None for anything else."""
    named = [
        number
        for number, name in enumerate(calendar.day_name)
        if len(text) >= _LETTERS_OF_A_DAY and name.lower().startswith(text.lower())
    ]
    return named[0] if named else None


def _as_told(config: GarminSyncConfig) -> dict[str, Any]:
    """Return a configuration with the names and forms of the API."""
    quiet = config.quiet_hours
    return {
        **asdict(config),
        "disabled_streams": list(config.disabled_streams),
        "quiet_hours": None if quiet is None else {"from": quiet.since, "to": quiet.until},
    }


def _shown(value: object) -> str:
    """Return *value* as it can be typed again."""
    match value:
        case bool():
            return str(value).lower()
        case None | []:
            return _NOTHING
        case list():
            return ",".join(value)
        case {"from": since, "to": until}:
            return f"{since}-{until}"
        case _:
            return str(value)
