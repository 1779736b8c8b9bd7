"""The person's devices, as they are registered with Garmin."""

from __future__ import annotations

from typing import Final

from training_analyzer.model import Api, Group
from training_analyzer.streams.fields import first_of, flag, identifier, text
from training_analyzer.streams.rows import RowParser, listed
from training_analyzer.streams.stream import Route, Stream

parse_devices: Final = RowParser(
    listed(),
    {
        "device_id": identifier("deviceId"),
        "name": first_of(text("productDisplayName"), text("displayName")),
        "application_key": text("applicationKey"),
        "part_number": text("partNumber"),
        "serial_number": text("serialNumber"),
        "software_version": text("currentFirmwareVersion"),
        "is_primary": flag("primaryActivityTrackerIndicator"),
    },
    key=("device_id",),
)
"""Return one row per device; Garmin's own row has some 300 keys, which the archive keeps.

Source: `/device-service/deviceregistration/devices`; key names recorded, no values.
"""

DEVICES: Final = Stream(
    name="devices",
    group=Group.PROFILE,
    table="devices",
    key=("device_id",),
    routes={
        Api.ACCOUNT: Route(path="/device-service/deviceregistration/devices", parse=parse_devices)
    },
    day_column=None,
    every_days=7,
)
