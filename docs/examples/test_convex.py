"""A theorem of one's own: networks with nonnegative output weights are convex."""

import pytest
from hypothesis import strategies as st

from symerm.strategies import activations, instances, networks, points
from symerm.theorems import Hypothesis, Mutant, Source, Status, Theorem, Work, holds_if


def values(instance):
    """The network at two points and at their midpoint."""
    network, (a, b) = instance["network"], instance["points"]
    middle = tuple((x + y) / 2 for x, y in zip(a, b, strict=True))
    return [network(point)[0] for point in (a, b, middle)]


def convex(instance):
    left, right, middle = values(instance)
    return holds_if(2 * middle <= left + right, f"{middle} between {left} and {right}")


def affine(instance):
    left, right, middle = values(instance)
    return holds_if(2 * middle == left + right, f"{middle} between {left} and {right}")


CONVEX = Theorem(
    id="nonnegative-output-weights",
    title="Nonnegative output weights make a network convex",
    source=Source(Work("ours", "A. Author and B. Author", "A paper", 2026), "Lemma 1"),
    statement="A ReLU or leaky network whose output weights are at least 0 is convex.",
    latex=r"If $v_j \ge 0$ for all $j$, then $c + \sum_j v_j \sigma(\langle a_j, x\rangle + b_j)$ "
    r"is convex.",
    hypotheses=(
        Hypothesis(
            "nonnegative", "all output weights are at least 0",
            lambda instance: all(v >= 0 for v, in instance["network"].output_weights),
        ),
    ),
    claim=convex,
    instances=instances(
        network=networks(inputs=(2, 2), outputs=(1, 1), activation=activations("relu", "leaky")),
        points=st.tuples(points(2), points(2)),
    ),
    status=Status("tested"),
    mutants=(
        Mutant("any-weights", "output weights of both signs", without=("nonnegative",)),
        Mutant("affine", "affine instead of convex", claim=affine),
    ),
)


@pytest.mark.symerm_theorem(examples=50, seed=1)
def test_convex(check_theorem):
    check_theorem(CONVEX)
