"""Through a real server: all gold and all passes come back byte for byte."""

from pathlib import Path

import pytest

from dragoman.authoring.adjudication import read_documents
from dragoman.authoring.label_studio import client, config, file_kinds, push_items, sync

pytestmark = pytest.mark.enable_socket
ROOT = Path(__file__).parents[3]
DOCUMENTS = read_documents(ROOT)
KINDS = [
    file_kinds.GOLD,
    *(file_kinds.of_pass(p.name) for p in sorted((ROOT / "annotations/passes").iterdir()) if p.is_dir()),
]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_file_comes_back_through_a_real_server(label_studio, tmp_path, kind):
    found = push_items.of_files(ROOT, kind, DOCUMENTS)
    with client.Server(label_studio["url"], label_studio["token"]) as server:
        for verdict in ("imported", "unchanged"):
            pushed = sync.push(server, kind, found, config=config.make, progress=lambda work, _: iter(work))
            assert {name: len(done) for name, done in pushed.done.items()} == {verdict: len(found)}
        outcome = sync.pull(server, kind, DOCUMENTS, tmp_path, progress=lambda work, _: iter(work))
    assert outcome.changes == outcome.aside == outcome.problems == []
    for item in found:
        assert kind.path(tmp_path, item.document.id).read_bytes() == item.base
