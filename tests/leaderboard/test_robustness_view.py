"""What edits cost the systems of a board: read from short results, drawn as text, and never for a closed board."""

import json
import re
from pathlib import Path

import msgspec
import pytest
from payloads import PAYLOADS, strays, watch
from test_board_pages import synthetic

from dragoman.leaderboard.board_pages import pages
from dragoman.leaderboard.ranking import columns
from dragoman.leaderboard.robustness_view import EditCosts, laid_out, of_entries, read_all
from dragoman.problems import DragomanError
from dragoman.robustness import robustness_page
from dragoman.robustness.robustness_result import Robustness
from dragoman.schema.leaderboard_json import ClosedBoard

ROOT = Path(__file__).resolve().parents[2]


def cost(edit, measure, before, after, interval, expect="invariance"):
    values = {"original": before, "edited": after, "cost": before - after, "interval": interval, "documents": 4}
    return {"edit": edit, "expect": expect, "measure": measure, **values}


def result(**more):
    costs = [
        cost("tatweel", "entities.strict", 0.75, 0.25, [0.25, 0.75]),
        cost("tatweel", "dates.value", 0.5, 0.5, [0.0, 0.0]),
        cost("rename", "entities.strict", 0.75, 0.0, [-0.25, 0.75]),
        cost("shift-dates", "dates.value", 0.5, 0.25, [0.125, 0.5], "direction"),
    ]
    data = {"name": "dragoman", "version": "2.0.0", "fingerprint": "f" * 64, "split": "test"}
    return {"system": "A", "data": data, "costs": costs, "failures": {"tatweel": 3}, **more}


@pytest.fixture
def board(gold):
    return synthetic(columns(gold), lambda i: f"S{i}", 3)


@pytest.fixture
def arabic_rules():
    return json.loads((ROOT / "eval" / "robustness" / "arabic_rules.json").read_bytes())


def test_rows_go_by_cost_and_words_by_those_whose_interval_is_above_zero(board):
    found = of_entries(board, {"run-000": msgspec.convert(result(), EditCosts), "run-999": None})
    (made,) = laid_out(board, found)
    assert made.measures == ["entities.strict", "dates.value"]
    assert [(row.edit, row.failures) for row in made.kinds["invariance"]] == [("rename", 0), ("tatweel", 3)]
    assert [row.edit for row in made.kinds["direction"]] == ["shift-dates"]
    assert made.kinds["invariance"][0].cells[1] is None
    assert made.costliest == [
        "tatweel lowers entities.strict from 0.750 to 0.250 (4 documents)",
        "shift-dates lowers dates.value from 0.500 to 0.250 (4 documents)",
    ]
    assert made.nothing_to_lose == []
    assert made.other_data == ""
    board.data.fingerprint = "0" * 64
    assert laid_out(board, found)[0].other_data == "dragoman 2.0.0"


def test_scores_that_were_zero_before_an_edit_are_named_since_they_cannot_fall(board, arabic_rules):
    costs = [
        cost("tatweel", "entities.strict", 0.0, 0.0, [0.0, 0.0]),
        cost("rename", "entities.strict", 0.0, 0.25, [-0.25, 0.0]),
        cost("tatweel", "dates.value", 0.0, 0.0, [0.0, 0.0]),
        cost("rename", "dates.value", 0.5, 0.0, [0.0, 0.5]),
    ]
    said = ["entities.strict before every edit", "dates.value before tatweel"]
    (made,) = laid_out(board, of_entries(board, {"run-000": msgspec.convert(result(costs=costs), EditCosts)}))
    assert made.nothing_to_lose == said
    unmeasured = dict.fromkeys(("p", "p_holm"), 1.0)
    measured = Robustness.from_short({**arabic_rules, "costs": [{**each, **unmeasured} for each in costs]})
    sentence = f"Scores that were 0 before, so that an edit could not cost anything: {'; '.join(said)}"
    assert sentence.lower() in " ".join(measured.text().split()).lower()
    assert re.sub("<.*?>", "", robustness_page.page(measured)).count(sentence) == 1
    assert "were 0 before" not in Robustness.from_short(arabic_rules).text()


def test_pages_link_to_each_other_and_hostile_results_stay_text(board, gold, page, tmp_path):
    edits = {}
    for at, each in enumerate(board.entries):
        costs = [cost(payload, "dates.value", 0.5, 0.25, [0.1, 0.3]) for payload in list(PAYLOADS.values())[at::4]]
        memory = [{"edit": payload, "against": payload, "measure": payload, "documents": 2, "verdict": payload}
                  for payload in PAYLOADS.values()]  # fmt: skip
        data = dict.fromkeys(("name", "version", "fingerprint", "split"), PAYLOADS["end of script"])
        made = result(costs=costs, memory=memory, data=data)
        edits[each.id] = msgspec.convert(made, EditCosts)
    for file, html in pages(board, columns(gold), {}, None, edits):
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_text(html, "utf-8")
    watch(page)
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto((tmp_path / "index.html").as_uri())
        with page.expect_navigation():
            page.get_by_role("link", name="Robustness").click()
        assert strays(page) == []
        with page.expect_navigation():
            page.get_by_role("table").get_by_role("link", name="S1").click()
        assert page.get_by_role("heading", level=1).inner_text() == "S1: cost of text edits"
        assert page.evaluate("window.ran") is None
        assert strays(page) == []
        with page.expect_navigation():
            page.get_by_role("link", name="Scores of the system").click()
        assert page.get_by_role("link", name="Cost of text edits").count() == 1
    assert page.bad == []


def test_what_is_kept_beside_the_runs_is_read_and_what_is_no_result_is_refused(tmp_path):
    assert set(read_all(ROOT / "eval" / "runs")) >= {"korean_rules", "kiwi_names"}
    runs = tmp_path / "runs"
    runs.mkdir()
    assert read_all(runs) == {}
    (tmp_path / "robustness").mkdir()
    (tmp_path / "robustness" / "a.json").write_text(json.dumps(result()))
    assert read_all(runs)["a"].costs[0].cost == 0.5
    (tmp_path / "robustness" / "b.json").write_text(json.dumps({"system": "b"}))
    with pytest.raises(DragomanError, match="E209"):
        read_all(runs)
    with pytest.raises(DragomanError, match="E101"):
        read_all(runs, tmp_path / "nowhere")


@pytest.mark.parametrize("place", ["", "scores@task.example", PAYLOADS["script"]])
def test_a_closed_board_says_where_the_keeper_wants_predictions_and_nothing_of_pull_requests(board, gold, place, page):
    written = lambda: dict(pages(board, columns(gold), {}))["submit.html"]  # noqa: E731
    assert "pull request" in written()
    board.closed = ClosedBoard({"headline": 0.05}, 5, 50, [], place)
    said = written()
    for foreign in ("pull request", "result.json", "eval/runs"):
        assert foreign not in said
    page.set_content(said)
    assert page.evaluate("window.ran") is None
    step = page.locator("ol.steps li").last.inner_text()
    assert step == (f"Send it: {place}." if place else "Ask the organisers where to send it; the release does not say.")
