"""shared.kernel.sources: a source says where to look, or it is no source."""

import pytest

from shared.kernel.sources import Source, Text


@pytest.mark.parametrize("named", [{"document": "BR/REG-26109"}, {"form": "kindzorg", "sheet": "P&L", "cell": "C7"}])
def test_a_source_names_a_document_or_a_form(named: dict[str, str]) -> None:
    source = Source(**named)
    assert source.document == named.get("document", "")
    assert source.form == named.get("form", "")


@pytest.mark.parametrize(
    "named", [{}, {"article": "4"}, {"url": "https://example.org"}, {"sheet": "P&L", "cell": "C7"}]
)
def test_a_place_in_nothing_is_no_source(named: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="names a document or a form"):
        Source(**named)


def test_words_stand_in_two_languages() -> None:
    assert Text("ja", "yes") == Text(nl="ja", en="yes")
