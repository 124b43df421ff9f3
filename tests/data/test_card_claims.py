"""What the card says of claims across documents is what the data hold."""

from collections import defaultdict
from pathlib import Path

import dragoman

ROOT = Path(__file__).resolve().parents[2]


def test_the_card_says_that_no_claim_is_linked_across_documents_and_none_is():
    assert "No claim is linked across documents or languages" in (ROOT / "DATASET_CARD.md").read_text("utf-8")
    benchmark = dragoman.load()
    clusters = defaultdict(set)
    for document in benchmark:
        for claim in document.claims:
            if claim.cluster is not None:
                clusters[claim.cluster].add(document.id)
    assert clusters == {"k1": {"002.article-2"}, "k2": {"003.article-1"}}
    assert len(benchmark.claim_links) == 5
    assert all(link.claim.partition("#")[0] == link.other.partition("#")[0] for link in benchmark.claim_links)


def test_the_card_says_which_registry_rows_are_free_of_test_documents():
    """A row with in_dev has names and holders of test documents, too; the card names what leaves them out."""
    benchmark = dragoman.load()
    test = {document.id for document in benchmark.split("test")}
    opened = {row.id: row for row in benchmark.registry_of("dev")}
    whole = [row for row in benchmark.registry if row.in_dev]
    assert any(held.document in test for row in whole for held in row.held)
    assert any(len(row.names) > len(opened[row.id].names) for row in whole)
    for page in ("DATASET_CARD.md", "docs/leaderboard.md"):
        assert 'Benchmark.registry_of("dev")' in (ROOT / page).read_text("utf-8"), page


def test_more_than_half_of_the_labels_of_test_are_in_its_articles():
    labels = {True: 0, False: 0}
    documents = dragoman.load().split("test")
    for document in documents:
        labels[document.kind == "article"] += len(document.entities) + len(document.dates) + len(document.claims)
    assert labels[True] > labels[False]
    assert sum(document.kind == "article" for document in documents) == 3
