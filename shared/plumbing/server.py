"""How a service is started: ``python -m services.<name> serve`` or ``… worker``."""

import argparse
import os
import socket
import sys
from collections.abc import Callable

import uvicorn
from fastapi import FastAPI

from shared.plumbing.logs import configure

GRACE_SECONDS = 10
"""How long requests under way may take to finish when the service is told to stop."""


def main(
    service: str,
    create_app: Callable[[], FastAPI],
    work: Callable[[], None] | None = None,
    worker_alive: Callable[[], bool] | None = None,
) -> None:
    """Read the command line of a service and run it until it is told to stop.

    Args:
        service: name in the logs.
        create_app: makes the application from the settings in the environment.
        work: works through the service's job queue, for a service that has one.
        worker_alive: whether a worker of this service was seen lately; the health check of a worker's container.
    """
    parser = argparse.ArgumentParser(prog=f"python -m services.{service}")
    commands = parser.add_subparsers(dest="command", required=True)
    serve = commands.add_parser("serve", help="answer requests")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8000)
    serve.add_argument("--fd", type=int, help="listen on this open socket instead")
    if work is not None:
        worker = commands.add_parser("worker", help="work through the job queue")
        worker.add_argument("--check", action="store_true", help="only tell whether a worker is alive (exit code)")
    arguments = parser.parse_args()
    configure(service, os.environ.get(f"{service.upper()}_LOG_LEVEL", "INFO").upper())
    if arguments.command == "worker" and work is not None:
        if arguments.check:
            sys.exit(0 if worker_alive is not None and worker_alive() else f"no worker of {service} is alive")
        work()
        return
    config = uvicorn.Config(
        create_app(),
        host=arguments.host,
        port=arguments.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    # A socket handed over is opened here: uvicorn would take it for a socket of the file system, and answers written in
    # two parts would each wait for the other side's delayed acknowledgement.
    sockets = None if arguments.fd is None else [socket.socket(fileno=arguments.fd)]
    uvicorn.Server(config).run(sockets=sockets)
