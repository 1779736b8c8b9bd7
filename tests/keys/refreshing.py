"""Run as a script: renew one user's tokens over and over, as a syncing process does.

    python refreshing.py DATABASE_URL USER KEY_ID KEY [PREVIOUS_ID PREVIOUS_KEY]

Says `ready` after five renewals, goes on until standard input ends, and prints as JSON how
many it saved, the last one, and how often the compare-and-set refused it.
"""

from __future__ import annotations

import json
import select
import sys

from training_analyzer.db import open_database
from training_analyzer.db.repositories import SecretsRepository
from training_analyzer.model import SecretContext
from training_analyzer.services.encryption import EncryptionService

READY_AFTER = 5


def main(url: str, user_id: str, key_id: str, key: str, *previous: str) -> None:
    """Renew until told to stop."""
    database = open_database(url)
    secrets = SecretsRepository(database)
    older = {previous[0]: previous[1]} if previous else {}
    encryption = EncryptionService(key, key_id=key_id, previous_keys=older)
    owner = SecretContext(user_id, "token_bundle")
    saved, refused = 0, 0
    while not (saved >= READY_AFTER and select.select([sys.stdin], [], [], 0)[0]):
        stored = secrets.get(user_id, owner.field)
        assert stored is not None
        assert saved == 0 or encryption.decrypt(stored.token) == f"renewal {saved}"
        sealed = encryption.encrypt(f"renewal {saved + 1}", owner)
        if secrets.put(user_id, owner.field, sealed, key_id, expected_version=stored.version):
            saved += 1
        else:
            refused += 1
        if saved == READY_AFTER:
            print("ready", flush=True)  # noqa: T201 - the script's answer
    database.close()
    print(json.dumps({"saved": saved, "refused": refused}))  # noqa: T201 - likewise


if __name__ == "__main__":
    main(*sys.argv[1:])
