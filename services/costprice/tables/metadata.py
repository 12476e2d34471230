"""The schema of this service; every table of it registers here."""

from shared.plumbing.database import metadata

SERVICE = "costprice"
METADATA = metadata(SERVICE)
