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
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from operator import mul

from symerm.arrangements.fan import Fan
from symerm.attainability.neuron_candidates import (
    BITS,
    Neuron,
    combination,
    neuron_loss,
    neuron_network,
    neuron_of,
    refined,
)
from symerm.attainability.neuron_cones import bisecting_form, cone_form, dividing_point
from symerm.attainability.proofs import NeuronCase, NeuronTreeProof, NonnegativeProof
from symerm.attainability.rayleigh import Array, RayleighForm
from symerm.attainability.scaled import ScaledProblem
from symerm.errors import UnsupportedError
from symerm.networks.shallow import ShallowNetwork

__all__ = ["OneNeuronResult", "solve_one_neuron"]

#: Bisections in a row after which exactness, and then the search, is given up.
_PATIENCE = (24, 200)
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
    (True, 3.316284)
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
        self.roots = [NeuronCase(cone, 0.0) for cone in self.fan.roots()]
        self.open: list[tuple[float, int, NeuronCase]] = []
        self.serial = self.processed = 0
        self.closed: list[NeuronCase] = []
        self.square = neuron_loss(problem, (0,) * self.fan.dimension)
        self.best = Neuron(self.square, (0,) * self.fan.dimension, True)
        self.goal = self._goal()

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
            if cone_form(self.problem, self.fan, case.cone)[0].obstruction(self.goal) is not None:
                return False
            case.goal = self.goal
        return True

    def _treat(self, case: NeuronCase) -> None:
        form, undecided = cone_form(self.problem, self.fan, case.cone)
        if form.obstruction(self.goal) is None:
            self._close(case)
            return
        share = float(Fraction(form.square, form.unit) / self.square)
        bound, directions = form.relaxed()
        case.estimate = max(case.estimate, share * bound)
        for direction in directions:
            self._try(case, form, undecided, direction)
        if not undecided:
            for k in range(len(form.gram)):
                unit = [int(j == k) for j in range(len(form.gram))]
                self._adopt(neuron_of(self.problem, case.cone, unit, exact=not case.halvings))
        blocked = form.obstruction(self.goal)
        if blocked is None:
            self._close(case)
            return
        if undecided:
            case.split = dividing_point(self.fan, case.cone, undecided)
            parts = self.fan.cut(case.cone, case.split)
            halvings = 0
        else:
            halvings = case.halvings + 1
            if self.patient and halvings > _PATIENCE[0]:
                self.patient = False
                self.goal = self._goal()
            self.hopeless = halvings > _PATIENCE[1]
            case.split = bisecting_form(self.problem, self.fan, case.cone, form, blocked)
            parts = self.fan.cut_by(case.cone, case.split)
        case.children = tuple(
            NeuronCase(part, case.estimate, halvings=halvings) for part in reversed(parts)
        )
        for child in case.children:
            self._push(child)

    def _close(self, case: NeuronCase) -> None:
        case.goal = self.goal
        self.closed.append(case)

    def _goal(self) -> Fraction:
        """The lower bound to prove: the best loss, or a dyadic number a little smaller."""
        loss = self.best.loss
        if not loss or (self.best.exact and self.patient):
            return loss
        step = loss * self.tolerance / 4
        bits = max(0, (step.denominator // step.numerator).bit_length() + 1)
        return Fraction(int((loss - 2 * step) * (1 << bits)), 1 << bits)

    def _try(
        self, case: NeuronCase, form: RayleighForm, undecided: list[int], direction: Array
    ) -> None:
        """Improve the best neuron by one that a relaxation proposes."""
        cone = case.cone
        coefficients = form.whole(direction, BITS)
        hidden = combination(coefficients, cone.rays)
        loss = neuron_loss(self.problem, hidden)
        if loss > self.best.loss * (1 + Fraction(1, 10**7)):
            return
        if undecided:
            # The neuron lies in a smaller cone without undecided points; polish it there.
            for i in undecided:
                values = [self.fan.values(ray)[i] for ray in cone.rays]
                if min(values) < 0 < max(values):
                    side = sum(map(mul, self.problem.forms[i], hidden)) < 0
                    cone = self.fan.cut(cone, i)[int(side)]
            form, _ = cone_form(self.problem, self.fan, cone)
            directions = form.relaxed()[1]
            if not directions:
                return
            coefficients = form.whole(directions[0], BITS)
        self._adopt(refined(
            self.problem, cone, form, coefficients,
            exact=not case.halvings, tolerance=self.tolerance,
        ))

    def _adopt(self, neuron: Neuron) -> None:
        if neuron.loss < self.best.loss:
            self.best = neuron
            self.goal = self._goal()

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
            neuron_network(self.problem, self.best.hidden),
            lower, upper, proof, self.complete, self.interrupted,
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
