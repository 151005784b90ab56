"""The boundary strata of a dataset: what lies outside the image of the weights?

The image of the weights of a network is closed, so that every response matrix T has a minimiser,
if and only if no boundary stratum has a subspace that d neurons do not span (for q >= d outputs;
for fewer outputs the columns of T must lie in no realised subspace).  A subspace U that is not
realised gives a T without a minimiser: its columns are a basis of U, the infimum is 0, and a
network that reaches it would span U (Lim, Michalek, Qi 2019 for the closure; theory notes,
sections 3, 5, 6 and 8).

The list is complete for two neurons on the line, and for three with output bias
(docs/completeness.md).  The cases are taken up to the affine symmetries of the inputs and up to
the order of the neurons.
Whether a subspace is realised is decided by exact linear algebra in every cell
(`symerm.attainability.realised`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from symerm.arithmetic.linalg import rank
from symerm.arrangements.secants import hidden_spaces
from symerm.arrangements.symmetries import affine_symmetries
from symerm.attainability.realised import HiddenVectors, IntVector, Pencil, RatioInterval
from symerm.attainability.strata_cells import cell_families
from symerm.attainability.strata_families import Family, normal_line
from symerm.attainability.strata_line import line_families
from symerm.attainability.subspaces import find_plane_outside
from symerm.display import RichDisplay, Table, enumeration, listing
from symerm.errors import BudgetExceeded, InputError
from symerm.networks.shallow import ShallowNetwork
from symerm.problem.architecture import Architecture

__all__ = ["StrataTable", "Stratum", "strata_table"]

Rows = Sequence[Sequence[Fraction | int]]


@dataclass(frozen=True)
class Stratum:
    """One boundary stratum, up to symmetry.

    Attributes
    ----------
    kind, words, symbols : str
        See `symerm.attainability.strata_families.Family`.
    dimension : int
        Number of free parameters of its subspaces.
    cases : int
        How many strata it stands for.
    sample : str
        How the parameters other than the ratio y1/y0 were chosen; empty if there are none, and
        then the whole stratum is decided.
    pencil : Pencil
        The subspaces that were decided.
    realised : tuple of RatioInterval
        The ratios y1/y0 whose subspace is the span of d neurons.
    witness : (ratio, network) or None
        A network whose neurons span the subspace of a ratio.
    outside : (ratio, neurons) or None
        A ratio whose subspace is not realised, and neurons that span all that is.
    """

    kind: str
    words: str
    symbols: str
    dimension: int
    cases: int
    sample: str
    pencil: Pencil
    realised: tuple[RatioInterval, ...]
    witness: tuple[Fraction, ShallowNetwork] | None
    outside: tuple[Fraction, tuple[IntVector, ...]] | None

    @property
    def status(self) -> str:
        """``"inside"``, ``"partly"`` or ``"outside"`` the image, for the subspaces decided."""
        if self.outside is None:
            return "inside"
        return "partly" if self.realised else "outside"


@dataclass(frozen=True)
class StrataTable(RichDisplay):
    """The boundary strata of a dataset, and whether every response has a minimiser.

    Attributes
    ----------
    inputs : distinct inputs, in the order of their first appearance
    architecture : Architecture
    outputs : int
        Number q of outputs.
    strata : tuple of Stratum
    complete : bool
        Whether it is proved that there are no others.
    omitted : int
        Number of strata, counted before symmetry, beyond the limit.
    cells : int
        Number of activation patterns, all examined for each decision.
    symmetries : int
        Number of affine symmetries divided out, the identity counted.
    every_response : str
        ``"yes"``, ``"no"`` or ``"undecided"``.
    reason : str
    response : tuple of n rows of q integers, or None
        For "no": responses, for all inputs as given, with infimum 0 that no network attains.
    """

    inputs: tuple[tuple[Fraction, ...], ...]
    architecture: Architecture
    outputs: int
    strata: tuple[Stratum, ...]
    complete: bool
    omitted: int
    cells: int
    symmetries: int
    every_response: str
    reason: str
    response: tuple[tuple[int, ...], ...] | None = None

    def _display(self) -> Table:
        """The strata with the answer as caption, for notebooks."""
        words = self.reason
        if self.response is not None:
            rows = enumeration([str(row) for row in self.response])
            words = f"for the responses {rows} the infimum 0 is not attained"
        return listing(
            ["what merges", "subspaces", "dim", "cases", "image"],
            self.strata,
            lambda stratum: [
                stratum.words,
                stratum.symbols,
                str(stratum.dimension),
                str(stratum.cases),
                stratum.status,
            ],
            caption=f"every response has a minimiser: {self.every_response}; {words}",
        )


def strata_table(
    inputs: Rows, architecture: Architecture, *, outputs: int, limit: int = 2000
) -> StrataTable:
    """All boundary strata of a dataset and architecture, as far as they are known.

    Parameters
    ----------
    inputs : n rows of p rationals; repeated inputs count once
    architecture : Architecture
    outputs : int
        Number q of outputs.
    limit : int
        Largest number of cells or faces, beyond which there is no table, and of strata, beyond
        which the rest is omitted.

    Raises
    ------
    InputError
        If there are no inputs, they differ in length, or `outputs` is not positive.
    UnsupportedError
        If the activation is not piecewise linear.

    Examples
    --------
    >>> table = strata_table([(k,) for k in range(4)], Architecture(2), outputs=2)
    >>> for stratum in table.strata:
    ...     print(stratum.symbols, stratum.status, stratum.cases)
    span(rho_2, y0*s - y1*rho_3) partly 2
    span(s, y0*lambda_3 + y1*rho_2) inside 1
    >>> table.every_response, table.response
    ('no', ((0, 0), (0, 1), (1, 2), (2, 1)))
    """
    if isinstance(outputs, bool) or not isinstance(outputs, int) or outputs < 1:
        raise InputError(f"the number of outputs must be a positive integer, not {outputs!r}")
    points = tuple(dict.fromkeys(tuple(map(Fraction, row)) for row in inputs))
    try:
        vectors = HiddenVectors.of(points, architecture, limit=limit)
    except BudgetExceeded as error:
        return _without_strata(points, architecture, outputs, 0, "undecided", str(error))
    cells = len(vectors.cells)
    reason = _closed(points, vectors, outputs)
    if reason is not None:
        return _without_strata(points, architecture, outputs, cells, "yes", reason)
    on_line = len(points[0]) == 1
    if not on_line and architecture.width > 2:
        return _without_strata(
            points, architecture, outputs, cells, "undecided",
            "three or more neurons with several inputs: the strata are not known",
        )
    try:
        families = line_families(vectors) if on_line else cell_families(vectors, limit=limit)
    except BudgetExceeded as error:
        return _without_strata(points, architecture, outputs, cells, "undecided", str(error))
    omitted = max(0, len(families) - limit)
    families = families[:limit]
    symmetries = affine_symmetries(points, hidden_bias=architecture.hidden_bias)
    strata = tuple(
        _decided(vectors, family, cases)
        for family, cases in _up_to_symmetry(vectors, families, symmetries)
    )
    known = architecture.width == 2 or (architecture.width == 3 and architecture.output_bias)
    complete = on_line and known and not omitted
    verdict, reason, response = _every_response(vectors, strata, outputs, complete)
    if response is not None:
        place = dict(zip(points, response, strict=True))
        response = tuple(place[tuple(map(Fraction, row))] for row in inputs)
    return StrataTable(
        points, architecture, outputs, strata, complete, omitted, cells, len(symmetries), verdict,
        reason, response,
    )


def _without_strata(
    points: tuple[tuple[Fraction, ...], ...], architecture: Architecture, outputs: int,
    cells: int, verdict: str, reason: str,
) -> StrataTable:
    return StrataTable(
        points, architecture, outputs, (), verdict == "yes", 0, cells, 1, verdict, reason
    )


def _closed(
    points: tuple[tuple[Fraction, ...], ...], vectors: HiddenVectors, outputs: int
) -> str | None:
    """Why the image is closed for any reason that needs no list of strata, or None."""
    architecture, count = vectors.architecture, len(points)
    if outputs == 1:
        return "one output: the image of the weights is a finite union of polyhedral cones"
    if architecture.width == 1:
        return "one neuron: the image of the weights is closed"
    if architecture.hidden_bias and architecture.output_bias and rank(vectors.forms) == count:
        return "affinely independent inputs: the image is all matrices of bounded rank"
    if len(points[0]) == 1 and not architecture.hidden_bias:
        return "one input without hidden bias: finitely many activation vectors up to scale"
    spaces = hidden_spaces(points, architecture)
    needed = count - len(vectors.constants)
    if needed <= architecture.width and vectors.rank(
        [row for space in spaces for row in space]
    ) == needed:
        return f"{needed} independent activation vectors fit every response exactly"
    return None


def _up_to_symmetry(
    vectors: HiddenVectors, families: Sequence[Family], symmetries: Sequence[tuple[int, ...]]
) -> list[tuple[Family, int]]:
    """One family of each orbit, and the size of the orbit."""
    line = len(vectors.forms[0]) == 1 + int(vectors.architecture.hidden_bias)

    def moved(form: object, permutation: tuple[int, ...]) -> object:
        if isinstance(form, frozenset):
            return frozenset(moved(part, permutation) for part in form)
        if not isinstance(form, tuple):
            return form
        if not form or not isinstance(form[0], int):
            return tuple(moved(part, permutation) for part in form)
        values = [0] * len(form)
        for position, value in zip(permutation, form, strict=True):
            values[position] = value
        # On the line the vectors stand for lines; otherwise they are signs or units.
        return normal_line(vectors, values) if line else tuple(values)

    found: dict[object, list[Family]] = {}
    for family in families:
        images = {moved(family.forms, permutation) for permutation in symmetries}
        orbit = next((image for image in images if image in found), family.forms)
        found.setdefault(orbit, []).append(family)
    return [(orbit[0], len(orbit)) for orbit in found.values()]


def _decided(vectors: HiddenVectors, family: Family, cases: int) -> Stratum:
    pencil = family.pencil
    realised = vectors.realised_ratios(pencil)
    witness = outside = None
    if realised:
        ratio = _plainest(realised)
        witness = (ratio, vectors.network(vectors.neurons_in(pencil.space(ratio))))
    missed = _complement(realised)
    if missed:
        # The gaps are open: their plainest inner ratio, never an end.
        ratio = _plainest(missed)
        outside = (ratio, tuple(vectors.neurons_in(pencil.space(ratio))))
    return Stratum(
        family.kind, family.words, family.symbols, family.dimension, cases, family.sample,
        pencil, realised, witness, outside,
    )


def _plainest(intervals: Sequence[RatioInterval]) -> Fraction:
    """1 if that lies strictly inside an interval, else an inner ratio of the first."""
    one = Fraction(1)
    inside = any(i.low < one and (i.high is None or one < i.high) for i in intervals)
    return one if inside else intervals[0].ratio


def _complement(intervals: Sequence[RatioInterval]) -> list[RatioInterval]:
    """The gaps between closed intervals; their ends do not belong to them."""
    gaps: list[RatioInterval] = []
    low: Fraction | None = Fraction(0)
    for interval in intervals:
        if low is not None and low < interval.low:
            gaps.append(RatioInterval(low, interval.low))
        low = interval.high
    if low is not None:
        gaps.append(RatioInterval(low, None))
    return gaps


def _every_response(
    vectors: HiddenVectors, strata: Sequence[Stratum], outputs: int, complete: bool
) -> tuple[str, str, tuple[tuple[int, ...], ...] | None]:
    """Whether every response has a minimiser, why, and a response if one has none."""
    width = vectors.architecture.width
    lost = [(k, s, s.outside[0]) for k, s in enumerate(strata, start=1) if s.outside is not None]
    if not lost:
        sampled = any(stratum.sample for stratum in strata)
        if complete and not sampled:
            return "yes", "every boundary stratum lies inside the image", None
        return "undecided", (
            "no stratum in the list was seen to leave the image, but "
            + ("parameters were sampled" if sampled else "the list is not proved complete")
        ), None
    if outputs >= width:
        k, stratum, ratio = lost[0]
        columns = stratum.pencil.space(ratio)
        zeros = ((0,) * len(vectors.forms),) * (outputs - width)
        return "no", (
            f"stratum {k} at y1/y0 = {ratio}: no network reaches its subspace, and the response "
            "below, a basis of it, has infimum 0 but no minimiser"
        ), tuple(zip(*columns, *zeros, strict=True))
    if width == 3 and len(vectors.forms[0]) == 2 and vectors.architecture.hidden_bias:
        for k, stratum, ratio in lost:
            plane = find_plane_outside(vectors, stratum.pencil.space(ratio))
            if plane is not None:
                return "no", (
                    f"stratum {k} at y1/y0 = {ratio}: the response below lies in its subspace "
                    "and in no realised one, so it has infimum 0 but no minimiser"
                ), tuple(zip(*plane, strict=True))
    return "undecided", (
        f"{outputs} outputs are fewer than {width} neurons, and no response outside all realised "
        "subspaces was found in the strata outside the image"
    ), None
