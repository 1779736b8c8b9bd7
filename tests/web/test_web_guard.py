"""What no request gets past: other sites, other names, sizes; and the headers of answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from starlette.requests import Request  # noqa: TC002 - FastAPI resolves the annotation
from starlette.testclient import TestClient
from web_stage import API, Person, browser

from training_analyzer.services.garmin_scheduler import GarminSyncScheduler
from training_analyzer.web.app import create_app
from training_analyzer.web.parts import parts_of

if TYPE_CHECKING:
    from fastapi import FastAPI

    from training_analyzer.services.runtime import Runtime

CSP = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "object-src 'none'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
}


@pytest.mark.parametrize(
    ("headers", "passes"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": ""}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "https://sync.example.test"}, True),
        ({"Sec-Fetch-Site": "same-site", "Origin": "https://sync.example.test.evil"}, False),
        ({"Origin": "http://localhost"}, True),
        ({"Origin": "https://sync.example.test"}, True),
        ({"Origin": "http://localhost:81"}, False),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": ""}, False),
        ({}, False),
    ],
)
def test_only_own_pages_may_change_something(
    app: FastAPI, headers: dict[str, str], *, passes: bool
) -> None:
    """A form or call from another site is refused, whatever combination of headers it has.

    ASVS 3.5.1, 3.5.3.
    """
    client = TestClient(app, base_url="http://localhost", headers=headers)

    form = client.post("/sign-in", data={"token": "made-up"})
    call = client.put(f"{API}/sync-config", json={})

    assert (form.status_code == 403) is not passes
    assert (call.status_code == 403) is not passes
    if not passes:
        assert call.json()["code"] == "cross_site_request"


def test_reading_is_not_a_change(app: FastAPI) -> None:
    """A link from another site opens; only changes are refused."""
    client = TestClient(app, base_url="http://localhost", headers={"Sec-Fetch-Site": "cross-site"})

    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize(
    ("host", "answers"),
    [
        ("localhost:8000", True),
        ("127.0.0.1", True),
        ("[::1]:8000", True),
        ("LOCALHOST", True),
        ("sync.example.test", True),
        ("evil.example", False),
        ("localhost.evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("evil.example:localhost", False),
        ("", False),
    ],
)
def test_only_our_names_are_answered_to(app: FastAPI, host: str, *, answers: bool) -> None:
    """A name that was rebound to this machine gets nothing."""
    client = TestClient(app, base_url="http://localhost")

    answer = client.get("/healthz", headers={"Host": host})

    assert answer.status_code == (200 if answers else 421)


def test_every_answer_has_the_headers(app: FastAPI, ana: Person) -> None:
    """Pages, API, files, errors and refusals all carry the security headers.

    ASVS 3.4.1-3.4.6, 3.4.8, 3.5.8, 4.1.1, 14.3.2.
    """
    out = browser(app)
    answers = [
        ana.client.get("/"),
        ana.client.get(f"{API}/credentials/status"),
        ana.client.get("/static/tokens.css"),
        ana.client.get("/nothing"),
        ana.client.get("/api/v1/nothing"),
        ana.client.put("/"),
        out.get("/"),
        out.post("/sign-in", headers={"Sec-Fetch-Site": "cross-site"}),
        out.get("/", headers={"Host": "evil.example"}),
    ]

    for answer in answers:
        assert set(answer.headers["content-security-policy"].split("; ")) == CSP
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert answer.headers["cross-origin-opener-policy"] == "same-origin"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert "camera=()" in answer.headers["permissions-policy"]
        assert "access-control-allow-origin" not in answer.headers
        kind = answer.headers["content-type"]
        assert "json" in kind or kind.endswith("; charset=utf-8"), kind
        assert answer.headers["x-request-id"]
        assert "strict-transport-security" not in answer.headers
    assert {a.headers["cache-control"] for a in answers} == {"no-store", "no-cache"}
    https = ana.client.get("https://sync.example.test/healthz")
    assert https.headers["strict-transport-security"] == "max-age=31536000"


def test_a_file_with_its_hash_is_kept_for_a_year(ana: Person) -> None:
    """The addresses in pages carry a content hash, so browsers never ask twice."""
    page = ana.client.get("/").text
    address = page.split('href="/static/tokens.css', 1)[1].split('"', 1)[0]

    answer = ana.client.get(f"/static/tokens.css{address}")

    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


def test_a_request_keeps_a_plausible_id(app: FastAPI) -> None:
    """The caller's request id comes back, unless it is nonsense."""
    client = browser(app)

    kept = client.get("/healthz", headers={"X-Request-Id": "abc-12345"})
    made = client.get("/healthz", headers={"X-Request-Id": "<script>alert(1)</script>"})

    assert kept.headers["x-request-id"] == "abc-12345"
    assert "script" not in made.headers["x-request-id"]


def test_a_body_above_one_mebibyte_is_refused(ana: Person) -> None:
    """ASVS 5.2.1: neither a declared length nor an undeclared stream gets more than 1 MiB in."""
    huge = b'{"email": "' + b"a" * 1024 * 1024 + b'"}'
    kind = {"Content-Type": "application/json"}

    declared = ana.client.post(f"{API}/credentials", content=huge, headers=kind)
    streamed = ana.client.post(f"{API}/credentials", content=iter([huge]), headers=kind)
    form = ana.client.post("/connect/token", data={"token": huge.decode()})

    assert [a.status_code for a in (declared, streamed, form)] == [413, 413, 413]
    assert {a.json()["code"] for a in (declared, streamed)} == {"too_large"}


def test_a_body_must_be_json(ana: Person) -> None:
    """ASVS 3.5.2: what an HTML form of another site could send is no body for the API."""
    for kind in (
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
    ):
        answer = ana.client.post(
            f"{API}/credentials", content=b'{"email": "a@b"}', headers={"Content-Type": kind}
        )
        assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


def test_a_fault_of_ours_tells_nothing(runtime: Runtime, caplog: pytest.LogCaptureFixture) -> None:
    """An unexpected error is a 500 with a request id; its text stays out of answer and log.

    ASVS 13.4.2, 16.5.1, 16.5.4.
    """
    app = create_app(runtime, GarminSyncScheduler(runtime))

    def broken(request: Request) -> None:
        secret = f"canary-{len(parts_of(request).site.names)}-secret"
        raise RuntimeError(secret)

    app.add_api_route("/api/v1/broken", broken)
    app.router.routes.insert(0, app.router.routes.pop())

    answer = browser(app).get("/api/v1/broken")

    assert answer.status_code == 500
    assert answer.json()["code"] == "internal"
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
    assert "canary" not in answer.text + caplog.text
    assert answer.headers["x-request-id"] in caplog.text
    assert answer.headers["content-security-policy"]


def test_what_is_not_there_is_a_problem_or_a_page(ana: Person) -> None:
    """An unknown address is a 404, another method a 405: JSON for programs, HTML for people."""
    page, call = ana.client.get("/nothing"), ana.client.get("/api/v1/garmin/nothing")
    method = ana.client.post(f"{API}/sync-config", json={})

    assert (page.status_code, call.status_code, method.status_code) == (404, 404, 405)
    assert page.headers["content-type"].startswith("text/html")
    assert call.json()["code"] == "not_found"
    assert method.json()["code"] == "method_not_allowed"
    assert "PUT" in method.headers["allow"] or "GET" in method.headers["allow"]


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json"])
def test_the_framework_shows_no_documentation(ana: Person, path: str) -> None:
    """ASVS 13.4.5: pages that load scripts from elsewhere are not there."""
    assert ana.client.get(path).status_code == 404


def test_health_needs_no_sign_in(app: FastAPI) -> None:
    """A probe learns that the process answers, and nothing else."""
    assert browser(app).get("/healthz").json() == {"status": "ok"}
