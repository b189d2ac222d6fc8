"""Rules about the tree itself: module length, generated files fresh, one version."""

import re
import sys
from pathlib import Path

import schema

import server

ROOT = Path(__file__).parent.parent
LIMITS = {"server/**/*.py": 400, "scripts/*.py": 400, "kiosk_ui/**/*.js": 250}


def faults() -> list[str]:
    found = []
    for pattern, limit in LIMITS.items():
        for path in ROOT.glob(pattern):
            lines = len(path.read_text("utf-8").splitlines())
            if lines > limit:
                name = path.relative_to(ROOT)
                found.append(f"{name}: {lines} lines, limit {limit}. Split it by noun.")
    if schema.TARGET.read_text("utf-8") != schema.text():
        found.append(f"{schema.TARGET.name} is stale. Run scripts/lint.")
    newest = re.search(r"^## \[?(\d+\.\d+\.\d+)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.M)
    if newest is None or newest[1] != server.__version__:
        found.append(f"CHANGELOG.md does not open with version {server.__version__}.")
    return found


if __name__ == "__main__":
    problems = faults()
    print("\n".join(problems) if problems else "tree: ok")
    sys.exit(bool(problems))
