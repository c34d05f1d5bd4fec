"""Text that the performer sees as it is."""


class Text(str):
    """A text that shows without quotes."""

    def __repr__(self) -> str:
        return str(self)
