"""The descriptors of the layers, and that nothing else lists the layers' names."""

import ast
from pathlib import Path

import msgspec
import pytest

from dragoman.annotations import Annotations
from dragoman.schema import labels
from dragoman.schema.decision import Decision
from dragoman.schema.layers import CONTIGUOUS, LAYER_NAMES, LAYERS, TYPED, by_name
from dragoman.schema.pass_file import QuotedLabels
from dragoman.schema.records import Document, Labels
from dragoman.schema.release_rows import CONFIGS
from dragoman.schema.submission import Submission

SOURCE = Path(__file__).resolve().parents[2] / "src" / "dragoman"
ALLOWED = {
    ("reading/memory_budget.py", "_ITEM"): "bytes that each kind of item takes, as measured",
    ("authoring/card_numbers.py", "statistics"): "which labels of each layer are counted",
    ("authoring/review/card_sampling.py", "SECONDS"): "how long a person takes over a card",
    (
        "schema/labels.py",
        "Layer",
    ): "a closed set for msgspec, which must be a literal; held equal to the descriptors below",
    ("scoring/outcomes.py", "MEASURES"): "which measures name an outcome; schema knows no measures",
    ("authoring/agreement.py", "alphas"): "attributes that agreement is computed on; a choice of that analysis",
    ("authoring/label_studio/label_fields.py", "SHOWN"): "which controls of the labelling page show a layer",
    ("authoring/label_studio/region_reader.py", "check_relations"): "what a relation joins: two ends and no list",
    ("formats/brat.py", "HOLDS"): "what the format can hold, down to fields",
    ("formats/conll.py", "HOLDS"): "likewise",
    ("formats/hf_tokens.py", "HOLDS"): "likewise",
    ("formats/pipeline.py", "HOLDS"): "likewise",
    ("formats/span_records.py", "HOLDS"): "likewise",
    ("formats/spacy_json.py", "HOLDS"): "likewise",
    ("formats/timeml.py", "CANNOT_HOLD"): "likewise, in words",
    ("schema/shape.py", "_ELSEWHERE"): "what others call a field, whatever record it is of",
    ("systems/answers.py", "_FIELDS"): "the form in which a model answers, down to fields",
    ("robustness/edit.py", "Kind"): "what an edit changes: two of its kinds are called like layers",
    ("robustness/renaming.py", "relabel"): "where ids of entities stand in a document",
    ("formats/sample.py", "_OWN"): "fields that a row of a submission is told by",
}


def named(node):
    """Names of layers that a display lists: as its elements, as the first of each element, as its keys or values."""
    if isinstance(node, ast.Dict):
        groups = [node.keys, node.values]
    elif isinstance(node, ast.Tuple | ast.List | ast.Set):
        firsts = [each.elts[0] for each in node.elts if isinstance(each, ast.Tuple | ast.List) and each.elts]
        groups = [node.elts, firsts]
    else:
        return set()
    found = ({each.value for each in group if isinstance(each, ast.Constant)} & set(LAYER_NAMES) for group in groups)
    return max(found, key=len)


def lists(tree, within=""):
    """Where two layers or more are listed, by the name of the innermost assignment or function around them."""
    for node in ast.iter_child_nodes(tree):
        name = within
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            name = node.name
        elif isinstance(tree, ast.Module) and isinstance(node, ast.Assign | ast.AnnAssign):
            name = ast.unparse(node.targets[0] if isinstance(node, ast.Assign) else node.target)
        if len(named(node)) > 1:
            yield name
        yield from lists(node, name)


@pytest.mark.parametrize(
    ("code", "where"),
    [
        ("X = ('entities', 'dates')", ["X"]),
        ("X: list[str] = ['a', 'claims', 'dates']", ["X"]),
        ("def f():\n    for each in {'entities', 'claims'}: pass", ["f"]),
        ("X = {'entities': 1, 'dates': 2}", ["X"]),
        ("X = {1: 'entities', 2: 'dates'}", ["X"]),
        ("X = Literal['entities', 'dates']", ["X"]),
        ("X = [('entities', 1), ('dates', 2)]", ["X"]),
        ("X = ('entities', 'entities')", []),
        ("X = ('entities',), f('dates', 'claims')", []),
    ],
)
def test_a_list_of_layers_is_recognised(code, where):
    assert list(lists(ast.parse(code))) == where


def test_no_other_list_of_layers():
    found = {
        (path.relative_to(SOURCE).as_posix(), name)
        for path in SOURCE.rglob("*.py")
        for name in lists(ast.parse(path.read_text("utf-8")))
    }
    assert found == set(ALLOWED)


def test_the_closed_set_is_the_names():
    assert labels.values(labels.Layer) == LAYER_NAMES


def test_typed_and_contiguous_layers():
    assert TYPED == ("entities", "dates")
    assert CONTIGUOUS == ("entities", "dates")


def test_an_unknown_layer():
    with pytest.raises(KeyError, match="segments"):
        by_name("segments")


@pytest.mark.parametrize("layer", LAYERS, ids=LAYER_NAMES)
def test_a_layer_is_a_field_of_every_record_of_a_document(layer):
    for whole, record in (
        (Labels, layer.gold),
        (Document, layer.gold),
        (QuotedLabels, layer.quoted),
        (Submission, layer.predicted),
    ):
        field = next(field for field in msgspec.structs.fields(whole) if field.name == layer.name)
        assert record.__name__ in repr(field.type)
    assert layer.name in Annotations.__dataclass_fields__
    decided = next(field for field in msgspec.structs.fields(Decision) if field.name == layer.singular)
    assert layer.quoted.__name__ in repr(decided.type)
    row = CONFIGS[layer.name].__struct_fields__
    assert row == ("document", *layer.gold.__struct_fields__)


@pytest.mark.parametrize("layer", LAYERS, ids=LAYER_NAMES)
def test_what_a_descriptor_names_are_fields(layer):
    assert set(layer.compared) <= set(layer.gold.__struct_fields__)
    assert set(layer.defaults) <= set(layer.quoted.__struct_fields__)
    for field in msgspec.structs.fields(layer.quoted):
        if field.name in layer.defaults and not field.required:
            assert layer.defaults[field.name] == field.default
