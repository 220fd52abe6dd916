/** The corner of AWS that the workloads live in: services, their actions, and how their resources are written. */

export interface Service {
  readonly prefix: string;
  /** Names without the prefix. */
  readonly actions: readonly string[];
  /** `{name}` is the resource's name, `{region}` its Region; what follows the name is a path of its own. */
  readonly arn: string;
  /** What may follow the name. Empty: nothing. */
  readonly paths: readonly string[];
}

export const ACCOUNT = "111111111111";

export const REGIONS = ["eu-west-1", "eu-central-1", "eu-north-1", "us-east-1", "us-west-2", "ap-southeast-2"] as const;

export const SERVICES: readonly Service[] = [
  {
    prefix: "s3",
    actions: [
      ...["GetObject", "GetObjectVersion", "GetObjectTagging", "GetObjectAttributes", "PutObject", "PutObjectTagging"],
      ...["DeleteObject", "DeleteObjectVersion", "RestoreObject", "AbortMultipartUpload", "ListMultipartUploadParts"],
    ],
    arn: "arn:aws:s3:::{name}",
    paths: ["/reports/", "/raw/2026/", "/exports/", "/tmp/", "/invoices/eu/"],
  },
  {
    prefix: "dynamodb",
    actions: [
      ...["GetItem", "BatchGetItem", "Query", "Scan", "PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"],
      ...["DescribeTable", "UpdateTable", "DeleteTable", "ListTagsOfResource", "TagResource", "UntagResource"],
    ],
    arn: `arn:aws:dynamodb:{region}:${ACCOUNT}:table/{name}`,
    paths: ["", "/index/by-owner", "/index/by-date"],
  },
  {
    prefix: "sqs",
    actions: [
      ...["SendMessage", "ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility", "GetQueueAttributes"],
      ...["GetQueueUrl", "SetQueueAttributes", "PurgeQueue", "DeleteQueue", "ListQueueTags", "TagQueue"],
    ],
    arn: `arn:aws:sqs:{region}:${ACCOUNT}:{name}`,
    paths: ["", ".fifo", "-dead"],
  },
  {
    prefix: "sns",
    actions: [
      ...["Publish", "Subscribe", "Unsubscribe", "ConfirmSubscription", "GetTopicAttributes", "SetTopicAttributes"],
      ...["ListSubscriptionsByTopic", "AddPermission", "RemovePermission", "DeleteTopic", "TagResource"],
    ],
    arn: `arn:aws:sns:{region}:${ACCOUNT}:{name}`,
    paths: ["", ".fifo"],
  },
  {
    prefix: "lambda",
    actions: [
      ...["InvokeFunction", "InvokeAsync", "GetFunction", "GetFunctionConfiguration", "UpdateFunctionCode"],
      ...["UpdateFunctionConfiguration", "PublishVersion", "CreateAlias", "UpdateAlias", "DeleteFunction", "GetPolicy"],
    ],
    arn: `arn:aws:lambda:{region}:${ACCOUNT}:function:{name}`,
    paths: ["", ":live", ":canary", ":7"],
  },
  {
    prefix: "ec2",
    actions: [
      ...["StartInstances", "StopInstances", "RebootInstances", "TerminateInstances", "ModifyInstanceAttribute"],
      ...["AttachVolume", "DetachVolume", "CreateTags", "DeleteTags", "GetConsoleOutput", "MonitorInstances"],
    ],
    arn: `arn:aws:ec2:{region}:${ACCOUNT}:instance/{name}`,
    paths: [""],
  },
  {
    prefix: "secretsmanager",
    actions: [
      ...["GetSecretValue", "DescribeSecret", "PutSecretValue", "UpdateSecret", "RotateSecret", "RestoreSecret"],
      ...["ListSecretVersionIds", "DeleteSecret", "TagResource", "UntagResource", "GetResourcePolicy"],
    ],
    arn: `arn:aws:secretsmanager:{region}:${ACCOUNT}:secret:{name}`,
    paths: ["-AbCdEf", "/password-GhIjKl", "/token-MnOpQr"],
  },
  {
    prefix: "logs",
    actions: [
      ...["CreateLogStream", "PutLogEvents", "GetLogEvents", "FilterLogEvents", "DescribeLogStreams", "StartQuery"],
      ...["PutRetentionPolicy", "DeleteRetentionPolicy", "DeleteLogGroup", "PutSubscriptionFilter", "TagResource"],
    ],
    arn: `arn:aws:logs:{region}:${ACCOUNT}:log-group:{name}`,
    paths: ["", ":log-stream:a", ":log-stream:b"],
  },
  {
    prefix: "kinesis",
    actions: [
      ...["GetRecords", "GetShardIterator", "PutRecord", "PutRecords", "DescribeStream", "DescribeStreamSummary"],
      ...["ListShards", "SubscribeToShard", "MergeShards", "SplitShard", "DeleteStream", "UpdateShardCount"],
    ],
    arn: `arn:aws:kinesis:{region}:${ACCOUNT}:stream/{name}`,
    paths: [""],
  },
  {
    prefix: "ecr",
    actions: [
      ...["BatchGetImage", "BatchCheckLayerAvailability", "GetDownloadUrlForLayer", "DescribeImages", "ListImages"],
      ...["PutImage", "InitiateLayerUpload", "UploadLayerPart", "CompleteLayerUpload", "BatchDeleteImage"],
    ],
    arn: `arn:aws:ecr:{region}:${ACCOUNT}:repository/{name}`,
    paths: ["", "/base", "/service"],
  },
  {
    prefix: "states",
    actions: [
      ...["StartExecution", "StartSyncExecution", "StopExecution", "DescribeExecution", "GetExecutionHistory"],
      ...["ListExecutions", "DescribeStateMachine", "UpdateStateMachine", "DeleteStateMachine", "TagResource"],
    ],
    arn: `arn:aws:states:{region}:${ACCOUNT}:stateMachine:{name}`,
    paths: ["", ":3"],
  },
  {
    prefix: "ssm",
    actions: [
      ...["GetParameter", "GetParameters", "GetParametersByPath", "GetParameterHistory", "PutParameter"],
      ...["DeleteParameter", "DeleteParameters", "LabelParameterVersion", "AddTagsToResource", "ListTagsForResource"],
    ],
    arn: `arn:aws:ssm:{region}:${ACCOUNT}:parameter/{name}`,
    paths: ["", "/db/host", "/db/user", "/flags"],
  },
];

export const TEAMS = ["payments", "search", "catalog", "identity", "growth", "platform", "data", "mobile"] as const;
export const PROJECTS = ["atlas", "borealis", "comet", "draco", "ember", "fjord"] as const;
/** The documentation networks of RFC 5737: nobody's addresses. */
export const NETWORKS = ["192.0.2", "198.51.100", "203.0.113"] as const;
