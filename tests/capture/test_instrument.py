"""The parts of the instrument share one scope in the page."""

from __future__ import annotations

import re
from collections import Counter

from appscan.capture.instrument import PARTS, part

DECLARED = re.compile(r"^(?:async )?(?:function\*? |const |let |class )(\w+)", re.MULTILINE)


def test_no_two_parts_declare_the_same_name():
    names = Counter(name for one in PARTS for name in set(DECLARED.findall(part(one))))
    assert len(names) > 100
    assert [name for name, count in names.items() if count > 1] == []
