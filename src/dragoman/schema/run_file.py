"""What a run was made with: ``run.json`` beside its answers."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta


class RunFile(msgspec.Struct, forbid_unknown_fields=True):
    """What a run was made with. Nothing named in it is ever imported, run or fetched."""

    schema_version: str
    system: Annotated[str, Meta(description="the system's name")]
    package: Annotated[str, Meta(description="version of the package that ran it")]
    data: Annotated[dict[str, str], Meta(description="name, version and fingerprint of the benchmark")]
    code: Annotated[dict[str, str], Meta(description="what can be seen of its code: hashes and versions, by what of")]
    unseen: Annotated[list[str], Meta(description="what of it cannot be seen: a change of that asks nothing anew")]
    prompt: Annotated[
        dict[str, Any] | None,
        Meta(description="name, hash, rules, examples and parameters of the prompt; null where there is none"),
    ] = None
    seen: Annotated[list[str], Meta(description="documents that it was shown with labels; they have no score")] = []
