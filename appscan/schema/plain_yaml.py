"""YAML of the plain kind that people write by hand, read to nodes, which know their lines: no dates, no aliases, no
key twice. Knows no schema and no message of ours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import yaml


class RefusedError(yaml.MarkedYAMLError):
    """YAML that is well formed, not plain: `kind` is `alias`, `key_no_text` or `twin`; `member` is what is meant."""

    def __init__(self, kind: str, member: str, problem: str, mark: yaml.Mark) -> None:
        super().__init__(problem=problem, problem_mark=mark)
        self.kind, self.member = kind, member


class PlainLoader(yaml.SafeLoader):
    """Scalars without dates (2024-01-02 stays text), and no aliases, which could unfold without end."""

    yaml_implicit_resolvers = {  # noqa: RUF012 (PyYAML's own form)
        first: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:timestamp"]
        for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()  # type: ignore[no-untyped-call]
            raise RefusedError("alias", event.anchor, f"alias *{event.anchor}", event.start_mark)
        node: yaml.Node | None = super().compose_node(parent, index)
        if isinstance(node, yaml.MappingNode):
            self._refuse_odd_keys(node)
        return node

    def is_name(self, key: yaml.Node) -> bool:
        """Whether a member may be called so."""
        return isinstance(key, yaml.ScalarNode)

    def _refuse_odd_keys(self, node: yaml.MappingNode) -> None:
        seen: set[str] = set()
        for key, _ in node.value:
            if not self.is_name(key):
                raise RefusedError("key_no_text", str(key.value)[:80], "a key that is no text", key.start_mark)
            if key.value in seen:
                raise RefusedError("twin", key.value, f"twice: {key.value}", key.start_mark)
            seen.add(key.value)


def line_of(root: yaml.Node, place: Sequence[str | int], member: str = "") -> int:
    """Line (from 1) of the value at a place, or of the key `member` in it; of the nearest that there is."""
    node = root
    for part in place:
        node = next((value for key, value in _members(node) if key.value == str(part)), node)
    for key, _ in _members(node):
        if member and key.value == member and isinstance(node, yaml.MappingNode):
            return int(key.start_mark.line) + 1
    return int(node.start_mark.line) + 1


def line_of_error(error: Exception) -> int:
    """Line (from 1) where reading broke off; 1 where the error has no mark."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    return mark.line + 1 if mark else 1


FAULTS = (("alias", ("undefined alias",)), ("tag", ("constructor for the tag", "tag handle")), ("tab", ("\\t",)),
          ("quote", ("quoted scalar", "end of stream")),
          ("bracket", ("',' or ']'", "',' or '}'", "flow", "node content")),
          ("colon", ("mapping values are not allowed", "expected ':'")),
          ("indent", ("<block end>", "block mapping", "block sequence", "block collection", "block entries")),
          ("start", ("cannot start any token", "alphabetic or numeric", "special characters", "not acceptable")))
"""What PyYAML says, told in words of ours: kind of mistake → what stands in its message."""


def reason_of(error: Exception) -> str:
    """The kind of mistake, as a key of `yaml_faults` in the catalogue; `other` for what is rare."""
    if isinstance(error, RefusedError):
        return error.kind
    said = " ".join(str(getattr(error, part, None) or "") for part in ("context", "problem")) or str(error)
    return next((kind for kind, signs in FAULTS if any(sign in said for sign in signs)), "other")


def _members(node: yaml.Node) -> Iterator[tuple[yaml.ScalarNode, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        yield from ((key, value) for key, value in node.value if isinstance(key, yaml.ScalarNode))
    elif isinstance(node, yaml.SequenceNode):
        yield from ((yaml.ScalarNode("", str(index)), value) for index, value in enumerate(node.value))
