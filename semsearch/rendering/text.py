"""Answers for people: on a terminal, and as Markdown."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

from semsearch.records import Answer, Hit, PublishedDate, Query
from semsearch.rendering.periods import events_text, time_text, window_text
from semsearch.rendering.visible import display_path, visible

NOT_STRONG = "no strong match: nothing in the index seems to answer this"
NAMED = 3  # near-duplicates of a hit, by their ids
_BEST, _BEST_END, _WORD, _WORD_END = "\x02\x03\x04\x05"  # stand for the marks while lines are broken
_COLOURED = str.maketrans({_BEST: "\x1b[1m", _BEST_END: "\x1b[22m", _WORD: "\x1b[4m", _WORD_END: "\x1b[24m"})
_PLAIN = str.maketrans({_BEST: "**", _BEST_END: "**", _WORD: "", _WORD_END: ""})
_KINDS = {
    "passage": "cosine",
    "sentence": "cosine",
    "words": "BM25",
    "article": "BM25",
    "rerank": "cross-encoder",
    "time": "fit",
    "recency": "of 1",
    "event": "of 1",
}
_MARKDOWN_SIGNS = str.maketrans({sign: f"\\{sign}" for sign in "\\`*_[]<>#|"})


@dataclass(frozen=True, slots=True)
class Style:
    """How the text looks: columns, and whether escape sequences may be used."""

    width: int = 100
    colour: bool = False


def date_text(published: PublishedDate | None) -> str:
    """A day for people: with "?" where it is only probable."""
    return "undated" if published is None else f"{published}{'?' if published.probable else ''}"


class TextRenderer:
    """Rank, date, score and title; source and place; the passage with its best sentence marked."""

    def __init__(self, style: Style, many: bool, explain: bool) -> None:
        self._style = style
        self._many = many
        self._explain = explain

    def begin(self) -> str:
        """Nothing."""
        return ""

    def answer(self, query_id: str, answer: Answer, first: bool) -> str:
        """One question's hits."""
        lines = [] if first else [""]
        if self._many:
            lines += [self._bold(f"{visible(query_id)}: {visible(answer.query.text)}"), ""]
        if answer.hits and not answer.strong:
            lines += [NOT_STRONG]
        if answer.query.window:
            lines += [f"published {window_text(answer.query.window)}  ({visible(answer.query.window_words)})"]
        if answer.time:
            lines += [f"time: {visible(time_text(answer.time))}"]
        if answer.also_read:
            lines += [f"also read: {visible(', '.join(answer.also_read))}"]
        if answer.query.window or answer.time or answer.also_read or (answer.hits and not answer.strong):
            lines += [""]
        blocks = ["\n".join(self._hit(hit, answer.query)) for hit in answer.hits]
        return "\n".join([*lines, "\n\n".join(blocks)]) + "\n" if lines or blocks else ""

    def end(self) -> str:
        """Nothing."""
        return ""

    def _hit(self, hit: Hit, query: Query) -> list[str]:
        document = hit.document
        date = date_text(document.published)
        place = _place(hit)
        events = events_text(hit, query.event)
        doubt = "day and month could be exchanged" if document.published and document.published.ambiguous else ""
        own_id = "" if document.path.endswith(document.doc_id) else f"id {document.doc_id}"
        parts = (document.publisher, place, own_id, doubt, events, copies_text(hit), more_text(hit, query))
        origin = " · ".join(filter(None, parts))
        head = f"{hit.rank:>2}  {self._paint(f'{date:<10}', '36')}  {hit.score:.3f}  "
        title = textwrap.shorten(visible(document.title), max(self._style.width - 23, 30), placeholder=" …")
        reasons = [f"    {explanation(hit)}"] if self._explain else []
        return [head + self._bold(title), "    " + self._paint(visible(origin), "2"), *reasons, self._passage(hit)]

    def _passage(self, hit: Hit) -> str:
        filled = textwrap.fill(
            " ".join(_marked(hit).split()),
            self._style.width,
            initial_indent="    ",
            subsequent_indent="    ",
            break_long_words=False,
            break_on_hyphens=False,
        )
        return filled.translate(_COLOURED if self._style.colour else _PLAIN)

    def _bold(self, text: str) -> str:
        return self._paint(text, "1")

    def _paint(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self._style.colour else text


class ShortRenderer:
    """A line a hit: day, source and marked sentence, with tabs between."""

    def __init__(self, many: bool) -> None:
        self._many = many

    def begin(self) -> str:
        """Nothing."""
        return ""

    def answer(self, query_id: str, answer: Answer, first: bool) -> str:  # noqa: ARG002
        """The lines of one question, behind its id where there are many."""
        lines = []
        for hit in answer.hits:
            document = hit.document
            sentence = " ".join(document.text[slice(*hit.best_sentence)].split())
            source = document.publisher or display_path(document.path).rpartition("/")[2]
            cells = [*([query_id] if self._many else []), date_text(document.published), source, sentence]
            lines.append("\t".join(visible(" ".join(each.split())) for each in cells) + "\n")
        return "".join(lines)

    def end(self) -> str:
        """Nothing."""
        return ""


class MarkdownRenderer:
    """A heading a question, a numbered item a hit, the passage as a quotation."""

    def __init__(self, many: bool, explain: bool) -> None:
        self._many = many
        self._explain = explain

    def begin(self) -> str:
        """Nothing."""
        return ""

    def answer(self, query_id: str, answer: Answer, first: bool) -> str:
        """One question's section."""
        label = f"{_escaped(query_id)}: " if self._many else ""
        window = answer.query.window
        lines = ["" if first else "\n", f"## {label}{_escaped(answer.query.text)}", ""]
        if answer.hits and not answer.strong:
            lines += [f"{NOT_STRONG.capitalize()}.", ""]
        if window:
            lines += [f"Published {window_text(window)}.", ""]
        if answer.time:
            lines += [f"Time: {_escaped(time_text(answer.time))}.", ""]
        if answer.also_read:
            lines += [f"Also read: {_escaped(', '.join(answer.also_read))}.", ""]
        lines += [line for hit in answer.hits for line in self._hit(hit, answer.query)] or ["Nothing found.", ""]
        return "\n".join(lines[1:] if first else lines)

    def end(self) -> str:
        """Nothing."""
        return ""

    def _hit(self, hit: Hit, query: Query) -> list[str]:
        document = hit.document
        start, end = (offset - hit.start for offset in hit.best_sentence)
        parts = (hit.text[:start], hit.text[start:end], hit.text[end:])
        before, best, after = (" ".join(_escaped(part).split()) for part in parts)
        quotation = " ".join(part for part in (before, f"**{best}**", after) if part)
        origin = [document.publisher or "", _place(hit), f"score {hit.score:.3f}"]
        origin += [events_text(hit, query.event), copies_text(hit), more_text(hit, query)]
        reasons = [f"   {_escaped(explanation(hit))}  "] if self._explain else []
        return [
            f"{hit.rank}. **{document.published or 'undated'}** {_escaped(document.title)}  ",
            f"   {_escaped(', '.join(filter(None, origin)))}",
            *reasons,
            "",
            f"   > {quotation}",
            "",
        ]


def explanation(hit: Hit) -> str:
    """What the score is made of: each signal's weight, its value and what it added."""
    parts = (
        f" {'-' if signal.share < 0 else '+'} {signal.name} {abs(signal.share):.3f} "
        f"({_KINDS[signal.name]} {signal.value:.3f})"
        for signal in hit.signals
    )
    return f"{hit.score:.3f} = {''.join(parts).removeprefix(' + ')}"


def copies_text(hit: Hit) -> str:
    """Of a story told in many places: its first and last day, and how many copies of how many sources there are."""
    count = len(hit.copies)
    if not count:
        return ""
    copies = (
        f"{count} {'copy' if count == 1 else 'copies'} in {hit.copied_by} source{'' if hit.copied_by == 1 else 's'}"
    )
    if hit.spread is None:
        return copies
    until = "" if hit.spread.first == hit.spread.last else f", to {hit.spread.last}"
    return f"first {hit.spread.first}, {copies}{until}"


def more_text(hit: Hit, query: Query) -> str:
    """How many other passages of its document answer nearly as well, and what shows them."""
    plural = "" if hit.more == 1 else "s"
    return f"{hit.more} more passage{plural}: --per-document {query.per_document + hit.more}" if hit.more else ""


def _marked(hit: Hit) -> str:
    """The passage, safe to show, its best sentence and the question's words between marks."""
    best, words = hit.best_sentence, hit.words
    marks = [(best[0], 1, _BEST), (best[1], 2, _BEST_END)]
    marks += [(start, 3, _WORD) for start, _ in words] + [(end, 0, _WORD_END) for _, end in words]
    pieces, at = [], hit.start
    for offset, _, mark in sorted(marks):
        pieces += [visible(hit.text[at - hit.start : offset - hit.start]), mark]
        at = offset
    return "".join([*pieces, visible(hit.text[at - hit.start :])])


def _place(hit: Hit) -> str:
    """The file with its lines, and the page or the name within it where there is one."""
    lines = str(hit.line_start) if hit.line_start == hit.line_end else f"{hit.line_start}-{hit.line_end}"
    member = f" {hit.document.place.member}" if hit.document.place.member else ""
    page = "" if hit.page is None else f" p. {hit.page}"
    return f"{display_path(hit.document.path)}:{lines}{member}{page}"


def _escaped(text: str) -> str:
    return visible(text).translate(_MARKDOWN_SIGNS)
