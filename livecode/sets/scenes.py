"""Where a performance is in its set, and which scene comes when: by length, condition or cue."""

import threading
from dataclasses import astuple

from livecode.errors import LivecodeError, did_you_mean, in_words, said_by
from livecode.language.moments import Moment
from livecode.language.units import Span
from livecode.language.values import Value
from livecode.sets.scene_lines import SceneLines
from livecode.sets.set_file import Scene, SetFile
from livecode.sets.set_watch import FileWatch, SetWatch, Watching
from livecode.signals.tempo import Tempo
from livecode.transport.status import SceneStatus

#: A condition that is true when its scene begins counts only after this long.
STILL_TRUE_S = 4.0
#: A scene lasts at least this long.
SHORTEST_S = 0.1
#: A scene that is evaluated up to this long after its time counts from its time.
LATE_S = 0.5
#: `scene.left` of a scene without an end.
NO_END_S = 1e6
#: Where nobody can give a cue, a scene without a length is over after this; a scene with a
#: condition is over after three times as long.
PATIENCE_S = 20.0
#: The status holds this many scenes around the present one.
MOST_SHOWN = 40


class Scenes:
    """The present scene of a set, and the scenes to come."""

    def __init__(self, tempo: Tempo, watching: Watching = SetWatch):
        self._tempo, self._rate, self._watching = tempo, tempo.sample_rate, watching
        self._set_file: SetFile | None = None
        self.watch: FileWatch | None = None
        self._turning = threading.Lock()  # ticks read while a block changes the scene
        self.index: int | None = None
        self.frame = 0  # sample time of the last tick
        self.begun = 0  # sample time at which the scene began
        self.length: Span | None = None  # None: until cued
        self.held = False
        self.looping = False
        self.condition: Value | None = None
        self.skipped: set[str] = set()
        #: True where nobody can give a cue, as in a render.
        self.alone = False
        self.by_name = False  # the next scene was asked for by its name
        self.finished = False  # nobody gives cues, and no scene is to come
        self.played: set[int] = set()  # indices of scenes
        self._true_since: int | None = None  # sample time since which the condition is true
        self._was_false = False  # the condition has been false since the scene began
        self._asked: tuple[int, int] | None = None  # (index of a scene, when it begins)
        self._lines = SceneLines(tempo)
        #: (when the scene began, its length, version of the tempo), and its end by these.
        self._end: tuple[tuple[int, Span, int], int] | None = None
        self._handed: int | None = None  # sample time at which the scene that was due begins
        self._ran_out = False  # the present scene is over, and none followed

    @property
    def set_file(self) -> SetFile | None:
        """The set as it is being played."""
        return self._set_file

    @set_file.setter
    def set_file(self, set_file: SetFile | None) -> None:
        self._set_file = set_file
        self.watch = None if set_file is None else self._watching(set_file.path)

    @property
    def scene(self) -> Scene | None:
        """The present scene."""
        if self._set_file is None or self.index is None:
            return None
        return self._set_file.scenes[self.index]

    # what is to come

    def find(self, where: str | int | None) -> int:
        """Return the index of a scene by its name, or by steps in the file; None means the next one.

        Raises LivecodeError if there is no such scene.
        """
        if self._set_file is None:
            raise LivecodeError(
                "there is no set to go through; open one with `livecode play SET.py`"
            )
        if not self._set_file.scenes:
            raise LivecodeError(
                "the set has no scene yet: begin one with a line such as `# %% first`"
            )
        scenes = self._set_file.scenes
        if isinstance(where, str):
            found = self._set_file.find(where)
            if found is None:
                names = [scene.name for scene in scenes]
                raise LivecodeError(f"the set has no scene {where!r}{did_you_mean(where, names)}")
            return found
        here = -1 if self.index is None else self.index
        index = self.following() if where is None else here + where
        index = 0 if (here, where) == (0, -1) else index  # the first scene begins anew
        if index is None or not 0 <= index < len(scenes):
            raise LivecodeError("the set has no scene there; go('name') goes to any")
        return index

    def following(self) -> int | None:
        """Return the index of the scene that comes next by itself, without those that are left out.

        None after the last scene.
        """
        if self._set_file is None:
            return None
        if self.index is None:
            at: int | None = 0 if self._set_file.scenes else None
        else:
            at = self._set_file.following(self.index)
        for _ in self._set_file.scenes:
            if at is None or self._set_file.scenes[at].name not in self.skipped:
                return at
            at = self._set_file.following(at)
        return None

    def ask(self, index: int, frame: int, earliest: int = 0) -> bool:
        """Take a cue for a scene at sample time `frame`; returns whether the scene begins at once.

        Otherwise the scene waits for its quant, and for the sample time `earliest`.
        """
        assert self._set_file is not None
        self.skipped.discard(self._set_file.scenes[index].name)
        at = self._from(index, max(earliest, frame + self._lines.lead(self._at(index))))
        self._asked = None if at <= frame else (index, at)
        return self._asked is None

    def due(self, frame: int) -> int | None:
        """Return the scene that is to be evaluated at sample time `frame`, each only once, or None."""
        with self._turning:
            return self._due(frame)

    def _due(self, frame: int) -> int | None:
        self.frame = frame
        if self._handed is not None:
            return None
        if self._asked is not None:  # no scene may be the present one yet
            index, at = self._asked
            due = self._lines.is_time(self._at(index), at, frame, self.begun)
            return self._hand(index, at) if due else None
        if self.index is None or (self.held and not self.alone):
            return None
        end = self.end
        if self._condition_holds(frame):
            successor = self._successor(leaves=self.length is not None)
            if successor is None:
                self.condition, self.finished = None, self.alone
            elif lead := self._lines.lead(self._at(successor)):
                self._asked = successor, self._from(successor, frame + lead)
            else:
                return self._hand(successor, frame)
        elif end is not None:
            successor = self._successor()
            self._ran_out = frame >= end and (self._ran_out or successor is None)
            if successor is None:
                self.finished = self.alone and frame >= end
            elif not self._ran_out:  # a scene that was written since waits for a cue
                at = self._from(successor, end)
                if self._lines.is_time(self._at(successor), at, frame, self.begun):
                    return self._hand(successor, at)
        return None

    @property
    def handed(self) -> bool:
        """Whether a scene was due, and no scene has begun since."""
        return self._handed is not None

    def is_late(self, frame: int) -> bool:
        """Tell whether a scene was to begin before `frame` and has not begun."""
        return self._handed is not None and frame > self._handed

    def _hand(self, index: int, at: int) -> int:
        self._handed, self._asked = at, None
        return index

    def _successor(self, leaves: bool = False) -> int | None:
        """Return the scene that follows when this one is over; `leaves`: even if this one loops."""
        if self.looping and not (leaves or self.alone):
            return self.index
        index = self.following()
        return None if self.alone and index in self.played else index

    def _from(self, index: int, frame: float) -> int:
        """Return the first sample time from `frame` on at which a scene may begin."""
        return self._lines.next(self._at(index), frame)

    def _at(self, index: int) -> Scene:
        assert self._set_file is not None
        return self._set_file.scenes[index]

    # the present scene

    def begin(self, index: int, frame: int) -> Scene:
        """Make a scene the present one from sample time `frame` on."""
        with self._turning:
            return self._begin(index, frame)

    def _begin(self, index: int, frame: int) -> Scene:
        self._ran_out = False
        scene = self._at(index)
        planned, self._handed, self._asked = self._handed, None, None
        self.by_name = False
        on_time = planned is not None and frame - planned < LATE_S * self._rate
        self.begun = planned if on_time and planned is not None else frame
        again = index == self.index
        self.index, self.length = index, scene.lasts
        self.held, self.condition = False, None
        self.looping = scene.loop or (again and self.looping)
        self._true_since, self._was_false = None, False
        self.played.add(index)
        if self.alone and self.length is None:
            self.length = Span(PATIENCE_S * (1 if scene.when is None else 3))
        return scene

    def forget_played(self, index: int) -> None:
        """Count a scene as the first that was played."""
        self.played = {index}

    @property
    def end(self) -> int | None:
        """The sample time at which the present scene is over; None if it has no length."""
        if self.length is None:
            return None
        known, now = self._end, (self.begun, self.length, self._tempo.version)
        if known is None or known[0] != now:
            length = self.length
            end = self._tempo.after(self.begun, length.seconds, length.beats, length.bars)
            known = now, max(round(end), self.begun + round(SHORTEST_S * self._rate))
            self._end = known
        return known[1]

    @property
    def time_s(self) -> float:
        """Seconds since the present scene began."""
        return self._time_s(self.frame)

    def _time_s(self, frame: int) -> float:
        return 0.0 if self.index is None else max(0.0, (frame - self.begun) / self._rate)

    @property
    def left_s(self) -> float | None:
        """Seconds until the present scene is over; None if it waits for a cue."""
        return self._left_s(self.frame)

    def _left_s(self, frame: int) -> float | None:
        if self.index is None or (end := self.end) is None or self.held:
            return None
        return max(0.0, (end - frame) / self._rate)

    def stretch(self, by: float | Span) -> None:
        """Multiply the scene's length by a number, or add a length to it; LivecodeError if it has none."""
        if self.length is None:
            raise LivecodeError("this scene has no length to stretch; it waits for a cue")
        longer = self.length + by if isinstance(by, Span) else self.length * by
        if longer.at(self._tempo.bpm) <= 0:
            raise LivecodeError(f"stretch({by!r}): nothing would be left of the scene")
        self.length = longer

    def loop(self, on: bool = True) -> None:
        """Let the present scene begin again when it is over; LivecodeError if it has no end."""
        if on and self.length is None and self.condition is None:
            raise LivecodeError("this scene has no length to loop; it waits for a cue")
        self.looping = on

    def skip(self, name: str | None) -> str:
        """Leave a scene out, the next one if no name is given; returns its name."""
        index = self.find(name)
        assert self._set_file is not None
        self.skipped.add(self._set_file.scenes[index].name)
        return self._set_file.scenes[index].name

    def _condition_holds(self, frame: int) -> bool:
        if self._true_since is None:
            return False
        return self._was_false or frame - self._true_since >= STILL_TRUE_S * self._rate

    def tick(self, frame: int, moment: Moment) -> str | None:
        """Sample the condition; returns a sentence if it fails, and then drops it."""
        self.frame = frame
        if self.condition is None or self.held or self._handed is not None:
            return None
        try:
            true = self.condition.sample(moment) > 0
        except Exception as error:  # its function has no version left, or a signal is gone
            self.condition = None
            why = f" ({in_words(error)})" if said_by(error) else ""
            return f"the condition of this scene counts for nothing now{why}; go() goes on"
        if not true:
            self._was_false, self._true_since = True, None
        elif self._true_since is None:
            self._true_since = frame
        return None

    # the file

    def refresh(self, index: int) -> tuple[int, list[str]]:
        """Take over the file as it is now; returns (the scene's index there, what to say of it).

        The set stays as it was if the file cannot be read, or does not have that scene any more.
        """
        assert self._set_file is not None
        if self.watch is None:
            return index, []
        again, said = self.watch.read(self._set_file)
        if again is None:
            return index, said
        former = self._set_file
        name = former.scenes[index].name
        in_order = not self.by_name and self.following() == index
        present = None if self.scene is None else again.find(self.scene.name)
        if in_order and present is not None and (next_ := again.following(present)) is not None:
            found: int | None = next_
        else:
            found = again.find(name)
        if found is None and len(again.scenes) == len(former.scenes):
            found = index  # the scene has another name now
        if found is None:
            return index, [
                f"{again.path.name} has no scene {name!r} any more: it is played as before"
            ]
        with self._turning:
            self._set_file = again
            if self.index is not None:
                self.index = min(self.index, len(again.scenes) - 1) if present is None else present
        return found, said

    def take_in(self) -> list[str]:
        """Take over the file as it is now while a scene plays on; returns what to say of it.

        While a scene is waiting to begin, and while a scene is missing in the file, that is left to the
        next scene that begins.
        """
        if self._set_file is None or self.watch is None or self._asked is not None or self.handed:
            return []
        again, said = self.watch.read(self._set_file, whole=True)
        if again is not None:
            present = None if self.scene is None else again.find(self.scene.name)
            with self._turning:
                self._set_file, self.index = again, present
        return said

    # status and takeover

    def status(self, frame: int) -> SceneStatus | None:
        """Describe the present scene and those around it; None while no scene plays."""
        with self._turning:
            return self._status(frame)

    def _status(self, frame: int) -> SceneStatus | None:
        if self._set_file is None or self.index is None:
            return None
        next_ = self._asked[0] if self._asked is not None else self._successor()
        asked = self._asked
        scenes = self._set_file.scenes
        first = max(0, min(self.index - MOST_SHOWN // 2, len(scenes) - MOST_SHOWN))
        bpm, beats_per_bar = self._tempo.bpm, self._tempo.beats_per_bar
        return SceneStatus(
            name=scenes[self.index].name,
            index=self.index,
            begun=self.begun,
            length=None if self.length is None else astuple(self.length),
            time_s=self._time_s(frame),
            left_s=self._left_s(frame),
            next=None if next_ is None else scenes[next_].name,
            asked_s=None if asked is None else max(0.0, (asked[1] - frame) / self._rate),
            held=self.held,
            loop=self.looping,
            when=self.condition is not None,
            skipped=tuple(sorted(self.skipped)),
            scenes=tuple(
                (each.name, None if each.lasts is None else each.lasts.at(bpm, beats_per_bar))
                for each in scenes[first : first + MOST_SHOWN]
            ),
            first=first,
        )

    def take_over(self, former: SceneStatus | None, frame: int) -> None:
        """Take up the scene of a former mind."""
        self.frame = frame
        if self._set_file is None or former is None:
            return
        index = self._set_file.find(former.name)
        self.index = former.index if index is None else index
        if not 0 <= self.index < len(self._set_file.scenes):
            self.index = None
            return
        self.begun = frame if former.begun is None else former.begun
        self.length = None if former.length is None else Span(*former.length)
        self.held, self.looping = former.held, former.loop
        self.skipped = set(former.skipped)
        if not former.when:
            self.condition = None
