"""Accounts of the desk: users, sessions, tokens and failed sign-ins. Secrets come here only as digests; knows neither
cookies nor how a password is hashed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, delete, func, insert, select, update

from appscan.errors import UsageError
from appscan.store.database import Database
from appscan.store.events import record_in
from appscan.store.moments import read, written
from appscan.store.plain import storable
from appscan.store.tables import SessionRow, SignInRow, TokenRow, UserRow, table
from appscan.store.values import Event, EventKind

LONGEST_USER = 64
WINDOW = timedelta(minutes=15)
"""So long a failed sign-in counts."""
MOST_FOR_ACCOUNT = 8
MOST_FOR_ADDRESS = 30
"""Failed sign-ins within the window, after which the next one is not even tried. Several people share an address."""
_SEEN_EVERY = timedelta(minutes=1)
"""A session's last use is written no more often, so that reading a page is not a write."""


class Role(StrEnum):
    """What a user may do; each may do all that the ones before may."""

    VIEWER = "viewer"
    REVIEWER = "reviewer"
    ADMIN = "admin"

    def may(self, asked: Role) -> bool:
        """Whether this role includes another one."""
        return list(Role).index(self) >= list(Role).index(asked)


@dataclass(frozen=True, slots=True)
class User:
    """An account."""

    name: str
    role: Role
    disabled: bool
    created: datetime


@dataclass(frozen=True, slots=True)
class Token:
    """A token of a user, without its secret. `id` is the start of its digest."""

    id: str
    user: str
    label: str
    role: Role
    created: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Session:
    """Whose session it is; and until when that is sure as long as nothing is written in the store."""

    user: User
    sure: datetime


class Accounts:
    """The accounts of one store. Every change is also an event."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, name: str, password: str, role: Role, *, who: str, when: datetime) -> None:
        """Make an account; `password` is a hash. Raises UsageError `user_name`, `user_exists`."""
        if not name.strip() or name != name.strip() or len(name) > LONGEST_USER or storable(name) != name \
                or not name.isprintable():
            raise UsageError("user_name", given=name, most=LONGEST_USER)
        users = table(UserRow)
        with self._database.writing("accounts") as connection:
            if connection.execute(select(users.c.name).where(users.c.name == name)).scalar() is not None:
                raise UsageError("user_exists", user=name)
            connection.execute(insert(users), {"name": name, "password": password, "role": role.value, "disabled": 0,
                                               "created": written(when)})
            _told(self._database, connection, name, who, when, {"act": "added", "role": role.value})

    def set_password(self, name: str, password: str, *, who: str, when: datetime) -> None:
        """Give an account another password hash, and end all its sessions and tokens. Raises UsageError
        `user_unknown`."""
        self._change(name, {"password": password}, who, when, "password")

    def disable(self, name: str, *, who: str, when: datetime) -> None:
        """Shut an account and end all its sessions and tokens. Raises UsageError `user_unknown`."""
        self._change(name, {"disabled": 1}, who, when, "disabled")

    def _change(self, name: str, change: dict[str, Any], who: str, when: datetime, act: str) -> None:
        users = table(UserRow)
        with self._database.writing("accounts") as connection:
            if not connection.execute(update(users).where(users.c.name == name).values(**change)).rowcount:
                raise UsageError("user_unknown", user=name)
            for rows in (table(SessionRow), table(TokenRow)):
                connection.execute(delete(rows).where(rows.c.user == name))
            _told(self._database, connection, name, who, when, {"act": act})

    def users(self) -> list[User]:
        """All accounts by name."""
        users = table(UserRow)
        with self._database.reading() as connection:
            return [_user(row) for row in connection.execute(select(users).order_by(users.c.name)).all()]

    def password_of(self, name: str) -> str:
        """The password hash of an account that is open; "" where there is none."""
        users = table(UserRow)
        with self._database.reading() as connection:
            return connection.execute(select(users.c.password).where(
                users.c.name == name, users.c.disabled == 0)).scalar() or ""

    # Signing in

    def may_try(self, account: str, address: str, *, now: datetime) -> bool:
        """Count a try to sign in before it is made, so that many at once count too; False where there were too many.
        `succeeded` takes it back."""
        rows, since = table(SignInRow), written(now - WINDOW)
        with self._database.writing("sign in") as connection:
            connection.execute(delete(rows).where(rows.c.at < since))
            counts = [connection.execute(select(func.count()).where(which)).scalar_one()
                      for which in (rows.c.account == storable(account), rows.c.address == address)]
            if counts[0] >= MOST_FOR_ACCOUNT or counts[1] >= MOST_FOR_ADDRESS:
                return False
            connection.execute(insert(rows), {"account": storable(account), "address": address, "at": written(now)})
        return True

    def succeeded(self, account: str, address: str) -> None:
        """Forget the tries of an account from an address: its user knew the password."""
        rows = table(SignInRow)
        with self._database.writing("sign in") as connection:
            connection.execute(delete(rows).where(rows.c.account == storable(account), rows.c.address == address))

    def open_session(self, digest: str, user: str, *, now: datetime, ends: datetime, over: str = "") -> None:
        """Keep a new session, in place of `over`; sessions whose time is over go."""
        rows = table(SessionRow)
        with self._database.writing("sign in") as connection:
            connection.execute(delete(rows).where((rows.c.ends < written(now)) | (rows.c.digest == over)))
            connection.execute(insert(rows), {"digest": digest, "user": user, "created": written(now),
                                              "seen": written(now), "ends": written(ends)})

    def close_session(self, digest: str) -> None:
        """End a session."""
        rows = table(SessionRow)
        with self._database.writing("sign in") as connection:
            connection.execute(delete(rows).where(rows.c.digest == digest))

    def session_user(self, digest: str, *, now: datetime, idle: timedelta) -> User | None:
        """Whose session it is; None where there is none, its time is over, it lay idle, or the account is shut."""
        found = self.session(digest, now=now, idle=idle)
        return None if found is None else found.user

    def session(self, digest: str, *, now: datetime, idle: timedelta) -> Session | None:
        """The same, with how long that holds."""
        with self._database.reading() as connection:
            found = connection.execute(_whose_session(), {"asked": digest, "now": written(now),
                                                          "since": written(now - idle)}).first()
        if found is None:
            return None
        seen = read(found.seen)
        if seen < now - _SEEN_EVERY:
            rows = table(SessionRow)
            with self._database.writing() as connection:
                connection.execute(update(rows).where(rows.c.digest == digest).values(seen=written(now)))
            seen = now
        return Session(_user(found), min(read(found.ends), seen + idle, seen + _SEEN_EVERY))

    # Tokens

    def add_token(self, digest: str, user: str, label: str, role: Role, *, now: datetime, ends: datetime) -> None:
        """Keep a token."""
        with self._database.writing("accounts") as connection:
            connection.execute(insert(table(TokenRow)), {
                "digest": digest, "user": user, "label": storable(label), "role": role.value, "created": written(now),
                "ends": written(ends)})
            _told(self._database, connection, user, user, now,
                  {"act": "token_added", "token": digest[:12], "label": label, "role": role.value})

    def tokens(self, user: str) -> list[Token]:
        """The tokens of a user, oldest first."""
        rows = table(TokenRow)
        with self._database.reading() as connection:
            found = connection.execute(select(rows).where(rows.c.user == user).order_by(rows.c.created)).all()
        return [Token(row.digest[:12], row.user, row.label, Role(row.role), read(row.created), read(row.ends))
                for row in found]

    def remove_token(self, user: str, token: str, *, now: datetime) -> bool:
        """End a user's own token; False where that user has none of that id."""
        rows = table(TokenRow)
        with self._database.writing("accounts") as connection:
            there = connection.execute(select(rows.c.digest).where(rows.c.user == user)).scalars().all()
            ended = [digest for digest in there if digest[:12] == token]
            connection.execute(delete(rows).where(rows.c.digest.in_(ended)))
            if ended:
                _told(self._database, connection, user, user, now, {"act": "token_removed", "token": token})
        return bool(ended)

    def token_user(self, digest: str, *, now: datetime) -> User | None:
        """Who a token speaks for, with the lower of the user's and the token's role; None where it is not valid."""
        rows, users = table(TokenRow), table(UserRow)
        with self._database.reading() as connection:
            found = connection.execute(select(users, rows.c.role.label("most")).join(
                rows, rows.c.user == users.c.name).where(
                rows.c.digest == digest, rows.c.ends > written(now), users.c.disabled == 0)).first()
        if found is None:
            return None
        user, most = _user(found), Role(found.most)
        return user if most.may(user.role) else User(user.name, most, user.disabled, user.created)


@cache
def _whose_session() -> Select[Any]:
    """Asked before every page, so put together once: `asked` is the digest, `since` when it was used at the latest."""
    rows, users = table(SessionRow), table(UserRow)
    return select(users, rows.c.seen, rows.c.ends).join(rows, rows.c.user == users.c.name).where(
        rows.c.digest == bindparam("asked"), rows.c.ends > bindparam("now"), rows.c.seen > bindparam("since"),
        users.c.disabled == 0)


def _user(row: Any) -> User:
    return User(row.name, Role(row.role), bool(row.disabled), read(row.created))


def _told(database: Database, connection: Connection, subject: str, who: str, when: datetime,
          content: dict[str, str]) -> None:
    record_in(database, connection, Event(EventKind.ACCOUNT_CHANGED, subject, who, when, content=content))
