"""Sync Garmin Connect for many people: encrypted credentials, own schedules, honest history."""

__version__ = "0.1.0"
