"""The catalog of Garmin data. Pure: no clock, no network, no database."""

from __future__ import annotations

from training_analyzer.streams.stream import Json, Parser, Payload, Route, Row, Stream, Value, Window

__all__ = ["Json", "Parser", "Payload", "Route", "Row", "Stream", "Value", "Window"]
