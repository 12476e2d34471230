"""Every example of a request body in the OpenAPI document runs as it stands against the demo."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest

from samples.submissions import submission
from services.costprice.forms import write_form
from services.runner.tokens import token
from tests.e2e.conftest import Done

ROLE_CLIENTS = {"analyst": "analyst", "decider": "decider-2", "operator": "operator"}
METHODS = ("post", "put", "patch")


@dataclass(frozen=True)
class Example:
    """One example of one request body."""

    method: str
    path: str
    media_type: str
    name: str
    body: Any
    roles: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.name}"


def examples_of(document: dict[str, Any]) -> Iterator[Example]:
    for path, item in document["paths"].items():
        for method in METHODS:
            operation = item.get(method)
            if operation is None:
                continue
            said = operation.get("description", "").rpartition("Roles: ")[2].rstrip(".")
            roles = tuple(said.split(", ")) if "Roles: " in operation.get("description", "") else ()
            for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
                found = {name: example["value"] for name, example in content.get("examples", {}).items()}
                if "example" in content:
                    found["example"] = content["example"]
                name = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
                schema = document["components"]["schemas"].get(name, content.get("schema", {}))
                found |= {f"schema {n}": value for n, value in enumerate(schema.get("examples", []))}
                for example, body in found.items():
                    yield Example(method.upper(), path, media_type, example, body, roles)


def test_every_json_body_has_an_example(done: Done):
    document = httpx.get(f"{done.running.gateway}/openapi.json").json()
    exampled = {(example.method, example.path) for example in examples_of(document)}
    without = [
        (method.upper(), path)
        for path, item in document["paths"].items()
        for method in METHODS
        if "application/json" in item.get(method, {}).get("requestBody", {}).get("content", {})
        and (method.upper(), path) not in exampled
    ]
    assert without == []


def test_every_example_runs_as_it_stands(done: Done):
    document = httpx.get(f"{done.running.gateway}/openapi.json").json()
    found = list(examples_of(document))
    assert len(found) > 15
    failed = []
    with httpx.Client(base_url=done.running.gateway, timeout=60) as http:
        for example in found:
            answer = run(done, http, example)
            if answer.status_code >= 300:
                failed.append(f"{example}: {answer.status_code} {answer.text[:400]}")
    assert failed == []


def run(done: Done, http: httpx.Client, example: Example) -> httpx.Response:
    """Send the example to the first resource of its kind in the demo that can take it."""
    fixture = Resources(done)
    client, path, query = fixture.place(example)
    headers = {"Content-Type": example.media_type, "Idempotency-Key": str(uuid.uuid4())}
    if client is not None:
        headers["Authorization"] = f"Bearer {token(done.running, client)}"
    if example.method == "PATCH":
        headers["If-Match"] = http.get(path, headers=headers).headers["ETag"]
    if example.media_type == "application/x-www-form-urlencoded":
        return http.post(path, data=example.body)
    if isinstance(example.body, str):
        return http.request(example.method, path, params=query, headers=headers, content=example.body.encode())
    return http.request(example.method, path, params=query, headers=headers, json=example.body)


class Resources:
    """Finds, or makes, the resource that an example is sent to."""

    def __init__(self, done: Done) -> None:
        self.done = done

    def place(self, example: Example) -> tuple[str | None, str, dict[str, str]]:
        """The client, the path with its parameters filled in, and the query."""
        path, query = example.path, {}
        client = next((ROLE_CLIENTS[role] for role in example.roles if role in ROLE_CLIENTS), None)
        agb = self.done.sector.agb_codes[0]
        if "{studyId}" in path:
            path = path.replace("{studyId}", self.study())
        if "{agbCode}" in path:
            path = path.replace("{agbCode}", agb)
        if "{submissionId}" in path:
            sent_in = self.waiting_submission(self.done.sector.agb_codes[1])
            if path.endswith("/acceptance"):
                self.answer_for(sent_in, self.done.sector.agb_codes[1])
            path = path.replace("{submissionId}", sent_in)
            client = client or f"provider-{self.done.sector.agb_codes[1]}"
        if "{decisionId}" in path:
            done_before = {"publication": ("adoption",), "withdrawal": ("adoption", "publication")}
            path = path.replace("{decisionId}", self.decision(done_before.get(path.rpartition("/")[2], ())))
        if path.endswith("/submissions"):
            query = {"agbCode": agb, "costYear": "2025", "dryRun": "true"}
        if path.endswith("/production-files"):
            client = "operator"
        if client is None and "provider" in example.roles:
            client = f"provider-{agb}"
        return client, path, query

    def study(self) -> str:
        """The study of the demo."""
        items = self.done.by("analyst").get("/costprice/v1/studies")["items"]
        return next(item["studyId"] for item in items if "synthetisch" in item["name"])

    def waiting_submission(self, agb: str) -> str:
        """A submission that waits for the analyst, sent anew: its production is another one than last year's (P02)."""
        study = self.study()
        provider = self.done.sector.provider(agb)
        content = submission(provider, study, 2025)
        fewer = tuple(
            replace(row, units=tuple((units or 0) * 7 // 10 for units in row.units)) for row in content.production
        )
        sent = self.done.by(f"provider-{agb}").call(
            "POST",
            f"/costprice/v1/studies/{study}/submissions",
            201,
            params={"agbCode": agb, "costYear": "2025"},
            content=write_form(replace(content, production=fewer)),
            headers={"Content-Type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
        )
        return sent.json()["submissionId"]

    def answer_for(self, submission_id: str, agb: str) -> None:
        """Explain its warnings and sign for it, so that the analyst can accept it."""
        provider, address = self.done.by(f"provider-{agb}"), f"/costprice/v1/submissions/{submission_id}"
        for rule_id in provider.get(address)["unexplainedWarnings"]:
            provider.post(f"{address}/explanations", {"ruleId": rule_id, "text": "voorbeeld"})
        provider.post(f"{address}/board-statement", {"signedBy": "voorbeeld", "signedOn": "2026-11-02"})

    def decision(self, acts: tuple[str, ...]) -> str:
        """A new draft on days that nobody else uses, after these acts."""
        parts = dict.fromkeys(("labour", "material", "inventory", "equityReturn", "housing"), "10")
        made = self.done.by("analyst").post(
            "/tariffs/v1/tariff-decisions",
            {
                "number": f"TB/VOORBEELD-{uuid.uuid4().hex[:8]}",
                "title": "voor een voorbeeld",
                "lines": [{"prestatie": "verblijf", "components": parts}],
                "inForceFrom": "2040-01-01",
                "inForceUntil": "2040-02-01",
                "reasons": "voorbeeld",
            },
        )["decisionId"]
        for act in acts:
            self.done.by("decider").call("POST", f"/tariffs/v1/tariff-decisions/{made}/{act}", 200, json={})
        return made


def test_the_example_of_a_submission_has_no_error(done: Done):
    document = httpx.get(f"{done.running.gateway}/openapi.json").json()
    example = next(e for e in examples_of(document) if e.path.endswith("/submissions"))
    with httpx.Client(base_url=done.running.gateway, timeout=60) as http:
        assert run(done, http, example).json()["findings"]["errors"] == 0


@pytest.mark.parametrize("path", ["/docs", "/docs/all", "/docs/costprice", "/docs/tariffs/reference"])
def test_the_explorer_asks_nothing_of_the_internet(done: Done, path: str):
    answer = httpx.get(f"{done.running.gateway}{path}")
    assert answer.status_code == 200
    assert "https://" not in answer.text.replace("https://zorgtarief.example", "")
