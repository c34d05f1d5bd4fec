"""The one exception that carries a sentence meant for the performer."""


class LivecodeError(Exception):
    """What went wrong, where, and what to do, in one sentence that is shown as it stands."""
