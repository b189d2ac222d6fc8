"""What models.toml may say of a model. Pure."""

import re
from pathlib import PurePosixPath
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

Kind = Literal["checkpoint", "controlnet", "lora", "vae", "net", "face"]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
NAME = re.compile(r"[a-z0-9][a-z0-9.-]*")


def _inside(path: str) -> str:
    parts = PurePosixPath(path).parts
    if not parts or path.startswith("/") or "\\" in path or ".." in parts:
        raise ValueError("must be a path inside the model's folder")
    return path


InnerPath = Annotated[str, AfterValidator(_inside)]


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Licence(_Data):
    """What a licence allows a museum to do with what a model makes."""

    title: str
    url: str | None = None
    commercial: bool
    """An admission fee, a shop or a sponsor makes an exhibition commercial for most licences."""
    display: bool
    """Results may be shown in public."""
    forbids: str = ""
    """What it forbids, to follow "it forbids"."""

    @property
    def free(self) -> bool:
        """Usable without a museum's explicit consent."""
        return self.commercial and self.display


class ModelFile(_Data):
    """One file: where it comes from, where it goes, and what it must be."""

    path: InnerPath
    """In the repository, and in the model's folder unless ``to`` says otherwise."""
    to: InnerPath | None = None
    url: str | None = Field(None, pattern=r"^https?://")
    """Where it is fetched when the model has no repository."""
    sha256: Sha256 | None = None
    size: int | None = Field(None, ge=0)
    """Bytes."""

    @property
    def local(self) -> str:
        return self.to or self.path


class ModelEntry(_Data):
    """One model of models.toml."""

    kind: Kind
    purpose: str
    """What it is for, in a few words."""
    licence: str
    """A name in the licence table: its SPDX identifier where it has one."""
    memory_gb: float = Field(ge=0)
    """Memory of the accelerator that a typical step needs with it."""
    repository: str | None = Field(None, pattern=r"^[\w.-]+/[\w.-]+$")
    """On the Hugging Face hub."""
    revision: str | None = Field(None, pattern=r"^[0-9a-f]{40}$")
    include: tuple[str, ...] = ()
    """Patterns of the repository's files, for ``pin``; used where ``files`` is empty."""
    files: tuple[ModelFile, ...] = ()
    note: str = ""

    @property
    def pinned(self) -> bool:
        """True: every file is known by its SHA-256, so fetching it can be checked."""
        exact = self.revision is not None or all(file.url for file in self.files)
        return bool(self.files) and exact and all(file.sha256 for file in self.files)

    @property
    def size(self) -> int:
        """Bytes of all files whose size is known."""
        return sum(file.size or 0 for file in self.files)

    @model_validator(mode="after")
    def _has_a_source(self) -> Self:
        if self.repository is None and not (self.files and all(file.url for file in self.files)):
            raise ValueError("needs a repository, or a url for every file")
        if self.repository and not self.files and not self.include:
            raise ValueError("needs files, or include: patterns of the files to take")
        names = [file.local for file in self.files]
        if len(set(names)) < len(names):
            raise ValueError("names a file twice")
        return self


class ModelTable(_Data):
    """A models.toml, or several merged."""

    licence: dict[str, Licence] = Field(default_factory=dict)
    model: dict[str, ModelEntry] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _names(self) -> Self:
        for name in self.model:
            if not NAME.fullmatch(name):
                raise ValueError(f"{name!r}: a model's name has only a-z, 0-9, hyphens and dots")
        return self
