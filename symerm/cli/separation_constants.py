"""``symerm separation constants``: the guarantee of the separation theorem in numbers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from symerm.cli.interrupts import loading
from symerm.cli.values import parse_choice, parse_count, parse_format, parse_positive
from symerm.errors import InputError
from symerm.files import require_writable

if TYPE_CHECKING:
    from symerm.separation.assumptions import RadialLaw

__all__ = ["constants"]

_LAWS = ("heavy-tailed", "two-spheres")


def constants(
    dimension: Annotated[str, typer.Option(metavar="D", help="Dimension of the inputs, >= 2.")],
    eps: Annotated[str, typer.Option(metavar="E", help="Risk to reach, in (0, 1).")],
    delta: Annotated[
        str, typer.Option(metavar="P", help="Probability of failure, in (0, 1).")
    ] = "1/100",
    radius: Annotated[
        str, typer.Option(metavar="L", help="Radius of the ball, in [1, 2].")
    ] = "3/2",
    law: Annotated[
        str | None,
        typer.Option(metavar="|".join(_LAWS), help="Law that C, q and c are certified for."),
    ] = None,
    scale: Annotated[
        str, typer.Option(metavar="A", help="Constant a of the heavy-tailed law.")
    ] = "1",
    c_mass: Annotated[
        str | None, typer.Option(metavar="C", help="P(|x| <= 2) >= C, instead of the law's.")
    ] = None,
    density_bound: Annotated[
        str | None,
        typer.Option(metavar="Q", help="Bound of the density of |x|, instead of the law's."),
    ] = None,
    tail: Annotated[
        str | None, typer.Option(metavar="C", help="t P(|x| >= t) <= c, instead of the law's.")
    ] = None,
    width: Annotated[
        str | None, typer.Option(metavar="R", help="Number of neurons, >= 12000^4.")
    ] = None,
    step_size: Annotated[
        str | None, typer.Option(metavar="ETA", help="Step size. [default: 1/(2 r)]")
    ] = None,
    plot: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Draw both laws; .png, .svg or .pdf."),
    ] = None,
    style: Annotated[
        str, typer.Option("--format", metavar="text|latex|html|json", help="Form of the report.")
    ] = "text",
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
) -> int:
    """Compute what the separation theorem asks for, and how far practice is from it.

    Width, rate, steps, number of points, memory and time of the guarantee for ball indicators
    under radial data. C, q and c are certified for a law, or given: without --law all three are
    needed.

    Exit code 0: the constants are printed; 2: bad input or usage.

    \b
    Example:
      symerm separation constants --law heavy-tailed --dimension 20 --eps 1/10
      symerm separation constants --dimension 20 --eps 1/10 --c-mass 1 --density-bound 3 --tail 1
    """
    style = parse_format(style, as_json)
    if law is not None:
        parse_choice("--law", law, _LAWS)
    given = [
        None if text is None else parse_positive(option, text)
        for option, text in (
            ("--c-mass", c_mass), ("--density-bound", density_bound), ("--tail", tail)
        )
    ]
    if law is None and None in given:
        raise InputError("give --law, or all of --c-mass, --density-bound and --tail")
    count, stretch = parse_count("--dimension", dimension), parse_positive("--scale", scale)
    numbers = [
        parse_positive(option, text)
        for option, text in (("--radius", radius), ("--eps", eps), ("--delta", delta))
    ]
    neurons = None if width is None else parse_count("--width", width)
    step = None if step_size is None else parse_positive("--step-size", step_size)
    if plot is not None:
        from symerm.reports.figures import plot_format

        plot_format(plot)
        require_writable(plot)
    with loading():
        from symerm.reports.separation_constants import format_guarantee, guarantee_to_json
        from symerm.separation.assumptions import check_assumptions
        from symerm.separation.constants import guarantee
        from symerm.separation.heavy_tailed import HeavyTailed
        from symerm.separation.two_spheres import TwoSpheres

    laws: dict[str, RadialLaw] = {}
    if law is not None or plot is not None:
        laws = {"heavy-tailed": HeavyTailed(count, stretch), "two-spheres": TwoSpheres(count)}
    wanted = _LAWS if plot is not None else [name for name in _LAWS if name == law]
    checked = {name: check_assumptions(laws[name]) for name in wanted}
    assumptions = None if law is None else checked[law]
    if assumptions is not None and None in given:
        given = [
            certified if value is None else value
            for value, certified in zip(given, assumptions.constants, strict=True)
        ]
    mass, bound, far = (value for value in given if value is not None)
    found = guarantee(
        dimension=count, radius=numbers[0], eps=numbers[1], delta=numbers[2],
        mass=mass, density_bound=bound, tail=far, width=neurons, step_size=step,
    )
    if plot is not None:
        with loading():
            from symerm.reports.separation_constants_plot import write_laws_plot

        write_laws_plot(list(checked.values()), float(numbers[0]), plot)
    if style == "json":
        print(json.dumps(guarantee_to_json(found, assumptions)))
    else:
        print(format_guarantee(found, assumptions, style=style))
    return 0
