"""What the promises are tried on: articles made of few words, so that many of them answer."""

from __future__ import annotations

import json
import random
from pathlib import Path

WORDS = "town river soldiers grain deal bread bridge shells order army supply port ship flour".split()  # noqa: SIM905


def records(rng: random.Random, count: int) -> list[dict[str, str]]:
    """Articles of two sources, every ninth undated, most of which speak of other days."""
    found = []
    for number in range(count):
        first, second = (" ".join(rng.choices(WORDS, k=size)) for size in (120, 80))
        record = {
            "_id": f"d{number:03}",
            "title": " ".join(rng.choices(WORDS, k=4)),
            "text": f"{first}. It fell in April 2022. {second}.",
            "source": rng.choice(["Reuters", "AP"]),
        }
        if number % 9:
            record["date"] = f"2022-{number % 12 + 1:02}-{number % 28 + 1:02}"
        found.append(record)
    return found


def write_records(path: Path, articles: list[dict[str, str]]) -> Path:
    """Articles as JSON lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(article) + "\n" for article in articles), "utf-8")
    return path
