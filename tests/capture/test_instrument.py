"""The parts of the instrument share one scope in the page, those of a Worker one in the Worker."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from appscan.capture.instrument import PARTS, WORKER_PARTS, part

DECLARED = re.compile(r"^(?:async )?(?:function\*? |const |let |class )(\w+)", re.MULTILINE)


@pytest.mark.parametrize(("parts", "least"), [(PARTS, 100), (WORKER_PARTS, 20)])
def test_no_two_parts_declare_the_same_name(parts, least):
    names = Counter(name for one in parts for name in set(DECLARED.findall(part(one))))
    assert len(names) > least
    assert [name for name, count in names.items() if count > 1] == []
