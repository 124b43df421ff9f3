"""Patterns of profiles are compiled within bounds, and what they match within a time."""

import pytest
import regex

from dragoman.authoring.profiles import read_profile
from dragoman.authoring.site_patterns import MAX_SIZE, compile_bounded
from dragoman.problems import DragomanError

HUGE = (
    "(?:(?:(?:a{99}){99}){99}){99}",
    "(a{200}){200}",
    r"(?:\p{L}{150}){,150}",
    "(?:(?:ab|c){99,}){150}",
    "a{999999999999}",
)
RECURSIVE = ("(?R)", "a(?R)?b", "(a(?1)?)", "(?P<x>a(?&x)?)", "(?P<x>a(?P>x)?)", "(a(?-1)?)")


@pytest.mark.parametrize("pattern", HUGE)
def test_repetitions_that_fill_the_memory_are_seen_before_they_are_written_out(pattern):
    with pytest.raises(regex.error, match="written out"):
        compile_bounded(pattern)


@pytest.mark.parametrize("pattern", RECURSIVE)
def test_a_pattern_does_not_call_itself(pattern):
    with pytest.raises(regex.error, match="from within itself"):
        compile_bounded(pattern)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"\d{4}-\d{2}-\d{2}", "2024-06-19"),
        (r"(?:[가-힣]{1,20} ){0,40}끝", "아 나 끝"),
        (r"[(){}]{3}\{99999\}", "(){{99999}"),
        (r"\p{Lu}{2}\N{DIGIT ONE}{3}", "AB111"),
        (r"[]\]{99999}]+", "]{9"),
        (r"(?i)(?P<year>\d+)(?-i:x)(?=y|$)", "12x"),
        (rf"a{{{MAX_SIZE // 2}}}", "a" * (MAX_SIZE // 2)),
    ],
)
def test_usual_patterns_mean_what_they_mean(pattern, text):
    assert compile_bounded(pattern).fullmatch(text)
    assert compile_bounded(pattern).pattern == regex.compile(pattern).pattern


@pytest.mark.parametrize("pattern", [*HUGE, *RECURSIVE, "(", "[a--b]"])
@pytest.mark.parametrize("field", ["match", "marker", "complete"])
def test_a_profile_with_such_a_pattern_is_refused_with_its_place(tmp_path, pattern, field):
    folder = tmp_path / "corpus/profiles"
    folder.mkdir(parents=True)
    head = 'schema_version = 1\nsite = "site"\n[[section]]\ndocument = "article"\n'
    line = f"{head}[[section.line]]\nkind = \"body\"\n{field} = '{pattern}'\n"
    (folder / "site.toml").write_text(line)
    with pytest.raises(DragomanError) as raised:
        read_profile(tmp_path, "site")
    (problem,) = raised.value.problems
    assert (problem.code, problem.path) == ("E706", f"section[0].line[0].{field}")
    assert "is not a regular expression" in problem.what
