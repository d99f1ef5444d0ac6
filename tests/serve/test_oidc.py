"""Claims about signing in through the office's provider, against a small real one on 127.0.0.1."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest

from appscan.errors import UsageError
from appscan.serve import sessions
from appscan.serve.provider import Provider, provider_from
from appscan.serve.settings import Settings
from appscan.store import EventKind, Role
from tests.serve.conftest import PASSWORD, USERS, run_desk, sign_in

pytest.importorskip("authlib", reason="signing in through a provider needs appscan[oidc]")

CLIENT, SECRET = "desk", "a secret of the client"


class Office:
    """A provider: signs a token for `user`, as the attack of a test wants it."""

    def __init__(self) -> None:
        from joserfc.jwk import RSAKey

        self.key, self.foreign = (RSAKey.generate_key(2048, {"kid": "one"}) for _ in range(2))
        self.user, self.claims, self.header, self.signer = "复核员", {}, {"alg": "RS256", "kid": "one"}, self.key
        self.codes: dict[str, dict[str, str]] = {}
        self.tokens = 0
        office = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                parts = urlsplit(self.path)
                if parts.path == "/.well-known/openid-configuration":
                    self._json({"issuer": office.issuer, "jwks_uri": f"{office.issuer}/keys",
                                "authorization_endpoint": f"{office.issuer}/authorize",
                                "token_endpoint": f"{office.issuer}/token"})
                elif parts.path == "/keys":
                    self._json({"keys": [office.key.as_dict(private=False)]})
                else:
                    asked = dict(parse_qsl(parts.query))
                    code = secrets.token_hex(8)
                    office.codes[code] = asked
                    self.send_response(302)
                    self.send_header("Location", f"{asked['redirect_uri']}?" + urlencode(
                        {"code": code, "state": asked["state"], "iss": office.issuer}))
                    self.end_headers()

            def do_POST(self):
                form = {name: one[0] for name, one in parse_qs(
                    self.rfile.read(int(self.headers["Content-Length"])).decode()).items()}
                office.tokens += 1
                asked = office.codes.pop(form["code"], None)
                challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
                basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
                if (asked is None or challenge.decode().rstrip("=") != asked["code_challenge"]
                        or self.headers["Authorization"] != f"Basic {basic}"):
                    self._json({"error": "invalid_grant"}, 400)
                    return
                self._json({"access_token": "x", "token_type": "Bearer", "id_token": office.token(asked["nonce"])})

            def _json(self, content, status=200):
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps(content).encode())

            def log_message(self, *_: object):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.issuer = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def token(self, nonce: str) -> str:
        from joserfc import jwt

        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "sub": self.user, "iat": now, "exp": now + 300, "nonce": nonce,
                  **self.claims}
        if self.header["alg"] == "none":
            parts = [base64.urlsafe_b64encode(json.dumps(one).encode()).decode().rstrip("=")
                     for one in (self.header, claims)]
            return ".".join([*parts, ""])
        return jwt.encode(self.header, claims, self.signer, algorithms=[self.header["alg"]])


@pytest.fixture
def office():
    made = Office()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def desk_with(tmp_path, kept_password, office):
    """A desk that knows the provider."""
    provider = Provider(office.issuer, CLIENT, SECRET, "http://localhost")
    yield from run_desk(tmp_path, kept_password, Settings(provider=provider, workers=0))


def _begun(client) -> str:
    """Where the provider sends the browser back to, as path and query."""
    import httpx

    asked = client.get("/sign-in/oidc")
    assert asked.status_code == 303, asked.text
    parts = urlsplit(httpx.get(asked.headers["location"], trust_env=False).headers["location"])
    return f"{parts.path}?{parts.query}"


def test_who_the_provider_vouches_for_is_signed_in_under_a_new_session(desk_with, office):
    with desk_with.client() as client:
        assert "用统一身份认证登录" in client.get("/sign-in").text
        planted = client.cookies["appscan"]
        back = client.get(_begun(client))
        assert back.status_code == 303, back.text
        assert client.cookies["appscan"] != planted
        assert client.get("/scans").status_code == 200
        assert "复核员" in client.get("/scans").text
    event = list(desk_with.store.events(EventKind.SIGNED_IN))[-1]
    assert (event.who, event.content["by"]) == ("复核员", "oidc")


def test_an_answer_is_worth_nothing_in_another_browser_nor_a_second_time(desk_with, office):
    with desk_with.client() as attacker, desk_with.client() as victim:
        victim.get("/sign-in")
        answer = _begun(attacker)
        assert victim.get(answer).status_code == 401
        assert attacker.get(answer).status_code == 401  # it was used up
        assert office.tokens == 0
        answer = _begun(attacker)
        assert attacker.get(answer).status_code == 303
        assert victim.get("/scans").status_code == 303
        assert attacker.get(answer).status_code == 401
        assert office.tokens == 1
        state = dict(parse_qsl(urlsplit(_begun(victim)).query))["state"]
        assert victim.get("/sign-in/oidc/back", params={"state": state, "code": "guessed"}).status_code == 401
    refused = [event.content["why"] for event in desk_with.store.events(EventKind.SIGN_IN_REFUSED)]
    assert refused[:2] == ["oidc browser", "oidc state"]


@pytest.mark.parametrize("attack", ["nonce", "aud", "aud for us", "iss", "exp", "azp", "none", "hs256", "foreign key",
                                    "no name"])
def test_a_token_that_proves_nothing_signs_nobody_in(desk_with, office, attack):
    from joserfc.jwk import OctKey

    match attack:
        case "nonce" | "aud" | "iss":
            office.claims = {attack: "another"}
        case "aud for us":  # a token of another client, in which we are only named
            office.claims = {"aud": "another", "azp": CLIENT}
        case "exp":
            office.claims = {"exp": int(time.time()) - 3600, "iat": int(time.time()) - 7200}
        case "azp":
            office.claims = {"azp": "another"}
        case "none":
            office.header = {"alg": "none"}
        case "hs256":
            office.header, office.signer = {"alg": "HS256"}, OctKey.import_key(SECRET)
        case "foreign key":
            office.signer = office.foreign
        case "no name":
            office.claims = {"sub": ""}
    with desk_with.client() as client:
        answer = client.get(_begun(client))
        assert answer.status_code == 401, attack
        assert "没有完成" in answer.text
        assert client.get("/scans").status_code == 303
    assert office.tokens == 1


def test_an_answer_that_names_another_provider_is_refused(desk_with, office):
    with desk_with.client() as client:
        assert client.get(_begun(client).replace("iss=http", "iss=https")).status_code == 401
    assert office.tokens == 0


def test_an_account_must_be_there_and_open(desk_with, office):
    desk_with.store.accounts.disable("复核员", who="管理员", when=sessions.now())
    with desk_with.client() as client:
        assert client.get(_begun(client)).status_code == 403
        office.user = "新同事"
        assert client.get(_begun(client)).status_code == 403
    assert {user.name for user in desk_with.store.accounts.users()} == set(USERS)


def test_where_the_office_wants_it_an_account_is_created_that_only_reads(tmp_path, kept_password, office):
    office.user = "新同事"
    provider = Provider(office.issuer, CLIENT, SECRET, "http://localhost", creates=True)
    for desk in run_desk(tmp_path, kept_password, Settings(provider=provider, workers=0)):
        with desk.client() as client:
            assert client.get(_begun(client)).status_code == 303
            assert client.get("/scans").status_code == 200
            assert client.get("/scans/new").status_code == 403
            office.user = "x" * 200
            assert client.get(_begun(client)).status_code == 403
        with desk.client() as client:  # and no password opens it
            assert sign_in(client, "新同事", "").status_code in (401, 422)
            assert sign_in(client, "新同事", PASSWORD).status_code == 401
        made = next(user for user in desk.store.accounts.users() if user.name == "新同事")
        assert made.role is Role.VIEWER


def test_without_a_provider_there_is_no_such_page(desk):
    with desk.client() as client:
        assert client.get("/sign-in/oidc").status_code == 404
        assert client.get("/sign-in/oidc/back?state=a&code=b").status_code == 404
        assert "统一身份认证" not in client.get("/sign-in").text


def test_a_provider_that_is_away_is_told_and_passwords_still_work(desk_with, office):
    office.server.shutdown()
    office.server.server_close()
    with desk_with.client() as client:
        away = client.get("/sign-in/oidc")
        assert away.status_code == 503
        assert "暂时连接不上统一身份认证" in away.text
        assert sign_in(client, "复核员", PASSWORD).status_code == 303


def test_settings_of_the_provider_come_whole_and_safe_or_not_at_all():
    whole = {"APPSCAN_OIDC_ISSUER": "https://id.example", "APPSCAN_OIDC_CLIENT": "desk", "APPSCAN_OIDC_SECRET": "s",
             "APPSCAN_OIDC_ADDRESS": "https://desk.example/"}
    assert provider_from({}) is None
    provider = provider_from(whole)
    assert provider == Provider("https://id.example", "desk", "s", "https://desk.example")
    assert "'s'" not in repr(provider)
    for missing in ("CLIENT", "SECRET", "ADDRESS"):
        with pytest.raises(UsageError, match="oidc_incomplete"):
            provider_from({name: value for name, value in whole.items() if not name.endswith(missing)})
    for name in ("ISSUER", "ADDRESS"):
        with pytest.raises(UsageError, match="oidc_insecure"):
            provider_from({**whole, f"APPSCAN_OIDC_{name}": "http://id.example"})
