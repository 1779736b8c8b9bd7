"""Write the generated pages of docs/reference; with --check, only tell whether they are current.

The pages come out of the code, so that they cannot drift from it. A table or a setting
without a line of purpose below stops this script: that line is its documentation.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import CheckConstraint, Column, Table, UniqueConstraint, create_engine

from training_analyzer.db.tables import metadata
from training_analyzer.db.types import UtcDateTime
from training_analyzer.db.views import VIEWS, create
from training_analyzer.errors import GarminSyncError, SyncError
from training_analyzer.model import Api
from training_analyzer.settings import Settings
from training_analyzer.streams import BY_ACTIVITY, CATALOG, Stream
from training_analyzer.web.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

REFERENCE: Final = Path(__file__).resolve().parents[1] / "docs/reference"
NOTE: Final = "<!-- Written by scripts/write_reference.py. Change the code, then run it. -->"

TABLES: Final = {
    "users": "People who may use this instance.",
    "encryption_keys": "Which keys the secrets are sealed with: a check value, never a key.",
    "garmin_credentials": "A person's link to one Garmin account; e-mail and password encrypted.",
    "garmin_secrets": "Every other secret of a connection: tokens and keys, encrypted.",
    "garmin_sync_config": "What a person wants synced, and when. No row means the defaults.",
    "garmin_sync_history": "One row for each run, the running one included, for two years; "
    "the last that completed stays longer.",
    "garmin_schedule": "When a person is due, and which worker syncs them now.",
    "garmin_coverage": "The ledger: what is known of each stream on each day.",
    "garmin_payloads": "The raw archive: Garmin's answers as they came, compressed.",
    "profiles": "The person as Garmin knows them: one row, the latest state.",
    "activities": "One row for each activity, legs of a multisport activity included.",
    "daily_summaries": "The day's steps, calories, heart rate, stress, body battery and more.",
    "sleep_nights": "One row for each night, under the day of waking up.",
    "hrv_nights": "Heart rate variability of the night, with the person's baseline.",
    "body_battery_days": "Body battery gained and spent on a day.",
    "resting_heart_rates": "Resting heart rate of a day.",
    "weigh_ins": "Each time somebody stood on the scale.",
    "training_status_days": "Training status and load of a day, for each device.",
    "vo2max_days": "VO2max of a day, for each sport.",
    "garmin_identities": "Which Garmin account a person's data came from; outlives a disconnect.",
    "garmin_claims": "Who has a Garmin account connected here: one user at most.",
    "garmin_logins": "Password logins of the last 30 days, by a fingerprint of the account.",
    "garmin_learned_caps": "How many days a route gave at most, where that was fewer than known.",
    "garmin_pause": "One row while automatic syncs stand still for everybody.",
    "garmin_breakers": "How often in a row a part of Garmin did not answer, and its rest.",
    "garmin_probes": "What Garmin last said about the newest upload of a person's devices.",
    "garmin_reparses": "How far a reparse of the archive got; empty when none is under way.",
    "training_readiness": "Training readiness, each time that Garmin computed it.",
    "race_predictions": "Predicted race times of a day.",
    "sessions": "Who is signed in, by a hash of what their browser keeps.",
    "one_time_links": "Links that work once, by their hashes.",
    "user_secrets": "Sealed secrets that are not Garmin's and outlive a disconnect.",
    "user_totp": "Second factors; the secrets are in `user_secrets`.",
    "recovery_codes": "Hashes of the codes that stand in for a lost second factor.",
    "user_identities": "Who somebody is elsewhere, by OpenID Connect.",
    "api_keys": "Programs' keys, by their hashes, and what they may do.",
    "audit_log": "Each use of credentials and each act of an administrator.",
    "attempt_counters": "How often something was tried: rate limits that survive a restart.",
    "idempotency_keys": "What was answered to requests that may be repeated, for a day.",
    "sync_events": "How a run went on, step by step; kept for a week.",
    "garmin_sign_ins": "Sign-ins to Garmin that go on, and how they ended.",
    "garmin_backfills": "Days that a person asked for beyond what syncs do anyway.",
    "exports": "Exports that were asked for, and their files.",
    "webhooks": "Where a person wants to be told what happens.",
    "webhook_deliveries": "What was to be told to which webhook, and how that went.",
    "endurance_scores": "Endurance score of a day.",
    "hill_scores": "Hill score of a day.",
    "fitness_ages": "Fitness age of a day.",
    "lactate_thresholds": "Lactate threshold, for each sport, by the day it was found.",
    "functional_thresholds": "Functional threshold power, for each sport, by the day it was found.",
    "heart_rate_zones": "Heart rate zones in force, for each sport.",
    "personal_records": "Personal records, those since beaten included.",
    "devices": "The person's devices.",
    "blood_pressures": "Each blood pressure measurement.",
    "intraday_series": "Curves within a day, one row for each kind and day, compressed.",
    "activity_files": "The original file of each version of an activity, as Garmin sent it.",
    "activity_laps": "The laps of an activity: from its file, or else its splits (`source`).",
    "activity_tracks": "The recorded track of an activity: columns of values, compressed.",
}
BY_ACTIVITY_NOTES: Final = {
    "activity_legs": "each leg of a multisport, with its file",
    "activity_splits": "activities whose file tells no lap, at most five a run",
}
VIEW_NOTES: Final = {
    "v_activity": "Each activity that counts, in kilometres and minutes: without deleted ones, "
    "duplicates and the legs of a multisport.",
    "v_night": "Each night, under the day of waking up: sleep in hours, HRV, resting heart rate.",
    "v_day": "One row for each day that any table knows. Weight is the mean of the day's "
    "weigh-ins, training status that of the primary device, readiness the one after waking up.",
}
SETTINGS: Final = {
    "CREDENTIAL_ENCRYPTION_KEY": "Encrypts every stored secret. Keep a copy apart from the data.",
    "CREDENTIAL_ENCRYPTION_KEY_ID": "The name of that key; stored beside each secret.",
    "CREDENTIAL_ENCRYPTION_PREVIOUS_KEYS": "Older keys: they still decrypt, and encrypt nothing.",
    "DATABASE_URL": "Where the data is kept. PostgreSQL needs the extra `postgres`.",
    "EXPORT_DIR": "The folder of [exports](../how-to/export.md) to download. All processes on one"
    " database need the same one.",
    "GARMIN_SYNC_ENABLED": "Whether the scheduler syncs by itself.",
    "GARMIN_SYNC_HOUR": "The hour (UTC) of people who chose no time of their own.",
    "GARMIN_SYNC_MAX_RETRIES": "How often one due sync is tried again after a fault.",
    "GARMIN_SERVER_URL": "Stands in for all of Garmin's hosts: for the simulator.",
    "GARMIN_REQUESTS_PER_MINUTE": "The pace of requests for one account.",
    "GARMIN_CONCURRENT_SYNCS": "How many people one process syncs at once.",
    "PUBLIC_URL": "The address under which people reach this instance.",
    "TRUSTED_PROXIES": "The reverse proxies whose `X-Forwarded-For` and `-Proto` are believed: whom"
    " limits count, and whether it is https. Without it everybody behind a proxy counts as one.",
    "PASSWORD_COST": "What it takes to check a password of this server: 64 MiB for a fifth of a"
    " second, or on a small machine 19 MiB. A change holds from each person's next sign-in.",
    "HOST": "The address to listen on. Anything but loopback is reachable by others.",
    "PORT": "The port to listen on; 0 takes a free one.",
    "LOG_LEVEL": "How much is logged. No level logs a secret.",
    "LOG_FORMAT": "Lines for people, or JSON for machines.",
    "OIDC_ISSUER": "The provider of [single sign-on](../how-to/second-factor-and-sso.md).",
    "OIDC_CLIENT_ID": "What the provider calls this server.",
    "OIDC_CLIENT_SECRET": "What this server proves itself to the provider with.",
    "OIDC_NAME": "What the button says: *Continue with ...*",
    "OIDC_SIGN_UP": "Whether a stranger whom the provider knows becomes a user here.",
    "SMTP_URL": "The mail server that takes our [mail](../how-to/be-told.md). Port 587 unless said;"
    " `smtps` is 465.",
    "MAIL_FROM": "The address that mail comes from.",
    "METRICS_TOKEN": "What [`/metrics`](metrics.md) asks for as a Bearer token.",
}
DEFAULTS: Final = {
    "CREDENTIAL_ENCRYPTION_KEY": "none: required",
    "OIDC_SIGN_UP": "`false`",
    "DATABASE_URL": "an SQLite file in the platform's user data directory",
    "EXPORT_DIR": "`exports` beside the SQLite file; with PostgreSQL in that directory",
}
UNITS: Final = {
    "_at": "an instant, UTC",
    "_utc": "an instant, UTC",
    "_s": "seconds",
    "_min": "minutes",
    "_ms": "milliseconds",
    "_m": "metres",
    "_cm": "centimetres",
    "_mps": "metres per second",
    "_bpm": "beats per minute",
    "_brpm": "breaths per minute",
    "_spm": "steps per minute",
    "_rpm": "revolutions per minute",
    "_kcal": "kilocalories",
    "_g": "grams",
    "_ml": "millilitres",
    "_w": "watts",
    "_pct": "percent",
    "_c": "degrees Celsius",
    "_deg": "degrees, north and east positive",
}


def page(title: str, intro: str, *blocks: str) -> str:
    """Return a generated page."""
    return "\n\n".join([NOTE, f"# {title}", intro.strip(), *blocks]) + "\n"


def grid(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a Markdown table."""
    lines = [list(heads), *(list(row) for row in rows)]
    lines.insert(1, ["---"] * len(lines[0]))
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def type_of(column: Column[object]) -> str:
    """Return a column's kind in the words of SQL that both databases share."""
    if isinstance(column.type, UtcDateTime):
        return "instant"
    return str(column.type).lower()


def notes_on(column: Column[object]) -> str:
    """Return what else the schema says of a column."""
    parts = []
    if column.primary_key:
        parts.append("key")
    if not column.nullable and not column.primary_key:
        parts.append("always set")
    if column.server_default is not None:
        parts.append(f"default `{column.server_default.arg}`")  # type: ignore[attr-defined] # ours are all DefaultClause
    return ", ".join(parts)


def rules_of(table: Table) -> Iterator[str]:
    """Yield the table's constraints, as a list."""
    for constraint in sorted(table.constraints, key=lambda each: str(each.name)):
        if isinstance(constraint, CheckConstraint):
            yield f"- `{constraint.sqltext}`"
        elif isinstance(constraint, UniqueConstraint):
            yield f"- unique: {', '.join(f'`{column.name}`' for column in constraint.columns)}"


def tables() -> str:
    """Return the page of tables and columns."""
    blocks = [
        grid(["a name ends in", "and holds"], ([f"`{end}`", of] for end, of in UNITS.items()))
    ]
    for name, table in sorted(metadata.tables.items()):
        rows = [[f"`{column.name}`", type_of(column), notes_on(column)] for column in table.columns]
        blocks += [f"## {name}", TABLES[name], grid(["column", "type", ""], rows)]
        blocks += ["\n".join(rules)] if (rules := list(rules_of(table))) else []
    blocks += ["# Views", "[Ten queries](../how-to/query-with-sql.md) show their use.", *views()]
    intro = """
SQL names are part of the contract: they do not change without a line in the changelog. Every
table of data has `user_id` first in its key, so two people never share a row. A day is
`calendar_date`, text `YYYY-MM-DD` as Garmin gave it. An instant is UTC: text of one fixed width
on SQLite, `timestamptz` on PostgreSQL. Missing is NULL and never zero. Truth values are 0 and 1.

Every table of Garmin's data ends with `api` (which of Garmin's interfaces gave the row),
`first_seen_at` and `changed_at`.
"""
    return page("Tables", intro, *blocks)


def views() -> Iterator[str]:
    """Yield the parts of the page that are about the views."""
    engine = create_engine("sqlite://")
    with engine.connect() as db:
        metadata.create_all(db)
        for name in VIEWS:
            db.exec_driver_sql(create(name))
            columns = db.exec_driver_sql(f"PRAGMA table_info({name})").all()
            yield f"## {name}"
            yield VIEW_NOTES[name]
            yield ", ".join(f"`{column[1]}`" for column in columns) + "."
    engine.dispose()


def every[Root](kind: type[Root]) -> Iterator[type[Root]]:
    """Yield *kind* and all that descends from it, in the order of the code."""
    yield kind
    for child in kind.__subclasses__():
        yield from every(child)


def errors() -> str:
    """Return the page of error codes."""
    rows = []
    for kind in every(GarminSyncError):
        text = " ".join((kind.__doc__ or "").split("\n\n")[0].split())
        reaction = kind.reaction.value.replace("_", " ") if issubclass(kind, SyncError) else ""
        rows.append(
            [
                f"`{kind.code}`",
                f"`{kind.__name__}`",
                str(kind.http_status),
                str(kind.exit_code),
                reaction,
                text,
            ]
        )
    intro = """
A program reads the code; a person reads the text. The API answers with the HTTP status, a command
ends with the exit status: 0 completed, 1 failed, 2 wrong usage, 3 partial, 75 try later. The
reaction is what a running sync does when it meets the error.

`stop the clock`: no sync by itself until the person connects again. `cool down`: leave Garmin alone
until a time that is stored. `back off`: try again, later each time. `skip stream`: go on with the
other streams. `halve window`: ask for fewer days at once. `end`: end this run.
"""
    heads = ["code", "class", "HTTP", "exit", "reaction", "text"]
    refusals = [
        [
            f"`{kind.code}`",
            str(kind.http_status.value),
            kind.told.replace("%(most)s", "N") or kind.detail,
        ]
        for kind in every(Refusal)
    ]
    return page(
        "Errors",
        intro,
        grid(heads, rows),
        "## What only the web refuses",
        "No sync meets these, and no command shows them.",
        grid(["code", "HTTP", "text"], refusals),
    )


def settings() -> str:
    """Return the page of settings."""
    rows = []
    for field in Settings.model_fields.values():
        name = str(field.validation_alias)
        default = field.default
        plain = str(default).lower() if isinstance(default, bool) else str(default)
        shown = DEFAULTS.get(name) or (f"`{plain}`" if default else "none")
        rows.append([f"`{name}`", SETTINGS[name], field.description or "", shown])
    intro = """
Settings are environment variables, or lines of a file `.env` in the folder where `garmin-sync`
starts; the environment wins. An empty value counts as unset. A wrong value stops the start with one
line that names the variable and never shows its value.

The encryption settings, `DATABASE_URL`, `METRICS_TOKEN`, `OIDC_CLIENT_SECRET` and `SMTP_URL` may
stand in a file of their own: set the variable's name with `_FILE` behind it to the path, such as
`CREDENTIAL_ENCRYPTION_KEY_FILE`. A file with secrets must be readable by its owner alone.
"""
    return page("Settings", intro, grid(["variable", "what for", "value", "default"], rows))


def when_asked(stream: Stream) -> str:
    """Return how often a run asks for a stream."""
    if stream in BY_ACTIVITY:
        return BY_ACTIVITY_NOTES[stream.name]
    if stream.detail_of:
        return f"days on which `{stream.detail_of}` is new or changed"
    if stream.is_snapshot:
        return "daily" if stream.every_days == 1 else f"every {stream.every_days} days"
    return "look-back and missing days"


def what_is_given(stream: Stream, api: Api) -> str:
    """Return what an interface gives of a stream for one request."""
    if api not in stream.routes:
        return "\N{EN DASH}"
    if stream in BY_ACTIVITY:
        return "1 activity"
    return "state of now" if stream.is_snapshot else f"{stream.routes[api].cap_days} d"


def streams() -> str:
    """Return the page of streams."""
    rows = [
        [
            f"`{stream.name}`",
            stream.group.value,
            f"`{stream.table}`",
            *(what_is_given(stream, api) for api in Api),
            when_asked(stream),
        ]
        for stream in (*CATALOG, *BY_ACTIVITY)
    ]
    paths = [
        [f"`{stream.name}`", api.value, f"`{route.path}`"]
        for stream in (*CATALOG, *BY_ACTIVITY)
        for api, route in stream.routes.items()
    ]
    intro = """
A stream is one kind of Garmin data. It is switched on and off with its group. The columns `account`
(a password or a token) and `personal` (a Personal API key) say what that interface gives for one
request: so many days (`d`), or the state of now. A dash means that it has no such data; with both
connected, each stream comes from where it is to be had, the Personal API first.

Ranges are asked for over the look-back of a few days and whatever is missing before it. What
changes slowly is asked for every few days; a run that finds several of those due takes two of them
in turn.
"""
    heads = ["stream", "group", "table", *(api.value for api in Api), "asked for"]
    return page(
        "Streams",
        intro,
        grid(heads, rows),
        "## Paths",
        "`{first}` and `{last}` are days, both included; `{today}` is the day of the run.",
        grid(["stream", "interface", "path"], paths),
    )


def main() -> None:
    """Write the pages, or with --check end with 1 and the names of those that are not current."""
    pages = {"tables": tables, "errors": errors, "settings": settings, "streams": streams}
    stale = []
    for name, write in pages.items():
        path = REFERENCE / f"{name}.md"
        text = write()
        if not path.is_file() or path.read_text("utf-8") != text:
            stale.append(name)
            if "--check" not in sys.argv:
                path.write_text(text, "utf-8")
    if stale and "--check" in sys.argv:
        sys.exit(f"Not current: {', '.join(stale)}. Run scripts/write_reference.py.")


if __name__ == "__main__":
    main()
