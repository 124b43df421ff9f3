"""From returned reviews to proposed decisions and a section of the card; gold is never changed.

A card that more readers judge wrong than right becomes a proposal: a line in the format of ``decisions.jsonl``, for
each label of the passes that it represents, that removes the label. The adjudicator reads the comment, and specifies
the right label instead if there is one. A label that was added by a decision, and that neither pass has, cannot be
referred to by a decision: it is only listed in the findings, as are missed labels and disputed ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from dragoman import benchmark, files, json_text
from dragoman.authoring.review import estimate
from dragoman.authoring.review.kit import Answer, Key, KeyCard
from dragoman.authoring.review.make import annotated, gold_of
from dragoman.authoring.review.returned_reviews import Review
from dragoman.authoring.review.review_section import section
from dragoman.problems import DragomanError, Problem, error
from dragoman.schema.decision import Decision
from dragoman.text import counted

PROPOSED, SUMMARY, SECTION = "proposed.jsonl", "review.json", "section.md"


@dataclass
class Taken:
    """Result of the reviews, by kit.

    Attributes:
        summary: all numbers and findings, the content of ``review.json``.
        proposals: proposed decisions.

    """

    summary: dict[str, Any]
    proposals: list[Decision] = field(default_factory=list)


def check_gold(root: Path, keys: Sequence[Key]) -> None:
    """Check that the labels have not changed since the kits were made.

    Raises:
        DragomanError: E738 for a kit that was made from other gold.

    """
    loaded = benchmark.load(root)
    problems = [
        Problem(
            code="E738",
            what=f"the {key.language} labels have changed since the kit was made.",
            hint="Take the review with the project as it was then (git worktree), and correct gold afterwards.",
        )
        for key in keys
        if gold_of(annotated(loaded, key.language)) != key.gold
    ]
    if problems:
        raise DragomanError(problems)


def take(reviews: Sequence[Review]) -> Taken:
    """Evaluate reviews.

    Args:
        reviews: reviews of one or more kits.

    """
    taken = Taken({"schema_version": "1", "reviews": []})
    by_key: dict[int, list[Review]] = {}
    for review in reviews:
        by_key.setdefault(id(review.key), []).append(review)
    for mine in by_key.values():
        key = mine[0].key
        answers = _answers(mine)
        taken.summary["reviews"].append(
            {
                "benchmark": key.benchmark,
                "version": key.version,
                "language": key.language,
                "kits": sorted({review.returned.kit for review in mine}),
                "readers": [_reader(review) for review in mine],
                **_numbers(key, answers),
                "findings": _findings(key, answers),
            }
        )
        taken.proposals += _proposals(key, answers)
    return taken


Given = Mapping[str, Sequence[Answer]]
"""Answers by card, for cards with an answer or a comment."""


def _answers(reviews: Sequence[Review]) -> dict[str, list[Answer]]:
    made: dict[str, list[Answer]] = {}
    for review in reviews:
        for name, answer in review.returned.answers.items():
            if answer.answer is not None or answer.comment.strip():
                made.setdefault(name, []).append(answer)
    return made


def _reader(review: Review) -> dict[str, Any]:
    returned, cards = review.returned, review.key.cards
    asked = review.key.asked[review.key.kits.index(returned.kit)]
    said = {name: answer for name, answer in returned.answers.items() if answer.answer is not None}
    return {
        "name": returned.reader.strip(),
        "native": returned.native,
        "cards": len(asked),
        "answered": len(said),
        "unsure": sum(answer.answer == "unsure" for answer in said.values()),
        "labels_judged": sum(len(cards[n].labels) for n in said if cards[n].layer and cards[n].planted is None),
    }


def _votes(answers: Given, name: str) -> list[Any]:
    return [answer.answer for answer in answers.get(name, ()) if answer.answer is not None]


def _numbers(key: Key, answers: Given) -> dict[str, Any]:
    judged = []
    for name, card in key.cards.items():
        verdict = estimate.verdict(_votes(answers, name))
        if card.part == 1 and card.planted is None and card.layer is not None and verdict is not None:
            judged.append(estimate.Judged(card.document, (card.layer, card.passes), len(card.labels), verdict))
    planted = [vote for name, card in key.cards.items() if card.planted is not None for vote in _votes(answers, name)]
    caught = planted.count("wrong")
    real = {name: _votes(answers, name) for name, card in key.cards.items() if card.layer and card.planted is None}
    agreeing, pairs = estimate.agreement(real)
    interval = estimate.wilson(caught / len(planted), len(planted)) if planted else None
    return {
        "shares": {layer: asdict(share) for layer, share in estimate.shares(judged, key.strata).items()},
        "strata": [
            {**msgspec.to_builtins(stratum), **asdict(estimate.share(_within(judged, stratum), [stratum]))}
            for stratum in key.strata
        ],
        "planted": {"answered": len(planted), "caught": caught, "interval": interval},
        "agreement": {"pairs": pairs, "agree": agreeing},
    }


def _within(judged: Sequence[estimate.Judged], stratum: Any) -> list[estimate.Judged]:
    return [card for card in judged if card.stratum == (stratum.layer, stratum.passes)]


def _findings(key: Key, answers: Given) -> list[dict[str, Any]]:
    """Return cards with a negative answer or a comment, and documents with missed labels."""
    made = []
    for name, card in key.cards.items():
        votes, comments = _votes(answers, name), _comments(answers, name)
        if card.planted is not None or not (comments or "wrong" in votes):
            continue
        right, wrong = votes.count("right"), votes.count("wrong")
        kind = "missed" if card.layer is None else "wrong" if wrong > right else "disputed" if wrong else "comment"
        if card.layer is None and not wrong:
            kind = "comment"
        made.append(
            {
                "card": name,
                "kind": kind,
                "document": card.document,
                "layer": card.layer,
                "labels": [label.id for label in card.labels],
                "right": right,
                "wrong": wrong,
                "unsure": votes.count("unsure"),
                "comments": comments,
            }
        )
    return made


def _comments(answers: Given, name: str) -> list[str]:
    return [answer.comment.strip() for answer in answers.get(name, ()) if answer.comment.strip()]


def _proposals(key: Key, answers: Given) -> list[Decision]:
    made = []
    done: set[tuple[str, str, str | None, str | None]] = set()
    for name, card in key.cards.items():
        votes = _votes(answers, name)
        right, wrong = votes.count("right"), votes.count("wrong")
        if card.layer is None or card.planted is not None or wrong <= right:
            continue
        for label in card.labels:
            place = (card.document, card.layer, label.a, label.b)
            if (label.a, label.b) != (None, None) and place not in done:
                done.add(place)
                count = f"{wrong} of {counted(right + wrong, 'reader')}"
                made.append(_proposal(card, label.a, label.b, count, _comments(answers, name)))
    return made


def _proposal(card: KeyCard, a: str | None, b: str | None, count: str, comments: Sequence[str]) -> Decision:
    said = f" They say: {' / '.join(comments)}" if comments else ""
    layer: Any = card.layer
    reason = f"Proposed by a review: {count} who judged the label hold it to be wrong.{said}"
    return Decision(document=card.document, layer=layer, a=a, b=b, keep="none", reason=reason)


def write(taken: Taken, out: Path) -> list[Path]:
    """Write proposals, numbers and the section of the card into a folder.

    Raises:
        DragomanError: E108 if the folder cannot be written or is locked.

    """
    contents = {
        PROPOSED: json_text.lines(taken.proposals),
        SUMMARY: json_text.pretty(taken.summary),
        SECTION: section(taken.summary).encode(),
    }
    with files.writing_into(out):
        for name, data in contents.items():
            files.write(out / name, data)
    return [out / name for name in contents]


def write_card(path: Path, summary: Mapping[str, Any]) -> bool:
    """Insert the section into a card, between its markers; return whether that changed the card.

    Raises:
        DragomanError: E706 if the card has no such markers.

    """
    opened, closed = "<!-- generated: review -->\n", "<!-- end of generated: review -->"
    before, found, rest = files.read_text(path).partition(opened)
    _, ended, after = rest.partition(closed)
    if not found or not ended:
        hint = f"Put {opened.strip()} and {closed} into it, each on a line of its own."
        raise error("E706", "the card has no place for a review.", hint, file=str(path))
    return files.write(path, f"{before}{opened}\n{section(summary)}\n{closed}{after}".encode())
