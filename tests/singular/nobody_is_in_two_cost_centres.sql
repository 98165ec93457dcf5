{{ config(severity='warn') }}
-- Of a person's cost centres at one time the lower code pays for what the person spends. Owner: who keeps people.csv.
select
    people.person_id,
    people.cost_centre_code,
    others.cost_centre_code as other_cost_centre_code,
    greatest(people.valid_from, others.valid_from) as valid_from,
    least(people.valid_to, others.valid_to) as valid_to

from {{ ref('stg_registers__people') }} as people
inner join {{ ref('stg_registers__people') }} as others
    on people.person_id = others.person_id
        and people.cost_centre_code < others.cost_centre_code
        and people.valid_from < others.valid_to
        and people.valid_to > others.valid_from
