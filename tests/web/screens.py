"""Every screen: the route of a page, and where to look at it. A new page has its line here."""

from __future__ import annotations

from typing import Final

# Who is signed in, with data of 45 days until Monday, 2 March 2026. `{activity}`
# and the like are numbers of theirs.
SIGNED_IN: Final = {
    "/": "/",
    "/health": "/health",
    "/health/heart": "/health/heart",
    "/health/stress": "/health/stress",
    "/health/movement": "/health/movement",
    "/health/fitness": "/health/fitness",
    "/health/body": "/health/body",
    "/health/sleep/{day}": "/health/sleep/2026-03-01",
    "/health/day/{day}": "/health/day/2026-03-01",
    "/activities": "/activities",
    "/activities/{activity_id}": "/activities/{activity}",
    "/coverage": "/coverage",
    "/history": "/history",
    "/runs/{run_id}": "/runs/1",
    "/connect": "/connect",
    "/settings/sync": "/settings/sync",
    "/settings/data": "/settings/data",
    "/settings/data/leave": "/settings/data/leave",
    "/settings/developer": "/settings/developer",
    "/settings/developer/keys/new": "/settings/developer/keys/new",
    "/settings/developer/webhooks/new": "/settings/developer/webhooks/new",
    "/settings/developer/webhooks/{webhook_id}": "/settings/developer/webhooks/{webhook}",
    "/settings/security": "/settings/security",
    "/settings/look": "/settings/look",
    "/admin": "/admin",
    "/admin/people/{user_id}": "/admin/people/{person}",
    "/second-factor": "/second-factor",
    "/confirm": "/confirm",
    "/password": "/password",
}
# The same pages in another state.
STATES: Final = {
    "ways to connect": "/connect?step=how",
    "password": "/connect?way=password",
    "ticket": "/connect?way=ticket",
    "token": "/connect?way=token",
    "personal key": "/connect?way=personal-key",
    "disconnect": "/connect?step=disconnect",
    "cost of a backfill": "/coverage?from=2026-01-05&to=2026-01-20",
}
# What a new user sees.
EMPTY: Final = ("/", "/health", "/connect", "/coverage", "/history", "/settings/data")
# Nobody is signed in, nor was ever here.
STRANGERS: Final = {
    "/sign-in": "/sign-in",
    "/setup": "/setup?token={set_up}",
    "/invitations/{token}": "/invitations/{invitation}",
}
# No screens of their own: pieces for scripts, files, ways through to somewhere else.
PIECES: Final = {
    "/runs/{run_id}/live",
    "/settings/sync/preview",
    "/backfills/{backfill_id}/progress",
    "/settings/data/exports/{export_id}/file",
    "/settings/data/exports/{export_id}/progress",
    "/settings/developer/keys/{key_id}/rotate",
    "/settings/developer/webhooks/{webhook_id}/rotate",
    "/admin/pause",
    "/admin/keys",
    "/admin/invitations",
    "/admin/people/{user_id}/access",
    "/admin/people/{user_id}/password-link",
    "/admin/people/{user_id}/remove",
    "/admin/people/{user_id}/role",
    "/api/v1/auth/oidc/login",
    "/api/v1/auth/oidc/callback",
}
