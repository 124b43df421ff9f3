"""Judge corpus, passes, gold and registry at six levels, each with hard failures; --lint lists what is suspicious."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import msgspec

from dragoman import checks
from dragoman.authoring import linter, script
from dragoman.text import visible

EPILOG = f"""\
Levels: {", ".join(f"{number} {name}" for number, name in checks.NAMES.items())}.
Levels 4 and 6 only warn of raw passes, which are never mended. Exit codes: 0 no hard failure, 1 some, 2 wrong usage;
with --lint always 0, unless there is nothing to read.
"""


def main(arguments: list[str] | None = None) -> int:
    """Run the command and give its exit code."""
    parser = script.parser(__doc__, Path(__file__).resolve().parent.parent, EPILOG)
    parser.add_argument(
        "--level", type=int, choices=checks.LEVELS, default=6, metavar="N", help="judge levels 1 to N (default: 6)"
    )
    parser.add_argument("--lint", action="store_true", help="list what is suspicious instead; nothing of it fails")
    options = parser.parse_args(arguments)

    def work() -> tuple[dict[str, Any], int]:
        if options.lint:
            return linted(options.root, as_json=options.json), 0
        return judged(options.root, options.level, as_json=options.json)

    return script.execute(work, as_json=options.json)


def judged(root: Path, level: checks.Level, *, as_json: bool) -> tuple[dict[str, Any], int]:
    """Judge, show every problem, and sum up."""
    material, findings = checks.check(root, level)
    outcome: dict[str, Any] = {
        "documents": len(material.documents),
        "gold": len(material.gold),
        "registry": len(material.registry.entries or ()),
        "passes": [one.name for one in material.passes],
    }
    counts = {
        number: [sum(f.level == number and f.problem.severity == kind for f in findings.listed) for kind in _KINDS]
        for number in checks.LEVELS
        if number <= level
    }
    if as_json:
        outcome["levels"] = {str(number): dict(zip(_KINDS, count, strict=True)) for number, count in counts.items()}
        outcome["problems"] = [
            {"level": found.level, "title": found.problem.title, **msgspec.to_builtins(found.problem)}
            for found in findings.listed
        ]
    else:
        for found in findings.listed:
            print(visible(f"level {found.level}: {found.problem}"), file=sys.stderr)
        for number, (errors, warnings) in counts.items():
            verdict = f"{errors} failures" if errors else "passed"
            outcome[f"level {number}, {checks.NAMES[number]}"] = verdict + (
                f", {warnings} warnings" if warnings else ""
            )
    return outcome, int(bool(findings.errors()))


_KINDS = ("error", "warning")


def linted(root: Path, *, as_json: bool) -> dict[str, Any]:
    """Look for what is suspicious, and show it rule by rule."""
    groups = linter.lint(root)
    counts = {rule: sum(len(found) for found in places.values()) for rule, places in groups.items()}
    if as_json:
        return {"counts": counts, "warnings": groups}
    for rule, places in groups.items():
        print(f"\n{linter.RULES[rule]} ({counts[rule]})")
        for place, found in places.items():
            print(f"  {visible(place)}")
            for line in found:
                print(f"    {visible(line)}")
    print()
    return {"warnings": sum(counts.values())}


if __name__ == "__main__":
    sys.exit(main())
