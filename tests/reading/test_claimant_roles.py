"""Which claimants may have a mention: MENTION must, IMPLICIT may refer back to one, AUTHOR never."""

import json

import pytest

from dragoman.reading.read import read_bytes
from dragoman.reading.target import CLOSED_SETS, Target

TEXT = "최선희 외무상은 모스크바에서 회담하였다."
ENTITY = {"id": "e1", "start": 0, "end": 3, "type": "PER", "entity_ids": ["x"]}


def reading(**claimant):
    claims = [{"content": [[4, 8]], "claimants": [claimant]}]
    line = {"id": "d", "entities": [ENTITY], "claims": claims}
    target = Target(documents=("d",), texts={"d": TEXT}, label_sets=CLOSED_SETS)
    return read_bytes(json.dumps(line).encode() + b"\n", target)


@pytest.mark.parametrize(
    "mention", [{"mention": "e1"}, {"mention": [0, 3]}, {"start": 0, "end": 3}, {"quote": "최선희"}]
)
@pytest.mark.parametrize("role", ["MENTION", "IMPLICIT", None])
def test_a_mention_is_read_the_same_in_every_form(role, mention):
    claims = reading(**({"role": role} if role else {}), **mention).checked().claims
    assert claims.claimant_role.value(0) == (role or "MENTION")
    assert (claims.claimant_start.tolist(), claims.claimant_end.tolist()) == ([0], [3])
    assert claims.claimant_mention_ids.value(0) == ("x" if mention.get("mention") == "e1" else None)


def test_ids_of_its_own_stand_beside_those_of_its_mention():
    claims = reading(role="MENTION", mention="e1", entity_ids=["y"]).checked().claims
    assert (claims.claimant_ids.value(0), claims.claimant_mention_ids.value(0)) == ("y", "x")
    claims = reading(role="MENTION", mention="e1").checked().claims
    assert (claims.claimant_ids.value(0), claims.claimant_mention_ids.value(0)) == ("x", "x")


@pytest.mark.parametrize("claimant", [{"role": "AUTHOR", "mention": "e1"}, {"role": "MENTION"}])
def test_an_author_with_a_mention_and_a_mention_without_one_do_not_fit(claimant):
    assert [problem.code for problem in reading(**claimant).problems] == ["E503"]
