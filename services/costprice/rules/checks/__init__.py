"""The checks on a submission: a catalogue of rules, each with an id, a severity, a text and a reason.

Errors reject a submission; warnings need an explanation before it can be accepted. All faults are named at once.
"""

from services.costprice.rules.checks.catalogue import CheckRule, Finding, Hit, Severity, StudyContext
from services.costprice.rules.checks.run import CATALOGUE, findings, rule

__all__ = ["CATALOGUE", "CheckRule", "Finding", "Hit", "Severity", "StudyContext", "findings", "rule"]
