"""One record of JSON or CSV to a raw document, by the usual names of its fields."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from semsearch.errors import InputError
from semsearch.readers.markup import text_of
from semsearch.readers.names import OTHER_NAMES, WRAPPERS, FieldNames, fold, layout_of
from semsearch.readers.values import as_text, has_value
from semsearch.records import DateClaim, DateProvenance, Kept, Place, RawDocument

LONGEST = {"id": 4_000, "title": 20_000, "date": 200, "source": 4_000, "url": 20_000}  # characters
MOST_KEPT, LONGEST_KEPT = 64, 1_000  # fields of a record, characters of one
LEAST_WORDS = 5  # of a field that may be a text
View = Mapping[str, object]  # fields by their folded names
Roles = tuple[tuple[str, str], ...]  # each with the name of a field
LONGEST_TITLE = 300  # characters
_DAY = re.compile(r"(?:\d{4}[-./]?\d{2}[-./]?\d{2}|\d{1,2}[-./]\d{1,2}[-./](?:\d{2}|\d{4}))(?:[T ].{0,20})?")


class NoText(InputError):
    """A record without a field that usually holds a text; ``likely`` are roles and fields that may have them."""

    def __init__(self, reason: str, likely: Roles) -> None:
        super().__init__(reason)
        self.likely = likely


def record_to_document(
    record: Mapping[str, object], names: FieldNames, line: int, provenance: DateProvenance = "field"
) -> RawDocument:
    """The document that a record holds, its text exactly as the field has it, else its title.

    Raises InputError where it has no text.
    """
    return _Record(record, names).document(line, provenance)


def has_text(record: Mapping[str, object], names: FieldNames) -> bool:
    """True where a record has a field that usually holds an article's text, and a text in it."""
    return _Record(record, names).has_text()


class _Record:
    """The fields of one record, those of what it wraps after its own."""

    def __init__(self, record: Mapping[str, object], names: FieldNames) -> None:
        source = record.get("_source")
        record = {"_id": record.get("_id"), **source} if isinstance(source, dict) else record
        self._names = names
        self._record = record
        self._layout = layout_of(tuple(record), names.key)
        self._views = list(_views(record)) if self._layout.wraps else None
        self._used = set[str]()  # folded names
        self.doubts: list[str] = []
        self.written = ""  # HTML, where the text was that

    def has(self, role: str) -> bool:
        """True where one of the role's names is there."""
        return bool(self._layout.fields[role]) or any(True for _ in self._found(role))

    def has_text(self) -> bool:
        """True where there is a text."""
        return any(as_text(value) for value in self._values("text"))

    def document(self, line: int, provenance: DateProvenance) -> RawDocument:
        """The raw document. Raises InputError."""
        if not self.has("text"):
            seen = ", ".join(str(name) for name in [*self._record][:8])[:120]
            raise NoText(f"no text field: found {seen or 'nothing'}; name it with --fields text=NAME", self._likely())
        text = self._text()
        own_id, title = self._optional("id"), self._optional("title")
        publisher, url = self._optional("source"), self._optional("url")
        claims = tuple([DateClaim(raw, provenance) for raw in self._dates()])
        if len(own_id) > LONGEST["id"]:
            raise InputError(f"an id of {len(own_id)} characters, more than {LONGEST['id']}")
        title = " ".join((text_of(title) if "<" in title or "&" in title else title).split())
        text = text or title
        if not text:
            raise InputError("empty text")
        for role, name in self._names.chosen.items():
            if not self.has(role):
                self.doubts.append(f"no field {name!r}, which --fields names for {role}")
        return RawDocument(
            own_id=own_id or None,
            title=title,
            text=text,
            claims=claims,
            publisher=publisher or None,
            url=url or None,
            place=Place(line),
            record=line,
            doubts=tuple(self.doubts),
            kept=self._kept(),
            markup=bool(self.written),
            written=self.written,
        )

    def _likely(self) -> Roles:
        """The fields that are likeliest the text, and what else has none of the usual names: a title, a day."""
        prose = self._prose()
        if not prose:
            return ()
        others = {str(name): value for name, value in self._record.items() if isinstance(value, str) and name != prose}
        said = {OTHER_NAMES[fold(name)]: name for name in reversed(others) if fold(name) in OTHER_NAMES}
        days = (name for name, value in others.items() if _DAY.fullmatch(value.strip()))
        titles = (name for name, value in others.items() if " " in value.strip() and len(value) <= LONGEST_TITLE)
        plain = (name for name in titles if not _DAY.match(others[name].strip()) and name not in said.values())
        title = said.get("title") or next(plain, "")
        found = (("text", prose), ("title", title), ("date", next(days, "")), ("source", said.get("source", "")))
        return tuple((role, name) for role, name in found if name and not self.has(role))

    def _prose(self) -> str:
        """The field that is likeliest the text: the longest, if it has words enough."""
        texts = {str(name): value for name, value in self._record.items() if isinstance(value, str)}
        longest = max(texts, key=lambda name: len(texts[name]), default="")
        return longest if longest and len(texts[longest].split()) >= LEAST_WORDS else ""

    def _found(self, role: str) -> Iterator[tuple[str, object]]:
        """Fields of a role, by folded name, best first."""
        if self._views is None and not self._layout.paths:
            record = self._record
            return ((folded, record[name]) for folded, name in self._layout.fields[role])
        return self._found_within(role)

    def _found_within(self, role: str) -> Iterator[tuple[str, object]]:
        """The same where fields may stand in objects of the record."""
        for folded, path in self._names.candidates(role):
            for view in self._views or _views(self._record):
                if folded in view:
                    yield folded, view[folded]
            if path:
                found = _at_path(self._record, path)
                if found is not None:
                    yield folded, found

    def _values(self, role: str) -> Iterator[object]:
        for name, value in self._found(role):
            self._used.add(name)
            if has_value(value):
                yield value

    def _first(self, role: str) -> object:
        """The first value of a role; None where it has none."""
        if self._views is not None or self._layout.paths:
            return next(self._values(role), None)
        for folded, name in self._layout.fields[role]:
            self._used.add(folded)
            value = self._record[name]
            if has_value(value):
                return value
        return None

    def _text(self) -> str:
        """The first text that is one. Raises InputError where there are values and none is a text."""
        first = self._first("text")
        if isinstance(first, str):
            text = as_text(first) or ""
            if text and not text.isspace() and (shown := self._shown(text)):
                return shown
        wrong = None
        for value in self._values("text"):
            found = as_text(value)
            if found is not None and found.strip() and (shown := self._shown(found)):
                return shown
            wrong = wrong or value
        if wrong is not None and not isinstance(wrong, str | list):
            raise InputError(f"text is {type(wrong).__name__}, not text")
        return ""

    def _shown(self, text: str) -> str:
        """The text itself, or what HTML shows."""
        if "<" not in text and "&" not in text:
            return text
        shown = text_of(text)
        if shown != text:
            self.written = text
        return shown

    def _optional(self, role: str) -> str:
        """The field's text; a field that has none is left out, and the rest of the record kept."""
        value = self._first(role)
        if isinstance(value, str) and value.isascii() and len(value) <= LONGEST[role]:
            return value.strip()
        if value is None:
            return ""
        if isinstance(value, dict):  # {"id": null, "name": "Agency"}
            named = {str(name).lower(): inner for name, inner in value.items()}.get("name")
            value = named if isinstance(named, str) else value
        found = as_text(value)
        if found is None:
            self.doubts.append(f"{role} is {type(value).__name__}, not text; left out")
        found = (found or "").strip()
        if role != "id" and len(found) > LONGEST[role]:
            self.doubts.append(f"{role} of {len(found)} characters, more than {LONGEST[role]}; left out")
            return ""
        return found

    def _dates(self) -> Iterator[str]:
        """What may be a date, in the order of its names: the first that is one counts."""
        if not self._layout.fields["date"] and self._views is None and not self._layout.paths:
            return
        for value in self._values("date"):
            found = None if isinstance(value, bool) else as_text(value)
            if found is None:
                if not isinstance(value, bool):
                    self.doubts.append(f"date is {type(value).__name__}, not text; left out")
                continue
            if len(found) > LONGEST["date"]:
                self.doubts.append(f"date of {len(found)} characters, more than {LONGEST['date']}; left out")
                continue
            if found.strip() and found.strip().lower() not in ("true", "false", "yes", "no"):
                yield found.strip()

    def _kept(self) -> Kept:
        """The other fields that are short texts or numbers, or lists of such."""
        kept = []
        for (name, value), folded in zip(self._record.items(), self._layout.folded, strict=True):
            if value is None or folded in self._used:
                continue
            if has_value(value) and (values := _scalars(value)):
                kept.append((str(name), values))
                if len(kept) == MOST_KEPT:
                    break
        return tuple(kept)


def _views(record: Mapping[str, object]) -> Iterator[View]:
    """The fields of a record, and of the objects that exports wrap a record in."""
    view = {fold(str(name)): value for name, value in record.items()}
    yield view
    for name in WRAPPERS:
        if isinstance(inner := view.get(name), dict):
            yield {fold(str(each)): value for each, value in inner.items()}


def _at_path(record: Mapping[str, object], path: str) -> object:
    """What stands at ``fields.bodyText``; None where nothing does."""
    found: object = record
    for part in path.split("."):
        if not isinstance(found, Mapping):
            return None
        found = {fold(str(name)): value for name, value in found.items()}.get(fold(part))
    return found


def _scalars(value: object) -> tuple[str, ...]:
    """A value, or those of a list, as texts; empty where one is neither text nor number, or too long."""
    if isinstance(value, str):
        return (as_text(value) or "",) if len(value) <= LONGEST_KEPT else ()
    values = value if isinstance(value, list) else [value]
    if not all(isinstance(each, str | int | float) for each in values):
        return ()
    texts = tuple(as_text(each) or str(each).lower() for each in values if has_value(each))
    return texts if sum(map(len, texts)) <= LONGEST_KEPT else ()
