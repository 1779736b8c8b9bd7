"""Read the archive again, with the parsers of this version: no request, and no older value wins.

for each person, for each group of tables that share streams (the cursor knows the finished):
list the archived answers, newest first
read some; of their rows only what no newer answer has given counts
write that in one transaction     begin the group anew when a sync has brought newer answers
then each person's files, one at a time     what a file says of laps comes before splits

Rows are added and changed; only laps and tracks that a file no longer gives go. A killed pass
leaves no value that is older than the one before, and the next pass goes on with the group,
or behind the file, that it was in.
"""

from __future__ import annotations

import json
import logging
import traceback
from datetime import date
from typing import TYPE_CHECKING, Final

from training_analyzer import __version__
from training_analyzer.errors import SyncAlreadyRunning, UnexpectedPayload
from training_analyzer.model import Api
from training_analyzer.planning import keep_asked_days
from training_analyzer.planning.newest import Newest, stream_groups
from training_analyzer.services.reparsed import Reparsed, ReparseProgress, Unreadable, Watch
from training_analyzer.services.reparsing_files import FileReparsing
from training_analyzer.streams import BY_ACTIVITY, CATALOG, Payload, Window

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from training_analyzer.db.repositories.payloads import ArchivedPayload, PayloadsRepository
    from training_analyzer.planning.newest import StreamGroup
    from training_analyzer.streams import Row, Stream

log = logging.getLogger(__name__)

_MOST_PAYLOADS: Final = 64
_MOST_BYTES: Final = 8 * 1024 * 1024
# A sync stores an answer a second or so, and a group takes less: this is for what never ends.
_MOST_BEGINNINGS: Final = 20


class Reparsing:
    """Passes over the archive. One at a time is enough; two at once do no harm."""

    def __init__(
        self,
        archive: PayloadsRepository,
        now: Callable[[], datetime],
        *,
        catalog: Sequence[Stream] = (*CATALOG, *BY_ACTIVITY),
        program: str = __version__,
    ) -> None:
        self._archive = archive
        self._now = now
        self._known = {stream.name for stream in catalog}
        self._groups = stream_groups(catalog)
        self._program = program
        self._files = FileReparsing(archive.files, now, program=program)

    def reparse(
        self,
        user_id: str | None = None,
        *,
        from_start: bool = False,
        watch: Watch = lambda _: None,
    ) -> Reparsed:
        """Read every answer and file of *user_id*, or of everybody, and change what differs.

        Goes on where an interrupted pass of this version stopped, unless *from_start*. What
        cannot be read is told in the result and passed over; what is stored of its days
        stays. Raises `SyncAlreadyRunning` when newer answers come faster than it reads.
        """
        everybody = [user_id] if user_id is not None else self._archive.users()
        if from_start:
            self._archive.forget_finished(everybody)
        result = Reparsed()
        for one in everybody:
            self._reparse_user(one, result, watch)
            self._files.reparse(one, result, watch)
        self._archive.forget_finished(everybody)
        return result

    def _reparse_user(self, user_id: str, result: Reparsed, watch: Watch) -> None:
        archived = self._archive.streams(user_id)
        result.users += bool(archived)
        for name in sorted(archived.keys() - self._known):
            result.tell(Unreadable(user_id, name, None, None, "unknown_stream", archived[name]))
        finished = self._archive.finished(user_id, self._program)
        result.is_resumed = result.is_resumed or bool(finished)
        for group in self._groups:
            if group.name not in finished and archived.keys() & group.streams.keys():
                self._reparse_group(user_id, group, result, watch)
                self._archive.note_finished(user_id, group.name, self._program, now=self._now())

    def _reparse_group(
        self, user_id: str, group: StreamGroup, result: Reparsed, watch: Watch
    ) -> None:
        for _ in range(_MOST_BEGINNINGS):
            read, unreadable = 0, list[Unreadable]()
            listing = self._archive.listing(user_id, group.streams)
            newest = Newest(self._archive.keys)
            for some in _in_batches(listing):
                unreadable += self._take(user_id, group, some, newest)
                changed = self._archive.rewrite(
                    user_id, listing, group.streams, newest.given(), now=self._now()
                )
                if changed is None:
                    break
                result.rows_changed += changed
                read += len(some)
                watch(ReparseProgress(user_id, group.name, read, len(listing)))
            else:
                result.payloads += read
                for one in unreadable:
                    result.tell(one)
                return
        raise SyncAlreadyRunning(None)

    def _take(
        self, user_id: str, group: StreamGroup, some: Sequence[ArchivedPayload], newest: Newest
    ) -> Iterator[Unreadable]:
        """Read *some* answers into *newest*; yield those that could not be."""
        for payload, body in zip(some, self._archive.bodies(user_id, some), strict=True):
            stream = group.streams[payload.stream]
            try:
                found = _read(stream, payload, body)
            except UnexpectedPayload as error:
                code = "damaged" if body is None else error.code
            except Exception as error:  # noqa: BLE001 - a bug with one answer is not the end of all
                _log_bug(payload, error)
                code = "internal"
            else:
                newest.take(stream, payload.api, found)
                continue
            newest.leave(payload.stream, payload.first_date, payload.last_date)
            yield Unreadable(user_id, payload.stream, payload.first_date, payload.last_date, code)


def _in_batches(listing: Sequence[ArchivedPayload]) -> Iterator[list[ArchivedPayload]]:
    """Yield the answers in turn, so many at a time as the memory takes without notice."""
    some: list[ArchivedPayload] = []
    for payload in listing:
        size = sum(one.body_bytes for one in some) + payload.body_bytes
        if some and (size > _MOST_BYTES or len(some) == _MOST_PAYLOADS):
            yield some
            some = []
        some.append(payload)
    if some:
        yield some


def _read(stream: Stream, archived: ArchivedPayload, body: bytes | None) -> dict[str, list[Row]]:
    """Return the rows of an answer by table. Raises `UnexpectedPayload` when there are none."""
    if body is None or archived.api not in {api.value for api in stream.routes}:
        raise UnexpectedPayload
    first, last = (date.fromisoformat(day) for day in (archived.first_date, archived.last_date))
    window = Window(stream, first, last)
    # These bytes are our own canonical JSON: their hash was right.
    found = stream.read(Payload(Api(archived.api), json.loads(body)))
    return {table: keep_asked_days(window, rows) for table, rows in found.items()}


def _log_bug(payload: ArchivedPayload, error: Exception) -> None:
    """Log where an unexpected error came from, without its text, which may hold anything."""
    where = "".join(traceback.format_tb(error.__traceback__))
    kind = type(error).__name__
    log.error("An answer of %s met a bug, %s:\n%s", payload.stream, kind, where)
