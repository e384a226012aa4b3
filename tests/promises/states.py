"""What an index says, so that two can be compared."""

from __future__ import annotations

from pathlib import Path

from semsearch.errors import IndexMissing
from semsearch.records import Answer
from semsearch.search.opening import open_index
from semsearch.upkeep.check import check

QUESTIONS: list[tuple[str, dict[str, object]]] = [
    ("grain bridge", {"mode": "dense"}),
    ("grain bridge", {"mode": "lexical", "since": "2022-03", "until": "2022-09"}),
    ("army in May 2022", {}),
    ('"grain" soldiers', {"event": "2022-04", "top": 5}),
    ("latest order", {"publishers": ["Reuters"], "per_document": 2}),
]


def shown(answer: Answer) -> list[tuple[object, ...]]:
    """What a reader believes of an answer; scores to the last digit that arithmetic in another order leaves."""
    return [
        (
            hit.document.doc_id,
            hit.document.title,
            str(hit.document.published),
            hit.start,
            hit.text,
            round(hit.score, 9),
            tuple((event.first, event.last) for event in hit.events),
        )
        for hit in answer.hits
    ]


def answers(folder: Path) -> list[list[tuple[object, ...]]]:
    """All that an index answers to the questions; nothing where it has not begun."""
    try:
        with open_index(folder) as index:
            return [shown(index.search(question, **options)) for question, options in QUESTIONS]  # type: ignore[arg-type]
    except IndexMissing:
        return []


def held(folder: Path) -> dict[str, tuple[str, str]]:
    """Text and date of every document."""
    try:
        with open_index(folder) as index:
            ids = [entry.doc_id for entry in index.dates()]
            documents = [index.document(doc_id) for doc_id in ids]
    except IndexMissing:
        return {}
    return {document.doc_id: (document.text, str(document.published)) for document in documents}


def assert_whole(folder: Path, what: str) -> None:
    """``check --full`` finds nothing."""
    try:
        report = check(folder, full=True)
    except IndexMissing:
        return  # killed before there was anything
    assert report.whole, f"{what}: {[str(finding) for finding in report.findings]}"
