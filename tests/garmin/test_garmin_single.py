"""One activity's file and page, on every kind of connection."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from training_analyzer.errors import (
    Blocked,
    CredentialsRejected,
    ForbiddenStream,
    GarminError,
    GarminUnavailable,
    RateLimited,
    UnexpectedPayload,
)
from training_analyzer.garmin.hybrid import HybridGarmin
from training_analyzer.garmin.single import DETAIL_PATH, FILE_PATH

if TYPE_CHECKING:
    from collections.abc import Callable

    from training_analyzer.garmin import Garmin
    from training_analyzer.garmin.account import AccountGarmin
    from training_analyzer.garmin.personal import PersonalGarmin
    from training_analyzer.simulator.server import SimulatorServer
    from training_analyzer.streams import Json

ZIP = b"PK\x03\x04 what was uploaded, with a \x00 in it"
NO_SUCH: Json = {"message": "HTTP 404 Not Found", "error": "NotFoundException"}


@pytest.fixture(params=["account", "personal", "both"])
def garmin(
    request: pytest.FixtureRequest,
    open_account: Callable[..., AccountGarmin],
    open_personal: Callable[..., PersonalGarmin],
) -> Garmin:
    """Give an open connection of each kind in turn."""
    if request.param == "both":
        return HybridGarmin(open_personal(), open_account())
    return open_account() if request.param == "account" else open_personal()


def test_file_comes_as_it_was_uploaded(garmin: Garmin, server: SimulatorServer) -> None:
    """The bytes of a download are handed on untouched, for one request."""
    server.faults.answer(FILE_PATH, body=ZIP, content_type="application/x-zip-compressed")
    garmin.download(1)
    before = garmin.requests

    assert garmin.download(2) == ZIP
    assert garmin.requests == before + 1
    assert list(server.log)[-1].path == f"{FILE_PATH}2"


def test_manual_activity_has_no_file(garmin: Garmin, server: SimulatorServer) -> None:
    """A 404 of a download means that there is no file, and nothing worse."""
    server.faults.answer(FILE_PATH, status=404, body=NO_SUCH)

    assert garmin.download(1) is None


def test_page_of_an_activity(garmin: Garmin, server: SimulatorServer) -> None:
    """An activity's page is its JSON; a 404 says that there is no such activity."""
    server.faults.answer(f"{DETAIL_PATH}1", body={"activityId": 1})
    server.faults.answer(f"{DETAIL_PATH}2", status=404, body=NO_SUCH)

    page = garmin.detail(1)

    assert page is not None
    assert (page.api, page.body) == (garmin.apis[0], {"activityId": 1})
    assert garmin.detail(2) is None


@pytest.mark.parametrize(
    ("status", "body", "kind", "error"),
    [
        (204, None, "application/json", UnexpectedPayload),
        (200, None, "application/zip", UnexpectedPayload),
        (200, {"message": "no"}, "application/json", UnexpectedPayload),
        (200, b"<!doctype html><title>hotel</title>", "text/html", Blocked),
        (404, b"<html>no such host</html>", "text/html", GarminUnavailable),
        (403, {"message": "not yours"}, "application/json", ForbiddenStream),
        (429, {}, "application/json", RateLimited),
        (500, {}, "application/json", GarminUnavailable),
    ],
)
def test_what_is_no_file_is_an_error(
    garmin: Garmin,
    server: SimulatorServer,
    status: int,
    body: bytes | dict[str, str] | None,
    kind: str,
    error: type[GarminError],
) -> None:
    """A page, a message, nothing at all or a refusal is never stored as somebody's file."""
    server.faults.answer(FILE_PATH, status=status, body=body, content_type=kind)  # type: ignore[arg-type] # JSON it is

    with pytest.raises(error):
        garmin.download(1)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (204, None, "application/json"),
        (200, None, "application/json"),
        (200, b"[]", "application/json"),
        (404, b"<html>no such host</html>", "text/html"),
        (500, b"{}", "application/json"),
    ],
)
def test_only_a_plain_404_says_that_an_activity_is_gone(
    garmin: Garmin, server: SimulatorServer, status: int, body: bytes | None, kind: str
) -> None:
    """Silence, a proxy's page or an outage deletes nothing: each is an error."""
    server.faults.answer(DETAIL_PATH, status=status, body=body, content_type=kind)

    with pytest.raises(GarminError):
        garmin.detail(1)


def test_session_gives_the_file_when_the_key_is_dead(
    open_account: Callable[..., AccountGarmin],
    open_personal: Callable[..., PersonalGarmin],
    server: SimulatorServer,
) -> None:
    """A dead key beside a living session costs no file."""
    server.faults.answer(FILE_PATH, body=ZIP, content_type="application/zip")
    both = HybridGarmin(open_personal("GCDC_dead"), open_account())

    assert both.download(1) == ZIP
    assert both.key_is_refused
    with pytest.raises(CredentialsRejected):
        open_personal("GCDC_dead").download(1)


def test_splits_are_the_sessions_and_cost_a_key_nothing(
    open_account: Callable[..., AccountGarmin],
    open_personal: Callable[..., PersonalGarmin],
    server: SimulatorServer,
) -> None:
    """The session answers with the activity's laps, beside a key too; a key alone does not ask."""
    server.faults.answer(f"{DETAIL_PATH}7/splits", body={"lapDTOs": []})
    session, key = open_account(), open_personal()
    asked = key.requests

    for garmin in (session, HybridGarmin(key, session)):
        splits = garmin.splits(7)
        assert splits is not None
        assert splits.body == {"activityId": 7, "lapDTOs": []}
    assert key.splits(7) is None
    assert key.requests == asked


def test_splits_that_are_missing_or_anothers(
    open_account: Callable[..., AccountGarmin], server: SimulatorServer
) -> None:
    """A 404 and silence are no splits; another activity's, or a list, are an error."""
    server.faults.answer(f"{DETAIL_PATH}1/splits", status=404, body=NO_SUCH)
    server.faults.answer(f"{DETAIL_PATH}2/splits", status=204)
    server.faults.answer(f"{DETAIL_PATH}3/splits", body={"activityId": 4, "lapDTOs": []})
    server.faults.answer(f"{DETAIL_PATH}5/splits", body=b"[]")
    garmin = open_account()

    assert garmin.splits(1) is None
    assert garmin.splits(2) is None
    for other in (3, 5):
        with pytest.raises(UnexpectedPayload):
            garmin.splits(other)
