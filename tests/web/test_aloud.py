"""What the kiosk reads aloud, word for word."""

from pathlib import Path

from server.catalogue.model import Text
from server.web.aloud import read_aloud
from server.web.languages import read_words
from tests.support.editions import make_edition
from tests.support.serving import UI


def test_texts_labels_and_the_interface_are_read_in_each_language(tmp_path: Path) -> None:
    edition = make_edition(tmp_path)
    first, *stages = edition.photos[0].stages
    first = first.model_copy(update={"describe": Text({"en": "Scratches cross his arm."})})
    described = edition.photos[0].model_copy(
        update={
            "describe": Text({"en": "A man\nwith a  flag.", "fr": "Un homme."}),
            "stages": (first, *stages),
        }
    )
    edition = edition.model_copy(update={"photos": (described, *edition.photos[1:])})
    said = read_aloud(edition, read_words(UI / "locale", "kiosk"))
    assert [*said] == ["zh-Hans", "en"]
    english, chinese = said["en"], said["zh-Hans"]
    assert {
        "First Gold", "The opening, once more", "The flag bearer", "A man with a flag.",
        "Scratches cross his arm.", "Grain and noise were quietened.",
        "September 1974, Tehran.", "the flag", "The flag's own standard",
        "Repaired by software, 2026", "Colour: 1 documented, rest inferred",
        "4 % of this picture was added by software", "Reading aloud", "Original", "Button",
    } <= {*english}  # fmt: skip
    assert {"旗手", "1974 年 9 月，德黑兰。", "红旗", "国旗标准"} <= {*chinese}
    assert "Un homme." not in (*english, *chinese)
    for texts in (english, chinese):
        assert len(texts) == len({*texts})
        assert not [text for text in texts if "{" in text or not any(map(str.isalnum, text))]
    assert not {"Button", "Original", "Reading aloud"} & {*chinese}
