"""The bar of a SampleRNN's training on a terminal, and its lines elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from rich.console import Console
from rich.progress import Progress

from livecode.cli.console import PlainConsole, bar_on
from livecode.neural.samplernn.training.folder import Point

WHOLE = 1000.0  # length of the bar
#: Returns what is shown of a point of the curve; the text given says the bits of held-out sound.
Figures = Callable[[Point, str], str]


class TrainingBar:
    """A bar on a terminal and lines elsewhere, with figures of the newest point and the time left.

    It is a `livecode.neural.samplernn.training.progress.TrainingDisplay`.
    """

    def __init__(self, name: str, figures: Figures, progress: Progress, console: Console):
        """Show the training of that name."""
        self._name, self._figures = name, figures
        self._progress, self._console = progress, console
        self._task = progress.add_task(name, total=WHOLE, figures="")
        self._of_outline, self._held_out = False, ""

    def say(self, sentence: str) -> None:
        """Print a line of its own."""
        self._console.print(sentence, soft_wrap=True)

    def point(self, point: Point, share: float) -> None:
        """Show a new point of the curve; `share` of this part of the training is done, 0 to 1."""
        if ("outline" in point) != self._of_outline:
            self._of_outline, self._held_out = not self._of_outline, ""
        if "held_out" in point:
            self._held_out = f", held out {point['held_out']:.3f}"
        figures = self._figures(point, self._held_out)
        self._progress.update(self._task, completed=WHOLE * share, figures=figures)
        if "held_out" in point and not self._console.is_terminal:
            self.say(f"{self._name}: {figures}, {share:.1%}")


def showing(figures: Figures) -> Callable[[str], AbstractContextManager[TrainingBar]]:
    """Return what shows a bar on stderr while a `with` block runs, for the name of a training."""

    @contextmanager
    def shown(name: str) -> Iterator[TrainingBar]:
        console = PlainConsole(stderr=True)
        with bar_on(console) as progress:
            yield TrainingBar(name, figures, progress, console)

    return shown
