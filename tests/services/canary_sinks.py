"""The places where a secret could come to lie, each with what it holds and a way to leak into it.

`collect` returns all that the sink holds as bytes; `plant` leaks a text into it the way
a careless line of code would. A search that misses what was planted searches nothing.
"""

from __future__ import annotations

import json
import logging
import pickle
import sqlite3
import traceback
from contextlib import closing
from dataclasses import dataclass, field, fields, is_dataclass
from typing import TYPE_CHECKING, Any

import zstandard
from sqlalchemy import insert, select, update

from training_analyzer.db.tables import (
    garmin_payloads,
    garmin_sync_history,
    metadata,
    users,
)
from training_analyzer.services.connections import MfaPending

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

    from training_analyzer.services.runtime import Runtime


@dataclass
class Scene:
    """What a life with secrets leaves behind, besides what is on disk."""

    runtime: Runtime
    folder: Path
    log: pytest.LogCaptureFixture
    printed: pytest.CaptureFixture[str]
    errors: list[BaseException] = field(default_factory=list)
    values: list[object] = field(default_factory=list)


def logged(scene: Scene) -> bytes:
    """Return every record at DEBUG as a line, with tracebacks and arguments."""
    raw = "\n".join(f"{record.msg!r} {record.args!r}" for record in scene.log.records)
    return f"{scene.log.text}\n{raw}".encode()


def shown(scene: Scene) -> bytes:
    """Return what went to standard output and standard error, by whatever wrote there."""
    out, err = scene.printed.readouterr()
    return f"{out}{err}".encode()


def tracebacks(scene: Scene) -> bytes:
    """Return the errors as a crash reporter sees them: with every variable of every frame.

    The frames of the tests themselves are left out: they have typed the secrets.
    """
    lines: list[str] = []
    for error in scene.errors:
        told = traceback.TracebackException.from_exception(error, capture_locals=True)
        lines += [repr(error), repr(error.args), repr(vars(error))]
        for one in (told, told.__cause__, told.__context__):
            for frame in one.stack if one else ():
                if "training_analyzer" in frame.filename or "site-packages" in frame.filename:
                    lines.append(f"{frame.filename} {frame.line} {frame.locals!r}")
    return "\n".join(lines).encode()


def table_rows(scene: Scene) -> bytes:
    """Return every value of every row."""
    with scene.runtime.database.read() as db:
        found = [
            repr(tuple(row))
            for table in metadata.sorted_tables
            for row in db.execute(select(table))
        ]
    return "\n".join(found).encode()


def files(scene: Scene) -> bytes:
    """Return the bytes of the database, its WAL and everything else in the data folder."""
    every = [file for file in scene.folder.rglob("*") if file.is_file()]
    assert any(file.name.endswith("-wal") for file in every), "the WAL is not searched"
    return b"\n".join(file.read_bytes() for file in every)


def archive(scene: Scene) -> bytes:
    """Return every archived payload, and whatever else is kept packed, decompressed."""
    unpack = zstandard.ZstdDecompressor().decompress
    packed = [
        column
        for table in metadata.sorted_tables
        for column in table.columns
        if column.name.endswith("_zstd")
    ]
    with scene.runtime.database.read() as db:
        bodies = [body for column in packed for body in db.execute(select(column)).scalars()]
    return b"\n".join(unpack(body, max_output_size=2**24) for body in bodies if body)


def history(scene: Scene) -> bytes:
    """Return what the history tells of each run."""
    with scene.runtime.database.read() as db:
        told = db.execute(
            select(garmin_sync_history.c.error_message, garmin_sync_history.c.error_details)
        )
        return "\n".join(repr(tuple(row)) for row in told).encode()


def values(scene: Scene) -> bytes:
    """Return what services have returned: printed, pickled, and as JSON."""
    found: list[bytes] = []
    for value in scene.values:
        found += [repr(value).encode(), str(value).encode(), pickled(value)]
        if is_dataclass(value) and not isinstance(value, type):
            every = {one.name: getattr(value, one.name) for one in fields(value)}
            found.append(json.dumps(every, default=repr).encode())
    return b"\n".join(found)


def pickled(value: object) -> bytes:
    """Return the pickle of *value*; nothing for what refuses to be pickled."""
    try:
        return pickle.dumps(value)
    except (TypeError, AttributeError, pickle.PicklingError):
        return b""


def leak_into_log(_: Scene, text: str) -> None:
    """Log it as an argument, as libraries do."""
    logging.getLogger("training_analyzer.planted").debug("answer: %s", text)


def leak_into_output(_: Scene, text: str) -> None:
    """Print it."""
    print(text)  # noqa: T201 - the leak


def leak_into_traceback(scene: Scene, text: str) -> None:
    """Raise one of our errors below a frame of a library that has it in a variable."""
    code = compile("def f(secret):\n    return {}[0]\n", "site-packages/planted.py", "exec")
    names: dict[str, Any] = {}
    exec(code, names)  # noqa: S102 - a frame that looks like a library's
    try:
        names["f"](text)
    except KeyError as error:
        scene.errors.append(error)


def leak_into_rows(scene: Scene, text: str) -> None:
    """Store it in a column."""
    with scene.runtime.database.write() as db:
        db.execute(insert(users).values(user_id="x", name=text, created_at=scene.runtime.now()))


def leak_into_files(scene: Scene, text: str) -> None:
    """Write it into the database and delete it again: it stays in the WAL."""
    with closing(sqlite3.connect(next(scene.folder.rglob("*.db")))) as db:
        db.execute("CREATE TABLE planted (leak TEXT)")
        db.execute("INSERT INTO planted VALUES (?)", (text,))
        db.commit()
        db.execute("DELETE FROM planted")
        db.commit()


def leak_into_archive(scene: Scene, text: str) -> None:
    """Archive an answer that repeats it."""
    body = zstandard.ZstdCompressor().compress(json.dumps({"echo": text}).encode())
    with scene.runtime.database.write() as db:
        db.execute(update(garmin_payloads).values(body_zstd=body))


def leak_into_history(scene: Scene, text: str) -> None:
    """Tell it in the details of a run."""
    with scene.runtime.database.write() as db:
        details = json.dumps({"code": "internal", "text": text})
        db.execute(update(garmin_sync_history).values(error_details=details))


def leak_into_values(scene: Scene, text: str) -> None:
    """Return it in a value."""
    pending = MfaPending(user_id="x", method=text, expires_at=scene.runtime.now(), attempts_left=1)
    scene.values.append(pending)


type Sink = tuple[Callable[[Scene], bytes], Callable[[Scene, str], None]]
SINKS: dict[str, Sink] = {
    "log": (logged, leak_into_log),
    "standard output and error": (shown, leak_into_output),
    "tracebacks with variables": (tracebacks, leak_into_traceback),
    "rows": (table_rows, leak_into_rows),
    "database file and WAL": (files, leak_into_files),
    "archive": (archive, leak_into_archive),
    "history": (history, leak_into_history),
    "values": (values, leak_into_values),
}
