"""Asks rewards about takes that a model has played by itself, chunk by chunk."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from livecode.language.moments import Moment
from livecode.language.values import Value
from livecode.playing.function_player import NoVersion, checked
from livecode.playing.listening import SOUND
from livecode.playing.tilt_guard import RewardFailed, TiltGuard
from livecode.playing.tilt_scoring import HEADROOM_BYTES, READ_S, moment_heard
from livecode.signals.candidate_sound import CandidateSound
from livecode.system.memory import headroom

Floats = NDArray[np.float64]


class TakesToJudge(NamedTuple):
    """What is judged."""

    rate_hz: int
    audio: NDArray[np.float32]  # (takes, n)
    bits: NDArray[
        np.float32
    ]  # (takes, chunks): how surprising the model finds each chunk, a sample


class Judged(NamedTuple):
    """What rewards say of takes, and what colour these have."""

    said: Floats  # (rewards, takes, chunks)
    colours: Floats  # (takes, chunks, bands): mel bands less their mean, in dB


def judged(
    rewards: Sequence[Value],
    played: TakesToJudge,
    name: str,
    guard: TiltGuard,
    moment: Moment,
    lead: int,
) -> Iterator[Judged | None]:
    """Yield None after each chunk, and at last what rewards say; not that, if one of them fails.

    `name` of the stream, by which a reward may call a take, too. `lead`: what values remember while they
    judge, they remember for this one.
    """
    said, colours = np.zeros((len(rewards), *played.bits.shape)), []
    frames = played.audio.shape[1] // played.bits.shape[1]
    per, frame = round(frames / played.rate_hz / READ_S), moment.frame
    for take, audio in enumerate(played.audio):
        sound, coloured = CandidateSound(played.rate_hz), []
        for chunk, chunk_audio in enumerate(audio.reshape(-1, frames)):
            sound.be_surprising(float(played.bits[take, chunk]))
            for piece in np.array_split(chunk_audio, per):
                sound.listen(piece)
                if moment.tempo is not None:
                    frame += round(len(piece) / played.rate_hz * moment.tempo.sample_rate)
                now = moment_heard(moment, (SOUND, name), sound, guard, frame, lead)
                try:
                    with headroom(HEADROOM_BYTES):
                        for each, reward in enumerate(rewards):
                            said[each, take, chunk] += checked(reward.sample(now)) / per
                except (RewardFailed, NoVersion):
                    return
                except Exception as error:  # for example a signal that is gone
                    guard.tell_once(error)
                    return
            coloured.append(np.array(sound.mel - sound.mel.mean(), float))
            yield None
        colours.append(np.array(coloured))
    yield Judged(said, np.array(colours))
