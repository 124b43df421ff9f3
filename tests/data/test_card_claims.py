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
