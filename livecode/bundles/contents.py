"""What a bundle says of itself: what it holds, what it needs, and which installation has made it."""

import re
from collections.abc import Mapping
from pathlib import PurePosixPath

import msgspec

from livecode.errors import LivecodeError
from livecode.files import CONTENTS, FILES
from livecode.journal.installation import is_signed, signature
from livecode.neural.model_file import SUFFIX
from livecode.neural.stored_zip import PROGRAMS

VERSION = 1
JOURNAL, CODE, MODELS, AGENTS, CARD = "journal", "code.py", "models", "agents", "README.md"
#: A bundle holds so many files at most, and each has so long a path.
MOST_FILES, LONGEST_NAME, DEEPEST = 20_000, 1000, 40
#: Endings of programs that nobody can read before they run.
UNREADABLE = frozenset(PROGRAMS) - {".py"} | {
    ".so", ".pyd", ".dll", ".dylib", ".pyc", ".pyo", ".exe", ".egg", ".whl", ".joblib",
}  # fmt: skip
_ODD = re.compile(r'[\x00-\x1f\x7f\\:*?"<>|]|[. ]$')
_JOURNAL = re.compile(r"journal(\.[1-9]\d{0,3})?")
_MODEL = re.compile(r"\w(?:[\w .+-]{0,62}[\w+-])?")


class CarriedFile(msgspec.Struct, frozen=True):
    """One file of a bundle."""

    sha256: str
    path: str = ""  # where it was, for what the code reads; "": it is livecode's own
    changed_ns: int = 0  # when it was changed last, in nanoseconds since 1970


class NeededModel(msgspec.Struct, frozen=True):
    """A model that was heard."""

    name: str  # as it is named in the code, or its path
    sha256: str
    licence: str = ""
    left_out: str = ""  # why it is not in the bundle; "": it is


class Contents(msgspec.Struct, frozen=True):
    """The table of contents."""

    bundle: int  # the version of the format
    livecode: str  # the version that has made it
    date: float  # of the performance, in seconds since 1970
    seconds: float  # how long it was
    home: str  # the home folder there
    title: str = ""  # the file name of the set, if there was one
    files: dict[str, CarriedFile] = {}
    models: tuple[NeededModel, ...] = ()
    missing: tuple[str, ...] = ()  # a sentence for each thing that a replay may lack
    signed: str = ""

    def seal(self) -> "Contents":
        """Return the contents with the signature of this installation."""
        return msgspec.structs.replace(self, signed=signature("bundle", self._told()))

    @property
    def is_ours(self) -> bool:
        """Whether this installation has made the bundle, as it is."""
        return is_signed(self.signed, "bundle", self._told())

    def _told(self) -> str:
        unsigned = msgspec.structs.replace(self, signed="")
        return msgspec.json.encode(unsigned, order="sorted").decode()


def encode(contents: Contents) -> bytes:
    """Return the contents as they stand in the bundle: JSON that people can read, too."""
    return msgspec.json.format(msgspec.json.encode(contents), indent=1)


def decode(data: bytes) -> Contents:
    """Return the contents of a bundle; raises LivecodeError if they are damaged or of another version."""
    try:
        version = msgspec.json.decode(data, type=dict).get("bundle")
        if version != VERSION:
            raise LivecodeError(
                f"it is a bundle of version {version!r}, and this livecode reads version {VERSION}: "
                "update livecode"
            )
        contents = msgspec.json.decode(data, type=Contents)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise LivecodeError(f"its {CONTENTS} is damaged") from None
    _check_needed(contents.models)
    return contents


def check_names(names: Mapping[str, object]) -> None:
    """Raise LivecodeError unless each name is that of a file which belongs into a bundle, at its place."""
    if len(names) > MOST_FILES:
        raise LivecodeError(f"it holds {len(names)} files, and a bundle at most {MOST_FILES}")
    folded: dict[str, str] = {}
    folders: set[str] = set()
    for name in names:
        _check_name(name)
        if (other := folded.setdefault(name.casefold(), name)) != name:
            raise LivecodeError(
                f"it holds both {other!r} and {name!r}, which are one file elsewhere"
            )
        folders |= {str(each).casefold() for each in PurePosixPath(name).parents}
    if twice := folders & set(folded):
        raise LivecodeError(f"it holds {folded[twice.pop()]!r} as a file and as a folder")


def _check_name(name: str) -> None:
    parts = name.split("/")
    odd = any(part in ("", ".", "..") or _ODD.search(part) for part in parts)
    long = len(name.encode()) > LONGEST_NAME or len(parts) > DEEPEST
    if odd or long or max(len(part.encode()) for part in parts) > 250:
        raise LivecodeError(f"it holds {name[:80]!r}, which is no name of a file in a bundle")
    if PurePosixPath(name).suffix.lower() in UNREADABLE:
        raise LivecodeError(
            f"it holds {name!r}, which is or may be a program that nobody can read before it runs"
        )
    if not _belongs(parts):
        raise LivecodeError(f"it holds {name!r}, which is nothing that a bundle has")


def _belongs(parts: list[str]) -> bool:
    """Return whether a file of that path has a place in bundles."""
    match parts:
        case [single]:
            return single in (CONTENTS, CODE) or bool(_JOURNAL.fullmatch(single))
        case ["agents", agent]:
            return agent.endswith(SUFFIX)
        case ["models", model, file]:
            return bool(_MODEL.fullmatch(model)) and file in (model + SUFFIX, CARD)
        case [first, "home" | "root", *_]:
            return first == FILES and len(parts) > 2
    return False


def _check_needed(models: tuple[NeededModel, ...]) -> None:
    for each in models:
        if len(each.name) > LONGEST_NAME or len(each.sha256) not in (0, 64):
            raise LivecodeError(f"its {CONTENTS} names a model that cannot be")
