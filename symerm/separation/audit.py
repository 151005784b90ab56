r"""An audit of two steps in the proof of the separation theorem of Safran and Lee (2021).

The random-features lemma needs a vector v with <v, features> > 0 inside the ball and < 0 outside;
the analysis of gradient descent needs a lower bound of the density of a feature.  The audit
certifies the closed forms and the monotone function on which the first rests, then looks at the
sizes of the two groups of v, at where the density is monotone, and states what holds instead.
The printed steps are taken as described in our notes, not quoted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from flint import arb, ctx

from symerm.arithmetic.balls import ball_bounds
from symerm.separation.closed_forms import (
    large_bias_share,
    separating_weight,
    separating_weight_slope,
)
from symerm.separation.density_bounds import DensityBounds, bound_density
from symerm.separation.minimum import CertifiedMinimum, certified_minimum
from symerm.separation.monotonicity import MonotonicityProof
from symerm.separation.separating_vectors import SeparatingVectors, compare_vectors

__all__ = ["NOTE", "TOPICS", "Claim", "SeparationAudit", "WeightRange", "audit_separation"]

Interval = tuple[Fraction, Fraction]

#: The parts of the audit: key and title.
TOPICS = {
    "closed": "Closed forms, with t = 1/sqrt(2 + |x|^2) and Owen's T",
    "weights": "The weight xi = g(lambda)",
    "slope": "The slope of the separating function",
    "vector": "Point 1: the separating vector and the sizes of its groups",
    "density": "Point 2: the lower bound of the density of a feature",
}
#: What the audit is and is not.
NOTE = (
    "Two steps of the proof of Safran and Lee's separation theorem, as described in our notes; the "
    "paper is not quoted, and a different reading of it may change what is said of these steps. "
    "Both have a repair, given below; how the constants of the theorem change with it is not "
    "followed up here. Bounds [LO, HI] are certified and rounded outwards, single numbers are "
    "bounds rounded down."
)
_BITS = 128


@dataclass(frozen=True)
class Claim:
    """One statement of the audit.

    Attributes
    ----------
    topic : str
        A key of `TOPICS`.
    statement : str
    status : ``"described"``, ``"proved"``, ``"refuted"``, ``"computed"`` or ``"undecided"``
        Described: how we read the printed step, from our notes.  Computed: an enclosure of a
        number.
    how : str
        What decides it.
    value : pair of Fraction, optional
        Certified bounds of the number the statement is about.
    """

    topic: str
    statement: str
    status: str
    how: str
    value: Interval | None = None


@dataclass(frozen=True)
class WeightRange:
    """The weights g(lambda) for 1 <= lambda <= 2.

    Attributes
    ----------
    largest, smallest : pairs of Fraction
        Bounds of g(1) and g(2).
    limit : pair of Fraction
        Bounds of the infimum e (1 - erf 1) of g, its limit at infinity.
    fall : CertifiedMinimum
        The minimum of -g' over [1, 2].
    """

    largest: Interval
    smallest: Interval
    limit: Interval
    fall: CertifiedMinimum


@dataclass(frozen=True)
class SeparationAudit:
    """The results of the audit.

    Attributes
    ----------
    weights : WeightRange
    vectors : SeparatingVectors
    density : DensityBounds
    claims : tuple of Claim
        In the order of `TOPICS`.
    """

    weights: WeightRange
    vectors: SeparatingVectors
    density: DensityBounds
    claims: tuple[Claim, ...]

    @property
    def slope(self) -> MonotonicityProof:
        """The interval proof that f_xi is monotone."""
        return self.vectors.slope

    @property
    def decided(self) -> bool:
        """Whether no claim is undecided."""
        return all(claim.status != "undecided" for claim in self.claims)


def audit_separation() -> SeparationAudit:
    """Certify the steps and list what is proved, what is refuted and what holds instead.

    Examples
    --------
    >>> audit = audit_separation()
    >>> audit.decided, sum(claim.status == "refuted" for claim in audit.claims)
    (True, 3)
    """
    weights, vectors, density = _weight_range(), compare_vectors(), bound_density()
    claims = (
        *_closed_form_claims(),
        *_weight_claims(weights),
        *_slope_claims(vectors.slope),
        *_vector_claims(vectors),
        *_density_claims(density),
    )
    return SeparationAudit(weights, vectors, density, claims)


def _weight_range() -> WeightRange:
    with ctx.workprec(_BITS):
        return WeightRange(
            largest=ball_bounds(separating_weight(arb(1))),
            smallest=ball_bounds(separating_weight(arb(2))),
            limit=ball_bounds(arb(1).exp() * large_bias_share()),
            fall=certified_minimum(
                lambda radius: -separating_weight_slope(radius),
                Fraction(1), Fraction(2), tolerance=Fraction(1, 10**6),
            ),
        )


def _status(holds: bool, fails: bool = False) -> str:
    return "proved" if holds else "refuted" if fails else "undecided"


def _closed_form_claims() -> Iterator[Claim]:
    script = "symbolic proof, proofs/safran_lee_2021"
    for statement in (
        "the mean of erf(<u, x> + b) given b >= 0 is (2/pi) arctan t",
        "the mean given b >= 1/sqrt 2 is 4 T(sqrt 2, t)/(1 - erf 1)",
        "f_xi is the first less xi times the second; f_xi' = -2 r/(pi (3 + r^2) sqrt(2 + r^2)) "
        "(1 - xi exp(-1 - t^2)/(1 - erf 1)) at r = |x|",
        "given |x|, a feature z has the density exp(erfinv(z)^2 (1 - 2/(1 + |x|^2)))/"
        "sqrt(2 + 2 |x|^2) on (-1, 1), uniform at |x| = 1",
        "the kernel of two inputs is (2/pi) arcsin((1 + <x, x'>)/"
        "sqrt((3 + |x|^2)(3 + |x'|^2)))",
    ):
        yield Claim("closed", statement, "proved", script)


def _weight_claims(weights: WeightRange) -> Iterator[Claim]:
    yield Claim(
        "weights",
        "f_xi has a zero at lambda exactly for xi = g(lambda); g falls strictly on all of "
        "[0, infinity), so f_xi > 0 for |x| < lambda and f_xi < 0 for |x| > lambda",
        "proved", "1/g is a mean of a falling function over a growing interval",
    )
    yield Claim("weights", "g(1)", "computed", "balls", weights.largest)
    yield Claim("weights", "g(2)", "computed", "balls", weights.smallest)
    yield Claim(
        "weights", "limit of g at infinity, e (1 - erf 1)", "computed", "balls", weights.limit
    )
    yield Claim(
        "weights", "-g' is at least this on [1, 2]",
        _status(weights.fall.low > 0), f"subdivision, {len(weights.fall.pieces)} pieces",
        (weights.fall.low, weights.fall.high),
    )
    inside = Fraction(9, 20) < weights.smallest[0] and weights.largest[1] < Fraction(59, 125)
    yield Claim(
        "weights", "g maps [1, 2] into [0.45, 0.472]", _status(inside), "g falls; values at 1, 2"
    )


def _slope_claims(slope: MonotonicityProof) -> Iterator[Claim]:
    yield Claim(
        "slope",
        "|f_xi'(r)| >= 1/600 for all r in [0.9, 2.1] and all xi in [0.45, 0.472]; f_xi falls there",
        slope.status, f"subdivision, {len(slope.pieces)} pieces; affine in xi",
    )
    yield Claim(
        "slope", "the minimum of |f_xi'| there, at r = 2.1 and xi = 0.472",
        "computed", "branch and bound in balls", slope.smallest,
    )


def _vector_claims(found: SeparatingVectors) -> Iterator[Claim]:
    yield Claim(
        "vector",
        "v has the weights 1 and -xi (up to a common factor) on two "
        "groups of neurons, the fractions 1/8 (b >= 0) and (1 - erf 1)/8 (b >= 1/sqrt 2), and the "
        "mean of <v, features> is to be positive inside the ball and negative outside",
        "described", "our reading of the random-features lemma",
    )
    yield Claim(
        "vector",
        "with these weights and xi in [0.45, 0.472] the mean is negative outside the ball",
        _status(False, found.equal_positive),
        "it is positive at every |x| >= 0: at least (1 - xi/e) (2/pi) arctan(t)/8, as "
        "T(sqrt 2, t) <= T(0, t)/e",
    )
    yield Claim("vector", "1 - xi/e at xi = 0.472", "computed", "balls", found.equal_factor)
    yield Claim(
        "vector", "the mean is at least this for |x| <= 10 and all xi in [0.45, 0.472]",
        _status(found.equal_minimum.low > 0),
        f"subdivision, {len(found.equal_minimum.pieces)} pieces",
        (found.equal_minimum.low, found.equal_minimum.high),
    )
    yield Claim(
        "vector",
        "repair: with -xi/(1 - erf 1) on the second group, xi = g(lambda), the mean is f_xi/8: "
        "positive for |x| < lambda, negative for |x| > lambda",
        "proved", "the groups' sizes cancel; sign of f_xi as above",
    )
    yield Claim(
        "vector", "repaired: |mean| is at least this times ||x| - lambda| for 0.9 <= |x| <= 2.1",
        _status(found.size_margin > 0), "mean value theorem and the slope",
        (found.size_margin, found.size_margin),
    )
    yield Claim(
        "vector", "repaired: the mean is at least this for |x| <= 0.9",
        _status(found.size_inside > 0), "f_xi falls in |x| and in xi",
        (found.size_inside, found.size_inside),
    )
    yield Claim(
        "vector", "repaired: minus the mean is at least this times (2/pi) arctan(t)/8 "
        "for |x| >= 2.1",
        _status(found.size_outside > 0), "g falls: g(2)/g(2.1) - 1",
        (found.size_outside, found.size_outside),
    )
    yield Claim(
        "vector", "repaired: for disjoint groups |v|^2 grows by at most this factor, at xi = 0.472",
        "computed", "(1 + xi^2/(1 - erf 1))/(1 + xi^2 (1 - erf 1)), balls", found.norm_factor,
    )
    yield Claim(
        "vector", "the other repair, the weights 1 and -xi with a larger xi, needs xi from g(2) to "
        "g(1) over 1 - erf 1",
        "computed", "balls", found.equal_weight_range,
    )


def _density_claims(found: DensityBounds) -> Iterator[Claim]:
    yield Claim(
        "density",
        "the density of a feature is bounded below while |x| <= 2, "
        "using that it is monotone on that range and that the law at |x| = 1 is uniform on "
        "[-1/2, 1/2]",
        "described", "our reading of the bound of the marginal density",
    )
    outside = found.half_mass[1] < 1
    yield Claim(
        "density", "at |x| = 1 a feature is uniform on [-1/2, 1/2]",
        _status(False, outside), "it is uniform on (-1, 1): see P(|Z| <= 1/2)",
    )
    yield Claim(
        "density", "P(|Z| <= 1/2) at |x| = 1", "computed", "closed form, balls", found.half_mass
    )
    yield Claim(
        "density", "in |z|, the density falls for |x| < 1, is constant at |x| = 1, grows for "
        "|x| > 1",
        "proved", "sign of 1 - 2/(1 + |x|^2)",
    )
    at_zero, between, at_two = found.turn_values
    turns = between[0] > at_zero[1] and between[0] > at_two[1]
    steeper = found.side[0] > found.centre[1]
    yield Claim(
        "density", "for every z, the density is monotone in |x| on [0, 2]",
        _status(False, turns and steeper),
        "at z = 4/5 it is larger at |x| = 3/2 than at 0 and at 2",
    )
    yield Claim(
        "density", "at z = 4/5 it grows in |x| up to this |x| and falls from there on",
        "computed", "sqrt(4 erfinv(z)^2 - 1), balls", found.turn,
    )
    yield Claim(
        "density", "the |z| for which it turns exactly at |x| = 1, erf(1/sqrt 2)",
        "computed", "balls", found.unit_turn,
    )
    yield Claim(
        "density", "for |z| up to this, erf(1/2), it falls in |x| throughout",
        "proved", "sign of 4 erfinv(z)^2 - 1 - |x|^2", found.falling,
    )
    certified = found.minimum.low > 0
    yield Claim(
        "density", "repair: for |z| <= 1/2 and |x| <= 2 the density is at least 1/sqrt 10, with "
        "equality at z = 0, |x| = 2; so P(|x| <= 2) >= C gives at least C/sqrt 10",
        "proved", "an end of the range of |x| decides; value in balls", found.least,
    )
    yield Claim(
        "density", "the same minimum without the closed form",
        _status(certified), f"subdivision, {len(found.minimum.pieces)} pieces",
        (found.minimum.low, found.minimum.high),
    )
    yield Claim(
        "density", "the bound 1/sqrt 10 holds for all |x| <= 2 exactly for |z| up to this, "
        "erf(sqrt(log(5)/2))",
        "proved", "exp(-n^2)/sqrt 2 >= 1/sqrt 10", found.reach,
    )
    yield Claim(
        "density", "no positive bound holds for all z in (-1, 1): the density tends to 0 as |z| "
        "tends to 1, for |x| < 1",
        "proved", "sign of 1 - 2/(1 + |x|^2)",
    )
    yield Claim(
        "density", "for |z| <= 1/2 and |x| <= 1 the density is at least this, 1/2",
        "proved", "closed form, balls", found.least_to_one,
    )
