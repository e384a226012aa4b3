"""A retriever for Haystack (``haystack-ai``): its TextRetriever protocol, filters on dates turned into windows.

>>> from semsearch.adapters.haystack import SemsearchRetriever
>>> retriever = SemsearchRetriever("indexes/default")  # doctest: +SKIP
>>> since = {"field": "meta.published", "operator": ">=", "value": "2022-11"}
>>> retriever.run("grain deal", filters=since, top_k=3)["documents"][0].meta["published"]  # doctest: +SKIP
'2022-11-02'
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from haystack import Document, component, default_from_dict, default_to_dict

from semsearch.adapters.asking import Asking, id_of, metadata_of
from semsearch.dates.typed import parse_period
from semsearch.errors import UsageError

Choices = dict[str, Any]
DAY = timedelta(days=1)


@component
class SemsearchRetriever:
    """Passages of an index as Haystack's documents; ``options`` are keywords of semsearch's search."""

    def __init__(self, index: str = "indexes/default", options: Choices | None = None) -> None:
        self.index = str(index)
        self.options = dict(options or {})
        self._asking = Asking(self.index, self.options)

    @component.output_types(documents=list[Document])
    def run(self, query: str, filters: dict[str, Any] | None = None, top_k: int | None = None) -> dict[str, Any]:
        """The passages that answer ``query``. Raises UsageError for a filter that an index cannot apply."""
        choices = {**choices_of(filters), **({} if top_k is None else {"top": top_k})}
        hits = self._asking.answer(query, choices).hits
        found = [Document(id=id_of(hit), content=hit.text, meta=metadata_of(hit), score=hit.score) for hit in hits]
        return {"documents": found}

    def to_dict(self) -> dict[str, Any]:
        """What a pipeline is saved as."""
        return default_to_dict(self, index=self.index, options=self.options)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Any:
        """The component of a saved pipeline."""
        return default_from_dict(cls, data)


def choices_of(filters: Mapping[str, Any] | None) -> Choices:
    """The options that a filter of Haystack stands for: conditions, or some of them joined by AND."""
    if not filters:
        return {}
    if "conditions" not in filters:
        return _choice(filters)
    if str(filters.get("operator", "AND")).upper() != "AND":
        raise UsageError(f"filters are joined by {filters['operator']}: an index takes AND alone")
    found: Choices = {}
    for condition in filters["conditions"]:
        _join(found, choices_of(condition))
    return found


def _join(found: Choices, more: Choices) -> None:
    for name, value in more.items():
        if name == "since":
            found[name] = max(found.get(name, value), value)
        elif name == "until":
            found[name] = min(found.get(name, value), value)
        elif name in found and name == "publishers":
            raise UsageError("two filters on the source: name all of them in one, with the operator in")
        else:
            found[name] = [*found.get(name, []), *value]


def _choice(condition: Mapping[str, Any]) -> Choices:
    field = str(condition.get("field", "")).removeprefix("meta.")
    operator, value = str(condition.get("operator", "==")), condition.get("value")
    if field in ("published", "date"):
        return _window(operator, value)
    if field in ("source", "publisher"):
        return _publishers(operator, value)
    return _kept(field, operator, value)


def _window(operator: str, value: Any) -> Choices:
    first, last = _period(value)
    made: Mapping[str, Callable[[], Choices]] = {
        "==": lambda: {"since": first.isoformat(), "until": last.isoformat()},
        ">=": lambda: {"since": first.isoformat()},
        ">": lambda: {"since": (last + DAY).isoformat()},
        "<=": lambda: {"until": last.isoformat()},
        "<": lambda: {"until": (first - DAY).isoformat()},
    }
    if operator not in made:
        raise UsageError(f"a filter on published has the operator {operator!r}: expected one of {', '.join(made)}")
    return made[operator]()


def _period(value: Any) -> tuple[date, date]:
    if isinstance(value, datetime):
        return value.date(), value.date()
    if isinstance(value, date):
        return value, value
    return parse_period(str(value).partition("T")[0])


def _publishers(operator: str, value: Any) -> Choices:
    names = [str(each) for each in value] if isinstance(value, list) else [str(value)]
    found = {"==": "publishers", "in": "publishers", "!=": "not_publishers", "not in": "not_publishers"}.get(operator)
    if found is None:
        raise UsageError(f"a filter on the source has the operator {operator!r}: expected ==, !=, in or not in")
    return {found: names}


def _kept(field: str, operator: str, value: Any) -> Choices:
    signs = {"==": "=", "!=": "!=", "<": "<", ">": ">", "<=": "<=", ">=": ">="}
    if not field or operator not in signs or isinstance(value, list | dict):
        raise UsageError(f"a filter on {field!r} with the operator {operator!r} is none that an index can apply")
    return {"where": [f"{field}{signs[operator]}{value}"]}
