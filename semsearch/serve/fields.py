"""What is replied: the objects of the command line's JSON, but for paths, which begin at the source that was indexed.

A whole path tells where somebody keeps their files, and would stand in every citation that is passed on.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import replace
from weakref import WeakKeyDictionary

from semsearch.dates.event_dates import event_dates
from semsearch.records import Answer, DateEntry, DateRange, Document, Hit
from semsearch.rendering.comparisons import comparison_fields
from semsearch.rendering.documents import date_fields, info_fields, shown_fields, which_of
from semsearch.rendering.fields import Fields, answer_fields
from semsearch.rendering.formats import make_renderer, ordered
from semsearch.rendering.stories import story_fields
from semsearch.rendering.timelines import timeline_fields
from semsearch.rendering.visible import display_path
from semsearch.search.comparison import Comparison
from semsearch.search.engine import Engine
from semsearch.search.option_table import AnswerFormat, Order
from semsearch.search.timeline import Timeline

MOST_DATES = 1_000
EXAMPLE_WORDS = 8


class Paths:
    """Paths as they are told: from the source that was given to ``index``, a file by its name."""

    def __init__(self, sources: Sequence[str], folder: str = "") -> None:
        self._sources = sorted(sources, key=len, reverse=True)
        self._inside = tuple(f"{each}/" for each in (folder, display_path(folder)) if folder)

    def note(self, text: str) -> str:
        """A note, unless it names a file of the index: that one is not used."""
        named = any(each in text for each in self._inside)
        return "a search file of the index is damaged: answers are right, and slower" if named else text

    def told(self, path: str) -> str:
        """One path, relative to the source that it is of; its name where that is gone."""
        for source in self._sources:
            if path.startswith(source.rstrip("/") + "/"):
                return os.path.relpath(path, source)
        return os.path.basename(path)  # noqa: PTH119

    def document(self, document: Document) -> Document:
        """A document whose path is told so."""
        return replace(document, path=self.told(document.path))

    def hit(self, hit: Hit) -> Hit:
        """A hit of such a document."""
        return replace(hit, document=self.document(hit.document))

    def answer(self, answer: Answer) -> Answer:
        """An answer of such hits."""
        return replace(answer, hits=tuple(map(self.hit, answer.hits)), notes=tuple(map(self.note, answer.notes)))


_known = WeakKeyDictionary[Engine, "Paths"]()  # of the indexes that are open


def paths_of(engine: Engine) -> Paths:
    """The paths of an index."""
    found = _known.get(engine)
    if found is None:
        info = engine.info()
        found = _known[engine] = Paths(info.sources, info.folder)
    return found


def encoded(fields: object) -> bytes:
    """An object as JSON; half a character is replaced."""
    return json.dumps(fields, ensure_ascii=False).encode("utf-8", "replace")


def rendered(answer: Answer, paths: Paths, kind: AnswerFormat, order: Order, *, explain: bool) -> bytes:
    """An answer in one of the formats of ``ask``."""
    answer = ordered(paths.answer(answer), order)
    if kind == "json":
        return encoded(answer_fields(answer, None, explain=explain))
    renderer = make_renderer(kind, many=False, explain=explain)
    return (renderer.begin() + renderer.answer("1", answer, first=True) + renderer.end()).encode("utf-8", "replace")


def served_timeline(found: Timeline, paths: Paths) -> Fields:
    """A timeline, with what was read of time."""
    peaks = tuple(replace(peak, hit=paths.hit(peak.hit)) for peak in found.peaks)
    asked = answer_fields(paths.answer(replace(found.answer, hits=())), None)
    told = {name: asked[name] for name in ("time", "notes", "also_read")}
    return {**timeline_fields(replace(found, peaks=peaks)), **told}


def served_comparison(found: Comparison, paths: Paths) -> Fields:
    """Two periods."""
    a, b = (replace(side, answer=paths.answer(side.answer)) for side in (found.a, found.b))
    return comparison_fields(replace(found, a=a, b=b))


def served_document(engine: Engine, doc_id: str, span: tuple[int, int] | None, sha: str | None) -> Fields:
    """An article with the days that it names; whether a passage of it is still that of a link."""
    document = engine.document(doc_id)
    published = document.published
    day = DateRange(published.first, published.last) if published else None
    found = event_dates(document.text, day, engine.info().hemisphere)
    events = [[each.first.isoformat(), each.last.isoformat(), *each.span] for each in found]
    start, end = span or (0, len(document.text))
    digest = passage_hash(document.text[start:end])
    same = None if sha is None else digest.startswith(sha.lower())
    return {
        **shown_fields(paths_of(engine).document(document)),
        "events": events,
        "passage_sha256": digest,
        "same": same,
    }


def passage_hash(text: str) -> str:
    """SHA-256 of a passage, as a link to it has its beginning."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def served_dates(entries: Sequence[DateEntry], paths: Paths, only: str | None) -> Fields:
    """The dates of articles, and whether there are more."""
    found = [entry for entry in entries if only is None or only in which_of(entry)]
    rows = [date_fields(replace(entry, path=paths.told(entry.path))) for entry in found[:MOST_DATES]]
    return {"count": len(found), "more": len(found) > MOST_DATES, "dates": rows}


_told = WeakKeyDictionary[Engine, Fields]()  # what each open index holds: it does not change


def served_info(engine: Engine, version: str) -> Fields:
    """What the index holds, without where it lies."""
    if engine not in _told:
        _told[engine] = _info(engine)
    return {**_told[engine], "version": version}


def _info(engine: Engine) -> Fields:
    fields = info_fields(engine.info())
    for name in ("index", "sources", "bytes"):
        fields.pop(name)
    for name in ("model", "encoder"):
        fields[name] = str(fields[name]).rpartition("/")[2]
    return {**fields, "examples": _examples(engine), "state": engine.state}


def _examples(engine: Engine) -> list[str]:
    """Questions that the index can answer: the first words of three articles, from its first days to its last."""
    dated = sorted((entry.published.first, entry.doc_id) for entry in engine.dates() if entry.published)
    ids = [entry.doc_id for entry in engine.dates()] if not dated else [doc_id for _, doc_id in dated]
    chosen = dict.fromkeys(ids[at * (len(ids) - 1) // 2] for at in range(3)) if ids else {}
    titles = [engine.document(doc_id).title.split() for doc_id in chosen]
    return [" ".join(words[:EXAMPLE_WORDS]).rstrip("…,.:;") for words in titles if words]


def served_stories(engine: Engine, paths: Paths, count: int) -> Fields:
    """The largest stories."""
    found = engine.stories()
    told = [
        replace(story, articles=tuple(replace(each, path=paths.told(each.path)) for each in story.articles))
        for story in found[:count]
    ]
    return {"count": len(found), "stories": [story_fields(story) for story in told]}
