"""The page of mistakes: complete, self-contained, and harmless whatever a submission holds."""

import gzip
import json
import re
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from dragoman.cli.app import app
from dragoman.reports.html import page
from dragoman.reports.sources import from_benchmark, from_reference

RUNS = Path(__file__).resolve().parents[2] / "eval" / "runs"


def render(folder, benchmark, split):
    return page(folder, from_benchmark(benchmark, split))


def run_folder(tmp_path, lines, name="Mine"):
    (tmp_path / "system.toml").write_text(f"name = {json.dumps(name)}\n", encoding="utf-8")
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    (tmp_path / "predictions.jsonl").write_text(text, encoding="utf-8")
    return tmp_path


def drawn(html):
    """The documents that the page's script draws."""
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.DOTALL)[1])[
        "documents"
    ]


def kinds(html, side, layer="entities"):
    return [
        item["kind"]
        for document in drawn(html)
        for item in document["items"]
        if (item["side"], item["layer"]) == (side, layer)
    ]


def gold_lines(benchmark, split):
    return [msgspec.to_builtins(line) for line in benchmark.gold_lines(split)]


@pytest.mark.parametrize("text", ["Ada met Bob in Bern on Monday.", None])
def test_any_file_can_be_the_reference_with_any_labels(tmp_path, opened, text):
    line = {
        "id": "one",
        "entities": [{"start": 0, "end": 3, "type": "human"}, {"start": 15, "end": 19, "type": "town"}],
    }
    (tmp_path / "gold.jsonl").write_text(json.dumps({**line, "text": text} if text else line) + "\n")
    line["entities"][1]["type"] = "<b>river</b>"
    (tmp_path / "mine.jsonl").write_text(json.dumps(line) + "\n")
    command = [
        "report",
        tmp_path / "mine.jsonl",
        "--reference",
        tmp_path / "gold.jsonl",
        "--out",
        tmp_path / "made.html",
    ]
    done = subprocess.run(
        [sys.executable, "-c", "from dragoman.cli import main; main()", *map(str, command), "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr, json.loads(done.stdout)) == (0, "", {"page": str(tmp_path / "made.html")})
    page = opened((tmp_path / "made.html").read_text("utf-8"))
    assert page.locator("h1").inner_text() == "mine.jsonl"
    assert page.locator(".list button:visible").count() == 1
    mistake = page.locator(".list button:visible").inner_text()
    assert "wrong type" in mistake
    assert "town → <b>river</b>" in mistake
    assert ("Bern" if text else "15 to 19") in mistake
    assert page.bad == []


def test_what_a_reference_says_of_its_documents_is_shown(tmp_path):
    claim = {"content": [[0, 3]], "claimants": [{"role": "AUTHOR"}], "gloss": "what is said"}
    line = {"id": "one", "text": "نعم نعم", "language": "ar", "title": "Yes", "kind": "article", "claims": [claim]}
    bare = {"id": "two", "text": "No.", "entities": [{"start": 0, "end": 2, "type": "X"}]}
    for name in ("gold.jsonl", "gold.jsonl.gz"):
        data = "".join(json.dumps(each) + "\n" for each in (line, bare)).encode()
        (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
        first, second = drawn(page(tmp_path / name, from_reference(tmp_path / name)))
        assert [first[name] for name in ("title", "language", "kind")] == ["Yes", "ar", "article"]
        assert [item.get("gloss") for item in first["items"]] == ["what is said", None]
        assert [second[name] for name in ("title", "language", "kind")] == [None, None, None]


def test_a_reference_goes_with_neither_data_nor_split(tmp_path):
    for other in (["--data", "x"], ["--split", "dev"]):
        done = CliRunner().invoke(
            app, ["report", "run", "--reference", "gold", "--out", str(tmp_path / "a.html"), *other]
        )
        assert done.exit_code == 2
    assert not list(tmp_path.iterdir())


def test_what_is_wrong_with_a_label_is_said(benchmark, split, tmp_path):
    document = next(d for d in benchmark.split(split) if d.entities)
    first = document.entities[0]
    other = "PER" if first.type != "PER" else "ORG"
    for start, end, type_, kind in (
        (first.start, first.end, first.type, "right"),
        (first.start, first.end, other, "wrong type"),
        (first.start, first.end + 1, first.type, "wrong boundary"),
        (first.start, first.end + 1, other, "wrong type and boundary"),
    ):
        label = {"start": start, "end": end, "type": type_}
        html = render(run_folder(tmp_path, [{"id": document.id, "entities": [label]}]), benchmark, split)
        gold = kinds(html, "gold")
        assert len(gold) == sum(len(d.entities) for d in benchmark.split(split))
        assert kinds(html, "predicted") == [kind]
        assert sorted(set(gold)) == sorted({kind, "missed", "document left out"})
        assert kinds(html, "gold", "dates") == []  # not attempted, so not missed


def test_a_date_with_another_value_and_a_claim_of_somebody_else(benchmark, split, tmp_path):
    lines = gold_lines(benchmark, split)
    date = next(d for line in lines for d in line["dates"])
    date["value"] = "1815-06-18"
    claim = next(c for line in lines for c in line["claims"] if c["claimants"][0]["role"] == "MENTION")
    claim["claimants"] = [{"role": "AUTHOR"}]
    html = render(run_folder(tmp_path, lines), benchmark, split)
    assert [kind for kind in kinds(html, "gold", "dates") if kind != "right"] == ["wrong value"]
    assert [kind for kind in kinds(html, "gold", "claims") if kind != "right"] == ["wrong claimant"]


def test_a_claimant_without_an_id_is_named_by_the_words_of_the_text(benchmark, split, tmp_path):
    document = next(d for d in benchmark.split(split) if d.claims)
    content = [[fragment.start, fragment.end] for fragment in document.claims[0].content]
    claims = [
        {"id": "a", "content": content, "claimants": [{"role": "MENTION", "mention": [2, 9]}, {"role": "AUTHOR"}]},
        {"id": "b", "content": content, "claimants": [{"role": "IMPLICIT"}], "parent": "a"},
    ]
    html = render(run_folder(tmp_path, [{"id": document.id, "claims": claims}]), benchmark, split)
    items = next(each for each in drawn(html) if each["id"] == document.id)["items"]
    chains = sorted(item["chain"] for item in items if item["side"] == "predicted")
    assert chains == [
        [[f"the text itself and {document.text[2:9].strip()}", "says"]],
        [[f"the text itself and {document.text[2:9].strip()}", "says"], ["an unnamed source", "says"]],
    ]


def test_gold_makes_no_mistake_and_all_measures_are_shown(benchmark, split, tmp_path):
    html = render(run_folder(tmp_path, gold_lines(benchmark, split)), benchmark, split)
    assert "There are no errors." in html
    assert {item["kind"] for document in drawn(html) for item in document["items"]} == {"right"}
    for name in ("entities.strict", "claims.act.accuracy", "entities.conll.mean", "pages.segments.accuracy"):
        assert name in html


@pytest.mark.parametrize("name", ["korean_rules", "arabic_rules"])
def test_the_committed_runs_have_a_page_as_their_scores_say(benchmark, split, name):
    folder = RUNS / name / benchmark.version
    html = render(folder, benchmark, split)
    counts = json.loads((folder / "result.json").read_bytes())["counts"]["entities.strict"]
    right, gold, predicted = map(sum, zip(*counts["rows"], strict=True))
    assert (kinds(html, "gold").count("right"), len(kinds(html, "gold"))) == (right, gold)
    assert len(kinds(html, "predicted")) == predicted


def test_what_the_system_is_stands_beside_its_scores(benchmark, split, opened):
    page = opened(render(RUNS / "korean_rules" / benchmark.version, benchmark, split))
    page.get_by_text("System card of Korean rules").click()
    facts = page.locator("dl.card").inner_text()
    assert "kiwipiepy" in facts
    assert "text, dev" in facts
    assert page.locator("dl.card").count() == 1
    assert page.bad == []


def test_nothing_but_our_script_may_run(benchmark, split, tmp_path, opened):
    html = render(run_folder(tmp_path, []), benchmark, split)
    page = opened(html.replace("</body>", "<script>window.ran = 1</script></body>"))
    assert page.evaluate("window.ran") is None
    assert any("Content Security Policy" in text for text in page.bad)


def test_no_style_but_ours_applies_and_ours_needs_no_attribute(benchmark, split, opened):
    html = render(RUNS / "arabic_rules" / benchmark.version, benchmark, split)
    assert "unsafe" not in html.partition("<title>")[0]
    assert not re.search(r"<[a-z][^>]* style=", html)
    planted = '<style>h1 { position: fixed }</style><h2 style="position: fixed" id="planted">Planted</h2><main>'
    page = opened(html.replace("<main>", planted, 1))
    assert page.locator("h1").evaluate("each => getComputedStyle(each).position") == "static"
    assert page.locator("#planted").evaluate("each => getComputedStyle(each).position") == "static"
    assert len([text for text in page.bad if "Content Security Policy" in text]) == 2
    heat = "each => new Set([...each.querySelectorAll('td')].map(cell => getComputedStyle(cell).backgroundColor)).size"
    assert page.locator("table.matrix").first.evaluate(heat) > 3


def test_keys_walk_over_the_mistakes_that_filters_let_through(benchmark, split, opened):
    page = opened(render(RUNS / "korean_rules" / benchmark.version, benchmark, split))
    page.get_by_label("entities", exact=True).uncheck()
    page.get_by_label("claims", exact=True).uncheck()
    summary = page.locator("output.count").inner_text()
    listed = int(summary.split()[0])
    assert 0 < listed < 60
    seen = []
    for _ in range(listed + 3):
        page.keyboard.press("j")
        seen.append(
            page.evaluate("[document.activeElement.closest('article')?.innerText, document.activeElement.innerText]")
        )
    assert len({json.dumps(each) for each in seen}) == listed
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.innerText") != seen[-1][1] or listed == 1
    assert page.bad == []


def test_arabic_runs_right_to_left_and_offsets_fall_on_the_words(benchmark, split, opened):
    page = opened(render(RUNS / "arabic_rules" / benchmark.version, benchmark, split))
    article = page.locator("article", has=page.get_by_role("heading", name="003.article-1"))
    article.scroll_into_view_if_needed()
    text = article.locator(".text")
    assert text.evaluate("element => getComputedStyle(element).direction") == "rtl"
    document = next(d for d in benchmark.split(split) if d.id == "003.article-1")
    own = """element => [...element.childNodes].filter(each => each.className !== 'en')
      .map(each => each.textContent).join('')"""
    assert text.evaluate(own) == document.text
    tree = page.locator("main").aria_snapshot()
    assert 'heading "Errors"' in tree
    assert "checkbox" in tree
