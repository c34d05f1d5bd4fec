"""Short performances with a journal in the archive."""

from livecode import Session
from livecode.journal import archive
from livecode.journal.archive import ArchivedPerformance
from livecode.kernel import beginning


def played(clean: bool = True) -> ArchivedPerformance:
    """Play two seconds offline; without `clean` the journal ends as a power cut leaves it."""
    performance = archive.new()
    with Session(seed=7) as session:
        beginning.from_nothing(session.performance, performance.journal, live=False)
        session.eval("glass = space('additive')\nego = agent(glass)")
        session.advance(1.5)
        session.eval("ego.dims = 3")
        session.advance(0.5)
        if clean:
            session.performance.recorder.closed()
        else:
            assert session.performance.journal is not None
            session.performance.journal.flush()
    return performance
