"""Whatever happens to a form or its JSON on the way, the answer is findings or a refusal by name, never a failure."""

import json
import random
import zipfile
from fractions import Fraction
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from services.costprice.forms import NotAForm, read_form, write_form
from services.costprice.rules.categories import ACCOUNT_GROUP_OF, AccountGroup
from services.costprice.rules.checks import Severity, findings
from services.costprice.rules.content import cost_by_group
from services.costprice.rules.cost_price import provider_cost
from services.costprice.schemas.content import SubmissionContentDocument
from tests.unit.costprice.contents import STUDY, sound_content

FORM = write_form(sound_content())
DOCUMENT = SubmissionContentDocument.of(sound_content()).model_dump(mode="json", by_alias=True)
NOISE = (b'<c r="A1" t="s"><v>9999999</v></c>', b"<f>1/0</f>", b"<v>NaN</v>", b"<v>1e308</v>", b't="e"', b"&bad;", b"<")


def mutated_form(seed: int) -> bytes:
    """The form after bytes changed, got lost or came in: in the archive as a whole, or in one of its parts."""
    chance = random.Random(seed)
    if chance.random() < 0.3:
        content = bytearray(FORM)
        for _ in range(chance.randint(1, 20)):
            content[chance.randrange(len(content))] = chance.randrange(256)
        return bytes(content)
    with zipfile.ZipFile(BytesIO(FORM)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = chance.choice(list(parts))
    content = bytearray(parts[name])
    for _ in range(chance.randint(1, 6)):
        place = chance.randrange(len(content))
        if chance.random() < 0.5:
            content[place : place + chance.randint(1, 30)] = b""
        else:
            content[place:place] = chance.choice(NOISE)
    output = BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, written in (parts | {name: bytes(content)}).items():
            archive.writestr(part, written)
    return output.getvalue()


@pytest.mark.parametrize("block", range(3))
def test_a_mutated_form_gives_findings_or_a_refusal(block):
    outcomes = set()
    for seed in range(50 * block, 50 * block + 50):
        try:
            reading = read_form(mutated_form(seed))
        except NotAForm as refused:
            outcomes.add(refused.code)
            continue
        outcomes.add("read")
        for finding in findings(reading.content, STUDY, reading.readings):
            assert reading.place(finding.pointer) is not None
        kept = SubmissionContentDocument.of(reading.content).model_dump(mode="json", by_alias=True)
        assert SubmissionContentDocument.model_validate(kept).content() == reading.content
    assert outcomes >= {"read", "not-xlsx"}


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in the document."""
    found = [path] if path else []
    inside = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in inside:
        found += places(value, (*path, key))
    return found


ODD = st.sampled_from(
    [None, "", "X", "VER", "GEB", "L1", "pro-rata", "support", "outside", 0, -1, 1, 10**14, "0.001", "-5", [], {}]
)


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_mutated_json_gives_findings_or_a_refusal_and_sound_content_keeps_its_money(data):
    document = json.loads(json.dumps(DOCUMENT))
    for _ in range(data.draw(st.integers(1, 3))):
        *path, last = data.draw(st.sampled_from(places(document)))
        node = document
        for key in path:
            node = node[key]
        if isinstance(node, list) and data.draw(st.booleans()):
            node.append(json.loads(json.dumps(node[last]))) if data.draw(st.booleans()) else node.pop(last)
        else:
            node[last] = data.draw(ODD)
    try:
        content = SubmissionContentDocument.model_validate(document).content()
    except ValidationError:
        return

    found = findings(content, STUDY)

    if not any(finding.severity is Severity.ERROR for finding in found):
        cost = provider_cost(content, STUDY.method)
        allocated = sum((made.total for made in cost.prestaties.values()), sum(cost.outside.values(), Fraction(0)))
        assert allocated == cost_by_group(content, ACCOUNT_GROUP_OF)[AccountGroup.TOTAL]
