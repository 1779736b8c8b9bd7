"""Where the one-time links lead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from training_analyzer.services.one_time_links import Purpose

if TYPE_CHECKING:
    from training_analyzer.settings import Settings

_PATHS: Final = {
    Purpose.SIGN_IN: "/sign-in?token=",
    Purpose.SET_UP: "/setup?token=",
    Purpose.INVITATION: "/invitations/",
    Purpose.PASSWORD: "/password?token=",
}
# What a person may bind to, and what they then open on this machine.
_ANY: Final = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104 - an address to replace


def path_of(purpose: Purpose, token: str) -> str:
    """Return the path, with the token in it, that a person opens."""
    return f"{_PATHS[purpose]}{token}"


def local_address(host: str, port: int) -> str:
    """Return the address on this machine of what listens there, without a slash at its end."""
    name = _ANY.get(host, host)
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


def address_of(settings: Settings, purpose: Purpose, token: str) -> str:
    """Return the whole address, for whoever has only the settings to go by."""
    base = settings.public_url or local_address(settings.host, settings.port)
    return f"{base.rstrip('/')}{path_of(purpose, token)}"
