"""Random submissions with difficult texts, for round trips through the formats; no text is from a page."""

from __future__ import annotations

import msgspec
from hypothesis import strategies as st

from dragoman.formats.format_files import gather, read_files
from dragoman.formats.outcome import DATE_LABELS, DEFAULT, Options
from dragoman.formats.registry import FORMATS
from dragoman.schema.submission import PredictedClaim, PredictedClaimant, PredictedDate, PredictedEntity, Submission

# Characters that break offsets and separators: line ends, combining marks, both directions, joiners, astral ones,
# markup.
PIECES = [
    *("a", "Z", "9", " ", "  ", "\n", "\r\n", "\r", "\t", "\u00a0", "\u2028", "\u0085", "\ufeff", "_", "#", "-", "O"),
    *(
        "e\u0301",
        "a\u0323\u0301",
        "가",
        "각",
        "조로",
        "\u1100\u1161",
        "평양",
        "《",
        "ا",
        "ّ",
        "القاهرة",
        "\u200f",
        "\u202e",
    ),
    *(
        "😀",
        "👩\u200d🚀",
        "🇰🇵",
        "𝔸",
        "&amp;",
        "<TEXT>",
        "]]>",
        "&",
        '"',
        "'",
        ";",
        ":",
        "# newdoc id = x",
        "-DOCSTART-",
        "T1",
    ),
]
pieces = st.one_of(st.sampled_from(PIECES), st.characters(exclude_categories=["Cs"]))
texts = st.lists(pieces, max_size=20).map("".join)
tame_labels = st.sampled_from(["PER", "ORG", "geo-loc", "B-PER", "인물", "شخص", "X.y_1"])
wild_labels = st.one_of(
    tame_labels, st.none(), st.sampled_from(["", "a b", "Claim", "Cue", "DATE", "SET", "a\tb", "O"])
)
strings = st.one_of(st.sampled_from(["x7", "e1", "T1", "T2", "t0", "t1", "Q42", "a:b", "값", "قيمة"]), texts)
NAMES = ("001.article-1", "평양", "b c")


@st.composite
def spans(draw, length):
    start = draw(st.integers(0, length - 1))
    return start, draw(st.integers(start + 1, min(length, start + 12)))


@st.composite
def items(draw, record, length, labels, **fields):
    """A strategy for lists of labelled spans with ids that are unique or absent."""
    found = []
    ids = set()
    for _ in range(draw(st.integers(0, 5)) if length else 0):
        start, end = draw(spans(length))
        item = record(start=start, end=end, type=draw(labels))
        for name, values in fields.items():
            setattr(item, name, draw(values))
        if item.id in ids:
            item.id = None
        ids.add(item.id)
        found.append(item)
    return found


@st.composite
def claims(draw, length, entity_ids):
    found = []
    for number in range(draw(st.integers(0, 3)) if length else 0):
        role = st.sampled_from(["AUTHOR", "IMPLICIT"]).map(lambda role: PredictedClaimant(role=role))
        spanned = spans(length).map(lambda pair: PredictedClaimant(role="MENTION", start=pair[0], end=pair[1]))
        named = [st.sampled_from(entity_ids).map(lambda name: PredictedClaimant(role="MENTION", mention=name))]
        who = st.one_of(role, spanned, *(named if entity_ids else []))
        found.append(
            PredictedClaim(
                id=f"c{number}",
                content=draw(st.lists(spans(length), min_size=1, max_size=3)),
                cue=draw(st.none() | st.lists(spans(length), max_size=2)),
                claimants=draw(st.none() | st.lists(who, max_size=3)),
                parent=draw(st.sampled_from([None, *(claim.id for claim in found)])),
                polarity=draw(st.sampled_from([None, "positive", "부정"])),
                level=draw(st.none() | st.integers(0, 3)),
                cluster=draw(st.none() | strings),
                gloss=draw(st.none() | texts),
            )
        )
    return found


@st.composite
def wild(draw):
    """A strategy for lines with all that a submission can contain, and their texts."""
    lines, known = [], {}
    for name in NAMES[: draw(st.integers(1, 3))]:
        text = draw(texts)
        ids = st.none() | strings
        lists = st.none() | st.lists(strings, max_size=2)
        entities = draw(st.none() | items(PredictedEntity, len(text), wild_labels, id=ids, entity_ids=lists, form=ids))
        dates = draw(
            st.none()
            | items(PredictedDate, len(text), wild_labels, id=ids, value=ids, mod=ids, ref=st.none(), phenomena=lists)
        )
        mentions = [entity.id for entity in entities or [] if entity.id is not None]
        made = draw(st.none() | claims(len(text), mentions))
        published = draw(st.none() | strings)
        lines.append(Submission(id=name, entities=entities, dates=dates, claims=made, published=published))
        known[name] = text
    return lines, known


ORDERED = ("pipeline", "tuples")
"""Formats without document ids, which depend on the order of documents."""
WRITTEN = tuple(name for name, format_ in FORMATS.items() if format_.write is not None)
"""Formats that can be written."""


def read_back(format_name, written, known, **options):
    """Read converted files, given the texts and the order of the documents."""
    format_ = FORMATS[format_name]
    inputs = {name: data for name, data in written.files.items() if name.endswith(format_.suffixes)}
    spare = tuple(known) if format_name in ORDERED else ()
    beside = {
        name: {
            other: data
            for other, data in written.files.items()
            if other in (f"{name.removesuffix('.ann')}.txt", "TypeSystem.xml")
        }
        for name in inputs
    }
    return read_files(format_, inputs, Options(documents=spare, texts=known, **options), beside)


def bare(lines, *, held=(), keep=()):
    """Return lines as plain data without differences in meaningless details: surfaces, order, empty lists, absent ids.

    ``held`` are the fields of spans that are compared; ``keep`` those of documents.
    """
    made = {}
    for line in lines:
        layers = {}
        for layer in ("entities", "dates"):
            found = [
                (span.start, span.end, span.type, *(getattr(span, field, None) or None for field in held))
                for span in getattr(line, layer) or []
            ]
            layers[layer] = sorted(found, key=repr)
        layers["claims"] = sorted((msgspec.to_builtins(claim) for claim in line.claims or []), key=repr)
        made[line.id] = layers | {field: getattr(line, field) for field in keep}
    return made


def is_date(label):
    return label in DATE_LABELS


def read_path(format_, path, options=DEFAULT):
    """Read what lies at a path, with what stands beside it, before anybody checks it as a submission."""
    gathered = gather(path, format_)
    return read_files(format_, gathered.inputs, options, gathered.beside)
