"""What faults do to an answer, or instead of one."""

from __future__ import annotations

import json
from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING

from training_analyzer.simulator.answer import Answer
from training_analyzer.simulator.fault import ConnectionCut

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime, timedelta

    from training_analyzer.simulator.fault import Effect
    from training_analyzer.simulator.request import Request
    from training_analyzer.streams import Json

type Proceed = Callable[[], Answer]


def body_bytes(answer: Answer) -> bytes:
    """Return the body as it goes over the wire."""
    if answer.body is None:
        return b""
    if isinstance(answer.body, bytes):
        return answer.body
    return json.dumps(answer.body, separators=(",", ":")).encode()


def instead(answer: Answer) -> Effect:
    """Answer *answer*, and do nothing of what was asked."""
    return lambda _request, _proceed: answer


def half(_request: Request, proceed: Proceed) -> Answer:
    """Do what was asked, and answer half of it as if that were all."""
    answer = proceed()
    body = body_bytes(answer)
    return replace(answer, body=body[: len(body) // 2])


def cut_before(_request: Request, _proceed: Proceed) -> Answer:
    """Cut the connection, and do nothing of what was asked."""
    raise ConnectionCut


def cut_after(_request: Request, proceed: Proceed) -> Answer:
    """Do what was asked, then cut the connection instead of answering."""
    proceed()
    raise ConnectionCut


def cut_within(_request: Request, proceed: Proceed) -> Answer:
    """Do what was asked, and cut the connection half through the answer."""
    raise ConnectionCut(proceed())


def later(wait: Callable[[float], object], seconds: float) -> Effect:
    """Wait, then do what was asked."""

    def effect(_request: Request, proceed: Proceed) -> Answer:
        wait(seconds)
        return proceed()

    return effect


def edited(changes: Mapping[str, Json], drop: Iterable[str]) -> Effect:
    """Do what was asked, and change or drop keys of the JSON object that comes out."""
    dropped = frozenset(drop)

    def effect(_request: Request, proceed: Proceed) -> Answer:
        answer = proceed()
        if not isinstance(answer.body, dict):
            return answer
        kept = {key: value for key, value in answer.body.items() if key not in dropped}
        return replace(answer, body=kept | dict(changes))

    return effect


def without_cookies(_request: Request, proceed: Proceed) -> Answer:
    """Do what was asked, and set no cookie."""
    answer = proceed()
    headers = {name: value for name, value in answer.headers.items() if name != "Set-Cookie"}
    return replace(answer, headers=headers)


def refuse_apps(client_ids: Iterable[str]) -> Effect:
    """Refuse token requests of these apps; the ticket stays good for another."""
    refused = frozenset(client_ids)

    def effect(request: Request, proceed: Proceed) -> Answer:
        if request.form().get("client_id") in refused:
            return Answer(401, {"error": "invalid_client", "error_description": "Unauthorized"})
        return proceed()

    return effect


def crowd_limit(parallel: int, refusal: Answer) -> Effect:
    """Refuse while *parallel* requests are being answered already."""
    lock = Lock()
    inside = 0

    def effect(_request: Request, proceed: Proceed) -> Answer:
        nonlocal inside
        with lock:
            if inside >= parallel:
                return refusal
            inside += 1
        try:
            return proceed()
        finally:
            with lock:
                inside -= 1

    return effect


def rearming_throttle(
    now: Callable[[], datetime],
    key: Callable[[Request], str],
    after: int,
    span: timedelta,
    refusal: Answer,
) -> Effect:
    """Refuse for *span* after so many requests with one key; each try begins the span anew."""
    lock = Lock()
    tries: dict[str, int] = {}
    blocked_until: dict[str, datetime] = {}

    def effect(request: Request, proceed: Proceed) -> Answer:
        whose = key(request)
        with lock:
            if whose in blocked_until and blocked_until[whose] <= now():
                del blocked_until[whose]
                tries.pop(whose, None)
            tries[whose] = tries.get(whose, 0) + 1
            blocked = tries[whose] > after
            if blocked:
                blocked_until[whose] = now() + span
        return refusal if blocked else proceed()

    return effect
