"""Edits of benchmarks in other languages, with labels of their own, and of plain files of spans."""

import json

import pytest
from own_benchmarks import author, dragoman_says, japanese, written

import dragoman
from dragoman import checks
from dragoman.problems import DragomanError
from dragoman.robustness.edits import catalogue
from dragoman.robustness.measuring import robustness

PERSIAN = [
    {
        "id": f"fa{number}",
        "language": "fa",
        "split": split,
        "published": "2024-03-05",
        "text": f"{title}\nشرکت نورا گوشی «نورا ۵» را در {city} معرفی کرد.\nقیمت آن گفته نشد.",
        "entities": [
            {"quote": "نورا ۵", "type": "PROD", "form": "NAM"},
            {"quote": city, "type": "CITY", "form": "NAM"},
        ],
    }
    for number, (split, title, city) in enumerate([("dev", "نشست وزیران", "اصفهان"), ("test", "بازار تازه", "شیراز")])
]


def persian(folder):
    """A benchmark of entities in Persian, from texts with labels."""
    author("new", folder / "fa", "--from", written(folder, PERSIAN), "--name", "kala", "--type", "PROD=a product")
    return folder / "fa"


def cities(document):
    """Find cities of both benchmarks."""
    found = [(document.text.find(city), city) for city in ("شیراز", "大阪")]
    return {"entities": [{"start": at, "end": at + len(city), "type": "CITY"} for at, city in found if at >= 0]}


@pytest.mark.parametrize("make", [persian, japanese])
def test_a_benchmark_of_another_language_with_its_own_labels_is_edited_and_measured(make, tmp_path):
    held = dragoman.load(make(tmp_path))
    for name in ("decomposed", "no-break-spaces", "shift-dates", "shuffle-lines", "other-speaker"):
        made = dragoman.perturb(name, tmp_path / "edited", data=held)
        if catalogue()[name].languages:
            assert made.manifest.documents == []  # it is for others
        assert [str(f.problem) for f in checks.check(made.folder).findings.errors()] == []
        edited = dragoman.load(made.folder)
        assert edited.release.label_sets == held.release.label_sets
        assert edited.release.layers == held.release.layers
        assert dragoman.score(edited, edited, intervals=False)["entities.strict.f1"] == 1
    measured = robustness(cities, tmp_path / "measured", data=held, edits=["no-break-spaces", "rename"])
    assert measured.system == "cities"
    assert "nothing to compare, as no document that the system answers changes:" in measured.text()
    assert "rename" in measured.text()


def test_two_plain_files_of_spans_are_edited_alike_and_what_does_not_apply_says_so(tmp_path):
    text = '"Kim" left.\nHe came from Paris in May.\nThe last line.'
    spans = [{"start": 1, "end": 4, "type": "who"}, {"start": 25, "end": 30, "type": "where"}]
    for name, entities in (("gold", spans), ("pred", spans[:1])):
        line = {"id": "a", "text": text, "entities": entities}
        (tmp_path / f"{name}.jsonl").write_text(json.dumps(line), encoding="utf-8")
    for edit in ("typographic-quotes", "no-break-spaces", "shuffle-lines"):
        gold, pred = (
            dragoman.perturb(edit, tmp_path / edit / name, gold=tmp_path / f"{name}.jsonl") for name in ("gold", "pred")
        )
        assert gold.manifest.documents == ["a"]
        rows = [json.loads(each.gold.read_text(encoding="utf-8")) for each in (gold, pred)]
        assert rows[0]["text"] == rows[1]["text"] != text
        assert dragoman.score(pred.gold, gold.gold, intervals=False)["entities.strict.recall"] == 0.5
    (tmp_path / "doccano.jsonl").write_text(json.dumps({"id": "a", "text": text, "label": [[1, 4, "who"]]}))
    with pytest.raises(DragomanError, match=r"E202.*dragoman convert"):
        dragoman.perturb("no-break-spaces", tmp_path / "none", gold=tmp_path / "doccano.jsonl")
    silent = dragoman_says("perturb", "tatweel", "--gold", tmp_path / "gold.jsonl", "--out", tmp_path / "none")
    assert silent.returncode == 0
    assert "tatweel found nothing to change; it is for ar." in silent.stderr
