"""The intake of packets, live or replayed: sensors move the rings, other addresses are kept as `osc`."""

from collections.abc import Callable

from livecode.signals import osc, sensors
from livecode.signals.rings import Rings

MAX_ADDRESSES = 256  # addresses kept besides those of sensors
MAX_WANTED = 4096  # addresses that code may read; code may make them up
# the addresses of cues, which are never kept: an argument may be the secret token
CUES = "/livecode/"
# the environment variable with the token: everyone can see a command line
CUES_TOKEN = "LIVECODE_CUES"
# set if other machines may send the token as it is
CUES_IN_CLEAR = "LIVECODE_CUES_IN_CLEAR"


class Intake:
    """Decodes packets, moves the rings, and keeps the last arguments of every other address.

    rings    what the performer reads as `rings`
    osc      address -> arguments of its last message, for at most `MAX_ADDRESSES` addresses;
             those that are wanted come before all others
    refused  reason -> number of packets or messages refused for that reason
    """

    def __init__(self, rings: Rings | None = None):
        self.rings = Rings() if rings is None else rings
        self.osc: dict[str, tuple[osc.Argument, ...]] = {}
        self._wanted: set[str] = set()  # addresses that the performer's code reads
        self.refused: dict[str, int] = {}
        #: Called with each cue; returns whether the cue was accepted.
        self.on_cue: Callable[[osc.OscMessage], bool] = lambda message: False
        #: Returns whether a cue has the right to be one, without following it.
        self.admits: Callable[[osc.OscMessage], bool] = lambda message: False

    def receive(
        self, packet: bytes, time_s: float, note: Callable[[bool], None] = lambda used: None
    ) -> int:
        """Apply one packet that arrived at `time_s`. Return how many of its messages were used.

        The method never raises. A faulty packet changes nothing and is counted in `refused`, and so
        does a faulty message of a bundle. `note(used)` is called before a packet is applied that may
        change something; `used`: it moves a ring, or is a cue, and not just a value that may be read.
        """
        used = 0
        try:
            messages = osc.decode(packet, self._refuse)
            kept = [each for each in messages if self._admitted(each)]
            if kept:
                note(any(self._is_used(each) for each in kept))
            for message in kept:
                used += self._apply(message, time_s)
        except osc.PacketError as error:
            self._refuse(error.reason)
        except Exception as error:  # whatever the error, the next packet must be received
            self._refuse(f"unexpected {type(error).__name__}")
        return used

    def _admitted(self, message: osc.OscMessage) -> bool:
        """Return whether a message may change anything; a cue that may not is refused at once."""
        if message.address.startswith(CUES) and not self.admits(message):
            self.on_cue(message)
            return False
        return True

    @staticmethod
    def _is_used(message: osc.OscMessage) -> bool:
        """Return whether a message is a cue, or moves a ring."""
        if message.address.startswith(CUES):
            return True
        try:
            return sensors.read(message) is not None
        except sensors.SensorError:
            return False

    def _apply(self, message: osc.OscMessage, time_s: float) -> bool:
        if message.address.startswith(CUES):
            return self.on_cue(message)
        try:
            reading = sensors.read(message)
        except sensors.SensorError as error:
            self._refuse(error.reason)
            return False
        if reading is not None:
            self.rings.receive(reading, time_s)
        elif message.address in self.osc or self._has_room(message.address):
            self.osc[message.address] = message.args
        else:
            self._refuse("too many addresses")
            return False
        return True

    def want(self, address: str) -> None:
        """Keep messages to an address from now on, whatever else comes."""
        if len(self._wanted) < MAX_WANTED:
            self._wanted.add(address)

    def _has_room(self, address: str) -> bool:
        """Make room for a new address, if need be by forgetting one that nobody reads."""
        if len(self.osc) < MAX_ADDRESSES:
            return True
        if address not in self._wanted:
            return False
        unread = next((known for known in self.osc if known not in self._wanted), None)
        if unread is not None:
            del self.osc[unread]
        return True

    def _refuse(self, reason: str) -> None:
        self.refused[reason] = self.refused.get(reason, 0) + 1
