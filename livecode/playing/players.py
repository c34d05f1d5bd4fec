"""The players of all kinds of sounding things but agents."""

import copy
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livecode.language.agents import Agent
from livecode.language.dsp import Dsp
from livecode.language.hits import Hits
from livecode.language.moments import Moment
from livecode.language.notes import Notes
from livecode.language.sent import MidiController, MidiNotes, OscCurve, OscEvents
from livecode.language.sources import Sounding
from livecode.language.spaces import Morph, Spot
from livecode.language.streams import Mic, Sample, Stream
from livecode.language.things import PlayerState
from livecode.language.transfers import Transfer
from livecode.language.units import Span
from livecode.language.values import Value
from livecode.playing.agent_player import AgentPlayer
from livecode.playing.automation import Automation
from livecode.playing.controlling import follow_keywords
from livecode.playing.function_player import checked
from livecode.playing.hits_player import HitsPlayer
from livecode.playing.label_hand import LabelWriter
from livecode.playing.learned_hand import LearnedHand
from livecode.playing.lines import LEAST
from livecode.playing.listening import SOUND
from livecode.playing.notes_player import NotesPlayer
from livecode.playing.sent_players import (
    MidiControllerPlayer,
    MidiNotesPlayer,
    OscCurvePlayer,
    OscEventsPlayer,
)
from livecode.playing.sound_player import PlayerSetup, SettingControl, SoundPlayer
from livecode.playing.tilt_terms import TiltTerm, hears, tilt_terms
from livecode.playing.transfer_player import TransferPlayer
from livecode.transport.messages import (
    TEST_MODEL,
    FileSource,
    GraphSource,
    LatentSource,
    Source,
    StreamSource,
)


class DspPlayer(SoundPlayer):
    """Plays a @dsp: its keywords are controls."""

    thing: Dsp

    @property
    def source(self) -> Source:
        """The function, as the engine builds it."""
        settings = self.thing.settings
        return GraphSource(
            settings["source"],
            settings["function"],
            settings["first_line"],
            settings["inputs"],
            settings["defaults"],
        )

    def follow(self, frame: int, fade_s: float) -> None:
        follow_keywords(self.thing, self.setup, self.controls, {*self.FOR_ENGINE})
        super().follow(frame, fade_s)


#: What a performer holds of a tilt, in the order in which the voice reads it.
TILT_HAND = ("strength", "candidates", "chunk", "cap")
#: A stream is steered along so many directions at most, and so far along each.
MOST_DIRECTIONS, MOST_AMOUNT = 8, 4.0
#: How far a stream is pushed is shown as the mean over about so many seconds.
PUSH_SHOWN_S = 1.0


@dataclass(frozen=True)
class StreamPosition(PlayerState):
    """A time to which a stream can go back."""

    frame: int  # sample time


class StreamPlayer(SoundPlayer):
    """Plays a stream of a SampleRNN."""

    thing: Stream
    FOR_DRAWING = ("temperature",)
    FOR_VOICE = (
        "frozen",
        "guard",
        "priority",
        "surface",
        "unlikely",
        "brightness",
        "transpose",
        "density",
        "energy",
    )

    _since = 0  # the sample time that the stream was taken back to
    _frame = 0

    def __init__(self, thing: Stream, setup: PlayerSetup, seed: int):
        super().__init__(thing, setup, seed)
        #: The tilt as the thing described it when `follow` was called last, and what it leans to besides.
        self.tilt: Value | None = None
        self._own_tilt: Value | None = None
        self._leaning: Value | None = None
        #: What it is steered towards: the rewards, their names, and which directions are known of them.
        self.toward_terms: list[TiltTerm] = []
        self.toward_what = ""
        self._toward: Value | None = None
        self._known, self._amounts = ("", 0), [0.0]
        #: How far the tilt pushes the stream from its model, in bits a second.
        self.pushed = 0.0
        self._hand = {
            setting: Automation(thing, setting, getattr(Stream, setting).bounds, setup.say)
            for setting in TILT_HAND
        }
        self.learned = LearnedHand(thing, setup)
        self._slot = setup.controls.open(f"{thing.name}.tilt")
        setup.controls.open(f"{thing.name}.duet")
        self._labels = LabelWriter(thing, setup.controls, setup.tempo, setup.say)
        self._written = setup.controls.last(self._slot)
        self._hand_rests = False  # whether it has been written, and stays

    def follow(self, frame: int, fade_s: float) -> None:
        super().follow(frame, fade_s)
        tilt = self.thing.tilt
        if tilt is not None and tilt is not self._own_tilt:
            self._tell_what_does_not_tilt(tilt)
        self._own_tilt = tilt
        self._tilt_anew()
        self.learned.follow(self.tilt)
        toward = self.thing.toward.value
        if toward is not self._toward:
            self._toward = toward
            self._steer_anew(toward)
        for automation in self._hand.values():
            automation.follow(frame, fade_s)
        self._labels.follow(frame)

    def lean(self, leaning: Value | None) -> None:
        """Be tilted by this as well as by what the thing describes; None: by that alone."""
        if leaning is not self._leaning:
            self._leaning = leaning
            self._tilt_anew()

    def _tilt_anew(self) -> None:
        own, leaning = self._own_tilt, self._leaning
        both = None if own is None or leaning is None else own + leaning
        self.tilt = both or own or leaning
        self.pushed, self._hand_rests = self.pushed if self.tilt is not None else 0.0, False

    def _steer_anew(self, toward: Value | None) -> None:
        """Be steered by this, once directions are known of it; None: by nothing."""
        names = (SOUND, str(self.thing))
        self.toward_terms = [] if toward is None else tilt_terms(toward, names)[:MOST_DIRECTIONS]
        self.toward_what = "\n".join(str(term.reward) for term in self.toward_terms)
        self._amounts = [0.0] * len(self.toward_terms)
        if toward is not None and not self.toward_terms:
            self.setup.note(
                f"{self.thing}.toward",
                f"it reads nothing of `sound`, so it steers nowhere: {toward}",
            )

    def know_directions(self, number: int, what: str) -> None:
        """Use directions of that number, of the rewards of these names, which the voice knows now."""
        self._known, self._hand_rests = (what, number), False

    def _tell_what_does_not_tilt(self, tilt: Value) -> None:
        if not hears(tilt, (SOUND, str(self.thing))):
            self.setup.note(
                f"{self.thing}.tilt",
                f"it reads nothing of `sound`, so it cannot tell one continuation from another: {tilt}",
            )
        elif self.thing.model == TEST_MODEL:
            self.setup.note(
                f"{self.thing}.tilt", "the test stream has no model that could be tilted"
            )

    def automations(self) -> Iterator[tuple[str, Automation]]:
        yield from super().automations()
        yield from self._hand.items()
        yield from self._labels.automations()

    def note_push(self, bits: float, seconds: float) -> None:
        """Note by how many bits a chunk of so many seconds was pushed from the model."""
        share = min(seconds / PUSH_SHOWN_S, 1.0)
        self.pushed += share * (bits / seconds - self.pushed)

    @property
    def source(self) -> Source:
        """The model, and what the stream begins from."""
        settings = self.thing.settings
        return StreamSource(
            self.thing.model,
            self.seed,
            settings.get("prime", ""),
            settings.get("take", 0),
            self._since,
            -1 if self.thing.moment is None else self.thing.moment,
            self.thing.version,
            settings.get("prime_version", ""),
        )

    def tick(self, frame: int, moment: Moment) -> None:
        super().tick(frame, moment)
        self._frame = frame
        self.learned.tick(frame)
        self._labels.tick(then := moment.at(frame + self.setup.voice_lead, self.setup.voice_lead))
        if not self._hand_rests or self.toward_terms:
            self._write_hand(then)

    def _write_hand(self, moment: Moment) -> None:
        """Write what a performer holds of the tilt, if it has changed."""
        hand = np.array([each.sample(moment) for each in self._hand.values()])
        if self.tilt is None:
            hand[0] = 0.0
        hand = np.append(hand, self._steered(moment))
        if self._written is None or not _alike(hand, self._written):
            self._written = hand
            self.setup.controls.write(self._slot, moment.frame, hand)
        self._hand_rests = all(map(_stays, self._hand.values()))

    def _steered(self, moment: Moment) -> list[float]:
        """Return which directions it is steered along, and how far along each; 0: along none."""
        what, number = self._known
        if not self.toward_terms or what != self.toward_what:
            return []
        for place, term in enumerate(self.toward_terms):
            try:
                amount = term.sign * math.prod(
                    checked(each.sample(moment)) for each in term.weights
                )
            except Exception:  # no version of its function is left: it stays
                continue
            self._amounts[place] = min(max(amount, -MOST_AMOUNT), MOST_AMOUNT)
        return [float(number), *self._amounts]

    def state(self) -> StreamPosition:
        """Return the sample time: the voice knows where its stream was at any time."""
        return StreamPosition(self._frame)

    def load_state(self, state: PlayerState, frame: int) -> None:
        """Go back to that time; a test stream, which has no memory, just goes on."""
        if isinstance(state, StreamPosition) and self.thing.model != TEST_MODEL:
            self._since = state.frame


def _alike(one: NDArray[np.float64], other: NDArray[np.float64]) -> bool:
    """Return whether two hands, which may be of different lengths, differ by no more than is written."""
    wide = np.zeros((2, max(len(one), len(other))))
    wide[0, : len(one)], wide[1, : len(other)] = one, other
    return bool(np.abs(wide[0] - wide[1]).max() <= LEAST)


def _stays(automation: Automation) -> bool:
    """Return whether a setting is a plain number, or a length that the tempo does not change."""
    now, then = automation.now_and_then
    length = isinstance(now, Span) and now is then and not now.in_beats()
    return automation.still or length


class PlacePlayer(SoundPlayer):
    """Plays a thing at a place in a space: writes the place whenever it has changed."""

    thing: Spot | Morph
    FOR_VOICE = ("texture", "width")

    def __init__(self, thing: Spot | Morph, setup: PlayerSetup, seed: int):
        super().__init__(thing, setup, seed)
        self._slot = setup.controls.open(f"{thing.name}.position")
        self._at: NDArray[np.float64] | None = None  # (latent,): the place that was written last
        #: Texture and width as the thing described them when `follow` was called last.
        self.texture: float | Value | None = None
        self.width: float | Value | None = None
        #: The thing as it was then; it may say otherwise before its block has succeeded.
        self.described = thing

    def follow(self, frame: int, fade_s: float) -> None:
        super().follow(frame, fade_s)
        self.texture, self.width = self.thing.texture, self.thing.width
        self.described = copy.copy(self.thing)
        self.described.settings = dict(self.thing.settings)

    @property
    def source(self) -> Source:
        """The thing's space, as a voice plays it."""
        space = self.thing.space
        return LatentSource(space.model, self.seed, space.version)

    def tick(self, frame: int, moment: Moment) -> None:
        super().tick(frame, moment)
        place = self._place(moment.at(frame + self.setup.voice_lead, self.setup.voice_lead))
        if self._at is None or np.abs(place - self._at).max() > SettingControl.LEAST:
            self._at = place
            self.setup.controls.write(self._slot, frame + self.setup.voice_lead, place)

    def _place(self, moment: Moment) -> NDArray[np.float64]:
        raise NotImplementedError


class SpotPlayer(PlacePlayer):
    """Plays a place each of whose coordinates may vary."""

    thing: Spot

    def _place(self, moment: Moment) -> NDArray[np.float64]:
        thing = self.described
        assert isinstance(thing, Spot)
        place = np.full(thing.space.latent, 0.5) if self._at is None else self._at.copy()
        for i, where in enumerate(thing.where):
            try:
                number = where.sample(moment) if isinstance(where, Value) else where
            except Exception:  # no version of its function is left: the coordinate stays
                continue
            if math.isfinite(number):
                place[i] = min(max(number, 0.0), 1.0)
        place[len(thing.where) :] = 0.5
        return place


class MorphPlayer(PlacePlayer):
    """Plays a place between two sounds."""

    thing: Morph

    def __init__(self, thing: Morph, setup: PlayerSetup, seed: int):
        super().__init__(thing, setup, seed)
        bounds = type(thing).position.bounds
        self._position = Automation(thing, "position", bounds, setup.say)

    def follow(self, frame: int, fade_s: float) -> None:
        super().follow(frame, fade_s)
        self._position.follow(frame, fade_s)

    def automations(self) -> Iterator[tuple[str, Automation]]:
        yield from super().automations()
        yield "position", self._position

    def _place(self, moment: Moment) -> NDArray[np.float64]:
        assert isinstance(self.described, Morph)
        return self.described.place(self._position.sample(moment))


class SamplePlayer(SoundPlayer):
    """Plays a sound file."""

    thing: Sample
    FOR_VOICE = ("speed",)

    @property
    def source(self) -> Source:
        """The sound file."""
        return FileSource(self.thing.settings["path"], self.thing.settings["version"])


class MicPlayer(SoundPlayer):
    """Plays the device's input, which only the engine can read."""

    @property
    def source(self) -> Source:
        """A graph that consists of the input."""
        one = self.thing.settings.get("input")
        inputs = [0, 1] if one is None else [one - 1, one - 1]
        return GraphSource(f"def mic():\n    return Input({inputs})", "mic", 1, (), {})


def player_for(thing: Sounding, setup: PlayerSetup, seed: int) -> SoundPlayer:
    """Make the player for a thing."""
    for kind, player in _PLAYERS.items():
        if isinstance(thing, kind):
            return player(thing, setup, seed)
    raise NotImplementedError(type(thing).__name__)


_PLAYERS: dict[type[Sounding], type[SoundPlayer]] = {
    Agent: AgentPlayer,
    Dsp: DspPlayer,
    Hits: HitsPlayer,
    Notes: NotesPlayer,
    Stream: StreamPlayer,
    Sample: SamplePlayer,
    Mic: MicPlayer,
    Spot: SpotPlayer,
    Morph: MorphPlayer,
    Transfer: TransferPlayer,
    MidiNotes: MidiNotesPlayer,
    MidiController: MidiControllerPlayer,
    OscEvents: OscEventsPlayer,
    OscCurve: OscCurvePlayer,
}
