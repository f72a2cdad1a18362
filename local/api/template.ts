/** The REST API of a template: routes, integrations, gateway responses, throttling. */
import { z } from 'zod';
import { issuerRoutes } from '../../contract/routes.ts';
import { TemplateError } from '../template/intrinsics.ts';
import { readProperties } from '../template/properties.ts';
import type { Template } from '../template/template.ts';
import { type AuthorizerDefinition, readAuthorizers } from './authorizer-definition.ts';
import { type FixedAnswer, mockMethod, readFixedAnswer } from './fixed-answer.ts';
import { functionOf } from './function-uri.ts';
import { resourcePaths } from './resource-paths.ts';
import { refuseOpenMethods, restApi } from './rest-api.ts';
import { stage, type Throttling, throttlingOf, wholeStage } from './stage.ts';

const integration = z.strictObject({
  Type: z.literal('AWS_PROXY'),
  IntegrationHttpMethod: z.literal('POST'),
  Uri: z.string(),
  RequestParameters: z.record(z.string(), z.string()).default({}),
  TimeoutInMillis: z.number().default(29_000),
  PassthroughBehavior: z.string().optional(),
});

const ofMethod = {
  RestApiId: z.string(),
  ResourceId: z.string(),
  HttpMethod: z.string(),
  ApiKeyRequired: z.literal(false).optional(),
  RequestParameters: z.record(z.string(), z.boolean()).optional(),
  OperationName: z.string().optional(),
};

const method = z.discriminatedUnion('AuthorizationType', [
  z.strictObject({
    ...ofMethod,
    AuthorizationType: z.literal('CUSTOM'),
    AuthorizerId: z.string(),
    Integration: integration,
  }),
  z.strictObject({
    ...ofMethod,
    AuthorizationType: z.literal('NONE'),
    // There is no context of an authorizer to map.
    Integration: integration.omit({ RequestParameters: true }),
  }),
]);

const gatewayResponse = z.strictObject({
  RestApiId: z.string(),
  ResponseType: z.string(),
  StatusCode: z.coerce.number().optional(),
  ResponseParameters: z.record(z.string(), z.string()).default({}),
  ResponseTemplates: z.record(z.string(), z.string()).default({}),
});

export interface ApiDefinition {
  readonly apiId: string;
  readonly stage: string;
  readonly binaryMediaTypes: readonly string[];
  /** over the whole stage, but for the methods that have limits of their own; absent: not throttled */
  readonly throttling?: Throttling;
  /** absent: the stage has none */
  readonly accessLog?: AccessLogDefinition;
  /** those that reach a function */
  readonly methods: readonly MethodDefinition[];
  readonly fixedAnswers: readonly FixedAnswer[];
  readonly gatewayResponses: ReadonlyMap<string, GatewayResponseDefinition>;
}

export interface AccessLogDefinition {
  /** its name */
  readonly logGroup: string;
  readonly format: string;
}

export interface MethodDefinition {
  readonly httpMethod: string;
  /** `/tenants/{tenantId}` */
  readonly resourcePath: string;
  readonly resourceId: string;
  /** absent: it is for everybody */
  readonly authorizer?: AuthorizerDefinition;
  readonly functionArn: string;
  /** integration header -> the context variable or request parameter that fills it */
  readonly requestParameters: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** of its own; absent: the stage's */
  readonly throttling?: Throttling;
}

export interface GatewayResponseDefinition {
  readonly status?: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly template?: string;
}

/** @throws TemplateError where the template has no API or more than one, or one not understood */
export function readApi(template: Template): ApiDefinition {
  const { apiId, properties } = one(template, 'AWS::ApiGateway::RestApi', restApi);
  const paths = resourcePaths(template);
  const stageProperties = one(template, 'AWS::ApiGateway::Stage', stage).properties;
  const throttling = throttlingOf(stageProperties.MethodSettings);
  const ofStage = throttling.get(wholeStage);
  const fixedAnswers = readFixedAnswers(template, paths, throttling);
  const methods = readMethods(template, paths, throttling);
  const open = methods.filter((one) => one.authorizer === undefined);
  const known = [...fixedAnswers, ...open].map((one) => `${one.httpMethod} ${one.resourcePath}`);
  const other = [...throttling.keys()].find((key) => ![wholeStage, ...known].includes(key));
  if (other !== undefined) throw new TemplateError(`the local stack does not throttle ${other}`);
  refuseOpenMethods(properties, stageProperties.StageName, methods);
  return {
    apiId,
    stage: stageProperties.StageName,
    binaryMediaTypes: properties.BinaryMediaTypes,
    ...(ofStage !== undefined && { throttling: ofStage }),
    ...accessLogOf(stageProperties),
    methods,
    fixedAnswers,
    gatewayResponses: readGatewayResponses(template),
  };
}

function accessLogOf({ AccessLogSetting: setting }: z.output<typeof stage>) {
  if (setting === undefined) return {};
  const { DestinationArn: arn, Format: format } = setting;
  // Without the `:*` with which CloudWatch Logs' own ARNs end.
  const [, logGroup] = /^arn:[^:]+:logs:[^:]+:[^:]+:log-group:([^:*]+)$/.exec(arn) ?? [];
  if (logGroup === undefined) throw new TemplateError(`the access log: no log group is ${arn}`);
  return { accessLog: { logGroup, format } };
}

function one<S extends z.ZodType>(template: Template, type: string, schema: S) {
  const [resource, ...others] = template.ofType(type);
  if (resource === undefined || others.length > 0) {
    throw new TemplateError(`the local stack serves a template with exactly one ${type}`);
  }
  const apiId = template.identity(resource.logicalId).ref;
  return { apiId, properties: readProperties(resource, schema) };
}

function readMethods(
  template: Template,
  paths: ReadonlyMap<string, string>,
  throttling: ReadonlyMap<string, Throttling>,
): MethodDefinition[] {
  const authorizers = readAuthorizers(template);
  return methodsOf(template, (type) => type !== 'MOCK').map((declared) => {
    const properties = readProperties(declared, method);
    const resourcePath = paths.get(properties.ResourceId);
    const isOpen = properties.AuthorizationType === 'NONE';
    const found = isOpen ? undefined : authorizers.get(properties.AuthorizerId);
    if (isOpen && !isForEverybody(resourcePath)) {
      throw new TemplateError(`${resourcePath} reaches a function without an authorizer`);
    }
    if ((found === undefined && !isOpen) || resourcePath === undefined) {
      throw new TemplateError(`${declared.logicalId}: its authorizer or resource is missing`);
    }
    const own = throttling.get(`${properties.HttpMethod} ${resourcePath}`);
    return {
      httpMethod: properties.HttpMethod,
      resourcePath,
      resourceId: properties.ResourceId,
      ...(found !== undefined && { authorizer: found }),
      functionArn: functionOf(properties.Integration.Uri),
      requestParameters: isOpen ? {} : properties.Integration.RequestParameters,
      timeoutMs: properties.Integration.TimeoutInMillis,
      ...(own && { throttling: own }),
    };
  });
}

/** Another path would be open by mistake. */
const isForEverybody = (resourcePath: string | undefined): boolean =>
  Object.values(issuerRoutes).some(({ path }) => path === resourcePath);

function readFixedAnswers(
  template: Template,
  paths: ReadonlyMap<string, string>,
  throttling: ReadonlyMap<string, Throttling>,
): FixedAnswer[] {
  return methodsOf(template, (type) => type === 'MOCK').map((declared) => {
    const properties = readProperties(declared, mockMethod);
    const resourcePath = paths.get(properties.ResourceId);
    if (resourcePath === undefined) {
      throw new TemplateError(`${declared.logicalId}: its resource is missing`);
    }
    const own = throttling.get(`${properties.HttpMethod} ${resourcePath}`);
    return { ...readFixedAnswer(properties, resourcePath), ...(own && { throttling: own }) };
  });
}

/** @param wanted by the type of the integration */
const methodsOf = (template: Template, wanted: (type: unknown) => boolean) =>
  template
    .ofType('AWS::ApiGateway::Method')
    .filter((declared) => wanted(readProperties(declared, integrationType).Integration.Type));

const integrationType = z.looseObject({ Integration: z.looseObject({ Type: z.unknown() }) });

function readGatewayResponses(template: Template): Map<string, GatewayResponseDefinition> {
  return new Map(
    template.ofType('AWS::ApiGateway::GatewayResponse').map((declared) => {
      const properties = readProperties(declared, gatewayResponse);
      const body = Object.values(properties.ResponseTemplates)[0];
      const definition: GatewayResponseDefinition = {
        ...(properties.StatusCode !== undefined && { status: properties.StatusCode }),
        headers: properties.ResponseParameters,
        ...(body !== undefined && { template: body }),
      };
      return [properties.ResponseType, definition];
    }),
  );
}
