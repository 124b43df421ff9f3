"""Two passes as a project of disagreements: what is answered there comes back as lines of decisions.jsonl."""

import json
import shutil
from pathlib import Path

import msgspec
import pytest

from dragoman.authoring import adjudication
from dragoman.authoring.label_studio import (
    client,
    comparison_answers,
    comparison_tasks,
    config,
    file_kinds,
    regions,
    sync,
)
from dragoman.schema.decision import Decision

ROOT = Path(__file__).parents[3]
DOCUMENTS = adjudication.read_documents(ROOT)
KIND = file_kinds.of_comparison("a", "b")
REASON = "because the guidelines say so"
pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "localhost"])


def key(decision):
    return decision.document, decision.layer, decision.a, decision.b


COMMITTED = list({key(d): d for d in adjudication.read_decisions(ROOT / "annotations" / "decisions.jsonl")}.values())
"""The decisions that count: the last one on each label."""


def walk(work, _):
    return iter(work)


@pytest.fixture(scope="module")
def points():
    return {
        (item.document.id, *pushed(item.base)[:3]): item
        for item in comparison_tasks.of_comparison(ROOT, ("a", "b"), DOCUMENTS)
    }


def pushed(base):
    point = msgspec.json.decode(base, type=comparison_tasks.Pushed)
    return point.layer, point.a, point.b, point


@pytest.fixture
def root(tmp_path, points):
    """A benchmark of which only those decisions are left that are about no point of the passes."""
    made = tmp_path / "root"
    shutil.copytree(ROOT / "corpus", made / "corpus")
    shutil.copytree(ROOT / "annotations", made / "annotations")
    lines = (ROOT / "annotations" / "decisions.jsonl").read_bytes().splitlines(keepends=True)
    read = [(line, json.loads(line)) for line in lines]
    names = ("document", "layer", "a", "b")
    kept = [line for line, made in read if "ruling" in made or tuple(made.get(name) for name in names) not in points]
    assert 0 < len(kept) < len(lines)
    (made / "annotations" / "decisions.jsonl").write_bytes(b"".join(kept))
    return made


def push(server, root, names=("a", "b")):
    found = comparison_tasks.of_comparison(root, names, DOCUMENTS)
    kind = file_kinds.of_comparison(*names)
    return sync.push(server, kind, found, config=config.make_comparison, progress=walk)


def pull(server, path):
    return comparison_answers.pull(server, KIND, DOCUMENTS, path, progress=walk)


def answer(keep, reason=REASON):
    """Results of the two questions as the page gives them."""
    common = {"to_name": "text", "origin": "manual"}
    return [
        {"id": "q1", "from_name": "keep", "type": "choices", "value": {"choices": [keep]}} | common,
        {"id": "q2", "from_name": "reason", "type": "textarea", "value": {"text": [reason]}} | common,
    ]


def answered(decision, item):
    """Results of the page of a point on which somebody decides as was decided."""
    draft = pushed(item.base)[3].draft
    if decision.keep == "label":
        singular = {"entities": "entity", "dates": "date", "claims": "claim"}[decision.layer]
        label = msgspec.to_builtins(getattr(decision, singular))
        file = {"document": decision.document, "entities": [], "dates": [], "claims": []} | {decision.layer: [label]}
        read = file_kinds.read_pass(json.dumps(file).encode(), item.document, "decision")
        own = pushed(item.base)[3].own
        draft[decision.layer] = [other for other in draft[decision.layer] if other["id"] not in own]
        draft[decision.layer] += read[decision.layer]
        present = {entity["id"] for entity in draft["entities"]}
        for claimant in label.get("claimants", ()):
            # Of an entity that is not on the page a region is drawn anew where it stands.
            if claimant["mention"] and claimant["mention"] not in present:
                places = {name: (start, end) for start, end, name in pushed(item.base)[3].mentions}
                start, end = places[claimant["mention"]]
                draft["entities"].append({"id": claimant["mention"], "start": start, "end": end, "type": "ORG"})
    results = regions.encode(draft, item.document.text)
    suggested = {label["id"] for labels in item.sides[0].draft.values() for label in labels}
    for result in results:
        if result.get("meta") and result["meta"]["text"][0] not in suggested:
            del result["meta"]  # as a region that somebody draws
    return results + answer(decision.keep, decision.reason)


def same_but_for_the_name(one, other):
    """Whether two decisions say the same; a label that is written out has whatever id it was given."""
    singular = {"entities": "entity", "dates": "date", "claims": "claim"}[one.layer]
    built = [msgspec.to_builtins(decision) | {"review": None} for decision in (one, other)]  # no page asks for it
    for made in built:
        if made[singular]:
            made[singular] = made[singular] | {"id": ""}
            for name in ("about", "dates"):
                made[singular].setdefault(name, [])
    return built[0] == built[1]


def on_this_page_only(decision):
    """Whether a decision refers to no label that only another decision makes."""
    claim = decision.claim
    return claim is None or not any(
        (name or "").startswith("new:") for name in (claim.parent, *(who.mention for who in claim.claimants))
    )


def decide_all(points, give):
    """Answer every point as was decided; return those decisions."""
    made = [d for d in COMMITTED if key(d) in points and on_this_page_only(d)]
    for decision in made:
        give(points[key(decision)], answered(decision, points[key(decision)]))
    return made


def test_every_decision_on_a_point_comes_back_and_makes_the_same_gold(stub, speaker, root, points):
    assert len(push(speaker, root).done["imported"]) == len(points)
    assert list(push(speaker, root).done) == ["unchanged"]
    tasks = {sync.parse_task(task).data.key: task for task in stub.stored.values()}
    made = decide_all(points, lambda item, results: tasks[item.key].update(annotations=[{"id": 1, "result": results}]))
    path = root / "annotations" / "decisions.jsonl"
    before = path.read_bytes()
    outcome = pull(speaker, path)
    assert outcome.problems == []
    assert len(outcome.done["added"]) == len(made)
    after = path.read_bytes()
    assert after.startswith(before)
    came = {key(decision): decision for decision in adjudication.read_decisions(path)}
    assert [d for d in made if not same_but_for_the_name(came[key(d)], d)] == []
    rest = [d for d in COMMITTED if key(d) in points and not on_this_page_only(d)]
    path.write_bytes(after + b"".join(msgspec.json.encode(decision) + b"\n" for decision in rest))
    gold = adjudication.build_gold(root)
    assert adjudication.write_gold(root, gold) == []
    assert list(pull(speaker, path).done) == (["already there"] if not rest else ["already there", "undecided"])


@pytest.mark.parametrize(
    ("results", "said"),
    [
        ([], "nothing was chosen"),
        (answer("all"), "nothing was chosen"),
        (answer("a", "short"), "reason"),
        (answer("both"), "b has no such label"),
        (answer("label"), "holds 0 labels"),
        ([{"from_name": "keep", "value": 3}, 7, {"from_name": "reason", "value": {"text": [3]}}], "nothing was chosen"),
    ],
)
def test_what_is_not_complete_is_named_and_not_written(stub, speaker, root, tmp_path, results, said):
    push(speaker, root)
    lone = next(t for t in stub.stored.values() if t["data"]["point"].endswith("b:-"))
    lone["annotations"] = [{"id": 1, "result": results}]
    outcome = pull(speaker, tmp_path / "decisions.jsonl")
    (problem,) = outcome.problems
    assert (problem.code, problem.file) == ("E731", f"{lone['data']['document']} {lone['data']['point']}")
    assert said in problem.what
    assert not (tmp_path / "decisions.jsonl").exists()


def test_decisions_that_are_there_are_never_overwritten(stub, speaker, root, tmp_path):
    push(speaker, root)
    first, second = list(stub.stored.values())[:2]
    for task in (first, second):
        task["annotations"] = [{"id": 1, "result": answer("none")}]
    path = tmp_path / "decisions.jsonl"
    pull(speaker, path)
    before = path.read_bytes()
    assert [json.loads(line)["keep"] for line in before.splitlines()] == ["none", "none"]
    third = list(stub.stored.values())[2]
    third["annotations"] = [{"id": 1, "result": answer("none")}]
    first["annotations"] = [{"id": 1, "result": answer("none", "on second thoughts")}]
    path.write_bytes(before.rstrip(b"\n"))
    outcome = pull(speaker, path)
    assert [problem.code for problem in outcome.problems] == ["E725"]
    assert {name: len(done) for name, done in outcome.done.items() if name != "undecided"} == {
        "conflict": 1,
        "already there": 1,
        "added": 1,
    }
    assert path.read_bytes().startswith(before)
    assert len(adjudication.read_decisions(path)) == 3


def test_a_change_that_does_not_count_is_warned_of(stub, speaker, root, tmp_path):
    push(speaker, root)
    task = next(t for t in stub.stored.values() if t["data"]["point"].startswith("entities a:e"))
    results = [dict(result) for result in task["predictions"][0]["result"]]
    form = next(result for result in results if result["from_name"] == "form")
    form["value"] = form["value"] | {"choices": ["DEI"]}
    task["annotations"] = [{"id": 1, "result": results + answer("a")}]
    outcome = pull(speaker, tmp_path / "decisions.jsonl")
    assert [problem.code for problem in outcome.problems] == ["W721"]
    (made,) = adjudication.read_decisions(tmp_path / "decisions.jsonl")
    assert (made.keep, made.entity) == ("a", None)


def test_the_page_shows_what_differs_and_where_each_label_is_from(points):
    decision = next(d for d in COMMITTED if d.layer == "claims" and d.a and d.b and d.keep in ("a", "b"))
    item = points[key(decision)]
    assert f"a {decision.a}, b {decision.b}" in item.notes["title"]
    assert "≠ " in item.notes["side_a"]
    assert "≠ " in item.notes["side_b"]
    # What was decided before, and why, is on no page: whoever judges would follow it.
    assert decision.reason not in json.dumps(item.notes, ensure_ascii=False)
    assert not any("decided" in name for name in item.notes)
    names = {label["id"].partition(":")[0] for layer in item.sides[0].draft.values() for label in layer}
    assert names == {"a", "b"}
    listed = item.notes["points"].splitlines()
    assert len([line for line in listed if line.startswith("→")]) == 1
    assert f"of {len(listed)}:" in item.notes["title"]


def drawn(name, label, start, end, text, **fields):
    """Results of a region that somebody drew."""
    place = {"start": start, "end": end}
    common = {"id": name, "to_name": "text"}
    made = [
        {"from_name": "label", "type": "labels", "value": place | {"text": text[start:end], "labels": [label]}} | common
    ]
    for control, value in fields.items():
        kind = "choices" if control in ("form", "polarity", "modality", "act") else "text"
        made.append({"from_name": control, "type": kind, "value": place | {kind: [value]}} | common)
    return made


def test_labels_that_neither_pass_has_are_added_beside_the_decision(stub, speaker, root):
    push(speaker, root)
    task = next(t for t in stub.stored.values() if t["data"]["point"] == "entities a:e1 b:-")
    text, document = task["data"]["text"], task["data"]["document"]
    start = text.index("\n") + 1
    results = [
        *task["predictions"][0]["result"],
        *drawn("Xy1", "EVENT", start, start + 4, text, form="NOM"),
        *drawn("Xy2", "CLAIM", start, start + 9, text, gloss="somebody says", polarity="positive", modality="fact"),
        *drawn("Xy2", "CLAIM", start, start + 9, text, act="assert")[1:],
        {"type": "relation", "from_id": "Xy2", "to_id": "Xy1", "labels": ["claimant"], "direction": "right"},
    ]
    task["annotations"] = [{"id": 1, "result": results + answer("none")}]
    path = root / "annotations" / "decisions.jsonl"
    count = len(adjudication.read_decisions(path))
    outcome = pull(speaker, path)
    assert outcome.problems == []
    removed, entity, claim = adjudication.read_decisions(path)[count:]
    assert (removed.keep, removed.a, removed.entity) == ("none", "e1", None)
    assert (entity.document, entity.a, entity.b, entity.keep) == (document, None, None, "label")
    assert (entity.entity.quote, entity.entity.type, entity.entity.form) == (text[start : start + 4], "EVENT", "NOM")
    assert claim.claim.claimants[0].mention == f"new:{entity.entity.id}"
    assert claim.claim.content[0].quote == text[start : start + 9]
    assert pull(speaker, path).done["already there"] == [f"{document} {task['data']['point']}"] * 3
    # It becomes gold as any decision does.
    chosen = adjudication.read_cases(root)[document]
    names = {d.entity.id for d in chosen.decisions if d.a is d.b is None and d.entity}
    assert entity.entity.id in names


def test_a_new_label_that_is_not_complete_is_named_and_nothing_is_written(stub, speaker, root, tmp_path):
    push(speaker, root)
    task = next(t for t in stub.stored.values() if t["data"]["point"] == "entities a:e1 b:-")
    results = [*task["predictions"][0]["result"], *drawn("Xy1", "EVENT", 0, 2, task["data"]["text"])]
    task["annotations"] = [{"id": 1, "result": results + answer("none")}]
    outcome = pull(speaker, tmp_path / "decisions.jsonl")
    assert [problem.code for problem in outcome.problems] == ["E731"]
    assert "form" in outcome.problems[0].what
    assert not (tmp_path / "decisions.jsonl").exists()


def test_what_is_decided_can_be_left_out(root, points):
    path = root / "annotations" / "decisions.jsonl"
    every = comparison_tasks.of_comparison(root, ("a", "b"), DOCUMENTS, undecided=True)
    assert [item.key for item in every] == [item.key for item in points.values()]
    first = next(decision for decision in COMMITTED if key(decision) in points)
    path.write_bytes(path.read_bytes() + msgspec.json.encode(first) + b"\n")
    rest = comparison_tasks.of_comparison(root, ("a", "b"), DOCUMENTS, undecided=True)
    assert {item.key for item in every} - {item.key for item in rest} == {points[key(first)].key}


@pytest.mark.enable_socket
def test_every_decision_comes_back_from_a_real_server(label_studio, root, points, tmp_path):
    with client.Server(label_studio["url"], label_studio["token"]) as server:
        push(server, root)
        tasks = {}
        for project in server.projects():
            if project["title"].startswith("Dragoman compare a b"):
                tasks |= {sync.parse_task(task).data.key: task["id"] for task in server.tasks(project["id"])}
        made = decide_all(
            points,
            lambda item, results: server.request(
                "POST", f"/api/tasks/{tasks[item.key]}/annotations", {"result": results}
            ),
        )
        outcome = pull(server, tmp_path / "decisions.jsonl")
    assert outcome.problems == []
    came = {key(decision): decision for decision in adjudication.read_decisions(tmp_path / "decisions.jsonl")}
    assert len(came) == len(made)
    assert all(same_but_for_the_name(came[key(decision)], decision) for decision in made)
    assert all(isinstance(decision, Decision) for decision in came.values())
