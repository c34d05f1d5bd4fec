"""The word `@dsp`: pyo code that takes sounding names, and whose keywords are live controls."""

import ast
import builtins
import inspect
import math
import textwrap
from collections.abc import Callable
from typing import Any

from livecode.dsp_rules import FORBIDDEN, MASTER
from livecode.errors import LivecodeError
from livecode.language.controlled import Controlled
from livecode.language.sources import EFFECTS
from livecode.language.units import is_number
from livecode.syntax.names import names_of


class Dsp(Controlled):
    """A graph of pyo objects, heard in place of the sources that it takes.

    Its keywords are controls: `hall.size = sine(0.2, 0.9)`. They stay when its code changes.
    """

    kind = "dsp"
    order = 3

    def __init__(self, function: Callable[..., Any]):
        super().__init__()
        source, definition = definition_of(function)
        inputs, controls = parameters_of(function, type(self))
        self.settings["source"] = source
        self.settings["function"] = function.__name__
        self.settings["inputs"] = inputs
        self.settings["defaults"] = controls
        self.settings["first_line"] = function.__code__.co_firstlineno
        check_names(source, definition, function.__code__.co_firstlineno - 1)

    @property
    def inputs(self) -> tuple[str, ...]:
        """The sounding names that the graph takes."""
        names: tuple[str, ...] = self.settings["inputs"]
        return names

    def check(self) -> None:
        if self.name == MASTER and self.inputs != ("mix",):
            raise LivecodeError("a @dsp called master takes one parameter, mix: def master(mix): …")
        if self.name != MASTER and "mix" in self.inputs:
            raise LivecodeError("only a @dsp called master takes mix")
        if MASTER in self.inputs:
            raise LivecodeError("master shapes the sum of everything, so no @dsp takes it")
        if self.name in self.inputs:
            raise LivecodeError(f"{self.name} cannot take itself")

    def __repr__(self) -> str:
        controls = "".join(f", {key}={value}" for key, value in self.controls.items())
        return f"@dsp {self}({', '.join(self.inputs)}{controls})"


def dsp(function: Callable[..., Any]) -> Dsp:
    """Make a pyo graph of a function. Its parameters name the sources it takes; keywords are controls.

    `@dsp` above `def hall(ego, size=0.9): return Freeverb(ego, size=size)` is heard in place of
    `ego`; `hall.size = 0.5`, `hall.size = sine(0.2, 0.9, period=8*bars)` and
    `hall.size = lambda rings: rings.left.energy` change it while it plays. All of pyo is in reach;
    `master(mix)` shapes the sum of everything.
    """
    if not callable(function) or not hasattr(function, "__code__"):
        raise LivecodeError(f"@dsp stands above a function, not above {function!r}")
    return Dsp(function)


def definition_of(function: Callable[..., Any], word: str = "@dsp") -> tuple[str, ast.FunctionDef]:
    """Return (the function's source without its decorators, its tree)."""
    try:
        source = textwrap.dedent(inspect.getsource(function))
        tree = ast.parse(source).body[0]
    except (OSError, TypeError, SyntaxError, IndexError):
        raise LivecodeError(
            f"{word} needs the source of its function: define it with def"
        ) from None
    if not isinstance(tree, ast.FunctionDef):
        raise LivecodeError(f"{word} stands above a function defined with def")
    tree.decorator_list = []
    lines = source.splitlines()
    return "\n".join([*[""] * (tree.lineno - 1), *lines[tree.lineno - 1 :]]), tree


def parameters_of(
    function: Callable[..., Any], kind: type[Controlled], word: str = "@dsp"
) -> tuple[tuple[str, ...], dict[str, float]]:
    """Return (names of the sources, keyword -> default); keywords become settings of that kind."""
    inputs, controls = [], {}
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            raise LivecodeError(f"a {word} names its sources one by one, without * or **")
        if parameter.default is parameter.empty:
            inputs.append(parameter.name)
        elif (
            hasattr(kind, parameter.name) and parameter.name not in EFFECTS
        ) or parameter.name in ("name", "settings", "player"):
            raise LivecodeError(
                f"every {kind.kind} has a {parameter.name} of its own; give the keyword another name"
            )
        elif is_number(parameter.default) and math.isfinite(parameter.default):
            controls[parameter.name] = float(parameter.default)
        else:
            raise LivecodeError(
                f"the keyword {parameter.name}={parameter.default!r} is a control, so its default "
                "is a number"
            )
    return tuple(inputs), controls


def check_names(source: str, definition: ast.FunctionDef, above: int) -> None:
    """Refuse names that the engine does not have; the engine checks pyo's names itself.

    `above`: lines of the block that stand above the function.
    """
    for default in [*definition.args.defaults, *definition.args.kw_defaults]:
        for node in ast.walk(default) if default is not None else ():
            if isinstance(node, ast.Name):
                raise LivecodeError(
                    f"the engine does not know {node.id!r}; "
                    "write the default of a keyword as a number, such as size=0.9",
                    node.lineno + above,
                )
    for each in ast.walk(definition):
        if isinstance(each, ast.Import | ast.ImportFrom):
            why = "nothing is imported in a @dsp; pyo and np are there"
            raise LivecodeError(why, each.lineno + above)
        if isinstance(each, ast.Attribute) and each.attr.startswith("__"):
            raise LivecodeError(f"{each.attr} is out of reach in a @dsp", each.lineno + above)
    for name, line in names_of(source).needs.items():
        if name in FORBIDDEN:
            raise LivecodeError(f"{name} is out of reach in a @dsp", line + above)
        if name == "np" or hasattr(builtins, name) or name[:1].isupper() or name in LOWER_CASE:
            continue
        raise LivecodeError(
            f"{name!r} is not known in the engine; make it a keyword: "
            f"it becomes a control, as in def {definition.name}(…, {name}=1.0)",
            line + above,
        )


#: pyo's functions begin in lower case, unlike its classes; so does our envelope.
LOWER_CASE = frozenset({
    "adsr",
    "midiToHz", "hzToMidi", "midiToTranspo", "sampsToSec", "secToSamps", "beatToDur", "linToCosCurve",
    "rescale", "distanceToSegment", "floatmap", "getVersion", "sndinfo", "pm_get_input_devices",
})  # fmt: skip
