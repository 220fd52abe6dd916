/**
 * Services that ask for the permission to tag as well, where a call creates a resource with tags. Sources: the column
 * "Dependent actions" of the Service Authorization Reference (July 2026, the last that had it); the API references of
 * CreateLogGroup, CreateQueue, CreateRole and its like, CreateSecret, CreateTable and CreateTopic.
 */

/** Service → the action that tags its resources. */
export const TAG_ON_CREATE: ReadonlyMap<string, string> = new Map([
  ["cloudtrail", "cloudtrail:AddTags"],
  ["detective", "detective:TagResource"],
  ["dynamodb", "dynamodb:TagResource"],
  ["ec2", "ec2:CreateTags"],
  ["ecr", "ecr:TagResource"],
  ["ecr-public", "ecr-public:TagResource"],
  ["ecs", "ecs:TagResource"],
  ["elasticache", "elasticache:AddTagsToResource"],
  ["elasticfilesystem", "elasticfilesystem:TagResource"],
  ["elasticloadbalancing", "elasticloadbalancing:AddTags"],
  ["fsx", "fsx:TagResource"],
  ["gamelift", "gamelift:TagResource"],
  ["imagebuilder", "imagebuilder:TagResource"],
  ["kms", "kms:TagResource"],
  ["logs", "logs:TagResource"],
  ["memorydb", "memorydb:TagResource"],
  ["networkmanager", "networkmanager:TagResource"],
  ["rds", "rds:AddTagsToResource"],
  ["sagemaker", "sagemaker:AddTags"],
  ["secretsmanager", "secretsmanager:TagResource"],
  ["sns", "sns:TagResource"],
  ["sqs", "sqs:TagQueue"],
  ["wafv2", "wafv2:TagResource"],
]);

/**
 * Actions that tag what they make, of services of which that does not hold as a whole: the API references of PutMetricAlarm,
 * PutRule, CreateDeliveryStream and CreateStateMachine; for parameters, "Tagging Systems Manager parameters".
 */
export const TAG_ON_ACTION: ReadonlyMap<string, string> = new Map([
  ["cloudwatch:PutCompositeAlarm", "cloudwatch:TagResource"],
  ["cloudwatch:PutMetricAlarm", "cloudwatch:TagResource"],
  ["events:PutRule", "events:TagResource"],
  ["firehose:CreateDeliveryStream", "firehose:TagDeliveryStream"],
  ["iam:CreateInstanceProfile", "iam:TagInstanceProfile"],
  ["iam:CreateOpenIDConnectProvider", "iam:TagOpenIDConnectProvider"],
  ["iam:CreatePolicy", "iam:TagPolicy"],
  ["iam:CreateRole", "iam:TagRole"],
  ["iam:CreateSAMLProvider", "iam:TagSAMLProvider"],
  ["iam:CreateUser", "iam:TagUser"],
  ["iam:CreateVirtualMFADevice", "iam:TagMFADevice"],
  ["iam:UploadServerCertificate", "iam:TagServerCertificate"],
  ["ssm:PutParameter", "ssm:AddTagsToResource"],
  ["states:CreateStateMachine", "states:TagResource"],
]);

/** How the names of calls that create resources begin. */
export const CREATING_VERBS: readonly string[] = [
  "Allocate",
  "Copy",
  "Create",
  "Import",
  "Register",
  "Request",
  "Restore",
  "Run",
];

/** Keys that say as part of which call a resource is tagged; in a call of its own they are absent. */
export const CREATE_ACTION_KEYS: ReadonlyMap<string, string> = new Map([
  ["ec2", "ec2:CreateAction"],
  ["ecs", "ecs:CreateAction"],
  ["elasticloadbalancing", "elasticloadbalancing:CreateAction"],
]);
