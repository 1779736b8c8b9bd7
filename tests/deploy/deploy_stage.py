"""What the tests of deploying share and is no fixture: the files, read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = ("compose.yml", "compose.postgres.yml")


@dataclass(frozen=True)
class Instruction:
    """One instruction of a Dockerfile: its word, and what stands behind it on one line."""

    word: str
    text: str


def dockerfile() -> list[list[Instruction]]:
    """Return the instructions of each stage of the Dockerfile."""
    text = (ROOT / "Dockerfile").read_text("utf-8")
    lines = re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", " ").splitlines()
    stages: list[list[Instruction]] = []
    for line in filter(None, map(str.strip, lines)):
        word, _, rest = line.partition(" ")
        if word == "FROM":
            stages.append([])
        stages[-1].append(Instruction(word, " ".join(rest.split())))
    return stages


def compose(name: str) -> Any:
    """Return the compose file *name*, its merges done."""
    return yaml.safe_load((ROOT / "deploy" / name).read_text("utf-8"))


def services(name: str) -> dict[str, Any]:
    """Return the services of the compose file *name*."""
    found: dict[str, Any] = compose(name)["services"]
    return found
