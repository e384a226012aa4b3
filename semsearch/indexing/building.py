"""All of ``index``: an index made, refreshed, rebuilt, or rid of a source."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from shlex import quote
from typing import get_args

from semsearch.dates.days import Hemisphere
from semsearch.encoders import Device, Precision, name_model
from semsearch.errors import (
    FormatMismatch,
    IndexDamaged,
    IndexMissing,
    UsageError,
    command,
    refuse_other_type,
    refuse_unusable_path,
)
from semsearch.files.filesystems import network_of
from semsearch.files.whole import REPLACED, exchange
from semsearch.indexing.corrections import read_corrections
from semsearch.indexing.embedding import EncoderChoice
from semsearch.indexing.given_sources import absolute, as_sources, check_source
from semsearch.indexing.named_sources import name_sources, split_by_naming
from semsearch.indexing.reading import Asked
from semsearch.indexing.refresh import Refresh
from semsearch.indexing.report import BuildReport, Progress
from semsearch.indexing.selection import Selection, hand_on, rules_of
from semsearch.readers import FieldNames, find_files, parse_encoding
from semsearch.storage.known import IndexSettings, read_index_settings
from semsearch.storage.place import (
    DATABASE,
    index_exists,
    index_folder,
    keep_others,
    leads_elsewhere,
    refuse_strangers,
    remove_index,
    writable_folder,
)
from semsearch.storage.writer import Writer, WriterLock, open_writer

__all__ = ["BuildReport", "Progress", "build", "forget"]

REBUILDING = ".rebuilding"
MOST_NAMED = 5  # sources that an error lists

OnProgress = Callable[[Progress], None] | None


def build(
    sources: Sequence[str | os.PathLike[str]] = (),
    index: str | os.PathLike[str] = "indexes/default",
    *,
    model: str | None = None,
    device: Device = "auto",
    precision: Precision | None = None,
    fields: FieldNames | None = None,
    encoding: str | None = None,
    include: Sequence[str] | None = None,
    exclude: Sequence[str] | None = None,
    rebuild: bool = False,
    dates: str | os.PathLike[str] | None = None,
    hemisphere: Hemisphere | None = None,
    progress: OnProgress = None,
) -> BuildReport:
    """Bring the index up to its sources, made if it is not there yet.

    ``sources`` are files, folders or globs; none means those that the index already holds. ``device``
    and ``precision`` say how passages are encoded; the index remembers the precision.
    ``fields`` name the fields of records; ``encoding`` is that of files that are not UTF-8, "auto" to guess it again;
    both are remembered for the sources given, and so are ``include`` and ``exclude``, patterns as in ``.gitignore`` of
    the files to be read and to be left out (an empty list takes them back). ``rebuild`` embeds everything anew.
    ``dates`` is a CSV file of doc_id and date that corrects what was read.
    ``hemisphere`` says whose summer an article means; the index remembers it.
    Inputs that cannot be used are in the report's
    ``problems``. Raises IndexBusy, EncoderMismatch, EncoderUnavailable, and UsageError for
    sources that do not exist.
    """
    folder = writable_folder(index_folder(index))
    paths = [absolute(source) for source in as_sources(sources)]
    _recover_replacement(folder)
    for path in paths:
        check_source(path, folder)
    selection = _selection(include, exclude)
    for given, option in ((fields, "--fields"), (encoding, "--encoding"), (selection, "--include or --exclude")):
        if given and not paths:
            raise UsageError(f"{option} needs the sources that it is for: name those too")
    if dates is not None:
        refuse_unusable_path(dates, "dates")
    corrections, problems = read_corrections(Path(dates)) if dates is not None else ([], [])
    choice = _choice(model, device, precision)
    if fields is not None:
        refuse_other_type(fields, FieldNames, "fields", "FieldNames, as parse_field_names gives them")
    asked = Asked(fields, None if encoding is None else parse_encoding(_text(encoding, "encoding")), selection)
    if hemisphere not in (None, *get_args(Hemisphere)):
        raise UsageError(f"hemisphere is {hemisphere!r:.60}: expected one of {', '.join(get_args(Hemisphere))}")
    if not (progress is None or callable(progress)):
        raise UsageError(f"progress is {progress!r:.60}: expected a function that takes a Progress")
    if model is not None:
        name_model(model)
    if rebuild and index_exists(folder):
        report = _rebuild(paths, folder, choice, asked, corrections, hemisphere, progress)
    else:
        with open_writer(folder) as writer:
            report = Refresh(writer, choice, progress).run(paths, asked, corrections=corrections, hemisphere=hemisphere)
    report.problems += problems
    if leads_elsewhere(index):
        report.notes.append(f"{index} is a link to {os.path.realpath(index)}, which was written")
    network = network_of(folder)
    if network:
        report.notes.append(
            f"{folder} is on a network file system ({network}), where locks are not to be relied upon: "
            "keep the index on a local disk, or write it from one machine only"
        )
    return report


def _selection(include: Sequence[str] | None, exclude: Sequence[str] | None) -> Selection | None:
    """The files to be read; None where nothing is said of it. Raises UsageError for what is no pattern."""
    if include is None and exclude is None:
        return None
    patterns = [tuple(each for each in as_patterns if each) for as_patterns in (include or (), exclude or ())]
    for each, option in zip(patterns, ("--include", "--exclude"), strict=True):
        rules_of(each, option)
    return Selection(*patterns)


def _text(value: object, name: str) -> str:
    refuse_other_type(value, str, name, "a name")
    return str(value)


def _choice(model: str | None, device: Device, precision: Precision | None) -> EncoderChoice:
    """What was asked of the encoder. Raises UsageError for what there is not."""
    if device not in get_args(Device):
        raise UsageError(f"device is {device!r:.60}: expected one of {', '.join(get_args(Device))}")
    if precision not in (None, *get_args(Precision)):
        raise UsageError(f"precision is {precision!r:.60}: expected one of {', '.join(get_args(Precision))}")
    return EncoderChoice(model, device, precision)


def forget(sources: Sequence[str | os.PathLike[str]], index: str | os.PathLike[str]) -> BuildReport:
    """Take sources and all that came from them out of the index, whether or not they still exist.

    Raises UsageError for a source that the index does not have.
    """
    folder, report = index_folder(index), BuildReport()
    if not index_exists(folder):
        raise IndexMissing(f"no index in {folder}", remedy="name it with --index")
    with open_writer(folder) as writer:
        held = {source.path: source.source_id for source in writer.sources()}
        named = {source.path for source in split_by_naming(writer.index_id, writer.sources())[0]}
        paths = [absolute(source) for source in as_sources(sources)]
        for path in paths:
            if path not in held:
                raise UsageError(f"{path} is no source of {index}: its sources are {', '.join(held) or 'none'}")
        with writer.transaction():
            for path in paths:
                source_id = held.pop(path)
                _hand_over(writer, source_id, held, named)
                report.removed += writer.drop_source(source_id)
            writer.drop_unused_vectors()
        writer.accelerate()
        writer.finish()
    return report


def _hand_over(writer: Writer, source_id: int, others: dict[str, int], named: set[str]) -> None:
    """Files that another source names as well stay, as that source's; one that came with the index is not walked."""
    files = {file.state.path: file.file_id for file in writer.files_of(source_id)}
    for path, other_id in others.items():
        inside = [each for each in files if each == path or each.startswith(f"{path}/")]
        for found in map(str, find_files(Path(path)).files) if path in named else inside:
            if found in files:
                writer.move_file(files.pop(found), other_id)


def sources_of(index: str | os.PathLike[str]) -> list[str]:
    """The sources of an index that this user has named. Raises IndexMissing, and IndexDamaged."""
    settings = read_index_settings(index_folder(index))
    return [source.path for source in split_by_naming(settings.index_id, settings.sources)[0]]


def _rebuild(
    paths: Sequence[str],
    folder: Path,
    choice: EncoderChoice,
    asked: Asked,
    corrections: Sequence[tuple[str, str]],
    hemisphere: Hemisphere | None,
    progress: OnProgress,
) -> BuildReport:
    """A new index beside the old one, put in its place when it is whole."""
    refuse_strangers(folder)
    lock, new = WriterLock(folder), None
    try:
        _remove_abandoned(folder)
        settings = _held(folder, paths)
        own, foreign = split_by_naming(settings.index_id, settings.sources)
        unnamed = [source.path for source in foreign if source.path not in paths]
        if unnamed:
            raise UsageError(
                "has sources that you never added yourself; a rebuild would read them",
                where=folder,
                remedy=f"name those that you mean, of {' '.join(map(quote, unnamed[:MOST_NAMED]))}"
                f"{' …' if len(unnamed) > MOST_NAMED else ''}, or take others out with: "
                f"{command('index', '--forget', 'SOURCE', index=folder)}",
            )
        for source in settings.sources:
            _refuse_vanished(source.path, folder)
        new = Path(tempfile.mkdtemp(suffix=REBUILDING, prefix=f".{folder.name}.", dir=folder.parent))
        with open_writer(new) as writer:
            with writer.transaction():
                for source in own:
                    writer.put_source(source.path, source.fields)
            name_sources(writer.index_id, own)
            hand_on(settings.index_id, writer.index_id)
            record = settings.encoder
            if record:
                same = choice.model in (None, record.model)
                precision = choice.precision or (record.precision if same else None)
                choice = replace(choice, recorded=record.model, precision=precision)
            report = Refresh(writer, choice, progress).run(
                list(dict.fromkeys([*(source.path for source in own), *paths])),
                asked,
                only=paths,
                corrections=[*settings.corrections, *corrections],
                hemisphere=hemisphere or settings.hemisphere,
            )
        exchange(new, folder)
        keep_others(new, folder)  # only now: a kill before leaves what is not of an index where it was
    finally:
        if new is not None:
            remove_index(new)  # the old index, or what there was of a new one
        lock.release()
    return report


def _remove_abandoned(folder: Path) -> None:
    """Take away what a rebuild that was killed left beside the index: folders of a name that only it gives."""
    abandoned = re.compile(rf"\.{re.escape(folder.name)}\.[a-z0-9_]{{8}}{re.escape(REBUILDING)}")
    for entry in list(os.scandir(folder.parent)):
        if abandoned.fullmatch(entry.name) and entry.is_dir(follow_symlinks=False):
            remove_index(Path(entry.path))


def _held(folder: Path, paths: Sequence[str]) -> IndexSettings:
    """The settings of an index that is to be replaced; nothing of one that cannot be read."""
    try:
        return read_index_settings(folder)
    except (IndexDamaged, FormatMismatch) as error:
        if not paths:
            what = f"{error.what}; its sources cannot be read either, so name them"
            raise UsageError(what, where=error.where) from None
        return IndexSettings()


def _refuse_vanished(path: str, folder: Path) -> None:
    if not find_files(Path(path)).files:
        raise UsageError(
            "is missing or empty, so a rebuilt index would lose its articles",
            where=path,
            remedy=f"bring it back, or take it out first: {command('index', '--forget', path, index=folder)}",
        )


def _recover_replacement(folder: Path) -> None:
    """A rebuild that was killed between its two renames left the old index under another name."""
    replaced = folder.with_name(folder.name + REPLACED)
    ours = replaced.is_dir() and not replaced.is_symlink() and (replaced / DATABASE).is_file()
    if ours and not os.path.lexists(folder):
        replaced.rename(folder)
