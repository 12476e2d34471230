"""The explorer: every page comes whole from the gateway itself, and no script stands in a page."""

from html.parser import HTMLParser
from typing import Any

import httpx
import pytest

from services.gateway.explorer import DOCUMENTS, assets

PAGES = ["/docs", *(f"/docs/{name}" for name in DOCUMENTS), *(f"/docs/{name}/reference" for name in DOCUMENTS)]


class Page(HTMLParser):
    """What a page refers to and holds."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.links: list[str] = []
        self.inline: list[str] = []
        self.languages: set[str] = set()
        self.ids: dict[str, dict[str, Any]] = {}
        self._inside: str | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        given = dict(attrs)
        self._inside = tag
        if "id" in given:
            self.ids[given["id"]] = given
        if "lang" in given:
            self.languages.add(given["lang"])
        if tag == "a":
            self.links.append(given["href"])
        elif "src" in given or tag == "link":
            self.loaded.append(given.get("src") or given["href"])
        self.inline += [name for name in given if name.startswith("on") or name == "style"]
        assert tag not in {"iframe", "object", "embed", "base"}

    def handle_data(self, data: str) -> None:
        if self._inside in {"script", "style"} and data.strip():
            self.inline.append(data)

    def handle_endtag(self, tag: str) -> None:
        self._inside = None


@pytest.mark.parametrize("path", PAGES)
def test_a_page_loads_only_what_the_gateway_gives(client: httpx.Client, path: str) -> None:
    answer = client.get(path)

    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    page = Page(answer.text)
    assert page.loaded
    for address in page.loaded:
        assert address.startswith("/static/")
        assert client.get(address).status_code == 200, address
    for address in page.links:
        assert address.startswith("/"), address
    assert page.inline == []
    assert "$" not in answer.text


@pytest.mark.parametrize("path", PAGES)
def test_a_page_lets_the_browser_load_nothing_else(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    (policy,) = answer.headers.get_list("Content-Security-Policy")
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))

    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == "'self'"
    assert rules["connect-src"] == "'self'"
    assert rules["frame-ancestors"] == rules["base-uri"] == "'none'"
    allowed = {source for sources in rules.values() for source in sources.split()}
    assert allowed <= {"'none'", "'self'", "data:", "blob:", "'unsafe-inline'"}
    assert [name for name, sources in rules.items() if "'unsafe-inline'" in sources] in ([], ["style-src"])


@pytest.mark.parametrize(("name", "document"), DOCUMENTS.items())
def test_a_page_shows_the_document_of_its_service_and_leads_to_the_others(
    client: httpx.Client, name: str, document: str
) -> None:
    to_try, to_read = Page(client.get(f"/docs/{name}").text), Page(client.get(f"/docs/{name}/reference").text)

    assert to_try.ids["explorer"]["data-document"] == to_read.ids["explorer"]["data-document"] == document
    assert f"/docs/{name}/reference" in to_try.links
    assert f"/docs/{name}" in to_read.links
    for other in DOCUMENTS:
        assert f'<option value="{other}"' in client.get(f"/docs/{name}").text


def test_the_start_page_is_dutch_and_english_and_its_links_lead_somewhere(
    client: httpx.Client, costprice: Any, tariffs: Any
) -> None:
    del costprice, tariffs
    page = Page(client.get("/docs").text)

    assert {"nl", "en"} <= page.languages
    for address in page.links:
        if address not in {"/openapi.json", "/readyz"}:
            assert client.get(address).status_code == 200, address


def test_demo_identities_are_offered_only_when_the_demo_issuer_runs(
    client: httpx.Client, demo_client: httpx.Client
) -> None:
    with_demo, without = Page(demo_client.get("/docs/all").text), Page(client.get("/docs/all").text)

    assert with_demo.ids["explorer"]["data-demo"] == "true"
    assert "hidden" not in with_demo.ids["demo"]
    assert without.ids["explorer"]["data-demo"] == "false"
    assert "hidden" in without.ids["demo"]


def test_the_bare_address_leads_to_the_explorer(client: httpx.Client) -> None:
    answer = client.get("/", follow_redirects=False)

    assert (answer.status_code, answer.headers["Location"]) == (307, "/docs")


@pytest.mark.parametrize("path", ["/docs/else", "/docs/else/reference", "/docs/", "/static/none.js", "/static/"])
def test_what_is_not_there_is_a_problem(client: httpx.Client, path: str) -> None:
    answer = client.get(path)

    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")


def test_files_are_kept_by_the_browser_until_they_change(client: httpx.Client) -> None:
    first = client.get("/static/explorer.css")
    again = client.get("/static/explorer.css", headers={"If-None-Match": first.headers["ETag"]})

    assert "max-age" in first.headers["Cache-Control"]
    assert (again.status_code, again.content) == (304, b"")


def test_only_known_kinds_of_files_are_served() -> None:
    assert {path.rpartition(".")[2] for path in assets()} <= {"js", "css", "svg", "txt"} | {
        path for path in assets() if path.endswith(("LICENSE", "NOTICE"))
    }
    assert not any(path.endswith(".md") for path in assets())


@pytest.mark.parametrize("name", [path for path in assets() if path.endswith((".js", ".css")) and "vendor" not in path])
def test_our_own_scripts_and_styles_name_no_other_address(name: str) -> None:
    assert b"//" not in assets()[name].content.replace(b"// ", b"")
