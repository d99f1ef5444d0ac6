"""Answers questions about resource ids from the rows of a resource table, Chinese first. Knows no file format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from functools import cached_property

import numpy as np

from appscan.model.reading import Int32, Resources
from appscan.readers.apk.android_ids import FRAMEWORK_TEXTS

LIST_TYPES = frozenset({"array", "plurals"})


class ResourceLookup:
    """Texts, paths and names by resource id. Tables are built when first asked for."""

    def __init__(self, rows: Resources, texts: Mapping[int, bytes], ranks: Mapping[int, int],
                 aliases: Mapping[int, int] | None = None) -> None:
        """`texts`: bytes of every sid in `rows`; `ranks`: order of choice by sid of the configuration, low first;
        `aliases`: staged resource ids → final ones."""
        self._rows = rows
        self._texts = texts
        self._ranks = ranks
        self._aliases = aliases or {}

    @classmethod
    def joined(cls, parts: Sequence[ResourceLookup]) -> ResourceLookup:
        """One lookup over the tables of a split set, so that the Chinese split answers for the base. All parts share
        one string pool; among equals the earlier part wins."""
        columns = ([getattr(part._rows, column.name) for part in parts] for column in fields(Resources))
        rows = Resources(*(np.concatenate(column) for column in columns))
        return cls(rows, *({key: value for part in parts for key, value in getattr(part, name).items()}
                           for name in ("_texts", "_ranks", "_aliases")))

    def text(self, resource_id: int) -> str | None:
        """The text of a string (or the path of a file) in zh-rCN, else zh, else the default, else any configuration."""
        found = self._best.get(self._aliases.get(resource_id, resource_id), -1)
        if found < 0:
            return FRAMEWORK_TEXTS.get(resource_id)
        return self._texts[found].decode("utf-8", "replace")

    def texts(self, resource_id: int) -> tuple[str, ...]:
        """The items of an array or plural in the best configuration; empty for anything else."""
        return self._lists.get(self._aliases.get(resource_id, resource_id), ())

    def path(self, resource_id: int) -> str | None:
        """The file that holds the resource, as named in the container; the default configuration first."""
        found = self.text(resource_id)
        return found if found is not None and found in self._path_types else None

    def paths(self, resource_id: int) -> tuple[str, ...]:
        """The files that hold the resource in any configuration, each once, as named in the container."""
        rows = self._rows
        own = np.flatnonzero((rows.id == self._aliases.get(resource_id, resource_id)) & (rows.value >= 0))
        texts = (self._texts[sid].decode("utf-8", "replace") for sid in rows.value[own].tolist())
        return tuple(dict.fromkeys(text for text in texts if text in self._path_types))

    def name(self, resource_id: int) -> str:
        """layout/activity_main; empty where the table does not tell."""
        pair = self._names.get(self._aliases.get(resource_id, resource_id))
        return "" if pair is None else "/".join(self._texts[sid].decode("utf-8", "replace") for sid in pair)

    def type_of_path(self, path: str) -> str | None:
        """The type (layout, menu, xml, …) under which the table names this file; None where it does not."""
        return self._path_types.get(path)

    def _types(self, names: frozenset[str]) -> list[int]:
        wanted = {name.encode() for name in names}
        return [sid for sid in np.unique(self._rows.type).tolist() if self._texts[sid] in wanted]

    @cached_property
    def _rank(self) -> Int32:
        configs, inverse = np.unique(self._rows.config, return_inverse=True)
        ranks = np.array([self._ranks.get(sid, 9) for sid in configs.tolist()], dtype=np.int32)
        return ranks[inverse] if len(configs) else np.zeros(0, dtype=np.int32)

    @cached_property
    def _best(self) -> dict[int, int]:
        rows = self._rows
        single = np.flatnonzero((rows.value >= 0) & ~np.isin(rows.type, self._types(LIST_TYPES)))
        # Stable: among equal ranks the row that stands first in the table wins. dict() keeps the last, so go backwards.
        order = single[np.argsort(self._rank[single], kind="stable")[::-1]]
        return dict(zip(rows.id[order].tolist(), rows.value[order].tolist(), strict=True))

    @cached_property
    def _lists(self) -> dict[int, tuple[str, ...]]:
        rows = self._rows
        listed = np.flatnonzero(np.isin(rows.type, self._types(LIST_TYPES)))
        best: dict[int, tuple[int, int, list[str]]] = {}
        columns = zip(rows.id[listed].tolist(), rows.config[listed].tolist(), self._rank[listed].tolist(),
                      rows.value[listed].tolist(), strict=True)
        for resource_id, config, rank, value in columns:
            known = best.get(resource_id)
            if known is None or rank < known[0]:
                known = best[resource_id] = (rank, config, [])
            if known[1] == config and value >= 0:
                known[2].append(self._texts[value].decode("utf-8", "replace"))
        return {resource_id: tuple(items) for resource_id, (_, _, items) in best.items()}

    @cached_property
    def _names(self) -> dict[int, tuple[int, int]]:
        rows = self._rows
        return dict(zip(rows.id.tolist(), zip(rows.type.tolist(), rows.name.tolist(), strict=True), strict=True))

    @cached_property
    def _path_types(self) -> dict[str, str]:
        rows = self._rows
        files = np.flatnonzero((rows.value >= 0) & ~np.isin(rows.type, self._types(LIST_TYPES | {"string", "id"})))
        return {self._texts[value].decode("utf-8", "replace"): self._texts[kind].decode("utf-8", "replace")
                for value, kind in zip(rows.value[files].tolist(), rows.type[files].tolist(), strict=True)}
