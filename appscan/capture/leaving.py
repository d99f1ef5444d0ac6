"""Which controls and addresses sign out, told by their whole words. Knows no page.

`注销` alone is no sign: `企业注销` is a service, `注销公告` is a notice.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from appscan.capture.addresses import urlsplit
from appscan.capture.writes import is_departure

_WHAT = r"(登[录陆]|系统|本?系统|平台|后台|管理|(当前|我的|本)?([账帐][号户]|用户|身份))"
_SIGNS_OUT = re.compile(
    rf"(您?好?[,，、]?\S{{0,10}}\s)?[\[【(（<《\s]*(我要|点击|点此|立即|确认|安全|返回并)?(退出|登出|注销)(并?(返回|重新)?{_WHAT})?"
    rf"[\]】)）>》\s]*|切换{_WHAT}|更换[账帐][号户]|(safe\s?)?(log|sign)\s?-?(out|off)|exit|quit",
    re.IGNORECASE,
)
_PAGE = re.compile(r"\.[sx]?html?$", re.IGNORECASE)
LONGEST = 24


def signs_out(text: str, url: str = "") -> bool:
    """True for a control that ends the session: it is called so, or its address is. A bare `注销` whose address is a
    plain page is a service."""
    if url and is_departure(url):
        return True
    words = " ".join(text.split())
    if len(words) > LONGEST or not _SIGNS_OUT.fullmatch(words):
        return False
    plain = bool(url) and bool(_PAGE.search(unquote(urlsplit(url).path)))
    return not (plain and re.sub(r"\W", "", words) in ("注销", "退出"))
