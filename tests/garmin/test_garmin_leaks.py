"""No secret gets out: not by logs, not by errors, not by what is printed."""

from __future__ import annotations

import logging
import traceback
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from training_analyzer.errors import GarminError
from training_analyzer.garmin.login import NeedsMfa, finish_mfa, log_in, redeem_ticket
from training_analyzer.garmin.logs import FOREIGN, quiet_foreign_loggers
from training_analyzer.garmin.tokens import TokenBundle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from training_analyzer.garmin.account import AccountGarmin
    from training_analyzer.garmin.hosts import Hosts
    from training_analyzer.garmin.personal import PersonalGarmin
    from training_analyzer.simulator.server import SimulatorServer
    from training_analyzer.streams import Window

DI = "/di-oauth2-service/oauth/token"


class Listening(logging.Handler):
    """Keep each record as a line, traceback included."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.setFormatter(logging.Formatter("%(name)s %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the record."""
        self.lines.append(self.format(record))


@pytest.fixture
def everything_logged() -> Iterator[Listening]:
    """Log at DEBUG to the root, with the libraries quietened as the service does it."""
    loggers = [logging.getLogger(name) for name in ("", *FOREIGN)]
    before = [(one, one.level, one.propagate, list(one.handlers)) for one in loggers]
    listening = Listening()
    loggers[0].addHandler(listening)
    loggers[0].setLevel(logging.DEBUG)
    quiet_foreign_loggers()
    yield listening
    for logger, level, propagate, handlers in before:
        logger.setLevel(level)
        logger.propagate = propagate
        logger.handlers = handlers


class Errors(list[str]):
    """What the errors of a test look like in a log."""

    @contextmanager
    def noted(self) -> Iterator[None]:
        """Keep the traceback of the `GarminError` that is raised inside."""
        try:
            yield
        except GarminError as error:
            self.append("".join(traceback.format_exception(error)) + repr(error.args))


def test_no_secret_is_told_in_good_times_and_bad(
    server: SimulatorServer,
    hosts: Hosts,
    open_account: Callable[..., AccountGarmin],
    open_personal: Callable[..., PersonalGarmin],
    window: Callable[..., Window],
    everything_logged: Listening,
) -> None:
    """At DEBUG, through logins, refusals and outages, no log, error or repr holds a secret."""
    errors = Errors()
    # Tracebacks quote the lines of this test, so none of them has a secret in it.
    ada, mia = server.world.accounts
    code, key = str(mia.mfa_code), str(ada.personal_key)
    secrets = [ada.email, ada.password, mia.email, mia.password, code, key]

    needs = log_in(mia.email, mia.password, hosts=hosts)
    assert isinstance(needs, NeedsMfa)
    done = finish_mfa(needs.state, code, hosts=hosts)
    ticket = server.ticket(ada.email)
    redeemed = redeem_ticket(ticket, hosts=hosts)
    shown = [repr(needs), repr(done), repr(redeemed)]
    secrets.append(ticket)

    garmin = open_account(redeemed.tokens)
    garmin.refresh()
    with errors.noted():
        # The answer repeats the refresh token, as Garmin's does.
        open_account(redeemed.tokens).refresh()
    for session in (done, redeemed):
        secrets += [session.tokens.di_token, session.tokens.di_refresh_token]
    secrets += [garmin.tokens.di_token, garmin.tokens.di_refresh_token]

    personal = open_personal()
    personal.profile()
    tellings: list[Callable[[], object]] = [
        server.faults.captcha,
        server.faults.challenge,
        lambda: server.faults.answer(DI, status=503),
        lambda: server.faults.reset("/"),
        lambda: server.faults.lose_reply("/"),
        lambda: server.faults.answer("/", status=400, body={"message": f"{key} {code}"}),
    ]
    for tell in tellings:
        tell()
        with errors.noted():
            log_in(ada.email, ada.password, hosts=hosts)
        with errors.noted():
            finish_mfa(needs.state, code, hosts=hosts)
        with errors.noted():
            redeem_ticket(ticket, hosts=hosts)
        for connection in (garmin, personal):
            with errors.noted():
                connection.fetch(window("/usersummary-service/x/{first}"))
        with errors.noted():
            garmin.refresh()
        with errors.noted():
            open_personal().ensure_fresh()
        server.faults.clear()

    assert len(errors) > 20
    assert everything_logged.lines
    told = "\n".join([*everything_logged.lines, *errors, *shown])
    assert [secret for secret in secrets if secret in told] == []


def test_the_libraries_say_only_where(everything_logged: Listening) -> None:
    """A library's warning is reworded with its place; its words, and its DEBUG, are dropped."""
    library = logging.getLogger("garminconnect.client.sso")

    library.debug("a secret")
    library.warning("another %s", "secret")
    try:
        1 / 0  # noqa: B018 - any traceback will do
    except ZeroDivisionError:
        library.exception("a third secret")

    assert len(everything_logged.lines) == 2
    for line in everything_logged.lines:
        assert "garminconnect.client.sso reported something at line" in line
        assert "secret" not in line
        assert "ZeroDivisionError" not in line


def test_a_library_set_to_debug_stays_quiet(everything_logged: Listening) -> None:
    """Somebody who turns a library's own logger up hears nothing more."""
    library = logging.getLogger("garminconnect.client.session")
    library.setLevel(logging.DEBUG)

    library.debug("DI token refresh failed: body=%r", "RT-secret")
    library.setLevel(logging.NOTSET)

    assert everything_logged.lines == []


def test_quietening_twice_is_quietening_once(everything_logged: Listening) -> None:
    """Two parts of a program that both quieten the libraries do not double their records."""
    quiet_foreign_loggers()

    logging.getLogger("urllib3").warning("x")

    assert len(everything_logged.lines) == 1


def test_nothing_of_a_connection_shows_its_secrets(
    server: SimulatorServer,
    open_account: Callable[..., AccountGarmin],
    open_personal: Callable[..., PersonalGarmin],
) -> None:
    """A connection that is printed shows no token and no key."""
    tokens = TokenBundle(**server.world.sign_in("ada@example.test"))
    shown: list[Any] = [open_account(tokens), open_personal()]

    for one in map(repr, shown):
        assert tokens.di_token not in one
        assert "GCDC_" not in one
