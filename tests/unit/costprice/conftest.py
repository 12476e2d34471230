"""The running cost-price study on a real PostgreSQL, callers of every role, and a worker that works when told to."""

import json
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import uvicorn
from sqlalchemy import text

from services.costprice.app import create_app
from services.costprice.forms import write_form
from services.costprice.operations.freezing import carry_out_freeze
from services.costprice.operations.receiving import XLSX
from services.costprice.roles import ROW_CLAIMS
from services.costprice.rules.content import SubmissionContent
from services.costprice.settings import Settings
from shared.plumbing.database import Database
from tests.unit.costprice.contents import STUDY, sound_content

STUDY_BODY = {
    "name": "Kostprijsonderzoek kindzorg",
    "policyRule": "BR/REG-26109",
    "costYears": [2024, 2025],
    "prestaties": ["dagopvang", "verblijf"],
    "tariffYear": 2028,
    "deadline": "2099-12-31",
}
FREEZE_BODY = {
    "exclusions": [],
    "estimator": "volume-weighted",
    "confidence": "0.95",
    "replicates": 500,
    "seed": 7,
}


@dataclass
class Service:
    """The service at an address, and its database seen from below."""

    address: str
    database: Database
    issuer: Any

    def by(self, role: str = "", **claims: str) -> httpx.Client:
        """A client with this role; without one a client without a token."""
        headers = self.issuer.headers(role, lifetime=3600, **claims) if role else {}
        return httpx.Client(base_url=f"{self.address}/costprice/v1", headers=headers, timeout=60)

    def provider(self, agb_code: str = STUDY.agb_code) -> httpx.Client:
        """A client of a provider."""
        return self.by("provider", subject=f"provider-{agb_code}", agbCode=agb_code)

    def work(self) -> None:
        """Do the jobs that wait, as a worker would."""
        with self.database.engine.begin() as connection:
            waiting = connection.execute(
                text("SELECT id, args FROM procrastinate_jobs WHERE status = 'todo' ORDER BY id")
            ).all()
            connection.execute(text("DELETE FROM procrastinate_jobs WHERE status = 'todo'"))
        for _, arguments in waiting:
            job_id = arguments.pop("job_id")
            carry_out_freeze(self.database, job_id, arguments)

    def open_study(self, **changes: Any) -> str:
        """A study with one provider in it."""
        with self.by("analyst") as analyst:
            answer = analyst.post("/studies", json=STUDY_BODY | changes)
            assert answer.status_code == 201, answer.text
            study_id = answer.json()["studyId"]
        self.ask(study_id)
        return study_id

    def ask(self, study_id: str, agb_code: str = STUDY.agb_code, **more: str) -> None:
        """Ask a provider to take part."""
        body = {"name": f"Huis {agb_code}", "nzaNumber": STUDY.nza_number, **more}
        with self.by("analyst") as analyst:
            answer = analyst.put(f"/studies/{study_id}/providers/{agb_code}", json=body)
            assert answer.status_code == 200, answer.text

    def submit(self, study_id: str, content: SubmissionContent | None = None, **query: Any) -> httpx.Response:
        """A provider sends in a form."""
        content = content or sound_content()
        return self.submit_file(study_id, write_form(_for(content, study_id)), XLSX, content.agb_code, **query)

    def submit_file(
        self, study_id: str, file: bytes, kind: str, agb_code: str = STUDY.agb_code, **query: Any
    ) -> httpx.Response:
        """A provider sends in whatever it likes."""
        query = {"agbCode": agb_code, "costYear": 2025} | query
        with self.provider(query["agbCode"]) as provider:
            return provider.post(
                f"/studies/{study_id}/submissions", params=query, content=file, headers={"Content-Type": kind}
            )

    def accepted(self, study_id: str, content: SubmissionContent | None = None) -> str:
        """A submission that was sent in and accepted."""
        content = content or sound_content()
        sent = self.submit(study_id, content, costYear=content.cost_year)
        assert sent.json()["status"] == "submitted", sent.text
        submission_id = sent.json()["submissionId"]
        warned = sent.json()["findings"]["warnings"]
        with self.provider(content.agb_code) as provider, self.by("analyst") as analyst:
            if warned:
                for rule_id in provider.get(f"/submissions/{submission_id}").json()["unexplainedWarnings"]:
                    provider.post(f"/submissions/{submission_id}/explanations", json={"ruleId": rule_id, "text": "ja"})
            answer = analyst.post(f"/submissions/{submission_id}/acceptance")
            assert answer.status_code == 201, answer.text
        return submission_id

    def freeze(self, study_id: str, **changes: Any) -> httpx.Response:
        """The analyst asks for a cost base."""
        with self.by("analyst") as analyst:
            return analyst.post(f"/studies/{study_id}/cost-bases", json=FREEZE_BODY | changes)

    def frozen(self, study_id: str, **changes: Any) -> dict[str, Any]:
        """A cost base, frozen."""
        asked = self.freeze(study_id, **changes)
        assert asked.status_code == 202, asked.text
        self.work()
        with self.by("analyst") as analyst:
            job = analyst.get(asked.headers["Location"].removeprefix("/costprice/v1")).json()
            assert job["status"] == "succeeded", job
            return analyst.get(job["resultUrl"].removeprefix("/costprice/v1")).json()


def _for(content: SubmissionContent, study_id: str) -> SubmissionContent:
    from dataclasses import replace

    return replace(content, study_id=study_id) if content.study_id == STUDY.study_id else content


@pytest.fixture(scope="module")
def service(service_url: Callable[[str], str], issuer) -> Iterator[Service]:
    settings = Settings(database_url=service_url("costprice"), issuer=issuer.issuer, jwks_url=issuer.jwks_url)
    app = create_app(settings)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, lifespan="on", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    database = Database(service_url("costprice"), "costprice", row_claims=ROW_CLAIMS, pool_size=2)
    try:
        yield Service(f"http://127.0.0.1:{port}", database, issuer)
    finally:
        server.should_exit = True
        thread.join()
        database.close()


@pytest.fixture
def key() -> dict[str, str]:
    """A fresh Idempotency-Key."""
    return {"Idempotency-Key": str(uuid.uuid4())}


@pytest.fixture
def as_json() -> Callable[[SubmissionContent, str], bytes]:
    """A content as the JSON that a provider's system would send."""
    from services.costprice.schemas.content import SubmissionContentDocument

    def written(content: SubmissionContent, study_id: str) -> bytes:
        document = SubmissionContentDocument.of(_for(content, study_id))
        return json.dumps(document.model_dump(mode="json", by_alias=True)).encode()

    return written
