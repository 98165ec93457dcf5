-- One row per product code that is known by a name. A service name has one category, as FOCUS demands; what is not here
-- keeps its code for a name and is `Other`.
{% set services = {
    'AI and Machine Learning': [
        ('Amazon Bedrock', 'Generative AI', ['AmazonBedrock', 'AmazonBedrockService', 'AmazonBedrockFoundationModels']),
        ('Amazon Bedrock AgentCore', 'AI Platforms', ['AmazonBedrockAgentCore']),
        ('Amazon SageMaker', 'Machine Learning', ['AmazonSageMaker']),
        ('Machine Learning Savings Plans', 'Machine Learning', ['MachineLearningSavingsPlans']),
        ('Amazon Q', 'Generative AI', ['AmazonQ']),
        ('Kiro', 'Generative AI', ['Kiro', 'AmazonKiro']),
        ('Amazon Comprehend', 'Natural Language Processing', ['comprehend']),
        ('Amazon Kendra', 'Natural Language Processing', ['AmazonKendra']),
        ('Amazon Lex', 'Bots', ['AmazonLex']),
        ('Amazon Personalize', 'Machine Learning', ['AmazonPersonalize']),
        ('Amazon Polly', 'Natural Language Processing', ['AmazonPolly']),
        ('Amazon Rekognition', 'Machine Learning', ['AmazonRekognition']),
        ('Amazon Textract', 'Machine Learning', ['AmazonTextract']),
        ('Amazon Transcribe', 'Natural Language Processing', ['transcribe']),
        ('Amazon Translate', 'Natural Language Processing', ['translate']),
    ],
    'Analytics': [
        ('Amazon Athena', 'Analytics Platforms', ['AmazonAthena']),
        ('Amazon EMR', 'Data Processing', ['ElasticMapReduce']),
        ('Amazon Kinesis', 'Streaming Analytics', ['AmazonKinesis', 'AmazonKinesisFirehose']),
        ('Amazon Managed Streaming for Apache Kafka', 'Streaming Analytics', ['AmazonMSK']),
        ('Amazon OpenSearch Service', 'Search', ['AmazonES']),
        ('Amazon QuickSight', 'Business Intelligence', ['AmazonQuickSight']),
        ('AWS Glue', 'Data Processing', ['AWSGlue']),
    ],
    'Compute': [
        ('Amazon Elastic Compute Cloud', 'Virtual Machines', ['AmazonEC2']),
        ('Savings Plans for AWS Compute usage', 'Virtual Machines', ['ComputeSavingsPlans']),
        ('Amazon Elastic Container Registry', 'Containers', ['AmazonECR']),
        ('Amazon Elastic Container Service', 'Containers', ['AmazonECS']),
        ('Amazon Elastic Kubernetes Service', 'Containers', ['AmazonEKS']),
        ('Amazon WorkSpaces', 'End User Computing', ['AmazonWorkSpaces']),
        ('AWS Lambda', 'Serverless Compute', ['AWSLambda']),
    ],
    'Databases': [
        ('Amazon DynamoDB', 'NoSQL Databases', ['AmazonDynamoDB']),
        ('Amazon DocumentDB', 'NoSQL Databases', ['AmazonDocDB']),
        ('Amazon ElastiCache', 'Caching', ['AmazonElastiCache']),
        ('Amazon Redshift', 'Data Warehouses', ['AmazonRedshift']),
        ('Amazon Relational Database Service', 'Relational Databases', ['AmazonRDS']),
    ],
    'Developer Tools': [
        ('AWS CodeBuild', 'Continuous Integration and Deployment', ['CodeBuild']),
    ],
    'Integration': [
        ('Amazon API Gateway', 'API Management', ['AmazonApiGateway']),
        ('Amazon EventBridge', 'Messaging', ['AWSEvents']),
        ('Amazon Simple Notification Service', 'Messaging', ['AmazonSNS']),
        ('Amazon Simple Queue Service', 'Messaging', ['AWSQueueService']),
        ('AWS Step Functions', 'Workflow Orchestration', ['AmazonStates']),
    ],
    'Management and Governance': [
        ('Amazon CloudWatch', 'Observability', ['AmazonCloudWatch']),
        ('AWS CloudTrail', 'Compliance', ['AWSCloudTrail']),
        ('AWS Config', 'Compliance', ['AWSConfig']),
        ('AWS Support', 'Support', [
            'AWSDeveloperSupport', 'AWSSupportBusiness', 'AWSSupportEnterprise', 'AWSSupportEnterpriseOnRamp',
        ]),
    ],
    'Networking': [
        ('Amazon CloudFront', 'Content Delivery', ['AmazonCloudFront']),
        ('Amazon Route 53', 'Network Routing', ['AmazonRoute53']),
        ('Amazon Virtual Private Cloud', 'Network Infrastructure', ['AmazonVPC']),
        ('AWS Data Transfer', 'Network Connectivity', ['AWSDataTransfer']),
        ('AWS Direct Connect', 'Network Connectivity', ['AWSDirectConnect']),
        ('AWS WAF', 'Network Security', ['awswaf']),
        ('Elastic Load Balancing', 'Application Networking', ['AWSELB']),
    ],
    'Security': [
        ('Amazon GuardDuty', 'Threat Detection and Response', ['AmazonGuardDuty']),
        ('AWS Key Management Service', 'Secret Management', ['awskms']),
        ('AWS Secrets Manager', 'Secret Management', ['AWSSecretsManager']),
        ('AWS Security Hub', 'Security Posture Management', ['AWSSecurityHub']),
    ],
    'Storage': [
        ('Amazon Elastic File System', 'File Storage', ['AmazonEFS']),
        ('Amazon FSx', 'File Storage', ['AmazonFSx']),
        ('Amazon Simple Storage Service', 'Object Storage', ['AmazonS3', 'AmazonGlacier']),
        ('AWS Backup', 'Backup Storage', ['AWSBackup']),
    ],
} %}
{%- for category, named in services.items() %}{% set is_last_category = loop.last %}
{%- for service_name, subcategory, product_codes in named %}{% set is_last_service = loop.last %}
{%- for product_code in product_codes %}
select
    '{{ product_code }}' as product_code,
    '{{ service_name }}' as service_name,
    '{{ category }}' as service_category,
    '{{ subcategory }}' as service_subcategory
{{ "union all" if not (is_last_category and is_last_service and loop.last) }}
{%- endfor %}
{%- endfor %}
{%- endfor %}
