"""The page of the sync settings: saving, what is wrong, and two people at one configuration."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from web_stage import API, Person, arrive

from training_analyzer.model import GarminSyncConfig, Group, QuietHours
from training_analyzer.web.pages.settings_view import (
    Values,
    differences,
    form_of,
    outlook_of,
    with_wrong,
)
from training_analyzer.web.tongue import Tongue

if TYPE_CHECKING:
    from fastapi import FastAPI

    from training_analyzer.services.runtime import Runtime

CONFIG = f"{API}/sync-config"
PAGE = "/settings/sync"
ENGLISH = Tongue()
MINE = GarminSyncConfig(user_id="ana", timezone="Europe/Berlin", sync_time="06:30")

type Sent = dict[str, str | list[str]]


def opened(page: str, **changes: str | list[str]) -> Sent:
    """Return what a browser sends from the settings of *page*, with *changes* made to it."""
    form = page[page.index('id="settings"') : page.index("</form>", page.index('id="settings"'))]
    sent: Sent = {"sync_weekday": re.findall(r'<option value="(\d)" selected', form)}
    streams: list[str] = []
    for field in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r'name="(\w+)"', field), re.search(r'value="([^"]*)"', field)
        if name and (" checked" in field or not re.search(r'type="(checkbox|radio)"', field)):
            if name[1] == "streams" and value:
                streams.append(value[1])
            else:
                sent[name[1]] = value[1] if value else "on"
    return sent | {"streams": streams} | changes


def test_everything_is_saved_by_the_form(ana: Person, runtime: Runtime) -> None:
    """Every field can be set; a switch, a stream or a time that is left out is off."""
    form = opened(
        ana.client.get(PAGE).text,
        sync_frequency="weekly",
        sync_weekday="3",
        sync_time="21:15:00",
        timezone="Europe/Berlin",
        initial_sync_days="1825",
        incremental_sync_days="9",
        min_sync_interval_minutes="90",
        quiet_from="22:00",
        quiet_to="06:30:00",
    )
    del form["sync_wellness"]
    form["streams"] = [one for one in form["streams"] if one not in {"sleep", "vo2max"}]

    saved = ana.client.post(PAGE, data=form)
    page = ana.client.get(saved.headers["location"]).text
    config = runtime.credentials.get_sync_config(ana.user_id)
    again = ana.client.post(PAGE, data=opened(page, quiet_from="", quiet_to=""))
    last = runtime.credentials.get_sync_config(ana.user_id)

    assert (saved.status_code, again.status_code) == (303, 303)
    assert "Saved. The next run follows it." in page
    assert config is not None
    assert (config.sync_frequency, config.sync_weekday) == ("weekly", 3)
    assert (config.sync_time, config.timezone) == ("21:15", "Europe/Berlin")
    assert (config.sync_activities, config.sync_wellness) == (True, False)
    assert (config.initial_sync_days, config.incremental_sync_days) == (1825, 9)
    assert config.min_sync_interval_minutes == 90
    assert config.quiet_hours == QuietHours("22:00", "06:30")
    assert (config.sync_sleep, config.disabled_streams) == (False, ("vo2max",))
    assert last == replace(config, quiet_hours=None)


def test_wrong_settings_are_all_named_and_none_is_saved(ana: Person, runtime: Runtime) -> None:
    """Every wrong field has its message and a link to it, and keeps what was typed."""
    wrong = {
        "sync_time": "25:00",
        "initial_sync_days": "0",
        "incremental_sync_days": "seven",
        "sync_frequency": "yearly",
        "timezone": "Mars/Base",
        "quiet_to": "06:00",
    }

    again = ana.client.post(PAGE, data=opened(ana.client.get(PAGE).text, **wrong))
    empty = ana.client.post(PAGE, data={})

    assert (again.status_code, empty.status_code) == (422, 422)
    assert "Nothing was saved: 6 fields need correcting." in again.text
    for name in (*(set(wrong) - {"quiet_to"}), "quiet_hours"):
        assert f'id="{name}-wrong"' in again.text
        assert f'<a href="#{name}">' in again.text
    assert 'value="seven"' in again.text
    assert runtime.credentials.get_sync_config(ana.user_id) is None


def test_both_versions_are_shown_when_settings_changed_elsewhere(ana: Person) -> None:
    """Who saves a form of before sees what differs, and can keep theirs or take the other."""
    page = ana.client.get(PAGE).text
    ana.client.put(CONFIG, json={"sync_time": "21:15", "disabled_streams": ["weight"]})

    late = ana.client.post(PAGE, data=opened(page, sync_time="05:00"))
    kept = ana.client.get(CONFIG).json()
    broken = ana.client.post(PAGE, data=opened(page, version="one"))
    theirs = ana.client.get(PAGE).text
    same = ana.client.post(PAGE, data=opened(theirs, version="0"))
    saved = ana.client.post(PAGE, data=opened(late.text))
    after = ana.client.get(CONFIG).json()

    assert (late.status_code, broken.status_code) == (412, 412)
    assert re.search(r"At</th><td>21:15</td><td><b>05:00", late.text)
    assert re.search(r"Left alone</th><td>Weight</td><td><b>none", late.text)
    assert kept["sync_time"] == "21:15"
    assert 'value="21:15"' in theirs
    # What changes nothing cannot be in the way of anybody.
    assert (same.status_code, saved.status_code) == (303, 303)
    assert (after["sync_time"], after["disabled_streams"]) == ("05:00", [])


def test_defaults_come_back_by_one_button(ana: Person) -> None:
    """Every field is as on the first day, streams and quiet hours included."""
    ana.client.put(
        CONFIG,
        json={"sync_time": "21:15", "disabled_streams": ["weight"], "sync_activities": False},
    )

    restored = ana.client.post(f"{PAGE}/defaults")
    config = ana.client.get(CONFIG).json()

    assert restored.status_code == 303
    assert "back to its default" in ana.client.get(restored.headers["location"]).text
    assert (config["sync_time"], config["sync_activities"]) == ("06:00", True)
    assert config["disabled_streams"] == []


def test_what_a_form_would_do_is_told_and_not_saved(ana: Person) -> None:
    """A script gets a part of the page, a browser without one the whole page with the form."""
    form = opened(ana.client.get(PAGE).text, sync_time="21:15", initial_sync_days="30")

    part = ana.client.get(f"{PAGE}/preview", params=form, headers={"HX-Request": "true"})
    whole = ana.client.get(f"{PAGE}/preview", params=form)
    wrong = ana.client.get(f"{PAGE}/preview", params=form | {"timezone": "Mars/Base"})

    assert "<main" not in part.text
    assert re.search(r"makes about \d+ requests to Garmin, which takes", part.text)
    assert re.search(r'name="sync_time"[^>]*value="21:15"', whole.text)
    assert "Not saved yet" in whole.text
    assert wrong.status_code == 422
    assert ana.client.get(CONFIG).json()["version"] == 0


def test_each_person_has_settings_of_their_own(app: FastAPI, ana: Person, runtime: Runtime) -> None:
    """What one saves, another does not see; a stranger is asked to sign in."""
    ben = arrive(app, runtime, "Ben")
    ana.client.post(PAGE, data=opened(ana.client.get(PAGE).text, sync_time="04:44"))

    assert "04:44" not in ben.client.get(PAGE).text


def test_next_runs_are_told_in_the_zone_of_the_settings_and_in_utc() -> None:
    """Summer time shows: the clock time stays, UTC moves."""
    runs = [datetime(2027, 3, 27, 5, 30, tzinfo=UTC), datetime(2027, 3, 28, 4, 30, tzinfo=UTC)]

    outlook = outlook_of(MINE, runs, ["time_exists_twice", "unheard_of"], Tongue())

    assert [run.local for run in outlook.next_runs] == [
        "Sat 27 Mar, 06:30 CET",
        "Sun 28 Mar, 06:30 CEST",
    ]
    assert [run.utc for run in outlook.next_runs] == ["05:30 UTC", "04:30 UTC"]
    assert outlook.cautions == (
        "When the clocks go back, 06:30 comes twice: the run comes the first time.",
    )


def test_the_form_offers_what_is_set_even_where_it_is_unusual() -> None:
    """A depth between the usual ones has a segment; refused streams say when they are asked for."""
    groups = {Group.WELLNESS: ("sleep", "hrv", "sleep_detail")}
    values = Values.of(
        replace(MINE, initial_sync_days=90, sync_sleep=False), groups[Group.WELLNESS]
    )
    berlin = replace(ENGLISH, zone=ZoneInfo("Europe/Berlin"), first_weekday=6)

    form = form_of(
        values,
        outlook_of(MINE, [], [], berlin),
        groups=groups,
        refused={"hrv": datetime(2026, 11, 28, 23, 30, tzinfo=UTC), "sleep": None},
        tongue=berlin,
    )

    assert [choice.label for choice in form.depths if choice.is_chosen] == ["90 days"]
    assert [choice.label for choice in form.depths][:3] == ["30 days", "90 days", "1 year"]
    assert [choice.value for choice in form.weekdays][:2] == ["6", "0"]
    (group,) = form.groups
    assert [(one.value, one.is_chosen) for one in group.streams] == [
        ("sleep", False),
        ("hrv", True),
    ]
    assert [one.value for one in group.curves] == ["sleep_detail"]
    assert group.refused == (
        "Sleep is not given to your account at present. We ask again with the next run.",
        "HRV is not given to your account at present. We ask again on 29 Nov.",
    )
    wrong = with_wrong(form, ["timezone", "sync_time"], ENGLISH)
    assert [line.field for line in wrong.wrong] == ["sync_time", "timezone"]


def test_only_what_differs_is_laid_side_by_side() -> None:
    """Words of both sides, in the order of the form."""
    mine = replace(
        MINE, sync_time="07:00", quiet_hours=QuietHours("22:00", "06:00"), sync_wellness=False
    )

    found = differences(MINE, mine, ENGLISH)

    assert [(line.label, line.theirs, line.mine) for line in found] == [
        ("At", "06:30", "07:00"),
        ("Quiet hours", "none", "22:00 to 06:00"),
        ("Wellness", "On", "Off"),
    ]
    assert differences(MINE, MINE, ENGLISH) == ()
