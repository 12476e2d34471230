"""What the demo does over HTTP, as the people would who do it in earnest: one client per role, through the gateway."""

import time
import uuid
from typing import Any

import httpx

from services.runner.tokens import token
from services.runner.whole_set import RunningSet

JOB_SECONDS = 120


class UnexpectedAnswer(RuntimeError):
    """The API answered otherwise than the main job expects."""

    def __init__(self, answer: httpx.Response) -> None:
        request = answer.request
        super().__init__(f"{request.method} {request.url.path} answered {answer.status_code}: {answer.text[:2000]}")


class Caller:
    """A demo client that calls the API through the gateway with its own token."""

    def __init__(self, running: RunningSet, client: str) -> None:
        self.name = client
        self._http = httpx.Client(
            base_url=running.gateway,
            headers={"Authorization": f"Bearer {token(running, client)}", "Accept-Language": "nl"},
            timeout=60,
            trust_env=False,
        )

    def call(self, method: str, path: str, expected: int, **options: Any) -> httpx.Response:
        """One request; every POST carries an Idempotency-Key.

        Raises:
            UnexpectedAnswer: the status is another than expected.
        """
        headers = options.pop("headers", {})
        if method == "POST":
            headers = {"Idempotency-Key": str(uuid.uuid4()), **headers}
        answer = self._http.request(method, path, headers=headers, **options)
        if answer.status_code != expected:
            raise UnexpectedAnswer(answer)
        return answer

    def get(self, path: str, **query: str) -> Any:
        """The JSON at an address."""
        return self.call("GET", path, 200, params=query).json()

    def post(self, path: str, body: Any = None, expected: int = 201, **options: Any) -> Any:
        """The JSON that a POST answers."""
        return self.call("POST", path, expected, json=body, **options).json()

    def job(self, path: str, body: Any) -> Any:
        """Ask for long work, wait until it is done, and fetch its result.

        Raises:
            UnexpectedAnswer: the job failed, or took longer than two minutes.
        """
        accepted = self.call("POST", path, 202, json=body)
        address = accepted.headers["Location"]
        deadline = time.monotonic() + JOB_SECONDS
        while True:
            answer = self.call("GET", address, 200)
            job = answer.json()
            if job["status"] == "succeeded":
                return self.get(job["resultUrl"])
            if job["status"] == "failed" or time.monotonic() > deadline:
                raise UnexpectedAnswer(answer)
            time.sleep(0.2)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()
