"""Why a run is not complete, in a person's words: what happened, and what happens by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from training_analyzer.web.tongue import Tongue

# Nobody has to do anything about these.
_CALM: Final = frozenset({"forbidden_dataset", "cancelled", "interrupted", "lease_lost"})
# Only a new sign-in helps: the page leads there.
NEEDS_CONNECTING: Final = frozenset(
    {
        "invalid_credentials",
        "needs_reauth",
        "mfa_required",
        "account_locked",
        "token_expired",
        "account_mismatch",
        "account_already_linked",
        "credential_corrupt",
    }
)


@dataclass(frozen=True, slots=True)
class Cause:
    """What happened, as a heading, and the rest as a sentence or two."""

    title: str
    more: str

    @staticmethod
    def tone(code: str) -> tuple[str, str]:
        """Return the tone and the icon of a cause."""
        return ("idle", "pause") if code in _CALM else ("warn", "warn")


def cause_of(tongue: Tongue, code: str) -> Cause:
    """Return the cause that *code* stands for."""
    for words in (_at_garmin, _of_the_sign_in, _at_home):
        if code in (known := words(tongue)):
            return known[code]
    return Cause(
        tongue.text("It could not be had"),
        tongue.text("The cause is not one we have words for; its code stands in the details."),
    )


def _at_garmin(tongue: Tongue) -> dict[str, Cause]:
    text = tongue.text
    return {
        "garmin_unavailable": Cause(
            text("Garmin did not answer"),
            text("It could not be reached, or answered with an error of its own. We ask again."),
        ),
        "rate_limited": Cause(
            text("Garmin asked us to wait"),
            text("Too many requests came from here. We wait as long as Garmin wants, then go on."),
        ),
        "blocked": Cause(
            text("Garmin refuses this server for now"),
            text("Its edge turns our requests away. We wait and try again by ourselves."),
        ),
        "forbidden_dataset": Cause(
            text("Garmin does not give this to your account"),
            text("Access was refused. We try again now and then; the rest is not affected."),
        ),
        "bad_request": Cause(
            text("Garmin did not take the request"),
            text("Smaller pieces were refused, too. The other data is not affected."),
        ),
        "schema_drift": Cause(
            text("The answer could not be read"),
            text("It does not look as it should: Garmin may have changed it."),
        ),
        "poison_item": Cause(
            text("It failed three times"),
            text("We leave it alone for a week, so that it does not hold up the rest."),
        ),
        "garmin_error": Cause(
            text("Garmin did not give what was asked for"), text("We ask again with the next run.")
        ),
        "login_blocked": Cause(
            text("Garmin refuses password sign-ins for now"),
            text("Trying earlier makes the wait longer. A ticket or a personal key works now."),
        ),
        "login_waits": Cause(
            text("The Garmin session ended"),
            text("Garmin locks accounts that sign in too often, so we wait a day."),
        ),
    }


def _of_the_sign_in(tongue: Tongue) -> dict[str, Cause]:
    text = tongue.text
    ended = Cause(
        text("Garmin no longer accepts the connection"),
        text("Connect again. What was fetched so far stays, and only the gap is fetched."),
    )
    return {
        "invalid_credentials": ended,
        "needs_reauth": ended,
        "token_expired": ended,
        "mfa_required": Cause(
            text("Garmin wants a security code"),
            text("Only you can enter it: connect again. What was fetched so far stays."),
        ),
        "account_locked": Cause(
            text("Garmin has locked the account"),
            text("Unlock it on sso.garmin.com, then connect again."),
        ),
        "account_mismatch": Cause(
            text("This is another Garmin account"),
            text("It is not the one whose data is stored here. Nothing was mixed."),
        ),
        "account_already_linked": Cause(
            text("Somebody else here has connected this Garmin account"),
            text("They have to disconnect it first."),
        ),
        "credential_corrupt": Cause(
            text("The stored credentials do not open with the key of this server"),
            text("Connect again. Your data is not affected."),
        ),
    }


def _at_home(tongue: Tongue) -> dict[str, Cause]:
    text = tongue.text
    our_storage = text("Look at the disk of the server and at its log.")
    our_key = text("Whoever runs this server has to set it right. Your data is not affected.")
    return {
        "cancelled": Cause(
            text("You cancelled it"),
            text("What it had saved is kept. The next run comes at its usual time."),
        ),
        "interrupted": Cause(
            text("The server stopped while it ran"),
            text("What it had saved is kept, and the next run goes on from there."),
        ),
        "lease_lost": Cause(
            text("Another process took it over"), text("What it had saved is kept.")
        ),
        "key_unavailable": Cause(text("This server lacks the key of your credentials"), our_key),
        "key_retired": Cause(text("This server writes with a retired key"), our_key),
        "storage_full": Cause(
            text("There is no room left on the server"),
            text("The next run goes on when there is."),
        ),
        "storage_failed": Cause(text("The database could not be read or written"), our_storage),
        "storage_busy": Cause(
            text("Another program holds the database"),
            text("The next run goes on when it lets go."),
        ),
        "internal": Cause(
            text("Something unexpected happened in this program"),
            text("The log of the server says where. We try again with the next run."),
        ),
        "sync_failed": Cause(
            text("The run could not go on"), text("We try again with the next run.")
        ),
    }
