"""A title for a text that comes without one: its headline, where a line is one, else its first sentence.

Lines that stand above articles and say nothing of them are passed over: dates, bylines, greetings, and what sites
write for their readers. An agency's dateline is no part of a sentence.
"""

from __future__ import annotations

import re

from semsearch.text.sentences import LONGEST_TITLE, first_sentence

LOOKED_AT = 3_000  # characters
MOST_LINES = 12
_LABEL = re.compile(
    r"(?:(?:first |last )?(?:published|updated|posted|modified|issued)(?: on| at)?|date|publié(?:e)?(?: le)?|mis à jour"
    r"|veröffentlicht|stand|aktualisiert|datum|publicado|actualizado|fecha|pubblicato|aggiornato|опубликовано|обновлено"
    r"|дата|опубліковано|оновлено)\b[^.!?]{0,60}",
    re.IGNORECASE,
)
_DAY = re.compile(
    r"(?=.{0,80}\d)(?:(?:on |le |am |el )?(?:[^\W\d]{2,10}\.?,? )?"
    r"(?:\d{1,2}\.?(?:st|nd|rd|th)?(?: de)? [^\W\d]{3,12}\.?(?: de)?,? \d{4}"
    r"|[^\W\d]{3,12}\.? \d{1,2},? \d{4}|\d{1,4}[./-]\d{1,2}[./-]\d{1,4})(?: [^\W\d]{3,12})?"
    r"(?:[ ,T|–—-]{0,3}(?:at |um )?\d{1,2}[:.]\d\d.{0,20})?)",
    re.IGNORECASE,
)
_BYLINE = re.compile(r"(?i:by|von|par|por|автор:?) (?:[^\W\d_a-zа-я][\w.'’-]*[ ,&]{0,2}(?:(?:and|und|et|y|и) )?){1,8}")
_NOTHING = re.compile(  # what says nothing of an article
    r"(?:view (?:video|gallery|photos?)|watch(?: (?:video|now|live))?|video|photos?|gallery|listen|live"
    r"|advertisement|ad|sponsored"
    r"|share(?: this)?(?: article| story)?|tweet|email|print|comments?|save|subscribe(?: now)?|sign (?:in|up)"
    r"|log in|menu|search|home|read more|more|breaking(?: news)?|exclusive|opinion|analysis|news"
    r"|skip to (?:main )?content"
    r"|(?:\d{1,3}|one|two|three|five) min(?:ute)?s? read|good (?:morning|evening|afternoon)(?:,? [\w ]{0,20})?"
    r"|(?:hello|hi|welcome)(?:,? [\w ]{0,20})?|image source.{0,40}|getty images|copyright.{0,60}|all rights reserved"
    r"|anzeige|werbung|teilen|guten (?:morgen|tag|abend)|bonjour|publicité|partager|publicidad|compartir|[_=*-]{1,200})"
    r"[.!:…]?",
    re.IGNORECASE,
)
_DATELINE = re.compile(
    r"(?:\(?(?:CNN|AP|Reuters|AFP|BBC|UPI|dpa|DPA|TASS|Xinhua|EFE|ANSA)(?: Business| News)?\)?"
    r"|[A-ZÀ-ÖØ-ÞА-Я][A-ZÀ-ÖØ-ÞА-Я .'-]{2,30}(?:,(?: [^\W\d]{2,12}\.?){1,2})?"
    r"(?:,? [A-Z][a-z]{2,8}\.? \d{1,2})?(?: \([A-Za-z ]{2,20}\))?"
    r"|[A-Z][\w .'-]{2,30}(?:, [A-Z][\w .]{2,20})? \((?:CNN|AP|Reuters|AFP|UPI|dpa|Xinhua)\))"
    r"\s?(?:[—–]|-{1,2})\s+(?=\S)"
)


def title_of(text: str) -> str:
    r"""A title made from a text: a line that is its headline, else its first sentence, shortened at a word.

    >>> title_of("VIEW VIDEO\n\nBERLIN (AP) — The ferry stops on Friday. Ice is why.")
    'The ferry stops on Friday.'
    """
    head, at = text[:LOOKED_AT], 0
    lines = head.split("\n")
    for number, line in enumerate(lines[:MOST_LINES]):
        said = line.strip()
        if said and not _is_passed_over(said):
            if number + 1 < len(lines) and _is_headline(said, lines[number + 1 :]):
                return " ".join(said.split())
            break
        at += len(line) + 1
    rest = text[at:].lstrip() if at < len(text) else text
    dateline = _DATELINE.match(rest[:LOOKED_AT])
    begin = dateline.end() if dateline else _greeting_end(rest)
    return first_sentence(rest[begin:]) or first_sentence(text)


def _is_passed_over(line: str) -> bool:
    return any(pattern.fullmatch(line) for pattern in (_NOTHING, _LABEL, _DAY, _BYLINE))


def _is_headline(line: str, after: list[str]) -> bool:
    """Whether a line is short, no sentence, and stands apart from what follows."""
    if len(line) > LONGEST_TITLE or line[-1] in ".:;,…" or _DATELINE.match(line):
        return False
    following = after[0].strip()
    return not following or _is_passed_over(following)


def _greeting_end(text: str) -> int:
    """Where the first sentence begins that says something, of a text that begins "Good morning. …"."""
    first = first_sentence(text[:LOOKED_AT])
    if first and _NOTHING.fullmatch(first) and text.startswith(first):
        return len(first) + len(text[len(first) :]) - len(text[len(first) :].lstrip())
    return 0
