"""Buffers of samples: from one producer to one consumer, or to any number of listeners."""

import numpy as np

from livecode.transport.lines import CACHE_LINE, aligned


class SampleBuffer:
    """Audio from one producer to one consumer: float32 frames of one or two channels."""

    #: So many of the producer's latest alignments are kept.
    ALIGNMENTS = 7
    HEADER_BYTES = 5 * CACHE_LINE

    def __init__(self, buffer: memoryview, frames: int):
        if frames & (frames - 1):
            raise ValueError(f"a buffer holds a power of two of frames, not {frames}")
        self.capacity = frames
        self._mask = frames - 1
        words = np.frombuffer(buffer[: self.HEADER_BYTES], np.int64)
        self._head, self._tail, self._channels = words[0:1], words[8:9], words[16:17]
        self._aligned, self._alignments = words[24:25], words[25:39].reshape(self.ALIGNMENTS, 2)
        self._data = np.frombuffer(buffer[self.HEADER_BYTES : self.size(frames)], np.float32)

    @classmethod
    def size(cls, frames: int) -> int:
        """Return the bytes that a buffer of `frames` frames takes in the arena."""
        return cls.HEADER_BYTES + aligned(frames * 2 * 4)

    def reset(self, channels: int = 1) -> None:
        """Empty the buffer. Call it only while neither side uses the buffer."""
        self._head[0] = self._tail[0] = self._aligned[0] = 0
        self._channels[0] = channels

    @property
    def channels(self) -> int:
        """The number of channels, 1 or 2."""
        return int(self._channels[0])

    @property
    def written(self) -> int:
        """The producer's position: frames written since the reset."""
        return int(self._head[0])

    @property
    def consumed(self) -> int:
        """The consumer's position: frames read since the reset."""
        return int(self._tail[0])

    @property
    def available(self) -> int:
        """Frames that wait to be read."""
        return self.written - self.consumed

    @property
    def room(self) -> int:
        """Frames that can be written."""
        return self.capacity - self.available

    def align(self, frame: int) -> None:
        """Let what is written next be for sample time `frame`, and the rest for the times after.

        The consumer of a buffer that was aligned plays each sample at its time.
        """
        count = int(self._aligned[0])
        self._alignments[count % self.ALIGNMENTS] = self.written, frame
        self._aligned[0] = count + 1

    def time_of(self, position: int) -> int | None:
        """Return the sample time that a position is for; None if the producer has not said."""
        count = int(self._aligned[0])
        for index in range(count - 1, max(count - self.ALIGNMENTS, -1), -1):
            at, frame = self._alignments[index % self.ALIGNMENTS].tolist()
            if at <= position:
                return int(frame + position - at)
        return None

    def skip(self, count: int) -> int:
        """Pass over the oldest `count` frames, or those that there are. Return how many."""
        skipped = min(count, self.available)
        self._tail[0] = self.consumed + skipped
        return skipped

    def write(self, frames: np.ndarray) -> int:
        """Append as many of `frames` as fit. Return how many did.

        They are (n, channels), or (n,) for what is the same in all channels.
        """
        channels = self.channels
        head = self.written
        count = min(len(frames), self.capacity - (head - self.consumed))
        start = head & self._mask
        first = min(count, self.capacity - start)
        data = self._data[: self.capacity * channels].reshape(self.capacity, channels)
        source = frames if frames.ndim == 2 else frames[:, None]
        data[start : start + first] = source[:first]
        data[: count - first] = source[first:count]
        self._head[0] = head + count
        return count

    def read_into(self, out: np.ndarray) -> int:
        """Fill `out`, (n, channels), with the oldest frames. Return how many there were."""
        channels = self.channels
        tail = self.consumed
        count = min(len(out), self.written - tail)
        start = tail & self._mask
        first = min(count, self.capacity - start)
        data = self._data[: self.capacity * channels].reshape(self.capacity, channels)
        out[:first] = data[start : start + first]
        out[first:count] = data[: count - first]
        self._tail[0] = tail + count
        return count


class TapBuffer:
    """Audio from one producer to any number of listeners, who may miss some but never block it.

    Half of the buffer is for listening; the other half is room for what is written meanwhile.
    """

    HEADER_BYTES = CACHE_LINE
    CHANNELS = 2

    def __init__(self, buffer: memoryview, frames: int):
        self.capacity = frames
        self._mask = frames - 1
        words = np.frombuffer(buffer[:16], np.int64)
        self._head, self._origin = words[0:1], words[1:2]
        self._data = np.frombuffer(
            buffer[self.HEADER_BYTES : self.size(frames)], np.float32
        ).reshape(frames, self.CHANNELS)

    @classmethod
    def size(cls, frames: int) -> int:
        """Return the bytes that a buffer of `frames` frames takes in the arena."""
        return cls.HEADER_BYTES + frames * cls.CHANNELS * 4

    @property
    def written(self) -> int:
        """Frames written since the beginning."""
        return int(self._head[0])

    @property
    def origin(self) -> int:
        """The sample time of the first frame written since the beginning, if nothing was left out."""
        return int(self._origin[0])

    def write(self, frames: np.ndarray, end: int = 0) -> None:
        """Append `frames` (n, 2), up to sample time `end`, which overwrites the oldest."""
        head = self.written
        self._origin[0] = end - head - len(frames)
        start = head & self._mask
        first = min(len(frames), self.capacity - start)
        self._data[start : start + first] = frames[:first]
        self._data[: len(frames) - first] = frames[first:]
        self._head[0] = head + len(frames)

    def since(self, position: int) -> tuple[np.ndarray, int]:
        """Return (the frames written since `position`, (n, 2); the position after them).

        A listener gets at most the newest half of the capacity, so one that is late misses the
        rest. Positions before the first frame hold silence.
        """
        while True:
            head = self.written
            count = min(max(head - position, 0), self.capacity // 2)
            frames = np.zeros((count, self.CHANNELS), np.float32)
            there = min(count, head)
            start = (head - there) & self._mask
            first = min(there, self.capacity - start)
            frames[count - there : count - there + first] = self._data[start : start + first]
            frames[count - there + first :] = self._data[: there - first]
            # else the writer may have overwritten some while they were copied
            if self.written - head < self.capacity // 4:
                return frames, head

    def latest(self, count: int) -> np.ndarray:
        """Return the newest `count` frames, (count, 2).

        Raises `ValueError` if `count` is more than half the capacity.
        """
        if count > self.capacity // 2:
            raise ValueError(f"{count} frames are more than half of the buffer's {self.capacity}")
        frames, _ = self.since(self.written - count)
        return frames[len(frames) - count :]
