"""Takes a named rule out of its table, so that a test can show what the rule does."""


def names(rules):
    """Return the names of the rules of a table."""
    return [rule.__name__ for rule in rules]


def remove(monkeypatch, module, table, rule):
    """Replace a module's table by one without the named rule."""
    rules = getattr(module, table)
    assert rule in names(rules)
    monkeypatch.setattr(module, table, tuple(one for one in rules if one.__name__ != rule))
