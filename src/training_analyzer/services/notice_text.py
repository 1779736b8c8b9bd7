"""What a mail about a broken connection says, in English and German. No data of anybody's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from training_analyzer.errors import MfaRequired
from training_analyzer.model import Kind

if TYPE_CHECKING:
    from training_analyzer.db.repositories.notices import Notice


@dataclass(frozen=True, slots=True)
class _Words:
    signs_in: str
    wants_code: str
    takes_no_key: str
    body: str


_ENGLISH: Final = _Words(
    "Garmin asks you to sign in again",
    "Garmin asks for a security code",
    "Garmin no longer takes your personal key",
    """{cause}, so {site} gets nothing new from there.

It stopped asking, so that your account is not locked. What is stored stays, and nothing is lost.

Connect again:
{link}

Afterwards only what is missing in between is fetched. You are told once each time the connection
breaks, and at most once a day. Take your address out at {look} to be told no more.
""",
)
_GERMAN: Final = _Words(
    "Garmin verlangt eine neue Anmeldung",
    "Garmin verlangt einen Sicherheitscode",
    "Garmin nimmt den persönlichen Schlüssel nicht mehr an",
    """{cause}; {site} erhält deshalb nichts Neues von dort.

Es fragt nicht weiter, damit das Konto nicht gesperrt wird. Was gespeichert ist, bleibt, und nichts
geht verloren.

Neu verbinden:
{link}

Danach wird nur geholt, was dazwischen fehlt. Diese Nachricht kommt einmal, wenn die Verbindung
abbricht, und höchstens einmal am Tag. Ohne Adresse unter {look} kommt keine mehr.
""",
)
# Where what was connected so is connected again.
_WAYS: Final = {
    Kind.PASSWORD: "password",
    Kind.TOKEN: "ticket",
    Kind.PERSONAL_KEY: "personal-key",
}


def words_of(notice: Notice, public_url: str) -> tuple[str, str]:
    """Return subject and text, with a link to the step at *public_url* that mends it."""
    is_german = (notice.locale or "").partition("-")[0] == "de"
    words = _GERMAN if is_german else _ENGLISH
    if notice.kind is Kind.PERSONAL_KEY:
        cause = words.takes_no_key
    elif notice.error_code == MfaRequired.code:
        cause = words.wants_code
    else:
        cause = words.signs_in
    text = words.body.format(
        cause=cause,
        site=public_url.partition("://")[2],
        link=f"{public_url}/connect?way={_WAYS[notice.kind]}",
        look=f"{public_url}/settings/look",
    )
    return cause, text
