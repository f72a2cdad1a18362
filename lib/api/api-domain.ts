/**
 * A domain of the operator's for the API. Its path is the stage's name, so that every path is the same by both names:
 * those in problems, in logs and in the OpenAPI document.
 */
import { CfnBasePathMapping, CfnDomainName, type Stage } from 'aws-cdk-lib/aws-apigateway';
import { CfnRecordSet } from 'aws-cdk-lib/aws-route53';
import { Construct } from 'constructs';
import type { Config } from '../config/config.ts';
import { tlsPolicy } from './tls-policy.ts';

export interface ApiDomainProps
  extends Pick<Config, 'hostedZoneId' | 'trustStore' | 'trustStoreVersion'> {
  readonly domainName: string;
  readonly certificateArn: string;
  readonly stage: Stage;
}

export class ApiDomain extends Construct {
  /** name of API Gateway's to which the domain's record leads */
  readonly target: string;

  constructor(scope: Construct, id: string, props: ApiDomainProps) {
    super(scope, id);
    const { domainName, hostedZoneId, trustStore, trustStoreVersion, stage } = props;
    const name = new CfnDomainName(this, 'Name', {
      domainName,
      regionalCertificateArn: props.certificateArn,
      endpointConfiguration: { types: ['REGIONAL'] },
      ...tlsPolicy(trustStore !== undefined),
      ...(trustStore !== undefined && {
        mutualTlsAuthentication: {
          truststoreUri: trustStore,
          ...(trustStoreVersion !== undefined && { truststoreVersion: trustStoreVersion }),
        },
      }),
    });
    new CfnBasePathMapping(this, 'Mapping', {
      domainName: name.ref,
      basePath: stage.stageName,
      restApiId: stage.restApi.restApiId,
      stage: stage.stageName,
    });
    if (hostedZoneId !== undefined) {
      new CfnRecordSet(this, 'Record', {
        name: domainName,
        type: 'A',
        hostedZoneId,
        aliasTarget: {
          dnsName: name.attrRegionalDomainName,
          hostedZoneId: name.attrRegionalHostedZoneId,
        },
      });
    }
    this.target = name.attrRegionalDomainName;
  }
}
