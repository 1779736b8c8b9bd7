"""The server itself: listening, announcing, ending."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from web_stage import OWN_PAGE

from training_analyzer.errors import SettingsError
from training_analyzer.services.one_time_links import Purpose
from training_analyzer.web.serve import WebServer

if TYPE_CHECKING:
    from pathlib import Path

    from fastapi import FastAPI

    from training_analyzer.services.runtime import Runtime
    from training_analyzer.settings import Settings

PROGRAM = """
import logging
from training_analyzer.services.runtime import build_runtime
from training_analyzer.settings import load
from training_analyzer.web.serve import serve_forever

logging.basicConfig(level=logging.DEBUG)
with build_runtime(load(env_file=None)) as runtime:
    user = runtime.people.add("Ana")
    serve_forever(
        runtime,
        host="127.0.0.1",
        port=0,
        first_user_id=user.user_id,
        announce=lambda url: print(url, flush=True),
    )
print("ended", flush=True)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serves_until_a_signal_and_ends_cleanly(
    tmp_path: Path, settings: Settings, number: signal.Signals
) -> None:
    """It announces a link that works, and SIGTERM or SIGINT ends it in order."""
    environment = {
        "PATH": os.environ["PATH"],
        "CREDENTIAL_ENCRYPTION_KEY": settings.encryption_key.get_secret_value(),
        "DATABASE_URL": settings.database_url,
        "LOG_LEVEL": "DEBUG",
    }
    server = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-c", PROGRAM],
        env=environment,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stdout is not None
        url = urlsplit(server.stdout.readline().strip())
        base = f"http://{url.netloc}"
        token = parse_qs(url.query)["token"][0]
        with httpx2.Client(base_url=base, headers=OWN_PAGE, trust_env=False) as client:
            signed_in = client.post("/sign-in", data={"token": token})
            page = client.get("/")
    finally:
        server.send_signal(number)
        out, err = server.communicate(timeout=30)

    assert signed_in.status_code == 303
    assert "Ana" in page.text
    assert out == "ended\n"
    assert server.returncode == 0
    assert "uvicorn" in err
    assert token not in err


def test_a_taken_port_is_one_clear_line(app: FastAPI) -> None:
    """A port that somebody else has is refused before anything starts."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(SettingsError, match=f"PORT: cannot listen on 127.0.0.1, port {port}"):
            WebServer(app, host="127.0.0.1", port=port)


def test_a_server_can_be_stopped_from_another_thread(app: FastAPI) -> None:
    """A program that embeds the server ends it with `stop`."""
    ready = threading.Event()
    told: list[str] = []

    def on_ready(url: str) -> None:
        told.append(url)
        ready.set()

    server = WebServer(app, host="127.0.0.1", port=0, on_ready=on_ready)
    thread = threading.Thread(target=server.run)
    thread.start()
    assert ready.wait(20)

    health = httpx2.get(f"{server.url}/healthz", trust_env=False)
    server.stop()
    thread.join(20)

    assert health.status_code == 200
    assert "server" not in health.headers
    assert told == [server.url]
    assert not thread.is_alive()


@pytest.mark.parametrize(
    ("trusted", "network", "is_secure"),
    [("", "127.0.0.1", False), ("127.0.0.0/8", "203.0.113.7", True)],
)
def test_asvs_15_3_4_only_a_trusted_proxy_is_believed(
    app: FastAPI,
    runtime: Runtime,
    trusted: str,
    network: str,
    is_secure: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """ASVS 4.1.3: who asks, and over https or not, is the connection's or a known proxy's word."""
    told: list[str] = []
    ready = threading.Event()

    def on_ready(url: str) -> None:
        told.append(url)
        ready.set()

    server = WebServer(app, host="127.0.0.1", port=0, trusted_proxies=trusted, on_ready=on_ready)
    thread = threading.Thread(target=server.run)
    thread.start()
    assert ready.wait(20)
    token = runtime.access.links.issue(Purpose.SIGN_IN, runtime.people.add("Ana").user_id)
    proxied = {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https", **OWN_PAGE}

    signed_in = httpx2.post(
        f"{told[0]}/sign-in", data={"token": token}, headers=proxied, trust_env=False
    )
    server.stop()
    thread.join(20)

    assert [entry.network for entry in runtime.access.audit.page(limit=1)] == [network]
    assert signed_in.headers["set-cookie"].startswith("__Host-") is is_secure
