"""Claims about planted secrets: none is in a recording in any form, pictures included."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import struct
import zlib
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

from appscan.capture import Actor, CaptureOptions, capture

from .conftest import QUICK, Recording, opened
from .hostile import Plan, counting, page

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJwbGFudGVkLXVzZXItMDEifQ.c2lnbmF0dXJlLXBsYW50ZWQ"
SECRETS = {
    "cookie": "cookie-planted-71aa02",
    "set-cookie": "setcookie-planted-5512",
    "localStorage": "local-planted-c31d07",
    "sessionStorage": "session-planted-90ab",
    "authorization": "bearer-planted-44ff81",
    "password": "password-planted-1e2d",
    "query": "query-planted-8d7c6b",
    "fragment": "fragment-planted-3b2a",
    "indexed": "indexed-planted-66ee",
    "inline": "inline-planted-0c0d0e",
    "jwt": JWT,
}
"""Where each was planted → what was planted."""
GIVEN = {"PLANTED_PIN": "8841", "PLANTED_WORD": "虎口脱险", "PLANTED_LONG": "a<b&c'd\"e/9 虎口"}
"""What login steps take from the environment: too short, or not of ASCII, or in need of being escaped."""
STEPS = """endpoints: [/api/login]
steps:
  - open: /login.html
  - fill: {field: 口令一, with: "${PLANTED_PIN}"}
  - fill: {field: 口令二, with: "${PLANTED_WORD}"}
  - fill: {field: 口令三, with: "${PLANTED_LONG}"}
  - click: 登录
  - wait: 欢迎
"""
DOOR = """<input id=a placeholder=口令一><input id=b placeholder=口令二><input id=c placeholder=口令三>
<button>登录</button>
<script>document.querySelector('button').onclick = () => { const of = (id) => document.getElementById(id).value;
  const all = {mm: of('a'), kl: of('b'), dm: of('c')};
  fetch('/api/login', {method: 'POST', body: JSON.stringify(all)}).then(() => {
    sessionStorage.form = JSON.stringify(all); location.href = '/home.html?xm=' + encodeURIComponent(all.kl); }); };
</script>"""
HOME = """<h1>欢迎，本月 8841 人次</h1><p id=n></p><div id=d></div><input id=i><script>
const all = JSON.parse(sessionStorage.form), bytes = (text) => new TextEncoder().encode(text);
const coded = (text) => btoa(String.fromCharCode(...bytes(text)));
const line = document.getElementById('n'); line.textContent = all.dm; line.title = all.dm;
document.getElementById('i').setAttribute('value', all.mm);
document.getElementById('d').innerHTML = '<b>' + line.innerHTML;
const hex = (text) => crypto.subtle.digest('SHA-256', bytes(text)).then((raw) =>
  [...new Uint8Array(raw)].map((n) => n.toString(16).padStart(2, '0')).join(''));
Promise.all(Object.values(all).map(hex)).then((digests) => fetch('/api/list?mm=' + all.mm + '&kl=' +
  encodeURIComponent(all.kl) + '&dm=' + encodeURIComponent(all.dm), {method: 'POST',
  body: JSON.stringify({...all, digests, number: 8841, codes: Object.values(all).map(coded),
    inner: JSON.stringify(all)})}));
fetch('/api/save', {method: 'POST', body: new URLSearchParams(all)});
const form = new FormData(); Object.entries(all).forEach(([name, text]) => form.append(name, text));
fetch('/api/store', {method: 'POST', body: form}); fetch('/api/keep', {method: 'POST', body: all.mm});
</script>"""
PAGE = f"""<script>window.__STATE__ = {{"accessToken": "{SECRETS["inline"]}"}};</script>
<form><input id=p type=password name=pwd placeholder=密码 value="{SECRETS["password"]}"><input name=a></form>
<p id=o></p><p id=i></p><script>
localStorage.access_token = '{SECRETS["localStorage"]}'; sessionStorage.sid = '{SECRETS["sessionStorage"]}';
const all = [localStorage.access_token, sessionStorage.sid];
document.getElementById('o').textContent = all.join(' ') + ' ' + document.cookie;
document.title = '首页 ' + localStorage.access_token;
const opening = indexedDB.open('d', 1);
opening.onupgradeneeded = () => opening.result.createObjectStore('s');
opening.onsuccess = () => fetch('/api/grant').then((r) => r.json()).then((r) => {{
  const store = opening.result.transaction('s', 'readwrite').objectStore('s'); store.put(r.ticket, 'k');
  store.get('k').onsuccess = (e) => {{ document.getElementById('i').textContent = e.target.result; }}; }});
fetch('/api/list?token={SECRETS["query"]}', {{headers: {{Authorization: 'Bearer {SECRETS["authorization"]}'}}}});
fetch('/api/save', {{method: 'POST', headers: {{Authorization: 'Bearer {SECRETS["authorization"]}'}},
  body: JSON.stringify({{jwt: '{JWT}', note: btoa('x' + localStorage.access_token), hex: [...new TextEncoder()
  .encode(localStorage.access_token)].map((n) => n.toString(16).padStart(2, '0')).join(''),
  auth: 'Bearer {SECRETS["authorization"]}', url: encodeURIComponent(location.href),
  pwd: document.getElementById('p').value}})}});
fetch('/api/seen#access_token={SECRETS["fragment"]}');
history.replaceState(null, '', '#access_token={SECRETS["fragment"]}');
</script>"""


def forms(secret: str) -> list[bytes]:
    """A secret as it may be written down: plain, address, hex, base64 at each offset."""
    raw = secret.encode()
    found = [raw, quote(secret, safe="").encode(), raw.hex().encode()]
    for shift in range(3):
        text = base64.b64encode(b"\0" * shift + raw)
        found.append(text[-(-shift * 4 // 3) : (len(raw) + shift) * 8 // 6])
    return found


def chunk_texts(picture: bytes) -> bytes:
    """Everything in a PNG that is not its pixels, unpacked where it is packed."""
    kept, at = b"", 8
    while at + 8 <= len(picture):
        size, kind = struct.unpack(">I4s", picture[at : at + 8])
        body = picture[at + 8 : at + 8 + size]
        if kind not in (b"IDAT", b"IHDR", b"IEND"):
            kept += body + (zlib.decompress(body.split(b"\0", 2)[-1]) if kind == b"zTXt" else b"")
        at += 12 + size
    return kept


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    folder: Path = tmp_path_factory.mktemp("planted")
    listing = json.dumps({"code": 0, "data": [{"token": SECRETS["query"]}], "refresh_token": SECRETS["set-cookie"]})
    grant = json.dumps({"code": 0, "ticket": SECRETS["indexed"]})
    kind = "application/json"
    plan = Plan(
        {"/index.html": page(PAGE), "/api/list": (kind, listing), "/api/grant": (kind, grant)},
        headers={"Set-Cookie": f"JSESSIONID={SECRETS['set-cookie']}; Path=/"},
    )
    with counting(plan) as told:
        state = folder / "state.json"
        cookie = {"name": "sid", "value": SECRETS["cookie"], "domain": "127.0.0.1", "path": "/", "expires": -1}
        cookies = [{**cookie, "httpOnly": False, "secure": False, "sameSite": "Lax"}]
        state.write_text(json.dumps({"cookies": cookies, "origins": []}), "utf-8")
        actor = Actor("staff", storage_state=state)
        options = CaptureOptions(**{**QUICK, "pictures": True, "days": 1, "trials": 2, "actors": (actor,)})
        return opened(capture([f"{told.url}/index.html"], folder / "o.zip", options))


@pytest.mark.parametrize("where", SECRETS)
def test_no_planted_secret_is_in_any_part_in_any_form(planted: Recording, where: str):
    for name, part in planted.parts.items():
        text = chunk_texts(part) if name.endswith(".png") else part
        for form in forms(SECRETS[where]):
            assert form not in text, (where, name, form)


def test_the_page_itself_is_still_there(planted: Recording):
    state = planted.document["states"][0]
    assert state["title"].startswith("首页")
    field = next(field for form in state["forms"] for field in form["fields"] if field["type"] == "password")
    assert (field["name"], field["label"]) == ("pwd", "密码")
    assert any("pwd" in row["request_fields"] for row in planted.document["requests"])


@pytest.fixture(scope="module")
def signed_in(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    folder: Path = tmp_path_factory.mktemp("given")
    steps = folder / "staff.yaml"
    steps.write_text(STEPS, "utf-8")
    echo = json.dumps({"code": 0, "mm": GIVEN["PLANTED_PIN"], "md5": hashlib.md5(b"8841").hexdigest().upper()})
    plan = Plan({"/login.html": page(DOOR), "/home.html": page(HOME), "/api/list": ("application/json", echo)})
    with counting(plan) as told, pytest.MonkeyPatch.context() as environment:
        for name, secret in GIVEN.items():
            environment.setenv(name, secret)
        options = CaptureOptions(**{**QUICK, "days": 0, "actors": (Actor("staff", steps=steps),)})
        return opened(capture([f"{told.url}/home.html"], folder / "o.zip", options))


def given_forms(secret: str) -> list[str]:
    """A secret as whole values, escaped, coded and digested."""
    raw = secret.encode()
    long = [secret, html.escape(secret), html.escape(secret, quote=False), quote(secret, safe=""), quote_plus(secret),
            json.dumps(secret)[1:-1], json.dumps(json.dumps(secret))[3:-3]]
    whole = [f'"{secret}"', f":{secret}", f"={secret}", f"={quote(secret, safe='')}", f"\r\n{secret}\r\n",
             f'\\"{secret}\\"']
    digests = [kind(raw).hexdigest() for kind in (hashlib.md5, hashlib.sha1, hashlib.sha256)]
    found = (long if len(secret) >= 6 else whole) + digests + [digest.upper() for digest in digests]
    return [*found, raw.hex(), base64.b64encode(raw).decode().rstrip("=")]


@pytest.mark.parametrize("name", GIVEN)
def test_no_secret_of_the_login_steps_is_in_any_part_in_any_form(signed_in: Recording, name: str):
    assert signed_in.document["actors"][0]["logged_in_before"] is True
    for part, content in signed_in.parts.items():
        text = content.decode("utf-8", "replace")
        for form in given_forms(GIVEN[name]):
            assert form not in text, (part, form)


def test_a_short_secret_costs_no_text_of_the_page(signed_in: Recording):
    texts = [row["text"] for state in signed_in.document["states"] for row in state["texts"]]
    assert "欢迎，本月 8841 人次" in texts
    assert {"mm", "kl", "dm"} <= {name for row in signed_in.document["requests"] for name in row["request_fields"]}
