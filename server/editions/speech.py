"""What the kiosk reads aloud, spoken by a program of the museum's choice when an edition is built.

The program is given a text on its standard input and writes a sound. Each sound is kept by what
made it, so that publishing again has only new words spoken.
"""

import os
import re
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from server.catalogue.atomic import replacing
from server.catalogue.sounds import seconds_of
from server.errors import SoundUnreadable, SpeechFailed
from server.restoration.plan import canonical_json, digest
from server.restoration.store import file_digest

LIMIT_S = 120.0
"""For one text; a large voice takes a few seconds for a story of 70 words."""
PLACES = ("{file}", "{voice}", "{language}")


class Speaker:
    """A command with its ``{places}``, a voice by language, and the folder of what was spoken."""

    def __init__(self, command: str, voices: Mapping[str, str], folder: Path) -> None:
        """Raises SpeechFailed for what can be no such command."""
        self.command = command
        self._voices = voices
        self._folder = folder
        try:
            self._parts = shlex.split(command)
        except ValueError as error:
            raise SpeechFailed(command, f"its quotes do not match ({error}).") from error
        if not any("{file}" in part for part in self._parts):
            raise SpeechFailed(command, "it does not say where {file} goes.")
        if strange := sorted({*re.findall(r"\{\w*\}", command)} - {*PLACES}):
            known = ", ".join(PLACES)
            raise SpeechFailed(command, f"{', '.join(strange)} is unknown. Known: {known}.")

    def sound(self, language: str, text: str) -> Path:
        """A WAV of ``text`` being said; not said again where it was before.

        Raises SpeechFailed, with the command, the text and what the program answered.
        """
        voice = self._voices.get(language, language)
        key = digest(canonical_json([self.command, voice, language, text]))
        kept = self._folder / key[:2] / f"{key[2:]}.wav"
        if kept.exists():
            return kept
        kept.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".saying-", dir=self._folder) as work:
            # By its own name: programs go by the ending.
            file = Path(work) / "said.wav"
            self._run({"{file}": str(file), "{voice}": voice, "{language}": language}, text)
            if not file.exists():
                raise SpeechFailed(self.command, "it ended, and wrote nothing to {file}.", text)
            try:
                seconds_of(file)
            except SoundUnreadable as error:
                reason = f"what it wrote {error.problem.reason}"
                raise SpeechFailed(self.command, reason, text) from error
            with replacing(kept) as temporary:
                file.rename(temporary)
        return kept

    def _run(self, values: Mapping[str, str], text: str) -> None:
        parts = self._parts
        for place, value in values.items():
            parts = [part.replace(place, value) for part in parts]
        try:
            subprocess.run(
                parts, input=text.encode(), capture_output=True, timeout=LIMIT_S, check=True
            )
        except OSError as error:
            reason = f"{parts[0]} cannot be run ({error.strerror})."
            raise SpeechFailed(self.command, reason, text) from error
        except subprocess.TimeoutExpired as error:
            reason = f"no answer within {LIMIT_S:.0f} s."
            raise SpeechFailed(self.command, reason, text) from error
        except subprocess.CalledProcessError as error:
            answer = " ".join((error.stderr or error.stdout).decode(errors="replace").split())
            reason = answer or f"exit {error.returncode}."
            raise SpeechFailed(self.command, reason, text) from error


def spoken(
    texts: Mapping[str, Iterable[str]], speaker: Speaker, folder: Path
) -> dict[str, dict[str, str]]:
    """Has texts spoken, by language, and copies the sounds into an edition's ``folder``.

    Returns what ``Edition.spoken`` holds: by language and text, where its sound lies. Raises
    SpeechFailed for the first text that could not be said.
    """
    wanted = [(language, text) for language, each in texts.items() for text in each]
    with ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1)) as pool:
        sounds = list(pool.map(lambda said: speaker.sound(*said), wanted))
    found: dict[str, dict[str, str]] = {language: {} for language in texts}
    for (language, text), sound in zip(wanted, sounds, strict=True):
        name = f"media/{file_digest(sound)[:20]}{sound.suffix}"
        if not (folder / name).exists():
            shutil.copyfile(sound, folder / name)
        found[language][text] = name
    return found
