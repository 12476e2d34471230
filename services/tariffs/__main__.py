"""``python -m services.tariffs serve`` answers requests, ``… worker`` works through the job queue."""

from services.tariffs.app import create_app
from services.tariffs.queue import work, worker_alive
from shared.plumbing.server import main

main("tariffs", create_app, work, worker_alive)
