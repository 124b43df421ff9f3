"""What a model wrote as labels, by layers of one item each."""

import pytest

from dragoman.systems.answer_text import read, unfinished

LAYERS = ("entities", "dates", "claims")
WHOLE = {"entities": [1], "dates": [2], "claims": [3]}


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ('{"dates": []}', False),
        ('{"dates": [', True),
        ('{"dates": [{"quote": "a } ]', True),
        (r'{"a": "}\"]"}', False),
        ('Sure: {"dates": []} [', True),
        ("[", False),
        ("", False),
    ],
)
def test_json_without_an_end_was_cut_off(text, cut):
    assert unfinished(text) is cut


@pytest.mark.parametrize(
    "text",
    [
        '{"entities": [1]}\n{"dates": [2]}\n{"claims": [3]}',
        'First {"dates": [2], "claims": [3]} and then {"entities": [1]}.',
        '```json\n{"entities": [1]}\n```\n```json\n{"dates": [2]}\n```\n```json\n{"claims": [3]}\n```',
    ],
)
def test_layers_in_an_object_each_are_put_together(text):
    answer = read(text, LAYERS)
    assert answer.labels == WHOLE
    assert answer.repairs[1:] == ("several objects",)
    assert answer.problems == ()


def test_of_two_answers_the_longer_is_read_and_the_other_named():
    answer = read('{"entities": [1], "dates": [2], "claims": [3]} or {"dates": []}', LAYERS)
    assert (answer.labels, answer.repairs) == (WHOLE, ("prose",))
    assert answer.problems == ("the answer has a further object with dates, which is not read",)


@pytest.mark.parametrize("end", ["", '}, {"quote": "x', "```", "\n"])
@pytest.mark.parametrize("before", ["", "```json\n", "Sure: "])
def test_an_answer_without_an_end_is_never_mended_to_a_whole_one(before, end):
    with pytest.raises(ValueError, match="has no end"):
        read(before + '{"entities": [1, {"quote": "a"' + end, LAYERS)
