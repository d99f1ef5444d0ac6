"""Expressions in markup: what a template computes, what a server writes into a page. Knows no element and no fact."""

from __future__ import annotations

import re
from collections.abc import Iterator

from appscan.readers.script_joined import HOLE, find_sentences
from appscan.readers.script_source import take_apart

LONGEST = 2_000

EXPRESSION = re.compile(r"\{\{([^{}]{0,2000}+)\}\}|[$#*]\{([^{}]{1,400}+)\}|\[\[\$?\{?([^\[\]{}]{1,400}+)\}?\]\]")
"""What a template computes in a text: Vue and its kin, EL and Thymeleaf."""
_SERVER = re.compile(r"<%[\s\S]*?(?:%>|\Z)|<\?(?!xml)[\s\S]*?(?:\?>|\Z)", re.IGNORECASE)
_SILENT = ("<%--", "<%@", "<%#")
_SHOWS = re.compile(r"<%[=:\-]|<\?=|<\?(?:php)?\s*+echo\b", re.IGNORECASE)
_QUOTED = re.compile(r"""'([^'\\]{1,200}+)'|"([^"\\]{1,200}+)\"""")


def part_server_code(text: str) -> tuple[str, str]:
    """(page with holes where the server writes something and blanks where it only runs; the code where it stood, with
    blanks in place of the page), for JSP, PHP, ASP and EJS. The code is "" where there is none."""
    if "<%" not in text and "<?" not in text:
        return text, ""
    page, script, at = list[str](), list[str](), 0
    for match in _SERVER.finditer(text):
        code = match.group()
        shown = HOLE if _SHOWS.match(code) else ""
        page += [text[at:match.start()], shown.ljust(len(code))[:len(code)]]
        inner = code[2:-2] if code.endswith(("%>", "?>")) else code[2:]
        inner = " " * len(inner) if code.startswith(_SILENT) else inner
        script.append(" " * (match.start() + 2 - at) + inner + "\n\n"[:len(code) - 2 - len(inner)])
        at = match.end()
    return "".join([*page, text[at:]]), "".join(script) if any(map(str.strip, script)) else ""


def expression_texts(expression: str) -> list[str]:
    """Texts of a short template expression, those that are compared left out; one in parts is one text."""
    return list(_joined_texts(expression)) if "+" in expression or "`" in expression else list(_texts(expression))


def _texts(expression: str) -> Iterator[str]:
    for match in _QUOTED.finditer(expression):
        before, after = expression[:match.start()].rstrip()[-1:], expression[match.end():].lstrip()[:1]
        if before != "=" and after not in ("=", "!"):
            yield match.group(1) or match.group(2)


def _joined_texts(expression: str) -> Iterator[str]:
    source = take_apart(expression[:LONGEST])
    sentences, told = find_sentences(source), set[int]()
    for index, start in enumerate(source.starts):
        if index in told:
            continue
        sentence = sentences.get(index)
        if sentence is not None:
            told.update(sentence.literals)
            yield sentence.text
            continue
        before, after = source.code[:start].rstrip()[-1:], source.code[source.ends[index]:].lstrip()[:1]
        if before != "=" and after not in ("=", "!"):
            yield source.value(index)
