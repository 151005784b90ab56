"""Independent checker of symerm certificates: one file, standard library only, no search.

    python checker.py CERTIFICATE [DATA]

prints ``VALID verdict lower upper``, ``INVALID reason`` or ``MALFORMED reason`` and exits with 0, 1
or 2.  With DATA (CSV or JSON) the claim's data must be what that file says.

A certificate claims lower <= infimum <= upper for the sum of squared errors over all networks
c + sum_j v_j act(<a_j, s> + b_j) of one architecture.  The upper bound is the loss of a network in
the file.  The lower bound is proved by steps, one a line, read as a stream: ``["s", slot, i]``
splits a case by the sign of data point i for the neuron of a slot, ``["h", slot, w]`` by the sign
of a linear form w, others close a case.  docs/certificates.md and docs/secants.md prove the
lemmas named below.
"""
# ruff: noqa: B905 (lengths are checked first, or equal by construction)

import csv
import gzip
import io
import json
import re
import sys
import zlib
from collections.abc import Iterable, Sequence
from copy import copy
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import (
    accumulate,
    combinations,
    combinations_with_replacement,
    groupby,
    islice,
    pairwise,
    product,
)
from math import comb, gcd, lcm, prod
from operator import contains, mul
from typing import Any

FORMAT = "symerm-certificate/1"
UNIT = 1 << 20  # mixtures of two lower bounds are multiples of 1/UNIT
MAX_LINE, MAX_TEXT = 1 << 24, 1 << 32  # characters of a line or data file, of a certificate
MAX_ENTRIES = 500_000  # of a line, or cells of a data file
MAX_DIGITS = 10_000  # of an integer in a certificate, characters of a rational
MAX_BITS = 1 << 16  # of a common denominator, or of an entry of a ray
MAX_NUMERAL, MAX_EXPONENT = 2_000, 1_000  # characters and exponent of a number in a data file
MAX_WIDTH, MAX_DIMENSION, MAX_RAYS = 1_000, 250, 5_000  # neurons, their space, rays of a cone
MAX_CELLS, MAX_PIECES, MAX_VERTICES = 20_000, 5_000, 1_000  # of a cover by simplicial cones
MAX_FACTORS, MAX_TENSOR, MAX_TERMS = 8, 128, 1 << 17  # neurons, coordinates, terms
MAX_SUBSETS = 12  # generators whose subsets are looked at
PLACES, MAX_HALVINGS = 192, 300  # bits after the point, halvings of a box of smooth shapes
ONE = 1 << PLACES
SMOOTH = ("logistic", "tanh")
EXPONENT = 6  # bits of an exponent in a packed monomial; degrees are at most 2 MAX_FACTORS
MAX_LIVE = 1 << 24  # words of the cases that wait, and of each cache
FREE_WORK, WORK_RATE = 1 << 28, 32  # operations, and per character and data point
RATIONAL = re.compile(r"(-?[1-9][0-9]*|0)(?:/([1-9][0-9]*))?")
NUMERAL = re.compile(r"(?ai)[+-]?(?:\d+\s*/\s*(\d+)|(?:\d+\.?\d*|\.\d+)(?:E([+-]?\d{1,9}))?)")

Rows = list[list[Fraction]]
Ray = tuple[int, ...]
Table = list[list[int]]
Case = tuple[tuple[int, "Cone"], ...]  # sign and cone of each neuron
Signed = tuple[int, int]  # a vertex and a sign
Piece = tuple[Signed, ...]
Tensor = dict[int, int]  # the entries that are not 0
Slot = tuple[Sequence[int], list[Tensor]]  # axes and generators
Polynomial = dict[int, int]
Terms = list[tuple[int, Tensor]]  # tensors with monomials


class Malformed(Exception):
    """The file is not a certificate, or it is beyond the limits."""


class Invalid(Exception):
    """The certificate does not prove its claim."""


def require(condition: object, reason: str, error: type[Exception] = Malformed) -> None:
    if not condition:
        raise error(reason)


def parse_line(text: str, what: str) -> Any:
    """Parse one canonical JSON text; anything that would be written differently is refused."""
    require(sum(map(text.count, "[{,")) <= MAX_ENTRIES, f"{what}: too many entries")
    try:
        value = json.loads(text)
        canonical = json.dumps(value, sort_keys=True, separators=(",", ":"))
    except (ValueError, RecursionError) as error:
        raise Malformed(f"{what}: not JSON ({str(error)[:80]})") from None
    require(canonical == text, f"{what}: not canonical JSON (order, spaces, keys, numerals)")
    return value


def fields(value: Any, names: str, what: str) -> list[Any]:
    """The values of the keys of an object, which are these in alphabetical order."""
    good = isinstance(value, dict) and sorted(value) == names.split()
    require(good, f"{what} must have the keys {names}")
    return [value[name] for name in sorted(value)]


def integers(value: Any, what: str) -> Any:
    good = isinstance(value, list) and all(type(x) is int for x in value)
    require(good, f"{what} must be a list of integers")
    return value


def rational(text: Any, what: str) -> Fraction:
    match = RATIONAL.fullmatch(text if isinstance(text, str) and len(text) <= MAX_DIGITS else "")
    if not match:
        raise Malformed(f"{what} must be a rational number in a string, such as \"-3/4\"")
    top, bottom = int(match[1]), int(match[2] or 1)
    require(gcd(top, bottom) == 1 and match[2] != "1", f"{what} is not in lowest terms")
    return Fraction(top, bottom)


def matrix(value: Any, what: str) -> Rows:
    good = isinstance(value, list) and all(isinstance(row, list) for row in value)
    require(good and len(set(map(len, value))) == 1, f"{what} must be rows of equal length")
    return [[rational(x, what) for x in row] for row in value]


class Lines:
    """The lines of a certificate, read one by one, compressed or not."""

    def __init__(self, stream: io.BufferedReader) -> None:
        self.room, self.work, self.rate = MAX_TEXT, FREE_WORK, WORK_RATE
        self.count, self.last = 0, False  # steps read; whether the last one was
        packed = stream.peek(2)[:2] == b"\x1f\x8b"
        source = io.BufferedReader(gzip.GzipFile(fileobj=stream)) if packed else stream
        self.text = io.TextIOWrapper(source, "ascii", "strict", newline="\n")

    def next(self) -> str:
        """The next line without its end, or a line end at the end of the file."""
        try:
            line = self.text.readline(MAX_LINE)
        except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
            raise Malformed(f"the file cannot be read ({type(error).__name__})") from None
        self.work += len(line) * self.rate
        self.room -= len(line)
        require(self.room >= 0 and len(line) < MAX_LINE, "the file or a line is too long")
        require(not line or line.endswith("\n"), "the file is cut off")
        return line[:-1] if line else "\n"

    def spend(self, count: int, bits: int = 0) -> None:
        """Charge operations on integers of so many bits: time is linear in text times points."""
        self.work -= count * (1 + (bits >> 6) + (bits >> 9) ** 2)
        require(self.work >= 0, "checking takes more work than the length of the text allows")

    def step(self) -> Any:
        """The next step of the proof."""
        line = "]}" if self.last else self.next()
        require(line != "\n", "the file is cut off")
        ended = line == "]}" and (self.last or not self.count)
        require(not ended, "the proof ends before every case is closed", Invalid)
        self.count += 1
        self.last = not line.endswith(",")
        step = parse_line(line if self.last else line[:-1], f"step {self.count}")
        good = isinstance(step, list) and step and isinstance(step[0], str)
        require(good, f"step {self.count} is not a list that begins with its kind")
        return step

    def finish(self) -> None:
        """Check that the steps and the file end here."""
        if self.count and not self.last:
            self.step()
            raise Invalid("there are steps after every case is closed")
        require(self.next() == "]}", "the list of steps does not end as it should")
        require(self.next() == "\n", "there is text after the end of the certificate")


def numeral(text: str) -> Fraction:
    match = NUMERAL.fullmatch(text.strip() if len(text) <= MAX_NUMERAL else "")
    if not match:
        raise Malformed(f"the data file has {text[:30]!r} where a number is needed")
    require(abs(int(match[2] or 0)) <= MAX_EXPONENT, "the data file has too large an exponent")
    require(int(match[1] or 1), "the data file has a denominator zero")
    return Fraction("".join(text.split()))


def read_data(path: str, groups: list[list[str]]) -> list[Rows]:
    """The inputs and outputs of a data file; a CSV file is read by the columns' names."""
    with open(path, "rb") as stream:
        raw = stream.read(MAX_LINE + 1)
    size = sum(map(raw.count, (b",", b"\n", b"\r", b"[")))
    require(len(raw) <= MAX_LINE and size <= MAX_ENTRIES, "the data file is too large")
    try:
        text = raw.decode("utf-8-sig")
        if text.lstrip()[:1] in ("{", "["):
            return read_json_data(text)
        rows = list(csv.reader(io.StringIO(text, newline=""), skipinitialspace=True))
    except (ValueError, RecursionError, csv.Error) as error:
        raise Malformed(f"the data file is not a table ({type(error).__name__})") from None
    rows = [row for row in rows if len(row) > 1 or (row and row[0].strip())]
    header = [cell.strip() for cell in rows[0]] if rows else []
    place = {name: k for k, name in enumerate(header)}
    good = {len(row) for row in rows} == {len(place)}
    require(good, "the data file has rows of different lengths, or two columns of one name")
    for name in (name for group in groups for name in group):
        require(name in place, f"the data file has no column {name[:40]!r}")
    return [[[numeral(row[place[x]]) for x in group] for row in rows[1:]] for group in groups]


def read_json_data(text: str) -> list[Rows]:
    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        require(len(dict(pairs)) == len(pairs), "the data file gives a member twice")
        return dict(pairs)

    value = json.loads(text, object_pairs_hook=members, parse_float=str, parse_int=str)
    tables = fields(value, "inputs outputs", "the data file")
    require(all(isinstance(rows, list) for rows in tables), "inputs and outputs must be lists")
    tables = [[row if isinstance(row, list) else [row] for row in rows] for rows in tables]
    if any(type(x) is not str for rows in tables for row in rows for x in row):
        raise Malformed("the data file has an entry that is not a number")
    return [[[numeral(x) for x in row] for row in rows] for rows in tables]


def common(rows: Rows, what: str) -> int:
    """The least common denominator of rows of fractions, if it has a sensible size."""
    found = 1
    for denominator in sorted({x.denominator for row in rows for x in row}):
        found = lcm(found, denominator)
        require(found.bit_length() <= MAX_BITS, f"the common denominator of {what} is too large")
    return found


def whole(rows: Rows, scale: int) -> list[list[int]]:
    """Rows of integers: the scale is a multiple of all denominators."""
    return [[x.numerator * (scale // x.denominator) for x in row] for row in rows]


def bits_of(rows: Iterable[Sequence[int]]) -> int:
    """The bits of the largest of some integers."""
    return max((max(max(row), -min(row)).bit_length() for row in rows if row), default=0)


class Problem:
    """Data and architecture in integers: forms f_i, responses tau_i, weights w_i (Lemma 1)."""

    def __init__(self, inputs: Rows, outputs: Rows, architecture: Any, lines: Lines) -> None:
        self.spend, self.best = lines.spend, Fraction(0)  # the loss of the certificate's network
        self.claimed = Fraction(0)  # the upper bound
        lines.rate *= len(inputs)
        self.smooth, slope, self.hidden_bias, self.output_bias, self.width = architecture
        self.off, self.on = slope.as_integer_ratio()
        self.scale, self.output_scale = common(inputs, "the inputs"), common(outputs, "the outputs")
        self.shape = len(inputs[0]), len(outputs[0])
        bits = self.scale.bit_length() + self.output_scale.bit_length()
        self.spend(4 * len(inputs) * sum(self.shape), bits)
        tail = [self.scale] if self.hidden_bias else []
        forms = [tuple(row + tail) for row in whole(inputs, self.scale)]
        self.rows = sorted(zip(forms, whole(outputs, self.output_scale)))
        self.bits = max(bits_of(row) for row in self.rows)
        self.forms, self.weights, means, self.scatter = [], [], [], Fraction(0)
        for form, group in groupby(self.rows, lambda row: row[0]):
            members = [response for _, response in group]
            self.forms.append(form)
            self.weights.append(len(members))
            means.append([Fraction(sum(column), len(members)) for column in zip(*members)])
            if len(members) > 1:
                squares = sum(y * y for response in members for y in response)
                self.scatter += squares - len(members) * sum(y * y for y in means[-1])
        self.scatter /= self.output_scale**2
        means = [[y / self.output_scale for y in row] for row in means]
        self.unit = common(means, "the responses")
        self.targets = whole(means, self.unit)

    def loss(self, hidden: Rows, outgoing: Rows, offset: list[Fraction]) -> Fraction:
        """The sum of squared errors of a network, exact, over one common denominator."""
        if self.smooth:
            return self.smooth_loss(hidden[0], outgoing[0][0], offset[0])
        inner, outer = common(hidden, "the network"), common([*outgoing, offset], "the network")
        factor = inner * self.scale * self.on
        bottom, entries = factor * outer, [*hidden, *outgoing, offset]
        bits = self.bits + bottom.bit_length() + bits_of([x.numerator for x in y] for y in entries)
        self.spend(len(self.rows) * (self.width + 4) * (sum(self.shape) + 2), bits)
        neurons, columns = whole(hidden, inner), list(zip(*whole(outgoing, outer)))
        shifts, total = [x * factor for x in whole([offset], outer)[0]], 0
        for form, response in self.rows:
            values = [sum(map(mul, a, form)) for a in neurons]
            values = [self.on * z if z > 0 else self.off * z for z in values]
            for c, column, target in zip(shifts, columns, response):
                error = self.output_scale * (c + sum(map(mul, values, column))) - bottom * target
                total += error * error
        return Fraction(total, (bottom * self.output_scale) ** 2)

    def smooth_loss(self, hidden: list[Fraction], v: Fraction, c: Fraction) -> Fraction:
        """An upper bound of the loss of a logistic or tanh neuron, exact for v = 0 (Lemma S2)."""
        a, b = hidden
        if self.smooth == "tanh":
            a, b, v, c = 2 * a, 2 * b, 2 * v, c - v
        common([[a, b, c, v]], "the network")
        places = PLACES + 2 * int(abs(v)).bit_length()
        one, total = 1 << places, Fraction(0)
        bits = self.bits + places + bits_of([x.as_integer_ratio() for x in (a, b, c, v)])
        self.spend(128 * len(self.rows), bits)
        for form, (response,) in self.rows:
            z = (a * form[0] + b * self.scale) / self.scale
            error = c - Fraction(response, self.output_scale)
            ends = [error + v * sigma(z, power, one) for power in decay(abs(z), places)]
            total += max(x * x for x in ends)
        return total


def sigma(z: Fraction, power: int, one: int) -> Fraction:
    """The logistic function of z from one * exp(-|z|); monotone in that power."""
    return Fraction(one if z >= 0 else power, one + power)


def parse_architecture(value: Any) -> tuple[str, Fraction, bool, bool, int]:
    names = "activation hidden_bias output_bias width"
    name, hidden_bias, output_bias, width = fields(value, names, "architecture")
    good = type(width) is int and 1 <= width <= MAX_WIDTH
    require(good, f"the width must be an integer from 1 to {MAX_WIDTH}")
    require(type(hidden_bias) is type(output_bias) is bool, "a bias must be true or false")
    leaky = isinstance(name, str) and name.startswith("leaky:")
    slope = rational(name[6:], "the slope") if leaky else Fraction(0)
    good = 0 < slope < 1 if leaky else name in ("relu", *SMOOTH)
    require(good, "the activation must be relu or leaky:p/q with a slope between 0 and 1")
    return (name if name in SMOOTH else ""), slope, hidden_bias, output_bias, width


def parse_data(value: Any) -> tuple[Rows, Rows, list[list[str]]]:
    parts = fields(value, "input_names inputs output_names outputs", "data")
    inputs, outputs = matrix(parts[1], "inputs"), matrix(parts[3], "outputs")
    good = len(inputs) == len(outputs) and bool(inputs[0] and outputs[0])
    require(good, "the data must have as many inputs as outputs, none of them empty")
    groups = [part for part in parts[::2] if isinstance(part, list)]
    names = [name for group in groups for name in group if isinstance(name, str)]
    good = [*map(len, groups)] == [len(inputs[0]), len(outputs[0])]
    good = good and len(set(names)) == len(inputs[0]) + len(outputs[0])
    require(good, "each column must have a name of its own")
    return inputs, outputs, groups


def parse_network(value: Any, problem: Problem) -> tuple[Rows, Rows, list[Fraction]]:
    """Rows (a_j, b_j) as long as the data forms, the output weights and the output biases."""
    names = "hidden_biases hidden_weights output_biases output_weights"
    parts = fields(value, names, "network")
    biases, offset = (matrix([part], "a list of biases")[0] for part in parts[::2])
    hidden, outgoing = (matrix(part, "the weights") for part in parts[1::2])
    good = len(hidden) == len(biases) == len(outgoing) == problem.width
    require(good, "the network does not have the claimed width")
    good = (len(hidden[0]), len(outgoing[0])) == problem.shape and len(offset) == len(outgoing[0])
    require(good, "the network does not fit the data")
    require(problem.hidden_bias or not any(biases), "the network has hidden biases", Invalid)
    require(problem.output_bias or not any(offset), "the network has output biases", Invalid)
    if problem.hidden_bias:
        hidden = [[*a, b] for a, b in zip(hidden, biases)]
    return hidden, outgoing, offset


class Cone:
    """Extreme rays of a cone of neurons with the inequalities tight on each (Lemma 2)."""

    def __init__(self, pairs: Iterable[tuple[Ray, int]], depth: int) -> None:
        self.rays, self.tight = zip(*sorted(pairs))
        self.depth = depth  # number of inequalities, the next free bit of `tight`
        self.bits = bits_of(self.rays)
        good = len(self.rays) <= MAX_RAYS and self.bits <= MAX_BITS
        require(good, "a cone has too many rays, or too long ones")
        self.words = len(self.rays) * (len(self.rays[0]) * (5 + (self.bits >> 5)) + (depth >> 5))


def primitive(ray: Sequence[int]) -> Ray:
    divisor = gcd(*ray)
    return tuple([x // divisor for x in ray])


class Fan:
    """Cones of neurons: the complete root fan and its refinement by linear forms."""

    def __init__(self, problem: Problem) -> None:
        self.forms, self.bits, self.spend = problem.forms, problem.bits, problem.spend
        self.on, self.off, self.affine = problem.on, problem.off, problem.hidden_bias
        self.dimension = len(self.forms[0])
        self.cache: dict[Any, Any] = {}
        self.load = 0  # words of what is cached
        require(self.dimension <= MAX_DIMENSION, "the rule takes fewer inputs")

    def keep(self, key: Any, value: Any, words: int) -> Any:
        """Cache a value; all is forgotten when it has grown too heavy."""
        self.load += words + 500
        if self.load > MAX_LIVE:
            self.cache.clear()
            self.load = words
        self.cache[key] = value
        return value

    def values(self, ray: Ray) -> Any:
        """Values of the data forms on a ray, and of the activation."""
        found = self.cache.get(ray)
        if found is None:
            bits, count = bits_of([ray]) + self.bits, len(self.forms)
            self.spend(count * (self.dimension + 4), bits)
            z = [sum(map(mul, form, ray)) for form in self.forms]
            phi = [self.on * x if x > 0 else self.off * x for x in z]
            found = self.keep(ray, (z, phi), count * (10 + (bits >> 4)))
        return found

    def roots(self) -> list[Cone]:
        """m + 1 cones that cover the space of neurons (Lemma 2)."""
        size = self.dimension
        unit = [tuple(int(i == k) for i in range(size)) for k in range(size)]
        if self.affine:
            scale = self.forms[0][-1]
            low = [min(form[k] for form in self.forms) for k in range(size - 1)]
            top = max(sum(form[:-1]) for form in self.forms)
            top += scale if top == sum(low) else 0
            rays = [(*(scale * x for x in row[:-1]), -least) for row, least in zip(unit, low)]
            rays += [(-scale,) * (size - 1) + (top,), (0,) * (size - 1) + (-1,)]
        else:
            rays = [*unit, (-1,) * size]
        rays = [primitive(ray) for ray in rays]
        facets = [((1 << size) - 1) ^ (1 << k) for k in range(size)]
        return [Cone(zip(rays[:k] + rays[k + 1 :], facets), size) for k in range(size + 1)]

    def cut(self, cone: Cone, form: Ray) -> Any:
        """The parts of a cone where a form is >= 0 and <= 0, by double description."""
        found = self.cache.get((id(cone), form))
        if found is not None:
            return found[1:]
        bits = cone.bits + bits_of([form])
        self.spend(len(cone.rays) * (self.dimension + 8), bits)
        values = [sum(map(mul, form, ray)) for ray in cone.rays]
        plus = [k for k, z in enumerate(values) if z > 0]
        minus = [k for k, z in enumerate(values) if z < 0]
        require(plus and minus, "a split that does not divide its cone", Invalid)
        bit = 1 << cone.depth
        shared = [(cone.rays[k], cone.tight[k] | bit) for k, z in enumerate(values) if not z]
        for i in plus:
            self.spend(len(minus), cone.depth)
            for j in minus:
                common = cone.tight[i] & cone.tight[j]
                if common.bit_count() < self.dimension - 2:
                    continue
                self.spend(len(cone.rays), cone.depth)
                others = (k for k, other in enumerate(cone.tight) if other & common == common)
                if any(k != i and k != j for k in others):
                    continue
                self.spend(8 * self.dimension, bits)
                pair = zip(cone.rays[i], cone.rays[j])
                ray = primitive([values[i] * y - values[j] * x for x, y in pair])
                shared.append((ray, common | bit))
        pairs = [*zip(cone.rays, cone.tight)]
        above = Cone([pairs[k] for k in plus] + shared, cone.depth + 1)
        below = Cone([pairs[k] for k in minus] + shared, cone.depth + 1)
        # The cone is kept with its parts so that its id is not given to another one.
        words = cone.words + above.words + below.words
        return self.keep((id(cone), form), (cone, above, below), words)[1:]

    def pattern(self, cone: Cone) -> Any:
        """The points that are undecided on a cone, and which points are active somewhere."""
        found = self.cache.get(id(cone))
        if found is None:
            self.spend(2 * len(cone.rays) * len(self.forms), cone.bits + self.bits)
            columns = [*zip(*(self.values(ray)[0] for ray in cone.rays))]
            undecided = [i for i, column in enumerate(columns) if min(column) < 0 < max(column)]
            found = cone, undecided, [max(column) > 0 for column in columns]
            self.keep(id(cone), found, cone.words + 8 * len(columns))
        return found[1:]


def split_case(fan: Fan, problem: Problem, case: Case, step: list[Any]) -> tuple[Any, int]:
    """The cases after a split: equal slots are interchangeable (Lemma 3)."""
    kind, slot, what = step
    good = type(slot) is int and 0 <= slot < len(case)
    require(good, "a split names a slot that does not exist")
    if kind == "s":
        good = type(what) is int and 0 <= what < len(problem.forms)
        require(good, "a split names a data point that does not exist")
    form = problem.forms[what] if kind == "s" else tuple(integers(what, "the form of a split"))
    require(len(form) == fan.dimension, "the form of a split has the wrong length")
    sign, cone = case[slot]
    problem.spend(len(case) * (len(cone.rays) + 4), cone.bits)
    equal = [other[0] == sign and other[1].rays == cone.rays for other in case]
    rest, count = tuple(x for x, same in zip(case, equal) if not same), sum(equal)
    plus, minus = ((sign, part) for part in fan.cut(cone, form))
    cases = (rest + (plus,) * k + (minus,) * (count - k) for k in range(count + 1))
    return cases, plus[1].words + minus[1].words + 2 * len(case) + 50


def close_cases(fan: Fan, problem: Problem, roots: Any, lines: Lines, leaf: Any) -> None:
    """Walk the tree of cases depth first; `leaf` must refute or bound each case it is given."""
    stack, live = [(roots, 0)], 0
    while stack:
        case = next(stack[-1][0], None)
        if case is None:
            live -= stack.pop()[1]
            continue
        step = lines.step()
        try:
            problem.spend(4 * len(case))
            if step[0] in ("s", "h") and len(step) == 3:
                stack.append(split_case(fan, problem, case, step))
                live += stack[-1][1]
                require(live <= MAX_LIVE, "the proof is too deep")
            else:
                leaf(case, step)
        except (Invalid, Malformed) as error:
            raise type(error)(f"step {lines.count}: {error}") from None


def one_output(problem: Problem, lower: Fraction, lines: Lines) -> None:
    """Dual vectors on products of cones, one output (Lemma 4)."""
    require(problem.shape[1] == 1, "the rule needs one output", Invalid)
    fan = Fan(problem)
    goal = (lower - problem.scatter) * problem.unit**2
    roots = fan.roots()
    cases = (
        tuple([(1, cone) for cone in plus] + [(-1, cone) for cone in minus])
        for positive in range(problem.width + 1)
        for plus in combinations_with_replacement(roots, positive)
        for minus in combinations_with_replacement(roots, problem.width - positive)
    )

    def leaf(case: Case, step: list[Any]) -> None:
        if step[0] == "m":
            return redundant(problem, fan, case, integers(step[1:], "the slots"))
        good = step[0] == "d" and len(step) == 5 and type(step[1]) is int and step[1] > 0
        require(good, "not a step of this proof")
        return dual_vector(problem, fan, case, step[1:], goal)

    close_cases(fan, problem, cases, lines, leaf)


def redundant(problem: Problem, fan: Fan, case: Case, slots: list[int]) -> None:
    """Check that a case has only networks that also belong to smaller cases (Lemma 5)."""
    good = 1 <= len(slots) <= 2 and all(0 <= j < len(case) for j in slots)
    require(good, "not slots of the case")
    undecided, patterns = zip(*(fan.pattern(case[j][1]) for j in slots))
    require(not any(undecided), "a neuron with an undecided point", Invalid)
    affine = problem.output_bias and all(map(all, patterns))
    kinds = [(case[j][0], pattern) for j, pattern in zip(slots, patterns)]
    merge = len(slots) == 2 and slots[0] != slots[1]
    merge = merge and (affine or (kinds[0] == kinds[1] and any(patterns[0])))
    good = merge or (len(slots) == 1 and affine and kinds[0][0] < 0)
    require(problem.hidden_bias and good, "the case is not redundant", Invalid)


def dual_vector(problem: Problem, fan: Fan, case: Case, step: list[Any], goal: Fraction) -> None:
    """Check one dual vector: sum zero, all conditions <= 0, bound at least the goal."""
    scale, targets = step[0], [row[0] for row in problem.targets]
    fit, given, mixtures = (integers(part, "each part") for part in step[1:])
    good = len(fit) == sum(len(cone.rays) for _, cone in case) + int(problem.output_bias)
    undecided = [fan.pattern(cone)[0] for _, cone in case if good]
    loose = sorted(set().union(*undecided))
    require(good and len(given) == len(loose), "a list of the wrong length")
    bits = fan.bits + max(cone.bits for _, cone in case) + bits_of([fit, given])
    problem.spend(3 * len(fit) * len(problem.forms), bits)
    fit = iter(fit)
    offset = next(fit) if problem.output_bias else 0
    residual = [scale * target - offset for target in targets]
    for sign, cone in case:
        for ray in cone.rays:
            factor = sign * next(fit)
            if factor:
                residual = [r - factor * x for r, x in zip(residual, fan.values(ray)[1])]
    for i, value in zip(loose, given):
        residual[i] = value
    weighted = list(map(mul, problem.weights, residual))
    good = not problem.output_bias or sum(weighted) == 0
    require(good, "the dual vector is not orthogonal to the constants", Invalid)
    position = 0
    for (sign, cone), free in zip(case, undecided):
        lowered = [i for i in free if sign * residual[i] < 0]
        parts = mixtures[position : position + len(lowered)]
        position += len(lowered)
        good = len(parts) == len(lowered) and all(0 <= part <= UNIT for part in parts)
        require(good, "mixtures out of range")
        slopes = [problem.on * part + problem.off * (UNIT - part) for part in parts]
        for ray in cone.rays:
            z, phi = fan.values(ray)
            value = UNIT * sum(map(mul, weighted, phi))
            for i, slope in zip(lowered, slopes):
                value += weighted[i] * (slope * z[i] - UNIT * phi[i])
            if sign * value > 0:
                raise Invalid("a dual condition fails")
    require(position == len(mixtures), "too many mixtures")
    product, square = sum(map(mul, weighted, targets)), sum(map(mul, weighted, residual))
    enough = product > 0 and product**2 * goal.denominator >= goal.numerator * square
    require(goal <= 0 or enough, "the bound is below the claim", Invalid)


def gram_of(problem: Problem, rows: list[list[int]], kept: Sequence[int]) -> list[list[int]]:
    """Weighted inner products over some points; with an output bias centred, times the weight."""
    weights = [problem.weights[i] for i in kept]
    problem.spend((len(rows) + 4) ** 2 * len(kept), 2 * bits_of(rows) + len(kept).bit_length())
    heavy = [list(map(mul, weights, row)) for row in rows]
    sums, total = [sum(row) for row in heavy], sum(weights)
    if problem.output_bias:
        return [
            [total * sum(map(mul, x, y)) - first * second for y, second in zip(rows, sums)]
            for x, first in zip(heavy, sums)
        ]
    return [[sum(map(mul, x, y)) for y in rows] for x in heavy]


def semidefinite_rank(problem: "Problem | Space", rows: list[list[int]]) -> int:
    """The rank of a positive semidefinite matrix, -1 for any other symmetric one (Lemma 6)."""
    previous, count, bits = 1, 0, bits_of(rows)
    while True:
        # Entries are minors of the given matrix, divided by nothing.
        problem.spend(2 * len(rows) ** 2 + 1, 2 * (count + 1) * bits)
        if any(row[k] < 0 for k, row in enumerate(rows)):
            return -1
        pivot = next((k for k, row in enumerate(rows) if row[k]), None)
        if pivot is None:
            return -1 if any(map(any, rows)) else count
        head, top = rows[pivot], rows[pivot][pivot]
        rest = [k for k in range(len(rows)) if k != pivot]
        rows = [[(top * rows[i][j] - head[i] * head[j]) // previous for j in rest] for i in rest]
        previous, count = top, count + 1


def one_neuron(problem: Problem, lower: Fraction, lines: Lines) -> None:
    """Copositive forms on cones, width one and any number of outputs (Lemma 7)."""
    require(problem.width == 1, "the rule needs width one", Invalid)
    fan = Fan(problem)
    goal = (lower - problem.scatter) * problem.unit**2

    def leaf(case: Case, step: list[Any]) -> None:
        require(step == ["c"], "not a step of this proof")
        copositive(problem, fan, case[0][1], goal)

    close_cases(fan, problem, (((1, cone),) for cone in fan.roots()), lines, leaf)


def copositive(problem: Problem, fan: Fan, cone: Cone, goal: Fraction) -> None:
    """Check that on a cone the loss on its decided points is at least the goal (Lemma 7)."""
    undecided, size = set(fan.pattern(cone)[0]), len(cone.rays)
    kept = [i for i in range(len(problem.forms)) if i not in undecided]
    require(kept, "no point has one sign on the cone", Invalid)
    rows = [[fan.values(ray)[1][i] for i in kept] for ray in cone.rays]
    rows += [list(column) for column in zip(*(problem.targets[i] for i in kept))]
    gram = gram_of(problem, rows, kept)
    unit = sum(problem.weights[i] for i in kept) if problem.output_bias else 1
    square = sum(gram[k][k] for k in range(size, len(rows)))
    factor = square * goal.denominator - unit * goal.numerator
    require(factor >= 0, "the bound is below the claim", Invalid)
    form = [
        [factor * row[k] - goal.denominator * sum(map(mul, row[size:], gram[k][size:]))
         for k in range(size)]
        for row in gram[:size]
    ]
    chosen = [k for k, row in enumerate(form) if min(row) < 0]
    rank = semidefinite_rank(problem, [[form[i][j] for j in chosen] for i in chosen])
    require(rank >= 0, "a form is not shown to be copositive", Invalid)


def full_rank(problem: Problem, lower: Fraction, lines: Lines) -> None:
    """Outputs of bounded rank, affinely independent inputs and both biases (Lemma 8)."""
    problem.spend(len(problem.forms) ** 2 * len(problem.forms[0]), 2 * problem.bits)
    gram = [[sum(map(mul, x, y)) for y in problem.forms] for x in problem.forms]
    good = problem.hidden_bias and problem.output_bias
    good = good and semidefinite_rank(problem, gram) == len(problem.forms)
    require(good, "the inputs are not affinely independent, or a bias is missing", Invalid)
    rank_bound(problem, lower, lines)


def rank_bound(problem: Problem, lower: Fraction, lines: Lines) -> None:
    """The rank of the outputs is at most the width: a bound for all inputs (Lemma 8)."""
    step, size = lines.step(), problem.shape[1]
    require(step[0] == "r" and len(step) == 3, "not a step of this proof")
    level, factor = rational(step[1], "the level"), matrix(step[2], "the factor")
    require(len(factor) == size, "the factor does not fit the responses")
    require(size > problem.width, "the width is not below the number of outputs", Invalid)
    bottom = common([[level], *factor], "the step")
    rows, top = whole(factor, bottom), whole([[level]], bottom)[0][0]
    problem.spend(size**2 * (len(rows[0]) + 4), 2 * bits_of([*rows, [top]]))
    columns = [list(column) for column in zip(*problem.targets)]
    unit = (sum(problem.weights) if problem.output_bias else 1) * problem.unit**2
    form = gram_of(problem, columns, range(len(problem.forms)))
    for i, row in enumerate(form):
        for j, other in enumerate(rows):
            row[j] = bottom**2 * row[j] + unit * sum(map(mul, rows[i], other))
        row[i] -= unit * top * bottom
    require(semidefinite_rank(problem, form) >= 0, "a matrix is not semidefinite", Invalid)
    square = Fraction(sum(x * x for row in rows for x in row), bottom**2)
    good = lower - problem.scatter <= (size - problem.width) * level - square
    require(good, "the bound is below the claim", Invalid)


def projections(problem: Problem, lower: Fraction, lines: Lines) -> None:
    """One-output bounds along orthogonal directions of the responses (Lemma 9)."""
    step, (inputs, size) = lines.step(), problem.shape
    good = step[0] == "w" and len(step) == 3 and isinstance(step[2], list)
    require(good, "not a step of this proof")
    bounds = matrix([step[1]], "the bounds")[0]
    rows = [integers(row, "a direction") for row in step[2]]
    good = len(rows) == len(bounds) <= size and all(len(row) == size for row in rows)
    require(good, "the directions do not fit the responses")
    problem.spend((len(rows) + len(problem.forms)) * len(rows) * size, 2 * bits_of(rows))
    squares = [sum(map(mul, row, row)) for row in rows]
    crossed = (sum(map(mul, x, y)) for k, x in enumerate(rows) for y in rows[:k])
    require(all(squares) and not any(crossed), "the directions are not orthogonal", Invalid)
    shares = [bound / square for bound, square in zip(bounds, squares)]
    bottom = common([shares], "the bounds")
    good = lower - problem.scatter <= Fraction(sum(whole([shares], bottom)[0]), bottom)
    require(good, "the bound is below the claim", Invalid)
    for bound, row in zip(bounds, rows):
        part = copy(problem)
        part.shape, part.scatter = (inputs, 1), Fraction(0)
        part.targets = [[sum(map(mul, row, target))] for target in problem.targets]
        part.bits += bits_of([row]) + size.bit_length()
        one_output(part, bound, lines)


def nonnegative(problem: Problem, lower: Fraction, lines: Lines) -> None:
    """A sum of squares is at least the scatter within groups of equal inputs (Lemma 1)."""
    require(lower <= problem.scatter, "a lower bound needs more of a proof", Invalid)


def echelon(rows: Any) -> tuple[Rows, list[int]]:
    """The reduced row echelon form of a matrix without its zero rows, and its pivot columns."""
    rows = [[Fraction(x) for x in row] for row in rows]
    pivots: list[int] = []
    for k in range(len(rows[0])):
        at = len(pivots)
        pick = next((r for r in range(at, len(rows)) if rows[r][k]), None)
        if pick is not None:
            head = [x / rows[pick][k] for x in rows[pick]]
            rows[pick], rows[at] = rows[at], head
            rows = [
                row if r == at or not row[k] else [x - row[k] * y for x, y in zip(row, head)]
                for r, row in enumerate(rows)
            ]
            pivots.append(k)
    return rows[: len(pivots)], pivots


def dependency(gram: list[list[int]]) -> list[Fraction] | None:
    """The linear relation of vectors with these inner products, if there is one up to factors."""
    rows, pivots = echelon(gram)
    free = [k for k in range(len(gram)) if k not in pivots]
    if len(free) != 1:
        return None
    entries = dict(zip(pivots, (-row[free[0]] for row in rows)))
    return [entries.get(k, Fraction(1)) for k in range(len(gram))]


class Space:
    """Inner products of activation vectors, with each other and through the responses."""

    def __init__(self, problem: Problem, vectors: list[list[int]]) -> None:
        columns, count = [list(column) for column in zip(*problem.targets)], len(vectors)
        gram = gram_of(problem, vectors + columns, range(len(problem.forms)))
        self.spend = problem.spend
        self.inner = [row[:count] for row in gram[:count]]
        self.cross = [row[count:] for row in gram[:count]]
        self.responses = [row[count:] for row in gram[count:]]
        self.spend(count**2 * len(columns), 2 * bits_of(self.cross))
        self.energy = [[sum(map(mul, x, y)) for y in self.cross] for x in self.cross]
        self.unit = sum(problem.weights) if problem.output_bias else 1
        self.square = sum(row[k] for k, row in enumerate(self.responses))
        self.bits = 2 * (bits_of(self.energy) + bits_of(self.inner))

    @cached_property
    def basis(self) -> list[int]:
        """The first responses that are independent, as many as there are."""
        size = len(self.responses)
        self.spend(8 * size**3, size * bits_of(self.responses))
        return echelon(self.responses)[1]

    def at(self, goal: Fraction) -> tuple[int, int]:
        """a, b such that a den - b num has the sign of loss minus goal."""
        excess = self.square - self.unit * goal
        return excess.numerator, excess.denominator

    def fitted(self, problem: Problem, pieces: Iterable["Piece"]) -> bool:
        """Whether neurons in the space of the responses span it (Lemma 22)."""
        basis, found, seen = self.basis, [], set()

        def table(part: Piece) -> Table:
            outer = [[s * self.cross[i][k] for i, s in part] for k in basis]
            rows = [[s * t * self.inner[i][j] for j, t in part] for i, s in part]
            last = [[self.responses[k][m] for m in basis] for k in basis]
            tops, lows = zip(rows, zip(*outer)), zip(outer, last)
            return [[*x, *y] for x, y in (*tops, *lows)]

        for piece in pieces:
            total = len(piece) + len(basis)
            if semidefinite_rank(problem, table(piece)) == total:
                continue
            for m in range(1, len(piece) + 1):
                self.spend(comb(len(piece), m))
                for part in map(oriented, combinations(piece, m)):
                    if part in seen:
                        continue
                    seen.add(part)
                    self.spend(8 * total**3, total * self.bits)
                    c = (dependency(table(part)) or [Fraction(0)])[:m]
                    if min(c) > 0 or max(c) < 0:
                        rows = [[x * s * y for y in self.cross[i]] for x, (i, s) in zip(c, part)]
                        found.append([*map(sum, zip(*rows))])
        self.spend(8 * len(found) * len(basis) * len(self.responses), total * self.bits)
        return bool(found) and len(echelon(found)[1]) == len(basis)


def combine(p: int, x: Iterable[tuple[int, int]], q: int, y: Iterable[tuple[int, int]]) -> Tensor:
    """p x + q y."""
    total: Tensor = {}
    for factor, terms in ((p, x), (q, y)):
        for k, value in terms:
            total[k] = total.get(k, 0) + factor * value
    return total


def reduced(x: Tensor) -> Tensor:
    divisor = gcd(*x.values())
    return {k: value // divisor for k, value in x.items()}


def simplices(problem: Problem) -> list[list[Ray]]:
    """Simplicial cones that cover the values of neurons; no data point changes sign on one."""
    size = len(problem.forms)
    problem.spend(len(problem.forms[0]) ** 2 * size, len(problem.forms[0]) * problem.bits)
    rows, pivots = echelon(zip(*problem.forms))
    require(2 ** len(rows) <= MAX_CELLS, "the rule takes fewer inputs")
    basis = [primitive(whole([row], common([row], "a basis"))[0]) for row in rows]
    signs = product((1, -1), repeat=len(basis))
    cells = [[tuple(s * x for x in z) for s, z in zip(row, basis)] for row in signs]
    for i in (i for i in range(size) if i not in pivots):
        done, stack = [], cells[::-1]
        while stack:
            cell = stack.pop()
            problem.spend(len(cell) ** 2 + size, bits_of(z[i : i + 1] for z in cell))
            pairs = combinations(range(len(cell)), 2)
            pair = next((x for x in pairs if cell[x[0]][i] * cell[x[1]][i] < 0), None)
            if pair is None:
                done.append(cell)
                continue
            (p, first), (q, second) = ((abs(cell[k][i]), cell[k]) for k in pair)
            new = primitive([q * x + p * y for x, y in zip(first, second)])
            stack += [[new if n == k else z for n, z in enumerate(cell)] for k in pair]
            require(len(done) + len(stack) <= MAX_CELLS, "there are too many patterns")
        cells = done
    return cells


def oriented(vertices: Iterable[Signed]) -> Piece:
    """Signed vertices in order, times the sign that makes the first one positive."""
    ordered = sorted(vertices)
    return tuple((i, s * ordered[0][1]) for i, s in ordered)


class Pieces(Space):
    """Simplicial cones that hold all activation vectors up to sign, and the roots (Lemma 13)."""

    goal: tuple[int, int]  # of the step "p"
    levels: list[tuple[int, int]]  # the lower and the top level
    least: bool  # whether the lower level is above the scatter

    def __init__(self, problem: Problem) -> None:
        good = 2 <= problem.width <= MAX_FACTORS
        require(good, f"the rule needs a width from 2 to {MAX_FACTORS}", Invalid)
        self.width, cells, size = problem.width, simplices(problem), len(problem.forms)
        vectors: list[list[int]] = []
        known: dict[Ray, int] = {}
        ends: dict[Ray, Signed | None] = {}
        for z in (z for cell in cells for z in cell):
            if z in ends:
                continue
            image = [problem.on * x if x > 0 else problem.off * x for x in z]
            mean = sum(image) if problem.output_bias else 0
            centred = [size * x - mean for x in image]
            problem.spend(8 * size, bits_of([centred]))
            sign = next((1 if x > 0 else -1 for x in centred if x), 0)
            ends[z] = None
            if sign:
                key = primitive([sign * x for x in centred])
                if key not in known:
                    known[key] = len(vectors)
                    vectors.append([sign * x for x in image])
                ends[z] = known[key], sign
        require(len(vectors) <= MAX_VERTICES, "there are too many vertices")
        super().__init__(problem, vectors)
        ranks: dict[tuple[int, ...], int] = {}

        def rank(vertices: Iterable[Signed]) -> int:
            key = tuple(sorted({i for i, _ in vertices}))
            if key not in ranks:
                gram = [[self.inner[i][j] for j in key] for i in key]
                ranks[key] = semidefinite_rank(problem, gram)
            return ranks[key]

        found: dict[Piece, None] = {}
        for cell in cells:
            corners = [*dict.fromkeys(end for end in map(ends.get, cell) if end)]
            for part in combinations(corners, rank(corners)) if corners else ():
                if rank(part) == len(part):
                    found[oriented(part)] = None
            require(len(found) <= MAX_PIECES, "there are too many pieces")
        self.keep(found)
        self.joins: dict[tuple[int, int], bool | None] = {}
        self.lengths: dict[Piece, int] = {}
        self.inverses: dict[Piece, tuple[int, Table]] = {}
        self.load = 0  # words of the inverses

    def keep(self, found: Iterable[Piece]) -> None:
        """Drop what is there already, or part of another piece."""
        pieces = dict.fromkeys(found)
        covered: set[Piece] = set()
        for piece, m in product(pieces, {len(piece) for piece in pieces}):
            if m < len(piece):
                self.spend(8 * m * comb(len(piece), m))
                covered.update(map(oriented, combinations(piece, m)))
        self.pieces = [piece for piece in pieces if piece not in covered]

    def refine(self, step: list[Any]) -> None:
        """A vertex inside of a piece; all pieces that hold it are divided (Lemma 13)."""
        good = len(step) == 2 and type(step[0]) is int and 0 <= step[0] < len(self.pieces)
        require(good and len(self.inner) < MAX_VERTICES, "not a piece, or too many vertices")
        piece, c, new = self.pieces[step[0]], integers(step[1], "a vertex"), len(self.inner)
        good = len(c) == len(piece) and min(c) >= 0 and sum(map(bool, c)) > 1
        require(good, "not a vertex inside of a piece")
        terms = [(i, s * x) for (i, s), x in zip(piece, c)]
        self.spend(4 * len(terms) * (new + len(self.responses)), self.bits + 2 * bits_of([c]))
        row = [sum(x * self.inner[i][j] for i, x in terms) for j in range(new)]
        square = sum(x * row[i] for i, x in terms)
        new = next((k for k, x in enumerate(row) if x * x == square * self.inner[k][k]), new)
        if new == len(row):  # no multiple of a vertex
            self.cross.append([sum(x * self.cross[i][k] for i, x in terms)
                               for k in range(len(self.responses))])
            for table in (self.inner, self.energy):
                row = [sum(x * table[i][j] for i, x in terms) for j in range(new)]
                row.append(sum(x * row[i] for i, x in terms))
                for own, value in zip(table, row):
                    own.append(value)
                table.append(row)
        self.bits = max(self.bits, 2 * (bits_of(self.inner[-1:]) + bits_of(self.energy[-1:])))
        require(self.bits <= MAX_BITS, "a vertex has too long coordinates")
        found: list[Piece] = []
        for part in self.pieces:
            c = self.coefficients(part, new)
            if sum(map(bool, c)) > 1 and (min(c) >= 0 or max(c) <= 0):
                end = new, 1 if max(c) > 0 else -1
                found += [oriented([*part[:k], end, *part[k + 1 :]]) for k, x in enumerate(c) if x]
            else:
                found.append(part)
        require(len(found) <= MAX_PIECES, "there are too many pieces")
        self.pieces = found

    def coefficients(self, piece: Piece, new: int) -> list[int]:
        """A vertex in those of a piece, up to a positive factor; nothing if it has other parts."""
        size = len(piece)
        if piece not in self.inverses:
            self.spend(8 * size**3, size * self.bits)
            rows = [
                [s * t * self.inner[i][j] for j, t in piece] + [int(j == i) for j, _ in piece]
                for i, s in piece
            ]
            inverse = [row[size:] for row in echelon(rows)[0]]
            scale = lcm(*(x.denominator for row in inverse for x in row))
            self.load += size**2 * (5 + (size * self.bits >> 5)) + 100
            if self.load > MAX_LIVE:
                self.inverses.clear()
                self.load = 0
            self.inverses[piece] = scale, whole(inverse, scale)
        scale, table = self.inverses[piece]
        self.spend(2 * size**2, size * self.bits)
        b = [s * self.inner[i][new] for i, s in piece]
        c = [sum(map(mul, row, b)) for row in table]
        return c if sum(map(mul, b, c)) == scale * self.inner[new][new] else []

    def wedge(self, x: Piece, y: Piece) -> tuple[int, int]:
        """den and num of two products of vertices (Lemma 13)."""
        inner, energy = self.inner, self.energy
        if len(x) == 2:
            ((a, s), (b, t)), ((c, u), (d, v)) = x, y
            row, other, first, second = inner[a], inner[b], energy[a], energy[b]
            num = first[c] * other[d] + row[c] * second[d]
            num -= first[d] * other[c] + row[d] * second[c]
            sign = s * t * u * v
            return sign * (row[c] * other[d] - row[d] * other[c]), sign * num
        return expansion(
            [[(s * t * inner[i][j], s * t * energy[i][j]) for j, t in y] for i, s in x]
        )

    def roots(self) -> Iterable["Root"]:
        """The roots that have a product which is not 0, in order (Lemmas 14 and 15)."""
        if self.width == 2:
            pairs = combinations_with_replacement(self.pieces, 2)
            found = (root for a, b in pairs for root in pair_roots(a, b))
        else:
            rows = combinations_with_replacement(range(len(self.pieces)), self.width)
            found = (root for row in rows for root in self.multiset_roots(row))
        for shape, wedges, retreats in found:
            root = Root(self, shape, wedges, retreats)
            if root.alive:
                yield root

    def multiset_roots(self, row: tuple[int, ...]) -> Iterable[Any]:
        """The roots of three or more pieces; segments are joined or hinged (Lemma 15)."""
        self.spend(16 * len(row) ** 2)
        axes: list[tuple[list[Piece], int | None]] = []  # items, and the piece if it is a segment
        for k, group in groupby(row):
            piece, count = self.pieces[k], len([*group])
            if count > 1 and len(piece) == 2 >= count:
                axes.append(([piece], None))
            elif count > 1 and len(piece) <= 2:
                return
            else:
                segment = k if count == 1 and len(piece) == 2 else None
                axes += [([(g,) for g in piece], segment)] * count
        options: list[Any] = [None] * len(axes)  # for each axis what its items may be
        used: set[int] = set()
        for n, (items, segment) in enumerate(axes):
            later = (m for m in range(n + 1, len(axes)) if m not in used)
            pairs = ((m, self.join(segment, axes[m][1])) for m in later)
            m, swap = next((pair for pair in pairs if pair[1] is not None), (n, None))
            if n not in used and m > n:
                used.add(m)
                others = (x for k, (own, _) in enumerate(axes) if k not in (n, m) for x in own)
                (u, x), (v, y) = items, axes[m][0][::-1] if swap else axes[m][0]
                if any(len(g) == 1 and not self.length(u + y + g) and
                       not self.length(x + v + g) for g in others):
                    v, y = y, v
                options[n] = [[u + y, u + v, x + y], [x + v, u + v, x + y]]
            elif n not in used:
                options[n] = [items]
        free = [n for n, (_, segment) in enumerate(axes)
                if segment is not None and options[n] and len(options[n]) == 1]
        hinges: list[Any] = []
        for n in free:
            found = ((m, self.hinge(n, m, axes)) for m in free if m > n and m not in used)
            m, z, v = next(((m, *hinge) for m, hinge in found if hinge), (n, None, None))
            if n not in used and z:
                used |= {n, m}
                left, right = [(z,), (v,)], [(z,), ((v[0], -v[1]),)]
                hinges.append([{m: [left]}, {n: [right]}])
        for sides in product(*hinges):
            known = dict(enumerate(options))
            for side in sides:
                known.update(side)
            for choice in product(*(x for x in known.values() if x)):
                shape = tuple(map(len, choice))
                require(prod(shape) <= MAX_TENSOR, "a root is too large")
                yield shape, [sum(items, ()) for items in product(*choice)], ()

    def hinge(self, n: int, m: int, axes: list[tuple[list[Piece], int | None]]) -> Any:
        """The vertices z, v of two segments u, v and v, x with z = x - u elsewhere (Lemma 15)."""
        (first, second), places = ([g for g, in axes[k][0]] for k in (n, m)), {n, m}
        common = {i for i, _ in first} & {j for j, _ in second}
        if len(common) == 1:
            (u, v), (x, w) = (sorted(row, key=lambda g: g[0] in common) for row in (first, second))
            x = x[0], x[1] * v[1] * w[1]
            for g in (g for k, (own, _) in enumerate(axes) if k not in places for g in own):
                if len(g) == 1:
                    ends = u, x, g[0]
                    self.spend(200, 3 * self.bits)
                    a, b, c = dependency(
                        [[s * t * self.inner[i][j] for j, t in ends] for i, s in ends]
                    ) or (0, 0, 0)
                    if a * b < 0 and c:
                        return (g[0][0], g[0][1] if a * c > 0 else -g[0][1]), v
        return None

    def length(self, x: Piece) -> int:
        """The squared length of a product of vertices."""
        key = oriented(x)
        if key not in self.lengths:
            if len(self.lengths) > MAX_TERMS:
                self.lengths.clear()
            self.spend(len(x) << len(x), len(x) * self.bits)
            self.lengths[key] = self.wedge(x, x)[0]
        return self.lengths[key]

    def join(self, k: int | None, m: int | None) -> bool | None:
        """Whether the second of two parallel segments has to be reversed; None for others."""
        if k is None or m is None:
            return None
        if (k, m) not in self.joins:
            ends = self.pieces[k] + self.pieces[m]
            self.spend(500, 4 * self.bits)
            a, b, c, d = dependency(
                [[s * t * self.inner[i][j] for j, t in ends] for i, s in ends]
            ) or [Fraction(0)] * 4
            if len(self.joins) > MAX_TERMS:
                self.joins.clear()
            self.joins[k, m] = a * c > 0 if a * b < 0 and c * d < 0 else None
        return self.joins[k, m]


def expansion(rows: list[list[tuple[int, int]]]) -> tuple[int, int]:
    """The determinant of the first entries, and the sum of those with one row of second entries."""
    partial = {0: (1, 0)}
    for row in rows:
        grown: dict[int, tuple[int, int]] = {}
        for used, (den, num) in partial.items():
            for k, (m, c) in enumerate(row):
                if not used >> k & 1:
                    if (used >> k).bit_count() & 1:
                        m, c = -m, -c
                    a, b = grown.get(used | 1 << k, (0, 0))
                    grown[used | 1 << k] = a + den * m, b + num * m + den * c
        partial = grown
    return partial[(1 << len(rows)) - 1]


def pair_roots(a: Piece, b: Piece) -> Iterable[Any]:
    """Shapes, products and retreats of the roots of two pieces (Lemma 14)."""
    if a == b:
        for t, u in combinations(range(len(a)), 2):
            yield from sharing_roots(a[:t] + a[t + 1 :], a[:u] + a[u + 1 :])
    else:
        yield from sharing_roots(a, b)


def sharing_roots(a: Piece, b: Piece) -> Iterable[Any]:
    negative = tuple((i, -s) for i, s in b)
    shared, opposite = ([g for g in a if g in other] for other in (b, negative))
    if len(opposite) > len(shared):
        shared, b = opposite, negative
    if len(shared) != 2:
        retreats = ((0, a.index(shared[0])), (1, b.index(shared[0]))) if len(shared) == 1 else ()
        require(len(a) * len(b) <= MAX_TENSOR, "a root is too large")
        yield (len(a), len(b)), [*product(a, b)], retreats
        return
    left, right = ([None, *(g for g in other if g not in shared)] for other in (a, b))
    shape = 3, len(left), len(right)
    require(prod(shape) <= MAX_TENSOR, "a root is too large")
    for f, g in (shared, shared[::-1]):
        pairs = product(((f, g), (f, f), (g, g)), left, right)
        yield shape, [(x or u, y or v) for (u, v), x, y in pairs], ((1, 0), (2, 0))


class Root:
    """Tensors over some axes that stand for products of neurons (Lemmas 14 and 15)."""

    def __init__(self, space: Pieces, shape: Any, wedges: list[Piece], retreats: Any) -> None:
        self.space, self.shape, self.wedges, self.retreats = space, shape, wedges, retreats
        self.strides = [prod(shape[k + 1 :]) for k in range(len(shape))]
        size, width = len(wedges), space.width
        space.spend(size * (size + 1) << width, width * space.bits)
        self.den, self.num = [[0] * size for _ in wedges], [[0] * size for _ in wedges]
        self.alive: list[int] = []
        for k, x in enumerate(wedges):
            if len({i for i, _ in x}) == width and space.wedge(x, x)[0]:
                self.alive.append(k)
                for m in self.alive:
                    den, num = space.wedge(x, wedges[m])
                    self.den[k][m] = self.den[m][k] = den
                    self.num[k][m] = self.num[m][k] = num
        self.bits = bits_of(self.den) + bits_of(self.num)
        self.forms: dict[tuple[int, int], Table] = {}

    def form(self, goal: tuple[int, int]) -> Table:
        """The form that is >= 0 where the loss is at least the goal."""
        if goal not in self.forms:
            self.space.spend(4 * len(self.den) ** 2, self.bits + bits_of([goal]))
            pairs = zip(self.den, self.num)
            self.forms[goal] = [
                [goal[0] * x - goal[1] * y for x, y in zip(*rows)] for rows in pairs
            ]
        return self.forms[goal]

    def levels(self) -> list[Table]:
        """The forms at both levels."""
        return [self.form(level) for level in self.space.levels]

    @cached_property
    def heights(self) -> list[int]:
        """den(b, x) for all products x and x = b, the product of two responses (Lemma 25)."""
        space, (i, j) = self.space, self.space.basis
        rows = [tuple((s * space.cross[k][i], s * space.cross[k][j]) for k, s in wedge)
                for wedge in self.wedges]
        rows.append(tuple((row[i], row[j]) for row in (space.responses[i], space.responses[j])))
        space.spend(8 * len(rows), 2 * bits_of(x for row in rows for x in row))
        return [x[0] * y[1] - x[1] * y[0] for x, y in rows]

    def part(self, place: int, axes: Iterable[int]) -> int:
        """The coordinate of some axes that belongs to a coordinate of all."""
        return sum(place // self.strides[a] % self.shape[a] * self.strides[a] for a in axes)

    def pair(self, table: Table, x: Tensor, y: Tensor) -> int:
        bits = self.bits + bits_of([[*x.values()], [*y.values()]])
        self.space.spend(2 * len(x) * len(y) + 2, bits)
        return sum(u * sum(v * table[k][m] for m, v in y.items()) for k, u in x.items())


def tensors(gens: Sequence[list[Tensor]]) -> list[Tensor]:
    """All products of one tensor from each list."""
    found: list[Tensor] = [{0: 1}]
    for tail in gens:
        found = [
            {k + m: x * y for k, x in head.items() for m, y in last.items()}
            for head in found for last in tail
        ]
    return found


@lru_cache(maxsize=64)
def monomials(sizes: tuple[int, ...], skip: int = -1) -> list[int]:
    """For each choice of a variable in each slot their product, with packed exponents."""
    found, shift = [0], 0
    for s, size in enumerate(sizes):
        if s != skip:
            found = [key + (1 << shift + EXPONENT * k) for key in found for k in range(size)]
        shift += EXPONENT * size
    return found


@lru_cache(maxsize=64)
def squares(sizes: tuple[int, ...]) -> dict[int, list[tuple[int, int]]]:
    """The pairs of choices by their monomials."""
    groups: dict[int, list[tuple[int, int]]] = {}
    keys = monomials(sizes)
    for i, x in enumerate(keys):
        for j in range(i + 1):
            groups.setdefault(x + keys[j], []).append((i, j))
    return groups


def definite(found: Polynomial, powers: Iterable[int]) -> bool:
    """Whether no coefficient is negative, and those of some monomials are positive."""
    return min(found.values(), default=0) >= 0 and all(found.get(key, 0) > 0 for key in powers)


def is_box(found: Iterable[int], items: dict[int, list[int]]) -> bool:
    """Whether some coordinates are those of a product of sets of items, and there are any."""
    sides = [set(side) for side in zip(*(items[k] for k in found))]
    return bool(sides) and found == {k for k, x in items.items() if all(map(contains, sides, x))}


class Region:
    """A part of a root, on which the coefficients of polynomials decide."""

    root: Root

    def bilinear(self, table: Table, left: Terms, right: Terms) -> Polynomial:
        """The values of a form on two sums of tensors with monomials."""
        twin = left is right  # by symmetry half of the pairs, twice
        entries = (sum(len(x) for _, x in left) * len(right) >> twin) + len(table) * sum(
            len(y) for _, y in right)
        size = bits_of([*x.values()] for _, x in left) + bits_of([*y.values()] for _, y in right)
        self.root.space.spend(entries + len(left) * len(right), self.root.bits + size)
        found: Polynomial = {}
        for n, (key, y) in enumerate(right):
            image = [sum(v * row[m] for m, v in y.items()) for row in table]
            for m, (other, x) in enumerate(left[: n + 1] if twin else left):
                value = sum(v * image[k] for k, v in x.items()) << (twin and m < n)
                found[key + other] = found.get(key + other, 0) + value
        return found

    def linear(self, values: Sequence[int], w: Terms) -> Polynomial:
        """A sum of tensors with monomials in a linear form that has these values."""
        bits = bits_of([values]) + bits_of([*g.values()] for _, g in w)
        self.root.space.spend(2 * sum(len(g) + 1 for _, g in w), bits)
        return {key: sum(x * values[k] for k, x in g.items()) for key, g in w}

    def times(self, first: Polynomial, second: Polynomial) -> Polynomial:
        bits = bits_of([[*first.values()], [*second.values()]])
        self.root.space.spend(2 * len(first) * len(second), 2 * bits)
        found: Polynomial = {}
        for key, x in first.items():
            for other, y in second.items():
                found[key + other] = found.get(key + other, 0) + x * y
        return found

    def terms(self) -> Terms:
        """The product, up to a positive factor, in monomials of the coefficients."""
        raise NotImplementedError

    def powers(self) -> Iterable[int]:
        """The monomials of a form that have one generator only in each slot."""
        raise NotImplementedError

    def falls(self, kept: Terms, gone: Terms) -> None:
        """Check that the loss does not rise as a part of the product goes to 0 (Lemma 17)."""
        den = self.bilinear(self.root.den, kept, kept)
        require(definite(den, self.powers()), "a plane may be degenerate", Invalid)
        gone = [pair for pair in gone if pair[1]]
        both = [*((key, {k: 2 * x for k, x in g.items()}) for key, g in kept), *gone]
        good = all(definite(self.bilinear(form, both, gone), ()) for form in self.root.levels())
        require(good, "the loss may rise", Invalid)

    def convex(self, form: Polynomial, slots: list[list[tuple[int, int]]], how: Any) -> None:
        """Check that a form in variables with sizes is not negative, by convexity (Lemma 23)."""
        count, spend = len(slots), self.root.space.spend
        good = isinstance(how, list) and len(how) == 2
        good = good and all(isinstance(part, list) and len(part) == count for part in how)
        require(good, "not a bound by convexity")
        left: list[list[int]] = []  # the variables that are not removed
        factor: dict[int, int] = {}  # that makes their generators equal in size in each slot
        point: dict[int, int] = {}
        for removed, values, slot in zip(*how, slots):
            good = increasing(removed, len(slot)) and len(integers(values, "a point")) == (
                len(slot) - len(removed)) and min(values, default=-1) >= 0 < max(values)
            require(good, "not generators and a point of the others")
            unit = common([[Fraction(1, size) for _, size in slot]], "the sizes of generators")
            left.append([key for k, (key, _) in enumerate(slot) if k not in removed])
            factor.update((key, unit // size) for key, size in slot)
            point.update(zip(left[-1], values))
        pairs = [[*combinations_with_replacement(row, 2)] for row in left]
        bits = bits_of([[*form.values()], [0]]) + 2 * count * (
            1 + bits_of([[*point.values()], [*factor.values()]]))
        spend(8 * count * prod(map(len, pairs)), bits)
        # The values of the symmetric form, times 2 ** count; the value and slopes at the point.
        mean: dict[int, int] = {}
        value, slopes = 0, dict.fromkeys(point, 0)
        for choice in product(*pairs):
            key = sum(map(sum, choice))
            x = form.get(key, 0) * prod(factor[i] * factor[j] for i, j in choice)
            mean[key] = x << sum(i == j for i, j in choice)
            powers = [point[i] * point[j] for i, j in choice]
            value += x * prod(powers)
            for s, (i, j) in enumerate(choice):
                rest = x * prod(powers[:s] + powers[s + 1 :])
                slopes[i] += rest * point[j]
                slopes[j] += rest * point[i]
        good = all(x >= 0 for key, x in form.items() if key not in mean)
        require(good, "a coefficient of a removed generator is negative", Invalid)
        steps = (sum(point[k] for k in row) * min(slopes[k] for k in row) for row in left)
        good = value + sum(step - 2 * value for step in steps) >= 0
        require(good, "the tangent plane is negative at a vertex", Invalid)
        # The second derivatives in the directions from the first generators to the others.
        moves = [(s, row[0], key) for s, row in enumerate(left) for key in row[1:]]
        for choice in product(*pairs) if count > 1 else [(pairs[0][0],)]:
            whole, matrix = sum(map(sum, choice)), [[0] * len(moves) for _ in moves]
            spend(12 * len(moves) ** 2 + 1, bits)
            for n, (s, f, a) in enumerate(moves):
                for m, (t, g, b) in enumerate(moves[: n + 1]):
                    rest = whole - sum(choice[s])
                    bases = [rest, rest] if s == t else [
                        rest - sum(choice[t]) + x + y for x in choice[s] for y in choice[t]
                    ]
                    matrix[n][m] = matrix[m][n] = sum(
                        mean[k + a + b] - mean[k + a + g] - mean[k + f + b] + mean[k + f + g]
                        for k in bases
                    )
            good = semidefinite_rank(self.root.space, matrix) >= 0
            require(good, "a form is not convex", Invalid)

    def spacelike(self, vectors: Any) -> None:
        """Check that no product is inside of the cone of a lower loss, by vectors (Lemma 25)."""
        root, space, (a, b) = self.root, self.root.space, self.root.space.goal
        space.spend(2 * len(space.responses) ** 2, 2 * bits_of([*space.responses, (a, b)]))
        norm = sum(x * x for row in space.responses for x in row)  # m1 ** 2 + m2 ** 2
        good = space.width == len(space.basis) == 2 and 2 * a > b * space.square
        good = good and 2 * a * (a - b * space.square) + b * b * (space.square**2 - norm) > 0
        require(good, "the form has no light cone", Invalid)
        form, (*heights, area), slope = root.form(space.goal), root.heights, a - b * space.square
        good = isinstance(vectors, list) and 1 <= len(vectors) <= 2
        good = good and all(isinstance(z, list) and len(z) == 2 for z in vectors)
        require(good, "not one or two vectors")
        w, bits = self.terms(), root.bits + bits_of([(a, b), heights])
        sides, halves = self.linear(heights, w).values(), set[bool]()
        for y, s in vectors:
            good = type(s) is int and len(integers(y, "a vector")) == len(form)
            require(good, "the vector does not fit the root")
            space.spend(2 * (len(form) + 4) ** 2, bits + 2 * bits_of([y, [s]]))
            height = s * area + sum(map(mul, heights, y))
            image = [sum(map(mul, row, y)) + s * slope * x for row, x in zip(form, heights)]
            good = height and sum(map(mul, image, y)) + s * slope * height <= 0
            require(good, "a vector is not in the cone", Invalid)
            good = definite(self.linear(image, w), ())
            require(good, "a product is on the side of the vector", Invalid)
            halves.add(height > 0)
        good = halves >= {x > 0 for x in sides if x}
        require(good, "a half of the cone has no vector", Invalid)

    def elsewhere(self, neurons: Any, sizes: Sequence[int], products: list[Tensor]) -> None:
        """Check that products are those of neurons in pieces, up to one factor (Lemma 24)."""
        space, root = self.root.space, self.root
        good = isinstance(neurons, list) and len(neurons) == space.width
        good = good and all(isinstance(row, list) and len(row) == 3 for row in neurons)
        require(good, "not neurons for all factors")
        images: list[list[tuple[list[Signed], list[int]]]] = []  # vectors, their inner products
        for slot, place, rows in neurons:
            good = type(slot) is type(place) is int and -1 <= slot < len(sizes)
            require(good and 0 <= place < len(space.pieces), "a neuron in no slot or no piece")
            piece, count = space.pieces[place], sizes[slot] if slot >= 0 else 1
            good = isinstance(rows, list) and len(rows) == count
            good = good and all(len(integers(row, "a neuron")) == len(piece) for row in rows)
            good = good and all(min(row) >= 0 < max(row) for row in rows)
            require(good, "not vectors of a piece")
            space.spend(2 * count * len(space.inner) * len(piece), space.bits + bits_of(rows))
            sums = [[(i, s * c) for (i, s), c in zip(piece, row)] for row in rows]
            images.append([
                (x, [sum(f * row[i] for i, f in x) for row in space.inner]) for x in sums
            ])
        slots = [slot for slot, _, _ in neurons]
        good = all(slot < 0 or slots.count(slot) == 1 for slot in slots)
        require(good, "two neurons in one slot")
        bits = 2 * space.width * max(bits_of([y]) for image in images for _, y in image)
        first: tuple[int, int] | None = None
        for pick, w in zip(product(*map(range, sizes)), products):
            space.spend((len(w) + 1) * space.width << space.width, bits)
            chosen = [image[pick[slot] if slot >= 0 else 0] for image, slot in zip(images, slots)]
            size = expansion([[(sum(f * y[i] for i, f in x), 0) for _, y in chosen]
                              for x, _ in chosen])[0]
            mixed = sum(
                x * expansion([[(s * y[i], 0) for _, y in chosen] for i, s in root.wedges[k]])[0]
                for k, x in w.items()
            )
            first = first or (mixed, size)
            good = mixed and root.pair(root.den, w, w) * size == mixed * mixed
            good = good and first[0] * size == mixed * first[1]
            require(good, "the product is not that of the neurons", Invalid)


class Cell(Region):
    """A part of a root: in each slot the tensors that its generators span (Lemma 16)."""

    def __init__(self, root: Root, slots: list[Slot], form: Table, pure: bool) -> None:
        self.root, self.slots, self.form = root, slots, form
        self.pure = pure  # whether only coordinates without a product were ever dropped
        self.sizes = tuple(len(gens) for _, gens in slots)
        self.bits = bits_of(form)
        self.words = len(form) ** 2 * (5 + (self.bits >> 5)) + 100

    def dead(self, s: int, axes: Sequence[int], new: Tensor, gone: Sequence[int]) -> bool:
        """Whether the products of a tensor with those of all slots but some are 0."""
        others = [gens for t, (_, gens) in enumerate(self.slots) if t not in gone]
        den, pair = self.root.den, self.root.pair
        return len(axes) > 1 and not any(pair(den, x, x) for x in tensors([[new], *others]))

    def support(self, axes: Sequence[int]) -> dict[int, list[int]]:
        """The items of those coordinates of a slot that have a product which is not 0."""
        root = self.root
        root.space.spend(8 * len(root.alive) * len(root.shape))
        places = {root.part(place, axes) for place in root.alive}
        return {k: [k // root.strides[a] % root.shape[a] for a in axes] for k in sorted(places)}

    def void(self, axes: Sequence[int], box: Any) -> list[int]:
        """The coordinates of a box of items of some axes: their products have to vanish."""
        good = isinstance(box, list) and len(box) == len(axes)
        good = good and all(increasing(part, self.root.shape[a]) for part, a in zip(box, axes))
        require(good and all(box), "not a box of the slot")
        strides = [self.root.strides[a] for a in axes]
        low = [sum(map(mul, row, strides)) for row in product(*box)]
        require(not self.support(axes).keys() & low, "a product in the box is not 0", Invalid)
        return low

    def coordinates(self, s: int) -> list[int]:
        """The coordinates of a slot, in order."""
        steps = [range(0, n * step, step) for n, step in
                 ((self.root.shape[a], self.root.strides[a]) for a in self.slots[s][0])]
        return [*map(sum, product(*steps))]

    def split(self, s: int, i: int, j: int, p: int, q: int) -> list["Cell"]:
        """The two parts of a cell on the sides of p times a generator plus q times another."""
        axes, gens = self.slots[s]
        bits = self.bits + bits_of([(p, q)]) + bits_of([*g.values()] for g in gens)
        self.root.space.spend(4 * len(self.form) ** 2 + 8 * len(self.root.den), bits)
        new = combine(p, gens[i].items(), q, gens[j].items())
        divisor = gcd(*new.values())
        new = reduced(new)
        dead = self.dead(s, axes, new, [s])
        pure = self.pure and not (dead and self.support(axes).keys() & new)
        step = prod(self.sizes[s + 1 :])
        places = [n for n in range(len(self.form)) if n // step % self.sizes[s] == i]
        parts = []
        for k in (j, i):
            form = list(self.form)
            for n in places:
                first, second = self.form[n], self.form[n + (j - i) * step]
                form[n + (k - i) * step] = [(p * x + q * y) // divisor
                                            for x, y in zip(first, second)]
            for m, row in enumerate(form):
                old, form[m] = row, list(row)
                for n in places:
                    value = (p * old[n] + q * old[n + (j - i) * step]) // divisor
                    form[m][n + (k - i) * step] = value
            tail = [] if dead else [new]
            slots = list(self.slots)
            slots[s] = axes, gens[:k] + tail + gens[k + 1 :]
            if dead:
                left = [n for n in range(len(form)) if n // step % self.sizes[s] != k]
                form = [[form[m][n] for n in left] for m in left]
            parts.append(Cell(self.root, slots, form, pure))
        return parts

    def merge(self, chosen: Sequence[int]) -> "Cell":
        """The same cell with some slots as one."""
        pure, kept, merged = self.pure, [], []
        axes = sorted(a for s in chosen for a in self.slots[s][0])
        alive = self.support(axes).keys()
        picks = product(*(range(self.sizes[s]) for s in chosen))
        self.root.space.spend(len(self.form) ** 2, self.bits)
        for pick, new in zip(picks, tensors([self.slots[s][1] for s in chosen])):
            if self.dead(chosen[0], axes, new, chosen):
                pure = pure and not alive & new
            else:
                merged.append(new)
                kept.append(sum(n * prod(self.sizes[s + 1 :]) for s, n in zip(chosen, pick)))
        places = [0]
        slots: list[Slot] = []
        for s, slot in enumerate(self.slots):
            if s == chosen[0]:
                slots.append((axes, merged))
                places = [n + m for n in places for m in kept]
            elif s not in chosen:
                slots.append(slot)
                step = prod(self.sizes[s + 1 :])
                places = [n + m * step for n in places for m in range(self.sizes[s])]
        form = [[self.form[m][n] for n in places] for m in places]
        return Cell(self.root, slots, form, pure)

    def terms(self) -> Terms:
        return [*zip(monomials(self.sizes), tensors([gens for _, gens in self.slots]))]

    def powers(self) -> Iterable[int]:
        return (2 * key for key in monomials(self.sizes))

    def variables(self) -> list[list[tuple[int, int]]]:
        """The variables of each slot, with the sizes of their generators."""
        starts = accumulate(self.sizes, initial=0)
        return [[(1 << EXPONENT * (n + k), sum(g.values())) for k, g in enumerate(gens)]
                for n, (_, gens) in zip(starts, self.slots)]

    def bounded(self) -> bool:
        """Whether no coefficient of the form of the goal is negative, by its table."""
        self.root.space.spend(len(self.form) ** 2, self.bits)
        groups, form = squares(self.sizes).values(), self.form
        return all(sum(form[i][j] for i, j in group) >= 0 for group in groups)

    def above(self, table: Table, how: list[Any]) -> None:
        """Check that a form is not negative, by coefficients or by convexity."""
        w = self.terms()
        form = self.bilinear(table, w, w)
        if how:
            self.convex(form, self.variables(), how[0])
        require(how or definite(form, ()), "a coefficient is negative", Invalid)

    def shrinks(self, s: int, gone: set[int]) -> list[Tensor]:
        """Check that the loss does not rise without some coordinates of a slot (Lemma 17)."""
        lists, parts = [gens for _, gens in self.slots], []
        for lost in (False, True):
            lists[s] = [
                {k: x for k, x in g.items() if (k in gone) == lost} for g in self.slots[s][1]
            ]
            parts.append([*zip(monomials(self.sizes), tensors(lists))])
        self.falls(*parts)
        return [w for _, w in parts[0]]

    def products_only(self) -> None:
        require(self.pure, "a cell with a product that vanished by cancellation", Invalid)

    def retreats(self, axis: int, item: int) -> None:
        """Check that the loss does not rise as an axis goes to one item."""
        self.products_only()
        s = next(n for n, (axes, _) in enumerate(self.slots) if axis in axes)
        step, size = self.root.strides[axis], self.root.shape[axis]
        self.shrinks(s, {k for k in self.coordinates(s) if k // step % size != item})

    def close(self, head: str, rest: list[Any]) -> None:
        """Check that limits are networks (Lemmas 18 and 24), or that nothing stays (Lemma 19)."""
        size = 3 if head == "e" else 2
        require(size <= len(rest) <= size + 1, "not a step of this proof")
        s, what = rest[:2]
        require(type(s) is int and 0 <= s < len(self.sizes), "not a slot of the cell")
        if self.root.space.least:
            self.above(self.root.levels()[0], rest[size:])
        if head == "n":
            return self.flows(s, what)
        places = self.coordinates(s)
        require(increasing(what, len(places)), "not coordinates of the slot")
        gone = {places[k] for k in what}
        kept = self.shrinks(s, gone)
        return self.elsewhere(rest[2], self.sizes, kept) if head == "e" else self.realised(s, gone)

    def realised(self, s: int, gone: set[int]) -> None:
        """Check that limits without some coordinates have the supports of products (Lemma 18)."""
        self.products_only()
        for t, (axes, gens) in enumerate(self.slots):
            if len(axes) == 1:
                continue
            items, family = self.support(axes), set[frozenset[int]]()
            for g in gens:
                own = frozenset(k for k in g if k in items and not (t == s and k in gone))
                new = {own, *(own | other for other in family)} - family
                self.root.space.spend(4 * len(family) + 4 * len(new) * len(items) * len(axes))
                # Checked at once: there are not many products of sets.
                good = all(is_box(found, items) for found in new)
                require(good, "a limit may not be realised", Invalid)
                family |= new

    def flows(self, s: int, box: Any) -> None:
        """Check that no network of the cell is a critical point (Lemma 19)."""
        self.products_only()
        (axes, gens), root, w = self.slots[s], self.root, self.terms()
        require(len(gens) <= MAX_SUBSETS, "a slot with too many generators")
        low, items, variables = self.void(axes, box), self.support(axes), self.variables()[s]
        linear = {k: {x: g[k] for (x, _), g in zip(variables, gens) if k in g} for k in items}
        steps = {k: weight for k, row in items.items() if (
            weight := sum(x not in part for x, part in zip(row, box)) - 1) > 0}
        require(steps, "nothing moves", Invalid)
        products: dict[int, Polynomial] = {k: {} for k in steps}
        suitable = [found for found in ([self.exchanged(k, m, axes, items) for k in steps]
                    for m in low) if all(found)]
        require(suitable, "the products next to the box are 0", Invalid)
        for k, pairs in zip(steps, zip(*suitable)):
            for i, j in pairs:
                new = self.times(linear[i], linear[j])
                products[k] = combine(1, products[k].items(), steps[k], new.items())
        forms: list[Polynomial] = [{} for _ in root.levels()]
        for k, known in products.items():
            lists = [[{k: 1}] if t == s else g for t, (_, g) in enumerate(self.slots)]
            v = [*zip(monomials(self.sizes, s), tensors(lists))]
            for n, table in enumerate(root.levels()):
                new = self.times(known, self.bilinear(table, w, v))
                forms[n] = combine(1, forms[n].items(), 1, new.items())
        unions, realised = [frozenset[int]()], []  # of generators, those that tuples may have
        root.space.spend(len(items) * len(axes) << len(gens))
        for mask in range(1, 1 << len(gens)):
            last = mask.bit_length() - 1
            unions.append(unions[mask ^ 1 << last] | (items.keys() & gens[last]))
            realised += [mask] if is_box(unions[-1], items) else []
        for sign in (1, -1):
            if all(self.moves(s, form, sign, realised) for form in forms):
                return
        raise Invalid("the loss may not move")

    def exchanged(self, k: int, m: int, axes: Sequence[int], items: Any) -> Any:
        """The coordinates after the first exchange of items that gives no product 0."""
        for size in range(1, len(axes)):
            for chosen in combinations(axes, size):
                self.root.space.spend(8 * size)
                step = self.root.part(k, chosen) - self.root.part(m, chosen)
                if k - step in items and m + step in items:
                    return k - step, m + step
        return None

    def moves(self, s: int, form: Polynomial, sign: int, realised: list[int]) -> bool:
        """Whether no coefficient is negative, and the form is positive at tuples (Lemma 19)."""
        variables, positive = self.variables()[s], dict[int, set[int]]()
        self.root.space.spend(len(form) * (len(variables) + 2))
        for key, x in form.items():
            # The generators in positive monomials, by the powers in other slots.
            powers = [key & y * ((1 << EXPONENT) - 1) for y, _ in variables]
            used = sum(1 << n for n, y in enumerate(powers) if y)
            if x * sign < 0:
                return False
            if x:
                positive.setdefault(key - sum(powers), set()).add(used)
        for key in monomials(self.sizes, s):
            known = positive.get(2 * key, set())
            self.root.space.spend(len(realised) * (len(known) + 1))
            if not all(any(not x & ~mask for x in known) for mask in realised):
                return False
        return True


class Chart(Region):
    """Tuples near a box of products that vanish, by directions and distance (Lemma 21)."""

    def __init__(self, root: Root, outside: Any, groups: list[list[Tensor]]) -> None:
        self.root, self.outside, self.groups = root, outside, groups
        self.sizes = tuple(map(len, groups))
        self.count = len({a for a, _ in outside})  # axes with vectors outside the box
        self.spread = [(g, sum(g.values())) for g in groups[-2]]  # with their sizes
        lists = [g for _, g in outside] + [g for group in groups for g in group]
        self.bits = bits_of([*g.values()] for g in lists)
        self.words = len(lists) * (len(self.sizes) + 2) * (5 + (self.bits >> 5)) + 100
        # In a monomial: inside generators, the radius, t, and from `place` on the spread.
        starts = [*accumulate(self.sizes[:-2], initial=0)]
        self.radius, self.t, self.place = (EXPONENT * (starts[-1] + n) for n in (0, 2, 3))
        self.starts = [*(EXPONENT * n for n in starts[:-1]), self.place, self.radius]

    @classmethod
    def of(cls, cell: Cell, box: Any) -> "Chart":
        """The chart of a cell at a box."""
        root, axes = cell.root, range(len(cell.root.shape))
        require(len(cell.slots) == len(axes), "a chart of merged slots")
        cell.void(axes, box)
        bits = bits_of([*g.values()] for _, gens in cell.slots for g in gens)
        root.space.spend(8 * len(root.den) * sum(cell.sizes), bits)
        inside: list[list[Tensor]] = [[] for _ in axes]
        parts: list[tuple[int, Tensor, int]] = []
        for a, items in zip(axes, box):
            for g in cell.slots[a][1]:
                kept = {k: x for k, x in g.items() if k // root.strides[a] in items}
                rest = {k: x for k, x in g.items() if k not in kept}
                if kept and reduced(kept) not in inside[a]:
                    inside[a].append(reduced(kept))
                if rest:
                    parts.append((a, rest, sum(kept.values())))
            if len(items) == 2 and len(inside[a]) > 2:  # the others are between the extreme ones
                places = [k * root.strides[a] for k in items]
                pairs = [[g.get(k, 0) for k in places] for g in inside[a]]
                ratios = [Fraction(x, x + y) for x, y in pairs]
                extremes = {ratios.index(min(ratios)), ratios.index(max(ratios))}
                inside[a] = [inside[a][k] for k in sorted(extremes)]
        require(all(inside) and parts, "nothing is in the box, or everything", Invalid)
        unit = common([[Fraction(1, size or 1) for _, _, size in parts]], "a chart")
        longest: dict[Any, tuple[int, Tensor]] = {}  # of parallel vectors: others have smaller t
        for a, g, y in parts:
            vector = {k: x * unit // y if y else x for k, x in g.items()}
            key = a, tuple(sorted(reduced(vector).items()))
            if key not in longest or sum(longest[key][1].values()) < sum(vector.values()):
                longest[key] = a, vector
        outside = list(longest.values())
        bounded = {0: unit, 1: len({a for a, _, _ in parts})}
        ends = [{0: 1}, bounded if all(size for _, _, size in parts) else {1: 1}]
        return cls(root, outside, [*inside, [{k: 1} for k in range(len(outside))], ends])

    def split(self, s: int, i: int, j: int, p: int, q: int) -> list["Chart"]:
        """The two parts of a chart on the sides of p times a generator plus q times another."""
        group = self.groups[s]
        size = sum(map(len, group)) + sum(self.sizes)
        self.root.space.spend(8 * size, self.bits + bits_of([(p, q)]))
        new = reduced(combine(p, group[i].items(), q, group[j].items()))
        tails = [[*group[:k], new, *group[k + 1 :]] for k in (j, i)]
        lists = [[*self.groups[:s], tail, *self.groups[s + 1 :]] for tail in tails]
        return [Chart(self.root, self.outside, groups) for groups in lists]

    def terms(self, axis: int = -1, outer: bool = False) -> Terms:
        """W in t and coefficients, or its terms in which an axis is outside, or inside."""
        t = 1 << self.t
        found: dict[int, Tensor] = {0: {0: 1}}
        for a, (start, gens) in enumerate(zip(self.starts, self.groups[:-2])):
            keys = [1 << start + EXPONENT * n for n in range(len(gens))]
            options = [*zip(keys, gens)] if a != axis or not outer else []
            for m, (c, _) in enumerate(self.spread) if a != axis or outer else ():
                vector: Tensor = {}
                for k, x in c.items():
                    if self.outside[k][0] == a:
                        vector = combine(1, vector.items(), x, self.outside[k][1].items())
                for key, g in zip(keys, gens) if vector else ():
                    size = sum(g.values())
                    outer_part = {k: size * x for k, x in vector.items()}
                    options.append((key + t + (1 << self.place + EXPONENT * m), outer_part))
            work = sum(map(len, found.values())) * sum(len(y) for _, y in options)
            self.root.space.spend(2 * work + len(found) * len(options), len(self.sizes) * self.bits)
            grown: dict[int, Tensor] = {}
            for (key, left), (step, right) in product(found.items(), options):
                total = grown.setdefault(key + step, {})
                for k, x in left.items():
                    for n, y in right.items():
                        total[k + n] = total.get(k + n, 0) + x * y
            found = grown
        alive = set(self.root.alive)
        rows = ((key, {k: x for k, x in g.items() if k in alive}) for key, g in found.items())
        return [(key - t, g) for key, g in rows if g and self.power(key)]

    def power(self, key: int) -> int:
        """The exponent of t in a monomial."""
        return key >> self.t & (1 << EXPONENT) - 1

    def degrees(self, drop: int = 0) -> list[int]:
        """The degrees of a form of W in the groups; fewer in the radius for derivatives."""
        return [2] * len(self.root.shape) + [2 * self.count, 2 * self.count - 2 - drop]

    def bilinear(self, table: Table, left: Terms, right: Terms, drop: int = 0) -> Polynomial:
        """A form of two sums, with all written in coefficients."""
        return self.written(super().bilinear(table, left, right), self.degrees(drop))

    def linear(self, values: Sequence[int], w: Terms) -> Polynomial:
        """The same of W, with the radius and the sizes written in coefficients."""
        degrees = [1] * len(self.root.shape) + [self.count, self.count - 1]
        return self.written(super().linear(values, w), degrees)

    def written(self, found: Polynomial, degrees: Sequence[int]) -> Polynomial:
        """A polynomial of these degrees with the radius and the sizes in coefficients."""
        size = prod(comb(k + n - 1, n) for k, n in zip(self.sizes, degrees))
        require(size <= MAX_TERMS, "a polynomial has too many terms")
        parts: list[Polynomial] = [{} for _ in range(degrees[-1] + 1)]
        for key, x in found.items():
            parts[self.power(key)][key - (self.power(key) << self.t)] = x
        ends = [*zip((1 << self.radius, 1 << self.radius + EXPONENT), self.groups[-1])]
        far = {key: g[1] for key, g in ends if 1 in g}
        near = {
            key + (1 << self.place + EXPONENT * m): g[0] * size
            for key, g in ends if 0 in g for m, (_, size) in enumerate(self.spread)
        }
        power: Polynomial = {0: 1}
        total: Polynomial = {}
        for part in parts:
            new = self.times(part, power)
            total = combine(1, self.times(total, near).items(), 1, new.items())
            power = self.times(power, far)
        return total

    def monomials(self, degrees: Sequence[int], moving: bool = False) -> list[int]:
        """Products of one power from each group, of these degrees; at t > 0 if moving."""
        rows = [[n << start + EXPONENT * k for k in range(size)]
                for n, start, size in zip(degrees, self.starts, self.sizes)]
        if moving:
            rows[-1] = [key for key, g in zip(rows[-1], self.groups[-1]) if 1 in g]
        return [*map(sum, product(*rows))]

    def powers(self) -> Iterable[int]:
        return self.monomials(self.degrees())

    def parts(self) -> tuple[Terms, Terms]:
        """W without t, and the rest."""
        both: tuple[Terms, Terms] = [], []
        for key, g in self.terms():
            both[self.power(key) > 0].append((key, g))
        return both

    def variables(self) -> list[list[tuple[int, int]]]:
        """The variables of the groups but the radius, with the sizes of their generators."""
        return [[(1 << start + EXPONENT * k, sum(g.values())) for k, g in enumerate(gens)]
                for start, gens in zip(self.starts, self.groups[:-1])]

    def above(self, table: Table, how: list[Any]) -> None:
        """Check that a form is not negative, by coefficients, or at t = 0 by convexity."""
        w, second = self.terms(), (1 << EXPONENT) - 1 << self.radius + EXPONENT
        form = self.bilinear(table, w, w)
        if how:
            require(1 not in self.groups[-1][0], "the chart is not at the stratum", Invalid)
            form = {key: x for key, x in form.items() if key & second}
            kept, _ = self.parts()
            self.convex(super().bilinear(table, kept, kept), self.variables(), how[0])
        require(definite(form, ()), "a coefficient is negative", Invalid)

    def retreats(self, axis: int, item: int) -> None:
        """Check that the loss does not rise as an axis goes to one item."""
        places = {k // self.root.strides[axis] for g in self.groups[axis] for k in g}
        require(places == {item}, "the axis keeps another item", Invalid)
        self.falls(self.terms(axis), self.terms(axis, True))

    def close(self, head: str, rest: list[Any]) -> None:
        """Check that limits are networks, or that the loss rises with t."""
        size = int(head == "e")
        require(size <= len(rest) <= size + 1, "not a step of this proof")
        good = all(0 in g and (1 in g or head != "r") for g in self.groups[-1])
        require(good, "the chart reaches the stratum, or has no bound", Invalid)
        if self.root.space.least:
            self.above(self.root.levels()[0], rest[size:])
        kept, gone = self.parts()
        w, t = kept + gone, 1 << self.t
        if head == "r":
            return self.falls(w, [])
        if head == "e":
            self.falls(kept, gone)
            products, keys = dict(kept), self.monomials([1] * (len(self.sizes) - 1))
            return self.elsewhere(rest[0], self.sizes[:-1], [products[key] for key in keys])
        require(self.count > 1, "nothing moves", Invalid)
        v = [(key - t, {k: n * x for k, x in g.items()}) for key, g in w if (n := self.power(key))]
        powers = self.monomials(self.degrees(1), True)
        forms = [self.bilinear(table, w, v, 1) for table in self.root.levels()]
        good = any(
            all(definite({key: sign * x for key, x in form.items()}, powers) for form in forms)
            for sign in (1, -1)
        )
        return require(good, "the loss may not move", Invalid)


def increasing(value: Any, size: int) -> bool:
    """Whether a value is a list of integers from 0 to size - 1, each larger than the one before."""
    values = [-1, *integers(value, "the places"), size]
    return values == sorted(set(values))


def close_root(root: Root, kind: str, lines: Lines) -> None:
    """Read the steps that close the cells of a root, depth first."""
    slots: list[Slot] = [
        ([a], [{k * root.strides[a]: 1} for k in range(size)]) for a, size in enumerate(root.shape)
    ]
    goal = root.form(root.space.goal)
    stack: list[Cell | Chart] = [Cell(root, slots, goal, True)]
    live = stack[0].words
    while stack:
        cell = stack.pop()
        live -= cell.words
        if not all(cell.sizes):
            continue
        step = lines.step()
        head, rest, count = step[0], step[1:], len(cell.sizes)
        parts: Sequence[Cell | Chart] = []
        if head == "b" and len(rest) == 5:
            s, i, j, p, q = integers(rest, "the split")
            good = 0 <= s < count and min(p, q) > 0
            require(good and 0 <= i < j < cell.sizes[s], "not a split of a slot")
            parts = cell.split(s, i, j, p, q)[::-1]
        elif step == ["p"] and isinstance(cell, Cell):
            require(cell.bounded(), "a coefficient is negative", Invalid)
        elif step == ["p"] or (head == "v" and len(rest) == 1):
            cell.above(goal, rest)
        elif head == "z" and len(rest) == 1:
            cell.spacelike(rest[0])
        elif head == "m" and len(rest) == 2:
            axis, item = integers(rest, "the retreat")
            require((axis, item) in root.retreats, "not a retreat of the root", Invalid)
            cell.retreats(axis, item)
        elif (kind, head) in (("attained", "r"), ("attained", "e"), ("level", "n")):
            cell.close(head, rest)
        elif isinstance(cell, Chart):
            raise Malformed("not a step of this proof")
        elif step == ["s"]:
            good = semidefinite_rank(root.space, cell.form) >= 0
            require(good, "a form is not semidefinite", Invalid)
        elif head == "w" and len(rest) >= 2:
            require(increasing(rest, count), "not slots of the cell")
            parts = [cell.merge(rest)]
        else:
            require(head == "c" and len(rest) == 1, "not a step of this proof")
            parts = [Chart.of(cell, rest[0])]
        stack += parts
        live += sum(part.words for part in parts)
        require(live <= MAX_LIVE, "the proof is too deep")


def secants(problem: Problem, lower: Fraction, lines: Lines) -> tuple[str, Fraction | None]:
    """Spans of two or more neurons, any numbers of inputs and outputs (Lemmas 13 to 25)."""
    lines.rate *= 4
    space, head = Pieces(problem), lines.step()
    while head[0] == "refine":
        space.refine(head[1:])
        head = lines.step()
    space.keep(space.pieces)

    def at(loss: Fraction) -> tuple[int, int]:
        return space.at((loss - problem.scatter) * problem.unit**2)

    kind, reach, empty, goal = head[0], None, True, lower
    space.least = lower > problem.scatter
    space.levels = [at(max(lower, problem.scatter))]
    if kind == "fit" and len(head) == 4:
        reach, rank = limit_loss(problem, space, head[1:]), len(space.basis)
        good = lower <= reach == problem.scatter and rank == problem.width
        good = good and not space.fitted(problem, space.pieces)
        require(good, "the fit is not one that no network has", Invalid)
        return "not-attained", reach
    if kind == "level" and len(head) == 5:
        goal, reach = rational(head[1], "the level"), limit_loss(problem, space, head[2:])
        require(max(reach, lower - 1) < goal >= lower, "the level is not above the limit", Invalid)
        space.levels.append(at(reach))
    elif head == ["attained"]:
        goal = problem.best
        require(lower <= goal, "the network is below the claim", Invalid)
        space.levels.append(at(goal))
    else:
        require(head == ["bounds"], "not a step of this proof")
    space.goal = at(goal)
    for root in space.roots():
        empty = False
        try:
            close_root(root, kind, lines)
        except (Invalid, Malformed) as error:
            raise type(error)(f"step {lines.count}: {error}") from None
    require(not empty, "there is no root", Invalid)
    return {"level": "not-attained", "attained": "attained"}.get(kind, "undecided"), reach


def limit_loss(problem: Problem, space: Pieces, step: list[Any]) -> Fraction:
    """The limit of the losses of networks that run to a point of a root (Lemma 20)."""
    index, factors, weights = step
    require(type(index) is int and index >= 0, "not a root")
    root = next(islice(space.roots(), index, None), None)
    if root is None:
        raise Malformed("the root does not exist")
    for rows in (factors, weights):
        good = isinstance(rows, list) and all(integers(row, "a row") for row in rows)
        good = good and tuple(map(len, rows)) == root.shape and min(map(min, rows)) >= 0
        require(good, "the limit does not fit the root")
    require(all(map(any, factors)), "the limit does not fit the root")
    space.spend(8 * len(root.den) ** 2, root.bits + 2 * len(root.shape) * bits_of(factors))
    space.spend(8 * len(root.den), bits_of(weights))
    y = [*map(prod, product(*factors))]
    order = [*map(sum, product(*weights))]
    least = min((order[k] for k in root.alive if y[k]), default=-1)
    point = {k: y[k] for k in root.alive if order[k] == least and y[k]}
    den, num = root.pair(root.den, point, point), root.pair(root.num, point, point)
    require(den, "the limit is degenerate", Invalid)
    return (space.square - Fraction(num, den)) / space.unit / problem.unit**2 + problem.scatter


# ------------------------------------------------------------------ one logistic or tanh neuron
# Numbers between two integers over ONE; docs/smooth.md proves Lemmas S1 to S9.
Between = tuple[int, int]
Sides = tuple[tuple[Fraction, Fraction], tuple[Fraction, Fraction]]


def enclose(x: Fraction) -> Between:
    low = x.numerator * ONE // x.denominator
    return low, -(-x.numerator * ONE // x.denominator)


def plus(*parts: Between) -> Between:
    return sum(low for low, _ in parts), sum(high for _, high in parts)


def minus(a: Between, b: Between) -> Between:
    return a[0] - b[1], a[1] - b[0]


def times(a: Between, b: Between) -> Between:
    found = [x * y for x in a for y in b]
    return min(found) >> PLACES, -(-max(found) >> PLACES)


def over(a: Between, b: Between) -> Between:
    """A quotient by something positive."""
    require(b[0] > 0, "a number cannot be told from zero", Invalid)
    low, high = a[0] * ONE, a[1] * ONE
    return low // b[low >= 0], -(-high // b[high < 0])


def join(a: Between, b: Between) -> Between:
    return min(a[0], b[0]), max(a[1], b[1])


@lru_cache(maxsize=1 << 14)
def decay(y: Fraction, places: int = PLACES) -> Between:
    """exp(-y) for y >= 0, by squaring exp(-y/2^k) with y/2^k <= 1/2 (Lemma S2)."""
    if y > places:
        return 0, 1
    halvings, guard = (y.numerator // y.denominator + 1).bit_length(), places + 32
    unit = 1 << guard
    x = y.numerator * unit // (y.denominator << halvings)
    term, total, count = unit, unit, 0
    while term:
        count += 1
        term = (term * x >> guard) // count
        total += -term if count % 2 else term
    low, high = total - 4 * count - 8, total + 4 * count + 8
    for _ in range(halvings):
        low, high = low * low >> guard, (high * high >> guard) + 1
    return low >> 32, (high >> 32) + 1


@lru_cache(maxsize=1 << 14)
def kernel(square: Fraction, x: Fraction) -> tuple[Between, Between]:
    """K_A(x) = c/(x s) and its derivative by A, series at y = A x^2 <= 1/2 (Lemma S5)."""
    y = enclose(square * x * x)
    require(2 * y[1] <= ONE + 2, "the box leaves the flat chart")
    term, c, s, ds = (ONE, ONE), (0, 0), (0, 0), (0, 0)
    for k in range(30):
        c, s = plus(c, term), plus(s, over_whole(term, 2 * k + 1))
        ds = plus(ds, over_whole(term, 2 * (2 * k + 1) * (2 * k + 3)))
        term = over_whole(times(term, y), (2 * k + 1) * (2 * k + 2))
    rest = 0, 2 * term[1] + 2
    c, s, ds = plus(c, rest), plus(s, rest), plus(ds, rest)
    place = enclose(x)
    slope = minus((s[0] // 2, s[1] // 2 + 1), over(times(c, ds), s))
    return over(over(c, s), place), over(times(place, slope), s)


def over_whole(a: Between, k: int) -> Between:
    return a[0] // k, -(-a[1] // k)


class Shapes:
    """Distinct inputs on [0, 1], centred responses of size 1, and the level G (Lemma S1)."""

    def __init__(self, problem: Problem) -> None:
        inputs = [form[0] for form in problem.forms]
        self.spend, self.count, self.weights = problem.spend, len(inputs), problem.weights
        length, means = max(inputs[-1] - inputs[0], 1), [row[0] for row in problem.targets]
        self.places = [Fraction(s - inputs[0], length) for s in inputs]
        self.total = sum(self.weights)
        centre = Fraction(sum(map(mul, self.weights, means)), self.total)
        moved = [t - centre for t in means]
        self.size = max(map(abs, moved)) or Fraction(1)
        self.unit, self.scatter = self.size / problem.unit, problem.scatter
        self.deviations = [d / self.size for d in moved]
        self.square = sum((w * d * d for w, d in zip(self.weights, self.deviations)), Fraction(0))
        self.scale = common([self.deviations], "the responses")
        self.pulls = [w * x for w, x in zip(self.weights, whole([self.deviations], self.scale)[0])]
        self.bits = 2 * (bits_of([self.pulls]) + PLACES) + problem.bits

    def mirrored(self) -> "Shapes":
        """The same problem read from the other end."""
        other = copy(self)
        other.places = [1 - x for x in self.places[::-1]]
        other.deviations, other.pulls = self.deviations[::-1], self.pulls[::-1]
        other.weights = self.weights[::-1]
        return other

    def level(self, loss: Fraction) -> Fraction:
        return (loss - self.scatter) / self.unit**2

    def loss(self, level: Fraction) -> Fraction:
        return self.scatter + self.unit**2 * level

    def terms(self, shape: Sequence[Fraction]) -> tuple[Fraction, Fraction]:
        """N and D of a rational shape."""
        top = sum((p * u for p, u in zip(self.pulls, shape)), Fraction(0)) / self.scale
        mean = sum((w * u for w, u in zip(self.weights, shape)), Fraction(0)) / self.total
        spread = sum((w * (u - mean) ** 2 for w, u in zip(self.weights, shape)), Fraction(0))
        return top, spread

    def step(self, place: int, theta: Fraction) -> list[Fraction]:
        return [Fraction(0)] * place + [theta] + [Fraction(1)] * (self.count - place - 1)

    def moments(self, inner: list[Between]) -> tuple[list[int], list[int], int, int, int]:
        """Centres, radii, N, sum w m and W sum w (m - mean)^2 in integers."""
        shape = [(0, 0), *inner, (ONE, ONE)]
        middle = [low + high >> 1 for low, high in shape]
        radii = [max(high - m, m - low) for m, (low, high) in zip(middle, shape)]
        first = sum(map(mul, self.weights, middle))
        second = sum(w * m * m for w, m in zip(self.weights, middle))
        spread = self.total * second - first * first
        return middle, radii, sum(map(mul, self.pulls, middle)), first, spread

    def above(self, inner: list[Between], level: Fraction) -> bool:
        """Whether G > level < Q for all shapes of a box, exact in integers (Lemma S3)."""
        if level >= self.square:
            return False
        middle, radii, top, first, spread = self.moments(inner)
        p, q = (self.square - level).as_integer_ratio()
        p, total = p * self.scale**2, self.total
        value = p * spread - q * total * top * top
        moved = 0
        for w, pull, m, rho in zip(self.weights, self.pulls, middle, radii):
            value -= 2 * abs(p * w * (total * m - first) - q * total * top * pull) * rho
            moved += abs(pull) * rho
        return value - q * total * moved * moved > 0

    def fit(self, inner: list[Between]) -> tuple[Between, list[Between]]:
        """v = N/D and w_i r_i for the inner points (Lemma S3)."""
        middle, radii, _, first, spread = self.moments(inner)
        lost = gained = 0
        for w, m, rho in zip(self.weights, middle, radii):
            lost += 2 * w * abs(self.total * m - first) * rho
            gained += self.total * w * rho * rho
        one, last = self.weights[0], self.weights[-1]
        least = max((spread - lost) // self.total >> PLACES, one * last * ONE // (one + last))
        most = (-(-(spread + lost + gained) // self.total) >> PLACES) + 1
        shape = [(0, 0), *inner, (ONE, ONE)]
        top = plus(*(times(enclose(Fraction(p, self.scale)), u)
                     for p, u in zip(self.pulls, shape)))
        v = over(top, (least, most))
        low, high = plus(*((w * a, w * b) for w, (a, b) in zip(self.weights, shape)))
        mean = low // self.total, -(-high // self.total)
        rows = [*zip(self.weights, self.deviations, shape)][1:-1]
        errors = [minus(enclose(d), times(v, minus(u, mean))) for _, d, u in rows]
        return v, [(w * a, w * b) for (w, _, _), (a, b) in zip(rows, errors)]

    def slope(self, fit: tuple[Between, list[Between]], derivatives: list[Between]) -> Between:
        """The derivative of G along a curve of shapes (Lemma S3)."""
        low, high = times(fit[0], plus((0, 0), *map(times, fit[1], derivatives)))
        return -2 * high, -2 * low


class FlatBoxes:
    """Shapes with r <= 1/2 in coordinates k and q = r^2 - k^2 (Lemma S5)."""

    def __init__(self, shapes: Shapes) -> None:
        self.shapes, self.inner = shapes, shapes.places[1:-1]
        self.root: Sides = (-Fraction(1, 2), Fraction(1, 2)), (Fraction(0), Fraction(1, 4))

    def squares(self, box: Sides) -> tuple[Fraction, Fraction]:
        (k0, k1), (q0, q1) = box
        least = Fraction(0) if k0 <= 0 <= k1 else min(k0 * k0, k1 * k1)
        return least + q0, max(k0 * k0, k1 * k1) + q1

    def values(self, box: Sides) -> list[Between]:
        ends = []
        for k, square in zip(box[0][::-1], self.squares(box)):
            last = minus(kernel(square, Fraction(1))[0], enclose(k))
            parts = [minus(kernel(square, x)[0], enclose(k)) for x in self.inner]
            ends.append([over(last, part) for part in parts])
        return [*map(join, *ends)]

    def derivatives(self, box: Sides, axis: int) -> list[Between]:
        low, high = self.squares(box)

        def ranges(x: Fraction) -> tuple[Between, Between]:
            (a, da), (b, db) = kernel(low, x), kernel(high, x)
            return join(a, b), join(da, db)

        k, found = join(*map(enclose, box[0])), []
        (last, rise), twice = ranges(Fraction(1)), (2 * k[0], 2 * k[1])
        for value, slope in map(ranges, self.inner):
            gap = minus(value, k)
            below = times(gap, gap)
            part = minus(times(rise, gap), times(slope, minus(last, k)))
            by_square = over(part, below)
            if axis == 0:
                by_square = plus(over(minus(last, value), below), times(twice, by_square))
            found.append(by_square)
        return found


class SteepBoxes:
    """Shapes with 1/2 <= r <= steepest and xi <= 1/2 in these coordinates (Lemma S6)."""

    def __init__(self, shapes: Shapes, steepest: Fraction) -> None:
        self.shapes, self.inner = shapes, shapes.places[1:-1]
        half = Fraction(1, 2)
        self.root: Sides = (half, steepest), (Fraction(0), half)

    def values(self, box: Sides) -> list[Between]:
        found = []
        for x in self.inner:
            gap = 1 - x
            z = [2 * r * (gap - xi) for r in box[0] for xi in box[1]]
            parts = [over(rise(2 * r * gap), rise(2 * r * x)) for r in box[0]]
            quotient = join(*parts)
            ends = []
            for exponent, factor in ((max(z), quotient[1]), (min(z), quotient[0])):
                power = decay(abs(exponent))
                if exponent > 0:  # u = e^-z/(e^-z + factor)
                    u = over(power, plus(power, (factor, factor)))
                else:  # u = 1/(1 + e^z factor)
                    odds = times(power, (factor, factor))
                    u = over((ONE, ONE), plus((ONE, ONE), odds))
                ends.append(u)
            low, high = join(*ends)
            found.append((max(low, 0), min(high, ONE)))
        return found

    def derivatives(self, box: Sides, axis: int) -> list[Between]:
        (r0, r1), _ = box
        r, xi = (join(*map(enclose, side)) for side in box)
        found = []
        for x, u in zip(self.inner, self.values(box)):
            factor = times((2 * u[0], 2 * u[1]), minus((ONE, ONE), u))
            if axis == 1:
                found.append(times(factor, r))
                continue
            gap = 1 - x
            first = join(*(over(enclose(gap), rise(2 * s * gap)) for s in (r0, r1)))
            last = join(*(
                over(times(enclose(x), decay(2 * s * x)), rise(2 * s * x)) for s in (r0, r1)
            ))
            moved = times(factor, minus(minus(first, xi), last))
            found.append((-moved[1], -moved[0]))
        return found


def rise(y: Fraction) -> Between:
    """1 - exp(-y)."""
    low, high = decay(y)
    return ONE - high, ONE - low


class Cover:
    """Boxes that cover all shapes, closed one by one (Lemmas S7 and S8)."""

    def __init__(self, lower: Fraction, upper: Fraction, lines: Lines) -> None:
        self.lower, self.upper, self.lines = lower, upper, lines  # levels of the claim
        self.escapes = self.stays = False

    def kept(self, proved: bool, touches: bool) -> None:
        require(proved, "the lower bound of a kept box is not proved", Invalid)
        self.stays = True
        self.escapes |= touches

    def bounded(self, chart: FlatBoxes | SteepBoxes, box: Sides) -> bool:
        """Whether the levels of a box are at least the lower bound, by the mean value theorem."""
        shapes, values = chart.shapes, chart.values(box)
        if self.lower <= 0 or shapes.above(values, self.lower):
            return True
        loss, fit = Fraction(0), shapes.fit(values)
        middle = [((low + high) / 2,) * 2 for low, high in box]
        for axis, (low, high) in enumerate(box):
            if low < high:
                slope = shapes.slope(fit, chart.derivatives(box, axis))
                loss += Fraction(max(slope[1], -slope[0]), ONE) * (high - low) / 2
        return shapes.above(chart.values((middle[0], middle[1])), self.lower + loss)

    def chart(self, chart: FlatBoxes | SteepBoxes) -> None:
        stack, shapes = [(chart.root, 0)], chart.shapes
        while stack:
            box, depth = stack.pop()
            head, *rest = self.lines.step()
            self.lines.spend(128 * shapes.count, shapes.bits)
            touches = box[1][0] == 0
            if head == "s" and rest in ([0], [1]):
                require(depth < MAX_HALVINGS, "a box is too small")
                low, high = box[rest[0]]
                for side in ((low + high) / 2, high), (low, (low + high) / 2):
                    half = (side, box[1]) if rest == [0] else (box[0], side)
                    stack.append((half, depth + 1))
            elif head == "v" and not rest:
                proved = shapes.above(chart.values(box), self.upper)
                require(proved, "a level of a box is not above the claim", Invalid)
            elif (head == "c" and rest in ([0], [1])) or (head == "e" and not rest):
                axis = rest[0] if rest else 1
                fit = shapes.fit(chart.values(box))
                fall, climb = shapes.slope(fit, chart.derivatives(box, axis))
                if head == "c":
                    good = climb < 0 or (fall > 0 and not (axis and touches))
                    require(good, "a derivative may vanish", Invalid)
                    continue
                face: Sides = (box[0], (Fraction(0), Fraction(0)))
                good = touches and fall > 0 and self.bounded(chart, face)
                require(good, "the level does not rise from the boundary", Invalid)
                self.escapes = True
            else:
                require(head == "k" and not rest, "not a step of this proof")
                self.kept(self.bounded(chart, box), touches)

    def region(self, shapes: Shapes, place: int, root_eta: int, tilt: Fraction) -> None:
        """Shapes near the steps with a free value at one place."""
        stack = [(Fraction(0), Fraction(1), 0)]
        eps = root_eta + -(-root_eta * root_eta >> PLACES)
        while stack:
            low, high, depth = stack.pop()
            head, *rest = self.lines.step()
            self.lines.spend(64 * shapes.count, shapes.bits)
            free = join(enclose(low), enclose(high))
            values = [(0, eps)] * (place - 1) + [free]
            values += [(ONE - eps, ONE)] * (shapes.count - 2 - place)
            if head == "s" and rest == [0]:
                require(depth < MAX_HALVINGS, "a box is too small")
                middle = (low + high) / 2
                stack += [(middle, high, depth + 1), (low, middle, depth + 1)]
                continue
            require(head in ("v", "e", "k") and not rest, "not a step of this proof")
            if head == "v":
                proved = shapes.above(values, self.upper)
                require(proved, "a level of a region is not above the claim", Invalid)
            elif head == "k":
                self.kept(self.lower <= 0 or shapes.above(values, self.lower), True)
            else:
                good = uphill(shapes.fit(values), place, (low, high), root_eta, tilt)
                require(good, "networks may be below the steps", Invalid)
                good = step_bounded(shapes, place, low, high, self.lower)
                require(good, "a step is below the claim", Invalid)
                self.escapes = True


def uphill(
    fit: tuple[Between, list[Between]],
    place: int,
    ends: tuple[Fraction, Fraction],
    root_eta: int,
    tilt: Fraction,
) -> bool:
    """Whether all networks of a region have larger levels than some step (Lemma S8)."""
    v, residuals = fit
    rising = [(-high, -low) for low, high in (times(v, r) for r in residuals)]
    left = [low for low, _ in rising[: place - 1]]
    right = [-high for _, high in rising[:place - 1:-1]]
    low, high = ends
    free, root = rising[place - 1], Fraction(root_eta, ONE)
    eps = root + root * root

    def lead(terms: list[int], ratio: Fraction) -> Fraction:
        others = sum(min(x, 0) for x in terms[:-1])
        return terms[-1] + ratio * others if terms else Fraction(1)

    first, second = lead(left, root * eps), lead(right, root * eps)
    if (
        (first > 0 and second > 0)
        or (low == 0 and second > 0 and lead([*left, free[0]], eps) > 0)
        or (high == 1 and first > 0 and lead([*right, -free[1]], eps) > 0)
    ):
        return True
    fading, least = Fraction(decay(abs(tilt))[1], ONE), (1 - root * root) ** 2
    if left and right and tilt >= 0 and second > 0:
        return second * least * (1 - eps) * (1 - high) ** 2 + first * fading * high**2 > 0
    if left and right and tilt <= 0 and first > 0:
        return first * least * low**2 + second * (1 + root) * fading * (1 - low) ** 2 > 0
    return False


def step_bounded(
    shapes: Shapes, place: int, low: Fraction, high: Fraction, lower: Fraction
) -> bool:
    """Whether (Q - lower) D - N^2, quadratic in theta, is not negative from low to high."""

    def value(theta: Fraction) -> Fraction:
        top, spread = shapes.terms(shapes.step(place, theta))
        return (shapes.square - lower) * spread - top * top

    ends, (f, g, h) = (value(low), value(high)), (value(Fraction(k)) for k in range(3))
    a = (h - 2 * g + f) / 2
    b = g - f - a
    inside = a > 0 and low < -b / (2 * a) < high
    return min(ends) >= 0 and not (inside and 4 * a * f < b * b)


def pool(responses: list[Fraction], weights: list[int]) -> list[tuple[Fraction, int]]:
    """The nearest increasing vector: values and lengths of its blocks (Lemma S4)."""
    blocks: list[tuple[Fraction, int, int]] = []
    for t, w in zip(responses, weights):
        blocks.append((t, w, 1))
        while len(blocks) > 1 and blocks[-2][0] >= blocks[-1][0]:
            (s, p, m), (t, q, n) = blocks[-2:]
            blocks[-2:] = [((p * s + q * t) / (p + q), p + q, m + n)]
    return [(value, length) for value, _, length in blocks]


def isotonic(shapes: Shapes, radius: Fraction) -> Fraction:
    """The level of the nearest monotone vector, a step that no network realises (Lemma S4)."""
    found = []
    for sign in (1, -1):
        turned = [sign * d for d in shapes.deviations]
        blocks = pool(turned, shapes.weights)
        values = [value for value, length in blocks for _ in range(length)]
        rows = zip(shapes.weights, turned, values)
        level = sum((w * (d - y) ** 2 for w, d, y in rows), Fraction(0))
        found.append((level, -sign, turned, values, blocks))
    (level, _, turned, values, blocks), (other, _, _, _, others) = sorted(found)
    count, weights = shapes.count, shapes.weights
    good = len(blocks) == 2 or (len(blocks) == 3 and blocks[1][1] == 1)
    require(good and len(blocks) < count, "the nearest monotone vector is not a step", Invalid)
    good = other > level or 1 < len(others) < count
    require(good, "a network may have the least loss", Invalid)
    if radius:
        first = 0
        for value, length in blocks:
            block = sum(weights[first : first + length])
            part, weight = Fraction(0), 0
            for i in range(first, first + length - 1):
                part += weights[i] * (turned[i] - value)
                weight += weights[i]
                good = good and part * block > 2 * radius * weight * (block - weight)
            first += length
        jumps = [b[0] - a[0] for a, b in pairwise(blocks)]
        room = other - level - 4 * radius * radius * shapes.total
        good = good and min(jumps) > 2 * radius > 0 < room
        good = good and room * room > 16 * radius * radius * level * shapes.total
        require(good, "the radius of the open set is too large", Invalid)
    return level


def smooth(problem: Problem, lower: Fraction, lines: Lines) -> tuple[str, Fraction | None]:
    """One logistic or tanh neuron, one input and one output (Lemmas S1 to S9)."""
    require(problem.width == 1 and problem.shape == (1, 1), "one input, neuron and output only")
    require(problem.hidden_bias and problem.output_bias, "the rule needs both biases")
    lines.rate *= 8
    shapes, (kind, *rest) = Shapes(problem), lines.step()
    count, d = shapes.count, shapes.deviations
    lines.spend(256 * count, shapes.bits)
    if kind != "boxes":
        known = kind in ("constant", "fit", "affine") and not rest
        require(known or (kind == "isotonic" and len(rest) == 1), "not a step of this proof")
        level, answer = Fraction(0), "attained"
        if kind == "constant":
            require(not any(d), "the responses are not constant", Invalid)
        elif kind == "fit":
            good = count <= 2 or (count == 3 and (d[1] - d[0]) * (d[2] - d[1]) > 0)
            require(good and any(d), "the responses are not fitted exactly", Invalid)
        else:
            answer = "not-attained"
            require(any(d) and count >= 3, "there are too few responses", Invalid)
            if kind == "affine":
                top, spread = shapes.terms(shapes.places)
                good = count >= 4 and shapes.square * spread == top * top
                require(good, "the responses are not affine", Invalid)
            else:
                radius = rational(rest[0], "the radius") / shapes.unit
                require(radius >= 0, "the radius is negative")
                level = isotonic(shapes, radius)
        require(lower <= shapes.loss(level), "the claim is above the infimum", Invalid)
        return answer, shapes.loss(level)
    require(len(rest) == 2 and isinstance(rest[1], list), "not a step of this proof")
    steepest, (name, *where) = rational(rest[0], "the largest r"), rest[1] or [""]
    good = 1 <= steepest <= 1 << 128 and steepest.denominator <= 1 << 64
    require(good, "the largest r is out of range")
    require(count >= 4 and any(d), "there are too few responses", Invalid)
    reach = None
    if name == "affine" and not where:
        top, spread = shapes.terms(shapes.places)
        reach = shapes.square - top * top / spread
    elif name == "step" and len(where) == 2:
        j, theta = where[0], rational(where[1], "theta")
        require(type(j) is int and 0 < j < count - 1 and 0 <= theta <= 1, "not a step function")
        top, spread = shapes.terms(shapes.step(j, theta))
        reach = shapes.square - top * top / spread
    else:
        require(name == "" and not rest[1], "not a limit")
    # A limit bounds the infimum as well as a network does, and is known exactly.
    least, most = shapes.level(lower), reach
    if most is None:
        most = shapes.level(problem.claimed)
    require(most < shapes.square, "the upper bound is not below the constants", Invalid)
    cover = Cover(least, most, lines)
    cover.chart(FlatBoxes(shapes))
    cover.chart(SteepBoxes(shapes, steepest))
    cover.chart(SteepBoxes(shapes.mirrored(), steepest))
    gap = min(b - a for a, b in pairwise(shapes.places))
    root_eta = decay(steepest * gap)[1]
    require(2 * root_eta < ONE, "the largest r is too small")
    for place in range(1, count - 1):
        before, at, after = shapes.places[place - 1 : place + 2]
        tilt = 2 * steepest * (2 * at - before - after)
        cover.region(shapes, place, root_eta, tilt)
    answer = "attained" if not cover.escapes else "undecided" if cover.stays else "not-attained"
    return answer, None if reach is None else shapes.loss(reach)


RULES = {
    "nonnegative": nonnegative,
    "one-output": one_output,
    "one-neuron": one_neuron,
    "full-rank": full_rank,
    "rank-bound": rank_bound,
    "projections": projections,
    "secants": secants,
    "smooth": smooth,
}
CLOSED = ("one-neuron", "full-rank")  # the hypotheses of these imply that a minimiser exists


def check(certificate: str, data: str | None = None) -> str:
    """Check a certificate file; the words after VALID.  Raises Invalid or Malformed."""
    with open(certificate, "rb") as stream:
        lines, mark = Lines(stream), ',"steps":['
        first = lines.next()
        require(first.endswith(mark), "the first line is not the head of a certificate")
        head = parse_line(first[: -len(mark)] + "}", "the head")
        names = "architecture claim data format method network"
        architecture, claim, table, form, method, network = fields(head, names, "the certificate")
        require(form == FORMAT, f"the format is not {FORMAT}")
        require(isinstance(method, str) and method in RULES, "unknown method")
        lower, upper, verdict = fields(claim, "lower upper verdict", "claim")
        words = f"{verdict} {lower} {upper}"
        lower, upper = rational(lower, "lower"), rational(upper, "upper")
        good = verdict in ("attained", "not-attained", "undecided")
        require(good, "the verdict must be attained, not-attained or undecided")
        inputs, outputs, named = parse_data(table)
        same = data is None or read_data(data, named) == [inputs, outputs]
        require(same, "the data file differs from the data of the certificate", Invalid)
        problem = Problem(inputs, outputs, parse_architecture(architecture), lines)
        good = bool(problem.smooth) == (method == "smooth")
        require(good, f"the activation must be that of the method {method}")
        loss = problem.loss(*parse_network(network, problem))
        require(lower <= upper, "the lower bound exceeds the upper bound", Invalid)
        problem.best, problem.claimed = loss, upper
        proved, reach = RULES[method](problem, lower, lines) or (None, None)
        good = loss <= upper or (reach is not None and reach <= upper)
        require(good, "the network's loss exceeds the claimed upper bound", Invalid)
        attained = loss == lower or method in CLOSED or proved == "attained"
        good = {"attained": attained, "not-attained": proved == "not-attained"}.get(verdict, True)
        require(good, f"the bounds do not prove the verdict {verdict}", Invalid)
        lines.finish()
    return words


def main(argv: Sequence[str]) -> int:
    """Run the checker on command-line arguments; the exit code."""
    limit = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(MAX_DIGITS)
    try:
        good = 1 <= len(argv) <= 2 and argv[0] not in ("-h", "--help")
        require(good, "usage: checker.py CERTIFICATE [DATA]")
        answer, code = f"VALID {check(*argv)}", 0
    except Invalid as error:
        answer, code = f"INVALID {error}", 1
    except Malformed as error:
        answer, code = f"MALFORMED {error}", 2
    except (OSError, ValueError, MemoryError, RecursionError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        answer, code = f"MALFORMED the file cannot be read ({reason})", 2
    finally:
        sys.set_int_max_str_digits(limit)
    print(" ".join(answer.encode("ascii", "backslashreplace").decode().split()))
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
