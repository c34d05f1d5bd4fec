"""The pages of the reference: what docs/language.md has of each word, and all commands."""

import argparse
import re
from collections.abc import Iterator

from tools.reference import BEGIN, END

#: What stands before a part of the reference.
LEADS = {
    "words": "Everything that is called. F1 in the terminal explains the word at the cursor in the same way.",
    "settings": "What can be set on a name: `ego.level = 0.5`.",
    "curves": "Values that are functions of time, for whatever takes a number.",
    "rewards": "Judges that come with the language; those of your own are functions under `@reward`.",
    "patterns": "What is done to a pattern, each with its example.",
    "signals": "What functions may ask for by the name of a parameter.",
    "units": "Lengths of time. Those in beats follow the tempo.",
    "keys": "All keys of the terminal.",
}
_WORD = re.compile(r"^\*\*`([^`]+)`\*\*$", re.MULTILINE)
_KIND = re.compile(r"^\*\*(\w+)\*\*: ", re.MULTILINE)
_TABLE = re.compile(r"^([A-Z][^\n:|`]+):\n\n(?=\| )", re.MULTILINE)
_NAME = re.compile(r"[\w.]+")


def divided(text: str) -> tuple[str, dict[str, str]]:
    """Return docs/language.md without its reference, and each part of the reference as a page."""
    before, _, rest = text.partition(BEGIN)
    inside, _, after = rest.partition(END)
    parts = {}
    for part in re.split(r"^(?=## )", inside, flags=re.MULTILINE)[1:]:
        title, _, body = part.partition("\n")
        name = title.removeprefix("## ").strip().lower()
        lead = f"{LEADS[name]}\n\n" if name in LEADS else ""
        heading = title.removeprefix("#")
        parts[name] = f"{heading}\n\n{lead}{_with_headings(body.strip())}\n"
    return before.rstrip() + "\n" + after, parts


def _with_headings(body: str) -> str:
    """Give each word a heading, so that it can be linked to and found in the menu of the page."""

    def headed(found: re.Match[str]) -> str:
        call = found.group(1)
        name = _NAME.match(call)
        assert name is not None, call
        signature = f"\n\n```python\n{_wrapped(call)}\n```" if "(" in call else ""
        return f"## {name.group()}{signature}"

    body = _TABLE.sub(r"## \1\n\n", _KIND.sub(r"## \1\n\n", body))
    return _WORD.sub(headed, body)


def _wrapped(call: str, width: int = 72) -> str:
    """Return a long signature in lines, broken between its parameters."""
    if len(call) <= width:
        return call
    name, _, inside = call.partition("(")
    lines = [""]
    for each in re.split(r"(?<=,) (?![^(\[{]*[)\]}])", inside.removesuffix(")")):
        if lines[-1] and len(lines[-1]) + len(each) + 1 > width - 4:
            lines.append("")
        lines[-1] = f"{lines[-1]} {each}".strip()
    body = "\n".join(f"    {line}" for line in lines)
    return f"{name}(\n{body}\n)"


def commands() -> str:
    """Return the page of all commands, each with what its `--help` says."""
    from livecode.cli.command import command_parser

    parts = ["# Commands", "", "What `livecode COMMAND --help` says of each.", ""]
    for what, parser in _below(command_parser()):
        said = f"{what[:1].upper()}{what[1:]}."
        parts += [f"## {parser.prog}", "", said, "", "```text", parser.format_help().rstrip()]
        parts += ["```", ""]
    return "\n".join(parts)


def _below(parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Yield the commands of a parser and theirs: what each does, and itself with all of its options."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for listed, each in zip(action._choices_actions, action.choices.values(), strict=True):
                if each._fill is not None:
                    each._fill(each)
                each.formatter_class = _Columns
                yield str(listed.help), each
                yield from _below(each)


class _Columns(argparse.HelpFormatter):
    """Help that does not depend on the width of the terminal in which the site is built."""

    def __init__(self, prog: str):
        super().__init__(prog, width=78)
