"""Who may enter the Studio: users, their passwords and their sessions, in SQLite."""

import hashlib
import re
import secrets
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Lock

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from server.errors import UserRefused

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,31}")
SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 1024
SESSION_S = 12 * 3600
"""A working day."""
BUSY_MS = 5000

SCHEMA = """
CREATE TABLE IF NOT EXISTS user (
    name TEXT PRIMARY KEY, hash TEXT NOT NULL, created REAL NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS session (
    id TEXT PRIMARY KEY,
    user TEXT NOT NULL REFERENCES user (name) ON DELETE CASCADE,
    expires REAL NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS secret (
    name TEXT PRIMARY KEY, value TEXT NOT NULL
) STRICT;
"""


class Accounts:
    """Users and sessions; may be used from several threads and processes."""

    def __init__(
        self,
        path: Path,
        *,
        hasher: PasswordHasher | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        """``path`` of the database, made where it is not; ``now`` in seconds since 1970."""
        self._path = path
        self._hasher = hasher or PasswordHasher()
        self._now = now
        # One at a time: each check takes 64 MiB, and a flood of them must not take the kiosk's.
        self._hashing = Lock()
        self._nobody = self._hasher.hash(secrets.token_hex())
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._open() as database:
            database.execute("PRAGMA journal_mode = WAL")
            database.executescript(SCHEMA)

    def names(self) -> list[str]:
        """Users, in alphabetical order."""
        with self._open() as database:
            return [str(row[0]) for row in database.execute("SELECT name FROM user ORDER BY name")]

    def add(self, name: str, password: str) -> None:
        """Raises UserRefused, with the reason."""
        if NAME.fullmatch(name) is None:
            raise UserRefused(
                f"{name!r} is not a user name: 1 to 32 of a-z, 0-9, dot, hyphen and underscore, "
                "beginning with a letter or a digit."
            )
        if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
            raise UserRefused(
                f"The password has {len(password)} characters; it needs {SHORTEST_PASSWORD} "
                f"to {LONGEST_PASSWORD}."
            )
        with self._hashing:
            hashed = self._hasher.hash(password)
        try:
            with self._open() as database:
                database.execute("INSERT INTO user VALUES (?, ?, ?)", (name, hashed, self._now()))
        except sqlite3.IntegrityError as error:
            raise UserRefused(f"There is a user {name} already.") from error

    def verify(self, name: str, password: str) -> bool:
        """Whether this is the user's password; takes as long where there is no such user."""
        with self._open() as database:
            row = database.execute("SELECT hash FROM user WHERE name = ?", (name,)).fetchone()
        try:
            with self._hashing:
                matches = self._hasher.verify(row[0] if row else self._nobody, password)
        except VerificationError:
            return False
        return matches and row is not None

    def session_open(self, user: str) -> str:
        """A new session's secret id, 256 random bits; sessions that have run out are cleared."""
        identity = secrets.token_urlsafe(32)
        now = self._now()
        with self._open() as database:
            database.execute("DELETE FROM session WHERE expires <= ?", (now,))
            row = (_digest(identity), user, now + SESSION_S)
            database.execute("INSERT INTO session VALUES (?, ?, ?)", row)
        return identity

    def session_user(self, identity: str) -> str | None:
        """The user of a session that has not run out."""
        query = "SELECT user FROM session WHERE id = ? AND expires > ?"
        with self._open() as database:
            row = database.execute(query, (_digest(identity), self._now())).fetchone()
        return str(row[0]) if row else None

    def session_close(self, identity: str) -> None:
        with self._open() as database:
            database.execute("DELETE FROM session WHERE id = ?", (_digest(identity),))

    def secret(self, name: str) -> str:
        """A random secret of this house, the same each time it is asked for."""
        with self._open() as database:
            row = (name, secrets.token_urlsafe(32))
            database.execute("INSERT OR IGNORE INTO secret VALUES (?, ?)", row)
            query = "SELECT value FROM secret WHERE name = ?"
            return str(database.execute(query, (name,)).fetchone()[0])

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._path, timeout=BUSY_MS / 1000)) as database:
            database.execute("PRAGMA foreign_keys = ON")
            with database:
                yield database


def _digest(identity: str) -> str:
    """What the database keeps: whoever reads it cannot take over a session."""
    return hashlib.sha256(identity.encode()).hexdigest()
