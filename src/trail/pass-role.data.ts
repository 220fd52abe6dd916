/**
 * Calls that give a role to a service and so need `iam:PassRole` on it (PASS-1). Sources: the column "Dependent actions" of
 * the Service Authorization Reference (July 2026, the last that had it), and the guides of CloudFormation, CodeBuild,
 * CodeDeploy, CodePipeline, EventBridge, Amazon EKS, AWS Glue and Lambda, which ask for it on pages of their own.
 */

/** Service → to whom it passes roles (`iam:PassedToService`; null: not one service for certain), and in which actions. */
export const PASS_ROLE: readonly (readonly [service: string, passedTo: string | null, actions: string])[] = [
  ["access-analyzer", "access-analyzer.amazonaws.com", "StartPolicyGeneration"],
  ["autoscaling", null, "CreateAutoScalingGroup UpdateAutoScalingGroup"],
  [
    "backup",
    "backup.amazonaws.com",
    "CreateBackupPlan CreateBackupSelection CreateRestoreTestingSelection StartBackupJob StartCopyJob StartRestoreJob UpdateBackupPlan UpdateRestoreTestingSelection",
  ],
  [
    "bedrock-agentcore",
    "bedrock-agentcore.amazonaws.com",
    "CreateAgentRuntime CreateGateway CreateMemory UpdateAgentRuntime UpdateGateway UpdateMemory",
  ],
  ["budgets", "budgets.amazonaws.com", "CreateBudgetAction UpdateBudgetAction"],
  [
    "cleanrooms",
    "cleanrooms.amazonaws.com",
    "CreateConfiguredTableAssociation CreateMembership UpdateConfiguredTableAssociation UpdateMembership",
  ],
  [
    "cloudformation",
    "cloudformation.amazonaws.com",
    "CreateChangeSet CreateStack CreateStackSet DeleteStack UpdateStack UpdateStackSet",
  ],
  ["cloudtrail", null, "EnableFederation"],
  ["codebuild", "codebuild.amazonaws.com", "CreateProject UpdateProject"],
  ["codedeploy", "codedeploy.amazonaws.com", "CreateDeploymentGroup UpdateDeploymentGroup"],
  ["codepipeline", "codepipeline.amazonaws.com", "CreatePipeline UpdatePipeline"],
  [
    "config",
    null,
    "PutConfigurationAggregator PutConfigurationRecorder PutConformancePack PutRemediationConfigurations StartRemediationExecution",
  ],
  ["dax", "dax.amazonaws.com", "CreateCluster"],
  [
    "dms",
    null,
    "CreateDataMigration CreateEndpoint CreateReplicationInstance ModifyDataMigration ModifyEndpoint StartReplicationTaskAssessmentRun",
  ],
  ["ec2", null, "CreateFlowLogs"],
  ["ecs", "ecs-tasks.amazonaws.com", "RegisterTaskDefinition"],
  ["eks", null, "CreateCluster CreateFargateProfile CreateNodegroup"],
  ["elasticmapreduce", "elasticmapreduce.amazonaws.com", "RunJobFlow"],
  ["emr-serverless", "emr-serverless.amazonaws.com", "StartJobRun"],
  ["events", null, "PutRule PutTargets"],
  ["firehose", "firehose.amazonaws.com", "CreateDeliveryStream UpdateDestination"],
  ["gamelift", "gamelift.amazonaws.com", "CreateBuild CreateFleet CreateGameServerGroup CreateScript UpdateScript"],
  [
    "glue",
    "glue.amazonaws.com",
    "CreateCrawler CreateDevEndpoint CreateJob CreateMLTransform CreateSession UpdateCrawler UpdateJob",
  ],
  [
    "iot",
    "iot.amazonaws.com",
    "CreateProvisioningTemplate CreateTopicRule ReplaceTopicRule UpdateProvisioningTemplate",
  ],
  ["iot", "credentials.iot.amazonaws.com", "CreateRoleAlias UpdateRoleAlias"],
  ["kafka", "kafka.amazonaws.com", "CreateReplicator"],
  ["kafkaconnect", "kafkaconnect.amazonaws.com", "CreateConnector"],
  ["lambda", "lambda.amazonaws.com", "CreateFunction UpdateFunctionConfiguration"],
  ["logs", "logs.amazonaws.com", "PutDestination PutSubscriptionFilter"],
  ["omics", "omics.amazonaws.com", "StartRun StartRunBatch"],
  ["osis", "osis-pipelines.amazonaws.com", "CreatePipeline UpdatePipeline"],
  ["pipes", "pipes.amazonaws.com", "CreatePipe UpdatePipe"],
  [
    "quicksight",
    "quicksight.amazonaws.com",
    "CreateDataSource CreateVPCConnection UpdateDataSource UpdateVPCConnection",
  ],
  [
    "rds",
    null,
    "AddRoleToDBCluster AddRoleToDBInstance CreateDBCluster CreateDBInstance CreateDBInstanceReadReplica CreateDBProxy ModifyDBCluster ModifyDBInstance ModifyDBProxy RestoreDBClusterFromS3 RestoreDBClusterFromSnapshot RestoreDBInstanceFromDBSnapshot RestoreDBInstanceFromS3 RestoreDBInstanceToPointInTime StartExportTask",
  ],
  ["s3", "batchoperations.s3.amazonaws.com", "CreateJob"],
  ["s3", "s3.amazonaws.com", "PutReplicationConfiguration"],
  [
    "sagemaker",
    "sagemaker.amazonaws.com",
    "CreateAutoMLJob CreateAutoMLJobV2 CreateCluster CreateCompilationJob CreateDomain CreateFeatureGroup CreateFlowDefinition CreateHyperParameterTuningJob CreateImage CreateLabelingJob CreateModel CreateMonitoringSchedule CreateNotebookInstance CreatePipeline CreateProcessingJob CreateTrainingJob CreateUserProfile UpdateImage UpdateMonitoringSchedule UpdatePipeline",
  ],
  ["scheduler", "scheduler.amazonaws.com", "CreateSchedule UpdateSchedule"],
  [
    "sns",
    "sns.amazonaws.com",
    "CreatePlatformApplication CreateTopic SetPlatformApplicationAttributes SetTopicAttributes",
  ],
  ["ssm", "ssm.amazonaws.com", "CreateActivation SendCommand StartAutomationExecution"],
  ["ssm-incidents", "ssm-incidents.amazonaws.com", "CreateResponsePlan UpdateResponsePlan"],
  ["states", "states.amazonaws.com", "CreateStateMachine UpdateStateMachine"],
  ["timestream", "timestream.amazonaws.com", "CreateScheduledQuery"],
  [
    "transfer",
    "transfer.amazonaws.com",
    "CreateAccess CreateAgreement CreateConnector CreateServer CreateUser UpdateAccess UpdateAgreement UpdateConnector UpdateServer UpdateUser",
  ],
];

/** Where the role is given by its name: action → parameter. */
export const PASSED_BY_NAME: ReadonlyMap<string, readonly [parameter: string, passedTo: string]> = new Map([
  ["elasticmapreduce:RunJobFlow", ["serviceRole", "elasticmapreduce.amazonaws.com"]],
  ["iam:AddRoleToInstanceProfile", ["roleName", "ec2.amazonaws.com"]],
]);

/**
 * Where a role is passed that the record does not name: the role of an instance profile, or of a task definition. Action →
 * the parameter that says that there is one; null: always.
 */
export const PASSED_UNNAMED: ReadonlyMap<string, string | null> = new Map([
  ["ec2:AssociateIamInstanceProfile", null],
  ["ec2:ReplaceIamInstanceProfileAssociation", null],
  ["ec2:RequestSpotInstances", "launchSpecification.iamInstanceProfile"],
  ["ec2:RunInstances", "iamInstanceProfile"],
  ["ecs:RunTask", null],
  ["ecs:StartTask", null],
  ["elasticmapreduce:RunJobFlow", "jobFlowRole"],
]);
