"""What a page told about itself, in the shapes of the recording; every row is hostile and bounded. Knows no browser."""

from __future__ import annotations

from typing import Any

from appscan.model.margin import Margin

_MARGINS = frozenset(str(margin) for margin in Margin)
MOST = 10**12
MOST_EDGE = 10**7


def plain_control(row: dict[str, Any]) -> dict[str, Any]:
    """A control in the recording's shape."""
    checked = row.get("checked")
    return {
        "text": str(row.get("text", ""))[:400],
        "role": str(row.get("role", ""))[:40],
        "selector": str(row.get("selector", ""))[:600],
        "box": _box(row),
        "disabled": bool(row.get("disabled")),
        "checked": checked if isinstance(checked, bool) else None,
        **_margin(row),
    }


def plain_text(row: dict[str, Any]) -> dict[str, Any]:
    """A text in the recording's shape."""
    return {
        "text": str(row.get("text", ""))[:4000],
        "role": str(row.get("role", ""))[:40],
        "selector": str(row.get("selector", ""))[:600],
        "box": _box(row),
        **_margin(row),
    }


def plain_form(row: dict[str, Any]) -> dict[str, Any]:
    """A form in the recording's shape."""
    fields = [
        {
            "label": str(item.get("label", ""))[:400],
            "name": str(item.get("name", ""))[:200],
            "type": str(item.get("type", ""))[:40],
            "required": bool(item.get("required")),
            "accept": str(item.get("accept", ""))[:200],
            "capture": str(item.get("capture", ""))[:40],
            "value_kind": str(item.get("value_kind", ""))[:40],
        }
        for item in listed(row, "fields")[:400]
    ]
    return {
        "selector": str(row.get("selector", ""))[:600],
        "submit": str(row.get("submit", ""))[:400],
        "fields": fields,
    }


def plain_dialog(row: dict[str, Any]) -> dict[str, Any]:
    """A dialog or overlay in the recording's shape."""
    closable = row.get("closable")
    return {
        "text": str(row.get("text", ""))[:4000],
        "closable": closable if isinstance(closable, bool) else None,
        "modal": bool(row.get("modal")),
        "covers": whole(_times(row.get("covers"), 1_000_000), 0, 1_000_000) / 1_000_000,
        "controls": [plain_control(item) for item in listed(row, "controls")[:100]],
        "box": _box(row),
    }


def listed(row: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The rows under a name; a hostile page may have put anything there."""
    found = row.get(name)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def _margin(row: dict[str, Any]) -> dict[str, str]:
    """The member `margin` of what frames the page; what the page is about has none."""
    margin = row.get("margin")
    return {"margin": margin} if isinstance(margin, str) and margin in _MARGINS else {}


def _box(row: dict[str, Any]) -> list[int] | None:
    box = row.get("box")
    if isinstance(box, list) and len(box) == 4 and all(isinstance(edge, (int, float)) for edge in box):
        return [whole(edge, -MOST_EDGE, MOST_EDGE) for edge in box]
    return None


def text_of(row: dict[str, Any], name: str, most: int) -> str:
    """A bounded text under a name, or an empty one."""
    value = row.get(name)
    return value[:most] if isinstance(value, str) else ""


def number_of(row: dict[str, Any], name: str) -> int:
    """A whole number of at least 0 under a name, or 0."""
    return whole(row.get(name))


def whole(value: object, least: int = 0, most: int = MOST) -> int:
    """A bounded whole number; what is no number is the least but at least 0, and Infinity is the most."""
    if not isinstance(value, (int, float)) or value != value:
        return max(0, least)
    return int(max(least, min(value, most)))


def _times(value: object, by: int) -> object:
    return value * by if isinstance(value, float) or (isinstance(value, int) and abs(value) <= MOST) else value


def stack_of(row: dict[str, Any]) -> list[str]:
    """At most five rows of a call stack."""
    rows = row.get("stack")
    return [line[:400] for line in rows[:5] if isinstance(line, str)] if isinstance(rows, list) else []
