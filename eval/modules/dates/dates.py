"""Score temporal expressions: spans with a TIMEX3 type, value and mod.

A thin coat over :mod:`dragoman.scoring`: the measures, and every promise about them, are the package's.
"""

import datasets
import evaluate

from dragoman import scoring

INT, TEXT = datasets.Value("int64"), datasets.Value("string")
ITEM = {"start": INT, "end": INT, "type": TEXT, "value": TEXT, "mod": TEXT}
DOCUMENT = datasets.Features({"id": TEXT, "dates": datasets.List(ITEM)})


class Dates(evaluate.Metric):
    """Strict, relaxed, type, value by canonical form, value_string (TempEval-3) and interval."""

    def _info(self) -> evaluate.MetricInfo:
        return evaluate.MetricInfo(
            description=__doc__,
            citation="",
            inputs_description="Documents with an id and dates; offsets in code points, half-open. See README.md.",
            features=datasets.Features({"predictions": DOCUMENT, "references": DOCUMENT}),
        )

    def add_batch(self, *, predictions: list, references: list, **kwargs: object) -> None:
        """Take documents whose items may lack fields: what is missing is null."""
        super().add_batch(
            predictions=[_whole(document) for document in predictions],
            references=[_whole(document) for document in references],
            **kwargs,
        )

    def add(self, *, prediction: dict, reference: dict, **kwargs: object) -> None:
        """Take one document."""
        super().add(prediction=_whole(prediction), reference=_whole(reference), **kwargs)

    def _compute(self, *, predictions: list, references: list, measures: list | None = None) -> dict:
        """Scores by name, as in ``dates.strict.f1``; None where undefined."""
        return scoring.score_documents(predictions, references, measures or ["dates"])


def _whole(value: object, feature: object = DOCUMENT) -> object:
    """Give every item all fields, as deep as the features go; what is missing is null, or an empty list."""
    if isinstance(feature, dict):
        return {name: _whole(value.get(name), inner) for name, inner in feature.items()}
    if isinstance(feature, datasets.List):
        return [_whole(inner, feature.feature) for inner in value or []]
    return value
