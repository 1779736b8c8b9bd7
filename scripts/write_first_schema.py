"""Write the SQL of the first migration out of `db/tables`; for use until the first release.

After it the scripts are frozen, and a change of a table is a migration of its own.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

import training_analyzer.db
from training_analyzer.db.tables import metadata

VERSIONS = Path(training_analyzer.db.__file__).parent / "migrations/versions"


def main() -> None:
    """Write one script per database."""
    # SQLAlchemy leaves the making of a dialect without types.
    for dialect in (sqlite.dialect(), postgresql.dialect()):  # type: ignore[no-untyped-call]
        statements = []
        for table in sorted(metadata.tables.values(), key=lambda table: table.name):
            statements.append(CreateTable(table).compile(dialect=dialect))
            indexes = sorted(table.indexes, key=lambda index: str(index.name))
            statements += [CreateIndex(index).compile(dialect=dialect) for index in indexes]
        lines = "\n\n".join(f"{str(statement).strip()};" for statement in statements)
        text = "\n".join(line.rstrip() for line in lines.replace("\t", "    ").splitlines())
        (VERSIONS / f"0001_first_schema.{dialect.name}.sql").write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main()
