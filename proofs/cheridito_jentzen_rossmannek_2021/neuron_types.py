"""Which types a neuron x -> w x + b on [T0, T1] turns into when (w, b) changes a little.

A type is a set of signs of (w T0 + b, w T1 + b, w); as w |T| is the difference of the first two
numbers, 13 combinations of signs occur.  Near a neuron with signs F there are exactly the neurons
with signs G that agree with F where F is not zero: signs that are not zero stay, and u + eps u'
with u of signs F and u' of signs G has the signs G for small eps > 0.

What is proved: the list of types that each type turns into, for every interval.
"""

from __future__ import annotations

from itertools import product

from steps import prove

Signs = tuple[int, int, int]


def occurs(signs: Signs) -> bool:
    """Whether numbers z0, z1 and z1 - z0 with these signs exist."""
    first, second, rise = signs
    if first == second:
        return bool(first) or rise == 0
    return rise == (1 if second > first else -1)


def name(signs: Signs) -> str:
    first, second, w = signs
    if (first, second) == (0, 0):
        return "degenerate"
    if max(first, second) < 0:
        return "inactive"
    if max(first, second) == 0:
        return f"semi-inactive at {'T0' if first == 0 else 'T1'}"
    if min(first, second) < 0:
        return f"type-2-active, facing {'right' if w > 0 else 'left'}"
    if 0 in (first, second):
        return f"type-1-active, kink at {'T0' if first == 0 else 'T1'}"
    return "semi-active" if w == 0 else f"type-1-active, w {'>' if w > 0 else '<'} 0"


def main() -> None:
    faces = [signs for signs in product((-1, 0, 1), repeat=3) if occurs(signs)]
    names = {name(face) for face in faces}
    prove("13 combinations of signs occur, in 11 types", len(faces) == 13, len(names) == 11)
    reached: dict[str, set[str]] = {}
    for face, other in product(faces, repeat=2):
        if all(one in (0, two) for one, two in zip(face, other, strict=True)):
            reached.setdefault(name(face), set()).add(name(other))
    stated = {
        "semi-active": {"type-1-active, w > 0", "type-1-active, w < 0"},
        "semi-inactive at T0": {"inactive", "type-2-active, facing left"},
        "semi-inactive at T1": {"inactive", "type-2-active, facing right"},
        "type-1-active, kink at T0": {"type-1-active, w > 0", "type-2-active, facing right"},
        "type-1-active, kink at T1": {"type-1-active, w < 0", "type-2-active, facing left"},
        "degenerate": names,
    }
    prove(
        "a small change keeps the type, or leads from semi-active, semi-inactive, type-1-active"
        " with a kink at an end and degenerate neurons to the types listed",
        *[reached[each] == {each} | stated.get(each, set()) for each in sorted(names)],
    )


if __name__ == "__main__":
    main()
