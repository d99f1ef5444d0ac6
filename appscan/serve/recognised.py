"""Whom the cookies of the last requests stand for, as long as nothing whatever is written in the store. Knows no
page."""

from __future__ import annotations

from datetime import datetime

from appscan.serve import sessions
from appscan.serve.settings import Settings
from appscan.store import Session, Store, User

MOST = 1000


class Recognised:
    """Sessions of one desk. Signing out, another password, an account that is shut: each is written in the store, by
    whatever process, and forgets all that is known here before the next request is answered."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store, self._settings = store, settings
        self._known: tuple[object, dict[str, Session]] = (None, {})

    def at_once(self, secret: str, now: datetime) -> User | None:
        """Whose secret it is, where that is known and still so; None says nothing. Waits for nobody."""
        mark = self._store.mark()
        if mark is None or self._known[0] != mark:
            return None
        session = self._known[1].get(sessions.digest_of(secret))
        return session.user if session is not None and now < session.sure else None

    def user_of(self, secret: str, now: datetime) -> User | None:
        """Whose secret it is; None for nobody's. Asks the store."""
        digest, mark = sessions.digest_of(secret), self._store.mark()  # before asking: what is written since is noticed
        session = self._store.accounts.session(digest, now=now, idle=self._settings.idle)
        if session is None:
            return None
        if mark is not None:
            if self._known[0] != mark or len(self._known[1]) >= MOST:
                self._known = (mark, {})
            known = self._known
            if known[0] == mark:
                known[1][digest] = session
        return session.user
