"""Boxes of a screen into which a person types, where there are several: a form. Knows no check and no vocabulary."""

from __future__ import annotations

import re
from collections import defaultdict

import numpy as np

from appscan.model.reading import Fact, Reading

TYPED_INTO = "typed_into"
"""Computed call group, named in `checks/vocabulary/marks.yaml`."""

FEWEST = 2
"""One box alone may be a search."""

_BOX = re.compile(r"(^|[.-])(input|textarea|select|spinner|\w{0,24}edittext|\w{0,24}autocompletetextview|easyinput|"
                  r"field|input-number|picker|datepicker|cascader|stepper)$", re.IGNORECASE)
_NO_BOX = frozenset({"hidden", "search", "password", "submit", "button", "reset", "image", "checkbox", "radio"})


def rows_typed_into(reading: Reading) -> list[int]:
    """Rows of the boxes of each screen of a file that has two at least; ticks, passwords and searches are none."""
    facts, strings = reading.facts, reading.strings
    nodes = np.flatnonzero(facts.kind == Fact.NODE)
    tags = {sid: bool(_BOX.search(strings[sid])) for sid in np.unique(facts.value[nodes]).tolist()}
    boxes = [row for row in nodes.tolist() if tags[int(facts.value[row])]]
    if len(boxes) < FEWEST:
        return []
    attributes = np.flatnonzero(facts.kind == Fact.ATTRIBUTE)
    no_box = {(int(facts.file[row]), int(facts.node[row])) for row in attributes.tolist()
              if strings[int(facts.role[row])] == "type" and strings[int(facts.value[row])].lower() in _NO_BOX}
    forms: dict[tuple[int, int], list[int]] = defaultdict(list)
    for row in boxes:
        if (int(facts.file[row]), int(facts.node[row])) not in no_box:
            forms[int(facts.file[row]), int(facts.screen[row])].append(row)
    return [row for found in forms.values() if len(found) >= FEWEST for row in found]
