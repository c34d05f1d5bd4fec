"""What plays each kind of sounding thing; agents have a room of their own."""

from typing import Any

from livecode.language.agents import Agent
from livecode.language.dsp import Dsp
from livecode.language.sources import Sounding
from livecode.language.streams import Mic, Sample, Stream
from livecode.language.values import Moment
from livecode.messages import TEST_MODEL, FileSource, GraphSource, Source, StreamSource
from livecode.mind.agent_player import AgentPlayer
from livecode.mind.sound_player import Clockwork, Control, SoundPlayer


class DspPlayer(SoundPlayer):
    """Plays a @dsp's keywords as controls, beside what every sounding thing has."""

    thing: Dsp

    @property
    def source(self) -> Source:
        """Its function, as the engine builds it."""
        settings = self.thing.settings
        return GraphSource(
            settings["source"],
            settings["function"],
            settings["first_line"],
            settings["inputs"],
            settings["defaults"],
        )

    def follow(self, t: float, fade_s: float) -> None:
        for key in self.thing.controls:
            if key not in self.controls:
                lead = self.clockwork.engine_lead
                self.controls[key] = Control(self.thing, key, self.clockwork, lead)
        for key in [*self.controls]:
            if key not in self.thing.controls and key not in self.FOR_ENGINE:
                del self.controls[key]
        super().follow(t, fade_s)


class StreamPlayer(SoundPlayer):
    """Plays a stream, with its temperature."""

    thing: Stream
    FOR_VOICE = ("temperature", "frozen", "guard", "priority")

    _since = 0  # the moment that it was taken back to
    _frame = 0

    @property
    def source(self) -> Source:
        """Its model, and what it begins from."""
        settings = self.thing.settings
        return StreamSource(
            self.thing.model,
            self.seed,
            settings.get("prime", ""),
            settings.get("take", 0),
            self._since,
        )

    def tick(self, frame: int, moment: Moment) -> None:
        super().tick(frame, moment)
        self._frame = frame

    def state(self) -> dict[str, Any]:
        """When it is: the voice knows where it was at any time."""
        return {"frame": self._frame}

    def load_state(self, state: dict[str, Any]) -> None:
        """Go back to that moment; a test stream, which has no memory, just goes on."""
        if self.thing.model != TEST_MODEL:
            self._since = state["frame"]


class SamplePlayer(SoundPlayer):
    """Plays a sound file, with its speed."""

    thing: Sample
    FOR_VOICE = ("speed",)

    @property
    def source(self) -> Source:
        """The file."""
        return FileSource(self.thing.path)


class MicPlayer(SoundPlayer):
    """Plays the device's input, which is in the engine's reach only."""

    @property
    def source(self) -> Source:
        """A graph that is nothing but the input."""
        return GraphSource("def mic():\n    return Input([0, 1])", "mic", 1, (), {})


def player_for(thing: Sounding, clockwork: Clockwork, seed: int) -> SoundPlayer:
    """The player of that kind of thing."""
    for kind, player in _PLAYERS.items():
        if isinstance(thing, kind):
            return player(thing, clockwork, seed)
    raise NotImplementedError(type(thing).__name__)


_PLAYERS: dict[type[Sounding], type[SoundPlayer]] = {
    Agent: AgentPlayer,
    Dsp: DspPlayer,
    Stream: StreamPlayer,
    Sample: SamplePlayer,
    Mic: MicPlayer,
}
