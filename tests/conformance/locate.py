"""Where in the package a mutation is to be made: in a function of a name, by a pattern on its syntax tree.

A function is looked for by its name in all modules of :data:`ROOMS`, so that it may move from one to another. What is
not in the function itself is looked for in what it calls there, step by step, so that it may be split.
"""

import ast
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

from patterns import DEFINITIONS, Match, filled, global_names, local_names, parsed, same_tree

ROOMS = ("matching", "measures", "statistics", "scoring")
ANYWHERE = "*"
"""In place of the name of a function: the whole of all rooms."""


class Mutation(NamedTuple):
    """Code and what is put there.

    Attributes:
        function: name of the function or class that it is in, or that calls what it is in: ``ratio``,
            ``FScore.finish``; :data:`ANYWHERE` for code that is found once in all rooms.
        old: pattern of the code (:mod:`patterns`), which is there once.
        new: what is put there.

    """

    function: str
    old: str
    new: str

    @property
    def name(self):
        return f"{self.function}: {self.old}  ->  {self.new}"


class NotThereOnceError(LookupError):
    """A mutation whose place is not to be found, or is not the only one."""


class Module(NamedTuple):
    """A module and the names that mean something anywhere in it."""

    path: Path
    source: str
    tree: ast.Module
    known: frozenset[str]

    @classmethod
    def of(cls, path):
        source = path.read_text(encoding="utf-8")
        tree = ast.parse(source)
        return cls(path, source, tree, global_names(tree))


class Definition(NamedTuple):
    """A function or a class, the module that it is in, and the names that are local there."""

    name: str
    node: ast.AST
    module: Module
    local: frozenset[str]

    def __str__(self):
        return f"{self.module.path.parent.name}/{self.module.path.name}:{self.node.lineno}: {self.name}"


class Package:
    """The syntax trees of the rooms of a package.

    Args:
        folder: the package's folder.

    """

    def __init__(self, folder):
        self.folder = folder
        modules = [Module.of(path) for room in ROOMS for path in sorted((folder / room).rglob("*.py"))]
        self.paths = [module.path for module in modules]
        self._definitions = [definition for module in modules for definition in _below(module.tree, module)]
        self._nodes = {}  # what is below a definition, which every mutation looks at

    def mutated(self, mutation):
        """Make a mutation; give the path of the module that it is in, and the module's source with it.

        Raises:
            NotThereOnceError: no code or more than one piece of code fits, or nothing would change.

        """
        definition, node, match = self._place(mutation)
        try:
            new = filled(parsed(mutation.new), match, definition.module.known | definition.local)
        except LookupError as problem:
            raise NotThereOnceError(f"{mutation.name}: {problem}") from problem
        if same_tree(node, new):
            raise NotThereOnceError(f"{mutation.name}: this changes nothing")
        return definition.module.path, _spliced(definition.module.source, node, new)

    def _place(self, mutation):
        """Find the one place that fits: in the functions of this name, else in what they call, step by step."""
        pattern = parsed(mutation.old)
        step, looked = self._named(mutation.function), []
        if not step:
            raise NotThereOnceError(f"{mutation.name}: no function or class has this name in {', '.join(ROOMS)}")
        while step:
            places = {
                id(node): (definition, node, match)
                for definition in step
                for node in self._walked(definition)
                if (match := Match(pattern, node, definition.local, definition.module.known))
            }
            if len(places) == 1:
                return next(iter(places.values()))
            if places:
                listed = "\n".join(f"  {d}, line {n.lineno}: {ast.unparse(n)}" for d, n, _ in places.values())
                raise NotThereOnceError(f"{mutation.name}: there are {len(places)} such places, not one:\n{listed}")
            looked += step
            step = self._called(step, looked)
        where = "\n".join(f"  {definition}" for definition in looked)
        raise NotThereOnceError(f"{mutation.name}: nothing fits the pattern; looked at\n{where}")

    def _walked(self, definition):
        if id(definition.node) not in self._nodes:
            self._nodes[id(definition.node)] = list(ast.walk(definition.node))
        return self._nodes[id(definition.node)]

    def _named(self, name):
        if name == ANYWHERE:
            return [d for d in self._definitions if "." not in d.name]
        return [d for d in self._definitions if d.name == name or d.name.endswith(f".{name}")]

    def _called(self, definitions, known):
        """Functions and classes of the rooms that definitions name, but for those that are known."""
        nodes = {id(definition.node) for definition in known}
        called = []
        for definition in definitions:
            for node in self._walked(definition):
                for other in self._meant(node, definition):
                    if id(other.node) not in nodes:
                        nodes.add(id(other.node))
                        called.append(other)
        return called

    def _meant(self, node, definition):
        """Definitions that a name, a method of ``self`` or a function of a module may mean."""
        if isinstance(node, ast.Name) and node.id not in definition.local:
            return [d for d in self._definitions if d.name == node.id]
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            owner = definition.name.rpartition(".")[0]
            if node.value.id == "self":
                return [d for d in self._definitions if owner and d.name == f"{owner}.{node.attr}"]
            return [d for d in self._definitions if d.name == node.attr and d.module.path.stem == node.value.id]
        return []


def _below(node, module, prefix="", local=None):
    """All definitions below a node, by their qualified names; local names are those of the outermost one."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, DEFINITIONS):
            names = local_names(child) if local is None else local
            yield Definition(prefix + child.name, child, module, names)
            yield from _below(child, module, f"{prefix}{child.name}.", names)
        else:
            yield from _below(child, module, prefix, local)


def _spliced(source, node, new):
    """Put code in place of that of a node; all other code, and where its lines are, stays."""
    data = source.encode()
    lines = [0, *accumulate(map(len, data.splitlines(keepends=True)))]
    start, end = lines[node.lineno - 1] + node.col_offset, lines[node.end_lineno - 1] + node.end_col_offset
    code = f"({ast.unparse(new)})" if isinstance(new, ast.expr) else ast.unparse(new)
    return (data[:start] + code.encode() + data[end:]).decode()
