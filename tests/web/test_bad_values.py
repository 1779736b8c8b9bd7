"""Bad input, classes 13 to 23 and 34 to 36: texts, times, ranges, lists, injection."""

from __future__ import annotations

import base64
import json
import shutil
from typing import TYPE_CHECKING

import pytest
from bad_stage import CANARY, V1, Stage, bodies, lists, operations, refused, staged
from web_stage import API, browser, prove

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CONFIG = f"PATCH {API}/sync-config"
ANY_REFUSAL = tuple(range(400, 500))


@pytest.fixture(scope="module")
def prepared(
    migrated_file: Path, tmp_path_factory: pytest.TempPathFactory, encryption_key: str
) -> Iterator[Stage]:
    """Give one application with a synced person for all of these tests."""
    file = tmp_path_factory.mktemp("values") / "garmin-sync.db"
    shutil.copy(migrated_file, file)
    with staged(file, encryption_key, synced=True) as made:
        yield made


@pytest.fixture
def stage(prepared: Stage) -> Stage:
    """Give the application with Ana signed in, whatever time has passed in another test."""
    prove(prepared.app, prepared.ana)
    return prepared


@pytest.mark.parametrize(
    ("bad", "text"),
    [("13_nul", f"{CANARY}\\u0000"), ("14_lone_surrogate", f"\\ud800{CANARY}")],
)
def test_bad_input_of_characters(bad: str, text: str, stage: Stage) -> None:
    """A text that no database keeps whole is refused in every field of every body."""
    before = stage.stored()

    for operation, body in bodies(stage.app).items():
        for name in body:
            sent = json.dumps({**body, name: "HERE"}).replace("HERE", text)
            refused(stage.ask(operation, sent), *ANY_REFUSAL)

    assert stage.stored() == before, bad
    assert CANARY.encode() not in stage.everything()


@pytest.mark.parametrize(
    ("bad", "name"),
    [
        ("15_right_to_left", "Be\u202en"),
        ("15_zero_width", "Be\u200bn"),
        ("15_nfd", "Be\u0301n"),
        ("15_outer_space", " Ben "),
        ("15_ansi", "Be\x1b[31mn"),
    ],
)
def test_bad_input_of_names(bad: str, name: str, stage: Stage) -> None:
    """Nobody comes in under a name that looks like another's, or does something when shown."""
    if bad == "15_nfd":
        stage.runtime.people.add("B\u00e9n")
    invited = stage.ana.client.post(f"{V1}/admin/invitations").json()["path"]
    token = invited.rsplit("/", 1)[1].rpartition("#")[2]
    body = {"name": name, "password": "the swift horse of eleven"}

    answer = browser(stage.app).post(f"{V1}/auth/invitations/{token}", json=body)
    shown = stage.ana.client.patch(f"{V1}/me", json={"display_name": name})

    refused(answer, 409, 422)
    if not name.isprintable():
        refused(shown, 422)


@pytest.mark.parametrize(
    ("bad", "address"),
    [
        ("16_no_at", "ada.example.org"),
        ("16_no_domain", "ada@"),
        ("16_long_address", f"{'a' * 250}@example.org"),
        ("16_two_ats", "a@b@example.org"),
        ("16_header", "a@example.org\r\nBcc: b@example.org"),
        ("15_look_alike", "ad\u0430@example.org\u200b"),
    ],
)
def test_bad_input_of_addresses(bad: str, address: str, stage: Stage) -> None:
    """No address that cannot be is kept, and none is tried at Garmin with line breaks."""
    kept = stage.ana.client.patch(f"{V1}/me", json={"email": address})

    refused(kept, 422)
    assert stage.ana.client.get(f"{V1}/me").json()["email"] is None, bad


@pytest.mark.parametrize(
    ("fine", "address"),
    [
        ("16_a_at_b", "a@b"),
        ("16_long_tld", f"a@example.{'b' * 60}"),
        ("16_plus", "a+b@example.org"),
    ],
)
def test_bad_input_of_odd_addresses(fine: str, address: str, stage: Stage) -> None:
    """An address that looks odd and may be one is kept as it is."""
    kept = stage.ana.client.patch(f"{V1}/me", json={"email": address})

    assert (kept.status_code, kept.json()["email"]) == (200, address), fine
    stage.ana.client.patch(f"{V1}/me", json={"email": None})


def test_bad_input_17_passwords_are_taken_whole(stage: Stage) -> None:
    """Neither length nor spaces nor emoji of a password are lost; too short or long is refused."""
    good = [
        "f" + "oz" * 31 + "!",
        "b" * 36 + "c" * 37,
        "  a horse with spaces  ",
        " " * 44,
        "🐎🔋🧷🖇" * 3,
    ]

    def come(password: str) -> int:
        path = stage.ana.client.post(f"{V1}/admin/invitations").json()["path"]
        token = path.rsplit("/", 1)[1].rpartition("#")[2]
        body = {"name": f"Newcomer {hash(password) % 10**8}", "password": password}
        answer = browser(stage.app).post(f"{V1}/auth/invitations/{token}", json=body)
        if answer.status_code != 201:
            refused(answer, 413, 422)
            return int(answer.status_code)
        stage.clock.advance(minutes=5)
        cut = {"username": body["name"], "password": password.strip()[:72]}
        whole = {"username": body["name"], "password": password}
        is_cut = 0 < len(cut["password"]) < len(password)
        assert browser(stage.app).post(f"{V1}/auth/login", json=whole).status_code == 204
        if is_cut:
            assert browser(stage.app).post(f"{V1}/auth/login", json=cut).status_code == 401
        return 201

    assert [come(password) for password in good] == [201] * 5
    assert 201 not in [come("1"), come("x" * 1_000_000)]


BAD_CONFIG: dict[str, tuple[str, list[object]]] = {
    "18_times": (
        "sync_time",
        [
            "25:99",
            "99:99",
            "24:00",
            "6:00",
            "06:60",
            "\u0660\u0666:\u0660\u0660",
            "06:00:00",
            "06:00 ",
            "",
            "-1:00",
        ],
    ),
    "20_zones": (
        "timezone",
        ["Mars/Olympus", "../../etc/passwd", "/etc/passwd", "", "UTC\x00", "europe", CANARY],
    ),
    "21_initial_days": ("initial_sync_days", [0, -1, 3651, 10**9, 10**30, 1.5, "7"]),
    "21_incremental_days": ("incremental_sync_days", [0, -1, 91, 10**9]),
    "21_minutes": ("min_sync_interval_minutes", [0, -1, 10081, 10**9]),
    "21_weekday": ("sync_weekday", [-1, 7]),
}


@pytest.mark.parametrize("bad", BAD_CONFIG)
def test_bad_input_of_configuration(bad: str, stage: Stage) -> None:
    """What no clock, map or calendar has is refused, and the configuration stays.

    ASVS 2.2.1, 2.2.2.
    """
    name, values = BAD_CONFIG[bad]
    before = stage.ana.client.get(f"{API}/sync-config").json()

    for value in values:
        refused(stage.ask(CONFIG, json.dumps({name: value})), 422)

    assert stage.ana.client.get(f"{API}/sync-config").json() == before


def test_bad_input_19_time_that_a_clock_change_leaves_out(stage: Stage) -> None:
    """A time that does not exist on one day is fine: the next runs are all real instants."""
    asked = {"sync_time": "02:30", "timezone": "Europe/Berlin", "sync_frequency": "daily"}
    stage.clock.advance(days=25)
    prove(stage.app, stage.ana)

    answer = stage.ana.client.post(f"{API}/sync-config/preview", json=asked)

    assert answer.status_code == 200
    assert len(answer.json()["next_runs"]) == 3
    assert answer.json()["warnings"]


def test_bad_input_21_ranges_of_days(stage: Stage) -> None:
    """A range that is none, in any list or request for a sync, is refused and never a fault."""
    days = [
        "0",
        "-1",
        "1000000000",
        "2026-02-29",
        "0000-01-01",
        "20260101",
        "\u0662\u0660\u0662\u0666-\u0660\u0661-\u0660\u0661",
        CANARY,
    ]
    ranged = [
        name.removeprefix("GET ")
        for name, operation in operations(stage.app)
        if any(each["name"] == "from" for each in operation.get("parameters", ()))
    ]
    assert len(ranged) >= 5

    for path in ranged:
        here = path.replace("{stream}", "daily_summary")
        for day in days:
            refused(stage.ana.client.get(here, params={"from": day}), 422)
            refused(stage.ana.client.get(here, params={"to": day}), 422)
        refused(stage.ana.client.get(f"{here}?from=2026-02-02&to=2026-02-01"), 422)
        for first, last in (("0001-01-01", "0001-01-02"), ("9999-12-30", "9999-12-31")):
            asked = stage.ana.client.get(f"{here}?from={first}&to={last}")
            assert asked.status_code in {200, 422}, (here, first)
    for body in ({"days": 0}, {"days": 366}, {"from": "2026-02-02", "to": "2026-02-01"}):
        refused(stage.ask(f"POST {API}/sync/trigger", json.dumps(body)), 422)


def test_bad_input_22_limits(stage: Stage) -> None:
    """No list takes a limit that a database would read as all of it."""
    for name in lists(stage.app):
        for limit in ("-1", "0", "201", "1000000000", "1e3", "", "\u0665", "9" * 5000):
            refused(stage.ask(f"{name}?limit={limit}"), 422)


def test_asvs_15_3_7_a_parameter_stands_in_an_address_once(stage: Stage) -> None:
    """Two values of one parameter are refused; a name that nobody reads may stand there twice."""
    for name in lists(stage.app):
        refused(stage.ask(f"{name}?limit=1&limit=2"), 422)
        assert stage.ask(f"{name}?limit=1&utm=a&utm=b").status_code in {200, 404}


def test_bad_input_23_cursors(stage: Stage) -> None:
    """A cursor that is broken, of another list, or made up in its parts is refused."""
    made = []
    for name in lists(stage.app):
        answer = stage.ask(f"{name}?limit=1")
        link = answer.headers.get("link")
        if answer.status_code != 200 or link is None:
            continue
        made.append(name)
        cursor = link.split("cursor=")[1].split(">")[0].split("&")[0].replace("%3D", "=")
        seal, *key = json.loads(base64.urlsafe_b64decode(cursor))
        forged: list[list[object]] = [
            [seal],
            [seal, *key, 1],
            [seal, *[10**30 for _ in key]],
            [seal, *[-(10**30) for _ in key]],
            [seal, *[CANARY for _ in key]],
            [seal, *["0001-01-01" for _ in key]],
            [seal, *["9999-12-31T23:59:59.999999-23:59" for _ in key]],
            [seal, *[True for _ in key]],
            [seal, *[{} for _ in key]],
            ["0" * 16, *key],
        ]
        cursors = [base64.urlsafe_b64encode(json.dumps(each).encode()).decode() for each in forged]
        for bad in (*cursors, "", CANARY, "é", "W10=", cursor[:-5], "A" * 600):
            sent = stage.ana.client.get(name.removeprefix("GET "), params={"cursor": bad})
            refused(sent, 400, 422)
        others = (each for each in lists(stage.app) if each != name)
        refused(stage.ask(f"{next(others)}?cursor={cursor}"), 400)
    assert len(made) >= 5, made


@pytest.mark.parametrize("text", ["a\r\nSet-Cookie: b=c", "a\x1b[2Jb", "a\u2028b", "a\x7fb"])
def test_bad_input_34_line_breaks_and_escapes(text: str, stage: Stage) -> None:
    """ASVS 16.4.1: a name that would write lines or colours of its own into a log is refused."""
    named = {"name": text, "scopes": ["sync:read"]}
    hook = {"url": "https://hooks.example.org/in", "events": ["*"], "description": text}

    refused(stage.ana.client.post(f"{V1}/api-keys", json=named), 422)
    refused(stage.ana.client.post(f"{V1}/webhooks", json=hook), 422)
    refused(stage.ana.client.patch(f"{V1}/me", json={"display_name": text}), 422)
    refused(stage.ana.client.post(f"{V1}/admin/pause", json={"reason": text}), 422)


def test_bad_input_35_markup(stage: Stage) -> None:
    """ASVS 1.2.1: markup in a name is shown as text, by every page that shows it."""
    markup = "<script>alert(1)</script>"
    key = {"name": markup, "scopes": ["sync:read"]}
    assert stage.ana.client.post(f"{V1}/api-keys", json=key).status_code == 201
    assert stage.ana.client.patch(f"{V1}/me", json={"display_name": markup}).is_success

    for path in ("/", "/settings", "/account", "/nothing"):
        assert "<script>alert" not in stage.ana.client.get(path).text


@pytest.mark.parametrize("text", ["%", "_", "%%", "'", "' OR 1=1 --", "\\", '"; DROP TABLE users'])
def test_bad_input_36_wildcards(text: str, stage: Stage) -> None:
    """ASVS 1.2.4: a search finds what has the text in it, whatever the text means to a database."""
    found = stage.ana.client.get(f"{API}/activities", params={"q": text})

    assert found.status_code == 200
    assert all(text in str(item["name"]) for item in found.json()["items"])
