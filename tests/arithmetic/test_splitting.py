"""Cutting cones by hyperplanes: both descriptions against brute force."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from symerm.arithmetic.linalg import nullspace, primitive, rank
from symerm.arithmetic.splitting import half_space, split_cone


def dot(left, right):
    return sum(x * y for x, y in zip(left, right, strict=True))


def cells(dimension, forms):
    """All cones that arise when the forms cut the half-space one after the other."""
    parts = [half_space(dimension)]
    for form in forms:
        parts = [
            piece
            for part in parts
            for piece in (split_cone(part, form) if any(form) else (part,))
            if piece is not None
        ]
    return parts


def extreme_rays(dimension, inequalities):
    """Rays of a pointed cone by brute force: tight on dimension - 1 independent inequalities."""
    found = set()
    for chosen in combinations(inequalities, dimension - 1):
        if rank(chosen) < dimension - 1:
            continue
        (direction,) = nullspace(chosen)
        for candidate in (primitive(direction), primitive([-x for x in direction])):
            if all(dot(form, candidate) >= 0 for form in inequalities):
                found.add(candidate)
    return found


arrangements = st.integers(2, 4).flatmap(
    lambda m: st.tuples(
        st.just(m),
        st.lists(st.tuples(*[st.integers(-2, 2)] * m), min_size=1, max_size=5),
    )
)


@given(arrangements)
def test_both_descriptions_belong_together(arrangement):
    dimension, forms = arrangement
    for cone in cells(dimension, forms):
        for facet in cone.facets:
            assert all(dot(facet, line) == 0 for line in cone.lines)
            assert all(dot(facet, ray) >= 0 for ray in cone.rays)
            on_facet = [ray for ray in cone.rays if not dot(facet, ray)]
            # A facet has codimension one; this is what "irredundant" means.
            assert rank([*on_facet, *cone.lines, (0,) * dimension]) == dimension - 1
            assert dot(facet, cone.interior_point) > 0
        if not cone.lines:
            units = [form for form in forms if any(form)]
            signed = [form if dot(form, cone.interior_point) > 0 else tuple(-x for x in form)
                      for form in units]
            infinity = (0,) * (dimension - 1) + (1,)
            rays = extreme_rays(dimension, [infinity, *signed])
            assert set(cone.rays) == rays
            assert len(cone.rays) == len(rays)


@given(arrangements)
def test_parts_lie_on_the_right_sides(arrangement):
    dimension, (*forms, last) = arrangement
    for cone in cells(dimension, forms):
        below, above = split_cone(cone, last)
        generators = [*cone.rays, *cone.lines, *(tuple(-x for x in line) for line in cone.lines)]
        assert (above is not None) == any(dot(last, g) > 0 for g in generators)
        assert (below is not None) == any(dot(last, g) < 0 for g in generators)
        if above is not None:
            assert dot(last, above.interior_point) > 0
        if below is not None:
            assert dot(last, below.interior_point) < 0
        if (above is None) != (below is None):
            assert (above or below) is cone


def test_rays_on_many_common_facets_need_not_be_adjacent():
    # The cone over the join of two squares: opposite corners of one square lie on four common
    # facets, as many as adjacent rays do in dimension six, and yet span no face.
    square = [(1, 0, 1), (-1, 0, 1), (0, 1, 1), (0, -1, 1)]
    facets = [(*f, 0, 0, 0) for f in square] + [(0, 0, 0, *f) for f in square]
    cone = half_space(6)
    for facet in facets:
        _, above = split_cone(cone, facet)
        assert above is not None
        cone = above
    assert set(cone.facets) == set(facets)
    assert set(cone.rays) == extreme_rays(6, facets)
    # It separates the corner (1, 1) of the first square from the other three.
    cut = (2, 2, -3, 0, 0, 0)
    for part, sign in zip(split_cone(cone, cut), (-1, 1), strict=True):
        assert part is not None
        rays = extreme_rays(6, [*facets, tuple(sign * entry for entry in cut)])
        assert sorted(part.rays) == sorted(rays)


def test_the_zero_form_cuts_nothing():
    assert split_cone(half_space(3), (0, 0, 0)) == (None, None)
