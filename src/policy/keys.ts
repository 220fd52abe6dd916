/** What is known about condition keys as such; the catalogue knows which exist. Names are lower-cased. */

/** REQ-3: the keys that AWS declares multi-valued, beside those of the service reference. */
export const MULTI_VALUED_KEYS: ReadonlySet<string> = new Set([
  "aws:tagkeys",
  "aws:calledvia",
  "aws:principalorgpaths",
  "aws:resourceorgpaths",
  "aws:sourceorgpaths",
  "aws:vpceorgpaths",
  "aws:principalservicenameslist",
  "sts:transitivetagkeys",
  "sts:identitytokenaudience",
  "kms:grantoperations",
  "kms:encryptioncontextkeys",
  "dynamodb:attributes",
  "dynamodb:leadingkeys",
  "saml:edupersonaffiliation",
  "saml:edupersonentitlement",
  "saml:edupersonnickname",
  "saml:edupersonorgunitdn",
  "saml:edupersonscopedaffiliation",
  "saml:edupersontargetedid",
  "saml:eduorghomepageuri",
  "saml:eduorgidentityauthnpolicyuri",
  "saml:eduorglegalname",
  "saml:eduorgsuperioruri",
  "saml:eduorgwhitepagesuri",
]);

/** REQ-3: whether a key holds a list whatever the request looks like. OIDC providers' `…:amr` too. */
export function isMultiValuedKey(key: string): boolean {
  return MULTI_VALUED_KEYS.has(key) || key.endsWith(":amr");
}

/** REQ-40: global keys that hold identifiers made by AWS; wildcards in their values are a mistake or a risk. */
const IDENTIFIER_KEYS: ReadonlySet<string> = new Set([
  "aws:principalaccount",
  "aws:principalorgid",
  "aws:resourceaccount",
  "aws:resourceorgid",
  "aws:sourceaccount",
  "aws:sourceorgid",
  "aws:sourcevpc",
  "aws:sourcevpce",
  "aws:vpceaccount",
  "aws:vpceorgid",
]);

export function isIdentifierKey(key: string): boolean {
  return IDENTIFIER_KEYS.has(key);
}

/** GRAM-15: keys that mean nothing without a tag key behind a slash. */
const TAG_KEYS: ReadonlySet<string> = new Set([
  "aws:requesttag",
  "aws:resourcetag",
  "aws:principaltag",
  "iam:resourcetag",
  "s3:existingobjecttag",
  "s3:requestobjecttag",
  "ec2:resourcetag",
]);

/** Whether a key is a tag condition that leaves out which tag: `aws:RequestTag` or `aws:RequestTag/`. */
export function lacksTagKey(key: string): boolean {
  return TAG_KEYS.has(key.endsWith("/") ? key.slice(0, -1) : key);
}
