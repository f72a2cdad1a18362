/**
 * The documents of the product's own issuer. Invariant: these alone reach a function without a token, one that knows nothing
 * but public keys; and who asks for them takes nothing of what the whole stage takes.
 */
import { Fn } from 'aws-cdk-lib';
import {
  AuthorizationType,
  type LambdaIntegration,
  type MethodDeploymentOptions,
  type RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import { issuerPath, issuerRoutes } from '../../contract/routes.ts';
import type { Config } from '../config/config.ts';
import { acknowledge } from '../nag/acknowledge.ts';
import { addOnlyMethod } from './fixed-answers.ts';
import { withoutToken } from './openapi-document.ts';

/** @param api its URL, without a slash at its end */
export const issuerUrlOf = (api: string): string => Fn.join('', [api, issuerPath]);

const documents = Object.values(issuerRoutes);

export const issuerThrottling: Record<string, MethodDeploymentOptions> = Object.fromEntries(
  documents.map(({ method, path }) => [`${path}/${method}`, withoutToken]),
);

export function addIssuerDocuments(
  api: RestApi,
  integration: LambdaIntegration,
  { stage }: Pick<Config, 'stage'>,
): void {
  for (const { method, path } of documents) {
    const resource = api.root.resourceForPath(path);
    const reason = 'Public keys of an issuer, for everybody who checks its tokens.';
    acknowledge(
      resource.addMethod(method, integration, { authorizationType: AuthorizationType.NONE }),
      { 'AwsSolutions-APIG4': reason, 'AwsSolutions-COG4': reason },
    );
    addOnlyMethod(resource, method, stage);
  }
}
