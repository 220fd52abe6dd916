/**
 * Which request parameters name the resources of a service, where the names do not follow from the ARN format by themselves
 * (`${FunctionName}` is `functionName`: see `resource-plan.ts`). Paths are CloudTrail's: the parameters of the API with a
 * small first letter.
 *
 * Sources: the API reference of each service for the parameter that takes the name, the Service Authorization Reference
 * for the variable that it fills.
 */
import {
  afterLastSlash,
  type bareValue,
  keyId,
  startsWith,
  withoutLeadingSlash,
  withoutStart,
} from "./resource-values.js";

/** What a parameter's value becomes as a part of an ARN; null: it names no such resource. */
export type ValueRule = typeof bareValue;

export interface VariableRule {
  /** Paths; the first that holds a value is taken. */
  readonly from: readonly string[];
  readonly as?: ValueRule;
  /** In the place of a part that calls never name: AWS evaluates `stack/name/*` for a stack that is called by name. */
  readonly otherwise?: string;
  /** Whether each path names one more: a database and the one that it is made of. */
  readonly every?: true;
}

/** Rules by variable. `arn`: parameters that hold the whole ARN, beside those with the usual names. */
export type TypeRule = Readonly<Record<string, readonly string[] | VariableRule>>;

/**
 * Service → the parameter that says in whose account names are looked for, where it is not the caller's: the API references
 * of Amazon ECR, AWS Glue and CodeArtifact.
 */
export const ACCOUNT_PARAMETERS: ReadonlyMap<string, string> = new Map([
  ["codeartifact", "domainOwner"],
  ["ecr", "registryId"],
  ["glue", "catalogId"],
]);

const LOAD_BALANCER: TypeRule = {
  LoadBalancerName: [],
  LoadBalancerId: [],
  arn: ["loadBalancerArn", "loadBalancerArns[]", "resourceArns[]"],
};

const INSTANCES = ["instanceId", "instanceIds[]", "target", "resourceId"];

/** In the place of a type: rules of all types of the service that do not say otherwise. */
export const EVERY_TYPE = "*";

/** By service, then by resource type as the Service Authorization Reference names it. */
export const RESOURCE_PARAMETERS: Readonly<Record<string, Readonly<Record<string, TypeRule>>>> = {
  appsync: { "*": { GraphQLAPIId: ["apiId"] } },
  athena: {
    workgroup: { WorkGroupName: ["workGroup", "name"] },
    datacatalog: { DataCatalogName: ["catalogName", "name"] },
  },
  autoscaling: {
    // AWS's own messages name `autoScalingGroup:*:autoScalingGroupName/name`: calls know no group id.
    autoScalingGroup: {
      GroupId: { from: [], otherwise: "*" },
      GroupFriendlyName: ["autoScalingGroupName", "tags[].resourceId"],
    },
    launchConfiguration: { Id: { from: [], otherwise: "*" }, LaunchConfigurationName: ["launchConfigurationName"] },
  },
  backup: { backupVault: { BackupVaultName: ["backupVaultName"] } },
  batch: {
    "compute-environment": { ComputeEnvironmentName: ["computeEnvironmentName", "computeEnvironment"] },
    "job-queue": { JobQueueName: ["jobQueueName", "jobQueue"] },
    "job-definition": { JobDefinitionName: ["jobDefinitionName", "jobDefinition"] },
  },
  budgets: { budget: { BudgetName: ["budgetName", "budget.budgetName", "newBudget.budgetName"] } },
  cloudformation: {
    stack: { StackName: ["stackName"], Id: { from: [], otherwise: "*" }, arn: ["stackName", "stackId"] },
    stackset: { StackSetName: ["stackSetName"], Id: { from: [], otherwise: "*" } },
  },
  cloudfront: {
    distribution: { DistributionId: ["distributionId", "id"] },
    function: { Name: ["name"] },
  },
  cloudtrail: {
    trail: { TrailName: ["trailName", "name", "trailNameList[]"], arn: ["resourceIdList[]", "resourceId"] },
    eventdatastore: { EventDataStoreId: [], arn: ["eventDataStore", "resourceIdList[]", "resourceId"] },
    channel: { ChannelId: [], arn: ["channel", "resourceIdList[]", "resourceId"] },
    dashboard: { DashboardName: [], arn: ["resourceIdList[]", "resourceId"] },
  },
  cloudwatch: {
    alarm: { AlarmName: ["alarmName", "alarmNames[]"] },
    dashboard: { DashboardName: ["dashboardName", "dashboardNames[]"] },
    "insight-rule": { InsightRuleName: ["ruleName", "ruleNames[]"] },
    "metric-stream": { MetricStreamName: ["name", "names[]"] },
  },
  codeartifact: {
    "*": { PackageFormat: ["format"], PackageNamespace: ["namespace"], PackageName: ["package"] },
  },
  codebuild: {
    project: { ProjectName: ["projectName", "name", "names[]"] },
    "report-group": { ReportGroupName: ["name"], arn: ["reportGroupArn", "reportGroupArns[]"] },
  },
  codecommit: {
    repository: { RepositoryName: ["repositoryName", "repositoryNames[]", "targets[].repositoryName", "oldName"] },
  },
  codedeploy: {
    application: { ApplicationName: ["applicationName", "applicationNames[]"] },
    deploymentconfig: { DeploymentConfigurationName: ["deploymentConfigName"] },
    deploymentgroup: {
      ApplicationName: ["applicationName"],
      DeploymentGroupName: ["deploymentGroupName", "currentDeploymentGroupName"],
    },
  },
  codepipeline: { pipeline: { PipelineName: ["pipelineName", "name", "pipeline.name"] } },
  "cognito-identity": { identitypool: { IdentityPoolId: ["identityPoolId"] } },
  "cognito-idp": { userpool: { UserPoolId: ["userPoolId"] } },
  dax: { application: { ClusterName: ["clusterName", "clusterNames[]"] } },
  detective: { Graph: { ResourceId: [], arn: ["graphArn"] } },
  ds: { directory: { DirectoryId: ["directoryId", "directoryIds[]"] } },
  dynamodb: {
    table: { TableName: ["tableName", "targetTableName", "globalTableName"], arn: ["tableName", "tableArn"] },
    index: { TableName: ["tableName"], IndexName: ["indexName"] },
    stream: { TableName: [], StreamLabel: [], arn: ["streamArn"] },
    "global-table": { GlobalTableName: ["globalTableName"] },
    backup: { TableName: [], BackupName: [], arn: ["backupArn"] },
    export: { TableName: [], ExportName: [], arn: ["exportArn"] },
    import: { TableName: [], ImportName: [], arn: ["importArn"] },
  },
  ebs: { snapshot: { SnapshotId: ["snapshotId", "secondSnapshotId", "firstSnapshotId"] } },
  ecr: { repository: { RepositoryName: ["repositoryName", "repositoryNames[]"] } },
  "ecr-public": { repository: { RepositoryName: ["repositoryName", "repositoryNames[]"] } },
  // "If you do not specify a cluster, the default cluster is assumed."
  ecs: {
    cluster: { ClusterName: { from: ["cluster", "clusterName", "clusters[]"], as: afterLastSlash } },
    service: {
      ClusterName: { from: ["cluster"], as: afterLastSlash, otherwise: "default" },
      ServiceName: { from: ["service", "serviceName", "services[]"], as: afterLastSlash },
    },
    task: {
      ClusterName: { from: ["cluster"], as: afterLastSlash, otherwise: "default" },
      TaskId: { from: ["task", "tasks[]"], as: afterLastSlash },
      arn: ["task", "tasks[]"],
    },
    "container-instance": {
      ClusterName: { from: ["cluster"], as: afterLastSlash, otherwise: "default" },
      ContainerInstanceId: { from: ["containerInstance", "containerInstances[]"], as: afterLastSlash },
      arn: ["containerInstance", "containerInstances[]"],
    },
    "capacity-provider": { CapacityProviderName: ["capacityProvider", "name"] },
    "task-definition": {
      TaskDefinitionFamilyName: [],
      TaskDefinitionRevisionNumber: [],
      arn: ["taskDefinition"],
    },
  },
  eks: {
    cluster: { ClusterName: ["clusterName", "name"] },
    nodegroup: { ClusterName: ["clusterName"], NodegroupName: ["nodegroupName"], UUID: { from: [], otherwise: "*" } },
    addon: { ClusterName: ["clusterName"], AddonName: ["addonName"], UUID: { from: [], otherwise: "*" } },
    fargateprofile: {
      ClusterName: ["clusterName"],
      FargateProfileName: ["fargateProfileName"],
      UUID: { from: [], otherwise: "*" },
    },
  },
  elasticache: {
    cluster: { CacheClusterId: ["cacheClusterId", "cacheClusterIds[]"] },
    parametergroup: { CacheParameterGroupName: ["cacheParameterGroupName"] },
    replicationgroup: { ReplicationGroupId: ["replicationGroupId"] },
    securitygroup: { CacheSecurityGroupName: ["cacheSecurityGroupName"] },
    snapshot: { SnapshotName: ["snapshotName", "sourceSnapshotName"] },
    subnetgroup: { CacheSubnetGroupName: ["cacheSubnetGroupName"] },
  },
  elasticbeanstalk: {
    application: { ApplicationName: ["applicationName", "applicationNames[]"] },
    environment: { ApplicationName: ["applicationName"], EnvironmentName: ["environmentName"] },
  },
  elasticfilesystem: {
    "file-system": { FileSystemId: ["fileSystemId", "resourceId"] },
    "access-point": { AccessPointId: ["accessPointId", "resourceId"] },
  },
  // Load balancers by name: `named-resources.ts`.
  elasticloadbalancing: {
    "loadbalancer/app/": LOAD_BALANCER,
    "loadbalancer/net/": LOAD_BALANCER,
    "loadbalancer/gwy/": LOAD_BALANCER,
    loadbalancer: { LoadBalancerName: [] },
    targetgroup: {
      TargetGroupName: ["name"],
      TargetGroupId: { from: [], otherwise: "*" },
      arn: ["targetGroupArn", "targetGroupArns[]", "resourceArns[]"],
    },
    ...listeners(["listener/app", "listener/net", "listener/gwy"], ["listenerArn", "listenerArns[]"]),
    ...listeners(["listener-rule/app", "listener-rule/net"], ["ruleArn", "ruleArns[]"]),
  },
  elasticmapreduce: { cluster: { ClusterId: ["clusterId", "jobFlowId", "jobFlowIds[]"] } },
  es: { domain: { DomainName: ["domainName", "domainNames[]"] } },
  events: {
    // Rules: `named-resources.ts`.
    "rule-on-default-event-bus": { RuleName: [] },
    "rule-on-custom-event-bus": { EventBusName: [], RuleName: [] },
    "event-bus": { EventBusName: ["eventBusName", "name", "entries[].eventBusName"] },
    archive: { ArchiveName: ["archiveName"] },
    connection: { ConnectionName: ["name"] },
    "api-destination": { ApiDestinationName: ["name"] },
    replay: { ReplayName: ["replayName"] },
  },
  firehose: { deliverystream: { DeliveryStreamName: ["deliveryStreamName"] } },
  fsx: {
    "file-system": { FileSystemId: ["fileSystemId", "fileSystemIds[]"] },
    volume: { FileSystemId: { from: ["fileSystemId"], otherwise: "*" }, VolumeId: ["volumeId"] },
  },
  geo: { "geofence-collection": { GeofenceCollectionName: ["collectionName"] } },
  glue: {
    database: { DatabaseName: ["databaseName", "name", "databaseInput.name"] },
    table: { DatabaseName: ["databaseName"], TableName: ["tableName", "name", "tableInput.name", "tablesToDelete[]"] },
    userdefinedfunction: { DatabaseName: ["databaseName"], UserDefinedFunctionName: ["functionName"] },
    crawler: { CrawlerName: ["name", "crawlerName"] },
    job: { JobName: ["jobName", "name"] },
    trigger: { TriggerName: ["name", "triggerName"] },
    workflow: { WorkflowName: ["name", "workflowName"] },
    connection: { ConnectionName: ["name", "connectionName", "connectionInput.name"] },
    devendpoint: { DevEndpointName: ["endpointName"] },
    session: { SessionId: ["sessionId", "id"] },
  },
  guardduty: {
    detector: { DetectorId: ["detectorId"] },
    filter: { DetectorId: ["detectorId"], FilterName: ["filterName", "name"] },
    ipset: { DetectorId: ["detectorId"], IPSetId: ["ipSetId"] },
    threatintelset: { DetectorId: ["detectorId"], ThreatIntelSetId: ["threatIntelSetId"] },
    publishingDestination: { DetectorId: ["detectorId"], PublishingDestinationId: ["destinationId"] },
  },
  // Names with paths: `named-resources.ts`.
  iam: {
    "saml-provider": { SamlProviderName: ["name"], arn: ["sAMLProviderArn"] },
    "oidc-provider": {
      OidcProviderName: { from: ["url"], as: withoutStart("https://") },
      arn: ["openIDConnectProviderArn"],
    },
    policy: { PolicyNameWithPath: [], arn: ["policyArn"] },
    mfa: { MfaTokenIdWithPath: [], arn: ["serialNumber"] },
  },
  kinesis: { stream: { StreamName: ["streamName"], arn: ["streamARN"] } },
  kms: {
    key: { KeyId: { from: ["keyId", "targetKeyId"], as: keyId }, arn: ["keyId", "targetKeyId"] },
    alias: { Alias: { from: ["aliasName"], as: withoutStart("alias/") } },
  },
  lambda: {
    // Functions, aliases and versions: `lambda-resources.ts`.
    function: { FunctionName: [] },
    "function alias": { FunctionName: [], Alias: [] },
    "function version": { FunctionName: [], Version: [] },
    layer: { LayerName: ["layerName"] },
    layerVersion: { LayerName: ["layerName"], LayerVersion: ["versionNumber"], arn: ["arn", "layerName"] },
    eventSourceMapping: { UUID: ["uUID", "uuid"] },
    "code signing config": { CodeSigningConfigId: [], arn: ["codeSigningConfigArn"] },
  },
  // Log groups: `named-resources.ts`.
  logs: {
    destination: { DestinationName: ["destinationName"] },
  },
  mobiletargeting: { "*": { AppId: ["applicationId"] } },
  mq: { brokers: { BrokerName: { from: [], otherwise: "*" }, BrokerId: ["brokerId", "broker-id"] } },
  rds: {
    db: {
      DbInstanceName: {
        from: ["dBInstanceIdentifier", "targetDBInstanceIdentifier", "sourceDBInstanceIdentifier"],
        every: true,
      },
      arn: ["resourceName"],
    },
    cluster: { DbClusterInstanceName: ["dBClusterIdentifier", "dbClusterIdentifier"], arn: ["resourceName"] },
    snapshot: {
      SnapshotName: {
        from: [
          "dBSnapshotIdentifier",
          "targetDBSnapshotIdentifier",
          "sourceDBSnapshotIdentifier",
          "finalDBSnapshotIdentifier",
        ],
        every: true,
      },
      arn: ["resourceName", "sourceArn"],
    },
    "cluster-snapshot": {
      ClusterSnapshotName: {
        from: ["dBClusterSnapshotIdentifier", "targetDBClusterSnapshotIdentifier", "sourceDBClusterSnapshotIdentifier"],
        every: true,
      },
      arn: ["resourceName", "sourceArn"],
    },
    subgrp: { SubnetGroupName: ["dBSubnetGroupName"], arn: ["resourceName"] },
    pg: { ParameterGroupName: ["dBParameterGroupName"], arn: ["resourceName"] },
    "cluster-pg": { ClusterParameterGroupName: ["dBClusterParameterGroupName"], arn: ["resourceName"] },
    og: { OptionGroupName: ["optionGroupName"], arn: ["resourceName"] },
    secgrp: { SecurityGroupName: ["dBSecurityGroupName"], arn: ["resourceName"] },
    es: { SubscriptionName: ["subscriptionName"], arn: ["resourceName"] },
    "global-cluster": { GlobalCluster: ["globalClusterIdentifier"] },
    "auto-backup": { DbInstanceAutomatedBackupId: [], arn: ["dBInstanceAutomatedBackupsArn", "resourceName"] },
    ri: { ReservedDbInstanceName: ["reservedDBInstanceId"] },
    "cluster-endpoint": { DbClusterEndpoint: ["dBClusterEndpointIdentifier"] },
  },
  redshift: {
    cluster: { ClusterName: ["clusterIdentifier"], arn: ["resourceName"] },
    snapshot: { ClusterName: ["clusterIdentifier", "snapshotClusterIdentifier"], SnapshotName: ["snapshotIdentifier"] },
    parametergroup: { ParameterGroupName: ["parameterGroupName"] },
    subnetgroup: { SubnetGroupName: ["clusterSubnetGroupName"] },
    dbuser: { ClusterName: ["clusterIdentifier"], DbUser: ["dbUser"] },
    dbname: { ClusterName: ["clusterIdentifier"], DbName: ["dbName"] },
  },
  route53: {
    hostedzone: { Id: { from: ["hostedZoneId", "id"], as: afterLastSlash } },
    healthcheck: { Id: { from: ["healthCheckId"], as: afterLastSlash } },
    change: { Id: { from: ["id"], as: afterLastSlash } },
  },
  s3: {
    bucket: { BucketName: ["bucketName"] },
    object: { BucketName: ["bucketName"], ObjectName: ["key"] },
    accesspoint: { AccessPointName: ["name"], arn: ["bucketName"] },
    accesspointobject: { AccessPointName: [], ObjectName: [] },
    storagelensconfiguration: { ConfigId: ["storageLensConfigId", "storagelensid", "id"] },
    job: { JobId: ["jobId", "id"] },
  },
  "s3-outposts": { object: { BucketName: ["bucketName"], ObjectName: ["key"] } },
  scheduler: {
    schedule: { GroupName: { from: ["groupName"], otherwise: "default" }, ScheduleName: ["name"] },
    "schedule-group": { GroupName: ["name", "groupName"] },
  },
  secretsmanager: { Secret: { SecretId: [], arn: ["secretId"] } },
  ses: {
    "configuration-set": { ConfigurationSetName: ["configurationSetName"] },
    identity: { IdentityName: ["identity", "identities[]", "emailIdentity", "source", "fromEmailAddress"] },
  },
  sns: { topic: { TopicName: ["name"], arn: ["topicArn", "targetArn", "resourceArn"] } },
  ssm: {
    parameter: {
      ParameterNameWithoutLeadingSlash: { from: ["name", "names[]", "path", "resourceId"], as: parameterName },
    },
    // Documents: `named-resources.ts`.
    instance: { InstanceId: { from: INSTANCES, as: startsWith("i-") } },
    "managed-instance": { InstanceId: { from: INSTANCES, as: startsWith("mi-") } },
    association: { AssociationId: ["associationId"] },
    maintenancewindow: { ResourceId: { from: ["windowId", "resourceId"], as: startsWith("mw-") } },
    patchbaseline: { PatchBaselineIdResourceId: { from: ["baselineId", "resourceId"], as: startsWith("pb-") } },
    opsitem: { ResourceId: { from: ["opsItemId", "resourceId"], as: startsWith("oi-") } },
    "automation-execution": { AutomationExecutionId: ["automationExecutionId"] },
    session: { SessionId: ["sessionId"] },
    servicesetting: { ResourceId: { from: ["settingId"], as: withoutLeadingSlash } },
    resourcedatasync: { SyncName: ["syncName"] },
    bucket: { BucketName: ["outputS3BucketName"] },
    "iam-role": { RoleName: [], arn: ["serviceRoleArn"] },
    task: { TaskId: [] },
  },
  states: {
    statemachine: { StateMachineName: ["name"], arn: ["stateMachineArn"] },
    activity: { ActivityName: ["name"], arn: ["activityArn"] },
  },
  wafv2: { "*": { Scope: { from: ["scope"], as: wafScope }, Name: ["name"], Id: ["id"] } },
  sts: { "federated-user": { FederatedUserName: ["name"] } },
};

function listeners(types: readonly string[], arn: readonly string[]): Record<string, TypeRule> {
  const none = { LoadBalancerName: [], LoadBalancerId: [], ListenerId: [], ListenerRuleId: [], arn };
  return Object.fromEntries(types.map((type) => [type, none]));
}

/** `resourceId` names a parameter only where `resourceType` says so. */
function parameterName(value: string, parameters: { readonly [name: string]: unknown }): string | null {
  const type = parameters["resourceType"];
  return type === undefined || type === "Parameter" ? withoutLeadingSlash(value) : null;
}

/** `REGIONAL` and `CLOUDFRONT` stand in ARNs as `regional` and `global`. */
function wafScope(value: string): string | null {
  if (value === "REGIONAL") return "regional";
  return value === "CLOUDFRONT" ? "global" : null;
}
