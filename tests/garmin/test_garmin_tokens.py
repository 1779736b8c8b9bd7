"""What a person may bring as a token, and what is kept."""

from __future__ import annotations

import base64
import json
import pickle
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from garminconnect.client import Client
from hypothesis import given
from hypothesis import strategies as st

from training_analyzer.errors import TokenInvalid
from training_analyzer.garmin.personal_key import PersonalToken, clean_key
from training_analyzer.garmin.tokens import TokenBundle

EXPIRES_AT = datetime(2026, 11, 26, 6, tzinfo=UTC)


def jwt(claims: Any, header: Any = None) -> str:
    """Return a token with a signature that nobody checks."""
    parts = (header or {"alg": "RS256"}, claims)
    encoded = [base64.urlsafe_b64encode(json.dumps(p).encode()).decode().rstrip("=") for p in parts]
    return ".".join((*encoded, "c2lnbmF0dXJl"))


def document(**changes: Any) -> str:
    """Return a good token document with some changes."""
    good = {
        "di_token": jwt({"exp": EXPIRES_AT.timestamp(), "client_id": "GARMIN_APP"}),
        "di_refresh_token": "RT-secret",
        "di_client_id": "GARMIN_APP",
    }
    return json.dumps(good | changes)


def test_a_token_of_garminconnect_is_accepted() -> None:
    """What garminconnect writes is read, tells when it ends and is written back alike."""
    bundle = TokenBundle.parse(f"\n {document()} ")

    assert bundle.expires_at == EXPIRES_AT
    assert TokenBundle.restore(bundle.dump()) == bundle
    client = Client()
    client.loads(bundle.dump())
    assert client.di_refresh_token == "RT-secret"
    client.cs.close()
    client._api_session.close()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "hello",
        "[" * 20_000,
        " " * 70_000 + "x" * 70_000,
        document(di_token=None),
        document(di_token=7),
        document(di_refresh_token=""),
        document(di_client_id=None),
        document(di_client_id="lower"),
        document(di_client_id="A" * 81),
        document(di_token="one.two"),
        document(di_token="a.b.c"),
        document(di_token=jwt({"exp": 1}, {"alg": "none"})),
        document(di_token=jwt({"exp": 1}, {"alg": "NONE"})),
        document(di_token=jwt({"exp": 1}, {"typ": "JWT"})),
        document(di_token=jwt({})),
        document(di_token=jwt({"exp": "tomorrow"})),
        document(di_token=jwt({"exp": True})),
        document(di_token=jwt({"exp": 1e300})),
        document(di_token=jwt([1])),
    ],
)
def test_what_cannot_be_a_token_is_refused(text: str) -> None:
    """Anything but three texts with a dated, signed token is refused without being repeated."""
    with pytest.raises(TokenInvalid) as refused:
        TokenBundle.parse(text)

    assert "RT-secret" not in str(refused.value)
    assert refused.value.__cause__ is None


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"oauth_token": "a", "oauth_token_secret": "b"}),
        json.dumps({"access_token": "a", "refresh_token": "b", "token_type": "Bearer"}),
        base64.b64encode(
            json.dumps([{"oauth_token_secret": "b"}, {"access_token": "a"}]).encode()
        ).decode(),
    ],
)
def test_files_of_garth_are_recognised(text: str) -> None:
    """Somebody who brings garth's old files is told what they are."""
    with pytest.raises(TokenInvalid, match="garth"):
        TokenBundle.parse(text)


@given(st.text() | st.recursive(st.none() | st.text() | st.integers(), st.lists).map(json.dumps))
def test_no_text_breaks_the_reader(text: str) -> None:
    """Whatever is pasted, the answer is a token or one sentence."""
    with pytest.raises(TokenInvalid):
        TokenBundle.parse(text)


def test_an_access_token_that_is_no_jwt_can_be_kept() -> None:
    """A refresh that answers an opaque token is stored, and tells no time."""
    bundle = TokenBundle("opaque", "RT-secret", "GARMIN_APP")

    assert TokenBundle.restore(bundle.dump()).expires_at is None


def test_nothing_shows_a_token() -> None:
    """A bundle that is printed or formatted shows nothing of what it holds."""
    bundle = TokenBundle("tok-access", "tok-refresh", "GARMIN_APP")
    personal = PersonalToken("tok-jwt", EXPIRES_AT)

    for shown in (f"{bundle}", repr(bundle), f"{personal}", repr(personal), repr([bundle])):
        assert "tok-" not in shown
    assert pickle.loads(pickle.dumps(bundle)) == bundle  # noqa: S301 - made in this line


def test_a_personal_token_is_kept_with_its_end() -> None:
    """A saved token of the Personal API comes back as it was; anything else is refused."""
    token = PersonalToken("a.b.c", EXPIRES_AT + timedelta(microseconds=5))

    assert PersonalToken.restore(token.dump()) == token
    for broken in ("", "{}", "[]", '{"jwt": 1, "expires_at": "2026-11-26T06:00:00+00:00"}'):
        with pytest.raises(TokenInvalid):
            PersonalToken.restore(broken)


@pytest.mark.parametrize(
    "text", ["GCDC_key", " GCDC_key\n", '"GCDC_key"', "'GCDC_key'", "\ufeffGCDC_key"[1:]]
)
def test_a_key_loses_what_copying_added(text: str) -> None:
    """Blanks and quotes around a key do not matter."""
    assert clean_key(text) == "GCDC_key"


@pytest.mark.parametrize("text", ["", "  ", '""', "GCDC_a b", "GCDC_a\r\nX: y", "GCDC_ä"])
def test_what_cannot_be_a_key_is_refused(text: str) -> None:
    """A key with a gap, or none at all, is refused before Garmin sees it."""
    with pytest.raises(TokenInvalid, match="one word"):
        clean_key(text)
