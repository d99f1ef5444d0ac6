"""Whose a native library is: told by the Java classes that its exports belong to. Knows no check."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping

import numpy as np

from appscan.judge.origins import Origins
from appscan.model.reading import Fact, Reading

_EXPORT = re.compile(r"Java_(?P<name>\w+)$")
"""Of a method implemented in native code: `Java_com_baidu_map_Base_create`; `_1` is an underscore of the name."""
_CLASS = re.compile(r"L?(?P<name>(?:(?:com|cn|org|net|gov|edu|io|top|xyz|me)(?:/[\w$]+){2,}|"
                    r"[a-z]\w*(?:/\w+)+/[A-Z][\w$]*));?$")
"""The name of a class that native code looks up: `com/baidu/map/Base`; `map/tile/list` is a path."""
EXPORTS_FOR_EACH = 5
"""So many exports to a library outweigh one class that is looked up and of no known library: a maker has more prefixes
than are listed (a map's `vi/vos/vsi/VMsg`)."""
_PLATFORM = ("java/", "javax/", "android/", "androidx/", "dalvik/", "kotlin/")


def native_owners(reading: Reading, origins: Origins, text: Callable[[int], str]) -> Mapping[int, str]:
    """File sid of a native library → the library it is part of: it exports to classes of libraries alone, and hardly
    looks up others. Any other file is the app's own, or tells nothing; a class that is only looked up, such as a
    map's, tells no owner."""
    facts = reading.facts
    native = {sid for sid in np.unique(facts.role).tolist() if sid >= 0 and text(sid) == "native"}
    rows = np.flatnonzero((facts.kind == Fact.LITERAL) & np.isin(facts.role, list(native)))
    exports: dict[int, Counter[str]] = defaultdict(Counter)
    own: set[int] = set()
    strange: Counter[int] = Counter()
    for file, sid in zip(facts.file[rows].tolist(), facts.value[rows].tolist(), strict=True):
        raw = reading.strings.raw(sid)
        if raw.startswith(b"Java_"):
            found, exported = _EXPORT.match(raw.decode("utf-8", "replace")), True
        elif raw.count(b"/") >= 2:
            found, exported = _CLASS.match(raw.decode("utf-8", "replace")), False
        else:
            continue
        if found:
            name = found["name"]
            path = name.replace("_1", "\0").replace("_", "/").replace("\0", "_") if exported else name
            if path.startswith(_PLATFORM):
                continue
            origin = origins.of_class(path)
            if not origin and exported:
                own.add(file)
            elif not origin:
                strange[file] += 1
            elif exported:
                exports[file][origin] += 1
    return {file: of.most_common(1)[0][0] for file, of in exports.items()
            if file not in own and strange[file] * EXPORTS_FOR_EACH <= of.total()}
