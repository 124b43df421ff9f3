"""The bundled benchmark with the gold of test withheld, for tests of closed boards and of the public release."""

from pathlib import Path

from dragoman.authoring import release_folder
from dragoman.release import source_root

ROOT = Path(__file__).resolve().parents[2]


def write(folder):
    """Write the public release and the private bundle into a folder, and return the folder."""
    release_folder.write_withheld(source_root.assemble(ROOT), ROOT, "test", folder / "public", folder / "private", "us")
    return folder
