"""Reverse-mode automatic differentiation of numbers: every value remembers what it was made of.

A number is a float or an mpmath number, so the same program is a calculator and an oracle at any precision. Textbook
formulas written with dlc.reference.numbers can be traced as they stand.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from dlc.reference import numbers
from dlc.reference.numbers import Number


class Value:
    """A number, and the values that it was computed from, each with its local derivative."""

    __slots__ = ("data", "grad", "name", "parents")

    def __init__(self, data: Number, parents: Sequence[tuple["Value", Number]] = (), name: str = ""):
        self.data = data
        self.parents = tuple(parents)
        self.name = name
        self.grad: Number = 0  # of what backward() was called on, by this value

    def __repr__(self) -> str:
        return f"Value({self.data})"

    def __array_namespace__(self) -> "Elementary":
        return ELEMENTARY

    def __add__(self, other: "Value | Number") -> "Value":
        if isinstance(other, Value):
            return Value(self.data + other.data, ((self, 1), (other, 1)), "+")
        return Value(self.data + other, ((self, 1),), "+")

    def __mul__(self, other: "Value | Number") -> "Value":
        if isinstance(other, Value):
            return Value(self.data * other.data, ((self, other.data), (other, self.data)), "·")
        return Value(self.data * other, ((self, other),), "·")

    def __truediv__(self, other: "Value | Number") -> "Value":
        if not isinstance(other, Value):
            return Value(self.data / other, ((self, 1 / (other + 0 * self.data)),), "/")
        ratio = self.data / other.data
        return Value(ratio, ((self, 1 / other.data), (other, -ratio / other.data)), "/")

    def __rtruediv__(self, other: Number) -> "Value":
        ratio = other / self.data
        return Value(ratio, ((self, -ratio / self.data),), "/")

    def __pow__(self, exponent: "Value | Number") -> "Value":
        if isinstance(exponent, Value):
            return ELEMENTARY.exp(exponent * ELEMENTARY.log(self))
        slope = exponent * self.data ** (exponent - 1) if exponent else 0 * self.data
        return Value(self.data**exponent, ((self, slope),), "^")

    def __rpow__(self, base: Number) -> "Value":
        power = base**self.data
        return Value(power, ((self, power * numbers.log(base + 0 * self.data)),), "^")

    def __neg__(self) -> "Value":
        return self * -1

    def __pos__(self) -> "Value":
        return self

    def __sub__(self, other: "Value | Number") -> "Value":
        return self + -other

    def __rsub__(self, other: Number) -> "Value":
        return -self + other

    __radd__, __rmul__ = __add__, __mul__

    def __abs__(self) -> "Value":
        return Value(abs(self.data), ((self, numbers.sign(self.data)),), "abs")

    def __float__(self) -> float:
        return float(self.data)

    def __lt__(self, other: Any) -> bool:
        return bool(self.data < data(other))

    def __le__(self, other: Any) -> bool:
        return bool(self.data <= data(other))

    def __gt__(self, other: Any) -> bool:
        return bool(self.data > data(other))

    def __ge__(self, other: Any) -> bool:
        return bool(self.data >= data(other))

    def __eq__(self, other: object) -> bool:
        return bool(self.data == data(other))

    __hash__ = object.__hash__  # two values that are equal are not one

    def backward(self) -> None:
        """Put into every value that this one depends on the derivative of this one by it."""
        order = list(ordered(self))
        for value in order:
            value.grad = 0 * self.data
        self.grad = 1 + 0 * self.data
        for value in reversed(order):
            for parent, local in value.parents:
                parent.grad += value.grad * local


def data(value: Any) -> Number:
    """The number of a Value, or the number itself."""
    return value.data if isinstance(value, Value) else value


def ordered(last: Value) -> Iterator[Value]:
    """All that LAST depends on, and LAST itself: each after what it was made of. Deep graphs need no deep stack."""
    done, stack = set(), [(last, iter(last.parents))]
    while stack:
        value, parents = stack[-1]
        for parent, _ in parents:
            if id(parent) not in done:
                done.add(id(parent))
                stack.append((parent, iter(parent.parents)))
                break
        else:
            stack.pop()
            yield value


def dot(left: Sequence[Value], right: Sequence[Value], start: Value | None = None, name: str = "") -> Value:
    """START + Σ left_i·right_i as one value, with a parent for each factor."""
    total = start.data if start else 0
    parents: list[tuple[Value, Number]] = [(start, 1)] if start else []
    for a, b in zip(left, right, strict=True):
        total += a.data * b.data
        parents += ((a, b.data), (b, a.data))
    return Value(total, parents, name)


def elementary(function: Callable[[Number], Number], slope: Callable[[Number, Number], Number]) -> Any:
    """FUNCTION for values; SLOPE(x, y) is its derivative at x, where it is y."""

    def traced(x: Value) -> Value:
        y = function(x.data)
        return Value(y, ((x, slope(x.data, y)),), function.__name__)

    return traced


class Elementary:
    """The functions of dlc.reference.numbers, for values: what it asks an array's own library for."""

    __name__ = "dlc.reference.autodiff"

    # fmt: off
    exp   = staticmethod(elementary(numbers.exp,   lambda _, y: y))
    expm1 = staticmethod(elementary(numbers.expm1, lambda _, y: y + 1))
    log   = staticmethod(elementary(numbers.log,   lambda x, _: 1 / x))
    log1p = staticmethod(elementary(numbers.log1p, lambda x, _: 1 / (1 + x)))
    tanh  = staticmethod(elementary(numbers.tanh,  lambda _, y: 1 - y * y))
    cosh  = staticmethod(elementary(numbers.cosh,  lambda x, y: numbers.sign(x) * numbers.sqrt(y * y - 1)))
    sqrt  = staticmethod(elementary(numbers.sqrt,  lambda _, y: 1 / (2 * y)))
    atan  = staticmethod(elementary(numbers.atan,  lambda x, _: 1 / (1 + x * x)))
    sin   = staticmethod(elementary(numbers.sin,   lambda x, _: numbers.cos(x)))
    cos   = staticmethod(elementary(numbers.cos,   lambda x, _: -numbers.sin(x)))
    erf   = staticmethod(elementary(numbers.erf,   lambda x, _: 2 * numbers.exp(-x * x) / numbers.sqrt(numbers.pi(x))))
    erfc  = staticmethod(elementary(numbers.erfc,  lambda x, _: -2 * numbers.exp(-x * x) / numbers.sqrt(numbers.pi(x))))
    # fmt: on


ELEMENTARY = Elementary()
