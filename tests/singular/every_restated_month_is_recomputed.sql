-- A closed month whose charges or usage have changed is computed again under the registers of its close before anything is
-- published: run `chargeback build`, which does so. Adjustments rest on it.
select
    periods.accounting_month,
    periods.close_id,
    periods.current_fingerprint

from {{ ref('int_accounting_periods') }} as periods
left join {{ ref('stg_closes__recomputations') }} as recomputations
    on periods.close_id = recomputations.close_id
        and periods.current_fingerprint = recomputations.input_fingerprint
where periods.is_restated and recomputations.close_id is null
