"""Calls in a script: the chains that are kept of them, and delays. Knows the language's own methods and no policy."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import numpy as np

from appscan.model.folding import tokens
from appscan.readers.roles import words
from appscan.readers.script_source import ScriptSource

LONGEST_CHAIN = 200

_INDIRECT = re.compile(r"\(0\s*+,\s*+([\w$.]{4,120}+)\)\s*+\(|\?\.\(|\[([\"'])_{4,60}+[\"']\]\)?+\s*+\(|>\(")
_BEFORE = re.compile(r"(?<![\w$.])([A-Za-z_$][\w$.]{2,119}+)(?:\?\.|<[\w$.\[\],|\s]{1,80}+>)$")
_CALLABLE = re.compile(r"[A-Za-z_$][\w$.]{2,119}")
HANDING = ("setInterval", "setTimeout", "AnimationFrame", "EventListener", "then", "Position", "Background", ".on")
"""Ends of the names of what is handed a function to call later."""
_HANDED = re.compile(r"\(\s*+(?:[\"']_*+[\"']\s*+,\s*+)?+([A-Za-z_$][\w$.]{3,119}+)\s*+[,)]")
_CLOCK = re.compile(
    r"\(\s*+(?P<paren>\()?\s*+(?:function\s*+\(\s*+\)|\(\s*+\)\s*+=>)\s*+(?P<brace>\{)?\s*+[\w$.]{1,60}+\s*+=\s*+"
    r"(?P<call>(?:\(0\s*+,\s*+(?P<bound>[\w$.]{1,60}+)\)|(?P<name>[\w$.]{1,60}+))\s*+\()?\s*+new\s++Date\s*+(?:\(\s*+\))?"
    r"(?:\.to\w{0,20}String\([^()]{0,60}\))?(?:\s*+,\s*+[\"'`][^\"'`]{0,40}[\"'`])?(?(call)\s*+\))\s*+;?\s*+"
    r"(?(brace)\})\s*+(?(paren)\))\s*+,")
"""Code in which a timer's own function writes `new Date`, formatted or not, and nothing else: what is taken from a
date is no clock any more, but the time that passed."""
_FORMATS = words("fmt pad date time datetime moment dayjs string locale clock parse")
"""Words of the names of what writes a date as text, beside `format` and what begins so."""
_ACTS = words("post send report upload submit sync save push put set add update track beat heartbeat sign check record "
              "log mark keep start punch clockin request fetch emit dispatch call ping touch online store write count "
              "get query load refresh commit notify")
_KEPT = (
    r"\s++(?:([A-Za-z_$][\w$]{2,59}+)|\[\s*+([A-Za-z_$][\w$]{2,59}+)\s*+,\s*+[\w$]{1,60}+"
    r"\s*+\])\s*+(?::[^=;(){}]{1,80}+)?+=\s*+(?:async\b\s*+)?+(?:function\b|[\w$]{1,60}+\s*+=>|"
    r"\([^()]{0,300}+\)\s*+(?::[^=;(){}]{1,80}+)?+=>|(?:[\w$]{1,40}+\.)?+(?:ref|reactive|shallowRef|shallowReactive|"
    r"computed|observable|signal|createSignal|useState|useRef|useReactive|useCallback|useMemoizedFn|useMemo)\s*+[<(])")
_DECLARED = tuple(re.compile(word + _KEPT) for word in ("const", "let", "var"))
"""Three patterns, because one that begins with plain letters is found several times as fast."""
_KINDS = np.zeros(256, dtype=np.uint8)
_KINDS[[ord(char) for char in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_$"]] = 1
_KINDS[[ord(char) for char in "0123456789."]] = 2
_CHAINED = np.frombuffer(b")]?", dtype=np.uint8)
_BY_NUMBER = re.compile(
    r"\(\s*+(?:function\s*+)?\(?\s*+([\w$]{1,40}+)\s*+,\s*+([\w$]{1,40}+)\s*+\)?\s*+(?:=>)?\s*+\{?\s*+(?:return\b)?\s*+"
    r"(?:Number|parseInt|parseFloat|\+)?\(?\s*+(?:\1|\2)\.([\w$.]{1,60}+)\)?\s*+-\s*+(?:Number|parseInt|parseFloat|\+)?\(?\s*+"
    r"(?:\1|\2)\.\3(?![\w$.])")
"""The comparison of a sort by one number of each entry: `sort((a, b) => b.score - a.score)`."""
_NO_MEASURE = words("time date at day ts id no index idx order seq sort weight level depth x y left top width height "
                    "start end begin offset position priority distance price size length line column created updated")
"""Last words of the names by which a list is put into the order of its making, of its place or of a price."""
_ARITHMETIC = re.compile(r"[\d.eE+*/() \t-]{1,64}+")
_METHODS = words(
    "then catch finally concat push pop map forEach join replace indexOf lastIndexOf split slice splice shift "
    "unshift filter reduce reduceRight some every find findIndex includes keys values entries hasOwnProperty "
    "toString valueOf charAt charCodeAt codePointAt substring substr trim toLowerCase toUpperCase match test exec "
    "apply call bind sort reverse fill assign create defineProperty defineProperties freeze getPrototypeOf "
    "setPrototypeOf isArray getOwnPropertyNames getOwnPropertyDescriptor getOwnPropertySymbols isNaN parseInt "
    "parseFloat isFinite floor ceil round random max min abs pow sqrt fromCharCode from toFixed toPrecision "
    "padStart padEnd repeat startsWith endsWith search iterator next return throw has get set add delete clear "
    "require default extend propertyIsEnumerable createElementVNode createVNode createBlock createElementBlock "
    "createTextVNode toDisplayString createCommentVNode openBlock createElement _self _c _v _s _e _l _t _m _q _n _i "
    "_b _k jsx jsxs resolveComponent withCtx mark wrap abrupt stop sent normalizeClass normalizeStyle getAttribute "
    "setAttribute appendChild removeChild insertBefore Error TypeError RangeError Array Object String Number "
    "Boolean Symbol Promise RegExp Date Map Set WeakMap Proxy getElementById getElementsByTagName createTextNode "
    "querySelector querySelectorAll preventDefault stopPropagation isPrototypeOf encodeURIComponent "
    "decodeURIComponent parse stringify")
_KEYWORDS = words(
    "function if for while switch catch with return typeof case new in of do else void delete throw instanceof "
    "await yield super import async export constructor")
_BARE = frozenset({"$", "h5"})
_RECEIVERS = frozenset({"this", "self", "_this", "that", "_self", "window", "globalThis", "default"})


def find_calls(code: str) -> list[tuple[int, int]]:
    """(offset of the chain of names, offset of the parenthesis) of each call whose callee is named.

    Runs of characters of names and dots are found as array edges; that costs a third of a search by pattern.
    """
    raw = np.frombuffer(code.encode("latin-1", "replace"), dtype=np.uint8)
    kinds = _KINDS[raw]
    edges = np.flatnonzero(np.diff((kinds > 0).astype(np.int8), prepend=0, append=0))
    starts, ends = edges[::2], edges[1::2]
    inside = ends < len(raw)
    starts, ends = starts[inside], ends[inside]
    before = np.where(starts > 0, raw[starts - 1], 0)
    continued = (raw[starts] == ord(".")) & np.isin(before, _CHAINED) & (kinds[np.minimum(starts + 1, ends - 1)] == 1)
    called = (raw[ends] == ord("(")) & (ends - starts <= LONGEST_CHAIN) & ((kinds[starts] == 1) | continued)
    return list(zip((starts + continued)[called].tolist(), ends[called].tolist(), strict=True))


def indirect_calls(source: ScriptSource) -> Iterator[tuple[str, int]]:
    """(chain as written, offset) of calls that `find_calls` does not see: `(0, api.reportTrack)(x)`,
    `api["reportTrack"](x)`, `submit?.(x)`, `post<Row>(x)`."""
    for match in _INDIRECT.finditer(source.code):
        at, name = match.start(), match.group(1) or ""
        if match.group(2):
            index = source.literal_at(match.start(2))
            name = source.value(index) if index >= 0 else ""
        elif not name:
            before = _BEFORE.search(source.code, max(0, match.end() - 210), match.end() - 1)
            name = before.group(1) if before else ""
        if _CALLABLE.fullmatch(name):
            yield name, at


def handed_function(code: str, opening: int) -> str:
    """What a timer, a listener or a promise is to call later, where it is handed on by a name of two words at least:
    `setInterval(this.postHeartbeat, 6e4)`. opening: the parenthesis of the call."""
    match = _HANDED.match(code, opening)
    return match.group(1) if match and len(tokens(match.group(1).rpartition(".")[2])) > 1 else ""


def shows_the_time(code: str, opening: int) -> bool:
    """Whether a timer does nothing but write the time of day into one place, `setInterval(() => { this.now =
    format(new Date(), "h:min") }, 1000)`: no more is repeated then than a clock's hand. opening: the parenthesis of
    the call."""
    match = _CLOCK.match(code, opening)
    return match is not None and (not match["call"] or _writes_dates(match["bound"] or match["name"]))


def _writes_dates(chain: str) -> bool:
    """Whether a function is named for writing a date as text, and for nothing that acts on it."""
    named = tokens(chain.rpartition(".")[2])
    return any(word in _FORMATS or word.startswith("format") for word in named) and _ACTS.isdisjoint(named)


def definitions(code: str) -> Iterator[tuple[str, int]]:
    """(name, offset) of functions and of state that are kept in a variable: `const submitSign = async () =>`,
    `const rankList = ref([])`, `const [rankList, setRankList] = useState([])`."""
    for match in (match for pattern in _DECLARED for match in pattern.finditer(code)):
        group = 1 if match.group(1) else 2
        if not (code[max(0, match.start() - 1):match.start()].isalnum()):
            yield match.group(group), match.start(group)


def call_chain(written: str) -> str:
    """The chain that is kept of a callee as written: without this, minified receivers and call/apply, at most four
    names; empty for methods of the language itself and for nameless minified functions."""
    names = written.split(".")
    while len(names) > 1 and names[-1] in ("call", "apply", "bind", "default"):
        names.pop()
    while len(names) > 1 and ((len(names[0]) <= 2 and names[0] not in ("wx", "my", "tt", "dd", "qq", "$u", "ks", "ft"))
                              or names[0] in _RECEIVERS):
        names.pop(0)
    last = names[-1]
    if last in _METHODS or last in _KEYWORDS:
        return ""
    if len(names) == 1 and len(last) < 4 and last not in _BARE:
        return ""
    return ".".join(names[-4:]) if len(last) > 1 else ""


def sorts_by_measure(code: str, opening: int) -> bool:
    """Whether a sort compares a number that its entries have, which is no time, place or price: the chain of `sort`
    itself is not kept, for every list is sorted by something. opening: the parenthesis of the call."""
    match = _BY_NUMBER.match(code, opening, opening + 240)
    return match is not None and not _NO_MEASURE.intersection(tokens(match[3].rpartition(".")[2])[-1:])


def milliseconds(expression: str) -> int | None:
    """Value of a purely arithmetic expression such as 60*1e3; None for anything else, and beyond ten years."""
    if not _ARITHMETIC.fullmatch(expression) or "**" in expression or "//" in expression:
        return None
    try:
        value = _evaluate(ast.parse(expression.strip(), mode="eval").body)
    except (SyntaxError, ValueError, ArithmeticError, RecursionError, MemoryError):
        return None
    return int(value) if 0 <= value < 3.2e11 else None


def _evaluate(tree: ast.expr) -> float:
    match tree:
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            return _evaluate(left) * _evaluate(right)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _evaluate(left) + _evaluate(right)
        case ast.BinOp(left=left, op=ast.Sub(), right=right):
            return _evaluate(left) - _evaluate(right)
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            return _evaluate(left) / _evaluate(right)
        case _:
            raise ValueError("not arithmetic")
