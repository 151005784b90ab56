"""Width one, any number of outputs: the infimum by branch and bound over cones of neurons.

A minimiser exists.  The hidden vectors, centred if there is an output bias, form a finite union of
images of polyhedral cones, hence a closed cone; on its compact intersection with the unit sphere
|T|^2 - |T^t x|^2 is continuous, and x = 0 gives |T|^2, which is no less.
The minimum is a root of an eigenvalue problem, in general irrational, and is enclosed: a neuron
gives the upper bound, and a complete set of cones on each of which a form is copositive for a
slightly smaller rational loss gives the lower bound (`symerm.attainability.rayleigh`).  Cones are
cut by data points until all points have one sign, then by bisecting linear forms.
"""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import gcd, isqrt
from operator import mul

from symerm.arithmetic.linalg import primitive, solve
from symerm.arithmetic.symmetric import solve_semidefinite
from symerm.arrangements.fan import Cone, Fan
from symerm.attainability.proofs import NeuronCase, NeuronTreeProof, NonnegativeProof
from symerm.attainability.rayleigh import RayleighForm, rayleigh_form
from symerm.attainability.scaled import ScaledProblem
from symerm.errors import UnsupportedError
from symerm.networks.shallow import ShallowNetwork

__all__ = ["OneNeuronResult", "solve_one_neuron"]

IntVector = tuple[int, ...]

#: Bisections in a row after which exactness, and then the search, is given up.
_PATIENCE = (24, 200)
#: Digits of a neuron's coefficients in the first rounding, in bits.
_BITS = 24
_REFINEMENTS = 14
#: Trials for the lower bound of a search that was stopped.
_TRIALS = 12


@dataclass(frozen=True)
class OneNeuronResult:
    """An enclosure of the minimum, in units of the original loss.

    Attributes
    ----------
    network : ShallowNetwork
        Its loss is `upper`.
    lower, upper : Fraction
        Equal if the minimum was found exactly.
    proof : NeuronTreeProof or NonnegativeProof
    complete : bool
        Whether the enclosure is as narrow as asked.
    interrupted : bool
    statistics : dict
    """

    network: ShallowNetwork
    lower: Fraction
    upper: Fraction
    proof: NeuronTreeProof | NonnegativeProof
    complete: bool
    interrupted: bool
    statistics: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class _Neuron:
    """A neuron, its loss, and whether its loss may be the exact minimum."""

    loss: Fraction
    hidden: IntVector
    exact: bool


def solve_one_neuron(
    scaled: ScaledProblem,
    *,
    tolerance: Fraction,
    deadline: float | None,
    progress: Callable[[float, Fraction, int, int], None] | None = None,
) -> OneNeuronResult:
    """Enclose the minimal loss of all networks of width one, with a proof.

    Parameters
    ----------
    scaled : ScaledProblem of width 1
    tolerance : Fraction
        Positive; the relative width of the enclosure.
    deadline : float or None
        Time of `time.monotonic` at which the search stops.
    progress : callable, optional
        Called now and then with (estimated lower bound relative to the upper, loss of the integer
        problem, open, closed).

    Returns
    -------
    OneNeuronResult

    Raises
    ------
    UnsupportedError
        If the width is not one.

    Examples
    --------
    >>> from symerm.attainability.scaled import scale_problem
    >>> from symerm.problem import Architecture, Dataset, Problem
    >>> data = Dataset.from_rows([0, 1, 2, 3], [[0, 0], [0, 1], [3, 1], [2, 3]])
    >>> scaled = scale_problem(Problem(data, Architecture(1)))
    >>> result = solve_one_neuron(scaled, tolerance=Fraction(1, 10**9), deadline=None)
    >>> result.complete, round(float(result.upper), 6)
    (True, 2.0)
    """
    if scaled.width != 1:
        raise UnsupportedError(f"this method is for one hidden neuron, not {scaled.width}")
    search = _Search(scaled, tolerance, deadline)
    try:
        search.run(progress)
    except KeyboardInterrupt:
        search.interrupted = True
    return search.result()


class _Search:
    def __init__(
        self, problem: ScaledProblem, tolerance: Fraction, deadline: float | None
    ) -> None:
        self.problem = problem
        self.tolerance = tolerance
        self.deadline = deadline
        self.interrupted = self.complete = self.hopeless = False
        self.patient = True
        self.fan = Fan(problem.forms, problem.hidden_bias)
        self.everything = range(problem.size)
        self.roots = [NeuronCase(cone, 0.0) for cone in self.fan.roots()]
        self.open: list[tuple[float, int, NeuronCase]] = []
        self.serial = self.processed = 0
        self.closed: list[NeuronCase] = []
        self.square = self._loss((0,) * self.fan.dimension)
        self.best = _Neuron(self.square, (0,) * self.fan.dimension, True)
        self.goal = self._goal()

    # ------------------------------------------------------------ the search

    def run(self, progress: Callable[[float, Fraction, int, int], None] | None) -> None:
        for root in self.roots:
            self._push(root)
        while self.best.loss > 0:
            while self.open and self.best.loss > 0:
                if self.hopeless or (
                    self.deadline is not None and time.monotonic() >= self.deadline
                ):
                    return
                case = heapq.heappop(self.open)[2]
                try:
                    self._treat(case)
                except KeyboardInterrupt:
                    if case.is_open:
                        self._push(case)
                    raise
                self.processed += 1
                if progress is not None and self.processed % 64 == 0:
                    ratio = float(self.best.loss / self.square)
                    lower = min(self.open[0][0] / ratio, 1.0) if self.open and ratio else 1.0
                    progress(lower, self.best.loss, len(self.open), len(self.closed))
            # Cases that were closed for a larger loss are closed again for the last one.
            failed = [case for case in self.closed if not self._closes(case)]
            if not failed:
                break
            kept = {id(case) for case in failed}
            self.closed = [case for case in self.closed if id(case) not in kept]
            for case in failed:
                case.goal = None
                self._push(case)
        self.complete = True

    def _push(self, case: NeuronCase) -> None:
        heapq.heappush(self.open, (case.estimate, self.serial, case))
        self.serial += 1

    def _closes(self, case: NeuronCase) -> bool:
        if case.goal != self.goal:
            if self._form(case.cone)[0].obstruction(self.goal) is not None:
                return False
            case.goal = self.goal
        return True

    def _treat(self, case: NeuronCase) -> None:
        form, undecided = self._form(case.cone)
        if form.obstruction(self.goal) is None:
            self._close(case)
            return
        share = float(Fraction(form.square, form.unit) / self.square)
        bound, directions = form.relaxed()
        case.estimate = max(case.estimate, share * bound)
        for direction in directions:
            self._try(case.cone, form, undecided, direction)
        blocked = form.obstruction(self.goal)
        if blocked is None:
            self._close(case)
            return
        if undecided:
            case.split = self._point(case.cone, undecided)
            parts = self.fan.cut(case.cone, case.split)
            halvings = 0
        else:
            halvings = case.halvings + 1
            if self.patient and halvings > _PATIENCE[0]:
                self.patient = False
                self.goal = self._goal()
            self.hopeless = halvings > _PATIENCE[1]
            case.split = self._bisector(case.cone, form, blocked)
            parts = self.fan.cut_by(case.cone, case.split)
        case.children = tuple(
            NeuronCase(part, case.estimate, halvings=halvings) for part in reversed(parts)
        )
        for child in case.children:
            self._push(child)

    def _close(self, case: NeuronCase) -> None:
        case.goal = self.goal
        self.closed.append(case)

    def _form(self, cone: Cone) -> tuple[RayleighForm, list[int]]:
        """The form of a cone on its decided points, and the undecided points."""
        values = [self.fan.values(ray) for ray in cone.rays]
        kept, undecided = [], []
        for i, column in enumerate(zip(*values, strict=True)):
            (undecided if min(column) < 0 < max(column) else kept).append(i)
        act = self.problem.act
        return rayleigh_form(
            self.problem, [[act(z[i]) for i in kept] for z in values], kept
        ), undecided

    def _point(self, cone: Cone, undecided: list[int]) -> int:
        """The undecided point that divides a cone most evenly."""
        best, choice = -1.0, undecided[0]
        values = [self.fan.values(ray) for ray in cone.rays]
        heights = [max(map(abs, z)) for z in values]
        for i in undecided:
            parts = [z[i] / height for z, height in zip(values, heights, strict=True) if height]
            plus, minus = sum(x for x in parts if x > 0), -sum(x for x in parts if x < 0)
            balance = min(plus, minus) / (plus + minus) if plus + minus else 0.0
            if balance > best:
                best, choice = balance, i
        return choice

    def _bisector(self, cone: Cone, form: RayleighForm, blocked: Sequence[int]) -> IntVector:
        """A linear form that separates the two rays farthest apart, half way between them.

        Farthest in the angle of their hidden vectors: <x, x_k / |x_k| - x_j / |x_j|>.
        """
        live = [k for k in blocked if form.gram[k][k]]
        first, second = min(
            ((j, k) for k in live for j in live if j < k),
            key=lambda pair: _cosine(form.gram, *pair),
        )
        images = [
            [self.problem.act(z) for z in self.fan.values(cone.rays[k])] for k in (first, second)
        ]
        lengths = [form.gram[k][k] for k in (first, second)]
        shift = max(length.bit_length() for length in lengths) + 64
        factors = [isqrt((1 << 2 * shift) // length) for length in lengths]
        weights = self.problem.weights
        gradient = [
            w * (factors[0] * x - factors[1] * y)
            for w, x, y in zip(weights, *images, strict=True)
        ]
        if self.problem.output_bias:
            mean = sum(gradient)
            gradient = [
                form.unit * g - w * mean for g, w in zip(gradient, weights, strict=True)
            ]
        signs = list(zip(*(self.fan.values(ray) for ray in cone.rays), strict=True))
        slopes = [
            self.problem.slope_on if max(column) > 0 else self.problem.slope_off
            for column in signs
        ]
        whole = [
            sum(g * slope * f[j] for g, slope, f in zip(
                gradient, slopes, self.problem.forms, strict=True))
            for j in range(self.fan.dimension)
        ]
        # Rounding must neither change the angles much nor favour a coordinate of large entries.
        reach = [max(map(abs, column)).bit_length() for column in zip(*cone.rays, strict=True)]
        top = max(abs(x).bit_length() + r for x, r in zip(whole, reach, strict=True))
        bits = 8
        while True:
            shifts = [max(top - bits - r, 0) for r in reach]
            rounded = primitive([
                (x >> shift) << shift for x, shift in zip(whole, shifts, strict=True)
            ])
            ends = [sum(map(mul, rounded, cone.rays[k])) for k in (first, second)]
            squares = [end * end * lengths[1 - k] for k, end in enumerate(ends)]
            if ends[0] > 0 > ends[1] and max(squares) <= 4 * min(squares):
                return rounded
            bits *= 2

    # ------------------------------------------------------------ neurons

    def _loss(self, hidden: Sequence[int]) -> Fraction:
        return self._image_form(hidden).loss([1])

    def _image_form(self, hidden: Sequence[int]) -> RayleighForm:
        image = [
            self.problem.act(sum(map(mul, form, hidden))) for form in self.problem.forms
        ]
        return rayleigh_form(self.problem, [image], self.everything)

    def _goal(self) -> Fraction:
        """The lower bound to prove: the best loss, or a dyadic number a little smaller."""
        loss = self.best.loss
        if not loss or (self.best.exact and self.patient):
            return loss
        step = loss * self.tolerance / 4
        bits = max(0, (step.denominator // step.numerator).bit_length() + 1)
        return Fraction(int((loss - 2 * step) * (1 << bits)), 1 << bits)

    def _try(
        self, cone: Cone, form: RayleighForm, undecided: list[int], direction: object
    ) -> None:
        """Improve the best neuron by one that a relaxation proposes."""
        coefficients = form.whole(direction, _BITS)  # type: ignore[arg-type]
        hidden = _combination(coefficients, cone.rays)
        loss = self._loss(hidden)
        if loss > self.best.loss * (1 + Fraction(1, 10**7)):
            return
        if undecided:
            # The neuron lies in a smaller cone without undecided points; polish it there.
            for i in undecided:
                values = [self.fan.values(ray)[i] for ray in cone.rays]
                if min(values) < 0 < max(values):
                    side = sum(map(mul, self.problem.forms[i], hidden)) < 0
                    cone = self.fan.cut(cone, i)[int(side)]
            form, _ = self._form(cone)
            directions = form.relaxed()[1]
            if not directions:
                return
            coefficients = form.whole(directions[0], _BITS)
        neuron = self._polish(cone, form, coefficients)
        if neuron.loss < self.best.loss:
            self.best = neuron
            self.goal = self._goal()

    def _polish(self, cone: Cone, form: RayleighForm, coefficients: list[int]) -> _Neuron:
        """The best neuron on the span of the face, to within a part of the tolerance.

        Rayleigh quotient iteration over Q, rounded after each step; its convergence is cubic.  If
        the moments on the face have rank one the minimum solves a linear system.
        """
        face = [k for k, x in enumerate(coefficients) if x]
        if len(face) <= 1:
            return self._neuron(cone, coefficients, exact=True)
        gram = [[form.gram[i][j] for j in face] for i in face]
        face = [face[k] for k in _independent(gram)]
        gram = [[form.gram[i][j] for j in face] for i in face]
        moments = [form.moments[k] for k in face]
        if len(face) < sum(map(bool, coefficients)):
            right = [sum(map(mul, form.gram[k], coefficients)) for k in face]
            coefficients = self._spread(form, face, solve(gram, right) or (), _BITS)
        direction = max(moments, key=lambda row: sum(map(mul, row, row)))
        if all(_parallel(row, direction) for row in moments):
            column = next((c for c, x in enumerate(direction) if x), None)
            if column is None:
                return self._neuron(cone, [0] * len(form.gram), exact=True)
            found = solve_semidefinite(gram, [row[column] for row in moments])
            if found is not None:
                whole = [0] * len(form.gram)
                for k, x in zip(face, found[0], strict=True):
                    whole[k] = x
                return self._neuron(cone, whole, exact=True)
        neuron = self._neuron(cone, coefficients)
        bits = _BITS
        for _ in range(_REFINEMENTS):
            bits = 2 * bits
            products = form.products(coefficients)
            length = sum(
                coefficients[i] * coefficients[j] * form.gram[i][j] for i in face for j in face
            )
            if not length:
                break
            value = Fraction(sum(map(mul, products, products)), length)
            top, bottom = value.numerator, value.denominator
            matrix = [
                [bottom * sum(map(mul, form.moments[i], form.moments[j])) - top * form.gram[i][j]
                 for j in face] for i in face
            ]
            right = [sum(form.gram[i][j] * coefficients[j] for j in face) for i in face]
            solution = solve(matrix, right)
            if solution is None or not any(solution):
                break
            coefficients = self._spread(form, face, solution, bits)
            better = self._neuron(cone, coefficients)
            gain = neuron.loss - better.loss
            if gain * 16 > neuron.loss * self.tolerance:
                neuron = better
                continue
            break
        return neuron

    def _spread(
        self, form: RayleighForm, face: Sequence[int], values: Sequence[Fraction], bits: int
    ) -> list[int]:
        full = [Fraction(0)] * len(form.gram)
        for k, x in zip(face, values, strict=True):
            full[k] = x
        return form.rounded(full, bits)

    def _neuron(
        self, cone: Cone, coefficients: Sequence[int], *, exact: bool = False
    ) -> _Neuron:
        hidden = _combination(coefficients, cone.rays)
        return _Neuron(self._loss(hidden), hidden, exact)

    # ------------------------------------------------------------ the result

    def result(self) -> OneNeuronResult:
        """The enclosure proved so far."""
        upper = self.problem.to_loss(self.best.loss)
        scatter = self.problem.scatter
        proof: NeuronTreeProof | NonnegativeProof = NonnegativeProof()
        lower = scatter
        if self.best.loss == 0:
            self.complete = True
        elif self.complete:
            lower, proof = self.problem.to_loss(self.goal), NeuronTreeProof(tuple(self.roots))
        else:
            goal = self._partial_proof()
            if goal > 0:
                lower, proof = self.problem.to_loss(goal), NeuronTreeProof(tuple(self.roots))
        return OneNeuronResult(
            self._network(), lower, upper, proof, self.complete, self.interrupted,
            {"cases": self.processed, "leaves": len(self.closed), "open": len(self.open)},
        )

    def _partial_proof(self) -> Fraction:
        """Cut the tree off where estimates reach a loss that can be proved; zero if none."""
        if not self.open or self.open[0][0] <= 0:
            return Fraction(0)
        level = self.open[0][0]
        for _ in range(_TRIALS):
            self.goal = Fraction(level * (1 - 1e-6)).limit_denominator(1 << 40) * self.square
            ends = []
            stack = list(self.roots)
            while stack:
                case = stack.pop()
                if case.children and case.estimate < level:
                    stack.extend(case.children)
                else:
                    ends.append(case)
            worst = [case for case in ends if not self._closes(case)]
            if not worst:
                for case in ends:
                    case.split, case.children = None, ()
                return self.goal
            level = min(level * 0.9, *(case.estimate for case in worst))
            if level <= 0:
                break
        return Fraction(0)

    def _network(self) -> ShallowNetwork:
        """The best neuron with its best output weights and output bias."""
        problem, hidden = self.problem, self.best.hidden
        form = self._image_form(hidden)
        length = form.gram[0][0]
        outgoing = tuple(
            Fraction(m, length) if length else Fraction(0) for m in form.moments[0]
        )
        offset = (Fraction(0),) * problem.output_dimension
        if problem.output_bias:
            image = [problem.act(sum(map(mul, f, hidden))) for f in problem.forms]
            total = sum(problem.weights)
            mean = Fraction(sum(map(mul, problem.weights, image)), total)
            offset = tuple(
                Fraction(sum(map(mul, problem.weights, column)), total) - v * mean
                for column, v in zip(zip(*problem.targets, strict=True), outgoing, strict=True)
            )
        return problem.network([(tuple(map(Fraction, hidden)), outgoing)], offset)


def _combination(coefficients: Sequence[int], rays: Sequence[IntVector]) -> IntVector:
    total = [sum(map(mul, coefficients, column)) for column in zip(*rays, strict=True)]
    divisor = gcd(*total)
    return tuple(x // divisor for x in total) if divisor else tuple(total)


def _cosine(gram: Sequence[Sequence[int]], j: int, k: int) -> Fraction:
    """The square of the cosine of two rays' angle, with the sign of the cosine."""
    value = gram[j][k]
    return Fraction(value * abs(value), gram[j][j] * gram[k][k])


def _parallel(first: Sequence[int], second: Sequence[int]) -> bool:
    pivot = next((c for c, x in enumerate(second) if x), 0)
    return all(
        x * second[pivot] == y * first[pivot] for x, y in zip(first, second, strict=True)
    )


def _independent(gram: Sequence[Sequence[int]]) -> list[int]:
    """A maximal set of independent vectors with this Gram matrix."""
    from symerm.arithmetic.linalg import row_reduce

    return list(row_reduce(gram)[1])
