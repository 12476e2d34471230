"""Where a number comes from: a published document, or a cell of a form."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """The place where a reader can check a value or a rule.

    Either ``document`` with ``article`` (a table, a section) and perhaps ``url``; or ``form`` with ``sheet`` and
    ``cell`` for a figure that a party sent in.
    """

    document: str = ""
    article: str = ""
    url: str = ""
    form: str = ""
    sheet: str = ""
    cell: str = ""

    def __post_init__(self) -> None:
        if not (self.document or self.form):
            raise ValueError("a source names a document or a form")


@dataclass(frozen=True, slots=True)
class Text:
    """The same words in Dutch and in English."""

    nl: str
    en: str
