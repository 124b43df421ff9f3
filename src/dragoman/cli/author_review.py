"""The review kit: ``dragoman author review make``, ``take`` and ``words``."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from dragoman.cli.options import HERE, Json, Root
from dragoman.text import counted


def review() -> None:
    """Have native speakers review gold in an hour: an offline page for each, and their answers as proposed
    decisions.
    """


def make(
    language: Annotated[str, typer.Option(help="language of the documents, as in ko", metavar="TAG")],
    out: Annotated[Path, typer.Option(help="folder for the pages and the key", metavar="DIR")],
    root: Root = HERE,
    minutes: Annotated[float, typer.Option(min=1, max=6000, help="time of each reader, in minutes")] = 60,
    interface: Annotated[
        str | None,
        typer.Option(help="language of the page's interface (default: that of the documents)", metavar="TAG"),
    ] = None,
    words: Annotated[
        Path | None, typer.Option(help="translation of the interface; see `words`", metavar="FILE.toml")
    ] = None,
    readers: Annotated[int, typer.Option(min=1, max=50, help="number of readers; each gets a page of their own")] = 1,
    seed: Annotated[int, typer.Option(min=0, help="random seed")] = 1,
    xlsx: Annotated[bool, typer.Option(help="also write spreadsheets (extra `review`)")] = True,
    as_json: Json = False,
) -> None:
    """Make a page on which a native speaker rates labels: right, wrong, don't know.

    Part one is a stratified random sample, for the estimate; part two is a search for errors, in order of
    disagreement between the passes. The page works offline and sends nothing: the reader returns the file that it
    saves. Send the page (or the spreadsheet), never key.json, which is needed to read the answers.

    Exit codes: 0 done, 1 no such gold, or no interface in that language, 2 wrong usage.
    """
    from dragoman.authoring.review import make as making
    from dragoman.authoring.review.review_words import read_words
    from dragoman.cli import show

    said = read_words(interface or language, words)
    made = making.make(root, language=language, words=said, minutes=minutes, readers=readers, seed=seed)
    written = making.write(made, out, xlsx=xlsx)
    cards = [made.key.cards[name] for name in made.key.asked[0]]
    show.summary(
        {
            "written": [str(path) for path in written],
            "cards": len(cards),
            "sample": sum(card.part == 1 and card.planted is None for card in cards),
            "planted": sum(card.planted is not None for card in cards),
            "labels": sum(stratum.labels for stratum in made.key.strata),
            "problems": [],
        },
        as_json=as_json,
    )


def take(
    files: Annotated[list[Path], typer.Argument(help="files that readers returned: JSON or XLSX", metavar="FILE…")],
    kit: Annotated[
        list[Path], typer.Option(help="folder with the key; repeatable, for several languages", metavar="DIR")
    ],
    root: Root = HERE,
    out: Annotated[
        Path | None, typer.Option(help="folder to write to (default: annotations/reviews below --root)", metavar="DIR")
    ] = None,
    card: Annotated[
        Path | None,
        typer.Option(help="insert the section into this data set card, between its markers", metavar="FILE.md"),
    ] = None,
    as_json: Json = False,
) -> None:
    """Evaluate returned reviews: proposed decisions, estimates, and a section of the card; gold is not changed.

    Writes proposed.jsonl (lines as in decisions.jsonl, for the adjudicator to review and move there), review.json and
    section.md.

    Exit codes: 0 done, 1 a file is invalid or of another kit, or gold has changed since, 2 wrong usage.
    """
    from dragoman.authoring.review import take as taking
    from dragoman.authoring.review.returned_reviews import read_key, read_reviews
    from dragoman.cli import show

    keys = [read_key(path) for path in kit]
    reviews = read_reviews(files, keys)
    taking.check_gold(root, [review.key for review in reviews])
    taken = taking.take(reviews)
    written = taking.write(taken, out or root / "annotations" / "reviews")
    if card is not None:
        taking.write_card(card, taken.summary)
    if as_json:
        show.summary({**taken.summary, "written": [str(path) for path in written], "problems": []}, as_json=True)
        return
    for one in taken.summary["reviews"]:
        for layer, share in one["shares"].items():
            value, ends = share["share"], share["interval"]
            said = "not judged" if value is None else f"{value:.3f} right ({ends[0]:.3f}–{ends[1]:.3f})"
            show.summary({f"{one['language']} {layer}": f"{said}, {counted(share['cards'], 'card')}"}, as_json=False)
        show.summary({"planted": f"{one['planted']['caught']} of {one['planted']['answered']} caught"}, as_json=False)
    kinds = Counter(finding["kind"] for one in taken.summary["reviews"] for finding in one["findings"])
    said = ", ".join(f"{count} {kind}" for kind, count in kinds.items()) or "none"
    show.summary({"findings": said}, as_json=False)
    show.summary({"proposals": len(taken.proposals), "written": [str(path) for path in written]}, as_json=False)


def words(
    language: Annotated[str, typer.Argument(help="one of the available languages", metavar="TAG")] = "en",
) -> None:
    """Print the interface texts of the page in a language: a file to translate for --words."""
    from dragoman.authoring.review.review_words import languages, shipped
    from dragoman.problems import error

    if language not in languages():
        raise error(
            "E501", f"there are no interface texts in {language[:40]!r}.", f"Available: {', '.join(languages())}."
        )
    typer.echo(shipped(language), nl=False)
