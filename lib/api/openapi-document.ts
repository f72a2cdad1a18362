/** `GET /openapi.json`: the text of the answer, and its own throttle. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type MethodDeploymentOptions, MethodLoggingLevel } from 'aws-cdk-lib/aws-apigateway';
import { documentRoute } from '../../contract/routes.ts';

/** Of its own, so that who needs no token cannot use up what the whole stage takes. */
export const withoutToken: MethodDeploymentOptions = {
  throttlingRateLimit: 10,
  throttlingBurstLimit: 20,
  loggingLevel: MethodLoggingLevel.OFF,
  dataTraceEnabled: false,
};

export const documentThrottling: Record<string, MethodDeploymentOptions> = {
  [`${documentRoute.path}/${documentRoute.method}`]: withoutToken,
};

/** A mapping template has 300 kB at most (API Gateway quotas). */
const maxTemplateBytes = 300_000;

/**
 * The document, which means nothing to the language of templates (Velocity): `$` and `#`, with which all of it begins,
 * are escaped as JSON allows.
 */
export function documentTemplate(): string {
  const file = join(import.meta.dirname, '..', '..', 'docs', 'openapi.json');
  const template = JSON.stringify(JSON.parse(readFileSync(file, 'utf8')))
    .replaceAll('$', '\\u0024')
    .replaceAll('#', '\\u0023');
  const sizeBytes = Buffer.byteLength(template);
  if (sizeBytes > maxTemplateBytes) throw new Error(`docs/openapi.json has ${sizeBytes} bytes`);
  return template;
}
