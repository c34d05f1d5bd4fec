"""The handover from a former mind: while everything sounds on, or after everything has ended."""

from collections.abc import Callable, Iterable

import numpy as np

from livecode.errors import LivecodeError
from livecode.evaluation.block_lock import BlockLock
from livecode.evaluation.blocks import BlockRunner
from livecode.evaluation.waits import passed_over
from livecode.journal.records import BlockBegun
from livecode.playing.clock import PerformanceClock
from livecode.playing.event_log import EventLog
from livecode.playing.midi_out import MidiOut
from livecode.playing.present import PresentMoment
from livecode.playing.sounds import Sounds
from livecode.playing.turns import TurnTable
from livecode.sets.scenes import Scenes
from livecode.signals.tempo import Tempo
from livecode.transport import ControlBlock
from livecode.transport.status import GoingOn, Status


class Handover:
    """Rebuilds the performance of a former mind by running its blocks again."""

    def __init__(
        self,
        blocks: BlockRunner,
        sounds: Sounds,
        scenes: Scenes,
        controls: ControlBlock,
        clock: PerformanceClock,
        present: PresentMoment,
        tempo: Tempo,
        midi_out: MidiOut,
        turns: TurnTable,
        lock: BlockLock,
        log: EventLog,
        recall: Callable[[], None],
    ):
        """`recall()` lets what judges know what had failed, when a block has run again."""
        self._blocks, self._sounds, self._scenes, self._controls = blocks, sounds, scenes, controls
        self._clock, self._present, self._tempo = clock, present, tempo
        self._midi_out, self._turns, self._lock, self._log = midi_out, turns, lock, log
        self._recall = recall

    def take_over(
        self,
        blocks: Iterable[BlockBegun],
        former: Status,
        whole: bool = True,
        run_again: Callable[[], None] = lambda: None,
    ) -> None:
        """Go on while everything sounds: sources that are as before are adopted, others are swapped.

        former: the status as the former mind posted it last. whole: the blocks are all that there
        were. Otherwise what sounds plays on, even if no block is known to define it. run_again:
        called when the blocks have been run again, before anything starts or ends.
        """
        self._sounds.generations.adopt(
            former.playing, former.epochs, former.generation, former.quarantined
        )
        self._run_again(blocks, former)
        run_again()
        self._sounds.take_over(whole)
        self._go_on(former)

    def begin_again(self, blocks: Iterable[BlockBegun], former: GoingOn) -> None:
        """Go on after everything has ended: each source begins anew.

        former: as `StatusBoard.going_on` gave it.
        """
        for name, place in former.places.items():
            self._controls.write(self._controls.open(f"{name}.position"), 0, np.array(place))
        self._sounds.generations.keep_in_quarantine(former.quarantined)
        self._run_again(blocks, former)
        self._go_on(former)
        for name in former.sounding:
            thing = next((each for each in self._sounds if str(each) == name), None)
            if thing is None:
                continue
            try:
                with self._lock:
                    self._sounds.sound(thing)
            except LivecodeError as error:
                self._log.say("error", error.text, (name,), error.line)

    def _run_again(self, blocks: Iterable[BlockBegun], former: Status | GoingOn) -> None:
        """Run the blocks again at their own times, without starting or ending any source.

        Functions that had failed while they played stay taken back.
        """
        self._sounds.generations.hold = True
        try:
            with passed_over(), self._sounds.fallen.left_out(former.fallen):
                for block in blocks:
                    self._clock.rerun = block.frame
                    self._present.move_to(block.frame)  # its curves and tempo begin there
                    self._blocks.rerun(block.number, block.code, block.name, block.undoable)
                    self._sounds.leave_out_fallen()
                    self._recall()
        finally:
            self._clock.rerun = None
            self._sounds.generations.hold = False
            self._present.move_to(self._clock.frame)
        self._midi_out.silence()  # notes that are long over

    def _go_on(self, former: Status | GoingOn) -> None:
        """Take up the tempo and the scene of the former mind, and let rest what rested."""
        bpm = former.tempo
        if former.clock:  # it may have been tapped, led by Link, or in a ramp
            self._tempo.restore(former.clock)
        elif bpm and abs(bpm - self._tempo.bpm) > 1e-6:
            self._tempo.set(bpm, self._clock.frame)
        self._scenes.take_over(former.scene, self._clock.frame)
        self._turns.take_over(former.failed_turns)
