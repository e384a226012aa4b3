"""Tables as spreadsheets and scripts write them: stray quotes, short rows, other separators.

In words of our own, written before the code: 7 of 22 were right before it, 22 when it first ran.
"""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from semsearch.readers import FieldNames, open_documents
from semsearch.records import Problem, RawDocument
from tests.conftest import Program

Row = tuple[str, str, str]  # title, date, text
A = ("Tram", "2022-11-09", "The tram stops at the harbour.")
B = ("Bread", "2022-11-10", "Rye bread costs four crowns.")
C = ("Bridge", "2022-11-11", "The bridge opens on Friday.")
HEAD = "title,date,text\n"


def plain(*rows: Row, by: str = ",") -> str:
    return "".join(by.join(row) + "\n" for row in rows)


STRAY, END = ('"Tram" late', A[1], A[2]), ("Bridge", C[1], 'The bridge opens "soon".')
OPENED, CLOSED = ('"Tram late', A[1], A[2]), ("Bridge", C[1], 'The bridge opens soon."')
CASES: dict[str, tuple[str, str, list[Row], str]] = {  # name, text, rows, what must be said
    "a stray quote at the beginning and one at the end of tabs": (
        "a.tsv",
        "title\tdate\ttext\n" + plain(OPENED, B, CLOSED, by="\t"),
        [OPENED, B, CLOSED],
        "each is read as one",
    ),
    "a stray quote at the beginning and one at the end of commas": (
        "a.csv",
        HEAD + plain(OPENED, B, CLOSED),
        [OPENED, B, CLOSED],
        "each is read as one",
    ),
    "a quote that is never closed": ("a.csv", HEAD + plain(A, OPENED, B, C), [A, OPENED, B, C], "each is read as one"),
    "a quote that is never closed, in tabs": (
        "a.tsv",
        "title\tdate\ttext\n" + plain(OPENED, B, C, by="\t"),
        [OPENED, B, C],
        "each is read as one",
    ),
    "quotes around whole fields": (
        "a.csv",
        HEAD + '"Tram","2022-11-09","The tram stops, at the harbour."\n',
        [("Tram", A[1], "The tram stops, at the harbour.")],
        "",
    ),
    "a text over lines": (
        "a.csv",
        HEAD + 'Tram,2022-11-09,"The tram stops.\nIt waits, then goes, at nine."\n' + plain(B),
        [("Tram", A[1], "The tram stops.\nIt waits, then goes, at nine."), B],
        "",
    ),
    "a text over lines with a table in it": (
        "a.csv",
        HEAD + 'Tram,2022-11-09,"The tram stops:\nline,2022-11-12,five\nand goes."\n' + plain(B),
        [B],
        "a quote opened in line 2",
    ),
    "one quoted comma among stray quotes": (
        "a.csv",
        HEAD + plain(OPENED, B) + 'Bridge,2022-11-11,"It opens, at last."\n',
        [OPENED, B, ("Bridge", C[1], "It opens, at last.")],
        "each is read as one",
    ),
    "short rows": ("a.csv", "title,date,text,url,source\n" + plain(A, B), [A, B], ""),
    "an empty cell too many": (
        "a.csv",
        HEAD + "Tram,2022-11-09,The tram stops at the harbour.,\n" + plain(B),
        [A, B],
        "",
    ),
    "three empty cells too many": ("a.csv", HEAD + "Tram,2022-11-09,The tram stops at the harbour.,,,\n", [A], ""),
    "a cell too many": (
        "a.csv",
        HEAD + "Tram,2022-11-09,The tram stops, at the harbour.\n" + plain(B),
        [B],
        "4 fields where the header has 3",
    ),
    "sep=;": ("a.csv", "sep=;\ntitle;date;text\n" + plain(A, B, by=";"), [A, B], ""),
    "sep=, in quotes": ("a.csv", '"sep=,"\n' + HEAD + plain(A), [A], ""),
    "a blank line first": ("a.csv", "\n" + HEAD + plain(A, B), [A, B], ""),
    "blank lines and blanks first": ("a.csv", " \n\r\n" + HEAD + plain(A), [A], ""),
    "bars": ("a.csv", "title|date|text\n" + plain(A, B, by="|"), [A, B], ""),
    "semicolons with commas in the header's words": (
        "a.csv",
        "title;date;text\n" + plain(A, ("Bread, rye", B[1], B[2]), by=";"),
        [A, ("Bread, rye", B[1], B[2])],
        "",
    ),
    "blank lines between rows": ("a.csv", HEAD + plain(A) + "\n\n" + plain(B), [A, B], ""),
    "Windows line ends": ("a.csv", (HEAD + plain(A, B)).replace("\n", "\r\n"), [A, B], ""),
    "an inch": (
        "a.tsv",
        "title\tdate\ttext\n" + plain(('A 5" nail', A[1], A[2]), B, by="\t"),
        [('A 5" nail', A[1], A[2]), B],
        "",
    ),
    "a quote opened in the last row": (
        "a.csv",
        HEAD + plain(A, ("Bridge", C[1], '"The bridge opens.')),
        [A, ("Bridge", C[1], '"The bridge opens.')],
        "",
    ),
}


@pytest.mark.parametrize(("name", "text", "rows", "said"), CASES.values(), ids=list(CASES))
def test_a_table_is_read_right_or_said(tmp_path: Path, name: str, text: str, rows: list[Row], said: str) -> None:
    (tmp_path / name).write_text(text, "utf-8", newline="")
    with open_documents(tmp_path / name, FieldNames()) as stream:
        items = list(stream)
    found = [(item.title, item.claims[0].raw, item.text) for item in items if isinstance(item, RawDocument)]
    problems = [str(item) for item in items if isinstance(item, Problem)]
    assert found == rows, problems
    assert bool(said) == bool(problems)
    assert all(said in problem for problem in problems)


@pytest.mark.parametrize(
    ("header", "fields"),
    [
        (
            ["Titre", "Date de parution", "Journal", "Texte"],
            "text=Texte,title=Titre,date=Date de parution,source=Journal",
        ),
        (["Titel", "Datum", "Zeitung", "Inhalt"], "text=Inhalt,title=Titel,date=Datum,source=Zeitung"),
        (["Nr", "Tag", "Ort", "Inhalt"], "text=Inhalt,title=Ort,date=Tag"),
    ],
)
def test_fields_in_another_language_are_named_by_what_they_say(
    tmp_path: Path, program: Program, header: list[str], fields: str
) -> None:
    """Two titles of one word: the publisher, of three words, was offered as the title."""
    rows = [
        ("Le pont fermé", "03/11/2022", "L’Écho du port", "Le pont du fleuve est fermé, dit la préfecture."),
        ("Réouverture", "17/11/2022", "L’Écho du port", "Le pont a rouvert aux camions après les travaux."),
        ("Élection", "28/11/2022", "La Dépêche d’Été", "Le maire sortant a été réélu de loin."),
    ]  # fmt: skip
    (tmp_path / "e.tsv").write_text("\n".join("\t".join(row) for row in [header, *rows]), "utf-8")
    ran = program("index", tmp_path / "e.tsv", "--index", tmp_path / "ix", "--model", "hash")
    assert f"--fields {shlex.quote(fields)} " in ran.err
    ran = program("index", tmp_path / "e.tsv", "--fields", fields, "--index", tmp_path / "ix", "--model", "hash")
    assert "3 added" in ran.err
