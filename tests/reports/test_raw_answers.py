"""Raw answers of a run's log: beside the labels, bounded, and text whatever they are."""

import json

import pytest
from payloads import PAYLOADS, strays
from test_reading import LINE

from dragoman.reports.html import page as render
from dragoman.reports.raw_answers import MAX_ALL, MAX_RAW, raw_answers
from dragoman.reports.sources import from_reference

WRONG = {**LINE, "entities": []}


@pytest.fixture
def run(tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "predictions.jsonl").write_text(json.dumps(WRONG) + "\n")
    (folder / "system.toml").write_text('name = "x"\n')
    (tmp_path / "gold.jsonl").write_text(json.dumps(LINE) + "\n")

    def with_log(*lines):
        (folder / "log.jsonl").write_text("".join(line + "\n" for line in lines), encoding="utf-8")
        return folder

    return with_log


def entry(raw, **more):
    return json.dumps({"id": "one", "status": "answered", "seconds": 0.1, "raw": raw, **more})


@pytest.mark.parametrize("what", PAYLOADS)
def test_an_answer_is_shown_letter_for_letter_and_does_nothing(run, opened, tmp_path, what):
    payload = PAYLOADS[what]
    page = opened(render(run(entry(payload, problems=[payload])), from_reference(tmp_path / "gold.jsonl")))
    page.keyboard.press("j")
    page.locator(".raw summary").click()
    shown = page.locator(".raw pre").evaluate("each => each.textContent")
    if payload.isprintable():
        assert shown == payload[:MAX_RAW]
    assert page.evaluate("window.ran") is None
    assert strays(page) == []
    assert page.bad == []


def test_a_long_answer_is_cut_and_says_so(run, opened, tmp_path):
    page = opened(render(run(entry("y" * (MAX_RAW + 7))), from_reference(tmp_path / "gold.jsonl")))
    page.keyboard.press("j")
    page.locator(".raw summary").click()
    assert page.locator(".raw .none").inner_text() == "7 further characters are not shown."


def test_the_last_line_of_a_document_counts_and_the_log_stays_as_it_is(run):
    folder = run(
        entry("first"),
        "{not json",
        entry("second"),
        '{"id": "other", "raw": null}',
        '{"id": "a", "b": ' + 100_000 * "[",
    )
    with (folder / "log.jsonl").open("ab") as log:
        log.write(b'{"id": "\xff", "raw": "x"}\n')
        log.write(b'{"id": "one", "raw": "cut o')
    before = (folder / "log.jsonl").read_bytes()
    found = raw_answers(folder)
    assert {name: answer.raw for name, answer in found.items()} == {"one": "second", "other": None}
    assert (folder / "log.jsonl").read_bytes() == before


def test_all_answers_together_are_bounded(run):
    many = MAX_ALL // MAX_RAW + 5
    found = raw_answers(run(*(json.dumps({"id": str(at), "raw": "z" * MAX_RAW}) for at in range(many))))
    assert sum(len(answer.raw) for answer in found.values()) == MAX_ALL
    assert sum(answer.cut for answer in found.values()) == 5 * MAX_RAW


def test_what_is_no_run_has_none(tmp_path):
    for given in (tmp_path, tmp_path / "none", [], b""):
        assert raw_answers(given) == {}
