"""A printer's queue, as CUPS has it: ``lp`` takes a file, ``lpstat`` says how the printer is."""

import os
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

from server.errors import PrinterRefused

LIMIT_S = 20.0
"""For an answer of the queue; a visitor waits meanwhile."""
QUEUE = re.compile(r"[!-.0-~]{1,127}")
"""What CUPS allows as a queue's name, but for a slash and a space."""


class Printer:
    """One queue of this machine, and the options for every print (``media=Postcard``)."""

    def __init__(self, queue: str, options: Sequence[str] = ()) -> None:
        """Raises PrinterRefused for what can be no queue's name."""
        if QUEUE.fullmatch(queue) is None or queue.startswith("-"):
            raise PrinterRefused(queue, "that is no name of a queue. Look it up with: lpstat -p")
        self.queue = queue
        self._options = [part for option in options for part in ("-o", option)]

    def print(self, file: Path, title: str) -> str:
        """Hands a picture to the queue and returns the queue's own name for the job.

        Raises PrinterRefused, with what the queue answered: also where it would take the file and
        keep it, because the printer is stopped.
        """
        if " disabled " in (state := self.state()):
            raise PrinterRefused(self.queue, f"it is stopped: {state}")
        answer = self._run("lp", "-d", self.queue, "-t", title, *self._options, "--", str(file))
        found = re.search(r"request id is (\S+)", answer)
        return found[1] if found else answer

    def state(self) -> str:
        """What the queue says of the printer, in one line. Raises PrinterRefused."""
        return " ".join(self._run("lpstat", "-p", self.queue).split())

    def _run(self, *command: str) -> str:
        # In English, whatever the machine speaks: the answers are read.
        spoken = os.environ | {"LC_ALL": "C"}
        try:
            run = subprocess.run(
                command, capture_output=True, text=True, env=spoken, timeout=LIMIT_S, check=True
            )
        except FileNotFoundError as error:
            reason = f"{command[0]} is not installed. Install CUPS: apt-get install cups-client"
            raise PrinterRefused(self.queue, reason) from error
        except subprocess.TimeoutExpired as error:
            raise PrinterRefused(self.queue, f"no answer within {LIMIT_S:.0f} s.") from error
        except subprocess.CalledProcessError as error:
            reason = " ".join((error.stderr or error.stdout or "").split())
            raise PrinterRefused(self.queue, reason or f"exit {error.returncode}") from error
        return run.stdout.strip()
