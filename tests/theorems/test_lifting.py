"""The lemma on merging neurons, checked against networks of one and two neurons."""

from fractions import Fraction

from hypothesis import given

from symerm.networks.shallow import ShallowNetwork
from symerm.problem.architecture import Activation
from symerm.theorems import find_theorem

LIFTING = find_theorem("activation-lifting")


@given(LIFTING.instances)
def test_the_claim_agrees_with_networks(instance):
    slope = instance["slope"]
    act = Activation("leaky", slope) if slope else Activation("relu")
    z = instance["z"]
    one = (Fraction(1),)

    def network(biases):
        zeros = ((Fraction(0),),) * len(biases)
        return ShallowNetwork(zeros, biases, (one,) * len(biases), (Fraction(0),), act)

    equal = network(z)(one) == network((z[0] + z[1],))(one)
    assert LIFTING.claim(instance).holds == equal
    assert (LIFTING.check(instance).outcome == "not-applicable") == (z[0] * z[1] < 0)
