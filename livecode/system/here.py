"""Which system this is, and what it has of that in which systems differ."""

import os
import sys
from dataclasses import dataclass

#: The variable that makes a process, and all that it starts, do without what not every system has.
SWITCH = "LIVECODE_PORTABLE"
#: Whether it is set. It is for tests: nothing is gained by it.
PORTABLE = bool(os.environ.get(SWITCH))


@dataclass(frozen=True)
class System:
    """What an operating system has of that in which they differ."""

    #: Children of the performer's code are copies of the mind; else they begin anew.
    forks: bool
    #: Shared memory has a name and no file; else it is a file that processes map.
    named_memory: bool
    #: Processes talk over sockets in a folder of this user; else over TCP on 127.0.0.1, encrypted.
    local_sockets: bool
    #: Ctrl-C reaches another process as a signal; else as a message.
    sends_interrupts: bool
    #: The states and names of processes are files; else `psutil` asks the system for them.
    proc: bool


def system_of(platform: str, portable: bool = False) -> System:
    """Return what a system has.

    `platform` is its name as in `sys.platform`. With `portable`, it does without what Windows and macOS
    do not have.
    """
    windows = platform == "win32"
    return System(
        # macOS has fork, but its own libraries do not survive it
        forks=not (portable or windows or platform == "darwin"),
        named_memory=not (portable or windows),
        local_sockets=not (portable or windows),
        sends_interrupts=not (portable or windows),
        proc=platform.startswith("linux") and not portable,
    )


#: What the system at hand has.
HERE = system_of(sys.platform, PORTABLE)
