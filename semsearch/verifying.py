"""All of ``verify``: the quotations and dates of saved answers, looked up again in the files that they came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

from semsearch.errors import InputError
from semsearch.preparing import settle_document
from semsearch.readers import FieldNames, open_documents, parse_json
from semsearch.records import RawDocument
from semsearch.storage.files import sha256_of

State = Literal["ok", "file changed", "no file", "no such text", "another date"]
FINE: tuple[State, ...] = ("ok", "file changed")
_T = TypeVar("_T")
CORRECTED = "correction"  # source of a date that no file says


@dataclass(frozen=True, slots=True)
class Verified:
    """How a saved hit stands against its file.

    ``ok``: the file is the one that was indexed, its text and date as quoted. ``file changed``: the file is another,
    but says the same there. The others say what is not so.
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


def verify(results: Path, names: FieldNames | None = None) -> Iterator[Verified]:
    """Each hit of a saved answer (JSON or JSON lines, as ``ask`` and ``batch`` write it) against its file.

    ``names`` are the field names that the source was indexed with. Raises InputError for what holds no answers.
    """
    files: dict[str, list[RawDocument] | None] = {}
    hashes: dict[str, str] = {}
    for quoted in _quotations(results):
        path = Path(quoted.path)
        if quoted.path not in files:
            files[quoted.path] = _documents(path, names or FieldNames())
            hashes[quoted.path] = sha256_of(path) if files[quoted.path] is not None else ""
        yield _compared(quoted, files[quoted.path], hashes[quoted.path])


def _documents(path: Path, names: FieldNames) -> list[RawDocument] | None:
    """All documents of a file; None where there is no such file."""
    try:
        with open_documents(path, names) as stream:
            return [item for item in stream if isinstance(item, RawDocument)]
    except (OSError, InputError):
        return None


def _compared(quoted: _Quoted, documents: Sequence[RawDocument] | None, sha256: str) -> Verified:
    def told(state: State, detail: str = "") -> Verified:
        return Verified(quoted.place, quoted.doc_id, quoted.path, state, detail)

    if documents is None:
        return told("no file")
    holding = [raw for raw in documents if raw.text[quoted.start : quoted.end] == quoted.text]
    if not holding:
        return told("no such text", f"characters {quoted.start} to {quoted.end} are others")
    own = [raw for raw in holding if raw.own_id == quoted.doc_id]
    dates = [_date(raw, quoted) for raw in own or holding]
    if quoted.date_source != CORRECTED and quoted.published not in dates:
        return told("another date", f"{dates[0] or 'none'}, not {quoted.published or 'none'}")
    return told("ok" if quoted.sha256 in (None, sha256) else "file changed")


def _date(raw: RawDocument, quoted: _Quoted) -> str | None:
    """The date that a document says of itself; of its folders only where the hit has it from there."""
    path = str(Path(quoted.path).absolute())
    root = Path(path).anchor if quoted.date_source == "folder" else ""
    document, _ = settle_document(quoted.doc_id, path, raw, None, root)
    return str(document.published) if document.published else None


def _quotations(results: Path) -> Iterator[_Quoted]:
    """The hits of saved answers, in their order."""
    try:
        text = results.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise InputError(f"{results}: {reason}: expected what ask or batch wrote with --format json or jsonl") from None
    for number, answer in _answers(results, text):
        hits = answer.get("hits")
        if not isinstance(hits, list):
            raise InputError(
                f"{results}:{number}: no answer: expected an object with hits, as --format jsonl writes it"
            )
        for rank, hit in enumerate(hits, 1):
            yield _quoted(f"{results}:{number} rank {rank}", hit)


def _answers(results: Path, text: str) -> Iterator[tuple[int, Mapping[str, object]]]:
    """Each answer with its line."""
    try:
        whole = parse_json(text)
        found = list(enumerate(whole if isinstance(whole, list) else [whole], 1))
    except InputError:
        found = []
        for number, line in enumerate(text.splitlines(), 1):
            try:
                found += [(number, parse_json(line))] if line.strip() else []
            except InputError as error:
                raise InputError(f"{results}:{number}: {error}") from None
    for number, answer in found:
        if not isinstance(answer, dict):
            raise InputError(f"{results}:{number}: no answer: expected an object with hits")
        yield number, answer


def _quoted(place: str, hit: object) -> _Quoted:
    if not isinstance(hit, dict):
        raise InputError(f"{place}: no hit: expected an object")

    def needed(name: str, kind: type[_T]) -> _T:
        value = hit.get(name)
        if not isinstance(value, kind):
            raise InputError(f"{place}: {name} is {str(value)[:40]!r}: expected what --format jsonl writes")
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
    )
