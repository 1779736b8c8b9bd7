"""Faults 15 to 18 on a real wire: what cannot be had is missing, and nobody is blamed for it."""

from __future__ import annotations

import json
import socket
import time
from contextlib import ExitStack, closing
from functools import partial
from typing import TYPE_CHECKING, Any

import fault_server as wire_that
import pytest
from fault_server import FaultServer
from fault_stage import (
    DATA,
    account_of,
    archived,
    certificate,
    hrv_window,
    stored_days,
    tokens_of,
    trusting,
)
from services_stage import account
from taxonomy_stage import LOGINS, SIGN_IN, dead_session, next_run, settled

from training_analyzer.errors import GarminUnavailable
from training_analyzer.garmin.wire import Wire
from training_analyzer.services.runtime import build_runtime
from training_analyzer.simulator.oauth import DI_PATH

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from fault_server import Failure

    from training_analyzer.garmin.account import AccountGarmin
    from training_analyzer.services.runtime import Runtime
    from training_analyzer.settings import Settings
    from training_analyzer.simulator import SimulatorServer

HRV = "/hrv-service"
LOGIN_POSTS = {f"POST {path}" for path in LOGINS}
ENDS_BADLY = {
    "hang up": wire_that.hang_up,
    "no HTTP": wire_that.no_http,
    "reset within the body": wire_that.reset_within,
    "shorter than was said": wire_that.promise_more,
    "longer than was said": wire_that.promise_less,
    "half of a JSON": wire_that.half_a_json,
    "not packed at all": wire_that.bad_gzip,
    "packed and cut": wire_that.cut_gzip,
    "broken chunks": wire_that.bad_chunks,
}
TAKES_LONG = {
    "silence": wire_that.stall,
    "a byte now and then": wire_that.drip,
    "a byte of the head now and then": wire_that.drip_the_head,
    "chunks of a byte": wire_that.drip_chunks,
}
IS_LARGE = {"no end": wire_that.never_end, "unpacks to 64 MB": wire_that.explode}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Give SQLite alone: what a wire does depends on no database."""
    return sqlite_url


@pytest.fixture
def wire(garmin: SimulatorServer) -> Iterator[FaultServer]:
    """Give the wire in front of the pretend Garmin."""
    with FaultServer(garmin.url) as listening:
        yield listening


@pytest.fixture
def runtime(settings: Settings, wire: FaultServer, clock: Any) -> Iterator[Runtime]:
    """Give a runtime that reaches Garmin over the wire."""
    told = settings.model_copy(update={"garmin_server_url": wire.url})
    with build_runtime(told, now=clock) as built:
        yield built


@pytest.fixture
def ada(runtime: Runtime, garmin: SimulatorServer) -> str:
    """Give the id of a connected person who wants three days."""
    return settled(runtime, garmin, "ada", keep_password=True)


def each_way(connection: AccountGarmin) -> tuple[Callable[[], object], ...]:
    """Return what goes over requests and what goes over curl."""
    return (lambda: connection.fetch(hrv_window()), connection.refresh)


def told(runtime: Runtime, user_id: str) -> str:
    """Sync, and return status, code, what the credentials are then, and when it goes on."""
    outcome = runtime.syncs.sync(user_id)
    credentials = runtime.credentials.get_credentials(user_id)
    due_at, _ = next_run(runtime, user_id)
    assert credentials is not None
    assert due_at is not None
    soon = (due_at - runtime.now()).total_seconds() < 3600
    return (
        f"{outcome.status} {outcome.error_code}"
        f" {'valid' if credentials.is_valid else 'invalid'} {'soon' if soon else 'later'}"
    )


@pytest.mark.parametrize("how", ENDS_BADLY)
def test_fault_16_answer_that_breaks_off_is_asked_for_again(
    runtime: Runtime, wire: FaultServer, ada: str, how: str
) -> None:
    """A broken answer leaves nothing behind, makes the run partial, and is had by the next."""
    wire.fails[HRV] = ENDS_BADLY[how]

    assert told(runtime, ada) == "partial garmin_unavailable valid soon"
    assert stored_days(runtime, ada, "hrv_nights") == []
    assert archived(runtime, ada, "hrv") == 0
    assert stored_days(runtime, ada, "sleep_nights")

    wire.fails.clear()
    assert runtime.syncs.sync(ada).status == "completed"
    assert stored_days(runtime, ada, "hrv_nights")


def test_fault_15_nobody_listens(
    runtime: Runtime, wire: FaultServer, ada: str, clock: Any, settings: Settings
) -> None:
    """While connections are refused a sync fails and is tried again; the credentials are good."""
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        nobody = f"http://127.0.0.1:{free.getsockname()[1]}"
    logins = sum(asked in LOGIN_POSTS for asked in wire.asked)
    gone = settings.model_copy(update={"garmin_server_url": nobody})
    with build_runtime(gone, now=clock) as cut_off:
        for _ in range(4):
            assert told(cut_off, ada).startswith("failed garmin_unavailable valid")
            clock.advance(hours=20)  # the next begins with a refresh, which is refused, too

    assert runtime.syncs.sync(ada).status == "completed"
    assert sum(asked in LOGIN_POSTS for asked in wire.asked) == logins == 1


@pytest.mark.parametrize("region_url", ["https://garmin.invalid", "https://no.garmin.invalid:444"])
def test_fault_15_name_that_does_not_resolve_is_an_outage(
    garmin: SimulatorServer, region_url: str
) -> None:
    """Without name service a fetch and a refresh are outages, not refusals."""
    with closing(account_of(region_url, tokens_of(garmin))) as cut_off:
        for ask in each_way(cut_off):
            with pytest.raises(GarminUnavailable):
                ask()


@pytest.mark.parametrize(
    ("name", "is_trusted"),
    [("localhost", False), ("elsewhere.example.test", True)],
    ids=["unknown authority", "wrong name"],
)
def test_fault_15_certificate_that_does_not_hold_is_an_outage(
    garmin: SimulatorServer, tmp_path: Path, name: str, *, is_trusted: bool
) -> None:
    """No token goes to a server that cannot prove who it is, and no credentials are blamed."""
    authority, context = certificate(tmp_path, name)
    made = trusting(authority) if is_trusted else Wire
    with ExitStack() as stack:
        wire = stack.enter_context(FaultServer(garmin.url, tls=context))
        connection = stack.enter_context(account_of(wire.url, tokens_of(garmin), wire=made))
        for ask in each_way(connection):
            with pytest.raises(GarminUnavailable):
                ask()

    assert wire.asked == []


def test_fault_15_certificate_that_holds_is_believed(
    garmin: SimulatorServer, tmp_path: Path
) -> None:
    """The same server under its own name is asked: the test above refuses for the right reason."""
    authority, context = certificate(tmp_path, "localhost")
    with ExitStack() as stack:
        wire = stack.enter_context(FaultServer(garmin.url, tls=context))
        connection = stack.enter_context(
            account_of(wire.url, tokens_of(garmin), wire=trusting(authority))
        )
        connection.fetch(hrv_window())

    assert len(wire.asked) == 1


@pytest.mark.parametrize("how", TAKES_LONG)
def test_fault_17_answer_that_takes_too_long_is_given_up(
    garmin: SimulatorServer, wire: FaultServer, how: str
) -> None:
    """However steadily an answer drips, it ends when its time is over; a renewal does as well."""
    wire.fails |= {HRV: TAKES_LONG[how], DI_PATH: TAKES_LONG[how]}
    hasty = partial(Wire, longest_s=0.2)
    with account_of(wire.url, tokens_of(garmin), wire=hasty) as connection:
        for ask in each_way(connection):
            began = time.monotonic()
            with pytest.raises(GarminUnavailable):
                ask()
            assert 0.15 < time.monotonic() - began < 5


@pytest.mark.parametrize("how", IS_LARGE)
def test_fault_17_answer_that_is_too_large_is_given_up(
    garmin: SimulatorServer, wire: FaultServer, how: str
) -> None:
    """A body without an end, or one that unpacks beyond all measure, costs memory for its cap."""
    wire.fails |= {HRV: IS_LARGE[how], DI_PATH: IS_LARGE[how]}
    narrow = partial(Wire, largest_body=1_000_000)
    with account_of(wire.url, tokens_of(garmin), wire=narrow) as connection:
        for ask in each_way(connection):
            with pytest.raises(GarminUnavailable):
                ask()


def page(status: int, text: str, **headers: str) -> Failure:
    """Return the failure that answers a page."""
    body = f"<!DOCTYPE html><html><body>{text}</body></html>".encode()
    return wire_that.say(status, body, kind="text/html; charset=UTF-8", **headers)


PAGES = {
    "a hotel's": page(200, "Welcome! Accept our terms to go online."),
    "a hotel's without a type": wire_that.say(200, b"  <html>hello</html>", kind="text/plain"),
    "a hotel's redirect": wire_that.say(302, b"", Location="https://hotel.example.test/login"),
    "challenge": page(403, "Just a moment...", cf_ray="8a1b2c3d4e5f-SIM"),
    "1015": page(429, "error code: 1015", cf_ray="8a1b2c3d4e5f-SIM"),
    "1015 in words": wire_that.say(429, b"error code: 1015", kind="text/plain", cf_ray="8a1b"),
    "edge is down": page(503, "error code: 1101", cf_ray="8a1b2c3d4e5f-SIM"),
    "bad gateway": page(502, "Bad gateway"),
}
EDGE = {"blocked", "garmin_unavailable", "rate_limited", "login_blocked"}


@pytest.mark.parametrize("where", ["data", "refresh", "login"])
@pytest.mark.parametrize("which", PAGES)
def test_fault_18_page_instead_of_an_answer_blames_no_credentials(
    runtime: Runtime,
    garmin: SimulatorServer,
    wire: FaultServer,
    ada: str,
    clock: Any,
    which: str,
    where: str,
) -> None:
    """Portals and pages of the edge stop a run for a while and never call a password wrong."""
    paths = {"data": DATA, "refresh": (DI_PATH,), "login": SIGN_IN}[where]
    wire.fails |= dict.fromkeys(paths, PAGES[which])
    if where == "login":
        dead_session(garmin, account(garmin, "ada"))
    elif where == "refresh":
        clock.advance(hours=20)

    outcome = runtime.syncs.sync(ada)

    credentials = runtime.credentials.get_credentials(ada)
    assert credentials is not None
    assert credentials.is_valid
    assert outcome.error_code in EDGE
    assert outcome.status in {"partial", "failed"}
    assert sum(asked in LOGIN_POSTS for asked in wire.asked) <= 1 + 3  # one that connected
    due_at, _ = next_run(runtime, ada)
    assert due_at is not None
    assert due_at > clock.now
    assert stored_days(runtime, ada, "hrv_nights") == []
    details = json.loads(runtime.credentials.get_sync_history(ada)[0].error_details or "{}")
    assert "html" not in json.dumps(details).lower()
