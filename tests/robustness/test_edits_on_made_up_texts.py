"""Whatever an edit does to whatever text: every label slices to its surface, and leads back to where it was."""

import copy

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dragoman.robustness.draft import spans_of
from dragoman.robustness.edit import parse
from dragoman.robustness.edits import catalogue
from dragoman.robustness.steps import Tally, edited, plan_of

WORDS = {
    "ko": "로씨야 윁남 력사 련합 녀성 2024년 6월 18일 《평양》 리철동지 되여있다 노력하고있는 할수 있다 "
    "1950년대 조로 김정은 12월 지지한다",
    "ar": 'لافروف سيرغي موسكو أكد أنّ الثلاثاء 18 يونيو 2024 "قال" وأضاف كُتِبَ إلى على مدرسة روسيا الروسي كيم',
    "en": "Kim met 'them' \"today\", 2024-06-18; it’s 50% of 1,000.",
}
EDITS = sorted(catalogue())


@st.composite
def rows(draw):
    language = draw(st.sampled_from(sorted(WORDS)))
    words = [*WORDS[language].split(), "𝔘x", "e\u0301", "가\u0301"]
    lines = draw(st.lists(st.lists(st.sampled_from(words), min_size=1, max_size=8), min_size=1, max_size=5))
    text = "\n".join(draw(st.sampled_from([" ", ""])).join(line) for line in lines)
    bounds = [(at, at + len(line)) for at, line in _lines(text)]

    def span():
        low, high = draw(st.sampled_from(bounds))
        start = draw(st.integers(low, high - 1))
        return {"start": start, "end": draw(st.integers(start + 1, high))}

    def shown(extra):
        made = span()
        return {**made, "text": text[made["start"] : made["end"]], **extra}

    types = st.sampled_from(["PER", "GPE", "ORG"])
    entities = [
        shown({"id": f"e{n}", "type": draw(types), "form": "NAM", "entity_ids": [f"x{n % 3}"]})
        for n in range(draw(st.integers(0, 5)))
    ]
    values = st.sampled_from(
        ["2024-06-18", "2024-06", "195X", "PRESENT_REF", "P10Y", "XXXX-12", "2024-06-18/2024-06-19"]
    )
    dates = [shown({"id": f"d{n}", "type": "DATE", "value": draw(values)}) for n in range(draw(st.integers(0, 3)))]
    claims = [
        {"id": f"c{n}", "content": [shown({})], "cue": [shown({})] if draw(st.booleans()) else [], "act": "assert",
         "claimants": [{"role": "MENTION", "mention": entities[0]["id"], "entity_ids": ["x0"]}] if entities else []}
        for n in range(draw(st.integers(0, 3)))
    ]  # fmt: skip
    published = draw(st.sampled_from([None, "2024-07-01"]))
    row = {"id": "d", "language": language, "text": text, "published": published, "kind": "related_item"}
    return {**row, "title": text.split("\n")[0], "entities": entities, "dates": dates, "claims": claims}


def _lines(text):
    at = 0
    for line in text.split("\n"):
        yield at, line
        at += len(line) + 1


@pytest.mark.parametrize("name", EDITS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(row=rows(), seed=st.integers(0, 9))
def test_labels_slice_and_lead_back(name, row, seed):
    if catalogue()[name].needs:
        pytest.importorskip(catalogue()[name].needs)
    before = copy.deepcopy(row)
    applied = parse(name, catalogue(), seed=seed, rate=0.7)
    carried = edited(row, applied, plan_of([row], applied), Tally())
    assert row == before  # what is given stays as it is
    new, text = carried.row, carried.row["text"]
    for span in spans_of(new):
        assert 0 <= span.start < span.end <= len(text)
        assert "\n" not in text[span.start : span.end]
        if isinstance(span.holder, dict):
            assert span.holder["text"] == text[span.start : span.end]
    back = carried.carrier.inverse()
    for layer in ("entities", "dates"):
        old = {label["id"]: (label["start"], label["end"]) for label in row[layer]}
        for label in new[layer]:
            if label["id"] in old:
                assert back.move(label["start"], label["end"]) == old[label["id"]]
    for run in carried.carrier.runs:  # what corresponds offset by offset and was not replaced is the same text
        for block in run.blocks:
            source = row["text"][block.source : block.source + block.source_length]
            target = text[block.target : block.target + block.target_length]
            assert carried.edited or source == target
    assert len(carried.lines) == text.count("\n") + 1
    assert edited(row, applied, plan_of([row], applied), Tally()).row == new  # the same seed, the same text


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_says_what_it_is(name):
    edit = catalogue()[name]
    assert edit.summary.endswith(".")
    assert len(edit.source) > 10
    assert edit.kind in ("text", "dates", "names", "page", "claims")
    assert edit.expect in ("invariance", "direction")
    assert 0 < edit.rate <= 1
    assert all(why for why in edit.lifts.values())
    assert edit.change.__doc__
