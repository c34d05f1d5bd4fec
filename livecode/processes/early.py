"""What is started before a performance is known, so that it has imported what it needs by then."""

from livecode.system.early import EarlyProcess

#: The modules of those that play; whose imports take longest comes first.
PLAYING = {"mind": "livecode.kernel", "voices": "livecode.voices", "engine": "livecode.engine"}
#: The linear algebra in mind and voices is small. More threads would only hold up the engine.
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


def early_supervisor() -> EarlyProcess:
    """Start a supervisor that waits for the folder of its performance, as those wait that it has started."""
    return EarlyProcess("livecode.processes.begun_early")


def early_players() -> dict[str, EarlyProcess]:
    """Start those that play; they wait for the words that they are otherwise started with."""
    return {name: EarlyProcess(module, ONE_THREAD) for name, module in PLAYING.items()}
