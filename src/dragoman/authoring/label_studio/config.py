"""The labelling configuration of a language, generated from the schema's label sets.

All names and values are from :mod:`dragoman.authoring.label_studio.controls`; only colours and hotkeys are defined
here. ``dragoman author annotate config`` writes ``annotations/label_studio/LANGUAGE.xml`` for the languages of the
corpus; configurations for other languages are generated when their documents are pushed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.sax.saxutils import quoteattr

from dragoman import languages
from dragoman.authoring.label_studio import controls
from dragoman.authoring.label_studio.guidance import GUIDANCE
from dragoman.schema.labels import LabelSets
from dragoman.schema.layers import LAYER_NAMES

PALE = "#f7a8b4"
"""Colour of claims: a claim covers most of its sentence, and in a dark colour the mentions inside would be
illegible.
"""

# Dark enough for contrast with both white text and the page behind.
APPEARANCE: dict[str, tuple[str, str]] = {
    "PER": ("1", "#1f4e9c"),
    "ORG": ("2", "#8a3b00"),
    "GPE": ("3", "#0b6b3a"),
    "LOC": ("4", "#00676b"),
    "FAC": ("5", "#5b4a00"),
    "EVENT": ("6", "#7a1f7a"),
    "DOC": ("7", "#46467a"),
    "ROLE": ("8", "#a3123c"),
    "DATE": ("q", "#2f6f00"),
    "TIME": ("w", "#005f99"),
    "DURATION": ("e", "#6b3fa0"),
    "SET": ("r", "#80420f"),
    "CLAIM": ("c", PALE),
    "CUE": ("v", "#444444"),
    "CLAIMANT": ("x", "#6d4c41"),
}
"""Hotkey and colour of every region label."""


def _text_style(language: str, text: str) -> str:
    """Make the style for a language's text; the base direction of the page itself is left to right."""
    shown = languages.appearance(text, language)
    turned = "direction:rtl;text-align:right;" if shown.direction == "rtl" else ""
    return f".lsf-htx-richtext{{{turned}font:{'20px/2.1' if shown.large else '18px/2'} {shown.fonts}}}"


_FIELDS = (
    ".dragoman-fields{position:sticky;bottom:-12px;z-index:1000;padding-bottom:12px;max-height:42vh;overflow-y:auto;"
    "background:var(--color-neutral-background,#fff);"
    "display:flex;flex-wrap:wrap;gap:0 24px;align-items:flex-start;border-top:1px solid #ccc}"
    ".dragoman-fields:empty{display:none}.dragoman-field{min-width:14em}"
    ".dragoman-fields h1,.dragoman-fields h2,.dragoman-fields h3,.dragoman-fields h4,.dragoman-fields h5,"
    ".dragoman-fields h6{font-size:13px;margin:6px 0 0}"
)

# Arrows cover the text: only those of the selected region are drawn (marked by a script of our server), and the one
# that is hovered over in the list of relations.
_ARROWS = (
    ".relations-overlay [class*=relationItem]{opacity:0!important;transition:none!important}"
    ".relations-overlay [class*=relationItem]:is([data-chosen],[class*=_highlighted]){opacity:1!important}"
)

_ABOUT = (
    ".dragoman-about{display:flex;flex-wrap:wrap;gap:0 24px;margin-bottom:8px}"
    ".dragoman-about :is(h1,h2,h3,h4,h5,h6)"
    "{font-size:13px;font-weight:400;margin:0!important;unicode-bidi:plaintext;overflow-wrap:anywhere}"
)
# Document times, which are needed to resolve relative dates, are shown with the text.
_DOCUMENT = (
    '  <View className="dragoman-about">',
    *(f'    <Header value="${name}" size="6"/>' for name in ("document", *controls.ABOUT)),
    "  </View>",
)

_GUIDANCE = (
    ".dragoman-guidance{columns:2;column-gap:24px}.dragoman-guidance :is(h1,h2,h3,h4,h5,h6)"
    "{font-size:13px;font-weight:400;line-height:1.4;margin:0 0 4px!important;break-inside:avoid}"
)

# Names of labels are written in or on their colour; a pale one would be illegible.
_NAMES = (
    f'.lsf-label[style*="{PALE}"] *{{color:#4a0010!important}}'
    f'.lsf-labels-list [style*="{", ".join(str(part) for part in bytes.fromhex(PALE[1:]))}"]{{color:#b00020!important}}'
)

_OWN_KEYS = "1234567890sdfghjkmyuiop"
"""Hotkeys for the benchmark's own types, in order; none is used for another layer, a mark or a decision."""


def _layers(own: LabelSets, layers: Sequence[str]) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Return the region labels of each layer of the benchmark, with their controls."""
    made = (
        (controls.types(own), controls.OF_ENTITY),
        (controls.DATES, controls.OF_DATE),
        ((controls.CLAIM,), controls.OF_CLAIM),
    )
    return [part for layer, part in zip(LAYER_NAMES, made, strict=True) if layer in layers]


def _region_labels(own: LabelSets, layers: Sequence[str]) -> dict[str, tuple[str, str, str]]:
    """Return hotkey, colour and guidance of each region label."""
    lines = own.get("entities.type")
    known = {label: (*APPEARANCE[label], GUIDANCE[label]) for label in controls.REGION_LABELS}
    made: dict[str, tuple[str, str, str]] = {}
    if "entities" in layers:
        colours = [APPEARANCE[label][1] for label in controls.ENTITIES]
        for at, label in enumerate(controls.types(own)):
            key = _OWN_KEYS[at] if at < len(_OWN_KEYS) else ""
            made[label] = known[label] if lines is None else (key, colours[at % len(colours)], lines[label])
    claims = (controls.CLAIM, controls.CUE, controls.SPEAKER)
    more = [*(controls.DATES if "dates" in layers else ()), *(claims if "claims" in layers else ())]
    return made | {label: known[label] for label in more}


def _control(name: str, labels: Sequence[str], offered: Mapping[str, tuple[str, ...]], *, required: bool) -> list[str]:
    """Make a per-region control, inside a view that is only shown for the labels that have it."""
    when = f'visibleWhen="region-selected" whenTagName="{controls.LABEL}" whenLabelValue={quoteattr(",".join(labels))}'
    opening = f"  <View {when}>"
    head = f'    <Header value={quoteattr(name)} size="6"/>'
    target = f'name={quoteattr(name)} toName="{controls.TEXT}" perRegion="true"'
    if required and name in controls.REQUIRED:
        # Label Studio checks `required` by the condition of the control, not by that of the enclosing view.
        target += f' {when} required="true" requiredMessage={quoteattr(controls.REQUIRED[name])}'
    if name == controls.SEEN:
        body = [
            f'    <Choices {target} choice="multiple" showInline="true">',
            f'      <Choice value="{controls.SEEN}" hotkey="z"/>',
            "    </Choices>",
        ]
        return [opening, *body, "  </View>"]
    if name in offered:
        kind = "multiple" if name in controls.MULTIPLE else "single"
        choices = [f"      <Choice value={quoteattr(value)}/>" for value in offered[name]]
        body = [f'    <Choices {target} choice="{kind}" showInline="true">', *choices, "    </Choices>"]
    else:
        most = "" if name in controls.LISTS else ' maxSubmissions="1"'
        body = [f'    <TextArea {target} editable="true" rows="1"{most}/>']
    if name in controls.FOLDED:
        folded = [f"  {line}" for line in body]
        panel = f"      <Panel value={quoteattr(name)}>"
        return [
            opening,
            '    <Collapse bordered="true">',
            panel,
            *folded,
            "      </Panel>",
            "    </Collapse>",
            "  </View>",
        ]
    return [opening, head, *body, "  </View>"]


_POINT = (
    ".dragoman-point{border:1px solid #ccc;padding:4px 12px 12px;margin-bottom:12px}"
    ".dragoman-sides{display:flex;gap:24px}.dragoman-side{flex:1;min-width:0;border-inline-start:3px solid #999;"
    "padding-inline-start:10px}.dragoman-point :is(h1,h2,h3,h4,h5,h6){font-size:14px;line-height:1.5}"
    ":is(.dragoman-plain,.dragoman-side) :is(h1,h2,h3,h4,h5,h6)"
    "{font-size:13px;font-weight:400;white-space:pre-wrap;unicode-bidi:plaintext;text-align:start}"
    # Regions are marked with the side that they come from.
    '.htx-highlight[class*="htx-highlight-a_"]::before{content:"a";font:700 11px sans-serif;vertical-align:super}'
    '.htx-highlight[class*="htx-highlight-b_"]::before{content:"b";font:700 11px sans-serif;vertical-align:super}'
)


def _question() -> list[str]:
    """Make the part of a comparison's page that shows the differences and asks which label to keep."""
    choices = [
        f"      <Choice value={quoteattr(words)} alias={quoteattr(v)} hotkey={quoteattr(controls.KEEP_KEYS[v])}/>"
        for v, words in controls.KEEP_VALUES.items()
    ]
    keep = (
        f'name="{controls.KEEP}" toName="{controls.TEXT}" choice="single" showInline="true" '
        'required="true" requiredMessage="Choose what is to be kept."'
    )
    reason = (
        f'name="{controls.REASON}" toName="{controls.TEXT}" rows="2" maxSubmissions="1" editable="true" '
        'required="true" requiredMessage="Say why." placeholder="why, by the guidelines and the text"'
    )
    return [
        f"  <Style>{_POINT}</Style>",
        '  <View className="dragoman-point">',
        '    <Header value="$title" size="5"/>',
        '    <View className="dragoman-sides">',
        '      <View className="dragoman-side"><Header value="$side_a" size="6"/></View>',
        '      <View className="dragoman-side"><Header value="$side_b" size="6"/></View>',
        "    </View>",
        f"    <Choices {keep}>",
        *choices,
        "    </Choices>",
        f"    <TextArea {reason}/>",
        '    <Collapse bordered="true">',
        '      <Panel value="All points of the document">',
        '        <View className="dragoman-plain"><Header value="$points" size="6"/></View>',
        "      </Panel>",
        "    </Collapse>",
        "  </View>",
    ]


def make_comparison(
    language: str, text: str = "", own: LabelSets | None = None, layers: Sequence[str] = LAYER_NAMES
) -> str:
    """Make the configuration of a language for a project of disagreements; see :func:`make`."""
    return make(language, text, _question(), own, layers)


def make_predictions(
    language: str, text: str = "", own: LabelSets | None = None, layers: Sequence[str] = LAYER_NAMES
) -> str:
    """Make the configuration for predictions, whose labels may lack fields that gold requires; see :func:`make`."""
    return make(language, text, (), own, layers, required=False)


def make(
    language: str,
    text: str = "",
    above: Sequence[str] = (),
    own: LabelSets | None = None,
    layers: Sequence[str] = LAYER_NAMES,
    *,
    required: bool = True,
) -> str:
    """Make the labelling configuration of a language.

    Args:
        language: BCP 47 tag.
        text: the text to annotate, or a sample of it: its letters determine the direction; if empty, the language does.
        above: lines above the labels.
        own: the benchmark's own label sets, with a definition of each label.
        layers: layers of the benchmark.
        required: whether labels cannot be submitted without the fields that gold requires.

    Returns:
        XML, ending in a line feed; deterministic.

    """
    # Controls shared by all layers come last, below those that are specific to a layer.
    parts, regions, offered = _layers(own or {}, layers), _region_labels(own or {}, layers), controls.choices(own)
    order = sorted(dict.fromkeys(name for _, names in parts for name in names), key="phenomena".__eq__)
    belong = {name: [label for labels, names in parts if name in names for label in labels] for name in order}
    belong[controls.SEEN] = [label for labels, _ in parts for label in labels]
    guidance = [
        f'      <Header size="6" value={quoteattr(f"{label}: {line}")}/>' for label, (_, _, line) in regions.items()
    ]
    labels = [
        f'    <Label value={quoteattr(label)}{f" hotkey={quoteattr(key)}" if key else ""} background="{colour}"/>'
        for label, (key, colour, _) in regions.items()
    ]
    lines = [
        "<View>",
        f"  <Style>{_text_style(language, text)}</Style>",
        f"  <Style>{_NAMES}</Style>",
        f"  <Style>{_GUIDANCE}</Style>",
        # The fields of a region stay visible at the bottom of the page.
        f"  <Style>{_FIELDS}</Style>",
        f"  <Style>{_ARROWS}</Style>",
        f"  <Style>{_ABOUT}</Style>",
        *_DOCUMENT,
        *above,
        '  <Collapse bordered="true">',
        '    <Panel value="Guidelines in short">',
        '    <View className="dragoman-guidance">',
        *guidance,
        "    </View>",
        "    </Panel>",
        "  </Collapse>",
        f'  <Labels name="{controls.LABEL}" toName="{controls.TEXT}" showInline="true">',
        *labels,
        "  </Labels>",
        f'  <Text name="{controls.TEXT}" value="${controls.TEXT}" granularity="symbol"/>',
        '  <View className="dragoman-fields">',
        *(f"  {line}" for name in belong for line in _control(name, belong[name], offered, required=required)),
        "  </View>",
        "  <Relations>",
        *(f'    <Relation value="{name}"/>' for name in controls.RELATIONS),
        "  </Relations>",
        "</View>",
    ]
    return "\n".join(lines) + "\n"
