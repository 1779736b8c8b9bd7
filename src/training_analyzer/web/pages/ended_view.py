"""A run that has ended: what came of it, why something is missing, what a person can do."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from training_analyzer.errors import CoolingDown, SyncingPaused
from training_analyzer.model import RunStatus
from training_analyzer.web.history import details_of
from training_analyzer.web.pages.causes import NEEDS_CONNECTING, Cause, cause_of
from training_analyzer.web.pages.history_view import INTERRUPTED, Word, by_of, upper_first, word_of
from training_analyzer.web.pages.live_view import name_of
from training_analyzer.web.pages.names import several, stream_name
from training_analyzer.web.pages.run_settings import Row, went_by

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from training_analyzer.errors import GarminSyncError
    from training_analyzer.model import Failure, GarminSyncHistory
    from training_analyzer.web.history import Details
    from training_analyzer.web.tongue import Tongue

_MOST_SPANS: Final = 3
_MOST_TECHNICAL: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """All that is known of a run that has ended."""

    run: GarminSyncHistory
    now: datetime
    is_lost: bool = False
    # Stream -> state -> days; `of_events` says that they are exactly what the run brought.
    streams: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    of_events: bool = True
    healed: Mapping[Failure, int | None] = field(default_factory=dict)
    retries: Sequence[GarminSyncHistory] = ()
    next_at: datetime | None = None
    can_sync: bool = True
    # What stands against asking again.
    refused: GarminSyncError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One cause, with what it concerns and its technical part."""

    title: str
    text: str
    tone: str
    icon: str
    technical: str
    href: str = ""
    action: str = ""


@dataclass(frozen=True, slots=True)
class StreamRow:
    """What came of a stream, in days."""

    name: str
    data: int
    empty: int
    failed: int


@dataclass(frozen=True, slots=True)
class Related:
    """Another run that has to do with this one."""

    number: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """The page of a run that has ended."""

    number: int
    title: str
    iso: str
    exact: str
    word: Word
    lede: str
    note: str
    facts: list[Row]
    why: str
    reasons: list[Reason]
    # The words of the button; empty where there is nothing to ask for again.
    retry: str
    retry_note: str
    rows: list[StreamRow]
    rows_note: str
    # What stands in the place of the rows where there are none.
    no_rows: str
    config: list[Row]
    related: list[Related]


def detail_of(ended: Ended, tongue: Tongue) -> Detail:
    """Return the page of *ended*."""
    run = ended.run
    details = details_of(run)
    still = [failure for failure in details.failures if failure not in ended.healed]
    took = "" if run.duration_seconds is None else tongue.duration(run.duration_seconds)
    note = [tongue.text("Run %(number)s", number=run.id), by_of(run, tongue), took]
    return Detail(
        number=run.id,
        title=upper_first(tongue.clock(run.started_at, ended.now)),
        iso=run.started_at.isoformat(timespec="seconds"),
        exact=tongue.instant(run.started_at),
        word=word_of(run, tongue, is_lost=ended.is_lost),
        lede=_lede(ended, details, still, tongue),
        note=" · ".join(part for part in note if part),
        facts=_facts(run, tongue),
        why=_why(run, details, still, tongue),
        reasons=_reasons(ended, details, still, tongue),
        retry=_retry(still, tongue) if ended.can_sync and not ended.refused else "",
        retry_note=_retry_note(still, ended, tongue),
        rows=_rows(ended.streams, tongue),
        rows_note=""
        if ended.of_events
        else tongue.text("Days that a later run asked for again count there."),
        no_rows=_no_rows(run, tongue),
        config=went_by(run, tongue),
        related=_related(ended, tongue),
    )


def _lede(ended: Ended, details: Details, still: Sequence[Failure], tongue: Tongue) -> str:
    """Return in a sentence or two how it ended, and what happens by itself."""
    run = ended.run
    told = [_outcome(ended, details, still, tongue)]
    if details.retry_at is not None and details.retry_at > ended.now:
        at = tongue.clock(details.retry_at, ended.now)
        told.append(tongue.text("It continues by itself: %(at)s.", at=at))
    elif run.status != RunStatus.COMPLETED and still and ended.next_at is not None:
        at = tongue.clock(max(ended.next_at, ended.now), ended.now)
        told.append(tongue.text("The next run asks again: %(at)s.", at=at))
    return " ".join(told)


def _outcome(ended: Ended, details: Details, still: Sequence[Failure], tongue: Tongue) -> str:
    run = ended.run
    if ended.is_lost or details.code == INTERRUPTED:
        return tongue.text("The server stopped while it ran. What it had saved is kept.")
    if details.failures and not still:
        return tongue.text("What it missed was fetched by a later run. There is nothing to do.")
    if run.status == RunStatus.COMPLETED:
        if not run.rows_changed:
            return tongue.text("Nothing new at Garmin, nothing missing here.")
        return tongue.text("Everything that was due is here.")
    if run.status == RunStatus.PARTIAL:
        return tongue.text("What came is kept; some is still missing.")
    cause = cause_of(tongue, details.code or "")
    return f"{cause.title}. {tongue.text('Nothing could be fetched.')}"


def _facts(run: GarminSyncHistory, tongue: Tongue) -> list[Row]:
    plural = tongue.plural
    wellness, fitness = run.wellness_days_synced, run.fitness_days_synced
    counted = [
        (run.activities_synced, plural("activity", "activities", run.activities_synced)),
        (wellness, plural("wellness day", "wellness days", wellness)),
        (fitness, plural("fitness day", "fitness days", fitness)),
        (run.rows_changed, plural("row new or changed", "rows new or changed", run.rows_changed)),
        (run.requests, plural("request to Garmin", "requests to Garmin", run.requests)),
    ]
    facts = [Row(label, tongue.number(value)) for value, label in counted]
    if run.duration_seconds is not None:
        facts.append(Row(tongue.text("it took"), tongue.duration(run.duration_seconds)))
    return facts


def _why(run: GarminSyncHistory, details: Details, still: Sequence[Failure], tongue: Tongue) -> str:
    if details.failures and not still:
        return tongue.text("What it missed")
    if run.status == RunStatus.FAILED:
        return tongue.text("Why it failed")
    return tongue.text("Why it is not complete")


def _reasons(
    ended: Ended, details: Details, still: Sequence[Failure], tongue: Tongue
) -> list[Reason]:
    """Return the causes, one for each, those that were healed since last."""
    by_code: dict[str, list[Failure]] = defaultdict(list)
    for failure in still:
        by_code[failure.code].append(failure)
    code = details.code
    if ended.is_lost:
        code = INTERRUPTED
    reasons = []
    if code is not None and code not in {failure.code for failure in details.failures}:
        reasons.append(_reason(code, cause_of(tongue, code), [], tongue))
    reasons += [
        _reason(each, cause_of(tongue, each), failures, tongue)
        for each, failures in by_code.items()
    ]
    if ended.healed:
        reasons.append(_healed(ended.healed, tongue))
    return reasons


def _reason(code: str, cause: Cause, failures: Sequence[Failure], tongue: Tongue) -> Reason:
    tone, icon = cause.tone(code)
    title, text = cause.title, cause.more
    if failures:
        names = list(dict.fromkeys(stream_name(tongue, each.stream) for each in failures))
        title = tongue.text(
            "%(streams)s: %(cause)s", streams=several(tongue, names), cause=_lower(title, tongue)
        )
        attempts = max(each.attempts for each in failures)
        asked = tongue.plural("asked once", "asked %(n)s times", attempts)
        spans = f"{_spans(failures, tongue)}, {asked}."
        text = f"{upper_first(spans)} {text}"
    needs = code in NEEDS_CONNECTING
    return Reason(
        title=title,
        text=text,
        tone=tone,
        icon=icon,
        technical=_technical(code, failures),
        href="/connect" if needs else "",
        action=tongue.text("Connect Garmin again") if needs else "",
    )


def _lower(text: str, tongue: Tongue) -> str:
    """Return *text* as it goes on behind a colon; names and other languages stay as they are."""
    if tongue.code != "en" or text.startswith("Garmin"):
        return text
    return text[:1].lower() + text[1:]


def _spans(failures: Sequence[Failure], tongue: Tongue) -> str:
    spans = list(dict.fromkeys((each.first, each.last) for each in failures))
    told = [tongue.span(*span) for span in spans[:_MOST_SPANS]]
    if len(spans) > _MOST_SPANS:
        rest = len(spans) - _MOST_SPANS
        told.append(tongue.plural("%(n)s more span", "%(n)s more spans", rest))
    return "; ".join(told)


def _technical(code: str, failures: Sequence[Failure]) -> str:
    """Return the part that is the same in every language: codes and dates."""
    lines = [f"code  {code}"]
    lines += [
        f"{each.stream}  {each.first}/{each.last}  attempts {each.attempts}"
        for each in failures[:_MOST_TECHNICAL]
    ]
    if len(failures) > _MOST_TECHNICAL:
        lines.append(f"… {len(failures) - _MOST_TECHNICAL} more")
    return "\n".join(lines)


def _healed(healed: Mapping[Failure, int | None], tongue: Tongue) -> Reason:
    names = list(dict.fromkeys(stream_name(tongue, each.stream) for each in healed))
    runs = sorted({number for number in healed.values() if number is not None})
    spans = upper_first(_spans(list(healed), tongue))
    by = tongue.text("A later run fetched it.")
    if len(runs) == 1:
        by = tongue.text("Run %(number)s fetched it.", number=runs[0])
    return Reason(
        title=tongue.text("%(streams)s came later", streams=several(tongue, names)),
        text=f"{spans}. {by} {tongue.text('Nothing to do.')}",
        tone="ok",
        icon="ok",
        technical="",
        href=f"/runs/{runs[0]}" if len(runs) == 1 else "",
        action=tongue.text("See run %(number)s", number=runs[0]) if len(runs) == 1 else "",
    )


def _retry(still: Sequence[Failure], tongue: Tongue) -> str:
    if not still:
        return ""
    return tongue.plural("Retry %(n)s failed window", "Retry %(n)s failed windows", len(still))


def _retry_note(still: Sequence[Failure], ended: Ended, tongue: Tongue) -> str:
    if not still:
        return ""
    if not ended.can_sync:
        return tongue.text("A run goes on at the moment. Ask again when it has ended.")
    if isinstance(ended.refused, CoolingDown):
        at = tongue.clock(ended.refused.retry_at, ended.now)
        return tongue.text("It cannot be asked again before %(at)s.", at=at)
    if isinstance(ended.refused, SyncingPaused):
        return tongue.text("Syncing is paused on this server.")
    if ended.refused is not None:
        return tongue.text("Not possible while the connection does not work.")
    return tongue.text("Asks for exactly these again, and for nothing else.")


def _no_rows(run: GarminSyncHistory, tongue: Tongue) -> str:
    if run.windows_done or run.rows_changed:
        return tongue.text("Later runs asked for all of these days again, and count them.")
    if run.status == RunStatus.COMPLETED:
        return tongue.text("It asked for nothing: no newer upload, and nothing was missing.")
    return tongue.text("It ended before it could ask for anything.")


def _rows(streams: Mapping[str, Mapping[str, int]], tongue: Tongue) -> list[StreamRow]:
    return [
        StreamRow(
            name_of(name, tongue),
            days.get("data", 0),
            days.get("empty", 0),
            days.get("failed", 0) + days.get("unsupported", 0),
        )
        for name, days in streams.items()
    ]


def _related(ended: Ended, tongue: Tongue) -> list[Related]:
    run = ended.run
    related = []
    if run.retry_of is not None:
        told = tongue.text("This run made up for run %(number)s", number=run.retry_of)
        related.append(Related(run.retry_of, told))
    related += [
        Related(
            each.id,
            tongue.text(
                "Retried %(when)s: %(word)s",
                when=tongue.clock(each.started_at, ended.now),
                word=word_of(each, tongue).text,
            ),
        )
        for each in ended.retries
    ]
    return related
