"""How pages speak and look is a person's choice."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from web_stage import Person

LOOK = {"locale": "de", "timezone": "America/New_York", "units": "imperial", "first_weekday": "6"}


def test_what_is_chosen_is_kept_and_pages_follow(ana: Person) -> None:
    """Language and colours stand in the page's head from then on; the form shows the choice."""
    saved = ana.client.post("/settings/look", data=LOOK | {"display_name": "Ana Lovelace"})
    page = ana.client.get(saved.headers["location"]).text
    themed = ana.client.post("/settings/theme", data={"theme": "dark", "next": "/coverage"})
    dark = ana.client.get("/settings/look").text

    assert (saved.status_code, themed.headers["location"]) == (303, "/coverage")
    assert '<html lang="de"' in page
    assert "<option selected>America/New_York</option>" in page
    assert 'value="imperial" checked' in page
    assert 'value="Ana Lovelace"' in page
    assert 'data-theme="dark"' in dark


def test_what_cannot_be_is_named_and_changes_nothing(ana: Person) -> None:
    """A zone and an address that are none come back marked; another site is no way back."""
    wrong = ana.client.post("/settings/look", data={"timezone": "Mars/Base", "email": "nobody"})
    away = ana.client.post("/settings/theme", data={"theme": "pink", "next": "//evil.test"})

    assert wrong.status_code == 422
    assert wrong.text.count('aria-invalid="true"') == 2
    assert away.headers["location"] == "/"
    assert "data-theme" not in ana.client.get("/settings/look").text
