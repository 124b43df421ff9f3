"""Pages of hostile submissions, references and benchmarks in a real browser: they show everything and do nothing."""

import dataclasses
import json
import re

import msgspec
import pytest
from payloads import PAYLOADS, identifiers, strays, watch

from dragoman.benchmark import Benchmark
from dragoman.release.content import Release
from dragoman.reports.html import page as render
from dragoman.reports.sources import Source, from_benchmark, from_reference
from dragoman.schema.records import Name

NAMES = list(PAYLOADS.items())
WIDTHS = [390, 1280]


def lines(suffix=""):
    """A document a payload: its text, types, values and all that is said of claims are the payload."""
    safe = list(identifiers().values())
    made = []
    for place, (what, payload) in enumerate(NAMES):
        text = f"{payload} one two"
        name = safe[place % len(safe)]
        end = len(text)
        label = payload + suffix
        made.append(
            {
                "id": f"{name[:500]}{place}",
                "text": text,
                **dict.fromkeys(("kind", "language", "title"), payload),
                "entities": [
                    {
                        "id": name,
                        "start": 0,
                        "end": min(end, 9),
                        "type": label,
                        "entity_ids": [name, f"{what}{suffix}"],
                        "phenomena": [name],
                    },
                    {"id": "second", "start": end - 3, "end": end, "type": "PER"},
                ],
                "dates": [{"start": end - 7, "end": end - 4, "type": label, "value": label, "mod": label}],
                "claims": [
                    {
                        "id": name,
                        "content": [[0, end]],
                        "claimants": [
                            {"role": "MENTION", "mention": [0, end]},
                            {"role": "IMPLICIT", "entity_ids": [name]},
                        ],
                        "gloss": payload,
                        "act": label,
                        "modality": label,
                        "polarity": label,
                    },
                    {
                        "id": "inner",
                        "content": [[end - 7, end]],
                        "claimants": [{"role": "MENTION", "mention": [end - 3, end]}],
                        "parent": name,
                    },
                ],
            }
        )
    return made


def write(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def pages(tmp_path_factory, benchmark, split):
    """Reports: of a hostile reference and a submission that differs from it, and of a hostile benchmark."""
    folder = tmp_path_factory.mktemp("hostile")
    reference = from_reference(write(folder / "gold.jsonl", lines()))
    source = Source(
        reference.gold,
        [
            dataclasses.replace(each, published=payload, english=((0, payload),))
            for each, payload in zip(reference.documents, _in_order(reference.documents), strict=True)
        ],
        dict.fromkeys(identifiers().values(), PAYLOADS["override"]),
    )
    predictions = write(folder / "predictions.jsonl", lines(" or so"))
    other = write(folder / f"{PAYLOADS['style'].replace('/', '')}.jsonl", lines(" or else"))
    made = {
        "reference": render(predictions, source),
        "pair": render(predictions, source, other),
        "benchmark": _of_hostile_benchmark(folder, benchmark, split),
    }
    paths = {}
    for name, html in made.items():
        paths[name] = folder / f"{name}.html"
        paths[name].write_text(html, encoding="utf-8")
    return paths


def _in_order(documents):
    """Payloads in the order of the documents that are made of them."""
    at = {line["id"]: place for place, line in enumerate(lines())}
    return [NAMES[at[document.id]][1] for document in documents]


def _of_hostile_benchmark(folder, benchmark, split):
    payloads = [payload for _, payload in NAMES]
    rows = {config: dict(parts) for config, parts in benchmark.release.rows.items()}
    replace = msgspec.structs.replace
    rows["documents"][split] = [
        replace(
            document,
            title=payloads[place % len(payloads)],
            kind=payloads[(place + 7) % len(payloads)],
            language=payloads[(place + 13) % len(payloads)],
            claims=[
                replace(claim, gloss=payloads[(place + at) % len(payloads)]) for at, claim in enumerate(document.claims)
            ],
        )
        for place, document in enumerate(rows["documents"][split])
    ]
    for part, entries in rows["registry"].items():
        rows["registry"][part] = [
            replace(entry, names=[Name("en", payloads[place % len(payloads)])]) for place, entry in enumerate(entries)
        ]
    hostile = Benchmark(Release(PAYLOADS["script"], PAYLOADS["override"], rows))
    run = folder / "run"
    run.mkdir()
    card = {
        "name": "end of script",
        "version": "image",
        "parameters": "long",
        "training_data": "lines",
        "url": "script",
    }
    said = [f"{field} = {json.dumps(PAYLOADS[payload])}\n" for field, payload in card.items()]
    (run / "system.toml").write_text(
        "".join(said) + f"authors = {json.dumps([each for _, each in NAMES[:9]])}\n", encoding="utf-8"
    )
    write(
        run / "predictions.jsonl",
        [{"id": document.id, "entities": [], "claims": [], "dates": []} for document in hostile.split(split)],
    )
    return render(run, from_benchmark(hostile, split))


def open_everything(page, path, width):
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(path.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    for key in "jjk":
        page.keyboard.press(key)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ["reference", "pair", "benchmark"])
def test_nothing_runs_nothing_is_asked_for_and_nothing_leaves_its_box(pages, page, name, width):
    watch(page)
    open_everything(page, pages[name], width)
    assert page.locator("article .columns").count() == page.locator("article").count() >= 30
    assert page.evaluate("window.ran") is None
    assert (
        page.locator("#documents").evaluate(
            "each => each.querySelectorAll('script, img, iframe, form, style, link, base, meta').length"
        )
        == 0
    )
    addresses = page.locator("body a").evaluate_all("all => all.map(each => each.getAttribute('href'))")
    assert len(addresses) > page.locator("article").count()
    assert all(re.fullmatch("#[A-Za-z0-9%+=&._*-]*", address) for address in addresses)
    assert strays(page) == []
    assert page.bad == []


def test_what_is_shown_is_what_was_handed_in(pages, page):
    page.goto(pages["reference"].as_uri())
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    parts = """all => all.map(each => [...each.childNodes].filter(part => part.className !== "en")
      .map(part => part.textContent).join(""))"""
    texts = page.locator(".text").evaluate_all(parts)
    assert sorted(texts) == sorted(f"{payload} one two" for _, payload in NAMES)
    english = page.locator(".text .en").evaluate_all("all => all.map(each => each.textContent)")
    plain = [payload for _, payload in NAMES if payload.isprintable() and len(payload) < 400]
    assert len(plain) > 15
    assert set(plain) <= set(english)


@pytest.mark.parametrize(
    ("html", "said"),
    [
        ("<p>before <span><bdi style='unicode-bidi: normal'>\u202eafter</bdi><b> 123 done</b></span>", "moved"),
        ("<p>before <bdi>\u202eafter</bdi><b> 123 done</b>", None),
        ("<div style='width: 20px'><p>longerthanthebox</p></div>", "out of its box"),
        ("<div style='width: 9000px'>x</div>", "wide"),
        ("<table><td>a\u200bb</td></table>", "hides something"),
        ("<table><td>a b</td></table>", None),
    ],
)
def test_the_probe_sees_what_leaves_its_place(page, html, said):
    page.set_content(f"<!doctype html>{html}")
    found = strays(page)
    assert len(found) == (said is not None)
    assert all(said in each for each in found)
