"""Sources of a performance as they are read from the files here: the same models have other times there."""

from collections.abc import Iterable, Iterator

import msgspec

from livecode.transport.messages import Source
from livecode.transport.status import Generation

#: What of a source tells which version of a file is meant.
_VERSIONS = ("version", "prime_version")


def of_the_files_here(
    noted: Iterable[Generation], here: Iterable[Generation]
) -> Iterator[Generation]:
    """Yield generations of a journal, each with the source from which a replay plays it here.

    noted: as the performance noted them. here: those of the replay. A source that is another one for any
    reason but the version of its files stays as it was noted.
    """
    known = {playing.generation: playing.source for playing in here}
    for playing in noted:
        source = known.get(playing.generation)
        if source is not None and _unversioned(source) == _unversioned(playing.source):
            playing = msgspec.structs.replace(playing, source=source)
        yield playing


def _unversioned(source: Source) -> Source:
    versions = {each: "" for each in _VERSIONS if each in source.__struct_fields__}
    return msgspec.structs.replace(source, **versions) if versions else source
