"""Claims about planted secrets: none is in a recording in any form, pictures included."""

from __future__ import annotations

import base64
import json
import struct
import zlib
from pathlib import Path
from urllib.parse import quote

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
