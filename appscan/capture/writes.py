"""What a request is, told by whole words of its path, query and body: read, write, login or unknown. Knows no browser.

Rule (seams.md, "Writes"): a write word beats a read word; words that are also things (`sign`, `report`) are writes
unless a read word ends the path (`/sign/list`); `signIn` is a login; what is no plain read is not sent.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterable
from enum import StrEnum
from urllib.parse import parse_qsl, urlsplit

from appscan.capture.request_words import KEEPING, LOGINS, PAIRS, word_class, words
from appscan.capture.telling import told_by_body, told_by_file, told_by_opening, told_by_query


class Kind(StrEnum):
    """Closed set of request classes."""

    READ = "read"
    WRITE = "write"
    LOGIN = "login"
    UNKNOWN = "unknown"


DEPARTURES = frozenset(
    {"logout", "signout", "logoff", "signoff", "loginout", "loginoff", "exit", "quit", "tuichu", "zhuxiao"}
)
PAGE_DEEDS = DEPARTURES | {"delete", "remove", "submit", "save", "dosign", "approve", "confirm", "cancel"}
SOCKET_NOUNS = frozenset({"push", "sync", "message", "notice", "event", "receive", "post", "send", "monitor", "watch"})
"""What an address of a socket may be called without doing anything: it is there to receive."""
MAX_BODY = 20_000
ASSET = re.compile(
    r"\.(js|mjs|css|png|jpe?g|gif|svg|webp|ico|bmp|avif|woff2?|ttf|otf|eot|map|mp4|webm|mp3|wasm|pdf)$", re.IGNORECASE
)
PAGE = re.compile(r"\.(html?|xhtml|jsp|php|aspx?|vue|shtml)$", re.IGNORECASE)
ACTION = re.compile(r"\.(do|action|api|cgi|dll|ashx)$", re.IGNORECASE)
"""What the address of a page ends with where a program runs, not a file."""
DOCUMENT = re.compile(r"\.(html?|xhtml|shtml)$", re.IGNORECASE)
CALLBACK = re.compile(r"^_?(json)?p?_?(callback|cb|jsonp|jsoncallback|jsonpcallback)$", re.IGNORECASE)
_SUFFIX = re.compile(r"\.(do|action|json|xml|jsp|[sx]?html?|php|as[phm]x?|asmx|api|vue|dll|cgi)$", re.IGNORECASE)
_IDENTITY = re.compile(r"^(\d+|v\d+|[0-9a-f-]{16,}|\{.*\}|:.*)$", re.IGNORECASE)
_OPERATION = re.compile(r"(?:^|\})\s*(query|mutation|subscription)\b|^\s*(\{)")
_PART = re.compile(r'name="([\w.-]{1,60})"\r?\n\r?\n([^\r\n]{0,200})')
_PHONE = re.compile(
    r"(?:^|[&\"'\s{,])(?!is_?mobile)(?:\w{0,20}(?:phone|mobile)(?:_?(?:num|number|no))?|(?:user_?)?tel|sjh|shouji(?:hao)?)"
    r"(?:[\"']?\s{0,5}[=:]|\"\r?\n)",
    re.IGNORECASE,
)
_CODE = re.compile(r"(?<!qr)(?<!area)(?<!dict)(?<!bar)(?<!by)code|captcha|sms|verif|yzm|duanxin", re.IGNORECASE)
_SOAP = re.compile(r"<(?:\w+:)?Body\b[^>]{0,400}>\s{0,200}<(?:\w+:)?([A-Za-z]\w{0,80})")


def classify(method: str, url: str, body: str = "", kind: str = "fetch", pressed: bool = False) -> Kind:
    """Class of one request. `kind` is the recording's kind of request; a frame of a socket is method SEND. `pressed`: a
    press set it off, so that a name nobody knows may be what the press is for."""
    method = method.upper()
    try:
        parts = urlsplit(url)
        query = parse_qsl(parts.query, keep_blank_values=True)[:200]
    except ValueError:
        return Kind.UNKNOWN
    if method not in ("GET", "HEAD", "OPTIONS", "POST") or kind == "beacon":
        return Kind.WRITE
    reading = method != "POST"
    segments = [segment for segment in parts.path.split("/") if segment]
    if reading and ASSET.search(parts.path):
        if told_by_file(segments, query, kind):
            return Kind.WRITE
        plain = {name.lower() for name, _ in query} <= word_class("harmless")
        if plain or kind in ("script", "style", "other"):
            return Kind.READ
        if kind == "image":
            return Kind.WRITE  # a picture that carries a message
    acts = [*_acts(query), *([] if reading else _body_acts(body))]
    if kind in ("socket", "eventsource"):
        return Kind.WRITE if told_by_opening(segments, query) else _opening(segments, acts)
    if kind == "document":
        return _page(segments, "?" in url.partition("#")[0], acts)
    verdict = _weighed(_by_words(segments, acts, reading), segments, acts, parts.query, body, reading)
    if verdict is not None:
        return verdict
    if method in ("OPTIONS", "HEAD"):
        return Kind.READ
    return _unnamed(parts.path, query, kind, pressed) if reading else Kind.UNKNOWN


def _weighed(
    verdict: Kind | None, segments: list[str], acts: list[list[str]], query: str, body: str, reading: bool
) -> Kind | None:
    """What the words say, unless what is carried along says more: a message to send, a time spent, a place."""
    if verdict is not Kind.LOGIN and _asks_for_code(segments, acts, query, body):
        return Kind.WRITE
    if reading:
        carried = verdict in (Kind.READ, None) and told_by_query(
            segments, _last(segments), parse_qsl(query, keep_blank_values=True)[:200]
        )
        return Kind.WRITE if carried else verdict
    told = told_by_body(segments, body[:MAX_BODY]) if verdict is Kind.READ else None
    return verdict if told is None else Kind.WRITE if told else Kind.UNKNOWN


def _unnamed(path: str, query: list[tuple[str, str]], kind: str, pressed: bool) -> Kind:
    """A GET whose words nobody knows: a press may be there for just that, a page that opens wants to show it."""
    verdict, last = _plain_get(query, kind), _last([segment for segment in path.split("/") if segment])
    asked = pressed and kind in ("fetch", "xhr", "jsonp", "image") and not PAGE.search(path)
    searches = any(name.lower().replace("_", "") in word_class("searching") for name, _ in query)
    strange = (asked or (kind == "form" and not searches)) and bool(last) and not _is_noun(last)
    return Kind.UNKNOWN if verdict is Kind.READ and strange else verdict


def _opening(segments: list[str], acts: list[list[str]]) -> Kind:
    """A socket or a stream is opened to receive; only what its address says to do makes the opening a write."""
    doing = word_class("changes") - SOCKET_NOUNS
    said = [word for segment in segments for word in words(segment)]
    if set(said) & doing or any(_deed(act, True) in (Kind.WRITE, Kind.LOGIN) for act in acts):
        return Kind.WRITE
    return Kind.READ


def _page(segments: list[str], asked: bool, acts: list[list[str]]) -> Kind:
    """An address of the window: a page, unless it names a deed itself (`/user/delete?id=3`, `?op=sign`). `asked`: it
    carries a query, be it an empty one as a form without fields sends it."""
    last = _last(segments)
    for act in acts:
        found, entrance = _deed(act, True), act[-1] in LOGINS and "do" not in act
        if found is Kind.WRITE or (found is Kind.LOGIN and not entrance):
            return Kind.WRITE
    if segments and DOCUMENT.search(segments[-1]) and not any(_IDENTITY.match(segment) for segment in segments):
        return _file(segments, last)
    if _joined(last) & PAGE_DEEDS:
        return Kind.WRITE
    above = {word for segment in segments[:-1] for word in words(segment)}
    if above & word_class("credits") and set(last) & KEEPING:
        return Kind.WRITE  # `/integral/add` gives points; `/notice/add` is a form to fill in
    if "api" in above and not PAGE.search(segments[-1]):
        return Kind.WRITE if _by_words(segments, acts, True) is Kind.WRITE else Kind.READ
    if not segments or _joined(last) & LOGINS:
        return Kind.READ
    if _does(segments, last, asked):
        return Kind.WRITE
    if PAGE.search(segments[-1]) or not asked:
        return Kind.READ
    return Kind.WRITE if _by_words(segments, acts, True) is Kind.WRITE else Kind.READ


def _file(segments: list[str], last: list[str]) -> Kind:
    """A file: `/confirm.html` asks, it does nothing; but `/user/delete/id/3.html` is a deed on the third user."""
    above = [words(segment) for segment in segments[:-1]]
    numbered = bool(_IDENTITY.match(_SUFFIX.sub("", segments[-1]))) and any(
        len(name) == 1 and name[0] in PAGE_DEEDS for name in above
    )
    return Kind.WRITE if numbered or _joined(last) & DEPARTURES else Kind.READ


def _does(segments: list[str], last: list[str], asked: bool) -> bool:
    """True where an address does what its last name says: it says on what (`/task/complete/3`, `/qiandao.php?uid=7`),
    or a program runs there (`/daka.do`, `/index.php/Sign/qiandao`). `/vote/3` and `/notice/edit/3` are pages."""
    doing = (word_class("deeds") | word_class("changes") | PAIRS) - word_class("showing")
    if not _joined(last) & doing or _deed(last, True) is not Kind.WRITE:
        return False
    named = [segment for segment in segments if not _IDENTITY.match(segment)]
    numbered = len(segments) > len(named) and len(named) > 1 and not _IDENTITY.match(segments[0])
    program = bool(ACTION.search(segments[-1])) or any(PAGE.search(segment) for segment in segments[:-1])
    return numbered or program or asked


def is_departure(url: str) -> bool:
    """True for an address that ends a session."""
    try:
        parts = urlsplit(url)
        last = _last([segment for segment in parts.path.split("/") if segment])
        acts = _acts(parse_qsl(parts.query, keep_blank_values=True)[:200])
        route = _last([segment for segment in parts.fragment.partition("?")[0].split("/") if segment])
    except ValueError:
        return False
    return any(_joined(name) & DEPARTURES for name in (last, route, *acts) if len(name) <= 3)


def _plain_get(query: list[tuple[str, str]], kind: str) -> Kind:
    """A GET whose words say nothing: scripts with a callback and pictures with a message are no plain reads."""
    names = {name.lower().replace("_", "") for name, _ in query}
    if kind == "jsonp":
        return Kind.UNKNOWN
    if kind == "image":
        return Kind.READ if names <= word_class("harmless") else Kind.WRITE
    if names & word_class("marking"):
        return Kind.WRITE
    return Kind.UNKNOWN if names & word_class("placing") else Kind.READ


def _is_noun(name: list[str]) -> bool:
    """True for names of things alone (`article`, `houseTypes`): a press that asks for these shows them."""
    nouns = word_class("nouns") | word_class("things") | word_class("reads") | word_class("parts")
    deeds = word_class("deeds") | word_class("changes")
    return bool(name) and all(
        word in nouns or (len(word) > 4 and word[-1] == "s" and word[-2] not in "su" and word[:-1] not in deeds)
        for word in name
    )


def _asks_for_code(segments: list[str], acts: list[list[str]], query: str, body: str) -> bool:
    """True where a telephone number goes to something that is about codes: a message is sent to that telephone."""
    said = "/".join([*segments[-2:], *("".join(act) for act in acts)])
    return bool(_CODE.search(said) and _PHONE.search(f"{query}&{body[:MAX_BODY]}"))


def _by_words(segments: list[str], acts: list[list[str]], reading: bool) -> Kind | None:
    """What path and operations say together; the operation is nearer to the deed than the path."""
    told = [_deed(act, reading) for act in acts if act]
    path = _path(segments, reading)
    if Kind.WRITE in told:
        return Kind.WRITE
    if Kind.READ in told:  # an operation that reads, on a path that names no change of its own
        changed = {word for segment in segments for word in words(segment)} & word_class("changes")
        return Kind.WRITE if path is Kind.WRITE and changed else Kind.READ
    return Kind.LOGIN if Kind.LOGIN in told else path


def _path(segments: list[str], reading: bool) -> Kind | None:
    """What the path says: its last name decides where it says something, else a deed among the names before it."""
    names = [words(_SUFFIX.sub("", segment)) for segment in segments if not _IDENTITY.match(segment)]
    names = [name for name in names if name]
    if not names:
        return None
    last = _deed(names[-1], reading)
    before = [name for name in names[:-1] if len(name) <= 2]
    if last is Kind.READ:
        return Kind.WRITE if any(len(name) == 1 and name[0] in KEEPING for name in before) else Kind.READ
    counted = reading and len(names) > 1 and set(names[-2]) & word_class("counters")
    if counted and len(names[-1]) == 1 and names[-1][0] in word_class("states"):
        return Kind.READ  # `/stat/online` tells how many are
    if last is not None:
        return last
    for name in before:
        found = _deed(name, True)
        if found is Kind.LOGIN or found is Kind.WRITE:
            return found
    earlier = {word for name in before for word in name}
    return Kind.READ if reading and (set(names[-1]) | earlier) & word_class("reads") else None


def _deed(name: list[str], reading: bool) -> Kind | None:
    """What one name says that something does: `saveList` changes, `signRecordPage` asks, `sign` does."""
    if not name:
        return None
    first, last, said = name[0], name[-1], _joined(name)
    closing = word_class("reads") if reading else word_class("asking")
    changes = word_class("changes")
    if said & DEPARTURES:
        return Kind.READ if last in ("list", "log", "logs", "page") else Kind.WRITE
    if first in word_class("askers") and len(name) > 1:
        return _asked(name, reading)
    ends = last in closing and len(name) > 1 and (not _pair_at_end(name))
    if said & LOGINS:
        return Kind.READ if ends or first in word_class("leading") else Kind.LOGIN
    if set(name) & changes or (said & PAIRS and not ends):
        return Kind.WRITE
    deeds = word_class("deeds") | ({"check"} if not reading else frozenset())
    if first in word_class("leading") and not set(name[1:]) & deeds:
        return Kind.READ if reading or first not in ("check", "is", "has", "exists", "show", "load") else None
    if ends or (len(name) == 1 and last in closing and last not in deeds):
        return Kind.READ
    if set(name) & deeds:
        return Kind.WRITE if not reading or last in deeds or first in deeds else None
    if not reading and set(name) & word_class("things"):
        return Kind.WRITE
    return Kind.READ if reading and set(name) & (word_class("things") | word_class("reads")) else None


def _asked(name: list[str], reading: bool) -> Kind:
    """A name that begins with asking (`getMySubmitList`), unless it goes on to do something or claims a thing."""
    changes = word_class("changes")
    doing = any(word in ("and", "or", "then") and set(name[at:]) & changes for at, word in enumerate(name))
    claims = name[0] == "get" and name[-1] in word_class("claims")
    turned = name[0] != "get" and name[-1] in changes
    if not reading and name[-1] == "code" and set(name[:-1]) <= word_class("code_parts"):
        return Kind.WRITE  # a picture with a code comes by GET; what is posted for sends one
    return Kind.WRITE if doing or claims or turned or "sms" in name else Kind.READ


def _joined(name: list[str]) -> set[str]:
    """The words of a name, and each two neighbours as one: `log`, `out` → `logout`."""
    return {*name, *(first + second for first, second in itertools.pairwise(name))}


def _pair_at_end(name: list[str]) -> bool:
    """True for `checkIn`, whose last word is no read word of its own."""
    return len(name) > 1 and name[-2] + name[-1] in PAIRS


def _last(segments: list[str]) -> list[str]:
    named = [segment for segment in segments if not _IDENTITY.match(segment)]
    return words(_SUFFIX.sub("", named[-1])) if named else []


def _acts(pairs: Iterable[tuple[str, str]]) -> list[list[str]]:
    """The names of operations that fields such as `method`, `op`, `cmd` carry; of dotted ones the last two parts."""
    acts, rows = [], list(pairs)
    named = {name.lower(): value for name, value in reversed(rows)}
    controllers = [named[name][:80] for name in sorted(word_class("controllers")) if name in named]
    operations = [name for name in ("a", "act", "action", "ac", "method", "m") if name in named]
    if controllers and operations:  # `c=sign&a=in` is one name in two fields
        whole = words(f"{controllers[0]}/{named[operations[0]][:80]}")
        acts.append(whole)
        rows = [row for row in rows if row[0].lower() != operations[0]]
    for name, value in rows:
        folded = name.lower()
        graph = _graph(value) if folded == "query" else []
        if graph:
            acts.append(graph)
        elif folded in word_class("operation_names") and "://" not in value:
            if len(folded) == 1 and folded in "rs" and "/" not in value:
                continue
            acts += [words(part[:80]) for part in re.split(r"[./:!?&]+", value[:200])[-2:]]
    return [act for act in acts if act]


def _graph(text: str) -> list[str]:
    """A GraphQL document: one mutation among its operations makes it a change; empty where it is no such document."""
    kinds = [found[1] or "query" for found in _OPERATION.finditer(re.sub(r"#[^\n]*", "", text[:MAX_BODY]))]
    if not kinds:
        return []
    return ["save"] if "mutation" in kinds else ["query", "it"]


def _body_acts(body: str) -> list[list[str]]:
    """Operations that a body names: GraphQL, JSON-RPC, SOAP, or a field such as `action`."""
    text = body[:MAX_BODY].lstrip()
    if text.startswith(("{", "[")):
        try:
            content = json.loads(text)
        except (ValueError, RecursionError):
            return []
        rows = content[:50] if isinstance(content, list) else [content]
        return [act for row in rows if isinstance(row, dict) for act in _acts(_texts(row))]
    if text.startswith("<"):
        return [words(name) for name in _SOAP.findall(text)[:5]]
    if text.startswith("--"):
        return _acts(_PART.findall(text)[:100])
    try:
        return _acts(parse_qsl(text)[:200])
    except ValueError:
        return []


def _texts(row: dict[str, object]) -> list[tuple[str, str]]:
    return [(str(name), value) for name, value in list(row.items())[:200] if isinstance(value, str)]


def callback_of(url: str) -> str | None:
    """Name of the function that a JSONP address wants called, or None."""
    try:
        query = parse_qsl(urlsplit(url).query)[:100]
    except ValueError:
        return None
    for name, value in query:
        if CALLBACK.match(name) and re.fullmatch(r"[\w$.\[\]]{1,100}", value):
            return value
    return None
