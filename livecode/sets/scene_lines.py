"""The lines on which scenes begin: which one is next, and how long before it a scene is evaluated."""

from livecode.language.units import Span
from livecode.playing.quant import NextMultiple
from livecode.sets.set_file import Scene
from livecode.signals.tempo import Tempo

#: A scene that begins at a multiple of its quant is evaluated this long before it, so that a slow cell is
#: in time for what is on the line.
EARLY_S = 0.25
#: A multiple that is nearer than this when a cue comes is too near. With long blocks, it must be so many
#: frames further away than what voices can still follow.
LEAD_S, LEAD_MORE = 0.06, 512
#: A scene that ends this close after a bar line ends at the line: lengths are rounded.
SLACK_FRAMES = 8


class SceneLines:
    """Counts the lines on which scenes begin on the beat clock."""

    def __init__(self, tempo: Tempo):
        self._tempo, self._rate = tempo, tempo.sample_rate
        self._multiple = NextMultiple(tempo)

    def quant(self, scene: Scene) -> Span | None:
        """Return the quant that a scene's beginning waits for; None if it does not wait."""
        quant = scene.quant
        return quant if quant is not None and quant.at(self._tempo.bpm) > 0 else None

    def lead(self, scene: Scene) -> int:
        """Return how many frames a line must be away, so that the scene can still begin there."""
        least = self._tempo.horizon + LEAD_MORE
        return 0 if self.quant(scene) is None else max(round(LEAD_S * self._rate), least)

    def is_time(self, scene: Scene, at: int, frame: int, begun: int) -> bool:
        """Tell whether a scene that begins at sample time `at` is to be evaluated at `frame`.

        The present scene began at `begun`, or begins there: two never wait for their lines at once.
        """
        lead = self.lead(scene)
        if frame >= begun and lead:
            lead = max(lead, round(EARLY_S * self._rate))
        return frame >= at - lead

    def next(self, scene: Scene, frame: float) -> int:
        """Return the first sample time from `frame` on at which a scene may begin."""
        quant = self.quant(scene)
        return round(frame) if quant is None else self._multiple.at(quant, frame - SLACK_FRAMES)
