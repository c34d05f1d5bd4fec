"""Plays one timeline of a journal again, offline."""

import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import TracebackType

import msgspec
import numpy as np
from numpy.typing import NDArray

from livecode.files import path_of
from livecode.journal import records
from livecode.journal.inheritance import inheritance_of
from livecode.journal.records import JournalRecord
from livecode.journal.timeline import Timeline
from livecode.offline.assembly import OFFLINE_LAYOUT, Assembly
from livecode.offline.files_here import of_the_files_here
from livecode.offline.replayer import MindDied, ReplayedLink, Replayer
from livecode.performance.agent_checkpoint import FILE
from livecode.performance.performance import Performance
from livecode.sets.set_file import SetFile, parse_set
from livecode.transport import Arena, Layout
from livecode.transport.status import decode_going_on, decode_status

#: A control keeps so many changes here. The mind of a replay is never late, so that it writes changes before
#: a reader gets them that got them late in the performance.
DEPTH = 8 * Layout().slot_depth


class TimelinePlayer:
    """Plays one timeline, while a `with` block is open."""

    def __init__(
        self,
        timeline: Timeline,
        past: list[JournalRecord],
        set_file: SetFile | None,
        hear: Callable[[NDArray[np.float32]], None],
    ):
        """`hear(audio)` is given each block of sound, float32 (frames, 2).

        `past` and `set_file` are the steps and the set of the timelines before, for a mind that takes
        over in this one.
        """
        self.timeline, self._hear, self._past, self.set_file = timeline, hear, past, set_file
        self.recorder = Replayer(timeline, self.advance, self._enter)
        self._tick = timeline.opening.tick
        self._killed = False  # the present mind has died of a block

    def __enter__(self) -> "TimelinePlayer":
        opening, timeline = self.timeline.opening, self.timeline
        layout = Layout() if opening.live else OFFLINE_LAYOUT
        layout = replace(layout, slot_depth=DEPTH)
        self._assembly = Assembly(
            opening.sample_rate, opening.block, opening.seed, layout, timeline.schedule
        )
        controls = self._assembly.arena.controls
        controls.postponed, controls.unread = timeline.postponed, timeline.unread
        controls.lost = timeline.lost
        self.performance = self._new_mind()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._assembly.close()
        self.performance.close()

    @property
    def arena(self) -> Arena:
        """The arena that the engine, the voices and the mind share."""
        return self._assembly.arena

    @property
    def frame(self) -> int:
        """The sample time up to which sound has been played."""
        return self._assembly.frame

    def play(self, begin: int) -> None:
        """Play the whole timeline; the engine begins at sample time `begin`."""
        self._assembly.frame = begin
        self._assembly.start()
        self._tick = max(self._tick, begin)
        recorder = self.recorder
        while (record := recorder.next()) is not None:
            if isinstance(record, records.BlockBegun | records.SceneBegun | records.CuesRun):
                try:
                    self._evaluate(record)
                except MindDied:
                    recorder.skip_block()
                    self._killed = True
                continue
            recorder.done()
            if isinstance(record, records.TakenOver):
                self._play_up_to(record)
            else:
                self.advance(records.tick_of(record))
            self._enter(record)
        self.advance(self.timeline.end)
        self._play_blocks_before(self.timeline.end)

    def advance(self, tick: int) -> None:
        """Play on until the tick of sample time `tick` is the next one."""
        performance, timeline = self.performance, self.timeline
        every = performance.clock.tick_frames
        while self._tick < tick:
            if (to := timeline.skipped.get(self._tick)) is not None and to > self._tick:
                self._tick = self.recorder.tick = to
                continue
            self._play_blocks_before(self._tick)
            performance.tick(self._tick)  # a scene that is due begins when it did
            performance.midi_out.orders(self._tick)  # a replay sends nothing
            self._tick += every

    def _play_blocks_before(self, tick: int) -> None:
        """Compute the blocks of sound that end before a tick."""
        while self._assembly.frame + self._assembly.block <= tick:
            self._hear(self._assembly.play_block())

    def _evaluate(self, record: JournalRecord) -> None:
        """Evaluate a block, a scene or cues, during which time goes on as it did."""
        performance, recorder = self.performance, self.recorder
        match record:
            case records.BlockBegun():
                performance.blocks.evaluate(record.code, record.name, undoable=record.undoable)
                performance.blocks.run_after()
            case records.SceneBegun():
                recorder.done()
                self.advance(record.tick)
                performance.set_player.begin(record.index, record.opening)
            case records.CuesRun():
                recorder.done()
                self.advance(record.tick)
                performance.cues.run()

    def _enter(self, record: JournalRecord) -> None:
        """Feed what a record notes into the performance, at the present time."""
        performance = self.performance
        match record:
            case records.SetRead(again=False):
                set_file = parse_set(record.text, path_of(record.path))
                performance.set_player.open(set_file, record.opening)
                performance.scenes.watch = _ReplayedFile(self.recorder)
            case records.Packet():
                performance.inputs.receive_osc(record.data, record.frame)
            case records.MidiMessage():
                performance.inputs.receive_midi(record.data, record.frame)
            case records.KeyPress():
                performance.inputs.press(record.key, record.frame)
            case records.Hushed():
                performance.silencer.hush_aside(record.fade_s)
            case records.Panicked():
                self._assembly.arena.header.terminal_panics += 1
            case records.MessagesHeard():
                self.recorder.hear(record.messages)
                performance.applier.take_in()
            case records.TakenOver():
                self._take_over(record)

    def _play_up_to(self, record: records.TakenOver) -> None:
        """Play on until another mind takes over, without ticks from the death of the former mind on."""
        # older journals say at most which block a mind died of
        died = record.died or (self._tick if self._killed else record.tick)
        self.advance(min(died, record.tick))
        self._play_blocks_before(record.tick)

    def _take_over(self, record: records.TakenOver) -> None:
        """Let another mind take over, as one did in the performance."""
        self.set_file = self.performance.scenes.set_file or self.set_file
        self._killed = False
        steps = [*self._past, *self.timeline.steps[: self.recorder.at]]
        blocks = inheritance_of(steps).in_order
        played = self.performance.generations.table()
        self.performance.close()
        self.recorder.tick = self._tick = max(self._tick, record.tick)
        self.recorder.forget_controls()
        self.performance = performance = self._new_mind()
        performance.scenes.set_file = self.set_file
        self.recorder.paused = True
        try:
            if record.cold:
                performance.handover.begin_again(blocks, decode_going_on(record.status))
            else:
                former = decode_status(record.status)
                playing = tuple(of_the_files_here(former.playing, played))
                former = msgspec.structs.replace(former, playing=playing)
                performance.handover.take_over(blocks, former)
            if record.learned:
                with tempfile.TemporaryDirectory() as folder:
                    path = Path(folder, FILE)
                    path.write_bytes(record.learned)
                    performance.checkpoint.go_on(path)
        finally:
            self.recorder.paused = False
        performance.scenes.watch = _ReplayedFile(self.recorder)

    def _new_mind(self) -> Performance:
        """Return a mind that is given everything by the replayer."""
        performance = self._assembly.new_mind(
            lambda: self._tick,
            self.recorder,
            pump=self.recorder.walk_up,
            new_link=lambda bpm: ReplayedLink(self.recorder),
        )
        performance.record.enabled = False
        if self.timeline.opening.folder:
            performance.place.stand_in(path_of(self.timeline.opening.folder))
        performance.cues.token = self.timeline.opening.cues
        if self.timeline.opening.live:
            performance.cues.wake = lambda: None
        return performance


class _ReplayedFile:
    """Stands in for the set's file, with the changes that the journal notes."""

    def __init__(self, recorder: Replayer):
        self._recorder = recorder

    def told(self) -> None:
        """Do nothing: nobody waits to be told of a change."""

    def offer(self, text: str) -> None:
        """Do nothing: the journal says what was read."""

    def read(self, former: SetFile, whole: bool = False) -> tuple[SetFile | None, list[str]]:
        """Return the set if it had changed at this point, and no sentences."""
        text = self._recorder.set_text_again()
        return (None if text is None else parse_set(text, former.path)), []
