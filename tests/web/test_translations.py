"""Other languages: every text is translated, and every page speaks the one that was chosen."""

from __future__ import annotations

import re
import runpy
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from babel.messages.pofile import read_po
from web_stage import Person, browser, words

from training_analyzer.errors import CoolingDown, LoginBlocked
from training_analyzer.web import catalogs
from training_analyzer.web.pages.problem import said_of
from training_analyzer.web.problems import CORRECT, Problem, of_error, of_refusal
from training_analyzer.web.refusals import TooManyKeys
from training_analyzer.web.tongue import Tongue

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


def test_a_problem_says_its_time_and_number_in_the_persons_words() -> None:
    """A sentence with a value in it is translated, too; the API's stays English, in UTC."""
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    vienna = Tongue("de", zone=ZoneInfo("Europe/Vienna"))
    soon, waits = CoolingDown(noon, CoolingDown.SILENT), LoginBlocked(noon)
    keys, query = of_refusal(TooManyKeys(1000)), Problem(422, "validation_failed", CORRECT)
    told = [
        said_of(problem, vienna, noon)
        for problem in (of_error(soon, noon), of_error(waits, noon), keys, query)
    ]

    assert soon.message.endswith(" The next sync is possible at 2026-03-02 12:00 UTC.")
    assert waits.message.endswith(" Possible at 2026-03-02 12:00 UTC.")
    assert keys.detail.startswith("A person has at most 1000 keys.")
    assert told[0].endswith(" Der nächste Sync ist möglich: heute, 13:00.")
    assert told[1].endswith(" Möglich: heute, 13:00.")
    assert told[2].startswith("Eine Person hat höchstens 1.000 Schlüssel.")
    assert told[3].startswith("Etwas in der Adresse")
