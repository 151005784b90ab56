"""A sample size at which least squares over a ball of output weights has a small risk, proved.

Weights w* = 2 v_j/(r t) represent the indicator (`representation`), |v_j| <= V; sqrt(r) |w*| <= N,
N = ceil(2V/t), whatever r.  The loss (clip(<w, phi>) - y)^2 is in [0, 1], 2-Lipschitz in <w, phi>,
|phi|^2 <= r.  Symmetrisation, Talagrand's contraction and McDiarmid's inequality: on n points risk
<= empirical risk + 4N/sqrt(n) + s over sqrt(r) |w| <= N, s = sqrt(ln(4/delta)/(2n)); Hoeffding for
w*.  So minimisers there have risk <= risk(w*) + 4N/sqrt(n) + 2s (Mohri et al. 2018, 3.3 and 5.7).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from flint import ctx

from symerm.arithmetic.balls import ball, ball_bounds
from symerm.separation.representation import RepresentingWidth, representing_width

__all__ = ["SampleSize", "sufficient_sample"]


@dataclass(frozen=True)
class SampleSize:
    """A number of points that suffices for minimisers of the empirical risk over a ball.

    Attributes
    ----------
    samples : int
        n.
    norm_bound : int
        N: the ball is sqrt(r) |w| <= N.
    representing : RepresentingWidth
        For half the risk and half the probability of failure; n suffices from this width on.
    """

    samples: int
    norm_bound: int
    representing: RepresentingWidth


def sufficient_sample(
    *,
    radius: Fraction,
    eps: Fraction,
    delta: Fraction,
    density_bound: Fraction,
    tail: Fraction,
) -> SampleSize:
    """The least n with 4N/sqrt(n) + 2 sqrt(ln(4/delta)/(2n)) <= eps/2.

    With probability 1 - delta over the hidden layer and n independent points, every minimiser of
    the empirical risk over the ball has a risk of at most eps.  The other half of eps and half
    of delta go to the representation, a quarter of delta to each of the two inequalities for the
    sample.  It is a bound for minimisers and not for what gradient descent finds.

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
    >>> found = sufficient_sample(
    ...     radius=Fraction(3, 2), eps=Fraction(1, 10), delta=Fraction(1, 100),
    ...     density_bound=Fraction(3, 2), tail=Fraction(1, 2),
    ... )
    >>> found.norm_bound, found.samples, found.representing.margin
    (829610, 4404826803231919, Fraction(1, 108000))
    """
    representing = representing_width(
        radius=radius, eps=eps / 2, delta=delta / 2, density_bound=density_bound, tail=tail
    )
    norm_bound = -(-2 * representing.weight_bound // representing.margin)
    # The number is irrational for rational delta, so some precision decides its ceiling.
    precision = 128
    while True:
        with ctx.workprec(precision):
            root = 2 / ball(eps) * (4 * norm_bound + (2 * (4 / ball(delta)).log()).sqrt())
            low, high = map(ceil, ball_bounds(root * root))
        if low == high:
            return SampleSize(high, norm_bound, representing)
        precision *= 2
