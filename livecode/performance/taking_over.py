"""Going on from where a former mind was: warm, while all sounds on, or cold, after everything had ended."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from livecode.errors import LivecodeError
from livecode.journal.records import BlockBegun
from livecode.transport.status import GoingOn, Status

if TYPE_CHECKING:
    from livecode.performance.performance import Performance


def take_over(performance: "Performance", blocks: Iterable[BlockBegun], former: Status) -> None:
    """Become what a former mind was: run its blocks again; what sounds goes on where it can.

    former: the status as it was last posted.
    """
    performance.generations.adopt(former.playing)
    _run_again(performance, blocks)
    performance.sounds.take_over()
    _go_on(performance, former)


def begin_again(performance: "Performance", blocks: Iterable[BlockBegun], former: GoingOn) -> None:
    """Become what a former mind was, of which nothing sounds any more: what did begins anew.

    former: as `going_on` gave it.
    """
    controls = performance.arena.controls
    for name, place in former.places.items():
        controls.write(controls.open(f"{name}.position"), 0, np.array(place))
    _run_again(performance, blocks)
    _go_on(performance, former)
    for name in former.sounding:
        thing = next((each for each in performance.sounds if str(each) == name), None)
        if thing is None:
            continue
        try:
            with performance.lock:
                performance.sounds.sound(thing)
        except LivecodeError as error:
            performance.say("error", error.text, (name,), error.line)


def _run_again(performance: "Performance", blocks: Iterable[BlockBegun]) -> None:
    performance.taking_over = performance.generations.hold = True
    try:
        for block in blocks:
            performance.number, performance.replayed = block.number, block.frame
            performance.set_time(block.frame)  # its curves and its tempo begin there
            performance.evaluator.evaluate(block.code, block.name)
            performance.evaluator.run_later()
    finally:
        performance.replayed = None
        performance.taking_over = performance.generations.hold = False
        performance.set_time(performance.frame)
    performance.midi_out.silence()  # notes that are long over


def _go_on(performance: "Performance", former: Status | GoingOn) -> None:
    bpm = former.tempo
    if bpm and abs(bpm - performance.tempo.bpm) > 1e-6:  # it was tapped, or led
        performance.tempo.set(bpm, performance.frame)
    performance.scenes.take_over(former.scene, performance.frame)
