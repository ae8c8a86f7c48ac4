"""Break the access rules in every small way, and see that some row of the table says so.

    python tools/mutate_access.py [--verbose] [MODULE ...]

Each mutant is one module of `stodtjanster.access` with one thing changed: a comparison, a word of
logic, a constant, a rule left out or moved, another reason. It lives when every row of
`tests/access_table.py` still gets the decision that the rules demand. Nothing is written to disk.
Exits with 1 when a mutant lives that is not in EQUIVALENT, or when EQUIVALENT names one that dies.
"""

import argparse
import ast
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "stodtjanster.access"
TABLE = "tests.access_table"
FACTS = f"{PACKAGE}.case"
EDGES = frozenset({FACTS, f"{PACKAGE}.cases", f"{PACKAGE}.settings"})
"""What the rows are made of: kept between mutants, unless the facts themselves are the mutant."""

MODULES = (
    "case",
    "policy",
    "reasons",
    "decision",
    "ages",
    "engine",
    "rules.login",
    "rules.record",
    "rules.person",
    "rules.shared",
    "rules.guardian",
    "rules.ombud",
    "rules.staff",
    "rules.administration",
    "rules.rights",
    "rules.own",
    "rules.minimised",
    "rules.consent",
    "rules.cross",
)

EQUIVALENT = {
    "ages:age_for_own: (3, 1): without no 2": "every day of February is before March",
    "ages:age_for_own: 1: 0": "every day of February is before March",
    "rules.staff:CARE: ( *EMPLOYEE, commission_is_chosen, commission_is_in_force...: "
    "no 2 and 3 swapped": "a commission that is missing has no days to be out of",
    "rules.own:OWN: ( *CARE, omsorg_subject_lives, omsorg_keeps_to_unit, righ...: "
    "no 3 and 4 swapped": "the one is for omsorg and the other for healthcare",
    "rules.shared:unit_was_chosen: case.resource.sharing or PRIVATE: without operand 2": "nobody "
    "comes this way but about what the person has written themself",
    "rules.consent:STEPS: ( consent_holds, refusal_stands, emergency, child_cannot_...: "
    "no 1 and 2 swapped": "one consent is not both given and refused",
    "rules.consent:STEPS: ( consent_holds, refusal_stands, emergency, child_cannot_...: "
    "no 4 and 5 swapped": "one person is not both a child and an adult",
}
"""Mutants that cannot change a decision, and why."""

COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
MEMBERS = {
    "Side": ("VARD", "OMSORG"),
    "Level": ("INNER", "OUTER"),
    "LiftedBy": ("CONSENT", "EMERGENCY"),
    "ConsentStatus": ("GIVEN", "REFUSED", "WITHDRAWN"),
    "Secrecy": ("AGAINST_PATIENT", "AGAINST_GUARDIAN"),
    "Protection": ("NONE", "SEKRETESSMARKERING", "SKYDDAD_FOLKBOKFORING"),
    "Verdict": ("PERMIT", "DENY", "REDACT"),
    "Activity": ("READ", "EMERGENCY_OPENING"),
    "ActorKind": ("CITIZEN", "GUARDIAN", "OMBUD", "LEGAL_REPRESENTATIVE", "STAFF"),
}

Change = Callable[[Any], None]
"""Changes a node in place."""


@dataclass(frozen=True, slots=True)
class Mutant:
    name: str
    module: str
    code: CodeType


class Replaced(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives one module's mutated code to whoever imports it."""

    def __init__(self) -> None:
        self.mutant: Mutant | None = None

    def find_spec(self, fullname: str, path: object, target: object = None) -> Any:  # noqa: ARG002
        if self.mutant is None or fullname != self.mutant.module:
            return None
        return importlib.machinery.ModuleSpec(fullname, self)

    def exec_module(self, module: ModuleType) -> None:
        assert self.mutant is not None
        exec(self.mutant.code, module.__dict__)  # noqa: S102 - our own source, changed


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("modules", nargs="*", metavar="MODULE", help=", ".join(MODULES))
    parser.add_argument("--verbose", action="store_true", help="name every mutant that dies")
    options = parser.parse_args(argv)
    sys.path.insert(0, str(ROOT))
    finder = Replaced()
    sys.meta_path.insert(0, finder)
    # A test that fails without any mutant would kill them all.
    failing = first_failure(finder, None)
    if failing is not None:
        print(f"the rows do not hold as it is: {failing}")
        return 1
    killed: Counter[str] = Counter()
    lives: list[Mutant] = []
    spared: list[str] = []
    for module in options.modules or MODULES:
        for mutant in mutants(module):
            failing = first_failure(finder, mutant)
            if failing is None:
                lives.append(mutant)
            else:
                killed[module] += 1
                if mutant.name in EQUIVALENT:
                    spared.append(mutant.name)
                if options.verbose:
                    print(f"dies   {mutant.name}  by {failing}")
    return report(options.modules or MODULES, killed, lives, spared)


def report(
    modules: Sequence[str], killed: Counter[str], lives: list[Mutant], spared: list[str]
) -> int:
    survivors = [mutant for mutant in lives if mutant.name not in EQUIVALENT]
    print(f"{'module':24}{'mutants':>8}{'die':>7}{'equal':>7}{'live':>7}")
    total = [0, 0, 0, 0]
    for module in modules:
        mine = [mutant for mutant in lives if mutant.module == f"{PACKAGE}.{module}"]
        bad = sum(mutant in survivors for mutant in mine)
        row = [killed[module] + len(mine), killed[module], len(mine) - bad, bad]
        total = [a + b for a, b in zip(total, row, strict=True)]
        print(f"{module:24}{row[0]:8}{row[1]:7}{row[2]:7}{row[3]:7}")
    print(f"{'all':24}{total[0]:8}{total[1]:7}{total[2]:7}{total[3]:7}")
    for mutant in survivors:
        print(f"LIVES  {mutant.name}")
    for name in spared:
        print(f"is no longer equivalent: {name}")
    return 1 if survivors or spared else 0


def first_failure(finder: Replaced, mutant: Mutant | None) -> str | None:
    """The first row that says otherwise, or None when all of them hold."""
    touched = {one.module for one in (finder.mutant, mutant) if one is not None}
    finder.mutant = mutant
    whole = mutant is None or FACTS in touched
    for name in [name for name in sys.modules if name.startswith(PACKAGE)]:
        if whole or name not in EDGES:
            del sys.modules[name]
    if whole:
        sys.modules.pop(TABLE, None)
        sys.modules.pop("portal.deciding", None)
    try:
        return _first_failure()
    except Exception as error:  # noqa: BLE001 - a mutant may break in any way
        return f"{type(error).__name__} while loading"


def _first_failure() -> str | None:
    judge = importlib.import_module(f"{PACKAGE}.engine").judge
    policy = importlib.import_module(f"{PACKAGE}.policy").Policy
    for row in _rows():
        try:
            said = judge(row.case, policy(**row.policy))
        except Exception as error:  # noqa: BLE001 - the rules are total
            return f"{type(error).__name__} in {row.rule} {row.says}"
        if not agrees(said, row.expect):
            return f"{row.rule} {row.says}"
    return None


def _rows() -> Any:
    table: Any = importlib.import_module(TABLE)
    if not hasattr(table, "made"):
        table.made = table.rows()
    return table.made


def agrees(said: Any, expect: Any) -> bool:
    """What `portal.deciding` compares, and what the portal itself reads of a decision."""
    log = said.log
    first = said.against[0] if expect.decision == "deny" else (said.reason, said.law)
    return (
        said.verdict == expect.decision
        and said.permitted is (expect.decision == "permit")
        and said.reason == expect.reason
        and said.law is not None
        and first == (said.reason, said.law)
        and _fields(said.keep) == _fields(expect.keep)
        and _fields(said.drop) == _fields(expect.drop)
        and log.access_log == expect.log.access_log
        and log.activity == expect.log.activity
        and log.review == expect.log.review
    )


def _fields(names: tuple[str, ...] | None) -> list[str] | None:
    return None if names is None else sorted(names)


def mutants(module: str) -> Iterator[Mutant]:
    path = ROOT.joinpath(*PACKAGE.split("."), *module.split(".")).with_suffix(".py")
    source = path.read_text("utf-8")
    tree = ast.parse(source)
    silent = _not_decisive(tree)
    reasons = _reasons()
    seen: Counter[str] = Counter()
    for place, node in enumerate(ast.walk(tree)):
        if id(node) in silent:
            continue
        for says, change in changes(node, reasons):
            copy = deepcopy(tree)
            changed = list(ast.walk(copy))[place]
            change(changed)
            where = f"{module}:{_owner(tree, node)}: {_text(source, node)}: {says}"
            seen[where] += 1
            name = where if seen[where] == 1 else f"{where} ({seen[where]})"
            code = compile(ast.fix_missing_locations(copy), str(path), "exec")
            yield Mutant(name, f"{PACKAGE}.{module}", code)


def _not_decisive(tree: ast.Module) -> set[int]:
    """Annotations, docstrings, export lists, and the law that is told beside a reason."""
    silent = [part for node in ast.walk(tree) for part in _silent_parts(node)]
    return {id(inner) for node in silent for inner in ast.walk(node)}


def _silent_parts(node: ast.AST) -> Sequence[ast.AST]:
    match node:
        case ast.arg(annotation=said) if said:
            return [said]
        case ast.AnnAssign(annotation=ast.Name(id="TypeAlias"), value=said) if said:
            return [said]
        case ast.AnnAssign(annotation=said):
            return [said]
        case ast.FunctionDef(returns=said, decorator_list=decorators):
            return [said, *decorators] if said else decorators
        case ast.ClassDef(name="Law") | ast.Assign(targets=[ast.Name(id="__all__")]):
            return [node]
        case ast.ClassDef(decorator_list=decorators):
            return decorators
        case ast.Expr(value=ast.Constant()) | ast.ImportFrom():
            return [node]
    return []


def _reasons() -> tuple[str, ...]:
    tree = ast.parse((ROOT / "stodtjanster" / "access" / "reasons.py").read_text("utf-8"))
    found = next(n for n in tree.body if isinstance(n, ast.ClassDef) and n.name == "Reason")
    return tuple(
        target.id
        for node in found.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    )


def _owner(tree: ast.Module, node: ast.AST) -> str:
    """The function, class or constant that holds the node."""
    for top in tree.body:
        if not any(inner is node for inner in ast.walk(top)):
            continue
        match top:
            case ast.ClassDef(name=name, body=body):
                for part in body:
                    inside = any(inner is node for inner in ast.walk(part))
                    if inside and isinstance(part, ast.FunctionDef):
                        return f"{name}.{part.name}"
                return name
            case ast.FunctionDef(name=name):
                return name
            case ast.Assign(targets=[ast.Name(id=name), *_]):
                return name
            case ast.AnnAssign(target=ast.Name(id=name)):
                return name
    return "module"


def _text(source: str, node: ast.AST) -> str:
    text = " ".join((ast.get_source_segment(source, node) or "").split())
    return text if len(text) <= 60 else f"{text[:57]}..."


def changes(node: ast.AST, reasons: tuple[str, ...]) -> Iterator[tuple[str, Change]]:
    """What can be done to one node. The mutation is done on a copy of it."""
    match node:
        case ast.Compare():
            yield from _comparisons(node)
        case ast.BoolOp():
            yield from _logic(node)
        case ast.Constant():
            yield from _constants(node)
        case ast.Attribute(value=ast.Name(id=owner), attr=name, ctx=ast.Load()):
            yield from _words(owner, name, reasons)
        case ast.Tuple() | ast.Set() | ast.Dict():
            yield from _collections(node)
        case _:
            yield from _steps(node)


def _steps(node: ast.AST) -> Iterator[tuple[str, Change]]:
    match node:
        case ast.UnaryOp(op=ast.Not()):
            yield "without not", _double
        case ast.If() | ast.IfExp():
            yield "condition negated", _negate
        case ast.comprehension(ifs=[_, *_]):
            yield "without its condition", _unfilter
        case ast.Return(value=said) if said and not _is_nothing(said):
            yield "returns None", _silence
        case ast.BinOp(op=ast.Sub()):
            yield "plus", _set_op(ast.Add())
        case ast.Call(func=ast.Name(id="any" | "all" as name)):
            yield "any and all swapped", _call("all" if name == "any" else "any")


def _comparisons(node: ast.Compare) -> Iterator[tuple[str, Change]]:
    for number, op in enumerate(node.ops):
        for other in COMPARISONS[type(op)]:
            yield f"{number + 1} becomes {other.__name__}", _compare(number, other)


def _logic(node: ast.BoolOp) -> Iterator[tuple[str, Change]]:
    yield "and, or swapped", _set_op(ast.And() if isinstance(node.op, ast.Or) else ast.Or())
    for number in range(len(node.values)):
        yield f"without operand {number + 1}", _without_value(number)


def _constants(node: ast.Constant) -> Iterator[tuple[str, Change]]:
    match node.value:
        case bool(said):
            yield f"{not said}", _set_value(not said)
        case int(said):
            yield f"{said + 1}", _set_value(said + 1)
            yield f"{said - 1}", _set_value(said - 1)
        case str(said) if said:
            yield "another word", _set_value(f"{said}X")
        case str():
            yield "another word", _set_value("note")


def _words(owner: str, name: str, reasons: tuple[str, ...]) -> Iterator[tuple[str, Change]]:
    words = reasons if owner == "Reason" else MEMBERS.get(owner, ())
    if name in words:
        other = words[(words.index(name) + 1) % len(words)]
        yield f"becomes {other}", _set_attr(other)


def _collections(node: ast.Tuple | ast.Set | ast.Dict) -> Iterator[tuple[str, Change]]:
    if isinstance(node, ast.Dict):
        yield from ((f"without no {n + 1}", _forget(n)) for n in range(len(node.keys)))
        return
    yield from ((f"without no {n + 1}", _drop(n)) for n in range(len(node.elts)))
    # The order of fields has no meaning; that of rules is their meaning.
    named = all(isinstance(part, ast.Name | ast.Starred) for part in node.elts)
    if isinstance(node, ast.Tuple) and named:
        for n in range(len(node.elts) - 1):
            yield f"no {n + 1} and {n + 2} swapped", _swap(n)


def _is_nothing(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and not node.value


def _double(node: ast.UnaryOp) -> None:
    node.operand = ast.UnaryOp(ast.Not(), node.operand)


def _negate(node: ast.If | ast.IfExp) -> None:
    node.test = ast.UnaryOp(ast.Not(), node.test)


def _unfilter(node: ast.comprehension) -> None:
    node.ifs = []


def _silence(node: ast.Return) -> None:
    node.value = ast.Constant(None)


def _drop(number: int) -> Change:
    return lambda node: node.elts.pop(number)


def _swap(number: int) -> Change:
    def swap(node: ast.Tuple) -> None:
        node.elts[number : number + 2] = reversed(node.elts[number : number + 2])

    return swap


def _forget(number: int) -> Change:
    def forget(node: ast.Dict) -> None:
        del node.keys[number], node.values[number]

    return forget


def _compare(number: int, other: type[ast.cmpop]) -> Change:
    def compare(node: ast.Compare) -> None:
        node.ops[number] = other()

    return compare


def _without_value(number: int) -> Change:
    def without(node: ast.BoolOp) -> None:
        node.values.pop(number)
        if len(node.values) == 1:
            node.values *= 2  # a logic of one operand cannot be compiled

    return without


def _set_op(op: ast.AST) -> Change:
    return lambda node: setattr(node, "op", op)


def _set_value(value: object) -> Change:
    return lambda node: setattr(node, "value", value)


def _set_attr(name: str) -> Change:
    return lambda node: setattr(node, "attr", name)


def _call(name: str) -> Change:
    return lambda node: setattr(node.func, "id", name)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
