"""What kind of text an asset is, and its characters. Knows file names and encodings, no facts."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from enum import Enum
from math import log2

from appscan.readers.roles import words

SNIFFED = 4_096
LEAST_ENCRYPTED = 256
ENCRYPTED_ENTROPY = 7.0
"""Bits a byte. Scripts and pages stay under 6, Chinese ones in UTF-8 under 6.5, ciphers are over 7.5."""

_SCRIPT = (".js", ".mjs", ".cjs", ".jsx", ".ts", ".tsx", ".wxs", ".bundle", ".jsbundle", ".bundle.js")
_MARKUP = (".html", ".htm", ".xhtml", ".vue", ".nvue", ".wxml", ".axml", ".swan", ".ttml", ".qml", ".tpl", ".svelte",
           ".jsp", ".jspx", ".php", ".asp", ".aspx", ".ejs", ".ftl", ".cshtml")
_STYLES = (".css", ".wxss", ".acss", ".ttss", ".less", ".scss")
_DATA = (".json", ".json5")
_NO_TEXT = words(
    "png jpg jpeg gif webp svg ico bmp ttf otf woff woff2 eot mp3 mp4 wav ogg aac m4a webm so dex jar "
    "zip apk 7z gz tar rar pdf doc docx xls xlsx ppt pptx db sqlite bin dat pak arsc pem cer crt bks p12 jks key pro "
    "properties version kotlin_module model tflite md5 sha1 wasm wgt license lic")
_LOOKS_SCRIPT = re.compile(r"(?<![\w$])(?:function\b|var\s|const\s|let\s|module\.exports|__d\(|window\.|require\(|"
                           r"document\.|=>|\"use strict\"|webpackJsonp)")
_LOOKS_MARKUP = re.compile(r"\s*+<(?:!doctype|html|head|body|div|template|view|script|meta)\b", re.IGNORECASE)
_OPAQUE = re.compile(r"[A-Za-z0-9+/=\r\n]++")


class TextKind(Enum):
    """How an asset is read."""

    SCRIPT = "script"
    STYLE = "style"
    MARKUP = "markup"
    JSON = "json"
    MAP = "map"
    XML = "xml"
    PLAIN = "plain"
    HERMES = "hermes"
    ENCRYPTED = "encrypted"
    NONE = "none"


def kind_by_name(name: str) -> TextKind:
    """Kind by the name alone; NONE where the name says that it is no text, PLAIN where it says nothing."""
    lowered = name.lower()
    if lowered.endswith(".map"):
        return TextKind.MAP
    for endings, kind in ((_SCRIPT, TextKind.SCRIPT), (_MARKUP, TextKind.MARKUP), (_DATA, TextKind.JSON),
                          (_STYLES, TextKind.STYLE),
                          ((".xml", ".plist"), TextKind.XML)):
        if lowered.endswith(endings):
            return kind
    return TextKind.NONE if lowered.rsplit(".", 1)[-1] in _NO_TEXT else TextKind.PLAIN


def kind_by_content(named: TextKind, text: str) -> TextKind:
    """Kind of a text whose name says nothing (`named` PLAIN), or of a script that is none but a cipher in letters."""
    if named is TextKind.PLAIN:
        head = text[:SNIFFED]
        stripped = head.lstrip()
        if _LOOKS_MARKUP.match(stripped):
            return TextKind.MARKUP
        if stripped.startswith("<?xml"):
            return TextKind.XML
        if stripped[:1] in ("{", "[") and '"' in stripped[:200]:
            return TextKind.JSON
        return TextKind.SCRIPT if len(_LOOKS_SCRIPT.findall(head)) >= 2 else TextKind.PLAIN
    if named in (TextKind.SCRIPT, TextKind.MARKUP) and len(text) >= LEAST_ENCRYPTED and _OPAQUE.fullmatch(text):
        return TextKind.ENCRYPTED
    return named


def decode(raw: bytes) -> str | None:
    """Characters of a text in UTF-8, UTF-16 with a mark, or GB18030; None for what is no text at all."""
    if raw.startswith(codecs.BOM_UTF8):
        return raw[3:].decode("utf-8", "replace")
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw.decode("utf-16", "replace")
    if _controls(raw) > 0.02:
        return None
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start >= len(raw) - 3:
            return raw.decode("utf-8", "ignore")
    try:
        return raw.decode("gb18030")
    except UnicodeDecodeError:
        text = raw.decode("utf-8", "replace")
        return text if text.count("\ufffd") <= len(text) // 50 + 3 else None


def _controls(raw: bytes) -> float:
    """Share of bytes that texts do not have, in the beginning and the middle."""
    middle = len(raw) // 2
    sample = raw[:SNIFFED] + raw[middle:middle + SNIFFED]
    return len(sample.translate(None, _TEXT_BYTES)) / len(sample) if sample else 0.0


_TEXT_BYTES = bytes([7, 8, 9, 10, 11, 12, 13, 27, *range(32, 127), *range(128, 256)])


def looks_encrypted(raw: bytes) -> bool:
    """True for bytes under a script's or page's name that are no text and as disordered as a cipher."""
    sample = raw[:1 << 16]
    if len(sample) < LEAST_ENCRYPTED:
        return False
    total = len(sample)
    entropy = -sum(count / total * log2(count / total) for count in Counter(sample).values())
    return entropy >= min(ENCRYPTED_ENTROPY, log2(total) - 1.2)
