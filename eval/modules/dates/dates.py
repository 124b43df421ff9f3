"""Score temporal expressions: spans with a TIMEX3 type, value and mod.

A thin coat over :mod:`dragoman.scoring`: the measures, and every promise about them, are the package's. Documents
travel through ``evaluate`` as JSON: of columns it drops fields that it was not told of, and cuts fractions off offsets.
"""

import datasets
import evaluate

from dragoman.scoring import documents

EXAMPLE = '{"id": "a", "dates": [{"start": 0, "end": 4, "type": "DATE", "value": "2024"}]}'
TEXT = datasets.Value("string")


class Dates(documents.AsJson, evaluate.Metric):
    """Strict, relaxed, type, value by canonical form, value_string (TempEval-3) and interval."""

    example = EXAMPLE

    def _info(self) -> evaluate.MetricInfo:
        return evaluate.MetricInfo(
            description=__doc__,
            citation="",
            inputs_description=f"Documents such as {EXAMPLE}; offsets in code points, half-open. See README.md.",
            features=datasets.Features({"predictions": TEXT, "references": TEXT}),
        )

    def _compute(self, *, predictions: list, references: list, measures: list | None = None, **options: object) -> dict:
        """Scores by name, as in ``dates.strict.f1``; None where undefined. Options as of ``dragoman.score``."""
        return documents.score_documents(predictions, references, measures or ["dates"], **options)
