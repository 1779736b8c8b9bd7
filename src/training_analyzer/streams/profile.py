"""The profile: one row per user, filled by two snapshots.

Names, e-mail addresses and pictures are not read.
"""

from __future__ import annotations

from typing import Final

from training_analyzer.model import Api, Group
from training_analyzer.streams.fields import integer, number, old_day, positive, text
from training_analyzer.streams.rows import RowParser, single, single_with
from training_analyzer.streams.stream import Route, Stream

parse_profile: Final = RowParser(
    single,
    {
        "time_zone": text("timeZone"),
        "measurement_system": text("measurementSystem"),
        "locale": text("preferredLocale"),
    },
    key=(),
)
"""Return the row of the settings: time zone (IANA), units and language.

Source: `/userprofile-service/userprofile/settings`, modelled.
"""

parse_user_settings: Final = RowParser(
    single_with("userData"),
    {
        "gender": text("userData.gender"),
        "birth_date": old_day("userData.birthDate"),
        "height_cm": number("userData.height", positive),
        "weight_g": number("userData.weight", positive),
        "vo2max_running": number("userData.vo2MaxRunning", positive),
        "vo2max_cycling": number("userData.vo2MaxCycling", positive),
        "lactate_threshold_hr_bpm": integer("userData.lactateThresholdHeartRate", positive),
        # Garmin gives a tenth of m/s: the recorded 0.34722125 is a pace of 4:48 per km.
        "lactate_threshold_speed_mps": number("userData.lactateThresholdSpeed", positive, times=10),
        "sleep_time_s": integer("userSleep.sleepTime"),
        "wake_time_s": integer("userSleep.wakeTime"),
    },
    key=(),
)
"""Return the row of the person's own numbers; sleep window in seconds after midnight.

The measurement system is left to `parse_profile`, so that one column has one source.
Source: `/userprofile-service/userprofile/user-settings`, recorded.
"""

_SETTINGS_ROUTE: Final = Route(
    path="/userprofile-service/userprofile/settings", parse=parse_profile
)
PROFILE: Final = Stream(
    name="profile",
    group=Group.PROFILE,
    table="profiles",
    key=(),
    routes={Api.ACCOUNT: _SETTINGS_ROUTE, Api.PERSONAL: _SETTINGS_ROUTE},
    day_column=None,
)

USER_SETTINGS: Final = Stream(
    name="user_settings",
    group=Group.PROFILE,
    table="profiles",
    key=(),
    routes={
        Api.ACCOUNT: Route(
            path="/userprofile-service/userprofile/user-settings", parse=parse_user_settings
        )
    },
    day_column=None,
    every_days=7,
)
