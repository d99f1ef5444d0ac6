"""Folder of packs → CheckSet. The only YAML reader of packs; knows no reading and no verdict."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from appscan.checks.pack import (
    CallGroup,
    Check,
    CheckSet,
    Context,
    Example,
    Limit,
    Mark,
    MethodPattern,
    Vocabulary,
    Word,
)
from appscan.checks.parse import LINE, Source, check_pattern, groups_of, parse_expression, parse_words, terms_of
from appscan.errors import PackError
from appscan.model.coverage import Kind
from appscan.model.judgement import Force, Presence, Tag
from appscan.model.report import Bilingual, ClauseText

_METHOD = re.compile(r"^(?P<owner>\*|L[\w/$]+;)->(?P<name>\*|[\w$<>]+)(\((?P<sign>=|>=)(?P<number>-?\d+)\))?$")
_CHECK_KEYS = {"id", "title", "question", "notice", "clauses", "polarity", "audience", "words", "presence", "force",
               "tags", "not", "needs", "examples", LINE}
MIN_EXAMPLES = 2

if hasattr(yaml, "CSafeLoader"):
    _Base: Any = yaml.CSafeLoader
else:  # a PyYAML without its C part
    _Base = yaml.SafeLoader


class _LineLoader(_Base):  # type: ignore[misc]
    """Keeps the line of every mapping, so that an error can name it."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.MarkedYAMLError(problem=f"duplicate key {key!r}", problem_mark=key_node.start_mark)
            seen.add(key)
        mapping: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        mapping[LINE] = node.start_mark.line + 1
        return mapping


def shipped_folder() -> Path:
    """Folder of the packs that come with the program: appscan/packs/ in a wheel, checks/ in a checkout."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "packs"
    return installed if installed.is_dir() else package.parent / "checks"


def load(folder: Path | None = None) -> CheckSet:
    """Load and lint every pack below `folder` (None: the shipped ones). Raises PackError with file, line and fix."""
    root = folder if folder is not None else shipped_folder()
    documents = dict(_documents(root))
    if not documents:
        raise PackError("pack_wrong", file=str(root), line=0, reason="no packs here",
                        fix="name a folder with .yaml packs")
    proven = folder is None
    vocabulary = _vocabulary(documents, proven=proven)
    clauses = _clauses(documents)
    shared = _word_lists(documents)
    checks = [_check(name, node, vocabulary, clauses, Source(name, shared, proven=proven))
              for name, node in _in(documents, "features/")]
    limits = [_limit(name, node) for name, node in _in(documents, "limits/")]
    _unique([check.id for check in checks] + [limit.id for limit in limits], str(root))
    version = str(documents.get("pack.yaml", {}).get("version", "0"))
    return CheckSet(tuple(checks), tuple(limits), vocabulary, clauses, _digest(root), version)


def _files(root: Path) -> list[Path]:
    return sorted(path for path in root.rglob("*.yaml") if path.is_file())


def _digest(root: Path) -> str:
    total = hashlib.sha256()
    for path in _files(root):
        total.update(path.relative_to(root).as_posix().encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def _documents(root: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for path in _files(root):
        name = path.relative_to(root).as_posix()
        try:
            node = yaml.load(path.read_text(encoding="utf-8"), Loader=_LineLoader)  # noqa: S506 (subclass of SafeLoader)
        except yaml.MarkedYAMLError as reason:
            mark = reason.problem_mark or reason.context_mark
            raise PackError("pack_wrong", file=name, line=mark.line + 1 if mark else 0, reason=str(reason.problem),
                            fix="mend the YAML") from None
        except (yaml.YAMLError, UnicodeDecodeError, OSError) as reason:
            raise PackError("pack_wrong", file=name, line=0, reason=str(reason).splitlines()[0],
                            fix="save the file as UTF-8 YAML") from None
        if not isinstance(node, dict):
            raise PackError("pack_wrong", file=name, line=1, reason="not a mapping", fix="see docs/checks.md")
        yield name, node


def _in(documents: Mapping[str, dict[str, Any]], folder: str) -> Iterator[tuple[str, dict[str, Any]]]:
    return ((name, node) for name, node in documents.items() if name.startswith(folder))


def _word_lists(documents: Mapping[str, dict[str, Any]]) -> dict[str, list[str]]:
    lists = documents.get("vocabulary/words.yaml", {}).get("lists", {})
    return {str(name): list(words) for name, words in lists.items() if name != LINE}


def _unique(ids: list[str], root: str) -> None:
    twice = sorted({one for one in ids if ids.count(one) > 1})
    if twice:
        raise PackError("pack_wrong", file=root, line=0, reason=f"duplicate id {twice[0]}", fix="rename one of them")


def _bilingual(node: Any, what: str, source: Source, line: int) -> Bilingual:
    written = isinstance(node, dict) and all(isinstance(node.get(lang), str) and node[lang].strip()
                                             for lang in ("zh", "en"))
    if not written:
        source.fail(line, f"{what} needs zh and en", f"write {what}: {{zh: …, en: …}}")
    return {"zh": node["zh"].strip(), "en": node["en"].strip()}


def _check(name: str, node: dict[str, Any], vocabulary: Vocabulary, clauses: Mapping[str, ClauseText],
           shared: Source) -> Check:
    own = {key: list(words) for key, words in (node.get("words") or {}).items() if key != LINE}
    source = Source(name, {**shared.lists, **own}, proven=shared.proven)
    line = int(node[LINE])
    unknown = set(node) - _CHECK_KEYS
    if unknown:
        source.fail(line, f"unknown keys {sorted(unknown)}", "remove them")
    if node.get("id") != Path(name).stem:
        source.fail(line, f"id {node.get('id')!r} is not the file name", f"write id: {Path(name).stem}")
    presence = _rungs(node.get("presence"), Presence, source, line)
    force = _rungs(node.get("force") or {}, Force, source, line)
    tags = _rungs(node.get("tags") or {}, Tag, source, line)
    contexts = tuple(node.get("not") or ())
    for missing in [context for context in contexts if context not in vocabulary.contexts]:
        source.fail(line, f"unknown context {missing}", "define it in vocabulary/contexts.yaml")
    for missing in [clause for clause in node.get("clauses") or [] if clause not in clauses]:
        source.fail(line, f"unknown clause {missing}", "define it under regulations/")
    for expression in [*presence.values(), *force.values(), *tags.values()]:
        for missing in sorted(groups_of(expression) - set(vocabulary.calls)):
            source.fail(line, f"unknown call group {missing}", "define it in vocabulary/calls.yaml")
    examples = node.get("examples") or {}
    check = Check(
        id=node["id"], title=_bilingual(node.get("title"), "title", source, line),
        question=_bilingual(node.get("question"), "question", source, line),
        notice=_bilingual(node.get("notice"), "notice", source, line), clauses=tuple(node.get("clauses") or ()),
        polarity=node.get("polarity", "banned"), audience=tuple(node.get("audience") or ()), presence=presence,
        force=force, tags=tags, contexts=contexts, needs=_needs(node, presence, source, line),
        **{key: _examples(examples.get(key), source, line)
           for key in ("found", "not_found", "known_misses", "known_false_hits")})
    if len(check.found) < MIN_EXAMPLES or len(check.not_found) < MIN_EXAMPLES:
        source.fail(line, "fewer than 2 found and 2 not_found examples", "add examples")
    if not check.clauses:
        source.fail(line, "no clause", "name the clause that bans or requires the feature")
    return check


def _rungs(node: Any, ladder: Any, source: Source, line: int) -> dict[Any, Any]:
    if not isinstance(node, dict) or (ladder is Presence and not [key for key in node if key != LINE]):
        source.fail(line, f"{ladder.__name__.lower()} is missing", "add it")
    rungs = {}
    for key, value in node.items():
        if key == LINE:
            continue
        here = int(value.get(LINE, line)) if isinstance(value, dict) else line
        try:
            rungs[ladder(key)] = parse_expression(value, source, here)
        except ValueError:
            source.fail(here, f"unknown rung {key!r}", "use one of " + ", ".join(ladder))
    return rungs


def _needs(node: dict[str, Any], presence: Mapping[Presence, Any], source: Source, line: int) -> tuple[Kind, ...]:
    listed = node.get("needs")
    if listed is None:
        return tuple(sorted({term.kind for expression in presence.values() for term in terms_of(expression)}))
    try:
        return tuple(Kind(kind) for kind in listed)
    except ValueError as reason:
        source.fail(line, str(reason), "use signal kinds")


def _examples(nodes: Any, source: Source, line: int) -> tuple[Example, ...]:
    examples = []
    for node in nodes or []:
        here = int(node.get(LINE, line)) if isinstance(node, dict) else line
        if not isinstance(node, dict):
            source.fail(line, f"example {node!r} is not a screen", "write {control: […], text: […]}")
        screen = {key: tuple([value] if isinstance(value, str) else value) for key, value in node.items()
                  if key not in (LINE, "presence", "force", "why")}
        unknown = set(screen) - set(Kind) - {"prose", "native_call"}
        if unknown:
            source.fail(here, f"unknown example keys {sorted(unknown)}", "use signal kinds")
        examples.append(Example(screen, Presence(node.get("presence", "none")), Force(node.get("force", "none")), here,
                                str(node.get("why", ""))))
    return tuple(examples)


def _mark(node: dict[str, Any], source: Source) -> Mark:
    line = int(node[LINE])
    known = {"name", "component", "entry", "class", "structure", "string", "call", LINE}
    if set(node) - known or len(node) < 3:
        source.fail(line, f"a mark needs a name and at least one of {sorted(known - {LINE, 'name'})}", "mend the mark")

    def listed(key: str) -> tuple[str, ...]:
        value = node.get(key) or ()
        return (value,) if isinstance(value, str) else tuple(value)

    return Mark(str(node["name"]), listed("component"), listed("entry"), listed("class"),
                str(node.get("structure", "")), listed("string"))


def _limit(name: str, node: dict[str, Any]) -> Limit:
    source = Source(name, {})
    line = int(node[LINE])
    marks = node.get("marks") or {}
    strong = tuple(_mark(mark, source) for mark in marks.get("strong") or ())
    weak = tuple(_mark(mark, source) for mark in marks.get("weak") or ())
    if not strong and len(weak) < 2:
        source.fail(line, "a limit needs a strong mark or two weak ones", "add marks")
    return Limit(str(node.get("id")), _bilingual(node.get("title"), "title", source, line),
                 _bilingual(node.get("advice"), "advice", source, line), tuple(Kind(kind) for kind in node["blinds"]),
                 strong, weak)


def _method(text: str, source: Source, line: int) -> MethodPattern:
    found = _METHOD.match(text)
    if not found:
        source.fail(line, f"{text!r} is not Lpkg/Class;->name", "mend the method pattern")
    number = int(found["number"]) if found["number"] else None
    return MethodPattern(found["owner"], found["name"], number if found["sign"] == "=" else None,
                         number if found["sign"] == ">=" else None)


def _call_group(name: str, node: dict[str, Any], source: Source) -> CallGroup:
    line = int(node[LINE])
    attributes = {str(key): tuple(str(value).lower() for value in (values if isinstance(values, list) else [values]))
                  for key, values in (node.get("attributes") or {}).items() if key != LINE}
    return CallGroup(name, _bilingual(node.get("what"), "what", source, line),
                     tuple(_method(text, source, line) for text in node.get("methods") or ()),
                     tuple(_method(text, source, line) for text in node.get("except") or ()),
                     tuple(node.get("strings") or ()), tuple(node.get("scripts") or ()), attributes)


def _context(name: str, node: dict[str, Any], source: Source) -> Context:
    line = int(node[LINE])
    patterns = tuple(node.get("patterns") or ())
    for pattern in patterns:
        check_pattern(pattern, source, line)
    words = parse_words(node["words"], source, line) if node.get("words") else ()
    unless = parse_words(node["unless"], source, line) if node.get("unless") else ()
    if not words and not patterns:
        source.fail(line, f"context {name} has neither words nor patterns", "add words")
    examples = node.get("examples") or {}
    tag = Tag(node["tag"]) if node.get("effect", "cancel") == "tag" else None
    return Context(name, _bilingual(node.get("what"), "what", source, line), words, patterns, unless, tag,
                   tuple(examples.get("cancels") or ()), tuple(examples.get("keeps") or ()))


def _vocabulary(documents: Mapping[str, dict[str, Any]], *, proven: bool) -> Vocabulary:
    contexts_name = "vocabulary/contexts.yaml"
    contexts = documents.get(contexts_name, {})
    libraries = documents.get("vocabulary/libraries.yaml", {})
    audiences = documents.get("vocabulary/audience.yaml", {})
    source = Source("vocabulary/audience.yaml", {})
    return Vocabulary(
        calls={name: _call_group(name, node, Source(file, {}))
               for file in ("vocabulary/calls.yaml", "vocabulary/marks.yaml")
               for name, node in documents.get(file, {}).get("groups", {}).items() if name != LINE},
        libraries={str(key): str(value) for key, value in (libraries.get("prefixes") or {}).items() if key != LINE},
        library_scripts=tuple((str(row["file"]), str(row["library"])) for row in libraries.get("scripts") or ()),
        library_modules=tuple(str(row) for row in libraries.get("modules") or ()),
        contexts={name: _context(name, node, Source(contexts_name, {}, proven=proven)) for name, node in
                  (contexts.get("contexts") or contexts).items() if isinstance(node, dict)},
        audiences={name: parse_words(words, source, 0) for name, words in
                   (audiences.get("audiences") or {}).items() if name != LINE and isinstance(words, list)})


def _clauses(documents: Mapping[str, dict[str, Any]]) -> dict[str, ClauseText]:
    clauses: dict[str, ClauseText] = {}
    for name, node in _in(documents, "regulations/"):
        source = Source(name, {})
        line = int(node[LINE])
        title = _bilingual(node.get("title"), "title", source, line)
        for key, row in node["clauses"].items():
            if key == LINE:
                continue
            if key in clauses:
                source.fail(line, f"duplicate clause {key}", "rename it")
            summary = _bilingual(row.get("summary"), "summary", source, int(row[LINE]))
            clauses[key] = ClauseText(key, title, str(row["article"]), summary, str(node["date"]),
                                      str(node["jurisdiction"]), node.get("text") == "whole")
    return clauses


def lint(folder: Path) -> list[PackError]:
    """The first error of the packs below `folder`, or nothing."""
    try:
        load(folder)
    except PackError as error:
        return [error]
    return []


__all__ = ["Word", "lint", "load", "shipped_folder"]
