"""The Dockerfile, as far as it can be judged without a daemon."""

from __future__ import annotations

import fnmatch
import http.server
import json
import re
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest
from deploy_stage import ROOT, dockerfile
from typer.testing import CliRunner

from training_analyzer.cli import app

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRET = re.compile(r"KEY|PASSWORD|SECRET|TOKEN|DATABASE_URL", re.IGNORECASE)


def last(word: str) -> str:
    """Return what the last stage says behind *word*, which stands there once."""
    (found,) = [each.text for each in dockerfile()[-1] if each.word == word]
    return found


def test_runs_as_a_user_of_a_fixed_number() -> None:
    """The program is not root, and whoever mounts a file can tell for whom."""
    assert last("USER") == "10001:10001"
    assert any(
        "--uid 10001" in each.text and "--owner=10001" in each.text
        for each in dockerfile()[-1]
        if each.word == "RUN"
    )


def test_signals_reach_the_program() -> None:
    """Entry point and command are lists, so that no shell stands between them and SIGTERM."""
    entry, command = json.loads(last("ENTRYPOINT")), json.loads(last("CMD"))

    assert (entry, last("STOPSIGNAL")) == (["garmin-sync"], "SIGTERM")
    assert CliRunner().invoke(app, [*command, "--help"]).exit_code == 0


def test_holds_no_secret_and_fetches_nothing_by_address() -> None:
    """No layer, argument or variable holds a secret; what is installed has a locked hash."""
    every = [each for stage in dockerfile() for each in stage]

    assert not [each for each in every if each.word in {"ADD", "ARG"}]
    assert not [each for each in every if each.word == "ENV" and SECRET.search(each.text)]
    assert not [each for each in every if "://" in each.text]
    installs = [each.text for each in every if "install " in each.text and "pip" in each.text]
    assert len(installs) == 3
    for command in installs:
        assert "--require-hashes" in command or "--no-index dist/*.whl" in command


def test_every_copied_file_is_there_and_let_in() -> None:
    """ASVS 13.4.1: what the build copies exists, and .dockerignore keeps everything else out."""
    ignore = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    let_in = {line[1:] for line in ignore if line.startswith("!")}
    assert next(line for line in ignore if not line.startswith("#")) == "*"

    copied = [
        source
        for stage in dockerfile()
        for each in stage
        if each.word == "COPY" and "--from" not in each.text
        for source in each.text.split()[:-1]
    ]

    assert [source for source in copied if not (ROOT / source).exists()] == []
    for source in (source.rstrip("/") for source in copied):
        assert any(source == path or source.startswith(f"{path}/") for path in let_in), source
    for private in (".env", "deploy/secrets/encryption-key", "garmin-sync.db", ".git"):
        assert not any(fnmatch.fnmatch(private, path) for path in let_in)


def test_output_is_not_held_back() -> None:
    """Logs leave at once, and nothing is written beside the program."""
    variables = last("ENV").split()

    assert {"PYTHONUNBUFFERED=1", "PYTHONDONTWRITEBYTECODE=1", "HOST=0.0.0.0"} <= set(variables)
    assert json.loads(last("VOLUME")) == ["/data"]


class Health(http.server.BaseHTTPRequestHandler):
    """Answers `/healthz` as its server was told."""

    def do_GET(self) -> None:
        """Answer one request."""
        self.send_response(self.server.status if self.path == "/healthz" else 404)  # type: ignore[attr-defined] # the test's own server
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its signature
        """Stay silent."""


@pytest.fixture
def server() -> Iterator[http.server.HTTPServer]:
    """Serve nothing but health."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Health) as listening:
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield listening
        listening.shutdown()
        thread.join()


@pytest.mark.parametrize(("status", "ends_with"), [(200, 0), (503, 1)])
def test_health_check_tells_how_the_server_is(
    server: http.server.HTTPServer, status: int, ends_with: int
) -> None:
    """The health check asks `/healthz` on this machine, whatever proxy is set."""
    server.status = status  # type: ignore[attr-defined] # told to the handler above
    program, *words = json.loads(last("HEALTHCHECK").partition(" CMD ")[2])

    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, *words],
        env={"PORT": str(server.server_port), "HTTP_PROXY": "http://127.0.0.1:9"},
        check=False,
        timeout=30,
    )

    assert (program, done.returncode) == ("python", ends_with)
