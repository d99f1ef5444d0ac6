"""A hit: one signal with what judging needs beside it (screens, liveness, origin). Values and tests of one string."""

from __future__ import annotations

import re
from dataclasses import dataclass

from appscan.model.coverage import SHOWN_KINDS, Kind
from appscan.model.judgement import Place, Signal
from appscan.model.margin import Margin
from appscan.model.reading import Role

MAX_EXCERPT = 400
MAX_HITS = 1500
"""Hits of one term at most: a hostile file can repeat a word without end, and nobody reads more."""

LABEL_LENGTH = 60
"""Folded texts longer than this are running text, not labels (a button of a Chinese app has 2–12 characters)."""

DIALOG_LENGTH = 160
"""Dialogs longer than this are texts to read (terms of use), not a word in the user's way."""

SENTENCE_LENGTH = 12
_SHORT = frozenset({Role.BUTTON, Role.MENU, Role.TAB, Role.TITLE})
"""Roles of texts that are labels however they end."""

_ENDPOINT = re.compile(
    r"^(?:https?|wss?)://[^\s/]+(?P<rest>/\S*)?$|^(?P<path>(?:/[\w{}:.~$-]+|[\w.~-]+/)[\w{}:.~$/-]*(?:\?\S*)?)$|"
    r"^(?P<file>[\w-]+\.(?:aspx|ashx|asmx|do|action|php|jsp|json|svc)(?:\?\S*)?)$|^(?P<query>\?\w+=\S*)$")
_BEHIND_A_HOLE = re.compile(r"\{\}/[A-Za-z][\w.-]*/\S")
"""`${BASE}/patrol/list`: the hole stands for the server. One name alone may be a unit (`${speed}/min`)."""
_NOT_ENDPOINT = re.compile(
    r"^(https?://(schemas\.android\.com|www\.w3\.org|xmlpull\.org|ns\.adobe\.com|schemas\.\w+)|"
    # kinds of content; with a slash before, a server's path
    r"(application|text|image|video|audio|multipart|font|vnd\.android\.cursor\.(dir|item))/|"
    r"/?(res|assets|proc|sdcard|mnt|etc|META-INF|android|java|javax|kotlin)/|sys/|dev/|storage/|vendor/|"
    # folders of a device; /sys/user/list, /dev/list and /data/report are paths of servers
    r"/sys/(class|devices|block|bus|kernel|fs|module|power|firmware|dev|hypervisor)(/|$)|"
    r"/dev/(block|null|zero|socket|u?random|tty\w*|pts|graphics|input|fb\d*|mem|kmsg|ashmem|binder|video\d*|bus|usb\w*|log|"
    r"snd|shm|stdin|stdout|stderr|fd|cpuctl|cpuset|qemu\w*|vbox\w*)(/|$)|/storage/(emulated|sdcard\w*|self|[0-9a-f]{4}-)|"
    r"/vendor/(bin|lib\d*|etc|app|build|framework|firmware|overlay)(/|$)|"
    r"/data/(data|local|app|user|user_de|misc|system|dalvik-cache|anr|media|tombstones|property|adb)(/|$)|"
    r"/system/(s?bin|xbin|app|priv-app|lib\d*|etc|fonts?|framework|media|usr|vendor|build\.prop)(/|$)|system/|"
    r"file:|content:|\./|\.\./|node_modules/|"
    # names of classes as the virtual machine has them, and units
    r"(?:com|org|net|cn|io|me|edu|gov)/(?:[\w$]+/)+(?-i:[A-Z])[\w$]*$|"
    r"(?:[kmgt]?i?b(?:it|yte)?|k?m|[cm]m|[mk]?g|m?l|rad|r|deg)s?/(?:s|sec|h|min|m|km|d|day|m?l|k?g)$)", re.IGNORECASE)
_HAN_NAME = re.compile(r"^[\u3400-\u9fff][\w$]{0,19}$")
_IDENTIFIER = re.compile(r"^[A-Za-z_$][\w$.-]{0,60}$")
_PACKAGE = re.compile(r"^(?:com|cn|org|net|io|gov|edu)(?:\.[a-z][a-z0-9_]*){2,}$")
_FILE = re.compile(r"\.(?:db3?|sqlite|xml|json|png|jpe?g|gif|txt|log|html?|js|css|apk|zip|properties|so|dat)$",
                   re.IGNORECASE)
_CONSTANT = re.compile(r"^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+){2,}$")


@dataclass(frozen=True, slots=True)
class Hit:
    """One place where a term is true. `screens` are the screens it may belong to, empty when unknown; `element` ties
    hits of one element; `method` is a row of the code's methods, `row` one of the facts, or -1; `prose` marks running
    text; `exercised` what a crawl saw happen; `said` why the sentence of a document does not plan what it names;
    `margin` the `Margin` it stands in (menu, head, foot, what stands beside), "" for what the page is about."""

    kind: Kind
    value: str
    file: str
    screens: frozenset[str]
    element: str
    role: str = ""
    actor: str = ""
    origin: str = ""
    live: bool = True
    prose: bool = False
    method: int = -1
    excerpt: str = ""
    row: int = -1
    exercised: bool = False
    said: str = ""
    margin: str = ""

    def __hash__(self) -> int:
        """Of what nearly always tells hits apart: they are asked for by the thousand, and have sixteen parts."""
        return hash((self.row, self.method, self.value))

    def signal(self, screen: str = "") -> Signal:
        """The hit as a signal of the report, seen on `screen`."""
        place = Place(self.file, screen or (min(self.screens) if self.screens else ""), self.element)
        return Signal(self.kind, self.value[:MAX_EXCERPT], place, self.role, self.actor, self.origin,
                      (self.excerpt or self.value)[:MAX_EXCERPT], self.live)


_PRESSED = frozenset({Role.BUTTON, Role.OPTION})
_NOTICE = re.compile(r"^\W{0,4}(关于|转发)[^。;；!！]{2,90}(通知|通告|公告|公示|批复|通报|意见|决定|函)(?:\W.{0,20})?$")
"""The name of a paper that a crawl saw as a link: it leads to the paper, whose text is judged where it is seen. The
same words as a text or a heading are of the page they stand on."""
_SANCTION = re.compile(r"扣\w{0,6}\d|\d+\s*人|不少于|罚|否则|一律|未\w{1,8}(?:的|者)[^名公]")
"""What a name that says it all has beside: who pays how much, and how many did not."""


def leads_elsewhere(hit: Hit) -> bool:
    """Whether it only tells, or leads to, what stands on another page: a headline among links, or the name of a paper.
    What is pressed, sent or called there is of this page, as everywhere."""
    if hit.kind not in SHOWN_KINDS or hit.role in _PRESSED:
        return False
    return hit.margin == Margin.LINKS or (
        bool(hit.actor) and hit.role == Role.LINK and _NOTICE.search(hit.value) is not None
        and not _SANCTION.search(hit.value))


def endpoint_path(text: str) -> str:
    """Path and query of something that looks like an address of a server; "" where it does not."""
    if _BEHIND_A_HOLE.match(text):
        text = text[2:]
    if len(text) > 500 or _NOT_ENDPOINT.search(text):
        return ""
    found = _ENDPOINT.match(text)
    if not found:
        return ""
    return found["rest"] or found["path"] or found["file"] or found["query"] or ""


def is_identifier(text: str) -> bool:
    """Whether a literal can be the name of a field; the name of a package or a file is none."""
    return bool(_IDENTIFIER.match(text)) and not _PACKAGE.match(text) and not _FILE.search(text)


def is_constant(name: str) -> bool:
    """Whether a field of a program is one of its constants of several words (MANUAL_SET_AUX_CODE): a class may have
    hundreds, and they are no data of the app."""
    return bool(_CONSTANT.match(name))


def is_han_name(text: str) -> bool:
    """Whether a key of an object or a column can be the name of a field, in Chinese (`row.积分`, `{"姓名": …}`)."""
    return bool(_HAN_NAME.match(text))


def is_prose(folded: str, role: str) -> bool:
    """Whether a text is running text rather than a label: long, or a sentence with its full stop."""
    return role == "prose" or len(folded) > LABEL_LENGTH or (
        len(folded) > SENTENCE_LENGTH and role not in _SHORT and folded.endswith((";", "。")))
