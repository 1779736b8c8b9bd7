"""Encryption: plain Fernet for the document, bound tokens for the product, nothing told."""

from __future__ import annotations

import traceback
from itertools import permutations

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from training_analyzer.errors import DecryptionError, EncryptionKeyError, KeyUnavailable
from training_analyzer.model import Sealed, SecretContext
from training_analyzer.services.encryption import EncryptionService, get_encryption_service
from training_analyzer.settings import Settings

EVA = SecretContext("usr_eva", "password")
SECRET = "canary of a secret"

# Text that UTF-8 can hold; Garmin's passwords are nothing else.
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
CONTEXTS = st.builds(SecretContext, TEXTS, TEXTS)
ENCRYPTION = EncryptionService(Fernet.generate_key().decode(), key_id="k")


def test_unbound_token_is_plain_fernet(encryption: EncryptionService, encryption_key: str) -> None:
    """ASVS 11.3.2: without a context any Fernet with the key reads our tokens, and we read its."""
    fernet = Fernet(encryption_key)

    assert fernet.decrypt(encryption.encrypt(SECRET)).decode() == SECRET
    assert encryption.decrypt(fernet.encrypt(SECRET.encode()).decode()) == SECRET


def test_bound_token_names_its_key(encryption: EncryptionService) -> None:
    """A bound token begins with its version and the id of its key."""
    token = encryption.encrypt(SECRET, EVA)

    assert token.startswith("gs1.v1.gAAAA")
    assert encryption.is_bound(token)
    assert encryption.key_id_of(token) == "v1"
    assert not encryption.is_bound(encryption.encrypt(SECRET))
    assert encryption.key_id_of(encryption.encrypt(SECRET)) is None


@given(TEXTS, CONTEXTS)
def test_decrypt_undoes_encrypt(text: str, context: SecretContext) -> None:
    """Whatever the text and whoever the owner, what went in comes out."""
    assert ENCRYPTION.decrypt(ENCRYPTION.encrypt(text, context), context) == text
    assert ENCRYPTION.decrypt(ENCRYPTION.encrypt(text)) == text


@given(TEXTS, CONTEXTS, CONTEXTS)
def test_no_other_context_opens_a_bound_token(
    text: str, context: SecretContext, other: SecretContext
) -> None:
    """Only the very user and field that a secret was made for open it."""
    if other == context:
        return
    token = ENCRYPTION.encrypt(text, context)

    with pytest.raises(DecryptionError):
        ENCRYPTION.decrypt(token, other)


def test_separators_do_not_collide(encryption: EncryptionService) -> None:
    """User ids are opaque: one that looks like another's id and field is not that."""
    token = encryption.encrypt(SECRET, SecretContext("a|b", "c"))

    with pytest.raises(DecryptionError):
        encryption.decrypt(token, SecretContext("a", "b|c"))


def test_every_swap_is_refused(encryption: EncryptionService) -> None:
    """No row of a table opens in the place of another."""
    owners = [SecretContext(f"u{n}", field) for n in range(5) for field in ("email", "password")]
    tokens = {owner: encryption.encrypt(SECRET, owner) for owner in owners}

    for owner, other in permutations(owners, 2):
        with pytest.raises(DecryptionError):
            encryption.decrypt(tokens[owner], other)


@given(st.data())
def test_tampered_token_is_refused(data: st.DataObject) -> None:
    """A token with any character changed, cut or added never opens as something else."""
    token = ENCRYPTION.encrypt(SECRET, EVA)
    place = data.draw(st.integers(0, len(token) - 1))
    character = data.draw(st.characters())
    tampered = token[:place] + character + token[place + data.draw(st.integers(0, 3)) :]
    if tampered == token:
        return

    try:
        opened = ENCRYPTION.decrypt(tampered, EVA)
    except DecryptionError:
        return
    # The last character of base64 has spare bits; the same bytes are the same token.
    assert opened == SECRET


def test_relabelled_token_is_refused(encryption_key: str, other_key: str) -> None:
    """The key's id is bound, too: a header changed to another configured id opens nothing."""
    encryption = EncryptionService(encryption_key, key_id="v2", previous_keys={"v1": other_key})
    token = encryption.encrypt(SECRET, EVA)

    with pytest.raises(DecryptionError):
        encryption.decrypt(token.replace("gs1.v2.", "gs1.v1."), EVA)


def test_bound_token_without_context_says_what_it_needs(encryption: EncryptionService) -> None:
    """Whoever decrypts a bound token without its owner is told that a context is needed."""
    with pytest.raises(DecryptionError, match="context"):
        encryption.decrypt(encryption.encrypt(SECRET, EVA))


def test_sealed_token_brings_its_context(encryption: EncryptionService) -> None:
    """What the repository returned opens as the document writes it, bound or not."""
    assert encryption.decrypt(Sealed(encryption.encrypt(SECRET, EVA), EVA)) == SECRET
    assert encryption.decrypt(Sealed(encryption.encrypt(SECRET), EVA)) == SECRET


def test_sealed_token_of_another_row_is_refused(encryption: EncryptionService) -> None:
    """A bound token that was copied into another user's row does not open there."""
    swapped = Sealed(encryption.encrypt(SECRET, EVA), SecretContext("usr_mallory", "password"))

    with pytest.raises(DecryptionError):
        encryption.decrypt(swapped)


def test_previous_keys_open_and_never_close(encryption_key: str, other_key: str) -> None:
    """After a change of keys old secrets still open, and new ones use the new key."""
    old = EncryptionService(other_key, key_id="v0")
    new = EncryptionService(encryption_key, key_id="v1", previous_keys={"v0": other_key})

    assert new.decrypt(old.encrypt(SECRET, EVA), EVA) == SECRET
    assert new.decrypt(old.encrypt(SECRET)) == SECRET
    assert new.decrypt(old.encrypt(SECRET), EVA) == SECRET
    assert EncryptionService(encryption_key).decrypt(new.encrypt(SECRET, EVA), EVA) == SECRET


def test_key_that_is_not_there_is_told_apart(encryption_key: str, other_key: str) -> None:
    """A secret of a key that is not configured is not corrupt: its key is unavailable."""
    token = EncryptionService(other_key, key_id="v9").encrypt(SECRET, EVA)

    with pytest.raises(KeyUnavailable) as caught:
        EncryptionService(encryption_key).decrypt(token, EVA)
    assert caught.value.code == "key_unavailable"


@pytest.mark.parametrize(
    "token", ["", "gs1.", "gs1.v1.", "gs1..x", "gAAAA", "käse", "\ud800", "gs1.v1.gAAAA", "\x00"]
)
@pytest.mark.parametrize("context", [None, EVA])
def test_no_token_is_a_decryption_error(
    encryption: EncryptionService, token: str, context: SecretContext | None
) -> None:
    """Whatever is no token of ours raises DecryptionError and nothing else."""
    with pytest.raises(DecryptionError):
        encryption.decrypt(token, context)


def test_none_is_a_decryption_error(encryption: EncryptionService) -> None:
    """A connection without a stored password has nothing to decrypt."""
    with pytest.raises(DecryptionError):
        encryption.decrypt(None)  # type: ignore[arg-type]  # what an unchecked program passes


def test_errors_hold_nothing_secret(encryption_key: str, other_key: str) -> None:
    """Neither the text nor the chain of a decryption error shows token, key or plain text."""
    token = EncryptionService(other_key).encrypt(SECRET, EVA)

    with pytest.raises(DecryptionError) as caught:
        EncryptionService(encryption_key).decrypt(token, EVA)

    shown = "".join(traceback.format_exception(caught.value))
    for secret in (token, token[7:], encryption_key, other_key, SECRET):
        assert secret not in shown


def test_usual_passwords_look_alike(encryption: EncryptionService) -> None:
    """The length of a bound token does not tell the length of a password."""
    lengths = {len(encryption.encrypt("x" * n, EVA)) for n in range(61)}

    assert len(lengths) == 1


def test_half_characters_are_refused_without_the_text(encryption: EncryptionService) -> None:
    """A text that UTF-8 cannot hold is refused, and the refusal does not carry it along."""
    with pytest.raises(ValueError, match="half characters") as caught:
        encryption.encrypt(SECRET + "\ud800")

    assert SECRET not in "".join(traceback.format_exception(caught.value))


def test_service_shows_no_key(encryption: EncryptionService, encryption_key: str) -> None:
    """Printing the service shows no key."""
    assert encryption_key not in repr(encryption)


@pytest.mark.parametrize("key", ["", "your-fernet-key-here", "abc", "A" * 43 + "="])
def test_unusable_key_is_refused(key: str) -> None:
    """A key that is none says how to make one."""
    with pytest.raises(EncryptionKeyError, match="keys generate"):
        EncryptionService(key)


def test_check_values_tell_keys_apart(encryption_key: str, other_key: str) -> None:
    """A check value is the same for the same key and id, and tells nothing else."""
    first = EncryptionService(encryption_key).check_values()

    assert first == EncryptionService(encryption_key).check_values()
    assert first != EncryptionService(other_key).check_values()
    assert first.keys() == {"v1"}
    assert first["v1"] != EncryptionService(encryption_key, key_id="v2").check_values()["v2"]


def test_service_follows_the_settings(encryption_key: str, other_key: str) -> None:
    """Key, key id and previous keys come from the settings."""
    settings = Settings(
        encryption_key=encryption_key,  # type: ignore[arg-type]  # pydantic makes it a secret
        encryption_key_id="v2",
        encryption_previous_keys={"v1": other_key},  # type: ignore[dict-item]  # likewise
    )

    encryption = EncryptionService.from_settings(settings)

    assert encryption.encrypt(SECRET, EVA).startswith("gs1.v2.")
    assert encryption.check_values().keys() == {"v1", "v2"}


def test_door_reads_the_environment_at_each_call(
    monkeypatch: pytest.MonkeyPatch, encryption_key: str, other_key: str
) -> None:
    """The document's doors use the key that is configured now, not one of long ago."""
    monkeypatch.setenv("CREDENTIAL_ENCRYPTION_KEY", encryption_key)
    token = get_encryption_service().encrypt(SECRET)
    assert EncryptionService().decrypt(token) == SECRET

    monkeypatch.setenv("CREDENTIAL_ENCRYPTION_KEY", other_key)
    with pytest.raises(DecryptionError):
        get_encryption_service().decrypt(token)


def test_door_without_a_key_says_how_to_make_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Without a configured key the document's first line fails with a remedy."""
    monkeypatch.chdir(tmp_path_factory.mktemp("empty"))
    monkeypatch.delenv("CREDENTIAL_ENCRYPTION_KEY", raising=False)

    with pytest.raises(EncryptionKeyError, match="keys generate"):
        EncryptionService()
