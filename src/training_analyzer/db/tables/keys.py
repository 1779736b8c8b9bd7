"""What the database knows of the encryption keys: their ids, never the keys themselves."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Table, Text

from training_analyzer.db.tables.columns import instant, metadata, one_of, text_

encryption_keys: Final = Table(
    "encryption_keys",
    metadata,
    Column("key_id", Text, primary_key=True),
    text_("kcv", null=False),
    text_("status", null=False),
    instant("created_at", null=False),
    one_of("status", "primary", "previous", "retired"),
    sqlite_strict=True,
)
