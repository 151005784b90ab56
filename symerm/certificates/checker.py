"""Independent checker of symerm certificates: one file, standard library only, no search.

    python checker.py CERTIFICATE [DATA]

The last line printed is ``VALID verdict lower upper``, ``INVALID reason`` or ``MALFORMED reason``
and the exit code 0, 1 or 2.  With DATA (CSV or JSON) the claim's data is read from that file.

A certificate claims bounds lower <= infimum <= upper for the sum of squared errors over all
networks c + sum_j v_j act(<a_j, s> + b_j) of one architecture.  The upper bound is the loss of a
network in the file.  The lower bound is proved by steps, one a line, that are read as a stream:
``["s", slot, i]`` splits a case by the sign of data point i for the neuron of a slot,
``["h", slot, w]`` by the sign of a linear form w, and the other steps close a case.  The rules and
their soundness lemmas are in docs/certificates.md; "Lemma k" below refers to that page.
"""

import csv
import gzip
import io
import json
import re
import sys
from fractions import Fraction
from itertools import combinations_with_replacement
from math import gcd, lcm
from operator import mul

FORMAT = "symerm-certificate/1"
UNIT = 1 << 20  # mixtures of two lower bounds are multiples of 1/UNIT
MAX_LINE = 1 << 26  # characters
MAX_DIGITS = 20_000  # of an integer in a certificate
MAX_NUMERAL = 2_000  # characters of a number in a data file
MAX_EXPONENT = 1_000
MAX_ENTRIES = 2_000_000
MAX_WIDTH = 1_000
MAX_RAYS = 5_000  # of a cone
MAX_NESTING = 100
RATIONAL = re.compile(r"(-?[1-9][0-9]*|0)(?:/([1-9][0-9]*))?")
DECIMAL = re.compile(r"([+-]?)(?:([0-9]+)(?:\.([0-9]*))?|\.([0-9]+))(?:[eE]([+-]?[0-9]{1,9}))?")
FRACTION = re.compile(r"([+-]?[0-9]+)\s*/\s*([0-9]+)")


class Malformed(Exception):
    """The file is not a certificate."""


class Invalid(Exception):
    """The certificate does not prove its claim."""


# ---------------------------------------------------------------- reading certificates


def refuse(token):
    raise Malformed(f"the number {token[:30]} is not an integer")


def parse_line(text, what):
    """Parse one canonical JSON text; anything that would be written differently is refused."""
    if text.count("[") + text.count("{") > MAX_ENTRIES:
        raise Malformed(f"{what}: too many lists")
    try:
        value = json.loads(text, parse_float=refuse, parse_constant=refuse)
        canonical = json.dumps(value, sort_keys=True, separators=(",", ":"))
    except (ValueError, RecursionError) as error:
        raise Malformed(f"{what}: not JSON ({str(error)[:80]})") from None
    if canonical != text:
        raise Malformed(f"{what}: not canonical JSON (order, spaces, duplicate keys, numerals)")
    return value


def keys(value, names, what):
    if not isinstance(value, dict) or sorted(value) != sorted(names):
        raise Malformed(f"{what} must have the keys {', '.join(sorted(names))}")


def integers(value, what):
    if not isinstance(value, list) or any(type(x) is not int for x in value):
        raise Malformed(f"{what} must be a list of integers")
    return value


def rational(text, what):
    match = RATIONAL.fullmatch(text) if isinstance(text, str) else None
    if match is None or len(text) > MAX_DIGITS:
        raise Malformed(f"{what} must be a rational number in a string, such as \"-3/4\"")
    top, bottom = int(match.group(1)), int(match.group(2) or 1)
    if gcd(top, bottom) != 1 or match.group(2) == "1":
        raise Malformed(f"{what} is not in lowest terms")
    return Fraction(top, bottom)


def matrix(value, what):
    if not isinstance(value, list) or not all(isinstance(row, list) for row in value):
        raise Malformed(f"{what} must be a list of lists")
    if len({len(row) for row in value}) > 1:
        raise Malformed(f"{what} has rows of different lengths")
    return [[rational(x, what) for x in row] for row in value]


def vector(value, what):
    return matrix([value], what)[0]


def names(value, size, what):
    if not isinstance(value, list) or not all(isinstance(x, str) for x in value):
        raise Malformed(f"{what} must be a list of strings")
    if len(value) != size or len(set(value)) != size:
        raise Malformed(f"{what} must name each column once")
    return value


class Lines:
    """The lines of a certificate, read one by one, compressed or not."""

    def __init__(self, path):
        self.raw = open(path, "rb")
        packed = self.raw.peek(2)[:2] == b"\x1f\x8b"
        source = gzip.GzipFile(fileobj=self.raw) if packed else self.raw
        self.text = io.TextIOWrapper(io.BufferedReader(source), "ascii", "strict", newline="\n")

    def next(self):
        try:
            line = self.text.readline(MAX_LINE)
        except (UnicodeDecodeError, EOFError, OSError, gzip.BadGzipFile, Exception) as error:
            raise Malformed(f"cannot be read ({type(error).__name__})") from None
        if not line.endswith("\n"):
            raise Malformed("the file is cut off" if len(line) < MAX_LINE else "a line is too long")
        return line[:-1]

    def end(self):
        if self.text.read(1):
            raise Malformed("there is text after the end of the certificate")


class Steps:
    """The steps of the proof as an iterator; the end of the file is checked at the end."""

    def __init__(self, lines):
        self.lines = lines
        self.count = 0
        self.last = False

    def next(self):
        if self.last:
            raise Invalid("the proof ends before every case is closed")
        line = self.lines.next()
        if line == "]}" and self.count == 0:
            raise Invalid("the proof ends before every case is closed")
        self.count += 1
        self.last = not line.endswith(",")
        step = parse_line(line if self.last else line[:-1], f"step {self.count}")
        if not isinstance(step, list) or not step or not isinstance(step[0], str):
            raise Malformed(f"step {self.count} is not a list that begins with its kind")
        return step

    def finish(self):
        if self.count and not self.last:
            self.next()
            raise Invalid("there are steps after every case is closed")
        if self.lines.next() != "]}":
            raise Malformed("the list of steps does not end as it should")
        self.lines.end()


# ---------------------------------------------------------------- reading data files


def numeral(text):
    text = text.strip()
    if len(text) > MAX_NUMERAL:
        raise Malformed("the data file has a number that is too long")
    match = DECIMAL.fullmatch(text)
    if match:
        sign, whole, decimals, bare, exponent = match.groups()
        decimals = decimals or bare or ""
        power = int(exponent or 0)
        if abs(power) > MAX_EXPONENT:
            raise Malformed("the data file has a number with too large an exponent")
        value = Fraction(int((whole or "") + decimals)) * Fraction(10) ** (power - len(decimals))
        return -value if sign == "-" else value
    match = FRACTION.fullmatch(text)
    if match and int(match.group(2)):
        return Fraction(int(match.group(1)), int(match.group(2)))
    raise Malformed(f"the data file has {text[:30]!r} where a number is needed")


def read_data(path, input_names, output_names):
    """The inputs and outputs of a data file; a CSV file is read by the columns' names."""
    with open(path, "rb") as stream:
        raw = stream.read(MAX_LINE + 1)
    if len(raw) > MAX_LINE:
        raise Malformed("the data file is too large")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Malformed("the data file is not UTF-8 text") from None
    if text.lstrip()[:1] in ("{", "["):
        return read_json_data(text)
    try:
        rows = [row for row in csv.reader(io.StringIO(text, newline="")) if row]
    except csv.Error as error:
        raise Malformed(f"the data file is not CSV ({error})") from None
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    header = [cell.strip() for cell in rows[0]] if rows else []
    columns = []
    for group in (input_names, output_names):
        for name in group:
            if header.count(name) != 1:
                raise Malformed(f"the data file has no unique column {name[:40]!r}")
        columns.append([header.index(name) for name in group])
    if any(len(row) != len(header) for row in rows):
        raise Malformed("the data file has rows of different lengths")
    return tuple([[numeral(row[k]) for k in group] for row in rows[1:]] for group in columns)


def read_json_data(text):
    try:
        value = json.loads(text, parse_float=numeral, parse_int=numeral, parse_constant=refuse)
    except (ValueError, RecursionError):
        raise Malformed("the data file is not JSON") from None
    keys(value, ("inputs", "outputs"), "the data file")

    def entry(x):
        return numeral(x) if isinstance(x, str) else x

    def rows(table):
        if not isinstance(table, list):
            raise Malformed("the data file's inputs and outputs must be lists")
        found = [[entry(x) for x in (row if isinstance(row, list) else [row])] for row in table]
        if any(type(x) is not Fraction for row in found for x in row):
            raise Malformed("the data file has an entry that is not a number")
        return found

    return rows(value["inputs"]), rows(value["outputs"])


# ---------------------------------------------------------------- the claim


class Problem:
    """Data and architecture in integers: forms f_i, responses tau_i, weights w_i (Lemma 1)."""

    def __init__(self, inputs, outputs, architecture):
        self.activation, self.width, self.hidden_bias, self.output_bias = architecture
        self.inputs, self.outputs = inputs, outputs
        groups = {}
        for row, response in zip(inputs, outputs):
            groups.setdefault(tuple(row), []).append(response)
        order = sorted(groups)
        self.weights = [len(groups[key]) for key in order]
        means = [
            [sum(column) / Fraction(len(groups[key])) for column in zip(*groups[key])]
            for key in order
        ]
        self.scatter = sum(
            (value - centre) ** 2
            for key, mean in zip(order, means)
            for response in groups[key]
            for value, centre in zip(response, mean)
        )
        scale = lcm(*(x.denominator for key in order for x in key))
        tail = [scale] if self.hidden_bias else []
        self.forms = [tuple([int(x * scale) for x in key] + tail) for key in order]
        self.unit = lcm(*(y.denominator for row in means for y in row))
        self.targets = [[int(y * self.unit) for y in row] for row in means]
        self.on, self.off = self.activation.denominator, self.activation.numerator
        self.size = len(order)

    def act(self, z):
        return z if z > 0 else self.activation * z

    def loss(self, network):
        """The sum of squared errors of a network, exact."""
        weights, biases, outgoing, offset = network
        total = Fraction(0)
        for row, response in zip(self.inputs, self.outputs):
            hidden = [self.act(sum(map(mul, a, row)) + b) for a, b in zip(weights, biases)]
            for k, target in enumerate(response):
                value = offset[k] + sum(x * v[k] for x, v in zip(hidden, outgoing))
                total += (value - target) ** 2
        return total


def parse_activation(name):
    if name == "relu":
        return Fraction(0)
    if isinstance(name, str) and name.startswith("leaky:"):
        slope = rational(name[6:], "the slope")
        if 0 < slope < 1:
            return slope
    raise Malformed("the activation must be relu or leaky:p/q with a slope between 0 and 1")


def parse_architecture(value):
    keys(value, ("activation", "hidden_bias", "output_bias", "width"), "architecture")
    width = value["width"]
    if type(width) is not int or not 1 <= width <= MAX_WIDTH:
        raise Malformed(f"the width must be an integer from 1 to {MAX_WIDTH}")
    flags = value["hidden_bias"], value["output_bias"]
    if any(type(flag) is not bool for flag in flags):
        raise Malformed("hidden_bias and output_bias must be true or false")
    return (parse_activation(value["activation"]), width, *flags)


def parse_data(value):
    keys(value, ("input_names", "inputs", "output_names", "outputs"), "data")
    inputs, outputs = matrix(value["inputs"], "inputs"), matrix(value["outputs"], "outputs")
    if not inputs or len(inputs) != len(outputs) or not inputs[0] or not outputs[0]:
        raise Malformed("the data must have as many inputs as outputs, none of them empty")
    named = (
        names(value["input_names"], len(inputs[0]), "input_names"),
        names(value["output_names"], len(outputs[0]), "output_names"),
    )
    return inputs, outputs, named


def parse_network(value, problem):
    parts = ("hidden_biases", "hidden_weights", "output_biases", "output_weights")
    keys(value, parts, "network")
    weights = matrix(value["hidden_weights"], "hidden_weights")
    biases = vector(value["hidden_biases"], "hidden_biases")
    outgoing = matrix(value["output_weights"], "output_weights")
    offset = vector(value["output_biases"], "output_biases")
    if not len(weights) == len(biases) == len(outgoing) == problem.width:
        raise Malformed("the network does not have the claimed width")
    if len(weights[0]) != len(problem.inputs[0]) or not (
        len(outgoing[0]) == len(offset) == len(problem.outputs[0])
    ):
        raise Malformed("the network does not fit the data")
    if not problem.hidden_bias and any(biases):
        raise Invalid("the network has hidden biases")
    if not problem.output_bias and any(offset):
        raise Invalid("the network has output biases")
    return weights, biases, outgoing, offset


# ---------------------------------------------------------------- cones of neurons


class Cone:
    """Extreme rays of a cone of neurons with the inequalities tight on each (Lemma 2)."""

    def __init__(self, rays, tight):
        order = sorted(range(len(rays)), key=rays.__getitem__)
        self.rays = [rays[k] for k in order]
        self.tight = [tight[k] for k in order]


def primitive(ray):
    divisor = gcd(*ray)
    return tuple(x // divisor for x in ray)


class Fan:
    """Cones of neurons: the complete root fan and its refinement by linear forms."""

    def __init__(self, problem):
        self.forms = problem.forms
        self.on, self.off = problem.on, problem.off
        self.dimension = len(self.forms[0])
        self.affine = problem.hidden_bias
        self.cache = {}
        self.cuts = {}
        self.extra = {}

    def values(self, ray):
        """Values of the data forms on a ray, and of the activation."""
        found = self.cache.get(ray)
        if found is None:
            if len(self.cache) * len(self.forms) > MAX_ENTRIES:
                self.cache.clear()
            z = [sum(map(mul, form, ray)) for form in self.forms]
            found = self.cache[ray] = (
                z, [self.on * x if x > 0 else self.off * x for x in z]
            )
        return found

    def roots(self):
        """m + 1 cones that cover the space of neurons (Lemma 2)."""
        size = self.dimension
        unit = [tuple(int(i == k) for i in range(size)) for k in range(size)]
        if self.affine:
            scale = self.forms[0][-1]
            low = [min(form[k] for form in self.forms) for k in range(size - 1)]
            top = max(sum(form[:-1]) for form in self.forms)
            top += scale if top == sum(low) else 0
            rays = [tuple(scale * x for x in unit[k][:-1]) + (-low[k],) for k in range(size - 1)]
            rays += [(-scale,) * (size - 1) + (top,), (0,) * (size - 1) + (-1,)]
        else:
            rays = [*unit, (-1,) * size]
        rays = [primitive(ray) for ray in rays]
        facets = [((1 << size) - 1) ^ (1 << k) for k in range(size)]
        return [Cone(rays[:k] + rays[k + 1 :], facets) for k in range(size + 1)]

    def cut(self, cone, form, name):
        """The parts of a cone where a form is >= 0 and <= 0, by double description."""
        key = (id(cone), name)
        found = self.cuts.get(key)
        if found is not None and found[0] is cone:
            return found[1]
        values = [sum(map(mul, form, ray)) for ray in cone.rays]
        plus = [k for k, z in enumerate(values) if z > 0]
        minus = [k for k, z in enumerate(values) if z < 0]
        if not plus or not minus:
            raise Invalid("a split that does not divide its cone")
        bit = 1 << (self.dimension + self.extra.setdefault(name, len(self.extra)))
        shared = [(cone.rays[k], cone.tight[k] | bit) for k, z in enumerate(values) if not z]
        for i in plus:
            for j in minus:
                common = cone.tight[i] & cone.tight[j]
                if common.bit_count() < self.dimension - 2 or any(
                    other & common == common
                    for k, other in enumerate(cone.tight) if k != i and k != j
                ):
                    continue
                ray = primitive(tuple(
                    values[i] * y - values[j] * x for x, y in zip(cone.rays[i], cone.rays[j])
                ))
                shared.append((ray, common | bit))
        parts = []
        for side in (plus, minus):
            kept = [(cone.rays[k], cone.tight[k]) for k in side] + shared
            if len(kept) > MAX_RAYS:
                raise Malformed("a cone has too many rays")
            parts.append(Cone([ray for ray, _ in kept], [bits for _, bits in kept]))
        if len(self.cuts) > 5000:
            self.cuts.clear()
        self.cuts[key] = (cone, parts)
        return parts

    def undecided(self, cone):
        columns = zip(*(self.values(ray)[0] for ray in cone.rays))
        return [i for i, column in enumerate(columns) if min(column) < 0 < max(column)]


def split_case(fan, problem, case, step):
    """The cases after a split: equal slots are interchangeable (Lemma 3)."""
    kind, slot, what = step
    if type(slot) is not int or not 0 <= slot < len(case):
        raise Malformed("a split names a slot that does not exist")
    if kind == "s":
        if type(what) is not int or not 0 <= what < problem.size:
            raise Malformed("a split names a data point that does not exist")
        form = problem.forms[what]
    else:
        form = what = tuple(integers(what, "the form of a split"))
        if len(form) != fan.dimension:
            raise Malformed("the form of a split has the wrong length")
    sign, cone = case[slot]
    equal = [k for k, other in enumerate(case) if other[0] == sign and other[1].rays == cone.rays]
    rest = tuple(case[k] for k in range(len(case)) if k not in equal)
    plus, minus = fan.cut(cone, form, what)
    count = len(equal)
    return [
        rest + ((sign, plus),) * k + ((sign, minus),) * (count - k) for k in range(count + 1)
    ]


def close_cases(fan, problem, roots, steps, leaf):
    """Walk the tree of cases depth first; `leaf` must refute or bound each case it is given."""
    for root in roots:
        stack = [root]
        while stack:
            case = stack.pop()
            step = steps.next()
            if step[0] in ("s", "h") and len(step) == 3:
                stack.extend(reversed(split_case(fan, problem, case, step)))
            else:
                leaf(case, step)


# ---------------------------------------------------------------- rules for lower bounds


def one_output(problem, lower, steps):
    """Dual vectors on products of cones, one output (Lemma 4)."""
    if len(problem.targets[0]) != 1:
        raise Invalid("the rule needs one output")
    fan = Fan(problem)
    targets = [row[0] for row in problem.targets]
    goal = (lower - problem.scatter) * problem.unit**2
    roots = fan.roots()

    def cases():
        for positive in range(problem.width + 1):
            for plus in combinations_with_replacement(roots, positive):
                for minus in combinations_with_replacement(roots, problem.width - positive):
                    yield tuple((1, c) for c in plus) + tuple((-1, c) for c in minus)

    def leaf(case, step):
        if step[0] == "m":
            return redundant(problem, fan, case, step[1:], steps.count)
        if step[0] != "d" or len(step) != 5 or type(step[1]) is not int or step[1] < 1:
            raise Malformed(f"step {steps.count}: not a step of this proof")
        dual_vector(problem, fan, case, step[1:], targets, goal, steps.count)

    close_cases(fan, problem, cases(), steps, leaf)


def redundant(problem, fan, case, slots, number):
    """Check that a case has only networks that also belong to smaller cases (Lemma 5)."""
    slots = integers(slots, f"step {number}")
    if not 1 <= len(slots) <= 2 or any(not 0 <= j < len(case) for j in slots):
        raise Malformed(f"step {number}: not slots of the case")
    patterns = []
    for j in slots:
        columns = list(zip(*(fan.values(ray)[0] for ray in case[j][1].rays)))
        if any(min(column) < 0 < max(column) for column in columns):
            raise Invalid(f"step {number}: a neuron with an undecided point")
        patterns.append([max(column) > 0 for column in columns])
    affine = problem.output_bias and all(map(all, patterns))
    signs = [case[j][0] for j in slots]
    if len(slots) == 1:
        good = affine and signs[0] < 0
    else:
        good = slots[0] != slots[1] and (affine or (
            signs[0] == signs[1] and patterns[0] == patterns[1] and any(patterns[0])
        ))
    if not problem.hidden_bias or not good:
        raise Invalid(f"step {number}: the case is not redundant")


def dual_vector(problem, fan, case, step, targets, goal, number):
    """Check one dual vector: sum zero, all conditions <= 0, bound at least the goal."""
    scale = step[0]
    fit, given, mixtures = (integers(part, f"step {number}") for part in step[1:])
    undecided = [fan.undecided(cone) for _, cone in case]
    loose = sorted(set().union(*undecided))
    size = sum(len(cone.rays) for _, cone in case) + int(problem.output_bias)
    if len(fit) != size or len(given) != len(loose):
        raise Malformed(f"step {number}: lists of the wrong length")
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
    if problem.output_bias and sum(weighted):
        raise Invalid(f"step {number}: the dual vector is not orthogonal to the constants")
    position = 0
    for (sign, cone), free in zip(case, undecided):
        lowered = [i for i in free if sign * residual[i] < 0]
        parts = mixtures[position : position + len(lowered)]
        position += len(lowered)
        if len(parts) != len(lowered) or any(not 0 <= part <= UNIT for part in parts):
            raise Malformed(f"step {number}: mixtures out of range")
        slopes = [problem.on * part + problem.off * (UNIT - part) for part in parts]
        for ray in cone.rays:
            z, phi = fan.values(ray)
            value = UNIT * sum(map(mul, weighted, phi))
            for i, slope in zip(lowered, slopes):
                value += weighted[i] * (slope * z[i] - UNIT * phi[i])
            if sign * value > 0:
                raise Invalid(f"step {number}: a dual condition fails")
    if position != len(mixtures):
        raise Malformed(f"step {number}: too many mixtures")
    product, square = sum(map(mul, weighted, targets)), sum(map(mul, weighted, residual))
    if goal > 0 and (product <= 0 or product**2 * goal.denominator < goal.numerator * square):
        raise Invalid(f"step {number}: the bound is below the claim")


def nonnegative(problem, lower, steps):
    """A sum of squares is at least the scatter within groups of equal inputs (Lemma 1)."""
    if lower > problem.scatter:
        raise Invalid("the claimed lower bound is positive and no proof is given")


RULES = {"nonnegative": nonnegative, "one-output": one_output}


# ---------------------------------------------------------------- the whole


def check(certificate, data=None):
    """Check a certificate file; the words after VALID.  Raises Invalid or Malformed."""
    lines = Lines(certificate)
    first = lines.next()
    if not first.endswith(',"steps":['):
        raise Malformed("the first line is not the head of a certificate")
    if first.count("[") > MAX_ENTRIES:
        raise Malformed("the first line has too many lists")
    head = parse_line(first[: -len(',"steps":[')] + "}", "the head")
    parts = ("architecture", "claim", "data", "format", "method", "network")
    keys(head, parts, "the certificate")
    if head["format"] != FORMAT:
        raise Malformed(f"the format is not {FORMAT}")
    keys(head["claim"], ("lower", "upper", "verdict"), "claim")
    lower = rational(head["claim"]["lower"], "lower")
    upper = rational(head["claim"]["upper"], "upper")
    verdict = head["claim"]["verdict"]
    if verdict not in ("attained", "not-attained", "undecided"):
        raise Malformed("the verdict must be attained, not-attained or undecided")
    inputs, outputs, named = parse_data(head["data"])
    if data is not None:
        found = read_data(data, *named)
        if found != (inputs, outputs):
            raise Invalid("the data file differs from the data of the certificate")
        inputs, outputs = found
    problem = Problem(inputs, outputs, parse_architecture(head["architecture"]))
    network = parse_network(head["network"], problem)
    loss = problem.loss(network)
    if loss > upper:
        raise Invalid("the loss of the network exceeds the claimed upper bound")
    if not isinstance(head["method"], str) or head["method"] not in RULES:
        raise Malformed("unknown method")
    steps = Steps(lines)
    RULES[head["method"]](problem, lower, steps)
    steps.finish()
    if lower > upper:
        raise Invalid("the lower bound exceeds the upper bound")
    if verdict == "not-attained" or (verdict == "attained" and loss != lower):
        raise Invalid(f"the bounds do not prove the verdict {verdict}")
    return f"{verdict} {head['claim']['lower']} {head['claim']['upper']}"


def main(argv):
    """Run the checker on command-line arguments; the exit code."""
    if not 1 <= len(argv) <= 2 or argv[0] in ("-h", "--help"):
        print("usage: checker.py CERTIFICATE [DATA]")
        return 0 if argv in (["-h"], ["--help"]) else 2
    limit = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(MAX_DIGITS)
    try:
        print("VALID", check(*argv))
        return 0
    except Invalid as error:
        print("INVALID", error)
        return 1
    except (Malformed, OSError, ValueError, MemoryError, RecursionError) as error:
        reason = str(error) if isinstance(error, Malformed) else type(error).__name__
        print("MALFORMED", " ".join(reason.split()))
        return 2
    finally:
        sys.set_int_max_str_digits(limit)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
