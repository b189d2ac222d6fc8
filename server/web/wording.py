"""What is said of a photograph, in one language: dates, labels, how it was made, whose it is.

The phrases are those of the kiosk (``kiosk_ui/shared/labels.js`` and ``kiosk_ui/kiosk/made.js``),
so that a page on a phone says what the screen said.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import reduce

from babel import Locale
from babel.dates import format_date, format_skeleton

from server.catalogue.model import Certainty, Text
from server.editions.model import EditionPhoto, EditionStage, PlainParadata, StageName

NAMES: dict[StageName, str] = {
    "scan": "Original",
    "repaired": "Repaired",
    "clear": "Clear",
    "colour": "In colour",
    "finished": "By hand",
}
LABELS: dict[StageName, tuple[str, str]] = {
    "scan": ("", ""),
    "repaired": ("Repaired by software, {year}", "Repaired by software"),
    "clear": ("Made clearer by software, {year}", "Made clearer by software"),
    "colour": ("Coloured by software, {year}", "Coloured by software"),
    "finished": ("Finished by hand, {year}", "Finished by hand"),
}
OPERATIONS = {
    "find-damage": "Scratches, dust and tears were found.",
    "mend": "What was damaged was filled in from what lies around it and what shows through it.",
    "clear": "A small trained network calmed the grain and undid some of the blur.",
    "denoise": "Grain and noise were quietened.",
    "tone": "Faded tones were spread again over the range of a print.",
    "enlarge": "The picture was enlarged and its edges were sharpened.",
    "colour": "Colour was added, from the colours that are known.",
    "retouch": "A restorer went over it by hand.",
    "enhance": "A trained network made the picture clearer.",
    "inpaint": "A trained network painted in what was damaged.",
    "redraw": "A model drew the picture anew, held to the photograph.",
    "recolour": "A model suggested colours; lightness stayed the photograph's.",
    "edit": "A model changed the picture as it was told in words.",
}
ENGINES = {
    "classic": "Plain calculation, without a trained model",
    "nets": "A trained network, in one pass",
    "diffusion": "A model that draws pictures from noise",
    "hand": "A person",
}
CERTAINTIES: dict[Certainty, str] = {
    "documented": "Documented",
    "likely": "Likely",
    "guess": "A guess",
}
RIGHTS = (
    (r"creativecommons\.org/publicdomain/mark/", "Public domain"),
    (r"creativecommons\.org/publicdomain/zero/", "No rights reserved (CC0)"),
    (r"rightsstatements\.org/vocab/InC", "In copyright"),
    (r"rightsstatements\.org/vocab/NoC", "No copyright, but other conditions may hold"),
    (r"rightsstatements\.org/vocab/NKC", "No known copyright"),
    (r"rightsstatements\.org/vocab/(CNE|UND)", "Copyright not determined"),
)
_LICENCE = re.compile(r"creativecommons\.org/licenses/([a-z-]+)/([\d.]+)")


def whole_percent(share: float) -> int:
    """A share, 0..1, in percent; 0 where it is less than one, and 100 for nothing but all of it."""
    return 0 if share < 0.01 else 100 if share >= 1 else min(99, round(100 * share))


class Wording:
    """Says things in ``language``; a curator's texts in the edition's other languages where they
    were not translated."""

    def __init__(self, language: str, words: Mapping[str, str], fallback: Sequence[str]) -> None:
        self.language = language
        self._words = words
        self._chain = (language, *fallback)
        self._locale = Locale.parse(language, sep="-")

    @property
    def direction(self) -> str:
        """``ltr`` or ``rtl``."""
        return str(self._locale.text_direction)

    def say(self, phrase: str, **values: object) -> str:
        """An English phrase of the catalogues, with its ``{places}`` filled."""
        text = self._words.get(phrase, phrase)
        return re.sub(r"\{(\w+)\}", lambda place: str(values[place[1]]), text)

    def of(self, text: Text) -> str:
        return text.in_(self._chain)

    def language_of(self, text: Text) -> str:
        """Which language ``of`` answers in."""
        said = self.of(text)
        return next((tag for tag in self._chain if text.root.get(tag, "").strip() == said), "")

    def date(self, edtf: str) -> str:
        """``1974-09-01``, ``1974-09``, ``1974``, ``1974~``, ``197X``; else as it stands."""
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", edtf):
            return format_date(date.fromisoformat(edtf), "long", locale=self._locale)
        if re.fullmatch(r"\d{4}-\d{2}", edtf):
            first = datetime.fromisoformat(f"{edtf}-01")
            return format_skeleton("yMMMM", first, locale=self._locale)
        if re.fullmatch(r"\d{4}", edtf):
            return self.say("{year}", year=edtf)
        if re.fullmatch(r"\d{4}~", edtf):
            return self.say("about {year}", year=edtf[:4])
        if re.fullmatch(r"\d{3}X", edtf):
            return self.say("{decade}s", decade=f"{edtf[:3]}0")
        return edtf

    def day(self, moment: str) -> str:
        """The day of an ISO 8601 moment, in UTC."""
        return format_date(datetime.fromisoformat(moment), "long", locale=self._locale)

    def when(self, photo: EditionPhoto) -> str:
        """Date and place in one line."""
        parts = [self.date(photo.date) if photo.date else "", photo.place or ""]
        return self.say(" · ").join(part for part in parts if part)

    def listed(self, names: Sequence[str]) -> str:
        return self.say(", ").join(names)

    def series(self, names: Sequence[str]) -> str:
        """Things done one after the other."""
        *others, last = names
        if not others:
            return last
        begun = reduce(lambda one, two: self.say("{one}, {two}", one=one, two=two), others)
        return self.say("{one} and {two}", one=begun, two=last)

    def told(self, sentences: Sequence[str]) -> str:
        """Sentences one after the other; those that are empty are left out."""
        said = [each for each in sentences if each]
        return reduce(lambda one, two: self.say("{one} {two}", one=one, two=two), said, "").strip()

    def stage_name(self, stage: EditionStage) -> str:
        return self.say(NAMES[stage.name])

    def label(self, photo: EditionPhoto, stage: EditionStage) -> str:
        """The honest label of an altered picture; empty for the scan."""
        if stage.name == "colour" and photo.was != "colour" and (known := self._colours(photo)):
            return known
        dated, undated = LABELS[stage.name]
        return self.say(dated, year=stage.year) if stage.year else self.say(undated)

    def _colours(self, photo: EditionPhoto) -> str:
        def count(certainty: Certainty) -> int:
            known = [region for region in photo.regions if region.colour]
            return len({region.id for region in known if region.certainty == certainty})

        phrases = {
            "{number} documented": count("documented"),
            "{number} likely": count("likely"),
        }
        counted = [self.say(phrase, number=each) for phrase, each in phrases.items() if each]
        if not counted:
            return ""
        return self.say("Colour: {counts}, rest inferred", counts=self.listed(counted))

    def added(self, stage: EditionStage) -> str:
        """How much of a picture software added."""
        if stage.invented == 0:
            return self.say("Nothing in this picture was added by software")
        percent = whole_percent(stage.invented)
        if percent == 0:
            return self.say("Less than 1 % of this picture was added by software")
        return self.say("{percent} % of this picture was added by software", percent=percent)

    def steps(self, stage: EditionStage) -> list[str]:
        """What was done, a sentence a step."""
        return [
            self.say(OPERATIONS[step.operation])
            if step.operation in OPERATIONS
            else f"{step.engine}{self.say(' · ')}{step.operation}"
            for step in stage.paradata
        ]

    def makers(self, photo: EditionPhoto) -> list[str]:
        """With what, when and by whom; said once where steps agree."""
        steps = [step for stage in photo.stages for step in stage.paradata]
        return list(dict.fromkeys(self._maker(step) for step in steps))

    def _maker(self, step: PlainParadata) -> str:
        # The classic engine brings one small network along: what it made was not merely calculated.
        kind = "nets" if step.engine == "classic" and step.weights else step.engine
        engine = self.say(ENGINES[kind]) if kind in ENGINES else step.engine
        parts = [engine, self.day(step.made_at), step.who or ""]
        return self.say(" · ").join(part for part in parts if part)

    def certainty(self, certainty: Certainty) -> str:
        return self.say(CERTAINTIES[certainty])

    def rights(self, rights: str) -> str:
        """A rights statement by its name, where it is a known one; else its address."""
        if licence := _LICENCE.search(rights):
            return f"CC {licence[1].upper()} {licence[2]}"
        found = next((name for place, name in RIGHTS if re.search(place, rights)), None)
        return self.say(found) if found else rights
