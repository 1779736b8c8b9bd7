"""FIT files as laps and tracks: whole, odd and damaged ones."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from fit_cases import (
    RECORDINGS,
    Recorded,
    a_run,
    activities,
    athlete,
    recorded,
    sealed,
    with_wrong_checksum,
    without_header_checksum,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from training_analyzer.fit import Decoded, Status, decode, unwrap
from training_analyzer.simulator.fit_file import fit_file
from training_analyzer.simulator.tracks import track

RUN, FIT = a_run()
needs_recordings = pytest.mark.skipif(
    not (RECORDINGS / "INDEX.tsv").exists(),
    reason="NO RECORDINGS: put shared/recordings beside the checkout to test against them",
)


def read(fit: bytes) -> Decoded:
    """Return what a file says."""
    return decode(unwrap(fit))


def file(name: str) -> bytes:
    """Return the recorded file whose name holds *name*."""
    return next(one.content for one in recorded() if name in one.file)


def test_track_is_what_the_athlete_did() -> None:
    """Every point of an activity comes back: time, place, height, way, speed and heart rate."""
    points = track(athlete(), RUN)

    decoded = read(FIT)

    found = decoded.track
    assert (decoded.status, decoded.decoder, decoded.errors) == (Status.OK, "fitfast", ())
    assert decoded.start_utc == RUN.start.replace(microsecond=0)
    assert list(found["time_s"]) == [round(point.at.timestamp()) for point in points]
    assert list(found["hr_bpm"]) == [point.bpm for point in points]
    assert list(found["distance_m"]) == pytest.approx([p.distance_m for p in points], abs=0.01)
    assert list(found["speed_mps"]) == pytest.approx([p.speed_mps for p in points], abs=0.001)
    assert list(found["altitude_m"]) == pytest.approx([p.altitude_m for p in points], abs=0.11)
    places = [point.position or (0.0, 0.0) for point in points]
    assert list(found["latitude_deg"]) == pytest.approx([at[0] for at in places], abs=2e-7)
    assert list(found["longitude_deg"]) == pytest.approx([at[1] for at in places], abs=2e-7)
    assert "power_w" not in found
    assert "session_index" not in found


def test_lap_is_what_the_athlete_did() -> None:
    """A lap has its start, length, way and heart rate, and the sport in words."""
    (lap,) = read(FIT).laps

    assert lap["start_utc"] == RUN.start.replace(microsecond=0)
    assert (lap["lap_index"], lap["session_index"]) == (0, 0)
    assert lap["elapsed_s"] == pytest.approx(RUN.elapsed_s, abs=0.001)
    assert lap["distance_m"] == pytest.approx(RUN.distance_m, abs=0.01)
    assert (lap["avg_hr_bpm"], lap["max_hr_bpm"]) == (RUN.avg_bpm, RUN.max_bpm)
    assert (lap["sport"], lap["avg_power_w"]) == ("running", None)


def test_multisport_file_has_a_session_for_each_leg() -> None:
    """Points and laps of a triathlon know which leg they belong to."""
    tom = athlete(1)
    triathlon = next(one for one in activities(tom) if one.legs)

    decoded = read(fit_file(tom, triathlon))

    assert len(decoded.sessions) == len(decoded.laps) == len(triathlon.legs)
    assert [lap["session_index"] for lap in decoded.laps] == list(range(len(triathlon.legs)))
    indexes = [int(index or 0) for index in decoded.track["session_index"]]
    assert indexes == sorted(indexes)
    assert set(indexes) == set(range(len(triathlon.legs)))


def test_file_without_header_checksum_is_whole() -> None:
    """A header checksum of 0 is allowed: another decoder reads the same from such a file."""
    whole, odd = read(FIT), read(without_header_checksum(FIT))

    assert (odd.status, odd.decoder, odd.errors) == (Status.OK, "fitdecode", ())
    assert (odd.track, odd.laps, odd.sessions) == (whole.track, whole.laps, whole.sessions)


def test_wrong_checksum_keeps_everything_and_says_so() -> None:
    """A file whose checksum is wrong is read to its end, and is not called whole."""
    decoded = read(with_wrong_checksum(FIT))

    assert (decoded.status, decoded.errors) == (Status.PARTIAL, ("checksum",))
    assert decoded.track == read(FIT).track


def test_truncated_file_keeps_what_could_be_read() -> None:
    """Half a file gives half a track, and says that it was cut off."""
    decoded = read(FIT[: len(FIT) // 2])

    whole = read(FIT)
    assert (decoded.status, decoded.errors) == (Status.PARTIAL, ("truncated",))
    assert 0.4 < decoded.point_count / whole.point_count < 0.6
    count = decoded.point_count
    assert list(decoded.track["time_s"]) == list(whole.track["time_s"])[:count]
    assert decoded.start_utc == whole.start_utc


@pytest.mark.parametrize("length", [12, 13, 14, 20])
def test_stump_has_failed(length: int) -> None:
    """Of a file that ends in its header nothing is left, and it is said to have failed."""
    decoded = read(FIT[:length])

    assert decoded.status is Status.FAILED
    assert decoded.errors


def test_chained_files_are_one_activity() -> None:
    """Two FIT files one behind the other are read as one."""
    once, twice = read(FIT), read(FIT + FIT)

    assert twice.status is Status.OK
    assert twice.point_count == 2 * once.point_count


def test_second_file_of_a_chain_may_be_damaged() -> None:
    """What stands before the damage of a chain is kept."""
    decoded = read(FIT + FIT[: len(FIT) // 2])

    assert decoded.status is Status.PARTIAL
    assert decoded.point_count > read(FIT).point_count


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(14, len(FIT) - 3), st.integers(0, 255)), max_size=6),
    st.booleans(),
    st.integers(0, 400),
)
def test_damage_never_raises(damage: list[tuple[int, int]], seal: bool, place: int) -> None:  # noqa: FBT001 - drawn
    """Whatever is broken in a file, it gives a track of one length, or a word why not."""
    broken = bytearray(FIT)
    for at, byte in [*damage, *((14 + (at % 400), byte) for at, byte in damage[:1] if place % 2)]:
        broken[at] = byte

    decoded = read(sealed(bytes(broken)) if seal else bytes(broken))

    assert decoded.status in Status
    assert len({len(column) for column in decoded.track.values()}) <= 1
    assert (decoded.status is Status.OK) == (not decoded.errors)


@needs_recordings
@pytest.mark.parametrize("one", recorded(), ids=lambda one: one.file)
def test_recorded_file_gives_all_its_records(one: Recorded) -> None:
    """A real file of any maker gives every record; a corrupt one all before the damage."""
    decoded = read(one.content)

    expected = Status.OK if one.expected == "decodes" else Status.PARTIAL
    assert (decoded.status, decoded.point_count) == (expected, one.records)
    assert len(decoded.sessions) == len(one.sport.split(";"))
    assert decoded.sessions[0]["sport"] == one.sport.split("/")[0].split(";")[0]


@needs_recordings
@pytest.mark.parametrize(("name", "missing"), [("event-timestamp-hr", 3), ("multiple-header", 0)])
def test_heart_rate_of_a_chest_strap_reaches_the_records(name: str, missing: int) -> None:
    """Beats that the strap stored under water stand in the track, where they belong."""
    decoded = read(file(name))

    beats = list(decoded.track["hr_bpm"])
    assert beats.count(None) == missing
    known = [beat for beat in beats if beat is not None]
    average = decoded.sessions[0]["avg_hr_bpm"]
    assert isinstance(average, int)
    if len(decoded.sessions) == 1:
        assert sum(known) / len(known) == pytest.approx(average, abs=6)
    assert 40 < min(known) < max(known) < 200


@needs_recordings
def test_recorded_triathlon_has_five_sessions() -> None:
    """Four chained files with five sessions: each lap and point finds its own."""
    decoded = read(file("multiple-header"))

    sports = [session["sport"] for session in decoded.sessions]
    assert sports == ["swimming", "transition", "cycling", "transition", "running"]
    assert [lap["session_index"] for lap in decoded.laps] == [0, 1, 2, 3, 4]
    assert decoded.start_utc == datetime(2018, 5, 27, 7, 33, 1, tzinfo=UTC)


@needs_recordings
def test_no_strap_is_not_a_heart_that_stands_still() -> None:
    """An app that writes 0 beats for "no strap" gives no heart rate at all."""
    decoded = read(file("0134902991"))

    assert "hr_bpm" not in decoded.track
    assert (decoded.laps[0]["avg_hr_bpm"], decoded.laps[0]["max_hr_bpm"]) == (None, None)
