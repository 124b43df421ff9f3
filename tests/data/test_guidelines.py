"""No example of the guidelines is a sentence of a test document, as it stands or with other names in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from dragoman import files
from dragoman.authoring.adjudication import read_documents
from dragoman.authoring.curation import read_curated
from dragoman.schema.records import Labels

ROOT = Path(__file__).resolve().parents[2]
WORDS = 4
SYLLABLES = 8
NAME = "◯"
NAMES = {"PER", "ORG", "GPE", "LOC", "FAC"}
MADE_UP = (
    *(
        "람바떼",
        "안또니오",
        "루이지",
        "로마",
        "빠리",
        "도이췰란드",
        "독불",
        "올림픽조직위원회",
        "올림픽위원회",
        "아프리카",
        "유고슬라비아",
    ),
    *(
        "ماركو رينالدي",
        "الفرنسية",
        "الفرنسي",
        "الإيطالية",
        "الإيطالي",
        "إيطاليا",
        "فرنسا",
        "الأفريقي",
        "الأفارقة",
        "روما",
        "ليبيا",
    ),
)
"""Names in examples that are names of nobody in the documents."""
SCRIPT = r"\u0600-\u06ff\uac00-\ud7a3"


def masked(text: str, names: list[str]) -> str:
    """Put one sign in the place of each name, longer names first."""
    return re.sub("|".join(map(re.escape, names)), NAME, text)


def stretches(text: str) -> Iterator[str]:
    """Cut a text at ellipses, cells of a table and words in Latin letters; what marks a span is taken out."""
    joined = re.sub(r"(?<! )\||\|(?! )|[`°*]", "", text)
    yield from re.split(r"…|\||[A-Za-z]+", joined)


def word_runs(text: str) -> set[tuple[str, ...]]:
    words = re.findall(rf"[{SCRIPT}{NAME}\d]+", text)
    runs = (tuple(words[i : i + WORDS]) for i in range(len(words) - WORDS + 1))
    return {run for run in runs if sum(NAME not in word for word in run) > 1}  # a list of names is no sentence


def syllable_runs(text: str) -> set[str]:
    syllables = "".join(re.findall(rf"[\uac00-\ud7a3{NAME}]", text))
    runs = (syllables[i : i + SYLLABLES] for i in range(len(syllables) - SYLLABLES + 1))
    return {run for run in runs if run.count(NAME) <= SYLLABLES // 2}


@pytest.fixture(scope="module")
def names() -> list[str]:
    gold = [files.read_json(path, Labels) for path in sorted((ROOT / "annotations" / "gold").glob("*.json"))]
    surfaces = {entity.text for labels in gold for entity in labels.entities if entity.type in NAMES}
    return sorted({*surfaces, *MADE_UP}, key=lambda name: (-len(name), name))


@pytest.fixture(scope="module")
def examples(names) -> list[str]:
    text = (ROOT / "annotations" / "GUIDELINES.md").read_text("utf-8")
    return [masked(stretch, names) for stretch in stretches(text)]


@pytest.fixture(scope="module")
def test_lines(names) -> list[tuple[str, str]]:
    splits = {name: split for page in read_curated(ROOT) for name, split in page.splits.items()}
    return [
        (name, masked(line, names))
        for name, document in read_documents(ROOT).items()
        for line in document.text.split("\n")
        if splits[name] == "test"
    ]


def test_no_example_shares_a_run_with_a_test_document(examples, test_lines):
    words = set[tuple[str, ...]]().union(*map(word_runs, examples))
    syllables = set[str]().union(*map(syllable_runs, examples))
    assert len(words) > 100 < len(syllables)
    shared = [(name, run) for name, line in test_lines for run in sorted(word_runs(line) & words)]
    shared += [(name, run) for name, line in test_lines for run in sorted(syllable_runs(line) & syllables)]
    assert shared == []


@pytest.mark.parametrize(
    ("example", "line"),
    [
        ("`가나다의 |꽃장수| 마라바사에게 꽃을`°", "가나다의 꽃장수 바마라에게 꽃을 주었다"),
        ("باع التاجر الكتاب في روما°", "وقد باع التاجر الكتاب في ليبيا"),
    ],
)
def test_a_sentence_with_other_names_in_it_is_found(example, line):
    hidden = ["마라바사", "바마라", "روما", "ليبيا"]
    (example,) = stretches(masked(example, hidden))
    line = masked(line, hidden)
    assert word_runs(example) & word_runs(line) or syllable_runs(example) & syllable_runs(line)
