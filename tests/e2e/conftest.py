"""A running set with the main job done: real processes, real HTTP, a real PostgreSQL. One for all end-to-end tests."""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from rich.console import Console

from samples.world import World, world
from services.runner.client import Caller
from services.runner.demo import run_main_job
from services.runner.processes import Processes
from services.runner.report import Outcome
from services.runner.whole_set import RunningSet, running_set


@dataclass
class Done:
    """The running set, what the main job printed and produced, and a client per role."""

    running: RunningSet
    processes: Processes
    sector: World
    outcome: Outcome
    printed: str
    said: list[str]
    callers: dict[str, Caller] = field(default_factory=dict)

    def by(self, client: str) -> Caller:
        """The client of a demo role."""
        if client not in self.callers:
            self.callers[client] = Caller(self.running, client)
        return self.callers[client]


@pytest.fixture(scope="session")
def done() -> Iterator[Done]:
    # Not in pytest's own folder: that is closed to the user under which PostgreSQL runs when root runs the tests.
    with tempfile.TemporaryDirectory(prefix="zorgtarief-e2e-", ignore_cleanup_errors=True) as folder:
        yield from main_job_done(Path(folder))


def main_job_done(data: Path) -> Iterator[Done]:
    """Run the set on a data folder, do the main job, and stop everything at the end."""
    said: list[str] = []
    say: Callable[[str], None] = said.append
    console = Console(record=True, width=120, file=(data / "printed.txt").open("w"))
    sector = world()
    with running_set(data, say) as (running, processes):
        outcome = run_main_job(running, sector, console)
        result = Done(running, processes, sector, outcome, console.export_text(), said)
        yield result
        for caller in result.callers.values():
            caller.close()
    console.file.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All end-to-end tests share one set, so one test process runs them all."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("set"))
