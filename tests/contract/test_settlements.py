"""Declared production and its settlement over HTTP: real PostgreSQL, real queue, real Parquet."""

import asyncio
import csv
import io
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import procrastinate
import pyarrow as pa
import pyarrow.csv as pcsv
import pyarrow.parquet as pq
import pytest
from sqlalchemy import create_engine, text

from services.tariffs.operations import settlement_jobs
from services.tariffs.store.line_storage import LineStorage
from services.tariffs.tables.plumbing import jobs
from shared.plumbing.jobs import conninfo
from tests.tariffs_calls import application, running

MINE, OTHER = "06010203", "06010299"
HEADER = "lineId,agbCode,uzovi,prestatie,serviceDate,quantity,unitPriceCents,contractBasis,contractValue"
PARTS = {"labour": "400", "material": "60", "inventory": "0", "equityReturn": "0", "housing": "40"}
CSV = {"Content-Type": "text/csv"}
PARQUET = "application/vnd.apache.parquet"


class World:
    """One service on a database of its own, with shorthand for the main job."""

    def __init__(self, service, storage, url):
        self.service, self.storage, self.url, self.numbers = service, storage, url, count(1)

    def decide(self, **changes):
        body = {
            "number": f"TB/{next(self.numbers)}",
            "title": "Proef",
            "lines": [{"prestatie": "verblijf", "components": PARTS, "maxMaxTariffCents": 55_000}],
            "inForceFrom": "2026-01-01",
            "inForceUntil": "2027-01-01",
            "reasons": "Een proef.",
        } | changes
        answer = self.service.by("analyst").post("/tariff-decisions", body)
        assert answer.status_code == 201, answer.text
        address = f"/tariff-decisions/{answer.json()['decisionId']}"
        for step in ("adoption", "publication"):
            answer = self.service.by("decider").post(f"{address}/{step}")
            assert answer.status_code == 200, answer.text
        return answer.json()

    def raise_housing(self, replaces, housing, max_max):
        lines = [{"prestatie": "verblijf", "components": {"housing": housing}, "maxMaxTariffCents": max_max}]
        return self.decide(lines=lines, replaces=replaces["decisionId"], replacedComponents=["housing"])

    def send(self, *lines, agb=MINE, **options):
        content = "\n".join([HEADER, *lines, ""]).encode()
        headers = CSV | options.pop("headers", {})
        return self.service.by("provider", agbCode=agb).post("/production-files", content=content, headers=headers)

    def sent(self, *lines, **options):
        answer = self.send(*lines, **options)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def work(self):
        """Let a worker do what is queued, until nothing is."""

        async def run():
            connector = procrastinate.PsycopgConnector(
                conninfo=conninfo(self.url), kwargs={"options": "-csearch_path=tariffs"}
            )
            with settlement_jobs.QUEUE.replace_connector(connector) as live:
                async with live.open_async():
                    await live.run_worker_async(wait=False, install_signal_handlers=False, listen_notify=False)

        asyncio.run(run())

    def settle(self, body=None, by=("analyst",), **claims):
        caller = self.service.by(*by, **claims)
        answer = caller.post("/settlements", body or {"all": True})
        assert answer.status_code == 202, answer.text
        job = answer.headers["location"].removeprefix("/tariffs/v1")
        assert caller.get(job).json()["status"] == "queued"
        self.work()
        done = caller.get(job).json()
        assert done["status"] == "succeeded", done
        assert done["progress"] == 1
        found = caller.get(done["resultUrl"].removeprefix("/tariffs/v1"))
        assert found.status_code == 200, found.text
        return found.json()

    def lines(self, settlement, by=("analyst",), **claims):
        address = f"/settlements/{settlement['settlementId']}/lines"
        answer = self.service.by(*by, **claims).get(address)
        assert answer.headers["content-type"].startswith("text/csv")
        return list(csv.DictReader(io.StringIO(answer.text)))


@pytest.fixture
def world(cluster, template, issuer, tmp_path, monkeypatch, request):
    """A fresh database for each test: settlements are about everything there is."""
    from services.runner.embedded import as_service, make_database

    url = as_service(make_database(cluster, f"settle_{abs(hash(request.node.nodeid))}", template), "tariffs")
    address = url.render_as_string(hide_password=False)
    app = application(address, issuer, tmp_path)
    resources = (app.state.database, LineStorage(tmp_path.as_uri()))
    monkeypatch.setattr(settlement_jobs, "worker_resources", lambda: resources)
    with running(app, issuer) as service:
        yield World(service, tmp_path, address)


LINES = (
    f"L1,{MINE},0101,verblijf,2026-03-01,10,50000,none,",
    f"L2,{MINE},0101,verblijf,2026-03-02,10,47500,percentage,0.95",
    f"L3,{MINE},0202,verblijf,2026-03-03,10,49000,fixed,",
    f"L4,{MINE},0202,verblijf,2026-04-01,10,48000,fixed-pass-through,0.75",
    f"L5,{MINE},0303,verblijf,2026-04-02,10,54000,max-max,",
    f"L6,{MINE},0303,verblijf,2026-04-03,-2,50000,none,",
)
# The housing component goes from 40.00 to 52.00, the maximum from 500.00 to 512.00.
EXPECTED = {"L1": 12_000, "L2": 11_400, "L3": 0, "L4": 9_000, "L5": 0, "L6": -2_400}


def amounts(lines):
    found = defaultdict(int)
    for line in lines:
        assert int(line["amountCents"]) == int(line["quantity"]) * int(line["unitPriceCents"])
        found[line["corrects"]] += int(line["amountCents"])
    return dict(found)


def test_the_main_job(world):
    first = world.decide()
    sent = world.sent(*LINES)
    assert (sent["lines"], sent["findings"][0]["code"]) == (6, "credits")
    second = world.raise_housing(first, "52", 56_320)

    preview = {"from": {"decisionId": first["decisionId"]}, "to": {"decisionId": second["decisionId"]}}
    rows = [dict(zip(HEADER.split(","), line.split(","), strict=True)) for line in LINES]
    for row in rows:
        row |= {"quantity": int(row["quantity"]), "unitPriceCents": int(row["unitPriceCents"])}
    previewed = world.service.public.post("/settlement-previews", {"lines": rows} | preview)
    assert previewed.status_code == 200, previewed.text

    settlement = world.settle()
    lines = world.lines(settlement)
    assert amounts(lines) == {name: amount for name, amount in EXPECTED.items() if amount}
    assert settlement["total"]["differenceCents"] == sum(EXPECTED.values()) == 30_000
    assert previewed.json()["totals"] == settlement["total"]
    assert [str(line["amountCents"]) for line in previewed.json()["lines"]] == [line["amountCents"] for line in lines]
    assert settlement["findings"] == []
    assert settlement["illustrative"] is True
    by_key = {(row["uzovi"], row["month"]): row for row in settlement["totals"]}
    assert by_key["0202", "2026-03"] == {
        "agbCode": MINE,
        "uzovi": "0202",
        "prestatie": "verblijf",
        "month": "2026-03",
        "lines": 1,
        "correctionLines": 0,
        "oldCents": 490_000,
        "newCents": 490_000,
        "differenceCents": 0,
    }
    assert by_key["0101", "2026-03"]["differenceCents"] == 23_400
    credit, debit = lines[:2]
    assert (credit["kind"], credit["corrects"], credit["quantity"], credit["unitPriceCents"]) == (
        "credit",
        "L1",
        "-10",
        "50000",
    )
    assert (debit["kind"], debit["corrects"], debit["quantity"], debit["unitPriceCents"]) == (
        "debit",
        "L1",
        "10",
        "51200",
    )
    assert len({line["lineId"] for line in lines}) == len(lines)


def test_settling_again_pays_nothing_and_a_late_file_is_settled_alone(world):
    first = world.decide()
    world.sent(*LINES[:3])
    world.raise_housing(first, "52", 56_320)
    assert world.settle()["total"]["differenceCents"] == 23_400
    again = world.settle()
    assert (again["total"]["differenceCents"], world.lines(again)) == (0, [])
    world.sent(*LINES[3:])
    late = world.settle()
    assert amounts(world.lines(late)) == {"L4": 9_000, "L6": -2_400}
    assert late["total"]["differenceCents"] == 6_600


def test_a_second_retroactive_decision_pays_its_own_difference_and_withdrawal_takes_it_back(world):
    first = world.decide()
    world.sent(*LINES)
    second = world.raise_housing(first, "52", 56_320)
    world.settle()
    third = world.raise_housing(second, "44", 55_440)
    settled = world.settle()
    after_third = {"L1": 4_000, "L2": 3_800, "L4": 3_000, "L6": -800}
    assert amounts(world.lines(settled)) == {name: after_third[name] - EXPECTED[name] for name in after_third}
    gone = world.service.by("decider").post(f"/tariff-decisions/{third['decisionId']}/withdrawal", {"reason": "x"})
    assert gone.status_code == 200
    restored = world.settle()
    assert amounts(world.lines(restored)) == {name: EXPECTED[name] - after_third[name] for name in after_third}
    names = [line["lineId"] for line in world.lines(restored)]
    assert names[0] == "L1-C3"


def test_a_tariff_withdrawn_without_successor_leaves_lines_as_they_were(world):
    first = world.decide()
    world.sent(*LINES)
    second = world.raise_housing(first, "52", 56_320)
    world.settle()
    for decision in (second, first):
        address = f"/tariff-decisions/{decision['decisionId']}/withdrawal"
        assert world.service.by("decider").post(address, {"reason": "x"}).status_code == 200
    settled = world.settle()
    # What was last known for the days is the first tariff: it was seen between the two withdrawals.
    assert settled["total"]["differenceCents"] == -30_000
    assert settled["findingCounts"] == {"tariff_withdrawn": 6}


def test_a_file_sent_after_everything_was_decided_is_settled_from_the_price_it_charged(world):
    first = world.decide()
    world.raise_housing(first, "52", 56_320)
    world.sent(*LINES, f"NEW,{MINE},0101,verblijf,2026-03-01,10,51200,none,")
    settled = world.settle()
    assert amounts(world.lines(settled)) == {name: amount for name, amount in EXPECTED.items() if amount}
    assert settled["findings"] == []


def test_what_cannot_be_settled_is_told(world):
    sent = world.sent(
        f"A,{MINE},0101,verblijf,2025-12-31,1,50000,none,",
        f"B,{MINE},0101,verblijf,2026-03-01,1,50001,fixed,",
        f"C,{MINE},0101,verblijf,2026-03-01,1,47000,percentage,0.95",
        f"D,{MINE},0101,dagopvang,2026-03-01,1,100,none,",
    )
    assert {(f["code"], f["prestatie"], f["count"]) for f in sent["findings"]} == {
        ("no_tariff_known", "dagopvang", 1),
        ("no_tariff_known", "verblijf", 3),
    }
    first = world.decide()
    world.raise_housing(first, "52", 56_320)
    settled = world.settle()
    assert settled["findingCounts"] == {"no_tariff": 2, "price_above_old_maximum": 1, "price_not_as_agreed": 1}
    told = {finding["lineId"]: finding for finding in settled["findings"]}
    assert told["B"]["code"] == "price_above_old_maximum"
    assert told["B"]["message"]["nl"]
    assert amounts(world.lines(settled)) == {"C": 48_640 - 47_000}
    assert settled["total"]["lines"] == 4


def test_with_what_was_known_at_an_earlier_moment(world):
    first = world.decide()
    world.sent(*LINES)
    second = world.raise_housing(first, "52", 56_320)
    before = world.settle({"all": True, "knownAt": first["publishedAt"]})
    assert (before["total"]["differenceCents"], before["knownAt"]) == (0, first["publishedAt"])
    assert world.settle({"all": True, "knownAt": second["publishedAt"]})["total"]["differenceCents"] == 30_000
    back = world.service.by("analyst").post("/settlements", {"all": True, "knownAt": first["publishedAt"]})
    assert (back.status_code, back.json()["type"]) == (409, "urn:zorgtarief:problem:settled-with-later-knowledge")
    assert world.settle({"all": True, "knownAt": "2999-01-01T00:00:00Z"})["knownAt"] < "2999"


def test_each_sees_what_concerns_it(world):
    first = world.decide()
    mine = world.sent(*LINES)
    theirs = world.sent(
        *(line.replace(MINE, OTHER).replace("L", "X", 1) for line in LINES[:2]),
        f"X9,{OTHER},0404,verblijf,2026-03-02,1,50000,none,",
        agb=OTHER,
    )
    world.raise_housing(first, "52", 56_320)
    settlement = world.settle()
    address = f"/settlements/{settlement['settlementId']}"
    service = world.service

    own = service.by("provider", agbCode=MINE).get(address).json()
    assert {row["agbCode"] for row in own["totals"]} == {MINE}
    assert own["productionFileIds"] == [mine["productionFileId"]]
    assert {line["agbCode"] for line in world.lines(settlement, by=("provider",), agbCode=MINE)} == {MINE}
    insurer = service.by("insurer", uzovi="0101").get(address).json()
    assert {row["uzovi"] for row in insurer["totals"]} == {"0101"}
    assert {row["agbCode"] for row in insurer["totals"]} == {MINE, OTHER}
    named = world.lines(settlement, by=("insurer",), uzovi="0101")
    assert {line["uzovi"] for line in named} == {"0101"}
    assert sum(int(line["amountCents"]) for line in named) == insurer["total"]["differenceCents"]
    assert insurer["total"]["correctionLines"] == len(named)
    assert service.by("insurer", uzovi="0909").get(address).status_code == 404
    assert service.by("provider", agbCode="06999999").get(f"{address}/lines").status_code == 404
    assert service.by("provider").get(address).status_code == 404
    assert service.public.get(address).status_code == 401
    file = f"/production-files/{theirs['productionFileId']}"
    assert service.by("provider", agbCode=MINE).get(file).status_code == 404
    assert service.by("insurer", uzovi="0101").get(file).status_code == 403
    refused = service.by("provider", agbCode=MINE).post(
        "/settlements", {"productionFileIds": [theirs["productionFileId"]]}
    )
    assert refused.status_code == 404
    job = f"/jobs/{settlement['jobId']}"
    assert service.by("provider", agbCode=MINE).get(job).status_code == 404

    engine = create_engine(world.url)
    with engine.connect() as connection:
        for name, value in (("roles", "provider"), ("agb_code", MINE), ("subject", "someone")):
            connection.execute(text("SELECT set_config(:n, :v, true)"), {"n": f"zorgtarief.{name}", "v": value})
        for table in ("production_parts", "settlement_parts", "settlement_totals"):
            found = connection.execute(text(f"SELECT DISTINCT agb_code FROM tariffs.{table}")).scalars().all()
            assert found == [MINE], table
        connection.execute(text("SELECT set_config('zorgtarief.roles', '', true)"))
        for table in ("production_files", "production_parts", "settlements", "settlement_parts", "settlement_totals"):
            assert connection.execute(text(f"SELECT count(*) FROM tariffs.{table}")).scalar_one() == 0, table
    engine.dispose()


def test_a_provider_settles_its_own_production_only(world):
    first = world.decide()
    world.sent(*LINES)
    world.sent(f"X1,{OTHER},0101,verblijf,2026-03-01,1,50000,none,", agb=OTHER)
    world.raise_housing(first, "52", 56_320)
    own = world.settle(by=("provider",), agbCode=MINE)
    assert own["total"]["differenceCents"] == 30_000
    assert world.settle()["total"]["differenceCents"] == 1_200


def test_lines_as_parquet(world):
    first = world.decide()
    world.sent(*LINES)
    world.raise_housing(first, "52", 56_320)
    settlement = world.settle()
    answer = world.service.by("analyst").get(
        f"/settlements/{settlement['settlementId']}/lines", headers={"Accept": PARQUET}
    )
    assert answer.headers["content-type"] == PARQUET
    table = pq.read_table(io.BytesIO(answer.content))
    assert sum(table.column("amountCents").to_pylist()) == 30_000
    rows = world.lines(settlement)
    assert [str(value) for value in table.column("amountCents").to_pylist()] == [row["amountCents"] for row in rows]
    assert table.column("serviceDate").type == pa.date32()
    refused = world.service.by("analyst").get(
        f"/settlements/{settlement['settlementId']}/lines", headers={"Accept": "text/html"}
    )
    assert refused.status_code == 406


class TestFiles:
    def test_parquet_with_its_own_types(self, world):
        text_table = pcsv.read_csv(
            io.BytesIO("\n".join([HEADER, *LINES, ""]).encode()),
            convert_options=pcsv.ConvertOptions(
                column_types={name: pa.string() for name in ("lineId", "agbCode", "uzovi", "contractValue")}
            ),
        )
        assert text_table.schema.field("quantity").type == pa.int64()
        target = io.BytesIO()
        pq.write_table(text_table, target)
        answer = world.service.by("analyst").post(
            "/production-files", content=target.getvalue(), headers={"Content-Type": PARQUET}
        )
        assert (answer.status_code, answer.json()["lines"]) == (201, 6)

    def test_semicolons_a_byte_order_mark_and_blank_lines(self, world):
        content = "\ufeff" + "\r\n".join([HEADER, *LINES[:2], "", LINES[2], "", ""]).replace(",", ";")
        answer = world.service.by("provider", agbCode=MINE).post(
            "/production-files", content=content.encode(), headers=CSV
        )
        assert (answer.status_code, answer.json()["lines"]) == (201, 3), answer.text

    def test_the_same_content_is_the_same_file(self, world):
        first, again = world.sent(*LINES), world.sent(*LINES)
        assert first["productionFileId"] == again["productionFileId"]
        assert first["hash"] == again["hash"]
        assert world.service.by("analyst").get(f"/production-files/{first['productionFileId']}").json()["lines"] == 6

    def test_every_fault_at_once_with_line_column_value_and_reason(self, world):
        answer = world.send(
            f"L1,{MINE},0101,verblijf,2026-03-01,10,50000,none,",
            f"L2,{MINE},101,verblijf,2026-02-30,10,500.00,none,1",
            "",
            f"L3,{MINE},0101,verblijf",
            f"123456782,{MINE},0101,verblijf,2026-03-01,0,50000,korting,",
            f"L1,{MINE},0101,verblijf,2026-03-01,1,50000,none,",
        )
        body = answer.json()
        assert (answer.status_code, body["type"]) == (400, "urn:zorgtarief:problem:production-refused")
        found = {(fault["line"], fault["column"], fault["code"]) for fault in body["faults"]}
        assert found == {
            (3, "uzovi", "uzovi"),
            (3, "serviceDate", "service_date"),
            (3, "unitPriceCents", "unit_price_cents"),
            (3, "contractValue", "contract_value_not_empty"),
            (5, "", "columns"),
            (6, "lineId", "personal_data"),
            (6, "quantity", "quantity"),
            (6, "contractBasis", "contract_basis"),
            (7, "lineId", "line_id_twice"),
        }
        assert body["faultCount"] == 9 == len(body["errors"])
        places = [error["location"] for error in body["errors"]]
        assert (places.count("line 5"), places.count("line 3, column uzovi")) == (1, 1)
        assert not [place for place in places if place.endswith((" ", ","))]
        assert "123456782" not in answer.text
        assert world.service.by("analyst").post("/settlements", {"all": True}).status_code == 409

    def test_unknown_columns_are_refused(self, world):
        content = f"{HEADER},bsn\n{LINES[0]},123456782\n".encode()
        answer = world.service.by("analyst").post("/production-files", content=content, headers=CSV)
        assert (answer.status_code, answer.json()["faults"][0]["code"]) == (400, "column_unknown")

    @pytest.mark.parametrize(
        ("content", "media_type", "code"),
        [
            (b"", "text/csv", "not_csv"),
            (HEADER.encode(), "text/csv", "no_lines"),
            (f"{HEADER}\n".encode(), "text/csv", "no_lines"),
            (HEADER.encode() + b"\n\xff\xfe,06010203,0101,verblijf,2026-03-01,1,1,none,\n", "text/csv", "not_csv"),
            (b"PAR1 no", PARQUET, "not_parquet"),
        ],
    )
    def test_what_is_no_file_of_lines(self, world, content, media_type, code):
        headers = {"Content-Type": media_type}
        answer = world.service.by("analyst").post("/production-files", content=content, headers=headers)
        assert (answer.status_code, answer.json()["faults"][0]["code"]) == (400, code), answer.text
        assert [error["location"] for error in answer.json()["errors"]] == ["file"]

    def test_a_code_that_lost_its_zeros_is_refused(self, world):
        target = io.BytesIO()
        row = dict(zip(HEADER.split(","), LINES[0].split(","), strict=True))
        pq.write_table(pa.table({name: [101 if name == "uzovi" else value] for name, value in row.items()}), target)
        answer = world.service.by("analyst").post(
            "/production-files", content=target.getvalue(), headers={"Content-Type": PARQUET}
        )
        assert [fault["code"] for fault in answer.json()["faults"]] == ["column_type"]
        assert [error["location"] for error in answer.json()["errors"]] == ["column uzovi"]

    def test_other_media_types_are_refused(self, world):
        answer = world.service.by("analyst").post("/production-files", {"lines": []})
        assert answer.status_code == 415

    def test_lines_declared_before_are_refused_by_name(self, world):
        first = world.sent(*LINES[:3])
        answer = world.send(*LINES[2:])
        assert (answer.status_code, answer.json()["type"]) == (409, "urn:zorgtarief:problem:lines-declared-before")
        assert "L3" in answer.json()["errors"][0]["location"]
        assert first["productionFileId"] in answer.json()["errors"][0]["message"]
        same_name = f"L1,{OTHER},0101,verblijf,2026-03-01,1,50000,none,"
        assert world.send(same_name, agb=OTHER).status_code == 201

    def test_a_provider_sends_its_own_lines_only(self, world):
        assert world.send(*LINES, agb=OTHER).status_code == 403
        assert (
            world.service.by("insurer", uzovi="0101").post("/production-files", content=b"", headers=CSV).status_code
            == 403
        )
        mixed = world.service.by("operator").post(
            "/production-files",
            content="\n".join([HEADER, *LINES, f"X1,{OTHER},0101,verblijf,2026-03-01,1,50000,none,"]).encode(),
            headers=CSV,
        )
        assert mixed.status_code == 201
        assert [part["agbCode"] for part in mixed.json()["providers"]] == [MINE, OTHER]

    def test_a_key_gives_the_same_answer(self, world):
        headers = {"Idempotency-Key": "file-1"}
        assert world.sent(*LINES, headers=headers) == world.sent(*LINES, headers=headers)
        assert world.send(*LINES[:1], headers=headers).status_code == 409


class TestConcurrency:
    def test_the_same_lines_sent_at_once_are_declared_once(self, world):
        files = [[*LINES[:3], f"U{n},{MINE},0101,verblijf,2026-03-01,1,50000,none,"] for n in range(6)]
        with ThreadPoolExecutor(6) as pool:
            statuses = list(pool.map(lambda lines: world.send(*lines).status_code, files))
        assert sorted(statuses) == [201] + [409] * 5

    def test_settlements_asked_for_at_once_pay_once(self, world):
        first = world.decide()
        world.sent(*LINES)
        world.raise_housing(first, "52", 56_320)
        analyst = world.service.by("analyst")
        with ThreadPoolExecutor(5) as pool:
            asked = list(pool.map(lambda _: analyst.post("/settlements", {"all": True}).json(), range(5)))
        database, storage = settlement_jobs.worker_resources()
        with ThreadPoolExecutor(5) as pool:
            list(
                pool.map(
                    lambda one: settlement_jobs.carry_out_settlement(
                        database, storage, one["jobId"], one["settlementId"]
                    ),
                    asked,
                )
            )
        found = [analyst.get(f"/settlements/{one['settlementId']}").json() for one in asked]
        assert {one["status"] for one in found} == {"succeeded"}
        assert sum(one["total"]["differenceCents"] for one in found) == 30_000
        assert sum(len(world.lines(one)) for one in found) == 8

    def test_a_job_carried_out_twice_has_one_effect(self, world):
        first = world.decide()
        world.sent(*LINES)
        world.raise_housing(first, "52", 56_320)
        one = world.service.by("analyst").post("/settlements", {"all": True}).json()
        database, storage = settlement_jobs.worker_resources()
        for _ in range(2):
            settlement_jobs.carry_out_settlement(database, storage, one["jobId"], one["settlementId"])
        found = world.service.by("analyst").get(f"/settlements/{one['settlementId']}").json()
        assert found["total"]["differenceCents"] == 30_000

    def test_a_job_broken_off_leaves_nothing_and_is_done_whole_the_next_time(self, world, monkeypatch):
        first = world.decide()
        world.sent(*LINES)
        world.sent(f"X1,{OTHER},0101,verblijf,2026-03-01,1,50000,none,", agb=OTHER)
        world.raise_housing(first, "52", 56_320)
        one = world.service.by("analyst").post("/settlements", {"all": True}).json()
        database, storage = settlement_jobs.worker_resources()
        told = []

        def killed(self, share):
            told.append(share)
            raise KeyboardInterrupt

        with monkeypatch.context() as broken:
            broken.setattr("shared.plumbing.jobs.Progress.at", killed)
            with pytest.raises(KeyboardInterrupt):
                settlement_jobs.carry_out_settlement(database, storage, one["jobId"], one["settlementId"])
        assert told
        assert told[0] < 1
        address = f"/settlements/{one['settlementId']}"
        half = world.service.by("analyst").get(address).json()
        assert (half["status"], half["totals"]) == ("running", [])
        settlement_jobs.carry_out_settlement(database, storage, one["jobId"], one["settlementId"])
        whole = world.service.by("analyst").get(address).json()
        assert (whole["status"], whole["total"]["differenceCents"]) == ("succeeded", 31_200)


class TestRequests:
    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"all": False},
            {"all": True, "productionFileIds": []},
            {"productionFileIds": []},
            {"all": True, "now": 1},
        ],
    )
    def test_what_to_settle_must_be_clear(self, world, body):
        assert world.service.by("analyst").post("/settlements", body).status_code == 400

    def test_unknown_things_are_not_found(self, world):
        nothing = "00000000-0000-0000-0000-000000000000"
        analyst = world.service.by("analyst")
        assert analyst.post("/settlements", {"productionFileIds": [nothing]}).status_code == 404
        for address in (f"/settlements/{nothing}", f"/settlements/{nothing}/lines", f"/production-files/{nothing}"):
            assert analyst.get(address).status_code == 404
        assert analyst.get(f"/jobs/{nothing}").status_code == 404
        assert analyst.get("/settlements/nothing").status_code == 400

    def test_the_same_key_is_one_job(self, world):
        world.decide()
        world.sent(*LINES)
        headers = {"Idempotency-Key": "settle-1"}
        analyst = world.service.by("analyst")
        first, again = (analyst.post("/settlements", {"all": True}, headers=headers) for _ in range(2))
        assert first.json() == again.json()
        assert analyst.get("/settlements").json()["items"][0]["settlementId"] == first.json()["settlementId"]
        engine = create_engine(world.url)
        with engine.connect() as connection:
            assert connection.execute(text(f"SELECT count(*) FROM tariffs.{jobs.name}")).scalar_one() == 1
        engine.dispose()
