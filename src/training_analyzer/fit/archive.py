"""What a download holds, told by its content and never by its name; bombs are left packed."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

# A day and a half of seconds with running dynamics is about 10 MB of FIT. Decoding takes
# some ten times the size, so this also bounds the memory of a sync.
LARGEST_FILE: Final = 24 * 1024 * 1024
# Garmin packs one file; the few more are for archives that somebody else has made.
MOST_ENTRIES: Final = 20
# The directory of so many entries with the longest names that make sense.
_LARGEST_DIRECTORY: Final = MOST_ENTRIES * 1024
_HEAD: Final = 512
_LONGEST_NAME: Final = 200
_END_OF_DIRECTORY: Final = struct.Struct("<4s4H2IH")
# Others unpack without a bound on their output, and Garmin uses none of them.
_PACKED: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_XML_ROOTS: Final = ((b"<TrainingCenterDatabase", "tcx"), (b"<gpx", "gpx"))


class Format(StrEnum):
    """What kind of file was uploaded."""

    FIT = "fit"
    TCX = "tcx"
    GPX = "gpx"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Inner:
    """The file inside a download. `content` is empty where it is too large or no FIT."""

    format: Format
    name: str | None = None
    content: bytes = b""
    is_too_large: bool = False


def unwrap(download: bytes) -> Inner:
    """Return the FIT file in *download*, or else the first file there; it may also be bare.

    Never raises: an archive that cannot be opened is `Format.OTHER`.
    """
    if not download.startswith(b"PK"):
        return _inner(None, download, len(download))
    if not _has_small_directory(download):
        return Inner(Format.OTHER)
    try:
        with zipfile.ZipFile(io.BytesIO(download)) as archive:
            return _best_of(archive)
    # NotImplementedError: an unknown packing; RuntimeError: encrypted.
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError):
        return Inner(Format.OTHER)


def format_of(head: bytes) -> Format:
    """Return what a file is that begins with *head*."""
    if head[8:12] == b".FIT":
        return Format.FIT
    for root, name in _XML_ROOTS:
        if root in head[:_HEAD]:
            return Format(name)
    return Format.OTHER


def _has_small_directory(archive: bytes) -> bool:
    """Tell whether the list of entries is short, before `zipfile` makes objects of it."""
    at = archive.rfind(b"PK\x05\x06")
    if at < 0 or len(archive) < at + _END_OF_DIRECTORY.size:
        return False
    # A locator right before it would point to a list of 64-bit size.
    if archive[max(0, at - 20) : at].startswith(b"PK\x06\x07"):
        return False
    size = int(_END_OF_DIRECTORY.unpack_from(archive, at)[5])
    return size <= _LARGEST_DIRECTORY


def _best_of(archive: zipfile.ZipFile) -> Inner:
    first: Inner | None = None
    for entry in archive.infolist()[:MOST_ENTRIES]:
        if entry.is_dir() or entry.compress_type not in _PACKED:
            continue
        with archive.open(entry) as file:
            head = file.read(_HEAD)
            if format_of(head) is Format.FIT:
                # What the archive says of the size may be a lie; what comes out is not.
                content = head + file.read(LARGEST_FILE + 1 - len(head))
                return _inner(entry.filename, content, len(content))
        first = first or _inner(entry.filename, head, len(head))
    return first or Inner(Format.OTHER)


def _inner(name: str | None, content: bytes, size: int) -> Inner:
    kind = format_of(content[:_HEAD])
    shown = None if name is None else _printable(name)
    if size > LARGEST_FILE:
        return Inner(kind, shown, is_too_large=True)
    return Inner(kind, shown, content if kind is Format.FIT else b"")


def _printable(name: str) -> str:
    return "".join(letter for letter in name[:_LONGEST_NAME] if letter.isprintable())
