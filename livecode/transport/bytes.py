"""Bytes in shared memory: queues of messages, and boards that hold one document each."""

import struct
import threading

import numpy as np

from livecode.transport.lines import CACHE_LINE


class MessageQueue:
    """Messages (bytes) from one process to one other, in order and never torn; any thread may send.

    The queue loses nothing: a full queue refuses the message, and the sender decides what to do.
    """

    HEADER_BYTES = 2 * CACHE_LINE
    LENGTH = struct.Struct("<I")

    def __init__(self, buffer: memoryview, size: int):
        words = np.frombuffer(buffer[: self.HEADER_BYTES], np.int64)
        self._head, self._tail = words[0:1], words[8:9]
        self._data = buffer[self.HEADER_BYTES : self.HEADER_BYTES + size]
        self._size = size
        self._sending = threading.Lock()

    def send(self, message: bytes) -> bool:
        """Append a message. Return False, and send nothing, if there is no room."""
        with self._sending:
            return self._append(message)

    def _append(self, message: bytes) -> bool:
        head = int(self._head[0])
        record = self.LENGTH.pack(len(message)) + message
        if len(record) > self._size - (head - int(self._tail[0])):
            return False
        start = head % self._size
        first = min(len(record), self._size - start)
        self._data[start : start + first] = record[:first]
        self._data[: len(record) - first] = record[first:]
        self._head[0] = head + len(record)
        return True

    def receive(self) -> bytes | None:
        """Remove and return the oldest message, or return None."""
        tail = int(self._tail[0])
        if int(self._head[0]) == tail:
            return None
        (length,) = self.LENGTH.unpack(self._take(tail, self.LENGTH.size))
        message = self._take(tail + self.LENGTH.size, length)
        self._tail[0] = tail + self.LENGTH.size + length
        return message

    def discard(self) -> None:
        """Drop all waiting messages; for a receiver that starts afresh."""
        self._tail[0] = self._head[0]

    def _take(self, position: int, count: int) -> bytes:
        start = position % self._size
        first = min(count, self._size - start)
        return bytes(self._data[start : start + first]) + bytes(self._data[: count - first])


class Board:
    """One small document (bytes) that one process replaces and any process reads.

    The board keeps two copies and writes them in turn. A writer that dies while posting leaves the
    previous document whole.
    """

    HEADER_BYTES = CACHE_LINE

    def __init__(self, buffer: memoryview, size: int):
        words = np.frombuffer(buffer[: self.HEADER_BYTES], np.int64)
        self._posts, self._lengths = words[0:1], words[1:3]
        data = buffer[self.HEADER_BYTES : self.size(size)]
        self._copies = data[:size], data[size:]
        self._size = size

    @classmethod
    def size(cls, size: int) -> int:
        """Bytes that a board for documents of up to `size` bytes takes in the arena."""
        return cls.HEADER_BYTES + 2 * size

    def post(self, document: bytes) -> None:
        """Replace the document. A document that is too large is not posted."""
        if len(document) > self._size:
            return
        posts = int(self._posts[0]) + 1
        self._copies[posts % 2][: len(document)] = document
        self._lengths[posts % 2] = len(document)
        self._posts[0] = posts

    def look(self) -> bytes:
        """Return the newest document; empty before the first post."""
        while True:
            posts = int(self._posts[0])
            document = bytes(self._copies[posts % 2][: int(self._lengths[posts % 2])])
            if posts == int(self._posts[0]):
                return document
