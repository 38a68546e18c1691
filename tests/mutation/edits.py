"""One small wrong change to a module after another: what a careful test would have to notice.

Promise: every edit leaves a module that compiles and keeps its lines; messages, docstrings, annotations, assertions
and what a class declares of its fields are never touched. Not promised: that an edit changes what the program does;
those that do not are explained in survivors.toml.
"""

import ast
import copy
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

from ledger.terms.notices import KINDS
from ledger.terms.refusals import REFUSALS
from tests.mutation.wording import dropped, is_words, text_of


class Place(NamedTuple):
    """Where a node hangs: in a field of its owner, and at which index of it where that is a list."""

    owner: ast.AST
    field: str
    at: int | None

    def put(self, node: ast.AST | None) -> None:
        """Hang another node there; None takes an element out of its list."""
        if self.at is None:
            setattr(self.owner, self.field, node)
        elif node is None:
            del getattr(self.owner, self.field)[self.at]
        else:
            getattr(self.owner, self.field)[self.at] = node


class Edit(NamedTuple):
    """One change: what stands in the place of what, and what kind of slip that would be."""

    operator: str
    place: Place
    old: ast.AST
    new: ast.AST | None

    def change(self) -> str:
        """The change in the words of the code, without its prose."""
        if self.new is None:
            return f"{text_of(self.place.owner)} without {text_of(self.old)}"
        if isinstance(self.new, ast.If):
            return f"what follows {text_of(self.old)} -> nothing"
        if self.operator == "element dropped":
            return f"{text_of(self.old)} without {text_of(dropped(self.old, self.new))}"
        if isinstance(self.old, ast.Constant) and isinstance(self.place.owner, _AROUND_A_CONSTANT):
            around = copy.deepcopy(self.place.owner)
            Place(around, self.place.field, self.place.at).put(self.new)
            return f"{text_of(self.place.owner)} -> {text_of(around)}"
        return f"{text_of(self.old)} -> {'nothing' if isinstance(self.new, ast.Pass) else text_of(self.new)}"


Made = Iterator[tuple[str, ast.AST | None]]
"""Kinds of slip, each with the node that stands in the place of the right one; None where it is left out."""

_AROUND_A_CONSTANT: Final = (
    ast.BinOp,
    ast.Compare,
    ast.IfExp,
    ast.keyword,
    ast.Return,
    ast.Slice,
    ast.Subscript,
    ast.UnaryOp,
)
_COMPARED: Final[dict[type[ast.cmpop], type[ast.cmpop]]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_COUNTED: Final[dict[type[ast.operator], type[ast.operator]]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
_SWAPPED: Final = {"min": "max", "max": "min", "any": "all", "all": "any"}
_TRUTHS: Final = (ast.Name, ast.Attribute, ast.Call, ast.NamedExpr)
_NEXT_CODE: Final = {
    code: following
    for codes in (tuple(REFUSALS), tuple(KINDS))
    for code, following in zip(codes, (*codes[1:], codes[0]), strict=True)
}


def edits(tree: ast.Module) -> Iterator[tuple[str, ast.stmt, Edit]]:
    """Every edit of a module, in the order of its lines: in which function (or ""), in which statement, and what."""
    for index, statement in enumerate(tree.body):
        if _is_declaration(statement):
            continue
        if isinstance(statement, ast.ClassDef):
            for at, member in enumerate(statement.body):
                if isinstance(member, ast.FunctionDef):
                    yield from _in_function(Place(statement, "body", at), member, f"{statement.name}.{member.name}")
        elif isinstance(statement, ast.FunctionDef):
            yield from _in_function(Place(tree, "body", index), statement, statement.name)
        else:
            yield from (("", statement, edit) for edit in _below(statement, statement, ""))


def _is_declaration(statement: ast.stmt) -> bool:
    """Imports, docstrings, names for types: nothing that runs in a decision."""
    match statement:
        case ast.Import() | ast.ImportFrom() | ast.Expr() | ast.If():
            return True
        case ast.Assign(value=ast.Call(func=ast.Name("TypeVar"))):
            return True
        case ast.Assign(value=value):
            return isinstance(value, ast.Subscript | ast.BinOp)
        case _:
            return False


def _in_function(place: Place, function: ast.FunctionDef, name: str) -> Iterator[tuple[str, ast.stmt, Edit]]:
    returns = ast.unparse(function.returns) if function.returns else ""
    yield from ((name, function, edit) for edit in _below(function.args, function, returns))
    for index, statement in enumerate(function.body):
        yield from _of_statement(Place(function, "body", index), statement, returns, name)


def _of_statement(place: Place, node: ast.stmt, returns: str, name: str) -> Iterator[tuple[str, ast.stmt, Edit]]:
    """Edits of a statement, and of those that it holds, each with the innermost statement that it stands in."""
    if isinstance(node, ast.Assert | ast.Raise):
        return
    if isinstance(node, ast.FunctionDef):
        yield from _in_function(place, node, name)
        return
    yield from ((name, node, Edit(operator, place, node, new)) for operator, new in _statement_edits(node, returns))
    yield from ((name, node, edit) for edit in _below(node, node, returns))
    for block in ("body", "orelse", "finalbody"):
        for index, inner in enumerate(getattr(node, block, ())):
            yield from _of_statement(Place(node, block, index), inner, returns, name)
    for case in getattr(node, "cases", ()):
        for index, inner in enumerate(case.body):
            yield from _of_statement(Place(case, "body", index), inner, returns, name)


def _below(owner: ast.AST, statement: ast.stmt, returns: str) -> Iterator[Edit]:
    """Edits of the expressions that hang below a node, down to the statements that it holds."""
    for place, node in _hanging(owner):
        if isinstance(node, ast.stmt) or _is_prose(place, node):
            continue
        make: Callable[[Place, Any], Made] | None = _MAKERS.get(type(node))
        if make is not None:
            yield from (Edit(operator, place, node, new) for operator, new in make(place, node))
        if _is_question(place) and isinstance(node, _TRUTHS):
            yield Edit("condition negated", place, node, _at(ast.UnaryOp(ast.Not(), node), node))
        if isinstance(owner, ast.comprehension) and place.field == "ifs":
            yield Edit("filter dropped", place, node, None)
        yield from _below(node, statement, returns)


def _hanging(owner: ast.AST) -> Iterator[tuple[Place, ast.AST]]:
    for field, value in ast.iter_fields(owner):
        if field in {"annotation", "returns", "decorator_list", "type_comment"}:
            continue
        if isinstance(value, ast.AST):
            yield Place(owner, field, None), value
        elif isinstance(value, list):
            yield from ((Place(owner, field, at), each) for at, each in enumerate(value) if isinstance(each, ast.AST))


def _is_prose(place: Place, node: ast.AST) -> bool:
    """Words for people, where they are looked up too, and names of types where a function asks for them."""
    is_of_catalogue = isinstance(place.owner, ast.Subscript) and _name(place.owner.value) == "REFUSALS"
    if isinstance(node, ast.JoinedStr) or is_of_catalogue:
        return True
    if isinstance(node, ast.IfExp) and (is_words(node.body) or is_words(node.orelse)):
        return True
    asked = _name(place.owner.func) if isinstance(place.owner, ast.Call) and place.field == "args" else ""
    return (asked, place.at) in {("isinstance", 1), ("cast", 0)}


def _is_question(place: Place) -> bool:
    asks = isinstance(place.owner, ast.If | ast.While | ast.IfExp | ast.match_case | ast.comprehension)
    return asks and place.field in {"test", "ifs", "guard"}


def _name(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def _at(new: Any, old: ast.AST) -> Any:
    """A new node with the lines of the one that it stands for."""
    return ast.fix_missing_locations(ast.copy_location(new, old))


def _changed(node: ast.AST, **fields: Any) -> Any:
    """A copy of a node with other fields, its children shared."""
    new = copy.copy(node)
    for name, value in fields.items():
        setattr(new, name, value)
    return new


# --- statements -----------------------------------------------------------------------------------------------------


def _statement_edits(node: ast.stmt, returns: str) -> Made:
    match node:
        case ast.If() if not all(isinstance(each, ast.Pass | ast.Raise | ast.Assert) for each in node.body):
            yield "branch dropped", _changed(node, body=[_at(ast.Pass(), node.body[0])])
        case ast.Expr(value=ast.Call() | ast.Yield() | ast.YieldFrom()) | ast.AugAssign() | ast.Delete():
            yield "statement dropped", _at(ast.Pass(), node)
        case ast.Continue() | ast.Break():
            yield "jump dropped", _at(ast.Pass(), node)
        case ast.Return(value=value) if value is not None:
            empty = _empty(returns, value)
            if empty is not None:
                yield "returned constant", _changed(node, value=_at(empty, value))


def _empty(returns: str, value: ast.expr) -> ast.expr | None:
    """What a function of such a type would return if it had found nothing; None where no test could tell, or all do."""
    if isinstance(value, ast.Constant | ast.List | ast.Dict) or (isinstance(value, ast.Tuple) and not value.elts):
        return None
    if returns == "bool":
        is_mutated_within = isinstance(value, ast.Compare | ast.BoolOp | ast.UnaryOp)
        return None if is_mutated_within else ast.UnaryOp(ast.Not(), value)
    if returns.endswith("| None"):
        return ast.Constant(None)
    if returns == "int":
        return ast.Constant(0)
    if returns.startswith("list["):
        return ast.List([], ast.Load())
    if returns.startswith("tuple[") and returns.endswith("...]"):
        return ast.Tuple([], ast.Load())
    if returns.startswith("frozenset["):
        return ast.Call(ast.Name("frozenset", ast.Load()), [], [])
    return None


# --- expressions ----------------------------------------------------------------------------------------------------


def _of_compare(place: Place, node: ast.Compare) -> Made:
    for at, op in enumerate(node.ops):
        ops: list[ast.cmpop] = [*node.ops[:at], _COMPARED[type(op)](), *node.ops[at + 1 :]]
        yield "comparison", _changed(node, ops=ops)


def _of_bool(place: Place, node: ast.BoolOp) -> Made:
    yield "and / or", _changed(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
    for at in range(len(node.values)):
        kept = [*node.values[:at], *node.values[at + 1 :]]
        yield "operand dropped", kept[0] if len(kept) == 1 else _changed(node, values=kept)


def _of_unary(place: Place, node: ast.UnaryOp) -> Made:
    if isinstance(node.op, ast.Not):
        yield "not dropped", node.operand


def _of_binary(place: Place, node: ast.BinOp) -> Made:
    is_of_elements = any(
        isinstance(side, ast.List | ast.Tuple | ast.ListComp | ast.JoinedStr) for side in (node.left, node.right)
    )
    if type(node.op) in _COUNTED and not is_of_elements:
        yield "arithmetic", _changed(node, op=_COUNTED[type(node.op)]())


def _of_constant(place: Place, node: ast.Constant) -> Made:
    value = node.value
    if isinstance(value, bool):
        yield "true / false", _changed(node, value=not value)
    elif isinstance(value, int):
        yield "number", _changed(node, value=value + 1)
        yield "number", _changed(node, value=value - 1)
    elif isinstance(value, str) and value in _NEXT_CODE:
        yield "code", _changed(node, value=_NEXT_CODE[value])


def _of_elements(place: Place, node: ast.List | ast.Set | ast.Tuple) -> Made:
    is_read = not isinstance(getattr(node, "ctx", None), ast.Store)
    if is_read and (not isinstance(node, ast.Tuple) or _is_collection(place)):
        for at in range(len(node.elts)):
            kept = [*node.elts[:at], *node.elts[at + 1 :]]
            empty_set = isinstance(node, ast.Set) and not kept
            yield "element dropped", _at(ast.Tuple([], ast.Load()), node) if empty_set else _changed(node, elts=kept)


def _is_collection(place: Place) -> bool:
    """Whether a tuple there is a collection, and not several values that are unpacked or kept as one."""
    owner = place.owner
    return (
        (isinstance(owner, ast.Compare) and isinstance(owner.ops[-1], ast.In | ast.NotIn))
        or isinstance(owner, ast.Starred)
        or (isinstance(owner, ast.For | ast.comprehension) and place.field == "iter")
        or (isinstance(owner, ast.AnnAssign) and owner.value is not None)
    )


def _of_call(place: Place, node: ast.Call) -> Made:
    name = _name(node.func)
    if name in _SWAPPED:
        yield "min / max, any / all", _changed(node, func=_at(ast.Name(_SWAPPED[name], ast.Load()), node.func))
    if name == "sorted":
        yield "order dropped", _changed(node, func=_at(ast.Name("list", ast.Load()), node.func), keywords=[])


_MAKERS: Final[dict[type[ast.AST], Callable[[Place, Any], Made]]] = {
    ast.Compare: _of_compare,
    ast.BoolOp: _of_bool,
    ast.UnaryOp: _of_unary,
    ast.BinOp: _of_binary,
    ast.Constant: _of_constant,
    ast.List: _of_elements,
    ast.Set: _of_elements,
    ast.Tuple: _of_elements,
    ast.Call: _of_call,
}
