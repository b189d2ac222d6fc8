"""The pages that visitors take home, and the files on them: the same on the server and exported.

A page and its files lie in one folder and name each other by relative addresses, so that a page
works wherever the folder is put. No script, no cookie, nothing of another house.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from server.catalogue.model import Text
from server.editions.keepsakes import Copy, Keepsakes
from server.editions.model import Edition, EditionPhoto, EditionStage
from server.editions.postcard import PostcardWords
from server.web.languages import read_words
from server.web.wording import Wording

OWN_NAMES = {"en": "English", "zh-Hans": "中文"}
MADE: dict[str, str] = {
    "repaired": "repaired",
    "clear": "made clearer",
    "colour": "coloured",
    "finished": "finished by hand",
}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a page names outside its folder, and what it says of its own address."""

    styles: str
    """Address of the style sheet."""
    languages: Mapping[str, str]
    """Address of the page in each language."""
    home: str | None = None
    """Address of the set's page, where there is one."""
    ends: str | None = None
    """ISO 8601 moment until which the page is there; None: for good."""
    base: str | None = None
    """Whole address of the page's folder with a slash at its end, where it is known; messengers
    show a picture only by its whole address."""


class TakeHomePages:
    """Renders the pages; makes the files through ``keepsakes``."""

    def __init__(self, ui: Path, keepsakes: Keepsakes) -> None:
        self.keepsakes = keepsakes
        self._environment = Environment(
            loader=FileSystemLoader(ui / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        kiosk, own = (read_words(ui / "locale", domain) for domain in ("kiosk", "take_home"))
        self._words = {tag: {**kiosk[tag], **own.get(tag, {})} for tag in kiosk}

    def languages(self, edition: Edition) -> list[str]:
        """The edition's languages that the interface speaks, else all that it speaks."""
        return [tag for tag in edition.languages if tag in self._words] or list(self._words)

    def wording(self, edition: Edition, language: str) -> Wording:
        return Wording(language, self._words.get(language, {}), edition.languages)

    def photo(
        self, edition: Edition, photo: EditionPhoto, language: str, around: Surroundings
    ) -> str:
        """The page of a photograph."""
        wording = self.wording(edition, language)
        others = [tag for tag in edition.languages if tag != wording.language_of(photo.title)]
        second = next((tag for tag in others if photo.title.root.get(tag)), None)
        return self._render(
            "take_home.html",
            wording,
            around,
            edition=edition,
            photo=photo,
            last=photo.stages[-1] if len(photo.stages) > 1 else None,
            second=second,
        )

    def set(
        self, edition: Edition, language: str, around: Surroundings, pages: Mapping[str, str]
    ) -> str:
        """The page that leads to every photograph's page; ``pages`` are their addresses by id."""
        wording = self.wording(edition, language)
        return self._render("take_home_set.html", wording, around, edition=edition, pages=pages)

    def farewell(self, kind: str, language: str, around: Surroundings) -> str:
        """Why there is no photograph here: ``expired``, ``unknown``, ``gone`` or ``busy``."""
        wording = Wording(language, self._words.get(language, {}), ())
        return self._render("take_home_gone.html", wording, around, kind=kind)

    def interface_languages(self) -> list[str]:
        return list(self._words)

    def _render(
        self, template: str, wording: Wording, around: Surroundings, **context: object
    ) -> str:
        return self._environment.get_template(template).render(
            _=wording.say,
            wording=wording,
            language=wording.language,
            around=around,
            own_names=OWN_NAMES,
            **context,
        )

    def files(self, edition: Edition, photo: EditionPhoto) -> list[str]:
        """Names of the files that may be asked for."""
        names = [f"{kind}{size}.jpg" for kind in _kinds(photo) for size in ("", "-view")]
        return names + [f"postcard.{tag}.jpg" for tag in self.languages(edition)]

    def file(self, edition: Edition, photo: EditionPhoto, name: str) -> Path:
        """Where the file lies. Raises KeyError for a name that is none of ``files``, and
        FileNotFoundError where the edition is gone."""
        if name not in self.files(edition, photo):
            raise KeyError(name)
        stem = name.removesuffix(".jpg")
        if stem.startswith("postcard."):
            return self.postcard(edition, photo, stem.removeprefix("postcard."))
        kind = stem.removesuffix("-view")
        stage = _kinds(photo)[kind]
        copy = Copy(stage, self._described(edition, photo, stage), whole=kind == stem)
        return self.keepsakes.picture(edition, photo, copy)

    def postcard(
        self, edition: Edition, photo: EditionPhoto, language: str, bleed_mm: float = 0.0
    ) -> Path:
        wording = self.wording(edition, language)
        described = self._described(edition, photo, photo.stages[-1])
        words = _postcard_words(wording, edition, photo)
        return self.keepsakes.postcard(edition, photo, words, described, bleed_mm)

    def _described(self, edition: Edition, photo: EditionPhoto, stage: EditionStage) -> Text:
        """The story, and what was done to the picture, in every language."""
        said: dict[str, str] = {}
        for tag in self.languages(edition):
            wording = self.wording(edition, tag)
            said[tag] = wording.told([wording.of(photo.story), *_truths(wording, photo, stage)])
        return Text(said)


def _kinds(photo: EditionPhoto) -> dict[str, EditionStage]:
    """Which stage goes home under which name."""
    kinds = {"scan": photo.stages[0]}
    return kinds | {"restored": photo.stages[-1]} if len(photo.stages) > 1 else kinds


def _truths(wording: Wording, photo: EditionPhoto, stage: EditionStage) -> Sequence[str]:
    """The sentences that go with a picture wherever it goes; none for the scan."""
    if stage.name == "scan":
        return []
    said = [wording.label(photo, stage), wording.added(stage)]
    return [wording.say("{words}.", words=each) for each in said]


def _postcard_words(wording: Wording, edition: Edition, photo: EditionPhoto) -> PostcardWords:
    last = photo.stages[-1]
    made = ""
    if last.name != "scan":
        done = [wording.say(MADE[stage.name]) for stage in photo.stages if stage.name in MADE]
        sentence = wording.say("The photograph was {deeds}.", deeds=wording.series(done))
        made = wording.told([sentence, wording.say("{words}.", words=wording.added(last))])
    credit = [photo.creator or "", photo.credit or ""]
    return PostcardWords(
        language=wording.language,
        title=wording.of(photo.title),
        when=wording.when(photo),
        before=wording.say("Original"),
        after=wording.label(photo, last),
        made=made,
        credit=wording.say(" · ").join(each for each in credit if each),
        house=wording.of(edition.title),
    )
