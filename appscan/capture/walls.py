"""Login walls: is a page a place to sign in, and did that place stand between the walk and the site? Knows no browser.

A link or a form to sign in is no wall: a wall is what one is sent to instead of the page that was asked for, what
covers it without a way out, or what is all there is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from appscan.capture.addresses import urlsplit
from appscan.capture.journal import PAGE_KINDS, Journal, route_of
from appscan.capture.refusals import says_sign_in
from appscan.capture.shapes import listed, number_of
from appscan.capture.states import Node

SIGN_IN = re.compile(r"登\s?[录陆]|\blog\s?(in|on)\b|\bsign\s?in\b|授权进入|进入系统", re.IGNORECASE)
NO_SIGN_IN = re.compile(
    r"退出|暂不|免登|无需登|不登|保持|记住|自动登|登[录陆](记录|日志|次数|设备|密码)|未登[录陆]|登[录陆]后"
)
ACCOUNTS = re.compile(
    r"(统一身份|统一认证|身份认证|单点|扫码|扫一扫|二维码|短信|验证码|密码|人脸|数字证书|\bCA\b|UKey|一键|本机号码|手机号|微信|"
    r"钉钉?|支付宝|飞书|政[务易通钉].{0,4}|法人|账号|帐号).{0,8}?(登\s?[录陆]|认证|授权)",
    re.IGNORECASE,
)
SCAN = re.compile(r"(扫码|扫一扫|扫描).{0,14}(登[录陆]|认证|授权)|(登[录陆]|认证).{0,10}(扫码|扫一扫|二维码)")
PHONE = re.compile(r"手机号|手机号码|电话号码|phone|mobile", re.IGNORECASE)
CODE = re.compile(r"验证码|校验码|动态码|sms|captcha|verif|\bcode\b", re.IGNORECASE)
ROLE = re.compile(r"我是.{1,10}|.{0,6}(用户|人员|群众|居民|干部|企业|法人|个人|教师|家长|学生|医生)(入口|端)?")
BESIDE = re.compile(
    r"注册|忘记|找回|协议|隐私|政策|帮助|说明|指南|手册|下载|联系|客服|关于|看不清|换一[张换]|验证码|返回|语言|english|记住|保持|同意",
    re.IGNORECASE,
)
GO_ON = re.compile(r"暂不|先看看|随便看|逛逛|游客|访客|跳过|稍后|免登|首页|guest|skip|later|home", re.IGNORECASE)
ADDRESS = re.compile(
    r"log-?in|logon|\bsso|\bcas\b|oauth|\bauth(?!or)|passport|\bidp\b|\baccounts?\b|tyrz|sfrz|denglu|oidc|saml|ucenter",
    re.IGNORECASE,
)
HOME = re.compile(r"(^|/)(index|default)?(\.(html?|jsp|php|aspx?))?$", re.IGNORECASE)
"""What a bare entry to a site or a folder may be called: it may lead anywhere below it."""
MISSING = re.compile(r"(^|[/#])(404|not-?found|error/?404)\b", re.IGNORECASE)
MUCH_BESIDE, MUCH_TEXT, SCANT_TEXT = 4, 500, 80
MANY_WALLED = 3
ENTERING = frozenset({"textbox", "password", "checkbox", "radio", "select", "hidden", "file"})


@dataclass(frozen=True, slots=True)
class Arrival:
    """An address that was asked for, and what came: a state, a failure with its status, or another site."""

    url: str
    started: bool
    state: str | None
    route: str = ""
    status: int = 0
    away: str = ""


def is_door(seen: dict[str, Any], route: str) -> bool:
    """True where a page, as the page itself told it, asks to sign in and offers little else, or lets nobody past."""
    controls = listed(seen, "controls")
    for dialog in listed(seen, "dialogs"):
        inside = listed(dialog, "controls")
        fields = any(str(row.get("role")) in ENTERING for row in inside)
        if dialog.get("modal") and dialog.get("closable") is not True and _asks(
            inside, seen if fields else {}, str(dialog.get("text", ""))
        ):
            return True
    texts = " ".join(str(row.get("text", "")) for row in listed(seen, "texts")[:200])
    beside = [row for row in controls if not _part_of_door(row)]
    alone = len(beside) <= MUCH_BESIDE and number_of(seen, "text_length") < MUCH_TEXT
    if not alone:
        return False
    return _asks(controls, seen, texts) or _chooses_role(controls, route)


def _asks(controls: list[dict[str, Any]], seen: dict[str, Any], texts: str) -> bool:
    """Credentials with a control to sign in, a code to scan, or another account to sign in with."""
    if any(row.get("role") == "password" for row in controls):
        return True
    names = [str(row.get("text", "")) for row in controls]
    fields = [item for form in listed(seen, "forms") for item in listed(form, "fields")]
    entered = " ".join(f"{item.get('label', '')} {item.get('name', '')}" for item in fields)
    entered += " ".join(name for row, name in zip(controls, names, strict=True) if row.get("role") == "textbox")
    entered += " ".join(str(row.get("text", "")) for row in listed(seen, "texts") if row.get("role") == "placeholder")
    signing = [name for name in names if len(name) <= 20 and SIGN_IN.search(name) and not NO_SIGN_IN.search(name)]
    if signing and PHONE.search(entered) and (CODE.search(entered) or any(CODE.search(name) for name in names)):
        return True
    if any(len(name) <= 24 and ACCOUNTS.search(name) and not NO_SIGN_IN.search(name) for name in names):
        return True
    return bool(SCAN.search(texts))


def _chooses_role(controls: list[dict[str, Any]], route: str) -> bool:
    """A page whose address says login and whose controls say who one is, or only to sign in."""
    if not ADDRESS.search(route.partition("?")[0]):
        return False
    names = [str(row.get("text", "")) for row in controls if row.get("role") not in ENTERING]
    return any(ROLE.fullmatch(name.strip()) or (SIGN_IN.search(name) and not NO_SIGN_IN.search(name)) for name in names)


def _part_of_door(row: dict[str, Any]) -> bool:
    text = str(row.get("text", ""))
    return row.get("role") in ENTERING or bool(
        SIGN_IN.search(text) or ACCOUNTS.search(text) or BESIDE.search(text) or GO_ON.search(text)
        or ROLE.fullmatch(text.strip())
    )


@dataclass(frozen=True, slots=True)
class Walk:
    """What one walk came to: its states, those of them that are doors, and every address it asked for."""

    nodes: Sequence[Node]
    doors: frozenset[str]
    arrivals: Sequence[Arrival]
    turned: int = 0
    """Controls that led to a door."""
    refused: bool = False
    """Most of what the states asked for was answered with `not signed in`."""

    @property
    def forms(self) -> frozenset[str]:
        """States that ask for a password, among other things or not."""
        return frozenset(
            node.id for node in self.nodes if any(row.get("role") == "password" for row in node.controls)
        )

    @property
    def opened(self) -> list[Node]:
        return [node for node in self.nodes if node.id not in self.doors]


def tell_walls(walk: Walk, journal: Journal, urls: list[str], guest: bool = False) -> bool:
    """Write the gaps of login walls, of starts that are missing and of starts that lie elsewhere; True where a start
    lies behind a wall. `guest`: nobody was to be signed in."""
    _tell_starts(walk, journal, urls)
    walled = False
    for row in walk.arrivals:
        if not (_is_walled(row, walk.doors) or _lands_on_form(row, walk)) or not (row.started or is_moved(row)):
            continue
        blinds = row.started and not _is_passed(row, walk, journal)
        if not blinds and not is_moved(row) and row.state:
            continue  # a place to sign in was asked for by its own name, and the site is open beside it
        journal.route(route_of(row.url), "start" if row.started else "link", blocked="login_wall")
        params = {"url": row.away} if row.away else {}
        journal.gap("login_wall", list(PAGE_KINDS), row.url, blinds=blinds, **params)
        walled = walled or blinds
    if not walled and (walk.refused or _is_mostly_walled(walk) or _is_empty_for_want_of_login(walk, journal)):
        journal.gap("login_wall", list(PAGE_KINDS), urls[0], blinds=True)
        return True
    doors = [node for node in walk.nodes if node.id in walk.doors]
    if guest and doors and not walled:  # no wall, and still a side of the site that nobody has seen
        journal.gap("behind_login", list(PAGE_KINDS), doors[0].sight.url)
    return walled


def _tell_starts(walk: Walk, journal: Journal, urls: list[str]) -> None:
    """Starts that are missing, and starts that came out elsewhere; both only where no login is behind it."""
    starts = [
        row
        for row in walk.arrivals
        if row.started and not _is_walled(row, walk.doors) and not _lands_on_form(row, walk)
    ]
    missing = [row for row in starts if _is_missing(row)]
    lost = {row.state for row in missing}
    for row in missing:
        nothing = len(missing) == len(urls) and not [node for node in walk.opened if node.id not in lost]
        journal.gap("start_missing", list(PAGE_KINDS), row.url, blinds=nothing, status=row.status)
    for row in starts:
        if row.away:
            journal.gap("sent_elsewhere", list(PAGE_KINDS), row.url, blinds=row.state is None, url=row.away)
        elif row.state and is_moved(row) and row not in missing:
            blinds = is_astray(row) and not _is_seen(row, walk)
            journal.gap("sent_elsewhere", list(PAGE_KINDS), row.url, blinds=blinds, url=row.route)


def _is_seen(start: Arrival, walk: Walk) -> bool:
    """True where the walk came by another way to what a start did not show."""
    return any(not is_moved(Arrival(start.url, True, node.id, node.sight.route)) for node in walk.opened)


def _is_passed(start: Arrival, walk: Walk, journal: Journal) -> bool:
    ways = {row["id"]: (row["from"], row["by"]) for row in journal.states}
    left = start.state if start.away else None  # the page that only leads away
    return any(_is_past(node, start, walk.doors, ways) for node in walk.opened if node.id != left)


def _is_mostly_walled(walk: Walk) -> bool:
    """True where more of what was asked for or pressed led to the door than anything else was seen."""
    walled = {row.url for row in walk.arrivals if is_moved(row) and _is_walled(row, walk.doors)}
    return len(walled) + walk.turned >= max(MANY_WALLED, len({node.sight.route for node in walk.opened}) + 1)


def _is_walled(row: Arrival, doors: frozenset[str]) -> bool:
    if row.status == 401:
        return True
    return row.state in doors or is_way_in(row.away)


def is_way_in(address: str) -> bool:
    """True for an address whose name says that one signs in there."""
    parts = urlsplit(address)
    return bool(address and ADDRESS.search(f"{parts.netloc}{parts.path}#{parts.fragment}"))


def _is_missing(row: Arrival) -> bool:
    return row.status in (404, 410) or (is_moved(row) and bool(MISSING.search(row.route)))


def is_moved(row: Arrival) -> bool:
    """True where another route came than the one that was asked for; a start without a fragment may grow one."""
    asked, came = urlsplit(row.url), urlsplit(row.route)
    if asked.fragment.strip("/!"):
        return _plain(asked.fragment) != _plain(came.fragment)
    return _plain(asked.path) != _plain(came.path) and asked.path not in ("", "/")


def is_astray(row: Arrival) -> bool:
    """True where what came is neither what was asked for nor where an entry normally leads: from the root of the site
    anywhere, from a folder or a page to what lies below it."""
    if not is_moved(row) or ADDRESS.search(route_of(row.url).partition("?")[0]):
        return False  # who is signed in already is sent on from where to sign in
    asked, came = urlsplit(row.url), urlsplit(row.route)
    fragment = bool(asked.fragment.strip("/!"))
    here, there = (asked.fragment, came.fragment) if fragment else (asked.path, came.path)
    here, there = _plain(here), _plain(there)
    if HOME.search(here) and not fragment:
        here = here[: here.rfind("/")] if "/" in here else ""
    return bool(here) and here != there and not there.startswith(f"{here}/")


def _plain(path: str) -> str:
    """A path or route without its query, without percent signs and without what means the same (`/`, index.html)."""
    plain = unquote(path).partition("?")[0].lstrip("!").rstrip("/")
    return re.sub(r"/index\.html?$", "", plain, flags=re.IGNORECASE)


def _lands_on_form(row: Arrival, walk: Walk) -> bool:
    """True where a start that is no place to sign in came out, elsewhere, at a form that asks for a password."""
    asked, came = urlsplit(row.url), urlsplit(row.route)
    astray = is_astray(row) or (_plain(asked.path) != _plain(came.path) and ADDRESS.search(came.path))
    return bool(row.started and astray and row.state in walk.forms and not ADDRESS.search(route_of(row.url)))


def _is_past(node: Node, start: Arrival, doors: frozenset[str], ways: dict[str, tuple[str | None, str]]) -> bool:
    """True where a state shows what lies behind the wall of a start: the page that was asked for, or one to which a
    way without signing in leads. What a press on `sign in` led to is our own answer, not a login."""
    moved = start.state is None or is_moved(start)
    here, via_door = node.id, False
    for _ in range(50):
        origin, by = ways.get(here, (None, ""))
        if origin is None:
            break
        if origin in doors:
            via_door = True
            if not GO_ON.search(by) and (moved or node.press is not None or BESIDE.search(by) or SIGN_IN.search(by)):
                return False
        here = origin
    return not moved or via_door or node.sight.route == route_of(start.url)


def _is_empty_for_want_of_login(walk: Walk, journal: Journal) -> bool:
    """True where the site answered that nobody is signed in and no state shows more than a few words."""
    own = {node.id for node in walk.nodes}
    rows = [row for row in journal.states if row["id"] in own]
    if not rows or max(int(row["text_length"]) for row in rows) >= SCANT_TEXT:
        return False
    asked = [row for row in journal.requests if row["kind"] in ("xhr", "fetch", "jsonp") and row["sent"]]
    return any(says_sign_in(journal, row) for row in asked[:200])
