"""Collect the texts of pages into the catalogs of `web/locale`; with --check, only look.

Texts stand in English where they are used: `tongue.text("…")`, `tongue.plural("…", "…", n)`
in Python, `_("…")`, `plural(…)` and `rich("…")` in templates, `meant("sense", "…")` in both,
and the sentences of errors.
New texts come into each catalog untranslated, those that are gone go.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from training_analyzer.errors import GarminSyncError
from training_analyzer.web.catalogs import ENGLISH, LANGUAGES, LOCALES
from training_analyzer.web.problems import CORRECT, INTERNAL, OF_STATUS, TITLES
from training_analyzer.web.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WEB: Final = LOCALES.parent
_METHODS: Final = [("**.py", "python"), ("templates/**.html", "jinja2.ext:babel_extract")]
_KEYWORDS: Final = {
    "text": None,
    "plural": (1, 2),
    "meant": ((1, "c"), 2),
    "_": None,
    "rich": None,
    # What macros of accounts call `_`.
    "t": None,
    "gettext": None,
}
_OPTIONS: Final = {"templates/**.html": {"silent": "false", "trimmed": "true"}}


def collected() -> Catalog:
    """Return every text that a page may show, with the files it stands in."""
    found = Catalog(project="Garmin Sync", charset="utf-8", fuzzy=False)
    for name, _line, message, comments, context in extract_from_dir(
        WEB, _METHODS, _OPTIONS, keywords=_KEYWORDS
    ):
        # Lines move with every change; the file is enough to find a text.
        found.add(message, None, [(name, 0)], auto_comments=comments, context=context)
    for sentence, where in _sentences():
        found.add(sentence, None, [(where, 0)])
    return found


def _sentences() -> Iterator[tuple[str, str]]:
    for kind in _below(GarminSyncError):
        for sentence in (kind.own_text(), *kind.further):
            yield sentence, "errors"
    for refusal in _below(Refusal):
        if isinstance(refusal.detail, str):
            yield refusal.told or refusal.detail, "refusals"
    details = [detail for _code, detail in OF_STATUS.values()]
    for text in (*TITLES.values(), CORRECT, INTERNAL.detail, *details):
        yield text, "problems.py"


def _below(kind: type[Any]) -> Iterator[type[Any]]:
    for below in kind.__subclasses__():
        yield below
        yield from _below(below)


def path_of(code: str) -> Path:
    """Return where the catalog of a language is."""
    return LOCALES / code / "messages.po"


def updated(code: str) -> Catalog:
    """Return the catalog of a language with the texts of today and what was translated."""
    fresh = collected()
    catalog = Catalog(locale=code, project="Garmin Sync", charset="utf-8", fuzzy=False)
    if path_of(code).is_file():
        with path_of(code).open("rb") as source:
            catalog = read_po(source, locale=code)
    catalog.update(fresh, no_fuzzy_matching=True)
    catalog.obsolete.clear()
    return catalog


def untranslated(catalog: Catalog) -> list[str]:
    """Return the texts that have no translation, or only some of its forms."""
    missing = []
    for message in catalog:
        if not message.id:
            continue
        told = message.string if isinstance(message.string, tuple) else (message.string,)
        if not all(told):
            missing.append(message.id if isinstance(message.id, str) else message.id[0])
    return missing


def main() -> int:
    """Write the catalogs; with --check, tell whether something is missing."""
    only_look = "--check" in sys.argv[1:]
    wrong = 0
    for code in (code for code in LANGUAGES if code != ENGLISH):
        catalog = updated(code)
        missing = untranslated(catalog)
        print(f"{code}: {len(catalog)} texts, {len(missing)} untranslated")
        wrong += len(missing)
        if not only_look:
            path_of(code).parent.mkdir(parents=True, exist_ok=True)
            with path_of(code).open("wb") as target:
                write_po(
                    target,
                    catalog,
                    sort_by_file=False,
                    sort_output=True,
                    omit_header=False,
                    width=100,
                )
    return 1 if wrong and only_look else 0


if __name__ == "__main__":
    sys.exit(main())
