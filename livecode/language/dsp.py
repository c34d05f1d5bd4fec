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
from livecode.language.sources import Sounding
from livecode.language.things import Setting, Thing
from livecode.language.units import finite, is_number
from livecode.language.values import Value, as_value
from livecode.syntax.names import names_of


class Dsp(Sounding):
    """A graph of pyo objects, heard in place of the sources that it takes.

    Its keywords are controls: `hall.size = sine(0.2, 0.9)`. They stay when its code changes.
    """

    kind = "dsp"
    order = 3

    def __init__(self, function: Callable[..., Any]):
        super().__init__()
        source, definition = _definition(function)
        inputs, controls = _parameters(function)
        self.settings["source"] = source
        self.settings["function"] = function.__name__
        self.settings["inputs"] = inputs
        self.settings["defaults"] = controls
        self.settings["first_line"] = function.__code__.co_firstlineno
        _check_names(source, definition, function.__code__.co_firstlineno - 1)

    @property
    def inputs(self) -> tuple[str, ...]:
        """The sounding names that the graph takes."""
        names: tuple[str, ...] = self.settings["inputs"]
        return names

    @property
    def controls(self) -> dict[str, Any]:
        """The keywords, each with its number, curve, signal or function."""
        set_by_hand = self.settings.get("controls", {})
        defaults = self.settings["defaults"]
        return {key: set_by_hand.get(key, default) for key, default in defaults.items()}

    def adopt(self, other: Thing) -> None:
        """Take over other code; controls that were set by hand stay."""
        stay = self.settings.get("controls", {})
        super().adopt(other)
        if stay:
            self.settings["controls"] = stay

    def check(self) -> None:
        if self.name == MASTER and self.inputs != ("mix",):
            raise LivecodeError("a @dsp called master takes one parameter, mix: def master(mix): …")
        if self.name != MASTER and "mix" in self.inputs:
            raise LivecodeError("only a @dsp called master takes mix")
        if MASTER in self.inputs:
            raise LivecodeError("master shapes the sum of everything, so no @dsp takes it")
        if self.name in self.inputs:
            raise LivecodeError(f"{self.name} cannot take itself")

    def __setattr__(self, key: str, value: Any) -> None:
        if key in self.__dict__.get("settings", {}).get("defaults", {}):
            try:
                checked = finite(value, "it") if is_number(value) else as_value(value)
            except LivecodeError as error:
                raise LivecodeError(f"{self}.{key}: {error}") from None
            self.put_back(key, checked)
        else:
            super().__setattr__(key, value)

    def put_back(self, setting: str, value: Any) -> None:
        """Set a value that has been set before, without a check."""
        if setting in self.settings["defaults"]:
            # a new dictionary: a copy of the settings keeps the former one
            self.settings["controls"] = {**self.settings.get("controls", {}), setting: value}
        else:
            super().put_back(setting, value)

    def __getattr__(self, key: str) -> Any:
        settings = self.__dict__.get("settings", {})
        if key in settings.get("defaults", {}):
            return self.controls[key]
        return super().__getattr__(key)

    def attributes(self) -> list[str]:  # type: ignore[override]
        """Return the names of all settings and controls."""
        return [*type(self)._class_attributes(), *self.settings.get("defaults", {})]

    @classmethod
    def _class_attributes(cls) -> list[str]:
        return [key for key in dir(cls) if isinstance(getattr(cls, key, None), Setting)]

    def values(self) -> list[Value]:
        """Return the settings and controls that vary in time."""
        every = [*self.settings.values(), *self.controls.values()]
        return [value for value in every if isinstance(value, Value)]

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


def _definition(function: Callable[..., Any]) -> tuple[str, ast.FunctionDef]:
    """Return (the function's source without its decorators, its tree)."""
    try:
        source = textwrap.dedent(inspect.getsource(function))
        tree = ast.parse(source).body[0]
    except (OSError, TypeError, SyntaxError, IndexError):
        raise LivecodeError("@dsp needs the source of its function: define it with def") from None
    if not isinstance(tree, ast.FunctionDef):
        raise LivecodeError("@dsp stands above a function defined with def")
    tree.decorator_list = []
    lines = source.splitlines()
    return "\n".join([*[""] * (tree.lineno - 1), *lines[tree.lineno - 1 :]]), tree


def _parameters(function: Callable[..., Any]) -> tuple[tuple[str, ...], dict[str, float]]:
    """Return (names of the sources, keyword -> default)."""
    inputs, controls = [], {}
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            raise LivecodeError("a @dsp names its sources one by one, without * or **")
        if parameter.default is parameter.empty:
            inputs.append(parameter.name)
        elif hasattr(Dsp, parameter.name) or parameter.name in ("name", "settings", "player"):
            raise LivecodeError(
                f"every @dsp has a {parameter.name} of its own; give the keyword another name"
            )
        elif is_number(parameter.default) and math.isfinite(parameter.default):
            controls[parameter.name] = float(parameter.default)
        else:
            raise LivecodeError(
                f"the keyword {parameter.name}={parameter.default!r} is a control, so its default "
                "is a number"
            )
    return tuple(inputs), controls


def _check_names(source: str, definition: ast.FunctionDef, above: int) -> None:
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


#: pyo's functions begin in lower case, unlike its classes.
LOWER_CASE = frozenset({
    "midiToHz", "hzToMidi", "midiToTranspo", "sampsToSec", "secToSamps", "beatToDur", "linToCosCurve",
    "rescale", "distanceToSegment", "floatmap", "getVersion", "sndinfo", "pm_get_input_devices",
})  # fmt: skip
