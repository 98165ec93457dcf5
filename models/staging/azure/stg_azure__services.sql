-- One row per resource provider that is known by a name: the service that Azure's own FOCUS export calls it, so that a rule
-- holds for both exports. A name has one category, as FOCUS demands; what is not here keeps its meter category and is `Other`.
{% set services = [
    ('microsoft.cognitiveservices', 'Azure AI Services', 'AI and Machine Learning', 'AI Platforms'),
    ('microsoft.machinelearningservices', 'Azure Machine Learning', 'AI and Machine Learning', 'Machine Learning'),
    ('microsoft.botservice', 'Azure AI Bot Service', 'AI and Machine Learning', 'Bots'),
    ('microsoft.videoindexer', 'Azure AI Video Indexer', 'AI and Machine Learning', 'AI Platforms'),
    ('microsoft.search', 'Azure AI Search', 'Analytics', 'Search'),
    ('microsoft.databricks', 'Azure Databricks', 'Analytics', 'Data Processing'),
    ('microsoft.compute', 'Virtual Machines', 'Compute', 'Virtual Machines'),
    ('microsoft.containerservice', 'Azure Kubernetes Service', 'Compute', 'Containers'),
    ('microsoft.containerregistry', 'Azure Container Registry', 'Compute', 'Containers'),
    ('microsoft.billingbenefits', 'Azure Savings Plan for Compute', 'Compute', 'Other (Compute)'),
    ('microsoft.documentdb', 'Cosmos DB', 'Databases', 'NoSQL Databases'),
    ('microsoft.sql', 'Azure SQL Database', 'Databases', 'Relational Databases'),
    ('github', 'GitHub Enterprise Cloud', 'Developer Tools', 'Developer Platforms'),
    ('github.enterprise', 'GitHub Enterprise Cloud', 'Developer Tools', 'Developer Platforms'),
    ('microsoft.apimanagement', 'API Management', 'Integration', 'API Management'),
    ('microsoft.capacity', 'Azure Reservations', 'Management and Governance', 'Cost Management'),
    ('microsoft.insights', 'Azure Monitor', 'Management and Governance', 'Observability'),
    ('microsoft.operationalinsights', 'Azure Monitor', 'Management and Governance', 'Observability'),
    ('microsoft.network', 'Virtual Network', 'Networking', 'Network Infrastructure'),
    ('microsoft.keyvault', 'Key Vault', 'Security', 'Secret Management'),
    ('microsoft.storage', 'Storage Accounts', 'Storage', 'Storage Platforms'),
    ('microsoft.web', 'Azure App Service', 'Web', 'Application Platforms'),
] %}
{%- for provider, service_name, category, subcategory in services %}
select
    '{{ provider }}' as resource_provider,
    '{{ service_name }}' as service_name,
    '{{ category }}' as service_category,
    '{{ subcategory }}' as service_subcategory
{{ "union all" if not loop.last }}
{%- endfor %}
