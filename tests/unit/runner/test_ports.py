"""services.runner.ports: the usual port if it is free, else another that is."""

import socket

from services.runner.ports import LOCAL, address_of, listen


def test_the_usual_port_is_taken_if_it_is_free() -> None:
    with listen(0) as first:
        port = first.getsockname()[1]
    with listen(port) as again:
        assert again.getsockname() == (LOCAL, port)
        assert address_of(again) == f"http://127.0.0.1:{port}"


def test_another_port_is_taken_if_the_usual_one_is_not_free() -> None:
    with listen(0) as first:
        port = first.getsockname()[1]
        with listen(port) as second:
            assert second.getsockname()[1] not in {0, port}


def test_the_port_is_held_until_the_service_has_it() -> None:
    with listen(0) as held, socket.create_connection(held.getsockname(), 5) as caller:
        assert caller.getpeername() == held.getsockname()
        assert held.getsockname()[0] == LOCAL
