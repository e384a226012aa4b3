"""An index folder to an index that is open for questions."""

from __future__ import annotations

import os
from datetime import date, datetime
from pathlib import Path

from semsearch.encoders import Encoder, model_for_index, name_model, open_encoder
from semsearch.errors import EncoderMismatch, UsageError, command, refuse_unusable_path
from semsearch.search.local import LocalIndex
from semsearch.search.names import read_spellings
from semsearch.search.options import DEFAULT_INDEX
from semsearch.search.question_time import QuestionTime
from semsearch.storage.place import index_folder
from semsearch.storage.snapshot import open_snapshot


def open_index(
    folder: str | os.PathLike[str] = DEFAULT_INDEX,
    *,
    today: date | None = None,
    named_events: str | os.PathLike[str] | None = None,
    aliases: str | os.PathLike[str] | None = None,
    model: str | None = None,
    remembered: int = 1,
    known_as: str | os.PathLike[str] | None = None,
) -> LocalIndex:
    """Open the index in ``folder`` for searching.

    ``today`` is the day that relative time words are counted from; ``named_events`` a TOML file of more of them,
    ``aliases`` a file of names with other spellings, a line each: ``Odesa, Odessa``.
    ``model`` is the index's own, for one that came from elsewhere: it is loaded only where the user has named it.
    The vectors of the last ``remembered`` questions are kept, for what is asked again in another way. ``known_as`` is
    the index's own folder where this is a copy of it: by that one its model is judged.
    Raises IndexMissing, IndexDamaged, FormatMismatch; when the first question comes, EncoderUnavailable, of which
    ModelNotNamed, or EncoderMismatch where the model is not the one the index was made with.
    """
    place = index_folder(folder if known_as is None else known_as)  # refuses names that cannot be opened
    if isinstance(today, datetime) or not isinstance(today, date | None):
        raise UsageError(f"today is {today!r:.60}: expected a date")
    if named_events is not None:
        refuse_unusable_path(named_events, "named_events")
    if aliases is not None:
        refuse_unusable_path(aliases, "aliases")
    if model is not None:
        name_model(model)
    spellings = None if aliases is None else read_spellings(Path(aliases))
    snapshot = open_snapshot(Path(folder))
    record = snapshot.encoder

    def open_model() -> Encoder:
        known = model_for_index(record.model, place, model)
        encoder = open_encoder(known, record.seen_weights, network=model is not None)
        if (encoder.identity, encoder.dim) != (record.identity, record.dim):
            raise EncoderMismatch(
                f"was made with {record.identity}; {known} now is {encoder.identity}",
                where=place,
                remedy=f"encode it again with: {command('index', '--rebuild', index=place)}",
            )
        return encoder

    named = None
    if named_events is not None:
        from semsearch.dates.named import read_events, shipped_events

        named = (*read_events(Path(named_events)), *shipped_events())
    day = today or date.today()
    return LocalIndex(snapshot, open_model, QuestionTime(snapshot, day, named), day, spellings, remembered)
