"""Records of a benchmark: pages divided into segments, documents, and stand-off labels.

These structures are the schema. The JSON Schema that ``dragoman schema`` prints, the columns of a release and its
``datasets`` features are derived from them. Offsets are Unicode code points, half-open, in the unnormalised text;
``text`` of a span always equals the slice.

Sources of the conventions: entity types and forms follow ACE 2005 and ERE in spirit; dates follow TimeML 1.2.1
(TIMEX3) with the intervals of EDTF (ISO 8601-2:2019); claims follow the PARC 3.0 attribution scheme
(source, cue, content), extended with modality, act and links between documents.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from dragoman.schema import labels

Offset = Annotated[int, Meta(ge=0, le=2**31 - 1)]
"""A code-point offset; unit: Unicode code points; range 0 to 2**31 - 1."""

DocumentId = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9_]+(\.[a-z]+-[0-9]+)?$",
        description="`<page>.<kind>-<number>`, as in `000.related-01`",
    ),
]


class Record(msgspec.Struct, forbid_unknown_fields=True):
    """Base class of all records: unknown fields are errors."""


class Fragment(Record):
    """A stretch of a document's text."""

    start: Annotated[Offset, Meta(description="first code point of the stretch")]
    end: Annotated[Offset, Meta(description="code point after the last one")]
    text: Annotated[str, Meta(description="the surface; equals the slice of the document's text")]


class Segment(Record):
    """A non-blank line of a page: what it is, and where it went."""

    page: Annotated[str, Meta(description="page id")]
    index: Annotated[int, Meta(ge=0, description="position among the page's segments, from 0")]
    start: Annotated[Offset, Meta(description="start in the page, in code points")]
    end: Annotated[Offset, Meta(description="end in the page, in code points")]
    text: Annotated[str, Meta(description="the surface; equals the slice of the page")]
    kind: Annotated[labels.SegmentKind, Meta(description="what the line is on its page")]
    document: Annotated[str | None, Meta(description="id of the document it belongs to, or null")] = None
    document_start: Annotated[
        Offset | None,
        Meta(description="start in that document's text, in code points; null where it is no part of the text"),
    ] = None
    dup_of: Annotated[
        Annotated[int, Meta(ge=0)] | None,
        Meta(description="index of the earlier segment that it repeats byte for byte, or null"),
    ] = None
    truncated: Annotated[bool, Meta(description="cut off by the site in the middle of a word or sentence")] = False


class Entity(Record):
    """A mention of an entity."""

    id: Annotated[str, Meta(description="id within the document, `e1` …")]
    start: Annotated[Offset, Meta(description="first code point of the mention")]
    end: Annotated[Offset, Meta(description="code point after the last one")]
    text: Annotated[str, Meta(description="the surface; equals the slice of the document's text")]
    type: Annotated[labels.EntityType, Meta(description="entity type (scheme, section 2)")]
    form: Annotated[
        labels.EntityForm, Meta(description="name, abbreviation, adjective, common noun or deictic expression")
    ]
    entity_ids: Annotated[
        list[str], Meta(description="registry ids that the mention stands for, sorted; two for one such as a pair")
    ]
    phenomena: Annotated[list[labels.Phenomenon], Meta(description="difficulties that the mention shows, sorted")] = []


class Date(Record):
    """A temporal expression, with TIMEX3 type and value and the days that it can mean."""

    id: Annotated[str, Meta(description="id within the document, `d1` …")]
    start: Annotated[Offset, Meta(description="first code point of the expression")]
    end: Annotated[Offset, Meta(description="code point after the last one")]
    text: Annotated[str, Meta(description="the surface; equals the slice of the document's text")]
    type: Annotated[labels.DateType, Meta(description="TIMEX3 type")]
    value: Annotated[str, Meta(description="TIMEX3 value or EDTF interval, canonical, as far as the page proves it")]
    mod: Annotated[labels.DateMod | None, Meta(description="TIMEX3 modifier, or null")] = None
    ref: Annotated[
        str, Meta(description="what it is reckoned from: `none`, `published`, or the id of another date")
    ] = "none"
    earliest: Annotated[str | None, Meta(description="first day it can mean, YYYY-MM-DD, or null if unanchored")] = None
    latest: Annotated[str | None, Meta(description="last day it can mean, YYYY-MM-DD, or null if unanchored")] = None
    source: Annotated[
        labels.DateSource, Meta(description="what one had to know: the text, the page around it, or the world")
    ] = "text"
    value_external: Annotated[
        str | None, Meta(description="value known from outside, where the page alone cannot settle it; else null")
    ] = None
    earliest_external: Annotated[
        str | None, Meta(description="first day by the external value, YYYY-MM-DD, or null")
    ] = None
    latest_external: Annotated[str | None, Meta(description="last day by the external value, YYYY-MM-DD, or null")] = (
        None
    )
    phenomena: Annotated[
        list[labels.Phenomenon], Meta(description="difficulties that the expression shows, sorted")
    ] = []


class Claimant(Record):
    """Who makes a claim: a mention, the text's own voice, or somebody who is meant and not named there."""

    role: Annotated[labels.ClaimantRole, Meta(description="how the claimant is given")]
    mention: Annotated[
        str | None, Meta(description="id of the entity mention in the same document; null unless role is MENTION")
    ] = None
    entity_ids: Annotated[list[str], Meta(description="registry ids of the claimant, sorted")] = []


class Claim(Record):
    """A statement that somebody asserts, promises, demands or judges."""

    id: Annotated[str, Meta(description="id within the document, `c1` …")]
    content: Annotated[
        list[Fragment], Meta(min_length=1, description="the minimal clause, without cue; one or more fragments")
    ]
    claimants: Annotated[list[Claimant], Meta(description="who makes it; at least one")]
    cue: Annotated[list[Fragment], Meta(description="the words that attribute it; may be empty")] = []
    parent: Annotated[str | None, Meta(description="id of the claim in whose content it is reported, or null")] = None
    level: Annotated[int, Meta(ge=0, description="number of ancestors along `parent`")] = 0
    polarity: Annotated[labels.Polarity, Meta(description="whether the content is affirmed or negated")] = "positive"
    modality: Annotated[labels.Modality, Meta(description="how the content is held")] = "fact"
    act: Annotated[labels.Act, Meta(description="what the claimant does in saying it")] = "assert"
    flags: Annotated[list[labels.Flag], Meta(description="remarks, not scored, sorted")] = []
    about: Annotated[list[str], Meta(description="registry ids that it is about, not scored, sorted")] = []
    dates: Annotated[list[str], Meta(description="ids of dates that it speaks of, not scored")] = []
    gloss: Annotated[str, Meta(description="literal English rendering, not scored")] = ""
    gloss_intended: Annotated[
        str | None, Meta(description="likely sense where the text is garbled, not scored; else null")
    ] = None
    cluster: Annotated[
        str | None, Meta(description="id shared by equivalent claims in any document or language, or null")
    ] = None
    phenomena: Annotated[list[labels.Phenomenon], Meta(description="difficulties that the claim shows, sorted")] = []


class Labels(Record):
    """The gold labels of one document, as stored under ``annotations/gold/``."""

    document: Annotated[str, Meta(description="document id")]
    layers_annotated: Annotated[
        list[labels.Layer], Meta(description="layers that were annotated; a layer not named here is unknown, not empty")
    ]
    entities: list[Entity] = []
    dates: list[Date] = []
    claims: list[Claim] = []


class Document(Record, kw_only=True):
    """A document: its text, its time in two tiers, and its labels."""

    id: Annotated[DocumentId, Meta(description="document id")]
    page: Annotated[str, Meta(description="id of the page it was cut from")]
    kind: Annotated[labels.DocumentKind, Meta(description="what the document is on its page")]
    language: Annotated[str, Meta(description="BCP 47 tag: `ko-KP` or `ar`")]
    publisher: Annotated[str | None, Meta(description="who published the page, or null if unknown")] = None
    captured: Annotated[
        str | None, Meta(description="when the page was scraped, EDTF date or interval, or null if unknown")
    ] = None
    published: Annotated[
        str | None, Meta(description="document time that the page itself proves, EDTF date or interval, or null")
    ] = None
    published_evidence: Annotated[str | None, Meta(description="what on the page proves it")] = None
    published_external: Annotated[
        str | None, Meta(description="document time known from outside, EDTF date or interval, or null")
    ] = None
    published_external_status: Annotated[
        labels.ExternalStatus | None, Meta(description="whether the external time was verified")
    ] = None
    published_external_evidence: Annotated[str | None, Meta(description="where the external time comes from")] = None
    title: Annotated[str | None, Meta(description="the headline, or null where the page has none")] = None
    text: Annotated[str, Meta(description="the text that offsets count in")]
    layers_annotated: Annotated[
        list[labels.Layer], Meta(description="layers that were annotated; a layer not named here is unknown, not empty")
    ] = []
    entities: list[Entity] = []
    dates: list[Date] = []
    claims: list[Claim] = []


LanguageTag = Annotated[
    str, Meta(pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$", description="BCP 47 tag, as in `ko` or `ar`")
]


class SourceEntity(Record):
    """An entity as annotators write it down: in ``registry/entities.json`` and in the registry of a pass."""

    id: Annotated[str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", description="registry id, a slug")]
    type: Annotated[labels.EntityType, Meta(description="entity type")]
    names: Annotated[
        dict[LanguageTag, list[str]], Meta(description="names by language, in each the usual one first; any language")
    ]
    wikidata: Annotated[
        Annotated[str, Meta(pattern=r"^Q[1-9][0-9]*$")] | None, Meta(description="Wikidata id, bare, or null")
    ] = None
    wikidata_status: Annotated[labels.WikidataStatus, Meta(description="how far the Wikidata id can be trusted")] = (
        "none"
    )


class Name(Record):
    """A name of an entity."""

    language: LanguageTag
    name: Annotated[str, Meta(description="the name")]


class Held(Record):
    """Who holds an office in a document."""

    document: Annotated[str, Meta(description="document id")]
    holder: Annotated[str, Meta(description="registry id of the holder, a `PER`")]


class RegistryEntry(Record):
    """An entity that labels refer to, across documents and languages."""

    id: Annotated[str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", description="registry id, a slug")]
    type: Annotated[labels.EntityType, Meta(description="entity type")]
    names: Annotated[
        list[Name], Meta(description="names, by language; those of one language stand together, the usual one first")
    ]
    wikidata: Annotated[
        Annotated[str, Meta(pattern=r"^Q[1-9][0-9]*$")] | None, Meta(description="Wikidata id, bare, or null")
    ] = None
    wikidata_status: Annotated[labels.WikidataStatus, Meta(description="how far the Wikidata id can be trusted")] = (
        "none"
    )
    in_dev: Annotated[
        bool,
        Meta(description="whether labels of the split `dev` refer to it; of `held`, the row then opens those of `dev`"),
    ] = False
    held: Annotated[
        list[Held],
        Meta(
            description="of an office (`ROLE`): who holds it in which document, by the document's words; what is said "
            "of a document of `test` belongs to the labels of `test`"
        ),
    ] = []

    @property
    def label(self) -> str:
        """A display name: the usual English one, else the first name, else the id."""
        english = (each.name for each in self.names if each.language == "en")
        return next(english, self.names[0].name if self.names else self.id)


class ClaimLink(Record):
    """A relation between two claims other than equivalence (which is a shared cluster)."""

    claim: Annotated[str, Meta(description="`<document>#<claim>`, the claim that the relation starts from")]
    other: Annotated[str, Meta(description="`<document>#<claim>`, the claim that it leads to")]
    relation: Annotated[labels.LinkRelation, Meta(description="how they are related")]


class ReadingLine(Record):
    """A line of a document in English, for people who do not read its language: no label, and never scored."""

    document: Annotated[str, Meta(description="document id")]
    line: Annotated[int, Meta(ge=0, description="line of the text, from 0, which is the title if there is one")]
    en: Annotated[str, Meta(description="the line in English, literal, made by a machine")]


class OfficeHolder(Record):
    """Who holds an office in a document, by its own words: elsewhere, or at another time, it may be somebody else."""

    document: Annotated[str, Meta(description="document id")]
    office: Annotated[str, Meta(description="registry id of the office, a `ROLE`")]
    holder: Annotated[str, Meta(description="registry id of its holder, a `PER`")]
    line: Annotated[int, Meta(ge=1, description="line of the document's text that says so, from 1")]
    quote: Annotated[str, Meta(min_length=1, description="words of that line that mention both, letter for letter")]


class CuratedPage(Record):
    """One page after curation: ``corpus/documents/<page>.json``."""

    page: Annotated[str, Meta(description="page id")]
    sha256: Annotated[str, Meta(description="sha256 of the page's bytes, hexadecimal")]
    segments: list[Segment]
    documents: list[Document]
    splits: Annotated[dict[str, labels.Split], Meta(description="split of each document")]
