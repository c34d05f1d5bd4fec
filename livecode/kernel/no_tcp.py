"""Keeps ipykernel from opening a TCP port for what forked children print."""

from ipykernel.iostream import IOPubThread


def print_without_tcp() -> None:
    """Let every new `IOPubThread` do without the port on 127.0.0.1 that anybody could connect to.

    ipykernel does the same where it finds no free port. What children print comes to the screen
    through the file descriptors of their standard output, which the mind reads.
    """

    def without(self: IOPubThread) -> None:
        self._pipe_flag = False

    IOPubThread._setup_pipe_in = without  # type: ignore[method-assign]
