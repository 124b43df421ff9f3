"""Score claims: contents, who makes them, and how.

A thin coat over :mod:`dragoman.scoring`: the measures, and every promise about them, are the package's.
"""

import datasets
import evaluate

from dragoman import scoring

INT, TEXT = datasets.Value("int64"), datasets.Value("string")
ITEM = {
    "id": TEXT,
    "content": datasets.List(datasets.List(INT)),
    "claimants": datasets.List({"role": TEXT, "start": INT, "end": INT}),
    "cue": datasets.List(datasets.List(INT)),
    "parent": TEXT,
    "polarity": TEXT,
    "modality": TEXT,
    "act": TEXT,
    "cluster": TEXT,
}
DOCUMENT = datasets.Features({"id": TEXT, "claims": datasets.List(ITEM)})


class Claims(evaluate.Metric):
    """Content, attributed, soft, cue, chain, polarity, modality, act and clusters."""

    def _info(self) -> evaluate.MetricInfo:
        return evaluate.MetricInfo(
            description=__doc__,
            citation="",
            inputs_description="Documents with an id and claims; offsets in code points, half-open. See README.md.",
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
        """Scores by name, as in ``claims.content.f1``; None where undefined."""
        return scoring.score_documents(predictions, references, measures or ["claims"])


def _whole(value: object, feature: object = DOCUMENT) -> object:
    """Give every item all fields, as deep as the features go; what is missing is null, or an empty list."""
    if isinstance(feature, dict):
        return {name: _whole(value.get(name), inner) for name, inner in feature.items()}
    if isinstance(feature, datasets.List):
        return [_whole(inner, feature.feature) for inner in value or []]
    return value
