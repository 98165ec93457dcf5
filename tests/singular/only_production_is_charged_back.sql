-- Experiments stay cheap: a chargeback entry that is not posted belongs to a use case in production, from its own and its department's date.
select ledger.*
from {{ ref('fct_allocation_ledger') }} as ledger
left join {{ ref('stg_registers__use_case_stages') }} as stages
    on ledger.use_case_id = stages.use_case_id
        and stages.stage = 'production'
        and stages.chargeback_from <= ledger.charge_date
where ledger.billing_mode = 'chargeback'
    and coalesce(ledger.period_status, 'open') <> 'closed'
    and (ledger.use_case_stage <> 'production' or stages.use_case_id is null)
