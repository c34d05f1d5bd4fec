"""Deferred actions: words of a block ask for them, and they are done once its code has run."""

from collections import deque
from collections.abc import Callable

from livecode.errors import LivecodeError

Action = Callable[[], object]


class Deferred:
    """Keeps actions until the block that asked for them has come so far.

    Outside of blocks, and once a block's code has run, `before_playing` and `when_done` act at once.
    """

    def __init__(self) -> None:
        self._running = False  # whether a block's code is running
        self._before_playing: list[Action] = []
        self._when_done: list[Action] = []
        self._after: deque[Action] = deque()
        self._after_others: list[Action] = []  # actions that earlier blocks asked for

    # what words ask for

    def before_playing(self, action: Action) -> None:
        """Do `action` when the block's code has run, before anything of it is played."""
        if self._running:
            self._before_playing.append(action)
        else:
            action()

    def when_done(self, action: Action) -> None:
        """Do `action` when the block's code has run and what it defines is played."""
        if self._running:
            self._when_done.append(action)
        else:
            action()

    def after_block(self, action: Action) -> None:
        """Do `action` after the block, when `run_after` is called."""
        self._after.append(action)

    # what the evaluator does with it

    def begin(self) -> None:
        """Begin to keep actions: a block's code runs."""
        self._running = True
        self._before_playing, self._when_done = [], []
        self._after_others = list(self._after)

    @property
    def asked(self) -> bool:
        """Whether the block that runs has asked for anything."""
        return bool(
            self._before_playing or self._when_done or list(self._after) != self._after_others
        )

    def drop(self) -> None:
        """Drop what the block asked for, since its code failed."""
        self._running = False
        self._after = deque(self._after_others)

    def take_before_playing(self) -> list[Action]:
        """Return the actions of `before_playing`; the block's code has run."""
        actions, self._before_playing, self._running = self._before_playing, [], False
        return actions

    def take_when_done(self) -> list[Action]:
        """Return the actions of `when_done`, now that the block plays."""
        actions, self._when_done = self._when_done, []
        return actions

    def run_after(self) -> list[LivecodeError]:
        """Do what `after_block` was asked for; returns the errors of what failed."""
        errors: list[LivecodeError] = []
        while self._after:
            try:
                self._after.popleft()()
            except LivecodeError as error:
                errors.append(error)
        return errors
