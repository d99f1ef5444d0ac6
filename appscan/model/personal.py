"""Personal data in what an app shows: mobile numbers, identity numbers, names of persons. Pure; knows no report and no
picture.

Names are known by what stands beside or above them (姓名：, a column 姓名), never guessed from their letters.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

Box = tuple[int, int, int, int]
"""x, y, width, height in pixels of the page."""

COVER = "*"
MOST_NAMES = 2000
LONGEST_NAME = 40
FAR = 240
"""Pixels between a label and the value beside it, at most."""

_MOBILE = re.compile(r"(?<![\w.])(?P<head>(?:\+?86[- ]?)?1[3-9]\d)[- ]?\d{4}[- ]?(?P<tail>\d{4})(?![\w.]|-\d)")
_BORN = r"(?:18|19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_IDENTITY = re.compile(rf"(?<![0-9A-Za-z])(?P<head>[1-9]\d{{5}}){_BORN}\d{{3}}(?P<tail>[0-9Xx])(?![0-9A-Za-z])")
_PERSON = r"(?:联系|申请|填报|经办|上报|打卡|签到|报告|值班|责任|反映|举报|投诉|求助|受助|采集)人员?"
_HAN = r"[\u4e00-\u9fff]"
_LABEL = re.compile(rf"[*＊]?\s*(?:{_HAN}{{0,6}}姓名|{_PERSON}|real ?name|full name)\s*[*＊]?\s*[：:]?", re.IGNORECASE)
_NAMED = re.compile(rf"(?P<label>(?:姓\s?名|{_PERSON})\s?[：:]\s?)"
                    rf"(?P<name>{_HAN}{{1,4}}(?:·{_HAN}{{1,6}}){{0,2}})(?!{_HAN})")
_NAME = re.compile(rf"{_HAN}{{2,6}}|{_HAN}{{1,6}}(?:·{_HAN}{{1,8}}){{1,3}}|[A-Z][a-z]+(?: [A-Z][a-z]+){{1,3}}")


@dataclass(frozen=True, slots=True)
class Placed:
    """A visible text with its role in the page (cell, header_cell, …) and its box, None where that is not known."""

    text: str
    role: str
    box: Box | None


def masked(text: str, names: Collection[str] = ()) -> str:
    """`text` with mobile numbers, identity numbers and names covered; of each the beginning stays, so that the person
    concerned can still be asked for."""
    if not text:
        return text
    if text.strip() in names:
        return _cover_name(text.strip())
    covered = _NAMED.sub(lambda found: found["label"] + _cover_name(found["name"]), text)
    covered = _IDENTITY.sub(lambda found: f"{found['head']}{COVER * 11}{found['tail']}", covered)
    covered = _MOBILE.sub(lambda found: f"{found['head']}{COVER * 4}{found['tail']}", covered)
    for name in names:
        if name in covered and _NAME.fullmatch(name):
            covered = covered.replace(name, _cover_name(name))
    return covered


def is_personal(text: str) -> bool:
    """Whether a text shows a number of a person, or a name beside its label."""
    return bool(_MOBILE.search(text) or _IDENTITY.search(text) or _NAMED.search(text))


def persons(texts: Sequence[Placed]) -> list[int]:
    """Indices of the texts that are names: what stands in a column under 姓名, or to the right of a label 姓名."""
    found: set[int] = set()
    for label in texts:
        if label.box is not None and len(label.text) <= LONGEST_NAME and _LABEL.fullmatch(label.text.strip()):
            in_table = label.role == "header_cell"
            found.update(_under(label.box, texts) if in_table else ())
            if not in_table or not found:
                found.update(_beside(label.box, texts))
    return sorted(index for index in found if not _LABEL.fullmatch(texts[index].text.strip()))


def person_boxes(texts: Sequence[Placed], names: Collection[str] = ()) -> list[Box]:
    """Boxes that hold personal data, in the order of the texts."""
    named = set(persons(texts))
    return [one.box for index, one in enumerate(texts) if one.box is not None and (
        index in named or is_personal(one.text) or any(name in one.text for name in names))]


def known_names(texts: Iterable[str]) -> tuple[str, ...]:
    """Names to cover wherever they stand, the longest first; bounded."""
    names = {" ".join(text.split()) for text in texts}
    kept = sorted((name for name in names if 1 < len(name) <= LONGEST_NAME), key=lambda name: (-len(name), name))
    return tuple(kept[:MOST_NAMES])


def _cover_name(name: str) -> str:
    return name[:1] + COVER * min(max(len(name) - 1, 1), 4)


def _under(header: Box, texts: Sequence[Placed]) -> Iterable[int]:
    """Cells of the column below a heading, down to the next table."""
    x, y, width, height = header
    column = sorted((one.box[1], index) for index, one in enumerate(texts)
                    if one.box is not None and one.role == "cell" and one.box[1] >= y + height // 2
                    and x <= one.box[0] + one.box[2] // 2 <= x + width)
    ends = min((one.box[1] for one in texts if one.box is not None and one.role == "header_cell"
                and one.box[1] >= y + height), default=None)
    return [index for top, index in column if ends is None or top < ends]


def _beside(label: Box, texts: Sequence[Placed]) -> Iterable[int]:
    """The nearest text to the right of a label, on its line."""
    x, y, width, height = label
    middle = y + height // 2
    near = [(one.box[0], index) for index, one in enumerate(texts)
            if one.box is not None and 0 <= one.box[0] - (x + width) + 2 <= FAR + 2
            and one.box[1] <= middle <= one.box[1] + one.box[3] and one.role != "header_cell"
            and _NAME.fullmatch(one.text.strip())]
    return [min(near)[1]] if near else []
