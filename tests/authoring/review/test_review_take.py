"""A made-up review goes all the way: proposals, shares, a section; and what comes back is not trusted."""

import io
import json

import made_up_review
import openpyxl
import pytest

from dragoman import json_text
from dragoman.authoring.adjudication import read_cases
from dragoman.authoring.review import make, spreadsheet, take
from dragoman.authoring.review.returned_reviews import read_key, read_reviews
from dragoman.problems import DragomanError
from dragoman.schema.decision import Decision


@pytest.fixture(scope="module")
def made(root):
    return made_up_review.kit(root, "ko", minutes=60)


def taken(made, folder, *returned):
    return take.take(read_reviews(made_up_review.write(folder, *returned), [made.key]))


def codes(call):
    with pytest.raises(DragomanError) as caught:
        call()
    return [problem.code for problem in caught.value.problems]


def test_a_made_up_review_all_the_way(root, made, tmp_path):
    make.write(made, tmp_path / "kit")
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    (path,) = made_up_review.write(tmp_path, made_up_review.answers(made, made_up_review.careful))
    reviews = read_reviews([path], [read_key(tmp_path / "kit")])
    take.check_gold(root, [reviews[0].key])
    outcome = take.take(reviews)
    take.write(outcome, tmp_path / "out")
    assert before == {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    lines = (tmp_path / "out" / take.PROPOSED).read_bytes().splitlines()
    (decision,) = [json_text.decode(line, Decision) for line in lines]
    assert (decision.document, decision.layer, decision.a, decision.b) == ("north.article-1", "claims", "c2", "c2")
    assert decision.keep == "none"
    assert "1 of 1" in decision.reason
    assert "not so" in decision.reason
    # It names labels that go together in the passes, as a line of decisions.jsonl must.
    keys = {point.key for case in read_cases(root).values() for point in case.points}
    assert (decision.document, decision.layer, decision.a, decision.b) in keys
    (review,) = outcome.summary["reviews"]
    # One claim is kept for planting; of the other three the sample has all, and one is wrong.
    claims = review["shares"]["claims"]
    assert (claims["share"], claims["cards"], claims["labels"]) == (pytest.approx(2 / 3), 3, 4)
    assert review["shares"]["entities"]["share"] == 1
    assert review["planted"]["caught"] == review["planted"]["answered"] > 0
    assert {finding["kind"] for finding in review["findings"]} == {"wrong", "missed"}


def test_planted_labels_are_never_in_the_share(made, tmp_path):
    fooled = made_up_review.answers(made, lambda card, entry: "right")
    (review,) = taken(made, tmp_path, fooled).summary["reviews"]
    caught = made_up_review.answers(made, lambda card, entry: "wrong" if entry.planted else "right")
    (other,) = taken(made, tmp_path, caught).summary["reviews"]
    assert review["shares"] == other["shares"]
    assert review["planted"]["caught"] == 0
    assert other["planted"]["caught"] == other["planted"]["answered"]


def test_what_nobody_saw_is_never_counted_as_right(made, tmp_path):
    only_claims = made_up_review.answers(made, lambda card, entry: "right" if card.layer == "claims" else None)
    (review,) = taken(made, tmp_path, only_claims).summary["reviews"]
    assert review["shares"]["entities"]["share"] is None
    assert review["shares"]["all"]["labels_covered"] == review["shares"]["claims"]["labels"]
    unsure = made_up_review.answers(made, lambda card, entry: "unsure")
    (review,) = taken(made, tmp_path, unsure).summary["reviews"]
    assert {share["share"] for share in review["shares"].values()} == {None}


def test_only_part_one_gives_the_share(tmp_path):
    made = made_up_review.kit(made_up_review.ROOT, "ko", minutes=30)
    assert any(card.part == 2 and card.layer for card in made.key.cards.values())
    rule = lambda card, entry: "wrong" if entry.part == 2 else "right"  # noqa: E731
    outcome = taken(made, tmp_path, made_up_review.answers(made, rule))
    (review,) = outcome.summary["reviews"]
    assert review["shares"]["all"]["share"] == 1
    assert len(outcome.proposals) > 0


def test_two_readers_who_disagree_propose_nothing_and_are_counted(made, tmp_path):
    first = made_up_review.answers(made, lambda card, entry: "right")
    second = made_up_review.answers(made, lambda card, entry: "wrong", copy="copy-2", name="")
    outcome = taken(made, tmp_path, first, second)
    (review,) = outcome.summary["reviews"]
    assert outcome.proposals == []
    assert review["agreement"]["agree"] == 0 < review["agreement"]["pairs"]
    assert {finding["kind"] for finding in review["findings"]} == {"disputed", "missed"} - {"missed"} | {
        finding["kind"] for finding in review["findings"] if finding["layer"] is None
    }


def test_what_comes_back_is_not_trusted(root, made, tmp_path):
    good = made_up_review.answers(made, made_up_review.careful)
    cases = {
        "E735": good | {"kit": "0" * 64},
        "E736": good | {"answers": {"q999": {"answer": "right", "comment": ""}}},
        "E202": good | {"answers": {"q1": {"answer": "maybe", "comment": ""}}},
    }
    for code, bad in cases.items():
        assert codes(lambda bad=bad: taken(made, tmp_path, bad)) == [code]
    assert codes(lambda: taken(made, tmp_path, good | {"more": 1})) == ["E202"]
    assert codes(lambda: taken(made, tmp_path, good | {"reader": "x" * 201})) == ["E202"]
    assert codes(lambda: taken(made, tmp_path, good, good)) == ["E737"]
    path = tmp_path / "no.json"
    for data in (b"", b"[", b"\xff", b"PK\x03\x04 no zip"):
        path.write_bytes(data)
        (code,) = codes(lambda: read_reviews([path], [made.key]))
        assert code in {"E201", "E202", "E102", "E103", "E209"}
    assert codes(lambda: read_reviews([tmp_path], [made.key])) == ["E101"]
    (tmp_path / "key.json").write_bytes(json_text.pretty(made.key))
    changed = read_key(tmp_path)
    changed.gold = "0" * 64
    assert codes(lambda: take.check_gold(root, [changed])) == ["E738"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda key: key["asked"].pop(), "a list for each kit"),
        (lambda key: key["cards"].pop(key["asked"][0][0]), "which is in `asked`"),
        (lambda key: key["strata"].pop(0), "`strata` has none for"),
        (lambda key: next(c for c in key["cards"].values() if c["layer"])["labels"].clear(), "has none"),
    ],
)
def test_the_parts_of_a_key_fit_each_other(made, tmp_path, change, said):
    key = json.loads(json_text.pretty(made.key))
    change(key)
    (tmp_path / "key.json").write_text(json.dumps(key))
    with pytest.raises(DragomanError, match=f"E202.*{said}"):
        read_key(tmp_path)


def test_what_readers_write_is_no_markup_in_the_section(made, tmp_path):
    hostile = "<script>alert(1)</script> [x](javascript:y) | `z` \u202e\n# head"
    outcome = taken(made, tmp_path, made_up_review.answers(made, made_up_review.careful, name=hostile[:200]))
    text = take.section(outcome.summary)
    assert "<script" not in text
    assert "[x](" not in text
    assert "\u202e" not in text
    (line,) = [line for line in text.splitlines() if "alert" in line]
    assert line.startswith("| &lt;script")
    assert line.replace("\\|", "").count("|") == 7


def test_the_section_goes_between_its_marks_and_nowhere_else(made, tmp_path):
    outcome = taken(made, tmp_path, made_up_review.answers(made, made_up_review.careful))
    card = tmp_path / "CARD.md"
    card.write_text("before\n<!-- generated: review -->\nstale words\n<!-- end of generated: review -->\nafter\n")
    assert take.write_card(card, outcome.summary)
    text = card.read_text()
    assert text.startswith("before\n")
    assert text.endswith("\nafter\n")
    assert "stale words" not in text
    card.write_text("no marks")
    assert codes(lambda: take.write_card(card, outcome.summary)) == ["E706"]


def test_a_filled_in_spreadsheet_says_what_the_page_would_say(made, tmp_path):
    answers = made_up_review.answers(made, made_up_review.careful)
    words = made.kits[0].words
    book = openpyxl.load_workbook(io.BytesIO(spreadsheet.write(made.kits[0])))
    about, sheet, hidden = book.worksheets
    assert hidden.sheet_state == "hidden"
    about.cell(spreadsheet.NAME, 2).value = made_up_review.READER
    about.cell(spreadsheet.NATIVE, 2).value = words["right"]
    for row, card in enumerate(made.kits[0].cards, 2):
        said = answers["answers"][card.id]
        names = {"right": "right", "wrong": "something" if card.kind == "missed" else "wrong"}
        sheet.cell(row, 7).value = words[names[said["answer"]]]
        sheet.cell(row, 8).value = said["comment"]
    book.save(tmp_path / "back.xlsx")
    by_sheet = take.take(read_reviews([tmp_path / "back.xlsx"], [made.key]))
    by_page = taken(made, tmp_path, answers)
    assert by_sheet.summary == by_page.summary
    assert by_sheet.proposals == by_page.proposals
    sheet.cell(2, 7).value = "perhaps"
    book.save(tmp_path / "back.xlsx")
    assert codes(lambda: read_reviews([tmp_path / "back.xlsx"], [made.key])) == ["E736"]


def test_a_text_that_begins_like_a_formula_stays_a_text(made):
    kit = made.kits[0]
    card = kit.cards[0]
    was = card.title
    card.title = '=HYPERLINK("http://x","y")'
    try:
        book = openpyxl.load_workbook(io.BytesIO(spreadsheet.write(kit)))
    finally:
        card.title = was
    assert {cell.data_type for row in book.worksheets[1].iter_rows() for cell in row} <= {"s", "n"}


def test_the_summary_is_json(made, tmp_path):
    outcome = taken(made, tmp_path, made_up_review.answers(made, made_up_review.careful))
    take.write(outcome, tmp_path)
    read = json.loads((tmp_path / take.SUMMARY).read_text("utf-8"))
    assert read["reviews"][0]["readers"][0]["name"] == made_up_review.READER
