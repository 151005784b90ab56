"""Values of options: the forms of a box and what is refused."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symerm.cli.values import parse_box, parse_format
from symerm.errors import InputError

ends = st.builds(Fraction, st.integers(-99, 99), st.integers(1, 9))


@given(st.lists(st.tuples(ends, ends).filter(lambda side: side[0] < side[1]), min_size=1))
def test_a_box_is_read_as_it_is_written(sides) -> None:
    text = ",".join(f"{low}:{high}" for low, high in sides)
    assert parse_box("--domain", text, len(sides)) == tuple(sides)
    assert parse_box("--domain", f" {text} ".replace(":", " : "), 0) == tuple(sides)


def test_one_side_serves_all_coordinates() -> None:
    assert parse_box("--domain", "-.5:1e1", 3) == ((Fraction(-1, 2), Fraction(10)),) * 3
    assert parse_box("--domain", None, 3) is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "'' is no side LO:HI"),
        ("1", "'1' is no side LO:HI"),
        ("0:1:2", "'0:1:2' is no side LO:HI"),
        ("0:1,,0:1", "'' is no side LO:HI"),
        ("0:1,0:1,0:1", "the box has 3 sides but there are 2 inputs"),
        ("1:0", "the left end 1 must be smaller than the right end 0"),
        ("1:1", "the left end 1 must be smaller than the right end 1"),
        ("0:inf", "not a finite number"),
        (":1", "empty value"),
        ("1/0:2", "denominator zero"),
    ],
)
def test_what_is_no_box_is_refused_in_one_line(text, message) -> None:
    with pytest.raises(InputError) as caught:
        parse_box("--domain", text, 2)
    assert str(caught.value).startswith("--domain: ")
    assert message in str(caught.value)


@pytest.mark.parametrize("style", ["text", "latex", "html", "json"])
def test_json_is_one_of_the_forms_and_has_an_option_of_its_own(style) -> None:
    assert parse_format(style, False) == style
    assert parse_format(style, True) == "json"


def test_what_is_no_form_is_refused_even_beside_json() -> None:
    assert parse_format("dot", False, more=["dot"]) == "dot"
    for more, names in (((), "json"), (("tikz",), "json, tikz")):
        with pytest.raises(InputError) as caught:
            parse_format("dot", True, more=more)
        assert str(caught.value) == (
            f"--format: there is no format 'dot'; use text, latex, html, {names}"
        )
