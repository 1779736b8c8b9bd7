"""The web face: JSON under `/api/v1`, pages for people, both over the same services."""
