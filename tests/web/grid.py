"""The table of the authorization grid: one line per operation, how to ask it well.

`status` is what a rightful caller gets, and `code` with it where that is a refusal: some
operations are asked for what cannot be, so that they change nothing. `again` is what the same
person gets when their program asks, too, after them. `other` is what somebody else gets who asks
for the first one's object, or, where no object is named, for their own: 404 and the same as
everybody, unless it says otherwise. The order matters: what ends something comes last.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

GARMIN = "/api/v1/garmin"
V1 = "/api/v1"
# Who has this password here: everybody.
PASSWORD = "a horse of eleven"
URL = "https://hooks.example.org/in"


@dataclass(frozen=True, slots=True)
class Row:
    """How to ask one operation. `{name}` in path and body is something of the first person's."""

    status: int
    body: object = None
    query: str = ""
    code: str | None = None
    again: int | None = None
    other: int | None = None
    # What is used up by it is made anew for the next caller.
    uses_up: str | None = None


# What no program calls: the document itself, what sends a browser on, and what was removed.
NOT_DESCRIBED: Final = {
    f"GET {V1}/openapi.json",
    f"GET {V1}/auth/oidc/login",
    f"GET {V1}/auth/oidc/callback",
    *(
        f"POST {GARMIN}/{gone}"
        for gone in ("sync", "sync-async", "sync-wellness", "sync-fitness", "backfill-start-time")
    ),
}
_LOGIN: Final = {"email": "{email}", "password": "{garmin_password}"}
_ARRIVAL: Final = {"name": "{new_name}", "password": PASSWORD}

ROWS: Final = {
    # Server
    f"GET {GARMIN}/status": Row(200),
    "GET /healthz": Row(200),
    # Its scheduler does not tick here.
    "GET /readyz": Row(503),
    # PUBLIC_URL is set, so that they are for whoever has METRICS_TOKEN.
    "GET /metrics": Row(401, code="metrics_refused"),
    # Connection
    f"GET {GARMIN}/credentials/status": Row(200),
    f"POST {GARMIN}/credentials/validate": Row(200, other=409, again=429),
    f"GET {GARMIN}/credentials/logins/{{login_id}}": Row(200),
    f"DELETE {GARMIN}/credentials/logins/{{login_id}}": Row(409, code="conflict"),
    f"POST {GARMIN}/credentials/mfa": Row(410, {"code": "000000"}, code="mfa_expired"),
    f"PUT {GARMIN}/credentials/tokens": Row(
        422, {"kind": "token", "value": "{}"}, code="token_invalid"
    ),
    f"PUT {GARMIN}/credentials/personal-key": Row(
        422, {"api_key": "GCDC_none"}, code="invalid_credentials"
    ),
    f"DELETE {GARMIN}/credentials/personal-key": Row(404, code="not_found"),
    f"POST {GARMIN}/credentials": Row(201, _LOGIN, other=409),
    # Configuration
    f"GET {GARMIN}/sync-config": Row(200),
    f"PUT {GARMIN}/sync-config": Row(200, {"initial_sync_days": 14}),
    f"PATCH {GARMIN}/sync-config": Row(200, {"sync_time": None}),
    f"POST {GARMIN}/sync-config/preview": Row(200, {"sync_time": "05:30"}),
    # Syncs
    f"POST {GARMIN}/sync/trigger": Row(200, {"days": 2}, "wait=30", other=409, again=429),
    f"GET {GARMIN}/sync/status": Row(200),
    f"GET {GARMIN}/sync-status/{{sync_id}}": Row(200),
    f"GET {GARMIN}/sync-history": Row(200),
    f"GET {GARMIN}/syncs/{{sync_id}}": Row(200),
    f"GET {GARMIN}/syncs/{{sync_id}}/errors": Row(200),
    f"POST {GARMIN}/syncs/{{sync_id}}/cancel": Row(409, code="conflict"),
    f"POST {GARMIN}/syncs/{{sync_id}}/retry": Row(409, code="conflict"),
    f"GET {GARMIN}/syncs/{{sync_id}}/events": Row(200),
    f"GET {GARMIN}/scheduler/status": Row(200),
    # Backfills
    f"POST {GARMIN}/backfills": Row(
        200, {"from": "2025-01-01", "to": "2025-01-31", "dry_run": True}, other=409
    ),
    f"GET {GARMIN}/backfills": Row(200),
    f"GET {GARMIN}/backfills/{{backfill_id}}": Row(200),
    f"POST {GARMIN}/backfills/{{backfill_id}}/pause": Row(200, again=409),
    f"POST {GARMIN}/backfills/{{backfill_id}}/resume": Row(200, again=409),
    f"POST {GARMIN}/backfills/{{backfill_id}}/cancel": Row(200, again=409),
    # Data
    f"GET {GARMIN}/coverage": Row(200),
    f"GET {GARMIN}/wellness-history": Row(200),
    f"GET {GARMIN}/fitness-history": Row(200),
    f"GET {GARMIN}/fitness-data/{{day}}": Row(200),
    f"GET {GARMIN}/activities": Row(200),
    f"GET {GARMIN}/activities/{{activity_id}}": Row(200),
    f"GET {GARMIN}/activities/{{activity_id}}/laps": Row(200),
    f"GET {GARMIN}/activities/{{activity_id}}/track": Row(200),
    f"GET {GARMIN}/activities/{{activity_id}}/fit": Row(200),
    f"GET {GARMIN}/series/{{stream}}": Row(200, other=200),
    f"GET {GARMIN}/intraday/{{kind}}/{{day}}": Row(200),
    # Exports
    f"GET {V1}/exports": Row(200),
    f"GET {V1}/exports/{{export_id}}": Row(200),
    f"GET {V1}/exports/{{export_id}}/file": Row(200),
    f"POST {V1}/exports": Row(202, {"format": "csv", "types": ["wellness"]}, again=409),
    f"DELETE {V1}/exports/{{export_id}}": Row(204, uses_up="export_id"),
    # Webhooks
    f"GET {V1}/webhooks": Row(200),
    f"POST {V1}/webhooks": Row(201, {"url": URL, "events": ["sync.completed"]}),
    f"GET {V1}/webhooks/{{webhook_id}}": Row(200),
    f"PATCH {V1}/webhooks/{{webhook_id}}": Row(200, {"description": "my watch"}),
    f"POST {V1}/webhooks/{{webhook_id}}/test": Row(202),
    f"POST {V1}/webhooks/{{webhook_id}}/rotate-secret": Row(200),
    f"GET {V1}/webhooks/{{webhook_id}}/deliveries": Row(200),
    f"POST {V1}/webhooks/{{webhook_id}}/deliveries/{{delivery_id}}/redeliver": Row(202),
    f"DELETE {V1}/webhooks/{{webhook_id}}": Row(204, uses_up="webhook_id"),
    # Coming in
    f"POST {V1}/auth/login": Row(
        204, {"username": "{guest_name}", "password": PASSWORD}, uses_up="guest_name"
    ),
    f"POST {V1}/auth/logout": Row(204),
    f"POST {V1}/auth/confirm": Row(204, {"password": PASSWORD}),
    f"GET {V1}/auth/invitations/{{token}}": Row(200),
    f"POST {V1}/auth/invitations/{{token}}": Row(201, _ARRIVAL, uses_up="token"),
    # There are people here already.
    f"POST {V1}/auth/set-up/{{token}}": Row(404, _ARRIVAL, code="not_found"),
    # Account
    f"GET {V1}/me": Row(200),
    f"PATCH {V1}/me": Row(200, {"theme": "dark"}),
    f"GET {V1}/me/audit": Row(200),
    f"GET {V1}/me/sessions": Row(200),
    f"DELETE {V1}/me/sessions/{{session_id}}": Row(204, uses_up="session_id"),
    f"POST {V1}/me/totp": Row(201),
    f"POST {V1}/me/totp/confirm": Row(401, {"code": "000000"}, code="bad_login"),
    f"POST {V1}/me/totp/recovery-codes": Row(409, code="conflict"),
    f"DELETE {V1}/me/totp": Row(204, {"password": PASSWORD}),
    # Keys
    f"GET {V1}/api-keys": Row(200),
    f"POST {V1}/api-keys": Row(201, {"name": "watch", "scopes": ["sync:read"]}),
    f"POST {V1}/api-keys/{{key_id}}/rotate": Row(200),
    f"DELETE {V1}/api-keys/{{key_id}}": Row(204, uses_up="key_id"),
    # Administration
    f"GET {V1}/admin/users": Row(200),
    f"PATCH {V1}/admin/users/{{user_id}}": Row(200, {"disabled": True}),
    f"POST {V1}/admin/users/{{user_id}}/password-link": Row(201),
    f"DELETE {V1}/admin/users/{{user_id}}": Row(204, uses_up="user_id"),
    f"POST {V1}/admin/invitations": Row(201, {"role": "user"}),
    f"GET {V1}/admin/connections": Row(200),
    f"GET {V1}/admin/syncs": Row(200),
    f"GET {V1}/admin/queue": Row(200),
    f"POST {V1}/admin/pause": Row(200, {"reason": "the disk is changed"}),
    f"POST {V1}/admin/resume": Row(200),
    f"GET {V1}/admin/encryption": Row(200),
    f"POST {V1}/admin/encryption/rotate": Row(200, {"dry_run": True}),
    f"GET {V1}/admin/audit": Row(200),
    f"GET {V1}/admin/system": Row(200),
    # What ends something
    f"POST {V1}/auth/password": Row(204, {"current_password": PASSWORD, "new_password": PASSWORD}),
    f"DELETE {V1}/me/sessions": Row(204),
    # The configuration that others have chosen goes, too.
    f"DELETE {GARMIN}/credentials": Row(200, again=404),
    f"DELETE {V1}/me": Row(204, {"password": PASSWORD, "confirm": "delete"}),
}
