"""Who an account is, read from the profile answers of both APIs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from training_analyzer.errors import ForbiddenStream, GarminUnavailable, UnexpectedPayload
from training_analyzer.model import GarminProfile

if TYPE_CHECKING:
    from datetime import date

    from training_analyzer.garmin.answers import Ask
    from training_analyzer.streams import Json

SOCIAL_PATH: Final = "/userprofile-service/socialProfile"
SETTINGS_PATH: Final = "/userprofile-service/userprofile/settings"
DAILY_PATH: Final = "/usersummary-service/usersummary/daily"


def account_profile(ask: Ask) -> GarminProfile:
    """Return the profile of an account connection: `socialProfile`, and the time zone.

    Two requests. The time zone is None when the settings cannot be read; the
    display name is the profile id where the account has none.
    """
    social = _object(ask(SOCIAL_PATH, {}))
    profile_id = _id_in(social, "profileId")
    try:
        settings = _object(ask(SETTINGS_PATH, {}))
    except (ForbiddenStream, UnexpectedPayload, GarminUnavailable):
        settings = {}
    return GarminProfile(
        profile_id=profile_id,
        display_name=_text_in(social, "displayName") or profile_id,
        time_zone=_text_in(settings, "timeZone"),
    )


def personal_profile(ask: Ask, today: date) -> GarminProfile:
    """Return the profile behind a Personal API key: settings, and the id of a daily summary.

    Two requests. `userProfileId` is there also on a day without data, and equals
    `profileId` of the account API (garmin_intervals_bridge 0.12.2).
    """
    settings = _object(ask(SETTINGS_PATH, {}))
    daily = _object(ask(DAILY_PATH, {"calendarDate": today.isoformat()}))
    profile_id = _id_in(daily, "userProfileId")
    return GarminProfile(
        profile_id=profile_id,
        display_name=_text_in(settings, "displayName") or profile_id,
        time_zone=_text_in(settings, "timeZone"),
    )


def _object(body: Json | None) -> dict[str, Json]:
    if not isinstance(body, dict):
        raise UnexpectedPayload
    return body


def _id_in(body: dict[str, Json], name: str) -> str:
    """Return the id as text; some answers have it as a number, some as a text."""
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, int | str) or not str(value).strip():
        raise UnexpectedPayload
    return str(value).strip()


def _text_in(body: dict[str, Json], name: str) -> str | None:
    value = body.get(name)
    return value.strip() or None if isinstance(value, str) else None
