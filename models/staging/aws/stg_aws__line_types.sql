-- One row per type of line item: what it is in FOCUS. A type that AWS adds later is an adjustment, and never lost.
{% set line_types = [
    ('Usage', 'Usage', 'Usage-Based'),
    ('DiscountedUsage', 'Usage', 'Usage-Based'),
    ('SavingsPlanCoveredUsage', 'Usage', 'Usage-Based'),
    ('SavingsPlanNegation', 'Adjustment', 'Usage-Based'),
    ('SavingsPlanRecurringFee', 'Purchase', 'Recurring'),
    ('SavingsPlanUpfrontFee', 'Purchase', 'One-Time'),
    ('RIFee', 'Purchase', 'Recurring'),
    ('Fee', 'Purchase', 'One-Time'),
    ('FlatRateSubscription', 'Purchase', 'Recurring'),
    ('Tax', 'Tax', 'One-Time'),
    ('Credit', 'Credit', 'One-Time'),
    ('Refund', 'Adjustment', 'One-Time'),
    ('BundledDiscount', 'Credit', 'Usage-Based'),
    ('EdpDiscount', 'Credit', 'Usage-Based'),
    ('PrivateRateDiscount', 'Credit', 'Usage-Based'),
    ('Discount', 'Credit', 'Usage-Based'),
] %}
{%- for line_type, category, frequency in line_types %}
select
    '{{ line_type }}' as line_type,
    '{{ category }}' as charge_category,
    '{{ frequency }}' as charge_frequency
{{ "union all" if not loop.last }}
{%- endfor %}
