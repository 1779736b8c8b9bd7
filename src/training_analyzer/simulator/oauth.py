"""The pretend Garmin's token endpoints: tickets, refresh tokens and Personal API keys."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Final

from training_analyzer.simulator.answer import Answer

if TYPE_CHECKING:
    from training_analyzer.simulator.request import Request
    from training_analyzer.simulator.tokens import Pair
    from training_analyzer.simulator.world import World

DI_PATH: Final = "/di-oauth2-service/oauth/token"
KEY_PATH: Final = "/personalapitoken-service/personal-api/personal-api-key/token"
TICKET_GRANT: Final = "https://connectapi.garmin.com/di-oauth2-service/oauth/grant/service_ticket"
# The apps that garminconnect 0.3.20 introduces itself as, in its order.
CLIENT_IDS: Final = (
    "GARMIN_CONNECT_MOBILE_ANDROID_DI_2025Q2",
    "GARMIN_CONNECT_MOBILE_ANDROID_DI_2024Q4",
    "GARMIN_CONNECT_MOBILE_ANDROID_DI",
    "GARMIN_CONNECT_MOBILE_IOS_DI",
)
KEY_PREFIX: Final = "GCDC_"


def exchange(world: World, request: Request) -> Answer:
    """Give tokens for a ticket or for a refresh token."""
    form = request.form()
    client_id = form.get("client_id", "")
    expected = base64.b64encode(f"{client_id}:".encode()).decode()
    if client_id not in CLIENT_IDS or request.authorization("Basic") != expected:
        return Answer(401, {"error": "invalid_client", "error_description": "Unauthorized"})
    match form.get("grant_type"):
        case "refresh_token":
            return _refresh(world, form.get("refresh_token", ""), client_id)
        case grant if grant == TICKET_GRANT:
            return _redeem(
                world, form.get("service_ticket", ""), form.get("service_url", ""), client_id
            )
        case _:
            return Answer(400, {"error": "unsupported_grant_type"})


def exchange_key(world: World, request: Request) -> Answer:
    """Give a bare JWT, as text, for a Personal API key."""
    key = request.authorization("ApiKey")
    if key is None or not key.startswith(KEY_PREFIX):
        return Answer(400, {})
    account = world.account_of_key(key)
    if account is None:
        return Answer(401, {})
    token = world.tokens.issue_personal(account, key)
    return Answer(body=token.encode(), content_type="text/plain;charset=UTF-8")


def _redeem(world: World, ticket: str, service_url: str, client_id: str) -> Answer:
    account = world.account(world.tokens.redeem_ticket(ticket, service_url) or "")
    if account is None:
        return _invalid_grant("Invalid service ticket")
    return _granted(world.tokens.issue_pair(account, client_id))


def _refresh(world: World, token: str, client_id: str) -> Answer:
    account = world.account(world.tokens.refresh_email(token) or "")
    pair = world.tokens.rotate(token, client_id, account) if account else None
    if pair is None:
        # The live service repeats the token here (withings-sync issue 260); kept,
        # because it shows whether a client's log keeps it out.
        return _invalid_grant(f"Invalid refresh token: {token}")
    return _granted(pair)


def _granted(pair: Pair) -> Answer:
    return Answer(
        body={
            "access_token": pair.access,
            "token_type": "Bearer",
            "refresh_token": pair.refresh,
            "expires_in": pair.expires_in_s,
            "refresh_token_expires_in": pair.refresh_expires_in_s,
            "scope": "CONNECT_READ CONNECT_WRITE",
        }
    )


def _invalid_grant(text: str) -> Answer:
    return Answer(400, {"error": "invalid_grant", "error_description": text})
