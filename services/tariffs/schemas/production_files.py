"""Declared production as the contract has it."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from services.tariffs.rules.components import Prestatie
from shared.plumbing.schemas import Instant, ResponseModel, TextOut

CSV_EXAMPLE = (
    "lineId,agbCode,uzovi,prestatie,serviceDate,quantity,unitPriceCents,contractBasis,contractValue\n"
    "2026-0001,06010203,0101,verblijf,2026-03-01,12,68275,none,\n"
    "2026-0002,06010203,0101,verblijf,2026-03-02,12,64861,percentage,0.95\n"
    "2026-0003,06010203,0202,verblijf,2026-03-02,9,66000,fixed,\n"
    "2026-0004,06010203,0303,verblijf,2026-03-03,-2,66000,fixed-pass-through,0.75\n"
)


class FileFinding(ResponseModel):
    """Something to know about an accepted file."""

    code: Literal["no_tariff_known", "credits"]
    severity: Literal["warning", "information"]
    prestatie: Prestatie | None = None
    count: int
    message: TextOut


class ProductionPartOut(ResponseModel):
    """The lines of one provider."""

    agb_code: str
    lines: int
    settled_at: Instant | None = Field(description="With what was known at this moment they were last settled.")


class ProductionFileOut(ResponseModel):
    """A production file that was accepted as a whole; the same content gives the same file again."""

    production_file_id: UUID
    lines: int
    hash: str = Field(description="SHA-256 of the content.")
    received_at: Instant
    providers: list[ProductionPartOut]
    findings: list[FileFinding]
