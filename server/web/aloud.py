"""What the kiosk reads aloud of an edition, word for word as it will say it. Pure."""

from collections.abc import Iterator, Mapping

from server.catalogue.model import Text
from server.editions.model import Edition
from server.web.languages import Words
from server.web.wording import Wording


def read_aloud(edition: Edition, table: Mapping[str, Words]) -> dict[str, tuple[str, ...]]:
    """By language, every text that the kiosk reads: the curator's, the labels, the interface's.

    ``table`` holds the interface's words by language. Left out is what is only known once a visitor
    is there: a volume, a share of the zoom. White space is as ``kiosk_ui/kiosk/speech.js`` has it.
    """
    spoken = {}
    for language in edition.languages:
        words = table.get(language) or table.get(language.split("-")[0]) or {}
        said = [
            *(text for each in _texts(edition) for text in _in(language, each)),
            *_labels(edition, Wording(language, words, ())),
            *(words.get(phrase, phrase) for phrase in _phrases(table)),
        ]
        plain = (" ".join(text.split()) for text in said)
        spoken[language] = tuple(
            dict.fromkeys(text for text in plain if any(map(str.isalnum, text)))
        )
    return spoken


def _texts(edition: Edition) -> Iterator[Text]:
    yield edition.title
    yield edition.intro
    for programme in edition.programmes:
        yield programme.title
    for photo in edition.photos:
        yield from (photo.title, photo.describe, photo.story)
        yield from (stage.describe for stage in photo.stages)
        for region in photo.regions:
            yield region.name
            if region.source is not None:
                yield region.source


def _in(language: str, text: Text) -> Iterator[str]:
    """The text in this language, or in one near it."""
    for tag, words in text.root.items():
        if tag.split("-")[0] == language.split("-")[0]:
            yield words


def _labels(edition: Edition, wording: Wording) -> Iterator[str]:
    for photo in edition.photos:
        for stage in photo.stages:
            yield wording.label(photo, stage)
            yield wording.added(stage)


def _phrases(table: Mapping[str, Words]) -> tuple[str, ...]:
    """The interface's, but for those with places to fill."""
    phrases = dict.fromkeys(phrase for words in table.values() for phrase in words)
    return tuple(phrase for phrase in phrases if "{" not in phrase)
