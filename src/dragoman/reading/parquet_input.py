"""Submissions in parquet: one document a row, columns as the fields of a line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from dragoman import files
from dragoman.problems import error
from dragoman.schema.arrow_types import arrow_schema
from dragoman.schema.submission import Submission

MAGIC = b"PAR1"
_BATCH = 1024
_MAX_VALUES = 2**30
_MEND = "Columns are the fields of a line of JSONL: dragoman schema submission."


def read(data: bytes, name: str) -> pa.Table:
    """Read the rows of a parquet file.

    Args:
        data: the file.
        name: how it is called in a problem.

    Raises:
        DragomanError: E106 too large when unpacked, E202 a column of another type, E203 an unknown column,
            E209 damaged.

    """
    import pyarrow.parquet as pq  # noqa: PLC0415 - not needed for JSONL

    try:
        file = pq.ParquetFile(pa.BufferReader(data))
        layout = file.metadata
        groups = [layout.row_group(at) for at in range(layout.num_row_groups)]
        values = sum(group.column(at).num_values for group in groups for at in range(group.num_columns))
        if values > _MAX_VALUES:
            raise error("E106", f"the file has over {_MAX_VALUES:,} values.", "Split it into shards.", file=name)
        wanted = pa.schema([_field(field, arrow_schema(Submission), "", name) for field in file.schema_arrow])
        # Bit by bit: what is small when packed may be large.
        batches, size = [], 0
        for batch in file.iter_batches(_BATCH):
            size += batch.nbytes
            if size > files.MAX_FILE:
                raise error("E106", f"the file unpacks to over {files.MAX_FILE:,} bytes.", "Split it.", file=name)
            batches.append(batch)
        return pa.Table.from_batches(batches, file.schema_arrow).cast(wanted)
    except (pa.ArrowException, OSError, ValueError) as cause:
        raise error("E209", f"not a parquet file that can be read: {str(cause)[:300]}.", _MEND, file=name) from cause


def _field(found: pa.Field, within: pa.Schema | pa.StructType, path: str, name: str) -> pa.Field:
    """Field as the submission has it, with those parts that the file has."""
    index = within.get_field_index(found.name)
    if index < 0:
        raise error("E203", f"there is no field {found.name[:80]!r}.", _MEND, file=name, path=path + found.name[:80])
    return pa.field(found.name, _type(found.type, within.field(index).type, path + found.name, name))


def _type(found: pa.DataType, wanted: pa.DataType, path: str, name: str) -> pa.DataType:
    if pa.types.is_null(found):
        return wanted
    if pa.types.is_dictionary(found):
        found = found.value_type
    lists = pa.types.is_list(found) or pa.types.is_large_list(found) or pa.types.is_fixed_size_list(found)
    if lists and pa.types.is_list(wanted):
        return pa.list_(_type(found.value_type, wanted.value_type, path, name))
    if pa.types.is_struct(found) and pa.types.is_struct(wanted):
        return pa.struct([_field(field, wanted, f"{path}.", name) for field in found])
    text = pa.types.is_string(found) or pa.types.is_large_string(found)
    if (text and pa.types.is_string(wanted)) or (pa.types.is_integer(found) and pa.types.is_integer(wanted)):
        return wanted
    raise error("E202", f"expected `{wanted}`, got `{found}`.", _MEND, file=name, path=path)


def json_lines(table: pa.Table) -> bytes:
    """Write rows as JSONL, a field that is null left out: for the precise path, in which a line is a row."""
    return files.json_lines(_without_null(row) for row in table.to_pylist())


def _without_null(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_null(inner) for key, inner in value.items() if inner is not None}
    return [_without_null(inner) for inner in value] if isinstance(value, list) else value
