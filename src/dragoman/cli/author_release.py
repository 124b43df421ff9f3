"""The step that builds a release."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import dragoman
from dragoman.cli.options import HERE, Json, Root

if TYPE_CHECKING:
    from dragoman.release.content import Release

_BUNDLE = Path("src", "dragoman", "data")
"""Folder of the bundled data in a repository of this package."""


def release(
    root: Root = HERE,
    out: Annotated[Path | None, typer.Option(help="the release folder to write", metavar="DIR")] = None,
    renew_bundle: Annotated[
        bool, typer.Option("--bundle", help="update src/dragoman/data and the numbers in the card")
    ] = False,
    standoff: Annotated[Path | None, typer.Option(help="the folder for a release without texts", metavar="DIR")] = None,
    since: Annotated[
        Path | None, typer.Option(help="the previous release: a folder, or a source root", metavar="OLD")
    ] = None,
    changes: Annotated[Path | None, typer.Option(help="change log to add a section to", metavar="FILE")] = None,
    withhold: Annotated[
        str | None, typer.Option(help="withhold the gold of this split from --out; needs --private", metavar="SPLIT")
    ] = None,
    private: Annotated[
        Path | None, typer.Option(help="the folder for the bundle with the withheld gold", metavar="DIR")
    ] = None,
    submit_to: Annotated[
        str,
        typer.Option(
            help="with --withhold: where to submit predictions, as stated in the public release", metavar="WORDS"
        ),
    ] = "",
    as_json: Json = False,
) -> None:
    """Build a release from corpus and gold: parquet, the card with its YAML, and a manifest with the fingerprint.

    With --bundle, the same rows are also written as JSONL into the package, so that the wheel contains them. The
    numbers in the card are updated.

    Gold never changes within a version. The build is compared with the previous release, and refused, with a list of
    all labels that differ, unless the version was incremented as the changes require. The previous release is that of
    --since, or else, in a repository of this package, the newest bundled one. --changes writes a section of the change
    log that lists every changed label.

    With --withhold SPLIT, the release has no gold of that split, and nothing that reveals it; the gold is written to
    the folder of --private, which works with this release only (dragoman leaderboard --gold, serve-scores).

    With --standoff, labels and offsets are written without any text; dragoman rehydrate puts the texts back.
    """
    from dragoman import files
    from dragoman.authoring import changelog, release_folder
    from dragoman.authoring.starting import first_texts
    from dragoman.cli import show
    from dragoman.release import bundle, source_root

    if not (out or standoff or renew_bundle or changes):
        raise typer.BadParameter("give --out DIR, --standoff DIR, --bundle, --changes FILE, or several of them")
    _check_withheld(withhold, private, alone=out is not None and not (standoff or renew_bundle or changes))
    if changes is not None and since is None:
        raise typer.BadParameter("--changes needs --since OLD")
    if renew_bundle and (root / _BUNDLE).resolve() != Path(dragoman.__file__).resolve().parent / "data":
        raise typer.BadParameter(
            "--bundle updates the data bundled with this package, and only works in its repository"
        )
    built = source_root.assemble(root)
    outcome: dict[str, object] = {"name": built.name, "version": built.version}
    if unwritten := first_texts.to_fill_in(root):
        outcome["to_fill_in"] = [f"{place} {number}" for place, number in unwritten.items()]
    before = _before(root, since)
    difference = None if before is None else changelog.checked(before, built)
    release_folder.check_places(built, out if withhold is None else None, standoff)
    if changes is not None and difference is not None:
        log = changelog.with_section(files.read_text(changes), difference)
        outcome["changes_changed"] = files.write(changes, log.encode())
    if withhold is not None and private is not None and out is not None:
        public = release_folder.write_withheld(built, root, withhold, out, private, submit_to)
        outcome |= {"written": str(out), "private": str(private), "withheld": withhold}
        show.summary(outcome | {"fingerprint": public.fingerprint}, as_json=as_json, most=None)
        return
    if out is not None:
        release_folder.write(built, root, out)
        outcome |= {"written": str(out)} | _renewed_card(root, built)
    if standoff is not None:
        release_folder.write_standoff(built, root, standoff)
        outcome["without_texts"] = str(standoff)
    if renew_bundle:
        card = release_folder.current_card(root, built)
        outcome["bundle_changed"] = bundle.write(built, root / _BUNDLE)
        outcome["card_changed"] = files.write(root / "DATASET_CARD.md", card.encode())
    show.summary(outcome | {"fingerprint": built.fingerprint}, as_json=as_json, most=None)


def _renewed_card(root: Path, built: Release) -> dict[str, str]:
    """Update the numbers in the root's own card, and report the card if they changed."""
    from dragoman import files
    from dragoman.authoring import release_folder

    card = root / "DATASET_CARD.md"
    renewed = files.write(card, release_folder.current_card(root, built, needed=False).encode())
    return {"card_renewed": str(card)} if renewed else {}


def _check_withheld(withhold: str | None, private: Path | None, *, alone: bool) -> None:
    if (withhold is None) != (private is None):
        raise typer.BadParameter("give --withhold SPLIT and --private DIR together")
    if withhold is not None and not alone:
        raise typer.BadParameter("--withhold needs --out DIR, and excludes --standoff, --bundle and --changes")


def _before(root: Path, since: Path | None) -> Release | None:
    """Return the previous release, if there is one."""
    from dragoman.benchmark import load
    from dragoman.release import bundle
    from dragoman.release.semver import is_development

    if since is not None:
        return load(since).release
    released = [version for version in bundle.versions(root / _BUNDLE) if not is_development(version)]
    return bundle.read(root / _BUNDLE, released[-1]) if released else None
