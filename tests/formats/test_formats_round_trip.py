"""What a format can hold comes back as it was; what it cannot is counted, and the rest comes back."""

from __future__ import annotations

import msgspec
import pytest
from format_cases import NAMES, ORDERED, WRITTEN, bare, items, read_back, spans, strings, tame_labels, texts, wild
from hypothesis import given, settings
from hypothesis import strategies as st

from dragoman import json_text
from dragoman.formats import plain_spans, tokens
from dragoman.formats.outcome import DATE_LABELS, Options
from dragoman.formats.registry import FORMATS
from dragoman.problems import Diagnostics
from dragoman.reading.lines import read as read_lines_precisely
from dragoman.reading.target import Target
from dragoman.schema.submission import PredictedClaim, PredictedClaimant, PredictedDate, PredictedEntity, Submission

date_labels = st.sampled_from(sorted(DATE_LABELS))
words = st.sampled_from(["x7", "Q42", "a:b", "NAM", "2024-06", "값", "قيمة", "1"])


def documents(entity_items, date_items):
    """One line with its text; the lists are drawn for the text."""

    @st.composite
    def draw_one(draw):
        text = draw(texts)
        entities = draw(entity_items(text)) if entity_items else None
        dates = draw(date_items(text)) if date_items else None
        return Submission(id=NAMES[0], entities=entities, dates=dates), text

    return draw_one()


def separate(found):
    kept, _ = tokens.outermost((span.start, span.end, None) for span in found)
    taken = set()
    return [
        span
        for span in found
        if (span.start, span.end, None) in kept
        and not ((span.start, span.end) in taken or taken.add((span.start, span.end)))
    ]


def identical(name, line, text, *, held=(), keep=(), **options):
    written = FORMATS[name].write([line], {line.id: text}, Options(**options))
    assert written.problems == ()
    back = read_back(name, written, {line.id: text}, **options)
    assert back.problems == ()
    assert bare(back.lines, held=held, keep=keep) == bare([line], held=held, keep=keep)
    for layer in ("entities", "dates"):
        for span in getattr(back.lines[0], layer) or []:
            assert span.text == text[span.start : span.end]


@st.composite
def aligned(draw, *, characters):
    """Spans that begin and end with tokens and do not overlap: what columns hold."""
    text = draw(texts)
    cut = tokens.characters(text) if characters else tokens.words(text)
    found = []
    at = 0
    while at < len(cut):
        last = draw(st.integers(at, min(at + 3, len(cut) - 1)))
        if draw(st.booleans()):
            record = draw(st.sampled_from([PredictedEntity, PredictedDate]))
            label = draw(date_labels if record is PredictedDate else tame_labels | st.none() | st.just(""))
            found.append(record(start=cut[at][0], end=cut[last][1], type=label))
        at = last + 1
    dates = [span for span in found if isinstance(span, PredictedDate)] or None
    entities = [span for span in found if isinstance(span, PredictedEntity)]
    return Submission(id=NAMES[1], entities=entities, dates=dates), text


@pytest.mark.parametrize("characters", [False, True])
@given(data=st.data())
def test_columns_hold_aligned_spans(characters, data):
    line, text = data.draw(aligned(characters=characters))
    identical("conll", line, text, characters=characters)


@given(aligned(characters=True))
def test_columns_without_offsets_are_found_in_the_text(case):
    line, text = case
    written = FORMATS["conll"].write([line], {line.id: text}, Options(characters=True))
    rows = written.files["submission.conll"].decode().split("\n")[1:]
    cells = [row.split("\t") for row in rows]
    without = "\n".join("\t".join([row[0], row[3]]) if len(row) == 4 else row[0] for row in cells)
    back = FORMATS["conll"].read(without.encode(), Options(texts={line.id: text}))
    assert back.problems == ()
    assert bare(back.lines) == bare([line])


@given(
    documents(
        lambda text: items(
            PredictedEntity, len(text), tame_labels, entity_ids=st.none() | st.lists(words, min_size=1, max_size=1)
        ),
        lambda text: items(PredictedDate, len(text), date_labels).map(lambda found: found or None),
    )
)
def test_spacy_holds_any_spans_and_one_id(case):
    line, text = case
    line.text = text
    identical("spacy", line, text, held=("entity_ids",), keep=("text",))


@given(documents(lambda text: items(PredictedEntity, len(text), tame_labels | st.none()), None))
def test_a_pipeline_holds_any_spans(case):
    line, text = case
    written = FORMATS["pipeline"].write([line], {line.id: text})
    back = read_back("pipeline", written, {line.id: text})
    assert dict(written.losses) == {"values of documents.id": 1}
    assert back.problems == ()
    assert bare(back.lines) == bare([line])


def nested(found):
    """Leave out dates that cross one before them."""
    kept = []
    for span in sorted(found, key=lambda span: (span.start, -span.end)):
        if all(span.start >= other.end or span.end <= other.end for other in kept):
            kept.append(span)
    return kept


def allowed(text):
    return "".join(c for c in text if c in "\t\n\r" or (c >= " " and c not in "\ufffe\uffff"))


@given(st.data())
def test_timeml_holds_nested_dates_with_their_values(data):
    text = allowed(data.draw(texts))
    fields = {name: st.none() | strings.map(allowed) for name in ("value", "mod")}
    found = nested(data.draw(items(PredictedDate, len(text), st.none() | tame_labels | date_labels, **fields)))
    for number, span in enumerate(found):
        span.id = f"d{number}"
        span.ref = data.draw(st.sampled_from([None, "published", *(other.id for other in found[:number])]))
    line = Submission(id=NAMES[2], dates=found, text=text, published="2024-06-17")
    identical("timeml", line, text, held=("id", "value", "mod", "ref"), keep=("text", "published"))


def unbroken(text, span):
    return text[span[0] : span[1]].strip("\r\n") == text[span[0] : span[1]]


@st.composite
def brat_lines(draw):
    """Everything that brat holds: ids, forms, entity ids, date fields, claims in pieces with their claimants."""
    text = draw(texts)
    fields = {"id": st.none() | words, "form": st.none() | words, "entity_ids": st.none() | st.lists(words, max_size=3)}
    entities = draw(items(PredictedEntity, len(text), tame_labels, **fields))
    entities = [item for item in entities if unbroken(text, (item.start, item.end))]
    fields = {name: st.none() | words for name in ("id", "value", "mod", "ref", "value_external")}
    dates = draw(items(PredictedDate, len(text), date_labels, **fields))
    dates = [item for item in dates if unbroken(text, (item.start, item.end))]
    mentions = [entity.id for entity in entities if entity.id is not None]

    @st.composite
    def fragments(draw):
        found = plain_spans.joined(draw(st.lists(spans(len(text)), min_size=1, max_size=3)))
        kept = [found[0]]
        for span in found[1:]:
            if text[kept[-1][1] : span[0]].strip("\r\n"):
                kept.append(span)
        return [span for span in kept if unbroken(text, span)]

    claims = []
    for number in range(draw(st.integers(0, 3)) if text else 0):
        content = draw(fragments())
        claimants = [PredictedClaimant(role="AUTHOR")] if draw(st.booleans()) else []
        if draw(st.booleans()):
            ids = draw(st.none() | st.lists(words, min_size=1, max_size=2))
            claimants.append(PredictedClaimant(role="IMPLICIT", entity_ids=ids))
        span = draw(spans(len(text)))
        if mentions and draw(st.booleans()):
            claimants.append(PredictedClaimant(role="MENTION", mention=draw(st.sampled_from(mentions))))
        if unbroken(text, span):
            claimants.append(PredictedClaimant(role="MENTION", start=span[0], end=span[1], text=text[slice(*span)]))
        claim = PredictedClaim(
            id=f"c{number}",
            content=content,
            cue=draw(st.none() | fragments()) or None,
            claimants=claimants or None,
            parent=draw(st.sampled_from([None, *(claim.id for claim in claims)])),
            **{name: draw(st.none() | words) for name in ("polarity", "modality", "act", "cluster")},
            level=draw(st.none() | st.integers(0, 9)),
        )
        if content:
            claims.append(claim)
    return Submission(id=NAMES[0], entities=entities, dates=dates or None, claims=claims or None), text


@given(brat_lines())
def test_brat_holds_nearly_everything(case):
    line, text = case
    for layer in (line.entities, line.dates or []):
        for number, item in enumerate(layer):
            item.id = item.id or f"i{number}"
    identical("brat", line, text, held=("id", "form", "entity_ids", "value", "mod", "ref", "value_external"))


@pytest.mark.parametrize("name", WRITTEN)
@settings(max_examples=60)
@given(case=wild(), characters=st.booleans())
def test_what_is_lost_is_counted_and_the_rest_is_stable(name, case, characters):
    lines, known = case
    before = msgspec.json.encode(lines)
    options = {"characters": characters}
    written = FORMATS[name].write(lines, known, Options(**options))
    assert msgspec.json.encode(lines) == before, "the lines are never changed"
    assert not [problem for problem in written.problems if problem.severity == "error"]
    assert all(problem.code == "W905" for problem in written.problems)
    seen = known if "characters that XML does not allow" not in written.losses else {}
    back = read_back(name, written, seen if name not in ORDERED else known, **options)
    assert back.checked() is back.lines
    assert [line.id for line in sorted(back.lines, key=lambda line: line.id)] == sorted(known)
    # Every span is there, or was counted.
    total = sum(len(line.entities or []) + len(line.dates or []) for line in lines)
    arrived = sum(len(line.entities or []) + len(line.dates or []) for line in back.lines)
    assert total - arrived == sum(written.losses.get(kind, 0) for kind in SPANS_LOST)
    # What has arrived is what the format holds: it goes through once more without change.
    again = FORMATS[name].write(back.lines, known, Options(**options))
    assert not set(again.losses) & set(SPANS_LOST)
    twice = read_back(name, again, known if seen else {}, **options)
    if seen:
        assert twice.lines == back.lines


SPANS_LOST = (
    "items of entities",
    "items of dates",
    "spans that do not begin and end where tokens do",
    "spans whose type has characters that do not fit into a column",
    "spans that are nested in another or overlap it",
    "entities whose type cannot be a label",
    "dates whose type cannot be a label",
    "spans that begin or end with a line break",
    "dates that cross another",
    "dates that are nested too deeply",
)


@pytest.mark.parametrize("name", WRITTEN)
def test_every_field_of_a_submission_is_held_or_counted(name):
    text = "기자는 «내일» قال"
    line = Submission(
        id="a",
        text=text,
        language="ko",
        kind="article",
        page="p",
        published="2024",
        entities=[PredictedEntity(0, 2, **full(PredictedEntity))],
        dates=[PredictedDate(5, 7, **full(PredictedDate))],
        claims=[PredictedClaim(content=[(0, 2)], **full(PredictedClaim)), PredictedClaim(content=[(3, 4)], id="y")],
    )
    layers = {"entities": PredictedEntity, "dates": PredictedDate, "claims": PredictedClaim}
    format_ = FORMATS[name]
    losses = format_.write([line], {"a": text}).losses
    for layer, record in layers.items():
        for field in msgspec.structs.fields(record):
            kind = f"{layer}.{field.name}"
            said = f"values of {kind}" in losses or f"items of {layer}" in losses
            assert said == (kind not in format_.holds) or field.name in (
                "start",
                "end",
                "text",
                "quote",
                "occurrence",
            )
    for field in ("id", "text", "language", "kind", "page", "published"):
        assert (f"values of documents.{field}" in losses) == (f"documents.{field}" not in format_.holds)


def full(record):
    """A value for every field of a record but its place."""
    made = {}
    for field in msgspec.structs.fields(record):
        if field.name not in ("start", "end", "text", "quote", "occurrence", "content", "cue", "claimants", "parent"):
            made[field.name] = (
                1
                if field.name == "level"
                else ["x"]
                if "list" in str(field.type)
                else "DATE"
                if record is PredictedDate
                else "x"
            )
    if record is PredictedClaim:
        made |= {"cue": [(0, 1)], "claimants": [PredictedClaimant(role="AUTHOR")], "parent": "y"}
    return made


def test_plain_form_refuses_what_is_wrong():
    report = Diagnostics("p")
    lines = [
        Submission(id="a", entities=[PredictedEntity(0, 9), PredictedEntity(1, 1), PredictedEntity(0, 1, "x")]),
        Submission(id="a", entities=[PredictedEntity(quote="나"), PredictedEntity(quote="zz"), PredictedEntity()]),
        Submission(id="b"),
        Submission(id="c\ud800"),
        Submission(id="d", claims=[PredictedClaim([(0, 1)], parent="c9", claimants=[PredictedClaimant(mention="e9")])]),
        Submission(id="e", dates=[PredictedDate(0, 1, id="d1"), PredictedDate(0, 1, id="d1")], text="y"),
    ]
    plain_spans.plain(lines, {"a": "가나나", "c\ud800": "", "d": "x", "e": "x"}, report)
    assert [(problem.code, problem.line) for problem in report.problems()] == [
        *(("E401", 1), ("E402", 1), ("E403", 1), ("E406", 2), ("E406", 2), ("E406", 2), ("E204", 3), ("E102", 4)),
        *(("E601", 5), ("E601", 5), ("E403", 6), ("E303", 6), ("E302", 0)),
    ]


def test_what_is_written_is_judged_as_what_is_read():
    """Converters and the reader walk the items of a line by one mechanism, so both say the same of the same claims."""
    claims = [
        PredictedClaim([(0, 1)], id="c1", parent="c2", claimants=[PredictedClaimant(role="AUTHOR", start=0, end=1)]),
        PredictedClaim([(0, 1), (2, 9)], id="c2", parent="c1", claimants=[PredictedClaimant()], cue=[(1, 1)]),
    ]
    line = Submission(id="a", text="가나나", claims=claims)
    report = Diagnostics("p")
    plain_spans.plain([line], {}, report)
    read = read_lines_precisely(json_text.lines([line]), Target(), "p")
    assert {problem.code for problem in report.problems()} == {"E503", "E401", "E402", "E204", "E602"}
    assert [(p.code, p.path, p.what, p.hint) for p in report.problems()] == [
        (p.code, p.path, p.what, p.hint) for p in read.problems
    ]
