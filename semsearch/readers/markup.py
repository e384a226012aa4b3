"""HTML within a field becomes the text that a reader sees: tags and scripts gone, entities resolved, blocks apart.

What is stored, quoted and verified is that text. A field counts as HTML where its tags come in pairs, or are such as
``<br>`` and ``<p>``; a text about tags, or with a sign of comparison in it, stays as it is.
"""

from __future__ import annotations

import html
import re
from typing import Any

MOST_MARKUP = 4_000_000  # characters; a longer field stays as it is
_NAMES = (
    "a|abbr|article|aside|b|blockquote|big|br|caption|center|cite|code|dd|del|div|dl|dt|em|figcaption|figure|font|"
    "footer|h[1-6]|header|hr|i|iframe|img|ins|kbd|li|main|mark|nav|ol|p|pre|q|s|script|section|small|span|strike|"
    "strong|style|sub|sup|table|tbody|td|tfoot|th|thead|time|tr|tt|u|ul|video|audio|noscript|picture|source"
)
_TAG = re.compile(rf"<(/?)({_NAMES})(?:\s[^<>]*)?/?>", re.IGNORECASE)
_ALONE = {"br", "hr", "img", "p", "li"}  # tags that need no end
_ENTITY = re.compile(r"&(?:[a-zA-Z]{2,8}|#\d{2,6}|#x[0-9a-fA-F]{2,5});")
_BLOCKS = frozenset(
    """article aside blockquote caption center dd div dl dt figcaption figure footer h1 h2 h3 h4 h5 h6 header hr li main
    nav ol p pre section table tbody td tfoot th thead tr ul""".split()  # noqa: SIM905
)
_SILENT = frozenset({"script", "style", "noscript", "iframe", "template", "svg"})
_BLANKS, _BREAKS = re.compile(r"[ \t\n\r\f\v\xa0]+"), re.compile(r"(?<! ) *\n[ \n]*")


def is_html(text: str) -> bool:
    """Whether a field is HTML."""
    if "<" not in text or len(text) > MOST_MARKUP:
        return False
    opened = set[str]()
    for found in _TAG.finditer(text):
        name = found[2].lower()
        if name in _ALONE or (found[1] and name in opened):
            return True
        opened.add(name)
    return False


def text_of(text: str) -> str:
    """What a field says: of HTML its text, else what stands there with its entities resolved."""
    if is_html(text):
        return html_to_text(text)
    return html.unescape(text) if "&" in text and _ENTITY.search(text) else text


def html_to_text(markup: str) -> str:
    r"""The text of HTML: paragraphs apart by an empty line, blanks folded, what is not shown left out.

    >>> html_to_text("<p>Ice &amp; snow.</p><script>x()</script><p>Three<br>weeks.</p>")
    'Ice & snow.\n\nThree\nweeks.'
    """
    from lxml import etree

    shown = _Shown()
    target: Any = shown  # the stubs ask for more than lxml does
    parser = etree.HTMLParser(target=target, no_network=True, remove_comments=True, remove_pis=True)
    parser.feed(markup.replace("<![CDATA[", "").replace("]]>", "").replace("\0", "\ufffd"))
    parser.close()
    return _BREAKS.sub(lambda found: "\n\n" if found[0].count("\n") > 1 else "\n", "".join(shown.parts)).strip()


class _Shown:
    """Collects what is shown, as lxml meets it."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self._silent = 0  # open tags of which nothing is shown

    def start(self, tag: str, _attributes: object) -> None:
        """A block begins apart."""
        if tag in _SILENT:
            self._silent += 1
        elif tag == "br":
            self.parts.append("\n")
        elif tag in _BLOCKS:
            self.parts.append("\n\n")

    def end(self, tag: str) -> None:
        """A block ends apart."""
        if tag in _SILENT:
            self._silent -= 1
        elif tag in _BLOCKS:
            self.parts.append("\n\n")

    def data(self, data: str) -> None:
        """Text, its blanks folded."""
        if not self._silent:
            self.parts.append(_BLANKS.sub(" ", data))

    def close(self) -> None:
        """Nothing is left to do."""
