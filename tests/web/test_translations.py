"""Other languages: every text is translated, and every page speaks the one that was chosen."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from babel.messages.pofile import read_po
from web_stage import Person, browser, words

from training_analyzer.web import catalogs

if TYPE_CHECKING:
    from fastapi import FastAPI

    from training_analyzer.services.runtime import Runtime

GERMAN = {"Accept-Language": "de-AT,de;q=0.9"}
SCRIPT = Path(__file__).parents[2] / "scripts/translate.py"
OTHERS = [code for code in catalogs.LANGUAGES if code != catalogs.ENGLISH]
# What stays as it is in each language: places of values, markup, names of fields.
FIXED = re.compile(r"%\(\w+\)[sd]|%%|<[^>]*>|`[^`]*`")


@pytest.mark.parametrize("code", OTHERS)
def test_every_text_of_today_is_translated(code: str) -> None:
    """The catalog has what the pages say by now, nothing else, and no place gets lost."""
    script = runpy.run_path(str(SCRIPT))
    with script["path_of"](code).open("rb") as source:
        texts = [message for message in read_po(source, locale=code) if message.id]
    today = script["updated"](code)
    bent = [
        message.id
        for message in texts
        for said, translated in zip(_forms(message.id), _forms(message.string), strict=True)
        if sorted(FIXED.findall(said)) != sorted(FIXED.findall(translated))
    ]

    assert script["untranslated"](today) == []
    assert {message.id for message in texts} == {message.id for message in today if message.id}
    assert [message.id for message in texts if message.fuzzy] == []
    assert bent == []


def _forms(text: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text or ())


def test_one_english_word_may_be_two_elsewhere() -> None:
    """Light sleep is not a light page, and who runs is not a run that goes on."""
    german = catalogs.catalog("de")

    assert german.gettext("Light") == "Leicht"
    assert german.pgettext("colours", "Light") == "Hell"
    assert german.gettext("Running") == "Laufen"
    assert german.pgettext("state", "Running") == "Läuft"


def test_a_stranger_is_spoken_to_as_their_browser_asks(ana: Person) -> None:
    """A problem has its page in German for a German browser: title, what happened, way out."""
    page = ana.client.get("/nowhere", headers=GERMAN)
    told = words(page.text)

    assert page.status_code == 404
    assert '<html lang="de"' in page.text
    assert "Hier gibt es nichts" in told
    assert "Unter dieser Adresse gibt es nichts." in told
    assert "Zum Start" in told


def test_who_chose_german_reads_pages_and_problems_in_it(
    app: FastAPI, runtime: Runtime, ana: Person
) -> None:
    """What is chosen counts for a page, and for what a page could not do, over the browser."""
    runtime.access.profiles.change(ana.user_id, {"locale": "de"})

    home = ana.client.get("/", headers={"Accept-Language": "en"}).text
    missing = ana.client.get("/runs/999999", headers={"Accept-Language": "en"}).text
    refused = browser(app).post(
        "/sign-in", data={"name": "Ana", "password": "wrong"}, headers=GERMAN
    )

    assert "Verbinde Garmin, und dein Jahr erscheint hier" in words(home)
    assert "Connect Garmin" not in words(home)
    assert "Hier gibt es nichts" in words(missing)
    assert "Name, Passwort oder Code stimmt nicht." in words(refused.text)
