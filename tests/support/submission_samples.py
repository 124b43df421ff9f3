"""Random submissions, valid and broken, and invariants of every reading."""

import copy
import json
import random

import numpy as np

from dragoman.annotations import Annotations, Coded
from dragoman.problems import CATALOGUE
from dragoman.reading.parsing import parse_bytes
from dragoman.reading.read import in_columns, line_by_line, read_bytes
from dragoman.reading.target import CLOSED_SETS, Target

TEXTS = {
    "000.article-1": "최선희 외무상은 2024년 6월 17일 평양에서 “조선은 강하다”고 말하였다. 일본과 일본 사람들 😀 등.",
    "001.article-1": "قال وزير الخارجية الصيني «إن الصين تدعم السلام» في ١٧ يونيو ٢٠٢٤، وأضاف أنّ العلاقـات قوية.",
    "001.related-02": "Short text, short text.",
    "002.article-1": "",
}
BENCHMARK = Target(
    documents=tuple(TEXTS),
    texts=TEXTS,
    label_sets=CLOSED_SETS,
    aliases={"Q1": "north-korea", "Q2": "china"},
    registry=frozenset({"north-korea", "china"}),
    strict_values=True,
)
"""As for submissions to a benchmark: closed label sets, known texts."""
REFERENCE = Target()
"""As for a file that is itself the reference: any document, any label."""
TARGETS = (BENCHMARK, REFERENCE)

VALUES = ("2024-06-17", "2024-06", "P1D", "2024-W24", "XXXX-06", "2024-06-17/2024-06-20", "PRESENT_REF")


def a_span(rng, text):
    start = rng.randrange(len(text))
    return start, rng.randint(start + 1, min(len(text), start + 12))


def some(rng, chance, key, value):
    return {key: value} if rng.random() < chance else {}


def an_entity(rng, text, number):
    start, end = a_span(rng, text)
    return {
        "start": start,
        "end": end,
        **some(rng, 0.5, "text", text[start:end]),
        **some(rng, 0.6, "id", f"e{number}"),
        **some(rng, 0.8, "type", rng.choice(CLOSED_SETS["entities.type"])),
        **some(rng, 0.3, "form", rng.choice((*CLOSED_SETS["entities.form"], None))),
        **some(rng, 0.4, "entity_ids", rng.sample(["Q1", "north-korea", "china", "x7", "y"], rng.randrange(3))),
        **some(rng, 0.1, "phenomena", ["nested", "deictic"]),
    }


def a_date(rng, text, number):
    start, end = a_span(rng, text)
    return {
        "start": start,
        "end": end,
        **some(rng, 0.3, "text", text[start:end]),
        **some(rng, 0.3, "id", f"d{number}"),
        **some(rng, 0.8, "type", rng.choice(CLOSED_SETS["dates.type"])),
        **some(rng, 0.8, "value", rng.choice(VALUES)),
        **some(rng, 0.2, "mod", rng.choice((*CLOSED_SETS["dates.mod"], None))),
        **some(rng, 0.1, "value_external", rng.choice(VALUES)),
    }


def a_segment(rng, text):
    start, end = a_span(rng, text)
    return {"start": start, "end": end, **some(rng, 0.8, "kind", rng.choice(CLOSED_SETS["segments.kind"]))}


def a_claimant(rng, text, entities):
    names = [entity["id"] for entity in entities if "id" in entity]
    way = rng.randrange(4)
    if way == 0 and names:
        return {"mention": rng.choice(names), **some(rng, 0.5, "role", "MENTION")}
    if way == 1:
        start, end = a_span(rng, text)
        return {
            "start": start,
            "end": end,
            **some(rng, 0.5, "role", "MENTION"),
            **some(rng, 0.3, "text", text[start:end]),
        }
    if way == 2:
        return {"role": "IMPLICIT", **some(rng, 0.7, "entity_ids", ["china"])}
    return {"role": "AUTHOR"}


def a_claim(rng, text, number, entities):
    return {
        "content": [list(a_span(rng, text)) for _ in range(rng.randint(1, 3))],
        **some(rng, 0.7, "id", f"c{number}"),
        **some(rng, 0.7, "claimants", [a_claimant(rng, text, entities) for _ in range(rng.randrange(3))]),
        **some(rng, 0.4, "cue", [list(a_span(rng, text)) for _ in range(rng.randrange(3))]),
        **some(rng, 0.3, "polarity", rng.choice(CLOSED_SETS["claims.polarity"])),
        **some(rng, 0.3, "modality", rng.choice(CLOSED_SETS["claims.modality"])),
        **some(rng, 0.3, "act", rng.choice(CLOSED_SETS["claims.act"])),
        **some(rng, 0.3, "cluster", f"k{rng.randrange(3)}"),
        **some(rng, 0.1, "gloss", "He said so."),
        **some(rng, 0.1, "level", 0),
    }


def some_claims(rng, text, entities):
    claims = [a_claim(rng, text, number, entities) for number in range(rng.randrange(5))]
    for number, claim in enumerate(claims):
        above = [other["id"] for other in claims[:number] if "id" in other]
        if above and rng.random() < 0.4:
            claim["parent"] = rng.choice(above)
    return claims


def a_line(rng, name):
    text = TEXTS[name]
    line = {"id": name}
    if text and rng.random() < 0.8:
        line["entities"] = [an_entity(rng, text, n) for n in range(rng.randrange(6))]
    if text and rng.random() < 0.7:
        line["dates"] = [a_date(rng, text, n) for n in range(rng.randrange(4))]
    if text and rng.random() < 0.7:
        line["claims"] = some_claims(rng, text, line.get("entities", []))
    if text and rng.random() < 0.2:
        line["segments"] = [a_segment(rng, text) for _ in range(rng.randrange(3))]
    line |= some(rng, 0.2, "text", text) | some(rng, 0.1, "published", "2024-06-17")
    return line | some(rng, 0.1, "language", "ar") | some(rng, 0.1, "layers_annotated", ["entities"])


def a_submission(rng):
    """Return a valid submission in plain form, as one JSON value per line."""
    return [a_line(rng, name) for name in rng.sample(list(TEXTS), rng.randint(1, len(TEXTS)))]


def written(lines, rng=None):
    """Return a submission as bytes; with a generator, in a random style of JSON."""
    ascii_only, compact = (rng.random() < 0.3, rng.random() < 0.5) if rng else (False, True)
    separators = (",", ":") if compact else (", ", ": ")
    return b"".join(
        json.dumps(line, ensure_ascii=ascii_only, separators=separators).encode("utf-8", "surrogatepass") + b"\n"
        for line in lines
    )


HOSTILE = (
    *(
        None,
        True,
        False,
        0,
        -1,
        1,
        2,
        10**6,
        2**31,
        2**53,
        2**63 - 1,
        2**63,
        -(2**63),
        10**30,
        0.0,
        1.0,
        1.5,
        -0.0,
        1e300,
    ),
    *(
        float("nan"),
        float("inf"),
        "",
        " ",
        "x",
        "e0",
        "c0",
        "c1",
        "PER",
        "per",
        "MENTION",
        "AUTHOR",
        "2024-06-17",
        "\x1f",
    ),
    *("\x00", "\ud800", "\u202e", "\ufeff", "최선희", "일본", "الصين", "Short", "x" * 600, "٢", "😀", "000.article-1"),
    *(
        [],
        {},
        [None],
        [[]],
        [[0, 1]],
        [0, 1],
        [1, 0],
        [0],
        [0, 1, 2],
        [[0, None]],
        ["x", None],
        [{}],
        {"start": 0, "end": 2},
    ),
    *({"quote": "일본"}, {"quote": "일본", "occurrence": 2}, {"quote": "short text", "occurrence": 9}, {"quote": ""}),
    *(
        {"quote": "“조선은  강하다”"},
        {"start": 0, "end": 1, "occurrence": 1},
        {"id": "x"},
        {"role": "AUTHOR", "text": "x"},
    ),
    *(
        {"mention": [0, 2]},
        {"role": "AUTHOR", "quote": "일본"},
        {"start": -1, "end": -1, "role": "AUTHOR"},
        [[[[[[]]]]]],
    ),
)
KEYS = (
    *(
        "id",
        "entities",
        "dates",
        "claims",
        "text",
        "start",
        "end",
        "type",
        "form",
        "value",
        "mod",
        "quote",
        "occurrence",
    ),
    *(
        "content",
        "claimants",
        "cue",
        "parent",
        "cluster",
        "mention",
        "role",
        "entity_ids",
        "phenomena",
        "level",
        "flags",
    ),
    *(
        "layers_annotated",
        "published",
        "language",
        "polarity",
        "typ",
        "",
        "x y",
        "\ud800",
        "start\x00",
        "about",
        "level",
    ),
)


def places(value, found=None):
    """Return all places in a JSON value as (container, key)."""
    found = [] if found is None else found
    for key in value if isinstance(value, dict) else range(len(value)):
        found.append((value, key))
        if isinstance(value[key], dict | list):
            places(value[key], found)
    return found


def changed(lines, rng):
    """Return a submission with a random change of its structure."""
    lines = copy.deepcopy(lines)
    for _ in range(rng.choice((1, 1, 1, 2, 3, 8))):
        where = places(lines)
        if where:
            change(*rng.choice(where), rng.choice(where), rng)
    return lines


def change(container, key, elsewhere, rng):
    """Change one place of a JSON value; ``elsewhere`` is another place of it."""
    hostile, named = copy.deepcopy(rng.choice(HOSTILE)), isinstance(container, dict)
    match rng.choice(("put", "put", "take", "name", "add", "move", "wrap", "copy")):
        case "put":
            container[key] = hostile
        case "take":
            del container[key]
        case "name" if named:
            container[rng.choice(KEYS)] = container.pop(key)
        case "add" if named:
            container[rng.choice(KEYS)] = hostile
        case "name" | "add":
            container.insert(key, hostile if rng.random() < 0.5 else copy.deepcopy(container[key]))
        case "move" if isinstance(container[key], int):
            container[key] += rng.choice((-1, 1, 100))
        case "copy":
            container[key] = copy.deepcopy(elsewhere[0][elsewhere[1]])
        case _:
            container[key] = [container[key]]


TOKENS = (
    *(
        b"null",
        b"NaN",
        b"-Infinity",
        b"}{",
        b"\n",
        b"\r\n",
        b"\r",
        b"\n\n",
        b" ",
        b"\t",
        b"\x0c",
        b"\x00",
        b"\xef\xbb\xbf",
    ),
    *(b"\\ud800", b"\\u0000", b"\\", b'"', b'"id"', b"[", b"]", b"{", b"}", b",", b":", b"[" * 3000, b'{"a":' * 2000),
    *(
        b"9" * 5000,
        b"1e5",
        b"1.0",
        b"-0",
        b"01",
        b"true",
        b"\xff",
        b"\xc3",
        b"\xe2\x80\xa8",
        b"\xed\xa0\x80",
        b"//",
        b"\x1f\x8b",
    ),
    *(
        b'{"id":"000.article-1"}',
        b'{"id":"001.article-1"}\n',
        b'"id":"x",',
        b'"occurrence":1,',
        b'"quote":"\xec\x9d\xbc\xeb\xb3\xb8",',
    ),
)


def damaged(data, rng):
    """Return bytes with a random change."""
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        at = rng.randint(0, len(data))
        way = rng.randrange(7)
        if way == 0 and at < len(data):
            data = data[:at] + bytes([data[at] ^ (1 << rng.randrange(8))]) + data[at + 1 :]
        elif way == 1:
            data = data[:at]
        elif way == 2:
            data = data[:at] + data[at + rng.randint(1, 9) :]
        elif way == 3:
            data = data[:at] + rng.choice(TOKENS) + data[at:]
        elif way == 4:
            data = data[:at] + data[rng.randint(0, at) : at] + data[at:]
        elif way == 5:
            data = data[:at] + bytes([rng.randrange(256)]) + data[at:]
        else:
            lines = data.splitlines(keepends=True)
            rng.shuffle(lines)
            data = b"".join(lines)
    return data


def plain(value):
    """Return the values of a column as a list, independent of its vocabulary."""
    if isinstance(value, Coded):
        return [value.value(i) for i in range(len(value))]
    return value.tolist() if isinstance(value, np.ndarray) else value


def decoded(annotations: Annotations, *, items=True):
    """Return all columns as lists, optionally without positions in the file."""
    found = {}
    for layer in ("entities", "dates", "claims", "segments"):
        table = getattr(annotations, layer)
        names = table.__dataclass_fields__
        found |= {f"{layer}.{name}": plain(getattr(table, name)) for name in names if items or name != "item"}
    for name in ("documents", "given", "present", "texts", "published", "published_external"):
        found[name] = plain(getattr(annotations, name))
    return found


def uses_more_than_offsets(value):
    """Whether a JSON value contains what the columns do not hold: quotes, spans in another form."""
    if isinstance(value, list):
        return any(map(uses_more_than_offsets, value))
    if not isinstance(value, dict):
        return False
    fragments = [span for name in ("content", "cue") if isinstance(value.get(name), list) for span in value[name]]
    return (
        value.get("quote") is not None
        or value.get("occurrence") is not None
        or isinstance(value.get("mention"), list)
        or any(isinstance(span, dict) for span in fragments)
        or any(map(uses_more_than_offsets, value.values()))
    )


def check_reading(data: bytes, target: Target):
    """Read bytes and check the invariants of every reading; return it."""
    reading = read_bytes(data, target, "p.jsonl")
    for problem in reading.problems:
        assert problem.code in CATALOGUE
        assert problem.code != "E210", problem
        assert problem.file == "p.jsonl"
        assert problem.what[-1] in ".)", problem
        assert problem.hint or problem.code.startswith("W"), problem
        assert len(str(problem)) < 2000
        str(problem).encode()  # no lone surrogate
        whole_file = problem.code.startswith("W") or problem.code in {"E220", "E221"}
        assert problem.line > 0 or whole_file
        assert not (problem.byte >= 0 and data.count(b"\n", 0, problem.byte) + 1 != problem.line), problem
    errors = [problem for problem in reading.problems if problem.severity == "error"]
    assert (reading.annotations is None) == bool(errors)
    return reading


def check_agreement(data: bytes, target: Target):
    """Read text by both readers, which must agree."""
    fast, precise = in_columns(parse_bytes(data).table, target), line_by_line(data, target)
    if fast is not None:
        assert not precise.problems, (data, precise.problems)
        assert decoded(fast.annotations) == decoded(precise.annotations)
    return fast, precise


def check_structure(lines, target: Target):
    """As :func:`check_agreement`; valid lines in plain form must be read by the fast reader."""
    data = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
    fast, precise = check_agreement(data, target)
    plain_form = all(isinstance(line, dict) for line in lines) and not uses_more_than_offsets(lines)
    if plain_form and precise.annotations is not None:
        assert fast is not None, data
    return precise


def one_case(seed: int):
    """Run all checks of one random case; return its outcome."""
    rng = random.Random(seed)
    lines, target = a_submission(rng), rng.choice(TARGETS)
    kind = rng.randrange(6)
    if kind == 5:
        check_structure(lines, target)
        data = written(lines, rng)
    elif kind <= 1:
        lines = changed(lines, rng)
        check_structure(lines, target)
        data = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
    elif kind <= 3:
        data = damaged(written(lines, rng), rng)
    else:
        data = damaged(written(changed(lines, rng), rng), rng)
    reading = check_reading(data, target)
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text = "\0"
    if "\0" not in text and not text.startswith("\ufeff"):
        check_agreement(data, target)
    return reading
