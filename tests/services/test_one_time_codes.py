"""Codes of authenticator apps, and recovery codes."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest

from training_analyzer.services.one_time_codes import (
    address_of,
    code_of,
    new_recovery_codes,
    new_secret,
    plain,
    recovery_hash,
    step_at,
    step_of,
)

# The key of RFC 6238, appendix B.
RFC = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("at", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_codes_are_those_of_rfc_6238(at: int, code: str) -> None:
    """The last six digits of the standard's own examples come out."""
    assert code_of(RFC, step_at(datetime.fromtimestamp(at, UTC))) == code


def test_a_code_is_good_in_its_half_minute_and_beside_it() -> None:
    """One step to each side is taken, two are not, and nothing that is no code."""
    now = datetime(2026, 3, 2, 12, tzinfo=UTC)
    code = code_of(RFC, step_at(now))

    found = [step_of(RFC, code, now=now + timedelta(seconds=s)) for s in (-31, -30, 0, 59, 60)]

    step = step_at(now)
    assert found == [None, step, step, step, None]
    wrong = ["", code[:5], f"{code}0", "١٢٣٤٥٦", "\udc80"]
    assert [step_of(RFC, each, now=now) for each in wrong] == [None] * 5


def test_asvs_6_5_1_secrets_and_recovery_codes_cannot_be_guessed() -> None:
    """ASVS 6.5.2: 160 bits for the app; ten codes of 120 bits, compared without the dashes."""
    codes = new_recovery_codes()

    assert len(base64.b32decode(new_secret())) == 20
    assert (len(set(codes)), {len(base64.b32decode(plain(code))) for code in codes}) == (10, {15})
    assert all(len(code) <= 32 for code in codes)
    assert recovery_hash(plain(codes[0].upper().replace("-", " "))) == recovery_hash(
        plain(codes[0])
    )
    assert recovery_hash("123456") is None


def test_the_address_for_the_app_names_person_and_server() -> None:
    """Names with any characters stay one label."""
    address = address_of("ABC", issuer="Garmin Sync", name="Zoë/Ö?&")

    assert address == (
        "otpauth://totp/Garmin%20Sync%3AZo%C3%AB%2F%C3%96%3F%26"
        "?secret=ABC&issuer=Garmin%20Sync&algorithm=SHA1&digits=6&period=30"
    )
