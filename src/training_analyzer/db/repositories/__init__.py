"""The repositories: plain values in and out, one transaction per call unless told otherwise."""

from __future__ import annotations

from training_analyzer.db.repositories.garmin_credentials import (
    GarminCredentialsRepository,
    get_garmin_credentials_repository,
)
from training_analyzer.db.repositories.secrets import SecretsRepository, StoredSecret
from training_analyzer.db.repositories.users import UsersRepository
from training_analyzer.model import GarminCredentials, GarminSyncConfig, GarminSyncHistory

__all__ = [
    "GarminCredentials",
    "GarminCredentialsRepository",
    "GarminSyncConfig",
    "GarminSyncHistory",
    "SecretsRepository",
    "StoredSecret",
    "UsersRepository",
    "get_garmin_credentials_repository",
]
