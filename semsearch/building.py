"""All of ``index``: an index made, refreshed, rebuilt, or rid of a source."""

from __future__ import annotations

import glob
import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from semsearch.errors import UsageError
from semsearch.readers import FieldNames
from semsearch.refresh import BuildReport, Progress, Refresh
from semsearch.storage import open_writer

__all__ = ["BuildReport", "Progress", "build", "forget"]

OnProgress = Callable[[Progress], None] | None


def build(
    sources: Sequence[str | os.PathLike[str]] = (),
    index: str | os.PathLike[str] = "indexes/default",
    *,
    model: str | None = None,
    fields: FieldNames | None = None,
    rebuild: bool = False,
    progress: OnProgress = None,
) -> BuildReport:
    """Bring the index up to its sources, made if it is not there yet.

    ``sources`` are files, folders or globs; none means those that the index already holds.
    ``rebuild`` embeds everything anew. Inputs that cannot be used are in the report's
    ``problems``. Raises IndexBusy, EncoderMismatch, EncoderUnavailable, and UsageError for
    sources that do not exist.
    """
    folder = Path(os.path.abspath(index))
    paths = [os.path.abspath(source) for source in sources]
    _recover_replacement(folder)
    for path in paths:
        _check_source(path, folder)
    if rebuild and folder.exists():
        return _rebuild(paths, folder, model, fields, progress)
    with open_writer(folder) as writer:
        return Refresh(writer, model, progress).run(paths, fields)


def forget(sources: Sequence[str | os.PathLike[str]], index: str | os.PathLike[str]) -> BuildReport:
    """Take sources and all that came from them out of the index, whether or not they still exist.

    Raises UsageError for a source that the index does not have.
    """
    report = BuildReport()
    with open_writer(Path(index)) as writer:
        held = {source.path: source.source_id for source in writer.sources()}
        for path in (os.path.abspath(source) for source in sources):
            if path not in held:
                raise UsageError(f"{path} is no source of {index}: its sources are {', '.join(held) or 'none'}")
            with writer.transaction():
                report.removed += writer.drop_source(held[path])
                writer.drop_unused_vectors()
        writer.accelerate()
        writer.finish()
    return report


def _check_source(path: str, folder: Path) -> None:
    if path == str(folder):
        raise UsageError(f"{path} is the index itself: name the folder of the articles")
    if not os.path.lexists(path) and not glob.has_magic(path):
        raise UsageError(
            f"no such file or folder: {path}: to take a source that is gone out of the index: "
            f"semsearch index --forget {path}"
        )


def _rebuild(
    paths: Sequence[str], folder: Path, model: str | None, fields: FieldNames | None, progress: OnProgress
) -> BuildReport:
    """A new index beside the old one, put in its place when it is whole."""
    new = folder.with_name(folder.name + ".rebuilding")
    replaced = folder.with_name(folder.name + ".replaced")
    shutil.rmtree(new, ignore_errors=True)
    with open_writer(folder) as old, open_writer(new) as writer:
        record = old.encoder()
        with writer.transaction():
            for source in old.sources():
                writer.put_source(source.path, source.fields)
            for path in paths:
                writer.put_source(path, dict(fields.chosen) if fields else {})
        report = Refresh(writer, model or (record.model if record else None), progress).run((), None)
        shutil.rmtree(replaced, ignore_errors=True)
        folder.rename(replaced)
        new.rename(folder)
    shutil.rmtree(replaced)
    return report


def _recover_replacement(folder: Path) -> None:
    """A rebuild that was killed between its two renames left the old index under another name."""
    replaced = folder.with_name(folder.name + ".replaced")
    if replaced.is_dir() and not folder.exists():
        replaced.rename(folder)
