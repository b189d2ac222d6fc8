"""A printer's queue made of a folder: programs that answer as ``lp`` and ``lpstat`` do."""

import json
import os
import sys
from pathlib import Path

import pytest

LP = """#!{python}
import json, pathlib, shutil, sys
folder = pathlib.Path({folder!r})
told = sys.argv[1:]
file = pathlib.Path(told[-1])
if not file.is_file():
    sys.exit(f"lp: Error - No such file or directory: {{file}}")
number = len(list(folder.glob("*.job"))) + 1
shutil.copy(file, folder / f"{{number}}.job")
(folder / f"{{number}}.told").write_text(json.dumps(told))
print(f"request id is cards-{{number}} (1 file(s))")
"""
LPSTAT = """#!{python}
import pathlib, sys, time
folder = pathlib.Path({folder!r})
if (folder / "sleeps").exists():
    time.sleep(30)
if sys.argv[-1] != "cards":
    sys.exit(f'lpstat: Invalid destination name in list "{{sys.argv[-1]}}".')
print((folder / "state").read_text())
"""


class Queue:
    """The queue ``cards``."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Makes the programs in ``folder`` and puts them first in the path."""
        folder.mkdir()
        self._folder = folder
        for name, source in (("lp", LP), ("lpstat", LPSTAT)):
            program = folder / name
            program.write_text(source.format(python=sys.executable, folder=str(folder)))
            program.chmod(0o755)
        self.says("printer cards is idle.  enabled since Sun 22 Nov 2026")
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")

    def says(self, state: str) -> None:
        (self._folder / "state").write_text(state)

    def sleeps(self) -> None:
        (self._folder / "sleeps").touch()

    def printed(self) -> list[bytes]:
        """What was printed, in order."""
        return [job.read_bytes() for job in sorted(self._folder.glob("*.job"))]

    def told(self) -> list[list[str]]:
        """With which arguments."""
        return [json.loads(file.read_text()) for file in sorted(self._folder.glob("*.told"))]
