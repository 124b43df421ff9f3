"""Build hook: the README as the package's description, without links to files of the repository, which break there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

NOTE = "*Files and folders that are named here are in the repository and in the source distribution.*"
_LINK = re.compile(r"(?<!!)\[([^\]]+)\]\((?!https?://|#|mailto:)[^)]+\)")
_PICTURE = re.compile(r"!\[[^\]]*\]\((?!https?://)[^)]+\)\n*")


class ReadmeHook(MetadataHookInterface):
    """Metadata hook that sets the description."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Set the description."""
        text = Path(self.root, "README.md").read_text(encoding="utf-8")
        metadata["readme"] = {"content-type": "text/markdown", "text": without_local_links(text)}


def without_local_links(text: str) -> str:
    """Return the README without local links and pictures, and with a note on where the files are."""
    title, _, rest = text.partition("\n")
    return f"{title}\n\n{NOTE}\n{_LINK.sub(_named, _PICTURE.sub('', rest))}"


def _named(link: re.Match[str]) -> str:
    return f"`{link[1]}`" if "/" in link[1] or "." in link[1] else link[1]
