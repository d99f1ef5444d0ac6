"""Logins of sites, sealed before they are kept: whoever has the database or a copy of it, but not the key, cannot read
them. The key is in the environment, or in a file that it names. Knows no database."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from appscan.errors import UsageError

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

KEY, KEY_FILE = "APPSCAN_KEY", "APPSCAN_KEY_FILE"
SHORTEST = 32
"""Letters of a key: it is no password that somebody remembers."""
SEALED = "sealed"


def key_from(environment: Mapping[str, str]) -> str:
    """The key; "" where none is set. Raises UsageError `key_short`, `key_file`."""
    key, file = environment.get(KEY, "").strip(), environment.get(KEY_FILE, "").strip()
    if not key and file:
        try:
            key = Path(file).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError):
            raise UsageError("key_file", name=KEY_FILE, file=file) from None
        if not key:
            raise UsageError("key_file", name=KEY_FILE, file=file)
    if key and len(key) < SHORTEST:
        raise UsageError("key_short", name=KEY, least=SHORTEST)
    return key


@dataclass(frozen=True, slots=True)
class Seal:
    """Seals what only a worker may see. Without a key nothing is sealed, and nothing kept."""

    key: str = field(default="", repr=False)

    def sealed(self, secret: Mapping[str, Any]) -> dict[str, str]:
        """What may be kept. Raises UsageError `key_missing`."""
        return {SEALED: self._cipher().encrypt(json.dumps(secret, ensure_ascii=False).encode()).decode()}

    def opened(self, kept: Mapping[str, Any]) -> dict[str, Any]:
        """What was sealed; nothing where nothing was kept. Raises UsageError `key_missing`, `key_wrong`."""
        if not kept:
            return {}
        from cryptography.fernet import InvalidToken

        try:
            opened: dict[str, Any] = json.loads(self._cipher().decrypt(str(kept.get(SEALED, ""))))
        except InvalidToken:
            raise UsageError("key_wrong", name=KEY) from None
        return opened

    def _cipher(self) -> Fernet:
        if not self.key:
            raise UsageError("key_missing", name=KEY)
        from cryptography.fernet import Fernet
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF

        derived = HKDF(SHA256(), 32, salt=None, info=b"appscan login").derive(self.key.encode())
        return Fernet(base64.urlsafe_b64encode(derived))
