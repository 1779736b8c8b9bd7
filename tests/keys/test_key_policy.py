"""Which keys are refused for a database, decided from what was found; one test a rule."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from training_analyzer.db.repositories.encryption_keys import KnownKey
from training_analyzer.services.key_policy import Findings, Unbound, refusal


def known(key_id: str, check_value: str = "same", status: str = "primary") -> KnownKey:
    """Return a recorded key."""
    return KnownKey(
        key_id=key_id,
        check_value=check_value,
        status=status,
        created_at=datetime(2026, 3, 2, tzinfo=UTC),
    )


def findings(*recorded: KnownKey, **changes: Any) -> Findings:
    """Return findings with the keys `v2` and, before it, `v1` configured."""
    given: dict[str, Any] = {"primary": "v2", "configured": {"v1": "same", "v2": "same"}}
    return Findings(recorded={key.key_id: key for key in recorded}, **given | changes)


def test_empty_database_takes_any_key() -> None:
    """Where nothing is stored no key is wrong."""
    assert refusal(findings()) is None


def test_recorded_keys_are_taken() -> None:
    """Keys whose check values are those of the database may be used."""
    assert refusal(findings(known("v1"), known("v2"), named={"v1": 3, "v2": 9})) is None


def test_wrong_primary_key_is_refused() -> None:
    """A key with another check value than the recorded one is named, and its variable."""
    why = refusal(findings(known("v2", "other")))

    assert why is not None
    assert why.startswith('CREDENTIAL_ENCRYPTION_KEY: the key "v2" is not the one')


def test_wrong_previous_key_is_refused() -> None:
    """The same holds for a key that only decrypts."""
    why = refusal(findings(known("v1", "other"), known("v2")))

    assert why is not None
    assert why.startswith('CREDENTIAL_ENCRYPTION_PREVIOUS_KEYS: the key "v1"')


def test_missing_key_is_refused_with_the_number_of_secrets() -> None:
    """Secrets that name a key which is not there stop the start; id and count are told."""
    why = refusal(findings(known("v2"), named={"v0": 7, "v2": 1}))

    assert why is not None
    assert why.startswith('7 stored secrets need the key "v0", which is not configured')
    assert (refusal(findings(known("v2"), named={"v0": 1})) or "").startswith("1 stored secret ")


def test_damaged_header_is_no_missing_key() -> None:
    """A header that cannot name a key is damage of one secret, and no reason to stop."""
    assert refusal(findings(known("v2"), named={"": 1, "v\N{BULLET}": 1, "x" * 33: 1})) is None


def test_unproved_key_is_refused() -> None:
    """A key without a check value, whose name secrets bear, has to open one of them."""
    assert refusal(findings(named={"v2": 2}, proved=frozenset({"v2"}))) is None

    why = refusal(findings(named={"v2": 2}))
    assert why is not None
    assert 'the key "v2" is not the one' in why


def test_retired_key_cannot_seal_again() -> None:
    """A primary key that a rotation retired is refused; as a previous one it is welcome."""
    why = refusal(findings(known("v2", status="retired")))
    assert why is not None
    assert 'the key "v2" was retired' in why

    assert refusal(findings(known("v1", status="retired"), known("v2"))) is None


def test_unbound_secrets_that_no_key_opens_are_refused() -> None:
    """When nobody's unbound secret opens, a key is missing: before a check value and after."""
    assert refusal(findings(unbound=Unbound(any_opens=False, unreadable_users=1))) is not None
    assert (
        refusal(findings(known("v2"), unbound=Unbound(any_opens=False, unreadable_users=2)))
        is not None
    )


def test_unbound_secrets_tell_of_a_key_that_was_taken_away() -> None:
    """One unbound secret is enough where a key that was in use is not configured any more."""
    found = findings(known("v0"), known("v2"), unbound=Unbound(any_opens=False, unreadable_users=1))

    assert refusal(found) is not None


def test_one_damaged_unbound_secret_is_no_reason() -> None:
    """With every key that was ever in use, one person's unreadable secret is damage."""
    assert (
        refusal(findings(known("v2"), unbound=Unbound(any_opens=False, unreadable_users=1))) is None
    )
    assert refusal(findings(unbound=Unbound(any_opens=True))) is None
