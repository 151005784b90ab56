"""A width at which the frozen hidden layer represents the indicator of a ball, with a short proof.

With q = P(b >= 1/sqrt 2) = (1 - erf 1)/2 and v = 2 1{b >= 0} - (xi/q) 1{b >= 1/sqrt 2} the mean of
v erf(<u, x> + b) is f_xi(|x|), and |v| <= V = max(2, xi/q - 2).  Let f_xi vanish at lambda and
t <= 1/12000: as |f_xi'| >= 1/600 on [0.9, 2.1], |f_xi| >= t off [lambda - 600 t, lambda + 600 t]
up to |x| = R if |f_xi(R)| >= t.  Output weights 2 v_j / (r t) are right there unless the mean of r
neurons is off by t/2: the risk is at most 1200 t q_d + c/R + (2/delta) exp(-r t^2 / (8 V^2)), with
probability 1 - delta (Hoeffding 1963, Markov).  Each of the three terms gets a third of eps.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from flint import arb, ctx

from symerm.arithmetic.balls import ball, ball_bounds
from symerm.errors import InputError
from symerm.separation.closed_forms import (
    large_bias_share,
    separating_function,
    separating_weight,
)
from symerm.separation.monotonicity import SLOPE_BOUND

__all__ = ["RepresentingWidth", "representing_width"]

#: 600 t <= 1/20 keeps the band around lambda within [0.9, 2.05].
_LARGEST_MARGIN = Fraction(1, 12000)


@dataclass(frozen=True)
class RepresentingWidth:
    """A width that suffices to represent the indicator of a ball.

    Attributes
    ----------
    width : int
        r.
    margin : Fraction
        t, a lower bound of |f_xi| off the band around the sphere.
    reach : Fraction
        R, up to where the network is right.
    weight_bound : Fraction
        V rounded up: no output weight is larger than 2V/(r t), whatever r of at least the width.
    """

    width: int
    margin: Fraction
    reach: Fraction
    weight_bound: Fraction


def representing_width(
    *,
    radius: Fraction,
    eps: Fraction,
    delta: Fraction,
    density_bound: Fraction,
    tail: Fraction,
) -> RepresentingWidth:
    """A width at which some output weights have a risk of at most eps, with probability 1 - delta.

    It is about representation alone: gradient descent may need more neurons to find the weights.

    Parameters
    ----------
    radius : Fraction
        lambda in [1, 2].
    eps, delta : Fraction
        In (0, 1).
    density_bound, tail : Fraction
        q_d and c of the assumptions on the law.

    Raises
    ------
    InputError
        If eps is so small that |f_xi(R)| cannot be told from 0.

    Examples
    --------
    >>> found = representing_width(
    ...     radius=Fraction(3, 2), eps=Fraction(1, 10), delta=Fraction(1, 100),
    ...     density_bound=Fraction(3, 2), tail=Fraction(1, 2),
    ... )
    >>> found.margin, found.reach, 10**12 < found.width < 10**13
    (Fraction(1, 54000), Fraction(15, 1), True)
    """
    reach = max(3 * tail / eps, Fraction(21, 10))
    with ctx.workprec(256):
        weight = separating_weight(ball(radius))
        beyond = ball_bounds(-separating_function(ball(reach), weight))[0]
        largest = ball_bounds((2 * weight / large_bias_share() - 2).max(arb(2)))[1]
        if beyond <= 0:
            raise InputError(f"eps = {eps} is too small to bound the network at {reach}")
        margin = min(_LARGEST_MARGIN, eps * SLOPE_BOUND / (6 * density_bound), beyond)
        confidence = ball_bounds((6 / (ball(eps) * ball(delta))).log())[1]
    width = -(-8 * largest**2 * confidence // margin**2)
    return RepresentingWidth(int(width), margin, reach, largest)
