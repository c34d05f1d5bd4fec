"""Where a packet goes once it has arrived, live or replayed: into the rings, or kept as `osc`."""

from collections.abc import Callable

from livecode.signals import osc, sensors
from livecode.signals.rings import Rings

MAX_ADDRESSES = 256  # other addresses than sensors' that are kept
CUES = "/livecode/"  # addresses of cues, which are never kept: a token may be in them
CUES_TOKEN = "LIVECODE_CUES"  # hands it to the mind: a command line is for all to see


class Intake:
    """Decodes packets, moves the rings, keeps the last arguments of every other address.

    rings    what the performer reads as `rings`
    osc      address -> arguments of its last message, at most `MAX_ADDRESSES` of them
    refused  reason -> how many packets or messages were refused for it
    """

    def __init__(self, rings: Rings | None = None):
        self.rings = Rings() if rings is None else rings
        self.osc: dict[str, tuple[osc.Argument, ...]] = {}
        self.refused: dict[str, int] = {}
        #: Told of each cue; whether it was one to follow.
        self.on_cue: Callable[[osc.OscMessage], bool] = lambda message: False

    def receive(self, packet: bytes, time_s: float) -> int:
        """Apply one packet that arrived at `time_s`; return how many messages were of use.

        It never raises: a packet that is off changes nothing and is counted.
        """
        used = 0
        try:
            for message in osc.decode(packet):
                used += self._apply(message, time_s)
        except osc.PacketError as error:
            self._refuse(error.reason)
        except Exception as error:  # whatever it is, the next packet must still be heard
            self._refuse(f"unexpected {type(error).__name__}")
        return used

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
        elif message.address in self.osc or len(self.osc) < MAX_ADDRESSES:
            self.osc[message.address] = message.args
        else:
            self._refuse("too many addresses")
            return False
        return True

    def _refuse(self, reason: str) -> None:
        self.refused[reason] = self.refused.get(reason, 0) + 1
