"""How much of what a stream has learned counts: faded in once the voice knows it, and out again."""

import numpy as np

from livecode.agents import learned_streams
from livecode.agents.learned_streams import LearnedStream, contents
from livecode.errors import LivecodeError
from livecode.language.streams import Stream
from livecode.language.values import Value
from livecode.playing.sound_player import PlayerSetup
from livecode.transport.messages import TEST_MODEL, LearnedAdapter

#: What was learned fades in, and out, over so long.
FADE_S = 1.0


class LearnedHand:
    """What the player of a stream knows of learning."""

    def __init__(self, thing: Stream, setup: PlayerSetup):
        self._thing, self._setup = thing, setup
        #: What the thing described when `follow` was called last: the reward that it learns from, or
        #: whether it learns from its tilt, or no more (False); None: nothing of that.
        self.learn: Value | bool | None = None
        self.forgotten = 0  # how often it was told to forget
        self.loaded: LearnedStream | None = None
        #: What the voice knows, and is faded in; None: nothing.
        self.known: LearnedAdapter | None = None
        #: What a former mind had faded in, until the learner takes it up.
        self.recalled: LearnedStream | None = None
        self._saved = len(thing.settings.get("saves", ()))
        self._share, self._number = 0.0, 0  # of what fades; 0: a former mind's, or none
        self._slot = setup.controls.open(f"{thing.name}.learned")
        if (last := setup.controls.last(self._slot)) is not None:
            self._share = float(last[0])
        self._towards = self._share
        self._told = ""

    def follow(self, tilt: Value | None) -> None:
        """Take in what the thing describes; `tilt`: what it is tilted by."""
        thing = self._thing
        self.learn, self.forgotten = thing.learn, thing.settings.get("forgotten", 0)
        self.loaded = thing.settings.get("loaded")
        why = ""
        if self.learn is True and tilt is None:
            why = f"it learns from its tilt: {thing}.tilt = …, or from a reward: {thing}.learn = …"
        elif self.learn not in (None, False) and thing.model == TEST_MODEL:
            why = "the test stream has no model that could learn"
        if why and why != self._told:
            self._setup.note(f"{thing}.learn", why)
        self._told = why
        for name in thing.settings.get("saves", ())[self._saved :]:
            self._save(name)
        self._saved = len(thing.settings.get("saves", ()))

    def _save(self, name: str) -> None:
        """Save what counts, unless that was done when this was first evaluated."""
        if self._setup.replaying():
            return
        known, thing = self.known, self._thing
        if known is None:
            self._setup.note(f"{thing}.save", "it has learned nothing yet, so nothing is saved")
            return
        saved = LearnedStream(thing.model, contents(thing.version), known.what, known.adapter)
        try:
            learned_streams.save(saved, name)
        except LivecodeError as error:
            self._setup.say(f"{thing}.save", str(error))

    def know(self, learned: LearnedAdapter) -> None:
        """Let what the voice knows now fade in, or what it knew fade out."""
        self.known = learned if learned.adapter else None
        self._towards = 1.0 if learned.adapter else 0.0
        if learned.adapter:
            if self._number not in (0, learned.number):
                self._share = 0.0
            self._number = learned.number

    @property
    def counts(self) -> bool:
        """Whether anything is faded in, or about to be."""
        return self._share > 0.0 or self._towards > 0.0

    def tick(self, frame: int) -> None:
        """Fade on, in the tick at a sample time."""
        if self._share != self._towards:
            step = self._setup.tick_frames / (FADE_S * self._setup.sample_rate)
            self._share += float(np.clip(self._towards - self._share, -step, step))
            share = np.array([self._share])
            self._setup.controls.write(self._slot, frame + self._setup.voice_lead, share)
