"""The private bundle of a release whose gold is withheld; it can only be combined with its public release.

It contains the withheld labels as offsets without surfaces. Both refer to each other by hash. The hash in the public
release is of a file with a random key: without it, anyone could verify a guess of the whole gold, and find the last
labels by trial.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import Meta, structs

from dragoman import files, json_text, utf8
from dragoman.problems import error
from dragoman.release.atomic_folder import writing
from dragoman.release.content import Release, Withheld
from dragoman.release.withholding import Hidden, restored, withhold
from dragoman.schema.records import ClaimLink, RegistryEntry

if TYPE_CHECKING:
    from collections.abc import Iterator

MARK = "private.json"
"""The file of a private bundle; the log of submissions is in the same folder."""
_HINT = "Give the public release that was written together with it: --data PUBLIC."


class Private(msgspec.Struct, forbid_unknown_fields=True):
    """Content of a private bundle, ``private.json``.

    Attributes:
        format: version of this format.

        name: name of the data set.
        version: its version.
        split: the split that is withheld.
        public: fingerprint of the public release that it belongs to.
        fingerprint: fingerprint of the whole release.
        key: random key, hexadecimal, which makes the hash of this file unpredictable.
        submit: where to submit predictions, in words, as in the public release.
        documents: by id, the fields that differ from the public release, labels without surfaces.
        registry: all rows.
        claim_links: all rows.
        place: relative path of the public release when it was written, used if no other is given.

    """

    format: Annotated[int, Meta(ge=1, le=1)]
    name: str
    version: str
    split: str
    public: str
    fingerprint: str
    key: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
    submit: str
    documents: dict[str, dict[str, Any]]
    registry: list[RegistryEntry]
    claim_links: list[ClaimLink]
    place: str = ""

    @property
    def sha256(self) -> str:
        """The hash in the public release: SHA-256 of all fields except ``place``."""
        return files.sha256(json_text.canonical(structs.replace(self, place="")))


def part(release: Release, split: str, *, submit: str = "", key: str | None = None) -> tuple[Release, Private]:
    """Split a release into a public one and the private bundle that belongs to it.

    Args:
        release: the whole release.
        split: split whose gold is withheld.
        submit: where to submit predictions, in words; stored in the public release.
        key: 64 hexadecimal digits, as in an earlier bundle; random if None.

    Raises:
        DragomanError: as :func:`dragoman.release.withholding.withhold`.

    """
    public, hidden = withhold(release, split)
    private = Private(
        1,
        release.name,
        release.version,
        split,
        public.fingerprint,
        release.fingerprint,
        key or secrets.token_hex(32),
        submit,
        *hidden,
    )
    return replace(public, withheld=Withheld(split, private.sha256, submit)), private


def write(private: Private, folder: Path, public: Path) -> None:
    """Write a private bundle, readable only by its owner.

    Args:
        private: its content.
        folder: the folder: new, empty, or an earlier bundle.
        public: folder of the public release.

    Raises:
        DragomanError: E108 if the folder contains other files, is inside of the public one or contains it, or cannot be
            written.

    """
    _check_apart(folder, public)
    place = os.path.relpath(files.resolved(public), files.resolved(folder))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    with writing(folder, MARK):
        files.write(folder / MARK, json_text.pretty(structs.replace(private, place=place)))
        (folder / MARK).chmod(0o600)


def _check_apart(folder: Path, public: Path) -> None:
    inner, outer = files.resolved(folder), files.resolved(public)
    if inner == outer or inner.is_relative_to(outer) or outer.is_relative_to(inner):
        hint = "Choose a folder elsewhere: whoever copies the public one takes all that lies in it."
        raise error(
            "E108", "the private bundle and the public release would lie in one another.", hint, file=str(folder)
        )


def key_of(folder: Path) -> str | None:
    """Key of an existing bundle, which a new one reuses, so that the same rows result in the same files; or None."""
    return read(folder).key if (folder / MARK).is_file() else None


def read(folder: Path) -> Private:
    """Read a private bundle.

    Raises:
        DragomanError: E761 if there is none, E101, E106, E201 or E202 if it is invalid.

    """
    if not (folder / MARK).is_file():
        hint = "Give the folder that dragoman author release --withhold wrote with --private."
        raise error("E761", "there is no private bundle here.", hint, file=str(folder))
    files.check_regular(folder / MARK)
    data = files.read_regular(folder / MARK)
    utf8.check_text(data, str(folder / MARK), max_line=len(data))
    return json_text.decode(data, Private, str(folder / MARK))


def opened(private: Private, public: Release) -> Release:
    """Combine a private bundle with its public release.

    Args:
        private: the bundle.
        public: the public release.

    Returns:
        The whole release, with gold, checked against its fingerprint. It does not include the English lines.

    Raises:
        DragomanError: E761 if the two do not belong together, or one of them was changed.

    """
    if problems := list(_strange(private, public)):
        raise error("E761", " ".join(problems), _HINT, file=MARK)
    try:
        whole = restored(public, Hidden(private.documents, private.registry, private.claim_links))
    except (LookupError, TypeError, ValueError, msgspec.ValidationError) as cause:
        raise error("E761", f"what is withheld does not fit the rows: {cause!r:.200}.", _HINT, file=MARK) from cause
    if whole.fingerprint != private.fingerprint:
        raise error("E761", "what is withheld was changed: it is not the release that was built.", _HINT, file=MARK)
    return whole


def _strange(private: Private, public: Release) -> Iterator[str]:
    if public.withheld is None:
        yield f"the release {public.name} {public.version} withholds nothing."
    elif public.fingerprint != private.public:
        yield f"it belongs to the public release {private.public[:8]!r}, and not to {public.fingerprint[:8]!r}."
    elif public.withheld.sha256 != private.sha256:
        yield "it is not the bundle that the public release was written with."
