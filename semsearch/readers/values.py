"""What a field holds, as text: plain, in spans or paragraphs, or wrapped as databases and sites write it."""

from __future__ import annotations

NO_VALUE = {"", "null", "none", "nan", "nat", "n/a", "#n/a", "<na>", "undefined", "unknown", "-", "–", "—"}
_WRAPPED = ("rendered", "main", "text", "value", "#text", "_text", "$date", "$oid", "$numberlong", "name")  # best first
SURELY = 2 * len("undefined")  # characters of a text that is no such word, blanks around it counted in
DEEPEST = 8  # wrappings


def has_value(value: object) -> bool:
    """False for what exports write where there is nothing: null, NaN, "None", "N/A", an empty list."""
    if isinstance(value, str):
        return len(value) > SURELY or value.strip().lower() not in NO_VALUE
    if isinstance(value, float):
        return value == value  # noqa: PLR0124  (NaN is not)
    if isinstance(value, list):
        return any(map(has_value, value[:1000])) or len(value) > 1000  # noqa: PLR2004
    return value is not None and value != {}


def as_text(value: object, depth: int = 0) -> str | None:
    """The text of a value, lone surrogates replaced; empty where it has none, None where it is no text."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "replace").decode()
    if isinstance(value, bool) or depth > DEEPEST:
        return None
    if isinstance(value, list):
        return _joined(value, depth)
    if isinstance(value, dict):
        return _unwrapped(value, depth)
    return str(value)


def _joined(parts: list[object], depth: int) -> str | None:
    """Paragraphs, or the spans of one text where some of them carry more than their text."""
    texts = [as_text(part, depth + 1) if isinstance(part, str | dict) else None for part in parts]
    known = [text for text in texts if text is not None]
    if len(known) < len(texts):
        return None
    return ("" if any(isinstance(part, dict) for part in parts) else "\n\n").join(known)


def _unwrapped(value: dict[object, object], depth: int) -> str | None:
    """The text within ``{"rendered": …}``, ``{"main": …}``, ``{"$date": …}``, or the one thing in an object."""
    folded = {str(name).lower(): inner for name, inner in value.items()}
    for name in _WRAPPED:
        if has_value(folded.get(name)):
            return as_text(folded[name], depth + 1)
    filled = [inner for inner in folded.values() if has_value(inner)]
    return as_text(filled[0], depth + 1) if len(filled) == 1 else None
