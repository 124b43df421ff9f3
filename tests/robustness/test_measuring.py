"""What edits cost: systems that fail in a known way, one that reads, one that knows the pages by heart."""

import json
import re

import numpy as np
import pytest

import dragoman
from dragoman import files, json_text
from dragoman.measures.naming import measure
from dragoman.problems import DragomanError
from dragoman.reading.line_documents import as_submission
from dragoman.robustness.edit_costs import Cost, Difference, corrected, cost_of, difference
from dragoman.robustness.measuring import PAGE, RESULT, robustness
from dragoman.robustness.perturbing import perturb
from dragoman.robustness.robustness_page import page
from dragoman.robustness.robustness_result import Robustness
from dragoman.robustness.robustness_result import read as read_result


@pytest.fixture(scope="module")
def bundled():
    return dragoman.load()


@pytest.fixture(scope="module")
def gold(bundled):
    return {document.id: json.loads(json.dumps(_plain(document))) for document in bundled}


def _plain(document):
    import msgspec

    return msgspec.to_builtins(as_submission(document))


def by_heart(gold):
    """Give the labels that the page had, wherever their words still stand: a system that memorised it."""

    def memorised(document):
        labels, moved = gold[document.id], {}
        for entity in labels["entities"]:
            found = re.search(re.escape(entity["text"]), document.text[max(0, entity["start"] - 40) :])
            if found:
                start = max(0, entity["start"] - 40) + found.start()
                moved[entity["id"]] = {**entity, "start": start, "end": start + len(entity["text"])}
        dates = []
        for date in labels["dates"]:
            span = slice(date["start"], date["end"])
            dates += [{**date, "text": document.text[span]}] if document.text[span] else []
        return {"entities": list(moved.values()), "dates": dates}

    return memorised


def reader(benchmarks):
    """Give the gold of whatever text it is given: a system that reads without fail."""
    known = {_seen(document): _plain(document) for benchmark in benchmarks for document in benchmark}

    def perfect(document):
        labels = known[_seen(document)]
        return {layer: labels[layer] for layer in ("entities", "dates", "claims")}

    return perfect


def _seen(document):
    """What a system can read the dates by."""
    return document.text, document.published, document.published_external


def test_the_cost_is_the_score_lost_on_the_same_documents():
    name = "entities.strict"
    assert measure(name).score.columns[1:] == ("gold", "predicted")  # and the first is how many pairs are right
    before = np.array([[2, 2, 2], [2, 2, 2]], np.int64)
    after = np.array([[1, 2, 2], [2, 2, 2]], np.int64)
    cost = cost_of("an-edit", "invariance", name, ["a", "b"], before, after)
    assert (cost.original, cost.edited, cost.cost) == (1.0, 0.75, 0.25)
    assert cost.interval == [0.0, 0.5]  # both documents the first, or both the second
    assert cost.p == 1.0  # swapping the one document that changed turns the sign alone
    same = cost_of("an-edit", "invariance", name, ["a", "b"], before, before)
    assert (same.cost, same.p, same.interval) == (0.0, 1.0, [0.0, 0.0])
    gap = difference(cost, same, "another")
    assert (gap.documents, gap.difference, gap.interval) == (2, 0.25, [0.0, 0.5])
    assert gap.verdict == "too few documents to say"
    alone = difference(cost, cost_of("an-edit", "invariance", name, ["a"], before[:1], before[:1]), "another")
    assert (alone.documents, alone.difference, alone.interval) == (1, 0.5, None)
    assert alone.verdict == "too few documents to say"


@pytest.mark.parametrize(
    ("documents", "interval", "verdict"),
    [
        (6, [0.01, 0.2], "consistent with knowing these pages, or a list of their names"),
        (6, [0.0, 0.2], "no significant sign of memorisation"),
        (6, [-0.2, -0.1], "no significant sign of memorisation"),
        (5, [0.01, 0.2], "too few documents to say"),
        (6, None, "too few documents to say"),
    ],
)
def test_what_may_be_said_of_memory(documents, interval, verdict):
    made = Difference(edit="rename", against="x", measure="m", documents=documents, difference=0.1, interval=interval)
    assert made.verdict == verdict


_STORED = {
    "system": "x",
    "data": {"name": "d", "version": "1.0.0", "split": "test"},
    "edits": [],
    "costs": [
        {
            "edit": "rename",
            "expect": "invariance",
            "measure": "dates.value",
            "documents": ["a", "b"],
            "original": 1.0,
            "edited": 0.5,
            "cost": 0.5,
            "interval": [0.1, 0.9],
            "p": 0.5,
            "rows": [[[1, 1, 1], [1, 1, 1]], [[1, 1, 1], [0, 1, 1]]],
        }
    ],
    "types": {},
    "values": {"rename": {"new": 1, "old": 0, "other": 0}},
    "names": {},
    "failures": [],
}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda made, cost: None, None),
        (lambda made, cost: made["data"].pop("split"), "E202"),
        (lambda made, cost: made["values"]["rename"].pop("old"), "E202"),
        (lambda made, cost: cost["documents"].append("c"), "E202"),
        (lambda made, cost: cost["rows"][1].pop(), "E202"),
        (lambda made, cost: cost["rows"][0][1].pop(), "E202"),
        (lambda made, cost: cost["rows"][0][1].__setitem__(0, 2**63), "E202"),
        (lambda made, cost: cost.pop("rows"), "E202"),
        (lambda made, cost: cost.update(measure="dates.luck"), "E708"),
    ],
)
def test_a_stored_result_is_of_one_piece_or_refused(tmp_path, change, code):
    made = json.loads(json.dumps(_STORED))
    change(made, made["costs"][0])
    (tmp_path / RESULT).write_text(json.dumps(made))
    if code:
        with pytest.raises(DragomanError, match=code):
            read_result(tmp_path / RESULT)
        return
    read = read_result(tmp_path / RESULT)
    assert "1 got the new value" in read.text()
    assert "predicted with the new value" in page(read)
    assert difference(read.costs[0], read.costs[0], "y").documents == 2


def test_the_documents_of_a_short_result_are_bounded_in_all(tmp_path):
    cost = {**_STORED["costs"][0], "documents": 10**6}
    del cost["rows"]
    (tmp_path / RESULT).write_text(json.dumps({**_STORED, "costs": [cost] * 11, "failures": {"rename": 0}}))
    with pytest.raises(DragomanError, match="E202"):
        read_result(tmp_path / RESULT)


def test_p_is_corrected_over_the_edits_of_a_measure():
    made = [
        Cost(edit=e, expect="invariance", measure=m, documents=[], original=1, edited=1, cost=0, interval=None, p=p)
        for e, m, p in (("a", "x", 0.01), ("b", "x", 0.04), ("c", "x", None), ("a", "y", 0.04))
    ]
    corrected(made)
    assert [cost.p_holm for cost in made] == [0.02, 0.04, None, 0.04]


def test_a_system_that_reads_loses_nothing(bundled, tmp_path):
    edits = ["shift-dates", "rename", "add-boilerplate"]
    edited = [dragoman.load(perturb(edit, tmp_path / "bench" / edit, data=bundled).folder) for edit in edits]
    measured = robustness(reader([bundled, *edited]), tmp_path / "out", edits=edits, data=bundled)
    assert {cost.edit for cost in measured.costs} == set(edits)
    assert {(cost.original, cost.edited, cost.cost) for cost in measured.costs} == {(1.0, 1.0, 0.0)}
    assert measured.failures == []
    assert measured.values["shift-dates"]["old"] == 0
    assert measured.values["shift-dates"]["new"] > 10
    assert "No label that was right before is wrong after" in (tmp_path / "out" / PAGE).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def memorised(bundled, gold, tmp_path_factory):
    folder = tmp_path_factory.mktemp("memory")
    edits = ["rename", "shift-dates"]
    edited = [dragoman.load(perturb(edit, folder / "bench" / edit, data=bundled).folder) for edit in edits]
    honest = robustness(reader([bundled, *edited]), folder / "honest", edits=edits, data=bundled)
    tests = [*edits, "swap-names"]
    return honest, robustness(by_heart(gold), folder / "heart", edits=tests, data=bundled, against=[folder / "honest"])


def test_a_system_that_knows_the_pages_gives_itself_away(memorised):
    honest, heart = memorised
    found = {(each.edit, each.measure): each for each in heart.memory if each.against == honest.system}
    for key in (("rename", "entities.strict"), ("shift-dates", "dates.value")):
        assert found[key].difference > 0.1
        assert found[key].interval[0] > 0
        assert found[key].verdict.startswith("consistent with knowing these pages")
    assert honest.memory == []
    assert heart.values["shift-dates"]["old"] > 10
    assert heart.values["shift-dates"]["new"] == 0
    assert any(each.against == "swap-names" for each in heart.memory)
    assert "has memorised" not in heart.text()


def test_what_failed_is_shown_with_both_texts(memorised, bundled):
    _, heart = memorised
    texts = {document.id: document.text for document in bundled}
    assert heart.failures
    for each in heart.failures:
        assert "".join(each.before) in texts[each.document]
        assert each.outcome != "right"
    renamed = [each for each in heart.failures if each.edit == "rename" and each.layer == "entities"]
    assert any(each.before[1] != each.after[1] for each in renamed)
    dates = [each for each in heart.failures if each.layer == "dates" and each.edit == "shift-dates"]
    assert {(each.value[0] != each.value[1], each.predicted in (each.value[0], None)) for each in dates} == {
        (True, True)
    }


def test_names_of_dev_are_counted_apart(memorised):
    _, heart = memorised
    counts = heart.names["rename"]
    assert counts["in dev"][0] > 0
    assert counts["not in dev"][0] > 0
    for number, before, after in counts.values():
        assert number >= before >= after


def test_the_page_shows_hostile_text_as_text_and_asks_no_host(memorised):
    _, heart = memorised
    evil = '<script>alert(1)</script>"onload="x'
    heart.system = evil
    for each in heart.failures[:3]:
        each.after = (evil, "\u202e" + evil, evil)
    shown = page(heart)
    assert "<script>alert" not in shown
    assert "\u202e" not in shown
    assert not re.search(r"(src|href)=|url\(|@import|https?://", shown)
    assert "default-src 'none'" in shown


def test_it_is_taken_up_where_it_was_left(bundled, gold, tmp_path):
    asked = []
    known = by_heart(gold)

    def counted(document):
        asked.append(document.id)
        return known(document)

    first = robustness(counted, tmp_path / "out", edits=["levant-months"], data=bundled)
    assert sorted(asked) == ["002.article-1", "002.article-1", "003.article-1", "003.article-1"]
    again = robustness(counted, tmp_path / "out", edits=["levant-months"], data=bundled)
    assert len(asked) == 4
    assert again.to_dict() == first.to_dict()
    assert files.read_json(tmp_path / "out" / RESULT, Robustness) == first


def test_documents_on_which_the_system_fails_are_no_silent_cost(bundled, gold, tmp_path):
    known, original = by_heart(gold), {document.text for document in bundled}

    def failing(document):
        if document.text not in original:
            raise TimeoutError("busy")
        return known(document)

    measured = robustness(failing, tmp_path / "out", edits=["levant-months"], data=bundled)
    assert measured.unanswered == {"levant-months": (0, 2)}
    assert "failed on 0 documents before and 2 after" in measured.text()
    assert "(0 before, 2 after)" in (tmp_path / "out" / PAGE).read_text(encoding="utf-8")
    assert Robustness.from_short(measured.short()).unanswered == measured.unanswered
    honest = robustness(known, tmp_path / "honest", edits=["levant-months"], data=bundled)
    assert honest.unanswered == {}


def test_runs_that_are_there_already_are_compared(bundled, gold, tmp_path):
    edited = perturb("rename", tmp_path / "edited", data=bundled)
    before = dragoman.run(by_heart(gold), tmp_path / "before", data=bundled)
    after = dragoman.run(by_heart(gold), tmp_path / "after", data=edited.folder)
    measured = robustness(before.folder, tmp_path / "out", runs={edited.folder: after.folder}, data=bundled)
    assert {cost.edit for cost in measured.costs} == {"rename"}
    assert not (tmp_path / "out" / "runs").exists()
    one = robustness(
        before.folder, tmp_path / "out", runs={edited.folder: after.folder}, data=bundled, only=["002.article-1"]
    )
    assert {tuple(cost.documents) for cost in one.costs} == {("002.article-1",)}


def test_documents_that_a_system_leaves_out_say_nothing(bundled, gold, tmp_path):
    known = by_heart(gold)
    arabic = {document.id for document in bundled if document.language == "ar"}
    measured = robustness(lambda d: known(d) if d.id in arabic else None, tmp_path / "out",
                          edits=["no-break-spaces", "juche-years"], data=bundled)  # fmt: skip
    assert {name for cost in measured.costs for name in cost.documents} <= arabic
    assert {cost.edit for cost in measured.costs} == {"no-break-spaces"}


def test_what_cannot_be_compared_is_refused(bundled, gold, tmp_path):
    edited = perturb("rename", tmp_path / "edited", data=bundled)
    with pytest.raises(DragomanError, match="E753"):
        robustness("x", tmp_path / "out", runs={edited.folder: "y"}, data=dragoman.load("1.0.0"))
    with pytest.raises(DragomanError, match="E753"):
        robustness(by_heart(gold), tmp_path / "out", edits=["rename"], data=bundled, only=["999.article-1"])
    with pytest.raises(DragomanError, match="E750"):
        robustness(by_heart(gold), tmp_path / "out", edits=["renam"], data=bundled)


def test_a_result_in_short_form_has_the_same_page_but_for_what_it_leaves_out(memorised, tmp_path):
    from dragoman.robustness.measuring import write_page
    from dragoman.robustness.robustness_result import MAX_SHOWN, read

    whole = memorised[1]
    assert whole.failures
    path = tmp_path / "short.json"
    files.write(path, json_text.pretty(whole.short()))
    short = write_page(path, tmp_path)
    assert short.total == len(whole.failures)
    assert [(c.edit, c.cost, len(c.documents)) for c in short.costs] == [
        (c.edit, c.cost, len(c.documents)) for c in whole.costs
    ]
    labels = {each.edit for each in whole.failures}
    assert [sum(each.edit == label for each in short.failures) for label in sorted(labels)] == [
        min(MAX_SHOWN, sum(each.edit == label for each in whole.failures)) for label in sorted(labels)
    ]
    assert f"New failures: {len(whole.failures)}" in (tmp_path / PAGE).read_text(encoding="utf-8")
    path.write_text('{"failures": {}}')
    with pytest.raises(DragomanError, match="E202"):
        read(path)
