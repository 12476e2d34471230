"""Both services carry the published index percentages; the copies are the same file."""

from pathlib import Path

SERVICES = Path(__file__).parents[2] / "services"


def test_the_copies_are_equal():
    costprice, tariffs = (
        (SERVICES / name / "parameters" / "index_percentages.toml").read_bytes() for name in ("costprice", "tariffs")
    )

    assert costprice == tariffs
