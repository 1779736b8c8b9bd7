"""What the pages about accounts and the server call things. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from training_analyzer.services.callers import Scope

if TYPE_CHECKING:
    from training_analyzer.web.tongue import Tongue

_KILO: Final = 1000
# Below this a number has one digit after the point.
_SMALL: Final = 10


def action_words(tongue: Tongue, action: str) -> str:
    """Return what an entry of the audit log says; its own name where we have none."""
    text = tongue.text
    named = {
        "signed_in": text("Signed in"),
        "signed_out": text("Signed out"),
        "sign_in_refused": text("Sign-in refused"),
        "request_denied": text("Request denied"),
        "session_ended": text("Session ended"),
        "password_changed": text("Password changed"),
        "password_link_issued": text("Link for a new password made"),
        "totp_begun": text("Second factor begun"),
        "totp_turned_on": text("Second factor turned on"),
        "recovery_codes_renewed": text("Recovery codes made anew"),
        "totp_turned_off": text("Second factor turned off"),
        "totp_reset": text("Second factor taken away on the server"),
        "identity_linked": text("Single sign-on linked"),
        "identity_unlinked": text("Single sign-on unlinked"),
        "set_up": text("Server set up"),
        "joined": text("Joined by an invitation"),
        "invited": text("Invitation made"),
        "added": text("Account added on the server"),
        "left": text("Account deleted by its owner"),
        "removed": text("Account removed"),
        "disabled": text("Account disabled"),
        "enabled": text("Account enabled"),
        "role_changed": text("Role changed"),
        "paused": text("Syncing paused for everybody"),
        "resumed": text("Syncing resumed"),
        "backed_up": text("Database backed up"),
        "keys_rotated": text("Encryption keys rotated"),
        "export_made": text("Export asked for"),
        "export_downloaded": text("Export downloaded"),
        "export_deleted": text("Export deleted"),
        "api_key_created": text("API key made"),
        "api_key_rotated": text("API key rotated"),
        "api_key_deleted": text("API key deleted"),
        "webhook_created": text("Webhook made"),
        "webhook_changed": text("Webhook changed"),
        "webhook_secret_rotated": text("Webhook secret rotated"),
        "webhook_deleted": text("Webhook deleted"),
        "garmin_connected": text("Garmin connected"),
        "garmin_disconnected": text("Garmin disconnected"),
        "garmin_key_removed": text("Garmin key removed"),
        "garmin_sign_in": text("Signed in to Garmin"),
        "garmin_session_used": text("Garmin session used"),
        "garmin_session_renewed": text("Garmin session renewed"),
    }
    return named.get(action) or action.replace("_", " ").capitalize()


def scope_words(tongue: Tongue, scope: str) -> str:
    """Return what a key with the scope may do."""
    text = tongue.text
    return {
        Scope.SYNC_READ.value: text("See runs, coverage and the connection’s state"),
        Scope.SYNC_WRITE.value: text("Start runs, change sync settings and webhooks"),
        Scope.DATA_READ.value: text("Read health data and activities, make exports"),
        Scope.CREDENTIALS_WRITE.value: text("Connect and disconnect Garmin"),
        Scope.ADMIN.value: text("Administer this server"),
    }[scope]


def size_words(tongue: Tongue, size: int) -> str:
    """Return `820 kB` or `1.4 MB`."""
    value, names = float(size), (tongue.text("kB"), tongue.text("MB"), tongue.text("GB"))
    for name in names:
        value /= _KILO
        if value < _KILO or name == names[-1]:
            break
    return f"{tongue.number(value, 1 if value < _SMALL else 0)}\N{NO-BREAK SPACE}{name}"
