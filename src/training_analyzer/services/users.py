"""People: who has a place on this server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pwdlib import PasswordHash

from training_analyzer.errors import UnknownUser

if TYPE_CHECKING:
    from training_analyzer.db.repositories.users import UsersRepository
    from training_analyzer.model import User
    from training_analyzer.services.connections import Connections


class People:
    """Adds, finds and removes the people of this server."""

    def __init__(self, users: UsersRepository, connections: Connections) -> None:
        self._users = users
        self._connections = connections
        self._hasher = PasswordHash.recommended()

    def add(self, name: str, password: str | None = None) -> User:
        """Add a person; only an argon2id hash of *password* is kept. Raises `UserExists`."""
        return self._users.add(name, self._hasher.hash(password) if password else None)

    def find(self, name: str) -> User:
        """Return the person called *name*, or with the user id *name*. Raises `UnknownUser`."""
        user = self._users.by_name(name) or self._users.by_id(name)
        if user is None:
            message = f"Nobody here is called {name!r}. `garmin-sync user list` shows who is."
            raise UnknownUser(message)
        return user

    def list(self) -> list[User]:
        """Return everybody, by name."""
        return self._users.list()

    def remove(self, name: str) -> None:
        """Remove a person with their connection and all their data. Raises `UnknownUser`."""
        user = self.find(name)
        self._connections.disconnect(user.user_id, delete_data=True)
        self._users.remove(user.user_id)
