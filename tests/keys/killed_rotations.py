"""Run as a script: kill rotations with SIGKILL at random points, look, and repeat them.

    python killed_rotations.py FOLDER SEED POINTS

Prints one JSON object. A point is a database statement or commit, counted from the start
of the rotation to its end, so that every kind of moment is hit.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import random
import shutil
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from keys_stage import expected, opened, rotation, store, users
from sqlalchemy import Engine, event

from training_analyzer.db import open_database
from training_analyzer.services.encryption import EncryptionService
from training_analyzer.services.key_checks import check_keys

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
OLD, NEW = (
    base64.urlsafe_b64encode(hashlib.sha256(name).digest()).decode() for name in (b"old", b"new")
)
BOTH = EncryptionService(NEW, key_id="v2", previous_keys={"v1": OLD})
PEOPLE = users(60)
UNBOUND = 10


def prepare(path: Path) -> None:
    """Write a database with the secrets of 60 people under the old key, 10 of them unbound."""
    database, old = open_database(str(path)), EncryptionService(OLD)
    check_keys(database, old, now=NOW)
    store(database, old, PEOPLE[UNBOUND:])
    store(database, old, PEOPLE[:UNBOUND], bound=False)
    check_keys(database, BOTH, now=NOW)
    database.close()


def rotate(path: Path, begin: Callable[[], None] = lambda: None) -> dict[str, Any]:
    """Rotate the database at *path*, five rows at a time; tell how it stands then."""
    database = open_database(str(path))
    begin()
    done = rotation(database, BOTH, batch=5).rotate()
    database.close()
    return {"complete": done.is_complete, "resealed": done.resealed, "removable": done.removable}


def look(path: Path) -> dict[str, Any]:
    """Tell whether every secret opens, and how many are under the old key."""
    database = open_database(str(path))
    census = rotation(database, BOTH).verify()
    right = opened(database, BOTH, PEOPLE) == expected(PEOPLE)
    database.close()
    old = census.by_key.get("v1", 0) + census.unbound
    return {"right": right, "old": old, "unreadable": len(census.unreadable)}


def in_child(work: Callable[[], dict[str, Any]], answer: Path) -> int:
    """Run *work* in a process of its own, its result written to *answer*; return how it ended."""
    answer.unlink(missing_ok=True)
    child = os.fork()
    if child == 0:
        answer.write_text(json.dumps(work()))
        os._exit(0)
    return os.waitpid(child, 0)[1]


def counted(path: Path, kill_at: int | None) -> dict[str, Any]:
    """Rotate, and at the *kill_at*-th statement or commit die at once."""
    steps = [0]

    def step(*_: object) -> None:
        steps[0] += 1
        if steps[0] == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def begin() -> None:
        for name in ("before_cursor_execute", "after_cursor_execute", "commit"):
            event.listen(Engine, name, step)

    return {**rotate(path, begin), "steps": steps[0]}


def main(folder: Path, seed: int, points: int) -> None:
    """Kill and repeat *points* rotations; print the undisturbed one and each disturbed one."""
    template, answer = folder / "template.db", folder / "answer.json"
    prepare(template)

    def fresh(name: str) -> Path:
        return Path(shutil.copy(template, folder / name))

    whole = fresh("whole.db")
    in_child(lambda: counted(whole, None), answer)
    undisturbed = json.loads(answer.read_text())
    dice = random.Random(seed)  # noqa: S311 - points of time, not secrets
    disturbed = []
    for point in sorted(dice.sample(range(1, undisturbed["steps"]), points)):
        path = fresh(f"killed-{point}.db")
        status = in_child(lambda p=path, at=point: counted(p, at), answer)  # type: ignore[misc] # the defaults bind the loop's values
        found = {"point": point, "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0}
        in_child(lambda p=path: {"between": look(p), **rotate(p), "after": look(p)}, answer)  # type: ignore[misc] # likewise
        disturbed.append({**found, **json.loads(answer.read_text())})
        path.unlink()
    print(json.dumps({"undisturbed": undisturbed, "disturbed": disturbed}))  # noqa: T201 - the script's answer


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
