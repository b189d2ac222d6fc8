"""Small real sounds, generated: a tone that swells and dies away, as 16-bit mono WAV."""

import math
import struct
import wave
from pathlib import Path

RATE = 8000
"""Samples a second."""

CAPTIONS = """WEBVTT

1
00:00:00.000 --> 00:00:00.400
The first words

00:00:00.500 --> 00:00:00.900 align:start
and the <i>last</i> &amp; quiet ones
"""


def tone(path: Path, seconds: float, pitch: float = 220.0) -> Path:
    """Writes a tone of ``pitch`` Hz and returns the path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    count = round(seconds * RATE)
    samples = (
        round(9000 * math.sin(math.pi * n / count) * math.sin(2 * math.pi * pitch * n / RATE))
        for n in range(count)
    )
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        sound.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
    return path


def told(folder: Path, *languages: str, seconds: float = 1.0) -> None:
    """Puts a narration with its captions into ``folder``, in each language."""
    for language in languages:
        tone(folder / f"narration.{language}.wav", seconds)
        (folder / f"narration.{language}.vtt").write_text(CAPTIONS, encoding="utf-8")
