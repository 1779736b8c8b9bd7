"""Secrets in files: where they are read from, and which files are refused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from training_analyzer.errors import EncryptionKeyError, SettingsError
from training_analyzer.settings import forbidden_bits, key_in_environment, load

KEY = "CREDENTIAL_ENCRYPTION_KEY"
PREVIOUS = "CREDENTIAL_ENCRYPTION_PREVIOUS_KEYS"
CANARY = "canary-of-a-secret"

type Environment = pytest.MonkeyPatch


def private(path: Path, text: str, mode: int = 0o600) -> Path:
    """Write a file that only its owner may read, unless *mode* says otherwise."""
    path.write_text(text)
    path.chmod(mode)
    return path


def refusal() -> SettingsError:
    """Return the error of loading, which holds one line and no canary."""
    with pytest.raises(SettingsError) as caught:
        load()
    assert "\n" not in caught.value.message
    assert CANARY not in caught.value.message
    assert caught.value.__cause__ is None
    return caught.value


@pytest.mark.parametrize(
    "variable",
    [
        *(KEY, PREVIOUS, f"{KEY}_ID", "DATABASE_URL", "METRICS_TOKEN", "OIDC_CLIENT_SECRET"),
        "SMTP_URL",
    ],
)
def test_secret_may_stand_in_a_file(
    environment: Environment, encryption_key: str, other_key: str, variable: str
) -> None:
    """Each secret can come from the file that `..._FILE` names, line end and all."""
    texts = {KEY: encryption_key, PREVIOUS: f"v0={other_key}", f"{KEY}_ID": "v7"}
    texts["SMTP_URL"] = "smtp://us:secret@mail.example.test"
    environment.delenv(variable, raising=False)
    if variable == "OIDC_CLIENT_SECRET":
        environment.setenv("OIDC_ISSUER", "https://id.example.test")
        environment.setenv("OIDC_CLIENT_ID", "garmin-sync")
    if variable == "SMTP_URL":
        environment.setenv("MAIL_FROM", "sync@example.test")
        environment.setenv("PUBLIC_URL", "https://sync.example.test")
    secret = private(Path("secret"), texts.get(variable, "sqlite:///garmin.db") + "\n")
    environment.setenv(f"{variable}_FILE", str(secret))

    settings = load()

    found = {
        KEY: settings.encryption_key.get_secret_value(),
        PREVIOUS: ",".join(
            f"{key_id}={key.get_secret_value()}"
            for key_id, key in settings.encryption_previous_keys.items()
        ),
        f"{KEY}_ID": settings.encryption_key_id,
        "DATABASE_URL": settings.database_url,
        "METRICS_TOKEN": settings.metrics_token and settings.metrics_token.get_secret_value(),
        "OIDC_CLIENT_SECRET": settings.oidc_client_secret
        and settings.oidc_client_secret.get_secret_value(),
        "SMTP_URL": settings.smtp_url and settings.smtp_url.get_secret_value(),
    }
    assert found[variable] == secret.read_text().strip()


def test_variable_and_file_together_are_refused(
    environment: Environment, encryption_key: str
) -> None:
    """Of a variable and its `_FILE` twin only one can be right."""
    environment.setenv(f"{KEY}_FILE", str(private(Path("key"), encryption_key)))

    assert refusal().message == f"{KEY} and {KEY}_FILE are both set: keep one of them."


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "does not name a file"),
        ("directory", "does not name a file"),
        ("", "empty"),
        ("  \n", "empty"),
        ("x" * 1025, "above 1 kB"),
        (b"\xff\xfe", "cannot read"),
    ],
)
def test_unusable_key_file_is_refused(
    environment: Environment, tmp_path: Path, content: str | bytes | None, why: str
) -> None:
    """A key file that is missing, a folder, empty, too big or no text is refused."""
    path = tmp_path / CANARY
    if content == "directory":
        path.mkdir()
    elif content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        path.chmod(0o600)
    environment.delenv(KEY)
    environment.setenv(f"{KEY}_FILE", str(path))

    error = refusal()

    assert isinstance(error, EncryptionKeyError)
    assert error.message.startswith(f"{KEY}_FILE")
    assert why in error.message


@pytest.mark.parametrize("path", ["~nobody-of-that-name/key", "nul\x00byte", "x" * 5000])
def test_bad_input_40_path_that_cannot_be_is_refused(environment: Environment, path: str) -> None:
    """A path that the system does not even look at is refused in one line, too."""
    environment.delenv(KEY)
    private(Path(".env"), "")
    if "\x00" in path:
        private(Path(".env"), f"{KEY}_FILE={path}\n")
    else:
        environment.setenv(f"{KEY}_FILE", path)

    assert refusal().message.startswith(f"{KEY}_FILE")


@pytest.mark.skipif(os.name != "posix", reason="permission bits are POSIX")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o644])
def test_open_key_file_is_refused(environment: Environment, encryption_key: str, mode: int) -> None:
    """A key file that others of the machine may read or write is refused, with the remedy.

    ASVS 13.3.1, 13.3.2.
    """
    environment.delenv(KEY)
    environment.setenv(f"{KEY}_FILE", str(private(Path("key"), encryption_key, mode)))

    assert "chmod 600" in refusal().message


@pytest.mark.skipif(os.name != "posix", reason="permission bits are POSIX")
def test_open_env_file_with_a_key_is_refused(environment: Environment, encryption_key: str) -> None:
    """A `.env` that holds the key must be its owner's alone; without secrets it need not."""
    private(Path(".env"), "PORT=1\n", 0o644)
    assert load().port == 1

    environment.delenv(KEY)
    private(Path(".env"), f"{KEY}={encryption_key}\n", 0o644)
    assert refusal().message.startswith(".env")


@pytest.mark.parametrize(
    ("path", "mode", "is_refused"),
    [
        # Docker, Kubernetes and systemd mount them like this.
        ("/run/secrets/key", 0o444, False),
        ("/run/secrets/kubernetes/..data/key", 0o644, False),
        ("/var/run/secrets/key", 0o644, False),
        ("/run/credentials/garmin-sync.service/key", 0o440, False),
        ("/run/secrets/key", 0o664, True),
        ("/run/secrets/key", 0o646, True),
        ("/run/secrets-of-mine/key", 0o444, True),
        ("/etc/garmin-sync/key", 0o440, True),
        ("/etc/garmin-sync/key", 0o400, False),
    ],
)
def test_mounted_secrets_may_be_readable(path: str, mode: int, *, is_refused: bool) -> None:
    """Where containers and systemd mount secrets only the right to write is refused."""
    assert bool(forbidden_bits(Path(path)) & mode) == is_refused


def test_refusal_says_what_to_run(environment: Environment, encryption_key: str) -> None:
    """Somebody who wrote `.env` by hand learns what is wrong with it, and the remedy."""
    environment.delenv(KEY)
    private(Path(".env"), f"{KEY}={encryption_key}\n", 0o644)

    assert refusal().message == (
        ".env holds secrets, and other users of this machine may read or write the file:"
        ' run "chmod 600" on it.'
    )


def test_key_in_the_environment_is_told_apart(
    environment: Environment, encryption_key: str
) -> None:
    """A key in a variable of the environment is known to be there; one in a file is not."""
    assert key_in_environment(load())

    environment.delenv(KEY)
    private(Path(".env"), f"{KEY}={encryption_key}\n")
    assert not key_in_environment(load())
    private(Path(".env"), "")
    environment.setenv(f"{KEY}_FILE", str(private(Path("key"), encryption_key)))
    assert not key_in_environment(load())
