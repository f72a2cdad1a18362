/**
 * The REST API. Invariant: every method that reaches a function asks the authorizer, and a function in tenant isolation
 * mode gets its tenant from the authorizer's answer, never from a header of the client.
 */
import { Aws, Duration, Fn } from 'aws-cdk-lib';
import {
  AuthorizationType,
  type CfnRestApi,
  EndpointType,
  type IAuthorizer,
  LambdaIntegration,
  LogGroupLogDestination,
  MethodLoggingLevel,
  RestApi,
  TokenAuthorizer,
} from 'aws-cdk-lib/aws-apigateway';
import { InterfaceVpcEndpoint } from 'aws-cdk-lib/aws-ec2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import { CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';
import { octetStream, type Route, routes } from '../../contract/routes.ts';
import type { Config } from '../config/config.ts';
import { ownNames } from '../config/own-names.ts';
import type { Functions } from '../functions/functions.ts';
import { acknowledge } from '../nag/acknowledge.ts';
import { AccessLogs, accessLogFormat } from './access-logs.ts';
import { ApiDomain } from './api-domain.ts';
import { endpointPolicy } from './endpoint-policy.ts';
import { addFixedAnswers } from './fixed-answers.ts';
import { addGatewayResponses } from './gateway-responses.ts';
import { addIssuerDocuments, issuerThrottling } from './issuer-documents.ts';
import { documentThrottling } from './openapi-document.ts';
import { tlsPolicy } from './tls-policy.ts';

export interface ApiProps {
  readonly config: Config;
  readonly key: IKey;
  readonly functions: Functions;
}

export class Api extends Construct {
  /** without a slash at its end */
  readonly url: string;
  readonly api: RestApi;
  readonly accessLogs: LogGroup;
  /** to which a record of the domain leads, where the API has a domain of its own */
  readonly domainTarget: string | undefined;

  constructor(scope: Construct, id: string, props: ApiProps) {
    super(scope, id);
    const { config } = props;
    const logs = new AccessLogs(this, 'AccessLogs', { config, key: props.key });
    this.accessLogs = logs.logGroup;
    this.api = this.restApi(config, logs);
    const authorizer = tokenAuthorizer(this, props.functions.authorizer.function);
    const integrations = {
      tenants: integration(props.functions.tenants.function),
      crypto: integration(props.functions.crypto.function, config.tenantIsolation),
      certificates: integration(props.functions.certificates.function),
      audit: integration(props.functions.audit.function),
    } satisfies Record<Route['plane'], LambdaIntegration>;
    for (const { method, path, plane } of routes) {
      this.api.root.resourceForPath(path).addMethod(method, integrations[plane], {
        authorizer,
        authorizationType: AuthorizationType.CUSTOM,
      });
    }
    addGatewayResponses(this.api, config);
    addFixedAnswers(this.api, config);
    const { ownIssuer } = props.functions;
    if (ownIssuer !== undefined) {
      addIssuerDocuments(this.api, integration(ownIssuer.publisher.function), config);
    }
    const stage = this.api.deploymentStage;
    if (config.webAclArn !== undefined) {
      const { webAclArn } = config;
      new CfnWebACLAssociation(this, 'WebAcl', { webAclArn, resourceArn: stage.stageArn });
    }
    const { domainName, certificateArn, stage: path } = config;
    if (domainName !== undefined && certificateArn !== undefined) {
      const domain = new ApiDomain(this, 'Domain', {
        ...config,
        domainName,
        certificateArn,
        stage,
      });
      this.domainTarget = domain.target;
    }
    const host = domainName ?? `${this.api.restApiId}.execute-api.${Aws.REGION}.${Aws.URL_SUFFIX}`;
    this.url = Fn.join('', ['https://', host, '/', path]);
  }

  private restApi(config: Config, logs: AccessLogs): RestApi {
    const { vpcEndpointIds, domainName } = config;
    const api = new RestApi(this, 'RestApi', {
      // A dimension of API Gateway's metrics: two APIs of one name would count as one.
      restApiName: ownNames(this).id,
      description: 'tenant-keys: a KMS key a tenant',
      ...(vpcEndpointIds === undefined
        ? { endpointTypes: [EndpointType.REGIONAL] }
        : privateTo(this, vpcEndpointIds, config.stage)),
      // Who comes by that name needs no client certificate.
      ...(domainName !== undefined && { disableExecuteApiEndpoint: true }),
      // Not for JSON: as base64 a body takes a third more of the 6 MB that Lambda allows.
      binaryMediaTypes: [octetStream],
      cloudWatchRole: false,
      deployOptions: {
        stageName: config.stage,
        throttlingRateLimit: config.apiRequestsPerSecond,
        throttlingBurstLimit: config.apiBurstRequests,
        methodOptions: {
          ...documentThrottling,
          ...(config.keyStores?.azureKeyVault && issuerThrottling),
        },
        accessLogDestination: new LogGroupLogDestination(logs.logGroup),
        accessLogFormat,
        // Execution logs hold headers, and go to a log group that the stack cannot encrypt.
        loggingLevel: MethodLoggingLevel.OFF,
        dataTraceEnabled: false,
        tracingEnabled: false,
      },
    });
    if (logs.account !== undefined) api.deploymentStage.node.addDependency(logs.account);
    requireModernTls(api, config);
    // CDK's output. The stack has its own, ApiUrl.
    api.node.tryRemoveChild('Endpoint');
    acknowledgeFindings(api);
    return api;
  }
}

const privateTo = (scope: Construct, vpcEndpointIds: readonly string[], stage: string) => ({
  endpointConfiguration: {
    types: [EndpointType.PRIVATE],
    vpcEndpoints: vpcEndpointIds.map((id) =>
      InterfaceVpcEndpoint.fromInterfaceVpcEndpointAttributes(scope, id, {
        vpcEndpointId: id,
        port: 443,
      }),
    ),
  },
  policy: endpointPolicy(vpcEndpointIds, stage),
});

function requireModernTls(api: RestApi, { trustStore }: Config): void {
  const resource = api.node.defaultChild as CfnRestApi;
  const { securityPolicy, endpointAccessMode } = tlsPolicy(trustStore !== undefined);
  resource.securityPolicy = securityPolicy;
  if (endpointAccessMode !== undefined) resource.endpointAccessMode = endpointAccessMode;
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
