"""Administration over the API: who may, what it shows, what it changes, what is written down."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from web_stage import API, account, browser, connect, prove, short, sync

from training_analyzer.services.callers import Scope

if TYPE_CHECKING:
    from fastapi import FastAPI
    from web_stage import Person

    from training_analyzer.services.runtime import Runtime
    from training_analyzer.simulator import SimulatorServer

ADMIN = "/api/v1/admin"
# Everything there is; the second ones need a sign-in of the last quarter of an hour.
ROUTES = (
    *(("GET", path) for path in ("users", "connections", "syncs", "queue")),
    *(("GET", path) for path in ("encryption", "audit", "system")),
    ("PATCH", "users/usr_nobody"),
    ("POST", "invitations"),
    ("POST", "pause"),
    ("POST", "resume"),
)
FRESH_ROUTES = (
    ("DELETE", "users/usr_nobody"),
    ("POST", "users/usr_nobody/password-link"),
    ("POST", "encryption/rotate"),
)
BODIES: dict[str, Any] = {
    "pause": {"reason": "Moving house"},
    "users/usr_nobody": {"role": "user"},
}


def ask(client: Any, method: str, path: str, **headers: str) -> Any:
    """Ask an administrator's route, with a body where it needs one."""
    body = BODIES.get(path) if method in {"POST", "PATCH"} else None
    return client.request(method, f"{ADMIN}/{path}", json=body, headers=headers)


def test_asvs_8_2_1_only_administrators_get_in(
    app: FastAPI, runtime: Runtime, ana: Person, ben: Person, clock: Any
) -> None:
    """A stranger is 401, anybody else 403; what cannot be undone needs a fresh sign-in."""
    issued = runtime.access.api_keys.issue(
        ana.user_id, "robot", frozenset({Scope.ADMIN}), lives=None
    )
    assert issued is not None
    robot = browser(app, Authorization=f"Bearer {issued[1]}")
    stranger = browser(app)

    for method, path in ROUTES + FRESH_ROUTES:
        assert ask(stranger, method, path).status_code == 401, path
        refused = ask(ben.client, method, path)
        assert (refused.status_code, refused.json()["needed"]) == (403, "admin"), path
    clock.advance(minutes=16)
    for client in (ana.client, robot):
        for method, path in ROUTES:
            assert ask(client, method, path).status_code in {200, 201, 404}, path
        for method, path in FRESH_ROUTES:
            assert ask(client, method, path).json()["code"] == "step_up_required", path
        for path, method in (("invitations", "POST"), (f"users/{ben.user_id}", "PATCH")):
            ruler = client.request(method, f"{ADMIN}/{path}", json={"role": "admin"})
            assert ruler.json()["code"] == "step_up_required"
    prove(app, ana)
    for method, path in FRESH_ROUTES[:2]:
        assert ask(ana.client, method, path).status_code == 404


def test_people_are_changed_kept_out_and_removed(app: FastAPI, ana: Person, ben: Person) -> None:
    """Roles and places change at once, one administrator always stays, and all is audited.

    ASVS 6.4.6, 7.4.5, 8.3.2.
    """
    of_ben, of_ana = f"{ADMIN}/users/{ben.user_id}", f"{ADMIN}/users/{ana.user_id}"
    assert ben.client.get("/api/v1/me/audit").status_code == 200

    for change in ({"role": "user"}, {"disabled": True}):
        assert ana.client.patch(of_ana, json=change).json()["code"] == "conflict"
    assert ana.client.delete(of_ana).json()["code"] == "conflict"
    out = ana.client.patch(of_ben, json={"disabled": True})
    assert out.json()["disabled_at"] is not None
    assert ben.client.get("/api/v1/me/audit").status_code == 401
    assert ana.client.patch(of_ben, json={"disabled": False, "role": "admin"}).status_code == 200
    prove(app, ben)
    assert ben.client.get(f"{ADMIN}/system").status_code == 200
    assert ana.client.patch(of_ben, json={"role": "user"}).json()["role"] == "user"
    assert ben.client.get(f"{ADMIN}/system").status_code == 403

    told = ben.client.get("/api/v1/me/audit").json()["items"]
    by_ana = [(e["action"], e["target"]) for e in told if e["actor"] == "administrator"]
    assert by_ana == [
        ("role_changed", "user"),
        ("enabled", None),
        ("role_changed", "admin"),
        ("disabled", None),
    ]
    link = ana.client.post(f"{of_ben}/password-link").json()
    assert link["path"].startswith("/password?token=")
    invited = ana.client.post(f"{ADMIN}/invitations", json={"role": "admin"})
    assert (invited.status_code, "/invitations/" in invited.json()["path"]) == (201, True)
    assert ana.client.delete(of_ben).status_code == 204
    assert ana.client.delete(of_ben).status_code == 404
    people = ana.client.get(f"{ADMIN}/users", params={"limit": 1}).json()
    assert ([p["name"] for p in people["items"]], people["next_cursor"]) == (["Ana"], None)
    log = ana.client.get(f"{ADMIN}/audit", params={"limit": 2}).json()
    assert [entry["action"] for entry in log["items"]] == ["removed", "invited"]
    assert log["items"][0]["user_id"] == ben.user_id
    after = {"limit": 2, "cursor": log["next_cursor"]}
    older = ana.client.get(f"{ADMIN}/audit", params=after).json()["items"]
    assert older[0]["action"] != "invited"
    assert link["path"].partition("=")[2] not in ana.client.get(f"{ADMIN}/audit").text


def test_operation_shows_states_counts_and_errors_alone(
    app: FastAPI, ana: Person, ben: Person, garmin: SimulatorServer, runtime: Runtime
) -> None:
    """An administrator sees how everybody's syncs go, and no address, key or health value.

    ASVS 8.2.3.
    """
    runtime.access.audit.note("backed_up", user_id=None, actor="system", target="day-1.db")
    connect(ben, garmin, "ada")
    short(ben)
    sync(app, ben)

    connections = ana.client.get(f"{ADMIN}/connections").json()["items"]
    broken = ana.client.get(f"{ADMIN}/connections", params={"state": "not_connected"}).json()
    runs = ana.client.get(f"{ADMIN}/syncs", params={"status": "completed"}).json()["items"]
    system = ana.client.get(f"{ADMIN}/system").json()
    answers = [
        ana.client.get(f"{ADMIN}/{path}").text
        for path in ("users", "connections", "syncs", "queue", "encryption", "audit", "system")
    ]

    assert [(c["name"], c["state"]) for c in connections] == [("Ben", "connected")]
    assert broken == {"items": [], "next_cursor": None}
    assert [(run["name"], run["activities_synced"] > 0) for run in runs] == [("Ben", True)]
    assert system["database"]["schema_revision"] == system["database"]["newest_revision"]
    assert system["database"]["last_backup_at"] == "2026-03-02T12:00:00Z"
    assert system["client_library"]["name"] == "garminconnect"
    assert system["client_library"]["last_used_at"]
    assert "database_url" not in system["settings"]
    who = account(garmin, "ada")
    for secret in (who.email, who.password, "resting_heart_rate", "sleep_score"):
        assert all(secret not in answer for answer in answers)
    actions = [e["action"] for e in ana.client.get(f"{ADMIN}/audit").json()["items"]]
    assert actions[0] == "garmin_session_used"


def test_pause_says_why_to_whoever_asks_for_a_sync(
    ana: Person, ben: Person, garmin: SimulatorServer
) -> None:
    """While everybody is paused a sync by hand is a 503 with the administrator's words."""
    connect(ben, garmin, "ada")

    paused = ana.client.post(f"{ADMIN}/pause", json={"reason": "Moving house"})
    refused = ben.client.post(f"{API}/sync/trigger")
    queue = ana.client.get(f"{ADMIN}/queue").json()
    resumed = [ana.client.post(f"{ADMIN}/resume").json()["was_paused"] for _ in range(2)]

    assert paused.json()["paused_by"] == ana.user_id
    assert (refused.status_code, refused.json()["code"]) == (503, "syncing_paused")
    assert refused.json()["reason"] == "Moving house"
    assert queue["pause"]["reason"] == "Moving house"
    assert resumed == [True, False]
    for reason in ("", "two\nlines", None):
        assert ana.client.post(f"{ADMIN}/pause", json={"reason": reason}).status_code == 422


def test_keys_are_shown_and_rotated(ana: Person, ben: Person, garmin: SimulatorServer) -> None:
    """The keys are told by id and count; a rotation can be looked at before it is done."""
    connect(ben, garmin, "ada")

    shown = ana.client.get(f"{ADMIN}/encryption").json()
    looked = ana.client.post(f"{ADMIN}/encryption/rotate", json={"dry_run": True}).json()
    done = ana.client.post(f"{ADMIN}/encryption/rotate").json()

    (key,) = shown["keys"]
    assert (key["key_id"], key["status"], key["is_configured"]) == ("v1", "primary", True)
    assert key["secrets"] == looked["secrets"] == looked["by_key"]["v1"] > 0
    assert (looked["dry_run"], looked["unreadable"]) == (True, 0)
    assert (done["dry_run"], done["resealed"], done["is_complete"]) == (False, 0, True)
    (entry, *_) = ana.client.get(f"{ADMIN}/audit").json()["items"]
    assert (entry["action"], entry["target"]) == ("keys_rotated", "v1")
