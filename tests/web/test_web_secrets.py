"""Canaries: no secret that was sent comes back, whatever is wrong with the request."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from web_stage import API, Person, account

if TYPE_CHECKING:
    from training_analyzer.simulator import SimulatorServer

CANARY = "Canary+Secret/é=42"


def forms(secret: str) -> list[str]:
    """Return the shapes in which a secret could come back."""
    raw = secret.encode()
    return [
        secret,
        base64.b64encode(raw).decode(),
        quote(secret, safe=""),
        raw.hex(),
        json.dumps(secret)[1:-1],
        secret.replace("+", "&#43;").replace("=", "&#61;"),
    ]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "credentials", {"password": CANARY}),
        ("POST", "credentials", {"email": "a@b.c", "password": [CANARY]}),
        ("POST", "credentials", {"email": "a@b.c", "password": CANARY * 100}),
        ("POST", "credentials", {"email": "a@b.c", "password": CANARY, "more": CANARY}),
        ("POST", "credentials", {"email": "a@b.c", "password": CANARY, CANARY: 1}),
        ("POST", "credentials", {"email": CANARY * 100, "password": CANARY}),
        ("POST", "credentials", {"email": "ada@example.test", "password": CANARY}),
        ("POST", "credentials", {"email": "a@b.c", "password": CANARY, "region": CANARY}),
        ("POST", "credentials/mfa", {"code": CANARY}),
        ("POST", "credentials/mfa", {"code": CANARY * 10}),
        ("PUT", "credentials/tokens", {"kind": "token", "value": CANARY}),
        ("PUT", "credentials/tokens", {"kind": "ticket", "value": f"{CANARY} ST-{CANARY}"}),
        ("PUT", "credentials/tokens", {"kind": CANARY, "value": CANARY}),
        ("PUT", "credentials/personal-key", {"api_key": CANARY}),
        ("PUT", "credentials/personal-key", {"api_key": f"GCDC_{CANARY}"}),
        ("PUT", "credentials/personal-key", CANARY),
        ("PUT", "sync-config", {"sync_time": CANARY}),
    ],
)
def test_a_refused_call_repeats_nothing(
    ana: Person,
    garmin: SimulatorServer,
    caplog: pytest.LogCaptureFixture,
    method: str,
    path: str,
    body: object,
) -> None:
    """A 4xx of the API holds nothing of what was sent, and neither does the log."""
    del garmin
    caplog.set_level("DEBUG")

    answer = ana.client.request(method, f"{API}/{path}", json=body)

    assert 400 <= answer.status_code < 500
    told = answer.text + str(answer.headers)
    ours = "".join(r.getMessage() for r in caplog.records if r.name.startswith("training_analyzer"))
    assert [form for form in forms(CANARY) if form in told + ours] == []


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("/connect/password", {"email": "ada@example.test", "password": CANARY}),
        ("/connect/password", {"email": "no-address", "password": CANARY}),
        ("/connect/code", {"code": CANARY}),
        ("/connect/token", {"token": CANARY}),
        ("/connect/ticket", {"ticket": CANARY}),
        ("/connect/personal-key", {"api_key": CANARY}),
        ("/sign-in", {"token": CANARY}),
    ],
)
def test_a_form_that_comes_back_is_empty_of_secrets(
    ana: Person, path: str, data: dict[str, str]
) -> None:
    """Secrets are never filled in again."""
    answer = ana.client.post(path, data=data)

    assert answer.status_code in {401, 422}
    assert [form for form in forms(CANARY) if form in answer.text + str(answer.headers)] == []


def test_no_page_or_answer_shows_a_stored_secret(ana: Person, garmin: SimulatorServer) -> None:
    """Of a working connection, only a hint of the address is ever shown."""
    who = account(garmin, "ada")
    ana.client.post(f"{API}/credentials", json={"email": who.email, "password": who.password})

    told = "".join(
        ana.client.get(path).text
        for path in (
            "/",
            "/connect",
            "/connect?way=password",
            f"{API}/credentials/status",
            f"{API}/sync-config",
        )
    )

    assert [form for form in forms(who.password) if form in told] == []
    assert who.email not in told
    assert "di_token" not in told
    assert "gAAAA" not in told


def test_what_a_person_typed_is_escaped(ana: Person) -> None:
    """ASVS 3.2.2: markup in a form comes back as text."""
    nasty = '"><script>alert(1)</script>@x'

    page = ana.client.post("/connect/password", data={"email": nasty, "password": ""}).text
    settings = ana.client.post(
        "/settings/sync", data={"sync_time": nasty, "initial_sync_days": nasty}
    )

    assert "<script>alert" not in page + settings.text
    assert "&lt;script&gt;" in page
