"""Activations and architectures of two-layer networks.

A network of width d realises nu(s) = c + sum_j v_j act(<a_j, s> + b_j) with a_j in R^p, b_j in R,
v_j, c in R^q.  The piecewise-linear activations are act(z) = max(z, gamma z) with slope gamma
in [0, 1) on the negative side: gamma = 0 is the ReLU.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from symerm.arithmetic.rationals import format_rational, parse_rational
from symerm.errors import InputError

__all__ = ["MAX_WIDTH", "RELU", "Activation", "Architecture", "parse_activation"]

#: Widest layer that is taken: far more than a search can treat, and small enough to write down.
MAX_WIDTH = 1000

_SMOOTH = ("quadratic", "logistic", "tanh", "erf")


@dataclass(frozen=True)
class Activation:
    """An activation function.

    Attributes
    ----------
    kind : str
        ``"relu"``, ``"leaky"``, ``"quadratic"``, ``"logistic"``, ``"tanh"`` or ``"erf"``.
    negative_slope : Fraction
        Slope for negative arguments; zero unless the kind is ``"leaky"``.
    """

    kind: str
    negative_slope: Fraction = Fraction(0)

    @property
    def name(self) -> str:
        """The name used in files and on the command line, such as ``leaky:1/10``."""
        if self.kind == "leaky":
            return f"leaky:{format_rational(self.negative_slope)}"
        return self.kind

    @property
    def is_piecewise_linear(self) -> bool:
        """Whether the activation is max(z, gamma z)."""
        return self.kind in ("relu", "leaky")

    def __call__(self, z: Fraction) -> Fraction:
        """The exact value at a rational argument (piecewise-linear and quadratic only)."""
        if self.is_piecewise_linear:
            return z if z > 0 else self.negative_slope * z
        if self.kind == "quadratic":
            return z * z
        raise InputError(f"{self.kind} has no rational values; use ball arithmetic")


#: max(z, 0)
RELU = Activation("relu")


def parse_activation(name: str) -> Activation:
    """The activation of a name such as ``relu``, ``leaky:1/10`` or ``tanh``.

    Raises
    ------
    InputError
        If the name is unknown or the leaky slope is not in (0, 1).

    Examples
    --------
    >>> parse_activation("leaky:0.1")
    Activation(kind='leaky', negative_slope=Fraction(1, 10))
    """
    kind, colon, slope = name.partition(":")
    if kind == "relu" and not colon:
        return RELU
    if kind in _SMOOTH and not colon:
        return Activation(kind)
    if kind == "leaky" and colon:
        gamma = parse_rational(slope)
        if not 0 < gamma < 1:
            raise InputError(f"the slope of {name} must lie strictly between 0 and 1")
        return Activation("leaky", gamma)
    raise InputError(
        f"unknown activation {name!r} (use relu, leaky:1/10, {', '.join(_SMOOTH)})"
    )


@dataclass(frozen=True)
class Architecture:
    """A two-layer architecture: hidden width, activation, and which biases are trained."""

    width: int
    activation: Activation = RELU
    hidden_bias: bool = True
    output_bias: bool = True

    def __post_init__(self) -> None:
        if isinstance(self.width, bool) or not isinstance(self.width, int) or self.width < 1:
            raise InputError(f"the width must be a positive integer, not {self.width!r}")
        if self.width > MAX_WIDTH:
            raise InputError(f"the width must be at most {MAX_WIDTH}")

    @property
    def summary(self) -> str:
        """Width, activation and biases in words."""
        hidden = "hidden bias" if self.hidden_bias else "no hidden bias"
        output = "output bias" if self.output_bias else "no output bias"
        return f"width {self.width}, {self.activation.name}, {hidden}, {output}"
