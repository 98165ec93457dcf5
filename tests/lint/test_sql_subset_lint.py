"""The lint itself: each rule refuses what it is for, and good SQL passes."""

import pytest

from tests.lint.sql_subset import compiled_violations, source_violations

GOOD_SOURCE = """
with

{#- a comment in Jinja may say a::b or a / b -#}
pools as (
    -- a comment may say 1 / 2, x[1], {'a': 1} and varchar
    select * from {{ ref('int_pools_collected') }}
),

shares as (
    select
        pools.pool_id,
        cast(pools.pool_name as {{ dbt.type_string() }}) as pool_name,
        cast(pools.code as varchar(3)) as code,
        replace(pools.path, '/', '::') as path,
        {{ ratio('pools.part', 'pools.whole') }} as pool_share

    from pools
)

select * from shares
"""

GOOD_COMPILED = """
with

first as (
    select
        t.a,
        cast(t.amount as decimal(38, 10)) as amount,
        cast(cast(t.units as hugeint) // cast(t.total as hugeint) as decimal(38, 0)) as part,
        sum(t.amount) over (
            partition by t.a order by t.b desc nulls last, t.c nulls last rows unbounded preceding
        ) as running
    from db.t
    where t.a in (select k from db.keys union all select k from db.more)
),

second as (
    select upper(a) as a, a || 'x' as b, sum(amount) as amount
    from first
    group by a
    having sum(amount) <> 0
)

select * from second
"""


def test_good_sql_passes() -> None:
    assert source_violations(GOOD_SOURCE) == []
    assert compiled_violations(GOOD_COMPILED) == []


@pytest.mark.parametrize(
    ("source", "rule"),
    [
        ("select a::date as b from t", "write cast(x as t), not x::t"),
        ("select cast(a as varchar) as b from t", "bare varchar"),
        ("select a[1] as b from t", "lists and subscripts"),
        ("select [1, 2] as b from t", "lists and subscripts"),
        ("select {'a': 1} as b from t", "structs"),
        ("select tags ->> 'k' as b from t", "JSON arrows"),
        ("select list_filter(a, x -> x > 1) as b from t", "lambdas"),
        ("select a / 2 as b from t", "divide through"),
        ("select a // 2 as b from t", "divide through"),
        ("select a div 2 as b from t", "divide through"),
        ("select a % 2 as b from t", "int_mod"),
        ("select * exclude (a) from t", "no star exclude"),
        ("select a from t qualify row_number() over (order by a nulls last) = 1", "no qualify"),
        ("{% macro default__m(a) %}{{ a }} / 2{% endmacro %}", "divide through"),
    ],
)
def test_source_refuses(source: str, rule: str) -> None:
    violations = source_violations(source)
    assert len(violations) == 1
    assert rule in violations[0].rule


def test_bodies_of_adapter_macros_are_exempt() -> None:
    source = "{% macro m(a) %}{% endmacro %} {%- macro duckdb__m(a) -%} a // 2 {%- endmacro -%}"
    assert source_violations(source) == []


@pytest.mark.parametrize(
    ("compiled", "rule"),
    [
        ("select a, count(*) as n from t group by all", "group by all"),
        ("select distinct on (a) a, b from t", "no distinct on"),
        ("select a from t union select a from u", "union all"),
        ("select a from t except select a from u", "union all"),
        ("select a / b as c from t", "no quotient"),
        ("select cast(a as double) as c from t", "cast to a float"),
        ("select cast(a as real) as c from t", "cast to a float"),
        ("select try_cast(a as float) as c from t", "cast to a float"),
        ("select 1e-7 as c from t", "exponent"),
        ("select avg(a) as c from t", "returns a float"),
        ("select sqrt(a) as c from t", "returns a float"),
        ("select a_date - b_date as c from t", "date minus date"),
        ("select cast(a as date) - b.start_date as c from b", "date minus date"),
        ("select now() as c from t", "clock nor chance"),
        ("select current_date as c from t", "clock nor chance"),
        ("select current_timestamp as c from t", "clock nor chance"),
        ("select today() as c from t", "clock nor chance"),
        ("select random() as c from t", "clock nor chance"),
        ("select uuid() as c from t", "clock nor chance"),
        ("select gen_random_uuid() as c from t", "clock nor chance"),
        ("select a from t qualify row_number() over (order by a nulls last) = 1", "no qualify"),
        ("select a + 1 as b, b + 1 as c from t", "lateral alias"),
        ("select a + 1 as b from t where b > 1", "lateral alias"),
        ("select row_number() over (partition by a order by b) as c from t", "nulls last"),
        ("select row_number() over (order by b nulls last, d desc) as c from t", "nulls last"),
        ("select row_number() over (order by b nulls first) as c from t", "nulls last"),
        ("select string_agg(a, ',' order by a) as c from t", "nulls last"),
        (
            "select t.a, sum(t.b) as c from t left join u on u.k = 'x' group by t.a having sum(t.b) <> 0",
            "above an outer join",
        ),
        ("select a from", "does not parse"),
    ],
)
def test_compiled_refuses(compiled: str, rule: str) -> None:
    violations = compiled_violations(compiled)
    assert violations
    assert all(rule in violation.rule for violation in violations)
