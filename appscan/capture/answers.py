"""What the capture answers itself: successes in the shape that this site uses, empty assets, kits. Knows no browser."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from appscan.capture.addresses import urlsplit

DEFAULT_SUCCESS = {"code": 200, "success": True, "msg": "ok", "data": {}}
GIF = bytes.fromhex("47494638396101000100800000000000ffffff21f90401000000002c000000000100010000020144003b")
MAX_ANSWERS = 500
MAX_ANSWER = 300_000
MAX_SCRIPT = 3_000_000
STATUS_NAMES = (
    "code", "success", "status", "errcode", "errCode", "errno", "errorCode", "error_code", "ret", "retCode", "retcode",
    "rtnCode", "returnCode", "resultCode", "result_code", "respCode", "resCode", "statusCode", "state", "flag", "ok",
    "isSuccess", "isSuccessful", "error",
)  # fmt: skip
"""Names under which back ends say whether a call succeeded."""
MESSAGES = ("msg", "message", "errmsg", "errMsg", "retMsg", "resultMsg", "info")
CONTENTS = ("data", "result", "rows", "obj", "content", "body", "list")
HEADS = ("head", "header", "meta", "result", "response", "status")
GOOD = frozenset({*("0" * size for size in range(1, 7)), "1", "200", "20000", "10000", "true", "ok", "success"})
"""Values that mean success; anything else (401, 500, "error") teaches nothing."""
_NAMES = "|".join(STATUS_NAMES)
_COMPARED = re.compile(
    rf"\.({_NAMES})\s*(?:[!=]==?)\s*(?:\"([\w]{{1,10}})\"|'([\w]{{1,10}})'|(-?\d{{1,6}}|true)\b)"
    rf"|(?:\"([\w]{{1,10}})\"|'([\w]{{1,10}})'|\b(\d{{1,6}}|!0|true))\s*(?:[!=]==?)\s*[\w$.]{{1,40}}\.({_NAMES})\b"
)
KITS = (
    (re.compile(r"jweixin|res\.wx\.qq\.com/open/js", re.IGNORECASE), ("wx", "jWeixin")),
    (re.compile(r"jwxwork|wwLogin|wecom", re.IGNORECASE), ("wx", "ww")),
    (re.compile(r"dingtalk|g\.alicdn\.com/dingding|gdt-jsapi", re.IGNORECASE), ("dd",)),
    (re.compile(r"webapi\.amap\.com|/amap", re.IGNORECASE), ("AMap",)),
    (re.compile(r"api\.map\.baidu\.com|/bmap", re.IGNORECASE), ("BMap", "BMapGL")),
    (re.compile(r"map\.qq\.com.*gljs|tmap", re.IGNORECASE), ("TMap",)),
    (re.compile(r"map\.qq\.com", re.IGNORECASE), ("qq.maps",)),
    (re.compile(r"tianditu", re.IGNORECASE), ("T",)),
    (re.compile(r"aliplayer|prismplayer", re.IGNORECASE), ("Aliplayer",)),
    (re.compile(r"TcPlayer|tcplayer", re.IGNORECASE), ("TCPlayer",)),
    (re.compile(r"gdt|lark|h5-js-sdk", re.IGNORECASE), ("tt", "h5sdk")),
    (re.compile(r"uni\.webview", re.IGNORECASE), ("uni",)),
)


@dataclass
class Asset:
    """A kept answer, served again without asking the server and to sealed copies."""

    status: int
    type: str
    body: bytes


@dataclass
class Answers:
    """Remembers how a site answers its reads, and makes successes of the same shape for what is not sent."""

    living: dict[str, dict[str, Any]] = field(default_factory=dict)
    unkept: set[str] = field(default_factory=set)
    _shapes: dict[str, Counter[str]] = field(default_factory=dict)
    _compared: dict[str, Counter[str]] = field(default_factory=dict)

    def learn(self, method: str, url: str, status: int, type_: str, text: str) -> None:
        """Keep one answer for the sealed copy; where it says success, keep how it says so."""
        parts = urlsplit(url)
        if len(text) > MAX_ANSWER or len(self.living) > MAX_ANSWERS:
            if len(self.unkept) < MAX_ANSWERS:
                self.unkept.add(f"{method} {parts.path}")
            return
        answer = {"status": status, "text": text, "type": type_}
        self.living[f"{method} {parts.path}" + (f"?{parts.query}" if parts.query else "")] = answer
        self.living.setdefault(f"{method} {parts.path}", answer)
        shape = shape_of(text) if status == 200 else None
        if shape:
            for prefix in ("", *_prefixes(parts.path)):
                if prefix in self._shapes or len(self._shapes) < 200:
                    self._shapes.setdefault(prefix, Counter())[json.dumps(shape, sort_keys=True)] += 1

    def learn_script(self, text: str) -> None:
        """Count the values with which the site's own code compares what an answer says."""
        for found in _COMPARED.finditer(text[:MAX_SCRIPT]):
            name = found[1] or found[8]
            quoted = next((given for given in (found[2], found[3], found[5], found[6]) if given is not None), None)
            plain = found[4] or found[7]
            value: Any = quoted if quoted is not None else True if plain in ("true", "!0") else int(plain)
            if str(value).lower() in GOOD:
                self._compared.setdefault(name, Counter())[json.dumps(value)] += 1

    @property
    def success(self) -> dict[str, Any]:
        """The success that is told where nothing nearer is known."""
        return self.success_of("")

    def success_of(self, path: str) -> dict[str, Any]:
        """The success for a path: as its neighbours answer, else as the site does, else as its code expects."""
        for prefix in (*reversed(_prefixes(path)), ""):
            if prefix in self._shapes:
                shape: dict[str, Any] = json.loads(self._shapes[prefix].most_common(1)[0][0])
                return shape
        expected = {name: json.loads(votes.most_common(1)[0][0]) for name, votes in self._compared.items()}
        return {**DEFAULT_SUCCESS, **expected}

    def settings(self) -> dict[str, Any]:
        """What the instrument needs to answer in the same way."""
        return {
            "success": self.success,
            "successes": {prefix: self.success_of(prefix) for prefix in self._shapes if prefix},
        }


def shape_of(text: str) -> dict[str, Any] | None:
    """The envelope of an answer that says success, with its content emptied; None where it does not say so."""
    if text[:1] != "{":
        return None
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return None
    envelope = _envelope(content)
    if envelope is None:
        for name in HEADS:
            inner = _envelope(content[name]) if isinstance(content.get(name), dict) else None
            if inner is not None:
                envelope = {name: inner}
                break
    if envelope is None:
        return None
    return {**{name: {} for name in CONTENTS if isinstance(content.get(name), (dict, list))}, **envelope}


def _envelope(content: dict[str, Any]) -> dict[str, Any] | None:
    told = {name: content[name] for name in STATUS_NAMES if isinstance(content.get(name), (int, str, bool))}
    failing = {name for name, value in told.items() if not _is_good(name, value)}
    if not told or failing:
        return None
    texts = {name: content[name][:40] for name in MESSAGES if isinstance(content.get(name), str)}
    return {**told, **texts}


def _is_good(name: str, value: object) -> bool:
    if name == "error":
        return value in (0, False, "", "0")
    return value is True or (value is not False and str(value).lower() in GOOD)


def _prefixes(path: str) -> list[str]:
    """The first one and the first two segments of a path."""
    segments = path.split("/")
    return ["/".join(segments[: count + 1]) for count in (1, 2) if len(segments) > count and segments[count]]


def kits_of(url: str, kind: str) -> tuple[str, ...] | None:
    """Names of the stand-ins for a well-known script of somebody else, or None."""
    return next((names for pattern, names in KITS if kind in ("script", "jsonp") and pattern.search(url)), None)


def kit_script(names: tuple[str, ...], url: str) -> str:
    """The script that puts these stand-ins in place."""
    made = "".join(f"window.__appscan.kit({json.dumps(name)});" for name in names)
    return f"if(window.__appscan){{{made}window.__appscan.loaded({json.dumps(url)});}}"


def library_of(url: str, text: str) -> str | None:
    """Name of the well-known library a script is, by its file name or its banner."""
    name = urlsplit(url).path.rsplit("/", 1)[-1].lower()
    found = re.match(
        r"(vue|react|react-dom|jquery|zepto|axios|echarts|mock|swiper|vant|element-ui|layui|bootstrap|lodash|moment|"
        r"vue-router|vuex|angular|polyfill|fastclick|video)(?:[.-][\w.-]*)?\.js$",
        name,
    )
    if found:
        return found.group(1)
    banner = re.match(
        r"\s*/\*!?[\s*]*((?:vue|jquery|react|axios|swiper|echarts|vant|zepto)[\w.-]*)", text[:300], re.IGNORECASE
    )
    return banner.group(1).lower() if banner else None
