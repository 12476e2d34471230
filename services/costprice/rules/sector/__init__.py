"""The sector cost price: an estimate over providers, with how sure it is and whom it would cover."""

from services.costprice.rules.sector.contributions import Contribution, ProviderYear, pooled
from services.costprice.rules.sector.coverage import CoveragePoint, coverage, influence
from services.costprice.rules.sector.estimators import Estimator, EstimatorFaults, SectorCost, Strata, estimate
from services.costprice.rules.sector.uncertainty import Bootstrap, Interval, bootstrap_intervals

__all__ = [
    "Bootstrap",
    "Contribution",
    "CoveragePoint",
    "Estimator",
    "EstimatorFaults",
    "Interval",
    "ProviderYear",
    "SectorCost",
    "Strata",
    "bootstrap_intervals",
    "coverage",
    "estimate",
    "influence",
    "pooled",
]
