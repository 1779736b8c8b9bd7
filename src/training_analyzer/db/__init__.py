"""The database edge: the only door to SQLite and PostgreSQL. It sees ciphertext only."""

from __future__ import annotations

from training_analyzer.db.database import Database, open_database
from training_analyzer.db.schema import DatabaseCheck

__all__ = ["Database", "DatabaseCheck", "open_database"]
