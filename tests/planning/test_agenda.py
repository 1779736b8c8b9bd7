"""The agenda: what an error makes of the rest of a run."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from training_analyzer.errors import (
    BadRequest,
    Blocked,
    ForbiddenStream,
    GarminError,
    GarminUnavailable,
    RateLimited,
    TokenExpired,
    UnexpectedPayload,
)
from training_analyzer.planning import Agenda
from training_analyzer.streams import Window, stream

TODAY = date(2026, 11, 25)


def windows(*names: str, each: int = 2, days: int = 8) -> list[Window]:
    """Return *each* windows of every named stream, newest first."""
    return [
        Window(
            stream(name),
            TODAY - timedelta(days=days * (n + 1) - 1),
            TODAY - timedelta(days=days * n),
        )
        for n in range(each)
        for name in names
    ]


def asked(agenda: Agenda, answer: dict[str, GarminError]) -> list[str]:
    """Walk the agenda; a stream in *answer* meets that error. Return what was asked for."""
    names = []
    while window := agenda.take():
        names.append(window.stream.name)
        error = answer.get(window.stream.name)
        if error is None:
            agenda.answered()
        else:
            agenda.met(window, error)
    return names


def test_unavailable_stream_is_tried_once_more_at_the_end() -> None:
    """A stream that fails once is put off behind all others and asked for again."""
    agenda = Agenda(windows("sleep", "hrv"))

    names = asked(agenda, {"sleep": GarminUnavailable()})

    assert names == ["sleep", "hrv", "hrv", "sleep"]
    assert [(failure.stream, failure.attempts) for failure in agenda.failures] == [
        ("sleep", 2),
        ("sleep", 0),
    ]
    assert agenda.has_transient_failure


def test_stream_that_recovers_leaves_no_failure() -> None:
    """A passing fault costs one more request and nothing else."""
    agenda = Agenda(windows("sleep", each=1))
    first = agenda.take()
    assert first is not None

    agenda.met(first, GarminUnavailable())
    again = agenda.take()
    agenda.answered()

    assert again == first
    assert agenda.take() is None
    assert not agenda.failures


def test_three_streams_down_end_the_run() -> None:
    """When three streams fail in a row Garmin is down and is left alone."""
    agenda = Agenda(windows("sleep", "hrv", "weight", "vo2max"))

    names = asked(agenda, dict.fromkeys(("sleep", "hrv", "weight", "vo2max"), GarminUnavailable()))

    assert names == ["sleep", "hrv", "weight"]
    assert isinstance(agenda.ended_by, GarminUnavailable)


def test_rate_limit_ends_the_run_at_once() -> None:
    """After a 429 nothing more is asked for."""
    agenda = Agenda(windows("sleep", "hrv"))

    names = asked(agenda, {"hrv": RateLimited()})

    assert names == ["sleep", "hrv"]
    assert agenda.remaining == 0


def test_dead_token_ends_the_run_at_once() -> None:
    """Without a working session nothing more is asked for."""
    agenda = Agenda(windows("sleep", "hrv"))

    assert asked(agenda, {"sleep": TokenExpired()}) == ["sleep"]


def test_forbidden_stream_is_left_alone_and_the_others_go_on() -> None:
    """A stream that Garmin refuses is not asked for again in this run."""
    agenda = Agenda(windows("sleep", "hrv"))

    assert asked(agenda, {"sleep": ForbiddenStream()}) == ["sleep", "hrv", "hrv"]
    assert {failure.code for failure in agenda.failures} == {"forbidden_dataset"}


def test_three_refusals_before_any_answer_are_a_block() -> None:
    """When the first three streams are refused it is Garmin's edge, and no stream is to blame."""
    names = ("sleep", "hrv", "weight", "vo2max")
    agenda = Agenda(windows("sleep"))
    failed: list[Window] = []

    for phase in ((), windows("hrv", "weight", "vo2max")):
        agenda.add(phase)
        while window := agenda.take():
            failed = list(agenda.met(window, ForbiddenStream()))

    assert isinstance(agenda.ended_by, Blocked)
    assert {window.stream.name for window in failed} == set(names[:3])
    assert {failure.code for failure in agenda.failures} == {"blocked"}
    assert agenda.take() is None


def test_refusals_after_an_answer_are_the_streams_own() -> None:
    """Where something was answered, a person simply does not have what is refused."""
    agenda = Agenda(windows("profile", "sleep", "hrv", "weight", each=1))

    asked(agenda, dict.fromkeys(("sleep", "hrv", "weight"), ForbiddenStream()))

    assert agenda.ended_by is None
    assert {failure.code for failure in agenda.failures} == {"forbidden_dataset"}


def test_unreadable_answer_costs_its_window_only() -> None:
    """An answer that cannot be read fails its own window; the next one is still asked for."""
    agenda = Agenda(windows("sleep"))

    assert asked(agenda, {"sleep": UnexpectedPayload()}) == ["sleep", "sleep"]
    assert len(agenda.failures) == 2


def test_refused_range_is_halved_down_to_single_days() -> None:
    """A range that Garmin calls too long is asked for in halves, each day exactly once."""
    agenda = Agenda(windows("sleep", each=1, days=8))
    taken: list[date] = []

    while window := agenda.take():
        if len(window.days) > 1:
            agenda.met(window, BadRequest())
        else:
            taken.extend(window.days)
            agenda.answered()

    assert taken == sorted(taken, reverse=True)
    assert len(taken) == 8
    assert not agenda.failures


@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_every_window_is_answered_failed_or_left_for_the_next_run(data: st.DataObject) -> None:
    """Whatever happens, a run ends, and no day is both answered and failed."""
    errors = [
        None,
        GarminUnavailable(),
        ForbiddenStream(),
        BadRequest(),
        UnexpectedPayload(),
        RateLimited(),
    ]
    agenda = Agenda(windows("sleep", "hrv", "weight", each=3))
    answered: set[tuple[str, date]] = set()
    steps = 0
    while window := agenda.take():
        steps += 1
        error = data.draw(st.sampled_from(errors))
        if error is None:
            answered |= {(window.stream.name, day) for day in window.days}
            agenda.answered()
        else:
            agenda.met(window, error)

    failed = {
        (failure.stream, failure.first + timedelta(days=n))
        for failure in agenda.failures
        for n in range((failure.last - failure.first).days + 1)
    }
    assert not answered & failed
    assert steps <= 9 * 16
    if agenda.ended_by is None:
        everything = {
            (w.stream.name, day)
            for w in windows("sleep", "hrv", "weight", each=3)
            for day in w.days
        }
        assert answered | failed == everything
