"""A pretend provider of OpenID Connect on this machine, which is told what to do."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qs, parse_qsl, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

CLIENT, SECRET = "garmin-sync", "a secret & a half"


@cache
def rsa_key(kid: str) -> RSAKey:
    """Return the RSA key called *kid*, made once for all tests."""
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig", "alg": "RS256"})


@cache
def ec_key() -> ECKey:
    """Return an EC key."""
    return ECKey.generate_key("P-256", {"kid": "ec", "use": "sig", "alg": "ES256"})


def unsigned(claims: dict[str, Any]) -> str:
    """Return a token with the algorithm `none`."""
    parts = [{"alg": "none", "kid": "one"}, claims]
    texts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in parts]
    return b".".join([*texts, b""]).decode()


def signed(claims: dict[str, Any], kid: str = "one") -> str:
    """Return a token that is signed as it should be."""
    return jwt.encode({"alg": "RS256", "kid": kid}, claims, rsa_key(kid))


def signed_by_curve(claims: dict[str, Any]) -> str:
    """Return a token of the EC key."""
    return jwt.encode({"alg": "ES256", "kid": "ec"}, claims, ec_key())


def signed_with_public_key(claims: dict[str, Any]) -> str:
    """Return a token whose HMAC has the provider's public key as its secret."""
    public = OctKey.import_key(json.dumps(rsa_key("one").as_dict(private=False)))
    return jwt.encode({"alg": "HS256", "kid": "one"}, claims, public, algorithms=["HS256"])


def signed_by_another(claims: dict[str, Any]) -> str:
    """Return a token that a stranger signed under the name of the provider's key."""
    return jwt.encode({"alg": "RS256", "kid": "one"}, claims, rsa_key("stranger"))


def public_keys() -> list[dict[str, Any]]:
    """Return the keys that everybody may know."""
    return [dict(key.as_dict(private=False)) for key in (rsa_key("one"), ec_key())]


def claims_of(issuer: str, subject: str, nonce: str, now: datetime) -> dict[str, Any]:
    """Return what a token says that is as it should be."""
    at = int(now.timestamp())
    return {
        "iss": issuer,
        "sub": subject,
        "aud": CLIENT,
        "nonce": nonce,
        "iat": at,
        "exp": at + 300,
        "email": "ana@example.test",
    }


def without_none(claims: dict[str, Any]) -> dict[str, Any]:
    """Return *claims* without those that are None."""
    return {name: value for name, value in claims.items() if value is not None}


class PretendProvider(ThreadingHTTPServer):
    """Signs *subject* in; `claims` change what a token says, `sign` how it is signed."""

    daemon_threads = True

    def __init__(self, clock: Callable[[], datetime]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.issuer = f"http://127.0.0.1:{self.server_port}"
        self.clock = clock
        self.subject = "sub-1"
        self.claims: dict[str, Any] = {}
        self.sign: Callable[[dict[str, Any]], str] = signed
        self.keys = public_keys()
        self.discovered: dict[str, Any] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[str] = []

    def approve(self, address: str) -> str:
        """Do what a person does there, and return where they are sent back to."""
        asked = dict(parse_qsl(urlsplit(address).query))
        assert asked["client_id"] == CLIENT
        assert (asked["response_type"], asked["scope"]) == ("code", "openid")
        assert asked["code_challenge_method"] == "S256"
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?code={code}&state={asked['state']}"

    def token(self, asked: dict[str, str]) -> str:
        """Return the ID token for what was asked."""
        usual = claims_of(self.issuer, self.subject, asked["nonce"], self.clock())
        return self.sign(without_none({**usual, **self.claims}))

    def __enter__(self) -> Self:
        """Serve for a block."""
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: PretendProvider

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        issuer = self.server.issuer
        if self.path == "/.well-known/openid-configuration":
            told = {
                "issuer": issuer,
                "authorization_endpoint": f"{issuer}/authorize",
                "token_endpoint": f"{issuer}/token",
                "jwks_uri": f"{issuer}/keys",
            }
            self._answer(200, {**told, **self.server.discovered})
        elif self.path == "/keys":
            self._answer(200, {"keys": self.server.keys})
        else:
            self._answer(404, {})

    def do_POST(self) -> None:
        self.server.asked.append(self.path)
        read = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {name: values[0] for name, values in parse_qs(read).items()}
        asked = self.server.codes.pop(form.get("code", ""), None)
        pair = base64.b64encode(f"{CLIENT}:a+secret+%26+a+half".encode()).decode()
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if (
            asked is None
            or self.headers["Authorization"] != f"Basic {pair}"
            or challenge != asked["code_challenge"]
            or form["redirect_uri"] != asked["redirect_uri"]
        ):
            self._answer(400, {"error": "invalid_grant", "error_description": "<b>foreign</b>"})
            return
        self._answer(200, {"id_token": self.server.token(asked)})

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        raw = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)
