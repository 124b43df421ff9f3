"""The English lines that are for people alone are in their own rows, and in nothing that goes to a system."""

import json
import shutil
from pathlib import Path

import pytest

import dragoman
from dragoman import json_text
from dragoman.problems import DragomanError
from dragoman.release.source_root import assemble
from dragoman.schema.release_rows import READING
from dragoman.systems.chat import make_prompt
from dragoman.systems.loading import Options
from dragoman.systems.protocol import seen, unlabelled

ROOT = Path(__file__).resolve().parents[2]
LONG = 40
"""Letters from which a line cannot stand somewhere by chance."""


@pytest.fixture(scope="module")
def benchmark():
    return dragoman.load()


@pytest.fixture(scope="module")
def lines(benchmark):
    """Lines that can be told: a gloss of a claim may say the same as the line by chance."""
    glosses = "\n".join(claim.gloss for document in benchmark for claim in document.claims)
    long = {en for rows in benchmark.reading.values() for _, en in rows if len(en) >= LONG}
    return {line for line in long if line not in glosses}


def found(lines, text):
    return [line for line in lines if line in text or json_text.canonical(line).decode()[1:-1] in text]


def test_every_line_of_every_document_is_there(benchmark):
    assert len(benchmark.reading) == len(benchmark)
    for document in benchmark:
        assert [number for number, _ in benchmark.reading[document.id]] == list(range(document.text.count("\n") + 1))
    assert ("000.article-1", 0) in {(name, rows[0][0]) for name, rows in benchmark.reading.items()}


def test_it_is_found_where_it_is(benchmark, lines):
    """The search finds: in the rows of their own configuration stand all of them."""
    rows = [row for part in benchmark.release.rows[READING].values() for row in part]
    text = "".join(json_text.canonical(row).decode() for row in rows)
    assert sorted(found(lines, text)) == sorted(lines)
    assert len(lines) > 100


def test_no_other_row_has_it_and_no_line_that_is_written_of_gold(benchmark, lines):
    for config, splits in benchmark.release.rows.items():
        if config != READING:
            assert not found(
                lines, "".join(json_text.canonical(row).decode() for part in splits.values() for row in part)
            )
    for split in benchmark.splits:
        assert not found(lines, "".join(json_text.canonical(line).decode() for line in benchmark.gold_lines(split)))


def test_no_system_gets_it(benchmark, lines):
    prompt = make_prompt(Options(benchmark=benchmark))
    for document in benchmark:
        given = [repr(unlabelled(document)), json.dumps(seen(document), ensure_ascii=False)]
        given += [turn["content"] for turn in prompt.messages(document)]
        assert not found(lines, "".join(given))


def test_it_is_not_in_a_release_without_texts(bare_folder, whole_folder, lines):
    files = [path for path in bare_folder.rglob("*") if path.is_file()]
    assert files
    for path in files:
        assert not found(lines, path.read_text("utf-8")), path
    assert (whole_folder / "data" / READING / "test.parquet").is_file()


def test_what_identifies_a_release_does_not_hang_on_it():
    release = assemble(ROOT)
    assert release.without_reading().fingerprint == release.fingerprint
    assert READING not in release.without_reading().rows


def rows_of(root, lines):
    apart = shutil.ignore_patterns("passes", "pages")
    for name in ("corpus", "annotations"):
        shutil.copytree(ROOT / name, root / name, ignore=apart, dirs_exist_ok=True)
    written = "".join(json.dumps(line) + "\n" for line in lines)
    (root / "annotations" / "reading" / "reading.jsonl").write_text(written)
    return assemble(root).rows[READING]


def test_of_a_document_there_is_a_line_for_each_of_its_own_or_none(tmp_path):
    line = {"document": "001.headline-04", "line": 0, "en": "Speech"}
    assert [row.en for part in rows_of(tmp_path, [line]).values() for row in part] == ["Speech"]
    assert rows_of(tmp_path, []) == {}
    for wrong, code in (({"line": 1}, "E713"), ({"document": "001.article-1"}, "E713"), ({"document": "no"}, "E301")):
        with pytest.raises(DragomanError) as caught:
            rows_of(tmp_path, [line | wrong])
        assert [problem.code for problem in caught.value.problems] == [code]


def test_names_in_any_language_go_into_the_rows(tmp_path):
    root = shutil.copytree(ROOT / "tests" / "checks" / "invalid" / "base", tmp_path / "root")
    table = root / "corpus" / "sources.toml"
    table.write_text(table.read_text("utf-8") + '\n[dataset]\nname = "mine"\nversion = "0.1.0"\n', "utf-8")
    (row,) = [row for row in assemble(root).rows["registry"]["full"] if row.id == "carlo"]
    assert [(name.language, name.name) for name in row.names] == [("en", "Carlo"), ("fr", "Carlo"), ("ko", "카를로")]
    assert row.label == "Carlo"
