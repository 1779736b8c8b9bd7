"""Run as a script: renew one user's tokens over and over, as a syncing process does.

    python refreshing.py DATABASE_URL USER KEY_ID KEY [PREVIOUS_ID PREVIOUS_KEY]

Says `ready` after five renewals, goes on until standard input ends, and prints as JSON how
many it saved, the last one, and how often the compare-and-set refused it.
"""

from __future__ import annotations

import json
import select
import sys
from datetime import UTC, datetime

from training_analyzer.db import open_database
from training_analyzer.db.repositories import SecretsRepository
from training_analyzer.services.encryption import EncryptionService
from training_analyzer.services.vault import TOKEN_BUNDLE, Vault

READY_AFTER = 5


def main(url: str, user_id: str, key_id: str, key: str, *previous: str) -> None:
    """Renew until told to stop."""
    database = open_database(url)
    older = {previous[0]: previous[1]} if previous else {}
    encryption = EncryptionService(key, key_id=key_id, previous_keys=older)
    vault = Vault(encryption, SecretsRepository(database), lambda: datetime.now(UTC))
    saved, refused = 0, 0
    while not (saved >= READY_AFTER and select.select([sys.stdin], [], [], 0)[0]):
        stored = vault.get(user_id, TOKEN_BUNDLE)
        assert stored is not None
        assert saved == 0 or stored.secret.reveal() == f"renewal {saved}"
        renewed = f"renewal {saved + 1}"
        if vault.put(user_id, TOKEN_BUNDLE, renewed, expected_version=stored.version):
            saved += 1
        else:
            refused += 1
        if saved == READY_AFTER:
            print("ready", flush=True)  # noqa: T201 - the script's answer
    database.close()
    print(json.dumps({"saved": saved, "refused": refused}))  # noqa: T201 - likewise


if __name__ == "__main__":
    main(*sys.argv[1:])
