"""Tries every cell of a set offline, and finds what will not work in the evening."""

import builtins
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from livecode.errors import LivecodeError, located
from livecode.offline.names_used import SENT, NamesUsed, names_used
from livecode.offline.session import Session
from livecode.offline.work import PROCESSES, Shares
from livecode.performance.input_words import MIDI_CALLS
from livecode.sets.set_file import Scene, SetFile, read_set
from livecode.signals.frames import read_frames
from livecode.signals.intake import Intake
from livecode.signals.midi_ports import MidiPorts
from livecode.signals.port_holder import holder_of
from livecode.signals.udp import UdpListener
from livecode.syntax.signals_read import reads_signal
from livecode.transport.events import Event

#: A cell that takes longer than this counts as endless.
CELL_LIMIT_S = 5.0
#: Each scene plays for SETTLE_S; then its speed is measured in PIECES pieces of PIECE_S.
SETTLE_S, PIECE_S, PIECES = 0.3, 0.25, 6
#: A scene of which a process computes less than this many times as fast as it plays may falter on a bad day.
LITTLE_HEADROOM = 2.0
NOT_HEARD = {
    "rings": "and nothing is heard of them now: put them on, or use `livecode rings --simulate`",
    "midi": "and no MIDI input is connected now",
}


@dataclass(frozen=True)
class Finding:
    """Something to know before the evening. If `grave`, the set does not play as it is written."""

    scene: str
    line: int  # in the file, from 1; 0: of no line
    text: str
    grave: bool


@dataclass
class SceneReport:
    """Length, speed, sounds and signals of one scene on this machine."""

    number: int
    name: str
    line: int
    length: str
    sounds: list[str] = field(default_factory=list)
    realtime: float | None = None  # how many times as fast as it plays the busiest process computes
    shares: Shares | None = None  # of its time that each process would need live
    listens: list[str] = field(default_factory=list)  # signals that somebody must send


@dataclass
class Report:
    """The scenes of a set, and the findings."""

    path: str
    scenes: list[SceneReport] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether the set plays as it is written."""
        return not any(finding.grave for finding in self.findings)

    def add(self, scene: str, line: int, text: str, grave: bool) -> None:
        """Add a finding, unless the same is known of the same line: each thing is said once."""
        if not line or not self.knows(line, text):
            self.findings.append(Finding(scene, line, text, grave))

    def knows(self, line: int, text: str) -> bool:
        """Return whether a finding says this of a line, at whatever scene."""
        return any((each.line, each.text) == (line, text) for each in self.findings)


def check_set(
    path: Path,
    osc: Path | None = None,
    osc_port: int | None = None,
    measure: Callable[[Session], Shares] | None = None,
) -> Report:
    """Try all scenes of a set, and return a report.

    `osc` is a file of recorded packets that will be sent. `osc_port` is a UDP port on which to listen
    for packets meanwhile. `measure` tells what each process would need of its time; None stands for
    `measured`. Raises LivecodeError if there is nothing in the set to try.
    """
    listener, taken = _listening(osc_port)
    ports = None
    try:
        set_file = read_set(path)
        report = Report(str(path))
        for fault in set_file.faults:
            report.add(fault.scene, fault.line, fault.text, True)
        used = {scene.name: _used(scene) for scene in (set_file.preparation, *set_file.scenes)}
        if osc_port is not None and any("midi" in each.needs for each in used.values()):
            ports = MidiPorts(time.monotonic)  # finds inputs while the scenes are tried
        known = _in_order(set_file, report, used, measure or measured)
        missing = _jumps(set_file, report, used, known)
        for index in range(len(set_file.scenes)):
            _alone(set_file, index, report, missing)
        packets = [frame.packet for frame in read_frames(osc)] if osc is not None else []
        if listener is not None:
            packets += [packet for _, packet, _ in listener.drain()]
        midi = ports is not None and bool(ports.inputs)
        _sensors(set_file, report, used, packets, midi, taken)
    finally:
        if ports is not None:
            ports.close()
        if listener is not None:
            listener.close()
    order = ["preparation", *(scene.name for scene in set_file.scenes)]
    report.findings.sort(key=lambda f: (order.index(f.scene) if f.scene in order else -1, f.line))
    return report


def _listening(osc_port: int | None) -> tuple[UdpListener | None, str]:
    """Open the port, if there is one; return the listener, and who has the port instead."""
    if osc_port is None:
        return None, ""
    try:
        return UdpListener(port=osc_port), ""
    except LivecodeError:  # probably a performance is on, which hears the packets itself
        return None, f"UDP port {osc_port} is taken by {holder_of(osc_port)}"


def _used(scene: Scene) -> NamesUsed:
    """Return the names that a scene defines, needs and ends, with their lines in the file."""
    found = names_used(scene.padded, [] if scene.when is None else [scene.when])
    found.needs.pop("scene", None)
    if not reads_signal(scene.padded, "midi", MIDI_CALLS):
        found.needs.pop("midi", None)
    for name in scene.ends:
        found.ends.setdefault(name, scene.first_line - 1)
    return found


def _open(session: Session, set_file: SetFile) -> list[Event]:
    """Prepare a set without beginning it, and return the events of what went wrong."""
    performance = session.performance
    performance.set_player.cell_limit_s = CELL_LIMIT_S
    performance.record.enabled = False
    before = len(session.log) + len(set_file.faults)
    performance.set_player.open(set_file)
    performance.blocks.run_after()
    performance.scenes.watch = None  # the set stays as it was read
    return _wrong(session.log[before:])


def _begin(session: Session, index: int) -> None:
    """Play a scene, and stay in it."""
    performance = session.performance
    performance.set_player.play(index)
    performance.scenes.held = True  # no scene follows by itself here


def _wrong(events: Iterable[Event]) -> list[Event]:
    return [event for event in events if event.wrong]


def _doubts(events: Iterable[Event]) -> list[Event]:
    """Return the events that tell of something odd in what a name plays, such as a damaged file."""
    return [event for event in events if event.kind == "note" and event.names]


def _in_order(
    set_file: SetFile,
    report: Report,
    used: dict[str, NamesUsed],
    measure: Callable[[Session], Shares],
) -> set[str]:
    """Play each scene after those before it, and return the names that all cells may use."""
    with Session() as session:
        known = set(session.performance.words) | set(session.performance.signals)
        wrong = _open(session, set_file)
        wrong = [event for event in wrong if not _known_fault(set_file.preparation, event)]
        _find(report, "preparation", set_file.preparation, wrong)
        for index, scene in enumerate(set_file.scenes):
            before = len(session.log)
            _begin(session, index)
            session.advance(SETTLE_S)
            shares = measure(session)
            session.performance.deferred.run_after()
            wrong = [e for e in _wrong(session.log[before:]) if not _known_fault(scene, e)]
            _find(report, scene.name, scene, wrong)
            _find(report, scene.name, scene, _doubts(session.log[before:]), grave=False)
            length = "until cued" if scene.lasts is None else str(scene.lasts)
            row = SceneReport(index + 1, scene.name, scene.first_line - 1, length)
            row.sounds = session.performance.generations.sounding()
            row.realtime, row.shares = round(shares.realtime, 1), shares
            row.listens = sorted({*used[scene.name].needs} & {*SENT})
            report.scenes.append(row)
            if shares.realtime < LITTLE_HEADROOM:
                report.add(scene.name, 0, _said(shares), shares.realtime < 1)
            if not row.sounds and not wrong and not scene.broken:
                report.add(scene.name, row.line, "nothing sounds in it", False)
    return known | set(dir(builtins)) | used["preparation"].defines


def _known_fault(scene: Scene, event: Event) -> bool:
    """Return whether an error repeats that a cell is no Python, which the set's faults say."""
    return scene.broken and event.kind == "error"


def measured(session: Session) -> Shares:
    """Return what share of its time each process would need live, in the processor's time.

    Here one thread does the work of all three, so each is measured by itself.
    """
    pieces = [session.shares(PIECE_S) for _ in range(PIECES)]
    return Shares(*(median(getattr(piece, each) for piece in pieces) for each in PROCESSES))


def _said(shares: Shares) -> str:
    """Return a sentence about a scene that has little to spare, or not enough."""
    what = "more than this machine can compute" if shares.realtime < 1 else "little to spare"
    if shares.of_cores() > shares.most:
        return f"mind, voices and engine need {shares.of_cores():.0%} of all cores: {what}"
    who = shares.busiest
    return f"the {who} need{'' if who == 'voices' else 's'} {shares.most:.0%} of the time there is: {what}"


def _find(
    report: Report, name: str, scene: Scene, events: Sequence[Event], grave: bool = True
) -> None:
    for event in events:
        line, text = _place(scene, event)
        report.add(name, line, text, grave)


def _place(scene: Scene, event: Event) -> tuple[int, str]:
    """Return the line of an event in the file and its text; without a line, the scene's first."""
    line = scene.first_line if event.line is None else event.line
    return line, located(event.text, event.names)


def _jumps(
    set_file: SetFile, report: Report, used: dict[str, NamesUsed], known: set[str]
) -> dict[str, set[str]]:
    """Note the names of each scene that only other scenes define; return them by scene.

    Such a scene fails if somebody jumps to it before the others were played.
    """
    missing: dict[str, set[str]] = {}
    for index, scene in enumerate(set_file.scenes):
        mine = used[scene.name]
        missing[scene.name] = {name for name in mine.needs if name not in known}
        by_makers: dict[tuple[str, ...], list[str]] = {}
        for name in sorted(missing[scene.name], key=lambda each: mine.needs[each]):
            makers = [s.name for s in set_file.scenes if name in used[s.name].defines]
            elsewhere = tuple(maker for maker in makers if maker != scene.name)
            if elsewhere:  # a name that nothing defines was found by playing
                by_makers.setdefault(elsewhere, []).append(name)
        for others, names in by_makers.items():
            early = not any(s.name in others for s in set_file.scenes[:index])
            how = "comes too early" if early else "fails unless that was played before"
            text = (
                f"uses {_listed(names, 'and')}, which only {_listed(others, 'or')} makes: "
                f"go({scene.name!r}) {how}"
            )
            report.add(scene.name, mine.needs[names[0]], text, False)
        made = {name for each in used.values() for name in each.defines}
        for name, line in mine.ends.items():
            if name not in made:
                text = f"takes {name} away, which nothing makes"
                report.add(scene.name, line, text, False)
    return missing


def _listed(names: Sequence[str], last: str) -> str:
    """Return names as a list in prose, at most four of them; `last` is the word before the last."""
    shown = [*names[:4], *(["others"] if len(names) > 4 else [])]
    return f" {last} ".join([*([", ".join(shown[:-1])] if shown[:-1] else []), shown[-1]])


def _alone(set_file: SetFile, index: int, report: Report, missing: dict[str, set[str]]) -> None:
    """Play a scene after the preparation alone, as after a jump to it."""
    scene = set_file.scenes[index]
    if scene.broken or missing[scene.name]:
        return  # known to fail
    with Session() as session:
        _open(session, set_file)
        before = len(session.log)
        _begin(session, index)
        session.advance(SETTLE_S)
        for event in _wrong(session.log[before:]):
            line, text = _place(scene, event)
            if not report.knows(line, text):
                text = f"alone, with no scene before it: {text}"
                report.add(scene.name, line, text, False)


def _sensors(
    set_file: SetFile,
    report: Report,
    used: dict[str, NamesUsed],
    packets: list[bytes],
    midi: bool,
    taken: str,
) -> None:
    """Note the signals that the set uses and that nobody sends at present.

    `taken`: who has the port on which they would be heard, "" if nobody else has it.
    """
    intake = Intake()
    for packet in packets:
        intake.receive(packet, 0.0)
    heard = {name for name, there in (("rings", intake.rings.ids), ("midi", midi)) if there}
    said: set[str] = set()
    for scene in (set_file.preparation, *set_file.scenes):
        mine = used[scene.name]
        for name in sorted({*mine.needs} & {"rings", "midi"} - heard - said):
            said.add(name)
            why = f"which cannot be heard now: {taken}" if taken and name == "rings" else ""
            text = f"listens to {name}, {why or NOT_HEARD[name]}"
            report.add(scene.name, mine.needs[name], text, False)
        for address, line in mine.addresses.items():
            if address not in intake.osc and address not in said:
                said.add(address)
                why = f"which cannot be heard now: {taken}" if taken else "which nobody sends now"
                text = f"listens to the OSC address {address}, {why}"
                report.add(scene.name, line, text, False)
