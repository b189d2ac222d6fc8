"""axe-core on a page of a real browser."""

from pathlib import Path
from typing import Any

from tests.ui.browser import Screen

_AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"


def faults_of(screen: Screen) -> list[str]:
    """What axe finds, with the first element of each."""
    assert _AXE.exists(), "axe-core is not installed: npm ci"
    screen.page.evaluate(_AXE.read_text("utf-8"))
    found: list[dict[str, Any]] = screen.page.evaluate(
        "() => axe.run(document, { resultTypes: ['violations'] }).then((run) => run.violations)"
    )
    return [f"{each['id']}: {each['nodes'][0]['html'][:160]}" for each in found]
