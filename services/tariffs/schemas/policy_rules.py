"""Policy rules as the contract has them."""

from pydantic import Field

from services.tariffs.rules.components import Prestatie
from shared.plumbing.schemas import IsoDate, Page, ResponseModel, SourceOut, TextOut


class Article(ResponseModel):
    """One article in own words, with its formula and the parameters it uses."""

    number: str
    title: TextOut
    text: TextOut
    formula: str = ""
    parameters: list[str] = Field([], description="Names of parameters; see `/parameters`.")
    source: SourceOut


class PolicyRuleSummary(ResponseModel):
    """A policy rule, or a version of it, in short."""

    code: str
    title: TextOut
    in_force_from: IsoDate
    in_force_until: IsoDate | None = None
    prestaties: list[Prestatie]
    text_found: bool = Field(description="False where the text was not found: the articles are then our reading.")
    summary: TextOut


class PolicyRule(PolicyRuleSummary):
    """A policy rule as this project reads it."""

    formula: str
    articles: list[Article]
    known_gaps: list[TextOut]
    hash: str = Field(description="SHA-256 of the file that holds this text.")


class PolicyRulePage(Page[PolicyRuleSummary]):
    """A part of the list of policy rules."""
