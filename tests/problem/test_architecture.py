"""Architectures: what width is taken."""

import pytest

from symerm.errors import InputError
from symerm.problem.architecture import MAX_WIDTH, Architecture


@pytest.mark.parametrize("width", [1, MAX_WIDTH])
def test_a_width_within_the_limit_is_taken(width) -> None:
    assert Architecture(width).width == width


@pytest.mark.parametrize(
    ("width", "message"),
    [
        (0, "must be a positive integer, not 0"),
        (True, "must be a positive integer, not True"),
        (2.0, "must be a positive integer, not 2.0"),
        (MAX_WIDTH + 1, f"must be at most {MAX_WIDTH}"),
        (10**1000, f"must be at most {MAX_WIDTH}"),
    ],
)
def test_any_other_width_is_refused(width, message) -> None:
    with pytest.raises(InputError, match=message):
        Architecture(width)
