"""services.runner.folders: one set has the usual folder; others have one that leaves nothing behind."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import services.runner.folders as module
from services.runner.folders import data_folder

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def usual(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(module, "DATA", tmp_path / "data")
    return tmp_path / "data"


def test_kept_data_is_there_the_next_time(usual: Path) -> None:
    for _ in range(2):
        with data_folder("serve", keep=True) as (folder, is_usual):
            assert (folder, is_usual) == (usual / "serve", True)
            (folder / "file").touch()
    assert (usual / "serve" / "file").exists()


def test_data_that_is_not_kept_starts_empty_and_leaves_nothing(usual: Path) -> None:
    (usual / "demo").mkdir(parents=True)
    (usual / "demo" / "left over").touch()
    with data_folder("demo", keep=False) as (folder, is_usual):
        assert is_usual
        assert list(folder.iterdir()) == []
        (folder / "file").touch()
    assert not (usual / "demo").exists()


def test_nothing_is_left_after_an_error_either(usual: Path) -> None:
    with pytest.raises(ZeroDivisionError), data_folder("demo", keep=False):
        raise ZeroDivisionError
    assert not (usual / "demo").exists()


@pytest.fixture
def another(usual: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Another process that has the usual folder."""
    code = (
        "import sys, services.runner.folders as f, pathlib; f.DATA = pathlib.Path(sys.argv[1])\n"
        "with f.data_folder('serve', keep=True): print('held', flush=True); sys.stdin.read()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(usual)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stdin is not None
    assert process.stdout.readline() == b"held\n"
    yield process
    process.kill()
    process.wait()
    process.stdin.close()
    process.stdout.close()


@pytest.mark.usefixtures("another")
def test_a_second_set_gets_a_folder_of_its_own(usual: Path) -> None:
    with data_folder("serve", keep=True) as (folder, is_usual):
        assert not is_usual
        assert not folder.is_relative_to(usual)
        (folder / "file").touch()
    assert not folder.exists()
    with data_folder("demo", keep=False) as (_, is_usual):
        assert is_usual, "another name is another folder"


def test_a_set_that_was_killed_holds_nothing(another: subprocess.Popen[bytes]) -> None:
    with data_folder("serve", keep=True) as (_, is_usual):
        assert not is_usual
    another.kill()
    another.wait()
    with data_folder("serve", keep=True) as (_, is_usual):
        assert is_usual


def test_where_nothing_can_be_written_a_folder_elsewhere_is_used(usual: Path) -> None:
    usual.parent.mkdir(exist_ok=True)
    usual.write_text("a file stands where the folder should be")
    with data_folder("serve", keep=True) as (folder, is_usual):
        assert not is_usual
        assert folder.is_dir()
