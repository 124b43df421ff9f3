"""A synthetic review: kits of the small benchmark, and answers by a rule. It must never be published as a real one."""

import json
from pathlib import Path

from dragoman.authoring.review import make
from dragoman.authoring.review.review_words import read_words

ROOT = Path(__file__).resolve().parents[2]
BASE = ROOT / "tests" / "checks" / "invalid" / "base"
READER = "Made-Up <b>Reader</b> | **x**"


def kit(root, language="ko", *, interface=None, **options):
    return make.make(root, language=language, words=read_words(interface or language), **options)


def answers(made, rule, *, reader=0, name=READER, copy="copy-1"):
    """Return the answers file that the page would save; `rule` maps a card and its key entry to an answer or None."""
    given = {}
    for card in made.kits[reader].cards:
        said = rule(card, made.key.cards[card.id])
        if said is not None:
            given[card.id] = {"answer": said, "comment": "not so" if said == "wrong" else ""}
    return {
        "dragoman_review": "1",
        "kit": made.kits[reader].digest(),
        "copy": copy,
        "reader": name,
        "native": True,
        "answers": given,
    }


def careful(card, entry):
    """A reader who finds planted errors, judges the second claim wrong, and reports a missing label."""
    if entry.planted is not None:
        return "wrong"
    if card.kind == "missed":
        return "wrong"
    return "wrong" if card.layer == "claims" and entry.labels[0].id == "c2" else "right"


def write(folder, *returned):
    paths = []
    for number, each in enumerate(returned, 1):
        paths.append(folder / f"returned-{number}.json")
        paths[-1].write_text(json.dumps(each), "utf-8")
    return paths
