"""Every language has the full page; documents share one by language and script."""

from pathlib import Path

import msgspec
import pytest

from dragoman.authoring.adjudication import read_documents
from dragoman.authoring.label_studio import config, file_kinds, push_items, sync

ROOT = Path(__file__).parents[3]
DOCUMENTS = list(read_documents(ROOT).values())


@pytest.mark.allow_hosts(["127.0.0.1", "localhost"])
def test_documents_of_any_language_get_the_full_page(stub, speaker, tmp_path):
    texts = {"he-IL": "ירושלים", "fr": "Paris", "az-Arab": "تبریز", "az-Latn": "Bakı"}
    made = {
        f"d{n}": msgspec.structs.replace(document, id=f"d{n}", language=language, text=text)
        for n, (document, (language, text)) in enumerate(zip(DOCUMENTS, texts.items(), strict=False))
    }
    found = push_items.of_documents(made)
    sync.push(speaker, file_kinds.DOCUMENTS, found, config=config.make, progress=lambda work, _: iter(work))
    pages = {project["title"]: project["label_config"] for project in stub.projects}
    assert set(pages) == {f"Dragoman documents ({name})" for name in ("he", "fr", "az-Arab", "az-Latn")}
    body = config.make("ko").split("<Style>", 2)[2]
    for title, page in pages.items():
        assert page.split("<Style>", 2)[2] == body
        assert ("direction:rtl" in page) == (title.rpartition("(")[2] in ("he)", "az-Arab)"))
    outcome = sync.pull(speaker, file_kinds.DOCUMENTS, made, tmp_path, progress=lambda work, _: iter(work))
    assert {name: sorted(done) for name, done in outcome.done.items()} == {"not annotated": list(made)}
