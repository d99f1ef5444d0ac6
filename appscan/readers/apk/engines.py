"""Which engine runs the scripts of an app, told by its files. Knows names and beginnings of files only."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Protocol

_BY_NAME = (
    ("flutter", re.compile(r"(?:^|/)flutter_assets/")),
    ("uni-app", re.compile(r"(?:^|/)apps/__UNI__|(?:^|/)app-(?:service|view|config-service)\.js$|__uniapp|uniapp-h5")),
    ("apicloud",
     re.compile(r"(?:^|/)assets/widget/(?:config\.xml|index\.html)$|(?:^|/)apicloud|(?:^|/)script/api\.js$")),
    ("react-native", re.compile(r"(?:^|/)index\.(?:android|ios)\.(?:bundle|jsbundle)$|(?:^|/)main\.jsbundle$")),
    ("mui/5+plus",
     re.compile(r"(?:^|/)dcloud_(?:control|properties)\.xml$|(?:^|/)mui(?:\.min)?\.js$|(?:^|/)data/dcloud")),
    ("cordova", re.compile(r"(?:^|/)(?:cordova|phonegap)[\w.-]*\.js$|(?:^|/)capacitor\.(?:config|plugins)\.json$")),
    ("weex", re.compile(r"(?:^|/)weex-main-jsfm\.js$|\.weex\.js$|(?:^|/)weex[\w-]*\.js$")),
    ("plain-h5", re.compile(r"\.x?html?$")),
)
_WEEX_HEAD = re.compile(r"\s*+//\s*+\{\s*+\"framework\"\s*+:\s*+\"(?:Vue|Rax|Weex)", re.IGNORECASE)


class _Named(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def text(self) -> str: ...

    @property
    def raw(self) -> bytes: ...


def engine_of(names: Iterable[str], assets: Iterable[_Named]) -> str:
    """Name of the engine; empty where no file speaks for one. Hermes is React Native with its own bytecode."""
    listed, assets = list(names), list(assets)
    if any(asset.raw for asset in assets):
        return "hermes"
    for engine, pattern in _BY_NAME:
        if engine == "plain-h5" and any(_WEEX_HEAD.match(asset.text, 0, 200) for asset in assets):
            return "weex"
        if any(pattern.search(name) for name in listed):
            return engine
    return ""
