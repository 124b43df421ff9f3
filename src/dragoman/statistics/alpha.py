"""Krippendorff's alpha for two annotators and nominal labels (Krippendorff 2004, chapter 11).

alpha = 1 - observed / expected disagreement, from the coincidence matrix: each item that both labelled adds its pair of
labels in both orders. Counts are per document, so that intervals can be computed by resampling documents.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]


def coincidences(first: Ints, second: Ints, doc: Ints, documents: int, labels: int) -> Ints:
    """Compute the coincidence matrix of each document.

    Args:
        first: label of each item by one annotator, from 0, shape (n,).
        second: label of the same items by the other.
        doc: document of each item, shape (n,).
        documents: number of documents.
        labels: number of labels.

    Returns:
        Shape (documents, labels · labels); each row is a flattened symmetric matrix.

    """
    rows = np.zeros((documents, labels, labels), np.int64)
    np.add.at(rows, (doc, first, second), 1)
    np.add.at(rows, (doc, second, first), 1)
    return rows.reshape(documents, labels * labels)


def alpha(total: Ints) -> dict[str, Floats]:
    """Compute alpha from summed coincidences, shape (…, labels · labels) to (…); nan where all items have one label.

    Returned under the key ``alpha``, like scores.
    """
    labels = round(total.shape[-1] ** 0.5)
    matrix = total.reshape(*total.shape[:-1], labels, labels).astype(np.float64)
    of_label = matrix.sum(axis=-1)
    n = of_label.sum(axis=-1)
    same = np.trace(matrix, axis1=-2, axis2=-1)
    expected_same = (of_label * (of_label - 1)).sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = 1 - (n - same) * (n - 1) / (n * n - n - expected_same)
    return {"alpha": np.where(n * n - n > expected_same, value, np.nan)}
