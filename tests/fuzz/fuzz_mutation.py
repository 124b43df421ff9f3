"""Valid files made wrong: by their structure (fields dropped, doubled, of another type, nested deep) and by bytes.

Every choice is made by the random numbers that are given: those of hypothesis in the tests, so that what fails is
shrunk, and plain ones in the long runs, which are faster.
"""

from __future__ import annotations

import io
import json
import re
import tomllib
import zipfile
from collections.abc import Callable
from random import Random
from typing import Any
from xml.etree import ElementTree as ET

import pyarrow as pa
import pyarrow.parquet as pq

SURROGATE = "\ud800"
_HALVES = re.compile("[\ud800-\udfff]")
STRINGS = (
    *("", " ", "x", "e1", "null", "NaN", "-1", "0", "1e999", "9" * 5000, "a" * 300, "a\nb", "a\tb", "a\0b", "\x1b[31m"),
    *("\u2028", "\ufeff", "\u202e", "e\u0301", "가", "ش", "😀", SURROGATE, "x\udfff", "../../x", "/etc/passwd", "a/b"),
    *(
        "O",
        "B-PER",
        "I-",
        "B-",
        "-",
        "_",
        "PER",
        "AUTHOR",
        "MENTION",
        "{",
        "[",
        "<a>",
        "&amp;",
        "&x;",
        "%s%n",
        "2024-06",
    ),
    *("2024-W53", "P1D", "XXXX-06-XX", "9999-99-99", "-0001", "id", "start", "*", "\\", "\\1", "(?R)", "(a+)+$", "T1"),
    *("E1", "R1", "#Text=x", "1-1", "0-1", "||", ",", ";", '"', "'"),
)
NUMBERS = (
    *(0, 1, -1, 2, 3, 7, 2**31 - 1, 2**31, 2**32, 2**53 + 1, 2**62, 2**63 - 1, 2**63, -(2**63) - 1, 2**64, 10**30),
    *(10**400, 10**5000, 0.5, -0.0, 1e300, 5e-324, float("inf"), float("-inf"), float("nan"), True, False),
)
BYTES = (
    *(b"\xff", b"\x00", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xf4\x90\x80\x80", b"\xc0\xaf", b"\r", b"\r\n", b"\n\n"),
    *(b"\x0c", b"\x85", b"\xe2\x80\xa8", b"{", b"}", b"[", b"]", b'"', b"'", b"\\u", b"\\ud800", b"\\", b",", b":"),
    *(b"null", b"NaN", b"-", b"9" * 400, b"1e999", b"\t", b"<", b">", b"&", b"<!--", b"]]>", b"PAR1", b"PK\x03\x04"),
    *(b"\x1f\x8b", b"BZh", b"\x28\xb5\x2f\xfd", b"\xfd7zXZ\x00"),
)
DEPTHS = (2, 30, 200, 1100, 5000)
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
MAX_BYTES = 200_000
"""Longest input that is made: what is longer shows no more."""


class Pairs(list):
    """An object of JSON as pairs of key and value, so that a key may stand twice."""


def parsed(data: bytes) -> Any:
    """Parse JSON, objects as :class:`Pairs`."""
    return json.loads(data, object_pairs_hook=Pairs)


class Deep:
    """A value within many lists or objects."""

    def __init__(self, depth: int, inner: Any, *, objects: bool) -> None:
        self.depth, self.inner, self.objects = depth, inner, objects


def dumped(value: Any, *, plain: bool = False) -> str:
    """Write JSON of what no library would write: keys twice, lone surrogates, numbers of any length.

    Args:
        value: the value.
        plain: whether letters beyond ASCII are written as they are; lone surrogates never are.

    """
    if isinstance(value, Deep):
        opened, closed = ('{"a":', "}") if value.objects else ("[", "]")
        return opened * value.depth + dumped(value.inner, plain=plain) + closed * value.depth
    if isinstance(value, Pairs):
        pairs = (f"{dumped(str(key), plain=plain)}:{dumped(inner, plain=plain)}" for key, inner in value)
        return "{" + ",".join(pairs) + "}"
    if isinstance(value, list):
        return "[" + ",".join(dumped(inner, plain=plain) for inner in value) + "]"
    if type(value) is int:
        return _digits(value)
    return json.dumps(value, ensure_ascii=not (plain and isinstance(value, str) and not _HALVES.search(value)))


def _digits(value: int) -> str:
    return str(value) if abs(value) < 10**1000 else "1" + "0" * 5000


def leaf(random: Random) -> Any:
    """Give some value that does not belong anywhere."""
    return random.choice(
        (
            lambda: random.choice(STRINGS),
            lambda: random.choice(NUMBERS),
            lambda: None,
            list,
            Pairs,
            lambda: [leaf(random) for _ in range(random.randrange(4))],
            lambda: Pairs([(random.choice(STRINGS), leaf(random))]),
            lambda: Deep(random.choice(DEPTHS), random.choice(NUMBERS), objects=random.random() < 0.5),
        )
    )()


def places(value: Any, found: list[tuple[Any, int]] | None = None) -> list[tuple[Any, int]]:
    """All places of a tree: containers with an index; of an object the index of the pair."""
    found = [] if found is None else found
    for at, item in enumerate(value):
        found.append((value, at))
        inner = item[1] if isinstance(value, Pairs) else item
        if isinstance(inner, list):
            places(inner, found)
    return found


def mutated_tree(tree: Any, random: Random, keys: tuple[str, ...] = ()) -> Any:
    """Change a tree of JSON in one to four places."""
    tree = _copied(tree)
    for _ in range(random.choice((1, 1, 1, 2, 4))):
        spots = places(tree) if isinstance(tree, list) else []
        if not spots or random.random() < 0.02:
            return leaf(random)
        container, at = random.choice(spots)
        kind = random.randrange(8)
        pair = isinstance(container, Pairs)
        value = container[at][1] if pair else container[at]
        if kind == 0:
            del container[at]
        elif kind == 1:
            container.insert(random.randrange(len(container) + 1), _copied(container[at]))
        elif kind == 2 and pair:
            key = random.choice((*STRINGS, *keys, container[random.randrange(len(container))][0]))
            container[at] = (key, value)
        elif kind == 3 and isinstance(value, list) and value:
            value.extend(_copied(value) * random.choice((1, 3, 50)))
        elif kind == 4:  # something of another place
            other, there = random.choice(spots)
            taken = _copied(other[there][1] if isinstance(other, Pairs) else other[there])
            container[at] = (container[at][0], taken) if pair else taken
        elif kind == 5 and isinstance(value, str):
            changed = _text(value, random)
            container[at] = (container[at][0], changed) if pair else changed
        elif kind == 6 and type(value) in (int, float):
            changed = random.choice((value + 1, value - 1, -value, float(value), str(value), value * 10**6, [value]))
            container[at] = (container[at][0], changed) if pair else changed
        else:
            new = leaf(random)
            container[at] = (container[at][0], new) if pair else new
    return tree


def _text(text: str, random: Random) -> str:
    at = random.randrange(len(text) + 1)
    other = random.choice(STRINGS)
    return random.choice(
        (text[:at], text[at:], text[:at] + other + text[at:], text + text, text.upper(), text[:at] + text[at + 1 :])
    )


def _copied(value: Any) -> Any:
    if isinstance(value, Pairs):
        return Pairs((key, _copied(inner)) for key, inner in value)
    if isinstance(value, dict):
        return Pairs((key, _copied(inner)) for key, inner in value.items())
    return [_copied(inner) for inner in value] if isinstance(value, list | tuple) else value


def mutated_bytes(data: bytes, random: Random) -> bytes:
    """Change bytes in one to eight places, or leave an end out."""
    made = bytearray(data[:MAX_BYTES])
    for _ in range(random.choice((1, 1, 2, 8))):
        at = random.randrange(len(made) + 1)
        kind = random.randrange(6)
        if kind == 0:
            del made[at:]
        elif kind == 1:
            del made[at : at + random.choice((1, 1, 4, 40))]
        elif kind == 2 and at < len(made):
            made[at] ^= 1 << random.randrange(8)
        elif kind == 3 and at < len(made):
            made[at] = random.randrange(256)
        elif kind == 4:
            made[at:at] = made[at : at + random.choice((1, 8, 80))]
        else:
            made[at:at] = random.choice(BYTES)
    return bytes(made)


# --- kinds of files: how each is taken apart and put together again


def json_file(data: bytes, random: Random) -> bytes:
    """Change a file that is one value of JSON."""
    if random.random() < 0.25:
        return mutated_bytes(data, random)
    return _encoded(dumped(mutated_tree(parsed(data), random), plain=random.random() < 0.7))


def jsonl_file(data: bytes, random: Random) -> bytes:
    """Change a file of a value of JSON a line."""
    if random.random() < 0.25:
        return mutated_bytes(data, random)
    lines = data.split(b"\n")
    rows = Pairs([("", [parsed(line) for line in lines if line.strip()])])
    changed = mutated_tree(rows, random)
    found = changed[0][1] if isinstance(changed, Pairs) and changed else [changed]
    found = found if isinstance(found, list) and not isinstance(found, Pairs) else [found]
    plain, end = random.random() < 0.7, random.choice(("\n", "\n", "\n", "\r\n", "\n\n"))
    return _encoded("".join(dumped(row, plain=plain) + end for row in found))


def toml_file(data: bytes, random: Random) -> bytes:
    """Change a TOML file; tables are written inline."""
    if random.random() < 0.25:
        return mutated_bytes(data, random)
    table = mutated_tree(_copied(tomllib.loads(data.decode())), random)
    if not isinstance(table, Pairs):
        return _encoded(_toml(table))
    return _encoded("".join(f"{json.dumps(str(key))} = {_toml(value)}\n" for key, value in table))


def _toml(value: Any) -> str:  # noqa: PLR0911 - one for each type
    if isinstance(value, Deep):
        opened, closed = ("{a=", "}") if value.objects else ("[", "]")
        return opened * value.depth + _toml(value.inner) + closed * value.depth
    if isinstance(value, Pairs):
        return "{" + ", ".join(f"{json.dumps(str(key))} = {_toml(inner)}" for key, inner in value) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=bool(_HALVES.search(value)))
    if value is None:
        return '""'
    if isinstance(value, float):
        return {"inf": "inf", "-inf": "-inf", "nan": "nan"}.get(str(value), str(value))
    return _digits(value) if type(value) is int else str(value).lower() if isinstance(value, bool) else str(value)


def text_file(data: bytes, random: Random) -> bytes:
    """Change a file of lines with fields: lines and fields are dropped, doubled, exchanged, or other ones."""
    if random.random() < 0.25:
        return mutated_bytes(data, random)
    lines = data.decode("utf-8", "surrogateescape").split("\n")
    for _ in range(random.choice((1, 1, 2, 5))):
        at = random.randrange(len(lines))
        kind = random.randrange(6)
        if kind == 0 and len(lines) > 1:
            del lines[at]
        elif kind == 1:
            lines.insert(random.randrange(len(lines) + 1), lines[at])
        elif kind == 2:
            lines.insert(at, random.choice(STRINGS))
        else:
            fields = re.split(r"([\t ;|,=\[\]-])", lines[at])
            place = random.randrange(len(fields))
            fields[place] = _field(fields, place, random)
            lines[at] = "".join(fields)
    return _encoded("\n".join(lines))


def _field(fields: list[str], place: int, random: Random) -> str:
    """Give another field in the place of one."""
    number = random.choice(NUMBERS[:18])
    one, another = random.choice(STRINGS), fields[random.randrange(len(fields))]
    return random.choice(("", one, _digits(int(number)), another, _text(fields[place], random)))


def xml_file(data: bytes, random: Random) -> bytes:
    """Change a file of XML: elements and attributes."""
    if random.random() < 0.35:
        return random.choice((mutated_bytes, text_file))(data, random)
    try:
        root = ET.fromstring(data.decode())
    except ET.ParseError:
        return mutated_bytes(data, random)
    for _ in range(random.choice((1, 1, 2, 4))):
        elements = list(root.iter())
        parent, one = random.choice(elements), random.choice(elements)
        kind = random.randrange(6)
        if kind == 0 and len(parent):
            del parent[random.randrange(len(parent))]
        elif kind == 1 and one is not root and len(one) < 20:
            parent.append(ET.fromstring(ET.tostring(one)))
        elif kind == 2:
            one.tag = random.choice((parent.tag, "TIMEX3", "x"))
        elif kind == 3 and one.attrib:
            del one.attrib[random.choice(sorted(one.attrib))]
        elif one.attrib:
            name = random.choice(sorted({*one.attrib, *parent.attrib}))
            one.set(name, _plain(random.choice((*STRINGS, *map(str, NUMBERS[:16]), *one.attrib.values()))))
        else:
            one.text = _plain(random.choice(STRINGS))
    return ET.tostring(root, encoding="utf-8", xml_declaration=random.random() < 0.8)


def _plain(text: str) -> str:
    return "".join(char for char in text if char >= " " and not "\ud800" <= char <= "\udfff")


def zip_file(data: bytes, random: Random) -> bytes:
    """Change a zip archive: a member of JSON or XML, the names, or the bytes."""
    if random.random() < 0.3:
        return mutated_bytes(data, random)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = [(name, archive.read(name)) for name in archive.namelist()]
    at = random.randrange(len(members))
    name, inner = members[at]
    kind = random.randrange(10)
    if kind == 0:
        del members[at]
    elif kind == 1:
        members.append((name + "x", inner))
    elif kind == 2:
        members[at] = (random.choice(("", "../x", "/x", name.upper())), inner)
    elif inner.lstrip()[:1] in (b"{", b"["):
        members[at] = (name, json_file(inner, random))
    else:
        members[at] = (name, (xml_file if inner.lstrip()[:1] == b"<" else mutated_bytes)(inner, random))
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", random.choice(_METHODS)) as archive:
        for name, inner in members:
            archive.writestr(name or "empty", inner)
    return made.getvalue()


def binary_file(data: bytes, random: Random) -> bytes:
    """Change bytes that mean nothing here."""
    return mutated_bytes(data, random)


def parquet_file(data: bytes, random: Random) -> bytes:
    """Change a parquet file: its columns and values, how it is written, its footer, or any bytes."""
    kind = random.randrange(4)
    if kind == 0:
        return mutated_bytes(data, random)
    if kind == 1:  # the footer, where all lengths and types stand
        length = int.from_bytes(data[-8:-4], "little")
        start = max(len(data) - 8 - length, 4)
        footer = bytearray(data[start:-8])
        for _ in range(random.choice((1, 1, 2, 6))):
            at = random.randrange(len(footer))
            footer[at] = random.choice((footer[at] ^ 1 << random.randrange(8), 0, 255, random.randrange(256)))
        size = random.choice((len(footer),) * 8 + (0, 2**31 - 1, 2**32 - 1, len(footer) - 1))
        return data[:start] + bytes(footer) + size.to_bytes(4, "little") + data[-4:]
    table = pq.read_table(pa.BufferReader(data))
    for _ in range(random.choice((1, 1, 2))):
        table = _other_table(table, random)
    sink = pa.BufferOutputStream()
    pq.write_table(
        table,
        sink,
        compression=random.choice(("none", "snappy", "gzip", "zstd", "lz4", "brotli")),
        use_dictionary=random.random() < 0.5,
        version=random.choice(("1.0", "2.4", "2.6")),
        data_page_version=random.choice(("1.0", "2.0")),
        row_group_size=random.choice((1, 2, 1000)),
        store_schema=random.random() < 0.5,
    )
    made = sink.getvalue().to_pybytes()
    return mutated_bytes(made, random) if random.random() < 0.2 else made


def _other_table(table: pa.Table, random: Random) -> pa.Table:
    if not table.num_columns:
        return pa.table({"id": ["d"] * table.num_rows})
    at = random.randrange(table.num_columns)
    name, column = table.column_names[at], table.column(at)
    count = table.num_rows
    kind = random.randrange(8)
    if kind == 0:
        return table.remove_column(at)
    if kind == 1:
        return table.append_column(name, column)
    if kind == 2:
        return table.rename_columns(
            [random.choice(("", "id", "text", "x", "a.b")) if i == at else n for i, n in enumerate(table.column_names)]
        )
    if kind == 3:
        return table.slice(0, random.choice((0, 1, count)))
    other = random.choice(
        (
            lambda: pa.nulls(count),
            lambda: pa.array([b"\xff"] * count).view(pa.string()) if count else pa.array([], pa.string()),
            lambda: pa.array([2**63 - 1] * count, pa.int64()),
            lambda: pa.array([2**64 - 1] * count, pa.uint64()),
            lambda: pa.array([float("nan")] * count, pa.float32()),
            lambda: pa.array([10**15] * count, pa.timestamp("s")),
            lambda: pa.array([[i] for i in range(count)], pa.list_(pa.int8())),
            lambda: pa.array([{"a": "x"}] * count, pa.struct([("a", pa.string())])),
            lambda: pa.array(["x"] * count).dictionary_encode(),
            lambda: pa.array([[("k", 1)]] * count, pa.map_(pa.string(), pa.int32())),
            lambda: pa.array(["a"] * count, pa.large_string()),
            lambda: pa.array([b"ab"] * count, pa.binary(2)),
            lambda: pa.array([True] * count),
            lambda: pa.array([None if i % 2 else "x" for i in range(count)]),
            lambda: pa.array([json.dumps({"id": "x"})] * count),
        )
    )()
    return table.set_column(at, name, other)


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


Mutator = Callable[[bytes, Random], bytes]
