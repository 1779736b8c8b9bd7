"""One mail about a broken connection, by a mail server on this machine; then only the gap."""

from __future__ import annotations

import ssl
from datetime import date, timedelta
from operator import itemgetter
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
from mail_stage import MailBox
from pydantic import SecretStr
from services_stage import account, connect
from taxonomy_stage import changed, dead_session
from webhook_stage import NAME, write_certificate

from training_analyzer.addresses import MailServer, mail_server
from training_analyzer.db import open_database
from training_analyzer.db.repositories.garmin_credentials import GarminCredentialsRepository
from training_analyzer.db.repositories.notices import NoticesRepository
from training_analyzer.db.repositories.profiles import ProfilesRepository
from training_analyzer.db.repositories.users import UsersRepository
from training_analyzer.services.mailing import Mailer, NotMailed, Why
from training_analyzer.services.notices import Notices, Notifier
from training_analyzer.services.runtime import build_runtime

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fake_clock import FakeClock

    from training_analyzer.db import Database
    from training_analyzer.settings import Settings
    from training_analyzer.simulator import SimulatorServer

SITE = "https://sync.example.org"
FROM = "sync@example.org"


@pytest.fixture
def box() -> Iterator[MailBox]:
    """Give a mail server that listens."""
    with MailBox() as listening:
        yield listening


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Give SQLite alone: whom both databases tell is a matter of the repository."""
    return sqlite_url


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    """Give it open."""
    opened = open_database(sqlite_url)
    yield opened
    opened.close()


@pytest.fixture
def repo(database: Database, clock: FakeClock) -> GarminCredentialsRepository:
    """Give the credentials of everybody."""
    return GarminCredentialsRepository(database=database, now=clock)


@pytest.fixture
def notices(database: Database, box: MailBox, clock: FakeClock) -> Notices:
    """Give what tells people."""
    server = mail_server(f"smtp://us:s3cret@127.0.0.1:{box.port}")
    return Notices(NoticesRepository(database), Mailer(server, FROM), SITE, clock)


def _broken(repo: GarminCredentialsRepository, database: Database, name: str, **more: Any) -> str:
    user_id = UsersRepository(database).add(name).user_id
    profile = {"email": f"{name}@example.net", **more}
    assert ProfilesRepository(database).change(user_id, profile)
    repo.save_credentials(user_id, "sealed", None)
    repo.update_validation_status(user_id, is_valid=False, error_code="session_expired")
    return user_id


def _says(box: MailBox) -> list[tuple[str, str]]:
    return [(to, str(mail["Subject"])) for to, mail in box.mails]


def test_broken_connection_is_told_once_in_the_words_of_the_person(
    repo: GarminCredentialsRepository, database: Database, notices: Notices, box: MailBox
) -> None:
    """Each gets one mail, in their language, with a link to the step and nothing personal."""
    _broken(repo, database, "eva")
    kai = _broken(repo, database, "kai", locale="de")
    repo.update_validation_status(kai, is_valid=False, error_code="mfa_required")
    mute = _broken(repo, database, "mute", email=None)

    assert notices.tell_all()
    assert notices.tell_all()

    assert sorted(_says(box)) == [
        ("eva@example.net", "Garmin asks you to sign in again"),
        ("kai@example.net", "Garmin verlangt einen Sicherheitscode"),
    ]
    first, second = (mail for _, mail in sorted(box.mails, key=itemgetter(0)))
    text = first.get_content().replace("\r\n", "\n")
    assert f"\n{SITE}/connect?way=password\n" in text
    assert "sealed" not in text
    assert "höchstens einmal am Tag" in second.get_content()
    assert (first["From"], first["To"]) == (f"Garmin Sync <{FROM}>", "eva@example.net")
    assert first["Auto-Submitted"] == "auto-generated"
    assert mute not in str(box.said)


def test_next_break_is_told_when_a_day_has_passed(
    repo: GarminCredentialsRepository,
    database: Database,
    notices: Notices,
    box: MailBox,
    clock: FakeClock,
) -> None:
    """One that breaks again within 24 hours is told after them; one that stays broken, never."""
    eva = _broken(repo, database, "eva")
    notices.tell_all()
    clock.advance(hours=3)
    repo.save_credentials(eva, "sealed", None)
    repo.update_validation_status(eva, is_valid=False, error_code="session_expired")

    notices.tell_all()
    assert len(box.mails) == 1
    clock.advance(hours=21)
    notices.tell_all()
    assert len(box.mails) == 2
    for _ in range(3):
        clock.advance(hours=25)
        repo.update_validation_status(eva, is_valid=False, error_code="session_expired")
        notices.tell_all()
    assert len(box.mails) == 2


def test_many_who_look_at_once_send_one_mail(
    repo: GarminCredentialsRepository, database: Database, notices: Notices, box: MailBox
) -> None:
    """However many processes look at the same moment, each person gets one mail."""
    for name in ("ada", "bo", "cy"):
        _broken(repo, database, name)
    looks = [Thread(target=notices.tell_all) for _ in range(4)]

    for look in looks:
        look.start()
    for look in looks:
        look.join()

    assert sorted(to for to, _ in box.mails) == [f"{n}@example.net" for n in ("ada", "bo", "cy")]


@pytest.mark.parametrize(
    ("command", "answer", "may_again"),
    [
        ("AUTH", "535 no", True),
        ("RCPT", "450 later", True),
        ("RCPT", "550 nobody", False),
        ("DATA", "554 no", False),
    ],
)
def test_mail_that_was_not_taken_is_tried_again_unless_refused_for_good(  # noqa: PLR0913 - fixtures
    repo: GarminCredentialsRepository,
    database: Database,
    notices: Notices,
    box: MailBox,
    caplog: pytest.LogCaptureFixture,
    command: str,
    answer: str,
    *,
    may_again: bool,
) -> None:
    """A server that is not ready or puts it off gets it later; no log has address or answer."""
    _broken(repo, database, "eva")
    box.answers[command] = answer

    assert notices.tell_all() is not may_again
    box.answers.clear()
    assert notices.tell_all()

    assert len(box.mails) == int(may_again)
    assert "was not told by mail" in caplog.text
    assert not any(secret in caplog.text for secret in ("s3cret", "eva@", answer))


def test_no_password_and_no_mail_leaves_the_machine_without_tls(
    box: MailBox, clock: FakeClock, tmp_path: Path
) -> None:
    """A server elsewhere that offers no STARTTLS, or has a wrong name, hears no secret."""
    here = mail_server(f"smtp://us:s3cret@127.0.0.1:{box.port}")
    elsewhere = MailServer(here.host, here.port, "us", "s3cret", False, False)  # noqa: FBT003 - neither TLS nor here
    with pytest.raises(NotMailed) as caught:
        Mailer(elsewhere, FROM).send("eva@example.net", "subject", "text", at=clock())
    assert caught.value.why is Why.SERVER_UNREADY
    assert [line.split()[0].upper() for line in box.said] in (["EHLO"], ["EHLO", "QUIT"])

    certificate = write_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    trusting = ssl.create_default_context(cafile=certificate)
    with MailBox(context) as secure:
        server = mail_server(f"smtps://us:s3cret@localhost:{secure.port}")
        with pytest.raises(NotMailed):
            Mailer(server, FROM, trusting).send("eva@example.net", "s", "t", at=clock())
        assert secure.said == []
        assert NAME != "localhost"
        trusting.check_hostname = False
        Mailer(server, FROM, trusting).send("eva@example.net", "s", "t", at=clock())
        assert len(secure.mails) == 1


def test_notifier_tells_for_as_long_as_its_block_goes_on(
    repo: GarminCredentialsRepository, database: Database, notices: Notices, box: MailBox
) -> None:
    """It looks at once, and ends with its block."""
    _broken(repo, database, "eva")

    with Notifier(notices, interval_s=0.01):
        assert box.arrived.wait(10)

    assert len(box.mails) == 1


def test_after_the_mail_and_a_new_sign_in_only_the_gap_is_fetched(
    settings: Settings, garmin: SimulatorServer, box: MailBox, clock: Any
) -> None:
    """Six days after a session died: one mail, and the next sync begins where data ended."""
    mail = {
        "smtp_url": SecretStr(f"smtp://127.0.0.1:{box.port}"),
        "mail_from": FROM,
        "public_url": SITE,
    }
    with build_runtime(settings.model_copy(update=mail), now=clock) as runtime:
        ada = connect(runtime, garmin, "ada")
        runtime.access.profiles.change(ada, {"email": "ada@example.net"})
        runtime.credentials.update_sync_config(
            ada, initial_sync_days=10, incremental_sync_days=2, sync_activities=False
        )
        runtime.syncs.sync(ada)
        ended = clock().date()
        who = account(garmin, "ada")
        changed(password="another")(garmin, who)
        dead_session(garmin, who)
        clock.advance(days=1)
        assert runtime.syncs.sync(ada).status == "failed"
        assert runtime.notices is not None
        runtime.notices.tell_all()
        assert [to for to, _ in box.mails] == ["ada@example.net"]

        clock.advance(days=5)
        runtime.connections.connect_ticket(ada, garmin.ticket(who.email))
        before = len(garmin.log)
        assert runtime.syncs.sync(ada).status == "completed"

    days = {day for asked in list(garmin.log)[before:] for day in _days(asked)}
    assert min(days) >= ended - timedelta(days=3)
    assert min(days) <= ended + timedelta(days=1)
    assert max(days) == clock().date()


def _days(asked: Any) -> Iterator[date]:
    for part in [*asked.path.split("/"), *asked.query.values()]:
        if len(part) == 10 and part[4] == part[7] == "-":
            yield date.fromisoformat(part)
