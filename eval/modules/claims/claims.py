"""Score claims: contents, who makes them, and how.

A thin coat over :mod:`dragoman.scoring`: the measures, and every promise about them, are the package's. Documents
travel through ``evaluate`` as JSON: of columns it drops fields that it was not told of, and cuts fractions off offsets.
"""

import datasets
import evaluate

from dragoman.scoring import documents

EXAMPLE = '{"id": "a", "claims": [{"content": [[12, 60]], "claimants": [{"role": "AUTHOR"}]}]}'
TEXT = datasets.Value("string")


class Claims(documents.AsJson, evaluate.Metric):
    """Content, attributed, soft, cue, chain, polarity, modality, act and clusters."""

    example = EXAMPLE

    def _info(self) -> evaluate.MetricInfo:
        return evaluate.MetricInfo(
            description=__doc__,
            citation="",
            inputs_description=f"Documents such as {EXAMPLE}; offsets in code points, half-open. See README.md.",
            features=datasets.Features({"predictions": TEXT, "references": TEXT}),
        )

    def _compute(self, *, predictions: list, references: list, measures: list | None = None, **options: object) -> dict:
        """Scores by name, as in ``claims.content.f1``; None where undefined. Options as of ``dragoman.score``."""
        return documents.score_documents(predictions, references, measures or ["claims"], **options)
