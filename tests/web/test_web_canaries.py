"""Awkward secrets sent to the API: no error repeats one, and a route that did would be caught."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from canaries import TYPED, found_in
from fastapi import Response  # noqa: TC002 - FastAPI reads the annotation when it runs
from web_stage import API, Person

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.testclient import TestClient

    from training_analyzer.simulator import SimulatorServer

ROUTES = (
    ("POST", "credentials"),
    ("POST", "credentials/mfa"),
    ("PUT", "credentials/tokens"),
    ("PUT", "credentials/personal-key"),
    ("PUT", "sync-config"),
)
FIELDS = ("email", "password", "code", "kind", "value", "api_key", "sync_time", "region")


def bodies(secret: str) -> list[object]:
    """Return wrong bodies with *secret* where a field, a name or the whole is expected."""
    return [
        secret,
        {secret: secret},
        {name: [secret] for name in FIELDS},
        {name: {"text": secret} for name in FIELDS},
        dict.fromkeys(FIELDS, secret * 50),
    ]


def told_by(client: TestClient, method: str, path: str, **sent: Any) -> tuple[int, bytes]:
    """Return the status of an answer, and everything in it: body and headers."""
    answer = client.request(method, path, **sent)
    return answer.status_code, answer.content + str(answer.headers).encode()


@pytest.mark.parametrize(("method", "route"), ROUTES)
def test_refused_request_repeats_no_secret(
    ana: Person,
    garmin: SimulatorServer,
    caplog: pytest.LogCaptureFixture,
    method: str,
    route: str,
) -> None:
    """A wrong body, a broken one and a query with secrets are refused without their words.

    ASVS 16.2.5.
    """
    caplog.set_level("DEBUG")
    path = f"{API}/{route}"
    for secret in TYPED:
        broken = json.dumps({"password": secret}).encode()[:-1]
        answers = [
            *(told_by(ana.client, method, path, json=body) for body in bodies(secret)),
            told_by(
                ana.client,
                method,
                path,
                content=broken,
                headers={"Content-Type": "application/json"},
            ),
            told_by(ana.client, "GET", f"{API}/no-such-route", params={"ticket": secret}),
        ]
        assert {status // 100 for status, _ in answers} == {4}
        assert found_in(b"".join(told for _, told in answers), [secret]) == []

    ours = [r.getMessage() for r in caplog.records if r.name.startswith("training_analyzer")]
    assert found_in("\n".join(ours), TYPED) == []
    assert not garmin.count("/mobile/api/login")


@pytest.mark.parametrize("secret", TYPED)
def test_crash_tells_no_secret(
    app: FastAPI, ana: Person, caplog: pytest.LogCaptureFixture, secret: str
) -> None:
    """A bug whose words are a secret is answered with 500 and logged without its words."""
    caplog.set_level("DEBUG")

    @app.get("/api/v1/crash")
    def crash() -> None:
        raise RuntimeError(secret)

    status, told = told_by(ana.client, "GET", "/api/v1/crash")

    assert status == 500
    assert found_in(told, [secret]) == []
    assert "RuntimeError" in caplog.text
    ours = [r.getMessage() for r in caplog.records if r.name.startswith("training_analyzer")]
    assert found_in("\n".join(ours), [secret]) == []


@pytest.mark.parametrize("secret", TYPED)
def test_answer_that_leaks_is_caught(app: FastAPI, ana: Person, secret: str) -> None:
    """The search finds a secret in a body, in JSON as in words, and in a header."""

    @app.get("/api/v1/echo")
    def echo() -> dict[str, str]:
        return {"detail": f"'{secret}' is wrong"}

    @app.get("/api/v1/echo-in-header")
    def echo_in_header(answer: Response) -> None:
        answer.headers["X-Echo"] = quote(secret)

    for path in ("echo", "echo-in-header"):
        _, told = told_by(ana.client, "GET", f"/api/v1/{path}")
        assert found_in(told, [secret]) == [secret]
