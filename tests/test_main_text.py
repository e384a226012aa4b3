# ruff: noqa: E501 (pages stand on one line)
"""The main text of pages of many builds, against what was put into them: F1 over sequences of four words."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from semsearch.readers.formats.html import page_document

NOUNS = [
    "ferry",
    "harbour",
    "bridge",
    "river",
    "council",
    "mayor",
    "baker",
    "winter",
    "island",
    "market",
    "school",
    "hospital",
    "railway",
    "border",
    "village",
    "tower",
]
VERBS = [
    "stopped",
    "opened",
    "closed",
    "reached",
    "left",
    "crossed",
    "repaired",
    "counted",
    "promised",
    "warned",
    "sold",
    "bought",
    "feared",
    "watched",
]
BOXES = {
    "menu": "<nav><ul><li><a href='/'>Home</a></li><li><a href='/news'>News</a></li><li><a href='/sport'>Sport</a></li></ul></nav>",
    "cookies": "<div class='cookie-banner'><p>We use cookies to make this site work. <button>Accept all</button></p></div>",
    "share": "<div class='share'><a href='#'>Share on Facebook</a> <a href='#'>Tweet</a> <a href='#'>Copy link</a></div>",
    "related": "<aside class='related'><h3>More on this</h3><ul><li><a href='/1'>Bread dearer than ever</a></li>"
    "<li><a href='/2'>Ten pictures of the frost</a></li></ul></aside>",
    "newsletter": "<form class='newsletter'><label>Sign up for our newsletter</label><input name='mail'><button>Go</button></form>",
    "footer": "<footer><p>© 2026 The Pilot. All rights reserved. Imprint, privacy, terms.</p></footer>",
    "comments": "<section id='comments' class='comments'><h3>Comments</h3><div class='comment'><p>First! Nice article.</p></div></section>",
    "sidebar": "<div class='sidebar'><h4>Most read</h4><ol><li><a href='/3'>Snow in May</a></li><li><a href='/4'>A cat</a></li></ol></div>",
}


def article(rng: random.Random, paragraphs: int) -> list[str]:
    """Paragraphs of made sentences."""

    def sentence() -> str:
        subject, verb, thing, place = rng.choice(NOUNS), rng.choice(VERBS), rng.choice(NOUNS), rng.choice(NOUNS)
        return f"The {subject} {verb} the {thing} near the {place} on {rng.choice(['Monday', 'Friday'])}, {rng.randint(2, 99)} people said."

    return [" ".join(sentence() for _ in range(rng.randint(2, 5))) for _ in range(paragraphs)]


def built(kind: str, texts: list[str], rng: random.Random) -> str:
    """A page of one build around an article."""
    boxes = {name: box for name, box in BOXES.items() if rng.random() < 0.8}

    def around(*names: str) -> str:
        return "".join(boxes.get(name, "") for name in names)

    paragraphs = [f"<p>{text}</p>" for text in texts]
    if kind == "broken":
        paragraphs = [f"<p>{text}" for text in texts]
    if kind == "breaks":
        paragraphs = ["<br><br>".join(texts)]
    if kind == "figures":
        paragraphs.insert(1, "<figure><img src='a.jpg' alt='The harbour'></figure>")
    body = "".join(paragraphs)
    inner = {
        "article": f"<main><article><h1>Ferry stopped</h1>{around('share')}{body}</article></main>",
        "divs": f"<div id='content'><div class='post'><h1>Ferry stopped</h1><div class='entry-content'>{body}</div></div></div>",
        "broken": f"<div class='content'><h1>Ferry stopped</h1>{body}</div>",
        "breaks": f"<div class='article-body'><h1>Ferry stopped</h1><div>{body}</div></div>",
        "figures": f"<article><h1>Ferry stopped</h1><div itemprop='articleBody'>{body}</div></article>",
        "table": f"<table width='100%'><tr><td class='left'>{around('sidebar')}</td><td><h1>Ferry stopped</h1>{body}</td></tr></table>",
    }[kind]
    head = "<head><meta charset='utf-8'><title>Ferry stopped - The Pilot</title><script>var a = 1;</script><style>p{}</style></head>"
    after = around("related", "sidebar", "newsletter", "comments", "footer")
    return f"<!doctype html><html>{head}<body>{around('menu', 'cookies')}{inner}{after}</body></html>"


def f1(found: str, texts: list[str]) -> float:
    """Of sequences of four words, as often as they are there."""

    def sequences(text: str) -> Counter[tuple[str, ...]]:
        words = text.split()
        return Counter(tuple(words[at : at + 4]) for at in range(max(len(words) - 3, 1)))

    one, other = sequences(found), sequences(" ".join(texts))
    both = sum((one & other).values())
    return 2 * both / (one.total() + other.total()) if both else 0.0


@pytest.mark.parametrize("kind", ["article", "divs", "broken", "breaks", "figures", "table"])
def test_the_main_text_of_a_build(kind: str) -> None:
    rng = random.Random(kind)
    scores = []
    for _ in range(10):
        texts = article(rng, rng.randint(4, 12))
        scores.append(f1(page_document(built(kind, texts, rng), "").text, texts))
    assert sum(scores) / len(scores) >= 0.95, scores
