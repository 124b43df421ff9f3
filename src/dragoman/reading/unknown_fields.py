"""Fields that a submission does not have: removed from rows, counted, and reported."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pyarrow as pa

from dragoman.arrow_buffers import cast, flat_of, valid
from dragoman.problems import Diagnostics, Problem, shown
from dragoman.schema.arrow_types import arrow_schema
from dragoman.schema.shape import called_elsewhere, step
from dragoman.schema.submission import Submission


def without(table: pa.Table) -> tuple[pa.Table, dict[str, int]]:
    """Remove the fields from rows that a submission does not have.

    Args:
        table: rows as a file has them.

    Returns:
        The remaining columns, and the number of non-null values of each removed field, by path.

    """
    wanted = pa.struct(arrow_schema(Submission))
    counts: dict[str, int] = {}
    for name, column in zip(table.column_names, table.columns, strict=True):
        for chunk in column.chunks:
            for path, number in _unknown(chunk, wanted, "", name):
                if number:
                    counts[path] = counts.get(path, 0) + number
    kept = _known(pa.struct(table.schema), wanted)
    return cast(table.select([field.name for field in kept]), pa.schema(kept)), counts


def _unknown(array: pa.Array, within: pa.StructType, path: str, name: str) -> Iterator[tuple[str, int]]:
    """Yield the paths of unknown fields in an array, each with its number of non-null values."""
    path = step(path, name)
    if within.get_field_index(name) < 0:
        yield path, int(valid(array).sum())
        return
    wanted = within.field(name).type
    while pa.types.is_list(array.type) and pa.types.is_list(wanted):
        array, wanted = flat_of(array), wanted.value_type
    if pa.types.is_struct(array.type) and pa.types.is_struct(wanted):
        # By flatten, since the fields of a null struct count as null.
        for field, inner in zip(array.type, array.flatten(), strict=True):
            yield from _unknown(inner, wanted, path, field.name)


def _known(given: pa.DataType, wanted: pa.DataType) -> pa.DataType:
    """Return the type without the fields that a submission does not have."""
    if pa.types.is_list(given) and pa.types.is_list(wanted):
        return pa.list_(_known(given.value_type, wanted.value_type))
    if pa.types.is_struct(given) and pa.types.is_struct(wanted):
        kept = [field for field in given if wanted.get_field_index(field.name) >= 0]
        return pa.struct([pa.field(field.name, _known(field.type, wanted.field(field.name).type)) for field in kept])
    return given


def warnings(counts: Mapping[str, int], name: str) -> Iterator[Problem]:
    """Yield W911 for each ignored field, with a suggestion if there is a similar one.

    Args:
        counts: number of values by path.
        name: name of the file in problems.

    """
    diagnostics = Diagnostics(name)
    for path, count in sorted(counts.items()):
        key, beside = path.rpartition(".")[2], _beside(path)
        meant = called_elsewhere(key, beside) or diagnostics.nearest(key, beside)
        many = "once" if count == 1 else f"{count:,} times"
        yield Problem(
            code="W911",
            what=f"the field {shown(path)} is none of a submission; it was passed over {many}.",
            hint=f"Did you mean {meant!r}? Then its values are lost." if meant else "",
            file=name,
            path=path,
        )


def _beside(path: str) -> list[str]:
    """Names of the fields of a submission next to a path."""
    level: pa.DataType = pa.struct(arrow_schema(Submission))
    for name in path.split(".")[:-1]:
        index = level.get_field_index(name)
        if index < 0:
            return []
        level = level.field(index).type
        while pa.types.is_list(level):
            level = level.value_type
    return [field.name for field in level] if pa.types.is_struct(level) else []
