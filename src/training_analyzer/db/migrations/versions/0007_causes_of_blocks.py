"""Keep why Garmin refused a login: who waits is told the cause, too.

As in the first revision, the SQL stands beside this file, one script per database.
"""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the script of the database in use."""
    connection = op.get_bind()
    script = Path(__file__).with_suffix(f".{connection.dialect.name}.sql").read_text("utf-8")
    for statement in filter(None, (part.strip() for part in script.split(";\n"))):
        connection.exec_driver_sql(statement)
