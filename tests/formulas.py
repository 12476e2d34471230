"""Recomputes the formula of a step, exactly: what a reader does who trusts nobody."""

import ast
import operator
import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from shared.kernel.steps import Step, Steps

OPERATORS: dict[type[ast.AST], Any] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Eq: operator.eq,
}


def half_up(value: Fraction) -> Fraction:
    whole = Fraction(int(abs(value) + Fraction(1, 2)))
    return -whole if value < 0 else whole


def evaluate(formula: str, values: Mapping[str, Fraction]) -> Fraction:
    """The value of a formula; ``values`` holds the steps it may use."""
    named = {step: f"v{number}" for number, step in enumerate(sorted(values))}
    text = re.sub(r"[a-z_][a-z0-9_.]*", lambda m: named.get(m[0], m[0]), formula)
    text = text.replace("if(", "choose(").replace(" = ", " == ").replace("^", "**")
    known = {named[step]: value for step, value in values.items()}
    return _value(ast.parse(text, mode="eval").body, known)


def _value(node: ast.AST, known: Mapping[str, Fraction]) -> Any:
    match node:
        case ast.Constant(value=int(number)):
            return Fraction(number)
        case ast.Name(id=name):
            return known[name]
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            return _value(left, known) ** int(_value(right, known))
        case ast.BinOp(left=left, op=op, right=right):
            return OPERATORS[type(op)](_value(left, known), _value(right, known))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand, known)
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return OPERATORS[type(op)](_value(left, known), _value(right, known))
        case ast.Call(func=ast.Name(id="choose"), args=[condition, yes, no]):
            return _value(yes if _value(condition, known) else no, known)
        case ast.Call(func=ast.Name(id="half_up"), args=[argument]):
            return half_up(_value(argument, known))
    raise AssertionError(f"not in the language of formulas: {ast.dump(node)}")


def assert_recomputes(steps: Steps) -> None:
    """Every step with a formula has the value that its formula gives from its inputs alone."""
    for step in steps:
        if step.formula:
            assert evaluate(step.formula, {name: number(steps[name]) for name in step.inputs}) == step.value, step.id


def number(step: Step) -> Fraction:
    assert not isinstance(step.value, str)
    return Fraction(step.value)
