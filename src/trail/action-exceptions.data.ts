/**
 * API operations whose permission has another name than they do, or that need several. What is neither here nor in
 * `composite.ts` is the action of its own name.
 */

/** What a condition of a row looks at: a request parameter, as CloudTrail names it. */
export type When =
  | { readonly given: readonly string[] }
  | { readonly notGiven: readonly string[] }
  /** Given with a text that is not among these. */
  | { readonly given: readonly string[]; readonly but: readonly string[] }
  /** A source identity is set: by the call, by an assertion, or by a session before it in a chain. */
  | { readonly sourceIdentity: true };

export interface ActionRow {
  /** `service:Name`. */
  readonly action: string;
  /** Only then. */
  readonly when?: When;
}

export interface ExceptionRow {
  readonly event: string;
  readonly actions: readonly ActionRow[];
}

/** By the service that logs, then by event. */
export interface ExceptionTable {
  readonly service: string;
  /** The page of AWS's documentation that says so. */
  readonly source: string;
  readonly rows: readonly ExceptionRow[];
}

const VERSION: When = { given: ["versionId"] };
const NO_VERSION: When = { notGiven: ["versionId"] };

/** An operation on an object, or on a version of one, which is another permission. */
function ofVersion(event: string, action: string, versionAction: string): ExceptionRow {
  return {
    event,
    actions: [
      { action, when: NO_VERSION },
      { action: versionAction, when: VERSION },
    ],
  };
}

function renamed(event: string, ...actions: readonly string[]): ExceptionRow {
  return { event, actions: actions.map((action) => ({ action })) };
}

/** Several operations on one configuration of a bucket are two permissions: to get it, and to put (or delete) it. */
function configuration(get: readonly string[], put: readonly string[], name: string): readonly ExceptionRow[] {
  return [
    ...get.map((event) => renamed(event, `s3:Get${name}`)),
    ...put.map((event) => renamed(event, `s3:Put${name}`)),
  ];
}

/** "If your request sets an access control list, … the s3:PutObjectAcl permission is required." Private is the default. */
const ACL: When = {
  given: [
    "x-amz-acl",
    "x-amz-grant-full-control",
    "x-amz-grant-read",
    "x-amz-grant-read-acp",
    "x-amz-grant-write",
    "x-amz-grant-write-acp",
  ],
  but: ["private"],
};

/** Writing an object, with what its headers ask for beside. */
export const PUT_OBJECT: readonly ActionRow[] = [
  { action: "s3:PutObject" },
  { action: "s3:PutObjectAcl", when: ACL },
  { action: "s3:PutObjectTagging", when: { given: ["x-amz-tagging"] } },
  {
    action: "s3:PutObjectRetention",
    when: { given: ["x-amz-object-lock-mode", "x-amz-object-lock-retain-until-date"] },
  },
  { action: "s3:PutObjectLegalHold", when: { given: ["x-amz-object-lock-legal-hold"] } },
];

const S3: ExceptionTable = {
  service: "s3",
  source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html",
  rows: [
    renamed("ListBuckets", "s3:ListAllMyBuckets"),
    renamed("ListDirectoryBuckets", "s3express:ListAllMyDirectoryBuckets"),
    renamed("HeadBucket", "s3:ListBucket"),
    renamed("ListObjects", "s3:ListBucket"),
    renamed("ListObjectsV2", "s3:ListBucket"),
    renamed("ListObjectVersions", "s3:ListBucketVersions"),
    renamed("ListMultipartUploads", "s3:ListBucketMultipartUploads"),
    renamed("ListParts", "s3:ListMultipartUploadParts"),
    {
      event: "CreateBucket",
      actions: [
        { action: "s3:CreateBucket" },
        { action: "s3:PutBucketAcl", when: ACL },
        {
          action: "s3:PutBucketObjectLockConfiguration",
          when: { given: ["x-amz-bucket-object-lock-enabled"], but: ["false"] },
        },
        { action: "s3:PutBucketVersioning", when: { given: ["x-amz-bucket-object-lock-enabled"], but: ["false"] } },
        { action: "s3:PutBucketOwnershipControls", when: { given: ["x-amz-object-ownership"] } },
      ],
    },
    ofVersion("GetObject", "s3:GetObject", "s3:GetObjectVersion"),
    ofVersion("HeadObject", "s3:GetObject", "s3:GetObjectVersion"),
    {
      event: "GetObjectAttributes",
      actions: [
        { action: "s3:GetObject", when: NO_VERSION },
        { action: "s3:GetObjectAttributes", when: NO_VERSION },
        { action: "s3:GetObjectVersion", when: VERSION },
        { action: "s3:GetObjectVersionAttributes", when: VERSION },
      ],
    },
    renamed("SelectObjectContent", "s3:GetObject"),
    ofVersion("GetObjectAcl", "s3:GetObjectAcl", "s3:GetObjectVersionAcl"),
    ofVersion("PutObjectAcl", "s3:PutObjectAcl", "s3:PutObjectVersionAcl"),
    ofVersion("GetObjectTagging", "s3:GetObjectTagging", "s3:GetObjectVersionTagging"),
    ofVersion("PutObjectTagging", "s3:PutObjectTagging", "s3:PutObjectVersionTagging"),
    ofVersion("DeleteObjectTagging", "s3:DeleteObjectTagging", "s3:DeleteObjectVersionTagging"),
    ofVersion("DeleteObject", "s3:DeleteObject", "s3:DeleteObjectVersion"),
    renamed("DeleteObjects", "s3:DeleteObject"),
    { event: "PutObject", actions: PUT_OBJECT },
    { event: "PostObject", actions: PUT_OBJECT },
    { event: "CreateMultipartUpload", actions: PUT_OBJECT },
    { event: "InitiateMultipartUpload", actions: PUT_OBJECT },
    renamed("UploadPart", "s3:PutObject"),
    renamed("CompleteMultipartUpload", "s3:PutObject"),
    ...configuration(
      ["GetBucketAccelerateConfiguration", "GetBucketAccelerate"],
      ["PutBucketAccelerateConfiguration", "PutBucketAccelerate"],
      "AccelerateConfiguration",
    ),
    ...configuration(
      ["GetBucketAnalyticsConfiguration", "ListBucketAnalyticsConfigurations"],
      ["PutBucketAnalyticsConfiguration", "DeleteBucketAnalyticsConfiguration"],
      "AnalyticsConfiguration",
    ),
    ...configuration(
      ["GetBucketEncryption"],
      ["PutBucketEncryption", "DeleteBucketEncryption"],
      "EncryptionConfiguration",
    ),
    ...configuration(
      ["GetBucketIntelligentTieringConfiguration", "ListBucketIntelligentTieringConfigurations"],
      ["PutBucketIntelligentTieringConfiguration", "DeleteBucketIntelligentTieringConfiguration"],
      "IntelligentTieringConfiguration",
    ),
    ...configuration(
      ["GetBucketInventoryConfiguration", "ListBucketInventoryConfigurations"],
      ["PutBucketInventoryConfiguration", "DeleteBucketInventoryConfiguration"],
      "InventoryConfiguration",
    ),
    ...configuration(
      ["GetBucketLifecycle", "GetBucketLifecycleConfiguration"],
      [
        "PutBucketLifecycle",
        "PutBucketLifecycleConfiguration",
        "DeleteBucketLifecycle",
        "DeleteBucketLifecycleConfiguration",
      ],
      "LifecycleConfiguration",
    ),
    ...configuration(
      ["GetBucketMetricsConfiguration", "ListBucketMetricsConfigurations"],
      ["PutBucketMetricsConfiguration", "DeleteBucketMetricsConfiguration"],
      "MetricsConfiguration",
    ),
    ...configuration(
      ["GetBucketNotificationConfiguration"],
      ["PutBucketNotificationConfiguration"],
      "BucketNotification",
    ),
    ...configuration(["GetObjectLockConfiguration"], ["PutObjectLockConfiguration"], "BucketObjectLockConfiguration"),
    ...configuration(["GetPublicAccessBlock"], ["PutPublicAccessBlock"], "BucketPublicAccessBlock"),
    ...configuration(
      ["GetBucketReplication"],
      ["PutBucketReplication", "DeleteBucketReplication"],
      "ReplicationConfiguration",
    ),
    renamed("DeleteBucketCors", "s3:PutBucketCORS"),
    renamed("DeleteBucketOwnershipControls", "s3:PutBucketOwnershipControls"),
    renamed("DeleteBucketTagging", "s3:PutBucketTagging"),
    renamed("DeletePublicAccessBlock", "s3:PutBucketPublicAccessBlock"),
    renamed("DeleteBucketPublicAccessBlock", "s3:PutBucketPublicAccessBlock"),
    renamed("DeleteAccountPublicAccessBlock", "s3:PutAccountPublicAccessBlock"),
  ],
};

const LAMBDA: ExceptionTable = {
  service: "lambda",
  source: "https://docs.aws.amazon.com/lambda/latest/dg/lambda-api-permissions-ref.html",
  rows: [
    renamed("Invoke", "lambda:InvokeFunction"),
    renamed("InvokeWithResponseStream", "lambda:InvokeFunction"),
    renamed("GetLayerVersionByArn", "lambda:GetLayerVersion"),
  ],
};

const STS: ExceptionTable = {
  service: "sts",
  source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html#id_session-tags_permissions-required",
  rows: [
    ...["AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"].map(
      (event): ExceptionRow => ({
        event,
        actions: [
          { action: `sts:${event}` },
          { action: "sts:TagSession", when: { given: ["tags", "principalTags"] } },
          // https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_monitor.html
          { action: "sts:SetSourceIdentity", when: { sourceIdentity: true } },
          { action: "sts:SetContext", when: { given: ["providedContexts"] } },
        ],
      }),
    ),
    // On what the session of a federated user is tagged, the reference does not say: a gap.
    {
      event: "GetFederationToken",
      actions: [{ action: "sts:GetFederationToken" }, { action: "sts:TagSession", when: { given: ["tags"] } }],
    },
  ],
};

const SQS: ExceptionTable = {
  service: "sqs",
  source:
    "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-api-permissions-reference.html",
  rows: [
    renamed("SendMessageBatch", "sqs:SendMessage"),
    renamed("DeleteMessageBatch", "sqs:DeleteMessage"),
    renamed("ChangeMessageVisibilityBatch", "sqs:ChangeMessageVisibility"),
  ],
};

const SNS: ExceptionTable = {
  service: "sns",
  source: "https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html",
  rows: [renamed("PublishBatch", "sns:Publish")],
};

const BUDGETS: ExceptionTable = {
  service: "budgets",
  source: "https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsbudgetservice.html",
  rows: [
    ...[
      "DescribeBudget",
      "DescribeBudgets",
      "DescribeBudgetNotificationsForAccount",
      "DescribeBudgetPerformanceHistory",
      "DescribeNotificationsForBudget",
      "DescribeSubscribersForNotification",
    ].map((event) => renamed(event, "budgets:ViewBudget")),
    ...[
      "CreateBudget",
      "CreateNotification",
      "CreateSubscriber",
      "DeleteBudget",
      "DeleteNotification",
      "DeleteSubscriber",
      "UpdateBudget",
      "UpdateNotification",
      "UpdateSubscriber",
    ].map((event) => renamed(event, "budgets:ModifyBudget")),
  ],
};

const CLOUDFRONT: ExceptionTable = {
  service: "cloudfront",
  source: "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cf-api-permissions-ref.html",
  rows: [
    renamed("CreateDistributionWithTags", "cloudfront:CreateDistribution", "cloudfront:TagResource"),
    renamed("CreateStreamingDistributionWithTags", "cloudfront:CreateStreamingDistribution", "cloudfront:TagResource"),
  ],
};

const BEDROCK: ExceptionTable = {
  service: "bedrock",
  source: "https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html",
  rows: [
    renamed("Converse", "bedrock:InvokeModel"),
    renamed("ConverseStream", "bedrock:InvokeModelWithResponseStream"),
  ],
};

export const ACTION_EXCEPTIONS: readonly ExceptionTable[] = [S3, BEDROCK, LAMBDA, STS, SQS, SNS, BUDGETS, CLOUDFRONT];
