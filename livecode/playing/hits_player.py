"""Plays hits: each event of the pattern is a sound of the kit."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from livecode.language.hits import PER_HIT, Hits
from livecode.language.kits import Kit
from livecode.language.patterns.events import PatternEvent
from livecode.language.patterns.played import Played, number_of, plain
from livecode.playing.onset_player import OnsetPlayer, Part
from livecode.transport.messages import HitsSource, Source
from livecode.transport.onsets import Onset


@dataclass(frozen=True)
class _Details:
    kit: Kit
    groups: tuple[tuple[str, int], ...]
    held: bool  # whether each sound is as long as its event


class HitsPlayer(OnsetPlayer):
    """Plays a pattern with the sounds of a kit."""

    thing: Hits
    PER_EVENT = PER_HIT

    @property
    def source(self) -> Source:
        """Sounds of kits; which, the onsets say."""
        return HitsSource()

    def details(self) -> Any:
        return _Details(
            self.thing.kit, tuple(self.thing.groups.items()), self.thing.release is not None
        )

    def make_ready(self) -> None:
        self.setup.get_sounds(self.thing.kit.number, self.thing.sounds())

    def onsets(
        self, event: PatternEvent, frame: int, settings: dict[str, float], part: Part
    ) -> Iterator[Onset]:
        said = event.value if isinstance(event.value, Played) else Played(event.value)
        word = plain(said)
        kit: Kit = part.details.kit
        value = word if isinstance(word, str) else number_of(word)
        n = int(said.of("n") + settings["n"])
        sound = None if value is None else kit.sound(value, n)
        if sound is None:
            return
        backwards = (said.of("reverse") > 0.5) != (settings["reverse"] > 0.5)
        cut = said.of("cut") or -dict(part.details.groups).get(str(word).partition(":")[0], 0)
        fit = said.of("fit")
        yield Onset(
            kit=kit.number,
            sound=sound,
            gain=said.of("gain") * settings["gain"],
            pan=min(max(said.of("pan") + settings["pan"], -1.0), 1.0),
            speed=said.of("speed") * settings["speed"] * (-1.0 if backwards else 1.0),
            begin=said.get("begin", settings["begin"]),
            end=said.get("end", settings["end"]),
            attack=said.get("attack", settings["attack"]),
            release=said.get("release", settings["release"] if part.details.held else -1.0),
            fit=self.frames(fit, event, frame) if fit else 0.0,
            cut=cut,
        )
