"""`garmin_sign_ins`: who signs in to Garmin right now, wherever the request came in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select, update

from training_analyzer.db.tables import garmin_sign_ins

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from training_analyzer.db import Database


class SignInState(StrEnum):
    """How far a sign-in is."""

    SIGNING_IN = "signing_in"
    MFA_REQUIRED = "mfa_required"
    SAVING = "saving"
    CONNECTED = "connected"
    FAILED = "failed"
    ABANDONED = "abandoned"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """A row of `garmin_sign_ins`; `began_at` is when its latest step began."""

    user_id: str
    login_id: str
    state: SignInState
    error_code: str | None
    began_at: datetime
    ended_at: datetime | None


class SignInsRepository:
    """The sign-ins of everybody. `now` is always the caller's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, user_id: str, login_id: str, *, now: datetime, forget_before: datetime) -> None:
        """Begin a sign-in in the place of any other of the user's that has not ended.

        Those that began before *forget_before* go.
        """
        mine = garmin_sign_ins.c.user_id == user_id
        open_ = garmin_sign_ins.c.state.in_(
            [SignInState.SIGNING_IN.value, SignInState.MFA_REQUIRED.value]
        )
        with self._database.write() as db:
            db.execute(
                delete(garmin_sign_ins).where(mine, garmin_sign_ins.c.began_at < forget_before)
            )
            db.execute(
                update(garmin_sign_ins)
                .where(mine, open_)
                .values(state=SignInState.ABANDONED.value, ended_at=now)
            )
            db.execute(
                insert(garmin_sign_ins).values(
                    user_id=user_id,
                    login_id=login_id,
                    state=SignInState.SIGNING_IN.value,
                    began_at=now,
                )
            )

    def find(self, user_id: str, login_id: str) -> SignIn | None:
        """Return the user's sign-in with that id, or None."""
        with self._database.read() as db:
            row = db.execute(
                select(garmin_sign_ins).where(
                    garmin_sign_ins.c.user_id == user_id, garmin_sign_ins.c.login_id == login_id
                )
            ).one_or_none()
        if row is None:
            return None
        return SignIn(
            user_id=row.user_id,
            login_id=row.login_id,
            state=SignInState(row.state),
            error_code=row.error_code,
            began_at=row.began_at,
            ended_at=row.ended_at,
        )

    def is_under_way(self, user_id: str, *, since: datetime) -> bool:
        """Tell whether a step of a sign-in of the user began after *since* and has not ended."""
        with self._database.read() as db:
            found = db.execute(
                select(garmin_sign_ins.c.login_id)
                .where(
                    garmin_sign_ins.c.user_id == user_id,
                    garmin_sign_ins.c.state.in_(
                        [SignInState.SIGNING_IN.value, SignInState.SAVING.value]
                    ),
                    garmin_sign_ins.c.began_at > since,
                )
                .limit(1)
            ).one_or_none()
        return found is not None

    def move(
        self,
        user_id: str,
        login_id: str,
        to: SignInState,
        *,
        among: Collection[SignInState],
        now: datetime,
        since: datetime | None = None,
        error_code: str | None = None,
    ) -> bool:
        """Move a sign-in that is *among* these states; False when it is in none of them.

        With *since* it must have begun its step after that, too.
        """
        is_over = to in {SignInState.CONNECTED, SignInState.FAILED, SignInState.ABANDONED}
        values = {
            "state": to.value,
            "error_code": error_code,
            "ended_at": now if is_over else None,
        }
        if to is SignInState.SIGNING_IN:
            values["began_at"] = now
        statement = update(garmin_sign_ins).where(
            garmin_sign_ins.c.user_id == user_id,
            garmin_sign_ins.c.login_id == login_id,
            garmin_sign_ins.c.state.in_([state.value for state in among]),
        )
        if since is not None:
            statement = statement.where(garmin_sign_ins.c.began_at > since)
        with self._database.write() as db:
            return db.execute(statement.values(**values)).rowcount == 1
