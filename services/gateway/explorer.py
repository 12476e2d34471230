"""The files and pages of the explorer, read once at the start; all are served from here, none from elsewhere."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from string import Template

FOLDER = Path(__file__).parent
DOCUMENTS = {
    "all": "/openapi.json",
    "costprice": "/costprice/v1/openapi.json",
    "tariffs": "/tariffs/v1/openapi.json",
    "gateway": "/v1/openapi.json",
}
"""The documents that can be explored, by the name in the address."""

TITLES = {"all": "Alles / Everything", "costprice": "costprice", "tariffs": "tariffs", "gateway": "gateway"}

MEDIA_TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    "": "text/plain",
}

SELF_ONLY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; connect-src 'self'"
POLICIES = {
    "start": f"{SELF_ONLY}; script-src 'self'; style-src 'self'; img-src 'self'",
    # Swagger UI and Redoc write styles into the page while they run; no script but ours and theirs runs.
    "try": f"{SELF_ONLY}; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src data:",
    # Redoc searches in a worker that it makes of its own text.
    "read": f"{SELF_ONLY}; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; worker-src blob:",
}
"""What each kind of page may load: nothing from another address, and no script that stands in the page itself."""


@dataclass(frozen=True, slots=True)
class Asset:
    """A file of the explorer."""

    content: bytes
    media_type: str
    etag: str


def assets() -> Mapping[str, Asset]:
    """Every file under ``static``, by its path there."""
    found = {}
    folder = FOLDER / "static"
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix in MEDIA_TYPES:
            content = path.read_bytes()
            etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
            found[path.relative_to(folder).as_posix()] = Asset(content, MEDIA_TYPES[path.suffix], etag)
    return found


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages as text with places to fill in."""

    start: Template
    try_out: Template
    read: Template

    @classmethod
    def load(cls) -> "Pages":
        """From the files beside this module."""
        texts = (Template((FOLDER / "pages" / f"{name}.html").read_text("utf-8")) for name in ("start", "try", "read"))
        return cls(*texts)

    def page(self, kind: str, service: str, *, public_url: str, demo: bool) -> str:
        """A page.

        Args:
            kind: ``start``, ``try`` or ``read``.
            service: which document it shows.
            demo: whether the demo issuer gives tokens.
        """
        template = {"start": self.start, "try": self.try_out, "read": self.read}[kind]
        return template.substitute(
            service=escape(service),
            title=escape(TITLES[service]),
            document=DOCUMENTS[service],
            options=options(service),
            public_url=escape(public_url),
            demo="true" if demo else "false",
            when_demo="" if demo else " hidden",
            when_real=" hidden" if demo else "",
        )


def options(chosen: str) -> str:
    """The choices of the selector."""
    return "".join(
        f'<option value="{name}"{" selected" if name == chosen else ""}>{escape(title)}</option>'
        for name, title in TITLES.items()
    )
