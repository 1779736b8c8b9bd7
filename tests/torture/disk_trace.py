"""What a process did to its files, read from a trace of its system calls; and cut-off disks.

A write lies in the kernel's hands until its file is synced. A power cut keeps any of the writes
that were not, whole or in part, sector by sector.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable, Iterator

SECTOR: Final = 512
CALLS: Final = "pwrite64,fdatasync,fsync,ftruncate,unlink,write"
# As strace writes them with `-y -xx`: names and contents in hexadecimal.
_ON_FILE: Final = re.compile(
    r"(?P<call>pwrite64|fdatasync|fsync|ftruncate|write)\(\d+<(?P<name>[^>]*)>(?:, (?P<rest>.*))?\)"
    r"\s+= (?P<done>\d+)$"
)
_UNLINK: Final = re.compile(r'unlink\("(?P<name>[^"]*)"\)\s+= 0$')
_WRITTEN: Final = re.compile(r'"(?P<data>(?:\\x[0-9a-f]{2})*)", \d+(?:, (?P<at>\d+))?$')


@dataclass(frozen=True)
class Deed:
    """One thing that was done to the file *name*: write, truncate, sync, unlink or acknowledge."""

    kind: str
    name: str
    at: int = 0
    data: bytes = b""


@dataclass
class File:
    """A file: what is safe, and what was done since it was last synced."""

    safe: bytearray = field(default_factory=bytearray)
    pending: list[Deed] = field(default_factory=list)


class Disk:
    """A disk that follows deeds, and what a power cut would leave of it."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self._files = {name: File(bytearray(content)) for name, content in files.items()}
        self._unlinked: dict[str, File] = {}
        self.acknowledged = 0

    def follow(self, deed: Deed) -> None:
        """Do *deed*."""
        if deed.kind == "acknowledge":
            self.acknowledged = deed.at
        elif deed.kind == "unlink":
            self._unlinked[deed.name] = self._files.pop(deed.name, File())
        elif deed.kind == "sync":
            file = self._files.get(deed.name, File())
            for one in file.pending:
                _apply(file.safe, one)
            file.pending.clear()
        else:
            # A file that is made anew takes the name from the old one for good.
            self._unlinked.pop(deed.name, None)
            self._files.setdefault(deed.name, File()).pending.append(deed)

    def cut(self, dice: random.Random) -> dict[str, bytes]:
        """Return the files after a power cut now: what is safe, and any part of the rest."""
        back = {name: file for name, file in self._unlinked.items() if dice.random() < 0.5}
        return {name: bytes(_left_of(file, dice)) for name, file in {**back, **self._files}.items()}

    def whole(self) -> dict[str, bytes]:
        """Return the files as every program sees them while the power is on."""
        found = {}
        for name, file in self._files.items():
            content = bytearray(file.safe)
            for one in file.pending:
                _apply(content, one)
            found[name] = bytes(content)
        return found


def deeds(lines: Iterable[str], names: dict[str, str], mark: str) -> Iterator[Deed]:
    """Yield what a trace tells of the files in *names* (path -> name) and of acknowledgements.

    The latter are writes of a number to the file *mark*.
    """
    for line in lines:
        if found := _UNLINK.match(line):
            path = _text(found["name"])
            if path in names:
                yield Deed("unlink", names[path])
        elif found := _ON_FILE.match(line):
            path = _text(found["name"])
            if path == mark:
                yield Deed("acknowledge", "", int(_data(found["rest"])[0]))
            elif path in names:
                yield _deed(found["call"], names[path], found["rest"] or "")


def _deed(call: str, name: str, rest: str) -> Deed:
    if call in {"fdatasync", "fsync"}:
        return Deed("sync", name)
    if call == "ftruncate":
        return Deed("truncate", name, int(rest))
    data, at = _data(rest)
    return Deed("write", name, at, data)


def _data(rest: str) -> tuple[bytes, int]:
    found = _WRITTEN.match(rest)
    if found is None:
        message = f"a write that was not traced whole: {rest[-40:]}"
        raise ValueError(message)
    return bytes.fromhex(found["data"].replace("\\x", "")), int(found["at"] or 0)


def _text(name: str) -> str:
    return bytes.fromhex(name.replace("\\x", "")).decode() if name.startswith("\\x") else name


def _left_of(file: File, dice: random.Random) -> bytearray:
    """Return the safe content and a random part of what was pending."""
    content = bytearray(file.safe)
    likely = dice.choice((0.0, 0.3, 0.7, 0.95, 1.0))
    for one in file.pending:
        if dice.random() > likely:
            continue
        if one.kind == "truncate" or dice.random() < likely:
            _apply(content, one)
            continue
        for start in range(0, len(one.data), SECTOR):
            if dice.random() < likely:
                part = one.data[start : start + SECTOR]
                _apply(content, Deed("write", one.name, one.at + start, part))
    return content


def _apply(content: bytearray, deed: Deed) -> None:
    if deed.kind == "truncate":
        del content[deed.at :]
        content.extend(bytes(deed.at - len(content)))
        return
    content.extend(bytes(max(0, deed.at - len(content))))
    content[deed.at : deed.at + len(deed.data)] = deed.data
