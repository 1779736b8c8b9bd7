"""Settings: the only reader of the environment and `.env`.

`load()` gives a frozen `Settings` or raises `SettingsError` with one line that names
the variable, says what is wrong and what to do, and never shows a value.
"""

from __future__ import annotations

import logging
import os
import re
import stat
from collections.abc import Mapping  # noqa: TC003 - pydantic reads the annotations
from pathlib import Path
from typing import Any, Final, Literal

from platformdirs import user_data_path
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from training_analyzer.addresses import (
    MAIL_ADDRESS,
    is_network,
    is_safe_server,
    is_web_address,
    mail_server,
)
from training_analyzer.errors import EncryptionKeyError, SettingsError
from training_analyzer.key_text import (
    HOW_TO_MAKE_A_KEY,
    KEY_ID_TEXT,
    checked_key,
    checked_key_id,
    split_keys,
)

_log = logging.getLogger(__name__)

KEY: Final = "CREDENTIAL_ENCRYPTION_KEY"
KEY_ID: Final = "CREDENTIAL_ENCRYPTION_KEY_ID"
PREVIOUS_KEYS: Final = "CREDENTIAL_ENCRYPTION_PREVIOUS_KEYS"
_PREVIOUS: Final = PREVIOUS_KEYS

# What may also come from a file: `<variable>_FILE` then holds its path.
_OF_KEYS: Final = (KEY, KEY_ID, PREVIOUS_KEYS)
_SECRETS: Final = (*_OF_KEYS, "DATABASE_URL", "METRICS_TOKEN", "OIDC_CLIENT_SECRET", "SMTP_URL")
_MAX_FILE_BYTES: Final = 1024
_ALL_THREE: Final = "OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET: set all three, or none."
_FOR_MAIL: Final = "SMTP_URL and MAIL_FROM: mail needs both, and PUBLIC_URL for its links."
# Containers mount their secrets world-readable inside themselves. systemd hands credentials
# to the service's user by an access list, which `stat` shows as bits of the group.
_MOUNTED: Final = ("/run/secrets", "/var/run/secrets", "/run/credentials")


def _default_database_url() -> str:
    return f"sqlite:///{user_data_path('garmin-sync', appauthor=False) / 'garmin-sync.db'}"


def _setting(
    variable: str,
    default: Any,  # noqa: ANN401 - of the field's own type
    wanted: str,
    *,
    between: tuple[int, int] | None = None,
    pattern: str | None = None,
) -> Any:  # noqa: ANN401 - as `Field` itself
    """Return a field read from *variable*, whose value must be *wanted*."""
    least, most = between or (None, None)
    return Field(
        default, validation_alias=variable, description=wanted, ge=least, le=most, pattern=pattern
    )


class Settings(BaseSettings):
    """Every setting, checked. Made by `load()`, or from keyword arguments alone in tests."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, validate_by_name=True
    )

    encryption_key: SecretStr = Field(validation_alias=KEY, description="a Fernet key")
    encryption_key_id: str = _setting(
        KEY_ID, "v1", "1 to 32 letters, digits, _ or -", pattern=f"^{KEY_ID_TEXT}$"
    )
    encryption_previous_keys: Mapping[str, SecretStr] = _setting(
        PREVIOUS_KEYS, {}, "ID=KEY,ID=KEY,..."
    )
    sync_enabled: bool = _setting("GARMIN_SYNC_ENABLED", default=True, wanted="true or false")
    sync_hour: int = _setting("GARMIN_SYNC_HOUR", 6, "an hour in UTC, 0 to 23", between=(0, 23))
    sync_max_retries: int = _setting(
        "GARMIN_SYNC_MAX_RETRIES", 3, "a whole number, 0 to 20", between=(0, 20)
    )
    # Its repr would show a password of PostgreSQL.
    database_url: str = Field(
        default_factory=_default_database_url,
        validation_alias="DATABASE_URL",
        description="sqlite:///PATH or postgresql://...",
        repr=False,
    )
    export_dir: str | None = _setting("EXPORT_DIR", None, "a folder")
    garmin_server_url: str | None = _setting(
        "GARMIN_SERVER_URL", None, "an https address, or http to this machine: it gets passwords"
    )
    requests_per_minute: int = _setting(
        "GARMIN_REQUESTS_PER_MINUTE", 60, "a whole number, 1 to 6000", between=(1, 6000)
    )
    concurrent_syncs: int = _setting(
        "GARMIN_CONCURRENT_SYNCS", 8, "a whole number, 1 to 256", between=(1, 256)
    )
    public_url: str | None = _setting("PUBLIC_URL", None, "an http or https address")
    trusted_proxies: str = _setting("TRUSTED_PROXIES", "", "addresses or networks, commas between")
    password_cost: Literal["usual", "small"] = _setting("PASSWORD_COST", "usual", "usual or small")
    host: str = _setting("HOST", "127.0.0.1", "an address of this machine", pattern=r"^\S+$")
    port: int = _setting("PORT", 8000, "a port, 0 to 65535", between=(0, 65535))
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = _setting(
        "LOG_LEVEL", "INFO", "DEBUG, INFO, WARNING, ERROR or CRITICAL"
    )
    log_format: Literal["text", "json"] = _setting("LOG_FORMAT", "text", "text or json")
    metrics_token: SecretStr | None = _setting(
        "METRICS_TOKEN", None, "16 to 256 letters, digits or signs, without blanks"
    )

    oidc_issuer: str | None = _setting(
        "OIDC_ISSUER", None, "the https address of the provider, or http to this machine"
    )
    oidc_client_id: str = _setting("OIDC_CLIENT_ID", "", "what the provider calls this server")
    oidc_client_secret: SecretStr | None = _setting(
        "OIDC_CLIENT_SECRET", None, "what the provider gave with OIDC_CLIENT_ID"
    )
    oidc_name: str = _setting("OIDC_NAME", "single sign-on", "what people call the provider")
    oidc_sign_up: bool = _setting("OIDC_SIGN_UP", default=False, wanted="true or false")

    # With its password.
    smtp_url: SecretStr | None = _setting(
        "SMTP_URL", None, "smtp://USER:PASSWORD@HOST:PORT, or smtps://..."
    )
    mail_from: str | None = _setting("MAIL_FROM", None, "an e-mail address", pattern=MAIL_ADDRESS)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - pydantic-settings' signature
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - likewise
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - likewise
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - likewise
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take keyword arguments alone, so that only `load` sees the environment."""
        return (init_settings,)

    @field_validator("encryption_key")
    @classmethod
    def _key(cls, key: SecretStr) -> SecretStr:
        return SecretStr(checked_key(key.get_secret_value(), KEY))

    @field_validator("encryption_previous_keys", mode="before")
    @classmethod
    def _split(cls, given: object) -> object:
        return split_keys(given, _PREVIOUS) if isinstance(given, str) else given

    @field_validator("encryption_previous_keys")
    @classmethod
    def _previous(cls, given: Mapping[str, SecretStr]) -> Mapping[str, SecretStr]:
        return {
            checked_key_id(key_id, _PREVIOUS): SecretStr(
                checked_key(key.get_secret_value(), f'{_PREVIOUS}: the key "{key_id}"')
            )
            for key_id, key in given.items()
        }

    @field_validator("garmin_server_url")
    @classmethod
    def _server(cls, url: str | None) -> str | None:
        if url is not None and not is_safe_server(url):
            message = "neither https nor loopback"
            raise ValueError(message)
        return url and url.rstrip("/")

    @field_validator("oidc_issuer")
    @classmethod
    def _issuer(cls, url: str | None) -> str | None:
        # Compared to the letter later: not even a slash at the end is cut off.
        if url is not None and (not is_safe_server(url) or "?" in url or "#" in url):
            message = "neither https nor loopback"
            raise ValueError(message)
        return url

    @field_validator("public_url")
    @classmethod
    def _address(cls, url: str | None) -> str | None:
        if url is not None and not is_web_address(url):
            message = "not a web address"
            raise ValueError(message)
        return url and url.rstrip("/")

    @field_validator("trusted_proxies")
    @classmethod
    def _proxies(cls, given: str) -> str:
        names = [part.strip() for part in given.split(",") if part.strip()]
        if not all(is_network(name) for name in names):
            message = "neither an address nor a network"
            raise ValueError(message)
        return ",".join(names)

    @field_validator("metrics_token")
    @classmethod
    def _hard_to_guess(cls, token: SecretStr | None) -> SecretStr | None:
        if token is not None and not re.fullmatch(r"[!-~]{16,256}", token.get_secret_value()):
            message = "too short, or with blanks"
            raise ValueError(message)
        return token

    @field_validator("smtp_url")
    @classmethod
    def _mail_server(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None:
            mail_server(url.get_secret_value())
        return url

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, word: object) -> object:
        return word.upper() if isinstance(word, str) else word

    @model_validator(mode="after")
    def _oidc_is_whole(self) -> Settings:
        given = (self.oidc_issuer, self.oidc_client_id, self.oidc_client_secret)
        if any(given) and not all(given):
            raise SettingsError(_ALL_THREE)
        return self

    @model_validator(mode="after")
    def _mail_is_whole(self) -> Settings:
        needed = (self.smtp_url, self.mail_from, self.public_url)
        if any(needed[:2]) and not all(needed):
            raise SettingsError(_FOR_MAIL)
        return self

    @model_validator(mode="after")
    def _keys_are_distinct(self) -> Settings:
        if self.encryption_key_id in self.encryption_previous_keys:
            raise _refused(_PREVIOUS, f"holds the id of {KEY}, too: give each key its own id.")
        keys = {self.encryption_key, *self.encryption_previous_keys.values()}
        if len(keys) <= len(self.encryption_previous_keys):
            raise _refused(_PREVIOUS, f"holds one key twice, or {KEY} itself: remove one.")
        return self


def load(env_file: str | Path | None = ".env") -> Settings:
    """Return the settings of the environment and, below it, of *env_file*.

    An empty variable counts as unset. Raises `SettingsError` (`EncryptionKeyError` for
    the keys) with one line for a person. Also takes `GARMINTOKENS` out of the environment.
    """
    # garminconnect reads it behind our back: asked for one account, it signed in to another.
    if os.environ.pop("GARMINTOKENS", None) is not None:
        _log.warning("GARMINTOKENS is ignored: every user has a connection of their own")
    given: dict[str, Any] = {**_read(env_file)}
    try:
        return Settings(**given)
    except ValidationError as error:
        variable = str(error.errors(include_input=False, include_url=False)[0]["loc"][0])
    if variable == KEY:
        raise _refused(KEY, f"is not set: {HOW_TO_MAKE_A_KEY}, then set it.")
    wanted = {field.validation_alias: field.description for field in _fields()}[variable]
    raise _refused(variable, f"has a wrong value: it must be {wanted}.")


def key_in_environment(settings: Settings) -> bool:
    """Tell whether the key of *settings* stands in the environment itself, not in a file.

    The environment is inherited by child processes and can be read in `/proc`.
    """
    given = (os.environ.get(name, "").strip() for name in (KEY, KEY.lower()))
    return settings.encryption_key.get_secret_value() in given


def _fields() -> list[Any]:
    return list(Settings.model_fields.values())


def _read(env_file: str | Path | None) -> dict[str, str]:
    """Return variable -> text of all that is set, with the texts of the `_FILE`s in place."""
    try:
        from_file = DotEnvSettingsSource(Settings, env_file, env_ignore_empty=True).env_vars
    except (OSError, UnicodeDecodeError):
        raise _refused(str(env_file), "cannot be read as a text file by this user.") from None
    if env_file is not None and any(name.lower() in from_file for name in _SECRETS):
        _refuse_open_file(Path(env_file), str(env_file))
    given = {**from_file, **EnvSettingsSource(Settings, env_ignore_empty=True).env_vars}
    variables = [str(field.validation_alias) for field in _fields()]
    values = {name: text for name in variables if (text := given.get(name.lower()))}
    for name in _SECRETS:
        path = given.get(f"{name}_FILE".lower())
        if path and name in values:
            raise _refused(name, f"and {name}_FILE are both set: keep one of them.")
        if path:
            values[name] = _content(path, f"{name}_FILE")
    return values


def _content(path: str, variable: str) -> str:
    """Return the text of a secret's file; the path is not told, it might be the secret."""
    try:
        file = Path(path).expanduser()
        # A directory, a device or a pipe would give nothing, or block for ever.
        if not file.is_file():
            raise _refused(variable, "does not name a file: set it to the path of one.")
        if file.stat().st_size > _MAX_FILE_BYTES:
            raise _refused(variable, "names a file above 1 kB: that is no key.")
        text = file.read_text("utf-8").strip()
    except (OSError, ValueError, RuntimeError):
        raise _refused(variable, "names a file that this user cannot read as text.") from None
    if not text:
        raise _refused(variable, "names an empty file: write the secret into it.")
    _refuse_open_file(file, variable)
    return text


def _refuse_open_file(file: Path, called: str) -> None:
    """Refuse a file with secrets that other users of the machine may read or write."""
    if os.name == "posix" and file.stat().st_mode & forbidden_bits(file):
        why = "holds secrets, and other users of this machine may read or write the file"
        raise _refused(called, f'{why}: run "chmod 600" on it.')


def forbidden_bits(file: Path) -> int:
    """Return the permissions that a *file* with secrets must not give, by where it lies."""
    if any(file.absolute().is_relative_to(place) for place in _MOUNTED):
        return stat.S_IWGRP | stat.S_IWOTH
    return stat.S_IRWXG | stat.S_IRWXO


def _refused(variable: str, why: str) -> SettingsError:
    kind = EncryptionKeyError if variable.startswith("CREDENTIAL_") else SettingsError
    return kind(f"{variable} {why}")
