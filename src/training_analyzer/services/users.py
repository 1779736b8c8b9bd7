"""People: who has a place on this server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training_analyzer.errors import UnknownUser

if TYPE_CHECKING:
    from training_analyzer.db.repositories.users import UsersRepository
    from training_analyzer.model import Role, User
    from training_analyzer.services.connections import Connections
    from training_analyzer.services.export_shelf import ExportShelf
    from training_analyzer.services.passwords import Passwords
    from training_analyzer.services.sessions import Sessions


class People:
    """Adds, finds and removes the people of this server."""

    def __init__(
        self,
        users: UsersRepository,
        connections: Connections,
        passwords: Passwords,
        sessions: Sessions,
        shelf: ExportShelf,
    ) -> None:
        self._users = users
        self._sessions = sessions
        self._connections = connections
        self._passwords = passwords
        self._shelf = shelf

    def add(self, name: str, password: str | None = None, role: Role | None = None) -> User:
        """Add a person; only an argon2id hash of *password* is kept.

        Without a *role* the first person of all is an administrator, and nobody else.
        Raises `UserExists`, `InvalidUserName`, or `WeakPassword`.
        """
        kept = self._passwords.hash(password, name=name) if password else None
        return self._users.add(name, kept, role)

    def find(self, name: str) -> User:
        """Return the person called *name*, or with the user id *name*. Raises `UnknownUser`."""
        user = self._users.by_name(name) or self._users.by_id(name)
        if user is None:
            message = f"Nobody here is called {name!r}. `garmin-sync user list` shows who is."
            raise UnknownUser(message)
        return user

    def by_id(self, user_id: str) -> User | None:
        """Return the person with that id; None for one of an embedding program's own."""
        return self._users.by_id(user_id)

    def list(self) -> list[User]:
        """Return everybody, by name."""
        return self._users.list()

    def has_anybody(self, *, with_password: bool = False) -> bool:
        """Tell whether somebody is here, or, *with_password*, can sign in by one."""
        return self._users.has_anybody(with_password=with_password)

    def choose_password(
        self, user: User, password: str, *, field: str = "password", but: str | None = None
    ) -> None:
        """Replace a person's password and end their sessions, except *but*.

        Raises `WeakPassword`, which names *field*.
        """
        self.keep_password(user, self._passwords.hash(password, name=user.name, field=field), but)

    def keep_password(self, user: User, kept: str, but: str | None = None) -> None:
        """Replace the hash of a person's password and end their sessions, except *but*."""
        self._users.set_password_hash(user.user_id, kept)
        self._sessions.end_all(user.user_id, but=but)

    def remove(self, name: str) -> None:
        """Remove a person with their connection and all their data. Raises `UnknownUser`."""
        user = self.find(name)
        self._connections.disconnect(user.user_id, delete_data=True)
        self._users.remove(user.user_id)

    def leave(self, user_id: str) -> None:
        """Remove a person who wants to go, with all their data. Raises `LastAdministrator`.

        It is one transaction: whoever cannot go keeps everything, and a sync that runs has
        lost its lease when it wants to write.
        """
        exports = self._shelf.repository.ids(user_id)
        self._users.remove(user_id, leaves_an_admin=True)
        self._shelf.drop(exports)
