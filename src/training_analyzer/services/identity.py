"""Whose data a user's data is: one Garmin account, until the person says otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training_analyzer.errors import AccountAlreadyLinked, AccountMismatch
from training_analyzer.services.vault import API_KEY, PERSONAL_JWT, TOKEN_BUNDLE

if TYPE_CHECKING:
    from training_analyzer.db.repositories.garmin_credentials import GarminCredentialsRepository
    from training_analyzer.db.repositories.garmin_data import GarminDataRepository
    from training_analyzer.db.repositories.identities import IdentitiesRepository
    from training_analyzer.db.repositories.leases import LeasesRepository
    from training_analyzer.model import GarminProfile, Region
    from training_analyzer.services.export_shelf import ExportShelf
    from training_analyzer.services.vault import Vault


class Identity:
    """Compares Garmin's profile id on every way in, and asks before data would be mixed."""

    def __init__(
        self,
        credentials: GarminCredentialsRepository,
        identities: IdentitiesRepository,
        data: GarminDataRepository,
        leases: LeasesRepository,
        vault: Vault,
        shelf: ExportShelf,
    ) -> None:
        self._credentials = credentials
        self._identities = identities
        self._data = data
        self._leases = leases
        self._vault = vault
        self._shelf = shelf

    def check(
        self, user_id: str, profile: GarminProfile, region: Region, *, replace_data: bool = False
    ) -> None:
        """Raise `AccountMismatch` when the user has data of another Garmin account.

        With *replace_data*, or when there is no data yet, what belonged to the other
        account is deleted instead: its data, exports, tokens and keys. From then on the
        account is the user's; raises `AccountAlreadyLinked`, and changes nothing, when it
        is somebody else's here.
        """
        if not replace_data:
            self._refuse_mixing(user_id, profile)
        if not self._identities.claim(user_id, profile.profile_id, region):
            raise AccountAlreadyLinked
        if self._known(user_id) in {None, profile.profile_id}:
            return
        # A run that is still asking the other account writes nothing more, then it goes.
        self._leases.disown(user_id)
        self._data.delete_all(user_id)
        self._shelf.clear(user_id)
        for field in (TOKEN_BUNDLE, API_KEY, PERSONAL_JWT):
            self._vault.drop(user_id, field)

    def look(
        self, user_id: str, profile: GarminProfile, region: Region, *, replace_data: bool = False
    ) -> None:
        """Raise what `check` would raise now; change nothing."""
        if not replace_data:
            self._refuse_mixing(user_id, profile)
        if self._identities.claimed_by(profile.profile_id, region) not in {None, user_id}:
            raise AccountAlreadyLinked

    def _refuse_mixing(self, user_id: str, profile: GarminProfile) -> None:
        if self._known(user_id) in {None, profile.profile_id}:
            return
        if self._data.has_any(user_id):
            raise AccountMismatch

    def confirm(self, user_id: str, profile: GarminProfile) -> None:
        """Raise `AccountMismatch` when this is another account; nobody is there to be asked."""
        if self._known(user_id) not in {None, profile.profile_id}:
            raise AccountMismatch

    def keep(self, user_id: str, profile: GarminProfile, region: Region) -> None:
        """Write down whose the user's data is from now on."""
        self._identities.keep(user_id, profile.profile_id, region)

    def _known(self, user_id: str) -> str | None:
        """Return the profile id that is known, from the data's own record or the connection.

        Garmin's profile ids are numbers. Anything else in `garmin_user_id` is a label
        of an embedding program and says nothing.
        """
        known = self._identities.garmin_user_id(user_id)
        if known is None:
            credentials = self._credentials.get_credentials(user_id)
            known = credentials.garmin_user_id if credentials else None
        return known if known is not None and known.isdecimal() else None
