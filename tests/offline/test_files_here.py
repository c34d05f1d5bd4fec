"""Sources of a journal that was played elsewhere: the same models, whose files have other times."""

from livecode.offline.files_here import of_the_files_here
from livecode.transport.messages import FileSource, LatentSource, StreamSource
from livecode.transport.status import Generation


def generations(*sources):
    """Generations 1, 2, … of these sources."""
    return [Generation("ego", n, n, 0, source, 0.1) for n, source in enumerate(sources, 1)]


def test_a_source_whose_file_has_another_version_here_is_the_one_that_plays_here():
    there = generations(
        LatentSource("additive", 7, "1-2-a"),
        StreamSource("piano", 7, "a.wav", version="1", prime_version="2"),
    )
    here = generations(
        LatentSource("additive", 7, "9-2-a"),
        StreamSource("piano", 7, "a.wav", version="8", prime_version="9"),
    )
    assert list(of_the_files_here(there, here)) == here


def test_another_source_stays_as_it_was_noted():
    there = generations(
        LatentSource("additive", 7, "1"), FileSource("a.wav", "1"), FileSource("b.wav", "1")
    )
    here = generations(LatentSource("orchestra", 7, "1"), LatentSource("additive", 7, "1"))
    assert list(of_the_files_here(there, here)) == there
