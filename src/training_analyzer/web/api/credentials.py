"""How the connection stands, and the way out of it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from fastapi import APIRouter

from training_analyzer.services.leaving import WHAT_IS_GONE, WHAT_STAYS
from training_analyzer.web.api.words import Answer, CredentialsWriter, SyncReader, Web
from training_analyzer.web.connection import Connection, State, connection_of
from training_analyzer.web.refusals import NothingToDelete

router = APIRouter()


class Reason(Answer):
    """Why the connection is not simply connected; `code` is None where nothing went wrong."""

    code: str | None
    message: str


class ConnectionStatus(Answer):
    """The state of the caller's connection. Never holds a secret or a whole address."""

    connected: bool
    state: State
    garmin_user: str | None
    is_valid: bool
    last_validated: datetime | None
    reason: Reason | None
    kinds: list[str]
    region: str | None
    email_hint: str | None
    password_stored: bool
    next_retry_at: datetime | None


class Deleted(Answer):
    """What went and what stayed."""

    status: Literal["deleted"] = "deleted"
    message: str
    data: Literal["kept", "deleted"]


@router.get("/credentials/status")
def credentials_status(user_id: SyncReader, web: Web) -> ConnectionStatus:
    """Tell how the connection stands; without one it says so, and is no error."""
    return _status(connection_of(web.runtime, user_id))


@router.delete("/credentials")
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


def _status(connection: Connection) -> ConnectionStatus:
    known, standing = connection.credentials, connection.standing
    reason = None
    if standing.reason is not None:
        reason = Reason(code=standing.code, message=standing.reason)
    return ConnectionStatus(
        connected=known is not None,
        state=connection.state,
        garmin_user=known.garmin_display_name if known else None,
        is_valid=known is not None and known.is_valid,
        last_validated=known.last_validation_at if known else None,
        reason=reason,
        kinds=[kind.value for kind in connection.kinds],
        region=known.region.value if known else None,
        email_hint=connection.email_hint,
        password_stored=connection.keeps_password,
        next_retry_at=connection.retry_at,
    )
