"""The form of the settings: nights, quiet hours, and two people at one configuration."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from web_stage import API, Person

from training_analyzer.model import QuietHours

if TYPE_CHECKING:
    from training_analyzer.services.runtime import Runtime

CONFIG = f"{API}/sync-config"


def opened(page: str, **changes: str) -> dict[str, str]:
    """Return what a browser sends from the settings of *page*, with *changes* made to it."""
    form = page[page.index('id="settings"') :]
    sent: dict[str, str] = {}
    for field in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r'name="(\w+)"', field), re.search(r'value="([^"]*)"', field)
        if name and (" checked" in field or not re.search(r'type="(checkbox|radio)"', field)):
            sent[name[1]] = value[1] if value else "on"
    return sent | {"sync_weekday": "0"} | changes


def test_nights_and_quiet_hours_are_set_by_the_form(ana: Person, runtime: Runtime) -> None:
    """Both are in the form; two empty times are no quiet hours, and one alone is none."""
    form = opened(ana.client.get("/").text, quiet_from="22:00", quiet_to="06:30:00")
    del form["sync_sleep"]

    saved = ana.client.post("/settings", data=form)
    first = runtime.credentials.get_sync_config(ana.user_id)
    again = opened(ana.client.get("/").text, quiet_from="")
    half = ana.client.post("/settings", data=again)
    none = ana.client.post("/settings", data=again | {"quiet_to": ""})
    last = runtime.credentials.get_sync_config(ana.user_id)

    assert (saved.status_code, half.status_code, none.status_code) == (303, 422, 303)
    assert first is not None
    assert (first.sync_sleep, first.quiet_hours) == (False, QuietHours("22:00", "06:30"))
    assert 'id="quiet_hours-wrong"' in half.text
    assert last is not None
    assert (last.sync_sleep, last.quiet_hours, last.version) == (False, None, 2)


def test_form_does_not_overwrite_what_was_changed_since_it_was_opened(ana: Person) -> None:
    """Who saves a form of before is told, sees what counts now, and can save that."""
    form = opened(ana.client.get("/").text, sync_time="05:00")
    ana.client.put(CONFIG, json={"sync_time": "21:15", "disabled_streams": ["weight"]})

    late = ana.client.post("/settings", data=form)
    kept = ana.client.get(CONFIG).json()
    broken = ana.client.post("/settings", data=form | {"version": "one"})
    saved = ana.client.post("/settings", data=opened(late.text, initial_sync_days="30"))
    after = ana.client.get(CONFIG).json()

    assert (late.status_code, broken.status_code, saved.status_code) == (412, 412, 303)
    assert "changed elsewhere" in late.text
    assert 'value="21:15"' in late.text
    assert kept["sync_time"] == "21:15"
    assert (after["sync_time"], after["initial_sync_days"], after["version"]) == ("21:15", 30, 2)
    assert after["disabled_streams"] == ["weight"]
