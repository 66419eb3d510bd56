"""Which service principals there are.

AWS publishes no list. These names are gathered by hand from what is commonly seen in policies; one that is missing here
is refused when a policy is stored, never when it is evaluated.
"""

import re

_NAMES = """
    access-analyzer account acm acm-pca airflow airflow-env aiops amplify amplifybackend apidestinations apigateway
    appconfig appfabric appflow application-autoscaling application-insights application-signals appmesh apprunner
    appstream appstream.application-autoscaling appsync aps arc-zonal-shift athena auditmanager autoscaling
    autoscaling-plans b2bi backup backup-gateway batch bcm-data-exports bedrock bedrock-agentcore billing
    billingconductor braket budgets cassandra cassandra.application-autoscaling chatbot chime cleanrooms cleanrooms-ml
    cloud9 cloudformation cloudfront cloudhsm cloudtrail cloudwatch cloudwatch-crossaccount codeartifact codebuild
    codecommit codeconnections codedeploy codeguru-profiler codeguru-reviewer codepipeline codestar
    codestar-connections codestar-notifications cognito-identity cognito-idp cognito-sync comprehend compute-optimizer
    config config-conforms config-multiaccountsetup connect connect-campaigns continuous-export controltower
    cost-optimization-hub cur customer-profiles databrew dataexchange datapipeline datasync datazone dax deadline
    delivery.logs detective devicefarm devops-guru directconnect discovery dlm dms docdb-elastic drs ds dsql
    dynamodb dynamodb.application-autoscaling ec2 ec2.application-autoscaling ec2fleet ec2scheduled ecr
    ecs ecs-tasks ecs.application-autoscaling edgelambda eks eks-fargate eks-fargate-pods eks-nodegroup elasticache
    elasticbeanstalk elasticfilesystem elasticloadbalancing elasticmapreduce elastictranscoder email-smtp
    emr-containers emr-serverless entityresolution es events evidently export.rds finspace firehose fis fms forecast
    frauddetector fsx gamelift geo globalaccelerator glue grafana greengrass groundstation guardduty health
    healthlake iam identitystore imagebuilder importexport inspector inspector2 internetmonitor iot iotanalytics
    iotdeviceadvisor iotevents iotfleetwise iotsitewise iotthingsgraph iottwinmaker iotwireless ivs
    ivschat kafka kafkaconnect kendra kinesis kinesisanalytics kinesisvideo kms lakeformation lambda
    launchwizard lex lexv2 license-manager lightsail logger.cloudfront logs lookoutequipment lookoutmetrics m2
    machinelearning macie macie2 mail-manager malware-protection-plan.guardduty malware-protection.guardduty
    managedblockchain mediaconnect mediaconvert medialive mediapackage mediastore mediatailor medical-imaging
    member.org.stacksets.cloudformation memorydb mgn migrationhub mobiletargeting monitoring monitoring.rds mq
    network-firewall networkmanager notifications oam observabilityadmin omics ops.apigateway opsworks opensearch
    opensearchservice organizations osis outposts panorama payment-cryptography pca-connector-ad pcs personalize
    pinpoint pipes polly profile proton qapps qbusiness quicksight ram rbin rds
    rds-preview redshift redshift-serverless rekognition replication.dynamodb replication.ecr replicator.lambda
    repostspace resilience-hub resource-explorer-2 resource-groups robomaker rolesanywhere route53 route53domains
    route53resolver rum s3 s3-outposts sagemaker sagemaker.application-autoscaling scheduler schemas secretsmanager
    securityhub securitylake serverlessrepo servicecatalog servicecatalog-appregistry servicediscovery servicequotas
    ses shield signer signin sms-voice sns spot spotfleet sqs ssm ssm-contacts ssm-incidents ssm-quicksetup ssm-sap
    sso stacksets.cloudformation states storage-lens.s3 storagegateway streams.metrics.cloudwatch sts supplychain
    support swf synthetics tagpolicies.tag textract timestream timestream-influxdb transcribe transcribe.streaming
    transfer translate transitgateway trustedadvisor verifiedpermissions vmie voiceid vpc-flow-logs vpc-lattice
    vpce waf waf-regional wafv2 wellarchitected wisdom workdocs worklink workmail workspaces workspaces-web xray
"""
_SERVICES = frozenset(_NAMES.split())
_PRINCIPAL = re.compile(r"(?P<service>[a-z0-9.-]+?)(?:\.[a-z]{2}(?:-[a-z]+)+-\d)?\.amazonaws\.com(?:\.cn)?")


def exists(principal: str) -> bool:
    """principal: "appflow.amazonaws.com", or with a Region: "states.us-west-2.amazonaws.com"."""
    match = _PRINCIPAL.fullmatch(principal)
    return match is not None and match["service"] in _SERVICES
