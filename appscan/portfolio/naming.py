"""Names and keys of apps in the form in which they are compared. Pure."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urlsplit

from appscan.model.folding import fold

_PLATFORM = (r"(?:安卓|android|ios|苹果|iphone|ipad|鸿蒙|harmonyos|harmony|微信|支付宝|钉钉|浙政钉|企业微信|"
             r"小程序|快应用|app|客户端|手机|移动|网页|电脑|pc|web|h5|公测|正式)")
_BRACKETED = re.compile(rf"[(\[【〔{{](?:{_PLATFORM}|版|端|[\s/、·-])+[)\]】〕}}]")
_TRAILING = re.compile(rf"[\s·_—-]*(?:{_PLATFORM}[版端]?|(?<=端)版)$")
_SIGNS = re.compile(r"[\s\"'“”‘’《》〈〉「」·•.,，。、:：;；!！_—–/\\|()\[\]【】〔〕{}+&-]+")
_ICP = re.compile(r"([\u4e00-\u9fff]{1,2})\s*icp\s*备\s*(\d{6,12})\s*号", re.IGNORECASE)


@lru_cache(maxsize=65_536)
def normal_name(name: str) -> str:
    """A name without the platform it is for (安卓版, 微信小程序, APP), signs, spaces and case. What tells two apps of
    one owner apart (市民端, 工作端, 2.0) stays."""
    plain = _BRACKETED.sub("", fold(name)).strip()
    while (shorter := _TRAILING.sub("", plain)) != plain and len(_SIGNS.sub("", shorter)) > 1:
        plain = shorter
    return _SIGNS.sub("", plain) or _SIGNS.sub("", fold(name))


def filing_subject(icp: str) -> str:
    """The part of an ICP filing number that stands for its subject: 京ICP备12345678号-3A gives 京icp备12345678号. Empty
    where it is no such number."""
    found = _ICP.search(fold(icp))
    return f"{found[1]}icp备{found[2]}号" if found else ""


def normal_host(url: str) -> str:
    """The host of an address as it is compared: in lower case without www, with its port where that is not the usual
    one. Empty where there is none."""
    try:
        parts = urlsplit(url.strip())
        host, port = (parts.hostname or "").removeprefix("www."), parts.port
    except ValueError:
        return ""
    return host if not host or port in (None, 80, 443) else f"{host}:{port}"


def normal_address(url: str) -> str:
    """A start page as it is compared: host in lower case without www, path without a last slash, the route of a page in
    one file kept. Empty where it is no address."""
    host = normal_host(url)
    if not host:
        return ""
    parts = urlsplit(url.strip())
    route = f"#{parts.fragment}" if parts.fragment.startswith(("/", "!/")) else ""
    query = f"?{parts.query}" if parts.query else ""
    return f"{host}{parts.path.rstrip('/')}{query}{route}"
