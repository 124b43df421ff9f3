"""Labels as regions of Label Studio and back: nothing is lost, whatever the text and however the spans lie."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dragoman.authoring.adjudication import read_documents
from dragoman.authoring.label_studio import controls, file_kinds
from dragoman.authoring.label_studio.label_changes import difference, readable
from dragoman.authoring.label_studio.label_fields import restore, view
from dragoman.authoring.label_studio.region_reader import decode
from dragoman.authoring.label_studio.regions import encode
from dragoman.text import TextMap

ROOT = Path(__file__).parents[3]
DOCUMENTS = read_documents(ROOT)
KINDS = [
    file_kinds.GOLD,
    *(file_kinds.of_pass(p.name) for p in sorted((ROOT / "annotations/passes").iterdir()) if p.is_dir()),
]
PIECES = [
    "평양",
    "가",
    "ال",
    "صين",
    "شّ",
    "😀",
    "👩‍👩‍👧",
    "\r\n",
    "\n",
    "\u00a0",
    "e\u0301",
    "\u200f",
    "\u202e",
    "a ",
    "<b>",
]
TEXTS = st.lists(st.sampled_from(PIECES), min_size=1, max_size=25).map("".join)
WORDS = st.text(min_size=1, max_size=8)


def through_json(draft, text):
    return json.loads(json.dumps(encode(draft, text)))


def choice(name):
    return st.sampled_from(controls.CHOICES[name])


def several(name):
    return st.lists(choice(name), unique=True, max_size=3)


@st.composite
def drafts(draw):
    """A text and labels over it: nested, crossing, discontinuous, sharing cues, in any order."""
    text = draw(TEXTS)

    def span():
        start = draw(st.integers(0, len(text) - 1))
        end = draw(st.integers(start + 1, len(text)))
        return {"start": start, "end": end, "text": text[start:end]}

    lists = st.lists(WORDS, max_size=3)
    entities = [
        {"id": f"e{n}", **span(), "type": draw(st.sampled_from(controls.ENTITIES)), "form": draw(choice("form"))}
        | {"entity_ids": draw(lists), "phenomena": draw(several("phenomena"))}
        for n in draw(st.permutations(range(draw(st.integers(0, 4)))))
    ]
    dates = [
        {"id": f"d{n}", **span(), "type": draw(st.sampled_from(controls.DATES)), "value": draw(WORDS)}
        | {"mod": draw(st.none() | choice("mod")), "ref": draw(st.sampled_from(["none", "published", "d0"]))}
        | {"source": draw(choice("source")), "value_external": draw(st.none() | WORDS)}
        for n in range(draw(st.integers(0, 3)))
    ]
    names = [entity["id"] for entity in entities]
    claims = []
    for n in range(draw(st.integers(0, 3))):
        claimants = [{"role": draw(st.sampled_from(controls.CLAIMANT_ROLES)), "entity_ids": draw(lists)}]
        if names and draw(st.booleans()):
            chosen = draw(st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True))
            claimants = [{"role": "MENTION", "mention": name, "entity_ids": []} for name in chosen]
        if draw(st.booleans()):  # as a system predicts one without an entity
            bare = span()
            claimants.append({"role": "MENTION", "mention": [bare["start"], bare["end"]]})
        claims.append(
            {"id": f"c{n}", "content": [span() for _ in range(draw(st.integers(1, 3)))], "claimants": claimants}
            | {"cue": [span() for _ in range(draw(st.integers(0, 2)))], "about": draw(lists), "dates": draw(lists)}
            | {"parent": draw(st.none() | st.just("c0")) if n else None, "flags": draw(several("flags"))}
            | {name: draw(choice(name)) for name in ("polarity", "modality", "act")}
            | {"gloss": draw(WORDS), "gloss_intended": draw(st.none() | WORDS), "cluster": draw(st.none() | WORDS)}
        )
        cues = {(c["start"], c["end"]): c for c in claims[-1]["cue"]}
        claims[-1]["cue"] = list(cues.values())
    return text, {"entities": entities, "dates": dates, "claims": claims}


@settings(max_examples=150)
@given(drafts())
def test_there_and_back_is_the_identity(case):
    text, draft = case
    came = decode(through_json(draft, text), text, draft)
    assert came.aside == []
    assert view(came.draft) == view(draft)
    assert restore(came.draft, draft) == draft
    assert difference("x", draft, came.draft) == []


@settings(max_examples=80)
@given(drafts(), st.sampled_from(["utf-16", "utf-8"]))
def test_the_unit_of_offsets_is_found(case, unit):
    text, draft = case
    results = through_json(draft, text)
    back = TextMap.from_units(text, unit).inverse()
    for result in results:
        if result["type"] != "relation":
            result["value"]["start"], result["value"]["end"] = back.move(
                result["value"]["start"], result["value"]["end"]
            )
    came = decode(results, text, draft)
    placed = [r for r in results if r["type"] == "labels"]
    moved = [r for r in placed if text[r["value"]["start"] : r["value"]["end"]] != r["value"]["text"]]
    if len(moved) == len(placed):  # else some of them are where code points would be too
        assert came.aside == []
        assert view(came.draft) == view(draft)


@settings(max_examples=80)
@given(drafts())
def test_ids_survive_when_a_prediction_is_drawn_anew(case):
    text, draft = case
    results = json.loads(json.dumps(encode(draft, text)))
    new = {r["id"]: f"Zq-{n}x" for n, r in enumerate(results) if "id" in r}
    for result in results:
        for key in ("id", "from_id", "to_id"):
            if key in result:
                result[key] = new[result[key]]
    assert view(decode(results, text).draft) == view(draft)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_file_comes_back_byte_for_byte(kind):
    found = [document for name, document in DOCUMENTS.items() if kind.path(ROOT, name).is_file()]
    assert found
    for document in found:
        data = kind.path(ROOT, document.id).read_bytes()
        draft = kind.read(data, document, document.id)
        read = decode(through_json(draft, document.text), document.text)  # without what was pushed
        assert read.aside == []
        assert kind.returned(read.draft, data, document) == (data, [])
        if kind is file_kinds.GOLD:  # all that the page does not show follows by rule
            assert kind.write(restore(read.draft, {"entities": [], "dates": [], "claims": []}), data, document) == data


def region(start, end, text, label="PER", name="r"):
    value = {"start": start, "end": end, "text": text, "labels": [label]}
    return {"id": name, "from_name": "label", "to_name": "text", "type": "labels", "value": value}


@pytest.mark.parametrize(
    ("result", "code"),
    [
        (region(0, 2, "xx"), "E723"),
        (region(0, 9, "abc d"), "E723"),
        (region(-1, 2, "b"), "E723"),
        (region(2, 2, ""), "E723"),
        (region(0.0, 1, "a"), "E723"),
        (region(0, 10**30, "a"), "E723"),
        (region(0, 1, "a", "ALIEN"), "E724"),
        (region(0, 1, "a", ["PER"]), "E724"),
        ("nothing", "E728"),
        ({"id": 3, "value": {}}, "E728"),
        ({"type": "relation", "from_id": "r", "to_id": "gone", "labels": ["cue"]}, "E724"),
        ({"id": "q", "from_name": "form", "type": "choices", "value": {"choices": ["NAM"]}}, "E724"),
        ({"id": "good", "from_name": "form", "type": "choices", "value": {"choices": ["ODD"]}}, "E724"),
        ({"id": "good", "from_name": "value", "type": "textarea", "value": {"text": 7}}, "E728"),
    ],
)
def test_what_cannot_be_read_is_set_aside_and_the_rest_goes_through(result, code):
    came = decode([region(4, 5, "d", name="good"), result], "abc d")
    assert [aside.code for aside in came.aside] == [code]
    assert [(e["start"], e["type"]) for e in came.draft["entities"]] == [(4, "PER")]


def test_a_selection_that_ends_inside_a_grapheme_takes_its_mark():
    text = "قال محمّ"
    came = decode([region(4, 7, text[4:8])], text)
    assert [(e["start"], e["end"], e["text"]) for e in came.draft["entities"]] == [(4, 8, text[4:8])]


def test_an_edit_is_told_and_the_other_labels_stay_as_they_were():
    document = DOCUMENTS["000.related-01"]
    kind = next(kind for kind in KINDS if kind.name == "pass a")
    data = kind.path(ROOT, document.id).read_bytes()
    draft = kind.read(data, document, "")
    results = through_json(draft, document.text)
    changed = next(r for r in results if r["type"] == "labels" and r["value"]["labels"] == ["GPE"])
    changed["value"]["labels"] = ["LOC"]
    came = decode(results, document.text, draft)
    (change,) = difference(document.id, draft, came.draft)
    assert (change["field"], change["before"], change["after"]) == ("type", "GPE", "LOC")
    assert "type 'GPE' → 'LOC'" in readable(change)
    written, rejected = kind.returned(came.draft, data, document)
    assert rejected == []
    before, after = json.loads(data), json.loads(written)
    at = next(n for n, e in enumerate(before["entities"]) if e["id"] == change["label"])
    assert after["entities"][at].pop("type") == "LOC"
    assert before["entities"][at].pop("type") == "GPE"
    assert after == before


def test_a_label_that_lacks_a_field_is_left_out_and_named():
    document = DOCUMENTS["000.related-01"]
    data = file_kinds.GOLD.path(ROOT, document.id).read_bytes()
    draft = file_kinds.GOLD.read(data, document, "")
    results = [*encode(draft, document.text), region(0, 2, document.text[:2], "LOC", "new")]
    came = decode(results, document.text, draft)
    written, (problem,) = file_kinds.GOLD.returned(came.draft, data, document)
    assert written == data
    assert problem.code == "E202"
    assert problem.path.startswith("entities: e")
