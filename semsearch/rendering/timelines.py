"""Timelines for people and programs: bars in the terminal, JSON, CSV, and a picture or a page by matplotlib."""

from __future__ import annotations

import csv
import io
import json
import textwrap
from collections.abc import Iterator, Sequence
from html import escape
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from semsearch.errors import UsageError
from semsearch.files.whole import USUAL, publish, refuse_place
from semsearch.records import Hit
from semsearch.rendering.fields import answer_window, hit_fields
from semsearch.rendering.periods import period_text, time_text, window_text
from semsearch.rendering.text import Style
from semsearch.rendering.visible import display_path, visible

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from semsearch.search.facets import Count, Facets
    from semsearch.search.timeline import Bar, Timeline

_EIGHTHS = " ▏▎▍▌▋▊▉"
_HEIGHT, _WIDTH = 3.2, 9.0  # inches
_USUAL, _BURST, _REST = "#8aa6c1", "#c0392b", "#d9d9d9"
FOLDED = 4  # empty bars that take one line
PICTURES = (".svg", ".png", ".html")


def timeline_text(timeline: Timeline, style: Style) -> str:
    """A line for each bar: when, how many, of how many, the bar; bursts are marked with an asterisk."""
    lines = _heading(timeline)
    most = max((bar.relevant for bar in timeline.bars), default=0)
    width = max(style.width - 48, 10)
    for bars in _folded(timeline.bars):
        if isinstance(bars, list):
            lines.append(f"{'':<10}  {'…':>6} {len(bars)} {timeline.step}s without any")
            continue
        bar = bars
        mark = "*" if bar.burst else " "
        drawn = _bar_text(bar.relevant / most * width if most else 0.0)
        drawn = f"\x1b[31m{drawn}\x1b[0m" if style.colour and bar.burst else drawn
        counts = f"{bar.relevant:>6} of {bar.passages:<7} {100 * bar.share:>4.1f} %  in {_counted(bar)}"
        lines.append(f"{period_text(bar.first, bar.last)[:10]:<10} {mark}{counts} {drawn}".rstrip())
    for peak in timeline.peaks:
        lines += ["", *_peak_lines(peak.bar, peak.hit, style)]
    return "\n".join(lines) + "\n"


def _counted(bar: Bar) -> str:
    """In how many articles, and stories where these are counted."""
    return f"{bar.articles:<4}" if bar.stories is None else f"{bar.articles}, {bar.stories:<4}"


def _folded(bars: Sequence[Bar]) -> Iterator[Bar | list[Bar]]:
    """The bars, runs of empty ones as one."""
    for relevant, run in groupby(bars, key=lambda bar: bar.relevant > 0):
        held = list(run)
        if relevant or len(held) < FOLDED:
            yield from held
        else:
            yield held


def _heading(timeline: Timeline) -> list[str]:
    """What was counted."""
    answer, query = timeline.answer, timeline.query
    lines = []
    if query.window:
        lines.append(f"published {window_text(query.window)}  ({visible(query.window_words)})")
    if answer.time:
        lines.append(f"time: {visible(time_text(answer.time))}")
    what = "articles" if all(bar.stories is None for bar in timeline.bars) else "articles and stories"
    lines.append(f"relevant passages of all, and in how many {what}, by {timeline.step} of publication")
    lines.append(f"(relevant from a score of {timeline.floor:.2f}; * unusually many)")
    return [*lines, ""]


def _bar_text(length: float) -> str:
    whole = int(length)
    return "█" * whole + _EIGHTHS[int((length - whole) * 8)].strip()


def _peak_lines(bar: Bar, hit: Hit, style: Style) -> list[str]:
    document = hit.document
    when = document.published or "undated"
    quoted = " ".join(visible(document.text[slice(*hit.best_sentence)]).split())
    head = textwrap.shorten(visible(document.title), max(style.width - 14, 30), placeholder=" …")
    body = textwrap.fill(quoted, style.width, initial_indent="    ", subsequent_indent="    ", break_on_hyphens=False)
    place = f"    {visible(display_path(document.path))}:{hit.line_start}"
    return [f"{period_text(bar.first, bar.last)}: {when}  {head}", place, body]


def timeline_json(timeline: Timeline) -> str:
    """One object: bars, peaks with their hits."""
    return json.dumps(timeline_fields(timeline), ensure_ascii=False, indent=2) + "\n"


def timeline_fields(timeline: Timeline) -> dict[str, object]:
    """What is in the object of ``--format json``."""
    return {
        "query": timeline.query.text,
        "window": answer_window(timeline.answer),
        "strong": timeline.answer.strong,
        "by": timeline.step,
        "floor": timeline.floor,
        "undated": timeline.undated,
        "vague": timeline.vague,
        "bars": [_bar_fields(bar) for bar in timeline.bars],
        "sources": [_count_fields("source", each) for each in timeline.facets.publishers],
        **_facet_fields(timeline.facets),
        "peaks": [{**_bar_fields(peak.bar), "hit": hit_fields(peak.hit)} for peak in timeline.peaks],
    }


def _facet_fields(facets: Facets) -> dict[str, object]:
    """Kinds and kept fields, where they were counted: an empty list would say that there are none."""
    if facets.kinds is None or facets.fields is None:
        return {}
    return {
        "kinds": [_count_fields("kind", each) for each in facets.kinds],
        "fields": {name: [_count_fields("value", each) for each in counts] for name, counts in facets.fields},
    }


def _count_fields(name: str, count: Count) -> dict[str, object]:
    return {name: count.name, "relevant": count.relevant, "passages": count.passages}


def _bar_fields(bar: Bar) -> dict[str, object]:
    return {
        "first": bar.first.isoformat(),
        "last": bar.last.isoformat(),
        "relevant": bar.relevant,
        "passages": bar.passages,
        "articles": bar.articles,
        **({} if bar.stories is None else {"stories": bar.stories}),
        "share": bar.share,
        "burst": bar.burst,
    }


def timeline_csv(timeline: Timeline) -> str:
    """A row for each bar."""
    stream = io.StringIO()
    names = ["first", "last", "relevant", "passages", "articles", "stories", "share", "burst"]
    if not any(bar.stories is not None for bar in timeline.bars):
        names.remove("stories")
    rows = csv.DictWriter(stream, names, lineterminator="\n")
    rows.writeheader()
    rows.writerows({**_bar_fields(bar), "burst": int(bar.burst), "share": f"{bar.share:.6f}"} for bar in timeline.bars)
    return stream.getvalue()


def timeline_notes(timeline: Timeline) -> list[str]:
    """What a user should know beside the bars."""
    notes = list(timeline.answer.notes)
    if timeline.answer.also_read:
        notes.append(f"also read: {', '.join(timeline.answer.also_read)}")
    if timeline.undated:
        notes.append(f"{timeline.undated} relevant passages have no date and are in no bar")
    if timeline.vague:
        notes.append(f"{timeline.vague} relevant passages are dated only to a month or a year, longer than a bar")
    if not any(bar.relevant for bar in timeline.bars):
        notes.append("nothing relevant in the time that is shown" if timeline.bars else "nothing is left to be counted")
    elif not timeline.answer.strong:
        notes.append("no strong match: nothing in the index seems to answer this")
    return notes


def check_picture(path: Path) -> None:
    """Raise UsageError for a name that no picture can have, or without matplotlib."""
    if path.suffix.lower() not in PICTURES:
        raise UsageError(f"--plot {path}: expected a name that ends in {', '.join(PICTURES)}")
    refuse_place(path)
    if find_spec("matplotlib") is None:
        raise UsageError("--plot needs matplotlib: install it with: pip install matplotlib")


def write_picture(timeline: Timeline, path: Path) -> None:
    """A picture by its suffix: SVG, PNG, or a page that stands alone. Raises UsageError as check_picture does."""
    check_picture(path)
    suffix = path.suffix.lower()
    drawn = _picture(timeline, "png" if suffix == ".png" else "svg")
    data = _page(timeline, drawn.decode()).encode() if suffix == ".html" else drawn
    publish(path, lambda partial: partial.write_bytes(data), USUAL)


def _picture(timeline: Timeline, kind: str) -> bytes:
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context(
        {"text.parse_math": False, "svg.hashsalt": "semsearch", "svg.fonttype": "none", "font.size": 9}
    ):
        figure = Figure(figsize=(_WIDTH, _HEIGHT), layout="constrained")
        _draw(figure, timeline)
        stream = io.BytesIO()
        figure.savefig(stream, format=kind, dpi=150, metadata={"Date": None} if kind == "svg" else None)
    return stream.getvalue()


def _draw(figure: Figure, timeline: Timeline) -> None:
    """Counts above, their share of the corpus below, one above the other in time."""
    counts, shares = figure.subplots(2, 1, sharex=True, height_ratios=[3, 2])
    days = [bar.first.toordinal() for bar in timeline.bars]
    widths = [0.9 * ((bar.last - bar.first).days + 1) for bar in timeline.bars]
    colours = [_BURST if bar.burst else _USUAL for bar in timeline.bars]
    counts.bar(days, [bar.relevant for bar in timeline.bars], widths, color=colours, align="edge")
    shares.bar(days, [100 * bar.share for bar in timeline.bars], widths, color=colours, align="edge")
    counts.set_ylabel("passages")
    shares.set_ylabel("% of all")
    counts.set_title(textwrap.shorten(visible(timeline.query.text), 90, placeholder=" …"), loc="left")
    marks = timeline.bars[:: max(len(timeline.bars) // 8, 1)]
    names = [period_text(bar.first, bar.last)[:10] for bar in marks]
    shares.set_xticks([bar.first.toordinal() for bar in marks], names)
    for axes in (counts, shares):
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(axis="y", color=_REST, linewidth=0.5)
        axes.set_axisbelow(True)


def _page(timeline: Timeline, svg: str) -> str:
    """The picture, the peaks and the bars as one page without a script."""
    title = escape(visible(timeline.query.text))
    peaks = "".join(
        f"<li><b>{escape(str(peak.hit.document.published or 'undated'))}</b> "
        f"{escape(visible(peak.hit.document.title))}<blockquote>"
        f"{escape(visible(peak.hit.document.text[slice(*peak.hit.best_sentence)]))}</blockquote></li>"
        for peak in timeline.peaks
    )
    rows = "".join(
        f"<tr><td>{period_text(bar.first, bar.last)}{' *' if bar.burst else ''}</td><td>{bar.relevant}</td>"
        f"<td>{bar.passages}</td><td>{bar.articles}</td><td>{100 * bar.share:.1f} %</td></tr>"
        for bar in timeline.bars
    )
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>'
        "body{font:15px/1.5 sans-serif;max-width:60em;margin:2em auto;padding:0 1em}svg{width:100%;height:auto}"
        "td,th{padding:.1em 1em .1em 0;text-align:right}td:first-child{text-align:left}</style></head>\n"
        f"<body><h1>{title}</h1>\n{svg[svg.index('<svg') :]}\n<h2>Peaks</h2><ol>{peaks}</ol>\n"
        f"<h2>By {timeline.step}</h2><table><tr><th>when</th><th>relevant</th><th>passages</th><th>articles</th>"
        f"<th>share</th></tr>"
        f"{rows}</table></body></html>\n"
    )
