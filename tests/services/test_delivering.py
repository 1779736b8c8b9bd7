"""Deliveries over real TLS to a receiver on this machine: signed, repeated, and safe."""

from __future__ import annotations

import re
import socket
import ssl
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from webhook_stage import NAME, Receiver

from training_analyzer.db import open_database
from training_analyzer.db.repositories.outbox import tell
from training_analyzer.planning.addresses import Endpoint
from training_analyzer.services.delivering import Courier, Delivering
from training_analyzer.services.posting import NotPosted, Poster, Why
from training_analyzer.services.webhooks import (
    DeliveryState,
    EventType,
    Webhooks,
    build_webhooks,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fake_clock import FakeClock

    from training_analyzer.db import Database
    from training_analyzer.services.encryption import EncryptionService

PAGE = Path(__file__).parents[2] / "docs/how-to/webhooks.md"


def _here(_host: str, _port: int) -> list[str]:
    return ["127.0.0.1"]


def _anywhere(_address: str) -> bool:
    return True


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[Receiver]:
    """Give a receiver that listens."""
    with Receiver(tmp_path) as listening:
        yield listening


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    """Give a database; that both kinds deliver alike is a matter of the repositories."""
    opened = open_database(sqlite_url)
    yield opened
    opened.close()


@pytest.fixture
def webhooks(database: Database, encryption: EncryptionService, clock: FakeClock) -> Webhooks:
    """Give the webhooks of a fresh database."""
    return build_webhooks(database, encryption, clock)


@pytest.fixture
def delivering(webhooks: Webhooks, receiver: Receiver) -> Delivering:
    """Give what delivers to the receiver, wherever a name says that it is."""
    poster = Poster(resolve=_here, is_allowed=_anywhere, context=receiver.trusting)
    return Delivering(webhooks, poster, "test")


@pytest.fixture
def verify() -> Callable[[str, dict[str, str], bytes, float], bool]:
    """Give the check of the how-to page, at a time of the test's."""
    found = re.search(
        r"^   ```python\n(.*?)^   ```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    assert found is not None
    code = re.sub(r"^   ", "", found[1], flags=re.MULTILINE)
    assert sum(bool(line.strip()) for line in code.splitlines()) == 9

    def check(secret: str, headers: dict[str, str], body: bytes, now: float) -> bool:
        names: dict[str, Any] = {}
        exec(code, names)  # noqa: S102 - our own page
        names["time"] = type("Time", (), {"time": staticmethod(lambda: now)})
        return bool(names["verify"](secret, headers, body))

    return check


def _add(webhooks: Webhooks, receiver: Receiver) -> tuple[str, str]:
    made = webhooks.add("eva", {"url": receiver.url, "events": ["*"]})
    return made.webhook.webhook_id, made.secret


def _tell(database: Database, clock: FakeClock) -> None:
    with database.write() as db:
        tell(db, "eva", EventType.SYNC_COMPLETED, {"sync_id": 7}, now=clock())


def test_delivery_is_signed_as_the_page_verifies_it(
    database: Database,
    webhooks: Webhooks,
    delivering: Delivering,
    receiver: Receiver,
    clock: FakeClock,
    verify: Callable[[str, dict[str, str], bytes, float], bool],
) -> None:
    """The nine lines of the how-to page take it, and no changed body, other secret or old one."""
    webhook_id, secret = _add(webhooks, receiver)
    _tell(database, clock)
    receiver.answers(200, b"thanks" * 1000)

    assert delivering.deliver_next()
    assert not delivering.deliver_next()

    ((path, headers, body),) = receiver.seen
    assert path == "/in?token=of-the-receiver"
    assert headers["host"] == f"{NAME}:{receiver.port}"
    assert body == (
        b'{"type":"sync.completed","timestamp":"2026-03-02T12:00:00.000Z","data":{"sync_id":7}}'
    )
    at = clock().timestamp()
    assert verify(secret, headers, body, at)
    assert not verify(secret, headers, body + b" ", at)
    assert not verify("whsec_AAAA", headers, body, at)
    assert not verify(secret, headers, body, at + 301)
    log = webhooks.log("eva", webhook_id, limit=5)
    assert log is not None
    assert (log[0].state, log[0].response_status) == (DeliveryState.DELIVERED, 200)
    assert log[0].response_head == (b"thanks" * 1000)[:1024]


def test_both_secrets_sign_for_a_day(
    database: Database,
    webhooks: Webhooks,
    delivering: Delivering,
    receiver: Receiver,
    clock: FakeClock,
    verify: Callable[[str, dict[str, str], bytes, float], bool],
) -> None:
    """After a rotation old and new secret verify for 24 hours, then the new one alone."""
    webhook_id, old = _add(webhooks, receiver)
    made = webhooks.rotate_secret("eva", webhook_id)
    assert made is not None

    accepted = []
    for hours in (0, 23, 2):
        clock.advance(hours=hours)
        _tell(database, clock)
        assert delivering.deliver_next()
        _, headers, body = receiver.seen[-1]
        at = clock().timestamp()
        accepted.append([verify(key, headers, body, at) for key in (old, made.secret)])

    assert accepted == [[True, True], [True, True], [False, True]]
    assert webhooks.rotate_secret("tom", webhook_id) is None


def test_failed_delivery_is_repeated_under_the_same_id(
    database: Database,
    webhooks: Webhooks,
    delivering: Delivering,
    receiver: Receiver,
    clock: FakeClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A redirect is not followed; `Retry-After` is obeyed; 410 ends it; no address is logged.

    ASVS 15.3.2.
    """
    caplog.set_level("DEBUG")
    webhook_id, secret = _add(webhooks, receiver)
    _tell(database, clock)
    receiver.answers(307, Location="/elsewhere").answers(503, Retry_After="3600").answers(410)

    tried = []
    for seconds in (0, 4, 3, 3599, 1):
        clock.advance(seconds=seconds)
        tried.append(delivering.deliver_next())

    assert tried == [True, False, True, False, True]
    assert [path for path, _, _ in receiver.seen] == ["/in?token=of-the-receiver"] * 3
    assert len({headers["webhook-id"] for _, headers, _ in receiver.seen}) == 1
    assert len({headers["webhook-timestamp"] for _, headers, _ in receiver.seen}) == 3
    off = webhooks.one("eva", webhook_id)
    assert off is not None
    assert (off.enabled, off.disabled_reason) == (False, "gone")
    assert "is turned off: gone" in caplog.text
    assert "token" not in caplog.text
    assert secret not in caplog.text


def test_name_is_looked_up_once_and_every_address_checked(receiver: Receiver) -> None:
    """The connection goes to the address that was checked, whatever the name says next.

    ASVS 1.3.6.
    """
    endpoint = Endpoint(NAME, receiver.port, "/in")
    looked_up: list[list[str]] = [["10.0.0.1"], ["127.0.0.1"]]
    rebinding = Poster(
        resolve=lambda _host, _port: looked_up.pop(),
        is_allowed=lambda address: address == "127.0.0.1",
        context=receiver.trusting,
    )

    assert rebinding.post(endpoint, b"{}", {}).status == 204
    with pytest.raises(NotPosted) as refused:
        rebinding.post(endpoint, b"{}", {})
    assert refused.value.why is Why.ADDRESS_REFUSED

    for found, why in {
        ("93.184.215.14", "10.0.0.1"): Why.ADDRESS_REFUSED,
        ("127.0.0.1",): Why.ADDRESS_REFUSED,
        (): Why.NAME_UNKNOWN,
    }.items():
        poster = Poster(resolve=lambda _host, _port, found=found: list(found))  # type: ignore[misc] # a default binds the loop's value
        with pytest.raises(NotPosted) as refused:
            poster.post(endpoint, b"{}", {})
        assert refused.value.why is why
    assert len(receiver.seen) == 1


def test_certificate_must_be_good_and_of_that_name(receiver: Receiver) -> None:
    """A certificate of nobody known, or of another name, is refused before anything is sent."""
    strangers = Poster(resolve=_here, is_allowed=_anywhere)
    another = Poster(resolve=_here, is_allowed=_anywhere, context=receiver.trusting)

    for poster, name in ((strangers, NAME), (another, "other.example.org")):
        with pytest.raises(NotPosted) as refused:
            poster.post(Endpoint(name, receiver.port, "/"), b"{}", {})
        assert refused.value.why is Why.TLS_FAILED
    assert receiver.seen == []


def test_receiver_has_its_time_and_no_more(receiver: Receiver, tmp_path: Path) -> None:
    """One that drips its answer, or never begins a handshake, is left in time; no port, at once."""
    server, pause = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), threading.Event()
    server.load_cert_chain(tmp_path / "receiver.pem")
    with socket.create_server(("127.0.0.1", 0)) as dripping:
        dripping.settimeout(5)

        def drip() -> None:
            with server.wrap_socket(dripping.accept()[0], server_side=True) as sock:
                sock.recv(100)
                for byte in b"HTTP/1.1 200 OK\r\n":
                    try:
                        sock.sendall(bytes([byte]))
                    except OSError:
                        return
                    pause.wait(0.1)

        thread = threading.Thread(target=drip)
        thread.start()
        poster = Poster(
            resolve=_here, is_allowed=_anywhere, context=receiver.trusting, longest_s=0.4
        )
        endpoint = Endpoint(NAME, dripping.getsockname()[1], "/")
        began = time.monotonic()
        with pytest.raises(NotPosted) as late:
            poster.post(endpoint, b"{}", {})
        thread.join()
        with pytest.raises(NotPosted) as silent:
            poster.post(endpoint, b"{}", {})
    with pytest.raises(NotPosted) as closed:
        poster.post(endpoint, b"{}", {})

    assert (late.value.why, silent.value.why) == (Why.TIMED_OUT, Why.TIMED_OUT)
    assert closed.value.why is Why.CONNECTION_FAILED
    assert time.monotonic() - began < 3


def test_a_bug_of_ours_is_an_attempt_like_others(
    database: Database,
    webhooks: Webhooks,
    receiver: Receiver,
    clock: FakeClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What nobody foresaw is tried again as late as a refusal is, and its text is told nobody."""
    webhook_id, _ = _add(webhooks, receiver)
    _tell(database, clock)

    def broken(_host: str, _port: int) -> list[str]:
        message = "s3cret"
        raise RuntimeError(message)

    delivering = Delivering(webhooks, Poster(resolve=broken), "test")
    assert delivering.deliver_next()
    assert not delivering.deliver_next()

    (row,) = webhooks.log("eva", webhook_id, limit=5) or []
    assert (row.state, row.attempts, row.error_code) == (DeliveryState.PENDING, 1, "internal")
    assert "RuntimeError" in caplog.text
    assert "s3cret" not in caplog.text


def test_courier_delivers_while_its_block_lasts(
    database: Database,
    webhooks: Webhooks,
    delivering: Delivering,
    receiver: Receiver,
    clock: FakeClock,
) -> None:
    """What is told meanwhile arrives, once; the log of more than 30 days ago goes."""
    webhook_id, _ = _add(webhooks, receiver)
    _tell(database, clock)
    clock.advance(days=31)

    with Courier(delivering, threads=1, interval_s=0.01):
        _tell(database, clock)
        assert receiver.arrived.wait(10)

    log = webhooks.log("eva", webhook_id, limit=5)
    assert log is not None
    assert [(row.created_at, row.state) for row in log] == [(clock(), DeliveryState.DELIVERED)]
    assert len(receiver.seen) == 1
