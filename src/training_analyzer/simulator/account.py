"""One account of the pretend Garmin."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from training_analyzer.model import Region
from training_analyzer.simulator.answer import Owner


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A person at the pretend Garmin, with made-up secrets.

    `mfa_code` is None for an account that asks for none. `code_sent_to` is what the
    login widget says about a code it has sent already; empty makes clients ask for it.
    `athlete` is handed to whoever answers data requests, unseen.
    """

    email: str
    profile_id: int
    display_name: str
    full_name: str
    guid: str
    password: str = field(repr=False)
    mfa_code: str | None = field(default=None, repr=False)
    mfa_method: str = "email"
    code_sent_to: str = ""
    region: Region = Region.COM
    personal_key: str | None = field(default=None, repr=False)
    athlete: Any = field(default=None, repr=False)

    @property
    def owner(self) -> Owner:
        """The account as the data side sees it: without secrets."""
        return Owner(
            profile_id=self.profile_id,
            display_name=self.display_name,
            full_name=self.full_name,
            email=self.email,
            guid=self.guid,
            athlete=self.athlete,
        )
