"""Names of fields in addresses and bodies, and the recording's kinds of requests. Knows no browser and no policy."""

from __future__ import annotations

import json
import re
from urllib.parse import parse_qsl

from appscan.capture.addresses import urlsplit
from appscan.capture.writes import callback_of

MAX_FIELDS = 200
MAX_TEXT = 2 * 1024 * 1024


def request_fields(url: str, body: str) -> list[str]:
    """Names of query and body fields, in order, each once."""
    names = [name for name, _ in parse_qsl(urlsplit(url).query, keep_blank_values=True)[:MAX_FIELDS]]
    if body:
        names += fields_of(body) or [name for name, _ in parse_qsl(body[:100_000], keep_blank_values=True)[:MAX_FIELDS]]
    return list(dict.fromkeys(name[:200] for name in names if name))[:MAX_FIELDS]


def fields_of(text: str) -> list[str]:
    """Names of a JSON text with dots between levels and nothing for arrays; empty where it is not JSON.

    JSONP is unwrapped."""
    text = text.strip()[:MAX_TEXT]
    called = re.match(r"^[\w$.\[\]]{1,100}\(", text)
    if called:
        text = text[called.end() :].rstrip(";) \n")
    if text[:1] not in ("{", "["):
        return []
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return []
    found: dict[str, None] = {}
    queue: list[tuple[str, object]] = [("", content)]
    for path, value in queue:
        if len(found) >= MAX_FIELDS or len(queue) > 20_000:
            break
        if isinstance(value, dict):
            for name, inner in list(value.items())[:MAX_FIELDS]:
                full = f"{path}.{name}"[:200] if path else str(name)[:200]
                found[full] = None
                queue.append((full, inner))
        elif isinstance(value, list):
            queue.extend((path, inner) for inner in value[:20])
    return list(found)[:MAX_FIELDS]


def kind_of(resource: str, method: str, url: str) -> str:
    """The recording's kind for a resource type of the browser."""
    match resource:
        case "document":
            return "form" if method == "POST" else "document"
        case "script":
            return "jsonp" if callback_of(url) else "script"
        case "xhr" | "fetch" | "image" | "eventsource":
            return resource
        case "ping":
            return "beacon"
        case "websocket":
            return "socket"
        case "stylesheet":
            return "style"
        case _:
            return "other"
