"""Run as a script: kill migrations, look, repeat them; and let processes migrate at once.

    python killed_migrations.py FOLDER SEED statements|calls COUNT
    python killed_migrations.py FOLDER SEED together ROUNDS
    python killed_migrations.py FOLDER SEED postgresql URL...

Prints one JSON object. A SQLite file begins empty, or as the first release left it, with rows.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sqlite3
import sys
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from forked import Child, Ended, count, in_child, injected
from sqlalchemy import Engine, event

from training_analyzer.db import open_database
from training_analyzer.db.schema import head, revision

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from training_analyzer.db import Database

CALLS: Final = ("pwrite64", "fdatasync", "unlink", "ftruncate")
PROCESSES: Final = 4
_FIRST: Final = Path("db/migrations/versions/0001_first_schema.sqlite.sql")
_EVENTS: Final = ("before_cursor_execute", "after_cursor_execute", "commit")
_ROW: Final = ("usr_eva", "Eva", "2026-01-01T00:00:00.000Z")


def empty(path: Path) -> None:
    """Begin with no file at all."""
    path.unlink(missing_ok=True)


def first_release(path: Path) -> None:
    """Begin with the schema of the first release, and a person in it."""
    package = Path(str(sys.modules["training_analyzer"].__file__)).parent
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.executescript((package / _FIRST).read_text("utf-8"))
        database.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY)")
        database.execute("INSERT INTO alembic_version VALUES ('0001')")
        database.execute("INSERT INTO users (user_id, name, created_at) VALUES (?, ?, ?)", _ROW)
        database.commit()


BEGINNINGS: Final = {"": empty, "0001": first_release}


def migrate(url: str, kill_at: int | None = None) -> dict[str, int]:
    """Open, and so migrate, the database; die at a statement or commit; tell what was done."""
    done = {"steps": 0, "created": 0}

    def step(*given: Any) -> None:
        done["steps"] += 1
        if done["steps"] == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)
        if isinstance(given[-1], bool) and str(given[2]).startswith("CREATE TABLE"):
            done["created"] += 1

    for name in _EVENTS:
        event.listen(Engine, name, step)
    open_database(url, migrate=True).close()
    # Seen before and after it was executed.
    return {**done, "created": done["created"] // 2}


class Files:
    """SQLite files that begin in one of two ways."""

    def __init__(self, folder: Path, begin: str) -> None:
        self.begin = begin
        self._folder = folder
        self._template = folder / f"template{begin}.db"
        BEGINNINGS[begin](self._template)
        whole = self.fresh()
        open_database(str(whole)).close()
        self.schema = _schema(whole)

    def fresh(self) -> Path:
        """Return the path of a file as it begins."""
        path = self._folder / "migrating.db"
        for left in self._folder.glob("migrating.db*"):
            left.unlink()
        if self._template.exists():
            shutil.copy(self._template, path)
        return path


def killed(files: Files, dice: random.Random, kind: str, wanted: int) -> Iterator[dict[str, Any]]:
    """Kill migrations at *wanted* places, or at all; look, repeat, and look again."""
    for point, dying in _places(files, dice, kind, wanted):
        path = files.fresh()
        ended = dying(path)
        left = _revision(path)
        with closing(open_database(str(path))) as database:
            is_ok, people = database.check().is_ok, _people(database)
        yield {
            "begin": files.begin,
            "point": point,
            "signal": ended.signal,
            "left": left,
            "is_ok": is_ok,
            "same": _schema(path) == files.schema,
            "people": people,
        }


def _places(
    files: Files, dice: random.Random, kind: str, wanted: int
) -> Iterator[tuple[str, Callable[[Path], Ended]]]:
    path = str(files.fresh())
    if kind == "statements":
        steps = in_child(partial(migrate, path)).told["steps"]
        for point in _some(dice, steps, wanted):
            yield f"statement {point}", partial(_dying_at, point)
        return
    made = count(partial(migrate, path), *CALLS)
    points = [(call, number) for call in CALLS for number in range(1, made[call] + 1)]
    for place in _some(dice, len(points), wanted):
        call, number = points[place - 1]
        yield f"{call} {number}", partial(_dying_in, call, number)


def _dying_at(statement: int, path: Path) -> Ended:
    return in_child(partial(migrate, str(path), statement))


def _dying_in(call: str, number: int, path: Path) -> Ended:
    return injected(partial(migrate, str(path)), call, f"signal=SIGKILL:when={number}")


def _some(dice: random.Random, last: int, wanted: int) -> list[int]:
    every = range(1, last + 1)
    return sorted(dice.sample(every, min(wanted, last))) if wanted else list(every)


def _revision(path: Path) -> str:
    """Return the revision that the file has, without opening it by the product; '' for none."""
    if not path.exists():
        return ""
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master")}
        if "alembic_version" not in tables:
            assert tables == set(), tables
            return ""
        ((found,),) = database.execute("SELECT version_num FROM alembic_version").fetchall()
        return str(found)


def _schema(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as database:
        return sorted(str(sql) for (sql,) in database.execute("SELECT sql FROM sqlite_master"))


def _people(database: Database) -> int:
    with database.read() as db:
        return int(db.exec_driver_sql("SELECT count(*) FROM users").scalar_one())


def together(url: str) -> dict[str, Any]:
    """Let processes migrate the database at the same time; tell how many of them made tables."""
    children = [Child(partial(migrate, url)) for _ in range(PROCESSES)]
    for child in children:
        child.go()
    ended = [child.end() for child in children]
    with closing(open_database(url)) as database:
        is_ok = database.check().is_ok
    makers = [one.told and one.told["created"] for one in ended]
    return {"ended": [one.told is not None for one in ended], "makers": makers, "is_ok": is_ok}


def on_postgresql(urls: list[str], dice: random.Random) -> list[dict[str, Any]]:
    """Kill a migration of each database but the last at a statement, then repeat it."""
    *others, last = urls
    steps = in_child(partial(migrate, last)).told["steps"]
    told = []
    for url, point in zip(others, _some(dice, steps, len(others)), strict=True):
        ended = in_child(partial(migrate, url, point))
        with closing(open_database(url, migrate=False)) as database, database.read() as db:
            left = revision(db) or ""
        with closing(open_database(url, migrate=True)) as database:
            is_ok = database.check().is_ok
        told.append({"point": point, "signal": ended.signal, "left": left, "is_ok": is_ok})
    return told


def main(folder: Path, seed: int, kind: str, *words: str) -> None:
    """Do what *kind* says and print what came of it."""
    dice = random.Random(seed)  # noqa: S311 - places, not secrets
    told: list[dict[str, Any]] = []
    if kind == "postgresql":
        told = on_postgresql(list(words), dice)
    elif kind == "together":
        for begin in BEGINNINGS:
            files = Files(folder, begin)
            told += [together(str(files.fresh())) for _ in range(int(words[0]))]
    else:
        for begin in BEGINNINGS:
            told += killed(Files(folder, begin), dice, kind, int(words[0]))
    print(json.dumps({"head": head(), "told": told}))  # noqa: T201 - the script's answer


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:])
