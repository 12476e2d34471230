"""The whole set on one machine.

``python -m services demo``     start everything, load the samples, run the main job, stay up
``python -m services serve``    start everything without samples; data is kept
``python -m services migrate``  bring the schemas of a PostgreSQL up to date (MIGRATIONS_ADMIN_URL)
``python -m services token X``  print a token for demo client X of the set that runs
"""

import argparse
import signal
import sys
import time
from pathlib import Path
from types import FrameType

from rich.console import Console

from migrations.__main__ import SERVICES, MigrationSettings, migrate
from services.runner.folders import CURRENT, data_folder
from services.runner.processes import Processes, ServiceStopped
from services.runner.tokens import NoToken, running_set_in, token
from services.runner.whole_set import announced, running_set

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

console = Console(highlight=False, width=None if sys.stdout.isatty() else 110)


def main() -> int:
    """Read the command line and do what it asks; the exit code is 0 only if it was done."""
    parser = argparse.ArgumentParser(
        prog="python -m services", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("demo", "serve"):
        command = commands.add_parser(name)
        command.add_argument("--ready-file", type=Path, help="write the addresses here as soon as everything answers")
        if name == "demo":
            command.add_argument("--once", action="store_true", help="stop after the main job")
    commands.add_parser("migrate")
    command = commands.add_parser("token")
    command.add_argument("client", help="analyst, decider, decider-2, operator, provider-<agb> or insurer-<uzovi>")
    command.add_argument("--ready-file", type=Path, default=CURRENT, help="of the set to ask")
    arguments = parser.parse_args()
    # SIGTERM and a terminal that closes end the set in the same orderly way as Ctrl-C.
    for sign in STOP_SIGNALS:
        signal.signal(sign, _stop)
    try:
        if arguments.command == "migrate":
            return migrate_all()
        if arguments.command == "token":
            print(token(running_set_in(arguments.ready_file), arguments.client))
            return 0
        if arguments.command == "serve":
            return serve(arguments.ready_file)
        return demo(arguments.ready_file, arguments.once)
    except KeyboardInterrupt:
        console.print("Stopped.")
        return 0
    except (NoToken, ServiceStopped) as error:
        print(error, file=sys.stderr)
        return 1


def _stop(_signal: int, _frame: FrameType | None) -> None:
    # Stopping takes a moment; a second signal must not break it off and leave processes behind.
    for sign in STOP_SIGNALS:
        signal.signal(sign, signal.SIG_IGN)
    raise KeyboardInterrupt


def migrate_all() -> int:
    """Bring every service's schema up to date on the PostgreSQL that the settings name."""
    settings = MigrationSettings()
    for service in SERVICES:
        migrate(settings.admin_url, service, settings.service_password)
        console.print(f"{service}: up to date")
    return 0


def serve(ready_file: Path | None) -> int:
    """Run the set without samples until it is stopped."""
    with data_folder("serve", keep=True) as (data, usual):
        if not usual:
            console.print("The usual data folder is in use; this set starts empty and leaves nothing behind.")
        with running_set(data, console.print) as (running, processes), announced(running, ready_file):
            console.print(f"Ready. API {running.gateway}, docs explorer {running.docs}. Ctrl-C stops everything.")
            stay_up(processes)
    return 0


def demo(ready_file: Path | None, once: bool) -> int:
    """Run the set, load the samples, do the main job through the gateway, and stay up unless ``once``."""
    from samples.world import world  # noqa: PLC0415 (only the demo needs the samples)
    from services.runner.demo import run_main_job  # noqa: PLC0415

    sample = world()
    clients = [f"provider-{agb}" for agb in sample.agb_codes] + [f"insurer-{uzovi}" for uzovi in sample.uzovi_codes]
    with (
        data_folder("demo", keep=False) as (data, _usual),
        running_set(data, console.print, clients) as (running, processes),
        announced(running, ready_file, keep=once),
    ):
        run_main_job(running, sample, console)
        console.print(f"\nDocs explorer: {running.docs}")
        if not once:
            console.print("The set stays up. A token: .venv/bin/python -m services token analyst. Ctrl-C stops it.")
            stay_up(processes)
    return 0


def stay_up(processes: Processes) -> None:
    """Wait until told to stop. A service that ends by itself is told of; the others go on without it.

    Raises:
        ServiceStopped: nothing runs any more.
    """
    while True:
        for told in processes.newly_ended():
            console.print(f"{told}\nThe others go on; requests for it get 503. Stop the set and start it again.")
        if not processes.any_alive():
            raise ServiceStopped("every service has stopped")
        time.sleep(0.5)


if __name__ == "__main__":
    sys.exit(main())
