"""Sockets for the services: the usual port if it is free, else another; held open so that nobody takes it meanwhile."""

import socket

LOCAL = "127.0.0.1"


def listen(preferred: int) -> socket.socket:
    """A socket that listens on the preferred local port, or on a free one where that is taken."""
    for port in (preferred, 0):
        held = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            held.bind((LOCAL, port))
            held.listen(2048)
        except OSError:
            held.close()
            if port == 0:
                raise
        else:
            return held
    raise AssertionError("unreachable: port 0 is always free or raises")


def address_of(held: socket.socket) -> str:
    """The base URL of whatever answers on the socket."""
    return f"http://{LOCAL}:{held.getsockname()[1]}"
