"""The labelling configuration has every label and control of the schema, and the committed files are current."""

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from dragoman.authoring.label_studio import config, controls
from dragoman.authoring.label_studio.guidance import GUIDANCE

ROOT = Path(__file__).resolve().parents[3]


def contrast_with_white(colour):
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 1.05 / (sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True)) + 0.05)


COMMITTED = sorted(path.stem for path in (ROOT / "annotations" / "label_studio").glob("*.xml"))


@pytest.fixture(params=[*COMMITTED, "fa", "zh-Hant-TW"])
def tree(request):
    return ET.fromstring(config.make(request.param))


@pytest.mark.parametrize("language", COMMITTED)
def test_the_committed_file_is_current(language):
    committed = ROOT / "annotations" / "label_studio" / f"{language}.xml"
    assert committed.read_bytes() == config.make(language).encode()


def test_labels_are_those_of_the_schema_with_keys_and_colours_of_their_own(tree):
    found = tree.findall("Labels/Label")
    assert tuple(label.get("value") for label in found) == controls.REGION_LABELS
    for attribute in ("hotkey", "background"):
        assert len({label.get(attribute) for label in found}) == len(found)
    dark = [label for label in found if label.get("value") != controls.CLAIM]
    assert len(dark) == len(found) - 1
    assert all(contrast_with_white(label.get("background")) >= 4.5 for label in dark)


def test_a_claim_is_so_pale_that_what_lies_in_it_is_seen():
    # Label Studio fills a region with three tenths of its label's colour, and writes black on a pale one.
    def filled(colour):
        parts = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
        return "#" + "".join(f"{round(255 - 0.3 * (255 - part)):02x}" for part in parts)

    assert contrast_with_white(filled(config.PALE)) < 1.25
    others = [colour for _, colour in config.APPEARANCE.values() if colour != config.PALE]
    assert all(contrast_with_white(filled(colour)) > 1.45 for colour in others)
    assert 21 / contrast_with_white(config.PALE) >= 4.5


def flat(text):
    """Words of a text without its marks."""
    return " ".join(re.sub(r"[`*]", "", text).split())


def section(number):
    """Section of the guidelines, as written."""
    text = (ROOT / "annotations" / "GUIDELINES.md").read_text("utf-8")
    (found,) = re.findall(rf"^### {re.escape(number)} .*\n((?:(?!#).*\n)+)", text, re.MULTILINE)
    return found


def rows(text):
    """Cells of a table's rows that name a value, by that value."""
    lines = [line.strip("|").split(" | ") for line in text.splitlines() if re.match(r"\| `\w+` \|", line)]
    return {flat(cells[0]): [flat(cell) for cell in cells[1:]] for cells in lines}


def test_guidance_on_entities_is_that_of_the_guidelines():
    table = rows(section("2.1"))
    assert tuple(table) == controls.ENTITIES
    for label, (what, _, excluded) in table.items():
        assert GUIDANCE[label] == what + (f"; not: {excluded}" if excluded else "")


def test_guidance_on_dates_is_that_of_the_guidelines():
    text = flat(section("3.3"))
    found = dict(re.findall(r"\b([A-Z]{3,}) ([^·(]*?)(?=, and all| \(|$)", text.partition("10년전")[0]))
    assert {label: found[label] for label in controls.DATES} == {label: GUIDANCE[label] for label in controls.DATES}


@pytest.mark.parametrize(
    ("label", "number"), [(controls.CLAIM, "5.1"), (controls.CUE, "5.3"), (controls.SPEAKER, "5.2")]
)
def test_guidance_on_claims_and_cues_is_that_of_the_guidelines(label, number):
    said = GUIDANCE[label].partition(";")[0]
    assert len(said.split()) > 5
    opening = re.match("^(.*?)[.,;]", flat(section(number)), re.DOTALL)[1].lower()
    assert said in flat(section(number)).lower()
    assert label == controls.SPEAKER or said.startswith(opening)


def test_every_label_has_guidance_on_the_page(tree):
    shown = [header.get("value") for header in tree.findall(".//Panel[@value='Guidelines in short']//Header")]
    assert shown == [f"{label}: {GUIDANCE[label]}" for label in controls.REGION_LABELS]


@pytest.mark.parametrize(
    ("control", "number"),
    [("form", "2.2"), ("mod", "3.5"), ("polarity", "5.4"), ("modality", "5.5"), ("act", "5.6"), ("flags", "5.8")],
)
def test_choices_are_those_of_the_guidelines(control, number):
    text = section(number)
    named = set(rows(text)) or set(re.findall(r"`([A-Za-z]+)`", text))
    assert set(controls.CHOICES[control]) <= named
    if control in ("form", "modality", "mod", "flags"):
        assert named == set(controls.CHOICES[control])


def test_every_control_is_there_once_and_shown_for_its_labels_only(tree):
    shown = {}
    for view in tree.findall(".//View[@visibleWhen='region-selected']"):
        (control,) = [element for element in view.iter() if element.get("perRegion") == "true"]
        assert control.get("name") not in shown
        shown[control.get("name")] = (set(view.get("whenLabelValue").split(",")), control)
    seen_by, mark = shown.pop(controls.SEEN)
    assert seen_by == {*controls.ENTITIES, *controls.DATES, controls.CLAIM}
    assert [choice.get("value") for choice in mark] == [controls.SEEN]
    assert set(shown) == {*controls.CHOICES, *controls.LISTS, *controls.STRINGS}
    for name, (labels, control) in shown.items():
        assert labels == {
            label
            for of, names in (
                (controls.ENTITIES, controls.OF_ENTITY),
                (controls.DATES, controls.OF_DATE),
                ((controls.CLAIM,), controls.OF_CLAIM),
            )
            if name in names
            for label in of
        }
        if name in controls.CHOICES:
            assert tuple(choice.get("value") for choice in control) == controls.CHOICES[name]


def test_relations_and_direction(tree):
    assert tuple(r.get("value") for r in tree.findall("Relations/Relation")) == controls.RELATIONS


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ar", ""),
        ("ar", "مصر"),
        ("fa-AF", "کابل"),
        ("ps", "پښتو"),
        ("he", "ירושלים"),
        ("az-Arab", "تبریز"),
        ("ur", "لاہور"),
        ("dv", "ދިވެހި"),
        ("ff-Adlm", "𞤆𞤵𞤤𞤢𞤪"),
        ("zh-Arab-CN", "ثِیَوْعَر"),
        ("syr", "ܣܘܪܝܝܐ"),
        ("ckb-IQ", "سلێمانی"),
        ("", "مصر"),
    ],
)
def test_text_runs_right_to_left(language, text):
    assert "direction:rtl" in ET.fromstring(config.make(language, text)).findtext("Style")


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ko-KP", ""),
        ("ko-KP", "평양"),
        ("en", "London"),
        ("az", "Bakı"),
        ("az-Latn-AZ", "Bakı"),
        ("ks-Deva", "श्रीनगर"),
        ("ar-Latn", "Misr"),
        ("ar", "Misr"),
        ("ja", "東京"),
        ("am", "አዲስ አበባ"),
        ("x", ""),
        ("", ""),
        ("<&>", "<&>"),
    ],
)
def test_text_runs_left_to_right(language, text):
    assert "rtl" not in config.make(language, text)
    ET.fromstring(config.make(language, text))


def test_what_a_file_must_have_is_asked_for_on_the_page(tree):
    required = {control.get("name"): control for control in tree.iter() if control.get("required") == "true"}
    assert set(required) == {"form", "value"} == set(controls.REQUIRED)
    for control in required.values():
        # Label Studio looks at the control's own condition, and would ask for the form of a date otherwise.
        labels = controls.ENTITIES if control.get("name") == "form" else controls.DATES
        assert control.get("visibleWhen") == "region-selected"
        assert control.get("whenLabelValue").split(",") == list(labels)
        assert control.get("requiredMessage")
    lenient = ET.fromstring(config.make_predictions("ko"))
    assert not [control for control in lenient.iter() if control.get("required")]


def test_what_is_seldom_needed_is_folded(tree):
    assert [choices.get("name") for choices in tree.findall(".//View/Collapse/Panel/Choices")] == ["phenomena"]


@pytest.mark.parametrize("made", [config.make("ko"), config.make_comparison("ko")])
def test_no_key_stands_for_two_things(made):
    keys = [element.get("hotkey") for element in ET.fromstring(made).iter() if element.get("hotkey")]
    assert len(keys) == len(set(keys)) >= len(controls.REGION_LABELS)


def test_keys_of_a_comparison_say_what_they_do():
    choices = ET.fromstring(config.make_comparison("ko")).findall(".//Choices[@name='keep']/Choice")
    keys = {choice.get("alias"): choice.get("hotkey") for choice in choices}
    assert keys == {"a": "a", "b": "b", "both": "t", "none": "n", "label": "l"}


def test_the_page_shows_id_title_and_both_times_of_the_document(tree):
    shown = [header.get("value") for header in tree.findall("View[@className='dragoman-about']/Header")]
    assert shown == ["$document", "$headline", "$published", "$published_external"]
