"""Measure a rotation: 10,000 accounts with e-mail, password and tokens under an old key.

Works in a temporary folder, or with `--database postgresql://...` on an empty database.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from training_analyzer.db import open_database
from training_analyzer.db.repositories.ciphertexts import CiphertextsRepository
from training_analyzer.db.repositories.encryption_keys import EncryptionKeysRepository
from training_analyzer.db.tables import garmin_credentials, garmin_secrets
from training_analyzer.model import SecretContext
from training_analyzer.services.encryption import EncryptionService, new_key
from training_analyzer.services.key_checks import check_keys
from training_analyzer.services.rotation import Rotation

if TYPE_CHECKING:
    from training_analyzer.db import Database

# As long as Garmin's: an access token, a refresh token and a client id.
LENGTHS: Final = {"email": 24, "password": 16, "token_bundle": 2_000}


def fill(database: Database, encryption: EncryptionService, accounts: int) -> None:
    """Store the secrets of *accounts* people."""
    now, key_id = datetime.now(UTC), encryption.key_id
    logins, others = [], []
    for number in range(accounts):
        user_id = f"usr_{number:06d}"
        sealed = {
            field: encryption.encrypt("x" * length, SecretContext(user_id, field))
            for field, length in LENGTHS.items()
        }
        stamps = {"encryption_key_id": key_id, "updated_at": now}
        logins.append(
            {
                "user_id": user_id,
                "encrypted_email": sealed["email"],
                "encrypted_password": sealed["password"],
                "created_at": now,
                **stamps,
            }
        )
        others.append(
            {"user_id": user_id, "field": "token_bundle", "token": sealed["token_bundle"], **stamps}
        )
    with database.write() as db:
        db.execute(garmin_credentials.insert(), logins)
        db.execute(garmin_secrets.insert(), others)


def main() -> None:
    """Print what was done and how long it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, default=10_000)
    parser.add_argument("--database")
    given = parser.parse_args()
    old_key, key = new_key(), new_key()
    both = EncryptionService(key, key_id="v2", previous_keys={"v1": old_key})
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(given.database or str(Path(folder) / "bench.db"), migrate=True)
        fill(database, EncryptionService(old_key), given.accounts)
        rotation = Rotation(
            CiphertextsRepository(database), EncryptionKeysRepository(database), both
        )
        began = time.perf_counter()
        check_keys(database, both, now=datetime.now(UTC))
        checked = time.perf_counter()
        rotated = rotation.rotate()
        ended = time.perf_counter()
        rotation.verify()
        verified = time.perf_counter()
        database.close()
    print(f"{given.accounts:,} accounts, {rotated.census.secrets:,} secrets, {database.dialect}")
    print(f"check at the start  {checked - began:>8.2f} s")
    print(f"rotate and prove    {ended - checked:>8.2f} s   {rotated.resealed:,} sealed anew")
    print(f"verify              {verified - ended:>8.2f} s")
    if not rotated.is_complete:
        sys.exit("The rotation is not complete.")


if __name__ == "__main__":
    main()
