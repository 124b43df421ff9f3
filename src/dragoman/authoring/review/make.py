"""Generation of review kits: one page and one spreadsheet for each reader, and the key."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dragoman import benchmark, files, json_text
from dragoman.authoring.adjudication import gold_points
from dragoman.authoring.review import review_page, spreadsheet
from dragoman.authoring.review.card_sampling import Plan, plans
from dragoman.authoring.review.kit import KEY, VERDICTS, Card, Key, KeyCard, Kit, Stratum
from dragoman.authoring.review.label_cards import Group, Maker, Origins, groups
from dragoman.authoring.review.review_words import Words
from dragoman.benchmark import Benchmark
from dragoman.languages import short_tag
from dragoman.problems import error
from dragoman.schema.layers import LAYER_NAMES
from dragoman.schema.pass_file import GOLD_PASSES
from dragoman.schema.records import Document
from dragoman.statistics.resampling import SEED

MAX_READERS = 50
"""Maximum number of readers per call."""


@dataclass(frozen=True)
class Made:
    """Kits and their key, not yet written."""

    kits: list[Kit]
    key: Key


def make(root: Path, *, language: str, words: Words, minutes: float = 60, readers: int = 1, seed: int = SEED) -> Made:
    """Choose cards and make the kits of one language.

    Args:
        root: source root.
        language: BCP 47 tag of the documents; its varieties are included.
        words: texts of the interface.
        minutes: time per reader in minutes, more than 0.
        readers: number of readers, from 1 to :data:`MAX_READERS`.
        seed: random seed.

    Raises:
        DragomanError: E703 if no document of that language has gold, E711 if gold does not follow from the passes and
            decisions, or errors in the source root.

    """
    loaded = benchmark.load(root)
    documents = annotated(loaded, language)
    if not documents:
        known = sorted({short_tag(document.language) for document in loaded.documents})
        hint = f"There are documents in {', '.join(known)}."
        raise error("E703", f"no document in {language[:40]!r} has gold.", hint)
    origins = _origins(root, documents)
    every = groups(documents, origins)
    maker = Maker.of(loaded, words)
    key = Key(
        benchmark=loaded.name,
        version=loaded.version,
        gold=gold_of(documents),
        language=short_tag(language),
        seed=seed,
        kits=[],
        asked=[],
        answers={words.page[verdict]: verdict for verdict in VERDICTS}
        | {words.page["nothing"]: "right", words.page["something"]: "wrong"},
        strata=_strata(every),
        cards={},
    )
    own = not loaded.release.label_sets.keys().isdisjoint({"entities.type", "entities.form"})
    numbers: dict[Any, int] = {}
    kits = []
    for number, plan in enumerate(plans(every, minutes=minutes, readers=readers, seed=seed, own=own), 1):
        cards = _cards(plan, maker, key, numbers)
        kit = Kit(
            benchmark=loaded.name,
            version=loaded.version,
            language=key.language,
            interface=words.language,
            reader=number,
            words=_page_words(words, plan),
            cards=cards,
        )
        kits.append(kit)
        key.kits.append(kit.digest())
        key.asked.append([card.id for card in cards])
    return Made(kits, key)


def annotated(loaded: Benchmark, language: str) -> list[Document]:
    """Return the documents of a language, including its varieties, that have gold."""
    wanted = short_tag(language)
    return [d for d in loaded.documents if short_tag(d.language) == wanted and d.layers_annotated]


def gold_of(documents: list[Document]) -> str:
    """Return a digest of texts and labels, to detect changes since the kit was made."""
    labels = {d.id: {layer: getattr(d, layer) for layer in LAYER_NAMES} | {"text": d.text} for d in documents}
    return files.sha256(json_text.pretty(labels))


def _origins(root: Path, documents: list[Document]) -> Origins | None:
    """Return the origins of gold labels; None without passes."""
    if not all((root / "annotations" / "passes" / name).is_dir() for name in GOLD_PASSES):
        return None
    origins = gold_points(root)
    for document in documents:
        known = {(layer, label.id) for layer in LAYER_NAMES for label in getattr(document, layer)}
        if known != set(origins.get(document.id, ())):
            what = f"the gold of {document.id} does not follow from the passes and the decisions."
            raise error("E711", what, "Run dragoman author adjudicate.")
    return origins


def _strata(every: list[Group]) -> list[Stratum]:
    made: dict[tuple[str, str], list[Group]] = {}
    for group in every:
        made.setdefault(group.stratum, []).append(group)
    return [
        Stratum(layer=layer, passes=passes, cards=len(mine), labels=sum(len(g.labels) for g in mine))  # type: ignore[arg-type]
        for (layer, passes), mine in sorted(made.items())
    ]


def _cards(plan: Plan, maker: Maker, key: Key, numbers: dict[Any, int]) -> list[Card]:
    """Make the cards of a plan; a card for several readers has one number."""
    cards = []
    for part, items in ((1, plan.sample), (2, plan.rest)):
        for item in items:
            name = (part, item.id) if isinstance(item, Document) else (part, item.key, bool(item.change))
            number = numbers.setdefault(name, len(numbers) + 1)
            if isinstance(item, Document):
                cards.append(maker.missed(item, number))
                key.cards[f"q{number}"] = KeyCard(part=2, document=item.id)
            else:
                cards.append(maker.label(item, number, part))
                key.cards[f"q{number}"] = item.keyed(part)
    return cards


def _page_words(words: Words, plan: Plan) -> dict[str, str]:
    """Fill in the interface texts that disclose the composition of the kit."""
    planted = sum(isinstance(item, Group) and bool(item.change) for item in (*plan.sample, *plan.rest))
    page = dict(words.page)
    page["intro_sample"] = page["intro_sample"].replace("{n}", str(sum(not group.change for group in plan.sample)))
    page["intro_rest"] = page["intro_rest"].replace("{n}", str(len(plan.rest)))
    page["intro_planted"] = page["intro_planted"].replace("{n}", str(planted))
    page["intro_shared"] = page["intro_shared" if plan.shared else "intro_alone"]
    return page


def write(made: Made, out: Path, *, xlsx: bool = True) -> list[Path]:
    """Write pages, spreadsheets and the key into a folder.

    Args:
        made: output of :func:`make`.
        out: output folder; another kit in it is never overwritten, since its answers could then not be evaluated.
        xlsx: whether to write spreadsheets too.

    Returns:
        Paths of the files, the key last.

    Raises:
        DragomanError: E108 if there is another kit or the folder cannot be written; E739 without the extra ``review``.

    """
    key = json_text.pretty(made.key)
    if (out / KEY).exists() and files.read_bytes(out / KEY) != key:
        hint = "Choose another folder: without its key nobody can read the answers to that kit."
        raise error("E108", "there is the key to another kit.", hint, file=str(out / KEY))
    contents: dict[Path, bytes] = {}
    for kit in made.kits:
        stem = f"review-{kit.language}" + (f"-{kit.reader}" if len(made.kits) > 1 else "")
        contents[out / f"{stem}.html"] = review_page.render(kit).encode()
        if xlsx:
            contents[out / f"{stem}.xlsx"] = spreadsheet.write(kit)
    contents[out / KEY] = key
    with files.writing_into(out):
        for path, data in contents.items():
            files.write(path, data)
    return list(contents)
