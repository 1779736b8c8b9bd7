"""Settings: what is read from where, and what is refused with which line."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from training_analyzer.errors import EncryptionKeyError, SettingsError
from training_analyzer.settings import Settings, load

KEY = "CREDENTIAL_ENCRYPTION_KEY"
PREVIOUS = "CREDENTIAL_ENCRYPTION_PREVIOUS_KEYS"
CANARY = "canary-of-a-secret"

type Environment = pytest.MonkeyPatch


def private(path: Path, text: str, mode: int = 0o600) -> Path:
    """Write a file that only its owner may read, unless *mode* says otherwise."""
    path.write_text(text)
    path.chmod(mode)
    return path


def refusal(env_file: str | None = ".env") -> SettingsError:
    """Return the error of loading, which holds one line and no canary."""
    with pytest.raises(SettingsError) as caught:
        load(env_file)
    assert "\n" not in caught.value.message
    assert CANARY not in caught.value.message
    assert caught.value.__cause__ is None
    return caught.value


def test_defaults_are_the_documented_ones(environment: Environment) -> None:
    """With a key alone everything else has its documented default."""
    environment.setenv("XDG_DATA_HOME", "/data")

    settings = load()

    assert settings.encryption_key_id == "v1"
    assert dict(settings.encryption_previous_keys) == {}
    assert (settings.sync_enabled, settings.sync_hour, settings.sync_max_retries) == (True, 6, 3)
    assert settings.database_url.startswith("sqlite:///")
    assert settings.database_url.endswith("garmin-sync/garmin-sync.db")
    assert settings.garmin_server_url is None
    assert (settings.requests_per_minute, settings.concurrent_syncs) == (60, 8)
    assert (settings.public_url, settings.host, settings.port) == (None, "127.0.0.1", 8000)
    assert (settings.log_level, settings.log_format) == ("INFO", "text")


@pytest.mark.parametrize(
    ("variable", "text", "field", "value"),
    [
        ("CREDENTIAL_ENCRYPTION_KEY_ID", "v2", "encryption_key_id", "v2"),
        ("GARMIN_SYNC_ENABLED", "false", "sync_enabled", False),
        ("GARMIN_SYNC_HOUR", "23", "sync_hour", 23),
        ("GARMIN_SYNC_MAX_RETRIES", "0", "sync_max_retries", 0),
        ("DATABASE_URL", "postgresql://h/d", "database_url", "postgresql://h/d"),
        ("GARMIN_SERVER_URL", "https://garmin.test/", "garmin_server_url", "https://garmin.test"),
        ("GARMIN_SERVER_URL", "http://127.0.0.1:9", "garmin_server_url", "http://127.0.0.1:9"),
        ("GARMIN_SERVER_URL", "http://[::1]:9", "garmin_server_url", "http://[::1]:9"),
        ("GARMIN_SERVER_URL", "http://localhost:9", "garmin_server_url", "http://localhost:9"),
        ("GARMIN_REQUESTS_PER_MINUTE", "1", "requests_per_minute", 1),
        ("GARMIN_CONCURRENT_SYNCS", "32", "concurrent_syncs", 32),
        ("PUBLIC_URL", "https://sync.example.org/", "public_url", "https://sync.example.org"),
        ("TRUSTED_PROXIES", "10.0.0.1, 172.16.0.0/12", "trusted_proxies", "10.0.0.1,172.16.0.0/12"),
        ("PASSWORD_COST", "small", "password_cost", "small"),
        ("HOST", "0.0.0.0", "host", "0.0.0.0"),  # noqa: S104 - a value, nothing listens
        ("PORT", "80", "port", 80),
        ("PORT", "", "port", 8000),
        ("LOG_LEVEL", "debug", "log_level", "DEBUG"),
        ("LOG_FORMAT", "json", "log_format", "json"),
    ],
)
def test_each_variable_sets_its_field(
    environment: Environment, variable: str, text: str, field: str, value: object
) -> None:
    """Each variable is obeyed, from the environment and from `.env` alike; empty is unset."""
    environment.setenv(variable, text)
    assert getattr(load(), field) == value

    environment.delenv(variable)
    private(Path(".env"), f"{variable}={text}\n")
    assert getattr(load(), field) == value


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("CREDENTIAL_ENCRYPTION_KEY_ID", f"{CANARY} with spaces"),
        ("CREDENTIAL_ENCRYPTION_KEY_ID", "x" * 33),
        ("GARMIN_SYNC_ENABLED", CANARY),
        ("GARMIN_SYNC_HOUR", "24"),
        ("GARMIN_SYNC_HOUR", "-1"),
        ("GARMIN_SYNC_HOUR", "6.5"),
        ("GARMIN_SYNC_MAX_RETRIES", CANARY),
        ("GARMIN_SERVER_URL", f"http://garmin.test/{CANARY}"),
        ("GARMIN_SERVER_URL", f"https://somebody:{CANARY}@garmin.test"),
        ("GARMIN_SERVER_URL", "http://127.0.0.1.evil.test"),
        ("GARMIN_SERVER_URL", "http://localhost@evil.test"),
        ("GARMIN_SERVER_URL", "ftp://localhost"),
        ("GARMIN_SERVER_URL", "https://[broken"),
        ("GARMIN_SERVER_URL", "localhost:8000"),
        ("GARMIN_REQUESTS_PER_MINUTE", "0"),
        ("GARMIN_CONCURRENT_SYNCS", "0"),
        ("PUBLIC_URL", "sync.example.org"),
        ("TRUSTED_PROXIES", "*"),
        ("PASSWORD_COST", CANARY),
        ("HOST", "two words"),
        ("PORT", "abc"),
        ("PORT", "65536"),
        ("LOG_LEVEL", CANARY),
        ("LOG_FORMAT", "xml"),
        ("OIDC_ISSUER", f"http://id.example.test/{CANARY}"),
        ("OIDC_ISSUER", "https://id.example.test/?a=b"),
        ("OIDC_SIGN_UP", CANARY),
        ("SMTP_URL", f"https://us:{CANARY}@mail.example.test"),
        ("SMTP_URL", f"smtp://{CANARY}@mail.example.test"),
        ("SMTP_URL", f"smtp://us:{CANARY}@mail.example.test:99999"),
        ("SMTP_URL", f"smtp://us:{CANARY}/@mail.example.test"),
        ("MAIL_FROM", f"Garmin Sync <{CANARY}@example.test>"),
        ("METRICS_TOKEN", "short"),
        ("METRICS_TOKEN", f"{CANARY} with blanks in it"),
        ("METRICS_TOKEN", "x" * 257),
    ],
)
def test_bad_input_43_wrong_value_is_one_line_that_names_the_variable(
    environment: Environment, variable: str, text: str
) -> None:
    """A wrong value stops the start: the line names variable and remedy, never the value."""
    environment.setenv(variable, text)

    assert refusal().message.startswith(f"{variable} has a wrong value: it must be ")


@pytest.mark.parametrize(
    "text",
    [
        "your-fernet-key-here",
        CANARY,
        "A" * 43 + "=",
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        "{key}{key}",
        '"{key}"\'',
        "{key}\n{key}",
        "x{key}",
    ],
)
def test_key_that_is_none_is_refused(
    environment: Environment, encryption_key: str, text: str
) -> None:
    """The documentation's example, a published key and what is no key are refused."""
    environment.setenv(KEY, text.replace("{key}", encryption_key))

    error = refusal()

    assert isinstance(error, EncryptionKeyError)
    assert error.message.startswith(KEY)
    assert "garmin-sync keys generate" in error.message
    assert encryption_key not in error.message


@pytest.mark.parametrize("text", [None, "", "  \n"])
def test_missing_key_says_how_to_make_one(environment: Environment, text: str | None) -> None:
    """Without a key nothing starts, and the line says how to make one."""
    environment.delenv(KEY)
    if text is not None:
        environment.setenv(KEY, text)

    error = refusal()

    assert isinstance(error, EncryptionKeyError)
    assert "garmin-sync keys generate" in error.message


def test_spaces_around_a_key_do_no_harm(environment: Environment, encryption_key: str) -> None:
    """A key that was copied with its line end is the same key."""
    environment.setenv(KEY, f"  {encryption_key}\n")

    assert load().encryption_key.get_secret_value() == encryption_key


def test_previous_keys_are_read(environment: Environment, other_key: str) -> None:
    """Previous keys come as a list of ID=KEY."""
    environment.setenv(PREVIOUS, f"v0={other_key}, ")

    previous = load().encryption_previous_keys

    assert {key_id: key.get_secret_value() for key_id, key in previous.items()} == {"v0": other_key}


@pytest.mark.parametrize(
    "text",
    [
        "{other}",
        f"v0={CANARY}",
        "v1={other}",
        "v0={other},v0={other}",
        "v0={other},va={other}",
        "v0={key}",
        "={other}",
        "v0",
    ],
)
def test_previous_keys_that_contradict_are_refused(
    environment: Environment, encryption_key: str, other_key: str, text: str
) -> None:
    """A malformed list, one id for two keys and one key under two ids are refused."""
    environment.setenv(PREVIOUS, text.format(key=encryption_key, other=other_key))

    error = refusal()

    assert isinstance(error, EncryptionKeyError)
    assert error.message.startswith(PREVIOUS)
    assert other_key not in error.message
    assert other_key[:32] not in error.message


def test_environment_wins_over_the_file(environment: Environment) -> None:
    """What the environment says counts more than `.env`."""
    private(Path(".env"), "PORT=1111\n")
    environment.setenv("PORT", "2222")

    assert load().port == 2222


def test_unknown_lines_of_the_file_are_left_alone(environment: Environment) -> None:
    """A `.env` may serve other programs, too."""
    environment.setenv("PORT", "1")
    private(Path(".env"), "SOMETHING_ELSE=1\n")

    assert load().port == 1


def test_file_may_be_absent_or_not_wanted(environment: Environment) -> None:
    """No `.env` is needed, and None reads none."""
    private(Path(".env"), "PORT=abc\n")
    environment.setenv("HOST", "127.0.0.2")

    assert load(None).host == "127.0.0.2"
    assert load("absent.env").port == 8000


def test_file_that_is_not_text_is_refused(environment: Environment) -> None:
    """A `.env` that is no text is told, not guessed at."""
    environment.setenv("PORT", "1")
    Path(".env").write_bytes(b"PORT=\xff\xfe\n")

    assert refusal().message.startswith(".env cannot be read")


def test_foreign_tokens_leave_the_environment(
    environment: Environment, caplog: pytest.LogCaptureFixture
) -> None:
    """GARMINTOKENS would sign in to somebody else's account: it goes, with one warning."""
    environment.setenv("GARMINTOKENS", CANARY)

    with caplog.at_level(logging.WARNING):
        load()
        load()

    assert "GARMINTOKENS" not in os.environ
    assert [record.getMessage().split()[0] for record in caplog.records] == ["GARMINTOKENS"]
    assert CANARY not in caplog.text


def test_settings_are_made_from_arguments_alone(
    environment: Environment, encryption_key: str
) -> None:
    """A test or an embedding program makes settings without any environment."""
    environment.setenv("PORT", "abc")

    settings = Settings(encryption_key=encryption_key, sync_hour=4)  # type: ignore[arg-type]  # pydantic makes it a secret

    assert (settings.port, settings.sync_hour) == (8000, 4)
    with pytest.raises(ValidationError):
        settings.port = 1


def test_settings_show_no_secret(encryption_key: str, other_key: str) -> None:
    """Printing settings shows neither keys nor the database's password."""
    settings = Settings(
        encryption_key=encryption_key,  # type: ignore[arg-type]  # pydantic makes it a secret
        encryption_previous_keys={"v0": other_key},  # type: ignore[dict-item]  # likewise
        database_url=f"postgresql://u:{CANARY}@h/d",
    )

    for shown in (repr(settings), str(settings)):
        assert encryption_key not in shown
        assert other_key not in shown
        assert CANARY not in shown


def test_refused_argument_is_not_echoed() -> None:
    """Pydantic's own error, which an embedding program may print, shows no value."""
    with pytest.raises(ValidationError) as caught:
        Settings(encryption_key=[CANARY])  # type: ignore[arg-type]  # wrong on purpose

    assert CANARY not in str(caught.value)


@pytest.mark.parametrize("variable", ["OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"])
def test_half_a_provider_is_refused(environment: Environment, variable: str) -> None:
    """The three settings of single sign-on belong together."""
    environment.setenv(variable, "https://id.example.test")

    assert refusal().message.startswith("OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET: set")


@pytest.mark.parametrize(
    ("variable", "text"),
    [("SMTP_URL", f"smtp://us:{CANARY}@mail.test"), ("MAIL_FROM", "sync@example.test")],
)
def test_half_a_mail_server_is_refused(environment: Environment, variable: str, text: str) -> None:
    """Mail needs its server, its sender, and the address that its links lead to."""
    environment.setenv(variable, text)
    assert refusal().message.startswith("SMTP_URL and MAIL_FROM: mail needs both")

    environment.setenv("SMTP_URL", f"smtp://us:{CANARY}@mail.test")
    environment.setenv("MAIL_FROM", "sync@example.test")
    assert "PUBLIC_URL" in refusal().message

    environment.setenv("PUBLIC_URL", "https://sync.example.test")
    loaded = load()
    assert (loaded.mail_from, CANARY in repr(loaded)) == ("sync@example.test", False)
