"""The web application: routes, guard and error answers put together around a runtime."""

from __future__ import annotations

import secrets
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Final, cast

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.staticfiles import StaticFiles

from training_analyzer.errors import GarminSyncError
from training_analyzer.services.signing_in import SigningIn
from training_analyzer.web import api, pages
from training_analyzer.web.addresses import is_for_programs, methods_at
from training_analyzer.web.ambiguous import Ambiguous
from training_analyzer.web.auditing import note_denial
from training_analyzer.web.auth import identify as by_session_or_key
from training_analyzer.web.compressing import Compressing
from training_analyzer.web.guard import MAX_BODY_BYTES, Guard, Site
from training_analyzer.web.limits import Counting
from training_analyzer.web.listening import PACE, Listening, Pace
from training_analyzer.web.manual import ManualSyncs
from training_analyzer.web.openapi import document
from training_analyzer.web.pages.rendering import STATIC, Renderer
from training_analyzer.web.parts import Parts, parts_of
from training_analyzer.web.patience import waiting_room
from training_analyzer.web.problems import (
    Problem,
    as_json,
    of_error,
    of_http,
    of_refusal,
    of_validation,
)
from training_analyzer.web.refusals import Refusal
from training_analyzer.web.repeats import Remembering, Replayed, replay
from training_analyzer.web.windows import Windows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from starlette.requests import Request
    from starlette.responses import Response

    from training_analyzer.services.callers import Caller
    from training_analyzer.services.garmin_scheduler import GarminSyncScheduler
    from training_analyzer.services.runtime import Runtime


# How long a request waits for a sign-in to Garmin, which goes on without it.
PATIENCE: Final = timedelta(seconds=20)


def create_app(
    runtime: Runtime,
    scheduler: GarminSyncScheduler,
    *,
    hosts: Iterable[str] = (),
    has_vendor_files: bool | None = None,
    sign_in_patience: timedelta = PATIENCE,
    limits_factor: int = 1,
    listening_pace: Pace = PACE,
) -> FastAPI:
    """Return the web face over *runtime*, which stays the caller's to close.

    *hosts* are the names it answers to beside the loopback ones, HOST and PUBLIC_URL.
    *sign_in_patience* is how long a request waits for a sign-in to Garmin.
    *has_vendor_files* says whether pages may use the scripts of `static/vendor`; None looks.
    A caller may do *limits_factor* times as much as the limits say, and *listening_pace* says
    how many may listen to runs, and how soon they hear of them.
    """
    app = _bare(
        runtime,
        scheduler,
        identify=by_session_or_key,
        hosts=hosts,
        renderer=Renderer(has_vendor_files=has_vendor_files),
        sign_in_patience=sign_in_patience,
        limits_factor=limits_factor,
        listening_pace=listening_pace,
    )
    app.include_router(api.data_router)
    app.include_router(api.people_router)
    app.include_router(api.monitors_router)
    app.include_router(pages.router)
    app.mount("/static", StaticFiles(directory=STATIC))
    return app


def create_api(
    runtime: Runtime,
    scheduler: GarminSyncScheduler,
    *,
    identify: Callable[[Request], Caller | None],
    hosts: Iterable[str],
) -> FastAPI:
    """Return the API of connections, syncs and data, to be mounted by another application.

    Its people are the other application's: *identify* says whose request it is, or None for
    a stranger, and *hosts* names what that application is reached by. There are no pages, and
    no routes about people, passwords, keys and administration.
    """
    app = _bare(runtime, scheduler, identify=identify, hosts=hosts, renderer=Renderer())
    app.include_router(api.data_router)
    return app


def _bare(  # noqa: PLR0913 - what may differ, each named
    runtime: Runtime,
    scheduler: GarminSyncScheduler,
    *,
    identify: Callable[[Request], Caller | None],
    hosts: Iterable[str],
    renderer: Renderer,
    sign_in_patience: timedelta = PATIENCE,
    limits_factor: int = 1,
    listening_pace: Pace = PACE,
) -> FastAPI:
    """Return an app that has everything but routes."""
    settings = runtime.settings
    windows = Windows(runtime.now, factor=limits_factor)
    site = Site.of([settings.host, *hosts], settings.public_url)
    # The framework's own pages about the API load scripts from elsewhere.
    app = FastAPI(
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.parts = parts = Parts(
        runtime=runtime,
        scheduler=scheduler,
        manual=ManualSyncs(runtime, scheduler),
        listening=Listening(runtime.events, listening_pace),
        sign_ins=SigningIn.over(runtime.connections, runtime.database, runtime.now),
        sign_in_patience=sign_in_patience,
        site=site,
        renderer=renderer,
        identify=identify,
        windows=windows,
        waiting=waiting_room(),
        describe=cache(lambda: document(app.routes)),
    )
    runtime.before_close(parts.end)
    for kind in (GarminSyncError, Refusal, HTTPException, RequestValidationError):
        app.add_exception_handler(kind, _handle)
    app.add_exception_handler(Replayed, replay)
    app.add_middleware(Ambiguous, answer=_handle)
    app.add_middleware(Compressing)
    app.add_middleware(Remembering, repeats=runtime.repeats)
    app.add_middleware(Counting, windows=windows, answer=_handle)
    app.add_middleware(RequestBodyLimitMiddleware, max_body_size=MAX_BODY_BYTES)
    app.add_middleware(
        Guard,
        site=site,
        new_id=lambda: secrets.token_hex(8),
        answer=answer_problem,
        note_denial=note_denial,
    )
    return app


def answer_problem(request: Request, problem: Problem) -> Response:
    """Return *problem* as JSON to a program and as a page to a person."""
    path, request_id = request.url.path, str(request.state.request_id)
    if is_for_programs(request.scope):
        return as_json(problem, path=path, request_id=request_id)
    return pages.problem_page(request, problem)


def _handle(request: Request, error: Exception) -> Response:
    note_denial(request, error)
    return answer_problem(request, _problem(request, error))


def _problem(request: Request, error: Exception) -> Problem:
    if isinstance(error, GarminSyncError):
        return of_error(error, parts_of(request).runtime.now())
    if isinstance(error, Refusal):
        return of_refusal(error)
    if isinstance(error, RequestValidationError):
        return of_validation(error)
    return of_http(cast("HTTPException", error), methods_at(request))
