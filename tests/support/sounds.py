"""Small real sounds, generated: a tone that swells and dies away, as 16-bit mono WAV."""

import json
import math
import struct
import wave
from pathlib import Path

from server.editions.model import Edition, EditionSound

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


def told_edition(folder: Path, seconds: float) -> None:
    """Gives the published edition in ``folder`` a told programme with music, and to its first photo
    a story told and a scale."""
    edition = Edition.model_validate_json((folder / "manifest.json").read_bytes())
    tone(folder / "told.wav", seconds)
    tone(folder / "music.wav", seconds, pitch=110)
    said = {"begins": 0.0, "ends": seconds - 1, "text": "听，开幕式\n又开始了"}
    sound = EditionSound.model_validate(
        {"file": "told.wav", "seconds": seconds, "captions": [said]}
    )
    programme = edition.programmes[0].model_copy(
        update={"narration": {"zh-Hans": sound}, "music": "music.wav", "seconds": seconds}
    )
    photo = edition.photos[0].model_copy(
        update={"narration": {"zh-Hans": sound}, "pixels_per_metre": 100.0}
    )
    told = edition.model_copy(
        update={"programmes": (programme,), "photos": (photo, *edition.photos[1:])}
    )
    text = json.dumps(told.model_dump(mode="json"), ensure_ascii=False)
    (folder / "manifest.json").write_text(text, encoding="utf-8")
