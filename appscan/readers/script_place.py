"""Where a page's position goes: whether what repeats in a script of a page can send it. Knows no check and no request.

Says "stays" only of written, unminified code in which everything that repeats was followed; else nothing is said.
"""

from __future__ import annotations

import re

from appscan.readers.script_calls import find_calls
from appscan.readers.script_source import ScriptSource, take_apart

LEAVES, STAYS, UNTOLD = "leaves", "stays", ""
LONGEST = 4 << 20
LONGEST_LINES = 300
"""Code whose lines are longer on average is minified: its names tell nothing."""
MOST_NAMES = 40
MOST_REPEATED = 200

_POSITION = re.compile(r"\b(?:watchPosition|getCurrentPosition)\b")
_OTHER_WAYS = re.compile(
    r"LocationUpdate|LocationChange|AutoLBS|ontinuousLocation|[gG]eo[lL]ocation\.start\b|\bWebSocket\b|\bWorker\b")
_REPEATING = frozenset({"setInterval", "setTimeout", "watchPosition"})
_SENDING = re.compile(
    r"(?:^|.*[.$_])(?:fetch|ajax|axios|request|sendBeacon|emit|publish|mutate|dispatch|(?:post|put|send|upload|report|submit|"
    r"save|sync|push|add|update|record|insert|track|create|commit|set(?:Doc|Item)?)[A-Z_]?\w{0,40})", re.IGNORECASE)
_HARMLESS = re.compile(r"(?:.*\.)?(?:set[A-Z]\w{0,40}|push|add|addEventListener|addTo|addLayer|createElement|setItem|"
                       r"setAttribute|setProperty|add[A-Z]\w{0,10}Listener|update(?:Date|Clock|Time|Display)\w{0,20}|"
                       r"setTimeout|setInterval|setLatLng|setView|setText|set)")
_PLACE = re.compile(r"(?:lat|lng|lon|coords|gps|geo|locat|positi|track|trace|jingdu|weidu)", re.IGNORECASE)
_DEFINED = re.compile(
    r"\bfunction\s+([\w$]{3,60})\s*\(|\b([\w$]{3,60})\s*[=:]\s*(?:[\w$.]{1,40}\(\s*)?(?:async\s*)?"
    r"(?:function\b|\([^()]{0,200}\)\s*=>|[\w$]{1,40}\s*=>)|\b([\w$]{3,60})\s*\([^()]{0,200}\)\s*\{")
_NAME = re.compile(r"[A-Za-z_$][\w$]{2,59}")
_NO_NAMES = frozenset({"if", "for", "while", "switch", "catch", "function", "return"})


def place_goes(text: str) -> str:
    """STAYS where nothing that repeats sends the position that the script asks for, LEAVES where something may, even a
    position that another script keeps."""
    asks = _POSITION.search(text) is not None
    if (not asks and "setInterval" not in text) or len(text) > (LONGEST if asks else LONGEST >> 2):
        return UNTOLD
    if len(text) > LONGEST_LINES * (text.count("\n") + 1) or _OTHER_WAYS.search(text):
        return UNTOLD
    source = take_apart(text)
    repeated = [(start, opening) for start, opening in find_calls(source.code)
                if source.code[start:opening].rpartition(".")[2] in _REPEATING]
    if not repeated or len(repeated) > MOST_REPEATED:
        return UNTOLD
    bodies, followed = _bodies(source), True
    for start, opening in repeated:
        is_watch = source.code[start:opening].endswith("watchPosition")
        reached = _reached(source, opening, bodies)
        if _sends(reached) and (is_watch or any(_PLACE.search(code) for code in reached)):
            return LEAVES
        followed &= len(reached) > 1 or "=>" in reached[0] or "function" in reached[0]
    return STAYS if asks and followed else UNTOLD


def _bodies(source: ScriptSource) -> dict[str, list[tuple[int, int]]]:
    """Spans of the functions of a script by name."""
    found: dict[str, list[tuple[int, int]]] = {}
    for match in _DEFINED.finditer(source.code):
        name = next(filter(None, match.groups()))
        opening = source.code.find("{", match.end() - 1, match.end() + 300)
        close = source.closing(opening) if opening >= 0 else -1
        if name not in _NO_NAMES:
            found.setdefault(name, []).append((match.end(), close if close >= 0 else match.end() + 300))
    return found


def _reached(source: ScriptSource, opening: int, bodies: dict[str, list[tuple[int, int]]]) -> list[str]:
    """The code that a repeating call runs: its arguments, and functions named there and in these; bounded."""
    close = source.closing(opening)
    waiting = [source.code[opening:close if close >= 0 else opening + 2_000]]
    reached, names = list[str](), set[str]()
    while waiting:
        code = waiting.pop()
        reached.append(code)
        for name in dict.fromkeys(_NAME.findall(code)):
            if name in bodies and name not in names and len(names) < MOST_NAMES:
                names.add(name)
                waiting += [source.code[start:end] for start, end in bodies[name][:4]]
    return reached


def _sends(reached: list[str]) -> bool:
    for code in reached:
        for start, opening in find_calls(code):
            written = code[start:opening]
            if _SENDING.fullmatch(written) and not _HARMLESS.fullmatch(written):
                return True
    return False
