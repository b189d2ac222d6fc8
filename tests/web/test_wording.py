"""What is said of a photograph, in both languages."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from server.editions.model import Edition
from server.restoration.engine import EngineTraits
from server.restoration.engines.classic.engine import TRAITS as CLASSIC
from server.restoration.engines.diffusion.engine import TRAITS as DIFFUSION
from server.restoration.engines.hand import TRAITS as HAND
from server.restoration.engines.nets.engine import TRAITS as NETS
from server.web import wording
from server.web.languages import read_words
from server.web.take_home_pages import MADE
from server.web.wording import Wording
from tests.support.editions import make_edition
from tests.support.serving import UI

KIOSK, OWN = (read_words(UI / "locale", domain) for domain in ("kiosk", "take_home"))
ZH = {**KIOSK["zh-Hans"], **OWN["zh-Hans"]}


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Edition:
    return make_edition(tmp_path_factory.mktemp("edition"))


@pytest.mark.parametrize(
    ("edtf", "english", "chinese"),
    [
        ("1974-09-01", "September 1, 1974", "1974年9月1日"),
        ("1974-09", "September 1974", "1974年9月"),
        ("1974", "1974", "1974 年"),
        ("1974~", "about 1974", "约 1974 年"),
        ("197X", "1970s", "1970 年代"),
        ("1974/1976", "1974/1976", "1974/1976"),
    ],
)
def test_a_date_is_said_as_the_kiosk_says_it(edtf: str, english: str, chinese: str) -> None:
    assert Wording("en", {}, ()).date(edtf) == english
    assert Wording("zh-Hans", ZH, ()).date(edtf) == chinese


def test_the_kiosk_calls_and_labels_every_stage_as_the_pages_do() -> None:
    source = (UI / "shared" / "labels.js").read_text("utf-8")
    names, labels = (
        source.partition(f"const {table} = {{")[2].partition("};")[0]
        for table in ("NAMES", "LABELS")
    )
    assert dict(re.findall(r'(\w+): "(.+)",', names)) == wording.NAMES
    pairs = re.findall(r'(\w+): \["(.*)", "(.*)"\],', labels)
    assert {name: (dated, undated) for name, dated, undated in pairs} == wording.LABELS


def test_a_language_is_written_in_its_own_direction() -> None:
    assert [Wording(tag, {}, ()).direction for tag in ("en", "zh-Hans", "ar")] == [
        "ltr",
        "ltr",
        "rtl",
    ]


@pytest.mark.parametrize("traits", [CLASSIC, NETS, DIFFUSION, HAND])
def test_every_operation_of_every_engine_has_its_words(traits: EngineTraits) -> None:
    assert set(traits.operations) <= set(wording.OPERATIONS)


def test_the_kiosk_tells_of_every_operation_and_engine_as_the_pages_do() -> None:
    source = (UI / "kiosk" / "made.js").read_text("utf-8")
    for name, table in (("OPERATIONS", wording.OPERATIONS), ("ENGINES", wording.ENGINES)):
        body = source.partition(f"const {name} = {{")[2].partition("};")[0]
        assert dict(re.findall(r'"?([\w-]+)"?: "(.+)",', body)) == table


def test_labels_name_what_the_colours_rest_on_and_what_was_added(edition: Edition) -> None:
    photo = edition.photos[0]
    said = Wording("en", {}, edition.languages)
    assert [said.label(photo, stage) for stage in photo.stages] == [
        "",
        "Repaired by software, 2026",
        "Made clearer by software, 2026",
        "Colour: 1 documented, rest inferred",
    ]
    colour = photo.stages[-1]
    shares = ((0, "Nothing"), (1e-6, "Less than 1 %"), (0.0099, "Less than 1 %"), (0.04, "4 %"))
    for share, words in (*shares, (0.9999, "99 %"), (1, "100 %")):
        told = said.added(colour.model_copy(update={"invented": share}))
        assert told.startswith(words)
    undated = colour.model_copy(update={"year": None, "name": "clear"})
    assert said.label(photo, undated) == "Made clearer by software"
    coloured = photo.model_copy(update={"was": "colour"})
    assert said.label(coloured, colour) == "Coloured by software, 2026"


def test_sentences_follow_each_other_as_their_language_has_it() -> None:
    english, chinese = Wording("en", {}, ()), Wording("zh-Hans", ZH, ())
    assert english.told(["", "One.", "Two."]) == "One. Two."
    assert chinese.told(["一。", "二。"]) == "一。二。"
    done = ["repaired", "made clearer", "coloured"]
    assert english.series(done) == "repaired, made clearer and coloured"
    assert english.series(done[:1]) == "repaired"
    assert chinese.series(["修补", "提高清晰度", "上色"]) == "修补、提高清晰度并上色"


def test_a_step_with_trained_weights_is_not_called_plain_calculation(edition: Edition) -> None:
    photo = edition.photos[0]
    _, repaired, *_ = photo.stages
    (step,) = repaired.paradata
    trained = repaired.model_copy(
        update={"paradata": (step, step.model_copy(update={"weights": "0" * 64}))}
    )
    said = Wording("en", {}, ()).makers(photo.model_copy(update={"stages": (trained,)}))
    assert [line.split(" · ")[0] for line in said] == [
        "Plain calculation, without a trained model",
        "A trained network, in one pass",
    ]


def test_texts_fall_back_to_the_editions_other_languages(edition: Edition) -> None:
    title = edition.photos[0].title
    for language, text, tag in (("en", "The flag bearer", "en"), ("fr", "旗手", "zh-Hans")):
        said = Wording(language, {}, edition.languages)
        assert (said.of(title), said.language_of(title)) == (text, tag)


@pytest.mark.parametrize(
    ("rights", "name"),
    [
        ("https://creativecommons.org/publicdomain/mark/1.0/", "Public domain"),
        ("https://creativecommons.org/licenses/by-sa/4.0/", "CC BY-SA 4.0"),
        ("http://rightsstatements.org/vocab/InC/1.0/", "In copyright"),
        ("https://museum.example/rights", "https://museum.example/rights"),
    ],
)
def test_rights_are_called_by_their_names(rights: str, name: str) -> None:
    assert Wording("en", {}, ()).rights(rights) == name


def test_every_phrase_of_the_pages_is_written_in_chinese_and_none_is_idle() -> None:
    templates = "\n".join(path.read_text("utf-8") for path in UI.glob("templates/take_home*.html"))
    said = {phrase for _, phrase in re.findall(r"""_\((['"])(.+?)\1[,)]""", templates)}
    server = Path(wording.__file__).parent
    for module in ("wording", "take_home_pages"):
        source = (server / f"{module}.py").read_text("utf-8")
        said |= set(re.findall(r'say\("([^"]+)"', source))
    tables = (wording.OPERATIONS, wording.ENGINES, wording.CERTAINTIES, MADE, dict(wording.RIGHTS))
    said |= {phrase for table in tables for phrase in table.values()}
    with (UI / "locale/zh_Hans/LC_MESSAGES/take_home.po").open("rb") as file:
        own = {message.id for message in read_po(file) if message.id}
    assert said <= set(ZH), said - set(ZH)
    assert own <= said, own - said
    for phrase, text in OWN["zh-Hans"].items():
        assert sorted(re.findall(r"\{\w+\}", phrase)) == sorted(re.findall(r"\{\w+\}", text))
