"""The plainest labelling page that has every control: enough to label by, without colours, keys and guidance."""

from __future__ import annotations

from xml.sax.saxutils import quoteattr

from dragoman.build.label_studio import controls


def labelling_config(language: str) -> str:
    """Make a labelling configuration from the schema's label sets.

    Args:
        language: BCP 47 tag; Arabic runs right to left.

    """
    rows = [f"<Text name={quoteattr(controls.TEXT)} value='${controls.TEXT}' granularity='symbol'/>"]
    if language.partition("-")[0] == "ar":
        rows.insert(0, "<Style>.lsf-htx-richtext{direction:rtl;text-align:right}</Style>")
    rows.append(_tag("Labels", controls.LABEL, "", controls.REGION_LABELS, "Label"))
    for name, values in controls.CHOICES.items():
        multiple = " choice='multiple'" if name in controls.MULTIPLE else ""
        rows += [f"<Header value={quoteattr(name)}/>", _tag("Choices", name, f" perRegion='true'{multiple}", values)]
    for name in (*controls.LISTS, *controls.STRINGS):
        most = "" if name in controls.LISTS else " maxSubmissions='1'"
        rows.append(f"<Header value={quoteattr(name)}/>")
        rows.append(_tag("TextArea", name, f" perRegion='true' editable='true'{most}", ()))
    relations = "".join(f"<Relation value={quoteattr(name)}/>" for name in controls.RELATIONS)
    return f"<View>{''.join(rows)}<Relations>{relations}</Relations></View>"


def _tag(tag: str, name: str, more: str, values: tuple[str, ...], child: str = "Choice") -> str:
    inner = "".join(f"<{child} value={quoteattr(value)}/>" for value in values)
    return f"<{tag} name={quoteattr(name)} toName={quoteattr(controls.TEXT)}{more}>{inner}</{tag}>"
