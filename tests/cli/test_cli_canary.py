"""No secret in anything that a command prints, at the most talkative level."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING
from urllib.parse import quote

from cli_stage import account

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pytest
    from cli_stage import Shell

    from training_analyzer.simulator import SimulatorServer


def _forms(secret: str) -> Iterator[str]:
    raw = secret.encode()
    yield secret
    yield quote(secret, safe="")
    yield raw.hex()
    for shift in range(3):
        # Base64 depends on where in a text the secret stands; its middle then always agrees.
        yield base64.b64encode(b"x" * shift + raw).decode()[4:-4]
        yield base64.urlsafe_b64encode(b"x" * shift + raw).decode()[4:-4]


def test_no_secret_gets_out(
    shell: Shell,
    settings: dict[str, str],
    garmin: SimulatorServer,
    database_file: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Over every way in, right and wrong, no output at DEBUG holds a secret in any form."""
    ada, tom, kay = (account(garmin, name) for name in ("ada", "tom", "kay"))
    token = garmin.world.sign_in(ada.email)
    instance_password = "of-this-instance-only"
    steps = [
        ("user add ada", instance_password),
        ("user add tom", ""),
        ("user add kay", ""),
        (f"connect ada --kind password --email {ada.email}", ada.password),
        (f"connect ada --kind password --email {ada.email}", f"{ada.password}-wrong"),
        (f"connect tom --kind password --email {tom.email}", f"{tom.password}\n{tom.mfa_code}"),
        ("connect kay --kind personal-key", str(kay.personal_key)),
        ("connect ada --kind token", json.dumps(token)),
        ("connect ada --kind token", json.dumps(token)),
        ("connect ada --kind token", json.dumps({**token, "di_client_id": ""})),
        ("sync ada --json", ""),
        ("status ada", ""),
        ("history ada --json", ""),
        ("db check", ""),
    ]
    monkeypatch.setenv("LOG_LEVEL", "DEBUG")

    said = [shell(*words.split(), stdin=f"{stdin}\n") for words, stdin in steps]

    printed = "".join(one.out + one.err for one in said)
    assert [one.code for one in said[:4]] == [0, 0, 0, 0]
    assert "INFO training_analyzer" in printed
    secrets = [
        settings["CREDENTIAL_ENCRYPTION_KEY"],
        instance_password,
        *(ada.password, tom.password, str(kay.personal_key), str(kay.personal_key)[-32:]),
        *(token["di_token"], token["di_refresh_token"]),
    ]
    found = [secret for secret in secrets for form in _forms(secret) if form in printed]
    assert found == []
    assert ada.password.encode() not in database_file.read_bytes()
