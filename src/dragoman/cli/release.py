"""The commands for releases: verification, differences, and restoring texts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dragoman.cli.options import Json
from dragoman.text import counted


def verify(
    release: Annotated[
        Path, typer.Argument(help="a release, with texts or without: a folder, or owner/name@v1.0.0", metavar="RELEASE")
    ],
    as_json: Json = False,
) -> None:
    """Check every file and row of a release against its checksums and fingerprint, and list all that differ."""
    from dragoman.cli import show
    from dragoman.problems import DragomanError
    from dragoman.release import hub, verification

    try:
        identity, count = verification.verify(hub.folder_of(release))
    except DragomanError as cause:
        show.problems(cause.problems, as_json=as_json, most=None)
        raise typer.Exit(1) from cause
    named = {"name": identity.name, "version": identity.version, "files": count, **identity.hashes}
    show.summary({**named, "problems": []} if as_json else named, as_json=as_json)
    if not as_json:
        show.closing(f"{counted(count, 'file')} and every row are as they were released.")


def diff(
    old: Annotated[Path, typer.Argument(help="a release folder or a source root", metavar="OLD")],
    new: Annotated[
        Path | None, typer.Argument(help="the newer one; default: the bundled benchmark", metavar="[NEW]")
    ] = None,
    runs: Annotated[
        Path | None,
        typer.Option(help="folder of runs: also show the effect on their scores and ranks", metavar="DIR"),
    ] = None,
    show_withheld: Annotated[
        bool,
        typer.Option(
            "--show-withheld", help="print labels that one of the two withholds; for the owner of that gold only"
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Show what changed between two releases, label by label, and whether the version number reflects it."""
    from dragoman.benchmark import load
    from dragoman.cli import show, show_release
    from dragoman.leaderboard.version_effect import effects
    from dragoman.problems import error
    from dragoman.release.diff import difference

    before, after = load(old), load(new)
    for one, other in ((before, after), (after, before)):
        split = one.withheld.split if one.withheld is not None else None
        if split in other.splits and not other.withholds(split) and not show_withheld:
            what = f"{one.name} {one.version} withholds the gold of {split!r}, and {other.version} beside it does not."
            hint = "All of it would be printed: give --show-withheld, and keep what it prints to yourself."
            raise error("E760", what, hint)
    changes = difference(before.release, after.release)
    moved = effects(runs, before, after, show.progress) if runs is not None else None
    show_release.difference(changes, moved, as_json=as_json)
    raise typer.Exit(int(not changes.allowed))


def rehydrate(
    folder: Annotated[
        Path, typer.Argument(help="a release without texts: a folder, or owner/name@v1.0.0 on the Hub", metavar="DIR")
    ],
    pages: Annotated[Path, typer.Option(help="folder with your copy of the pages", metavar="DIR")],
    out: Annotated[Path, typer.Option(help="the release folder to write", metavar="DIR")],
    as_json: Json = False,
) -> None:
    """Restore the texts of a release without texts, from your own copy of the pages."""
    from dragoman.cli import show
    from dragoman.release import hub
    from dragoman.release.rehydration import rehydrate as put_back

    release = put_back(hub.folder_of(folder), pages, out)
    named = {"name": release.name, "version": release.version, "written": str(out), "fingerprint": release.fingerprint}
    show.summary(named, as_json=as_json)
