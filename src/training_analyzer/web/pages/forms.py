"""What the routes of pages are given, and how a form that was taken ends."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Form
from starlette.responses import RedirectResponse

from training_analyzer.services.callers import Scope
from training_analyzer.web.auth import Needs, current_user

# The id of who is signed in; where a thief of a session could do harm, of who proved it anew.
type UserId = Annotated[str, Depends(current_user)]
type FreshUserId = Annotated[str, Depends(Needs(Scope.CREDENTIALS_WRITE, fresh=True))]
type Text = Annotated[str, Form()]


def see_other(address: str) -> RedirectResponse:
    """Return the way from a form that was taken to the page that shows it, free of the form."""
    return RedirectResponse(address, HTTPStatus.SEE_OTHER)
