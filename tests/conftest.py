"""What every test has: no deadlines on shared machines, photographs where they are at hand."""

from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("shared", deadline=None, max_examples=60)
settings.load_profile("shared")

PHOTOS = Path(__file__).parents[2] / "shared" / "photos"


@pytest.fixture(scope="session")
def old_photos() -> list[Path]:
    """Real old photographs beside the checkout; skips where there are none."""
    found = sorted(path for path in (PHOTOS / "old").glob("*") if path.is_file())
    if not found:
        pytest.skip(f"no photographs in {PHOTOS / 'old'}")
    return found


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests come last: their driver keeps an event loop running in the main thread."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)
