"""Two exercises on cost allocation from textbooks, by three methods, as exact fractions.

Provenance: textbook exercises on step-down and reciprocal allocation between hospital departments. "Manual" has keys in
which a support centre names itself and centres that closed earlier; "exercise 13-4" has two support centres. The
fractions were worked out by hand from the inputs of the exercises; the books print them rounded.
"""

from fractions import Fraction

import pytest

from services.costprice.rules.allocation import Allocation, Centre, Method, allocate

MANUAL = {
    "centres": {
        "Laundry": (7000, False),
        "Housekeeping": (5000, False),
        "Administration": (20000, False),
        "Surgery": (40000, True),
        "Pharmacy": (100000, True),
    },
    "order": ["Laundry", "Housekeeping", "Administration"],
    "keys": {
        "Laundry": {"Laundry": 5, "Housekeeping": 5, "Administration": 20, "Surgery": 40, "Pharmacy": 20},
        "Housekeeping": {"Laundry": 50, "Housekeeping": 50, "Administration": 100, "Surgery": 100, "Pharmacy": 100},
        "Administration": {"Laundry": 2, "Housekeeping": 2, "Administration": 2, "Surgery": 4, "Pharmacy": 2},
    },
}
EXERCISE_13_4 = {
    "centres": {
        "Laundry": (15000, False),
        "Housekeeping": (30000, False),
        "Radiology": (135000, True),
        "Nursing": (170000, True),
    },
    "order": ["Laundry", "Housekeeping"],
    "keys": {
        "Laundry": {"Laundry": 0, "Housekeeping": 5, "Radiology": 5, "Nursing": 90},
        "Housekeeping": {"Laundry": 150, "Housekeeping": 0, "Radiology": 900, "Nursing": 1950},
    },
}


def allocated(exercise, method: Method) -> Allocation:
    return allocate(
        method,
        [Centre(name, Fraction(amount), final) for name, (amount, final) in exercise["centres"].items()],
        exercise["order"],
        {giver: {to: Fraction(quantity) for to, quantity in row.items()} for giver, row in exercise["keys"].items()},
    )


@pytest.mark.parametrize(
    ("exercise", "method", "final"),
    [
        (MANUAL, Method.DIRECT, {"Surgery": "60500", "Pharmacy": "111500"}),
        (MANUAL, Method.STEP_DOWN, {"Surgery": "9292000/153", "Pharmacy": "17024000/153"}),
        (MANUAL, Method.RECIPROCAL, {"Surgery": "1748000/29", "Pharmacy": "3240000/29"}),
        (EXERCISE_13_4, Method.DIRECT, {"Radiology": "2760000/19", "Nursing": "3890000/19"}),
        (EXERCISE_13_4, Method.STEP_DOWN, {"Radiology": "2763750/19", "Nursing": "3886250/19"}),
        (EXERCISE_13_4, Method.RECIPROCAL, {"Radiology": "19295000/133", "Nursing": "27255000/133"}),
    ],
)
def test_final_costs_are_those_of_the_exercise(exercise, method, final):
    outcome = allocated(exercise, method)

    assert outcome.final == {name: Fraction(amount) for name, amount in final.items()}
    assert sum(outcome.final.values()) == sum(amount for amount, _ in exercise["centres"].values())


def test_step_down_of_the_manual_shows_who_gave_what_to_whom():
    outcome = allocated(MANUAL, Method.STEP_DOWN)

    assert outcome.pools == {
        "Laundry": Fraction(7000),
        "Housekeeping": Fraction(92000, 17),
        "Administration": Fraction(1196000, 51),
    }
    assert outcome.matrix == {
        "Laundry": {
            "Housekeeping": Fraction(7000, 17),
            "Administration": Fraction(28000, 17),
            "Surgery": Fraction(56000, 17),
            "Pharmacy": Fraction(28000, 17),
        },
        "Housekeeping": {
            "Administration": Fraction(92000, 51),
            "Surgery": Fraction(92000, 51),
            "Pharmacy": Fraction(92000, 51),
        },
        "Administration": {"Surgery": Fraction(2392000, 153), "Pharmacy": Fraction(1196000, 153)},
    }


def test_step_down_of_exercise_13_4_shows_who_gave_what_to_whom():
    outcome = allocated(EXERCISE_13_4, Method.STEP_DOWN)

    assert outcome.pools == {"Laundry": Fraction(15000), "Housekeeping": Fraction(30750)}
    assert outcome.matrix == {
        "Laundry": {"Housekeeping": Fraction(750), "Radiology": Fraction(750), "Nursing": Fraction(13500)},
        "Housekeeping": {"Radiology": Fraction(184500, 19), "Nursing": Fraction(399750, 19)},
    }
