"""A real program that speaks, in its way: every word is a tone as long as the word."""

import shlex
import sys
from pathlib import Path

PROGRAM = """
import math, struct, sys, wave
text = sys.stdin.buffer.read().decode()
file, voice, log = sys.argv[1:]
with open(log, "a", encoding="utf-8") as said:
    said.write(voice + " " + text + "\\n")
if "cough" in text:
    sys.exit("my throat hurts")
if "mute" in text:
    sys.exit(0)
if "mumble" in text:
    open(file, "w").write("no sound")
    sys.exit(0)
count = 1600 * max(1, len(text.split()))
with wave.open(file, "wb") as sound:
    sound.setnchannels(1), sound.setsampwidth(2), sound.setframerate(8000)
    sound.writeframes(b"".join(
        struct.pack("<h", round(9000 * math.sin(0.2 * n))) for n in range(count)
    ))
"""


def speaking(folder: Path) -> str:
    """Writes the program into ``folder``; returns its command. ``said.txt`` there tells each voice
    and text it was given; it fails where a text says cough, mute or mumble."""
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / "speak.py"
    program.write_text(PROGRAM, encoding="utf-8")
    parts = [sys.executable, str(program), "{file}", "{voice}", str(folder / "said.txt")]
    return shlex.join(parts).replace("'{file}'", "{file}").replace("'{voice}'", "{voice}")


def said(folder: Path) -> list[str]:
    """What the program was given, as ``voice text``, in any order."""
    log = folder / "said.txt"
    return sorted(log.read_text("utf-8").splitlines()) if log.exists() else []
