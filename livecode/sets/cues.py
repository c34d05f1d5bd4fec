"""Takes cues of a second person over OSC: a fixed vocabulary behind a token. No text is evaluated.

The cue gate at the socket (`livecode.signals.cue_gate`) holds back whoever guesses tokens.
"""

import hmac
from collections.abc import Callable

from livecode.evaluation.blocks import BlockRunner
from livecode.journal.recorder import JournalRecorder
from livecode.playing.event_log import EventLog
from livecode.sets.cue_vocabulary import FADERS, VOCABULARY, Action, CueError, CueTargets
from livecode.sets.set_player import SetPlayer
from livecode.signals.intake import CUES
from livecode.signals.osc import Argument, OscMessage

#: This many cues a second are followed. Cues of one fader count as one until one is followed.
CUES_PER_S = 20
BURST = 20
#: The log tells what a cue did; cues of one fader are told no more often than this, in seconds.
SAY_EVERY_S = 2.0
#: This many refusals are told: somebody who guesses tokens must not fill the log.
MOST_TOLD = 20


class Cues:
    """Takes cues in during ticks, and follows them between blocks."""

    def __init__(
        self,
        targets: CueTargets,
        set_player: SetPlayer,
        blocks: BlockRunner,
        recorder: JournalRecorder,
        log: EventLog,
    ):
        self._targets, self._set_player, self._blocks = targets, set_player, blocks
        self._clock, self._recorder, self._log = targets.clock, recorder, log
        #: A cue is followed only if it carries this; "" lets none through.
        self.token = ""
        #: Has `run` called soon in the thread in which blocks are evaluated; offline it acts at once.
        self.wake: Callable[[], None] = self._follow_waiting
        self._waiting: dict[str, Action] = {}
        self._late: dict[str, Action] = {}  # actions of faders that move too often
        self._told: set[str] = set()
        self._said: dict[str, int] = {}  # key -> sample time until which it is not told again
        # cues that may be followed now, and when that was counted
        self._budget, self._filled = float(BURST), 0

    def admits(self, message: OscMessage) -> bool:
        """Return whether a message has the right token; only what is admitted is journalled."""
        return self._place_of_token(message.args) is not None

    def receive(self, message: OscMessage) -> bool:
        """Take in a message whose address begins with CUES; returns whether it is followed."""
        word = message.address.removeprefix(CUES)
        try:
            arguments = self._admitted(message.args)
            read = VOCABULARY.get(word)
            if read is None:
                raise CueError(f"{CUES}{word} is no cue; there are {', '.join(sorted(VOCABULARY))}")
            key, action = read(self._targets, arguments)
        except CueError as error:
            self._refuse(str(error))
            return False
        if word in FADERS and (key in self._late or not self._in_time()):
            self._late[key] = action  # what counts is where the fader stops
            return True
        if key not in self._waiting and word not in FADERS and not self._in_time():
            self._refuse(f"more than {CUES_PER_S} cues a second: the rest is not followed")
            return False
        if word == "panic":
            action()  # now, whatever runs
            return True
        self._await(key, action)
        return True

    def tick(self) -> None:
        """Follow the faders that had moved too often."""
        while self._late and self._in_time():
            key = next(iter(self._late))
            self._await(key, self._late.pop(key))

    def run(self) -> None:
        """Take in what is new in the set, and follow the cues that have come in.

        It runs in the thread in which blocks are evaluated.
        """
        self._recorder.cues_run()
        self._set_player.read_again()
        self._follow_waiting()

    def _follow_waiting(self) -> None:
        while self._waiting:
            key = next(iter(self._waiting))
            action = self._waiting.pop(key)
            code = action()
            if code:
                self._say(key, code)
                self._blocks.evaluate(code, "cue", quietly=True)
                self._blocks.run_after()

    def _await(self, key: str, action: Action) -> None:
        first = not self._waiting
        self._waiting[key] = action
        self._set_player.hurry()
        if first:
            self.wake()

    def _admitted(self, arguments: tuple[Argument, ...]) -> tuple[Argument, ...]:
        """Return the arguments without the token, which is the last or the first; CueError if it is not."""
        if not self.token:
            raise CueError("a cue has come over OSC, but cues are closed; --cues TOKEN opens them")
        at = self._place_of_token(arguments)
        if at is None:
            raise CueError("a cue without the right token has come over OSC, and was not followed")
        return arguments[:-1] if at else arguments[1:]

    def _place_of_token(self, arguments: tuple[Argument, ...]) -> int | None:
        """Return the index of the token, which is the last argument or the first; None if it is neither."""
        for at in (-1, 0):
            if arguments and hmac.compare_digest(_text(arguments[at]), self.token.encode()):
                return at if self.token else None
        return None

    def _in_time(self) -> bool:
        """Take one cue from the budget; False if none is left."""
        frame = self._clock.frame
        gained = (frame - self._filled) / self._clock.sample_rate * CUES_PER_S
        self._budget, self._filled = min(BURST, self._budget + gained), frame
        if self._budget < 1:
            return False
        self._budget -= 1
        return True

    def _refuse(self, sentence: str) -> None:
        if sentence not in self._told and len(self._told) < MOST_TOLD:
            self._told.add(sentence)
            self._log.say("note", sentence)

    def _say(self, key: str, code: str) -> None:
        frame = self._clock.frame
        if frame >= self._said.get(key, 0):
            self._said[key] = frame + round(SAY_EVERY_S * self._clock.sample_rate)
            self._log.say("note", f"cue: {code}")


def _text(argument: Argument) -> bytes:
    return str(argument).encode()
