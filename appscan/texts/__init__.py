"""The one catalogue of texts, Chinese and English. Knows no report, check or command; an unknown key never raises."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Literal

from appscan.errors import AppscanError, PackError
from appscan.texts.browser_words import failure_of
from appscan.texts.untrusted import shown

__all__ = ["LANGUAGES", "Language", "catalogue", "enumerated", "has", "phrased", "placeholders", "say", "say_error",
           "shown"]

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")

PARAMETER_SHOWN = 300
"""Characters of one parameter that a sentence shows; parameters come from apps and file names."""

_OPTIONAL = re.compile(r"\[\[(?P<inner>.*?)\]\]")
_PLACEHOLDER = re.compile(r"\{(?P<name>\w+)(?::(?P<namespace>[\w.]+)|\?(?P<one>[^{}|]*)\|(?P<many>[^{}|]*))?\}")


def say(lang: Language, key: str, /, **params: object) -> str:
    """The text `key` in `lang`; the key itself when the catalogue has no such entry. Never raises.

    Placeholders of an entry: `{name}` the parameter, bounded and made harmless; `{name:space}` the catalogue entry
    `space.<parameter>` (comma-separated lists are joined); `{name?one|many}` a word that depends on a count; `[[…]]` a
    part that is left out unless all its parameters are given and neither empty nor zero. Elsewhere a missing parameter
    stays visible as its placeholder.
    """
    template = catalogue(lang).get(key)
    if template is None:
        return key
    failure = failure_of(str(params["why"])[:PARAMETER_SHOWN]) if "why" in params else None
    if failure is not None:  # the browser's own words, in its own language
        params = {**params, "why": catalogue(lang).get(f"failures.{failure}", "")}
    return _PLACEHOLDER.sub(lambda match: _filled(lang, match, params), _with_options(template, params))


def enumerated(lang: Language, words: Iterable[str], /) -> str:
    """Names in a row: 甲、乙, in English with commas."""
    return ("、" if lang == "zh" else ", ").join(words)


def phrased(lang: Language, parts: Iterable[str], /) -> str:
    """Parts of a sentence that have commas of their own in a row."""
    return ("；" if lang == "zh" else "; ").join(parts)


def has(key: str, /) -> bool:
    """Whether both languages have the entry `key`."""
    return all(key in catalogue(lang) for lang in LANGUAGES)


def say_error(lang: Language, error: AppscanError) -> str:
    """One line for an error: what, where, what to do. Falls back to the plain English line of the error."""
    key = f"errors.{error.key}"
    if not has(key):
        return shown(str(error), PARAMETER_SHOWN)
    return say(lang, key, **{**error.params, **_sentences(lang, error)})


class _Said(str):
    """A sentence of the catalogue inside another one; its parameters are bounded and harmless already."""

    __slots__ = ()


def _sentences(lang: Language, error: AppscanError) -> dict[str, _Said]:
    """What is wrong with a pack and how to mend it; both are entries with parameters of their own."""
    if not isinstance(error, PackError):
        return {}
    entries = {"reason": f"pack.{error.params.get('reason')}", "fix": f"pack_fix.{error.params.get('fix')}"}
    return {name: _Said(say(lang, key, **error.params)) for name, key in entries.items() if has(key)}


def placeholders(text: str, /, *, required: bool = False) -> frozenset[str]:
    """Names of the parameters that a catalogue text asks for; only those outside `[[…]]` where `required`."""
    asked = _OPTIONAL.sub("", text) if required else text
    return frozenset(match["name"] for match in _PLACEHOLDER.finditer(asked))


@cache
def catalogue(lang: Language) -> Mapping[str, str]:
    """All entries of one language, keys with dots; English for a language that is not there."""
    name = lang if lang in LANGUAGES else "en"
    return dict(_flat(tomllib.loads(files(__name__).joinpath(f"{name}.toml").read_text("utf-8"))))


def _flat(table: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield prefix + name, str(value)


def _with_options(template: str, params: Mapping[str, object]) -> str:
    def kept(match: re.Match[str]) -> str:
        given = all(str(params.get(name, "")) not in ("", "0") for name in placeholders(match["inner"]))
        return match["inner"] if given else ""

    return _OPTIONAL.sub(kept, template)


def _filled(lang: Language, match: re.Match[str], params: Mapping[str, object]) -> str:
    if match["name"] not in params:
        return match[0]
    given = params[match["name"]]
    if isinstance(given, _Said):
        return given
    value = str(given)
    if match["namespace"] is not None:
        return _translated(lang, match["namespace"], value)
    if match["many"] is not None:
        return match["one"] if value == "1" else match["many"]
    return shown(value, PARAMETER_SHOWN)


def _translated(lang: Language, namespace: str, value: str) -> str:
    words = [word.strip() for word in value.split(",") if word.strip()]
    entries = catalogue(lang)
    return enumerated(lang, [
        _with_options(entries.get(f"{namespace}.{word}", ""), {}) or shown(word, PARAMETER_SHOWN) for word in words])
