"""``python -m services.costprice serve`` answers requests, ``… worker`` works through the job queue."""

from services.costprice.app import create_app, work, worker_alive
from shared.plumbing.server import main

main("costprice", create_app, work, worker_alive)
