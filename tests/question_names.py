"""Names the numbers of a question as an import does, for tests of naming."""

from generators.imports.graph.node import Input
from generators.imports.naming.names import Namer
from generators.imports.question.mentions import read_mentions

FORMS = {"percent": ["rate"], "half": ["divisor"], "clock": ["hour"], "group": ["groups", "size"]}


def names(question):
    """Return the names of all numbers of a question in order; '3 dozen' has a name for 3 and one for 12."""
    mentions = read_mentions(question)
    inputs = [Input(place, form, one.quantity.value) for place, one in enumerate(mentions) for form in _forms(one)]
    return list(Namer(question, mentions).name(inputs).values())


def _forms(mention):
    single = mention.quantity.kind == "group" and mention.quantity.top == 1
    return [""] if single else FORMS.get(mention.quantity.kind, [""])
