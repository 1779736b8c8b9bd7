"""The languages of the pages: catalogs of translated texts, and two that try the layout.

A catalog is a `messages.po` in `locale/`, read when it is first asked for: nothing is
compiled into the repository. English is what stands in code and templates.
"""

from __future__ import annotations

import gettext
import io
import re
from functools import cache
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Final

from babel import Locale, UnknownLocaleError
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import get_decimal_symbol, get_group_symbol, get_minus_sign_symbol

if TYPE_CHECKING:
    from collections.abc import Callable

LOCALES: Final = Path(__file__).parent / "locale"
ENGLISH: Final = "en"
# What a person may choose, each in its own language.
LANGUAGES: Final = {ENGLISH: "English", "de": "Deutsch"}
# For tests of the layout: words 40 % longer with accents; the same from right to left.
PSEUDO: Final = "en-XA"
PSEUDO_RIGHT_TO_LEFT: Final = "ar-XB"
# English as Europe writes it: 24 hours, the day before the month.
_FORMATS: Final = {ENGLISH: "en_GB", PSEUDO: "en_GB", PSEUDO_RIGHT_TO_LEFT: "en_GB"}
_ACCENTED: Final = str.maketrans("aeiouyAEIOUYcnsz", "àéîöûýÀÉÎÖÛÝçñšž")
# What a translation must keep: places of values, and markup.
_FIXED: Final = re.compile(r"(%\(\w+\)[sd]|%%|<[^>]*>|&\w+;)")
_LONGER: Final = 0.4
_WORD: Final = 7


def is_known(code: str) -> bool:
    """Tell whether there are texts in the language *code*, the two for tests included."""
    return code in LANGUAGES or code in {PSEUDO, PSEUDO_RIGHT_TO_LEFT}


def chosen(saved: str | None, accepted: str) -> str:
    """Return the language to speak: the one that was *saved*, or of an Accept-Language header."""
    if saved is not None and is_known(saved):
        return saved
    ranked: list[tuple[float, str]] = []
    for part in accepted.split(",")[:20]:
        tag, _, weight = part.partition(";q=")
        try:
            rank = float(weight) if weight else 1.0
        except ValueError:
            continue
        ranked.append((-rank, tag.strip().lower().partition("-")[0]))
    return next((tag for _, tag in sorted(ranked, key=_rank) if tag in LANGUAGES), ENGLISH)


def _rank(found: tuple[float, str]) -> float:
    return found[0]


@cache
def formats_of(code: str) -> Locale:
    """Return how dates and numbers are written in the language *code*."""
    try:
        return Locale.parse(_FORMATS.get(code, code))
    except (ValueError, UnknownLocaleError):
        return Locale.parse(_FORMATS[ENGLISH])


@cache
def signs_of(code: str) -> dict[int, str]:
    """Return how the language *code* writes the signs of a number, as `str.translate` takes it."""
    locale = formats_of(code)
    return str.maketrans(
        {
            ",": get_group_symbol(locale),
            ".": get_decimal_symbol(locale),
            "-": get_minus_sign_symbol(locale),
        }
    )


@cache
def catalog(code: str) -> gettext.NullTranslations:
    """Return the texts of the language *code*; English for one that is not known."""
    if code == PSEUDO:
        return _Pretended(_longer)
    if code == PSEUDO_RIGHT_TO_LEFT:
        return _Pretended(_right_to_left)
    file = LOCALES / code / "messages.po"
    if code not in LANGUAGES or not file.is_file():
        return gettext.NullTranslations()
    with file.open("rb") as source:
        texts = read_po(source, locale=code)
    compiled = io.BytesIO()
    write_mo(compiled, texts)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


class _Pretended(gettext.NullTranslations):
    """English through a change that shows where a layout or a text does not bend."""

    def __init__(self, change: Callable[[str], str]) -> None:
        super().__init__()
        self._change = change

    def gettext(self, message: str) -> str:
        return self._change(message)

    def pgettext(self, context: str, message: str) -> str:  # noqa: ARG002 - gettext names it
        return self._change(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self._change(msgid1 if n == 1 else msgid2)


def _longer(text: str) -> str:
    parts = _FIXED.split(text)
    parts[::2] = [part.translate(_ACCENTED) for part in parts[::2]]
    letters = sum(len(part) for part in parts[::2])
    # In pieces: no language makes one word of a paragraph.
    more = " ".join(wrap("~" * round(letters * _LONGER), _WORD))
    return "".join(parts) + more


def _right_to_left(text: str) -> str:
    parts = _FIXED.split(text)
    # RIGHT-TO-LEFT OVERRIDE and its end, around words alone.
    parts[::2] = [f"\u202e{part}\u202c" if part.strip() else part for part in parts[::2]]
    return "".join(parts)
