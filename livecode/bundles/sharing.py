"""Says whether a model's licence lets it be given to somebody else."""

import re

_ALLOWS = re.compile(
    r"\b(CC0|CC[- ]BY|Creative Commons|Apache|MIT|0?BSD|ISC|MPL|Unlicense|[AL]?GPL|public domain)\b",
    re.IGNORECASE,
)
_FORBIDS = re.compile(
    r"\b(no|not|never|none|private|proprietary|confidential|unknown|reserved|permission|ask)\b",
    re.IGNORECASE,
)


def may_be_shared(licence: str) -> bool:
    """Return whether a licence as a card names it allows to pass the model on.

    It has to name a licence that is known for that, and no restriction: what nobody says is not allowed.

    >>> may_be_shared("audio: MIT (FluidR3 GM); model: Apache-2.0"), may_be_shared("")
    (True, False)
    >>> may_be_shared("audio: all rights reserved; model: CC BY 4.0")
    False
    """
    return bool(_ALLOWS.search(licence)) and not _FORBIDS.search(licence)
