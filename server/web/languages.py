"""The words of the interface: gettext catalogues read as plain tables."""

from collections.abc import Sequence
from pathlib import Path

from babel.messages.pofile import read_po

Words = dict[str, str]
"""English as written in the source -> the words of a language."""


def read_words(locale: Path, domain: str) -> dict[str, Words]:
    """The words of every language that has ``<language>/LC_MESSAGES/<domain>.po``, by BCP 47 tag.

    A folder that is not there has no languages; what is not translated is left out.
    """
    return {
        file.parent.parent.name.replace("_", "-"): _words(file)
        for file in sorted(locale.glob(f"*/LC_MESSAGES/{domain}.po"))
    }


def _words(file: Path) -> Words:
    with file.open("rb") as stream:
        catalogue = read_po(stream)
    return {
        message.id: message.string
        for message in catalogue
        if isinstance(message.id, str) and isinstance(message.string, str)
        if message.id and message.string and not message.fuzzy
    }


def negotiate(accepted: str, languages: Sequence[str]) -> str:
    """The best of ``languages`` for an Accept-Language header (RFC 9110, 12.5.4), else the first.

    A language of another region or script is better than none: zh-TW is answered in zh-Hans.
    """
    for wanted in _by_preference(accepted):
        primary = wanted.split("-")[0]
        exact = [tag for tag in languages if tag.lower() == wanted]
        near = [tag for tag in languages if tag.lower().split("-")[0] == primary]
        if found := exact or near:
            return found[0]
    return languages[0]


def _by_preference(accepted: str) -> list[str]:
    ranked = []
    for place, item in enumerate(accepted.split(",")):
        tag, _, parameter = item.partition(";")
        name, _, value = parameter.strip().partition("=")
        try:
            quality = float(value) if name.strip() == "q" else 1.0
        except ValueError:
            quality = 0.0
        if tag.strip() and quality > 0:
            ranked.append((-quality, place, tag.strip().lower()))
    return [tag for _, _, tag in sorted(ranked)]
