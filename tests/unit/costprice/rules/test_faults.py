"""Places in the input are written as JSON pointers."""

from services.costprice.rules.faults import pointer


def test_names_with_slashes_and_tildes_are_escaped():
    assert pointer("keys", "a/b~c", 3) == "/keys/a~1b~0c/3"
