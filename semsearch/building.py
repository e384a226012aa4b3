"""All of ``index``: an index made, refreshed, rebuilt, or rid of a source."""

from __future__ import annotations

import glob
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from semsearch.dates.spans import Hemisphere
from semsearch.embedding import EncoderChoice
from semsearch.encoders import Device, Precision
from semsearch.errors import FormatMismatch, IndexDamaged, IndexMissing, UsageError
from semsearch.preparing import read_corrections
from semsearch.readers import FieldNames, find_files, is_unicode
from semsearch.refresh import BuildReport, Progress, Refresh
from semsearch.storage.database import index_exists, index_folder
from semsearch.storage.files import REPLACED, exchange
from semsearch.storage.filesystems import network_of
from semsearch.storage.lock import WriterLock
from semsearch.storage.sources import Settled, read_settled
from semsearch.storage.writer import Writer, open_writer

__all__ = ["BuildReport", "Progress", "build", "forget"]

OnProgress = Callable[[Progress], None] | None


def build(
    sources: Sequence[str | os.PathLike[str]] = (),
    index: str | os.PathLike[str] = "indexes/default",
    *,
    model: str | None = None,
    device: Device = "auto",
    precision: Precision | None = None,
    fields: FieldNames | None = None,
    rebuild: bool = False,
    dates: str | os.PathLike[str] | None = None,
    hemisphere: Hemisphere | None = None,
    progress: OnProgress = None,
) -> BuildReport:
    """Bring the index up to its sources, made if it is not there yet.

    ``sources`` are files, folders or globs; none means those that the index already holds. ``device``
    and ``precision`` say how passages are encoded; the index remembers the precision.
    ``rebuild`` embeds everything anew; ``dates`` is a CSV file of doc_id and date that corrects what was read.
    ``hemisphere`` says whose summer an article means; the index remembers it.
    Inputs that cannot be used are in the report's
    ``problems``. Raises IndexBusy, EncoderMismatch, EncoderUnavailable, and UsageError for
    sources that do not exist.
    """
    folder = index_folder(index)
    paths = [_absolute(source) for source in sources]
    _recover_replacement(folder)
    for path in paths:
        _check_source(path, folder)
    if fields and not paths:
        raise UsageError("field names go with the sources that they are for: name those too")
    corrections, problems = read_corrections(Path(dates)) if dates is not None else ([], [])
    choice = EncoderChoice(model, device, precision)
    if rebuild and index_exists(folder):
        report = _rebuild(paths, folder, choice, fields, corrections, hemisphere, progress)
    else:
        with open_writer(folder) as writer:
            report = Refresh(writer, choice, progress).run(
                paths, fields, corrections=corrections, hemisphere=hemisphere
            )
    report.problems += problems
    network = network_of(folder)
    if network:
        report.notes.append(
            f"{folder} is on a network file system ({network}), where locks are not to be relied upon: "
            "keep the index on a local disk, or write it from one machine only"
        )
    return report


def forget(sources: Sequence[str | os.PathLike[str]], index: str | os.PathLike[str]) -> BuildReport:
    """Take sources and all that came from them out of the index, whether or not they still exist.

    Raises UsageError for a source that the index does not have.
    """
    folder, report = index_folder(index), BuildReport()
    if not index_exists(folder):
        raise IndexMissing(f"no index in {folder}: name it with --index")
    with open_writer(folder) as writer:
        held = {source.path: source.source_id for source in writer.sources()}
        paths = [_absolute(source) for source in sources]
        for path in paths:
            if path not in held:
                raise UsageError(f"{path} is no source of {index}: its sources are {', '.join(held) or 'none'}")
        with writer.transaction():
            for path in paths:
                source_id = held.pop(path)
                _hand_over(writer, source_id, held)
                report.removed += writer.drop_source(source_id)
            writer.drop_unused_vectors()
        writer.accelerate()
        writer.finish()
    return report


def _hand_over(writer: Writer, source_id: int, others: dict[str, int]) -> None:
    """Files that another source names as well stay, as that source's."""
    files = {file.state.path: file.file_id for file in writer.files_of(source_id)}
    for path, other_id in others.items():
        for found in find_files(Path(path)).files:
            if str(found) in files:
                writer.move_file(files.pop(str(found)), other_id)


def _absolute(source: str | os.PathLike[str]) -> str:
    """The source as it is remembered: absolute; of a glob only what the user typed stays a pattern."""
    name = os.fspath(source)
    if not name.strip():
        raise UsageError("a source is empty: name files or folders, as in: semsearch index articles/")
    if not is_unicode(name):
        raise UsageError(f"{os.fsencode(name)!r} is no UTF-8: rename it, or name the folder above it")
    if not os.path.lexists(name) and glob.has_magic(name):
        return os.path.normpath(os.path.join(glob.escape(str(Path.cwd())), name))  # noqa: PTH118
    return os.path.abspath(name)


def _check_source(path: str, folder: Path) -> None:
    if path == str(folder):
        raise UsageError(f"{path} is the index itself: name the folder of the articles")
    if not os.path.lexists(path) and not glob.has_magic(path):
        raise UsageError(
            f"no such file or folder: {path}: to take a source that is gone out of the index: "
            f"semsearch index --forget {path}"
        )


def _rebuild(
    paths: Sequence[str],
    folder: Path,
    choice: EncoderChoice,
    fields: FieldNames | None,
    corrections: Sequence[tuple[str, str]],
    hemisphere: Hemisphere | None,
    progress: OnProgress,
) -> BuildReport:
    """A new index beside the old one, put in its place when it is whole."""
    new = folder.with_name(folder.name + ".rebuilding")
    lock = WriterLock(folder)
    try:
        shutil.rmtree(new, ignore_errors=True)
        settled = _held(folder, paths)
        record = settled.encoder
        for source in settled.sources:
            _refuse_vanished(source.path)
        with open_writer(new) as writer:
            with writer.transaction():
                for source in settled.sources:
                    writer.put_source(source.path, source.fields)
            if record:
                same = choice.model in (None, record.model)
                precision = choice.precision or (record.precision if same else None)
                choice = replace(choice, model=choice.model or record.model, precision=precision)
            held = [source.path for source in settled.sources]
            report = Refresh(writer, choice, progress).run(
                [*held, *paths],
                fields,
                only=paths,
                corrections=[*settled.corrections, *corrections],
                hemisphere=hemisphere or settled.hemisphere,
            )
        exchange(new, folder)
    finally:
        shutil.rmtree(new, ignore_errors=True)  # the old index, or what there was of a new one
        lock.release()
    return report


def _held(folder: Path, paths: Sequence[str]) -> Settled:
    """What was settled of an index that is to be replaced; nothing of one that cannot be read."""
    try:
        return read_settled(folder)
    except (IndexDamaged, FormatMismatch) as error:
        if not paths:
            raise UsageError(f"{error}; its sources cannot be read either, so name them") from None
        return Settled()


def _refuse_vanished(path: str) -> None:
    if not find_files(Path(path)).files:
        raise UsageError(
            f"{path} is missing or empty, so a rebuilt index would lose its articles: bring it back, "
            f"or take it out first: semsearch index --forget {path}"
        )


def _recover_replacement(folder: Path) -> None:
    """A rebuild that was killed between its two renames left the old index under another name."""
    replaced = folder.with_name(folder.name + REPLACED)
    if replaced.is_dir() and not folder.exists():
        replaced.rename(folder)
