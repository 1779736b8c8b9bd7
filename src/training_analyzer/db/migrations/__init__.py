"""Alembic's environment and the revisions; `db.schema` runs them."""
