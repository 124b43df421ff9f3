"""Patterns on syntax trees, written as Python code: what stands in a place, however it is laid out and named.

- A capital letter, ``A`` to ``Z``, stands for any expression, and for an equal one where it occurs again.
- ``...`` stands for any run of elements: of arguments, by position or by name, of the parts of a tuple or a list, and
  as ``**...`` of the items of a dict. There is at most one in a call, tuple, list or dict.
- A name that is local to the function stands for a local name: two names for two, the same name for the same.
- Every other name (builtins, what a module imports and defines), and all attributes, operators, arguments by name and
  constants stand for themselves.

A pattern is an expression or one statement. A replacement is written with the letters, names and dots of its pattern.
"""

import ast
import builtins
import copy
import string

LETTERS = frozenset(string.ascii_uppercase)
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
IGNORED = frozenset({"ctx", "kind", "type_comment", "type_params"})


def parsed(code):
    """Parse a pattern or a replacement: an expression or a statement."""
    body = ast.parse(code).body
    if len(body) != 1:
        raise ValueError(f"a pattern is one expression or one statement: {code}")
    return body[0].value if isinstance(body[0], ast.Expr) else body[0]


def local_names(definition):
    """Names that a function, a class or what is nested in them binds, but for what they import."""
    names = set()
    for node in ast.walk(definition):
        if isinstance(node, ast.arg):
            names.add(node.arg)
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            names.add(node.id)
        elif isinstance(node, (*DEFINITIONS, ast.ExceptHandler)) and node is not definition:
            names.add(node.name)
    return frozenset(names - {None})


def global_names(module):
    """Names that mean something anywhere in a module: builtins, and what it imports and defines."""
    names = set(dir(builtins))
    for node in ast.walk(module):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names.update((alias.asname or alias.name).partition(".")[0] for alias in node.names)
    for node in module.body:
        if isinstance(node, DEFINITIONS):
            names.add(node.name)
        for target in getattr(node, "targets", [getattr(node, "target", None)]):
            names.update(name.id for name in ast.walk(target or ast.Pass()) if isinstance(name, ast.Name))
    return frozenset(names)


class Match:
    """What the parts of a pattern stand for in one place; false where the pattern does not fit."""

    def __init__(self, pattern, node, local, known):
        self._local, self._known = local, known
        self.letters, self.names, self.runs = {}, {}, {}
        self._fits = self._node(pattern, node)

    def __bool__(self):
        return self._fits

    def _node(self, pattern, node):
        if isinstance(pattern, ast.Name):
            return self._name(pattern.id, node)
        if type(pattern) is not type(node):
            return False
        if isinstance(pattern, ast.Constant):
            return type(pattern.value) is type(node.value) and pattern.value == node.value
        if isinstance(pattern, ast.Call):
            return self._node(pattern.func, node.func) and self._arguments(pattern, node)
        if isinstance(pattern, ast.Dict):
            return self._items(pattern, node)
        fields = ((getattr(pattern, name), getattr(node, name)) for name in pattern._fields if name not in IGNORED)
        return all(self._value(wanted, given) for wanted, given in fields)

    def _value(self, wanted, given):
        if isinstance(wanted, ast.AST):
            return isinstance(given, ast.AST) and self._node(wanted, given)
        if isinstance(wanted, list):
            run = self._list(wanted, given)
            if run is not None and (dots := [part for part in wanted if is_dots(part)]):
                self.runs[position(dots[0])] = (run, [])
            return run is not None
        return wanted == given

    def _name(self, name, node):
        if name in LETTERS:
            return isinstance(node, ast.expr) and same_tree(self.letters.setdefault(name, node), node)
        if not isinstance(node, ast.Name):
            return False
        if name not in self.names:
            if node.id not in self._local or (name in self._known and name not in self._local):
                return name == node.id
            if node.id in self.names.values():
                return False
            self.names[name] = node.id
        return self.names[name] == node.id

    def _list(self, wanted, given):
        """Match lists of nodes; give the run that dots stand for, None if they do not match."""
        at = next((i for i, part in enumerate(wanted) if is_dots(part)), None)
        if at is None:
            fits = len(wanted) == len(given) and all(map(self._value, wanted, given))
            return [] if fits else None
        after = len(wanted) - at - 1
        if len(given) < at + after:
            return None
        end = len(given) - after
        fits = all(map(self._value, wanted[:at], given)) and all(map(self._value, wanted[at + 1 :], given[end:]))
        return given[at:end] if fits else None

    def _arguments(self, pattern, node):
        dots = [argument for argument in pattern.args if is_dots(argument)]
        given = {keyword.arg: keyword for keyword in node.keywords}
        for keyword in pattern.keywords:
            if keyword.arg not in given or not self._node(keyword.value, given.pop(keyword.arg).value):
                return False
        run = self._list(pattern.args, node.args)
        if run is None or (given and not dots):
            return False
        if dots:
            self.runs[position(dots[0])] = (run, list(given.values()))
        return True

    def _items(self, pattern, node):
        rest = list(zip(node.keys, node.values, strict=True))
        dots = None
        for key, value in zip(pattern.keys, pattern.values, strict=True):
            if key is None and is_dots(value):
                dots = value
                continue
            item = next((one for one in rest if key is not None and one[0] and same_tree(key, one[0])), None)
            if item is None or not self._node(value, item[1]):
                return False
            rest.remove(item)
        if rest and dots is None:
            return False
        if dots is not None:
            self.runs[position(dots)] = ([], rest)
        return True


class _Fill(ast.NodeTransformer):
    """Puts what a match found in place of the letters, names and dots of a replacement."""

    def __init__(self, match, known, runs):
        self._match, self._known, self._runs = match, known, runs

    def visit_Name(self, node):
        if node.id in self._match.letters:
            return copy.deepcopy(self._match.letters[node.id])
        if node.id in self._match.names:
            return ast.Name(self._match.names[node.id], node.ctx)
        if node.id not in self._known:
            raise LookupError(f"{node.id} is neither in the pattern nor known in the module")
        return node

    def visit_Call(self, node):
        dots = next((argument for argument in node.args if is_dots(argument)), None)
        self.generic_visit(node)
        if dots is not None:
            node.keywords += [copy.deepcopy(keyword) for keyword in self._runs[position(dots)][1]]
        return node

    def visit_Dict(self, node):
        items = []
        for key, value in zip(node.keys, node.values, strict=True):
            dots = key is None and is_dots(value)
            items += self._runs[position(value)][1] if dots else [(key, self.visit(value))]
        return ast.Dict([key for key, _ in items], [copy.deepcopy(value) for _, value in items])

    def visit_Constant(self, node):
        return [copy.deepcopy(part) for part in self._runs[position(node)][0]] if is_dots(node) else node


def filled(replacement, match, known):
    """Make what stands instead of what was matched; known are the names that mean something in the module."""
    dots = sorted((node for node in ast.walk(replacement) if is_dots(node)), key=position)
    in_order = [match.runs[place] for place in sorted(match.runs)]
    if len(dots) > len(in_order):
        raise LookupError("there are more dots in the replacement than in the pattern")
    runs = {position(node): run for node, run in zip(dots, in_order, strict=False)}
    return _Fill(match, known, runs).visit(copy.deepcopy(replacement))


def is_dots(node):
    """Whether a node is ``...``."""
    return isinstance(node, ast.Constant) and node.value is ...


def position(node):
    """Where a node of a pattern stands in it."""
    return node.lineno, node.col_offset


def same_tree(one, other):
    """Whether two trees are the same code; lists and values of nodes are compared as well."""
    if type(one) is not type(other):
        return False
    if isinstance(one, ast.AST):
        return all(same_tree(getattr(one, name, None), getattr(other, name, None)) for name in one._fields)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same_tree, one, other))
    return repr(one) == repr(other)
