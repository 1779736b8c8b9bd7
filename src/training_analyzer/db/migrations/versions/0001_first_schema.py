"""The first schema: the SQL beside this file, one script per database.

SQL and no Python, so that no later change of the program can change what it once meant.
There is no way back but a backup.
"""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create every table and index of the first release."""
    connection = op.get_bind()
    script = Path(__file__).with_suffix(f".{connection.dialect.name}.sql").read_text("utf-8")
    for statement in filter(None, (part.strip() for part in script.split(";\n"))):
        connection.exec_driver_sql(statement)
