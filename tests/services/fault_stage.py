"""What the tests of faults share and is no fixture."""

from __future__ import annotations

import ssl
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from services_stage import account, rows
from sqlalchemy import func, select

from training_analyzer.db.tables import garmin_payloads
from training_analyzer.garmin.account import AccountGarmin
from training_analyzer.garmin.hosts import Hosts
from training_analyzer.garmin.pacing import Pace
from training_analyzer.garmin.tokens import TokenBundle
from training_analyzer.garmin.wire import Wire
from training_analyzer.model import Region
from training_analyzer.streams import Window, stream

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from training_analyzer.services.runtime import Runtime
    from training_analyzer.simulator import SimulatorServer

# The services that data come from.
DATA: Final = tuple(
    f"/{name}-service"
    for name in (
        "userprofile", "usersummary", "wellness", "hrv", "sleep", "weight", "activitylist",
        "activity", "metrics", "fitnessage", "biometric", "personalrecord", "device",
        "download", "bloodpressure", "fitnessstats", "userstats",
    )
)  # fmt: skip


def tokens_of(garmin: SimulatorServer, name: str = "ada") -> TokenBundle:
    """Return a fresh session of the athlete called *name*."""
    return TokenBundle(**garmin.world.sign_in(account(garmin, name).email))


def account_of(
    url: str,
    tokens: TokenBundle,
    *,
    wire: Callable[..., Wire] = Wire,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> AccountGarmin:
    """Return a bare connection to the Garmin at *url*."""
    return AccountGarmin(
        tokens,
        display_name="ada",
        hosts=Hosts.of(Region.COM, url),
        pace=Pace(1_000_000),
        save_tokens=lambda _: None,
        now=now,
        wire=wire,
    )


def hrv_window() -> Window:
    """Return three nights."""
    return Window(stream("hrv"), date(2026, 2, 27), date(2026, 3, 1))


def stored_days(runtime: Runtime, user_id: str, table: str) -> list[tuple[Any, ...]]:
    """Return the rows of a table."""
    return rows(runtime.database, user_id, table)[table]


def archived(runtime: Runtime, user_id: str, name: str) -> int:
    """Return how many answers of a stream were archived."""
    query = select(func.count()).where(
        garmin_payloads.c.user_id == user_id, garmin_payloads.c.stream == name
    )
    with runtime.database.read() as db:
        return db.execute(query).scalar_one()


def certificate(folder: Path, name: str) -> tuple[Path, ssl.SSLContext]:
    """Return a certificate for *name* that speaks for itself, and a server's use of it."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "certificate.pem", folder / "key.pem"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    return public, context


def trusting(authority: Path) -> type[Wire]:
    """Return a wire that believes in *authority*."""

    class Trusting(Wire):
        def send(self, request: Any, *given: Any, **named: Any) -> Any:
            return super().send(request, *given, **{**named, "verify": str(authority)})

    return Trusting
