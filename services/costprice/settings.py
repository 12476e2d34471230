"""Settings of the cost-price study, read from ``COSTPRICE_…``."""

from shared.plumbing.settings import ServiceSettings, prefixed


class Settings(ServiceSettings):
    """Settings of the cost-price study."""

    model_config = prefixed("COSTPRICE")
