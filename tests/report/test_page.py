"""The page of mistakes: complete, self-contained, and harmless whatever a submission holds."""

import json
import re

import pytest

from dragoman.report.page import page

HOSTILE = "<script>alert(1)</script>\u202e"


def run_folder(tmp_path, lines, name="Mine"):
    (tmp_path / "system.toml").write_text(f"name = {json.dumps(name)}\n", encoding="utf-8")
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    (tmp_path / "predictions.jsonl").write_text(text, encoding="utf-8")
    return tmp_path


def test_every_missed_and_spurious_label_is_there(benchmark, split, tmp_path):
    document = next(d for d in benchmark.split(split) if d.entities)
    first = document.entities[0]
    wrong = {"start": first.start, "end": first.end + 1, "type": first.type}
    html = page(run_folder(tmp_path, [{"id": document.id, "entities": [wrong]}]), benchmark, split)
    gold = sum(len(d.entities) for d in benchmark.split(split))
    assert html.count('<td class="missed">') == gold  # nothing else was attempted
    assert html.count('<td class="spurious">') == 1


def test_gold_makes_no_mistake_and_all_measures_are_shown(benchmark, split, tmp_path):
    lines = [json.loads(json.dumps(line)) for line in map(_plain, benchmark.gold_lines(split))]
    html = page(run_folder(tmp_path, lines), benchmark, split)
    assert "0 in all" in html
    for name in ("entities.strict", "claims.act.accuracy", "entities.conll.mean", "pages.segments.accuracy"):
        assert name in html


def _plain(line):
    import msgspec

    return msgspec.to_builtins(line)


def test_the_page_loads_nothing_and_runs_nothing(benchmark, split, tmp_path):
    document = next(d for d in benchmark.split(split) if d.dates)
    line = {"id": document.id, "dates": [{"start": 0, "end": 1, "type": "DATE", "value": "2024"}]}
    html = page(run_folder(tmp_path, [line], name=HOSTILE), benchmark, split)
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "default-src 'none'" in html
    assert not re.search(r"(src|href)=", html)


@pytest.mark.parametrize("name", ["korean_rules", "arabic_rules"])
def test_the_committed_runs_have_a_page(benchmark, split, name):
    from pathlib import Path

    folder = Path(__file__).resolve().parents[2] / "eval" / "runs" / name / benchmark.version
    assert "entities.strict" in page(folder, benchmark, split)
