"""The steps from pages to gold: curate, adjudicate and check."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dragoman.cli.options import HERE, Json, OutRoot, Root
from dragoman.text import counted

if TYPE_CHECKING:
    from dragoman.authoring.adjudication import Case
    from dragoman.authoring.disagreements import Point

_SEVERITIES = ("error", "warning")


def curate(
    root: Root = HERE,
    out: OutRoot = None,
    check: Annotated[bool, typer.Option("--check", help="write nothing; exit 1 if anything would change")] = False,
    as_json: Json = False,
) -> None:
    """Segment pages into documents: corpus/pages → corpus/documents, one JSON file per page.

    Reads corpus/sources.toml, corpus/profiles/*.toml and corpus/pages/. All pages are checked and segmented before
    anything is written; unchanged files are not rewritten. How to declare pages of your own:
    corpus/profiles/README.md.

    Exit codes: 0 done, 1 a page, a profile or the source table is invalid, or --check found a difference, 2 wrong
    usage.
    """
    import collections

    from dragoman.authoring import curation
    from dragoman.cli import show

    pages = curation.curate(root)
    changes = (curation.compare if check else curation.write)(out or root, pages)
    splits = [split for page in pages for split in page.splits.values()]
    outcome: dict[str, Any] = {
        "pages": len(pages),
        "segments": sum(len(page.segments) for page in pages),
        "documents": len(splits),
        "splits": dict(collections.Counter(splits)),
        "changed": [path.name for path in changes.changed],
        "unchanged": [path.name for path in changes.unchanged],
        "stale": [path.name for path in changes.stale],
        "problems": [],
    }
    if as_json:
        show.summary(outcome, as_json=True)
    else:
        counts = ", ".join(f"{count} {split}" for split, count in sorted(outcome["splits"].items()))
        verb = "would change" if check else "written"
        typer.echo(
            f"{counted(len(pages), 'page')}, {counted(outcome['segments'], 'segment')}, "
            f"{counted(len(splits), 'document')} ({counts})"
        )
        typer.echo(f"{counted(len(changes.changed), 'file')} {verb}, {len(changes.unchanged)} unchanged")
    if check:
        for name in outcome["changed"]:
            _note(f"corpus/documents/{name} is not up to date: run dragoman author curate.")
    for name in outcome["stale"]:
        _note(f"corpus/documents/{name} belongs to no page: remove it.")
    raise typer.Exit(int(check and bool(changes.changed or changes.stale)))


def _note(line: str) -> None:
    from dragoman.text import visible

    sys.stderr.write(visible(line) + "\n")


def adjudicate(
    root: Root = HERE,
    out: OutRoot = None,
    undecided: Annotated[
        bool, typer.Option("--list", help="list undecided points, with both labels; build nothing")
    ] = False,
    as_json: Json = False,
) -> None:
    """Merge two annotation passes by the decisions on their disagreements: annotations/passes → annotations/gold.

    Undecided disagreements are listed, and no gold is built as long as there are any.

    A decision is a line of annotations/decisions.jsonl: {"document", "layer", "a": id or null, "b": id or null,
    "keep": "a", "b", "both", "none" or "label", "reason"}, and where keep is "label" the label itself as "entity",
    "date" or "claim".
    """
    from dragoman.authoring import adjudication, agreement
    from dragoman.cli import show

    if undecided:
        cases = adjudication.read_cases(root)
        points = [(case, point) for case in cases.values() for point in case.undecided()]
        if as_json:
            show.summary({"undecided": [_point(point) for _, point in points]}, as_json=True, most=None)
        else:
            _list(root, points)
        raise typer.Exit(int(bool(points)))
    gold = adjudication.build_gold(root)
    outcome = {
        "documents": len(gold),
        "changed": adjudication.write_gold(out or root, gold),
        "agreement_changed": agreement.write(root, gold, out or root),
    }
    show.summary(outcome, as_json=as_json, most=None)


def _list(root: Path, points: list[tuple[Case, Point]]) -> None:
    """Print undecided points: location, differences (≠), and both labels."""
    from dragoman.authoring import adjudication
    from dragoman.authoring.label_studio.comparison_text import headline, in_words
    from dragoman.text import visible

    lines = [f"undecided: {len(points)}"]
    sides = adjudication.read_passes(root, adjudication.read_documents(root)) if points else {}
    for number, (case, point) in enumerate(points, 1):
        lines.append(f"{number}. {case.document.id}, {headline(point, case.document)}")
        for side, label in (("a", point.a), ("b", point.b)):
            shown = in_words(label, sides[side][case.document.id], point.differences).splitlines()
            lines += [f"  {side}: {shown[0]}", *(f"     {line}" for line in shown[1:])]
    sys.stdout.write("".join(f"{visible(line)}\n" for line in lines))


def _point(point: Point) -> dict[str, Any]:
    """Describe an undecided point: location, differences, and both labels."""
    import msgspec

    document, layer, _, _ = point.key
    return {
        "document": document,
        "layer": layer,
        "differences": point.differences,
        "a": None if point.a is None else msgspec.to_builtins(point.a),
        "b": None if point.b is None else msgspec.to_builtins(point.b),
    }


def check(
    root: Root = HERE,
    level: Annotated[int, typer.Option(min=1, max=6, metavar="N", help="check levels 1 to N")] = 6,
    lint: Annotated[bool, typer.Option("--lint", help="list suspicious labels instead; these are not errors")] = False,
    as_json: Json = False,
) -> None:
    """Check corpus, passes, gold and registry at six levels.

    Levels: 1 schema, 2 offsets, 3 references, 4 language, 5 time, 6 across documents. Levels 4 and 6 only warn about
    raw passes, which are never corrected.

    Exit codes: 0 no errors, 1 errors, 2 wrong usage; with --lint always 0, unless there is nothing to read.
    """
    if lint:
        _lint(root, as_json=as_json)
    else:
        _check(root, level, as_json=as_json)


def _check(root: Path, level: Any, *, as_json: bool) -> None:
    import msgspec

    from dragoman import checks
    from dragoman.cli import show

    material, findings = checks.check(root, level)
    outcome: dict[str, Any] = {
        "documents": len(material.documents),
        "gold": len(material.gold),
        "registry": len(material.registry.entries or ()),
        "passes": [one.name for one in material.passes],
    }
    counts = {
        number: {
            severity: sum(f.level == number and f.problem.severity == severity for f in findings.listed)
            for severity in _SEVERITIES
        }
        for number in checks.LEVELS
        if number <= level
    }
    if as_json:
        outcome["levels"] = {str(number): count for number, count in counts.items()}
        outcome["problems"] = [
            {"level": finding.level, "title": finding.problem.title, **msgspec.to_builtins(finding.problem)}
            for finding in findings.listed
        ]
    else:
        for finding in findings.listed:
            _note(f"level {finding.level}: {finding.problem}")
        for number, count in counts.items():
            verdict = counted(count["error"], "failure") if count["error"] else "passed"
            warnings = f", {counted(count['warning'], 'warning')}" if count["warning"] else ""
            outcome[f"level {number}, {checks.NAMES[number]}"] = verdict + warnings
    show.summary(outcome, as_json=as_json, most=None)
    raise typer.Exit(int(bool(findings.errors())))


def _lint(root: Path, *, as_json: bool) -> None:
    """Find suspicious labels, and print them by rule."""
    from dragoman.authoring import linter
    from dragoman.cli import show
    from dragoman.text import visible

    groups = linter.lint(root)
    counts = {rule: sum(map(len, places.values())) for rule, places in groups.items()}
    if as_json:
        show.summary({"counts": counts, "warnings": groups}, as_json=True)
        return
    for rule, places in groups.items():
        typer.echo(f"\n{linter.RULES[rule]} ({counts[rule]})")
        for place, lines in places.items():
            typer.echo(f"  {visible(place)}")
            for line in lines:
                typer.echo(f"    {visible(line)}")
    typer.echo()
    show.summary({"warnings": sum(counts.values())}, as_json=False)
