"""The step for annotation in a browser with Label Studio, and its subcommands."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dragoman.cli.options import HERE, Json, OutRoot, Root, with_groups

if TYPE_CHECKING:
    from dragoman.authoring.label_studio.client import Server
    from dragoman.authoring.label_studio.file_kinds import Kind
    from dragoman.authoring.label_studio.sync import Outcome

_DATA = Path("build", "label-studio")
"""Default folder of the server that `serve` starts, below the root; it is ignored by git."""
_MAX_NAMED = 5
"""Maximum number of names listed after a count."""

What = Annotated[
    list[str], typer.Argument(help="documents, gold, pass NAME, predictions FILE, compare A B", metavar="WHAT...")
]
Force = Annotated[
    bool, typer.Option("--force", help="overwrite labels that were changed on both sides, which loses one of the two")
]
DataDir = Annotated[
    Path | None, typer.Option("--data-dir", help=f"the server's folder (default: {_DATA} below --root)", metavar="DIR")
]
Name = Annotated[str | None, typer.Option(help="name of the predictions (default: the name of their folder)")]
Annotator = Annotated[
    str | None,
    typer.Option(
        help="email of the annotator whose annotations are taken (default: the newest of each task)", metavar="EMAIL"
    ),
]


@dataclass(frozen=True)
class Shared:
    """Options that are accepted both before and after the subcommand; after it they have no default of their own."""

    root: Annotated[Path | None, typer.Option(help="same as before the subcommand", metavar="DIR")] = None
    as_json: Json = False

    def where(self, ctx: typer.Context) -> Path:
        """Return the root that was given on either side of the subcommand."""
        before: Shared = ctx.obj
        return self.root or before.root or HERE

    def is_json(self, ctx: typer.Context) -> bool:
        """Tell whether JSON was requested on either side of the subcommand."""
        before: Shared = ctx.obj
        return self.as_json or before.as_json


@dataclass(frozen=True)
class Connection(Shared):
    """Options of the subcommands that connect to the server."""

    data: Annotated[Path | None, typer.Option(help=f"folder that `serve` used (default: {_DATA})", metavar="DIR")] = (
        None
    )
    timeout: Annotated[float, typer.Option(help="timeout of a request", metavar="SECONDS")] = 60.0


def annotate(ctx: typer.Context, root: Root = HERE, as_json: Json = False) -> None:
    """Annotate in a browser with Label Studio: push labels to a server, and pull them back without loss.

    WHAT is `documents` (without labels), `gold`, `pass NAME`, `predictions FILE` (JSONL of any system, as
    suggestions), or, for two passes, `compare A B`. `push` can be repeated: it imports what is missing and reports what
    was changed on both sides. `pull` shows the changes and writes files below --out (default: --root, that is in
    place); for `compare A B` it appends to a file of decisions.

    The address of the server and a token are taken from the environment, never from the command line:
    DRAGOMAN_LABEL_STUDIO_URL and DRAGOMAN_LABEL_STUDIO_TOKEN, or LABEL_STUDIO_URL and LABEL_STUDIO_API_KEY.

    Exit codes: 0 done, 1 errors or conflicts that were skipped (each with a number), 2 wrong usage.
    """
    ctx.obj = Shared(root, as_json)


@with_groups
def serve(
    ctx: typer.Context,
    shared: Shared,
    port: Annotated[int, typer.Option(help="port to listen on (default: any free port)", show_default=False)] = 0,
    data_dir: DataDir = None,
) -> None:
    """Start a local Label Studio server on the loopback interface."""
    from dragoman.authoring.label_studio import server
    from dragoman.cli import show

    root = shared.where(ctx)
    if not server.program(root).is_file() and (root / "Makefile").is_file():
        # make's output goes to stderr: stdout is for the result.
        subprocess.run(["make", "-C", str(root), "label-studio"], stdout=sys.stderr, check=False)  # noqa: S603, S607
    outcome = server.serve(root, data_dir or root / _DATA, port, _waiting)
    show.summary(outcome, as_json=shared.is_json(ctx))


def _waiting(seconds: float) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\rwaiting for Label Studio: {seconds:.0f} s ")


@with_groups
def stop(ctx: typer.Context, shared: Shared, data_dir: DataDir = None) -> None:
    """Stop the server that `serve` started; its data are kept."""
    from dragoman.authoring.label_studio import server
    from dragoman.cli import show

    root = shared.where(ctx)
    show.summary(server.stop(data_dir or root / _DATA), as_json=shared.is_json(ctx))


@with_groups
def config(ctx: typer.Context, shared: Shared, out: OutRoot = None) -> None:
    """Regenerate annotations/label_studio/*.xml from the schema."""
    from dragoman import files
    from dragoman.authoring.adjudication import read_documents
    from dragoman.authoring.label_studio import config
    from dragoman.cli import show
    from dragoman.languages import short_tag
    from dragoman.release import scheme_file

    root = shared.where(ctx)
    folder = (out or root) / "annotations" / "label_studio"
    texts: dict[str, list[str]] = {}
    for document in read_documents(root).values():
        texts.setdefault(short_tag(document.language), []).append(document.text)
    scheme = scheme_file.read(root)
    pages = {
        language: config.make(language, "\n".join(own), (), scheme.label_sets, scheme.layers)
        for language, own in texts.items()
    }
    written = [language for language, page in pages.items() if files.write(folder / f"{language}.xml", page.encode())]
    show.summary({"written": written}, as_json=shared.is_json(ctx))


@with_groups
def push(
    ctx: typer.Context,
    what: What,
    connection: Connection,
    force: Force = False,
    name: Name = None,
) -> None:
    """Import what is missing on the server."""
    from dragoman.authoring.adjudication import read_documents
    from dragoman.authoring.label_studio import config, push_items, sync
    from dragoman.cli import show
    from dragoman.problems import Problem

    root = connection.where(ctx)
    kind, documents = _kind(what, name, root), read_documents(root)
    problems: list[Problem] = []
    if what[0] == "compare":
        raise typer.BadParameter("two passes are pushed by: compare A B")
    if what[0] == "documents":
        items = push_items.of_documents(documents)
    elif what[0] == "predictions":
        items, problems = push_items.of_predictions(Path(what[1]), kind.name.split(" ", 1)[1], documents)
    else:
        items = push_items.of_files(root, kind, documents)
    with _server(root, connection) as server:
        make = config.make_predictions if what[0] == "predictions" else config.make
        outcome = sync.push(server, kind, items, config=_page(make, root), progress=show.progress, force=force)
    outcome.problems += problems
    _finish(outcome, as_json=connection.is_json(ctx))


@with_groups
def compare(
    ctx: typer.Context,
    passes: Annotated[tuple[str, str], typer.Argument(help="names of two passes", metavar="PASS PASS")],
    connection: Connection,
    undecided: Annotated[
        bool, typer.Option("--undecided", help="leave out points that annotations/decisions.jsonl decides")
    ] = False,
    force: Force = False,
) -> None:
    """Push the disagreements of two passes, for adjudication."""
    from dragoman.authoring.adjudication import read_documents
    from dragoman.authoring.label_studio import comparison_tasks, config, file_kinds, sync
    from dragoman.cli import show

    root = connection.where(ctx)
    documents = read_documents(root)
    items = comparison_tasks.of_comparison(root, passes, documents, undecided=undecided)
    kind = file_kinds.of_comparison(*passes)
    with _server(root, connection) as server:
        outcome = sync.push(
            server, kind, items, config=_page(config.make_comparison, root), progress=show.progress, force=force
        )
    _finish(outcome, as_json=connection.is_json(ctx))


@with_groups
def pull(
    ctx: typer.Context,
    what: What,
    connection: Connection,
    out: OutRoot = None,
    force: Force = False,
    decisions: Annotated[
        Path | None,
        typer.Option(
            help="for compare A B: file to append decisions to "
            "(default: annotations/adjudicated/A-B.jsonl below --out)",
            metavar="FILE",
        ),
    ] = None,
    name: Name = None,
    annotator: Annotator = None,
) -> None:
    """Fetch annotations from the server and write them to files."""
    from dragoman.authoring.adjudication import read_documents
    from dragoman.authoring.label_studio import comparison_answers, sync
    from dragoman.cli import show

    root = connection.where(ctx)
    kind, documents = _kind(what, name, root), read_documents(root)
    target = out or root
    if what[0] == "compare":
        if force:
            raise typer.BadParameter("decisions that are there are never overwritten: compare takes no --force")
        path = decisions or target / kind.folder / f"{what[1]}-{what[2]}.jsonl"
        with _server(root, connection) as server:
            outcome = comparison_answers.pull(
                server, kind, documents, path, progress=show.progress, annotator=annotator
            )
    elif decisions:
        raise typer.BadParameter("--decisions belongs to compare A B")
    else:
        with _server(root, connection) as server:
            outcome = sync.pull(
                server, kind, documents, target, progress=show.progress, force=force, annotator=annotator
            )
    _finish(outcome, as_json=connection.is_json(ctx))


@with_groups
def status(
    ctx: typer.Context,
    what: What,
    connection: Connection,
    name: Name = None,
    annotator: Annotator = None,
) -> None:
    """Show what was changed on the server and in the files."""
    from dragoman.authoring.adjudication import read_documents
    from dragoman.authoring.label_studio import sync

    root = connection.where(ctx)
    with _server(root, connection) as server:
        kind, documents = _kind(what, name, root), read_documents(root)
        outcome = sync.status(server, kind, documents, root, annotator=annotator)
    _finish(outcome, as_json=connection.is_json(ctx))


def _kind(what: list[str], name: str | None, root: Path) -> Kind:
    """Return the kind of file that is meant, with the label sets of the benchmark."""
    from dragoman.authoring.label_studio import file_kinds
    from dragoman.release import scheme_file

    return file_kinds.of_scheme(_named_kind(what, name), scheme_file.read(root))


def _page(make: Callable[..., str], root: Path) -> Callable[[str, str], str]:
    """Make labelling configurations with the layers and label sets of the benchmark."""
    import functools

    from dragoman.release import scheme_file

    scheme = scheme_file.read(root)
    return functools.partial(make, own=scheme.label_sets, layers=scheme.layers)


def _named_kind(what: list[str], name: str | None) -> Kind:
    from dragoman import files
    from dragoman.authoring.label_studio import file_kinds
    from dragoman.text import visible

    match what:
        case ["documents"]:
            return file_kinds.DOCUMENTS
        case ["gold"]:
            return file_kinds.GOLD
        case ["pass", folder]:
            return file_kinds.of_pass(folder)
        case ["predictions", file]:
            return file_kinds.of_predictions(name or files.resolved(file).parent.name)
        case ["compare", first, second]:
            return file_kinds.of_comparison(first, second)
    raise typer.BadParameter(f"unknown: {visible(' '.join(what))}", param_hint="WHAT")


def _server(root: Path, connection: Connection) -> Server:
    from dragoman.authoring.label_studio.client import Server, credentials, served
    from dragoman.problems import error

    known = credentials() or served(connection.data or root / _DATA)
    if known is None:
        hint = "Run dragoman author annotate serve, or set LABEL_STUDIO_URL and LABEL_STUDIO_API_KEY."
        raise error("E722", "no Label Studio is known.", hint)
    return Server(*known, timeout=connection.timeout)


def _finish(outcome: Outcome, *, as_json: bool) -> None:
    """Print the outcome and its problems, and exit with 1 if there are errors."""
    from dragoman.authoring.label_studio.label_changes import readable
    from dragoman.cli import show
    from dragoman.text import visible

    show.problems(outcome.problems, as_json=False, most=None)
    summary: dict[str, Any]
    if as_json:
        summary = {"documents": outcome.done, "changes": outcome.changes, "aside": outcome.aside}
        summary["problems"] = outcome.problems
    else:
        for change in outcome.changes:
            typer.echo(visible(readable(change)))
        summary = {verb: _counted(documents) for verb, documents in outcome.done.items()}
        if outcome.aside:
            summary["kept_aside"] = f"{len(outcome.aside)} in {outcome.aside_file}"
    show.summary(summary, as_json=as_json)
    raise typer.Exit(int(any(problem.severity == "error" for problem in outcome.problems)))


def _counted(names: Sequence[str]) -> str:
    more = ", …" if len(names) > _MAX_NAMED else ""
    return f"{len(names)} ({', '.join(names[:_MAX_NAMED])}{more})"
