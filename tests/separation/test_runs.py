"""Runs of the separation: what is reported is what the networks do."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from symerm.errors import InputError
from symerm.separation.heavy_tailed import HeavyTailed
from symerm.separation.runs import PROFILE_DIRECTIONS, separation_run
from symerm.separation.two_spheres import TwoSpheres

SMALL = {"radius": Fraction(3, 2), "width": 60, "samples": 400, "steps": 30}


def test_the_strong_network_learns_within_the_defaults_of_the_command() -> None:
    run = separation_run(
        HeavyTailed(5), radius=Fraction(3, 2), width=300, samples=3000, steps=300, baseline=False
    )
    last = run.strong.curve[-1]
    assert last.test.risk + last.test.margin < 0.6 * run.constant_risk
    assert last.test.accuracy > max(run.inside, 1 - run.inside)


def test_the_cut_off_works_both_ways_on_two_spheres() -> None:
    run = separation_run(
        TwoSpheres(3), radius=Fraction(1), width=300, samples=2000, steps=600, baseline=False
    )
    assert run.strong.curve[-1].test.risk < 0.6 * run.constant_risk
    profile = run.strong_profile
    assert profile.mean[0] > 0.9
    assert profile.mean[32] < 0.1  # at |x| = 2
    assert (profile.low <= profile.median).all()
    assert (profile.median <= profile.high).all()


def test_profiles_are_outputs_on_spheres() -> None:
    run = separation_run(TwoSpheres(2), **SMALL)
    for network, profile in (
        (run.strong.network, run.strong_profile), (run.baseline.network, run.baseline_profile)
    ):
        angles = np.linspace(0, 2 * np.pi, 2000, endpoint=False)
        circle = np.stack([np.cos(angles), np.sin(angles)], axis=1)
        for k in (0, 16, 40):
            outputs = network(profile.radii[k] * circle)
            spread = outputs.std() / PROFILE_DIRECTIONS**0.5
            assert abs(profile.mean[k] - outputs.mean()) < 5 * spread + 1e-6
    assert run.strong_profile.low[0] == run.strong_profile.high[0]


@pytest.mark.parametrize("law", [HeavyTailed(2), TwoSpheres(3)])
def test_the_constant_is_the_probability_of_the_ball(law) -> None:
    run = separation_run(law, **SMALL, baseline=False)
    points = law.sample(40_000, np.random.default_rng(77))
    share = (np.linalg.norm(points, axis=1) <= 1.5).mean()
    assert abs(run.inside - share) < 0.015
    assert run.constant_risk == run.inside * (1 - run.inside)


def test_the_seed_fixes_everything_and_the_baseline_disturbs_nothing() -> None:
    runs = [separation_run(TwoSpheres(2), **SMALL, batch=50) for _ in range(2)]
    runs.append(separation_run(TwoSpheres(2), **SMALL, batch=50, baseline=False))
    other = separation_run(TwoSpheres(2), **SMALL, batch=50, baseline=False, seed=2)
    assert runs[0].strong.curve == runs[1].strong.curve == runs[2].strong.curve
    assert runs[0].baseline_test == runs[1].baseline_test
    assert np.array_equal(runs[0].strong_profile.mean, runs[2].strong_profile.mean)
    assert other.strong.curve != runs[0].strong.curve
    assert runs[2].baseline is None


def test_an_interrupt_skips_the_baseline_and_keeps_the_result() -> None:
    def stop(stage: str, step: int, steps: int, risk: float) -> None:
        assert stage == "strong network"
        if step == 4:
            raise KeyboardInterrupt

    run = separation_run(TwoSpheres(2), **SMALL, report=stop)
    assert run.interrupted
    assert run.baseline is None
    assert run.strong.curve[-1].step == 4


def test_the_time_limit_holds_for_both() -> None:
    run = separation_run(TwoSpheres(2), **SMALL, time_limit=0)
    assert (run.strong.ending, run.baseline.ending) == ("time", "time")
    assert not run.interrupted


@pytest.mark.parametrize(
    "change",
    [{"radius": Fraction(1, 2)}, {"radius": Fraction(9, 4)}, {"samples": 0}, {"steps": -1}],
)
def test_bad_settings_are_refused(change) -> None:
    with pytest.raises(InputError):
        separation_run(TwoSpheres(2), **{**SMALL, **change})
