"""What the operations ask of the database, as named methods; nothing is committed here."""

from services.costprice.store.cost_bases import CostBaseStore
from services.costprice.store.studies import StudyStore
from services.costprice.store.submissions import SubmissionStore

__all__ = ["CostBaseStore", "StudyStore", "SubmissionStore"]
