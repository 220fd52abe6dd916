/** Which resources hold a resource: where its policy and its record stand if they do not stand under its own ARN. */
import { type Arn, splitArn } from "../policy/arn.js";

/**
 * The ARNs under which the policy and the record of a resource may stand, nearest first: its own, then those of what it is
 * a part of (the bucket of an object, the table of an index, the function of a version).
 */
export function resourceHolders(arn: string): readonly string[] {
  const parts = splitArn(arn);
  const rules = parts === null ? undefined : HOLDERS.get(parts.service);
  if (parts === null || rules === undefined) return [arn];
  const before = arn.slice(0, arn.length - parts.resource.length);
  const holders = rules.flatMap((rule) => rule(parts)).map((resource) => before + resource);
  return [arn, ...holders.filter((holder) => holder !== arn)];
}

/** The resource parts of the holders, nearest first; none where the rule is about other resources. */
type HolderRule = (arn: Arn) => readonly string[];

/** By the service of the ARN. A service that is not here keeps policies under the resources' own ARNs only. */
const HOLDERS: ReadonlyMap<string, readonly HolderRule[]> = new Map([
  ["acm-pca", [beginning("certificate-authority/", "/", 2)]],
  ["apigateway", [beginning("/restapis/", "/", 3), beginning("/domainnames/", "/", 3)]],
  ["codeartifact", [codeArtifactHolders]],
  ["dynamodb", [tableHolder]],
  ["es", [beginning("domain/", "/", 2)]],
  ["events", [eventBusHolder]],
  ["execute-api", [beginning("", "/", 1)]],
  ["glue", [catalogHolder]],
  ["kafka", [clusterHolder]],
  ["lambda", [beginning("function:", ":", 2)]],
  ["logs", [logGroupHolders]],
  ["s3", [bucketHolder, beginning("accesspoint/", "/", 2), beginning("access-grants/", "/", 2)]],
  ["s3-object-lambda", [beginning("accesspoint/", "/", 2)]],
  ["s3-outposts", [beginning("outpost/", "/", 4)]],
  ["s3files", [beginning("file-system/", "/", 2)]],
  ["s3tables", [beginning("bucket/", "/", 2)]],
  ["s3vectors", [beginning("bucket/", "/", 2)]],
  ["sns", [beginning("", ":", 1)]],
]);

/** The first parts of a resource part that starts so: `function:name` of `function:name:alias`. */
function beginning(start: string, separator: string, count: number): HolderRule {
  return ({ resource }) => {
    const end = resource.startsWith(start) ? placeOfSeparator(resource, separator, count) : -1;
    return end > 0 ? [resource.slice(0, end)] : [];
  };
}

/** Where the `count`-th separator stands; -1: there are fewer. */
function placeOfSeparator(text: string, separator: string, count: number): number {
  let at = -1;
  for (let found = 0; found < count; found++) {
    at = text.indexOf(separator, at + 1);
    if (at === -1) return -1;
  }
  return at;
}

/** `bucket/key` → the bucket. ARNs of buckets have no account, those of all other S3 resources have one (SPEC-23). */
function bucketHolder(arn: Arn): readonly string[] {
  return arn.account === "" ? beginning("", "/", 1)(arn) : [];
}

/** An index, a backup or an export has its table's policy; a stream has its own. */
function tableHolder(arn: Arn): readonly string[] {
  return beginning("table/", "/", 2)(arn).filter((table) => !arn.resource.startsWith(`${table}/stream/`));
}

/** `log-group:name:log-stream:stream` → the group, which AWS writes with and without `:*`. */
function logGroupHolders({ resource }: Arn): readonly string[] {
  if (!resource.startsWith("log-group:")) return [];
  const end = placeOfSeparator(resource, ":", 2);
  const group = end === -1 ? resource : resource.slice(0, end);
  return [group, `${group}:*`];
}

/** `rule/bus/name` → `event-bus/bus`; a rule without a bus is one of the default bus. */
function eventBusHolder({ resource }: Arn): readonly string[] {
  if (!resource.startsWith("rule/")) return [];
  const parts = resource.split("/", 3);
  return [`event-bus/${parts.length === 3 ? parts[1] : "default"}`];
}

/** An account has one policy for its whole Data Catalog. */
function catalogHolder({ resource }: Arn): readonly string[] {
  const starts = ["catalog/", "database/", "table/", "tableVersion/", "userDefinedFunction/"];
  return starts.some((start) => resource.startsWith(start)) ? ["catalog"] : [];
}

/** Topics, groups and transactional ids name their cluster: `topic/cluster/uuid/name` → `cluster/cluster/uuid`. */
function clusterHolder({ resource }: Arn): readonly string[] {
  const [type, cluster, uuid] = resource.split("/", 3);
  const inCluster = type === "topic" || type === "group" || type === "transactional-id";
  return inCluster && cluster !== undefined && uuid !== undefined ? [`cluster/${cluster}/${uuid}`] : [];
}

/** `package/domain/repository/…` → `repository/domain/repository`, then `domain/domain`. */
function codeArtifactHolders({ resource }: Arn): readonly string[] {
  const [type, domain, repository] = resource.split("/", 3);
  if (domain === undefined) return [];
  switch (type) {
    case "package":
      return repository === undefined ? [] : [`repository/${domain}/${repository}`, `domain/${domain}`];
    case "package-group":
    case "repository":
      return [`domain/${domain}`];
    default:
      return [];
  }
}
