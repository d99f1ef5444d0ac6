"""How one desk runs. Knows no request."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path

from appscan.serve.provider import Provider
from appscan.texts import Language

MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Settings:
    """`behind_https` marks cookies for HTTPS only. `form_bytes` bounds the body of any request, `upload_bytes` that of
    a new scan. A session ends after `idle`, and after `longest` however busy it is. `checks` is a folder of packs, None
    for those shipped. `workers` scans run at once, each reading for at most `scan_seconds`
    within `scan_bytes` of memory. Sites are walked at public
    addresses, and at those in `ranges`. `provider` signs people in beside passwords. Logins of sites are sealed with
    `key`; without one none is taken."""

    lang: Language = "zh"
    behind_https: bool = False
    form_bytes: int = 32 * MEGABYTE
    upload_bytes: int = 2048 * MEGABYTE
    idle: timedelta = timedelta(minutes=60)
    longest: timedelta = timedelta(hours=12)
    checks: Path | None = None
    workers: int = 1
    scan_seconds: float = 300.0
    scan_bytes: int = 4096 * MEGABYTE
    ranges: tuple[IPv4Network | IPv6Network, ...] = ()
    provider: Provider | None = None
    key: str = field(default="", repr=False)
