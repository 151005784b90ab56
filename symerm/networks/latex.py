r"""LaTeX of networks and of their piecewise-linear forms, in plain amsmath.

Three views of one function: the network as the formula c + sum_j v_j act(<a_j, x> + b_j) (layers
as matrices when there are more than two), its piecewise form on the line as a ``cases``
environment with exact kinks, and its chambers as ``cases`` over systems of linear inequalities.
The results are the insides of a display: no dollar signs and no environment around them.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from symerm.arithmetic.rationals import format_rational
from symerm.networks.chambers import Chamber, network_chambers
from symerm.networks.deep import DeepNetwork, Layer
from symerm.networks.piecewise import PiecewiseLinearFunction, piecewise_linear_function
from symerm.networks.shallow import ShallowNetwork
from symerm.problem.architecture import Activation

__all__ = ["chambers_latex", "network_latex", "piecewise_latex", "rational_latex"]

Vector = tuple[Fraction, ...]

_SMOOTH = {
    "quadratic": "z^{2}",
    "logistic": r"\frac{1}{1 + e^{-z}}",
    "tanh": r"\tanh z",
    "erf": r"\operatorname{erf} z",
}


def rational_latex(value: Fraction) -> str:
    r"""A rational number as an integer or a ``\frac``.

    Examples
    --------
    >>> print(rational_latex(Fraction(-3, 2)), rational_latex(Fraction(4)))
    -\frac{3}{2} 4
    """
    sign = "-" if value < 0 else ""
    numerator, slash, denominator = format_rational(abs(value)).partition("/")
    return sign + (rf"\frac{{{numerator}}}{{{denominator}}}" if slash else numerator)


def network_latex(network: ShallowNetwork | DeepNetwork, *, name: str = r"\nu") -> str:
    r"""The network as a formula, with the definition of the activation where it is not max(z, 0).

    Examples
    --------
    >>> one = Fraction(1)
    >>> network = ShallowNetwork(((one, -2 * one),), (one / 2,), ((-one,),), (3 * one,))
    >>> print(network_latex(network))
    \nu(x_{1}, x_{2}) = 3 - \max\left(x_{1} - 2 x_{2} + \frac{1}{2}, 0\right)
    """
    names = _variables(network.input_dimension)
    head = rf"{name}({', '.join(names)})" if names else name
    if isinstance(network, ShallowNetwork):
        body = _shallow_sum(network, names)
        # A sum of max(.., 0) explains itself.
        definition = "" if network.activation.kind == "relu" else _definition(network.activation)
    else:
        body = _layers(network.layers, names)
        definition = _definition(network.activation)
    return f"{head} = {body}{definition}"


def piecewise_latex(
    network: ShallowNetwork | DeepNetwork | PiecewiseLinearFunction, *, name: str = r"\nu"
) -> str:
    r"""The piecewise form of a network with one input as a ``cases`` environment.

    Several outputs stand in one column vector per piece.

    Raises
    ------
    UnsupportedError, BudgetExceeded
        As `symerm.networks.piecewise.piecewise_linear_function`.

    Examples
    --------
    >>> one, zero = Fraction(1), Fraction(0)
    >>> hinge = ShallowNetwork(((2 * one,),), (-one,), ((one,),), (zero,))
    >>> print(piecewise_latex(hinge))
    \nu(x) = \begin{cases}
    0 & \text{if } x \le \frac{1}{2} \\
    2 x - 1 & \text{if } \frac{1}{2} \le x
    \end{cases}
    """
    form = (
        network
        if isinstance(network, PiecewiseLinearFunction)
        else piecewise_linear_function(network)
    )
    rows = []
    for piece in form.pieces():
        value = _column(
            [
                _affine_latex((slope,) if slope else (), intercept, ["x"])
                for slope, intercept in zip(piece.slope, piece.intercept, strict=True)
            ]
        )
        lower = "" if piece.lower is None else rf"{rational_latex(piece.lower)} \le "
        upper = "" if piece.upper is None else rf" \le {rational_latex(piece.upper)}"
        rows.append((value, f"{lower}x{upper}"))
    return f"{name}(x) = {_cases(rows)}"


def chambers_latex(
    network: ShallowNetwork | DeepNetwork | Sequence[Chamber], *, name: str = r"\nu"
) -> str:
    r"""The chambers of a network as a ``cases`` environment: affine map, then inequalities.

    Parameters
    ----------
    network : ShallowNetwork, DeepNetwork or sequence of Chamber

    Raises
    ------
    UnsupportedError, BudgetExceeded
        As `symerm.networks.chambers.network_chambers`.

    Examples
    --------
    >>> one, zero = Fraction(1), Fraction(0)
    >>> hinge = ShallowNetwork(((one, -one),), (zero,), ((one / 3,),), (one,))
    >>> print(chambers_latex(hinge))
    \nu(x_{1}, x_{2}) = \begin{cases}
    1 & \text{if } x_{1} - x_{2} \le 0 \\
    \frac{1}{3} x_{1} - \frac{1}{3} x_{2} + 1 & \text{if } x_{1} - x_{2} \ge 0
    \end{cases}
    """
    chambers = (
        network_chambers(network)
        if isinstance(network, (ShallowNetwork, DeepNetwork))
        else tuple(network)
    )
    names = _variables(len(chambers[0].witness))
    head = rf"{name}({', '.join(names)})" if names else name
    rows = []
    for chamber in chambers:
        value = _column(
            [
                _affine_latex(row, offset, names)
                for row, offset in zip(chamber.matrix, chamber.offset, strict=True)
            ]
        )
        conditions = [
            _inequality(normal, offset, names)
            for normal, offset in zip(chamber.normals, chamber.offsets, strict=True)
        ]
        rows.append((value, r",\ ".join(conditions)))
    return f"{head} = {_cases(rows)}"


def _variables(count: int) -> list[str]:
    return ["x"] if count == 1 else [f"x_{{{k}}}" for k in range(1, count + 1)]


def _cases(rows: Sequence[tuple[str, str]]) -> str:
    if len(rows) == 1:
        return rows[0][0]
    lines = " \\\\\n".join(rf"{value} & \text{{if }} {condition}" for value, condition in rows)
    return f"\\begin{{cases}}\n{lines}\n\\end{{cases}}"


def _inequality(normal: Vector, offset: Fraction, names: Sequence[str]) -> str:
    """<n, x> + o >= 0 with the constant on the right and a positive first coefficient."""
    leading = next(entry for entry in normal if entry)
    relation = r"\ge" if leading > 0 else r"\le"
    sign = 1 if leading > 0 else -1
    left = _affine_latex(tuple(sign * entry for entry in normal), Fraction(0), names)
    return rf"{left} {relation} {rational_latex(-sign * offset)}"


def _affine_latex(weights: Vector, constant: Fraction, names: Sequence[str]) -> str:
    terms = [
        (weight, name) for weight, name in zip(weights, names, strict=False) if weight
    ]
    parts = [(weight < 0, _times(abs(weight), name)) for weight, name in terms]
    if constant or not parts:
        parts.append((constant < 0, rational_latex(abs(constant))))
    return _signed_sum(parts)


def _times(factor: Fraction, name: str) -> str:
    return name if factor == 1 else f"{rational_latex(factor)} {name}"


def _signed_sum(parts: Sequence[tuple[bool, str]]) -> str:
    """The sum of terms given as (is it subtracted, its absolute value)."""
    first, *rest = parts
    text = f"-{first[1]}" if first[0] else first[1]
    return text + "".join(f" {'-' if negative else '+'} {term}" for negative, term in rest)


def _column(entries: Sequence[str]) -> str:
    return entries[0] if len(entries) == 1 else _matrix([[entry] for entry in entries])


def _matrix(rows: Sequence[Sequence[str]]) -> str:
    body = r" \\ ".join(" & ".join(row) for row in rows)
    return rf"\begin{{pmatrix}} {body} \end{{pmatrix}}"


def _shallow_sum(network: ShallowNetwork, names: Sequence[str]) -> str:
    parts: list[tuple[bool, str]] = []
    if any(network.output_biases):
        biases = network.output_biases
        if len(biases) == 1:
            parts.append((biases[0] < 0, rational_latex(abs(biases[0]))))
        else:
            parts.append((False, _column([rational_latex(bias) for bias in biases])))
    for weights, bias, outputs in zip(
        network.hidden_weights, network.hidden_biases, network.output_weights, strict=True
    ):
        if not any(outputs):
            continue
        argument = _affine_latex(weights, bias, names)
        neuron = (
            rf"\max\left({argument}, 0\right)"
            if network.activation.kind == "relu"
            else rf"\rho\left({argument}\right)"
        )
        if len(outputs) == 1:
            parts.append((outputs[0] < 0, _times(abs(outputs[0]), neuron)))
        else:
            parts.append(
                (False, f"{_column([rational_latex(entry) for entry in outputs])} {neuron}")
            )
    if parts:
        return _signed_sum(parts)
    return _column(["0"] * network.output_dimension)


def _layers(layers: Sequence[Layer], names: Sequence[str]) -> str:
    inner = _column(names) if names else ""
    for number, layer in enumerate(layers):
        if number:
            inner = rf"\rho\left({inner}\right)"
        weights = [[rational_latex(entry) for entry in row] for row in layer.weights]
        terms = [f"{_matrix(weights)} {inner}"] if layer.input_dimension else []
        if any(layer.biases) or not terms:
            terms.append(_matrix([[rational_latex(bias)] for bias in layer.biases]))
        inner = " + ".join(terms)
    return inner


def _definition(activation: Activation) -> str:
    if activation.kind == "relu":
        body = r"\max(z, 0)"
    elif activation.kind == "leaky":
        body = rf"\max\left(z, {rational_latex(activation.negative_slope)} z\right)"
    else:
        body = _SMOOTH[activation.kind]
    return rf", \quad \rho(z) = {body}"
