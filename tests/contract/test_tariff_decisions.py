"""The life of a decision and the tariffs in two times, over HTTP on a real PostgreSQL."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from itertools import count

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from tests.tariffs_calls import application, running

PARTS = {"labour": "100.004", "material": "10.004", "inventory": "1", "equityReturn": "0", "housing": "31.915"}
DAY = "2026-03-01"


@pytest.fixture(scope="module")
def service(service_url, issuer, tmp_path_factory):
    with running(application(service_url("tariffs"), issuer, tmp_path_factory.mktemp("storage")), issuer) as found:
        yield found


_next_year = iter(range(2030, 9000, 10))
_next_number = count(1)


@pytest.fixture
def year():
    return next(_next_year)


def draft(year, *, prestatie="verblijf", components=None, **changes):
    return {
        "number": f"TB/TEST-{year}-{next(_next_number)}",
        "title": "Proef",
        "lines": [{"prestatie": prestatie, "components": components or PARTS}],
        "inForceFrom": f"{year}-01-01",
        "inForceUntil": f"{year + 1}-01-01",
        "reasons": "Een proef.",
    } | changes


def drafted(service, body):
    answer = service.by("analyst").post("/tariff-decisions", body)
    assert answer.status_code == 201, answer.text
    return answer.json()["decisionId"]


def published(service, body):
    decision_id = drafted(service, body)
    for step in ("adoption", "publication"):
        answer = service.by("decider").post(f"/tariff-decisions/{decision_id}/{step}", {})
        assert answer.status_code == 200, answer.text
    return answer.json()


def tariff(service, on, prestatie="verblijf", **query):
    return service.public.get("/maximum-tariffs", params={"prestatie": prestatie, "on": str(on), **query})


def test_a_draft_is_seen_by_the_authority_only(service, year):
    decision_id = drafted(service, draft(year))
    assert service.public.get(f"/tariff-decisions/{decision_id}").status_code == 404
    assert service.by("insurer", uzovi="0101").get(f"/tariff-decisions/{decision_id}").status_code == 404
    found = service.by("decider").get(f"/tariff-decisions/{decision_id}")
    assert found.status_code == 200
    body = found.json()
    assert body["status"] == "draft"
    assert body["illustrative"] is True
    assert body["tariffs"][0]["maximumTariffCents"] == 14_292
    assert body["tariffs"][0]["housingCents"] == 3_192
    assert tariff(service, f"{year}-03-01").status_code == 404


@pytest.mark.parametrize("role", ["decider", "provider", "insurer", "operator"])
def test_only_an_analyst_drafts(service, year, role):
    assert service.by(role, agbCode="06010203", uzovi="0101").post("/tariff-decisions", draft(year)).status_code == 403
    assert service.public.post("/tariff-decisions", draft(year)).status_code == 401


def test_four_eyes(service, year):
    body = draft(year)
    both = service.by("analyst", "decider", subject="one-person")
    decision_id = both.post("/tariff-decisions", body).json()["decisionId"]
    address = f"/tariff-decisions/{decision_id}"
    refused = both.post(f"{address}/adoption", {})
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:zorgtarief:problem:own-draft")
    assert service.by("analyst").post(f"{address}/adoption", {}).status_code == 403
    assert service.by("decider").post(f"{address}/publication", {}).status_code == 409
    adopted = service.by("decider").post(f"{address}/adoption")
    assert adopted.json()["status"] == "adopted"
    assert service.public.get(address).status_code == 404
    assert tariff(service, f"{year}-03-01").status_code == 404
    assert service.by("decider").post(f"{address}/adoption").status_code == 409
    assert service.by("decider").post(f"{address}/publication").json()["status"] == "published"
    assert service.public.get(address).json()["draftedBy"] == []
    assert service.by("decider").post(f"{address}/publication").status_code == 409


def test_who_changes_a_draft_does_not_adopt_it_either(service, year):
    decision_id = drafted(service, draft(year))
    address = f"/tariff-decisions/{decision_id}"
    both = service.by("analyst", "decider", subject="another-person")
    tag = both.get(address).headers["etag"]
    assert both.patch(address, {"reasons": "Beter."}).status_code == 428
    assert both.patch(address, {"reasons": "Beter."}, headers={"If-Match": '"v9"'}).status_code == 412
    changed = both.patch(address, {"reasons": "Beter.", "inForceUntil": None}, headers={"If-Match": tag})
    assert changed.status_code == 200, changed.text
    assert (changed.json()["reasons"], changed.json()["inForceUntil"]) == ("Beter.", None)
    assert changed.json()["title"] == "Proef"
    assert changed.headers["etag"] != tag
    assert both.patch(address, {"reasons": "Nogmaals."}, headers={"If-Match": tag}).status_code == 412
    assert both.post(f"{address}/adoption").status_code == 409
    refused = both.patch(address, {"number": None}, headers={"If-Match": changed.headers["etag"]})
    assert refused.status_code == 400
    assert service.by("decider").post(f"{address}/adoption").status_code == 200
    late = both.patch(address, {"reasons": "Te laat."}, headers={"If-Match": changed.headers["etag"]})
    assert late.status_code == 409


@pytest.mark.parametrize("star", ["*", " * "])
def test_any_version_of_a_draft_is_changed_with_a_star(service, year, star):
    address = f"/tariff-decisions/{drafted(service, draft(year))}"
    changed = service.by("analyst").patch(address, {"reasons": "Beter."}, headers={"If-Match": star})
    assert (changed.status_code, changed.json()["reasons"], changed.json()["version"]) == (200, "Beter.", 2)
    absent = service.by("analyst").patch(
        f"/tariff-decisions/{uuid.uuid4()}", {"reasons": "Beter."}, headers={"If-Match": star}
    )
    assert absent.status_code == 404
    assert service.by("decider").post(f"{address}/adoption").status_code == 200
    late = service.by("analyst").patch(address, {"reasons": "Te laat."}, headers={"If-Match": star})
    assert late.status_code == 409


@pytest.mark.parametrize(
    ("tags", "status"),
    [
        ('"v9", "v1"', 200),
        ('"v9","v1",', 200),
        ('"v8", "v9"', 412),
        ('W/"v1"', 412),
        ('"V1"', 412),
        ('"1"', 412),
        ('"v01"', 412),
        ("v1", 412),
        ('"v1', 412),
        ("", 412),
        (f'"v{"9" * 30}"', 412),
    ],
)
def test_one_of_the_tags_must_be_that_of_the_draft(service, year, tags, status):
    address = f"/tariff-decisions/{drafted(service, draft(year))}"
    answer = service.by("analyst").patch(address, {"reasons": "Beter."}, headers={"If-Match": tags})
    assert answer.status_code == status, answer.text


def test_a_change_that_changes_nothing_is_no_new_version(service, year):
    more = {"maxMaxTariffCents": 20_000, "source": {"document": "TB/REG-24620-01"}}
    lines = [{"prestatie": "verblijf", "components": PARTS} | more]
    body = draft(year, lines=lines)
    address = f"/tariff-decisions/{drafted(service, body)}"
    both = service.by("analyst", "decider", subject="only-looked")
    before = both.get(address)
    for same in ({}, {"reasons": "Een proef."}, {"title": "  Proef "}, {"lines": lines}, body, {"replaces": None}):
        answer = both.patch(address, same, headers={"If-Match": before.headers["etag"]})
        assert (answer.status_code, answer.headers["etag"]) == (200, before.headers["etag"]), answer.text
        assert answer.json() == before.json()
    assert both.post(f"{address}/adoption").status_code == 200, "who changed nothing did not draft"


def adopted(service, body):
    decision_id = drafted(service, body)
    return decision_id, service.by("decider").post(f"/tariff-decisions/{decision_id}/adoption", {})


def test_the_same_act_is_not_published_twice(service, year):
    body = draft(year)
    first = published(service, body)["decisionId"]
    again, refused = adopted(service, body)
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:zorgtarief:problem:decision-published-before")
    assert first in refused.json()["detail"]
    assert refused.json()["decisionId"] == first
    assert [fault["location"] for fault in refused.json()["errors"]] == ["/number"]
    renamed = service.by("analyst").patch(
        f"/tariff-decisions/{again}", {"number": f"TB/OWN-{year}"}, headers={"If-Match": "*"}
    )
    assert renamed.status_code == 200
    assert service.by("decider").post(f"/tariff-decisions/{again}/adoption", {}).status_code == 200


def test_two_that_were_adopted_side_by_side_cannot_both_be_published(service, year):
    body = draft(year)
    (first, _), (second, _) = adopted(service, body), adopted(service, body)
    assert service.by("decider").post(f"/tariff-decisions/{first}/publication", {}).status_code == 200
    assert service.by("decider").post(f"/tariff-decisions/{second}/publication", {}).status_code == 409


def test_a_number_may_return_on_other_days_for_what_it_replaces_or_after_a_withdrawal(service, year):
    body = draft(year)
    first = published(service, body)["decisionId"]
    published(service, body | {"inForceFrom": f"{year + 1}-01-01", "inForceUntil": f"{year + 2}-01-01"})
    published(service, body | {"lines": [{"prestatie": "dagopvang", "components": PARTS}]})
    replacing = published(service, body | {"replaces": first})["decisionId"]
    withdrawn = service.by("decider").post(f"/tariff-decisions/{replacing}/withdrawal", {"reason": "x"})
    assert withdrawn.status_code == 200
    _, refused = adopted(service, body)
    assert refused.json()["decisionId"] == first
    assert service.by("decider").post(f"/tariff-decisions/{first}/withdrawal", {"reason": "x"}).status_code == 200
    published(service, body)


@pytest.mark.parametrize("step", ["adoption", "publication"])
def test_a_body_that_may_be_left_out_has_no_fields(service, year, step):
    address = f"/tariff-decisions/{drafted(service, draft(year))}"
    if step == "publication":
        assert service.by("decider").post(f"{address}/adoption", {}).status_code == 200
    refused = service.by("decider").post(f"{address}/{step}", {"x": 1})
    assert refused.status_code == 400
    assert [fault["location"] for fault in refused.json()["errors"]] == ["/x"]
    for other in ([], "x", 7):
        assert service.by("decider").post(f"{address}/{step}", other).status_code == 400
    text = service.by("decider").post(f"{address}/{step}", content=b"x", headers={"Content-Type": "text/plain"})
    assert text.status_code == 415
    assert service.by("decider").get(address).json()["version"] == (1 if step == "adoption" else 2)
    assert service.by("decider").post(f"{address}/{step}").status_code == 200


@pytest.mark.parametrize(
    ("changes", "location"),
    [
        ({"lines": []}, "/lines"),
        ({"lines": [{"prestatie": "verblijf"}]}, "/lines/0"),
        ({"lines": [{"prestatie": "kamer", "components": PARTS}]}, "/lines/0/prestatie"),
        (
            {"lines": [{"prestatie": "verblijf", "components": PARTS | {"housing": "1e3"}}]},
            "/lines/0/components/housing",
        ),
        ({"lines": [{"prestatie": "verblijf", "components": {"labour": "1"}}]}, "/lines/0/components"),
        ({"lines": [{"prestatie": "verblijf", "components": PARTS}] * 2}, "/lines/1/prestatie"),
        ({"lines": [{"prestatie": "verblijf", "calculationId": str(uuid.uuid4())}]}, "/lines/0/calculationId"),
        ({"inForceFrom": 46000}, "/inForceFrom"),
        ({"inForceUntil": "2020-01-01"}, "/inForceUntil"),
        ({"replacedComponents": ["housing"]}, "/replacedComponents"),
        ({"surprise": 1}, "/surprise"),
        ({"number": "  "}, "/number"),
    ],
)
def test_bad_drafts_are_refused_with_the_place(service, year, changes, location):
    answer = service.by("analyst").post("/tariff-decisions", draft(year, **changes))
    assert answer.status_code == 400, answer.text
    assert location in [fault["location"] for fault in answer.json()["errors"]]


def test_a_draft_that_is_wrong_in_several_ways_is_told_all_of_them(service, year):
    lines = [{"prestatie": "verblijf", "components": PARTS}, {"prestatie": "verblijf", "components": {"labour": "1"}}]
    wrong = draft(year, lines=lines, inForceUntil="2020-01-01", replacedComponents=["housing", "housing"])
    answer = service.by("analyst").post("/tariff-decisions", wrong, headers={"Accept-Language": "nl"})
    assert [(fault["location"], fault["code"]) for fault in answer.json()["errors"]] == [
        ("/inForceUntil", "in_force"),
        ("/replacedComponents", "replaces_missing"),
        ("/replacedComponents", "component_twice"),
        ("/lines/1/prestatie", "prestatie_twice"),
        ("/lines/1/components", "components_missing"),
    ]
    assert answer.json()["errors"][4]["message"] == "hier ontbreekt housing; schrijf 0 waar een component niets is"


def test_a_source_makes_a_line_definite(service, year):
    lines = [{"prestatie": "verblijf", "components": PARTS, "source": {"document": "TB/REG-24620-01"}}]
    found = published(service, draft(year, lines=lines))
    assert found["illustrative"] is False
    assert tariff(service, f"{year}-03-01").json()["illustrative"] is False


def test_outside_the_demo_an_illustrative_decision_is_not_adopted(service_url, issuer, tmp_path, year):
    app = application(service_url("tariffs"), issuer, tmp_path, allow_illustrative=False)
    with running(app, issuer) as strict:
        decision_id = drafted(strict, draft(year))
        refused = strict.by("decider").post(f"/tariff-decisions/{decision_id}/adoption")
        assert (refused.status_code, refused.json()["type"]) == (409, "urn:zorgtarief:problem:illustrative-decision")
        lines = [{"prestatie": "verblijf", "components": PARTS, "source": {"document": "TB/REG-24620-01"}}]
        assert published(strict, draft(year, lines=lines))["status"] == "published"


def test_the_same_day_is_answered_differently_before_and_after_a_retroactive_decision(service, year):
    first = published(service, draft(year))
    second = published(
        service,
        draft(
            year,
            components={"housing": "35.001"},
            replaces=first["decisionId"],
            replacedComponents=["housing"],
            inForceFrom=f"{year}-02-01",
        ),
    )
    day = f"{year}-03-01"
    before = tariff(service, day, knownAt=first["publishedAt"]).json()
    after = tariff(service, day, knownAt=second["publishedAt"]).json()
    assert (before["maximumTariffCents"], after["maximumTariffCents"]) == (14_292, 14_601)
    assert after["components"] == PARTS | {"housing": "35.001"}
    assert after["decision"]["decisionId"] == second["decisionId"]
    assert before["knownUntil"] == second["publishedAt"] == after["knownFrom"]
    assert tariff(service, day).json()["maximumTariffCents"] == 14_601
    assert tariff(service, f"{year}-01-31").json()["maximumTariffCents"] == 14_292
    earlier = tariff(service, day, knownAt="2020-01-01T00:00:00Z")
    assert (earlier.status_code, earlier.json()["type"]) == (404, "urn:zorgtarief:problem:no-tariff-in-force")
    (listed,) = second["tariffs"]
    assert listed["replaces"]["decision"]["decisionId"] == first["decisionId"]
    assert (listed["replaces"]["maximumTariffCents"], listed["maximumTariffCents"]) == (14_292, 14_601)
    assert (listed["inForceFrom"], listed["inForceUntil"]) == (f"{year}-02-01", f"{year + 1}-01-01")
    assert service.public.get(f"/tariff-decisions/{second['decisionId']}").json()["tariffs"] == second["tariffs"]
    assert service.public.get(f"/tariff-decisions/{first['decisionId']}").json()["status"] == "published"


def test_each_figure_is_a_step_and_the_answer_has_a_receipt(service, year):
    published(service, draft(year))
    found = tariff(service, f"{year}-03-01").json()
    steps = {step["id"]: step for step in found["steps"]}
    assert steps["tariff"]["value"] == "142.923"
    assert steps["tariff_cents"]["value"] == "14292"
    assert steps["tariff"]["inputs"] == ["labour", "material", "inventory", "equity_return", "housing"]
    assert found["receipt"]["knownAt"] >= found["knownFrom"]
    again = tariff(service, f"{year}-03-01", knownAt=found["receipt"]["knownAt"]).json()
    assert again == found


def test_a_moment_to_come_counts_as_now(service, year):
    published(service, draft(year))
    found = tariff(service, f"{year}-03-01", knownAt="2999-01-01T00:00:00Z")
    assert found.status_code == 200
    assert found.json()["receipt"]["knownAt"] < "2999"


@pytest.mark.parametrize(
    "query",
    [
        {"prestatie": "verblijf"},
        {"prestatie": "kamer", "on": DAY},
        {"prestatie": "verblijf", "on": "46000"},
        {"prestatie": "verblijf", "on": DAY, "knownAt": "2026-05-01T12:00:00"},
        {"prestatie": "verblijf", "on": DAY, "moment": "now"},
    ],
)
def test_questions_that_are_not_clear_are_refused(service, query):
    assert service.public.get("/maximum-tariffs", params=query).status_code == 400


def test_published_tariffs_have_a_tag(service, year):
    published(service, draft(year))
    first = tariff(service, f"{year}-03-01")
    headers = {"If-None-Match": first.headers["etag"]}
    query = {"prestatie": "verblijf", "on": f"{year}-03-01"}
    same = service.public.get("/maximum-tariffs", params=query, headers=headers)
    assert (same.status_code, same.content) == (304, b"")
    published(service, draft(year, components=PARTS | {"labour": "101"}))
    assert service.public.get("/maximum-tariffs", params=query, headers=headers).status_code == 200


def test_withdrawal_restores_what_was_in_force_and_keeps_what_was_known(service, year):
    first = published(service, draft(year))
    second = published(service, draft(year, components=PARTS | {"labour": "200"}, inForceFrom=f"{year}-06-01"))
    address = f"/tariff-decisions/{second['decisionId']}"
    assert service.by("decider").post(f"{address}/withdrawal", {}).status_code == 400
    gone = service.by("decider").post(f"{address}/withdrawal", {"reason": "Vernietigd."}).json()
    assert (gone["status"], gone["withdrawalReason"]) == ("withdrawn", "Vernietigd.")
    day = f"{year}-07-01"
    assert tariff(service, day).json()["decision"]["decisionId"] == first["decisionId"]
    assert tariff(service, day, knownAt=second["publishedAt"]).json()["decision"]["decisionId"] == second["decisionId"]
    assert tariff(service, day, knownAt=gone["withdrawnAt"]).json()["decision"]["decisionId"] == first["decisionId"]
    assert service.by("decider").post(f"{address}/withdrawal", {"reason": "Nogmaals."}).status_code == 409
    first_gone = service.by("decider").post(f"/tariff-decisions/{first['decisionId']}/withdrawal", {"reason": "Ook."})
    assert first_gone.status_code == 200
    assert tariff(service, day).status_code == 404


def test_what_another_decision_rests_on_is_not_withdrawn_first(service, year):
    first = published(service, draft(year))
    body = draft(year, replaces=first["decisionId"], replacedComponents=["housing"], number="TB/RESTS")
    second = published(service, body)
    refused = service.by("decider").post(f"/tariff-decisions/{first['decisionId']}/withdrawal", {"reason": "x"})
    assert refused.status_code == 409
    assert "TB/RESTS" in refused.json()["detail"]
    third = published(
        service,
        draft(
            year,
            components={"housing": "40"},
            replaces=second["decisionId"],
            replacedComponents=["housing"],
        ),
    )
    assert tariff(service, f"{year}-03-01").json()["components"]["housing"] == "40"
    assert service.public.get(f"/tariff-decisions/{second['decisionId']}").json()["status"] == "superseded"
    for decision in (third, second, first):
        address = f"/tariff-decisions/{decision['decisionId']}/withdrawal"
        assert service.by("decider").post(address, {"reason": "x"}).status_code == 200


def test_replacing_where_there_is_nothing_is_refused(service, year):
    first = published(service, draft(year))
    body = draft(
        year,
        components={"housing": "1"},
        replaces=first["decisionId"],
        replacedComponents=["housing"],
        inForceFrom=f"{year - 1}-12-01",
    )
    decision_id = drafted(service, body)
    refused = service.by("decider").post(f"/tariff-decisions/{decision_id}/adoption")
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:zorgtarief:problem:nothing-to-replace")
    assert f"{year - 1}-12-01" in refused.json()["detail"]
    unpublished = draft(year, replaces=decision_id)
    assert service.by("analyst").post("/tariff-decisions", unpublished).status_code == 409
    unknown = draft(year, replaces=str(uuid.uuid4()))
    assert service.by("analyst").post("/tariff-decisions", unknown).status_code == 409


def test_a_second_ceiling_as_an_amount(service, year):
    lines = [{"prestatie": "verblijf", "components": PARTS, "maxMaxTariffCents": 15_721}]
    first = published(service, draft(year, lines=lines))
    assert tariff(service, f"{year}-03-01").json()["maxMaxTariffCents"] == 15_721
    low = [{"prestatie": "verblijf", "components": PARTS, "maxMaxTariffCents": 14_291}]
    refused = service.by("analyst").post("/tariff-decisions", draft(year, lines=low))
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:zorgtarief:problem:ceilings-crossed")
    silent = draft(year, replaces=first["decisionId"], replacedComponents=["housing"])
    decision_id = drafted(service, silent)
    refused = service.by("decider").post(f"/tariff-decisions/{decision_id}/adoption")
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:zorgtarief:problem:max-max-unclear")


def test_the_same_request_has_one_effect(service, year):
    headers = {"Idempotency-Key": f"draft-{year}"}
    analyst = service.by("analyst")
    body = draft(year)
    first, again = (analyst.post("/tariff-decisions", body, headers=headers) for _ in range(2))
    assert first.json() == again.json()
    assert first.headers["location"] == again.headers["location"]
    assert first.headers["location"].endswith(f"/tariffs/v1/tariff-decisions/{first.json()['decisionId']}")
    assert analyst.post("/tariff-decisions", body | {"title": "Anders"}, headers=headers).status_code == 409


def test_lists_give_the_newest_first_in_pages(service, year):
    ids = [drafted(service, draft(year, title=f"Lijst {n}")) for n in range(3)]
    analyst = service.by("analyst")
    page = analyst.get("/tariff-decisions", params={"limit": 2, "status": "draft"}).json()
    assert [item["decisionId"] for item in page["items"]] == [ids[2], ids[1]]
    rest = analyst.get("/tariff-decisions", params={"limit": 2, "status": "draft", "cursor": page["next"]}).json()
    assert rest["items"][0]["decisionId"] == ids[0]
    assert analyst.get("/tariff-decisions", params={"cursor": "elsewhere"}).status_code == 400
    assert all(item["publishedAt"] for item in service.public.get("/tariff-decisions").json()["items"])


def listed(client, **query):
    items, cursor = [], {}
    while cursor is not None:
        page = client.get("/tariff-decisions", params=query | cursor).json()
        items += page["items"]
        cursor = {"cursor": page["next"]} if page["next"] else None
    return {item["decisionId"]: item["status"] for item in items}


def test_a_decision_that_is_in_force_on_no_day_any_more_is_superseded(service, year):
    first = published(service, draft(year))["decisionId"]
    waiting = drafted(service, draft(year))
    adopted = drafted(service, draft(year))
    assert service.by("decider").post(f"/tariff-decisions/{adopted}/adoption").status_code == 200
    half = published(service, draft(year, inForceFrom=f"{year}-07-01"))["decisionId"]
    decider = service.by("decider")
    assert decider.get(f"/tariff-decisions/{first}").json()["status"] == "published"
    rest = published(service, draft(year, inForceUntil=f"{year}-07-01"))["decisionId"]
    assert service.public.get(f"/tariff-decisions/{first}").json()["status"] == "superseded"

    def sorted_out():
        found = {}
        for status in ("draft", "adopted", "published", "superseded", "withdrawn"):
            of_status = listed(decider, status=status, limit=3)
            assert set(of_status.values()) <= {status}
            for one in {first, waiting, adopted, half, rest} & set(of_status):
                assert one not in found
                found[one] = status
        assert found.items() <= listed(decider).items()
        return found

    expected = {first: "superseded", waiting: "draft", adopted: "adopted", half: "published", rest: "published"}
    assert sorted_out() == expected
    assert listed(service.public, status="superseded")[first] == "superseded"
    again = decider.post(f"/tariff-decisions/{first}/publication")
    assert again.status_code == 409
    assert "superseded" in again.json()["detail"]
    assert decider.post(f"/tariff-decisions/{rest}/withdrawal", {"reason": "x"}).status_code == 200
    assert sorted_out() == expected | {first: "published", rest: "withdrawn"}
    assert service.public.get("/tariff-decisions", params={"status": "gone"}).status_code == 400


def test_the_document_names_every_status(service):
    document = service.public.get("/openapi.json").json()
    statuses = ["draft", "adopted", "published", "superseded", "withdrawn"]
    assert document["components"]["schemas"]["DecisionOut"]["properties"]["status"]["enum"] == statuses
    parameters = document["paths"]["/tariff-decisions"]["get"]["parameters"]
    (status,) = [one for one in parameters if one["name"] == "status"]
    assert statuses in [choice.get("enum") for choice in status["schema"].get("anyOf", [status["schema"]])]


def test_history_tiles_without_gap_or_overlap(service, year):
    first = published(service, draft(year, prestatie="dagopvang", inForceUntil=None))
    published(service, draft(year, prestatie="dagopvang", inForceFrom=f"{year}-05-01", inForceUntil=f"{year}-09-01"))
    published(service, draft(year, prestatie="dagopvang", inForceFrom=f"{year}-03-01", inForceUntil=f"{year}-07-01"))
    items = service.public.get("/maximum-tariffs/history", params={"prestatie": "dagopvang"}).json()["items"]
    items = [item for item in items if item["knownFrom"] >= first["publishedAt"]]
    moments = sorted({item["knownFrom"] for item in items})
    assert len(moments) == 3
    for moment in moments:
        for offset in range(0, 400, 7):
            day = str(date(year, 1, 1) + timedelta(days=offset))
            covering = [
                item
                for item in items
                if item["inForceFrom"] <= day < (item["inForceUntil"] or "9999")
                and item["knownFrom"] <= moment < (item["knownUntil"] or "9999")
            ]
            assert len(covering) == 1


def test_many_publish_at_once_and_the_tariffs_stay_whole(service, year):
    bodies = [draft(year, components=PARTS | {"labour": str(100 + n)}, number=f"TB/AT-ONCE-{n}") for n in range(8)]
    ids = [drafted(service, body) for body in bodies]
    for decision_id in ids:
        assert service.by("decider").post(f"/tariff-decisions/{decision_id}/adoption").status_code == 200
    twice = [*ids, *ids]
    with ThreadPoolExecutor(len(twice)) as pool:
        answers = list(pool.map(lambda i: service.by("decider").post(f"/tariff-decisions/{i}/publication"), twice))
    assert sorted(answer.status_code for answer in answers) == [200] * 8 + [409] * 8
    items = service.public.get("/maximum-tariffs/history", params={"prestatie": "verblijf"}).json()["items"]
    mine = sorted((i for i in items if i["inForceFrom"] == f"{year}-01-01"), key=lambda item: item["knownFrom"])
    assert len(mine) == 8
    assert [item["knownUntil"] for item in mine] == [item["knownFrom"] for item in mine[1:]] + [None]


class TestTheDatabaseItself:
    """What raw SQL under the service's own role cannot do, whatever the code does."""

    @pytest.fixture
    def attempt(self, service, service_url, year):
        published(service, draft(year))
        engine = create_engine(service_url("tariffs"))

        def run(statement, roles="decider"):
            with engine.connect() as connection:
                connection.execute(text("SELECT set_config('zorgtarief.roles', :roles, true)"), {"roles": roles})
                rows = connection.execute(text(statement)).rowcount
                connection.commit()
                return rows

        yield run
        engine.dispose()

    @pytest.mark.parametrize(
        "statement",
        [
            "DELETE FROM tariffs.maximum_tariffs",
            "DELETE FROM tariffs.tariff_decisions",
            "DELETE FROM tariffs.decided_tariffs",
            "UPDATE tariffs.decided_tariffs SET maximum_tariff_cents = 1",
            "UPDATE tariffs.maximum_tariffs SET in_force = '[2026-01-01,)'",
            "UPDATE tariffs.maximum_tariffs SET known = tstzrange(lower(known) - interval '1 day', null)",
            "UPDATE tariffs.maximum_tariffs SET known = tstzrange(lower(known), null)",
            "UPDATE tariffs.tariff_decisions SET lines = '[]'",
            "UPDATE tariffs.tariff_decisions SET status = 'draft'",
            "UPDATE tariffs.tariff_decisions SET published_at = now() WHERE status = 'published'",
            "INSERT INTO tariffs.maximum_tariffs (prestatie_id, tariff_id, in_force, known) "
            "SELECT prestatie_id, tariff_id, in_force, known FROM tariffs.maximum_tariffs LIMIT 1",
            "TRUNCATE tariffs.maximum_tariffs",
        ],
    )
    def test_refuses_what_rewrites_history(self, attempt, statement):
        with pytest.raises(DBAPIError):
            attempt(statement)

    def test_lets_only_the_authority_write(self, attempt):
        assert attempt("UPDATE tariffs.tariff_decisions SET title = title", roles="") == 0
        assert attempt("UPDATE tariffs.maximum_tariffs SET known = known", roles="provider") == 0
