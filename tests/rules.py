"""Takes a rule out of its table by name, so that a test shows what the rule alone decides."""

from types import FunctionType


def tables(module):
    """Return the tables of named rules of a module: its tuples of functions, by name."""
    return {
        name: value
        for name, value in vars(module).items()
        if isinstance(value, tuple) and value and all(isinstance(rule, FunctionType) for rule in value)
    }


def rule_names(module):
    """Return the names of all rules of a module."""
    return {rule.__name__ for table in tables(module).values() for rule in table}


def without(monkeypatch, module, name):
    """Take the rule of a name out of the tables of a module."""
    assert name in rule_names(module)
    for table, rules in tables(module).items():
        monkeypatch.setattr(module, table, tuple(rule for rule in rules if rule.__name__ != name))
