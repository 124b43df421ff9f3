"""The leaderboard as data: ``leaderboard.json``."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from dragoman.schema.result_file import Ends, Side, Spread, Test
from dragoman.schema.system_card import SystemCard, Track

BOARD_VERSION = "2"
State = Literal["ranked", "not independent", "other data", "not reproduced", "invalid"]


class BoardData(msgspec.Struct, forbid_unknown_fields=True):
    """Which data a leaderboard is on."""

    name: Annotated[str, Meta(description="name of the data set")]
    version: Annotated[str | None, Meta(description="version of the data set")]
    fingerprint: Annotated[str, Meta(description="sha256 of the canonical rows")]
    split: Annotated[str | None, Meta(description="split that the systems were scored on")]
    documents: Annotated[int, Meta(description="documents of the split")]
    pages: Annotated[int | None, Meta(description="pages that the documents are from; null if they have none")] = None


class Place(msgspec.Struct, forbid_unknown_fields=True):
    """A ranked system's place in a column, among the systems of its track."""

    rank: Annotated[int, Meta(description="place by score, as in 1, 2, 2, 4")]
    range: Annotated[
        list[int] | None,
        Meta(
            description="best and last place by the tests of all pairs; the place lies between; null where gold is "
            "withheld, as are the next two: tests are of exact scores"
        ),
    ] = None
    tied: Annotated[
        int | None, Meta(description="systems with a place that the tests do not distinguish from this one")
    ] = None
    best: Annotated[
        bool | None, Meta(description="whether no system at place 1 is significantly better by the tests")
    ] = None


class Cell(msgspec.Struct, forbid_unknown_fields=True):
    """A system's score in a column."""

    score: Annotated[float | None, Meta(description="0 to 1; null where undefined or not attempted")]
    interval: Annotated[Ends | None, Meta(description="bootstrap interval over documents, 95 %, or null")] = None
    place: Annotated[
        Place | None, Meta(description="null in columns without places, for a score of 0, and for systems unranked")
    ] = None
    spread: Annotated[Spread | UnsetType, Meta(description="of the scores of its repeats; absent for one")] = UNSET


class BoardColumn(msgspec.Struct, forbid_unknown_fields=True):
    """What a column shows."""

    name: Annotated[str, Meta(description="`headline` or a measure, with a slice as in `dates.value[language=ar]`")]
    ranked: Annotated[bool, Meta(description="whether systems have places in it")]
    documents: Annotated[
        int | None,
        Meta(
            description="documents of its slice that are annotated in its layers; fewer than six: no places; where "
            "gold is withheld, all of the split"
        ),
    ] = None
    labels: Annotated[
        int | None, Meta(description="gold labels of its slice, or null for the headline, which is of several layers")
    ] = None


class BoardEntry(msgspec.Struct, forbid_unknown_fields=True):
    """One submitted run."""

    id: Annotated[str, Meta(description="name of the entry's pages; unique on the board")]
    folder: Annotated[str, Meta(description="the run's folder: system/data version")]
    state: Annotated[State, Meta(description="only `ranked` entries have places")]
    track: Annotated[Track | None, Meta(description="by the card's resources; null without a card that can be read")]
    card: Annotated[SystemCard | None, Meta(description="the system's description as it was submitted")]
    problems: Annotated[list[str], Meta(description="what is wrong with the run, the first hundred")]
    attempted: Annotated[list[str], Meta(description="layers that it attempts")]
    missing: Annotated[int | None, Meta(description="documents that it left out; null if it was not scored")]
    cells: Annotated[dict[str, Cell], Meta(description="scores by column; empty if it was not scored")]
    answered: Annotated[
        dict[str, int],
        Meta(description="documents with gold for a layer for which the predictions have it, an empty list included"),
    ] = {}
    recall: Annotated[
        dict[str, float | None],
        Meta(description="recall by phenomenon, keyed as in `phenomena` of the board; null where it is not defined"),
    ] = {}
    repeats: Annotated[int | UnsetType, Meta(description="how often it was run; scores are means; absent for once")] = (
        UNSET
    )


class BoardContrast(msgspec.Struct, forbid_unknown_fields=True):
    """Two systems of one track with places in one column."""

    first: Annotated[str, Meta(description="id of an entry")]
    second: Annotated[str, Meta(description="id of another")]
    difference: Annotated[float, Meta(description="first minus second")]
    interval: Annotated[Ends | None, Meta(description="paired bootstrap interval of the difference, 95 %, or null")]
    p: Annotated[float, Meta(description="two-sided p of the paired permutation test")]
    p_holm: Annotated[float, Meta(description="p after Holm's correction over the pairs of the column and track")]
    better: Annotated[
        Side | None, Meta(description="which is better: p_holm below the level, and an interval without 0")
    ]
    failed: Annotated[list[Test], Meta(description="the tests that do not find a difference")]
    document: Annotated[
        str | None, Meta(description="the document without which less than half of the difference remains, or null")
    ]


class ClosedTeam(msgspec.Struct, forbid_unknown_fields=True):
    """A team on a board whose gold is withheld."""

    name: Annotated[str, Meta(description="the authors of its systems, as they are compared")]
    submissions: Annotated[int, Meta(description="submissions that were scored so far, shown here or not")]


class ClosedBoard(msgspec.Struct, forbid_unknown_fields=True):
    """Rules under which a board on withheld gold shows scores."""

    steps: Annotated[dict[str, float], Meta(description="what scores are rounded to, by column")]
    per_day: Annotated[int, Meta(description="submissions of a team that are scored in a day (UTC)")]
    total: Annotated[int, Meta(description="submissions of a team that are scored in all")]
    teams: list[ClosedTeam]
    submit: Annotated[
        str, Meta(description="where to submit predictions, in words of the organisers; may be empty")
    ] = ""


class Board(msgspec.Struct, forbid_unknown_fields=True):
    """All entries of a leaderboard, with the tests behind their ranks."""

    schema_version: str
    data: BoardData
    level: Annotated[float, Meta(description="level of the tests, after Holm's correction")]
    columns: list[BoardColumn]
    entries: Annotated[list[BoardEntry], Meta(description="ranked ones first, by headline; then the others")]
    contrasts: Annotated[dict[str, list[BoardContrast]], Meta(description="pairs of one track, by column")]
    phenomena: Annotated[
        dict[str, int],
        Meta(description="gold labels with a phenomenon, by measure, as in `dates.value.recall[phenomenon=range]`"),
    ] = {}
    closed: Annotated[
        ClosedBoard | UnsetType, Meta(description="of a board whose gold is withheld: its rules; else absent")
    ] = UNSET
