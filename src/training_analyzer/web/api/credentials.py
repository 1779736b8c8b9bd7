"""How the connection stands, whether it works, and the way out of it."""

from __future__ import annotations

from datetime import date, datetime
from http import HTTPStatus
from typing import Literal

from fastapi import APIRouter

from training_analyzer.services.leaving import WHAT_IS_GONE, WHAT_STAYS
from training_analyzer.services.personal_keys import drop_key
from training_analyzer.web.api.words import (
    Answer,
    CredentialsReader,
    CredentialsWriter,
    SyncReader,
    Web,
)
from training_analyzer.web.connection import Connection, State, connection_of
from training_analyzer.web.limits import DISCONNECTING, LOOKING
from training_analyzer.web.patience import patient
from training_analyzer.web.refusals import NotFound, NothingToDelete
from training_analyzer.web.states import StateWord, word_of

router = APIRouter()


class Reason(Answer):
    """Why the connection is not simply connected; `code` is None where nothing went wrong."""

    code: str | None
    message: str


class ConnectionStatus(Answer):
    """The state of the caller's connection. Never holds a secret or a whole address."""

    connected: bool
    state: StateWord
    garmin_user: str | None
    is_valid: bool
    last_validated: datetime | None
    reason: Reason | None
    kinds: list[str]
    region: str | None
    email_hint: str | None
    password_stored: bool
    key_expires_on: date | None
    next_retry_at: datetime | None
    failed_validation_count: int


class Validated(Answer):
    """How a test of the connection went, and when the next one may be made."""

    is_valid: bool
    checked_at: datetime
    reason: Reason | None
    next_allowed_at: datetime


class Deleted(Answer):
    """What went and what stayed."""

    status: Literal["deleted"] = "deleted"
    message: str
    data: Literal["kept", "deleted"]


@router.get("/credentials/status", dependencies=[LOOKING])
def credentials_status(user_id: SyncReader, web: Web) -> ConnectionStatus:
    """Tell how the connection stands; without one it says so, and is no error."""
    signs_in = web.sign_ins.is_under_way(user_id)
    return _status(connection_of(web.runtime, user_id), signs_in=signs_in)


@router.post("/credentials/validate")
@patient
def validate_credentials(user_id: CredentialsReader, web: Web) -> Validated:
    """Test the connection with its tokens or its key, never with a password."""
    tested = web.runtime.validating.test(user_id)
    reason = None
    if tested.reason is not None:
        reason = Reason(code=tested.code, message=tested.reason)
    return Validated(
        is_valid=tested.is_valid,
        checked_at=tested.checked_at,
        reason=reason,
        next_allowed_at=tested.next_allowed_at,
    )


@router.delete("/credentials", dependencies=[DISCONNECTING])
def delete_credentials(
    user_id: CredentialsWriter, web: Web, data: Literal["keep", "delete"] = "keep"
) -> Deleted:
    """Disconnect; with `data=delete` everything that was synced goes, too."""
    if not web.runtime.connections.disconnect(user_id, delete_data=data == "delete"):
        raise NothingToDelete
    if data == "delete":
        message = f"{WHAT_IS_GONE} All synced data is deleted. {WHAT_STAYS}"
        return Deleted(message=message, data="deleted")
    return Deleted(message=f"{WHAT_IS_GONE} Synced data stays. {WHAT_STAYS}", data="kept")


@router.delete(
    "/credentials/personal-key", status_code=HTTPStatus.NO_CONTENT, dependencies=[DISCONNECTING]
)
def delete_personal_key(user_id: CredentialsWriter, web: Web) -> None:
    """Take the key out of the connection, whose session serves alone from then on."""
    runtime = web.runtime
    vault, audit = runtime.connections.vault, web.access.audit
    if not drop_key(runtime.credentials, vault, audit, user_id):
        raise NotFound


def _status(connection: Connection, *, signs_in: bool) -> ConnectionStatus:
    known, standing = connection.credentials, connection.standing
    reason = None
    if standing.reason is not None:
        reason = Reason(code=standing.code, message=standing.reason)
    key_expires_on = known.key_expires_on if known else None
    return ConnectionStatus(
        connected=known is not None,
        state=word_of(connection.standing, signs_in=signs_in),
        garmin_user=known.garmin_display_name if known else None,
        # Credentials that do not open are not valid either, whatever Garmin said of them.
        is_valid=known is not None
        and known.is_valid
        and connection.state is not State.ACTION_NEEDED,
        last_validated=known.last_validation_at if known else None,
        reason=reason,
        kinds=[kind.value for kind in connection.kinds],
        region=known.region.value if known else None,
        email_hint=connection.email_hint,
        password_stored=connection.keeps_password,
        key_expires_on=date.fromisoformat(key_expires_on) if key_expires_on else None,
        next_retry_at=connection.retry_at,
        failed_validation_count=known.failed_validations if known else 0,
    )
