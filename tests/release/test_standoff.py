"""A release without texts: nothing of a page is in it, and everything comes back from the reader's own pages."""

import json
import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

import dragoman
from dragoman.authoring import release_folder
from dragoman.authoring.curation import read_pages
from dragoman.cli.app import app
from dragoman.files import sha256
from dragoman.problems import DragomanError
from dragoman.release import parquet, source_root
from dragoman.release.page_diff import Place, places
from dragoman.release.rehydration import rehydrate

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT / "corpus" / "pages"


@pytest.fixture(scope="module")
def release():
    return source_root.assemble(ROOT)


@pytest.fixture(scope="module")
def bare(release, tmp_path_factory):
    out = tmp_path_factory.mktemp("bare")
    release_folder.write_standoff(release, ROOT, out)
    return out


@pytest.fixture
def pages(tmp_path):
    return Path(shutil.copytree(PAGES, tmp_path / "pages"))


def texts_of(folder):
    return {path: path.read_text("utf-8") for path in folder.rglob("*") if path.is_file()}


def problems(*arguments):
    with pytest.raises(DragomanError) as caught:
        rehydrate(*arguments)
    return [str(problem) for problem in caught.value.problems]


def test_nothing_of_a_page_is_in_it(bare):
    pages = [text for _, text in read_pages(ROOT)]
    foreign = re.compile(r"[\u0600-\u06ff\uac00-\ud7a3]")
    for path, text in texts_of(bare).items():
        if "registry" not in path.parts:
            assert not foreign.search(text), path
    # The registry's own names stay where no page has them.
    for line in (bare / "rows" / "registry" / "full.jsonl").read_text("utf-8").splitlines():
        kept = [each["name"] for each in json.loads(line)["names"] if isinstance(each["name"], str)]
        assert not [name for name in kept if foreign.search(name) and any(name in page for page in pages)]
    rows = "".join(text for path, text in texts_of(bare).items() if path.suffix == ".jsonl")
    for line in {line for page in pages for line in page.split("\n") if len(line) > 12}:
        assert line not in rows
    assert '"text":' not in rows


def test_it_says_how_many_of_its_checksums_can_be_guessed(release, bare):
    """And they can: a short line is found by its checksum among likely ones."""
    told = [row.text for config in ("segments", "documents") for rows in release.rows[config].values() for row in rows]
    short = sum(len(text) < release_folder.SHORT for text in told)
    said = re.search(
        r"of (\d+) checksums here, (\d+) are\s+of texts below (\d+)", (bare / "README.md").read_text("utf-8")
    )
    assert [int(number) for number in said.groups()] == [len(told), short, release_folder.SHORT]
    assert 0 < short < len(told)
    rows = "".join(path.read_text("utf-8") for path in bare.glob("rows/segments/*.jsonl"))
    assert sha256(min(told, key=len).encode()) in rows


def test_the_release_comes_back_with_its_texts(release, bare, tmp_path):
    again = rehydrate(bare, PAGES, tmp_path / "out")
    assert again.fingerprint == release.fingerprint
    assert parquet.read(tmp_path / "out").rows["documents"] == release.rows["documents"]
    release_folder.write(release.without_reading(), ROOT, tmp_path / "whole")
    there, here = ({p.relative_to(f): sha256(p.read_bytes()) for p in f.rglob("data/**/*.parquet")} for f in
                   (tmp_path / "whole", tmp_path / "out"))  # fmt: skip
    assert there == here != {}
    assert (tmp_path / "whole" / "README.md").read_bytes() == (tmp_path / "out" / "README.md").read_bytes()


def test_pages_are_known_by_their_content_whatever_they_are_called(release, bare, pages, tmp_path):
    for i, path in enumerate(sorted(pages.iterdir())):
        path.rename(pages / f"my copy {9 - i}.html")
    (pages / "something else.txt").write_text("x", encoding="utf-8")
    assert rehydrate(bare, pages, tmp_path / "out").fingerprint == release.fingerprint


def test_every_page_that_is_missing_or_differs_is_named_and_nothing_is_written(bare, pages, tmp_path):
    first, second, third, fourth, fifth = sorted(pages.iterdir())
    first.unlink()
    text = second.read_text("utf-8")
    lines = text.split("\n")
    at = next(i for i in range(len(lines) // 2, len(lines)) if len(lines[i]) > 9)
    lines[at] = lines[at][:5] + "X" + lines[at][6:]
    second.write_text("\n".join(lines), encoding="utf-8")
    third.write_bytes(third.read_bytes().replace(b"\n", b"\r\n"))
    fourth.write_bytes(b"\xef\xbb\xbf" + fourth.read_bytes())
    found = problems(bare, pages, tmp_path / "out")
    assert len(found) == 4
    assert all(each.startswith("E716") for each in found)
    assert "no file is page 000" in found[0]
    assert re.search(rf"differs at line {at + 1}, column 6 \(U\+0058 in the place of U\+[0-9A-F]{{4,5}}\)\.", found[1])
    assert "line feeds alone" in found[2]
    assert "byte order mark" in found[3]
    assert not (tmp_path / "out").exists()
    fifth.write_bytes(fifth.read_bytes()[:-1] + b"\xff")
    assert "is not UTF-8" in problems(bare, pages, tmp_path / "out")[4]


def edited(path, edit):
    lines = path.read_text("utf-8").split("\n")
    edit(lines)
    path.write_text("\n".join(lines), encoding="utf-8")


@pytest.mark.parametrize(
    ("edit", "what"),
    [
        (lambda line, i: line[:i] + "X" + line[i + 1 :], r"U\+0058 in the place of U\+[0-9A-F]{4}"),
        (lambda line, i: line[:i] + "X" + line[i:], r"U\+0058 too much"),
        (lambda line, i: line[:i] + line[i + 1 :], r"U\+[0-9A-F]{4} is missing"),
    ],
    ids=["changed", "put in", "left out"],
)
def test_of_every_page_that_differs_each_place_is_named_by_line_and_column(bare, pages, tmp_path, edit, what):
    wanted = []
    for path in sorted(pages.iterdir()):
        lines = path.read_text("utf-8").split("\n")
        places = []
        for number in [i for i, line in enumerate(lines) if len(line) > 30][:3]:
            line = lines[number]
            # Where a letter is left out, its column is only known if it is not the one of its neighbour.
            at = next(i for i in range(12, len(line) - 1) if line[i] not in (line[i - 1], line[i + 1], " "))
            lines[number] = edit(line, at)
            places.append((number + 1, at + 1))
        path.write_text("\n".join(lines), encoding="utf-8")
        wanted.append(places)
    found = problems(bare, pages, tmp_path / "out")
    assert len(found) == len(wanted) == 5
    for said, places in zip(found, wanted, strict=True):
        named = re.findall(rf"line (\d+), column (\d+) \({what}\)", said)
        assert [(int(line), int(column)) for line, column in named] == places
    assert not (tmp_path / "out").exists()


def test_lines_put_in_left_out_and_written_anew_are_named(bare, pages, tmp_path):
    path = sorted(pages.iterdir())[3]

    def edit(lines):
        lines[14] = "Written anew."
        del lines[8:10]
        lines.insert(3, "An advertisement.")

    edited(path, edit)
    (found,) = problems(bare, pages, tmp_path / "out")
    assert (
        "line 4 (not on the page); line 9 (after it 2 lines are missing); line 14 (another line; that of the " in found
    )


def test_places_are_bounded_and_blanks_are_places_too(bare, pages, tmp_path):
    first, second = sorted(pages.iterdir())[2:4]
    edited(first, lambda lines: lines.__setitem__(slice(None), [line[1:] for line in lines]))
    edited(second, lambda lines: (lines.insert(7, ""), lines.insert(3, " ")))
    found = problems(bare, pages, tmp_path / "out")
    assert found[0].count("column 1 (U+") == 5
    assert " and 12 more places." in found[0]
    assert "line 5, column 1 (2 characters too many before it); line 10, column 1 (1 character too many" in found[1]


@pytest.mark.parametrize(
    ("edit", "column", "what"),
    [
        (lambda line: "".join("\u00a0" if c == " " else c for c in line), 6, "no-break spaces for spaces"),
        (lambda line: line.replace(" ", "  "), 7, "several spaces for one"),
        (lambda line: line[:9] + "\u200f" + line[9:20] + "\u200e" + line[20:], 10, "characters that do not show"),
        (lambda line: line[::-1], 0, "another line; that of the page has"),
    ],
)
def test_what_programs_do_to_a_line_is_found_out(bare, pages, tmp_path, edit, column, what):
    path = sorted(pages.iterdir())[3]
    edited(path, lambda lines: lines.__setitem__(4, edit(lines[4])))
    (found,) = problems(bare, pages, tmp_path / "out")
    assert re.search(rf"differs at line 5{f', column {column}' if column else ''} \({what}", found), found


def test_a_page_of_many_lines_that_are_alike_is_compared_all_the_same():
    line = "The same line."
    segments = [{"start": i * 15, "end": i * 15 + 14, "sha256": sha256(line.encode())} for i in range(6000)]
    found = places("\n".join([line] * 3000 + ["Another."] + [line] * 3001), segments)
    assert Place(3001, 0, "not on the page") in found


def test_a_page_under_another_name_that_differs_is_known_by_its_lines(bare, pages, tmp_path):
    for i, path in enumerate(sorted(pages.iterdir(), reverse=True)):
        path.rename(pages / f"copy-{i}.txt")
    changed = pages / "copy-3.txt"  # page 001
    changed.write_bytes(changed.read_bytes().replace(b"\n", b"\r\n"))
    (found,) = problems(bare, pages, tmp_path / "out")
    assert "copy-3.txt" in found
    assert "this is not page 001" in found
    assert "line feeds alone" in found
    changed.write_text("A page of something else.\n" * 300, encoding="utf-8")
    (found,) = problems(bare, pages, tmp_path / "out")
    assert "no file is page 001" in found


@pytest.mark.parametrize("name", ["rows/documents/test.jsonl", "rows/segments/dev.jsonl", "rows/registry/full.jsonl",
                                  "rows/claim_links/full.jsonl", "card.md", "README.md"])  # fmt: skip
def test_a_changed_byte_in_any_file_is_refused(bare, tmp_path, name):
    copy = Path(shutil.copytree(bare, tmp_path / "copy"))
    data = bytearray((copy / name).read_bytes())
    data[len(data) // 2] ^= 1
    (copy / name).write_bytes(bytes(data))
    assert problems(copy, PAGES, tmp_path / "out")[0].startswith("E715")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("rows/documents/test.jsonl", '"entities":', '"entitles":'),
        ("rows/documents/test.jsonl", '"page":"', '"page":"9'),
        ("rows/documents/dev.jsonl", '"start":', '"start":1'),
        ("rows/segments/dev.jsonl", '"start":', '"start":"x","y":'),
        ("rows/registry/full.jsonl", '"names":{', '"names":{"x":1,'),
    ],
)
def test_a_row_that_somebody_rewrote_with_its_checksum_is_refused(bare, tmp_path, name, old, new):
    copy = Path(shutil.copytree(bare, tmp_path / "copy"))
    text = (copy / name).read_text("utf-8").replace(old, new, 1)
    (copy / name).write_text(text, encoding="utf-8")
    manifest = json.loads((copy / "standoff.json").read_bytes())
    manifest["checksums"][name] = sha256(text.encode())
    (copy / "standoff.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert problems(copy, PAGES, tmp_path / "out")[0].startswith(("E715", "E201"))
    (tmp_path / "none").mkdir()
    assert problems(copy, tmp_path / "none", tmp_path / "out")


def test_a_path_of_the_manifest_does_not_lead_outside(bare, tmp_path):
    copy = Path(shutil.copytree(bare, tmp_path / "copy"))
    manifest = json.loads((copy / "standoff.json").read_bytes())
    manifest["checksums"] = {"../bare/card.md": "0" * 64}
    (copy / "standoff.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert problems(copy, PAGES, tmp_path / "out")[0].startswith("E304")


def test_a_folder_that_holds_something_else_is_left_alone(release, bare, tmp_path):
    (tmp_path / "letter.txt").write_text("mine", encoding="utf-8")
    assert problems(bare, PAGES, tmp_path)[0].startswith("E108")
    with pytest.raises(DragomanError, match="E108"):
        release_folder.write_standoff(release, ROOT, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_it_is_no_benchmark_until_its_texts_are_back(bare, tmp_path):
    with pytest.raises(DragomanError, match="dragoman rehydrate"):
        dragoman.load(bare)
    made = CliRunner().invoke(app, ["rehydrate", str(bare), "--pages", str(PAGES), "--out", str(tmp_path), "--json"])
    assert made.exit_code == 0, made.output
    assert json.loads(made.stdout)["fingerprint"] == dragoman.load(tmp_path).fingerprint == dragoman.load().fingerprint
