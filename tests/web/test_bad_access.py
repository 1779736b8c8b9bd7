"""Bad input, classes 24 to 33 and 37 to 39: who asks, how, and how often at once."""

from __future__ import annotations

import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import anyio
import pytest
from bad_stage import CANARY, V1, Stage, operations, refused, staged
from starlette.testclient import TestClient
from web_stage import API, account, browser, prove

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.types import Message

STATUS = f"{API}/credentials/status"
SAFE = {"GET", "HEAD"}


@pytest.fixture(scope="module")
def prepared(
    migrated_file: Path, tmp_path_factory: pytest.TempPathFactory, encryption_key: str
) -> Iterator[Stage]:
    """Give one application with a synced person for all of these tests."""
    file = tmp_path_factory.mktemp("access") / "garmin-sync.db"
    shutil.copy(migrated_file, file)
    with staged(file, encryption_key, synced=True) as made:
        yield made


@pytest.fixture
def stage(prepared: Stage) -> Stage:
    """Give the application with Ana signed in, whatever time has passed in another test."""
    prove(prepared.app, prepared.ana)
    return prepared


def _cookie(stage: Stage) -> str:
    return stage.ana.client.cookies["gsync"]


def test_bad_input_24_another_user_in_query_and_headers(stage: Stage) -> None:
    """Whoever names somebody else in a query or a header gets their own things all the same."""
    ben = stage.ids["user_id"]
    headers = {"X-User-Id": ben, "X-Forwarded-User": ben, "Remote-User": ben}

    answer = stage.ana.client.get(f"{V1}/me?user_id={ben}", headers=headers)

    assert answer.json()["user_id"] == stage.ana.user_id


ODD_IDS = {
    "dots": "..%2F..%2Fetc%2Fpasswd",
    "double_slash": "/1",
    "nul": "%00",
    "half": "%ff",
    "arabic_digit": "%D9%A1",
    "minus": "-1",
    "huge": "9" * 400,
    "above_2_to_63": str(2**63),
    "uuid": "{123E4567-E89B-12D3-A456-426614174000}",
    "canary": CANARY,
}


@pytest.mark.parametrize("odd", ODD_IDS)
def test_bad_input_25_ids(odd: str, stage: Stage) -> None:
    """An id that is none, in any path, is not found; it never is another thing's or a fault."""
    for name, _ in operations(stage.app):
        verb, path = name.split(" ")
        if "{" not in path or verb != "GET":
            continue
        sent = re.sub(r"\{\w+\}", ODD_IDS[odd], path)
        answer = stage.ana.client.get(sent)
        assert answer.status_code in {404, 422}, (sent, answer.text)
        assert "canary" not in answer.json()["detail"]


def test_bad_input_25_paths(stage: Stage) -> None:
    """An address is what the document says: no other case, no double or last slash."""
    for path in (f"{STATUS}/", STATUS.upper(), STATUS.replace("/v1/", "//v1/"), f"{V1}/../v1/me"):
        answer = stage.ana.client.get(path)
        assert answer.status_code in {307, 404} or path.endswith("/../v1/me")
        assert "//" not in answer.headers.get("location", "").removeprefix("http://localhost")


def test_bad_input_26_methods(stage: Stage) -> None:
    """A method that an address does not take is refused, and `Allow` names all that it takes.

    ASVS 13.4.4.
    """
    taken: dict[str, set[str]] = {}
    for name, _ in operations(stage.app):
        verb, path = name.split(" ")
        taken.setdefault(path, set()).add(verb)

    for path, verbs in taken.items():
        sent = re.sub(r"\{\w+\}", "1", path)
        for verb in {"OPTIONS", "TRACE", "PUT"} - verbs:
            answer = stage.ana.client.request(verb, sent, headers={"X-Canary": CANARY})
            assert answer.status_code == 405, (verb, sent)
            assert answer.headers["allow"] == ", ".join(sorted(verbs)), sent
            assert CANARY not in answer.text


@pytest.mark.parametrize("header", ["X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method"])
def test_bad_input_26_method_override(header: str, stage: Stage) -> None:
    """A header does not make another method of a request."""
    assert stage.ana.client.get(f"{API}/sync-config", headers={header: "DELETE"}).is_success
    assert stage.ana.client.post(f"{V1}/me", headers={header: "DELETE"}).status_code == 405


def test_bad_input_27_forged_forwarding(stage: Stage) -> None:
    """What a stranger says of where they come from and where they are counts for nothing."""
    forged = {
        "X-Forwarded-For": "203.0.113.9",
        "X-Forwarded-Host": f"{CANARY}.example",
        "X-Forwarded-Proto": "https",
        "Forwarded": f"for=203.0.113.9;host={CANARY}.example;proto=https",
        "X-Real-IP": "203.0.113.9",
        "X-Original-URL": f"{V1}/admin/users",
        "X-Rewrite-URL": f"{V1}/admin/users",
    }

    answer = stage.ana.client.get(f"{V1}/me/sessions", headers=forged)
    listed = stage.ana.client.get(f"{API}/activities?limit=1", headers=forged)

    assert "203.0.113.9" not in answer.text
    assert "strict-transport-security" not in answer.headers
    assert CANARY not in listed.headers["link"]
    assert listed.headers["link"].startswith("</api/v1/")


@pytest.mark.parametrize("host", [f"{CANARY}.example", "localhost.evil.example", "", "a b", "[::1"])
def test_bad_input_28_host(host: str, stage: Stage) -> None:
    """A name that is not ours, as after DNS was rebound, gets nothing, and is not repeated."""
    refused(stage.ana.client.get(STATUS, headers={"Host": host}), 421)


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "null"},
        {"Origin": f"https://{CANARY}.sync.example.test"},
        {"Origin": f"http://{CANARY}.localhost"},
    ],
)
def test_bad_input_29_origin(headers: dict[str, str], stage: Stage) -> None:
    """No page of another site changes anything: every operation that could refuses it."""
    client = TestClient(stage.app, base_url="http://localhost", headers=headers)
    client.cookies.set("gsync", _cookie(stage))

    for name, _ in operations(stage.app):
        verb, path = name.split(" ")
        if verb not in SAFE:
            refused(client.request(verb, re.sub(r"\{\w+\}", "1", path)), 403)


def test_bad_input_30_cookies(stage: Stage) -> None:
    """Of cookies that another name planted none signs in; a huge one is no fault."""
    good, out = _cookie(stage), browser(stage.app)

    for cookie in (
        f"gsync={CANARY}",
        f"gsync={CANARY}; gsync={CANARY}2",
        f"__Host-gsync={good}",
        f"GSYNC={good}",
        f"gsync={'x' * 8192}",
        "gsync=",
    ):
        refused(out.get(STATUS, headers={"Cookie": cookie}), 401)
    for cookie in (f"gsync={good}; gsync={CANARY}", f"gsync={CANARY}; gsync={good}"):
        assert out.get(STATUS, headers={"Cookie": cookie}).status_code in {200, 401}


def test_bad_input_31_keys(stage: Stage) -> None:
    """ASVS 14.2.1: a key with a wrong letter, form or place is no key."""
    key = stage.ana.client.post(
        f"{V1}/api-keys", json={"name": "watch", "scopes": ["sync:read"]}
    ).json()["key"]
    client = TestClient(stage.app, base_url="http://localhost")
    last = "A" if key[-1] != "A" else "B"

    assert client.get(STATUS, headers={"Authorization": f"Bearer {key}"}).is_success
    for shown in (
        f"Bearer {key[:-1]}{last}",
        f"Bearer {key}A",
        f"Bearer {key.replace('gsync', 'gsynk')}",
        f"Bearer {key} {key}",
        f"Bearer  {CANARY}",
        f"Token {key}",
        "Bearer",
        "Basic %%%",
        "Basic Og==",
        f"Bearer {'x' * 10_000}",
    ):
        refused(client.get(STATUS, headers={"Authorization": shown}), 401)
    for name in ("api_key", "access_token", "key", "token"):
        refused(client.get(f"{STATUS}?{name}={key}"), 401)


@pytest.mark.parametrize(
    "value",
    [
        '{"di_token": "eyJhbGciOiJub25lIn0.e30.", "di_refresh_token": "r", "di_client_id": "c"}',
        '{"di_token": "a.b", "di_refresh_token": "r", "di_client_id": "c"}',
        '{"di_token": 1, "di_refresh_token": null, "di_client_id": []}',
        '["di_token"]',
        "[" * 5000,
        "ST-",
        f"https://{CANARY}.example/?ticket=",
        CANARY,
    ],
)
@pytest.mark.parametrize("kind", ["token", "ticket"])
def test_bad_input_32_garmin_tokens(kind: str, value: str, stage: Stage) -> None:
    """A token or ticket that is none is refused, and the connection stays as it was."""
    before = stage.ana.client.get(STATUS).json()

    answer = stage.ana.client.put(f"{API}/credentials/tokens", json={"kind": kind, "value": value})

    refused(answer, 409, 422)
    assert stage.ana.client.get(STATUS).json() == before


def test_bad_input_33_idempotency_keys(stage: Stage) -> None:
    """A key that was used for another body, is too long or no key is refused."""
    path, body = f"{API}/backfills", {"from": "2025-01-01", "to": "2025-01-02", "dry_run": True}

    def ask(key: str, **more: object) -> int:
        answer = stage.ana.client.post(path, json=body | more, headers={"Idempotency-Key": key})
        return int(answer.status_code)

    assert ask("first") == ask("first") == 200
    assert [ask("first", to="2025-01-03"), ask("x" * 10_000), ask(""), ask("a b")] == [422] * 4


def test_bad_input_37_ten_thousand_headers(stage: Stage) -> None:
    """A request with 10,000 headers is answered as any other."""
    headers = [(f"x-{number}".encode(), CANARY.encode()) for number in range(10_000)]
    own = [(b"host", b"localhost"), (b"cookie", f"gsync={_cookie(stage)}".encode())]
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    # A client takes seconds to put so many together.
    request = {"type": "http", "method": "GET", "path": STATUS, "raw_path": STATUS.encode()}
    more = {"query_string": b"", "root_path": "", "scheme": "http", "http_version": "1.1"}
    peers = {"client": ("127.0.0.1", 1), "server": ("localhost", 80), "state": {}}
    anyio.run(stage.app, request | more | peers | {"headers": [*headers, *own]}, receive, send)

    assert sent[0]["status"] == 200


def test_bad_input_38_double_submit(stage: Stage) -> None:
    """ASVS 15.4.2: of eight who come in by one link at once, one does."""
    path = stage.ana.client.post(f"{V1}/admin/invitations").json()["path"]
    token = path.rsplit("/", 1)[1].rpartition("#")[2]

    def come(number: int) -> int:
        body = {"name": f"Twin {number}", "password": "the swift horse of eleven"}
        out = browser(stage.app)
        return int(out.post(f"{V1}/auth/invitations/{token}", json=body).status_code)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(come, range(8)))

    assert sorted(answers) == [201] + [404] * 7


def test_bad_input_39_security_codes(stage: Stage) -> None:
    """A code that is wrong, of another sign-in, or comes too often or too late, is none."""
    tom = account(stage.garmin, "tom")
    login = {"email": tom.email, "password": tom.password, "replace_data": True}
    begun = stage.ana.client.post(f"{API}/credentials", json=login)
    assert begun.json()["state"] == "mfa_required"

    def enter(code: str, **more: str) -> tuple[int, str]:
        answer = stage.ana.client.post(f"{API}/credentials/mfa", json={"code": code, **more})
        refused(answer, 410, 422)
        return int(answer.status_code), str(answer.json()["code"])

    assert enter(str(tom.mfa_code), login_id="lgn_of_another") == (410, "mfa_expired")
    assert enter(CANARY)[1] in {"mfa_invalid", "validation_failed"}
    wrong = [enter("000001")[0] for _ in range(3)]
    assert (wrong[0], wrong[-1]) == (422, 410)
    assert enter(str(tom.mfa_code)) == (410, "mfa_expired")


def test_bad_input_45_old_clients(stage: Stage) -> None:
    """What a client of the original application sends still works, and what it reads is there."""
    client = stage.ana.client
    document = {
        "auto_sync_enabled": True,
        "sync_frequency": "daily",
        "sync_time": "06:00",
        "sync_activities": True,
        "sync_wellness": True,
        "sync_fitness_metrics": True,
        "initial_sync_days": 30,
        "incremental_sync_days": 7,
        "min_sync_interval_minutes": 60,
    }

    saved = client.put(f"{API}/sync-config", json=document)

    assert saved.status_code == 200
    assert document.items() <= saved.json().items()
    assert {"connected", "garmin_user", "is_valid", "last_validated"} <= set(
        client.get(STATUS).json()
    )
    assert isinstance(client.get(f"{API}/sync-history").json()["history"], list)
    assert isinstance(client.get(f"{API}/fitness-history").json(), list)
    assert client.post(f"{API}/sync/trigger").status_code in {200, 202, 409, 429}


def test_every_class_of_bad_input_has_a_test() -> None:
    """Each of the 45 classes is named by a test: by its function, or by the case of one."""
    folder = Path(__file__).parents[1]
    web = "".join(path.read_text("utf-8") for path in folder.glob("web/test_bad_*.py"))
    all_ = web + "".join(path.read_text("utf-8") for path in folder.glob("**/test_*.py"))
    named = {*re.findall(r'"(\d\d)_', web), *re.findall(r"def test_bad_input_(\d\d)_", all_)}

    assert {f"{number:02}" for number in range(1, 46)} <= named
