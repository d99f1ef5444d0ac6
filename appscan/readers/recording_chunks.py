"""Scripts that a site's own scripts name and no page loaded: the lazy parts of bundlers. Knows no fact and no check.

Vite and Rollup write `import("./x.js")`; webpack 4 and 5 write a map from number or name to hash, then `+ ".js"`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

MOST_NAMED = 5_000

_IMPORTED = re.compile(r"""\bimport\(\s{0,4}["'`]([\w./@~-]{1,200}\.m?js)["'`]""")
_HASHES = re.compile(r"""\{((?:["']?[\w/~.@-]{1,120}["']?\s?:\s?["'][0-9a-f]{6,32}["'],?\s?){1,3000})\}\s?"""
                     r"""\[\w{1,3}\][^"'{};]{0,12}["']\.(?:[a-z]{1,12}\.)?m?js["']""")
_HASH = re.compile(r"""["']?([\w/~.@-]{1,120}?)["']?\s?:\s?["']([0-9a-f]{6,32})["']""")


def named_chunks(text: str) -> dict[str, str]:
    """What a script loads only when it is wanted: the mark by which its address is known (file name or hash) → its
    name for people."""
    named: dict[str, str] = {}
    for match in _IMPORTED.finditer(text):
        name = match.group(1).rpartition("/")[2]
        named[name] = name
    for table in _HASHES.finditer(text):
        for match in _HASH.finditer(table.group(1)):
            named.setdefault(match.group(2), f"{match.group(1)}.{match.group(2)}.js")
    return dict(list(named.items())[:MOST_NAMED])


def never_loaded(named: dict[str, str], addresses: Iterable[str]) -> list[str]:
    """Names of those that none of the loaded addresses is."""
    loaded = "\n".join(addresses)
    return [name for mark, name in named.items() if mark not in loaded]
