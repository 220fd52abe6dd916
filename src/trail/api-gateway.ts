/**
 * API Gateway knows five actions, the methods of HTTP, on the paths of its control service: an operation is one of them on
 * its path. https://docs.aws.amazon.com/apigateway/latest/api/API_Operations.html (version 1) and
 * https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/resources.html (version 2).
 */
import { actionOf } from "../catalog/catalog.js";
import type { Call } from "./call.js";
import type { Part } from "./composite.js";
import { type Fields, isUsable, textAt } from "./event.js";
import { found } from "./found.js";
import type { Reason } from "./reasons.js";

/** Paths by what they lead to: the noun of operations. `{…}` is a parameter of the call. Version 2's paths begin `/apis`. */
const COLLECTIONS: readonly (readonly [noun: string, plural: string, path: string, item: string])[] = [
  ["RestApi", "RestApis", "/restapis", "{restApiId}"],
  ["Resource", "Resources", "/restapis/{restApiId}/resources", "{resourceId}"],
  ["Method", "", "/restapis/{restApiId}/resources/{resourceId}/methods", "{httpMethod}"],
  ["MethodResponse", "", "/restapis/{restApiId}/resources/{resourceId}/methods/{httpMethod}/responses", "{statusCode}"],
  ["Deployment", "Deployments", "/restapis/{restApiId}/deployments", "{deploymentId}"],
  ["Stage", "Stages", "/restapis/{restApiId}/stages", "{stageName}"],
  ["Model", "Models", "/restapis/{restApiId}/models", "{modelName}"],
  ["Authorizer", "Authorizers", "/restapis/{restApiId}/authorizers", "{authorizerId}"],
  ["RequestValidator", "RequestValidators", "/restapis/{restApiId}/requestvalidators", "{requestValidatorId}"],
  ["GatewayResponse", "GatewayResponses", "/restapis/{restApiId}/gatewayresponses", "{responseType}"],
  ["DocumentationPart", "DocumentationParts", "/restapis/{restApiId}/documentation/parts", "{documentationPartId}"],
  [
    "DocumentationVersion",
    "DocumentationVersions",
    "/restapis/{restApiId}/documentation/versions",
    "{documentationVersion}",
  ],
  ["ApiKey", "ApiKeys", "/apikeys", "{apiKey}"],
  ["UsagePlan", "UsagePlans", "/usageplans", "{usagePlanId}"],
  ["UsagePlanKey", "UsagePlanKeys", "/usageplans/{usagePlanId}/keys", "{keyId}"],
  ["DomainName", "DomainNames", "/domainnames", "{domainName}"],
  ["BasePathMapping", "BasePathMappings", "/domainnames/{domainName}/basepathmappings", "{basePath}"],
  ["VpcLink", "VpcLinks", "/vpclinks", "{vpcLinkId}"],
  ["ClientCertificate", "ClientCertificates", "/clientcertificates", "{clientCertificateId}"],
  ["Api", "Apis", "/apis", "{apiId}"],
  ["ApiMapping", "ApiMappings", "/domainnames/{domainName}/apimappings", "{apiMappingId}"],
  ["Deployment", "Deployments", "/apis/{apiId}/deployments", "{deploymentId}"],
  ["Stage", "Stages", "/apis/{apiId}/stages", "{stageName}"],
  ["Model", "Models", "/apis/{apiId}/models", "{modelId}"],
  ["Authorizer", "Authorizers", "/apis/{apiId}/authorizers", "{authorizerId}"],
  ["Route", "Routes", "/apis/{apiId}/routes", "{routeId}"],
  ["RouteResponse", "RouteResponses", "/apis/{apiId}/routes/{routeId}/routeresponses", "{routeResponseId}"],
  ["Integration", "Integrations", "/apis/{apiId}/integrations", "{integrationId}"],
  [
    "IntegrationResponse",
    "IntegrationResponses",
    "/apis/{apiId}/integrations/{integrationId}/integrationresponses",
    "{integrationResponseId}",
  ],
];

const INTEGRATION = "/restapis/{restApiId}/resources/{resourceId}/methods/{httpMethod}/integration";
const INTEGRATION_RESPONSE = `${INTEGRATION}/responses/{statusCode}`;

/** Operations that the verbs below do not give. */
const OTHERS: readonly (readonly [operation: string, method: string, path: string])[] = [
  ["CreateResource", "POST", "/restapis/{restApiId}/resources/{parentId}"],
  ["DeleteAccessLogSettings", "DELETE", "/apis/{apiId}/stages/{stageName}/accesslogsettings"],
  ["DeleteCorsConfiguration", "DELETE", "/apis/{apiId}/cors"],
  ["DeleteIntegration", "DELETE", INTEGRATION],
  ["DeleteIntegrationResponse", "DELETE", INTEGRATION_RESPONSE],
  ["DeleteRouteRequestParameter", "DELETE", "/apis/{apiId}/routes/{routeId}/requestparameters/{requestParameterKey}"],
  ["DeleteRouteSettings", "DELETE", "/apis/{apiId}/stages/{stageName}/routesettings/{routeKey}"],
  ["ExportApi", "GET", "/apis/{apiId}/exports/{specification}"],
  ["FlushStageAuthorizersCache", "DELETE", "/restapis/{restApiId}/stages/{stageName}/cache/authorizers"],
  ["FlushStageCache", "DELETE", "/restapis/{restApiId}/stages/{stageName}/cache/data"],
  ["GenerateClientCertificate", "POST", "/clientcertificates"],
  ["GetAccount", "GET", "/account"],
  ["GetExport", "GET", "/restapis/{restApiId}/stages/{stageName}/exports/{exportType}"],
  ["GetIntegration", "GET", INTEGRATION],
  ["GetIntegrationResponse", "GET", INTEGRATION_RESPONSE],
  ["GetModelTemplate", "GET", "/restapis/{restApiId}/models/{modelName}/default_template"],
  ["GetSdk", "GET", "/restapis/{restApiId}/stages/{stageName}/sdks/{sdkType}"],
  ["GetSdkType", "GET", "/sdktypes/{id}"],
  ["GetSdkTypes", "GET", "/sdktypes"],
  ["GetUsage", "GET", "/usageplans/{usagePlanId}/usage"],
  ["ImportApi", "PUT", "/apis"],
  ["ImportApiKeys", "POST", "/apikeys"],
  ["ImportDocumentationParts", "PUT", "/restapis/{restApiId}/documentation/parts"],
  ["ImportRestApi", "POST", "/restapis"],
  ["PutGatewayResponse", "PUT", "/restapis/{restApiId}/gatewayresponses/{responseType}"],
  ["PutIntegration", "PUT", INTEGRATION],
  ["PutIntegrationResponse", "PUT", INTEGRATION_RESPONSE],
  ["PutMethod", "PUT", "/restapis/{restApiId}/resources/{resourceId}/methods/{httpMethod}"],
  [
    "PutMethodResponse",
    "PUT",
    "/restapis/{restApiId}/resources/{resourceId}/methods/{httpMethod}/responses/{statusCode}",
  ],
  ["PutRestApi", "PUT", "/restapis/{restApiId}"],
  ["ReimportApi", "PUT", "/apis/{apiId}"],
  ["ResetAuthorizersCache", "DELETE", "/apis/{apiId}/stages/{stageName}/cache/authorizers"],
  ["TestInvokeAuthorizer", "POST", "/restapis/{restApiId}/authorizers/{authorizerId}"],
  ["TestInvokeMethod", "POST", "/restapis/{restApiId}/resources/{resourceId}/methods/{httpMethod}"],
  ["UpdateAccount", "PATCH", "/account"],
  ["UpdateIntegration", "PATCH", INTEGRATION],
  ["UpdateIntegrationResponse", "PATCH", INTEGRATION_RESPONSE],
  ["UpdateUsage", "PATCH", "/usageplans/{usagePlanId}/keys/{keyId}/usage"],
];

interface Route {
  readonly method: string;
  readonly path: string;
}

/** Operation → its routes: one in each version of the API that has it. */
const ROUTES: ReadonlyMap<string, readonly Route[]> = routes();

function routes(): ReadonlyMap<string, readonly Route[]> {
  const all = new Map<string, Route[]>();
  const add = (operation: string, method: string, path: string) => {
    const known = all.get(operation) ?? [];
    all.set(operation, [...known, { method, path }]);
  };
  for (const [operation, method, path] of OTHERS) add(operation, method, path);
  for (const [noun, plural, path, item] of COLLECTIONS) {
    if (noun !== "Resource") add(`Create${noun}`, "POST", path);
    if (plural !== "") add(`Get${plural}`, "GET", path);
    add(`Get${noun}`, "GET", `${path}/${item}`);
    add(`Update${noun}`, "PATCH", `${path}/${item}`);
    add(`Delete${noun}`, "DELETE", `${path}/${item}`);
  }
  return all;
}

export function isApiGatewayCall(event: string): boolean {
  return ROUTES.has(event);
}

/** The action on the path. Of two versions, the one whose parameters the call has. */
export function apiGatewayPart(call: Call, event: string): Part | Reason {
  const { parameters, place } = call;
  if (parameters === null && !call.parametersComplete) return "parameters-missing";
  if (place.region === "") return "resource-not-named";
  for (const { method, path } of ROUTES.get(event) ?? []) {
    const filled = fill(path, parameters ?? NO_PARAMETERS);
    if (filled === null) continue;
    const arn = `arn:${place.partition}:apigateway:${place.region}::${filled}`;
    if (!isUsable(arn)) return "resource-not-named";
    const from = path.includes("{") ? `requestParameters, in the path ${path}` : `the path ${path}`;
    return {
      action: actionOf(`apigateway:${method}`)!,
      resource: { ...found(arn, from), owner: place.account === "" ? null : place.account },
      row: null,
    };
  }
  return "resource-not-named";
}

const NO_PARAMETERS: Fields = {};

function fill(path: string, parameters: Fields): string | null {
  let filled = "";
  for (const step of path.split("/").slice(1)) {
    const value = step.startsWith("{") ? textAt(parameters, step.slice(1, -1)) : step;
    if (value === null) return null;
    filled += `/${value}`;
  }
  return filled;
}
