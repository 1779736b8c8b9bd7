"""The pages of health: with data, without any, of one night and of one day."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from web_stage import Person, connect, sync

if TYPE_CHECKING:
    from fake_clock import FakeClock
    from fastapi import FastAPI

    from training_analyzer.simulator import SimulatorServer

PLACES = ("", "/heart", "/stress", "/movement", "/fitness", "/body")


def page(person: Person, path: str) -> str:
    """Return a page that is there."""
    answer = person.client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.text


def test_every_page_of_health_shows_what_is_held(
    app: FastAPI, ana: Person, garmin: SimulatorServer, clock: FakeClock
) -> None:
    """Each place in each range has one heading, pictures, and tables that lead to days."""
    connect(ana, garmin, "ada")
    assert sync(app, ana)["status"] == "completed"

    for place in PLACES:
        for length in ("2w", "5y") if place in ("", "/fitness") else ("3m",):
            shown = page(ana, f"/health{place}?range={length}")
            assert shown.count("<h1>") == 1
            assert shown.count('aria-current="page"') == 3
            assert shown.count('aria-current="true"') == 1
            assert 'class="drawing"' in shown
            assert "style=" not in shown
            assert len(shown) < 250_000
    today = clock().date()
    night, day = f"/health/sleep/{today}", f"/health/day/{today - timedelta(days=1)}"
    assert f'href="{night}"' in page(ana, "/health")
    assert f'href="{day}"' in page(ana, "/health/movement")
    assert "Time in each stage" in page(ana, night) or "Course of the night" in page(ana, night)
    told = page(ana, day)
    assert re.search(r"Steps</dt><dd>[\d,]+ of [\d,]+", told)
    assert f'href="/health/sleep/{today - timedelta(days=1)}"' in told


def test_days_that_never_were_are_not_found(ana: Person, clock: FakeClock) -> None:
    """A day to come, and what is no day, have no page; a day without data says why."""
    tomorrow = clock().date() + timedelta(days=1)

    for day in (str(tomorrow), "yesterday", "20261101", "2026-02-30"):
        assert ana.client.get(f"/health/day/{day}").status_code == 404
        assert ana.client.get(f"/health/sleep/{day}").status_code == 404
    assert "Nothing is here yet: Garmin is not connected." in page(ana, "/health/day/2026-01-01")


def test_who_is_not_connected_is_led_to_connecting(ana: Person) -> None:
    """Without anything each place has one way on, and no empty pictures."""
    for place in PLACES:
        shown = page(ana, f"/health{place}")
        assert "Nothing is here yet" in shown
        assert '<a class="btn primary" href="/connect">' in shown
        assert 'class="drawing"' not in shown
