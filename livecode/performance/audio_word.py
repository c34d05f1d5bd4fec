"""The word `audio`: where the sound goes, which other ways there are, and another one by hand."""

import time
from collections.abc import Callable

from livecode.errors import LivecodeError, did_you_mean
from livecode.evaluation.deferred import Deferred
from livecode.playing.clock import PerformanceClock
from livecode.transport import Arena
from livecode.transport.audio import AudioStatus, WayOut, look_at_audio
from livecode.transport.messages import ChooseAudio, Message, SurveyAudio, send

BACKENDS = ("auto", "jack", "portaudio", "headless")
#: A survey of what there is may take this long.
SURVEY_LIMIT_S = 8.0


class Audio:
    """What `audio()` returns: it shows where the sound goes and which ways out there are."""

    def __init__(self, status: AudioStatus):
        self.status = status

    @property
    def heard(self) -> bool:
        """Whether a device plays what sounds."""
        return self.status.backend not in ("", "headless")

    @property
    def devices(self) -> tuple[str, ...]:
        """The names of the ways out that work."""
        return tuple(way.name for way in self.status.ways if way.works)

    def __repr__(self) -> str:
        status = self.status
        if not status.backend:
            return "played offline: no device is used"
        if status.unheard:
            now = f"nobody hears this: {status.unheard}"
        else:
            now = f"{status.described}, {status.sample_rate} Hz in blocks of {status.block}"
        lines = [now, *(f"  {_line(way)}" for way in status.ways)]
        return "\n".join(lines)


class AudioWord:
    """Where the sound goes: `audio()` lists it, `audio("jack")` or `audio("Scarlett")` chooses.

    A name is that of a back end (`auto`, `jack`, `portaudio`, `headless`) or a part of a device's name.
    `audio.retry()` opens the present one again. A device that is lost is taken up again by itself.
    """

    def __init__(self, arena: Arena, clock: PerformanceClock, deferred: Deferred):
        self._arena, self._clock, self._deferred = arena, clock, deferred

    def __call__(self, name: str | None = None) -> Audio | None:
        """Show where the sound goes, `audio()`, or send it elsewhere: `audio("jack")`."""
        if not self._live:
            return Audio(AudioStatus()) if name is None else None
        if name is None:
            return Audio(self._surveyed())
        if not isinstance(name, str) or not name.strip():
            raise LivecodeError('audio takes the name of a back end or device, as audio("jack")')
        order = self._order(name.strip())
        self._deferred.when_done(lambda: self._send(order))
        return None

    def retry(self) -> None:
        """Open the present device again, or look for the lost one at once: `audio.retry()`."""
        if self._live:
            self._deferred.when_done(lambda: self._send(ChooseAudio()))

    def __repr__(self) -> str:
        return repr(Audio(look_at_audio(self._arena.audio)))

    @property
    def _live(self) -> bool:
        """Whether there is an engine that plays on devices, and the block is not run again."""
        posted = look_at_audio(self._arena.audio).backend
        return bool(posted) and not self._clock.taking_over

    def _order(self, name: str) -> ChooseAudio:
        if name in BACKENDS:
            return ChooseAudio(name)
        ways = [way for way in self._surveyed().ways if way.device]
        chosen = [way for way in ways if name.casefold() in way.device.casefold()]
        if not chosen:
            names = [*BACKENDS, *(way.device for way in ways)]
            raise LivecodeError(
                f"there is no audio device called {name!r}{did_you_mean(name, names)}"
            )
        return ChooseAudio(chosen[0].backend, chosen[0].device)

    def _surveyed(self) -> AudioStatus:
        """Return the status once a survey of all back ends has ended."""
        before = look_at_audio(self._arena.audio).surveys
        self._send(SurveyAudio())
        return self._await(lambda status: status.surveys > before)

    def _await(self, done: Callable[[AudioStatus], bool]) -> AudioStatus:
        end = time.monotonic() + SURVEY_LIMIT_S
        while not done(status := look_at_audio(self._arena.audio)) and time.monotonic() < end:
            time.sleep(0.02)
        return status

    def _send(self, order: Message) -> None:
        if not send(self._arena.messages["mind", "engine"], order):
            raise LivecodeError("the engine does not answer; the sound goes where it went")


def _line(way: WayOut) -> str:
    mark = "✓" if way.works else "✗"
    name = f"{way.backend}: {way.device}" if way.device else way.backend
    return f"{mark} {name:<32} {way.text}"
