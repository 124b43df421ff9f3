"""What is in a kit: a random sample first, equal labels once, planted labels that are wrong, and nothing told."""

import json
import re
from collections import Counter

import made_up_review
import numpy as np
import pytest

from dragoman import benchmark
from dragoman.authoring.review import card_sampling, make, review_page
from dragoman.authoring.review.kit import KEY
from dragoman.authoring.review.label_cards import groups
from dragoman.authoring.review.marked_text import Mark, marked_lines
from dragoman.authoring.review.review_words import languages, read_words
from dragoman.authoring.starting import incoming, new_benchmark
from dragoman.authoring.starting.new_benchmark import Plan
from dragoman.problems import DragomanError
from dragoman.schema.records import Document, Entity

TEXT = "가나 다라 가나\n마바"


def document(name, labels):
    return Document(
        id=name, page="p", kind="article", language="ko", text=TEXT, layers_annotated=["entities"], entities=labels
    )


def entity(number, start, end, type_="GPE", form="NAM"):
    return Entity(f"e{number}", start, end, TEXT[start:end], type_, form, ["x"])


def test_equal_labels_are_asked_once_within_a_document_and_stand_for_all():
    same = [entity(1, 0, 2), entity(2, 6, 8), entity(3, 3, 5), entity(4, 9, 11, form="NOM")]
    made = groups([document("p.article-1", same), document("p.article-2", same[:1])], None)
    assert [(g.document.id, [label.id for label in g.labels]) for g in made] == [
        ("p.article-1", ["e1", "e2"]),
        ("p.article-1", ["e3"]),
        ("p.article-1", ["e4"]),
        ("p.article-2", ["e1"]),
    ]


def test_cards_of_the_strata_of_a_small_benchmark(root):
    made = made_up_review.kit(root, "ar")
    (two,) = [s for s in made.key.strata if s.layer == "entities"]
    assert (two.passes, two.labels) == ("agree", 7)
    assert two.cards == 5  # the names of the two states stand twice


def test_lines_are_cut_where_marks_begin_and_end():
    found = marked_lines("ab\ncdef\ngh", [Mark(4, 6, "main"), Mark(5, 7, "cue")])
    assert found == {1: [("c", []), ("d", ["main"]), ("e", ["cue", "main"]), ("f", ["cue"])]}
    assert marked_lines("a\u202eb", [Mark(0, 3, "main")]) == {0: [("a\\u202eb", ["main"])]}


def test_the_sample_does_not_depend_on_the_order_of_the_documents():
    loaded = benchmark.load(made_up_review.ROOT)
    documents = [d for d in loaded.documents if d.language == "ko-KP"]
    every = groups(documents, None)
    sample = [plan.sample for plan in card_sampling.plans(every, minutes=20, readers=2, seed=3)]
    other = [plan.sample for plan in card_sampling.plans(groups(documents[::-1], None), minutes=20, readers=2, seed=3)]
    assert [[g.key for g in one] for one in sample] == [[g.key for g in one] for one in other]
    keys = [{g.key for g in one if not g.change} for one in sample]
    drawn = card_sampling.draw(sorted(every, key=lambda g: g.key), np.random.Generator(np.random.PCG64(3)))
    for stratum in drawn.values():
        asked = [group.key in keys[0] | keys[1] for group in stratum]
        assert asked == sorted(asked, reverse=True)  # what is asked of a stratum is the beginning of its draw
        shared = [group.key in keys[0] & keys[1] for group in stratum if group.key in keys[0] | keys[1]]
        assert shared == [i % 4 == 0 for i in range(len(shared))]


def test_part_one_is_asked_in_the_order_drawn_and_layers_in_theirs():
    loaded = benchmark.load(made_up_review.ROOT)
    every = groups([d for d in loaded.documents if d.language == "ko-KP"], None)
    (plan,) = card_sampling.plans(every, minutes=30, readers=1, seed=1)
    layers = [group.layer for group in plan.sample if not group.change]
    assert layers == sorted(layers, key=card_sampling.ORDER.index)
    spent = sum(map(card_sampling.seconds, [*plan.sample, *plan.rest]))
    assert 25 * 60 < spent < 33 * 60
    place = {item.id: i for i, item in enumerate(plan.rest) if isinstance(item, Document)}
    for i, item in enumerate(plan.rest):
        if not isinstance(item, Document):
            assert i < place.get(item.document.id, len(plan.rest))


def test_planted_labels_are_wrong_and_never_real_cards_of_the_sample(root):
    made = made_up_review.kit(root, "ko", minutes=60)
    planted = {name: card for name, card in made.key.cards.items() if card.planted}
    assert planted
    cards = {card.id: card for card in made.kits[0].cards}
    real = {(c.document, c.layer, c.labels[0].id) for c in made.key.cards.values() if c.labels and not c.planted}
    gold = {d.id: d for d in benchmark.load(root).documents}
    for name, entry in planted.items():
        field, value = entry.planted.split(": ")
        (label,) = [x for x in getattr(gold[entry.document], entry.layer) if x.id == entry.labels[0].id]
        assert getattr(label, field) != value
        assert entry.part == 1 or (entry.document, entry.layer, label.id) not in real
        shown = dict(cards[name].facts).values()
        assert read_words("ko").value(value) in shown or value in shown


def test_the_page_says_how_many_are_planted_and_not_which(root):
    made = made_up_review.kit(root, "ko", interface="en")
    planted = sum(card.planted is not None for card in made.key.cards.values())
    assert f"{planted} of the cards show deliberately wrong labels" in made.kits[0].words["intro_planted"]
    html = review_page.render(made.kits[0])
    data = json.loads(re.search(r'id="data">(.*?)</script>', html, re.DOTALL)[1])
    assert {frozenset(card) for card in data["cards"]} == {
        frozenset(made.kits[0].cards[0].__struct_fields__),
    }
    assert "planted" not in json.dumps(data["cards"])
    assert "differ" not in json.dumps(data["cards"])


def test_the_same_seed_gives_the_same_files_and_another_kit_is_never_overwritten(root, tmp_path):
    for folder in ("one", "two"):
        make.write(made_up_review.kit(root, "ar"), tmp_path / folder)
    names = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert names == [KEY, "review-ar.html", "review-ar.xlsx"]
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    with pytest.raises(DragomanError) as caught:
        make.write(made_up_review.kit(root, "ar", seed=7), tmp_path / "one")
    assert caught.value.problems[0].code == "E108"


def test_strata_hold_every_label_of_the_language_once(root):
    made = made_up_review.kit(root, "ko")
    gold = [d for d in benchmark.load(root).documents if d.language.startswith("ko")]
    wanted = Counter({layer: sum(len(getattr(d, layer)) for d in gold) for layer in ("entities", "dates", "claims")})
    found = Counter()
    for stratum in made.key.strata:
        found[stratum.layer] += stratum.labels
    assert found == +wanted


def test_every_language_has_every_word_and_the_same_blanks():
    english = read_words("en")
    assert languages() == ["ar", "en", "ko"]
    for language in languages():
        words = read_words(language)
        assert set(words.values) == set(english.values)
        for name, text in words.page.items():
            assert set(re.findall(r"\{\w\}", text)) == set(re.findall(r"\{\w\}", english.page[name])), (language, name)


def test_words_of_ones_own_are_checked(tmp_path):
    path = tmp_path / "fr.toml"
    path.write_text('language = "fr"\n[page]\ntitle = "Est-ce juste ?"\nodd = "x"\n')
    with pytest.raises(DragomanError) as caught:
        read_words("fr", path)
    assert {problem.code for problem in caught.value.problems} == {"E203", "E204"}
    with pytest.raises(DragomanError) as caught:
        read_words("fr")
    assert caught.value.problems[0].code == "E501"


def test_a_language_without_gold_is_refused(root):
    with pytest.raises(DragomanError) as caught:
        make.make(root, language="fr", words=read_words("en"))
    assert caught.value.problems[0].code == "E703"


def test_labels_of_a_benchmark_of_its_own_are_said_in_its_words_and_planted(tmp_path):
    places = [(n, 17 * n) for n in range(12)]
    line = {
        "id": "a",
        "language": "en",
        "text": "\n".join(f"Firm{n:02d} sells S{n:02d}" for n, _ in places),
        "entities": [{"start": at, "end": at + 6, "type": "FIRM"} for _, at in places]
        + [{"start": at + 13, "end": at + 16, "type": "PROD"} for _, at in places],
    }
    given = tmp_path / "given.jsonl"
    given.write_text(json.dumps(line) + "\n", "utf-8")
    plan = Plan("own", label_sets={"entities.type": {"FIRM": "a company", "PROD": "a product, by name"}})
    new_benchmark.make(tmp_path / "own", plan, incoming.read([given]))
    made = make.make(tmp_path / "own", language="en", words=read_words("en"))
    facts = {value for card in made.kits[0].cards for name, value in card.facts if name == "Type"}
    assert facts == {"FIRM: a company", "PROD: a product, by name"}
    planted = [card.planted for card in made.key.cards.values() if card.planted]
    assert planted
    assert set(planted) <= {"type: FIRM", "type: PROD"}
