"""What the routes of the API share: who asks, strict requests, texts without surprises."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Final

from fastapi import Depends
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr
from starlette.requests import Request  # noqa: TC002 - FastAPI resolves the annotations

from training_analyzer.services.callers import Caller, Scope
from training_analyzer.web.addresses import Addresses, addresses_of
from training_analyzer.web.auth import Needs, current_admin, current_user, fresh_admin
from training_analyzer.web.parts import Parts, parts_of

_ISO_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


# What waits for nothing is async: the framework gives everything else a turn in a thread.
async def _parts(request: Request) -> Parts:
    return parts_of(request)


async def _addresses(request: Request) -> Addresses:
    return addresses_of(request)


# The id of the caller, where only a person in a browser may ask.
type UserId = Annotated[str, Depends(current_user)]
# The id of the caller, a person or a program with a key, who has the scope.
type SyncReader = Annotated[str, Depends(Needs(Scope.SYNC_READ))]
type SyncWriter = Annotated[str, Depends(Needs(Scope.SYNC_WRITE))]
type DataReader = Annotated[str, Depends(Needs(Scope.DATA_READ))]
type CredentialsReader = Annotated[str, Depends(Needs(Scope.CREDENTIALS_WRITE))]
# Of a person also that they proved a moment ago who they are.
type CredentialsWriter = Annotated[str, Depends(Needs(Scope.CREDENTIALS_WRITE, fresh=True))]
# An administrator; the second one proved a moment ago who they are, and is no key.
type Admin = Annotated[Caller, Depends(current_admin)]
type FreshAdmin = Annotated[Caller, Depends(fresh_admin)]
type Web = Annotated[Parts, Depends(_parts)]
# Where something of ours is, for `Location` and links.
type Here = Annotated[Addresses, Depends(_addresses)]


class Strict(BaseModel):
    """A request body: unknown fields are refused, types are not guessed."""

    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)


class Answer(BaseModel):
    """A response body: exactly the fields that are declared."""

    model_config = ConfigDict(extra="forbid")


def _printable(text: str) -> str:
    if any(ord(character) < ord(" ") for character in text):
        message = "must not hold control characters"
        raise ValueError(message)
    return text


def _one_line(text: str) -> str:
    if not text.isprintable():
        message = "must be one line of printable characters"
        raise ValueError(message)
    return text


def secret_printable(secret: SecretStr) -> SecretStr:
    """Return *secret*; raise `ValueError` for one with control characters."""
    _printable(secret.get_secret_value())
    return secret


def iso_day(given: object) -> date:
    """Return the day that *given* spells out; pydantic would also take seconds since 1970."""
    if not isinstance(given, str) or not _ISO_DAY.fullmatch(given):
        message = "must be a day such as 2026-03-01"
        raise ValueError(message)
    return date.fromisoformat(given)


type Day = Annotated[date, BeforeValidator(iso_day)]
type Email = Annotated[str, Field(min_length=3, max_length=254), AfterValidator(_printable)]
type ShortSecret = Annotated[
    SecretStr, Field(min_length=1, max_length=1024), AfterValidator(secret_printable)
]
type OneLine = Annotated[str, Field(min_length=1, max_length=256), AfterValidator(_one_line)]
