"""What a known caller is denied is written down, and not more often than is of use."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.testclient import TestClient
from web_stage import API, arrive, browser

import training_analyzer
from training_analyzer.services.garmin_scheduler import GarminSyncScheduler
from training_analyzer.web.app import create_app
from training_analyzer.web.pages.account_words import action_words
from training_analyzer.web.tongue import Tongue

if TYPE_CHECKING:
    from fake_clock import FakeClock

    from training_analyzer.services.runtime import Runtime

_NOTING = re.compile(
    r'note\((?:request, |runtime, )?\s*"([a-z_]+)"(?: if is_out else "([a-z_]+)")?,'
    r'|_shown\(request, (?:response, made, )?"([a-z]+_[a-z_]+)",?'
)


def test_denied_requests_of_a_known_caller_are_in_the_log(
    runtime: Runtime, clock: FakeClock
) -> None:
    """ASVS 16.3.2, 16.3.3: each kind of denial has one line a minute, and a stranger's has none."""
    app = create_app(runtime, GarminSyncScheduler(runtime))
    # The first person of all is an administrator.
    runtime.people.add("Ida")
    ana = arrive(app, runtime, "Ana")
    new_key = {"name": "watch", "scopes": ["sync:read"]}
    shown = ana.client.post("/api/v1/api-keys", json=new_key).json()
    key = browser(app, Authorization=f"Bearer {shown['key']}")
    elsewhere = {"Sec-Fetch-Site": "cross-site"}

    def seen() -> list[tuple[str, str | None]]:
        entries = runtime.access.audit.page(user_id=ana.user_id, limit=50)
        return [(e.result, e.target) for e in reversed(entries) if e.action == "request_denied"]

    clock.advance(minutes=16)
    for _ in range(3):
        assert key.get(f"{API}/wellness-history").status_code == 403
        assert ana.client.delete(f"/api/v1/api-keys/{shown['id']}").status_code == 403
        assert ana.client.put(f"{API}/sync-config", headers=elsewhere).status_code == 403
        assert ana.client.get("/admin").status_code == 403
        stranger = TestClient(app, base_url="http://localhost", headers=elsewhere)
        assert stranger.put(f"{API}/sync-config", json={}).status_code == 403
    told = [
        ("insufficient_scope", "wellness_history"),
        ("step_up_required", "delete_key"),
        ("cross_site_request", "change_sync_config"),
        ("insufficient_scope", "administration"),
    ]
    assert seen() == told
    everybody = runtime.access.audit.page(limit=50)
    assert sum(entry.action == "request_denied" for entry in everybody) == len(told)

    clock.advance(minutes=1)
    assert key.get(f"{API}/wellness-history").status_code == 403
    assert seen() == [*told, told[0]]


def test_every_action_that_is_noted_has_words() -> None:
    """No entry of the log is shown by the name that programs know it by."""
    german = Tongue("de")
    unnamed = {
        action
        for action in _noted_actions()
        if action_words(german, action) == action.replace("_", " ").capitalize()
    }

    assert {"removed", "enabled", "totp_reset", "webhook_created", "paused"} <= _noted_actions()
    assert unnamed == set()


def _noted_actions() -> set[str]:
    """Return the actions that stand in calls which write into the log."""
    root = Path(training_analyzer.__file__).parent
    texts = [file.read_text("utf-8") for file in root.rglob("*.py")]
    found = [each for text in texts for each in _NOTING.findall(text)]
    return {action for each in found for action in each if action}
