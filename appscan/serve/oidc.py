"""Signing in through the office's own provider (OpenID Connect, code flow with PKCE). Knows no page and no account.

State, nonce and verifier are kept here, used once, and bound to the browser that began: an answer that somebody else
obtained is worth nothing in it (RFC 9700, 4.7)."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from appscan.errors import AppscanError, UnavailableError
from appscan.serve.provider import Provider, is_safe
from appscan.serve.sessions import digest_of

LASTS = 600.0
MOST_PENDING = 2000
PATIENCE_SECONDS = 10
LEEWAY = 60
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
"""Signatures by a key pair alone: never `none`, and no secret that both sides know."""
BACK = "/sign-in/oidc/back"
WELL_KNOWN = "/.well-known/openid-configuration"


@dataclass(frozen=True, slots=True)
class _Begun:
    """One that was begun, by the digest of the browser's secret."""

    browser: str
    nonce: str
    verifier: str
    ends: float


class OidcError(AppscanError):
    """The answer proves nothing; `why` is for the log."""

    def __init__(self, why: str) -> None:
        super().__init__("oidc_refused", why=why)
        self.why = why


class SingleSignOn:
    """What one desk has begun with its provider. May be used by several threads."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self._begun: dict[str, _Begun] = {}
        self._lock = threading.Lock()
        self._metadata: dict[str, Any] = {}

    def begin(self, secret: str) -> str:
        """Where to send the browser that holds a secret. Raises UnavailableError where the provider is away."""
        state, nonce, verifier = (secrets.token_urlsafe(48) for _ in range(3))
        metadata = self._described()
        with self._lock:
            now = time.monotonic()
            for old in [one for one, begun in self._begun.items() if begun.ends < now]:
                del self._begun[old]
            while len(self._begun) >= MOST_PENDING:
                del self._begun[next(iter(self._begun))]
            self._begun[state] = _Begun(digest_of(secret), nonce, verifier, now + LASTS)
        with self._session() as session:
            url, _ = session.create_authorization_url(metadata["authorization_endpoint"], state=state, nonce=nonce,
                                                      code_verifier=verifier)
        return str(url)

    def finish(self, secret: str, state: str, code: str, issuer: str = "") -> str:
        """The name of the account that the provider vouches for. Raises OidcError where the answer proves nothing to
        this browser, UnavailableError where the provider is away."""
        with self._lock:
            begun = self._begun.pop(state, None)
        if begun is None or begun.ends < time.monotonic():
            raise OidcError("state")
        if not secret or not secrets.compare_digest(begun.browser, digest_of(secret)):
            raise OidcError("browser")
        if issuer not in ("", self.provider.issuer):  # an answer of another provider (RFC 9207)
            raise OidcError("issuer")
        claims = self._claims(code, begun)
        name = claims.get(self.provider.claim)
        if not isinstance(name, str) or not name:
            raise OidcError("claim")
        return name

    def _claims(self, code: str, begun: _Begun) -> Mapping[str, Any]:
        """What the token says, after its signature, issuer, audience, times and nonce were proved (OpenID Connect Core
        1.0, 3.1.3.7)."""
        import requests
        from authlib.common.errors import AuthlibBaseError
        from authlib.oidc.core import CodeIDToken
        from joserfc import jwt
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet

        metadata = self._described()
        try:
            with self._session() as session:
                token = session.fetch_token(metadata["token_endpoint"], grant_type="authorization_code", code=code,
                                            code_verifier=begun.verifier, timeout=PATIENCE_SECONDS)
            keys = KeySet.import_key_set(self._fetched(metadata["jwks_uri"]))  # type: ignore[arg-type]
            told = jwt.decode(str(token["id_token"]), keys, algorithms=ALGORITHMS)
            claims = CodeIDToken(told.claims, told.header, {
                "iss": {"essential": True, "value": self.provider.issuer},
                "aud": {"essential": True, "value": self.provider.client},
            }, {"nonce": begun.nonce, "client_id": self.provider.client, "access_token": token.get("access_token")})
            claims.validate(leeway=LEEWAY)
        except requests.RequestException as error:
            raise self._away(type(error).__name__) from error
        except (JoseError, AuthlibBaseError, KeyError, ValueError, TypeError) as error:
            raise OidcError(type(error).__name__) from error
        return dict(claims)

    def _described(self) -> dict[str, Any]:
        """The provider's own description, which must be of the issuer that was named."""
        if not self._metadata:
            found = self._fetched(self.provider.issuer.rstrip("/") + WELL_KNOWN)
            ends = ("authorization_endpoint", "token_endpoint", "jwks_uri")
            if found.get("issuer") != self.provider.issuer or not all(is_safe(str(found.get(one))) for one in ends):
                raise self._away("issuer")
            self._metadata = found
        return self._metadata

    def _fetched(self, url: str) -> dict[str, Any]:
        import requests

        try:
            with self._session() as session:
                answer = session.get(url, timeout=PATIENCE_SECONDS, withhold_token=True, allow_redirects=False)
                answer.raise_for_status()
                found = answer.json()
        except (requests.RequestException, ValueError) as error:
            raise self._away(type(error).__name__) from error
        if not isinstance(found, dict):
            raise self._away("JSON")
        return found

    def _away(self, reason: str) -> UnavailableError:
        return UnavailableError("oidc_unavailable", issuer=self.provider.issuer, reason=reason)

    def _session(self) -> Any:
        from authlib.integrations.requests_client import OAuth2Session

        return OAuth2Session(self.provider.client, self.provider.secret, scope="openid profile",
                             redirect_uri=self.provider.address + BACK, code_challenge_method="S256")
