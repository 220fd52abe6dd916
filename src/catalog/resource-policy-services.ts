/**
 * Services of which some resource can carry a resource-based policy. Source: the Service Authorization Reference of 2026-09
 * (services with an action that stores one: PutResourcePolicy, AddPermission, PutKeyPolicy and their kin), and the IAM User
 * Guide, "AWS services that work with IAM".
 *
 * The list is generous: a resource of a service that is not here is taken to have no policy, one of a service that is here
 * may have one that nobody told us of (3V-8).
 */

/** Services as resource ARNs write them, sorted. `iam` for the trust policies of roles. */
// biome-ignore format: a list
export const resourcePolicyServices: ReadonlySet<string> = new Set([
  "acm-pca", "agent-registry", "aiops", "aoss", "apigateway", "appmesh", "appmesh-preview", "appsync", "aps",
  "arc-region-switch", "aws-marketplace", "backup", "bedrock", "bedrock-agentcore", "billing", "catalog",
  "cleanrooms-ml", "cloud9", "cloudfront", "cloudhsm", "cloudsearch", "cloudtrail", "codeartifact", "codebuild",
  "codeguru-profiler", "comprehend", "datazone", "dsql", "dynamodb", "ec2", "ecr", "ecr-public", "elasticfilesystem",
  "elemental-inference", "entityresolution", "es", "events", "execute-api", "fsx", "glacier", "glue", "iam",
  "imagebuilder", "iot", "kafka", "kinesis", "kms", "lambda", "lex", "logs", "lookoutequipment", "mediapackagev2",
  "mediastore", "mediatailor", "mpa", "network-firewall", "networkmanager", "oam", "odb", "omics", "organizations",
  "osis", "payment-cryptography", "qbusiness", "ram", "redshift", "redshift-serverless", "refactor-spaces",
  "rekognition", "resource-explorer-2", "resource-groups", "route53-recovery-control", "route53profiles",
  "route53resolver", "rum", "s3", "s3-object-lambda", "s3-outposts", "s3express", "s3files", "s3tables", "s3vectors",
  "sagemaker", "schemas", "secretsmanager", "serverlessrepo", "servicecatalog", "servicediscovery", "ses", "signer",
  "sms-voice", "sns", "sqs", "ssm", "ssm-contacts", "ssm-incidents", "sts", "vpc-lattice", "waf", "waf-regional",
  "wafv2", "xray",
]);

/** Where only some resource types of such a service can carry a policy: how the resource part of their ARNs begins. */
const TYPES: ReadonlyMap<string, readonly string[]> = new Map([
  ["backup", ["backup-vault:"]],
  ["billing", ["billingview/"]],
  ["cloudfront", ["vpcorigin/"]],
  ["cloudhsm", ["backup/"]],
  ["cloudtrail", ["channel/", "dashboard/", "eventdatastore/"]],
  ["codebuild", ["project/", "report-group/"]],
  ["ec2", ["ipam-pool/", "placement-group/", "verified-access-endpoint/", "verified-access-group/"]],
  ["fsx", ["volume/"]],
  ["iam", ["role/"]],
  ["networkmanager", ["core-network/"]],
  ["organizations", ["resourcepolicy/"]],
  ["redshift", ["namespace:"]],
  ["route53resolver", ["firewall-rule-group/", "resolver-query-log-config/", "resolver-rule/"]],
  ["ssm", ["document/", "opsitemgroup/", "parameter/"]],
]);

/** Whether a resource of this service, with this sixth part of its ARN, may carry a policy of its own. */
export function mayCarryResourcePolicy(service: string, resourcePart: string): boolean {
  if (!resourcePolicyServices.has(service)) return false;
  const types = TYPES.get(service);
  return types === undefined || types.some((type) => resourcePart.startsWith(type));
}
