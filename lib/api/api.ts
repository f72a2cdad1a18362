/**
 * The REST API. Invariant: every method that reaches a function asks the authorizer, and a function in tenant isolation
 * mode gets its tenant from the authorizer's answer, never from a header of the client.
 */
import { Aws, Duration, Fn } from 'aws-cdk-lib';
import {
  AuthorizationType,
  type CfnRestApi,
  EndpointAccessMode,
  EndpointType,
  type IAuthorizer,
  LambdaIntegration,
  LogGroupLogDestination,
  MethodLoggingLevel,
  RestApi,
  SecurityPolicy,
  TokenAuthorizer,
} from 'aws-cdk-lib/aws-apigateway';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { stageThrottling } from '../../contract/crypto.ts';
import { octetStream, type Route, routes } from '../../contract/routes.ts';
import type { Config } from '../config/config.ts';
import type { Functions } from '../functions/functions.ts';
import { acknowledge } from '../nag/acknowledge.ts';
import { AccessLogs, accessLogFormat } from './access-logs.ts';
import { addFixedAnswers } from './fixed-answers.ts';
import { addGatewayResponses } from './gateway-responses.ts';
import { documentThrottling } from './openapi-document.ts';

export interface ApiProps {
  readonly config: Config;
  readonly key: IKey;
  readonly functions: Functions;
}

/** Over the whole stage. KMS allows 10,000 calls a second in an account and region. */
const throttling = {
  throttlingRateLimit: stageThrottling.requestsPerSecond,
  throttlingBurstLimit: stageThrottling.burstRequests,
};

export class Api extends Construct {
  /** without a slash at its end */
  readonly url: string;
  readonly api: RestApi;
  readonly accessLogs: LogGroup;

  constructor(scope: Construct, id: string, props: ApiProps) {
    super(scope, id);
    const logs = new AccessLogs(this, 'AccessLogs', { key: props.key });
    this.accessLogs = logs.logGroup;
    this.api = this.restApi(props.config.stage, logs);
    const authorizer = tokenAuthorizer(this, props.functions.authorizer.function);
    const integrations = {
      tenants: integration(props.functions.tenants.function),
      crypto: integration(props.functions.crypto.function, props.config.tenantIsolation),
      certificates: integration(props.functions.certificates.function),
      audit: integration(props.functions.audit.function),
    } satisfies Record<Route['plane'], LambdaIntegration>;
    for (const { method, path, plane } of routes) {
      this.api.root.resourceForPath(path).addMethod(method, integrations[plane], {
        authorizer,
        authorizationType: AuthorizationType.CUSTOM,
      });
    }
    addGatewayResponses(this.api, props.config);
    addFixedAnswers(this.api, props.config);
    const host = `${this.api.restApiId}.execute-api.${Aws.REGION}.${Aws.URL_SUFFIX}`;
    this.url = Fn.join('', ['https://', host, '/', props.config.stage]);
  }

  private restApi(stageName: string, logs: AccessLogs): RestApi {
    const api = new RestApi(this, 'RestApi', {
      restApiName: 'tenant-keys',
      description: 'tenant-keys: a KMS key a tenant',
      endpointTypes: [EndpointType.REGIONAL],
      // Not for JSON: as base64 a body takes a third more of the 6 MB that Lambda allows.
      binaryMediaTypes: [octetStream],
      cloudWatchRole: false,
      deployOptions: {
        stageName,
        ...throttling,
        methodOptions: documentThrottling,
        accessLogDestination: new LogGroupLogDestination(logs.logGroup),
        accessLogFormat,
        // Execution logs hold headers, and go to a log group that the stack cannot encrypt.
        loggingLevel: MethodLoggingLevel.OFF,
        dataTraceEnabled: false,
        tracingEnabled: false,
      },
    });
    api.deploymentStage.node.addDependency(logs.account);
    requireModernTls(api);
    // CDK's output. The stack has its own, ApiUrl.
    api.node.tryRemoveChild('Endpoint');
    acknowledgeFindings(api);
    return api;
  }
}

/**
 * TLS 1.2 and up, with key agreement that outlasts quantum computers where the client has it. Without a policy a
 * regional API takes TLS 1.0 (API Gateway, "Default security policies"). STRICT: the name of the handshake (SNI) must be
 * the Host of the request, and both this API's.
 */
function requireModernTls(api: RestApi): void {
  const resource = api.node.defaultChild as CfnRestApi;
  resource.securityPolicy = SecurityPolicy.TLS13_1_2_PQ_2025_09;
  resource.endpointAccessMode = EndpointAccessMode.STRICT;
}

function tokenAuthorizer(scope: Construct, handler: LambdaFunction): IAuthorizer {
  return new TokenAuthorizer(scope, 'Authorizer', {
    handler,
    // By so long at most does a cached answer outlive its token, or a key that the issuer has withdrawn.
    resultsCacheTtl: Duration.seconds(60),
    // A signed JWT after the scheme in any case and its spaces (RFC 9110 section 11.4); AWS does not say whether its
    // expressions know (?i). With anything else the answer is 401, without a call of the authorizer.
    validationRegex: '^[Bb][Ee][Aa][Rr][Ee][Rr] +[-_0-9A-Za-z]+\\.[-_0-9A-Za-z]+\\.[-_0-9A-Za-z]+$',
  });
}

/**
 * Lambda reads the tenant from the header X-Amz-Tenant-Id of the integration's request. With a token without a
 * tenant there is no such header, and Lambda refuses the call.
 */
function integration(handler: LambdaFunction, perTenant = false): LambdaIntegration {
  return new LambdaIntegration(handler, {
    // No permission for the console's test button, which does not ask the authorizer.
    allowTestInvoke: false,
    timeout: Duration.seconds(29),
    ...(perTenant && {
      requestParameters: {
        'integration.request.header.X-Amz-Tenant-Id': 'context.authorizer.tenantId',
      },
    }),
  });
}

function acknowledgeFindings(api: RestApi): void {
  acknowledge(api, {
    'AwsSolutions-APIG2':
      'The handlers validate each request more strictly than a model can: unknown members, base64, sizes.',
    'AwsSolutions-APIG3':
      'Bodies are opaque base64 in which rules of a web ACL find nothing; requests are authorized and throttled. An operator may attach one.',
    'AwsSolutions-APIG6':
      'Execution logs would hold headers and lie unencrypted by the key of this stack; the access log has what is needed.',
    'AwsSolutions-COG4':
      'Tokens come from any OIDC issuer, so a Lambda authorizer checks them and binds them to their tenant.',
  });
}
