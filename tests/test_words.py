"""Every word that is copied from a text finds it by words alone, in whatever script."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from semsearch.indexing.building import build
from semsearch.search.local import Index
from semsearch.search.opening import open_index
from semsearch.text.analysis import Analyzer, query_terms
from semsearch.text.words import phrase_pattern

TEXTS = {
    "ar": "أَجَّلَ مجلس المدينة مساءَ أمس بناءَ العبّارة الجديدة، وقال المدرّس إنّ الجليد بقيَ في القناة.",
    "he": "הַיֶּלֶד הלך אל הנהר וראה שהמעבורת איננה; ראש העיר אמר שהקרח נשאר בתעלה.",
    "hi": "नदी पर चलने वाली नाव बर्फ़ के कारण बंद है, क्योंकि दो खंभे टूट गए हैं और मरम्मत में समय लगेगा।",
    "ta": "ஆற்றைக் கடக்கும் படகு பனியால் நின்றது, மேலும் இரண்டு தூண்கள் சேதமடைந்தன என்று அலுவலகம் சொன்னது.",
    "uk": "У п'ятницю пором зупиниться, бо крига пошкодила дві опори; об’їзд іде через міст, а зв\u02bcязок є.",
    "fr": unicodedata.normalize("NFD", "Le préfet a fermé l’école : les élèves traversaient la rivière gelée à pied."),
    "de": "Der Hafen\u00admeister sperrte die Fähr\u00adverbindung, weil das Eis zwei Pfeiler beschädigt hat.",
    "vi": unicodedata.normalize("NFD", "Phà ngừng chạy vì băng làm hỏng hai trụ cầu, theo văn phòng cảng."),
    "tr": "Buz iki iskeleyi bozduğu için feribot İstanbul'da Cuma günü duracak, dedi liman müdürü.",
    "el": "Το πορθμείο θα σταματήσει την Παρασκευή, επειδή ο πάγος χάλασε δύο προβλήτες.",
}
WITHOUT_BLANKS = {  # words in an order of their own; no blank says where one ends
    "zh": ["渡轮", "因为", "结冰", "停航", "市长", "今天", "说", "维修", "需要", "三个", "星期", "桥"],
    "ja": ["渡し船", "は", "氷", "で", "止まり", "桟橋", "が", "二つ", "壊れた", "と", "市長", "述べた"],
    "ko": ["나룻배", "학교", "시장", "얼음", "다리", "부두", "수리", "금요일", "노동자", "항구"],
    "th": ["เรือข้ามฟาก", "หยุด", "เพราะ", "น้ำแข็ง", "ท่าเรือ", "เสียหาย", "นายก", "กล่าว", "สะพาน"],
}
WORD = re.compile(r"[^\s.,;:!?،。]+")


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    """An index of the texts, the unsegmented ones in one run."""
    folder = tmp_path_factory.mktemp("scripts")
    for code, text in TEXTS.items():
        (folder / f"{code}.txt").write_text(text, "utf-8")
    for code, words in WITHOUT_BLANKS.items():
        (folder / f"{code}.txt").write_text("".join(words), "utf-8")
    build([folder], folder.parent / "scripts-ix", model="hash")
    return open_index(folder.parent / "scripts-ix")


def finds(index: Index, word: str, code: str) -> bool:
    """Whether a word alone finds the text of a language."""
    hits = index.search(word, mode="lexical", use_time=False).hits
    return f"{code}.txt" in [hit.document.doc_id for hit in hits]


@pytest.mark.parametrize("code", TEXTS)
def test_every_word_copied_from_a_text_finds_it(index: Index, code: str) -> None:
    words = WORD.findall(TEXTS[code])
    assert len(words) > 8
    assert [word for word in words if not finds(index, word, code)] == []


@pytest.mark.parametrize("code", WITHOUT_BLANKS)
def test_every_word_of_a_script_without_blanks_is_found_and_marked(index: Index, code: str) -> None:
    for word in WITHOUT_BLANKS[code]:
        assert finds(index, word, code), word
        hits = index.search(word, mode="lexical", use_time=False).hits
        hit = next(hit for hit in hits if hit.document.doc_id == f"{code}.txt")
        marked = {at for begin, end in hit.words for at in range(begin, end)}
        assert {*range(hit.document.text.index(word), hit.document.text.index(word) + len(word))} <= marked


FORMS = {  # a word as it may be written, and as it may be asked for
    "préfet": "pre\u0301fet",
    "Hafenmeister": "Hafen\u00admeister",
    "п'ятниця": "п\u02bcятниця",
    "l'école": "l’école",
    "العبارة": "العبّارة",
    "الكتاب": "الكـتاب",
    "ילד": "יֶלֶד",
    "zero": "ze\u200bro",
    "Été": "E\u0301te\u0301",
    "мой": unicodedata.normalize("NFD", "мой"),
    "학교": unicodedata.normalize("NFD", "학교"),
}


@pytest.mark.parametrize("one", FORMS)
def test_other_ways_to_write_a_word_are_the_same_word(one: str) -> None:
    for asked, held in ((one, FORMS[one]), (FORMS[one], one)):
        wanted = {stem for word in query_terms(asked, ["en"]) for stem in word}
        assert wanted <= set(Analyzer("en").terms(f"so {held} ist"))
        pattern = phrase_pattern(asked)
        assert pattern is not None
        assert pattern.search(f"so {held} ist")


ALPHABETS = ["abcé", "абвї", "αβγά", "اببّت", "אבגּ", "कखगि", "கஙசா", "汉字渡轮", "かなカナ", "한글학교", "กขคา", "éö"]
WORDS = st.lists(st.sampled_from(ALPHABETS).flatmap(lambda a: st.text(a, min_size=1, max_size=8)), min_size=1)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(words=WORDS)
def test_a_word_of_any_script_is_cut_alike_in_text_and_question(words: list[str]) -> None:
    text = " ".join(words)
    held = set(Analyzer("en").terms(text))
    for word in words:
        assert {stem for stems in query_terms(word, ["en"]) for stem in stems} <= held
