"""Changes in the words of the code, without its prose: what survivors.toml and the report call them.

Promise: rewording a message changes no name of a change. Not promised: that a name can be read back as code.
"""

import ast
import copy
from typing import Any


def text_of(node: ast.AST) -> str:
    """A node as it is written, its prose left out; of a statement that holds others, its first line."""
    return ast.unparse(_WithoutProse().visit(copy.deepcopy(node))).partition("\n")[0].strip()


def is_words(node: ast.AST) -> bool:
    """Whether a node is text for people."""
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value
    )


def dropped(old: Any, new: Any) -> ast.AST:
    """The element that a display no longer has."""
    kept = {id(each) for each in new.elts}
    found: ast.AST = next(each for each in old.elts if id(each) not in kept)
    return found


class _WithoutProse(ast.NodeTransformer):
    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        return ast.Constant("…") if any(is_words(each) for each in node.values) else node

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        return ast.Constant("…") if is_words(node) else node
