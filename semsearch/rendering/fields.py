"""Answers as the fields of JSON and of tables."""

from __future__ import annotations

import json

from semsearch.records import Answer, DateRange, Document, Hit, ReadAs, TimeUsed
from semsearch.rendering.periods import event_periods
from semsearch.rendering.visible import display_path

Fields = dict[str, object]


def document_fields(document: Document) -> Fields:
    """What every hit says of its document."""
    published = document.published
    return {
        "doc_id": document.doc_id,
        "title": document.title,
        "published": str(published) if published else None,
        "date_source": published.provenance if published else None,
        "date_precision": published.precision if published else None,
        "source": document.publisher,
        "url": document.url,
        "path": display_path(document.path),
        "sha256": document.sha256,
        "date_ambiguous": published.ambiguous if published else None,
        "kept": {name: list(values) for name, values in document.kept},
        "read_as": document.read_as
        and {"fields": dict(document.read_as.fields), "encoding": document.read_as.encoding},
    }


def _read_as(how: ReadAs | None) -> Fields | None:
    return None if how is None else {"fields": dict(how.fields), "encoding": how.encoding}


def hit_fields(hit: Hit, *, explain: bool = False) -> Fields:
    """One hit; ``copies`` are the ids of near-duplicates of its document."""
    signals = [{"signal": s.name, "value": s.value, "weight": s.weight, "share": s.share} for s in hit.signals]
    return {
        "rank": hit.rank,
        "score": hit.score,
        "dense": hit.dense,
        "lexical": hit.lexical,
        **document_fields(hit.document),
        "line_start": hit.line_start,
        "line_end": hit.line_end,
        **({} if hit.page is None else {"page": hit.page}),
        **({"member": hit.document.place.member} if hit.document.place.member else {}),
        "start": hit.start,
        "end": hit.end,
        "text": hit.text,
        "best_sentence": list(hit.best_sentence),
        "words": [list(span) for span in hit.words],
        "copies": list(hit.copies),
        **({"story": _story(hit)} if hit.copies else {}),
        **({"more": hit.more} if hit.more else {}),
        "events": [[first.isoformat(), last.isoformat()] for first, last in event_periods(hit)],
        **({"explain": signals} if explain else {}),
    }


def _story(hit: Hit) -> Fields:
    """From when to when, and in how many sources, an article and its copies stand."""
    first, last = _days(hit.spread) if hit.spread else (None, None)
    return {"first": first, "last": last, "copies": len(hit.copies), "sources": hit.copied_by}


def answer_fields(answer: Answer, query_id: str | None, *, explain: bool = False) -> Fields:
    """One question's object; ``query_id`` is there where many are asked."""
    return {
        **({} if query_id is None else {"query_id": query_id}),
        "query": answer.query.text,
        "window": answer_window(answer),
        "time": _time(answer.time),
        "strong": answer.strong,
        "notes": list(answer.notes),
        "also_read": list(answer.also_read),
        "hits": [hit_fields(hit, explain=explain) for hit in answer.hits],
    }


def answer_window(answer: Answer) -> list[str | None] | None:
    """What the options filter by, else what the question's words prefer."""
    window, words = answer.query.window, answer.query.window_words
    if window is None and answer.time is not None:
        window, words = answer.time.window, answer.time.words
    return None if window is None else [*_days(window), words]


def _days(window: DateRange) -> list[str | None]:
    return [None if day is None else day.isoformat() for day in (window.first, window.last)]


def _time(time: TimeUsed | None) -> Fields | None:
    """What was taken from the question's words, and what it was counted from."""
    if time is None:
        return None
    return {
        "words": time.words,
        "window": time.window and _days(time.window),
        "strict": time.strict,
        "anchor": time.anchor and time.anchor.isoformat(),
        "anchored_by": time.anchored_by,
        "event": time.named_event,
        "latest": time.latest,
        "recent_from": None if time.recent_from is None else time.recent_from.isoformat(),
        "half_life": time.half_life,
    }


class JsonRenderer:
    """One indented object a question; for many questions, an array of them."""

    def __init__(self, many: bool, explain: bool) -> None:
        self._many = many
        self._explain = explain

    def begin(self) -> str:
        """The array's bracket."""
        return "[\n" if self._many else ""

    def answer(self, query_id: str, answer: Answer, first: bool) -> str:
        """One object."""
        fields = answer_fields(answer, query_id if self._many else None, explain=self._explain)
        text = json.dumps(fields, ensure_ascii=False, indent=2)
        return f"{'' if first else ','}{text}\n"

    def end(self) -> str:
        """The array's bracket."""
        return "]\n" if self._many else ""


class JsonLinesRenderer:
    """One object a line."""

    def __init__(self, many: bool, explain: bool) -> None:
        self._many = many
        self._explain = explain

    def begin(self) -> str:
        """Nothing."""
        return ""

    def answer(self, query_id: str, answer: Answer, first: bool) -> str:  # noqa: ARG002
        """One line."""
        return (
            json.dumps(
                answer_fields(answer, query_id if self._many else None, explain=self._explain), ensure_ascii=False
            )
            + "\n"
        )

    def end(self) -> str:
        """Nothing."""
        return ""
