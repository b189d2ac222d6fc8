"""One served house for the tests that leave it as they found it."""

from collections.abc import Iterator

import httpx
import pytest

from tests.support.editions import published_shelf
from tests.support.serving import house, quick_accounts, serving

PASSWORD = "correct horse"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a house with one set, and a curator ``lin``."""
    home = tmp_path_factory.mktemp("house")
    accounts = quick_accounts(home)
    accounts.add("lin", PASSWORD)
    with serving(house(home, published_shelf(home / "editions"), accounts=accounts)) as base:
        yield base


@pytest.fixture
def client(served: str) -> Iterator[httpx.Client]:
    """A visitor's browser, in English."""
    headers = {"Accept": "text/html", "Accept-Language": "en"}
    with httpx.Client(base_url=served, headers=headers) as client:
        yield client
