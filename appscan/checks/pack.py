"""The values a pack is made of: words, terms, expressions, checks, limits, vocabulary. No YAML, no matching."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from appscan.model.coverage import Kind
from appscan.model.judgement import Force, Presence, Tag
from appscan.model.report import Bilingual, ClauseText


class Match(StrEnum):
    """How a word is compared with a folded text or with the tokens of an identifier."""

    CONTAINS = "contains"
    WHOLE = "whole"
    PATTERN = "pattern"


@dataclass(frozen=True, slots=True)
class Word:
    """`text` is folded; for `PATTERN` it is a regular expression over folded text. A Latin word without spaces is
    compared with runs of whole tokens, so `checkin` finds checkIn, check_in and "Check in", never "checking"."""

    text: str
    match: Match = Match.CONTAINS

    def __hash__(self) -> int:
        """Of the text alone: words are looked up by the thousand, and an enum's hash is a call of its own."""
        return hash(self.text)


class Within(StrEnum):
    """How near the items of an `all` must stand to each other."""

    APP = "app"
    SCREEN = "screen"
    ELEMENT = "element"
    SENTENCE = "sentence"


@dataclass(frozen=True, slots=True)
class Term:
    """Signals of one kind that carry one of the words, or belong to one of the named call groups or marks.

    `prose` lets long running text count as well. `named` are token runs of first-party method names (kind call). `plan`
    asks for sentences of a document that plan or order something; no app holds any. `anyone` lets what is meant for
    citizens, pupils or patients count too, `state` also what the document tells to be so now.
    """

    kind: Kind
    words: tuple[Word, ...] = ()
    groups: tuple[str, ...] = ()
    named: tuple[Word, ...] = ()
    prose: bool = False
    plan: bool = False
    anyone: bool = False
    state: bool = False


@dataclass(frozen=True, slots=True)
class AllOf:
    """True when every item is, near each other. Items of `none` must not stand there, what frames a page not counted;
    items of `nowhere` not even in that. What a `weak` one shows is often shown elsewhere too: where no other condition
    of its rung holds, the feature is for a person to look at."""

    items: tuple[Expression, ...]
    none: tuple[Expression, ...]
    within: Within
    weak: bool = False
    nowhere: tuple[Expression, ...] = ()


@dataclass(frozen=True, slots=True)
class AnyOf:
    """True when one item is."""

    items: tuple[Expression, ...]


Expression = Term | AllOf | AnyOf


def alternatives(expression: Expression) -> tuple[Expression, ...]:
    """The conditions of which one is enough: the items of an `any`, else the expression itself."""
    return expression.items if isinstance(expression, AnyOf) else (expression,)


def is_weak(expression: Expression) -> bool:
    """Whether a pack calls the condition weak."""
    return isinstance(expression, AllOf) and expression.weak


@dataclass(frozen=True, slots=True)
class Example:
    """A small screen that proves a check. `screen` maps kinds (control, text, endpoint, call, …) to lists of values.
    `presence` and `force` are None where the author does not say them."""

    screen: Mapping[str, tuple[str, ...]]
    presence: Presence | None
    force: Force | None
    line: int
    why: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """One banned or required feature as data. `clauses`: those its file names, then the others that ban or require it;
    `beside`: clauses that allow it, that another one sets aside where a report stands, or of a narrower subject.
    `applies`: which apps a required feature is asked of (None: all). `firm`: the rungs that have weak conditions,
    without these, but with what is firm of the rung below (None: nothing is left)."""

    id: str
    title: Bilingual
    question: Bilingual
    notice: Bilingual
    clauses: tuple[str, ...]
    polarity: str
    audience: tuple[str, ...]
    presence: Mapping[Presence, Expression]
    force: Mapping[Force, Expression]
    contexts: tuple[str, ...]
    needs: tuple[Kind, ...]
    tags: Mapping[Tag, Expression] = field(default_factory=dict)
    applies: Expression | None = None
    found: tuple[Example, ...] = ()
    not_found: tuple[Example, ...] = ()
    known_misses: tuple[Example, ...] = ()
    known_false_hits: tuple[Example, ...] = ()
    beside: tuple[str, ...] = ()
    firm: Mapping[Presence, Expression | None] = field(default_factory=dict)


class Structure(StrEnum):
    """Closed set of structures that marks may name; judge/ computes them."""

    MISSING_COMPONENTS = "missing_components"
    FEW_CLASSES = "few_classes"
    LAUNCHER_IS_REMOTE_PAGE = "launcher_is_remote_page"


@dataclass(frozen=True, slots=True)
class Mark:
    """One trace of a limit. All given keys must hold: manifest class names, globs of container entries, globs of class
    names, and a structure."""

    name: str
    component: tuple[str, ...] = ()
    entry: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    structure: Structure | None = None


@dataclass(frozen=True, slots=True)
class Limit:
    """A check that lowers coverage instead of accusing: any strong mark, or two different weak ones."""

    id: str
    title: Bilingual
    advice: Bilingual
    blinds: tuple[Kind, ...]
    strong: tuple[Mark, ...]
    weak: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class MethodPattern:
    """`owner` is a descriptor or "*", `name` a method name or "*"; the last argument must be the integer constant
    `equals`, or at least `at_least`, where given."""

    owner: str
    name: str
    equals: int | None = None
    at_least: int | None = None


@dataclass(frozen=True, slots=True)
class CallGroup:
    """One act on every platform: DEX methods (but those in `excepted`), string constants that stand for it, script call
    chains, attributes."""

    name: str
    what: Bilingual
    methods: tuple[MethodPattern, ...] = ()
    excepted: tuple[MethodPattern, ...] = ()
    strings: tuple[str, ...] = ()
    scripts: tuple[str, ...] = ()
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Context:
    """Words around a hit that cancel it or tag it (judgement.md). `patterns` are regular expressions over one text."""

    id: str
    what: Bilingual
    words: tuple[Word, ...]
    patterns: tuple[str, ...]
    unless: tuple[Word, ...]
    tag: Tag | None
    cancels: tuple[str, ...]
    keeps: tuple[str, ...]
    mention: Term = field(init=False, repr=False, compare=False)
    """Any text, however long, in which one of the words stands."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "mention", Term(Kind.TEXT, self.words, prose=True))


@dataclass(frozen=True, slots=True)
class Plans:
    """How documents say that something is planned, and that it is not: regular expressions over folded text; what each
    is held against is said in vocabulary/plans.yaml. `replaced` are contexts that speak of the same in apps. `planned`
    and `spoken` are examples."""

    titles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sections: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    tables: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sentences: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    around: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    people: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    replaced: frozenset[str] = frozenset()
    planned: tuple[str, ...] = ()
    spoken: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What all checks share."""

    calls: Mapping[str, CallGroup]
    libraries: Mapping[str, str]
    library_scripts: tuple[tuple[str, str], ...]
    library_modules: tuple[str, ...]
    contexts: Mapping[str, Context]
    audiences: Mapping[str, tuple[Word, ...]]
    plans: Plans = Plans()


class RuleKind(StrEnum):
    """How a portfolio rule is answered: by counting apps, by comparing with a register, or as advice."""

    COUNT = "count"
    COMPARE = "compare"
    ADVICE = "advice"


@dataclass(frozen=True, slots=True)
class PortfolioRule:
    """A rule that no single app can answer, and the data it needs."""

    id: str
    kind: RuleKind
    title: Bilingual
    needs: Bilingual


@dataclass(frozen=True, slots=True)
class CheckSet:
    """All packs, loaded and linted. `digest` is the SHA-256 of their files; `version` is for people; `shipped` is True
    where they are, byte for byte, the packs that come with the program."""

    checks: tuple[Check, ...]
    limits: tuple[Limit, ...]
    vocabulary: Vocabulary
    clauses: Mapping[str, ClauseText]
    digest: str
    version: str
    shipped: bool = False
    portfolio: Mapping[str, PortfolioRule] = field(default_factory=dict)
