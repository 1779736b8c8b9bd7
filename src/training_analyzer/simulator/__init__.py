"""A pretend Garmin: HTTP that real clients accept, over seeded lives."""

from __future__ import annotations
