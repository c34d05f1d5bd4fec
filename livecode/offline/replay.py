"""The parts of one stretch of a performance, offline, played once more in its own timeline."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

import numpy as np

from livecode.engine.device import boot
from livecode.engine.engine import Engine
from livecode.journal import records
from livecode.journal.records import BlockBegun, JournalRecord
from livecode.journal.timeline import Timeline
from livecode.offline.replayer import LedBefore, Replayer
from livecode.offline.session import OFFLINE_LAYOUT
from livecode.performance import agent_checkpoint as learned
from livecode.performance.performance import Performance
from livecode.performance.taking_over import begin_again
from livecode.sets.set_file import SetFile, parse_set
from livecode.transport import Arena, Layout
from livecode.transport.status import decode_going_on, decode_status
from livecode.voices.host import VoiceHost


class Stage:
    """Plays one timeline; what is heard is given to `hear`, a block (frames, 2) at a time."""

    def __init__(
        self,
        timeline: Timeline,
        past: list[BlockBegun],
        set_file: SetFile | None,
        hear: Callable[[np.ndarray], None],
    ):
        """`past`, `set_file`: blocks and set of the timelines before, for a mind that takes over."""
        self.timeline, self._hear, self._past, self.set_file = timeline, hear, past, set_file
        opening = timeline.opening
        self._block, self._rate = opening.block, opening.sample_rate
        self.recorder = Replayer(timeline, self.advance, self._enter)
        self._frame = 0  # of the engine's next block
        self._tick = opening.tick

    def __enter__(self) -> "Stage":
        opening = self.timeline.opening
        layout = Layout() if opening.live else OFFLINE_LAYOUT
        self._arena = arena = Arena.private(self._rate, self._block, layout)
        arena.controls.postponed = self.timeline.postponed
        arena.controls.unread = self.timeline.unread
        self._server = boot("headless", self._rate, self._block).server
        schedule = self.timeline.schedule
        self._engine = Engine(
            arena, self._server, self._now_ns, schedule=schedule, seed=opening.seed
        )
        self._voices = VoiceHost(arena, schedule=schedule)
        self.performance = self._new_mind()
        self._server.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.stop()
        self._engine.close()
        self.performance.close()
        self._server.shutdown()

    def play(self, begin: int) -> None:
        """All of it; the engine begins at sample time `begin`."""
        self._frame = self._engine.frame = begin
        self._tick = max(self._tick, begin)
        recorder = self.recorder
        while (record := recorder.next()) is not None:
            if isinstance(record, records.BlockBegun | records.SceneBegun | records.CuesRun):
                self._evaluate(record)
                continue
            recorder.done()
            self.advance(records.tick_of(record))
            self._enter(record)
        self.advance(self.timeline.end)
        self._play_blocks_before(self.timeline.end)

    def advance(self, tick: int) -> None:
        """Play on until that tick is the next."""
        performance, timeline = self.performance, self.timeline
        every = performance.tick_frames
        while self._tick < tick:
            if (to := timeline.skipped.get(self._tick)) is not None and to > self._tick:
                self._tick = self.recorder.tick = to
                continue
            self._play_blocks_before(self._tick)
            performance.tick(self._tick)  # a scene that is due begins when it did
            performance.midi_out.due(self._tick)
            self._tick += every

    def _play_blocks_before(self, tick: int) -> None:
        while self._frame + self._block <= tick:
            self._voices.process()
            self._server.process()
            self._frame += self._block
            self._hear(self._engine.master.read_tap().copy())

    def _evaluate(self, record: JournalRecord) -> None:
        performance, recorder = self.performance, self.recorder
        match record:
            case records.BlockBegun():
                if record.number not in self.timeline.ended:
                    recorder.skip_block(record.number)
                    return
                performance.evaluate(record.code, record.name)
                performance.run_later()
            case records.SceneBegun():
                recorder.done()
                self.advance(record.tick)
                performance.begin_scene(record.index)
            case records.CuesRun():
                recorder.done()
                self.advance(record.tick)
                performance.run_cues()

    def _enter(self, record: JournalRecord) -> None:
        """What a record says enters, at its time, which is now."""
        performance = self.performance
        match record:
            case records.SetRead(again=False):
                set_file = parse_set(record.text, Path(record.path))
                performance.open_set(set_file)
                performance.scenes.watch = _Watched(self.recorder)
            case records.Packet():
                performance.receive_osc(record.data, record.frame)
            case records.MidiMessage():
                performance.receive_midi(record.data, record.frame)
            case records.KeyPress():
                performance.press(record.key, record.frame)
            case records.Hushed():
                performance.hush_aside(record.fade_s)
            case records.Panicked():
                self._arena.header.terminal_panics += 1
            case records.MessagesHeard():
                self.recorder.hear(record.messages)
                performance.applier.take_in()
            case records.TakenOver():
                self._take_over(record)

    def _take_over(self, record: records.TakenOver) -> None:
        self.set_file = self.performance.scenes.set_file or self.set_file
        blocks = [*self._past, *self.timeline.blocks(self.recorder.at)]
        self.performance.close()
        self.recorder.tick = self._tick = max(self._tick, record.tick)
        self.recorder.forget_controls()
        self.performance = performance = self._new_mind()
        performance.scenes.set_file = self.set_file
        self.recorder.paused = True
        try:
            if record.cold:
                begin_again(performance, blocks, decode_going_on(record.status))
            else:
                performance.take_over(blocks, decode_status(record.status))
            if record.learned:
                with tempfile.TemporaryDirectory() as folder:
                    path = Path(folder, learned.FILE)
                    path.write_bytes(record.learned)
                    learned.go_on(performance, path)
        finally:
            self.recorder.paused = False
        performance.scenes.watch = _Watched(self.recorder)

    def _new_mind(self) -> Performance:
        performance = Performance(
            self._arena, self.timeline.opening.seed, lambda: self._tick, recorder=self.recorder
        )
        performance.records = False
        performance.pump = self.recorder.walk_up
        performance.cues.token = self.timeline.opening.cues
        performance.new_link = lambda bpm: LedBefore(self.recorder)  # type: ignore[assignment,return-value]
        if self.timeline.opening.live:
            performance.cues.wake = lambda: None
        return performance

    def _now_ns(self) -> int:
        return round(self._frame / self._rate * 1e9)


class _Watched:
    """The set's file, as it was read again then."""

    def __init__(self, recorder: Replayer):
        self._recorder = recorder

    def told(self) -> None:
        """Nothing is said of it here."""

    def read(self, former: SetFile) -> tuple[SetFile | None, list[str]]:
        """The set as it was then, if it had changed."""
        text = self._recorder.set_text_again()
        return (None if text is None else parse_set(text, former.path)), []
