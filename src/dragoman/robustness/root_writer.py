"""An edited benchmark as a source root: the files that the six levels of checking and all other commands read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from dragoman import files, json_text
from dragoman.problems import error
from dragoman.release.scheme_file import Scheme
from dragoman.release.scheme_file import text as scheme_text
from dragoman.schema.layers import LAYER_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dragoman.robustness.corpus import Corpus

_RIGHTS = "those of the page that it was edited from"


def contents(corpus: Corpus, name: str, version: str) -> dict[str, bytes]:
    """Return the files of a source root for a corpus, by path.

    Args:
        corpus: the documents, lines, registry and links.
        name: name of the data set.
        version: its version.

    Raises:
        DragomanError: E304 for the id of a page or document that cannot be a file name, E751 if the lines of a page are
            not those of its documents.

    """
    made: dict[str, bytes] = {}
    sources = []
    for given in (*corpus.pages, *corpus.documents):  # those of a release from elsewhere may be anything
        files.child(Path(), f"{given}.json")
    for page, lines in corpus.pages.items():
        own = [row for row in corpus.documents.values() if row["page"] == page]
        for row in own:
            _check_lines(row, lines)
        text = "".join(f"{line['text']}\n" for line in lines).encode()
        sources.append((page, own[0]["language"] if own else "und", text))
        made[f"corpus/pages/{page}.txt"] = text
        made[f"corpus/documents/{page}.json"] = json_text.pretty(
            {
                "page": page,
                "sha256": files.sha256(text),
                "segments": lines,
                "documents": [{**row, "layers_annotated": [], **{layer: [] for layer in LAYER_NAMES}} for row in own],
                "splits": {row["id"]: corpus.splits[row["id"]] for row in own},
            }
        )
    for name_, row in corpus.documents.items():
        gold = {layer: row[layer] for layer in ("layers_annotated", *LAYER_NAMES)}
        made[f"annotations/gold/{name_}.json"] = json_text.pretty({"document": name_, **gold})
    if corpus.label_sets or corpus.layers != LAYER_NAMES:
        tags = tuple(dict.fromkeys(row["language"] for row in corpus.documents.values()))
        scheme = Scheme(languages=tags, layers=corpus.layers, label_sets=corpus.label_sets)
        made["corpus/benchmark.toml"] = scheme_text(scheme).encode()
    made["corpus/sources.toml"] = "".join(_sources(corpus, name, version, sources)).encode()
    registry = "annotations/registry"
    made[f"{registry}/entities.json"] = json_text.pretty(list(corpus.registry.values()))
    made[f"{registry}/claim_links.json"] = json_text.pretty(corpus.links)
    made[f"{registry}/offices.json"] = json_text.pretty(list(_offices(corpus)))
    return made


def _check_lines(row: dict[str, Any], lines: list[dict[str, Any]]) -> None:
    own = [line["text"] for line in lines if line["document"] == row["id"] and line["document_start"] is not None]
    if "\n".join(own) != row["text"]:
        what = f"the lines of page {row['page'][:80]} are not those of the document {row['id'][:80]}."
        raise error("E751", what, "Curate the benchmark again, or edit its gold as a file: --gold.")


def _sources(corpus: Corpus, name: str, version: str, pages: list[tuple[str, str, bytes]]) -> Iterator[str]:
    def quoted(value: Any) -> str:
        return msgspec.json.encode(value).decode()  # strings and lists of strings have the same syntax in TOML

    dev = [document for document, split in corpus.splits.items() if split == "dev"]
    yield f"schema_version = 1\n\n[dataset]\nname = {quoted(name)}\nversion = {quoted(version)}\n"
    yield f'\n[splits]\ndefault = "test"\ndev = {quoted(dev)}\n'
    for page, language, text in pages:
        fields = {"id": page, "file": f"{page}.txt", "sha256": files.sha256(text), "language": language}
        yield "\n[[page]]\n" + "".join(f"{key} = {quoted(value)}\n" for key, value in fields.items())
        yield f'bytes = {len(text)}\nprofile = "edited"\nrights = {quoted(_RIGHTS)}\n'


def _offices(corpus: Corpus) -> Iterator[dict[str, Any]]:
    """Yield the holders of offices, with a line that mentions both."""
    for document, office, holder in corpus.held:
        found = corpus.evidence(document, office, holder)
        if found is not None:  # those of an edited corpus have evidence; those of an original may have none
            yield {"document": document, "office": office, "holder": holder, "line": found[0], "quote": found[1]}
