"""What a curator would be sorry to have overlooked: languages, dates, rights, length. Pure."""

import re
import warnings
from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from urllib.parse import urlsplit

from server.catalogue.model import ExhibitSet, Photo, Text
from server.errors import Problem

with warnings.catch_warnings():
    # Its grammar is written for an older pyparsing, which says so at length on import.
    warnings.simplefilter("ignore")
    from edtf import parse_edtf
    from edtf.parser.edtf_exceptions import EDTFParseException

MAX_WORDS = 70
"""A visitor reads 30 to 70 words before a photograph (look.md)."""

MAX_STAGE_WORDS = 30
"""A stage is told while it arrives: in ten seconds (look.md)."""

_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_CJK_PER_WORD = 2
"""A Chinese word has about two characters."""


def set_problems(exhibit: ExhibitSet, file: str) -> list[Problem]:
    """Warnings about the texts of the set itself."""
    texts = [("title", exhibit.title), ("intro", exhibit.intro)]
    texts += [(f'programme "{entry.id}" title', entry.title) for entry in exhibit.programme]
    return _untranslated(file, texts, exhibit.languages)


def photo_problems(photo: Photo, languages: Sequence[str], file: str) -> list[Problem]:
    """Warnings about a photo's texts, rights and people; a date that is none is an error."""
    texts = [("title", photo.title), ("story", photo.story)]
    if photo.describe:
        texts.append(("describe", photo.describe))
    stages = [(f"describe_stage {stage}", text) for stage, text in photo.describe_stage.items()]
    texts += stages
    for region in photo.region:
        texts.append((f'region "{region.id}" name', region.name))
        if region.source is not None:
            texts.append((f'region "{region.id}" source', region.source))
    problems = _untranslated(file, texts, languages)
    problems += _long(file, "story", photo.story, "visitors read")
    problems += _long(file, "describe", photo.describe, "visitors listen to")
    for name, text in stages:
        problems += _long(file, name, text, "while it arrives, visitors listen to", MAX_STAGE_WORDS)
    if photo.date is not None and not is_edtf(photo.date):
        remedy = 'Write it as "1974-09-01", "1974", "1974~" (about) or "197X" (some year).'
        problems.append(Problem(file, f'date "{photo.date}" is not an EDTF date.', remedy))
    if photo.rights is None:
        remedy = "Add rights = the address of a licence or of a rightsstatements.org statement."
        problems.append(Problem(file, "rights are not stated.", remedy, "warning"))
    elif not _is_uri(photo.rights):
        remedy = (
            "Write the address of a licence, as on creativecommons.org or rightsstatements.org."
        )
        reason = f'rights "{photo.rights}" is not a web address.'
        problems.append(Problem(file, reason, remedy, "warning"))
    if photo.people and not any(region.protect for region in photo.region):
        remedy = "Outline each face as a [[region]] with protect = true."
        problems.append(Problem(file, "names people, but protects no face.", remedy, "warning"))
    return problems


@lru_cache(maxsize=4096)
def is_edtf(text: str) -> bool:
    """Whether a date follows EDTF (ISO 8601-2, levels 0 to 2)."""
    # The grammar takes about 15 ms a date; the usual forms need none of it.
    if re.fullmatch(r"\d{4}(-\d{2}(-\d{2})?)?", text) and text[5:7] <= "12":
        return _is_calendar_date(f"{text}-01-01"[:10] if len(text) < 10 else text)
    if text != text.strip():
        return False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            parse_edtf(text)
    except (EDTFParseException, ValueError):
        return False
    return True


def words(text: str) -> int:
    """Words as a visitor reads them: two Chinese, Japanese or Korean characters are one."""
    characters = len(_CJK.findall(text))
    others = re.findall(r"\w[\w'’-]*", _CJK.sub(" ", text))
    return len(others) + -(-characters // _CJK_PER_WORD)


def _is_calendar_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _untranslated(
    file: str, texts: Iterable[tuple[str, Text]], languages: Sequence[str]
) -> list[Problem]:
    problems = []
    for name, text in texts:
        missing = [tag for tag in languages if not text.root.get(tag, "").strip()]
        if missing:
            reason = f"{name} is missing in {', '.join(missing)}."
            remedy = "Add the text, or take the language out of languages in exhibit.toml."
            problems.append(Problem(file, reason, remedy, "warning"))
    return problems


def _long(file: str, name: str, said: Text, limit: str, most: int = MAX_WORDS) -> list[Problem]:
    return [
        Problem(
            file,
            f"{name} has {words(text)} words in {language}; {limit} up to {most}.",
            "Shorten it.",
            "warning",
        )
        for language, text in said.root.items()
        if words(text) > most
    ]


def _is_uri(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc) and " " not in text
