"""Which files a source is read from, in which versions: what is quarantined when the voices die of it."""

from dataclasses import dataclass

from livecode.files import shown
from livecode.transport.messages import (
    FileSource,
    LatentSource,
    Source,
    StreamSource,
    TransferSource,
)


@dataclass(frozen=True)
class SourceFiles:
    """The files of a source as (path or name, version); written as they are named in a sentence."""

    files: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return " or ".join(shown(path) for path, _ in self.files) or "it"


def files_of(source: Source) -> SourceFiles:
    """Return the files that a source is read from."""
    match source:
        case FileSource():
            return SourceFiles(((source.path, source.version),))
        case LatentSource() | TransferSource():
            return SourceFiles(((source.model, source.version),))
        case StreamSource(prime=""):
            return SourceFiles(((source.model, source.version),))
        case StreamSource():
            prime = source.prime, source.prime_version
            return SourceFiles(((source.model, source.version), prime))
        case _:
            return SourceFiles()
