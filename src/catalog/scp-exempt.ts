/**
 * Tasks that service control policies do not restrict (EVAL-11). Source: AWS Organizations User Guide, "Tasks and entities
 * not restricted by SCPs".
 *
 * Only tasks that are IAM actions can stand here. The others on AWS's list never reach a policy decision: registering for
 * Enterprise Support and the reverse-DNS forms of EC2 and Lightsail are forms that the root user sends, a CloudFront
 * trusted signer signs URLs offline, and the Product Marketing API has no IAM actions.
 */

/** `action` is a glob over `service:name`; `rootOnly`: exempt for the root user of a member account only. */
export interface ScpExemption {
  readonly action: string;
  readonly rootOnly: boolean;
}

export const scpExemptActions: readonly ScpExemption[] = [
  { action: "AlexaTopSites:*", rootOnly: false },
  { action: "awis:*", rootOnly: false },
  { action: "mechanicalturk:*", rootOnly: false },
];
