"""The pretend Garmin as a server, and its own address for other processes."""

from __future__ import annotations

import socket
import threading
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import requests

from training_analyzer.simulator.admin import administer
from training_analyzer.simulator.request import Request
from training_analyzer.simulator.server import SimulatorServer

if TYPE_CHECKING:
    from collections.abc import Callable

    from training_analyzer.simulator.world import World

HRV = "/hrv-service/hrv/2026-11-20"

type Ask = Callable[..., Any]


@pytest.fixture
def ask(server: SimulatorServer) -> Ask:
    """Ask the simulator's own address, and return the JSON it answers."""

    def ask(method: str, what: str, **body: object) -> Any:
        url = f"{server.url}/__sim__/{what}"
        answer = requests.request(method, url, json=body or None, timeout=5)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return ask


def test_server_stops_with_clients_still_connected(world: World) -> None:
    """A server stops at once, without a thread left, though a client keeps its connection."""
    threads = threading.active_count()
    with requests.Session() as session:
        with SimulatorServer(world) as server:
            session.get(server.url, timeout=5)

        assert threading.active_count() == threads
        with pytest.raises(requests.ConnectionError):
            session.get(server.url, timeout=5)


def test_connection_is_kept_alive(server: SimulatorServer) -> None:
    """Two requests of one client share a connection."""
    host, port = server.url.removeprefix("http://").split(":")
    question = f"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        stream = connection.makefile("rwb")
        for _ in range(2):
            stream.write(question)
            stream.flush()
            assert stream.readline() == b"HTTP/1.1 200 OK\r\n"
            length = 0
            while (line := stream.readline()) != b"\r\n":
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            assert b"Simulated" in stream.read(length)
        stream.close()


def test_oversized_body_is_refused(server: SimulatorServer) -> None:
    """A body that no client of Garmin's sends is refused unread."""
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n")

        assert connection.recv(100).startswith(b"HTTP/1.1 413 ")


def test_bug_in_the_simulator_is_loud(
    server: SimulatorServer, caplog: pytest.LogCaptureFixture
) -> None:
    """A failure of the simulator itself is a 500 and an error in the log, not silence."""

    def broken(*_question: object) -> Any:
        message = "oh no"
        raise RuntimeError(message)

    server.world.answer = broken
    token = server.world.sign_in("ada@example.test")["di_token"]

    answer = requests.get(server.url + HRV, headers={"Authorization": f"Bearer {token}"}, timeout=5)

    assert answer.status_code == 500
    assert "the simulator failed on GET" in caplog.text


def test_stranger_gets_no_data(server: SimulatorServer) -> None:
    """Without a token there is no data."""
    answer = requests.get(server.url + HRV, timeout=5)

    assert (answer.status_code, answer.json()) == (401, {"message": "Token is not active"})


def test_data_is_only_read(server: SimulatorServer) -> None:
    """Nothing can be written at the pretend Garmin."""
    token = server.world.sign_in("ada@example.test")["di_token"]

    answer = requests.delete(
        server.url + "/activity-service/activity/7",
        headers={"Authorization": f"Bearer {token}"},
        timeout=5,
    )

    assert answer.status_code == 405


def test_another_process_tells_faults(server: SimulatorServer, ask: Ask) -> None:
    """Another process tells a fault by its verb, sees it strike and clears it."""
    told = ask("POST", "faults", verb="rate_limit", path="/hrv-service", retry_after=600, times=2)
    answer = requests.get(server.url + HRV, timeout=5)

    assert told["told"] == "rate_limit"
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "600")
    assert ask("GET", "faults") == [{"verb": "rate_limit", "path": "/hrv-service", "hits": 1}]
    assert ask("DELETE", "faults") == []
    assert requests.get(server.url + HRV, timeout=5).status_code == 401


@pytest.mark.parametrize(
    "fault",
    [
        {"verb": "throttle_logins", "after": 3, "span_s": 7200},
        {
            "verb": "answer",
            "path": "/x",
            "status": 200,
            "text": "<html>",
            "content_type": "text/html",
        },
        {"verb": "refuse_apps", "client_ids": ["A", "B"]},
        {"verb": "challenge", "until": "2026-11-25T06:00:00+00:00"},
        {"verb": "revoke_tokens", "account": "ada@example.test"},
    ],
    ids=lambda fault: str(fault["verb"]),
)
def test_another_process_tells_any_fault(ask: Ask, fault: dict[str, object]) -> None:
    """Spans of time, instants, plain text and lists of apps can be told as JSON."""
    assert ask("POST", "faults", **fault)["told"] == fault["verb"]


@pytest.mark.parametrize(
    "fault", [{"verb": "clear"}, {"verb": "answer"}, {"verb": "nothing", "x": 1}]
)
def test_nonsense_is_refused(server: SimulatorServer, fault: dict[str, object]) -> None:
    """An unknown verb, or one without what it needs, is refused with a reason."""
    answer = requests.post(f"{server.url}/__sim__/faults", json=fault, timeout=5)

    assert answer.status_code == 400
    assert answer.json()["error"]


def test_another_process_moves_the_clock(server: SimulatorServer, ask: Ask) -> None:
    """Another process lets an hour pass."""
    before = server.world.now()

    told = ask("POST", "clock", advance_s=3600)

    assert datetime.fromisoformat(told["now"]) == before + timedelta(hours=1)
    assert ask("GET", "clock") == told


def test_another_process_reads_the_log(server: SimulatorServer, ask: Ask) -> None:
    """The log and the counters tell what was asked; asking them is not in it."""
    requests.get(f"{server.url}{HRV}?x=1", timeout=5)

    (line,) = ask("GET", "log")

    assert (line["method"], line["path"], line["query"]) == ("GET", HRV, {"x": "1"})
    assert (line["status"], line["user"], line["token"]) == (401, None, None)
    assert ask("GET", "counters") == {"GET /hrv-service": 1}
    assert ask("DELETE", "log") == []
    assert ask("GET", "log") == []


def test_another_process_learns_how_to_sign_in(server: SimulatorServer, ask: Ask) -> None:
    """The accounts, a token file and a ticket of each are to be had."""
    ada = ask("GET", "accounts")[0]
    bundle = ask("POST", "tokens", email="ada@example.test")
    ticket = ask("POST", "tickets", email="ada@example.test")["ticket"]

    assert (ada["email"], ada["password"]) == ("ada@example.test", "correct horse")
    assert set(bundle) == {"di_token", "di_refresh_token", "di_client_id"}
    assert server.world.tokens.redeem_ticket(ticket, f"{server.url}/gcm/android") == ada["email"]


@pytest.mark.parametrize(
    ("client", "origin"),
    [
        ("203.0.113.7", "http://127.0.0.1:1"),
        ("127.0.0.1", "http://rebound.example.test:1"),
        ("127.0.0.1", "http://203.0.113.1:1"),
    ],
)
def test_only_this_machine_administers(world: World, client: str, origin: str) -> None:
    """Another machine, or a page that bound its own name to this one, is refused."""
    request = Request(
        method="GET", path="/__sim__/accounts", query={}, headers={}, body=b"",
        client=client, origin=origin,
    )  # fmt: skip

    assert administer(world, request).status == 403
