"""What the session below does to answers that are too large, too slow or broken."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest
import requests

from training_analyzer.garmin import wire
from training_analyzer.garmin.wire import Wire, fit_out

if TYPE_CHECKING:
    from collections.abc import Iterator

BODY = b'{"days": [1, 2, 3]}'


class Answering(BaseHTTPRequestHandler):
    """Answer a small body, in two pieces, and set a cookie."""

    def do_GET(self) -> None:
        """Answer; `/short` promises more than it sends."""
        self.send_response(200)
        length = len(BODY) + (10 if self.path == "/short" else 0)
        self.send_header("Content-Length", str(length))
        self.send_header("Set-Cookie", "SESSION=abc; Path=/")
        self.end_headers()
        self.wfile.write(BODY)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def url() -> Iterator[str]:
    """Serve on a free port."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def test_answers_are_whole_and_leave_no_cookie(url: str) -> None:
    """A body is read in full, each request is announced, and no cookie is kept."""
    announced: list[int] = []
    with requests.Session() as session:
        fit_out(session, Wire(lambda: announced.append(1)))

        answers = [session.get(f"{url}/x", timeout=5) for _ in range(2)]

        assert [answer.json() for answer in answers] == [{"days": [1, 2, 3]}] * 2
        assert len(announced) == 2
        assert not session.cookies


def test_a_body_that_breaks_off_is_a_lost_connection(url: str) -> None:
    """Half an answer is not taken for one."""
    with requests.Session() as session:
        fit_out(session, Wire(lambda: None))

        with pytest.raises(requests.ConnectionError) as lost:
            session.get(f"{url}/short", timeout=5)

    assert lost.value.__context__ is None


def test_a_request_that_may_not_start_is_not_sent(url: str) -> None:
    """What runs ahead of a request can stop it."""

    def stop() -> None:
        raise InterruptedError

    with requests.Session() as session:
        fit_out(session, Wire(stop))

        with pytest.raises(InterruptedError):
            session.get(f"{url}/x", timeout=5)


def test_size_and_time_of_an_answer_are_bounded() -> None:
    """A year of activities fits many times over; the memory of a small machine does too."""
    assert 16 * 1024 * 1024 <= wire.LARGEST_BODY <= 128 * 1024 * 1024
    assert 30 <= wire.LONGEST_ANSWER_S <= 120
