"""Answers for people: on a terminal, and as Markdown."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

from semsearch.records import Answer, DateRange, Hit
from semsearch.rendering.visible import display_path, visible

_MARK_BEGIN, _MARK_END = "\x02", "\x03"  # stand for the marks while lines are broken
_MARKDOWN_SIGNS = str.maketrans({sign: f"\\{sign}" for sign in "\\`*_[]<>#|"})


@dataclass(frozen=True, slots=True)
class Style:
    """How the text looks: columns, and whether escape sequences may be used."""

    width: int = 100
    colour: bool = False


class TextRenderer:
    """Rank, date, score and title; source and place; the passage with its best sentence marked."""

    def __init__(self, style: Style, many: bool) -> None:
        self._style = style
        self._many = many

    def begin(self) -> str:
        """Nothing."""
        return ""

    def answer(self, query_id: str, answer: Answer, first: bool) -> str:
        """One question's hits."""
        lines = [] if first else [""]
        if self._many:
            lines += [self._bold(f"{visible(query_id)}: {visible(answer.query.text)}"), ""]
        if answer.query.window:
            lines += [f"published {window_text(answer.query.window)}  ({visible(answer.query.window_words)})", ""]
        blocks = ["\n".join(self._hit(hit)) for hit in answer.hits]
        return "\n".join([*lines, "\n\n".join(blocks)]) + "\n" if lines or blocks else ""

    def end(self) -> str:
        """Nothing."""
        return ""

    def _hit(self, hit: Hit) -> list[str]:
        document = hit.document
        date = str(document.published) if document.published else "undated"
        place = f"{display_path(document.path)}:{_lines(hit)}"
        origin = f"{document.source} · {place}" if document.source else place
        head = f"{hit.rank:>2}  {self._paint(f'{date:<10}', '36')}  {hit.score:.3f}  "
        title = textwrap.shorten(visible(document.title), max(self._style.width - 23, 30), placeholder=" …")
        return [head + self._bold(title), "    " + self._paint(visible(origin), "2"), self._passage(hit)]

    def _passage(self, hit: Hit) -> str:
        start, end = (offset - hit.start for offset in hit.best_sentence)
        parts = (hit.text[:start], hit.text[start:end], hit.text[end:])
        before, best, after = (" ".join(visible(part).split()) for part in parts)
        marked = " ".join(part for part in (before, f"{_MARK_BEGIN}{best}{_MARK_END}", after) if part)
        filled = textwrap.fill(
            marked,
            self._style.width,
            initial_indent="    ",
            subsequent_indent="    ",
            break_long_words=False,
            break_on_hyphens=False,
        )
        begin_mark, end_mark = ("\x1b[1m", "\x1b[0m") if self._style.colour else ("**", "**")
        return filled.replace(_MARK_BEGIN, begin_mark).replace(_MARK_END, end_mark)

    def _bold(self, text: str) -> str:
        return self._paint(text, "1")

    def _paint(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self._style.colour else text


class MarkdownRenderer:
    """A heading a question, a numbered item a hit, the passage as a quotation."""

    def __init__(self, many: bool) -> None:
        self._many = many

    def begin(self) -> str:
        """Nothing."""
        return ""

    def answer(self, query_id: str, answer: Answer, first: bool) -> str:
        """One question's section."""
        label = f"{_escaped(query_id)}: " if self._many else ""
        window = answer.query.window
        lines = ["" if first else "\n", f"## {label}{_escaped(answer.query.text)}", ""]
        if window:
            lines += [f"Published {window_text(window)}.", ""]
        lines += [line for hit in answer.hits for line in self._hit(hit)] or ["Nothing found.", ""]
        return "\n".join(lines[1:] if first else lines)

    def end(self) -> str:
        """Nothing."""
        return ""

    def _hit(self, hit: Hit) -> list[str]:
        document = hit.document
        start, end = (offset - hit.start for offset in hit.best_sentence)
        parts = (hit.text[:start], hit.text[start:end], hit.text[end:])
        before, best, after = (" ".join(_escaped(part).split()) for part in parts)
        quotation = " ".join(part for part in (before, f"**{best}**", after) if part)
        origin = [document.source or "", f"{display_path(document.path)}:{_lines(hit)}", f"score {hit.score:.3f}"]
        return [
            f"{hit.rank}. **{document.published or 'undated'}** {_escaped(document.title)}  ",
            f"   {_escaped(', '.join(filter(None, origin)))}",
            "",
            f"   > {quotation}",
            "",
        ]


def window_text(window: DateRange) -> str:
    """``2022-11-01 to 2022-11-30``, ``from …`` or ``up to …``."""
    if window.first and window.last:
        return f"{window.first}" if window.first == window.last else f"{window.first} to {window.last}"
    return f"from {window.first}" if window.first else f"up to {window.last}"


def _lines(hit: Hit) -> str:
    return str(hit.line_start) if hit.line_start == hit.line_end else f"{hit.line_start}-{hit.line_end}"


def _escaped(text: str) -> str:
    return visible(text).translate(_MARKDOWN_SIGNS)
