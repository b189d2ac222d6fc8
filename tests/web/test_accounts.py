"""Who may enter the Studio."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from server.errors import UserRefused
from server.web.accounts import SESSION_S, Accounts
from tests.support.serving import quick_accounts
from tests.support.timeless import ManualClock

PASSWORD = "correct horse"


def test_a_user_is_known_by_the_password_alone(tmp_path: Path) -> None:
    accounts = quick_accounts(tmp_path)
    accounts.add("lin", PASSWORD)
    assert accounts.names() == ["lin"]
    assert accounts.verify("lin", PASSWORD)
    assert not accounts.verify("lin", PASSWORD + " ")
    assert not accounts.verify("nobody", PASSWORD)
    assert quick_accounts(tmp_path).verify("lin", PASSWORD)


@pytest.mark.parametrize(
    ("name", "password", "reason"),
    [
        ("Lin Wei", PASSWORD, "not a user name"),
        ("", PASSWORD, "not a user name"),
        ("a" * 33, PASSWORD, "not a user name"),
        ("wei", "short", "has 5 characters; it needs 10"),
        ("wei", "x" * 1025, "has 1025 characters"),
        ("lin", PASSWORD, "a user lin already"),
    ],
)
def test_a_user_is_refused_with_the_reason(
    tmp_path: Path, name: str, password: str, reason: str
) -> None:
    accounts = quick_accounts(tmp_path)
    accounts.add("lin", PASSWORD)
    with pytest.raises(UserRefused, match=reason):
        accounts.add(name, password)


def test_the_database_holds_neither_password_nor_session(tmp_path: Path) -> None:
    accounts = quick_accounts(tmp_path)
    accounts.add("lin", PASSWORD)
    session = accounts.session_open("lin")
    with closing(sqlite3.connect(tmp_path / "rekindle.db")) as database:
        kept = "\n".join(database.iterdump())
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert "$argon2id$" in kept
    assert PASSWORD not in kept and session not in kept


def test_a_session_lasts_a_working_day(tmp_path: Path) -> None:
    clock = ManualClock()
    accounts = Accounts(tmp_path / "rekindle.db", now=clock.now)
    accounts.add("lin", PASSWORD)
    session = accounts.session_open("lin")
    clock.time += SESSION_S - 1
    assert accounts.session_user(session) == "lin"
    clock.time += 1
    assert accounts.session_user(session) is None


def test_a_closed_session_is_over(tmp_path: Path) -> None:
    accounts = quick_accounts(tmp_path)
    accounts.add("lin", PASSWORD)
    one, other = accounts.session_open("lin"), accounts.session_open("lin")
    accounts.session_close(one)
    assert accounts.session_user(one) is None
    assert accounts.session_user(other) == "lin"
    assert accounts.session_user("made up") is None


def test_a_secret_lasts(tmp_path: Path) -> None:
    first = quick_accounts(tmp_path)
    assert first.secret("session") == quick_accounts(tmp_path).secret("session")
    assert first.secret("session") != first.secret("other")
