"""The SQL that DuckDB and Spark share: what a model must not contain.

Two looks at every model. Its own text, Jinja blanked out, shows what its author wrote; what
dispatched macros put in its place is the macros' business. The compiled text, parsed, shows what
the engine will run; what is wrong there is wrong wherever it came from.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlglot import ErrorLevel, exp, parse_one
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.scope import traverse_scope
from sqlglot.tokens import Token, TokenType

JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
ADAPTER_MACRO = re.compile(
    r"\{%-?\s*macro\s+(?:duckdb|spark|postgres)__.*?endmacro\s*-?%\}", re.DOTALL
)

FLOATS = {exp.DataType.Type.DOUBLE, exp.DataType.Type.FLOAT}
FLOAT_FUNCTIONS = (exp.Avg, exp.Exp, exp.Ln, exp.Log, exp.Median, exp.Pow, exp.Sqrt, exp.Stddev)
CLOCK_AND_CHANCE = (
    exp.CurrentDate,
    exp.CurrentDatetime,
    exp.CurrentTime,
    exp.CurrentTimestamp,
    exp.Rand,
    exp.Uuid,
)
CLOCK_AND_CHANCE_NAMES = {
    "current_localtime",
    "current_localtimestamp",
    "gen_random_uuid",
    "get_current_time",
    "get_current_timestamp",
    "localtime",
    "localtimestamp",
    "now",
    "random",
    "setseed",
    "today",
    "transaction_timestamp",
    "uuid",
    "uuidv4",
    "uuidv7",
}
DAY_SUFFIXES = ("_date", "_day", "_month", "_on")


@dataclass(frozen=True, order=True)
class Violation:
    """One forbidden construct: which, and the text that holds it."""

    rule: str
    text: str


def source_violations(source: str) -> list[Violation]:
    """What a model's or a macro file's own text must not contain.

    Bodies of adapter-specific macros are exempt: they exist to hold what engines do not share.
    """
    own = JINJA.sub(" jinja ", ADAPTER_MACRO.sub(" ", source))
    tokens = DuckDB().tokenize(own)
    found: list[Violation] = []
    for place, token in enumerate(tokens):
        following = tokens[place + 1] if place + 1 < len(tokens) else None
        rule = _source_rule(token, following)
        if rule:
            found.append(Violation(rule, _around(own, token)))
    return sorted(found)


def _source_rule(token: Token, following: Token | None) -> str | None:
    word = token.text.lower()
    if token.token_type is TokenType.STRING:
        return None
    if token.token_type is TokenType.DCOLON:
        return "write cast(x as t), not x::t"
    if token.token_type is TokenType.L_BRACKET:
        return "lists and subscripts belong in a dispatched macro"
    if token.token_type is TokenType.L_BRACE:
        return "structs belong in a dispatched macro"
    if token.token_type in (TokenType.ARROW, TokenType.DARROW):
        return "lambdas and JSON arrows belong in a dispatched macro"
    is_bare = following is None or following.token_type is not TokenType.L_PAREN
    if token.token_type is TokenType.SLASH or (token.token_type is TokenType.DIV and is_bare):
        return "divide through int_div or ratio"
    if token.token_type is TokenType.MOD and is_bare:
        return "take remainders through int_mod"
    if word == "varchar" and is_bare:
        return "Spark has no bare varchar: use dbt.type_string()"
    if word in ("exclude", "replace", "rename") and not is_bare:
        return None if word == "replace" else f"no star {word}"
    if word == "qualify":
        return "no qualify: filter in the next step"
    return None


def compiled_violations(compiled: str) -> list[Violation]:
    """What the compiled text of a model must not contain; not to parse is a violation too."""
    try:
        tree = parse_one(compiled, read="duckdb")
    except SqlglotError as error:
        return [Violation("does not parse", str(error))]
    found = [*_forbidden_nodes(tree), *_lateral_aliases(tree), *_unstated_null_orders(compiled)]
    try:
        tree.sql(dialect="spark", unsupported_level=ErrorLevel.RAISE)
    except SqlglotError as error:
        found.append(Violation("Spark has no such construct", str(error)))
    return sorted(found)


def _forbidden_nodes(tree: exp.Expression) -> Iterator[Violation]:
    for node in tree.walk():
        rule = _node_rule(node)
        if rule:
            yield Violation(rule, node.sql(dialect="duckdb")[:120])


def _is_outer_joined(select: exp.Expression) -> bool:
    return any(join.side for join in select.args.get("joins") or ())


def _node_rule(node: exp.Expression) -> str | None:
    match node:
        case exp.Qualify():
            return "no qualify: filter in the next step"
        case exp.Group() if node.args.get("all"):
            return "no group by all"
        case exp.Distinct() if node.args.get("on"):
            return "no distinct on"
        case exp.SetOperation() if node.args.get("distinct"):
            return "state all: union all, except all, intersect all"
        case exp.Div():
            return "no quotient: amounts by int_div, ratios by ratio"
        case exp.Cast() if node.to.this in FLOATS:
            return "no cast to a float"
        case exp.Literal() if not node.is_string and "e" in node.this.lower():
            return "a literal with an exponent is a float"
        case exp.Sub() if _is_day(node.this) and _is_day(node.expression):
            return "no date minus date: use a dispatched macro"
        case exp.Having() if node.find(exp.Sum) and _is_outer_joined(node.parent):
            # DuckDB 2.0.0 takes the sum for 0 where it knows the joined side to be empty.
            return "no having on a sum above an outer join: sum first, join after"
        case exp.Anonymous() if node.name.lower() in CLOCK_AND_CHANCE_NAMES:
            return "a build depends on neither clock nor chance"
    if isinstance(node, FLOAT_FUNCTIONS):
        return "this function returns a float"
    if isinstance(node, CLOCK_AND_CHANCE):
        return "a build depends on neither clock nor chance"
    return None


def _is_day(operand: exp.Expression) -> bool:
    """Whether an operand is evidently a date: cast to one, or named as one."""
    bare = operand.unnest()
    if isinstance(bare, exp.Cast):
        return bare.to.this is exp.DataType.Type.DATE
    return isinstance(bare, exp.Column) and bare.name.lower().endswith(DAY_SUFFIXES)


def _lateral_aliases(tree: exp.Expression) -> Iterator[Violation]:
    """Unqualified names in a select list or filter that only the same list defines.

    A list may re-use a source column's name for what it makes of it; it then reads the source.
    """
    for scope in traverse_scope(tree):
        if not isinstance(scope.expression, exp.Select):
            continue
        made = {
            projection.alias
            for projection in scope.expression.selects
            if isinstance(projection, exp.Alias)
            and projection.alias not in {column.name for column in projection.find_all(exp.Column)}
        }
        readers = [*scope.expression.selects, scope.expression.args.get("where")]
        for reader in readers:
            for column in reader.find_all(exp.Column) if reader else ():
                is_own = column.parent_select is scope.expression
                if is_own and not column.table and column.name in made:
                    yield Violation("no lateral alias: name it in a step before", column.name)


def _unstated_null_orders(compiled: str) -> Iterator[Violation]:
    """Every term of every ORDER BY says where nulls go: engines differ when it does not."""
    tokens = DuckDB().tokenize(compiled)
    for place, token in enumerate(tokens):
        if token.token_type is TokenType.ORDER_BY:
            for term in _order_terms(tokens[place + 1 :]):
                if [word.text.lower() for word in term[-2:]] != ["nulls", "last"]:
                    text = " ".join(word.text for word in term)
                    yield Violation("state nulls last", text[:120])


def _order_terms(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """The comma-separated terms up to the end of the clause."""
    depth = 0
    term: list[Token] = []
    for token in tokens:
        if token.token_type is TokenType.L_PAREN:
            depth += 1
        elif token.token_type is TokenType.R_PAREN:
            depth -= 1
        if depth < 0 or (depth == 0 and token.text.lower() in ("rows", "range", "limit", ";")):
            break
        if depth == 0 and token.token_type is TokenType.COMMA:
            yield term
            term = []
        else:
            term.append(token)
    yield term


def _around(text: str, token: Token) -> str:
    """The line that holds a token."""
    line = text[: token.start].count("\n")
    return text.splitlines()[line].strip()[:120]
