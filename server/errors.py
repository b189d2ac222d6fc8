"""Everything that can go wrong, on one screen.

RekindleError
├── SetInvalid          a set has problems; carries all of them
├── Overtaken           a file was changed by somebody else meanwhile; nothing was written
├── ScanUnreadable      a file is not a picture we can read
├── SoundUnreadable     a file is not a sound or captions we can use
├── RecipeInvalid       a recipe names what does not exist
├── StepFailed          one step on one photo could not be done
├── PhotosFailed        a run ended, and these photos are missing from it
├── ModelMissing        a step needs weights that are not here
├── ModelRefused        weights whose licence the museum has not accepted
├── ModelTableInvalid   a models.toml has faults
├── FetchFailed         weights could not be brought here
├── NotReady            a run lacks what it needs; carries every reason
├── NotRestored         a set cannot be published yet
├── StoreDamaged        a stored result is not what it says it is
├── EditionMissing      no such edition, or none published
├── CertificateRefused  files cannot be signed with this certificate
├── PrinterRefused      the printer's queue did not take a postcard
├── SpeechFailed        a text could not be spoken
├── LinkExpired         a link to take home was ours, and its time is over
├── LinkUnknown         a link to take home that nobody here made
├── UserRefused         a user cannot be added or logged in
└── ImportRefused       a source cannot become a set
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault in what a curator wrote, with the way out of it."""

    file: str
    """Path relative to the set, as the curator knows it."""
    reason: str
    """What is wrong, with the limit and the actual value where there is one."""
    remedy: str
    """What to do about it, as an instruction."""
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        return f"{self.file}: {self.reason} {self.remedy}"


class RekindleError(Exception):
    """Base of every error Rekindle raises on purpose."""


class SetInvalid(RekindleError):
    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(problems)
        self.problems = tuple(problems)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


class Overtaken(RekindleError):
    def __init__(self, file: str) -> None:
        super().__init__(file)
        self.file = file

    def __str__(self) -> str:
        return f"{self.file} was changed meanwhile; nothing was written. Look at it again."


class ScanUnreadable(RekindleError):
    def __init__(self, file: str, reason: str, remedy: str) -> None:
        super().__init__(file, reason, remedy)
        self.problem = Problem(file, reason, remedy)

    def __str__(self) -> str:
        return str(self.problem)


class SoundUnreadable(RekindleError):
    def __init__(self, file: str, reason: str, remedy: str) -> None:
        super().__init__(file, reason, remedy)
        self.problem = Problem(file, reason, remedy)

    def __str__(self) -> str:
        return str(self.problem)


class RecipeInvalid(RekindleError):
    def __init__(self, recipe: str, reason: str) -> None:
        super().__init__(recipe, reason)
        self.recipe, self.reason = recipe, reason

    def __str__(self) -> str:
        return f"Recipe {self.recipe}: {self.reason}"


class StepFailed(RekindleError):
    def __init__(self, photo: str, step: str, reason: str) -> None:
        super().__init__(photo, step, reason)
        self.photo, self.step, self.reason = photo, step, reason

    def __str__(self) -> str:
        return f"{self.photo}: step {self.step} failed: {self.reason}"


class PhotosFailed(RekindleError):
    def __init__(self, failures: Sequence[tuple[str, str]]) -> None:
        super().__init__(failures)
        self.failures = tuple(failures)

    def __str__(self) -> str:
        return "\n".join(f"{photo}: {reason}" for photo, reason in self.failures)


class ModelMissing(RekindleError):
    def __init__(self, name: str, remedy: str) -> None:
        super().__init__(name, remedy)
        self.name, self.remedy = name, remedy

    def __str__(self) -> str:
        return f"Model {self.name} is not here. {self.remedy}"


class ModelRefused(RekindleError):
    def __init__(self, name: str, licence: str, reason: str) -> None:
        super().__init__(name, licence, reason)
        self.name, self.licence, self.reason = name, licence, reason

    def __str__(self) -> str:
        return f"Model {self.name} ({self.licence}) is refused: {self.reason}"


class ModelTableInvalid(RekindleError):
    def __init__(self, file: str, faults: Sequence[str]) -> None:
        super().__init__(file, faults)
        self.file, self.faults = file, tuple(faults)

    def __str__(self) -> str:
        return "\n".join(f"{self.file}: {fault}." for fault in self.faults)


class FetchFailed(RekindleError):
    def __init__(self, name: str, reason: str, remedy: str) -> None:
        super().__init__(name, reason, remedy)
        self.name, self.reason, self.remedy = name, reason, remedy

    def __str__(self) -> str:
        return f"Model {self.name}: {self.reason} {self.remedy}"


class NotReady(RekindleError):
    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__(reasons)
        self.reasons = tuple(reasons)

    def __str__(self) -> str:
        return "\n".join(self.reasons)


class NotRestored(RekindleError):
    def __init__(self, set_path: str, photos: Sequence[str]) -> None:
        super().__init__(set_path, photos)
        self.set_path, self.photos = set_path, tuple(photos)

    def __str__(self) -> str:
        return f"Not restored yet: {', '.join(self.photos)}. Run: rekindle restore {self.set_path}"


class StoreDamaged(RekindleError):
    def __init__(self, key: str, reason: str) -> None:
        super().__init__(key, reason)
        self.key, self.reason = key, reason

    def __str__(self) -> str:
        return f"Stored result {self.key[:12]}: {self.reason}"


class EditionMissing(RekindleError):
    def __init__(self, set_id: str, number: int | None = None) -> None:
        super().__init__(set_id, number)
        self.set_id, self.number = set_id, number

    def __str__(self) -> str:
        if self.number is None:
            return f"No edition of {self.set_id} is published. Run: rekindle publish SET"
        return f"{self.set_id} has no edition {self.number}."


class CertificateRefused(RekindleError):
    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason, remedy)
        self.reason, self.remedy = reason, remedy

    def __str__(self) -> str:
        return f"{self.reason} {self.remedy}"


class PrinterRefused(RekindleError):
    def __init__(self, queue: str, reason: str) -> None:
        super().__init__(queue, reason)
        self.queue, self.reason = queue, reason

    def __str__(self) -> str:
        return f"Printer queue {self.queue}: {self.reason}"


class SpeechFailed(RekindleError):
    def __init__(self, command: str, reason: str, text: str | None = None) -> None:
        super().__init__(command, reason, text)
        self.command, self.reason, self.text = command, reason, text

    def __str__(self) -> str:
        of = "" if self.text is None else f', for "{self.text}"'
        return f"Speech by {self.command}{of}: {self.reason}"


class LinkExpired(RekindleError):
    def __str__(self) -> str:
        return "This link's time is over."


class LinkUnknown(RekindleError):
    def __str__(self) -> str:
        return "Nobody here made this link."


class UserRefused(RekindleError):
    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return self.reason


class ImportRefused(RekindleError):
    def __init__(self, source: str, reason: str, remedy: str) -> None:
        super().__init__(source, reason, remedy)
        self.problem = Problem(source, reason, remedy)

    def __str__(self) -> str:
        return str(self.problem)
