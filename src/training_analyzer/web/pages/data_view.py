"""What the page on data and privacy says of exports. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from training_analyzer.services.export_jobs import ExportState
from training_analyzer.web.pages.account_words import size_words
from training_analyzer.web.pages.names import group_name, several, stream_name

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from training_analyzer.services.export_jobs import ExportJob
    from training_analyzer.web.tongue import Tongue

GROUPS: Final = ("activities", "wellness", "fitness")
_FORMATS: Final = {"csv": "CSV", "jsonl": "JSON Lines", "parquet": "Parquet"}
_OPEN: Final = (ExportState.QUEUED, ExportState.RUNNING)


@dataclass(frozen=True, slots=True)
class ExportLine:
    """An export as its person sees it."""

    export_id: str
    title: str
    more: str
    tone: str
    icon: str
    state: str
    note: str
    is_open: bool
    is_ready: bool
    is_over: bool
    done: int
    total: int | None


def lines_of(jobs: Sequence[ExportJob], tongue: Tongue, now: datetime) -> list[ExportLine]:
    """Return the exports in words."""
    return [_line(job, tongue, now) for job in jobs]


def _line(job: ExportJob, tongue: Tongue, now: datetime) -> ExportLine:
    tone, icon, word = {
        ExportState.QUEUED: ("info", "clock", tongue.text("Queued")),
        ExportState.RUNNING: ("info", "clock", tongue.text("Being made")),
        ExportState.READY: ("ok", "ok", tongue.text("Ready")),
        ExportState.FAILED: ("bad", "cross", tongue.text("Failed")),
        ExportState.EXPIRED: ("", "pause", tongue.text("Expired")),
    }[job.state]
    return ExportLine(
        export_id=job.export_id,
        title=f"{_FORMATS.get(job.format, job.format)} · {_span(job, tongue)}",
        more=_more(job, tongue, now),
        tone=tone,
        icon=icon,
        state=word,
        note=_note(job, tongue, now),
        is_open=job.state in _OPEN,
        is_ready=job.state is ExportState.READY,
        is_over=job.state in {ExportState.EXPIRED, ExportState.FAILED},
        done=job.parts_done,
        total=job.parts_total,
    )


def _span(job: ExportJob, tongue: Tongue) -> str:
    first, last = job.span.first, job.span.last
    if first and last:
        return tongue.span(first, last)
    if first:
        return tongue.text("from %(day)s", day=tongue.span(first, first))
    if last:
        return tongue.text("until %(day)s", day=tongue.span(last, last))
    return tongue.text("all days")


def _more(job: ExportJob, tongue: Tongue, now: datetime) -> str:
    parts = [tongue.clock(job.created_at, now)]
    if job.types is not None:
        names = [
            group_name(tongue, each) if each in GROUPS else stream_name(tongue, each)
            for each in job.types
        ]
        parts.append(several(tongue, names))
    if job.include_raw:
        parts.append(tongue.text("with Garmin’s own answers"))
    if job.include_files:
        parts.append(tongue.text("with original files"))
    if job.file_bytes is not None:
        parts.append(size_words(tongue, job.file_bytes))
    return " · ".join(parts)


def _note(job: ExportJob, tongue: Tongue, now: datetime) -> str:
    if job.state is ExportState.READY and job.expires_at is not None:
        return tongue.text("Kept until %(when)s.", when=tongue.clock(job.expires_at, now))
    if job.state is ExportState.EXPIRED:
        return tongue.text("Its file is gone; your data is not. Make it anew.")
    if job.state is ExportState.FAILED:
        if job.error_code == "storage_full":
            return tongue.text("The server has too little room. Tell whoever runs it.")
        return tongue.text("Nothing of your data is affected. Make it anew.")
    return ""
