with

amounts as (
    select * from {{ ref('int_journal_amounts') }}
),

-- One 10⁻¹⁰ is a unit, `minor_unit` of them are a penny (a yen, a fils).
scaled as (
    select
        {{ hash_key([
            'journal_kind', 'accounting_month', 'original_month', 'platform', 'billing_account_id', 'invoice_id',
            'reporting_currency',
        ]) }} as whole_id,
        amounts.*,
        {{ to_units('exact_amount') }} as amount_units,
        cast(
            case {{ minor_unit_digits('reporting_currency') }}
                when 0 then 10000000000 when 3 then 10000000 when 4 then 1000000 else 100000000
            end as decimal(38, 0)
        ) as minor_unit

    from amounts
),

signed as (
    select
        scaled.*,
        sum(amount_units) over (partition by whole_id) as whole_units,
        case when sum(amount_units) over (partition by whole_id) < 0 then -1 else 1 end as whole_sign

    from scaled
),

-- Amounts of one invoice may have both signs, so each is cut down to a penny on its own side of the number line and the
-- invoice's rounded sum says how many pennies are left over. A negative invoice is the mirror of a positive one.
floored as (
    select
        signed.*,
        case
            when amount_units * whole_sign >= 0 then {{ int_div('abs(amount_units)', 'minor_unit') }}
            else -{{ int_div('abs(amount_units) + minor_unit - 1', 'minor_unit') }}
        end as penny_floor,
        -- Half away from zero; the minor unit is even.
        {{ int_div('abs(whole_units) + ' ~ int_div('minor_unit', '2'), 'minor_unit') }} as whole_pennies

    from signed
),

ranked as (
    select
        floored.*,
        whole_pennies - sum(penny_floor) over (partition by whole_id) as pennies_left_over,
        row_number() over (
            partition by whole_id
            order by
                amount_units * whole_sign - penny_floor * minor_unit desc nulls last,
                amount_units * whole_sign desc nulls last,
                cost_centre_code asc nulls last,
                gl_account asc nulls last,
                legal_entity_code asc nulls last
        ) as penny_rank

    from floored
),

rounded as (
    select
        journal_kind,
        platform,
        billing_account_id,
        invoice_id,
        reporting_currency,
        legal_entity_code,
        cost_centre_code,
        gl_account,
        exact_amount,
        {{ from_units(
            'whole_sign * minor_unit * (penny_floor + case when penny_rank <= pennies_left_over then 1 else 0 end)'
        ) }} as journal_amount,
        original_month,
        accounting_month

    from ranked
)

select * from rounded
