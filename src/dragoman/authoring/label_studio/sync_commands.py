"""The subcommands `push`, `pull`, `status` and `compare` of scripts/annotate.py."""

from __future__ import annotations

import sys
from argparse import SUPPRESS, ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dragoman.authoring.adjudication import read_documents
from dragoman.authoring.label_studio import comparison_answers, comparison_tasks, config, file_kinds, push_items, sync
from dragoman.authoring.label_studio.client import Server, credentials, served
from dragoman.authoring.label_studio.file_kinds import Kind
from dragoman.authoring.label_studio.label_changes import readable
from dragoman.authoring.label_studio.state import Item
from dragoman.problems import Problem, error
from dragoman.text import visible

if TYPE_CHECKING:
    from argparse import _SubParsersAction


DATA = Path("build", "label-studio")
"""Where `serve` keeps its server by default, below the root; git leaves it alone."""


class Usage(Exception):  # noqa: N818 - what argparse itself exits with
    """The command was called wrongly."""


def add(subcommands: _SubParsersAction[ArgumentParser]) -> None:
    """Add the subcommands to a parser."""
    what = "documents, gold, pass NAME, predictions FILE"
    push = _command(subcommands, "push", "import what the server does not have yet", what)
    push.add_argument("--force", action="store_true", help="replace tasks that were changed on both sides")
    push.set_defaults(action=_push)
    compare = subcommands.add_parser("compare", help="push the points on which two passes differ, for adjudication")
    compare.add_argument("what", nargs=2, metavar="PASS")
    compare.add_argument("--undecided", action="store_true", help="leave out what annotations/decisions.jsonl decides")
    compare.add_argument("--force", action="store_true", help="replace tasks that were changed on both sides")
    compare.set_defaults(action=_compare)
    pull = _command(subcommands, "pull", "fetch what was labelled", f"{what}, compare A B")
    pull.add_argument("--out", type=Path, metavar="DIR", help="where the files go (default: --root)")
    pull.add_argument("--force", action="store_true", help="overwrite files that were changed on both sides")
    where = "of compare A B: file that decisions are added to (default: annotations/adjudicated/A-B.jsonl below --out)"
    pull.add_argument("--decisions", type=Path, metavar="FILE", help=where)
    pull.set_defaults(action=_pull)
    status = _command(subcommands, "status", "say what was changed here and there", f"{what}, compare A B")
    status.set_defaults(action=_status)
    for parser in (push, pull, status):
        parser.add_argument("--name", help="what predictions are called (default: the name of their folder)")
    for parser in (pull, status):
        mail = "mail address of the annotator whose annotations count (default: the newest of each task)"
        parser.add_argument("--annotator", metavar="EMAIL", help=mail)
    for parser in (push, compare, pull, status):
        # Also after the subcommand, where one looks for them; without a default, which would hide the one before it.
        parser.add_argument("--root", type=Path, default=SUPPRESS, metavar="DIR", help=SUPPRESS)
        parser.add_argument("--json", action="store_true", default=SUPPRESS, help=SUPPRESS)
        parser.add_argument("--data", type=Path, metavar="DIR", help=f"folder that `serve` used (default: {DATA})")
        parser.add_argument("--timeout", type=float, default=60.0, metavar="SECONDS", help="for a request")


def _command(subcommands: _SubParsersAction[ArgumentParser], name: str, help_: str, what: str) -> ArgumentParser:
    made: ArgumentParser = subcommands.add_parser(name, help=help_)
    made.add_argument("what", nargs="+", metavar="WHAT", help=what)
    return made


def _server(options: Namespace) -> Server:
    found = credentials() or served(options.data or options.root / DATA)
    if found is None:
        hint = "Run annotate.py serve, or set LABEL_STUDIO_URL and LABEL_STUDIO_API_KEY."
        raise error("E722", "no Label Studio is known.", hint)
    return Server(*found, timeout=options.timeout)


def _kind(options: Namespace) -> Kind:
    match options.what:
        case ["documents"]:
            return file_kinds.DOCUMENTS
        case ["gold"]:
            return file_kinds.GOLD
        case ["pass", name]:
            return file_kinds.of_pass(name)
        case ["predictions", file]:
            return file_kinds.of_predictions(options.name or Path(file).resolve().parent.name)
        case ["compare", first, second]:
            return file_kinds.of_comparison(first, second)
    raise Usage(f"unknown: {visible(' '.join(options.what))}")


def _push(options: Namespace) -> tuple[dict[str, Any], int]:
    kind, documents = _kind(options), read_documents(options.root)
    problems: list[Problem] = []
    if kind.name.startswith("compare "):
        raise Usage("two passes are pushed by: compare A B")
    if options.what[0] == "documents":
        found = push_items.of_documents(documents)
    elif options.what[0] == "predictions":
        found, problems = push_items.of_predictions(Path(options.what[1]), kind.name.split(" ", 1)[1], documents)
    else:
        found = push_items.of_files(options.root, kind, documents)
    return _pushed(options, kind, found, problems)


def _compare(options: Namespace) -> tuple[dict[str, Any], int]:
    first, second = options.what
    documents = read_documents(options.root)
    found = comparison_tasks.of_comparison(options.root, (first, second), documents, undecided=options.undecided)
    return _pushed(options, file_kinds.of_comparison(first, second), found, [], config.make_comparison)


def _pushed(
    options: Namespace, kind: Kind, found: list[Item], problems: list[Problem], page: sync.Config = config.make
) -> tuple[Any, int]:
    with _server(options) as server:
        outcome = sync.push(server, kind, found, config=page, progress=progress, force=options.force)
    outcome.problems += problems
    return _told(outcome, options)


def _pull(options: Namespace) -> tuple[dict[str, Any], int]:
    kind, documents = _kind(options), read_documents(options.root)
    out = options.out or options.root
    if options.what[0] == "compare":
        if options.force:
            raise Usage("decisions that are there are never overwritten: compare takes no --force")
        path = options.decisions or out / kind.folder / f"{options.what[1]}-{options.what[2]}.jsonl"
        with _server(options) as server:
            outcome = comparison_answers.pull(
                server, kind, documents, path, progress=progress, annotator=options.annotator
            )
        return _told(outcome, options)
    if options.decisions:
        raise Usage("--decisions belongs to compare A B")
    with _server(options) as server:
        outcome = sync.pull(
            server, kind, documents, out, progress=progress, force=options.force, annotator=options.annotator
        )
    return _told(outcome, options)


def _status(options: Namespace) -> tuple[dict[str, Any], int]:
    with _server(options) as server:
        kind, documents = _kind(options), read_documents(options.root)
        outcome = sync.status(server, kind, documents, options.root, annotator=options.annotator)
    return _told(outcome, options)


def _told(outcome: sync.Outcome, options: Namespace) -> tuple[dict[str, Any], int]:
    code = int(any(problem.severity == "error" for problem in outcome.problems))
    for problem in outcome.problems:
        sys.stderr.write(visible(str(problem)) + "\n")
    if options.json:
        full = {"documents": outcome.done, "changes": outcome.changes, "aside": outcome.aside}
        return full | {"problems": outcome.problems}, code
    for change in outcome.changes:
        sys.stdout.write(visible(readable(change)) + "\n")
    told: dict[str, Any] = {name: _counted(found) for name, found in outcome.done.items()}
    return told | ({"kept_aside": f"{len(outcome.aside)} in {outcome.aside_file}"} if outcome.aside else {}), code


def _counted(found: Sequence[str]) -> str:
    most = 5
    names = ", ".join(found[:most]) + (", …" if len(found) > most else "")
    return f"{len(found)} ({names})"


def progress(work: Sequence[Any], what: str) -> Iterator[Any]:
    """Go through work with a progress bar on stderr, if that is a terminal."""
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import track  # noqa: PLC0415

    console = Console(file=sys.stderr)
    yield from track(work, visible(what), console=console, transient=True, disable=not console.is_terminal)
