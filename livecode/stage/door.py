"""Who is let in: exact checks of host, origin and token, and a count of those who are refused."""

import hmac
import socket
from collections import Counter
from dataclasses import dataclass, field

import psutil

from livecode.transport.stage import LOOPBACK, is_loopback

#: So many pages are served at once, and so many connections are open that are none.
MOST_VIEWERS, MOST_CONNECTIONS = 32, 64
#: Addresses that stand for every one of this machine.
ANY = ("0.0.0.0", "::")

#: The status of an answer to a request that is refused, by what is wrong with it.
STATUS = {"host": 421, "origin": 403, "token": 404, "path": 404, "method": 405, "viewers": 503}


@dataclass
class Door:
    """What a request has to be for an answer; `refused` counts those that were not."""

    host: str
    port: int
    token: str
    tls: bool = False
    refused: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._hosts = frozenset(self._written(name) for name in _names_of(self.host))

    @property
    def address(self) -> str:
        """The address of the page, which is a secret."""
        return f"{self._scheme}://{self._written(shown_host(self.host))}/{self.token}/"

    def refuses(self, host: str | None, origin: str | None, token: str, socket: bool) -> str | None:
        """Return what is wrong with a request, as a key of STATUS, and count it; None if nothing is.

        `socket`: it asks for the event stream, which only a page of ours may do.
        """
        why = self._wrong(host, origin, token, socket)
        if why is not None:
            self.refused[why] += 1
        return why

    def _wrong(self, host: str | None, origin: str | None, token: str, socket: bool) -> str | None:
        if host is None or host.lower() not in self._hosts:
            return "host"
        if (socket or origin is not None) and origin != f"{self._scheme}://{host.lower()}":
            return "origin"
        if not hmac.compare_digest(token.encode(), self.token.encode()):
            return "token"
        return None

    @property
    def _scheme(self) -> str:
        return "https" if self.tls else "http"

    def _written(self, host: str) -> str:
        """Return host and port as a browser writes them."""
        shown = f"[{host}]" if ":" in host else host
        usual = 443 if self.tls else 80
        return shown if self.port == usual else f"{shown}:{self.port}"


def shown_host(host: str) -> str:
    """Return the host of the address that is shown: one that other machines reach, if they may."""
    if host not in ANY:
        return host
    return next((each for each in _own_addresses() if not is_loopback(each)), "localhost")


def _names_of(host: str) -> list[str]:
    """Return all names under which a page on that address is asked for."""
    if host in ANY:
        return [*_own_addresses(), "localhost", socket.gethostname().lower()]
    return [*LOOPBACK, host] if is_loopback(host) else [host.lower()]


def _own_addresses() -> list[str]:
    kinds = (socket.AF_INET, socket.AF_INET6)
    found = [each for own in psutil.net_if_addrs().values() for each in own if each.family in kinds]
    return [each.address.partition("%")[0] for each in sorted(found, key=lambda own: own.family)]
