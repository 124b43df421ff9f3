"""Curation of made-up corpora: other sites need a profile, other pages nothing, and bad input gets a number."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman import files, json_text
from dragoman.authoring import curation, profiles, segmentation
from dragoman.problems import DragomanError

REPOSITORY = Path(__file__).resolve().parents[2]
SCRIPT = REPOSITORY / "scripts" / "curate.py"

SITE = r"""
schema_version = 1
site = "The Harbour Gazette"

[months]
Maerz = 3

[[section]]
document = "article"
times = "+"

[[section.line]]
kind = "headline"
match = '# .*'

[[section.line]]
kind = "meta"
match = '(?P<day>\d+)\. (?P<month>\p{L}+|\d+) (?P<year>\d{4})'
times = "?"

[[section.line]]
kind = "body"
times = "+"

[[section]]
times = "?"

[[section.line]]
kind = "boilerplate"
match = 'See also'

[[section]]
document = "related_item"
times = "*"

[[section.line]]
name = "headline"
kind = "related_headline"
marker = '\* '

[[section.line]]
name = "teaser"
kind = "related_teaser"
match = '>.*'
complete = '.*[.!?]'
times = "?"

[[section.line]]
kind = "related_date"
match = '(?P<year>\d{4})(-(?P<month>\d\d))?'
times = "?"

[[section.line]]
repeats = "teaser"
times = "?"
"""
PAGE = (
    "# Ships meet\n3. Maerz 1999\n\nOne.\nTwo.\n\n"
    "See also\n* First\n>Cut of\n1998-07\n>Cut of\n* Second\n1997\n* Third\n"
)


def entry(page, text, profile="gazette", **other):
    data = text if isinstance(text, bytes) else text.encode()
    fields = {
        "id": page,
        "file": f"{page}.txt",
        "bytes": len(data),
        "sha256": files.sha256(data),
        "language": "de",
        "profile": profile,
        "rights": "made up",
        **other,
    }
    return "[[page]]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in fields.items())


def corpus(root, texts, table=None, site=SITE, rest=""):
    """Lay out a corpus; ``table`` stands for the page entries where it is given."""
    for folder in ("pages", "profiles"):
        (root / "corpus" / folder).mkdir(parents=True, exist_ok=True)
    for page, text in texts.items():
        (root / "corpus/pages" / f"{page}.txt").write_bytes(text if isinstance(text, bytes) else text.encode())
    table = "\n".join(entry(page, text) for page, text in texts.items()) if table is None else table
    splits = "" if "[splits]" in rest else '[splits]\ndefault = "test"'
    (root / "corpus/sources.toml").write_text(f"schema_version = 1\n{table}\n{splits}\n{rest}", encoding="utf-8")
    (root / "corpus/profiles/gazette.toml").write_text(site, encoding="utf-8")
    return root


def problems(call, *args):
    with pytest.raises(DragomanError) as caught:
        call(*args)
    assert all(found.what for found in caught.value.problems)
    assert all(str(found).isprintable() for found in caught.value.problems)
    return caught.value.problems


def codes(call, *args):
    return [found.code for found in problems(call, *args)]


def run(root, *arguments):
    command = [sys.executable, str(SCRIPT), "--root", str(root), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def check_invariants(page, text):
    """What holds for every curated page whatever its profile."""
    at = 0
    lines = [line for line in text.split("\n") if line.strip()]
    assert len(page.segments) == len(lines)
    for index, (segment, line) in enumerate(zip(page.segments, lines, strict=True)):
        assert segment.index == index
        assert at <= segment.start < segment.end
        assert text[segment.start : segment.end] == segment.text
        assert segment.text in line
        at = segment.end
        if segment.dup_of is not None:
            assert segment.text.encode() == page.segments[segment.dup_of].text.encode()
            assert segment.document == page.segments[segment.dup_of].document
            assert segment.document_start is None
    for document in page.documents:
        text_map = curation.page_map(page, document.id)
        for offset, char in enumerate(document.text):
            moved = text_map.move(offset, offset + 1)
            assert text[slice(*moved)] == char if moved else char == "\n"
    assert list(page.splits) == [document.id for document in page.documents]


# --- what works


def test_another_site_needs_a_profile_and_no_code(tmp_path):
    root = corpus(tmp_path, {"g1": PAGE})
    (page,) = curation.curate(root)
    check_invariants(page, PAGE)
    assert [(d.id, d.text, d.published, d.title) for d in page.documents] == [
        ("g1.article-1", "# Ships meet\nOne.\nTwo.", "1999-03-03", "# Ships meet"),
        ("g1.related-01", "First\n>Cut of", "1998-07", "First"),
        ("g1.related-02", "Second", "1997", "Second"),
        ("g1.related-03", "Third", None, "Third"),
    ]
    assert [(s.kind, s.truncated, s.dup_of) for s in page.segments if s.kind == "related_teaser"] == [
        ("related_teaser", True, None),
        ("related_teaser", True, 6),
    ]
    assert page.documents[0].published_evidence == "Line 2 of the page: 3. Maerz 1999"


def test_another_page_of_a_site_needs_nothing(tmp_path):
    other = "# Only this\nBody.\n# And this\n1. 12 2001\nBody\nSee also\n" + "".join(
        f"* Item {n}\n" for n in range(120)
    )
    (first, second) = curation.curate(corpus(tmp_path, {"g1": PAGE, "g2": other}))
    check_invariants(second, other)
    assert len(first.documents) == 4
    assert [d.id for d in second.documents[:3]] == ["g2.article-1", "g2.article-2", "g2.related-01"]
    assert second.documents[-1].id == "g2.related-120"
    assert second.documents[1].published == "2001-12-01"


def test_an_article_alone_is_enough(tmp_path):
    (page,) = curation.curate(corpus(tmp_path, {"g1": "# H\nB"}))
    assert [d.text for d in page.documents] == ["# H\nB"]


@given(st.lists(st.sampled_from(["", " ", "\t"]), max_size=3), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_blank_lines_line_ends_and_edges_change_no_text(tmp_path_factory, blank, end, edges):
    around = "\u3000 {}\u00a0\t" if edges else "{}"
    text = "".join(around.format(line) + end + end.join([*blank, ""]) for line in PAGE.split("\n") if line)
    (page,) = curation.curate(corpus(tmp_path_factory.mktemp("c"), {"g1": text}))
    (plain,) = curation.curate(corpus(tmp_path_factory.mktemp("c"), {"g1": PAGE}))
    check_invariants(page, text)
    assert [d.text for d in page.documents] == [d.text for d in plain.documents]


def test_text_is_never_normalised(tmp_path):
    text = "# e\u0301 \u1100\u1161\u11a8 😀\u200f\nﬁ\u2028x\u0085y\n"
    (page,) = curation.curate(corpus(tmp_path, {"g1": text}))
    assert page.documents[0].text == text.rstrip("\n")
    check_invariants(page, text)


@given(
    st.lists(st.integers(0, 3), min_size=1, max_size=5), st.lists(st.tuples(st.booleans(), st.booleans()), max_size=6)
)
def test_any_counts_are_cut_as_they_were_written(tmp_path_factory, articles, items):
    lines = []
    for number, count in enumerate(articles):
        lines += [f"# {number}", *["text"] * (count + 1)]
    for number, (teaser, date) in enumerate(items):
        lines += [f"* {number}", *[">Whole."] * teaser, *["2001-01"] * date, *[">Whole."] * teaser]
    text = "\n".join(lines)
    (page,) = curation.curate(corpus(tmp_path_factory.mktemp("c"), {"g1": text}))
    check_invariants(page, text)
    assert [d.kind for d in page.documents] == ["article"] * len(articles) + ["related_item"] * len(items)
    assert [s.truncated for s in page.segments] == [False] * len(lines)


def test_splits_times_and_publisher_come_from_the_table(tmp_path):
    rest = """
[splits]
default = "dev"
test = ["g1.related-02..3", "g2"]
[[time]]
documents = ["g2.*-nothing"]
"""
    texts = {"g1": PAGE, "g2": "# H\nB"}
    assert codes(curation.curate, corpus(tmp_path, texts, rest=rest)) == ["E706"]
    rest = rest.replace(
        'documents = ["g2.*-nothing"]',
        'documents = ["g2.article-*", "g1.related-03"]\npublished = "2001/2003"\npublished_evidence = "so it says"\n'
        'published_external = "2002-05"\npublished_external_status = "from memory"\n'
        'published_external_evidence = "I was there"',
    )
    table = entry("g1", texts["g1"]) + entry(
        "g2", texts["g2"], publisher="P", publisher_evidence="line 1", captured="2004/..", captured_evidence="stamp"
    )
    one, two = curation.curate(corpus(tmp_path, texts, table, rest=rest))
    assert one.splits == {
        "g1.article-1": "dev",
        "g1.related-01": "dev",
        "g1.related-02": "test",
        "g1.related-03": "test",
    }
    assert two.splits == {"g2.article-1": "test"}
    for document in (two.documents[0], one.documents[3]):
        assert (document.published, document.published_external) == ("2001/2003", "2002-05")
        assert document.published_external_status == "from memory"
    assert (two.documents[0].publisher, two.documents[0].captured) == ("P", "2004/..")
    assert (one.documents[0].publisher, one.documents[0].captured) == (None, None)


def test_a_document_map_knows_its_page(tmp_path):
    (page,) = curation.curate(corpus(tmp_path, {"g1": PAGE}))
    start, end = curation.page_map(page, "g1.related-01").move(0, 5)
    assert PAGE[start:end] == "First"
    assert codes(curation.page_map, page, "g1.related-09") == ["E301"]


# --- writing


def test_a_second_run_writes_nothing(tmp_path):
    root = corpus(tmp_path, {"g1": PAGE, "g2": "# H\nB"})
    first = curation.write(root, curation.curate(root))
    stamps = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in first.changed}
    assert len(stamps) == 2
    second = curation.write(root, curation.curate(root))
    assert (second.changed, len(second.unchanged), second.stale) == ([], 2, [])
    assert stamps == {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in second.unchanged}
    assert curation.read_curated(root) == first.pages


def test_nothing_is_written_unless_all_pages_are_fine(tmp_path):
    root = corpus(tmp_path, {"g1": PAGE, "g2": "no headline\nB"})
    assert run(root).returncode == 1
    assert not (root / "corpus/documents").exists()


def test_reading_asks_for_curation_where_there_is_none_or_an_old_one(tmp_path):
    root = corpus(tmp_path, {"g1": PAGE, "g2": "# H\nB"})
    assert codes(curation.read_curated, root) == ["E101", "E101"]
    curation.write(root, curation.curate(root))
    corpus(tmp_path, {"g1": PAGE + "* Fourth\n", "g2": "# H\nB"})
    assert codes(curation.read_curated, root) == ["E704"]
    (root / "corpus/documents/g2.json").write_bytes(b'{"page": 3}')
    assert codes(curation.read_curated, root) == ["E704", "E202"]


def test_a_link_in_documents_is_replaced_and_not_followed(tmp_path):
    root = corpus(tmp_path, {"g1": PAGE})
    (root / "corpus/documents").mkdir()
    outside = tmp_path / "outside"
    outside.write_bytes(json_text.pretty(curation.curate(root)[0]))
    (root / "corpus/documents/g1.json").symlink_to(outside)
    assert len(curation.write(root, curation.curate(root)).changed) == 1
    assert not (root / "corpus/documents/g1.json").is_symlink()


# --- the script


def test_the_script_writes_checks_and_reports(tmp_path):
    root = corpus(tmp_path, {"g1": PAGE})
    assert run(root, "--check").returncode == 1
    assert not (root / "corpus/documents").exists()
    done = run(root, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    outcome = json.loads(done.stdout)
    assert (outcome["pages"], outcome["documents"], outcome["splits"]) == (1, 4, {"test": 4})
    assert outcome["changed"] == ["g1.json"]
    assert run(root, "--check").returncode == 0
    (root / "corpus/documents/old.json").write_text("{}")
    (root / "corpus/documents/g1.json").write_text("{}")
    checked = run(root, "--check")
    assert checked.returncode == 1
    assert "g1.json is not up to date" in checked.stderr
    assert "old.json belongs to no page" in checked.stderr
    assert run(root).returncode == 0
    assert (root / "corpus/documents/old.json").exists()


def test_the_script_says_what_is_wrong_and_never_how_it_is_made(tmp_path):
    root = corpus(tmp_path, {"g1": "nothing\x1b[31m\u202e"})
    done = run(root, "--json")
    assert done.returncode == 1
    assert [found["code"] for found in json.loads(done.stdout)["problems"]] == ["E705"]
    assert "Traceback" not in done.stderr
    assert "\x1b" not in done.stderr
    assert run(tmp_path / "nowhere").returncode == 1
    assert run(root, "--no-such-option").returncode == 2
    assert "profiles/README.md" in run(root, "--help").stdout


# --- pages that are wrong


def test_a_changed_page_is_refused_with_what_differs(tmp_path):
    root = corpus(tmp_path, {"g1": PAGE, "g2": PAGE})
    (root / "corpus/pages/g2.txt").write_text(PAGE.replace("Two", "Tow"))
    (found,) = problems(curation.curate, root)
    assert (found.code, found.file) == ("E704", str(root / "corpus/pages/g2.txt"))
    assert files.sha256(PAGE.encode()) in found.what
    assert "bytes" not in found.what
    (root / "corpus/pages/g2.txt").write_text(PAGE + "\n")
    (found,) = problems(curation.curate, root)
    assert f"{len(PAGE) + 1} bytes instead of {len(PAGE)}" in found.what


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "E705"),
        (b"\n \r\n\t\n", "E705"),
        (b"# H\rB\r", "E705"),
        (b"# H\nB\r\r\n", "E705"),
        (b"\xef\xbb\xbf# H\nB", "E103"),
        ("# H\nB".encode("utf-16"), "E103"),
        (b"# H\nB\0", "E104"),
        (b"# H\nB\xff", "E102"),
        (b"# H\n" * (segmentation.MAX_LINES + 1), "E705"),
        (b"# H", "E705"),
        (b"# H\n3. Brumaire 1999\nB", "E705"),
        (b"# H\n31. 2 1999\nB", "E705"),
        (b"# H\n" + b"9" * 5000 + b". 2 1999\nB", "E705"),
        (b"# H\n1. 1 0000\nB", "E705"),
    ],
)
def test_a_page_that_cannot_be_cut_has_its_number(tmp_path, data, code):
    assert codes(curation.curate, corpus(tmp_path, {"g1": data})) == [code]


def test_a_page_over_the_limit_is_e106(tmp_path):
    assert codes(curation.curate, corpus(tmp_path, {"g1": b"# H\n" + b"x" * segmentation.MAX_PAGE})) == ["E106"]


def test_a_missing_page_does_not_hide_another_problem(tmp_path):
    root = corpus(tmp_path, {"g1": PAGE, "g2": "no headline", "g3": PAGE})
    (root / "corpus/pages/g1.txt").unlink()
    (root / "corpus/pages/g3.txt").unlink()
    (root / "corpus/pages/g3.txt").mkdir()
    assert codes(curation.curate, root) == ["E101", "E705", "E101"]


@pytest.mark.parametrize(
    ("before", "after", "line", "expected"),
    [
        ("# Ships meet", "Ships meet", 1, r"a line of kind headline like `# .*` (section[0].line[0])"),
        (">Cut of\n* Second", ">Cut off\n* Second", 11, "the related_teaser of the same section again"),
        ("* Third", "Third", 14, "after the marker"),
    ],
)
def test_a_misfit_names_the_line_and_what_was_expected(tmp_path, before, after, line, expected):
    root = corpus(tmp_path, {"g1": PAGE.replace(before, after)})
    (found,) = problems(curation.curate, root)
    assert (found.code, found.file, found.line) == ("E705", "corpus/pages/g1.txt", line)
    assert expected in found.what
    assert "gazette.toml" in found.hint


# --- tables that are wrong


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"file": "../g1.txt"}, "page[0].file"),
        ({"file": "/etc/passwd"}, "page[0].file"),
        ({"file": ""}, "page[0].file"),
        ({"file": "a\u202eb"}, "page[0].file"),
        ({"profile": "../../gazette"}, "page[0].profile"),
        ({"id": "../g1"}, "page[0].id"),
        ({"id": ""}, "page[0].id"),
        ({"sha256": "abc"}, "page[0].sha256"),
        ({"bytes": -1}, "page[0].bytes"),
        ({"bytes": "12"}, "page[0].bytes"),
        ({"language": "German!"}, "page[0].language"),
        ({"langauge": "de"}, "page[0]"),
        ({"captured": "yesterday", "captured_evidence": "x"}, "page[0].captured"),
        ({"captured": "P1Y", "captured_evidence": "x"}, "page[0].captured"),
        ({"captured": "2024"}, "page[0].captured"),
        ({"publisher": "P"}, "page[0].publisher"),
    ],
)
def test_a_wrong_entry_is_named(tmp_path, change, path):
    root = corpus(tmp_path, {"g1": PAGE}, entry("g1", PAGE, **change))
    (found,) = problems(curation.curate, root)
    assert (found.code, found.path) == ("E706", path)


@pytest.mark.parametrize(
    ("table", "count"),
    [
        ("", 1),
        ("[[page]]\n", 1),
        ("page = 3\n", 1),
        ("page = [3, 4]\n", 2),
        ("[[pages]]\n" + entry("g1", PAGE), 1),
        (entry("g1", PAGE) + entry("g1", PAGE, file="g2.txt"), 1),
        (entry("g1", PAGE) + entry("G1", PAGE, file="g2.txt"), 1),
        (entry("g1", PAGE) + entry("g2", PAGE, file="g1.txt"), 1),
        (entry("g1", PAGE) + entry("g1", PAGE), 2),
        (entry("g1", PAGE) + '[[time]]\ndocuments = []\npublished_evidence = "x"', 1),
        (entry("g1", PAGE) + '[[time]]\ndocuments = ["g1"]\npublished = "1999"', 1),
        (entry("g1", PAGE) + '[[time]]\ndocuments = ["g1"]\npublished_external = "1999"', 1),
        (entry("g1", PAGE) + '[[time]]\ndocuments = ["g1.article-1"]\npublished_evidence = "x"', 1),
        (entry("g1", PAGE) + '[[time]]\ndocuments = ["g1.related-3", "g1.related-03"]\npublished_evidence = "x"', 1),
        (entry("g1", PAGE) + '[[time]]\ndocuments = ["g1.related-4"]\npublished_evidence = "x"', 1),
        (entry("g1", PAGE) + '[[time]]\ndocuments = ["g1.related-3..1"]\npublished_evidence = "x"', 1),
        (entry("g1", PAGE) + "[dataset]\nname = 3\nversion = 'x'", 1),
    ],
)
def test_a_wrong_table_is_e706(tmp_path, table, count):
    assert codes(curation.curate, corpus(tmp_path, {"g1": PAGE, "g2": PAGE}, table)) == ["E706"] * count


def test_an_external_time_beyond_what_the_page_proves_is_refused(tmp_path):
    rest = (
        '[[time]]\ndocuments = ["g1.related-03"]\npublished = "1999"\npublished_evidence = "x"\n'
        'published_external = "1999-12-31/2000-01-01"\npublished_external_status = "checked"\n'
        'published_external_evidence = "x"'
    )
    (found,) = problems(curation.curate, corpus(tmp_path, {"g1": PAGE}, rest=rest))
    assert "reaches beyond" in found.what


@pytest.mark.parametrize(
    "splits",
    [
        'default = "train"',
        "",
        'default = "dev"\ntest = ["g9"]',
        'default = "dev"\ntest = ["g1"]\ndev = ["g1.article-1"]',
    ],
)
def test_wrong_splits_are_e706(tmp_path, splits):
    assert codes(curation.curate, corpus(tmp_path, {"g1": PAGE}, rest=f"[splits]\n{splits}")) == ["E706"]


def test_bad_toml_and_a_missing_table_are_numbered(tmp_path):
    assert codes(curation.curate, tmp_path) == ["E101"]
    corpus(tmp_path, {"g1": PAGE}, "[[page]")
    assert codes(curation.curate, tmp_path) == ["E207"]
    corpus(tmp_path, {"g1": PAGE}, site="[[section]")
    assert codes(curation.curate, tmp_path) == ["E207"]
    (tmp_path / "corpus/profiles/gazette.toml").unlink()
    assert codes(curation.curate, tmp_path) == ["E101"]


@pytest.mark.parametrize("what", ["pages/g1.txt", "profiles/gazette.toml"])
def test_a_link_that_leads_out_is_refused(tmp_path, what):
    root = corpus(tmp_path / "root", {"g1": PAGE})
    path = root / "corpus" / what
    path.rename(tmp_path / "outside")
    path.symlink_to(tmp_path / "outside")
    (found,) = problems(curation.curate, root)
    assert (found.code, "leads out" in found.what) == ("E706", True)
    path.unlink()
    path.symlink_to(path)
    assert len(codes(curation.curate, root)) == 1


# --- profiles that are wrong

LINE = '\n[[section.line]]\nkind = "body"\n'


@pytest.mark.parametrize(
    ("site", "path"),
    [
        ("", "section"),
        ("[[section]]\nline = []", "section[0]"),
        ("[[section]]\nline = 3", "section[0].line"),
        ("[[section]]" + LINE.replace("body", "bodice"), "section[0].line[0].kind"),
        ("[[section]]" + LINE, "section[0].line[0].kind"),
        ('[[section]]\ndocument = "book"' + LINE, "section[0].document"),
        ('[[section]]\ndocument = "same"' + LINE, "section[0].document"),
        ('[[section]]\ndocument = "article"\ntimes = "2"' + LINE, "section[0].times"),
        ('[[section]]\ndocument = "article"' + LINE + 'times = "*"', "section[0]"),
        ('[[section]]\ndocument = "article"' + LINE.replace("body", "meta"), "section[0]"),
        ('[[section]]\ndocument = "article"' + LINE + 'match = "(a"', "section[0].line[0].match"),
        ('[[section]]\ndocument = "article"' + LINE + 'match = ""', "section[0].line[0].match"),
        ('[[section]]\ndocument = "article"' + LINE + f'match = "{"a" * 501}"', "section[0].line[0].match"),
        ('[[section]]\ndocument = "article"' + LINE + f'match = "{"(" * 250}{")" * 250}"', ""),
        ('[[section]]\ndocument = "article"' + LINE + "match = '[[a]'", ""),
        ('[[section]]\ndocument = "article"' + LINE + "match = '(?P<month>x)'", "section[0].line[0].match"),
        ('[[section]]\ndocument = "article"' + LINE + "match = '(?P<year>x)(?P<day>x)'", "section[0].line[0].match"),
        ('[[section]]\ndocument = "article"' + LINE + "match = '(?P<yaer>x)'", "section[0].line[0].match"),
        ('[[section]]\ndocument = "article"' + LINE + "complete = '(?P<year>x)'", "section[0].line[0].complete"),
        ('[[section]]\ndocument = "article"' + LINE + 'repeats = "x"', ""),
        ('[[section]]\ndocument = "article"' + LINE + '[[section.line]]\nrepeats = "x"', "section[0].line[1].repeats"),
        ('[[section]]\ndocument = "article"' + LINE + "[[section.line]]", "section[0].line[1]"),
        ('[[section]]\ndocument = "article"' + (LINE + 'name = "x"') * 2, "section[0].line[1].name"),
        (
            '[[section]]\ndocument = "article"' + LINE + 'name = "x"\ntimes = "+"\n[[section.line]]\nrepeats = "x"',
            "section[0].line[1].repeats",
        ),
        ('[[section]]\ndocument = "article"' + LINE * (profiles.MAX_RULES + 1), "section"),
        ("months = { May = 13 }\n[[section]]\ndocument = 'article'" + LINE, "months[...]"),
        ("months = 3\n[[section]]\ndocument = 'article'" + LINE, "months"),
        ("color = 3\n[[section]]\ndocument = 'article'" + LINE, "color"),
    ],
)
def test_a_wrong_profile_is_e706_and_names_the_place(tmp_path, site, path):
    root = corpus(tmp_path, {"g1": "a\nb"}, site=f"schema_version = 1\n{site}")
    found = problems(curation.curate, root)
    assert {problem.code for problem in found} <= {"E706", "E705"}
    if path:
        assert found[0].code == "E706"
        assert found[0].path == path
        assert found[0].file == str(root / "corpus/profiles/gazette.toml")


def test_a_version_that_is_not_known_is_refused(tmp_path):
    for version in ("2", "true", '"1"'):
        root = corpus(tmp_path, {"g1": "a"}, site=SITE.replace("schema_version = 1", f"schema_version = {version}"))
        assert codes(curation.curate, root) == ["E706"]


def test_two_dates_for_one_document_are_refused(tmp_path):
    site = SITE.replace('kind = "body"', "kind = \"body\"\nmatch = '((?P<year>\\d+)|.*)'")
    root = corpus(tmp_path, {"g1": "# H\n1. 1 1999\n2000\n"}, site=site)
    assert codes(curation.curate, root) == ["E705"]
    (page,) = curation.curate(corpus(tmp_path, {"g1": "# H\nplain\n2000\n"}, site=site))
    assert page.documents[0].published == "2000"


def test_a_pattern_that_explodes_is_stopped(tmp_path):
    site = SITE.replace("'# .*'", "'# ((a|aa)+)+[xy]'")
    (found,) = problems(curation.curate, corpus(tmp_path, {"g1": "# " + "a" * 2000 + "!\nB"}, site=site))
    assert (found.code, found.path) == ("E706", "section[0].line[0]")
    assert "too long on line 1" in found.what


def test_the_search_is_bounded(tmp_path, monkeypatch):
    # Fifty lines that may each be missing fit two hundred lines in more ways than could ever be tried one by one.
    line = '[[section.line]]\nkind = "body"\ntimes = "*"\n'
    site = f'schema_version = 1\n[[section]]\ndocument = "article"{LINE}{line * 50}{LINE}match = "end"\n'
    assert codes(curation.curate, corpus(tmp_path, {"g1": "x\n" * 200}, site=site)) == ["E705"]
    monkeypatch.setattr(segmentation, "MAX_STEPS", 100)
    assert codes(curation.curate, corpus(tmp_path, {"g1": "x\n" * 200}, site=site)) == ["E706"]
