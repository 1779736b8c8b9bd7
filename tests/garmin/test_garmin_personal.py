"""A connection by Personal API key: its token, its requests and what refusals mean."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from training_analyzer.errors import (
    BadRequest,
    Blocked,
    CredentialsRejected,
    ForbiddenStream,
    GarminUnavailable,
    RateLimited,
    TokenExpired,
    UnexpectedPayload,
)
from training_analyzer.garmin.personal_key import PersonalToken
from training_analyzer.model import Api, GarminProfile
from training_analyzer.simulator.tokens import make_jwt

if TYPE_CHECKING:
    from collections.abc import Callable

    from training_analyzer.garmin.personal import PersonalGarmin
    from training_analyzer.simulator.faults import Faults
    from training_analyzer.simulator.server import SimulatorServer
    from training_analyzer.streams import Window

    type OpenPersonal = Callable[..., PersonalGarmin]
    type NewWindow = Callable[..., Window]

KEY = "/personalapitoken-service/personal-api/personal-api-key/token"
STEPS = "/usersummary-service/stats/steps/daily/{first}/{last}"
STRESS = "/usersummary-service/stats/stress/daily/{first}/{last}"
HRV = "/hrv-service/hrv/daily/{first}/{last}"


def test_a_key_is_exchanged_once(
    server: SimulatorServer, open_personal: OpenPersonal, saved: list[Any], window: NewWindow
) -> None:
    """Three windows cost one exchange, whose token is saved before its first use."""
    garmin = open_personal()

    payloads = [garmin.fetch(window(path)) for path in (STEPS, STRESS, HRV)]

    assert [payload.api for payload in payloads if payload] == [Api.PERSONAL] * 3
    assert server.count(KEY) == 1
    assert garmin.requests == len(server.log) == 4
    assert len(saved) == 1
    assert saved[0].expires_at <= server.world.now() + timedelta(hours=24)


def test_a_saved_token_is_used_again(
    server: SimulatorServer, open_personal: OpenPersonal, saved: list[Any], window: NewWindow
) -> None:
    """The next run needs no exchange while an hour of the token is left, and one after that."""
    open_personal().ensure_fresh()
    token = PersonalToken.restore(saved[0].dump())

    open_personal(token=token).fetch(window(STEPS))
    assert server.count(KEY) == 1

    server.world.advance(timedelta(hours=23, minutes=1))
    open_personal(token=token).fetch(window(STEPS))
    assert server.count(KEY) == 2


def test_who_the_key_belongs_to(open_personal: OpenPersonal) -> None:
    """The profile has the same id as that of the account API, and the person's time zone."""
    garmin = open_personal()

    assert garmin.profile() == GarminProfile(
        profile_id="90000001", display_name="ada-3f9c", time_zone="Europe/Paris"
    )
    assert garmin.requests == 3


def test_a_summary_without_an_id_is_refused(
    server: SimulatorServer, open_personal: OpenPersonal
) -> None:
    """A key whose account cannot be told from another is not connected."""
    server.faults.nothing("/usersummary-service", "{}")

    with pytest.raises(UnexpectedPayload):
        open_personal().profile()


@pytest.mark.parametrize(
    ("tell", "expected"),
    [
        (lambda faults: faults.answer(KEY, status=401, body={}), CredentialsRejected),
        (lambda faults: faults.answer(KEY, status=403, body={}), CredentialsRejected),
        (lambda faults: faults.answer(KEY, status=400, body={}), CredentialsRejected),
        (lambda faults: faults.challenge(KEY), Blocked),
        (lambda faults: faults.captive_portal(KEY), Blocked),
        (lambda faults: faults.rate_limit(KEY, retry_after=30), RateLimited),
        (lambda faults: faults.answer(KEY, status=503), GarminUnavailable),
        (lambda faults: faults.answer(KEY, body=b"not a token"), GarminUnavailable),
        (lambda faults: faults.answer(KEY, body={}), GarminUnavailable),
        (lambda faults: faults.answer(KEY, body=[]), GarminUnavailable),
        (lambda faults: faults.answer(KEY, status=204), GarminUnavailable),
        (lambda faults: faults.reset(KEY), GarminUnavailable),
    ],
)
def test_each_refusal_of_a_key_has_its_name(
    server: SimulatorServer,
    open_personal: OpenPersonal,
    saved: list[Any],
    tell: Callable[[Faults], object],
    expected: type[Exception],
) -> None:
    """A key that is refused costs one request and says why; an outage is not a wrong key."""
    tell(server.faults)

    with pytest.raises(expected) as raised:
        open_personal().ensure_fresh()

    assert raised.value.__context__ is None
    assert len(server.log) == 1
    assert saved == []


def test_a_replaced_key_is_rejected(open_personal: OpenPersonal, window: NewWindow) -> None:
    """Garmin alone decides which key is good."""
    with pytest.raises(CredentialsRejected):
        open_personal("GCDC_of-yesterday").fetch(window(STEPS))


@pytest.mark.parametrize("envelope", ["access_token", "accessToken", "token", None])
def test_a_token_may_come_wrapped(
    server: SimulatorServer, open_personal: OpenPersonal, saved: list[Any], envelope: str | None
) -> None:
    """The token is found bare, quoted or in an object, and lives for a day at most."""
    jwt = make_jwt({"exp": int(datetime(2030, 1, 1, tzinfo=UTC).timestamp())})
    server.faults.answer(KEY, body={envelope: jwt} if envelope else f' "{jwt}" '.encode())

    open_personal().ensure_fresh()

    assert saved[0].jwt == jwt
    assert saved[0].expires_at - server.world.now() <= timedelta(hours=24)


def test_a_revoked_token_is_exchanged_once(
    server: SimulatorServer, open_personal: OpenPersonal, window: NewWindow
) -> None:
    """A 401 on data costs one exchange and one more try."""
    garmin = open_personal()
    garmin.ensure_fresh()
    server.world.tokens.revoke("ada@example.test")
    server.log.clear()

    assert garmin.fetch(window(STEPS)) is not None

    assert [asked.status for asked in server.log] == [401, 200, 200]


def test_one_refused_path_is_a_closed_stream_and_two_a_dead_key(
    server: SimulatorServer, open_personal: OpenPersonal, window: NewWindow
) -> None:
    """A 401 that stays is the stream's while other paths work, and the key's when none does."""
    server.faults.answer("/usersummary-service", status=401, body={})
    garmin = open_personal()

    for first in ("2026-11-01", "2026-11-02"):
        with pytest.raises(ForbiddenStream):
            garmin.fetch(window(STEPS, first))
    assert garmin.fetch(window(HRV)) is not None
    with pytest.raises(TokenExpired):
        garmin.fetch(window(STRESS))


def test_refused_settings_are_a_dead_key(
    server: SimulatorServer, open_personal: OpenPersonal
) -> None:
    """What every key opens decides alone."""
    server.faults.answer("/userprofile-service", status=401, body={})

    with pytest.raises(TokenExpired):
        open_personal().profile()


@pytest.mark.parametrize(
    ("tell", "expected"),
    [
        (lambda faults: faults.answer("/hrv-service", status=403, body={}), ForbiddenStream),
        (lambda faults: faults.answer("/hrv-service", status=400, body={}), BadRequest),
        (lambda faults: faults.answer("/hrv-service", status=406, body={}), GarminUnavailable),
        (lambda faults: faults.rate_limit("/hrv-service", retry_after=14), RateLimited),
        (lambda faults: faults.captive_portal("/hrv-service"), Blocked),
        (lambda faults: faults.reset("/hrv-service"), GarminUnavailable),
        (
            lambda faults: faults.answer("/hrv-service", status=302, headers={"Location": "/"}),
            Blocked,
        ),
    ],
)
def test_each_answer_to_a_key_has_its_name(
    server: SimulatorServer,
    open_personal: OpenPersonal,
    window: NewWindow,
    tell: Callable[[Faults], object],
    expected: type[Exception],
) -> None:
    """Data requests by key fail in the same words as those by account."""
    tell(server.faults)

    with pytest.raises(expected):
        open_personal().fetch(window(HRV))


def test_nothing_is_no_error_by_key(
    server: SimulatorServer, open_personal: OpenPersonal, window: NewWindow
) -> None:
    """A range without nights is an answer."""
    server.faults.nothing("/hrv-service", "204")

    assert open_personal().fetch(window(HRV)) is None


def test_a_netrc_does_not_replace_the_key(
    server: SimulatorServer,
    open_personal: OpenPersonal,
    window: NewWindow,
    tmp_path: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A `.netrc` with a default entry is not read."""
    netrc = tmp_path / "netrc"
    netrc.write_text("default login mallory password hunter2\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))

    assert open_personal().fetch(window(HRV)) is not None

    assert [asked.status for asked in server.log] == [200, 200]
