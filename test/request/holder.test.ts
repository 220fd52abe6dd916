/** Where the policy and the record of a resource may stand. */
import { describe, expect, it } from "vitest";
import { resourceHolders } from "../../src/request/holder.js";

const AT = "eu-west-1:111111111111";

describe("holders of a resource", () => {
  it.each<[string, ...string[]]>([
    ["arn:aws:s3:::b/k/l", "arn:aws:s3:::b"],
    ["arn:aws:s3:::b"],
    ["arn:aws:s3:::b/", "arn:aws:s3:::b"],
    [`arn:aws:s3:${AT}:accesspoint/ap/object/k/l`, `arn:aws:s3:${AT}:accesspoint/ap`],
    [`arn:aws:s3:${AT}:accesspoint/ap`],
    [`arn:aws:s3:${AT}:job/1`],
    ["arn:aws:s3:::accesspoint/k", "arn:aws:s3:::accesspoint"],
    [`arn:aws:s3-outposts:${AT}:outpost/o/bucket/b/object/k`, `arn:aws:s3-outposts:${AT}:outpost/o/bucket/b`],
    [`arn:aws:s3tables:${AT}:bucket/b/table/t`, `arn:aws:s3tables:${AT}:bucket/b`],
    [`arn:aws:dynamodb:${AT}:table/t/index/i`, `arn:aws:dynamodb:${AT}:table/t`],
    [`arn:aws:dynamodb:${AT}:table/t/stream/2026`],
    [`arn:aws:dynamodb:${AT}:table/t`],
    [`arn:aws:lambda:${AT}:function:f:prod`, `arn:aws:lambda:${AT}:function:f`],
    [`arn:aws:lambda:${AT}:layer:l:1`],
    [
      `arn:aws:logs:${AT}:log-group:g:log-stream:s`,
      `arn:aws:logs:${AT}:log-group:g`,
      `arn:aws:logs:${AT}:log-group:g:*`,
    ],
    [`arn:aws:logs:${AT}:log-group:g:*`, `arn:aws:logs:${AT}:log-group:g`],
    [`arn:aws:logs:${AT}:log-group:g`, `arn:aws:logs:${AT}:log-group:g:*`],
    [`arn:aws:sns:${AT}:t:subscription-1`, `arn:aws:sns:${AT}:t`],
    [`arn:aws:execute-api:${AT}:api/prod/GET/pets`, `arn:aws:execute-api:${AT}:api`],
    [`arn:aws:execute-api:${AT}:/domainnames/d`],
    ["arn:aws:apigateway:eu-west-1::/restapis/a/stages/prod", "arn:aws:apigateway:eu-west-1::/restapis/a"],
    [`arn:aws:events:${AT}:rule/bus/r`, `arn:aws:events:${AT}:event-bus/bus`],
    [`arn:aws:events:${AT}:rule/r`, `arn:aws:events:${AT}:event-bus/default`],
    [`arn:aws:glue:${AT}:table/d/t`, `arn:aws:glue:${AT}:catalog`],
    [`arn:aws:kafka:${AT}:topic/c/u/t`, `arn:aws:kafka:${AT}:cluster/c/u`],
    [`arn:aws:kafka:${AT}:cluster/c/u`],
    [
      `arn:aws:codeartifact:${AT}:package/d/r/npm//p`,
      `arn:aws:codeartifact:${AT}:repository/d/r`,
      `arn:aws:codeartifact:${AT}:domain/d`,
    ],
    [`arn:aws:codeartifact:${AT}:repository/d/r`, `arn:aws:codeartifact:${AT}:domain/d`],
    [`arn:aws:es:${AT}:domain/d/_search`, `arn:aws:es:${AT}:domain/d`],
    [`arn:aws:sqs:${AT}:q`],
    ["arn:aws:iam::111111111111:role/a/b"],
    ["arn:aws:constructor:::b/k"],
    ["*"],
    ["arn:aws:s3"],
    [""],
  ])("%s", (arn, ...holders) => {
    expect(resourceHolders(arn)).toEqual([arn, ...holders]);
  });
});
