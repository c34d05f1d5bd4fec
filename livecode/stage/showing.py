"""What the page is told: one small document for each layer, made of what the arena has, when that changes."""

import hashlib
import struct
import time
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from livecode.stage.maps import Planes
from livecode.stage.own import OwnFiles
from livecode.stage.spectrum import BANDS, LOW_HZ, Listener
from livecode.stage.ways import Ways
from livecode.transport import Arena
from livecode.transport.stage import (
    OWN,
    ShownText,
    StageOrder,
    StageStatus,
    StreamEntropies,
    Watched,
    look_at,
)
from livecode.transport.status import AgentStatus, Status, look_at_status
from livecode.transport.token_times import PatternTokens, TokenTimes

#: A terminal whose heart has not beaten for so long shows its text no more, in seconds.
TERMINAL_GONE_S = 3.0
#: The layer that each document belongs to; "": to none, it is always told.
LAYER_OF = {
    "stage": "",
    "clock": "clock",
    "agents": "agent",
    "paths": "map",
    "values": "curves",
    "patterns": "patterns",
    "code": "code",
    "own": "own",
    "named": "own",
}
#: The least time between two versions of a document, in seconds.
EVERY_S = {"clock": 0.2, "agents": 0.05, "paths": 0.1, "values": 0.1, "own": 0.5, "named": 0.1}
MOST_VALUES = 24
#: Sound as the page gets it: kind, whether the engine stands still, bands, the sample time that is heard,
#: the sample rate, and the peaks of both sides; then the bands, a byte each.
SOUND = struct.Struct("<BBHdfff")
SOUND_KIND = 1

#: The version of each document that a viewer has seen.
Versions = dict[str, int]
#: A document's version, a digest of it, and the document as JSON.
Document = tuple[int, bytes, bytes]


def composed(
    documents: Mapping[str, Document], sound: bytes, seen: Versions
) -> list[tuple[bytes, bool]]:
    """Return the messages for a viewer, (data, whether it is binary) each, and note them in `seen`."""
    new = []
    for key, (version, _, data) in documents.items():
        if seen.get(key) != version:
            seen[key] = version
            new.append(b'"%s":%s' % (key.encode(), data))
    messages = [(b"{" + b",".join(new) + b"}", False)] if new else []
    return [*messages, (sound, True)] if sound else messages


class Showing:
    """Reads the arena, and composes what a viewer does not know yet."""

    def __init__(
        self, arena: Arena, now_ns: Callable[[], int] = time.monotonic_ns, waits: bool = False
    ):
        """`waits`: for the maps of spaces to be loaded, as nobody else does meanwhile."""
        self._arena, self._header, self._now_ns = arena, arena.header, now_ns
        order = look_at(arena.stage, StageOrder)
        self._audio, self._own = order.audio, OwnFiles(order.folder)
        self._listener = Listener(arena.tap, int(arena.header.sample_rate))
        self._planes = Planes(waits)
        self._paths = Ways(arena.controls, self._planes)
        self._documents: dict[str, Document] = {}
        self._made_ns: dict[str, int] = {}
        self._boards: dict[str, bytes] = {}
        self._status = Status()
        self._sound = b""

    @property
    def stage(self) -> StageStatus:
        """What the set shows."""
        return self._status.stage

    @property
    def documents(self) -> dict[str, Document]:
        """What is shown now, by the name of each document."""
        return dict(self._documents)

    @property
    def sound(self) -> bytes:
        """What is shown of the sound now; nothing in a blackout."""
        return b"" if self._header.blackout else self._sound

    @property
    def loading(self) -> bool:
        """Whether the map of a space is still being loaded."""
        return self._planes.loading

    def look(self) -> None:
        """Take in what has changed since the last look."""
        now_ns = self._now_ns()
        if self._changed("status", self._arena.board.look()):
            self._status = look_at_status(self._boards["status"])
        status, shown = self._status, set(self._status.stage.layers)
        if self._header.blackout:
            shown = set()
        own = [name for name in shown if name.endswith(OWN)]
        if own:  # they may draw all there is
            shown |= {"own", "spectrum", "clock", "agent", "curves"}
        if "spectrum" in shown or "clock" in shown:
            self._hear(now_ns)
        self._offer("stage", self._stage(), now_ns)
        makers: dict[str, Callable[[], Any]] = {
            "clock": lambda: _clock(status),
            "agents": lambda: {name: self._agent(each) for name, each in status.agents.items()},
            "paths": lambda: self._paths.look(status.agents),
            "values": lambda: self._values(now_ns),
            "patterns": self._patterns,
            "code": lambda: self._code(now_ns),
            "own": lambda: self._own.versions(own),
            "named": lambda: status.named,
        }
        for key, make in makers.items():
            if LAYER_OF[key] in shown:
                if now_ns - self._made_ns.get(key, -(1 << 62)) >= EVERY_S.get(key, 0.0) * 1e9:
                    self._offer(key, make(), now_ns)
            else:
                self._documents.pop(key, None)

    def compose(self, seen: Versions) -> list[tuple[bytes, bool]]:
        """Return the messages for a viewer, (data, whether it is binary) each, and note them in `seen`."""
        return composed(self._documents, self.sound, seen)

    def _heard(self, now_ns: int) -> float:
        """Return the sample time that is heard now."""
        header = self._header
        return float(header.now(now_ns - int(header.latency_ns)))

    def _hear(self, now_ns: int) -> None:
        bands = self._listener.look()
        head = SOUND.pack(
            SOUND_KIND,
            int(self._listener.still > 5),
            BANDS,
            self._heard(now_ns),
            float(self._header.sample_rate),
            *self._listener.peaks,
        )
        self._sound = head + bands.tobytes()

    def _changed(self, name: str, data: bytes) -> bool:
        """Return whether a board has another document than before, and keep it."""
        if self._boards.get(name) == data:
            return False
        self._boards[name] = data
        return True

    def _offer(self, key: str, document: Any, now_ns: int) -> None:
        """Make a document known, if it differs from what is known already; None leaves that."""
        self._made_ns[key] = now_ns
        if document is None:
            return
        data = msgspec.json.encode(document)
        digest = hashlib.blake2b(data, digest_size=16).digest()
        version, former, _ = self._documents.get(key, (now_ns, b"", b""))
        if digest != former:
            self._documents[key] = version + 1, digest, data

    def _stage(self) -> dict[str, Any]:
        stage, bands = self._status.stage, self._listener.bands
        return {
            "layers": stage.layers,
            "palette": stage.palette,
            "motion": stage.motion,
            "size": stage.size,
            "blackout": bool(self._header.blackout),
            "bands": {"low": LOW_HZ, "high": bands.high_hz, "count": BANDS},
            "rate": self._header.sample_rate,
            "audio": self._audio,
        }

    def _agent(self, agent: AgentStatus) -> dict[str, Any]:
        """The raw state of an agent."""
        return {
            "space": agent.space,
            "axes": self._planes.of(agent.space).axes,
            "position": agent.position,
            "action": agent.action,
            "reward": agent.reward,
            "terms": agent.terms,
            "novelty": agent.novelty,
            "believed": agent.beliefs.reward,
            "unknown": agent.beliefs.novelty,
            "paused": agent.paused,
        }

    def _values(self, now_ns: int) -> dict[str, float]:
        """What moves: functions of `@layer`, settings, and how undecided streams are."""
        entropies = look_at(self._arena.entropies, StreamEntropies).at(self._heard(now_ns))
        return {
            **self._status.drawn,
            **dict(_most_telling(self._status.values)),
            **{
                f"{name}.entropy": bits
                for name, bits in entropies.items()
                if name in self._status.sounding
            },
        }

    def _patterns(self) -> Any:
        """The events of the patterns that are known; None while they are known to the page already."""
        if not self._changed("watched", self._arena.watched.look()):
            return None if "patterns" in self._documents else {}
        tokens = look_at(self._arena.watched, Watched).tokens
        return {
            "until": tokens.until,
            "rows": [
                {
                    "name": row.name,
                    "setting": row.setting,
                    "events": _events(row, tokens),
                }
                for row in tokens.patterns
            ],
        }

    def _code(self, now_ns: int) -> Any:
        """The text in the editor, or else the newest blocks, which other editors have evaluated."""
        beat_s = (now_ns - int(self._header.terminal_beat_ns)) * 1e-9
        page = self._arena.page.look() if beat_s < TERMINAL_GONE_S else b""
        source = b"page" + page if page else b"blocks" + self._arena.watched.look()
        if not self._changed("code", source) and "code" in self._documents:
            return None
        if page:
            return {"page": msgspec.Raw(page)} if _is_page(page) else None
        watched = look_at(self._arena.watched, Watched)
        return {
            "blocks": [
                {"number": each.number, "code": each.code, "ok": each.ok, "frame": each.frame}
                for each in watched.blocks
            ],
            "tokens": _places(watched),
        }


def _events(row: PatternTokens, tokens: TokenTimes) -> list[tuple[int, int, str]]:
    """Return the events of a pattern: (begin, end, its word or number).

    Of a pattern that is made of several texts, such as one with a gain of its own, the first counts.
    """
    first: dict[tuple[int, int], int] = {}
    for span in row.spans:
        key = span.begin, span.end
        first[key] = min(span.notation, first.get(key, span.notation))
    return [
        (span.begin, span.end, tokens.notations[span.notation][span.first : span.last])
        for span in row.spans
        if span.notation == first[span.begin, span.end]
    ]


def _is_page(data: bytes) -> bool:
    try:
        msgspec.json.decode(data, type=ShownText)
    except msgspec.MsgspecError:
        return False
    return True


def _places(watched: Watched) -> list[tuple[int, int, int, int, int]]:
    """Return where tokens are lit: (begin, end, number of the block, first, last character of its code).

    A token stands in the newest block that quotes its notation and names what plays it.
    """
    tokens, found = watched.tokens, []
    for row in tokens.patterns:
        stands: dict[int, tuple[int, int] | None] = {}  # notation -> number of its block, its place
        for span in row.spans:
            if span.notation not in stands:
                stands[span.notation] = _stands(tokens.notations[span.notation], row, watched)
            if (place := stands[span.notation]) is not None:
                first = place[1] + span.first
                last = first + span.last - span.first
                found.append((span.begin, span.end, place[0], first, last))
    return found


def _stands(notation: str, row: PatternTokens, watched: Watched) -> tuple[int, int] | None:
    """Return (number of the newest block that quotes a notation for a row, its place there), if any does."""
    names = (row.name, *row.made_of)
    for block in reversed(watched.blocks):
        at = max(block.code.find(f"{quote}{notation}{quote}") for quote in ('"', "'"))
        if at >= 0 and any(name in block.code for name in names):
            return block.number, at + 1
    return None


def _clock(status: Status) -> dict[str, Any]:
    """Where the set, the beat and the tempo are; the page counts on from there."""
    scene = status.scene
    return {
        "frame": status.frame,
        "beat": status.beat,
        "bar": status.bar,
        "beats": status.beats_per_bar,
        "tempo": round(status.tempo, 2),
        "scene": None
        if scene is None
        else {
            "name": scene.name,
            "begun": scene.begun,
            "time": scene.time_s,
            "left": scene.left_s,
            "next": scene.next,
            "held": scene.held,
            "index": scene.index,
        },
    }


def _most_telling(values: Mapping[str, float]) -> list[tuple[str, float]]:
    """Return the values that move, temperatures first."""
    ordered = sorted(values.items(), key=lambda each: not each[0].endswith(".temperature"))
    return ordered[:MOST_VALUES]
