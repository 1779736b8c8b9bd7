"""What a download holds is told by its content; bombs stay packed."""

from __future__ import annotations

import struct
import zipfile

import pytest
from fit_cases import a_run, zipped
from hypothesis import given, settings
from hypothesis import strategies as st

from training_analyzer.fit import Format, Status, decode, unwrap
from training_analyzer.fit.archive import LARGEST_FILE, MOST_ENTRIES

FIT = a_run()[1]
GPX = b'<?xml version="1.0"?>\n<gpx version="1.1"><trk/></gpx>'
TCX = b'<?xml version="1.0"?>\n<TrainingCenterDatabase><Activities/></TrainingCenterDatabase>'


@pytest.mark.parametrize(
    ("content", "found"),
    [(FIT, "fit"), (TCX, "tcx"), (GPX, "gpx"), (b"Laps,Time\n1,2", "other"), (b"", "other")],
)
@pytest.mark.parametrize("name", ["1_ACTIVITY.fit", "1.gpx", "no name at all"])
def test_format_is_told_by_content(content: bytes, found: str, name: str) -> None:
    """A file is what it holds, whatever it is called, zipped or bare."""
    inner = unwrap(zipped((name, content)))

    assert (inner.format, inner.name) == (found, name)
    assert unwrap(content).format == found


def test_fit_file_is_found_behind_others() -> None:
    """The FIT file of an archive is taken, wherever it stands."""
    inner = unwrap(zipped(("readme.txt", b"hello"), ("a.gpx", GPX), ("b.bin", FIT)))

    assert (inner.format, inner.name, inner.content) == (Format.FIT, "b.bin", FIT)


@pytest.mark.parametrize("found", [GPX, TCX, b"anything"])
def test_what_is_no_fit_is_not_decoded(found: bytes) -> None:
    """ASVS 1.5.1, 5.2.2: a GPX or TCX file is kept as it is and gives neither laps nor a track."""
    decoded = decode(unwrap(zipped(("x", found))))

    assert (decoded.status, decoded.track, decoded.laps) == (Status.NOT_FIT, {}, ())


def test_bomb_is_not_unpacked() -> None:
    """An entry that unpacks to more than the bound is refused, and says so."""
    bomb = zipped(("bomb.fit", FIT[:12] + bytes(LARGEST_FILE + 1)))
    assert len(bomb) < LARGEST_FILE / 100

    inner = unwrap(bomb)
    decoded = decode(inner)

    assert (inner.is_too_large, inner.content) == (True, b"")
    assert (decoded.status, decoded.errors) == (Status.FAILED, ("too_large",))


def test_lie_about_the_size_changes_nothing() -> None:
    """What comes out of an archive is measured; what its directory says is not believed."""
    archive = bytearray(zipped(("bomb.fit", FIT[:12] + bytes(LARGEST_FILE + 1))))
    directory = archive.rfind(b"PK\x01\x02")
    struct.pack_into("<I", archive, directory + 24, 100)

    inner = unwrap(bytes(archive))

    assert inner.is_too_large or inner.format is Format.OTHER or len(inner.content) <= 100


def test_long_directory_is_not_read() -> None:
    """An archive of a hundred thousand entries is not even listed."""
    many = zipped(*((f"{n}.txt", b"") for n in range(2_000)), packing=zipfile.ZIP_STORED)

    assert unwrap(many).format is Format.OTHER
    assert unwrap(zipped(*((f"{n}", b"") for n in range(MOST_ENTRIES)))).name == "0"


def test_other_packings_are_left_alone() -> None:
    """Packings whose output cannot be bounded, and which Garmin does not use, stay packed."""
    assert unwrap(zipped(("a.fit", FIT), packing=zipfile.ZIP_BZIP2)).format is Format.OTHER


def test_name_is_made_printable() -> None:
    """ASVS 5.3.2: a name with control characters is cleaned and cut before it is stored."""
    assert unwrap(zipped(("a\x1b[31m\u202e" + "b" * 500, FIT))).name == "a[31m" + "b" * 193


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300), st.integers(0, 400), st.integers(0, 255))
def test_damaged_archives_never_raise(tail: bytes, place: int, byte: int) -> None:
    """Whatever a download is made of, it is opened, or it is something else."""
    archive = bytearray(zipped(("a.fit", FIT[:200])))
    archive[place % len(archive)] = byte

    assert unwrap(bytes(archive)).format in Format
    assert unwrap(b"PK" + tail).format in Format
    assert unwrap(bytes(archive)[: place + 1] + tail).format in Format
