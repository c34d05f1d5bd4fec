"""What agents have learned, kept in a small file beside the journal, for a mind that has to go on."""

import json
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from livecode.agents import library
from livecode.errors import LivecodeError
from livecode.playing.agent_player import AgentPlayer

if TYPE_CHECKING:
    from livecode.performance.performance import Performance

FILE = "learned.safetensors"  # in the folder of a performance
FORMAT = "livecode learned 1"
EVERY_S = 1.0  # no more than so much is lost when a mind is killed


def save(performance: "Performance", path: Path) -> int:
    """Write what all its agents know, in one piece; returns how many there are.

    The performance waits only while the state is copied. Raises LivecodeError if it cannot be
    written, and then the file is as it was.
    """
    about, arrays = {}, {}
    with performance.lock.aside():
        for name, player in _players(performance):
            state = player.learner.state(reach=0)  # where it has been is not knowledge
            about[name] = _about(player)
            arrays.update({f"{name}:{key}": array for key, array in state.items()})
    if about or path.exists():
        library.write_arrays(path, arrays, {"format": FORMAT, "agents": json.dumps(about)})
    return len(about)


def restore(performance: "Performance", path: Path) -> list[str]:
    """Let the agents that play know what is written there; returns their names.

    Each stays where it is, and paused if it is. One that has another mind, another space or other
    open axes by now is left as it is, and so are all if there is no such file. Raises
    LivecodeError, and changes nothing, if the file is damaged.
    """
    if not path.is_file():
        return []
    metadata, arrays = library.read_arrays(path, FORMAT)
    try:
        about: dict[str, Any] = json.loads(metadata["agents"])
    except (KeyError, ValueError) as error:
        raise LivecodeError(f"{path} does not say whose knowledge it holds") from error
    knowing, now_s = [], performance.frame / performance.sample_rate
    with performance.lock.aside():
        for name, player in _players(performance):
            if about.get(name) != _about(player):
                continue
            prefix = f"{name}:"
            state = {
                key.removeprefix(prefix): array
                for key, array in arrays.items()
                if key.startswith(prefix)
            }
            player.know(library.SavedAgent(name, player.thing.learner, "", state), now_s)
            knowing.append(name)
    return knowing


def go_on(performance: "Performance", path: Path) -> None:
    """Restore what a former mind had saved there; what is in the way of that is said."""
    try:
        restore(performance, path)
    except LivecodeError as error:
        performance.say("note", str(error))


def keep(performance: "Performance", path: Path, every_s: float = EVERY_S) -> threading.Event:
    """Save from now on in a thread of its own, until the event that is returned is set.

    What cannot be written is said once.
    """
    stop = threading.Event()

    def run() -> None:
        said = ""
        while not stop.wait(every_s):
            try:
                save(performance, path)
                said = ""
            except LivecodeError as error:
                if str(error) != said:
                    said = str(error)
                    performance.say("note", said)

    threading.Thread(target=run, name="learned", daemon=True).start()
    return stop


def _players(performance: "Performance") -> list[tuple[str, AgentPlayer]]:
    players = ((str(thing), thing.player) for thing in performance.sounds)
    return [(name, player) for name, player in players if isinstance(player, AgentPlayer)]


def _about(player: AgentPlayer) -> dict[str, Any]:
    """What has to be the same for it to know again what it knew."""
    return {
        library.LEARNER: player.thing.learner,
        "space": player.thing.space.model,
        "axes": player.open_axes,
    }
