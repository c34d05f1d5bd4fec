"""Arithmetic with functions in a block's code: `0.5 * (lambda rings: …)` means the value, as with a curve."""

import ast
from typing import TypeVar

from livecode.evaluation.namespace import OPERAND
from livecode.language.values import Arithmetic

_OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow)
_SHAPERS = frozenset(name for name in vars(Arithmetic) if not name.startswith("_"))
_Tree = TypeVar("_Tree", bound=ast.AST)


def with_operands(tree: _Tree) -> _Tree:
    """Let the operands in the code of a block be values where they are functions; returns the tree.

    The body of a function computes with numbers at every tick, so only its lambdas change.
    """
    changed: _Tree = _Operands().visit(tree)
    return changed


class _Operands(ast.NodeTransformer):
    def __init__(self) -> None:
        self._inside = 0  # so many functions deep

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return self._function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        return self._function(node)

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        return self._function(node)

    def _function(self, node: ast.AST) -> ast.AST:
        self._inside += 1
        try:
            return self.generic_visit(node)
        finally:
            self._inside -= 1

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.op, _OPERATORS):
            node.left, node.right = self._wrapped(node.left), self._wrapped(node.right)
        return node

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.op, _OPERATORS):
            node.value = self._wrapped(node.value)
        return node

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.op, ast.USub):
            node.operand = self._wrapped(node.operand)
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        match node:
            case ast.Call(func=ast.Name("abs"), args=[argument], keywords=[]):
                node.args = [self._wrapped(argument)]
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        if node.attr in _SHAPERS and isinstance(node.ctx, ast.Load):
            node.value = self._wrapped(node.value)
        return node

    def _wrapped(self, node: ast.expr) -> ast.expr:
        named = (ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.IfExp, ast.NamedExpr)
        if isinstance(node, ast.Lambda) or (not self._inside and isinstance(node, named)):
            name = ast.copy_location(ast.Name(OPERAND, ast.Load()), node)
            return ast.copy_location(ast.Call(name, [node], []), node)
        return node
