"""One run of the separation: data, the strong network, the baseline, the best constant, profiles.

All randomness comes from one seed, in separate streams for training data, fresh data, the network,
its mini-batches, directions and the baseline: leaving the baseline out changes nothing else.  The
best constant is P(|x| <= lambda), its risk p (1 - p), accuracy max(p, 1 - p).  A profile shows an
output over directions at each |x|, since the target depends on |x| only.  Everything is floating
point: a run computes what happened, it proves nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

import numpy as np
from flint import arb
from numpy.typing import NDArray

from symerm.errors import InputError
from symerm.separation.assumptions import RadialLaw
from symerm.separation.one_hidden_layer import (
    BaselineRun,
    draw_one_hidden_layer,
    train_one_hidden_layer,
)
from symerm.separation.strong_network import ball_indicator, draw_network, stable_step
from symerm.separation.training import (
    Estimate,
    Sample,
    TrainingRun,
    estimate_risk,
    train_output_weights,
)

__all__ = ["FRESH_SAMPLES", "PROFILE_DIRECTIONS", "Profile", "SeparationRun", "separation_run"]

Array = NDArray[np.float64]
#: Called with what is trained, the steps done, all steps, and the last risk.
StageReport = Callable[[str, int, int, float], None]

#: Samples on which risks are estimated.
FRESH_SAMPLES = 10_000
#: Directions at each radius of a profile.
PROFILE_DIRECTIONS = 100
_RADII = np.arange(49) / 16
#: The baseline makes at least so many updates, at least as many as the strong network makes steps,
#: and sees each sample at least so often.
_UPDATES = 1000
_PASSES = 20
_BATCH = 256


@dataclass(frozen=True, eq=False)
class Profile:
    """The outputs of a network over the directions at each radius.

    Attributes
    ----------
    radii, mean, low, median, high : ndarrays of shape (k,)
        Mean, and the quantiles 5%, 50%, 95%.
    """

    radii: Array
    mean: Array
    low: Array
    median: Array
    high: Array


@dataclass(frozen=True, eq=False)
class SeparationRun:
    """What was trained, and what it reached.

    Attributes
    ----------
    law : HeavyTailed or TwoSpheres
    radius : Fraction
        lambda: the target is 1 where |x| <= lambda.
    samples, seed : int
    batch : int or None
    inside : float
        p = P(|x| <= lambda), the best constant.
    strong : TrainingRun
    strong_profile : Profile
    baseline : BaselineRun or None
    baseline_test : Estimate or None
    baseline_profile : Profile or None
    """

    law: RadialLaw
    radius: Fraction
    samples: int
    seed: int
    batch: int | None
    inside: float
    strong: TrainingRun
    strong_profile: Profile
    baseline: BaselineRun | None
    baseline_test: Estimate | None
    baseline_profile: Profile | None

    @property
    def constant_risk(self) -> float:
        """The risk p (1 - p) of the best constant."""
        return self.inside * (1 - self.inside)

    @property
    def interrupted(self) -> bool:
        """Whether a Ctrl-C ended it."""
        runs = [self.strong, self.baseline]
        return any(run is not None and run.ending == "interrupted" for run in runs)


def separation_run(
    law: RadialLaw,
    *,
    radius: Fraction,
    width: int,
    samples: int,
    steps: int,
    seed: int = 1,
    step_size: float | None = None,
    batch: int | None = None,
    baseline: bool = True,
    time_limit: float | None = None,
    report: StageReport | None = None,
) -> SeparationRun:
    """Train the strong network, and the baseline of the same width, on the indicator of a ball.

    Parameters
    ----------
    law : HeavyTailed or TwoSpheres
    radius : Fraction
        lambda between 1 and 2.
    width, samples, steps : int
    seed : int
    step_size : float, optional
        By default half of what is stable without the cut-off (`stable_step`).
    batch : int, optional
        Size of mini-batches; by default each step sees all samples.
    baseline : bool
    time_limit : float, optional
        Seconds of training; half of them for each network if there are two.
    report : function, optional
        Called after each step.

    Raises
    ------
    InputError
        If the radius is not between 1 and 2, or a number is not positive.

    Examples
    --------
    >>> from symerm.separation.two_spheres import TwoSpheres
    >>> run = separation_run(
    ...     TwoSpheres(2), radius=Fraction(3, 2), width=100, samples=500, steps=200, baseline=False
    ... )
    >>> risk = run.strong.curve[-1].test.risk
    >>> bool(risk < 0.8 * run.constant_risk), run.strong.ending
    (True, 'steps')
    """
    if not 1 <= radius <= 2:
        raise InputError(f"the radius of the ball must be between 1 and 2, not {radius}")
    if samples < 1 or steps < 0:
        raise InputError(f"{samples} samples and {steps} steps make no run; use positive numbers")
    streams = [np.random.default_rng(s) for s in np.random.SeedSequence(seed).spawn(6)]
    for_train, for_test, for_network, for_batches, for_directions, for_baseline = streams
    train, test = (
        _labelled(law.sample(count, stream), radius)
        for count, stream in ((samples, for_train), (FRESH_SAMPLES, for_test))
    )
    share = None if time_limit is None else time_limit / (2 if baseline else 1)
    strong = train_output_weights(
        draw_network(law.dimension, width, for_network),
        train,
        test,
        steps=steps,
        step_size=stable_step(train.points, width) if step_size is None else step_size,
        batch=batch,
        generator=for_batches,
        time_limit=share,
        report=None if report is None else partial(report, "strong network"),
    )
    directions = for_directions.standard_normal((PROFILE_DIRECTIONS, law.dimension))
    other = None
    if baseline and strong.ending != "interrupted":
        other = train_one_hidden_layer(
            draw_one_hidden_layer(law.dimension, width, float(train.labels.mean()), for_baseline),
            train,
            updates=max(_UPDATES, steps, _PASSES * samples // _BATCH),
            generator=for_baseline,
            time_limit=share,
            report=None if report is None else partial(report, "one hidden layer"),
        )
    return SeparationRun(
        law,
        radius,
        samples,
        seed,
        batch,
        float(law.norm_cdf(arb(radius.numerator) / radius.denominator)),
        strong,
        _profile(strong.network, directions),
        other,
        None if other is None else estimate_risk(other.network(test.points), test.labels),
        None if other is None else _profile(other.network, directions),
    )


def _labelled(points: Array, radius: Fraction) -> Sample:
    return Sample(points, ball_indicator(points, float(radius)))


def _profile(network: Callable[[Array], Array], directions: Array) -> Profile:
    """The outputs at the same directions for every radius."""
    units = directions / np.linalg.norm(directions, axis=1, keepdims=True)
    points = (_RADII[:, None, None] * units).reshape(-1, units.shape[1])
    outputs = network(points).reshape(len(_RADII), -1)
    low, median, high = np.quantile(outputs, [0.05, 0.5, 0.95], axis=1)
    return Profile(_RADII, outputs.mean(axis=1), low, median, high)
