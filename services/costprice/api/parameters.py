"""Path and query parameters that several routes share."""

from typing import Annotated

from fastapi import Depends, Path, Query

from services.costprice.schemas.studies import AGB_PATTERN
from shared.plumbing.work import Work, work_of

EXAMPLE_ID = "5b0f8d3a-6a0e-4c55-9d0c-6f3a7c1f1b5e"

Transaction = Annotated[Work, Depends(work_of)]
StudyId = Annotated[str, Path(alias="studyId", max_length=64, examples=[EXAMPLE_ID])]
SubmissionId = Annotated[str, Path(alias="submissionId", max_length=64, examples=[EXAMPLE_ID])]
CostBaseId = Annotated[str, Path(alias="costBaseId", max_length=64, examples=[EXAMPLE_ID])]
JobId = Annotated[str, Path(alias="jobId", max_length=64, examples=[EXAMPLE_ID])]
AgbPath = Annotated[str, Path(alias="agbCode", pattern=AGB_PATTERN, description="Eight digits.", examples=["99000001"])]
AgbQuery = Annotated[
    str, Query(alias="agbCode", pattern=AGB_PATTERN, description="Eight digits.", examples=["99000001"])
]
CostYear = Annotated[int, Query(alias="costYear", ge=2000, le=2100, examples=[2025])]
Cursor = Annotated[str | None, Query(max_length=64, description="`next` of the part before.")]
Limit = Annotated[int, Query(ge=1, le=500, description="Items in one part of the list.")]
PAGE = 50
