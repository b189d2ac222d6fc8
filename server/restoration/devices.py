"""What a machine computes with: its processor, and the accelerators torch can use."""

import json
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec

_ASK = """
import json, torch
print(json.dumps([
    [f"cuda:{n}", torch.cuda.get_device_name(n), torch.cuda.get_device_properties(n).total_memory]
    for n in range(torch.cuda.device_count())
]))
"""


@dataclass(frozen=True, slots=True)
class Device:
    """One device by torch's name; ``memory`` in bytes, 0 where it is the machine's."""

    id: str
    name: str = ""
    memory: int = 0

    @property
    def label(self) -> str:
        """For the paradata: ``cuda:0 (NVIDIA H200)``."""
        return f"{self.id} ({self.name})" if self.name else self.id


CPU = Device("cpu")


def torch_is_here() -> bool:
    """True where the gpu profile is installed; loads nothing."""
    return find_spec("torch") is not None


@cache
def accelerators() -> tuple[Device, ...]:
    """The accelerators torch finds; asked in a process of its own, so that none is loaded here."""
    if not torch_is_here():
        return ()
    run = subprocess.run([sys.executable, "-W", "ignore", "-c", _ASK], capture_output=True)
    if run.returncode:
        return ()
    return tuple(Device(*found) for found in json.loads(run.stdout.splitlines()[-1]))
