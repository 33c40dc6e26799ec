"""Free TCP ports that two checkouts starting at the same moment cannot both choose."""

from __future__ import annotations

import socket
from dataclasses import dataclass

TRIES = 500


class PortTaken(Exception):
    """The port that was asked for is in use."""


@dataclass(frozen=True, slots=True)
class Port:
    """A port that is ours for as long as this object, or this process, lives."""

    number: int
    claim: socket.socket

    def release(self) -> None:
        """Let others choose the port."""
        self.claim.close()


def claim(number: int) -> Port:
    """Claim exactly this port.

    Raises:
        PortTaken: something listens on it, or another checkout has claimed it.
    """
    # Between choosing a port and the server's listening on it lie a migration and a seed. The
    # claim is a socket name in the kernel's abstract space: it vanishes with its holder.
    held = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        held.bind(f"\0weidian-devstack-port-{number}")
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("0.0.0.0", number))
    except (OSError, OverflowError) as taken:
        held.close()
        raise PortTaken(f"Port {number} is in use; choose another with PORT=") from taken
    return Port(number, held)


def claim_from(first: int) -> Port:
    """Claim the first free port from ``first`` upwards.

    Raises:
        PortTaken: none of the next few hundred is free.
    """
    for number in range(first, first + TRIES):
        try:
            return claim(number)
        except PortTaken:
            continue
    raise PortTaken(f"No free port from {first} to {first + TRIES - 1}")


def lan_address() -> str:
    """Return this machine's address on its local network, or 127.0.0.1 without a network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # "Connecting" a datagram socket only asks the routing table; nothing is sent.
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])
