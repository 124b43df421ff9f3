"""Every point of the review of gold 1.0.0 is answered among the decisions, and what was decided before stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from dragoman import files, json_text
from dragoman.authoring.adjudication import read_decisions
from dragoman.files import sha256
from dragoman.schema.decision import Ruling
from dragoman.schema.records import Labels

ROOT = Path(__file__).resolve().parents[2]
DECISIONS = ROOT / "annotations" / "decisions.jsonl"
BEFORE = (72, "4b2c96f89ef0a5575f0229b1312f0536fbf7fde1efc156faae9835260cfa98a1")
"""Lines of the decisions that gold 1.0.0 was made from, and their hash."""


def test_every_point_of_the_review_is_answered():
    rulings = [json_text.decode(line, Ruling) for line in DECISIONS.read_bytes().splitlines() if b'"ruling": ' in line]
    answered = [*read_decisions(DECISIONS), *rulings]
    points = {line.review for line in answered if line.review is not None}
    assert points == {*(f"L{n}" for n in range(1, 20)), *(f"R{n}" for n in range(1, 14))}
    assert {line.review for line in rulings if line.outcome == "declined"} == {"L19"}


def test_earlier_decisions_are_as_they_were():
    count, digest = BEFORE
    lines = DECISIONS.read_bytes().splitlines(keepends=True)
    assert sha256(b"".join(lines[:count])) == digest
    assert all(b'"review": ' not in line for line in lines[:count])
    assert all(b'"review": ' in line for line in lines[count:])


@pytest.fixture(scope="module")
def gold():
    return {path.stem: files.read_json(path, Labels) for path in (ROOT / "annotations" / "gold").glob("*.json")}


def claim(gold, document, opening):
    """The one claim of a document whose content begins so."""
    (found,) = [each for each in gold[document].claims if each.content[0].text.startswith(opening)]
    return found


def claimants(gold, document, made):
    texts = {entity.id: entity.text for entity in gold[document].entities}
    return [texts.get(each.mention, each.role) for each in made.claimants]


def test_what_is_decided_of_labels_in_korean_is_so_in_gold(gold):
    (stated,) = gold["001.headline-11"].claims
    assert claimants(gold, "001.headline-11", stated) == ["조선민주주의인민공화국 외무성 대변인"]  # L1
    assert [each.text for each in stated.cue] == ["담화"]
    assert gold["001.headline-09"].claims == []  # L2
    for number in ("02", "03", "05", "08", "15", "18", "19", "20"):  # L3: praise of one's own side
        assert {each.act for each in gold[f"001.headline-{number}"].claims} == {"assert"}
    assert claim(gold, "001.article-1", "조로사이의 포괄적인").flags == ["presupposed", "editorial"]  # L4
    assert claim(gold, "000.article-1", "제53차 아세안외무상회의에서 꾸바와").dates == []
    said = {number: gold[f"001.headline-{number}"].claims[0].gloss for number in ("02", "03", "17", "18")}  # L5
    assert "home of a new civilisation and a new life" in said["02"]
    assert "appellation" in said["18"]
    assert all("revival" in said[number] and "prosperity" not in said[number] for number in ("03", "17"))
    assert "publishing" in gold["001.headline-10"].entities[1].entity_ids[0]  # L6
    assert claim(gold, "000.related-09", "유럽동맹의 제19차").modality == "future"  # L7
    assert claim(gold, "000.article-1", "우리 나라는 오래전부터").flags == ["editorial"]  # L8


def test_what_is_decided_of_labels_in_arabic_is_so_in_gold(gold):
    entities = {entity.id: entity for entity in gold["003.article-1"].entities}
    leaders = {"leader-of-the-dprk", "president-of-russia"}
    assert all(
        set(e.entity_ids) <= leaders
        for e in entities.values()
        if e.text in {"الرئيس الكوري الشمالي", "الزعيم الكوري الشمالي", "رؤساء البلدين"}  # L9
    )
    assert " met " in claim(gold, "003.article-1", "في بداية هذا الأسبوع").gloss_intended  # L10
    for opening in ("لقد أدرك الجانبان", "أكد الجانبان"):  # L11
        assert claimants(gold, "003.article-1", claim(gold, "003.article-1", opening)) == ["هذا البيان"]
    (day,) = [date for date in gold["004.article-1"].dates if date.text == "اليوم الثلاثاء"]  # L12
    assert (day.value, day.value_external, day.latest_external) == ("XXXX-WXX-2", "2022-07-05", "2022-07-05")
    for torn in ("e41", "e52", "e54", "e63"):  # L13: pieces of names that the machine tore apart
        assert "machine_translation" in entities[torn].phenomena
    assert "machine_translation" in claim(gold, "003.article-1", "التعاون الثنائي بين بيونغ يانغ").phenomena
    alone = claim(gold, "003.article-1", "سيعزز إنشاء")  # L14
    assert (alone.flags, alone.act) == (["garbled"], "assert")  # R7
    assert alone.gloss_intended
    for opening in ("أكد الجانبان", "تعزيز التعاون التكتيكي"):  # L15
        assert "main interests" in claim(gold, "003.article-1", opening).gloss
    assert claim(gold, "003.article-1", "موعد زيارة بوتين").gloss_intended.count("to North Korea") == 1  # L16
    for opening in ("الاتفاقية المذكورة", "لقد أرست"):  # L17
        assert "eurasia" not in claim(gold, "002.article-1", opening).about
    assert "c20" not in (ROOT / "annotations" / "HARD_CASES.md").read_text("utf-8")  # L18
    assert [each.modality for each in gold["003.article-1"].claims if each.cluster == "k2"] == ["fact", "future"]  # L19
    west = [(e.type, e.form) for e in entities.values() if e.entity_ids == ["the-west"]]  # R4
    assert west == [("LOC", "ADJ")]
    assert claim(gold, "002.article-2", "لن يتم التعبير").polarity == "positive"  # R5
