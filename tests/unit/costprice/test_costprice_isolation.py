"""One provider cannot reach what another sent in: not over HTTP, and not with SQL under the service's own role."""

from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from services.costprice.tables import METADATA
from shared.plumbing.identity import ANONYMOUS, Principal
from tests.unit.costprice.conftest import Service
from tests.unit.costprice.contents import STUDY, sound_content

MINE, OTHER = STUDY.agb_code, "41010002"
GUARDED = ("providers", "submissions", "findings", "explanations", "board_statements", "events")


@pytest.fixture(scope="module")
def submissions(service: Service) -> dict[str, str]:
    """Per provider a submission with a finding, an explanation, a statement and events."""
    study = service.open_study()
    service.ask(study, OTHER)
    made = {}
    for agb_code in (MINE, OTHER):
        content = replace(sound_content(agb_code), other_activities=())
        made[agb_code] = service.submit(study, content).json()["submissionId"]
        with service.provider(agb_code) as provider:
            address = f"/submissions/{made[agb_code]}"
            provider.post(f"{address}/explanations", json={"ruleId": "K12", "text": "ja"})
            provider.post(f"{address}/board-statement", json={"signedBy": "B", "signedOn": "2026-01-02"})
    return made | {"study": study}


def rows(service: Service, principal: Principal, table: str) -> set[str]:
    with service.database.transaction(principal) as session:
        return set(session.execute(text(f"SELECT agb_code FROM costprice.{table}")).scalars())


def provider(agb_code: str) -> Principal:
    return Principal(f"provider-{agb_code}", frozenset({"provider"}), {"agbCode": agb_code})


@pytest.mark.parametrize("table", GUARDED)
def test_sql_under_the_service_s_role_shows_a_provider_its_own_rows_only(service: Service, submissions, table):
    assert rows(service, provider(MINE), table) == {MINE}
    assert rows(service, provider(OTHER), table) == {OTHER}
    assert rows(service, Principal("a", frozenset({"analyst"})), table) == {MINE, OTHER}


@pytest.mark.parametrize("table", GUARDED)
@pytest.mark.parametrize(
    "principal",
    [
        ANONYMOUS,
        Principal("p", frozenset({"provider"})),
        Principal("p", frozenset({"provider"}), {"agbCode": ""}),
        Principal("i", frozenset({"insurer"}), {"agbCode": MINE}),
        Principal("d", frozenset({"decider"}), {"agbCode": MINE}),
    ],
    ids=["nobody", "no claim", "empty claim", "insurer", "decider"],
)
def test_others_see_no_row_at_all(service: Service, submissions, table, principal):
    assert rows(service, principal, table) == set()


def test_a_provider_can_write_no_row_of_another(service: Service, submissions):
    statement = text(
        "INSERT INTO costprice.explanations (submission_id, agb_code, rule_id, text, created_at, created_by) "
        "VALUES (:submission, :agb_code, 'K12', 'x', now(), 'x')"
    )
    with service.database.transaction(provider(MINE)) as session, pytest.raises(ProgrammingError, match="row-level"):
        session.execute(statement, {"submission": submissions[MINE], "agb_code": OTHER})
    with service.database.transaction(provider(MINE)) as session:
        move = text("UPDATE costprice.submissions SET status = 'accepted' WHERE submission_id = :id")
        assert session.execute(move, {"id": submissions[OTHER]}).rowcount == 0


def test_what_was_sent_in_cannot_be_changed_by_the_service_itself(service: Service, submissions):
    for statement in (
        "UPDATE costprice.submissions SET content = '{}'",
        "UPDATE costprice.findings SET severity = 'warning'",
        "DELETE FROM costprice.submissions",
        "UPDATE costprice.cost_bases SET document = '{}'",
        "ALTER TABLE costprice.submissions DISABLE ROW LEVEL SECURITY",
    ):
        analyst = Principal("a", frozenset({"analyst"}))
        with (
            service.database.transaction(analyst) as session,
            pytest.raises(ProgrammingError, match=r"permission|owner"),
        ):
            session.execute(text(statement))


def test_row_level_security_is_forced_on_every_table_with_figures(service: Service):
    free = {"idempotency_keys", "jobs"}
    with service.database.engine.connect() as connection:
        guarded = connection.execute(
            text(
                "SELECT relname FROM pg_class WHERE relnamespace = 'costprice'::regnamespace "
                "AND relrowsecurity AND relforcerowsecurity"
            )
        ).scalars()
        assert set(guarded) == {table.name for table in METADATA.tables.values()} - free


@pytest.mark.parametrize("address", ["", "/findings", "/content", "/events", "/cost-prices", "/board-statement"])
def test_over_http_anothers_submission_does_not_exist(service: Service, submissions, address):
    with service.provider(MINE) as mine, service.by("insurer", uzovi="9999") as insurer, service.by() as nobody:
        assert mine.get(f"/submissions/{submissions[MINE]}{address}").status_code == 200
        assert mine.get(f"/submissions/{submissions[OTHER]}{address}").status_code == 404
        assert insurer.get(f"/submissions/{submissions[MINE]}{address}").status_code == 403
        assert nobody.get(f"/submissions/{submissions[MINE]}{address}").status_code == 401


def test_over_http_a_provider_answers_for_nobody_else(service: Service, submissions):
    theirs = f"/submissions/{submissions[OTHER]}"
    with service.provider(MINE) as mine:
        assert mine.post(f"{theirs}/explanations", json={"ruleId": "K12", "text": "x"}).status_code == 404
        assert (
            mine.post(f"{theirs}/board-statement", json={"signedBy": "B", "signedOn": "2026-01-02"}).status_code == 404
        )
        query = {"agbCode": OTHER, "costYear": 2025}
        study = submissions["study"]
        sent = mine.post(
            f"/studies/{study}/submissions", params=query, content=b"{}", headers={"Content-Type": "application/json"}
        )
        assert sent.status_code == 403
        listed = mine.get(f"/studies/{study}/submissions").json()["items"]
        assert {row["agbCode"] for row in listed} == {MINE}
        assert mine.get(f"/studies/{study}/submissions", params={"agbCode": OTHER}).status_code == 403
