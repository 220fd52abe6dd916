/**
 * Context keys that no record can tell, so that they are unknown and not absent (3V-2). The lists are the same for many
 * calls and made once for each kind of call.
 */

/** What is not known of a call, beside what never is. */
export const Flag = {
  /** Whether the caller was authenticated with MFA. */
  Mfa: 1,
  /** Session tags. */
  PrincipalTags: 2,
  /** Keys that a service which issues sessions gives to them. */
  SessionKeys: 4,
  /** A session delivered to an EC2 instance, whose VPC and ARN are not recorded. */
  Ec2Session: 8,
  /** How it was delivered. */
  Ec2Delivery: 65536,
  /** Whether a service called with the caller's permissions. */
  Via: 16,
  /** A service did, of which `aws:CalledVia` does not speak for certain. */
  CalledVia: 32,
  /** A service did, and perhaps others before it. */
  CalledViaEarlier: 64,
  /** Where the call came from: the record shows a service's own network. */
  Network: 128,
  /** The public address: the record shows one beside an endpoint. */
  PublicAddress: 256,
  /** The path of the caller's role. */
  RolePath: 512,
  /** Whether the caller's session has a source identity. */
  SourceIdentity: 1024,
  /** When the call was made. */
  Time: 2048,
  ServiceCaller: 4096,
  WebIdentity: 8192,
  Saml: 16384,
  /** Whose the resource is, as conditions see it. */
  ResourceOwner: 32768,
} as const;

/** In no record, for any caller. */
const ALWAYS: readonly string[] = ["aws:referer"];

const BY_FLAG: readonly (readonly [flag: number, keys: readonly string[]])[] = [
  [Flag.Mfa, ["aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge"]],
  [Flag.PrincipalTags, ["aws:PrincipalTag/*"]],
  [
    Flag.SessionKeys,
    [
      "aws:ChatbotSourceArn",
      "aws:SignInSessionArn",
      "codebuild:BuildArn",
      "codebuild:ProjectArn",
      "glue:CredentialIssuingService",
      "glue:RoleAssumedBy",
      "identitystore:UserId",
      "lambda:SourceFunctionArn",
      "ssm:SourceInstanceArn",
    ],
  ],
  [
    Flag.Ec2Session,
    ["aws:Ec2InstanceSourcePrivateIPv4", "aws:Ec2InstanceSourceVpc", "ec2:SourceInstanceArn", "ssm:SourceInstanceArn"],
  ],
  [Flag.Ec2Delivery, ["ec2:RoleDelivery"]],
  [
    Flag.Via,
    [
      "aws:CalledVia",
      "aws:CalledViaFirst",
      "aws:CalledViaLast",
      "aws:ViaAWSService",
      "aws:CalledViaAWSMCP",
      "aws:ViaAWSMCPService",
    ],
  ],
  [
    Flag.CalledVia,
    ["aws:CalledVia", "aws:CalledViaFirst", "aws:CalledViaLast", "aws:CalledViaAWSMCP", "aws:ViaAWSMCPService"],
  ],
  [Flag.CalledViaEarlier, ["aws:CalledVia", "aws:CalledViaFirst", "aws:CalledViaAWSMCP", "aws:ViaAWSMCPService"]],
  [
    Flag.Network,
    [
      "aws:SourceIp",
      "aws:SourceVpc",
      "aws:SourceVpcArn",
      "aws:SourceVpce",
      "aws:VpcSourceIp",
      "aws:VpceAccount",
      "aws:VpceOrgID",
      "aws:VpceOrgPaths",
    ],
  ],
  [Flag.PublicAddress, ["aws:SourceIp"]],
  [Flag.RolePath, ["aws:PrincipalArn"]],
  [Flag.SourceIdentity, ["aws:SourceIdentity"]],
  [Flag.Time, ["aws:CurrentTime", "aws:EpochTime"]],
  [
    Flag.ServiceCaller,
    ["aws:PrincipalServiceNamesList", "aws:SourceAccount", "aws:SourceArn", "aws:SourceOrgID", "aws:SourceOrgPaths"],
  ],
  [Flag.Saml, ["saml:*"]],
  [Flag.ResourceOwner, ["aws:ResourceAccount", "aws:ResourceOrgID", "aws:ResourceOrgPaths"]],
];

/**
 * Keys as the reference writes them → as `unknown` takes them: `s3:ExistingObjectTag/<key>` → `s3:ExistingObjectTag/*`.
 * Families of many keys are one prefix.
 */
export function asUnknown(key: string): string {
  const family = FAMILIES.find((start) => key.startsWith(start));
  if (family !== undefined) return `${family}*`;
  const open = key.search(/[$<]/);
  return open === -1 ? key : `${key.slice(0, open)}*`;
}

const FAMILIES = ["kms:RecipientAttestation:"] as const;

const lists = new Map<number, readonly string[]>();

/** Unknown keys of a call with these flags, whatever it does. */
export function unknownOf(flags: number): readonly string[] {
  let list = lists.get(flags);
  if (list === undefined) {
    const keys = BY_FLAG.flatMap(([flag, names]) => ((flags & flag) === 0 ? [] : names));
    list = [...new Set([...ALWAYS, ...keys])];
    lists.set(flags, list);
  }
  return list;
}
