"""What may not stand in the repository: where packages come from, whose machine it was written on, and private keys."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# The host names are put together here, so that this file does not break its own rule.
REGISTRY_HOSTS = [
    "pypi" + ".org",
    "pypi" + ".python.org",
    "python" + "hosted.org",
    "npmjs" + ".org",
    "npmjs" + ".com",
    "yarnpkg" + ".com",
    "deb." + "debian.org",
    "security." + "debian.org",
    "archive." + "ubuntu.com",
    "crates" + ".io",
    "rubygems" + ".org",
    "repo1." + "maven.org",
    "proxy." + "golang.org",
]

FORBIDDEN = {
    "a registry's address": re.compile("|".join(re.escape(host) for host in REGISTRY_HOSTS), re.I),
    "a package index": re.compile(r"https?://\S+/simple/?(?=[\s\"'`)]|$)|--(extra-)?index-url[ =]\S", re.I),
    "a path on somebody's machine": re.compile(
        r"(?<![\w.])/home/[A-Za-z][\w.-]*/|(?<![\w.])/root/[\w.]|(?<![\w.])/Users/[A-Za-z]|[A-Za-z]:\\+Users\\"
    ),
    "a private key": re.compile("-----BEGIN [A-Z ]*" + r"PRIVATE KEY-----\s+[A-Za-z0-9+/]{16}"),
    "a private JSON web key": re.compile(r"[\"']d[\"']\s*:\s*[\"'][A-Za-z0-9_-]{40,}[\"']"),
}

EXAMPLES = {
    "a registry's address": "pip config set global.index https://pypi" + ".org",
    "a package index": "pip install --index-url" + " https:" + "//packages.example/simple x",
    "a path on somebody's machine": 'File "/' + 'home/jan/zorgtarief/x.py"',
    "a private key": "-----BEGIN RSA " + "PRIVATE KEY-----\nMIIEpAIBAAKCAQEA",
    "a private JSON web key": '{"kty": "EC", "d' + '": "' + "x" * 43 + '"}',
}


def tracked_texts() -> dict[str, str]:
    """Every text file that git tracks or would track, by its path; binary files are left out."""
    git = shutil.which("git")
    assert git, "this test lists the files with git"
    listing = subprocess.run(
        [git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    texts: dict[str, str] = {}
    for name in filter(None, listing.stdout.split("\0")):
        path = ROOT / name
        if not path.is_file():
            continue
        try:
            texts[name] = path.read_bytes().decode("utf-8")
        except UnicodeDecodeError:
            continue
    return texts


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    return tracked_texts()


def test_the_whole_repository_is_read(texts: dict[str, str]) -> None:
    assert {"pyproject.toml", "LICENSE", "shared/kernel/money.py", "requirements/dev.txt"} <= texts.keys()


@pytest.mark.parametrize("what", FORBIDDEN)
def test_the_repository_holds_no(what: str, texts: dict[str, str]) -> None:
    found = [
        f"{name}:{text.count(chr(10), 0, match.start()) + 1}: {match.group()[:80]}"
        for name, text in texts.items()
        for match in FORBIDDEN[what].finditer(text)
    ]
    assert found == []


@pytest.mark.parametrize("what", FORBIDDEN)
def test_the_search_would_find(what: str) -> None:
    assert FORBIDDEN[what].search(EXAMPLES[what])


def test_the_repository_does_not_name_the_folder_it_happens_to_stand_in(texts: dict[str, str]) -> None:
    if len(ROOT.parts) <= 2:
        pytest.skip("a folder directly under the root is a name that a container may share")
    assert [name for name, text in texts.items() if f"{ROOT}/" in text] == []
