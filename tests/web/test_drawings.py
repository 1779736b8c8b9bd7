"""Whatever the values, a drawing is well-formed, finite, within its box, and can be read."""

from __future__ import annotations

import re

import pytest
from drawing_stage import (
    DRAWS,
    LABEL,
    TONGUE,
    WIDTHS,
    Draw,
    Values,
    draw_calendar,
    overlap,
    read,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from training_analyzer.web.charts.rooms import NARROW, rooms
from training_analyzer.web.tongue import Tongue

sane = st.none() | st.floats(0, 500)
values = st.lists(sane, max_size=40)
wild = st.lists(st.none() | st.floats() | st.sampled_from([0.0, 1e308, -1e308]), max_size=40)


@pytest.mark.parametrize("draw", DRAWS)
@given(of=values | wild, width=st.sampled_from(WIDTHS))
@settings(max_examples=25, deadline=None)
def test_every_drawing_stays_in_its_box(draw: Draw, of: Values, width: int) -> None:
    """Any values give nothing, or a named picture without ids whose every place is within."""
    markup = draw(of, width, TONGUE)

    assert not re.search(r"\b(nan|inf)\b|\d[eE][+-]?\d", str(markup))
    drawn = read(markup)
    if drawn is None:
        return
    width_drawn, height = drawn.box
    assert width_drawn == width
    has_links = any(shape.get("href") for shape in drawn.root.iter())
    assert drawn.root.get("role") == ("group" if has_links else "img")
    assert drawn.root[0].text == LABEL
    assert not any(shape.get("id") or shape.get("style") for shape in drawn.root.iter())
    assert all(-1 <= x <= width + 1 and -1 <= y <= height + 1 for x, y in drawn.points())


@pytest.mark.parametrize("draw", DRAWS)
@given(of=values, width=st.sampled_from(WIDTHS))
@settings(max_examples=25, deadline=None)
def test_words_are_not_drawn_over_each_other(draw: Draw, of: Values, width: int) -> None:
    """No two words of a drawing overlap, and none begins outside of it."""
    drawn = read(draw(of, width, TONGUE))

    labels = drawn.labels() if drawn else []
    over = [(a, b) for k, a in enumerate(labels) for b in labels[k + 1 :] if overlap(a, b)]
    assert over == []


# A calendar of no days known is empty, but says that there was no activity.
@pytest.mark.parametrize("draw", [draw for draw in DRAWS if draw is not draw_calendar])
def test_nothing_measured_draws_nothing(draw: Draw) -> None:
    """Without a value there is no drawing, and so none for any room."""
    assert draw([], NARROW, TONGUE) == ""
    assert draw([None] * 30, NARROW, TONGUE) == ""
    assert rooms(lambda *, width: draw([None], width, TONGUE)) == ""


@pytest.mark.parametrize("code", ["en-XA", "ar-XB"])
@pytest.mark.parametrize("draw", DRAWS)
def test_longer_words_have_room_too(draw: Draw, code: str) -> None:
    """Words of a language with long ones stay apart and in their box."""
    of = [float(60 + 17 * k % 50) for k in range(30)]

    for width in WIDTHS:
        drawn = read(draw(of, width, Tongue(code)))
        labels = drawn.labels() if drawn else []
        assert [
            (a, b) for k, a in enumerate(labels) for b in labels[k + 1 :] if overlap(a, b)
        ] == []
        assert all(label.span[1] <= width * 1.15 for label in labels)
