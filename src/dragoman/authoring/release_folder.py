"""Writer for release folders: rows as parquet, the card as README, the guidelines, and a manifest; or without texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dragoman import files
from dragoman.authoring.card import readme, readme_of_withheld, readme_without_texts
from dragoman.authoring.card_numbers import with_generated
from dragoman.authoring.changelog import data_sections
from dragoman.authoring.curation import read_pages
from dragoman.release import parquet, private_bundle, standoff
from dragoman.release.atomic_folder import check_place
from dragoman.schema.agreement_file import Agreement

if TYPE_CHECKING:
    from pathlib import Path

    from dragoman.release.content import Release

SHORT = 40
"""Length in characters below which a text counts as guessable, in the README of a release without texts."""


def current_card(root: Path, release: Release, *, needed: bool = True) -> str:
    """Return the card of a source root with its generated blocks updated.

    Args:
        root: the source root.
        release: the rows to count.
        needed: whether missing blocks are an error; otherwise only the existing ones are updated.

    Raises:
        DragomanError: E101 without a card, E202 if ``agreement.json`` is not what the passes agree in, E706 if it lacks
            the markers of a required block.

    """
    agreement = root / "annotations" / "agreement.json"
    return with_generated(
        files.read_text(root / "DATASET_CARD.md"),
        release,
        files.read_json(agreement, Agreement) if agreement.exists() else None,
        needed=needed,
    )


def check_places(release: Release, folder: Path | None, bare: Path | None) -> None:
    """Check that a release may be written to its folders, before anything is written.

    Args:
        release: the rows.
        folder: folder of the complete release, if it will be written.
        bare: folder of the release without texts, if it will be written.

    Raises:
        DragomanError: E108 if a folder contains other files, E714 if it contains other rows under the same version.

    """
    if folder is not None:
        parquet.check_place(release, folder)
    if bare is not None:
        check_place(bare, standoff.MARK)


def write(release: Release, root: Path, folder: Path) -> None:
    """Write a complete release folder.

    Args:
        release: the rows.
        root: the source root, with ``DATASET_CARD.md``; ``annotations/GUIDELINES.md`` and the data sections of
            ``CHANGELOG.md`` are included if present.
        folder: output folder; created if missing.

    Raises:
        DragomanError: E101 without a card, E706 if the card has no YAML, E108 if the folder has other content or cannot
            be written, E714 if it has other rows under the same version.

    """
    texts = {"README.md": readme(current_card(root, release, needed=False), release).encode()}
    guidelines, log = root / "annotations" / "GUIDELINES.md", root / "CHANGELOG.md"
    if guidelines.exists():
        texts["GUIDELINES.md"] = files.read_bytes(guidelines)
    # Sections on the package would make the release depend on more than the data.
    if log.exists() and (changes := data_sections(files.read_text(log))):
        texts["CHANGES.md"] = f"# Changes of the data\n\n{changes}\n".encode()
    parquet.write(release, folder, texts)


def write_standoff(release: Release, root: Path, folder: Path) -> None:
    """Write a release without texts: labels, offsets, and what is needed to restore the texts.

    The guidelines and the change log are left out, since they quote the pages.

    Args:
        release: the rows.
        root: the source root, with the pages and ``DATASET_CARD.md``.
        folder: output folder; created if missing.

    Raises:
        DragomanError: E704 for a changed page, E715 if the texts could not be restored, or as :func:`write`.

    """
    pages, texts = [], {}
    for entry, text in read_pages(root):
        pages.append(standoff.Page(entry.id, entry.file, entry.bytes, entry.sha256))
        texts[entry.id] = text
    written = current_card(root, release, needed=False)
    card = readme(written, release.without_reading())
    rows = [row for config in ("segments", "documents") for part in release.rows[config].values() for row in part]
    lengths = [len(row.text) for row in rows]  # type: ignore[attr-defined]
    about = _ABOUT.format(
        name=release.name,
        version=release.version,
        fingerprint=release.fingerprint,
        checksums=len(lengths),
        short=sum(length < SHORT for length in lengths),
        length=SHORT,
    )
    more = {standoff.CARD: card, "README.md": readme_without_texts(written, about)}
    standoff.write(release, pages, texts, folder, {path: text.encode() for path, text in more.items()})


def write_withheld(release: Release, root: Path, split: str, public: Path, private: Path, submit: str) -> Release:
    """Write a public release without the gold of a split, and the private bundle that has it.

    The project's card, the guidelines and the change log are left out of the public release, since they reveal labels
    in words and numbers. The bundle is written first, so that no public release exists without its bundle.

    Args:
        release: the complete release.
        root: the source root, with ``DATASET_CARD.md``.
        split: the split whose gold is withheld.
        public: folder of the public release.
        private: folder of the bundle; an existing bundle's key is reused, so that the same rows give the same files.
        submit: where to send predictions, in words.

    Returns:
        The public release.

    Raises:
        DragomanError: as :func:`write` and :func:`dragoman.release.private_bundle.write`.

    """
    shown, hidden = private_bundle.part(release, split, submit=submit, key=private_bundle.key_of(private))
    about = _WITHHELD.format(
        name=release.name,
        version=release.version,
        split=split,
        fingerprint=shown.fingerprint,
        submit=f"Send predictions to: {submit}." if submit else "Ask the maintainer where to send predictions.",
    )
    card = readme_of_withheld(files.read_text(root / "DATASET_CARD.md"), about, shown)
    parquet.check_place(shown, public)  # else the bundle would be one of no release
    private_bundle.write(hidden, private, public)
    parquet.write(shown, public, {"README.md": card.encode()})
    return shown


_WITHHELD = """# {name} {version}, gold of `{split}` withheld

Texts, document time and segments of all documents; labels of every split but `{split}`. Of the registry there are the
rows that the other splits use. {submit}

    dragoman validate predictions.jsonl --data THIS_FOLDER --split {split}

checks predictions as the organisers' scorer does. The canonical rows are `{fingerprint}`; `manifest.json` has a hash of
the withheld gold, with which the organisers can show later that it was not changed.
"""

_ABOUT = """# {name} {version}, without texts

Labels and offsets. The texts are their publishers' and are not here: `standoff.json` says which pages are needed, with
the SHA-256 of each. Offsets in `rows/segments` count in the page, those of labels in the document, whose text is its
segments in the order of `document_start`, with a line feed between; all count Unicode code points. To put the texts
back from your own copy of the pages:

    dragoman rehydrate THIS_FOLDER --pages PAGES --out RELEASE

A page that differs is refused. What comes out has the canonical rows `{fingerprint}`.

## What the checksums give away

There is a SHA-256 of each line and of each document, and its length follows from the offsets. Nobody can read a text
off that, but whoever guesses one can see whether the guess is right: of {checksums} checksums here, {short} are
of texts below {length} characters, such as a date, a byline or a headline, which can be found by trying likely ones.
Who holds no rights in the texts passes on labels with this folder, and for these short texts a proof of what they are.
"""
