"""Names of fields in a script: what is read of a value, taken out of it, put into an object by its own name, or asked
of a database. Knows the names that the language and the browser give and no policy; says nothing of screens."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from appscan.readers.script_api_names import API_NAMES, SQL_WORDS
from appscan.readers.script_source import ScriptSource

LONGEST_STATEMENT = 20_000
MOST_COLUMNS = 200
LONGEST_EXPRESSION = 2_000
MOST_IN_EXPRESSION = 40

_NAME = r"(?:[A-Za-z_$][\w$]{2,59}+|[\u3400-\u9fff][\w$]{1,59}+)(?![\w$])"
_MEMBER = rf"\s*+(?![_$])({_NAME})(?!\s*+(?:\?\.)?+\(|\)\s*+\()"
_MEMBERS = (re.compile(r"\." + _MEMBER), re.compile(r"->" + _MEMBER))
"""Two patterns, because one that begins with plain characters is found several times as fast."""
_LONE = re.compile(rf"[{{,]\s*+({_NAME})\s*+(?=[,}}]|=(?![=>]))")
_OPENS_OBJECT = re.compile(r"(?:[(,=:\[?&|]|(?<![\w$.])(?:return|const|let|var|yield|await|of|in|throw|default))$")
_IMPORTS = re.compile(r"(?<![\w$.])import\s[\w$*\s,]{0,80}+$")
_REQUIRES = re.compile(r"\s*+=\s*+(?:await\s++import|require|\w{0,40}+[rR]equire\w{0,40}+)\s*+\(")
_SUBSCRIPT = re.compile(r"[\w$\])]\[$|\?\.\[$")
_CLOSED = re.compile(r"\](?!\)?+\s*+\()")
_COLUMN_READ = re.compile(
    r"(?:getParameter|getString|getInt|getLong|getDouble|getFloat|getBigDecimal|getDate|getTimestamp|getBoolean|getObject|"
    r"QueryString|Request\.Form|Request|_(?:POST|GET|REQUEST))\s*+[(\[]\s*+$")
_IN_EXPRESSION = re.compile(rf"(?<![\w$])({_NAME})(?!\s*+\()")
_TEMPLATE_TEXT = re.compile(r"`[^`$]*+(?:`|(?=\$\{)|\Z)|\}[^`$]*+(?:`|(?=\$\{))|\$\{")
_QUOTED_TEXT = re.compile(r"'[^']*+'|\"[^\"]*+\"")
_STATEMENT = re.compile(
    r"\bselect\s+[\w*(\"`\[@]|\binsert\s+(?:ignore\s+)?into\s|\bupdate\s+[\w.\"`\[\]]+\s+set\s|\bdelete\s+from\s|"
    r"\bcreate\s+(?:table|view)\s|\bfrom\s+[\w.\"`\[\]]+\s+(?:\w+\s+)?(?:where|group|order|join|left|inner)\s|"
    r"\b(?:group|order)\s+by\s+[\w.\"`]", re.IGNORECASE)
_STATEMENT_SIGN = re.compile(
    r"[=*_?]|\bas\s|\b(?:group|order|partition)\s+by\b|\bjoin\b|\bvalues\b|\blimit\s+\d", re.IGNORECASE)
_QUOTED_VALUE = re.compile(r"'[^'\\]{0,400}+'")
_COLUMN = re.compile(r"(?<![\w$:@#{])[A-Za-z_][A-Za-z0-9_]{2,59}+(?![\w$]|\s*+\()")


def member_names(source: ScriptSource) -> Iterator[tuple[str, int]]:
    """(name, offset) of each property that is read or written: `row.score`, `row?.score`, `$row->score`; names that
    are called, that are private by custom (`_active`), and those of the language and the browser are left out."""
    code = source.code
    for match in (match for pattern in _MEMBERS for match in pattern.finditer(code)):
        name = match.group(1)
        if name not in API_NAMES and code[match.start() - 1] != ".":
            yield name, match.start(1)


def lone_names(source: ScriptSource) -> Iterator[tuple[str, int]]:
    """(name, offset) of names that stand alone in braces of an object or a pattern: `{longitude, latitude}`,
    `const {rank, score = 0} = row`. What is imported is no field."""
    found = [(match.group(1), match.start(1)) for match in _LONE.finditer(source.code)
             if match.group(1) not in API_NAMES]
    if not found:
        return
    openings = _brackets_around(source, np.array([start for _, start in found], dtype=np.int64))
    told: dict[int, bool] = {}
    for (name, start), opening in zip(found, openings.tolist(), strict=True):
        if opening not in told:
            told[opening] = opening >= 0 and _is_object(source, opening)
        if told[opening]:
            yield name, start


def _brackets_around(source: ScriptSource, offsets: np.ndarray) -> np.ndarray:
    """Offset of the innermost bracket around each offset, -1 for none: of all that open at its depth the last one."""
    opens = np.array(source.opens, dtype=np.int64)
    closes = np.array(source.closes, dtype=np.int64)
    opens, closes = opens[closes >= 0], np.sort(closes[closes >= 0])
    if not len(opens):
        return np.full(len(offsets), -1, dtype=np.int64)
    levels = np.arange(1, len(opens) + 1) - np.searchsorted(closes, opens)
    keys = np.sort((levels << 32) | opens)
    depths = np.searchsorted(opens, offsets) - np.searchsorted(closes, offsets)
    at = np.searchsorted(keys, (depths << 32) | offsets) - 1
    around = keys[np.maximum(at, 0)]
    return np.where((at >= 0) & (around >> 32 == depths), around & 0xFFFFFFFF, -1)


def _is_object(source: ScriptSource, opening: int) -> bool:
    """Whether the bracket at `opening` holds an object or a pattern, not statements, a template's hole or imports."""
    code = source.code
    before = code[max(0, opening - 100):opening].rstrip()
    if code[opening] != "{" or not (_OPENS_OBJECT.search(before) or not before):
        return False
    close = source.closing(opening)
    return not _IMPORTS.search(before) and not _REQUIRES.match(code, close + 1, close + 121)


def is_subscript(source: ScriptSource, start: int, end: int) -> bool:
    """Whether the literal at [start, end) names a member: `row["stepCount"]`, or what a server page asks a form or a
    row for: `rs.getString("score")`, `$_POST['lat']`."""
    code = source.code
    if _CLOSED.match(code, end) and _SUBSCRIPT.search(code, max(0, start - 3), start):
        return True
    return code.startswith((")", "]"), end) and _COLUMN_READ.search(code, max(0, start - 24), start) is not None


def is_statement(text: str) -> bool:
    """Whether a text is SQL or a part of it."""
    head = text[:LONGEST_STATEMENT]
    return " " in head and _STATEMENT.search(head) is not None and _STATEMENT_SIGN.search(head) is not None


def column_names(statement: str) -> list[str]:
    """Names of tables and columns in SQL, each once; the values in quotes and the names of functions are left out."""
    plain = _QUOTED_VALUE.sub("''", statement[:LONGEST_STATEMENT])
    found = dict.fromkeys(match.group() for match in _COLUMN.finditer(plain))
    return [name for name in found if name.lower() not in SQL_WORDS][:MOST_COLUMNS]


def expression_names(expression: str) -> list[str]:
    """Names in a short expression of a template (`item.rank`, `rankList`), each once; what is called is left out."""
    plain = _QUOTED_TEXT.sub("''", expression[:LONGEST_EXPRESSION])
    if "`" in plain:
        plain = _TEMPLATE_TEXT.sub(" ", plain)
    found = dict.fromkeys(match.group(1) for match in _IN_EXPRESSION.finditer(plain))
    return [name for name in found if name not in API_NAMES][:MOST_IN_EXPRESSION]
