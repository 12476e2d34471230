"""``python -m services.gateway serve``: run the gateway."""

import sys

from services.gateway.app import create_app
from services.gateway.errors import WrongSettings
from shared.plumbing.server import main

try:
    main("gateway", create_app)
except WrongSettings as error:
    sys.exit(f"gateway: {error}")
