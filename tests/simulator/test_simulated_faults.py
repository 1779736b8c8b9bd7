"""Faults strike the requests they were told for, as often as they were told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import TYPE_CHECKING

import pytest
import requests

from training_analyzer.simulator.answer import Answer
from training_analyzer.simulator.server import SimulatorServer
from training_analyzer.simulator.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator

    from training_analyzer.simulator.fault import When

HRV = "/hrv-service/hrv/2026-11-20"
STEPS = "/usersummary-service/stats/steps/daily/2026-11-20/2026-11-20"


class Reader:
    """Ada with a token and a plain HTTP session."""

    def __init__(self, server: SimulatorServer, session: requests.Session) -> None:
        token = server.world.sign_in("ada@example.test")["di_token"]
        self.headers = {"Authorization": f"Bearer {token}"}
        self._url = server.url
        self._session = session

    def get(self, path: str = HRV) -> requests.Response:
        """Ask for *path*."""
        return self._session.get(
            self._url + path, headers=self.headers, allow_redirects=False, timeout=5
        )

    def statuses(self, times: int, path: str = HRV) -> list[int]:
        """Ask *times* times."""
        return [self.get(path).status_code for _ in range(times)]


@pytest.fixture
def reader(server: SimulatorServer) -> Iterator[Reader]:
    """Make a reader with a token of Ada's."""
    with requests.Session() as session:
        yield Reader(server, session)


def test_fault_ends_after_its_times(server: SimulatorServer, reader: Reader) -> None:
    """A fault told for three requests strikes three, then Garmin is well again."""
    fault = server.faults.answer("/hrv-service", status=500, times=3)

    assert reader.statuses(5) == [500, 500, 500, 200, 200]
    assert fault.hits == 3


def test_fault_strikes_every_second_request(server: SimulatorServer, reader: Reader) -> None:
    """A fault told for each second request leaves the others alone."""
    server.faults.answer("/hrv-service", status=503, every=2)

    assert reader.statuses(4) == [200, 503, 200, 503]


def test_fault_stays_until_cleared(server: SimulatorServer, reader: Reader) -> None:
    """A fault without an end strikes until it is cleared, and leaves other faults in force."""
    other = server.faults.answer("/weight-service", status=500)
    fault = server.faults.answer("/hrv-service", status=500)
    before = reader.statuses(2)

    server.faults.clear(fault)

    assert before == [500, 500]
    assert reader.statuses(1) == [200]
    assert server.faults.in_force() == (other,)


def test_fault_has_its_hours(server: SimulatorServer, reader: Reader) -> None:
    """A fault with a time window strikes inside of it only."""
    now = server.world.now()
    server.faults.rate_limit(
        since=now + timedelta(minutes=1), until=now + timedelta(minutes=2), retry_after=30
    )
    seen = []

    for _ in range(3):
        seen += reader.statuses(1)
        server.world.advance(timedelta(minutes=1))

    assert seen == [200, 429, 200]


@pytest.mark.parametrize(
    ("choice", "struck"),
    [
        ({"account": "ADA@example.test"}, True),
        ({"account": "mia@example.test"}, False),
        ({"token": "di"}, True),
        ({"token": "personal"}, False),
        ({"method": "GET"}, True),
        ({"method": "POST"}, False),
    ],
)
def test_fault_chooses_its_requests(
    server: SimulatorServer, reader: Reader, choice: When, *, struck: bool
) -> None:
    """A fault can be for one account, one kind of token or one method only."""
    server.faults.answer("/", status=418, **choice)

    assert reader.statuses(1) == [418 if struck else 200]


def test_first_fault_told_comes_first(server: SimulatorServer, reader: Reader) -> None:
    """Of two faults for one request the first told strikes, and the second waits its turn."""
    server.faults.answer("/", status=500, times=1)
    server.faults.answer("/", status=503, times=1)

    assert reader.statuses(3) == [500, 503, 200]


@pytest.mark.parametrize(
    ("shape", "status", "text"),
    [
        ("204", 204, ""),
        ("empty", 200, ""),
        ("{}", 200, "{}"),
        ("[]", 200, "[]"),
        ("null", 200, "null"),
    ],
)
def test_nothing_has_five_shapes(
    server: SimulatorServer, reader: Reader, shape: str, status: int, text: str
) -> None:
    """Nothing can be answered in each of the shapes that Garmin has for it."""
    server.faults.nothing("/hrv-service", shape)

    answer = reader.get()

    assert (answer.status_code, answer.text) == (status, text)


def test_truncated_json_does_not_parse(server: SimulatorServer, reader: Reader) -> None:
    """A truncated answer has status 200 and half a document."""
    server.faults.truncate("/hrv-service")

    answer = reader.get()

    assert answer.status_code == 200
    with pytest.raises(requests.JSONDecodeError):
        answer.json()


def test_edited_answer_keeps_the_rest(server: SimulatorServer, reader: Reader) -> None:
    """An edited answer has the changed keys, lacks the dropped ones and keeps the others."""
    server.faults.edit("/hrv-service", {"who": "somebody"}, drop=["query"])

    assert reader.get().json() == {"who": "somebody", "api": "account", "path": HRV}


def test_edge_answers_with_pages(server: SimulatorServer, reader: Reader) -> None:
    """A challenge is 403 and HTML, a captive portal 200 and HTML, a login page a redirect."""
    server.faults.challenge(times=1)
    server.faults.captive_portal(times=1)
    server.faults.answer("/", status=302, headers={"Location": "/sso/signin"}, times=1)

    answers = [reader.get() for _ in range(3)]

    assert [answer.status_code for answer in answers] == [403, 200, 302]
    assert "cf-ray" in answers[0].headers
    assert all("text/html" in answer.headers["Content-Type"] for answer in answers[:2])


def test_cut_connections_are_errors_of_the_connection(
    server: SimulatorServer, reader: Reader
) -> None:
    """A connection cut before, after or within the answer is told as such, and logged with 0."""
    for cut in (server.faults.reset, server.faults.lose_reply, server.faults.cut_body):
        cut("/hrv-service", times=1)
        with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
            reader.get()

    assert reader.statuses(1) == [200]
    assert [asked.status for asked in server.log] == [0, 0, 0, 200]


def test_delay_waits_as_the_world_was_told(world: World) -> None:
    """A delay is handed to the world's own way of waiting, then the answer comes."""
    waited: list[float] = []
    waiting = World(world.accounts, answer=world.answer, wait=waited.append)
    waiting.faults.delay("/hrv-service", 2.5, times=1)

    with SimulatorServer(waiting) as server, requests.Session() as session:
        statuses = Reader(server, session).statuses(2)

    assert statuses == [200, 200]
    assert waited == [2.5]


def test_stopping_ends_a_delay(server: SimulatorServer, reader: Reader) -> None:
    """A server that stops does not wait for the delays it was told."""
    server.faults.delay("/hrv-service", 3600)
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(reader.get)

        server.faults.end_delays()

        assert answer.result(timeout=5).status_code == 200


def test_crowd_is_refused(server: SimulatorServer, reader: Reader) -> None:
    """While two requests are being answered, a third is told to wait."""
    both_inside = Barrier(3)
    server.faults.crowd_limit(parallel=2, retry_after=14)
    server.world.answer = lambda *_asked: (both_inside.wait(5), both_inside.wait(5), Answer())[2]
    with ThreadPoolExecutor(2) as pool:
        slow = [
            pool.submit(requests.get, server.url + HRV, headers=reader.headers, timeout=5)
            for _ in range(2)
        ]
        both_inside.wait(5)

        refused = reader.get()

        both_inside.wait(5)
        assert [answer.result().status_code for answer in slow] == [200, 200]
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "14")


def test_lost_cookie_makes_the_login_429(server: SimulatorServer) -> None:
    """A password posted without the cookie of the page is answered 429, as Garmin does."""
    server.faults.drop_cookies("/mobile/sso")
    with requests.Session() as session:
        session.get(f"{server.url}/mobile/sso/en_US/sign-in", timeout=5)

        answer = session.post(
            f"{server.url}/mobile/api/login",
            json={"username": "ada@example.test", "password": "correct horse"},
            timeout=5,
        )

    assert answer.status_code == 429
