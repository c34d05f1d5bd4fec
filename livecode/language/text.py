"""Text that is shown to the performer as it is."""


class Text(str):
    """Text that shows as it is, without quotes."""

    def __repr__(self) -> str:
        return str(self)
