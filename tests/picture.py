"""The picture of a terminal in the README, drawn from what the program really prints."""

from __future__ import annotations

import re
from html import escape

_COLUMN, _LINE, _MARGIN = 8.4, 19, 18
_STYLES = {
    "": 'fill="#d4d4d4"',
    "1": 'fill="#ffffff" font-weight="bold"',
    "2": 'fill="#8a8a8a"',
    "36": 'fill="#4ec9b0"',
}
_OFF = {"22": ("1", "2"), "24": ("4",), "0": ("1", "2", "4", "36")}  # what an escape sequence ends


def draw(text: str, columns: int) -> str:
    """An SVG of ``text``, whose only escape sequences are the styles of ``TextRenderer``."""
    lines = text.rstrip("\n").split("\n")
    width, height = columns * _COLUMN + 2 * _MARGIN, len(lines) * _LINE + 2 * _MARGIN
    body, styles = [], list[str]()
    for number, line in enumerate(lines):
        spans, column = [], 0
        for piece in re.split(r"(\x1b\[\d+m)", line):
            if match := re.fullmatch(r"\x1b\[(\d+)m", piece):
                styles = [one for one in styles if one not in _OFF.get(match[1], ())]
                styles += [match[1]] * (match[1] not in _OFF)
            elif piece:
                x = _MARGIN + column * _COLUMN
                look = _STYLES[next((one for one in reversed(styles) if one in _STYLES), "")]
                look += ' text-decoration="underline"' * ("4" in styles)
                spans.append(f'<tspan x="{x:.1f}" {look}>{escape(piece)}</tspan>')
                column += len(piece)
        y = _MARGIN + (number + 0.75) * _LINE
        body.append(f'<text y="{y:.1f}" xml:space="preserve">{"".join(spans)}</text>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
        f'font-family="ui-monospace, Menlo, Consolas, monospace" font-size="14">\n'
        f'<rect width="100%" height="100%" rx="8" fill="#1e1e1e"/>\n' + "\n".join(body) + "\n</svg>\n"
    )
