"""Where a browser gets the ticket that `connect_ticket` takes."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from training_analyzer.garmin.hosts import Hosts

if TYPE_CHECKING:
    from training_analyzer.model import Region


def ticket_page(region: Region, server_url: str | None = None) -> str:
    """Return the address to open, signed in to Garmin Connect; it ends on a page with a ticket.

    *server_url* stands in for Garmin's hosts. Source: issue 837 of peloton-to-garmin.
    """
    hosts = Hosts.of(region, server_url)
    return f"{hosts.sso}/sso/signin?service={quote(hosts.android_service_url, safe='')}"
