"""From open study to accepted submission: who may do what, and in which order."""

from dataclasses import replace
from fractions import Fraction
from io import BytesIO

import openpyxl
import pytest

from services.costprice.forms import read_form
from services.costprice.operations.receiving import XLSX
from services.costprice.rules.content import Explanation
from tests.unit.costprice.conftest import STUDY_BODY, Service
from tests.unit.costprice.contents import STUDY, sound_content

OTHER = "41010002"
JSON = "application/json"


@pytest.fixture(scope="module")
def study(service: Service) -> str:
    study_id = service.open_study()
    service.ask(study_id, OTHER)
    return study_id


def broken():
    """A content that the checks reject."""
    content = sound_content()
    return replace(content, production=(replace(content.production[0], units=(999,) * 12), *content.production[1:]))


def warned():
    """A content about which one rule warns."""
    return replace(sound_content(), other_activities=())


def test_a_study_is_opened_by_an_analyst_and_read_by_others(service: Service):
    with service.by("analyst") as analyst, service.provider() as provider:
        made = analyst.post("/studies", json=STUDY_BODY)
        read = provider.get(made.headers["Location"].removeprefix("/costprice/v1"))

    assert made.status_code == 201
    assert made.json() == read.json()
    assert read.json()["status"] == "open"
    assert read.json()["allocationMethod"] == "step-down"
    assert {name: read.json()[name] for name in STUDY_BODY} == STUDY_BODY


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"costYears": [2024, 2024]}, "/costYears"),
        ({"costYears": []}, "/costYears"),
        ({"tariffYear": 2025}, "/tariffYear"),
        ({"prestaties": ["thuiszorg"]}, "/prestaties/0"),
        ({"prestaties": ["verblijf", "verblijf"]}, "/prestaties"),
        ({"policyRule": "iets"}, "/policyRule"),
        ({"deadline": "31-12-2026"}, "/deadline"),
        ({"more": 1}, "/more"),
        ({"name": "  "}, "/name"),
    ],
)
def test_a_study_that_cannot_be_is_refused(service: Service, change, place):
    with service.by("analyst") as analyst:
        answer = analyst.post("/studies", json=STUDY_BODY | change)

    assert answer.status_code == 400, answer.text
    assert [error["location"] for error in answer.json()["errors"]] == [place]


def test_a_study_that_cannot_be_in_several_ways_is_told_all_of_them(service: Service):
    change = {"costYears": [2024, 2024], "prestaties": ["verblijf", "verblijf"], "tariffYear": 2024}
    with service.by("analyst") as analyst:
        answer = analyst.post("/studies", json=STUDY_BODY | change)

    assert [error["location"] for error in answer.json()["errors"]] == ["/costYears", "/prestaties", "/tariffYear"]


def test_the_form_is_pre_filled_and_can_be_read(service: Service, study):
    with service.provider() as provider:
        answer = provider.get(f"/studies/{study}/form", params={"agbCode": STUDY.agb_code, "costYear": 2024})

    assert answer.headers["content-type"] == XLSX
    content = read_form(answer.content).content
    assert (content.study_id, content.agb_code, content.cost_year) == (study, STUDY.agb_code, 2024)
    assert content.provider_name == f"Huis {STUDY.agb_code}"


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"agbCode": STUDY.agb_code, "costYear": 2023}, 400),
        ({"agbCode": "4101", "costYear": 2024}, 400),
        ({"agbCode": "41010099", "costYear": 2024}, 403),
        ({"agbCode": STUDY.agb_code}, 400),
        ({"agbCode": STUDY.agb_code, "costYear": 2024, "year": 1}, 400),
    ],
)
def test_a_form_that_is_not_the_caller_s_or_of_no_study_is_refused(service: Service, study, query, status):
    with service.provider() as provider:
        assert provider.get(f"/studies/{study}/form", params=query).status_code == status


def test_a_provider_that_was_not_asked_and_a_study_that_does_not_exist_are_not_found(service: Service, study):
    with service.by("analyst") as analyst, service.provider("41010098") as stranger:
        query = {"agbCode": "41010098", "costYear": 2024}
        assert stranger.get(f"/studies/{study}/form", params=query).status_code == 404
        assert analyst.get("/studies/nothing").status_code == 404
        assert (
            analyst.put("/studies/nothing/providers/41010098", json={"name": "a", "nzaNumber": "1"}).status_code == 404
        )


def test_a_sound_form_waits_for_the_analyst_and_is_accepted(service: Service):
    study = service.open_study()
    sent = service.submit(study)
    submission = f"/submissions/{sent.json()['submissionId']}"

    assert sent.status_code == 201
    assert sent.json()["status"] == "submitted"
    assert sent.json()["version"] == 1
    assert sent.json()["findings"] == {"errors": 0, "warnings": 0}
    assert sent.headers["Location"].endswith(submission)
    with service.by("analyst") as analyst, service.provider() as provider:
        assert provider.post(f"{submission}/acceptance").status_code == 403
        for body in ({"x": 1}, [], "x"):
            assert analyst.post(f"{submission}/acceptance", json=body).status_code == 400
        accepted = analyst.post(f"{submission}/acceptance", json={})
        assert accepted.status_code == 201
        assert accepted.json()["status"] == "accepted"
        assert analyst.post(f"{submission}/acceptance").status_code == 409
        assert analyst.post(f"{submission}/rejection", json={"reason": "toch niet"}).status_code == 409
        trail = provider.get(f"{submission}/events").json()["items"]
    assert [event["event"] for event in trail] == ["received", "accepted"]


def test_a_form_with_errors_is_kept_as_rejected_and_a_corrected_one_is_the_next_version(service: Service):
    study = service.open_study()
    sent = service.submit(study, broken())
    submission = f"/submissions/{sent.json()['submissionId']}"

    assert sent.status_code == 201
    assert (sent.json()["status"], sent.json()["findings"]["errors"]) == ("rejected", 1)
    with service.by("analyst") as analyst, service.provider() as provider:
        finding = provider.get(f"{submission}/findings").json()["items"][0]
        assert (finding["ruleId"], finding["severity"]) == ("K01", "error")
        assert finding["location"] == {"sheet": "Productie", "cell": "A5"}
        assert analyst.post(f"{submission}/acceptance").json()["type"].endswith("has-errors")
        assert provider.get(f"{submission}/cost-prices").status_code == 409
        assert provider.post(f"{submission}/board-statement", json=STATEMENT).status_code == 409
    assert service.submit(study).json()["version"] == 2


def test_a_file_of_the_wrong_study_or_year_is_readable_but_wrong(service: Service, study):
    other_study = replace(sound_content(), study_id="another")

    assert service.submit(study, other_study).json()["status"] == "rejected"
    assert service.submit(study, sound_content(cost_year=2024), costYear=2025).json()["status"] == "rejected"


@pytest.mark.parametrize(
    ("file", "kind", "status", "code"),
    [
        (b"PK nonsense", XLSX, 400, "not-xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), XLSX, 400, "legacy-xls"),
        (b"{", JSON, 400, "json_invalid"),
        (b'{"costYear": "2025"}', JSON, 400, "int_type"),
        (b'{"costYear": 1e3}', JSON, 400, "number_not_plain"),
        (b'{"providerName": "\\u0000"}', JSON, 400, "text_not_storable"),
        (b'{"unknown": 1}', JSON, 400, "extra_forbidden"),
        (b"a,b", "text/csv", 415, None),
        (bytes((10 << 20) + 1), XLSX, 413, None),
    ],
)
def test_what_cannot_be_read_is_refused_and_not_kept(service: Service, study, file, kind, status, code):
    answer = service.submit_file(study, file, kind, OTHER)

    assert answer.status_code == status, answer.text
    if code:
        assert [error["code"] for error in answer.json()["errors"]] == [code]
    with service.provider(OTHER) as provider:
        assert provider.get(f"/studies/{study}/submissions").json()["items"] == []


def test_a_dry_run_answers_the_same_and_saves_nothing(service: Service):
    study = service.open_study()
    tried = service.submit(study, broken(), dryRun=True)

    assert tried.status_code == 200
    assert (tried.json()["submissionId"], tried.json()["version"], tried.json()["status"]) == (None, None, "rejected")
    assert [item["ruleId"] for item in tried.json()["items"]] == ["K01"]
    with service.by("analyst") as analyst:
        assert analyst.get(f"/studies/{study}/submissions").json()["items"] == []


def test_json_of_the_same_content_is_the_same_submission(service: Service, as_json):
    study = service.open_study()
    form, document = service.submit(study), service.submit_file(study, as_json(sound_content(), study), JSON)

    assert document.status_code == 201, document.text
    assert document.json()["status"] == "submitted"
    with service.provider() as provider:
        rows = [provider.get(f"/submissions/{sent.json()['submissionId']}").json() for sent in (form, document)]
        contents = [provider.get(f"/submissions/{sent.json()['submissionId']}/content") for sent in (form, document)]
    assert rows[0]["contentHash"] == rows[1]["contentHash"]
    assert contents[0].json() == contents[1].json()
    again = service.submit_file(study, contents[0].content, JSON)
    assert again.json()["status"] == "submitted"


def test_a_finding_in_json_is_named_by_its_pointer(service: Service, study, as_json):
    sent = service.submit_file(study, as_json(broken(), study), JSON)

    with service.provider() as provider:
        finding = provider.get(f"/submissions/{sent.json()['submissionId']}/findings").json()["items"][0]
    assert finding["location"] == {"pointer": "/production/0/units"}


def test_a_form_filled_by_another_program_counts_the_same(service: Service, study):
    with service.provider() as provider:
        query = {"agbCode": STUDY.agb_code, "costYear": 2025}
        blank = provider.get(f"/studies/{study}/form", params=query).content
    workbook = openpyxl.load_workbook(BytesIO(blank))
    workbook["Kosten"]["D5"] = "twaalf"
    output = BytesIO()
    workbook.save(output)

    sent = service.submit_file(study, output.getvalue(), XLSX)

    with service.provider() as provider:
        found = provider.get(
            f"/submissions/{sent.json()['submissionId']}/findings", params={"severity": "error"}
        ).json()
    located = {(item["ruleId"], item["location"].get("sheet"), item["location"].get("cell")) for item in found["items"]}
    assert ("T05", "Kosten", "D5") in located
    assert ("C01", "Jaarrekening", "B5") in located


def test_a_warning_must_be_explained_by_the_provider_before_acceptance(service: Service):
    study = service.open_study()
    submission = f"/submissions/{service.submit(study, warned()).json()['submissionId']}"

    with service.by("analyst") as analyst, service.provider() as provider:
        refused = analyst.post(f"{submission}/acceptance")
        assert (refused.status_code, refused.json()["type"]) == (409, "urn:zorgtarief:problem:unexplained-warnings")
        assert [error["code"] for error in refused.json()["errors"]] == ["K12"]
        assert provider.get(submission).json()["unexplainedWarnings"] == ["K12"]
        for body, status in (
            ({"ruleId": "K99", "text": "x"}, 400),
            ({"ruleId": "P01", "text": "x"}, 409),
            ({"ruleId": "K12", "text": " "}, 400),
        ):
            assert provider.post(f"{submission}/explanations", json=body).status_code == status
        assert analyst.post(f"{submission}/explanations", json={"ruleId": "K12", "text": "x"}).status_code == 403
        given = provider.post(f"{submission}/explanations", json={"ruleId": "K12", "text": "Staat in bijlage 2."})
        assert given.status_code == 201
        assert provider.get(f"{submission}/findings").json()["items"][0]["explanation"] == "Staat in bijlage 2."
        assert analyst.post(f"{submission}/acceptance").status_code == 201


def test_an_explanation_on_the_form_itself_counts(service: Service):
    study = service.open_study()
    content = replace(warned(), explanations=(Explanation("K12", "Zie vorig jaar."),))
    submission = f"/submissions/{service.submit(study, content).json()['submissionId']}"

    with service.by("analyst") as analyst:
        assert analyst.get(submission).json()["unexplainedWarnings"] == []
        assert analyst.post(f"{submission}/acceptance").status_code == 201


STATEMENT = {"signedBy": "A. Bestuurder", "signedOn": "2026-01-02"}


def test_a_study_may_require_a_board_statement(service: Service):
    study = service.open_study(boardStatementRequired=True)
    submission = f"/submissions/{service.submit(study).json()['submissionId']}"

    with service.by("analyst") as analyst, service.provider() as provider:
        refused = analyst.post(f"{submission}/acceptance")
        assert (refused.status_code, refused.json()["type"]) == (409, "urn:zorgtarief:problem:board-statement-missing")
        draft = provider.get(f"{submission}/board-statement").json()
        assert draft["contentHash"] in draft["text"]["nl"]
        assert draft["signed"] is None
        future = provider.post(f"{submission}/board-statement", json=STATEMENT | {"signedOn": "2099-01-01"})
        assert future.status_code == 400
        assert analyst.post(f"{submission}/board-statement", json=STATEMENT).status_code == 403
        signed = provider.post(f"{submission}/board-statement", json=STATEMENT)
        assert (signed.status_code, signed.json()["contentHash"]) == (201, draft["contentHash"])
        assert provider.post(f"{submission}/board-statement", json=STATEMENT).status_code == 409
        accepted = analyst.post(f"{submission}/acceptance")
        assert accepted.json()["boardStatement"]["signedBy"] == "A. Bestuurder"


def test_a_rejection_tells_why_and_a_newer_version_takes_the_place_of_an_older(service: Service):
    study = service.open_study()
    first, second = (f"/submissions/{service.submit(study).json()['submissionId']}" for _ in range(2))

    with service.by("analyst") as analyst, service.provider() as provider:
        assert analyst.post(f"{first}/acceptance").json()["type"].endswith("newer-version")
        assert analyst.post(f"{second}/rejection", json={}).status_code == 400
        assert provider.post(f"{second}/rejection", json={"reason": "x"}).status_code == 403
        rejected = analyst.post(f"{second}/rejection", json={"reason": "De huur ontbreekt."})
        assert (rejected.status_code, rejected.json()["rejectionReason"]) == (201, "De huur ontbreekt.")
        assert analyst.post(f"{first}/acceptance").status_code == 201
        third = f"/submissions/{service.submit(study).json()['submissionId']}"
        assert analyst.post(f"{third}/acceptance").status_code == 201
        assert provider.get(first).json()["status"] == "superseded"
        listed = provider.get(f"/studies/{study}/submissions", params={"status": "accepted"}).json()["items"]
    assert [row["version"] for row in listed] == [3]


def test_a_late_submission_is_taken_and_marked(service: Service):
    study = service.open_study(deadline="2026-01-01")
    submission = f"/submissions/{service.submit(study).json()['submissionId']}"

    with service.provider() as provider:
        assert provider.get(submission).json()["late"] is True


def test_the_same_request_with_the_same_key_has_one_effect(service: Service, key, as_json):
    study = service.open_study()
    content = as_json(sound_content(), study)
    headers = {"Content-Type": JSON, **key}
    query = {"agbCode": STUDY.agb_code, "costYear": 2025}

    with service.provider() as provider:
        first = provider.post(f"/studies/{study}/submissions", params=query, content=content, headers=headers)
        again = provider.post(f"/studies/{study}/submissions", params=query, content=content, headers=headers)
        other = provider.post(f"/studies/{study}/submissions", params=query, content=content + b" ", headers=headers)
        assert len(provider.get(f"/studies/{study}/submissions").json()["items"]) == 1
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert other.status_code == 409
    with service.by("analyst") as analyst:
        once, twice = (analyst.post("/studies", json=STUDY_BODY, headers=key) for _ in range(2))
    assert once.json() == twice.json()


def test_the_cost_prices_of_a_submission_add_up_and_lead_to_the_cells(service: Service):
    study = service.open_study()
    submission = f"/submissions/{service.submit(study).json()['submissionId']}"

    with service.provider() as provider:
        answer = provider.get(f"{submission}/cost-prices").json()

    parts = [c["amount"] for p in answer["prestaties"].values() for c in p["components"].values()]
    assert sum(map(Fraction, [*parts, *answer["outside"].values()])) == Fraction(answer["total"])
    stay = answer["prestaties"]["verblijf"]
    assert stay["units"] == "3360"
    assert Fraction(stay["total"]["unitCost"]) == pytest.approx(Fraction(stay["total"]["amount"]) / 3360)
    assert set(stay["components"]) == {"labour", "material", "inventory", "housing", "capital"}
    assert sum(map(Fraction, answer["matrix"]["GEB"].values())) == 240_000
    cells = {step["id"]: step["source"] for step in answer["steps"]}
    assert (cells["cost.VER.staffCareOwn"]["sheet"], cells["cost.VER.staffCareOwn"]["cell"]) == ("Kosten", "D7")
    assert answer["receipt"]["inputHash"]
    assert answer["illustrative"] is False


def test_lists_come_in_parts(service: Service):
    study = service.open_study()
    for agb_code in ("41010003", "41010004"):
        service.ask(study, agb_code)
    service.submit(study, broken())
    with service.by("analyst") as analyst, service.provider() as provider:
        first = analyst.get(f"/studies/{study}/providers", params={"limit": 2}).json()
        second = analyst.get(f"/studies/{study}/providers", params={"limit": 2, "cursor": first["next"]}).json()
        assert [row["agbCode"] for row in first["items"] + second["items"]] == ["41010001", "41010003", "41010004"]
        assert second["next"] is None
        assert analyst.get(f"/studies/{study}/providers/41010003").json() == second["items"][0] | first["items"][1]
        assert [row["agbCode"] for row in provider.get(f"/studies/{study}/providers").json()["items"]] == ["41010001"]
        for cursor in ("x", "-1", "9" * 30):
            assert analyst.get("/studies", params={"cursor": cursor}).status_code == 400
        assert analyst.get("/studies", params={"limit": 0}).status_code == 400
        walked, cursor = [], None
        while True:
            part = analyst.get("/studies", params={"limit": 2} | ({"cursor": cursor} if cursor else {})).json()
            walked += [row["studyId"] for row in part["items"]]
            cursor = part["next"]
            if cursor is None:
                break
        assert len(set(walked)) == len(walked)
        assert study in walked


def test_the_catalogue_of_checks_is_public(service: Service):
    with service.by() as anyone:
        rules = anyone.get("/check-rules").json()["items"]

    assert {"A01", "K01", "T05"} <= {row["ruleId"] for row in rules}
    assert all(row["message"]["nl"] and row["rationale"]["en"] for row in rules)
