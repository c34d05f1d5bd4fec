"""Finds lengths of time that are fractions without a unit, such as `every=1/4`: they are seconds."""

import ast
from collections.abc import Iterator

#: Keywords and settings that take a length of time.
_LENGTHS = frozenset({
    "attack", "every", "fade", "over", "patience", "period", "quant", "release", "sustain", "time",
})  # fmt: skip
#: Words and methods whose first argument is a length of time.
_TAKE_LENGTHS = frozenset({"back", "fade", "forward", "hush", "lag", "quant", "surprise"})


def fractions_of_seconds(tree: ast.AST) -> Iterator[str]:
    """Yield a sentence for each length that is a fraction of plain numbers, as a note value is written."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=function, args=arguments, keywords=keywords):
                name = function.attr if isinstance(function, ast.Attribute) else None
                name = function.id if isinstance(function, ast.Name) else name
                if name in _TAKE_LENGTHS and arguments:
                    yield from _remark(arguments[0], f"{name}({{}})")
                for keyword in keywords:
                    if keyword.arg in _LENGTHS:
                        yield from _remark(keyword.value, f"{keyword.arg}={{}}")
            case ast.Assign(targets=[ast.Attribute(attr=name)], value=value) if name in _LENGTHS:
                yield from _remark(value, f"{name} = {{}}")


def _remark(value: ast.expr, place: str) -> Iterator[str]:
    parts = list(ast.walk(value))
    plain = (ast.BinOp, ast.UnaryOp, ast.Constant, ast.operator, ast.unaryop)
    if not all(isinstance(part, plain) for part in parts):
        return
    if not any(isinstance(part, ast.Div) for part in parts):
        return
    text = ast.unparse(value).replace(" ", "")
    try:
        seconds = eval(text, {"__builtins__": {}})
    except Exception:  # the block itself will say so
        return
    if not isinstance(seconds, (int, float)):
        return
    yield (
        f"{place.format(text)} is {seconds:g} seconds; "
        f"write {text}*beats or {text}*bars for a part of the beat or the bar"
    )
