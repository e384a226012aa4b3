"""What language an article is in, and what is said where the model does not know it."""

from __future__ import annotations

from pathlib import Path

import pytest

from semsearch.indexing.building import build
from semsearch.text.languages import language_of
from tests.conftest import write_articles

ENGLISH = "The army left the city in November and moved to the other bank of the river, the ministry said."
RUSSIAN = "В ноябре армия оставила город и отошла на другой берег реки, сообщили в министерстве обороны страны."
UKRAINIAN = "У листопаді військо залишило місто і відійшло на інший берег річки, повідомили в міністерстві оборони."


@pytest.mark.parametrize(
    ("text", "expected"),
    [(ENGLISH, "en"), (RUSSIAN, "ru"), (UKRAINIAN, "uk"), ("Kherson", None), ("2022 11 09 " * 50, None), ("", None)],
)
def test_a_language_is_told_where_the_text_is_long_and_clear(text: str, expected: str | None) -> None:
    assert language_of(text) == expected


def test_articles_that_the_model_does_not_understand_are_told(tmp_path: Path) -> None:
    source = write_articles(tmp_path / "a", {"en.txt": ENGLISH})
    assert build([source], tmp_path / "ix").notes == []
    write_articles(source, {"ru.txt": RUSSIAN, "uk.txt": UKRAINIAN, "ru2.txt": f"{RUSSIAN} Снова."})
    (note,) = build([source], tmp_path / "ix").notes
    assert note.startswith("3 articles are not in English (ru 2, uk 1), and all-MiniLM-L6-v2 knows English only")
    assert "--model sentence-transformers/paraphrase-multilingual-MiniLM-L12-v2" in note
    assert build([source], tmp_path / "ix").notes == []


def test_nothing_is_said_of_models_whose_languages_are_not_known(tmp_path: Path) -> None:
    assert build([write_articles(tmp_path / "a", {"ru.txt": RUSSIAN})], tmp_path / "ix", model="hash").notes == []


def test_plain_english_needs_no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """And what only has some English words in it is not taken for it."""

    def refused() -> None:
        raise AssertionError("the model was loaded")

    monkeypatch.setattr("semsearch.text.languages._identifier", refused)
    text = (
        "The army said that it had left the town and that the bridge over the river was in the hands of the other side."
    )
    assert language_of(text) == "en"
    with pytest.raises(AssertionError, match="loaded"):
        language_of(
            "Die Armee teilte mit, dass sie die Stadt verlassen hat und die Brücke in den Händen der anderen Seite ist."
        )
