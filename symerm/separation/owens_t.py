r"""Owen's T function in balls, with a proved remainder.

T(h, a) = (1/(2 pi)) int_0^a exp(-h^2 (1 + t^2)/2)/(1 + t^2) dt (Owen 1956).  For 0 <= a <= 1 and
m = h^2/2, 2 pi T = arctan a - sum_j (-1)^j P(N > j) a^(2j+1)/(2j+1), N of Poisson's law of mean m:
an alternating series with falling terms, so the rest is at most the first term left out.
For a > 1, T(h, a) + T(a h, 1/a) = (Q(h) + Q(a h))/2 - Q(h) Q(a h), Q(h) = erfc(h/sqrt 2)/2.
T is odd and increasing in a, even in h and falling in h > 0: that settles balls of any width.
"""

from __future__ import annotations

from typing import Any

from flint import arb, ctx

__all__ = ["owens_t", "owens_t_slope"]

#: Bits beyond the working precision within the series.
_GUARD = 16


def owens_t(h: Any, a: Any) -> Any:
    """T(h, a) for all h and a in two balls.

    Parameters
    ----------
    h, a : arb

    Returns
    -------
    arb
        Holds T(h, a); of a width of about 2^-p for exact h and a, p the working precision.

    Examples
    --------
    T(0, a) = arctan(a)/(2 pi):

    >>> (2 * arb.pi() * owens_t(arb(0), arb(0.5))).overlaps(arb(0.5).atan())
    True
    >>> owens_t(arb(1), arb(1, 0.5)).contains(owens_t(arb(1), arb(1.25)))
    True
    """
    near, far = h.abs_lower(), h.abs_upper()
    low, high = a.lower(), a.upper()
    least = _positive(far, low) if low >= 0 else -_positive(near, -low)
    greatest = _positive(near, high) if high >= 0 else -_positive(far, -high)
    return least.union(greatest)


def owens_t_slope(h: Any, a: Any) -> Any:
    """The derivative of T(h, a) in a, exp(-h^2 (1 + a^2)/2)/(2 pi (1 + a^2)), in balls.

    Examples
    --------
    >>> (2 * arb.pi() * owens_t_slope(arb(0), arb(1))).contains(arb(0.5))
    True
    """
    square = 1 + a * a
    return (-h * h * square / 2).exp() / (2 * arb.pi() * square)


def _positive(h: Any, a: Any) -> Any:
    """T at exact numbers h >= 0 and a >= 0."""
    if a <= 1:
        return _series(h, a)
    near, far = ((x / arb(2).sqrt()).erfc() / 2 for x in (h, a * h))
    return (near + far) / 2 - near * far - owens_t(a * h, 1 / a)


def _series(h: Any, a: Any) -> Any:
    """T at exact numbers h >= 0 and 0 <= a <= 1."""
    precision = ctx.prec
    with ctx.workprec(precision + _GUARD):
        smallest = arb(2) ** -(precision + _GUARD // 2)
        mean = h * h / 2
        weight = (-mean).exp()
        # 0 <= 2 pi T <= a exp(-h^2/2).  It also keeps the series short: the mean is below p log 2.
        if weight <= smallest:
            value = arb(0).union(a * weight)
        else:
            value, tail, power, j = a.atan(), 1 - weight, a, 0
            while True:
                term = tail * power / (2 * j + 1)
                if not term > smallest:
                    value += arb(0, term.abs_upper())
                    break
                value += term if j % 2 else -term
                j += 1
                weight *= mean / j
                tail -= weight
                power *= a * a
        value /= 2 * arb.pi()
    return +value
