"""When each token of a pattern sounds: what the mind tells a front end that lights tokens up."""

import msgspec


class TokenSpan(msgspec.Struct, frozen=True, array_like=True):
    """One token, `notations[notation][first:last]`, from sample time `begin` until `end`."""

    begin: int
    end: int
    notation: int
    first: int
    last: int


class PatternTokens(msgspec.Struct, frozen=True):
    """The tokens of one setting that goes by a pattern, such as `drums.pattern`."""

    name: str
    setting: str
    made_of: tuple[str, ...] = ()  # names of the patterns that the pattern is made of
    spans: tuple[TokenSpan, ...] = ()  # in the order in which they begin


class TokenTimes(msgspec.Struct, frozen=True):
    """All tokens that sound now or begin before sample time `until`."""

    version: int = -1  # `Status.patterns` when this was told
    until: int = 0
    notations: tuple[str, ...] = ()
    patterns: tuple[PatternTokens, ...] = ()
