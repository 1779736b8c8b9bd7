"""Try to fool the vault: 100,000 damaged secrets and every swap of 100 people's secrets.

Prints how many were tried and opened, and how long one takes; the control are untouched
secrets, which all have to open. `--tampers N` tries more, `--json` is for programs.
"""

from __future__ import annotations

import argparse
import base64
import json
import random
import sys
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from training_analyzer.errors import DecryptionError
from training_analyzer.model import Sealed, SecretContext
from training_analyzer.services.encryption import EncryptionService, new_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FIELDS: Final = ("email", "password", "token_bundle", "api_key")
PEOPLE: Final = 100

type Attempt = tuple[str, SecretContext]


@dataclass(frozen=True)
class Tried:
    """How many secrets were put before the vault, and how many it opened."""

    tried: int
    opened: int
    seconds: float


def sealed_rows(encryption: EncryptionService) -> list[Sealed]:
    """Return one secret per person and field, all of the same text."""
    owners = [SecretContext(f"usr_{number}", field) for number in range(PEOPLE) for field in FIELDS]
    return [Sealed(encryption.encrypt("the same", owner), owner) for owner in owners]


def tampered(token: str, dice: random.Random) -> str:
    """Return *token* with other bytes: flipped, cut, added, moved, or with another header."""
    version, key_id, text = token.split(".")
    raw = bytearray(base64.urlsafe_b64decode(text))
    match dice.randrange(6):
        case 0:
            raw[dice.randrange(len(raw))] ^= 1 << dice.randrange(8)
        case 1:
            place = dice.randrange(len(raw) - 16)
            raw[place : place + 16] = dice.randbytes(16)
        case 2:
            del raw[dice.randrange(len(raw)) :]
        case 3:
            raw += dice.randbytes(dice.randrange(1, 40))
        case 4:
            half = dice.randrange(1, len(raw))
            raw = raw[half:] + raw[:half]
        case _:
            key_id = dice.choice(["v0", "v1", "v2 ", "V2", "", "v2.v2"])
    return f"{version}.{key_id}.{base64.urlsafe_b64encode(raw).decode()}"


def tampers(rows: list[Sealed], count: int, dice: random.Random) -> Iterator[Attempt]:
    """Yield *count* damaged secrets, each in its own place."""
    for _ in range(count):
        secret = dice.choice(rows)
        yield tampered(secret, dice), secret.context


def swaps(rows: list[Sealed]) -> Iterator[Attempt]:
    """Yield every secret in every other one's place."""
    for secret in rows:
        for other in rows:
            if secret is not other:
                yield str(secret), other.context


def attempt(encryption: EncryptionService, attempts: Iterable[Attempt]) -> Tried:
    """Put each of *attempts* before the vault."""
    tried, opened = 0, 0
    began = time.perf_counter()
    for token, owner in attempts:
        tried += 1
        try:
            encryption.decrypt(token, owner)
        except DecryptionError:
            continue
        opened += 1
    return Tried(tried, opened, time.perf_counter() - began)


def main() -> None:
    """Print a small table; end with 1 when anything opened that must not, or did not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tampers", type=int, default=100_000)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    encryption = EncryptionService(new_key(), key_id="v2", previous_keys={"v1": new_key()})
    rows = sealed_rows(encryption)
    dice = random.Random(2026)  # noqa: S311 - damage, not secrets
    found = {
        "control": attempt(encryption, ((str(secret), secret.context) for secret in rows)),
        "tampers": attempt(encryption, tampers(rows, given.tampers, dice)),
        "swaps": attempt(encryption, swaps(rows)),
    }
    if given.json:
        print(json.dumps({name: asdict(tried) for name, tried in found.items()}))
    else:
        print(f"{'':<12}{'tried':>12}{'opened':>12}{'seconds':>12}{'µs each':>12}")
        for name, done in found.items():
            each = done.seconds / done.tried * 1e6
            print(
                f"{name:<12}{done.tried:>12,}{done.opened:>12,}{done.seconds:>12.1f}{each:>12.1f}"
            )
    if found["control"].opened < len(rows) or found["tampers"].opened or found["swaps"].opened:
        sys.exit("The vault was fooled, or does not open what is whole.")


if __name__ == "__main__":
    main()
