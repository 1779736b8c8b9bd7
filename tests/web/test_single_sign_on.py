"""Signing in by a provider of OpenID Connect: who comes in, and what is refused."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import unescape
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from pretend_provider import (
    CLIENT,
    SECRET,
    PretendProvider,
    claims_of,
    public_keys,
    rsa_key,
    signed,
    signed_by_another,
    signed_by_curve,
    signed_with_public_key,
    unsigned,
    without_none,
)
from pydantic import SecretStr
from sqlalchemy import select
from starlette.testclient import TestClient
from web_stage import OWN_PAGE

from training_analyzer.db.tables import audit_log
from training_analyzer.errors import SettingsError
from training_analyzer.model import Role
from training_analyzer.services.garmin_scheduler import GarminSyncScheduler
from training_analyzer.services.id_tokens import Expected, TokenRefused, subject_of
from training_analyzer.services.runtime import build_runtime
from training_analyzer.services.single_sign_on import build_single_sign_on
from training_analyzer.web.app import create_app

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

    from training_analyzer.services.runtime import Runtime
    from training_analyzer.settings import Settings

OIDC, GOOD = "/api/v1/auth/oidc", "a horse of eleven"
SITE = "https://sync.example.test"
COOKIE = "__Host-gsync-sso"
ISSUER = "https://id.example.test"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
AT = int(NOON.timestamp())
EXPECTED = Expected(ISSUER, CLIENT, "nonce-1", NOON)


@pytest.fixture
def provider(clock: Callable[[], Any]) -> Iterator[PretendProvider]:
    """Give a pretend provider whose time is the test's."""
    with PretendProvider(clock) as serving:
        yield serving


@pytest.fixture
def settings(settings: Settings, provider: PretendProvider) -> Settings:
    """Give settings that name the provider; a stranger whom it knows is let in."""
    return settings.model_copy(
        update={
            "oidc_issuer": provider.issuer,
            "oidc_client_id": CLIENT,
            "oidc_client_secret": SecretStr(SECRET),
            "oidc_name": "Our <Door>",
            "oidc_sign_up": True,
        }
    )


@pytest.fixture
def new_browser(runtime: Runtime) -> Callable[[], TestClient]:
    """Give a maker of browsers that come by https."""
    app = create_app(runtime, GarminSyncScheduler(runtime), limits_factor=100)
    return lambda: TestClient(app, base_url=SITE, headers=OWN_PAGE, follow_redirects=False)


def goes(client: TestClient, provider: PretendProvider, next_: str = "/") -> str:
    """Begin to sign in, approve there, and return the address that leads back."""
    begun = client.get(f"{OIDC}/login", params={"next": next_})
    assert begun.status_code == 302
    return provider.approve(begun.headers["location"])


def refusals(runtime: Runtime) -> list[str | None]:
    """Return why sign-ins were refused, as the audit log has it."""
    query = select(audit_log.c.target).where(audit_log.c.action == "sign_in_refused")
    with runtime.database.read() as db:
        return list(db.execute(query.order_by(audit_log.c.id)).scalars())


def test_asvs_6_8_1_a_stranger_becomes_a_user_by_issuer_and_subject(
    runtime: Runtime, provider: PretendProvider, new_browser: Callable[[], TestClient]
) -> None:
    """ASVS 10.2.1: the first time somebody joins, as no administrator; the next it is them."""
    client = new_browser()
    assert "Continue with Our &lt;Door&gt;" in client.get("/sign-in").text
    begun = client.get(f"{OIDC}/login", params={"next": "/second-factor"})
    cookie = begun.headers["set-cookie"]
    back = client.get(provider.approve(begun.headers["location"]))
    me = client.get("/api/v1/me").json()
    other, provider.claims = new_browser(), {"email": "somebody@else.test", "name": "Root"}
    provider.sign = signed_by_curve
    again = other.get(goes(other, provider, "//evil.test"))
    provider.subject = "sub-2"
    third = new_browser()
    third.get(goes(third, provider))

    assert (back.status_code, back.headers["location"]) == (303, "/second-factor")
    assert all(word in cookie for word in (COOKIE, "HttpOnly", "Secure", "SameSite=lax"))
    assert (me["role"], me["has_password"], me["name"][:4]) == ("user", False, "sso-")
    assert again.headers["location"] == "/"
    assert other.get("/api/v1/me").json()["user_id"] == me["user_id"]
    assert third.get("/api/v1/me").json()["user_id"] != me["user_id"]
    assert {user.role for user in runtime.people.list()} == {Role.USER}
    assert provider.asked.count("/keys") == 1
    runtime.administration.change(me["user_id"], disabled=True)
    provider.subject = "sub-1"
    out = new_browser()
    assert out.get(goes(out, provider)).status_code == 401
    assert refusals(runtime) == ["oidc:disabled"]


@pytest.mark.parametrize(
    ("claims", "sign", "why"),
    [
        ({"nonce": "another"}, signed, "nonce"),
        ({"nonce": None}, signed, "nonce"),
        ({"aud": "another"}, signed, "aud"),
        ({"aud": [CLIENT, "another"]}, signed, "azp"),
        ({"azp": "another"}, signed, "azp"),
        ({"iss": "https://evil.test"}, signed, "iss"),
        ({"exp": AT - 61}, signed, "exp"),
        ({"exp": None}, signed, "exp"),
        ({"exp": float("inf")}, signed, "exp"),
        ({"exp": True}, signed, "exp"),
        ({"iat": AT + 61}, signed, "iat"),
        ({"iat": None}, signed, "iat"),
        ({"nbf": AT + 61}, signed, "nbf"),
        ({"sub": ""}, signed, "sub"),
        ({"sub": "a\x00b"}, signed, "sub"),
        ({"sub": 7}, signed, "sub"),
        ({}, unsigned, "algorithm"),
        ({}, signed_with_public_key, "algorithm"),
        ({}, signed_by_another, "signature"),
        ({}, lambda claims: signed(claims, "other"), "key"),
        ({}, lambda claims: signed(claims)[:-8], "signature"),
        ({}, lambda _: "no token", "malformed"),
    ],
)
def test_asvs_10_5_a_token_that_is_not_right_is_refused(
    claims: dict[str, Any], sign: Callable[[dict[str, Any]], str], why: str
) -> None:
    """ASVS 9.1.1-9.1.3, 9.2.1, 10.5.1-10.5.4: other algorithms, keys, issuers, times, nonces."""
    usual = claims_of(ISSUER, "sub-1", "nonce-1", NOON)

    with pytest.raises(TokenRefused) as refused:
        subject_of(sign(without_none({**usual, **claims})), public_keys(), EXPECTED)

    assert refused.value.why == why


@pytest.mark.parametrize("claims", [{}, {"exp": AT - 59}, {"iat": AT + 60, "azp": CLIENT}])
def test_a_token_that_is_right_is_taken(claims: dict[str, Any]) -> None:
    """Clocks may differ by a minute."""
    token = signed({**claims_of(ISSUER, "sub-1", "nonce-1", NOON), **claims})

    assert subject_of(token, public_keys(), EXPECTED) == "sub-1"


def test_keys_of_other_curves_do_not_get_in_the_way() -> None:
    """A provider may have keys for what we do not take; one of them alone is an unknown key."""
    token = signed_by_curve(claims_of(ISSUER, "sub-1", "nonce-1", NOON))
    other = {"kty": "EC", "kid": "ec", "crv": "P-999", "x": "AQ", "y": "AQ"}

    assert subject_of(token, [other, *public_keys()], EXPECTED) == "sub-1"
    with pytest.raises(TokenRefused) as refused:
        subject_of(token, [other], EXPECTED)
    assert refused.value.why == "key"


def test_a_refused_token_signs_nobody_in(
    runtime: Runtime, provider: PretendProvider, new_browser: Callable[[], TestClient]
) -> None:
    """One text for all of it; the audit log knows which it was."""
    provider.claims = {"nonce": "another"}
    client = new_browser()

    refused = client.get(goes(client, provider))

    assert refused.status_code == 401
    assert "Signing in by the provider did not work." in refused.text
    assert client.get("/api/v1/me").status_code == 401
    assert (refusals(runtime), runtime.people.list()) == (["oidc:nonce"], [])


def test_asvs_10_2_1_only_the_browser_that_began_ends_it_once_and_in_time(
    runtime: Runtime,
    provider: PretendProvider,
    new_browser: Callable[[], TestClient],
    clock: Any,
) -> None:
    """Another browser, another state, a code that was used, too late: nobody is signed in."""
    client, thief = new_browser(), new_browser()
    back = goes(client, provider)
    kept = client.cookies[COOKIE]

    forged = thief.get(back)
    goes(thief, provider)
    mixed = thief.get(back)
    assert client.get(back).status_code == 303
    thief.cookies.set(COOKIE, kept)
    replayed = thief.get(back)
    late = new_browser()
    late_back = goes(late, provider)
    clock.advance(minutes=10)
    denied = new_browser()
    denied_back = goes(denied, provider)
    query = {"error": "access_denied", "state": parse_qs(urlsplit(denied_back).query)["state"][0]}
    answers = [
        forged,
        mixed,
        replayed,
        late.get(late_back),
        denied.get(f"{OIDC}/callback", params={**query, "error_description": "<i>foreign"}),
    ]

    assert {answer.status_code for answer in answers} == {401}
    assert not any("foreign" in answer.text for answer in answers)
    assert refusals(runtime) == [
        "oidc:state",
        "oidc:state",
        "oidc:code_refused",
        "oidc:state",
        "oidc:provider_refused",
    ]
    assert thief.get("/api/v1/me").status_code == 401
    mixed_up = new_browser()
    elsewhere = f"{goes(mixed_up, provider)}&iss=https%3A%2F%2Fevil.test"
    assert mixed_up.get(elsewhere).status_code == 401
    assert refusals(runtime)[-1] == "oidc:iss"


def test_asvs_6_3_1_failing_often_ends_before_the_provider_is_asked(
    runtime: Runtime, provider: PretendProvider
) -> None:
    """The eleventh try of a network within five minutes reaches nobody."""
    app = create_app(runtime, GarminSyncScheduler(runtime), limits_factor=100)
    client = TestClient(
        app,
        base_url=SITE,
        headers=OWN_PAGE,
        follow_redirects=False,
        client=("203.0.113.7", 50_000),
    )
    provider.claims = {"aud": "another"}

    tried = [client.get(goes(client, provider)).status_code for _ in range(10)]
    asked = provider.asked.count("/token")
    late = client.get(goes(client, provider))

    assert (set(tried), asked) == ({401}, 10)
    assert (late.status_code, late.headers["retry-after"]) == (429, "300")
    assert provider.asked.count("/token") == 10


def test_new_keys_of_the_provider_are_asked_for_once(
    provider: PretendProvider, new_browser: Callable[[], TestClient]
) -> None:
    """A key that is not known yet makes us ask once more; what the provider is, is kept."""
    first, second = new_browser(), new_browser()
    assert first.get(goes(first, provider)).status_code == 303
    provider.keys.append(rsa_key("new").as_dict(private=False))
    provider.sign = lambda claims: signed(claims, "new")

    assert second.get(goes(second, provider)).status_code == 303
    assert provider.asked.count("/keys") == 2
    assert provider.asked.count("/.well-known/openid-configuration") == 1


@pytest.mark.parametrize(
    "told",
    [
        {"issuer": "https://evil.test"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"token_endpoint": "http://192.0.2.1/token"},
        {"jwks_uri": None},
        {"issuer": "x" * 300_000},
    ],
)
def test_a_provider_that_is_not_as_it_should_be_is_not_gone_to(
    provider: PretendProvider,
    new_browser: Callable[[], TestClient],
    clock: Any,
    told: dict[str, Any],
) -> None:
    """Another issuer, an unsafe address, none, or far too much: a 503, and a rest before more."""
    provider.discovered = told

    refused = new_browser().get(f"{OIDC}/login")
    provider.discovered = {}
    soon = new_browser().get(f"{OIDC}/login")
    clock.advance(seconds=10)

    assert (refused.status_code, "location" in refused.headers) == (503, False)
    assert "does not answer as it should" in refused.text
    assert soon.status_code == 503
    assert new_browser().get(f"{OIDC}/login").status_code == 302
    assert len(provider.asked) == 2


def test_only_a_fresh_person_links_by_a_form_and_signs_in_by_it(
    runtime: Runtime, provider: PretendProvider, new_browser: Callable[[], TestClient], clock: Any
) -> None:
    """Linking begins with a POST of whoever proved who they are, and ends with the same person."""
    eva = runtime.people.add("Eva", GOOD)
    runtime.people.add("Ben", GOOD)
    client, ben, later = new_browser(), new_browser(), new_browser()
    for who, name in ((client, "Eva"), (ben, "Ben")):
        assert who.post("/sign-in", data={"name": name, "password": GOOD}).status_code == 303

    def begins(who: TestClient) -> str:
        page = who.post("/single-sign-on")
        found = re.search(r'<a class="btn primary" href="([^"]+)"', page.text)
        assert found
        return provider.approve(unescape(found[1]))

    back = begins(client)
    ben.cookies.set(COOKIE, client.cookies[COOKIE])
    assert ben.get(back).status_code == 401
    linked = client.get(begins(client))
    taken = ben.get(begins(ben))
    later.get(goes(later, provider))

    assert (linked.status_code, linked.headers["location"]) == (303, "/second-factor")
    assert taken.status_code == 401
    assert refusals(runtime) == ["oidc:another_person", "oidc:linked_elsewhere"]
    assert later.get("/api/v1/me").json()["user_id"] == eva.user_id
    assert "End that" in client.get("/second-factor").text
    assert client.post("/single-sign-on/remove").status_code == 303
    stranger = new_browser()
    stranger.get(goes(stranger, provider))
    assert stranger.post("/single-sign-on/remove").status_code == 409
    clock.advance(minutes=15)
    assert client.post("/single-sign-on").headers["location"].startswith("/confirm")


def test_without_sign_up_only_who_is_linked_comes_in(
    settings: Settings, provider: PretendProvider, clock: Callable[[], Any]
) -> None:
    """Whom only the provider knows stays outside; without a provider there is no such address."""
    with build_runtime(settings.model_copy(update={"oidc_sign_up": False}), now=clock) as runtime:
        app = create_app(runtime, GarminSyncScheduler(runtime))
        client = TestClient(app, base_url=SITE, headers=OWN_PAGE, follow_redirects=False)
        assert client.get(goes(client, provider)).status_code == 401
        assert (refusals(runtime), runtime.people.list()) == (["oidc:unknown"], [])
    none = settings.model_copy(update={"oidc_issuer": None})
    with build_runtime(none, now=clock) as runtime:
        app = create_app(runtime, GarminSyncScheduler(runtime))
        client = TestClient(app, base_url=SITE, headers=OWN_PAGE)
        assert "Continue with" not in client.get("/sign-in").text
        assert client.get(f"{OIDC}/login").status_code == 404


def test_without_the_extra_the_start_is_refused(settings: Settings, runtime: Runtime) -> None:
    """The settings ask for a provider, the library is missing: one line says what to do."""

    def without(name: str) -> ModuleType:
        raise ModuleNotFoundError(name, name="joserfc")

    with pytest.raises(SettingsError, match=r"pip install \"training-analyzer\[oidc\]\""):
        build_single_sign_on(
            settings, runtime.database, runtime.encryption, runtime.access, without
        )
