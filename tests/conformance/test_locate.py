"""A mutation finds its place by the syntax tree: lines, layout, names of locals and modules do not matter."""

import ast
from functools import cache
from pathlib import Path
from textwrap import dedent

import pytest
from locate import ROOMS, Mutation, NotThereOnceError, Package
from mutate import ROOT
from mutations import MUTATIONS
from patterns import local_names, same_tree

SOURCE = """
import numpy as np

LIMIT = 2


def ratio(gold, pred):
    total = gold + pred
    return np.where(total > 0, 2 * gold / total, np.nan)


def score(gold, pred):
    return {"f1": ratio(gold, pred), "n": len(gold)}


class Score:
    def finish(self, total):
        return self.main(total) / LIMIT

    def main(self, total):
        def inner(value):
            return value - total

        return inner(total[..., 0])
"""


def package(tmp_path, **sources):
    """Make a package of modules, ``room__name`` each."""
    for name, source in sources.items():
        room, _, module = name.partition("__")
        (tmp_path / room).mkdir(exist_ok=True)
        (tmp_path / room / f"{module}.py").write_text(dedent(source), encoding="utf-8")
    return Package(tmp_path)


@pytest.mark.parametrize(
    ("function", "old", "new", "line"),
    [
        ("ratio", "2 * A / B", "A / B", "return np.where(total > 0, (gold / total), np.nan)"),
        ("ratio", "x > 0", "x >= 0", "return np.where((total >= 0), 2 * gold / total, np.nan)"),
        (
            "ratio",
            "np.where(A > 0, ...)",
            "np.where(A > 1, ...)",
            "return (np.where(total > 1, 2 * gold / total, np.nan))",
        ),
        ("ratio", "x = y + z", "x = y", "total = gold"),
        ("score", '{"f1": A, **...}', '{"f1": 1 - A, **...}', "return ({'f1': 1 - ratio(gold, pred), 'n': len(gold)})"),
        ("score", "x + y", "x", "total = (gold)"),
        ("Score.main", "x - y", "y - x", "return (total - value)"),
        ("main", "x[..., 0]", "x[..., 1]", "return inner((total[..., 1]))"),
        ("Score", "A / LIMIT", "A", "return (self.main(total))"),
        ("Score.finish", "x - y", "x", "return (value)"),
        ("*", "np.nan", "0.0", "return np.where(total > 0, 2 * gold / total, (0.0))"),
    ],
)
def test_what_fits_is_exchanged_and_nothing_else(tmp_path, function, old, new, line):
    after = package(tmp_path, measures__one=SOURCE).mutated(Mutation(function, old, new))[1].splitlines()
    assert len(after) == len(SOURCE.splitlines())
    assert [one.strip() for one, other in zip(after, SOURCE.splitlines(), strict=True) if one != other] == [line]


@pytest.mark.parametrize(
    ("function", "old", "new", "said"),
    [
        ("nothing", "x > 0", "x", "no function or class has this name in matching, measures"),
        (
            "ratio",
            "x >= 0",
            "x",
            r"(?s)ratio: x >= 0 .*nothing fits the pattern; looked at\n  measures/one.py:7: ratio",
        ),
        ("ratio", "x > 0.0", "x", "nothing fits"),
        ("ratio", "x + x", "x", "nothing fits"),
        ("ratio", "LIMIT + x", "x", "nothing fits"),
        ("ratio", "np.where(A > 0, B)", "A", "nothing fits"),
        ("score", '{"f1": A}', "A", "nothing fits"),
        ("ratio", "A.nowhere", "A", "nothing fits"),
        ("*", "total", "0", r"there are \d+ such places, not one:\n  measures/one.py:7: ratio, line 8: total"),
        ("ratio", "x > 0", "unknown > 0", "unknown is neither in the pattern nor known"),
        ("ratio", "x > 0", "A > 0", "A is neither in the pattern nor known"),
        ("ratio", "x > 0", "np.where(...)", "more dots in the replacement"),
        ("ratio", "x > 0", "x > 0", "this changes nothing"),
    ],
)
def test_a_mutation_without_its_one_place_says_what_it_looked_for(tmp_path, function, old, new, said):
    with pytest.raises(NotThereOnceError, match=said):
        package(tmp_path, measures__one=SOURCE).mutated(Mutation(function, old, new))


def test_what_a_function_calls_is_looked_at_only_after_itself_and_in_other_modules_too(tmp_path):
    one = """
        from dragoman.measures import two

        def outer(total):
            return two.inner(total > 0)
        """
    two = """
        def inner(total):
            return total > 0 if total > 1 else LATER(total)

        def LATER(total):
            return total > 2
        """
    modules = package(tmp_path, measures__one=one, matching__two=two)
    for number, stem in ((0, "one"), (1, "two"), (2, "two")):
        path, source = modules.mutated(Mutation("outer", f"x > {number}", "x"))
        assert path.stem == stem
        assert source.count(" > ") == (0 if stem == "one" else 2)


def test_what_stands_on_several_lines_beyond_ascii_is_exchanged_whole(tmp_path):
    source = 'def f(x):\n    """عربي."""\n    return "한국어", (x +\n        1), "끝"\n'
    modules = package(tmp_path, measures__one=source)
    assert modules.mutated(Mutation("f", "x + 1", "x"))[1] == source.replace("(x +\n        1)", "((x))")


@cache
def here():
    """The package as it is."""
    return Package(ROOT / "src" / "dragoman")


@cache
def sources():
    return {path.relative_to(here().folder): path.read_text(encoding="utf-8") for path in here().paths}


@cache
def changed():
    """What each mutation makes of which module."""
    return {mutation: here().mutated(mutation) for mutation in MUTATIONS}


@cache
def by_keyword():
    """Arguments that are given by name somewhere: to rename one is to rename them all."""
    trees = map(ast.parse, sources().values())
    return {part.arg for tree in trees for part in ast.walk(tree) if isinstance(part, ast.keyword)}


class _Renamed(ast.NodeTransformer):
    """Every name that is local to a function is another one."""

    def visit_FunctionDef(self, node):
        names = local_names(node) - by_keyword()
        for part in ast.walk(node):
            name = {ast.Name: "id", ast.arg: "arg", ast.FunctionDef: "name"}.get(type(part))
            if part is not node and name and getattr(part, name) in names and getattr(part, name) != "self":
                setattr(part, name, f"{getattr(part, name)}_renamed")
        return node


def renamed(source):
    """Give every local name another one."""
    return ast.unparse(_Renamed().visit(ast.parse(source)))


def reformatted(source):
    """Leave out comments and lay the code out otherwise, all of it on other lines."""
    return "\n" * 7 + ast.unparse(ast.parse(source))


def moved(source):
    """Let what was in a module be in one of another name."""
    return source.replace("import small", "import other_small as small")


@pytest.mark.parametrize(
    ("how", "place"),
    [
        (reformatted, lambda path: path),
        (renamed, lambda path: path),
        (moved, lambda path: Path(ROOMS[ROOMS.index(path.parts[0]) - 1], f"other_{path.name}")),
    ],
    ids=["lines", "names", "modules"],
)
def test_every_mutation_is_found_in_code_that_is_written_otherwise(tmp_path, how, place):
    for path, source in sources().items():
        (tmp_path / place(path)).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place(path)).write_text(how(source), encoding="utf-8")
    otherwise = Package(tmp_path)
    for mutation, (before, after) in changed().items():
        path, source = otherwise.mutated(mutation)
        assert path == tmp_path / place(before.relative_to(here().folder)), mutation.name
        assert same_tree(ast.parse(source), ast.parse(how(after))), mutation.name
