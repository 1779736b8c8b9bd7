"""Which host plays which part of Garmin, for a region or for one origin that plays all."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from training_analyzer.model import Region

_DOMAINS = {Region.COM: "garmin.com", Region.CN: "garmin.cn"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hosts:
    """Every address that this package asks; the service addresses are only named to Garmin.

    `domain` is the one that garminconnect accepts for the region, also when
    another origin (the simulator) plays all the hosts.
    """

    domain: str
    sso: str
    connect: str
    account_api: str
    di_token_url: str
    ios_service_url: str
    android_service_url: str
    portal_service_url: str
    personal_api: str

    @classmethod
    def of(cls, region: Region, server_url: str | None = None) -> Self:
        """Return Garmin's own hosts of *region*, or *server_url* in the place of each.

        Source of the names: garminconnect 0.3.20 (`client/__init__.py`) and the
        Personal API page; the cn name of the latter is a guess nobody has verified.
        """
        domain = _DOMAINS[region]
        origin = server_url.rstrip("/") if server_url else None
        mobile = origin or f"https://mobile.integration.{domain}"
        connect = origin or f"https://connect.{domain}"
        return cls(
            domain=domain,
            sso=origin or f"https://sso.{domain}",
            connect=connect,
            account_api=origin or f"https://connectapi.{domain}",
            di_token_url=f"{origin or f'https://diauth.{domain}'}/di-oauth2-service/oauth/token",
            ios_service_url=f"{mobile}/gcm/ios",
            android_service_url=f"{mobile}/gcm/android",
            portal_service_url=f"{connect}/app",
            personal_api=origin or f"https://personal.connectapi.{domain}",
        )

    @property
    def is_loopback(self) -> bool:
        """Whether logins stay on this machine, so that no edge of Garmin's is to be soothed."""
        name = urlsplit(self.sso).hostname or ""
        if name == "localhost":
            return True
        try:
            return ipaddress.ip_address(name).is_loopback
        except ValueError:
            return False
