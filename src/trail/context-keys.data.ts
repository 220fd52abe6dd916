/**
 * Service condition keys that a record gives, and where it gives them. Sources: the Service Authorization Reference for the
 * key and what it filters by, the API reference of the service for the parameter.
 */

/**
 * What a parameter that is not recorded says: that the caller did not give it, or nothing. A list: the first in these actions,
 * nothing in the others, whose key speaks of what the resource has already.
 */
export type WhenMissing = "absent" | "unknown" | readonly string[];

export interface KeyRow {
  readonly key: string;
  /** Paths in the request parameters; the first that holds a value is taken. Several values make a list. */
  readonly from: readonly string[];
  readonly missing: WhenMissing;
}

function absent(key: string, ...from: readonly string[]): KeyRow {
  return { key, from, missing: "absent" };
}

/** In the actions that set what the key is about; in others, it is what the resource has. */
function absentIn(actions: readonly string[], key: string, ...from: readonly string[]): KeyRow {
  return { key, from, missing: actions };
}

/**
 * Where AWS fills in a default (whether before it asks for the permission, it does not say), or where the log leaves out what
 * a caller gave.
 */
function unknown(key: string, ...from: readonly string[]): KeyRow {
  return { key, from, missing: "unknown" };
}

/** Parameters that are headers: the log has some of those that a caller sent. */
function headers(...names: readonly string[]): readonly KeyRow[] {
  return names.map((name) => unknown(`s3:${name}`, name));
}

/** By service. A row counts for the actions for which the reference lists its key. */
export const KEY_ROWS: Readonly<Record<string, readonly KeyRow[]>> = {
  autoscaling: [
    unknown("autoscaling:MaxSize", "maxSize"),
    unknown("autoscaling:MinSize", "minSize"),
    absentIn(["CreateAutoScalingGroup"], "autoscaling:LaunchConfigurationName", "launchConfigurationName"),
    unknown("autoscaling:ImageId", "imageId"),
    unknown("autoscaling:InstanceType", "instanceType"),
    unknown("autoscaling:SpotPrice", "spotPrice"),
  ],
  cloudformation: [
    // Without one, a stack keeps the role that it was given before.
    absentIn(["CreateStack"], "cloudformation:RoleArn", "roleARN"),
    absent("cloudformation:TemplateUrl", "templateURL"),
    absent("cloudformation:StackPolicyUrl", "stackPolicyURL"),
    absent("cloudformation:ChangeSetName", "changeSetName"),
    absent("cloudformation:ResourceTypes", "resourceTypes[]"),
    absent("cloudformation:TargetRegion", "regions[]"),
  ],
  cloudwatch: [absent("cloudwatch:namespace", "namespace"), absent("cloudwatch:AlarmActions", "alarmActions[]")],
  dynamodb: [
    unknown("dynamodb:ReturnConsumedCapacity", "returnConsumedCapacity"),
    unknown("dynamodb:ReturnValues", "returnValues"),
    unknown("dynamodb:Select", "select"),
  ],
  ec2: [
    unknown("ec2:InstanceType", "instanceType"),
    unknown("ec2:AvailabilityZone", "availabilityZone", "zone"),
    unknown("ec2:Tenancy", "instanceTenancy", "placement.tenancy"),
    unknown("ec2:EbsOptimized", "ebsOptimized"),
    unknown("ec2:VolumeType", "volumeType"),
    unknown("ec2:VolumeSize", "size"),
    unknown("ec2:VolumeIops", "iops"),
    unknown("ec2:VolumeThroughput", "throughput"),
    unknown("ec2:Encrypted", "encrypted"),
    unknown("ec2:KmsKeyId", "kmsKeyId"),
    unknown("ec2:MetadataHttpTokens", "metadataOptions.httpTokens"),
    unknown("ec2:MetadataHttpEndpoint", "metadataOptions.httpEndpoint"),
    unknown("ec2:MetadataHttpPutResponseHopLimit", "metadataOptions.httpPutResponseHopLimit"),
  ],
  iam: [
    // Of all other actions, the key is the boundary that the user or role has.
    absentIn(["CreateRole", "CreateUser"], "iam:PermissionsBoundary", "permissionsBoundary"),
    absent("iam:PolicyARN", "policyArn"),
    absent("iam:AWSServiceName", "aWSServiceName"),
    absent("iam:OrganizationsPolicyId", "organizationsPolicyId"),
    unknown("iam:ServiceSpecificCredentialServiceName", "serviceName"),
  ],
  kms: [
    unknown("kms:EncryptionAlgorithm", "encryptionAlgorithm"),
    unknown("kms:BypassPolicyLockoutSafetyCheck", "bypassPolicyLockoutSafetyCheck"),
    absent("kms:DataKeyPairSpec", "keyPairSpec"),
    unknown("kms:ExpirationModel", "expirationModel"),
    absent("kms:GranteePrincipal", "granteePrincipal"),
    absent("kms:RetiringPrincipal", "retiringPrincipal"),
    absent("kms:GrantOperations", "operations[]"),
    absent("kms:MacAlgorithm", "macAlgorithm"),
    unknown("kms:MessageType", "messageType"),
    absent("kms:SigningAlgorithm", "signingAlgorithm"),
    unknown("kms:ScheduleKeyDeletionPendingWindowInDays", "pendingWindowInDays"),
    absent("kms:WrappingAlgorithm", "wrappingAlgorithm"),
    absent("kms:WrappingKeySpec", "wrappingKeySpec"),
    absent("kms:PrimaryRegion", "primaryRegion"),
    absent("kms:ReplicaRegion", "replicaRegion"),
  ],
  lambda: [
    unknown("lambda:Principal", "principal"),
    absentIn(["AddPermission"], "lambda:FunctionUrlAuthType", "functionUrlAuthType", "authType"),
    absent("lambda:CodeSigningConfigArn", "codeSigningConfigArn"),
    absent("lambda:Layer", "layers[]"),
    absentIn(["CreateFunction"], "lambda:SubnetIds", "vpcConfig.subnetIds[]"),
    absentIn(["CreateFunction"], "lambda:SecurityGroupIds", "vpcConfig.securityGroupIds[]"),
  ],
  organizations: [
    unknown("organizations:PolicyType", "policyType", "type", "filter"),
    absent("organizations:ServicePrincipal", "servicePrincipal"),
  ],
  s3: [
    absent("s3:prefix", "prefix"),
    absent("s3:delimiter", "delimiter"),
    unknown("s3:max-keys", "max-keys"),
    absent("s3:versionid", "versionId"),
    ...headers(
      "x-amz-acl",
      "x-amz-copy-source",
      "x-amz-grant-full-control",
      "x-amz-grant-read",
      "x-amz-grant-read-acp",
      "x-amz-grant-write",
      "x-amz-grant-write-acp",
      "x-amz-metadata-directive",
      "x-amz-object-ownership",
      "x-amz-server-side-encryption",
      "x-amz-server-side-encryption-aws-kms-key-id",
      "x-amz-server-side-encryption-customer-algorithm",
      "x-amz-storage-class",
      "x-amz-website-redirect-location",
    ),
    unknown("s3:locationconstraint", "CreateBucketConfiguration.LocationConstraint"),
    unknown("s3:object-lock-mode", "x-amz-object-lock-mode"),
    unknown("s3:object-lock-legal-hold", "x-amz-object-lock-legal-hold"),
    unknown("s3:object-lock-retain-until-date", "x-amz-object-lock-retain-until-date"),
  ],
  secretsmanager: [
    absent("secretsmanager:Name", "name"),
    absent("secretsmanager:Description", "description"),
    unknown("secretsmanager:KmsKeyId", "kmsKeyId"),
    absent("secretsmanager:VersionId", "versionId"),
    unknown("secretsmanager:VersionStage", "versionStage"),
    unknown("secretsmanager:RecoveryWindowInDays", "recoveryWindowInDays"),
    unknown("secretsmanager:ForceDeleteWithoutRecovery", "forceDeleteWithoutRecovery"),
    unknown("secretsmanager:BlockPublicPolicy", "blockPublicPolicy"),
    unknown("secretsmanager:RotationLambdaARN", "rotationLambdaARN"),
    unknown("secretsmanager:ForceOverwriteReplicaSecret", "forceOverwriteReplicaSecret"),
  ],
  sns: [absent("sns:Protocol", "protocol"), absent("sns:Endpoint", "endpoint")],
  ssm: [
    unknown("ssm:Overwrite", "overwrite"),
    unknown("ssm:Recursive", "recursive"),
    unknown("ssm:DocumentVersion", "documentVersion"),
  ],
  sts: [
    absent("sts:ExternalId", "externalId"),
    absent("sts:RoleSessionName", "roleSessionName"),
    // `sts:SourceIdentity`, `sts:TransitiveTagKeys`: `special-keys.ts`.
    unknown("sts:DurationSeconds", "durationSeconds"),
    absent("sts:TaskPolicyArn", "taskPolicyArn.arn"),
  ],
};

/**
 * Action → keys of its service that the reference does not list for it. It lists `sts:DurationSeconds` for bearer tokens only;
 * of other calls, whose duration has a default, nothing says that the key is absent.
 */
export const UNLISTED_KEYS: ReadonlyMap<string, readonly string[]> = new Map(
  [
    "AssumeRole",
    "AssumeRoleWithSAML",
    "AssumeRoleWithWebIdentity",
    "AssumeRoot",
    "GetFederationToken",
    "GetSessionToken",
  ].map((name) => [`sts:${name}`, ["sts:DurationSeconds"]]),
);
