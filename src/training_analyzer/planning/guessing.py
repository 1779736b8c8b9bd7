"""Which passwords are tried first: words with ends, rows of keys, repetitions, dates. Pure.

Rules, because a list long enough would be somebody else's: each known word stands for itself,
spelled with signs for letters, doubled, and with what people put before and behind it.
"""

from __future__ import annotations

from datetime import date
from itertools import pairwise, product
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

# Nobody tries anything longer first.
_LONGEST: Final = 40
_SHORTEST_WORD: Final = 3
# What stands before or behind a word, at most, and of digits and signs that mean nothing.
_LONGEST_END: Final = 8
_ANY_END: Final = 5
# Shorter ones are no walk over the keyboard, and no repetition.
_STEPS: Final = 3
_SHORT_UNIT: Final = 4
_LONG_WALK: Final = 6
# Two known words that are no longer than this together.
_SHORT_PAIR: Final = 10
_BEGINNINGS: Final = ("ilove", "iloveyou", "iam", "my", "the", "mein", "meine", "teamo", "jaime")
_ROWS: Final = (
    "12345678901234567890",
    "abcdefghijklmnopqrstuvwxyz",
    *("qwertyuiop", "qwertzuiopü", "azertyuiop"),
    *("asdfghjkl;'", "asdfghjklöä", "qsdfghjklm"),
    *("zxcvbnm,./", "yxcvbnm,.-", "wxcvbn"),
    *("!@#$%^&*()", '!"§$%&/()='),
    # Columns of the keyboard, and of its block of digits.
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/",
    "!qaz@wsx#edc$rfv%tgb^yhn&ujm",
    "qazwsxedcrfvtgbyhnujmikolp",
    "1qay2wsx3edc4rfv5tgb6zhn7ujm",
    "147258369",
    "159357",
    "789456123",
)
# A block of digits, by lines.
_BLOCK: Final = {digit: divmod(place, 3) for place, digit in enumerate("789456123")}
_WALKS: Final = (*_ROWS, *(row[::-1] for row in _ROWS))
# Signs that stand for letters; some for one of two.
_SPELLINGS: Final = tuple(
    str.maketrans("0345@$!+178", f"oeasasit{one}t{eight}") for one, eight in product("il", "b8")
)
_JOINTS: Final = str.maketrans("", "", " -_.,")
_AS_BLANKS: Final = str.maketrans("-_.,", "    ")
_YEARS: Final = range(1900, 2040)


def is_guessed(password: str, words: AbstractSet[str]) -> bool:
    """Tell whether *password* is one of those that everybody tries first.

    *words* are known ones in small letters: names, seasons, teams, what such a server is about.
    """
    spelled = password.casefold()
    if len(spelled) > _LONGEST:
        return False
    return (
        spelled in words
        or _is_repetition(spelled, words)
        or _is_walk(spelled)
        or _is_date(spelled)
        or _is_word_with_ends(spelled, words)
        or _is_walk_with_ends(spelled)
    )


def as_words(name: str) -> set[str]:
    """Return what a person's *name* adds to the known words: itself, and its parts."""
    whole = name.casefold().translate(_JOINTS)
    parts = name.casefold().translate(_AS_BLANKS).split()
    return {word for word in (whole, *parts) if len(word) >= _SHORTEST_WORD}


def _is_repetition(text: str, words: AbstractSet[str]) -> bool:
    """Tell whether it is a few characters, or a known word, over and over."""
    for size in range(1, len(text) // 2 + 1):
        unit = text[:size]
        if text == (unit * len(text))[: len(text)]:
            is_short = size == 1 or (size <= _SHORT_UNIT and unit.isascii())
            return is_short or _is_word(unit, words)
    return False


def _is_walk(text: str) -> bool:
    """Tell whether it is made of pieces of rows: one after the other, doubled, or in turns."""
    if _is_of_rows(text) or _is_over_block(text):
        return True
    odd, even = text[::2], text[1::2]
    if odd == even:
        return _is_of_rows(odd)
    return _is_of_rows(odd) and _is_of_rows(even)


def _is_of_rows(text: str) -> bool:
    ends = [True] + [False] * len(text)
    for end in range(_STEPS, len(text) + 1):
        ends[end] = any(
            ends[begin] and _is_of_one_row(text[begin:end]) for begin in range(end - _STEPS + 1)
        )
    return ends[-1]


def _is_over_block(text: str) -> bool:
    """Tell whether each digit is a neighbour of the one before on the block of digits."""
    places = [_BLOCK.get(digit) for digit in text]
    if len(text) < _STEPS or None in places:
        return False
    return all(
        max(abs(one[0] - other[0]), abs(one[1] - other[1])) <= 1
        for one, other in pairwise(place for place in places if place is not None)
    )


def _is_of_one_row(piece: str) -> bool:
    return len(set(piece)) == 1 or any(piece in row for row in _WALKS)


def _is_date(text: str) -> bool:
    """Tell whether it is a day of somebody's life, in any order, with or without the century."""
    if not text.isascii() or not text.isdecimal() or len(text) not in {6, 8}:
        return False
    century = 2 * (len(text) == len("19870412"))
    orders = (
        (text[: 2 + century], text[2 + century : 4 + century], text[4 + century :]),
        (text[4:], text[2:4], text[:2]),
        (text[4:], text[:2], text[2:4]),
    )
    return any(_is_day(*(int(part) for part in order)) for order in orders)


def _is_day(year: int, month: int, day: int) -> bool:
    # Of two digits every year may be meant.
    whole = year if year in _YEARS else year + 2000 if year < 100 else 0  # noqa: PLR2004 - a century
    try:
        date(whole, month, day)
    except ValueError:
        return False
    return True


def _is_word_with_ends(text: str, words: AbstractSet[str]) -> bool:
    befores = [n for n in range(_LONGEST_END + 1) if _is_end(text[:n])]
    behinds = [n for n in range(_LONGEST_END + 1) if _is_end(text[len(text) - n :])]
    return any(
        _is_word(text[before : len(text) - behind], words)
        for before, behind in product(befores, behinds)
        if len(text) - before - behind >= _SHORTEST_WORD
    )


def _is_walk_with_ends(text: str) -> bool:
    """Tell whether it is a walk of six keys or more with one or two more characters."""
    return any(
        _is_walk(text[before : len(text) - behind])
        for before, behind in ((0, 1), (1, 0), (1, 1), (0, 2), (2, 0))
        if len(text) - before - behind >= _LONG_WALK
    )


def _is_end(text: str) -> bool:
    if len(text) <= _ANY_END and not any(character.isalpha() for character in text):
        return True
    return len(text) == 1 or _is_walk(text) or _is_date(text)


def _is_word(text: str, words: AbstractSet[str]) -> bool:
    """Tell whether it is a known word, also with signs for letters, or two that belong together."""
    joined = text.translate(_JOINTS)
    for spelling in ({}, *_SPELLINGS):
        read = joined.translate(spelling)
        half = read[: len(read) // 2]
        if read in words or (half * 2 == read and half in words):
            return True
        if any(read.startswith(it) and read.removeprefix(it) in words for it in _BEGINNINGS):
            return True
        if len(read) <= _SHORT_PAIR and any(
            read[:cut] in words and read[cut:] in words
            for cut in range(_SHORTEST_WORD, len(read) - _SHORTEST_WORD + 1)
        ):
            return True
    return False
