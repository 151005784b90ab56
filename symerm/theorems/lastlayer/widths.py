"""How many neurons suffice: the Chernoff width, interleaved kinks, the rank of the kernel.

The matrix Chernoff bound (Tropp 2012, from the literature) gives P(rank Phi < r) <= r exp(-m
lambda/B); what is checked is what the width makes of it, and that B bounds the features.  With
kinks between the points in one direction n neurons memorise n points; without biases rank K
neurons fit all that any width fits.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from flint import ctx
from hypothesis import strategies as st

from symerm.arithmetic.balls import ball, ball_bounds
from symerm.arithmetic.linalg import rank
from symerm.lastlayer.fitting import fit_last_layer
from symerm.lastlayer.kernels import Kernel, gram_matrix
from symerm.lastlayer.rank_law import best_loss, feature_span
from symerm.lastlayer.spectrum import kernel_spectrum
from symerm.lastlayer.widths import chernoff_width, interleaved_network
from symerm.problem.dataset import Dataset
from symerm.theorems.generators.basic import rationals
from symerm.theorems.generators.lastlayer import clouds_on_lines, labelled_clouds
from symerm.theorems.instance import Instance, instances
from symerm.theorems.lastlayer.ranks import decisive_weights
from symerm.theorems.statement import Claim, Finding, Hypothesis, Mutant, Status, Theorem, holds_if
from symerm.theorems.works import DERIVED, Source

__all__ = ["CHERNOFF", "INTERLEAVED", "RANK_WIDTH"]

Vector = tuple[Fraction, ...]
_AFTER = Source(DERIVED, "in the setting of Benson, Damle, Townsend 2020")
_TESTS = ("tests/theorems/test_lastlayer_widths.py",)
_ZERO, _ONE = Fraction(0), Fraction(1)


def _dot(one: Vector, other: Vector) -> Fraction:
    return sum((x * y for x, y in zip(one, other, strict=True)), _ZERO)


def _chernoff(kind: str) -> Claim:
    """r exp(-m lambda/B) <= eta, and |phi(w)|^2 <= B |w|^2/d at the weights given."""

    def claim(instance: Instance) -> Finding:
        points, eta = instance["points"], instance["eta"]
        p = len(points[0])
        gram = gram_matrix(points)
        spectrum = kernel_spectrum(gram, Kernel("arccos1"), bits=64)
        found = chernoff_width(gram, spectrum, p, eta=eta)
        width = found.width
        if kind == "half":
            width = -(-found.width // 2)
        bound = found.bound / p if kind == "no dimension" else found.bound
        if kind == "longest":
            bound = p * max(gram[i][i] for i in range(len(points)))
        with ctx.workprec(128):
            exponent = ball(-width * found.smallest / found.bound)
            failure = ball(Fraction(found.rank)) * exponent.exp()
            enough = ball_bounds(failure)[1] <= eta and width >= found.rank
        sizes = []
        for weights in instance["weights"]:
            w = weights[:p]
            features = sum((max(_dot(w, x), _ZERO) ** 2 for x in points), _ZERO)
            sizes.append((features * p, _dot(w, w)))
        bounded = all(size <= bound * square for size, square in sizes)
        return holds_if(
            enough and bounded,
            f"width {width}, λ ≥ {float(found.smallest):.4g}, B = {float(bound):.4g}: fails with "
            f"probability at most {float(ball_bounds(failure)[1]):.3g}",
        )

    return claim


CHERNOFF = Theorem(
    id="chernoff-width",
    title="A width that suffices with given probability",
    source=Source(DERIVED, "from the matrix Chernoff bound, Tropp 2012"),
    statement="For bias-free ReLU features with weights on the sphere of radius √d, kernel rank r "
    "and least positive eigenvalue λ, m ≥ (B/λ) ln(r/η) neurons have r exp(−m λ/B) ≤ η, so that "
    "rank Φ = r with probability 1 − η; B = d |X|² bounds |φ(w)|².",
    latex=r"Let $K$ have rank $r$ and least positive eigenvalue $\lambda$, and $\|\phi(w)\|^2 \le "
    r"B = d\, \|X\|_2^2$ for $\|w\|^2 = d$. If $m \ge \tfrac{B}{\lambda} \ln \tfrac{r}{\eta}$, "
    r"then $r\, e^{-m \lambda / B} \le \eta$ and $\operatorname{rank} \Phi = r$ with probability "
    r"at least $1 - \eta$.",
    hypotheses=(
        Hypothesis(
            "not-all-zero", "some point is not 0",
            lambda instance: any(map(any, instance["points"])),
        ),
    ),
    claim=_chernoff("true"),
    instances=instances(
        points=clouds_on_lines(),
        eta=st.sampled_from([Fraction(1, n) for n in (2, 10, 1000)]),
        weights=st.tuples(
            *[st.tuples(*[rationals(bound=3, denominators=(1,))] * 2)] * 6
        ),
    ),
    status=Status("tested", "B and the width are checked; the probability is a textbook bound"),
    tests=_TESTS,
    mutants=(
        Mutant("no-dimension", "B = |X|², without d", claim=_chernoff("no dimension")),
        Mutant("longest-point", "B = d max |x_i|²", claim=_chernoff("longest")),
        Mutant("half-the-width", "half of the width suffices", claim=_chernoff("half")),
    ),
)


@st.composite
def _datasets(draw: st.DrawFn) -> Dataset:
    """Few points on a grid, some of them repeated, with one output."""
    p = draw(st.integers(1, 2))
    entries = rationals(bound=3, denominators=(1,))
    points = draw(st.lists(st.tuples(*[entries] * p), min_size=1, max_size=5))
    return Dataset(tuple(points), tuple((draw(entries),) for _ in points))


def _memorise(kind: str) -> Claim:
    def claim(instance: Instance) -> Finding:
        data: Dataset = instance["dataset"]
        network = interleaved_network(data)
        if kind == "outside":
            # All kinks before all points: every neuron is active everywhere.
            direction = network.hidden_weights[0]
            lowest = min(_dot(direction, x) for x in data.inputs)
            biases = tuple(-lowest + k + 1 for k in range(network.width))
            moved = replace(network, hidden_biases=biases)
            rows = [[max(z, _ZERO) for z in moved.preactivations(x)] for x in data.inputs]
            loss = fit_last_layer(rows, data.outputs).loss
            return holds_if(loss == 0, f"{network.width} kinks outside: loss {loss}")
        loss = network.loss(data.inputs, data.outputs)
        return holds_if(
            loss == 0 and network.width == len(data.inputs),
            f"{len(data.inputs)} points, width {network.width}: loss {loss}",
        )

    return claim


INTERLEAVED = Theorem(
    id="memorisation-by-interleaved-kinks",
    title="n ReLU neurons memorise n points",
    source=Source(DERIVED, "well known"),
    statement="A ReLU network with n neurons and biases, all of one direction, with a kink before "
    "the first point and one between any two neighbours, fits any labels at n distinct points.",
    latex=r"For distinct $x_1, \dots, x_n$ and any labels some ReLU network of width $n$ with "
    r"weights of one direction, biases and no output bias has loss $0$.",
    hypotheses=(
        Hypothesis(
            "distinct", "the points are distinct",
            lambda instance: len(set(instance["dataset"].inputs))
            == len(instance["dataset"].inputs),
        ),
    ),
    claim=_memorise("true"),
    instances=instances(dataset=_datasets()),
    status=Status("tested", "a triangular matrix with a positive diagonal"),
    tests=_TESTS,
    mutants=(
        Mutant("repeated", "points may repeat", without=("distinct",)),
        Mutant("kinks-outside", "with all kinks before the points", claim=_memorise("outside")),
    ),
)


def _as_many(less: int, count: str = "rank") -> Claim:
    """Neurons with independent features, as many as the rank says, or fewer."""

    def claim(instance: Instance) -> Finding:
        points, labels = instance["cloud"]
        span = feature_span(gram_matrix(points), "relu")
        columns: list[Vector] = []
        wanted = (span.rank if count == "rank" else span.lines) - less
        for w in decisive_weights(points):
            column = tuple(max(_dot(w, x), _ZERO) for x in points)
            if len(columns) < wanted and rank([*columns, column]) > len(columns):
                columns.append(column)
        rows = [tuple(column[i] for column in columns) or (_ZERO,) for i in range(len(points))]
        responses = [(y,) for y in labels]
        found, least = fit_last_layer(rows, responses).loss, best_loss(span, responses).loss
        return holds_if(
            found == least, f"{len(columns)} neurons: loss {found}, any width {least}"
        )

    return claim


RANK_WIDTH = Theorem(
    id="rank-width-suffices",
    title="As many neurons as the rank of the kernel suffice",
    source=_AFTER,
    statement="Some dim V = rank K bias-free ReLU neurons fit labels as well as any width does: "
    "any with independent features will do.",
    latex=r"Any $\operatorname{rank} K$ bias-free ReLU neurons with linearly independent features "
    r"have the best loss of all widths, for every $y$.",
    claim=_as_many(0),
    instances=instances(cloud=labelled_clouds()),
    status=Status("proved", "their features are a basis of V"),
    proofs=("proofs/benson_damle_townsend_2020/rank_laws.py",),
    tests=_TESTS,
    mutants=(
        Mutant("one-less", "one neuron less suffices", claim=_as_many(1)),
        Mutant("one-for-a-line", "one neuron for each line suffices",
               claim=_as_many(0, "lines")),
    ),
)
