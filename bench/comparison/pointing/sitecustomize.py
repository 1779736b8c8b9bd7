"""Points an unmodified peer at the pretend Garmin; Python imports this file at its start.

Nothing of a peer's code is changed on disk, and nothing but addresses and the keyring while
it runs: no delay, no retry, no request is added or taken away. Each patch waits until
the peer itself imports the module, so that it costs no import that the peer would not make.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

TOKEN_PATH: Final = "/di-oauth2-service/oauth/token"  # noqa: S105 - a path


def _point_garminconnect(module: ModuleType) -> None:
    original = module.Client.__init__
    server = os.environ["PRETEND_GARMIN"]

    def init(self: Any, *args: Any, **named: Any) -> None:  # noqa: ANN401 - whatever it takes
        original(self, *args, **named)
        self._sso = self._connect = self._connectapi = server
        self._di_token_url = server + TOKEN_PATH

    module.Client.__init__ = init


def _point_garmin_health_data(module: ModuleType) -> None:
    original = module.GarminClient.__init__
    server = os.environ["PRETEND_GARMIN"]
    vars(module)["DI_TOKEN_URL"] = server + TOKEN_PATH

    def init(self: Any, *args: Any, **named: Any) -> None:  # noqa: ANN401 - whatever it takes
        original(self, *args, **named)
        self._sso = self._connect = self._connectapi_url = server

    module.GarminClient.__init__ = init


class _Keyring:
    """A file in place of the desktop's keyring, which a machine without a desktop lacks."""

    priority = 1

    def get_password(self, service: str, name: str) -> str | None:
        """Return the secret of *name*, as the keyring does."""
        secret: str | None = self._all().get(f"{service}:{name}")
        return secret

    def set_password(self, service: str, name: str, secret: str) -> None:
        """Keep the secret of *name*."""
        self._path().write_text(json.dumps(self._all() | {f"{service}:{name}": secret}))

    def _all(self) -> dict[str, str]:
        found: dict[str, str] = json.loads(self._path().read_text())
        return found

    @staticmethod
    def _path() -> Path:
        return Path(os.environ["PRETEND_KEYRING"])


def _replace_keyring(module: ModuleType) -> None:
    vars(module)["Keyring"] = _Keyring


PATCHES: Final[dict[str, Callable[[ModuleType], None]]] = {
    "garminconnect.client": _point_garminconnect,
    "garmin_health_data.garmin_client.client": _point_garmin_health_data,
    "keyring.backends.SecretService": _replace_keyring,
}


class _Patching:
    """Finds the modules of `PATCHES` as anybody would, and patches them once they ran."""

    def __init__(self) -> None:
        self._left = dict(PATCHES)

    def find_spec(
        self,
        name: str,
        _path: Sequence[str] | None = None,
        _target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        """Return the module's own spec, whose loader patches; None for all other modules."""
        patch = self._left.pop(name, None)
        if patch is None:
            return None
        spec = importlib.util.find_spec(name)
        if spec is None or spec.loader is None:
            return None
        run = spec.loader.exec_module

        def exec_module(module: ModuleType) -> None:
            run(module)
            patch(module)

        vars(spec.loader)["exec_module"] = exec_module
        return spec


if "PRETEND_GARMIN" in os.environ:
    sys.meta_path.insert(0, _Patching())
