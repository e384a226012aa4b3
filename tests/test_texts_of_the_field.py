"""Text files with a head, exports of news databases, titles of texts that come without one, HTML in fields."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from semsearch.dates.claims import fallback_claims
from semsearch.dates.published import resolve_published
from semsearch.indexing.building import build
from semsearch.readers import FieldNames, open_documents
from semsearch.readers.markup import html_to_text, text_of
from semsearch.records import RawDocument
from semsearch.text.titles import title_of

ICE = (
    "The ferry service across the river will stop on Friday because ice has damaged two piers. "
    "Repairs could take three weeks, the harbour office said."
)
RYE = "Bakers in the old town have raised the price of rye bread by a tenth. Flour became dearer after the dry summer."


@dataclass(frozen=True)
class Article:
    """What must come of an article: its title, day, publisher and what its text is."""

    title: str
    day: str | None
    publisher: str | None
    text: str


NEXIS_UNI = f"""Ice stops the ferry for three weeks

Harbour Times (London)

November 9, 2015 Monday

Copyright 2015 Harbour Times Ltd. All Rights Reserved

Section: NEWS; Version:1
Length: 36 words
Byline: A. Writer

Body

{ICE}

Classification

Language: ENGLISH
Publication-Type: Newspaper
Load-Date: November 10, 2015

End of Document

Rye bread becomes dearer

Evening Post

December 2, 2015 Wednesday

Copyright 2015 Evening Post

Section: BUSINESS
Length: 22 words

Body

{RYE}

Load-Date: December 3, 2015

End of Document
"""
PROQUEST = f"""____________________________________________________________

Document 1 of 2

Ice stops the ferry for three weeks

Author: Writer, A.

Publication info: Harbour Times ; London [London]. 09 Nov 2015: 7.

Abstract: None available.

Full text: {ICE}

Subject: Ferries; Ice;

Title: Ice stops the ferry for three weeks

Publication title: Harbour Times

Pages: 7

Publication year: 2015

Publication date: Nov 9, 2015

Publisher: Harbour Press

____________________________________________________________

Document 2 of 2

Rye bread becomes dearer

Full text: {RYE}

Title: Rye bread becomes dearer

Publication title: Evening Post

Publication date: Dec 2, 2015

____________________________________________________________

Contact us at: http://h.example/contact
"""
FACTIVA = f"""SE   News
HD   Ice stops the ferry
     for three weeks
BY   A. Writer
WC   36 words
PD   9 November 2015
SN   Harbour Times
SC   HTIMES
PG   7
LA   English
CY   (c) 2015 Harbour Times
LP

{ICE}

TD

The rail bridge stays open.

CO   hrbr : Harbour Office
RE   eur : Europe
AN   Document HTIMES0020151110eb9900001
"""
EUROPRESSE = f"""Harbour Times
• 9 novembre 2015
• p. 7
• 36 mots

Ice stops the ferry for three weeks

{ICE}

© 2015 Harbour Times. Tous droits réservés.

news·20151109·HT·0a7
"""
NEXIS_GERMAN = f"""Dokument 1 von 2

Hafenbote

9. November 2015 Montag

Eis hält die Fähre auf

LENGTH: 30 words

{ICE}

Dokument 2 von 2

Abendblatt

2. Dezember 2015 Mittwoch

Roggenbrot wird teurer

LENGTH: 22 words

{RYE}
"""

FACTIVA_PLAIN = f"""Ice stops the ferry for three weeks
By A. Writer
36 words
9 November 2015
Harbour Times
HTIMES
7
English
(c) 2015 Harbour Times

{ICE}

Document HTIMES0020151109eb990001a

Rye bread becomes dearer
20 words
2 December 2015
Evening Post
EPOST
English
(c) 2015 Evening Post

{RYE}

Document EPOST00020151202eb990002b
"""

TEXTS: dict[str, tuple[str, list[Article]]] = {
    "Nexis Uni": (
        NEXIS_UNI,
        [
            Article("Ice stops the ferry for three weeks", "2015-11-09", "Harbour Times (London)", ICE),
            Article("Rye bread becomes dearer", "2015-12-02", "Evening Post", RYE),
        ],
    ),
    "ProQuest": (
        PROQUEST,
        [
            Article("Ice stops the ferry for three weeks", "2015-11-09", "Harbour Times", ICE),
            Article("Rye bread becomes dearer", "2015-12-02", "Evening Post", RYE),
        ],
    ),
    "Factiva": (
        FACTIVA,
        [
            Article(
                "Ice stops the ferry for three weeks",
                "2015-11-09",
                "Harbour Times",
                f"{ICE}\n\n\n\nThe rail bridge stays open.",
            )
        ],
    ),
    "Factiva without codes": (
        FACTIVA_PLAIN,
        [
            Article("Ice stops the ferry for three weeks", "2015-11-09", "Harbour Times", ICE),
            Article("Rye bread becomes dearer", "2015-12-02", "Evening Post", RYE),
        ],
    ),
    "Europresse": (EUROPRESSE, [Article("Ice stops the ferry for three weeks", "2015-11-09", "Harbour Times", ICE)]),
    "Nexis in German": (
        NEXIS_GERMAN,
        [
            Article("Eis hält die Fähre auf", "2015-11-09", "Hafenbote", ICE),
            Article("Roggenbrot wird teurer", "2015-12-02", "Abendblatt", RYE),
        ],
    ),
    "a head": (
        f"Title: Ice stops the ferry\nDate: 9 November 2015\nSource: Harbour Times\nURL: https://h.example/1\n\n{ICE}\n",
        [Article("Ice stops the ferry", "2015-11-09", "Harbour Times", ICE)],
    ),
    "a head in capitals": (
        f"HEADLINE: Ice stops the ferry\nPUBLICATION: Harbour Times\nDATE: 2015-11-09\nBYLINE: A. Writer\n\n{ICE}\n",
        [Article("Ice stops the ferry", "2015-11-09", "Harbour Times", ICE)],
    ),
    "a head in German": (
        f"Titel: Eis hält die Fähre auf\nDatum: 09.11.2015\nQuelle: Hafenbote\n\n{ICE}",
        [Article("Eis hält die Fähre auf", "2015-11-09", "Hafenbote", ICE)],
    ),
    "a title that goes on": (
        f"Title: Ice stops the ferry\n  for three weeks\nDate: 2015-11-09\n\n{ICE}",
        [Article("Ice stops the ferry for three weeks", "2015-11-09", None, ICE)],
    ),
    "a mail's head": (
        f"From: A. Writer <a@h.example>\nSubject: Ice stops the ferry\nDate: Mon, 9 Nov 2015 05:01:00 +0000\n\n{ICE}",
        [Article("Ice stops the ferry", "2015-11-09", None, ICE)],
    ),
    "a colon in prose": (
        f"The office said: wait.\n\n{ICE}",
        [Article("The office said: wait.", None, None, f"The office said: wait.\n\n{ICE}")],
    ),
    "an interview": (
        "Question: Why does it stop?\nAnswer: Because of ice.\n\nQuestion: For how long?\nAnswer: Three weeks.",
        [
            Article(
                "Question: Why does it stop?",
                None,
                None,
                "Question: Why does it stop?\nAnswer: Because of ice.\n\nQuestion: For how long?\nAnswer: Three weeks.",
            )
        ],
    ),
    "a date under the title": (
        f"Ice stops the ferry\n\nPublished: 9 Nov 2015\n\n{ICE}",
        [Article("Ice stops the ferry", "2015-11-09", None, f"Ice stops the ferry\n\nPublished: 9 Nov 2015\n\n{ICE}")],
    ),
    "TOML": (
        f'+++\ntitle = "Ice stops the ferry"\ndate = 2015-11-09T05:01:00Z\ntags = ["ice"]\n+++\n\n{ICE}',
        [Article("Ice stops the ferry", "2015-11-09", None, ICE)],
    ),
    "TOML that is none": (f"+++\ntitle = Ice\n+++\n\n{ICE}", [Article(ICE.split(". ", 1)[0] + ".", None, None, ICE)]),
}


@pytest.mark.parametrize("name", TEXTS)
def test_the_articles_of_a_text_file_are_what_it_says(name: str, tmp_path: Path) -> None:
    text, expected = TEXTS[name]
    path = tmp_path / ("a.md" if text.startswith("+++") else "a.txt")
    path.write_text(text, "utf-8")
    with open_documents(path, FieldNames()) as stream:
        found = [item for item in stream if isinstance(item, RawDocument)]
        assert [raw.text for raw in found] == [article.text for article in expected]
        if len(expected) > 1:
            assert stream.file.notes == {f"an export of {len(expected)} articles, split": 1}
    for raw, article in zip(found, expected, strict=True):
        published, _ = resolve_published([*raw.claims, *fallback_claims(raw, "/a.txt")])
        dated = None if published is None else str(published)
        assert (raw.title or title_of(raw.text), dated, raw.publisher) == (
            article.title,
            article.day,
            article.publisher,
        )
        for line, said in enumerate(text.splitlines(), 1):
            if line == raw.place.line:
                assert raw.text.split("\n")[0] in said


TITLES = {
    "CNN — The ferry stops on Friday. Ice is why.": "The ferry stops on Friday.",
    "(CNN) — The ferry stops on Friday. Ice is why.": "The ferry stops on Friday.",
    "VIEW VIDEO\nThe ferry stops on Friday. Ice is why.": "The ferry stops on Friday.",
    "Good morning.\n\nThe ferry stops on Friday. Ice is why.": "The ferry stops on Friday.",
    "Good morning. The ferry stops on Friday. Ice is why.": "The ferry stops on Friday.",
    "ADVERTISEMENT\n\nIce stops the ferry\n\nThe ferry stops on Friday.": "Ice stops the ferry",
    "Ice stops the ferry\nBy A. Writer\n9 November 2022\n\nThe ferry stops.": "Ice stops the ferry",
    "9 November 2022\n\nIce stops the ferry\n\nThe ferry stops.": "Ice stops the ferry",
    "HELSINKI, Nov 9 (Reuters) - The ferry stops on Friday. Ice is why.": "The ferry stops on Friday.",
    "KYIV, Ukraine (AP) — The ferry stops on Friday. Ice is why.": "The ferry stops on Friday.",
    "Share this article\n\n3 min read\n\nThe ferry stops on Friday. Ice is why.": "The ferry stops on Friday.",
    "BERLIN — The ferry stops on Friday.": "The ferry stops on Friday.",
    "The ferry stops on Friday. Ice is why.": "The ferry stops on Friday.",
    "Updated 9 November 2022, 10:15\nThe ferry stops on Friday. Ice is why.": "The ferry stops on Friday.",
    "Good morning": "Good morning",
    "The ferry — a wooden one — stops on Friday. Ice is why.": "The ferry — a wooden one — stops on Friday.",
    "News of the ferry reached us late. Ice is why.": "News of the ferry reached us late.",
    "NATO — an alliance — met on Friday. It was cold.": "an alliance — met on Friday.",
}


@pytest.mark.parametrize("text", TITLES)
def test_what_says_nothing_is_no_title(text: str) -> None:
    assert title_of(text) == TITLES[text]


MARKUP = {
    "<p>Ice.</p><p>Snow.</p>": "Ice.\n\nSnow.",
    "Ice<br>snow<br/>rain": "Ice\nsnow\nrain",
    "<div><b>Ice</b> and&nbsp;<i>snow</i></div>": "Ice and snow",
    "<p>a</p><style>p {}</style><script>if (a < b) x();</script>": "a",
    "<ul><li>One<li>Two</ul>": "One\n\nTwo",
    '<a href="https://h.example/?a=1&amp;b=2">Read</a>': "Read",
    "<p>5 &lt; 6 &amp; 7 &gt; 6</p>": "5 < 6 & 7 > 6",
    "R&amp;D and AT&T": "R&D and AT&T",
    "if a < b and c > d": "if a < b and c > d",
    "Use the <b> tag for bold.": "Use the <b> tag for bold.",
    "x <y@h.example> wrote": "x <y@h.example> wrote",
    "&#8220;Ice&#8221; &#x2014; said": "“Ice” — said",
    "<![CDATA[<p>Ice.</p>]]>": "Ice.",
    "<!-- no --><p>Ice.</p>": "Ice.",
    "<P>ICE</P>\n\n<P>SNOW</P>": "ICE\n\nSNOW",
    "<p>Größe 😀</p>": "Größe 😀",
    "<figure><img src=x><figcaption>A pier</figcaption></figure><p>Ice.</p>": "A pier\n\nIce.",
}


@pytest.mark.parametrize("markup", MARKUP)
def test_html_becomes_what_it_shows(markup: str) -> None:
    assert text_of(markup) == MARKUP[markup]


def test_hostile_html_takes_no_time_and_stays_text() -> None:
    for bomb in ("<a ", "<!--", "<![CDATA[", "<?", "</p", '<a b="', "<div>", "<b><i>", "<svg><style>", "&#"):
        assert isinstance(html_to_text(f"<br>{bomb * 100_000}"), str)
    assert html_to_text("<p>a\0b</p>") == "a\ufffdb"


def test_html_in_fields_is_told_and_its_text_is_what_is_stored(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    records = [{"id": str(n), "title": "Ice &amp; snow", "content": f"<p>Ice {n}.</p><p>Snow.</p>"} for n in range(3)]
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    report = build([path], tmp_path / "ix", model="hash")
    assert "a.jsonl: 3 texts: HTML in fields, read as the text that it shows" in report.notes
