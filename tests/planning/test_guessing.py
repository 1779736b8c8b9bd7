"""Which passwords everybody tries first."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training_analyzer.planning.guessing import as_words, is_guessed

WORDS = frozenset({"password", "garmin", "summer", "love", "rose", "bud"})
GUESSED = {
    "a word, its ends": "password Garmin2026! !!garmin12345 summer1987 garmin_12 12summer34",
    "its spelling": "p@ssw0rd $umm3r!! Pa55word pass-word",
    "beginnings and pairs": "iloveyougarmin ilovesummer mysummer99 rosebud1 loverose",
    "over and over": "aaaaaaaa abababab abcabcabc 20262026 summersummer garmingarmin1",
    "over the keyboard": "qwertzuiop 123qweasd 1qaz2wsx 98765432 zaq12wsx! 1q2w3e4r aabbccdd",
    "a block of digits": "147258369 14789632 741852963 123698745",
    "with one more": "a12345678 12345678q qwertyu1 123456qw",
    "days": "19870412 12041987 04121987 31121999 garmin120487",
}


@pytest.mark.parametrize("kind", GUESSED)
def test_what_is_tried_first_is_known(kind: str) -> None:
    """Each rule finds what it is for."""
    assert [word for word in GUESSED[kind].split() if not is_guessed(word, WORDS)] == []


@pytest.mark.parametrize(
    "password",
    [
        "kzptqwvx",
        "a horse of eleven",
        "tin summer lamp garmin",
        "garmin73918264",
        "83719264",
        "99999999999999999999x7" * 2,
        "summerhouse",
        "gArm1n2k26",
    ],
)
def test_what_is_hard_to_guess_is_taken(password: str) -> None:
    """Several words, digits without a pattern, and what nobody would try are no guesses."""
    assert not is_guessed(password, WORDS)


@given(st.text(string.printable, max_size=45))
def test_every_text_has_an_answer(password: str) -> None:
    """Nothing that can be typed ends in an error, and case does not matter."""
    assert is_guessed(password, WORDS) is is_guessed(password.swapcase(), WORDS)


def test_a_name_adds_its_parts() -> None:
    """The name is a word, whole and in parts; what is too short is none."""
    assert as_words("Ana-Maria de Sol") == {"anamariadesol", "ana", "maria", "sol"}
