/** A deployed template, and a run of the canary in it: with the role and the places that the template gives it. */
import * as z from 'zod/mini';
import { canaryEnvironment } from '../../../contract/environment.ts';
import { clientConfiguration } from '../../../lambdas/aws/client-config.ts';
import { openCast } from '../../../lambdas/canary/principals.ts';
import type { Path } from '../../../lambdas/canary/probe.ts';
import { paths as allPaths } from '../../../lambdas/canary/probes.ts';
import type { Report } from '../../../lambdas/canary/report.ts';
import { run } from '../../../lambdas/canary/run-probes.ts';
import { placesOf } from '../../../lambdas/canary/targets.ts';
import { systemClock } from '../../../local/clock.ts';
import { type Deployment, deploy } from '../../../local/deployment.ts';
import { readFunctions } from '../../../local/lambda/template.ts';
import { localAccount } from '../../../local/stack.ts';
import type { Role } from '../../../local/sts/role.ts';
import { readTemplate } from '../../../local/template/template.ts';
import type { TemplateDocument } from '../../isolation/harness.ts';

export interface CanaryWorld {
  readonly deployment: Deployment;
  runNow(paths?: readonly Path[]): Promise<Report>;
  close(): Promise<void>;
}

export async function openCanary(document: TemplateDocument): Promise<CanaryWorld> {
  const template = readTemplate(structuredClone(document), localAccount);
  const definition = [...readFunctions(template, () => '').values()].find(
    ({ handler }) => handler === 'canary.handler',
  );
  if (definition === undefined) throw new Error('the template has no canary');
  const places = placesOf(z.parse(canaryEnvironment, definition.environment));
  const deployment = await deploy({ template, clock: systemClock, port: 0 });
  const role = deployment.roles.get(definition.roleArn) as Role;
  const configuration = {
    ...clientConfiguration,
    endpoint: deployment.url,
    region: localAccount.region,
    credentials: deployment.issue(role, 'canary'),
  };
  return {
    deployment,
    async runNow(paths = allPaths) {
      const cast = openCast(places, configuration);
      try {
        return await run({ cast, paths, lastStart: Number.POSITIVE_INFINITY });
      } finally {
        cast.close();
      }
    },
    close: () => deployment.close(),
  };
}
