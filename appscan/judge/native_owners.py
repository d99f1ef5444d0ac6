"""Whose a native library is: told by the Java classes that its exports and class names belong to. Knows no check."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping

import numpy as np

from appscan.judge.origins import Origins
from appscan.model.reading import Fact, Reading

_EXPORT = re.compile(r"Java_(?P<name>\w+)$")
"""Of a method implemented in native code: `Java_com_baidu_map_Base_create`; `_1` is an underscore of the name."""
_CLASS = re.compile(r"L?(?P<name>[a-z][\w]*(?:/[\w$]+){2,});?$")
"""The name of a class that native code looks up: `com/baidu/map/Base`."""
_PLATFORM = ("java/", "javax/", "android/", "androidx/", "dalvik/", "kotlin/")


def native_owners(reading: Reading, origins: Origins, text: Callable[[int], str]) -> Mapping[int, str]:
    """File sid of a native library → the library it is part of. A file that is not listed is the app's own, or tells
    nothing: it exports to, or looks up, a class of first party or none at all."""
    facts = reading.facts
    native = {sid for sid in np.unique(facts.role).tolist() if sid >= 0 and text(sid) == "native"}
    rows = np.flatnonzero((facts.kind == Fact.LITERAL) & np.isin(facts.role, list(native)))
    exports: dict[int, Counter[str]] = defaultdict(Counter)
    looked_up: dict[int, Counter[str]] = defaultdict(Counter)
    for file, sid in zip(facts.file[rows].tolist(), facts.value[rows].tolist(), strict=True):
        raw = reading.strings.raw(sid)
        if raw.startswith(b"Java_"):
            found, counts = _EXPORT.match(raw.decode("utf-8", "replace")), exports
        elif raw.count(b"/") >= 2:
            found, counts = _CLASS.match(raw.decode("utf-8", "replace")), looked_up
        else:
            continue
        if found:
            name = found["name"]
            path = name.replace("_1", "\0").replace("_", "/").replace("\0", "_") if counts is exports else name
            if not path.startswith(_PLATFORM):
                counts[file][origins.of_class(path)] += 1
    owners = {}
    for file in exports.keys() | looked_up.keys():
        of = exports.get(file) or looked_up[file]
        if "" not in of:
            owners[file] = of.most_common(1)[0][0]
    return owners
