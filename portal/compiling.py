"""What is settled once, when a template is compiled, instead of anew for every page.

A template is compiled for one language. The texts that it asks for are known then and are put in
their places, and a macro that needs nothing but its arguments is put where it is called. What a
template is given are objects and never mappings, so `row.title` is an attribute and nothing else.
None of this changes what is shown.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Final

from jinja2 import Environment, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, escape

Gettext = Callable[[str], str]

_FIXED: Final = frozenset({"static"})
"""Functions of all templates that give the same for the same argument as long as a process runs."""
_SPECIAL: Final = re.compile("[&<>\"']")
_VARIABLE: Final = re.compile(r"%\((\w+)\)s")


class _Code(CodeGenerator):
    """The code of a template, without a look-up where an attribute is meant, without asking what a
    method wants to be given besides its arguments, and without escaping anew what is escaped (as
    jinja2.nativetypes has it, from the same two places)."""

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:  # noqa: N802 - Jinja's name
        self.write("(")
        self.visit(node.node, frame)
        self.write(f").{node.attr}")

    def visit_Call(  # noqa: N802 - the same
        self, node: nodes.Call, frame: Frame, forward_caller: bool = False
    ) -> None:
        match node:
            case nodes.Call(
                node=nodes.Getattr() | nodes.Name(name="caller"),
                kwargs=[],
                dyn_args=None,
                dyn_kwargs=None,
            ) if not forward_caller:
                self.visit(node.node, frame)
                self.write("(")
                for argument in node.args:
                    self.visit(argument, frame)
                    self.write(", ")
                self.write(")")
            case _:
                super().visit_Call(node, frame, forward_caller=forward_caller)

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape or finalize.src is not None:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("environment.printed(")


class SettlingEnvironment(Environment):
    """Jinja with newstyle gettext, where a template is settled before it becomes code.

    A traceback from inside a macro names the file that called it, with the macro's own line.
    """

    code_generator_class = _Code

    def __init__(self, gettext: Gettext, **options: Any) -> None:
        super().__init__(**options)
        self._gettext = gettext
        self._read: dict[str, Mapping[str, nodes.Macro]] = {}

    def let_go(self) -> None:
        """Forget what the templates were made of: when all are compiled it is of use to nobody."""
        self._read = {}

    @staticmethod
    def printed(value: object) -> str:
        """A value as it stands in a page. Most texts have nothing in them to escape."""
        if type(value) is Markup or (type(value) is str and _SPECIAL.search(value) is None):
            return value
        return escape(value)

    def _generate(
        self,
        source: nodes.Template,
        name: str | None,
        filename: str | None,
        defer_init: bool = False,
    ) -> str:
        self._settle(source)
        source.set_environment(self)
        return super()._generate(source, name, filename, defer_init)

    def _settle(self, tree: nodes.Template) -> Mapping[str, nodes.Macro]:
        """Settle a template in place. Gives the macros that may be put where they are called."""
        fixed: Mapping[str, Any] = {
            name: self.globals[name] for name in _FIXED & self.globals.keys()
        }
        _Texts(self._gettext, fixed).visit(tree)
        known = self._imported(tree)
        own = {macro.name: macro for macro in tree.find_all(nodes.Macro)}
        ready: Mapping[str, nodes.Macro] = {}
        # A macro that calls others can be placed when they have been placed in it.
        while own.keys() - ready.keys():
            _Places(known).visit(tree)
            now = {name: one for name, one in own.items() if _is_whole(one, self.globals)}
            if now.keys() == ready.keys():
                break
            ready = now
            known |= now
        _Places(known).visit(tree)
        _drop_unused(tree)
        return ready

    def _imported(self, tree: nodes.Template) -> dict[str, nodes.Macro]:
        """The macros of other templates that may be placed, by the names that they have here."""
        found: dict[str, nodes.Macro] = {}
        for line in tree.find_all(nodes.FromImport):
            there = self._macros_of(line.template)
            for name in line.names:
                theirs, ours = name if isinstance(name, tuple) else (name, name)
                if theirs in there:
                    found[ours] = there[theirs]
        return found

    def _macros_of(self, template: nodes.Expr) -> Mapping[str, nodes.Macro]:
        if not isinstance(template, nodes.Const) or self.loader is None:
            return {}
        name, read = template.value, self._read
        if name not in read:
            source, filename, _ = self.loader.get_source(self, name)
            read[name] = self._settle(self._parse(source, name, filename))
        return read[name]


class _Texts(NodeTransformer):
    """`_('…')` becomes its translation, and `static('…')` the address.

    As newstyle gettext has it, the translation is markup and its variables are escaped. What is
    not that simple (plural forms, a text with variables that is not printed) is left for the page.
    """

    def __init__(self, gettext: Gettext, fixed: Mapping[str, Gettext]) -> None:
        self._gettext = gettext
        self._fixed = fixed

    def visit_Output(self, node: nodes.Output) -> nodes.Output:  # noqa: N802 - Jinja's name
        node.nodes = [part for child in node.nodes for part in self._printed(child)]
        self.generic_visit(node)
        return node

    def visit_Call(self, node: nodes.Call) -> nodes.Expr:  # noqa: N802 - the same
        match node:
            case nodes.Call(
                node=nodes.Name(name=name), args=[nodes.Const(value=str(said))], kwargs=[]
            ) if name in self._fixed:
                return nodes.Const(self._fixed[name](said), lineno=node.lineno)
        text = self._translated(node)
        if text is None or node.kwargs:
            self.generic_visit(node)
            return node
        return nodes.MarkSafe(nodes.Const(text % {}, lineno=node.lineno), lineno=node.lineno)

    def _printed(self, node: nodes.Expr) -> Iterable[nodes.Expr]:
        """A text with variables as what it is made of: pieces of text, and the variables."""
        text = self._translated(node)
        if text is None or not isinstance(node, nodes.Call) or not node.kwargs:
            return (node,)
        values = {pair.key: pair.value for pair in node.kwargs}
        pieces = _VARIABLE.split(text)
        if "%" in "".join(pieces[::2]) or not values.keys() >= set(pieces[1::2]):
            return (node,)
        return [
            _copy(values[piece]) if place % 2 else nodes.TemplateData(piece, lineno=node.lineno)
            for place, piece in enumerate(pieces)
        ]

    def _translated(self, node: nodes.Expr) -> str | None:
        match node:
            case nodes.Call(
                node=nodes.Name(name="_"),
                args=[nodes.Const(value=str(message))],
                dyn_args=None,
                dyn_kwargs=None,
            ):
                return self._gettext(message)
        return None


class _Places(NodeTransformer):
    """`{{ macro(…) }}` becomes the body of the macro, with the arguments under its own names."""

    def __init__(self, macros: Mapping[str, nodes.Macro]) -> None:
        self._macros = macros

    def visit_Output(self, node: nodes.Output) -> list[nodes.Stmt]:  # noqa: N802 - Jinja's name
        found: list[nodes.Stmt] = []
        printed: list[nodes.Expr] = []
        for child in node.nodes:
            placed = self._placed(child)
            if placed is None:
                printed.append(child)
                continue
            if printed:
                found.append(nodes.Output(printed, lineno=node.lineno))
                printed = []
            found.append(placed)
        return [*found, nodes.Output(printed, lineno=node.lineno)] if printed else found

    def _placed(self, node: nodes.Expr) -> nodes.With | None:
        match node:
            case nodes.Call(node=nodes.Name(name=name), dyn_args=None, dyn_kwargs=None):
                macro = self._macros.get(name)
                given = None if macro is None else _arguments(macro, node)
            case _:
                return None
        if macro is None or given is None:
            return None
        targets = [nodes.Name(name, "param", lineno=node.lineno) for name in given]
        body = [_copy(part) for part in macro.body]
        return nodes.With(targets, [_copy(v) for v in given.values()], body, lineno=node.lineno)


def _arguments(macro: nodes.Macro, call: nodes.Call) -> dict[str, nodes.Expr] | None:
    """What each argument of a macro is in a call; None when it cannot be told beforehand."""
    names = [argument.name for argument in macro.args]
    defaults = dict(zip(reversed(names), reversed(macro.defaults), strict=False))
    given = dict(zip(names, call.args, strict=False))
    named = {pair.key: pair.value for pair in call.kwargs}
    fits = len(call.args) <= len(names) and named.keys() <= set(names) - given.keys()
    whole = {**defaults, **given, **named}
    return whole if fits and whole.keys() == set(names) else None


def _is_whole(macro: nodes.Macro, everywhere: Collection[str]) -> bool:
    """Whether a macro reads nothing but its arguments, what it sets and what all templates have.

    Its caller, and other macros, are among what it may not read.
    """
    names = list(macro.find_all(nodes.Name))
    own = {name.name for name in names if name.ctx != "load"} | {"loop"}
    return all(name.name in own or name.name in everywhere for name in names)


def _drop_unused(tree: nodes.Template) -> None:
    """Take away the imports of what has been placed: nothing need be loaded for them."""
    used = {name.name for name in tree.find_all(nodes.Name)}
    for line in [one for one in tree.body if isinstance(one, nodes.FromImport)]:
        line.names = [name for name in line.names if _ours(name) in used]
        if not line.names:
            tree.body.remove(line)


def _ours(name: str | tuple[str, str]) -> str:
    """What an imported thing is called where it is imported."""
    return name[1] if isinstance(name, tuple) else name


def _copy(value: Any) -> Any:
    """A node of its own, with all that is in it."""
    if isinstance(value, nodes.Node):
        parts = [_copy(getattr(value, name)) for name in value.fields]
        return type(value)(*parts, lineno=value.lineno)
    if isinstance(value, list | tuple):
        return type(value)(_copy(one) for one in value)
    return value
