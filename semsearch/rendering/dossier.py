"""Saved answers as a page and a text that can be handed on, each quotation with what it takes to check it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape

from semsearch.rendering.visible import visible

Fields = Mapping[str, object]
FINE = ("ok", "file changed")
_STYLE = (
    "body{font:16px/1.5 Georgia,serif;max-width:46em;margin:2em auto;padding:0 1em;color:#222}h1{font-size:1.5em}"
    "h2{font-size:1.2em;margin-top:2.2em;border-bottom:1px solid #ccc}blockquote{margin:.4em 0;padding:.2em 1em;"
    "border-left:3px solid #8aa6c1}mark{background:#fff3b0}.facts{font:13px/1.4 sans-serif;color:#555;"
    "overflow-wrap:anywhere}.bad{color:#b00020;font-weight:bold}code{background:#f2f2f2;padding:.1em .3em}"
    "@media(prefers-color-scheme:dark){body{background:#181818;color:#ddd}.facts{color:#aaa}code{background:#2a2a2a}"
    "mark{background:#5a4a00;color:#fff}}"
)


def dossier_html(answers: Sequence[Fields], states: Mapping[tuple[int, int], str], command: str) -> str:
    """One page without a script that asks nothing of anywhere; ``states`` are by answer and rank."""
    sections = "".join(_section(number, answer, states) for number, answer in enumerate(answers, 1))
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        '<meta name="viewport" content="width=device-width,initial-scale=1"><title>Dossier</title>'
        f'<style>{_STYLE}</style></head>\n<body><h1>Dossier</h1><p class="facts">{_summary(answers, states)} '
        f"To check every quotation against its file: <code>{_safe(command)}</code></p>{sections}</body></html>\n"
    )


def _section(number: int, answer: Fields, states: Mapping[tuple[int, int], str]) -> str:
    entries = "".join(
        f'<li>{_quotation(hit)}<p class="facts">{"<br>".join(map(_safe, _facts(hit)))}'
        f"{_state(states.get((number, rank), ''))}</p></li>"
        for rank, hit in enumerate(_hits(answer), 1)
    )
    weak = '<p class="bad">No strong match.</p>' if answer.get("strong") is False else ""
    asked = "".join(f'<p class="facts">{_safe(line)}</p>' for line in _asked(answer))
    return f"<h2>{_safe(answer.get('query'))}</h2>{asked}{weak}<ol>{entries}</ol>"


def _quotation(hit: Fields) -> str:
    before, best, after = _parts(hit)
    return f"<blockquote>{_safe(before)}<mark>{_safe(best)}</mark>{_safe(after)}</blockquote>"


def _state(state: str) -> str:
    told = "" if not state else f"checked: {state}"
    return f'<br><span class="{"" if state in FINE else "bad"}">{_safe(told)}</span>' if told else ""


def dossier_markdown(answers: Sequence[Fields], states: Mapping[tuple[int, int], str], command: str) -> str:
    """The same as text."""
    lines = ["# Dossier", "", f"{_summary(answers, states)} To check every quotation against its file:", ""]
    lines += [f"    {visible(command)}", ""]
    for number, answer in enumerate(answers, 1):
        lines += [f"## {_marked(answer.get('query'))}", "", *(f"{_marked(line)}  " for line in _asked(answer)), ""]
        lines += ["No strong match.", ""] if answer.get("strong") is False else []
        for rank, hit in enumerate(_hits(answer), 1):
            before, best, after = (_marked(part).strip() for part in _parts(hit))
            lines += [f"{rank}. > {' '.join(filter(None, (before, f'**{best}**', after)))}", ""]
            state = states.get((number, rank), "")
            facts = [*_facts(hit), *([f"checked: {state}"] if state else [])]
            lines += [*(f"   - {_marked(fact)}" for fact in facts), ""]
    return "\n".join(lines)


def _summary(answers: Sequence[Fields], states: Mapping[tuple[int, int], str]) -> str:
    count = sum(len(_hits(answer)) for answer in answers)
    wrong = sum(state not in FINE for state in states.values())
    checked = f", {wrong} of them not as quoted" if wrong else ", all as quoted in their files" if states else ""
    return f"{count} quotations to {len(answers)} questions{checked}."


def _hits(answer: Fields) -> list[Fields]:
    hits = answer.get("hits")
    return [hit for hit in hits if isinstance(hit, dict)] if isinstance(hits, list) else []


def _asked(answer: Fields) -> Iterator[str]:
    """The window that was asked for, and what else was read than was written."""
    window = answer.get("window")
    if isinstance(window, list) and len(window) > 1:
        begin, end = (str(day) if day else "…" for day in window[:2])
        words = f" ({window[2]})" if len(window) > 2 and window[2] else ""  # noqa: PLR2004
        yield f"time asked: {begin} to {end}{words}"
    read = answer.get("also_read")
    if isinstance(read, list) and read:
        yield f"also read: {', '.join(map(str, read))}"


def _facts(hit: Fields) -> Iterator[str]:
    """Source, date with its provenance, place and hash of a quotation."""
    title = " · ".join(str(hit[name]) for name in ("title", "source") if hit.get(name))
    if title:
        yield title
    provenance = hit.get("date_source")
    yield f"published {hit.get('published') or 'undated'}" + (f", from the {provenance}" if provenance else "")
    first, last, page = (hit.get(name) for name in ("line_start", "line_end", "page"))
    lines = "" if first is None else f":{first}" if first == last else f":{first}-{last}"
    member = f" {hit['member']}" if hit.get("member") else ""
    place = f"{hit.get('path', '')}{lines}{member}" + (f", p. {page}" if page else "")
    yield f"{place}, characters {hit.get('start')} to {hit.get('end')} of {hit.get('doc_id')}"
    for name, label in (("url", ""), ("sha256", "SHA-256 of the file: ")):
        if hit.get(name):
            yield f"{label}{hit[name]}"


def _parts(hit: Fields) -> tuple[str, str, str]:
    """What is quoted, its marked sentence apart."""
    text, start, best = hit.get("text"), hit.get("start"), hit.get("best_sentence")
    if not isinstance(text, str):
        return "", "", ""
    whole = isinstance(best, list) and len(best) > 1 and all(isinstance(at, int) for at in best)
    if not (whole and isinstance(start, int) and isinstance(best, list)):
        return text, "", ""
    begin, end = (max(0, min(len(text), at - start)) for at in best[:2])
    return text[:begin], text[begin:end], text[end:]


def _safe(value: object) -> str:
    return escape(visible(str(value or "")))


def _marked(value: object) -> str:
    text = visible(str(value or ""))
    return "".join(f"\\{sign}" if sign in "\\`*_[]<>#|" else sign for sign in text)
