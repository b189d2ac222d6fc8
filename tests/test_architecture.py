"""What the import contract cannot see: what is really loaded, and what is documented."""

import subprocess
import sys
from pathlib import Path

from server.restoration.guards.gates import COLOUR_GATES, GATES
from server.settings import Settings

ROOT = Path(__file__).parent.parent


def test_the_web_loads_neither_torch_nor_ray_nor_an_engine() -> None:
    code = (
        "import sys, server.web.app;"
        "print(sorted(n for n in ('torch', 'ray', 'diffusers', 'cv2', 'pyamg') "
        "if n in sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_every_setting_is_documented() -> None:
    text = (ROOT / "docs" / "settings.md").read_text("utf-8")
    for name in Settings.model_fields:
        assert f"REKINDLE_{name.upper()}" in text, f"docs/settings.md does not name {name}"


def test_every_gate_is_documented() -> None:
    text = (ROOT / "docs" / "guards.md").read_text("utf-8")
    for name, gate in GATES.items():
        (row,) = (line for line in text.splitlines() if line.startswith(f"| `{name}` |"))
        assert f"{gate.limit:g}" in row
        assert f"{COLOUR_GATES[name].limit:g}" in row


def test_lock_files_name_no_address() -> None:
    for lock in [*(ROOT / "requirements").glob("*.lock"), ROOT / "package-lock.json"]:
        text = lock.read_text("utf-8")
        assert "http://" not in text and '"resolved"' not in text, lock.name
        # Of options, hashes alone: every other would say where to look.
        options = [word for word in text.split() if word.startswith("-") and len(word) > 1]
        assert all(option.startswith("--hash=sha256:") for option in options), lock.name
