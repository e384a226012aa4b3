"""All of ``verify``: the quotations and dates of saved answers, looked up again in the files that they came from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeVar

from semsearch.errors import InputError, UsageError
from semsearch.files.regular import NotRegular, open_regular, sha256_of_descriptor
from semsearch.indexing.preparing import resolve_document
from semsearch.readers import (
    FieldNames,
    is_supported,
    open_documents,
    parse_encoding,
    parse_field_names,
)
from semsearch.records import Problem, RawDocument, ReadAs
from semsearch.upkeep.saved import saved_answers

State = Literal[
    "ok",
    "file changed",
    "no file",
    "unreadable",
    "no such text",
    "another document",
    "another source",
    "another date",
    "date not in the file (a correction)",
]
FINE: tuple[State, ...] = ("ok", "file changed")
_T = TypeVar("_T")
MOST_HOLDING = 20  # documents of one file with the same words in the same place that are looked at
CORRECTED = "correction"  # source of a date that no file says


@dataclass(frozen=True, slots=True)
class Verified:
    """How a saved hit stands against its file.

    ``ok``: the file is the one that was indexed, its text and date as quoted. ``file changed``: the file is another,
    but says the same there. The others say what is not so: a date that a user's correction gave stands in no file, and
    ``unreadable`` is a line of the results that says nothing, or a file that cannot be read.
    """

    place: str  # line of the results and rank
    doc_id: str
    path: str
    state: State
    detail: str = ""

    @property
    def holds(self) -> bool:
        """The quotation and its date are what the file says."""
        return self.state in FINE


@dataclass(frozen=True, slots=True)
class _Quoted:
    """What a saved hit claims."""

    place: str
    doc_id: str
    path: str
    start: int
    end: int
    text: str
    published: str | None
    date_source: str | None
    sha256: str | None
    source: str | None
    url: str | None
    read_as: ReadAs


def verify(results: Path, names: FieldNames | None = None, encoding: str | None = None) -> Iterator[Verified]:
    """Each hit of a saved answer (JSON or JSON lines, as ``ask`` and ``batch`` write it) against its file.

    The file is read as the hit says, or with ``names`` and an ``encoding``, where they are given. Raises InputError
    for what holds no answers.
    """
    items = list(_quotations(results))
    of_file: dict[str, list[_Quoted]] = {}
    for item in items:
        if isinstance(item, _Quoted):
            of_file.setdefault(item.path, []).append(item)
    files = dict[tuple[str, ReadAs], _File]()
    for path, quoted in of_file.items():
        for read_as in {each.read_as for each in quoted}:
            chosen = names or FieldNames(dict(read_as.fields))
            own = [each for each in quoted if each.read_as == read_as]
            files[path, read_as] = _read_file(path, own, chosen, read_as.encoding if encoding is None else encoding)
    for item in items:
        yield item if isinstance(item, Verified) else _compared(item, files[item.path, item.read_as])


@dataclass(slots=True)
class _File:
    """What a file says now: the documents that hold what is quoted of it, or why there are none."""

    state: State = "ok"
    detail: str = ""
    sha256: str = ""
    holding: dict[str, list[RawDocument]] = field(default_factory=dict)  # by the place of the quotation


def _read_file(name: str, quotations: Sequence[_Quoted], names: FieldNames, encoding: str) -> _File:
    """A file read once, from the descriptor that is hashed; no name makes it wait, and no document is kept in vain."""
    path = Path(name)
    if "\0" in name or not is_supported(path):
        return _File("no file", "no format that is known" if "\0" not in name else "no name of a file")
    try:
        descriptor = open_regular(path, follow=True)
    except (FileNotFoundError, NotADirectoryError):
        return _File("no file")
    except NotRegular as error:
        return _File("no file", str(error.strerror))
    except (OSError, ValueError) as error:  # no permission; a name that is no text
        return _File("unreadable", getattr(error, "strerror", "") or str(error))
    found, documents, problem = _File(), 0, ""
    with open_documents(path, names, descriptor, encoding=encoding) as stream:
        found.sha256 = sha256_of_descriptor(descriptor)
        for item in stream:
            if isinstance(item, Problem):
                problem = problem or item.said
                continue
            documents += 1
            for quoted in quotations:
                if quoted.text.strip() and _holds(item, quoted):
                    held = found.holding.setdefault(quoted.place, [])
                    if len(held) < MOST_HOLDING or not _is_another(item, quoted):
                        held.append(item)
    return found if documents or not problem else _File("unreadable", problem)


def _holds(raw: RawDocument, quoted: _Quoted) -> bool:
    """Whether a document says what is quoted where it is, or did as an older release read it."""
    return quoted.text in (text[quoted.start : quoted.end] for text in (raw.text, raw.written))


def _is_another(raw: RawDocument, quoted: _Quoted) -> bool:
    """Whether a document has surely another id than a hit says."""
    path = str(Path(quoted.path).absolute())
    of_file = path == quoted.doc_id or path.endswith(f"/{quoted.doc_id}")
    if raw.written and of_file:  # older rules read the file as one article
        return False
    if raw.own_id is not None:
        return quoted.doc_id != raw.own_id and not quoted.doc_id.endswith(f"#{raw.own_id}")
    _, sign, record = quoted.doc_id.rpartition("#")
    if raw.record:
        return bool(sign) and record.isdigit() and int(record) != raw.record
    return not of_file


def _compared(quoted: _Quoted, file: _File) -> Verified:
    state, detail = (file.state, file.detail) if file.state != "ok" else _state(quoted, file)
    return Verified(quoted.place, quoted.doc_id, quoted.path, state, detail)


def _state(quoted: _Quoted, file: _File) -> tuple[State, str]:
    """How a quotation stands against a file that can be read, and in what it fails."""
    holding = file.holding.get(quoted.place, [])
    if not quoted.text.strip() or not 0 <= quoted.start < quoted.end:
        return "no such text", "nothing is quoted"
    if not holding:
        return "no such text", f"characters {quoted.start} to {quoted.end} are others"
    own = [raw for raw in holding if not _is_another(raw, quoted)]
    if not own:
        return "another document", f"what is quoted stands in {holding[0].own_id or quoted.path!r}"
    return _unlike(quoted, own) or _file_state(quoted, file)


def _unlike(quoted: _Quoted, own: Sequence[RawDocument]) -> tuple[State, str] | None:
    """What a hit says of its document that the document does not."""
    publishers, addresses = {raw.publisher for raw in own}, {raw.url for raw in own}
    for name, said, known in (("source", quoted.source, publishers), ("url", quoted.url, addresses)):
        if said is not None and said not in known:
            return "another source", f"{name} {min(map(str, known))}, not {said}"
    if quoted.date_source == CORRECTED:
        return "date not in the file (a correction)", quoted.published or "none"
    dates = [_date(raw, quoted) for raw in own]
    undated_then = quoted.published is None and any(raw.written for raw in own)
    if quoted.published not in dates and not undated_then:
        return "another date", f"{dates[0] or 'none'}, not {quoted.published or 'none'}"
    return None


def _file_state(quoted: _Quoted, file: _File) -> tuple[State, str]:
    if quoted.sha256 is None:
        return "file changed", "which file was indexed is not said"
    return ("ok" if quoted.sha256 == file.sha256 else "file changed"), ""


def _date(raw: RawDocument, quoted: _Quoted) -> str | None:
    """The date that a document says of itself; of its folders only where the hit has it from there."""
    path = str(Path(quoted.path).absolute())
    root = Path(path).anchor if quoted.date_source == "folder" else ""
    document, _ = resolve_document(quoted.doc_id, path, raw, None, root)
    return str(document.published) if document.published else None


def _quotations(results: Path) -> Iterator[_Quoted | Verified]:
    """The hits of saved answers, in their order; a line or a hit that says nothing is reported as unreadable."""
    for number, answer in saved_answers(results):
        place = f"{results}:{number}"
        hits = answer.get("hits") if isinstance(answer, dict) else None
        if isinstance(answer, InputError) or not isinstance(hits, list):
            told = str(answer) if isinstance(answer, InputError) else "no answer: expected an object with hits"
            yield Verified(place, "", "", "unreadable", told)
            continue
        for rank, hit in enumerate(hits, 1):
            try:
                yield _quoted(f"{place} rank {rank}", hit)
            except InputError as error:
                yield Verified(f"{place} rank {rank}", "", "", "unreadable", str(error))


def _quoted(place: str, hit: object) -> _Quoted:
    if not isinstance(hit, dict):
        raise InputError("no hit: expected an object")

    def needed(name: str, kind: type[_T]) -> _T:
        value = hit.get(name)
        if not isinstance(value, kind) or isinstance(value, bool):
            raise InputError(f"{name} is {str(value)[:40]!r}: expected what --format jsonl writes")
        return value

    def optional(name: str) -> str | None:
        value = hit.get(name)
        return value if isinstance(value, str) else None

    return _Quoted(
        place,
        needed("doc_id", str),
        needed("path", str),
        needed("start", int),
        needed("end", int),
        needed("text", str),
        optional("published"),
        optional("date_source"),
        optional("sha256"),
        optional("source"),
        optional("url"),
        _read_as(hit.get("read_as")),
    )


def _read_as(said: object) -> ReadAs:
    """How a hit says that its file is to be read. Raises InputError for what cannot be meant."""
    if said is None:
        return ReadAs()
    fields, encoding = (said.get("fields"), said.get("encoding")) if isinstance(said, dict) else (None, None)
    if not isinstance(fields, dict) or not isinstance(encoding, str):
        raise InputError(f"read_as is {str(said)[:40]!r}: expected what --format jsonl writes")
    try:
        names = (
            parse_field_names(",".join(f"{role}={name}" for role, name in fields.items())) if fields else FieldNames()
        )
        return ReadAs(tuple(sorted(names.chosen.items())), parse_encoding(encoding) if encoding else "")
    except UsageError as error:
        raise InputError(f"read_as: {error}") from None
