"""How Chinese documents number their parts: which line of plain text is a heading, which an item of a list. Knows no
format and no policy.

一、 （一） 1. （1） are the levels of an official paper (GB/T 9704-2012, 7.3.3); technical papers use 第一章 and 1.1.
"""

from __future__ import annotations

import re

LONGEST_HEADING = 40
LONGEST_TITLE = 60
SHORT = 18

_HAN = "[零〇一二三四五六七八九十百]"
_CHAPTER = re.compile(rf"第({_HAN}{{1,5}}|\d{{1,3}})(?P<what>[章篇编部节])(?![^\s　:：]?分)")
_LEVELS = (
    (re.compile(rf"(附件|附录|附表)({_HAN}{{1,3}}|\d{{1,2}}|[A-Z])?\s?([:：、.．]|\s|$)"), 2),
    (re.compile(rf"{_HAN}{{1,3}}[、.．]"), 2),
    (re.compile(rf"[（(]{_HAN}{{1,3}}[）)]"), 3),
)
_DOTTED = re.compile(r"(?P<parts>\d{1,2}(?:[.．]\d{1,2}){1,5})(?![\d%])\.?[\s　]*"
                     r"(?=[^\d\s.,，。%万亿元米公倍个小分秒兆度吨亩])")
_PLAIN = re.compile(r"\d{1,2}[\s　]*[、.．]?[\s　]*(?=[^\d\s.,，。%年月日时万元个页小分%℃/—-])")
_ITEM = re.compile(rf"[（(]?(\d{{1,3}}|[a-zA-Z]|{_HAN}{{1,3}})[）)、.．][\s　]*(?=\S)|[①-⑳●•·◆■▪—–-][\s　]*(?=\S)|"
                   rf"第{_HAN}{{1,5}}条|[一二三四五六七八九]是")
_ENDS = re.compile(r"[。;；,，!！?？]$")
_INSIDE = re.compile(r"[。;；!！?？]")


def heading_level(line: str) -> int:
    """Level of a line that is a numbered heading (2 and deeper; 1 is the document's title); 0 for any other."""
    if len(line) > LONGEST_HEADING or _ENDS.search(line) or _INSIDE.search(line):
        return 0
    chapter = _CHAPTER.match(line)
    if chapter:
        return 3 if chapter["what"] == "节" else 2
    for pattern, level in _LEVELS:
        if pattern.match(line):
            return level
    dotted = _DOTTED.match(line)
    if dotted:
        return 2 + min(dotted["parts"].count(".") + dotted["parts"].count("．"), 4)
    if _PLAIN.match(line) and len(line) <= SHORT and not re.search("[,，:：、]", line.lstrip("0123456789.．、 　")):
        return 4
    return 0


def is_item(line: str) -> bool:
    """Whether a line begins like an item of a list, or like an article of a rule."""
    return _ITEM.match(line) is not None


def could_be_title(line: str) -> bool:
    """Whether the first line of a document reads like its title."""
    return 0 < len(line) <= LONGEST_TITLE and not _ENDS.search(line) and "。" not in line


def ends_a_sentence(line: str) -> bool:
    """Whether a line ends where a sentence does."""
    return line.rstrip("”\"’)）》】")[-1:] in "。；;:：！!？?"
