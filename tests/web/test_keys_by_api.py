"""Programs come in with a key, and get no further than it says."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest
from starlette.datastructures import Headers
from starlette.testclient import TestClient
from web_stage import API, Person

from training_analyzer.web.authorization import shown_key
from training_analyzer.web.guard import Site

if TYPE_CHECKING:
    from fake_clock import FakeClock
    from fastapi import FastAPI

    from training_analyzer.services.runtime import Runtime

KEYS = "/api/v1/api-keys"


def basic(text: str) -> str:
    """Return the value of an Authorization header with *text* as user and password."""
    return f"Basic {base64.b64encode(text.encode()).decode()}"


def program(app: FastAPI, **headers: str) -> TestClient:
    """Return a program that sends *headers* and no more than it must."""
    return TestClient(app, base_url="http://localhost", headers=headers, follow_redirects=False)


def made(person: Person, *scopes: str, **more: object) -> dict[str, Any]:
    """Return a new key of *person*, as it is shown once."""
    answer = person.client.post(KEYS, json={"name": "watch", "scopes": list(scopes), **more})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


@pytest.mark.parametrize(
    ("lines", "key"),
    [
        ([], None),
        (["Bearer abc"], "abc"),
        (["bearer  abc "], "abc"),
        ([basic("anybody:abc")], "abc"),
        ([basic(":abc")], "abc"),
        ([basic("a:b:c")], "b:c"),
        ([basic("abc")], ""),
        (["Basic %%%"], ""),
        ([basic("a:é")], ""),
        (["Bearer é"], ""),
        (["Digest abc"], ""),
        (["abc"], ""),
        ([""], ""),
        (["Bearer abc", "Bearer abc"], ""),
    ],
)
def test_a_key_is_read_from_both_forms(lines: list[str], key: str | None) -> None:
    """Bearer and the password of Basic are taken; anything else shows a key that is none."""
    raw = [(b"authorization", line.encode("latin-1")) for line in lines]

    assert shown_key(Headers(raw=raw)) == key


@pytest.mark.parametrize("credentials", ["", "authorization", "cookie", "authorization cookie"])
@pytest.mark.parametrize("origin", [None, "own", "public", "other", "null", ""])
@pytest.mark.parametrize(
    "fetch_site", [None, "same-origin", "none", "same-site", "cross-site", "made-up", ""]
)
def test_who_may_change_something(
    fetch_site: str | None, origin: str | None, credentials: str
) -> None:
    """The browser's word on where a request comes from counts first, then Origin, then a key."""
    site = Site.of(["sync.lan"], "https://sync.example.test")
    origins = {"own": "http://sync.lan:8000", "public": "https://sync.example.test"}
    given = {"host": "sync.lan:8000", **dict.fromkeys(credentials.split(), "something")}
    if fetch_site is not None:
        given["sec-fetch-site"] = fetch_site
    if origin is not None:
        given["origin"] = origins.get(origin, origin if origin != "other" else "https://evil.test")

    if fetch_site is not None:
        passes = fetch_site in {"same-origin", "none"} or origin == "public"
    elif origin is not None:
        passes = origin in {"own", "public"}
    else:
        passes = credentials == "authorization"
    assert site.is_cross_site(Headers(given)) is not passes


def test_a_key_comes_in_by_itself(app: FastAPI, ana: Person) -> None:
    """A program reads with its key in either form, and no address takes one."""
    shown = made(ana, "sync:read", expires_in_days=30)
    key = shown["key"]

    assert shown["prefix"] == key[:18]
    for header in (f"Bearer {key}", basic(f"watch:{key}")):
        asked = program(app, Authorization=header).get(f"{API}/credentials/status")
        assert asked.status_code == 200
        assert asked.headers["cache-control"] == "no-store"
    (listed,) = ana.client.get(KEYS).json()["items"]
    assert listed == {k: v for k, v in shown.items() if k != "key"} | {
        "last_used_at": listed["last_used_at"]
    }
    assert listed["last_used_at"] is not None
    for name in ("key", "api_key", "access_token", "token"):
        refused = program(app).get(f"{API}/credentials/status", params={name: key})
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"].startswith("Bearer ")


def test_a_key_stays_within_its_scopes(app: FastAPI, ana: Person, ben: Person) -> None:
    """A key does what it was made for, never what only a person may, and a key makes no keys."""
    key = made(ana, "sync:read", "sync:write")["key"]
    client = program(app, Authorization=f"Bearer {key}")

    assert client.put(f"{API}/sync-config", json={"sync_time": "05:00"}).status_code == 200
    beyond = client.get(f"{API}/wellness-history")
    assert (beyond.status_code, beyond.json()["code"]) == (403, "insufficient_scope")
    assert beyond.json()["needed"] == "data:read"
    for method, path in (("GET", KEYS), ("POST", KEYS), ("DELETE", f"{KEYS}/abc")):
        assert client.request(method, path).status_code == 401
    assert ben.client.get(f"{API}/sync-config").json()["sync_time"] != "05:00"


def test_a_bad_key_is_not_made_good_by_a_cookie(ana: Person) -> None:
    """A wrong key beside a good session is a stranger on the API; pages do not look at it."""
    for header in ("Bearer made-up", "Bearer", basic("ana:made-up"), "Digest x"):
        answer = ana.client.get(f"{API}/credentials/status", headers={"Authorization": header})
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    proxied = ana.client.get("/", headers={"Authorization": basic("proxy:password")})
    assert proxied.status_code == 200


def test_keys_are_made_and_ended_by_a_person_who_is_there(
    app: FastAPI, ana: Person, ben: Person, clock: FakeClock, runtime: Runtime
) -> None:
    """A sign-in of the last 15 minutes is needed, another's key is not found, all is noted."""
    shown = made(ana, "data:read", "data:read")
    path = f"{KEYS}/{shown['id']}"
    assert shown["scopes"] == ["data:read"]

    assert ben.client.delete(path).status_code == 404
    assert ben.client.post(f"{path}/rotate").status_code == 404
    assert ben.client.get(KEYS).json()["items"] == []
    rotated = ana.client.post(f"{path}/rotate").json()
    assert rotated["id"] == shown["id"]
    for key, status in ((shown["key"], 401), (rotated["key"], 200)):
        client = program(app, Authorization=f"Bearer {key}")
        assert client.get(f"{API}/wellness-history").status_code == status
    clock.advance(minutes=16)
    for method, where in (("POST", KEYS), ("POST", f"{path}/rotate"), ("DELETE", path)):
        body = {"name": "x", "scopes": ["data:read"]} if where == KEYS else None
        stale = ana.client.request(method, where, json=body)
        assert (stale.status_code, stale.json()["code"]) == (403, "step_up_required")
    clock.advance(minutes=-16)
    assert ana.client.delete(path).status_code == 204
    entries = runtime.access.audit.page(user_id=ana.user_id, limit=10)
    assert [(e.action, e.target) for e in entries if e.action.startswith("api_key")] == [
        (f"api_key_{done}", shown["id"]) for done in ("deleted", "rotated", "created")
    ]


def test_what_a_key_cannot_be(ana: Person, ben: Person) -> None:
    """A key of no name, scope or end that makes sense is refused, and `admin` is not for all."""
    good = {"name": "watch", "scopes": ["data:read"]}
    changes: list[dict[str, object]] = [
        {"name": ""},
        {"name": "x" * 65},
        {"name": "a\nb"},
        {"name": " a"},
        {"scopes": []},
        {"scopes": ["data:write"]},
        {"expires_in_days": 0},
        {"expires_in_days": "7"},
        {"colour": "red"},
    ]
    for change in changes:
        assert ana.client.post(KEYS, json=good | change).status_code == 422, change
    refused = ben.client.post(KEYS, json=good | {"scopes": ["admin"]})
    assert (refused.status_code, refused.json()["needed"]) == (403, "admin")
