/**
 * Service condition keys that a record gives, and where it gives them. Sources: the Service Authorization Reference for the
 * key and what it filters by, the API reference of the service for the parameter.
 */

/** What a parameter that is not recorded says: that the caller did not give it, or nothing. */
export type WhenMissing = "absent" | "unknown";

export interface KeyRow {
  readonly key: string;
  /** Paths in the request parameters; the first that holds a value is taken. Several values make a list. */
  readonly from: readonly string[];
  readonly missing: WhenMissing;
}

function absent(key: string, ...from: readonly string[]): KeyRow {
  return { key, from, missing: "absent" };
}

/** Where AWS fills in a default, or where the log leaves out what a caller gave. */
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
    absent("autoscaling:LaunchConfigurationName", "launchConfigurationName"),
    absent("autoscaling:VPCZoneIdentifiers", "vPCZoneIdentifier"),
    unknown("autoscaling:ImageId", "imageId"),
    unknown("autoscaling:InstanceType", "instanceType"),
    unknown("autoscaling:SpotPrice", "spotPrice"),
  ],
  cloudformation: [
    absent("cloudformation:RoleArn", "roleARN"),
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
    absent("iam:PermissionsBoundary", "permissionsBoundary"),
    absent("iam:PolicyARN", "policyArn"),
    absent("iam:AWSServiceName", "aWSServiceName"),
    absent("iam:OrganizationsPolicyId", "organizationsPolicyId"),
    absent("iam:ServiceSpecificCredentialServiceName", "serviceName"),
  ],
  kms: [
    unknown("kms:EncryptionAlgorithm", "encryptionAlgorithm"),
    unknown("kms:BypassPolicyLockoutSafetyCheck", "bypassPolicyLockoutSafetyCheck"),
    absent("kms:DataKeyPairSpec", "keyPairSpec"),
    absent("kms:ExpirationModel", "expirationModel"),
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
    absent("lambda:Principal", "principal"),
    absent("lambda:FunctionUrlAuthType", "functionUrlAuthType", "authType"),
    absent("lambda:CodeSigningConfigArn", "codeSigningConfigArn"),
    absent("lambda:Layer", "layers[]"),
    absent("lambda:SubnetIds", "vpcConfig.subnetIds[]"),
    absent("lambda:SecurityGroupIds", "vpcConfig.securityGroupIds[]"),
  ],
  organizations: [
    absent("organizations:PolicyType", "policyType", "type", "filter"),
    absent("organizations:ServicePrincipal", "servicePrincipal"),
  ],
  s3: [
    absent("s3:prefix", "prefix"),
    absent("s3:delimiter", "delimiter"),
    absent("s3:max-keys", "max-keys"),
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
    absent("secretsmanager:KmsKeyId", "kmsKeyId"),
    absent("secretsmanager:VersionId", "versionId"),
    absent("secretsmanager:VersionStage", "versionStage"),
    absent("secretsmanager:RecoveryWindowInDays", "recoveryWindowInDays"),
    absent("secretsmanager:ForceDeleteWithoutRecovery", "forceDeleteWithoutRecovery"),
    absent("secretsmanager:BlockPublicPolicy", "blockPublicPolicy"),
    absent("secretsmanager:RotationLambdaARN", "rotationLambdaARN"),
    absent("secretsmanager:ForceOverwriteReplicaSecret", "forceOverwriteReplicaSecret"),
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
    absent("sts:SourceIdentity", "sourceIdentity"),
    absent("sts:TransitiveTagKeys", "transitiveTagKeys[]"),
    unknown("sts:DurationSeconds", "durationSeconds"),
    absent("sts:TaskPolicyArn", "taskPolicyArn.arn"),
  ],
};
