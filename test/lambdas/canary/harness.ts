/** A deployed template, and runs of the canary in it, with the role and the targets that the template gives it. */

import * as z from 'zod/mini';
import type { CanaryReport } from '../../../contract/canary-report.ts';
import { canaryEnvironment } from '../../../contract/environment.ts';
import { clientConfiguration } from '../../../lambdas/aws/client-config.ts';
import { openPrincipals } from '../../../lambdas/canary/principals.ts';
import type { Probe } from '../../../lambdas/canary/probe.ts';
import { probes as allProbes } from '../../../lambdas/canary/probes.ts';
import { runProbes } from '../../../lambdas/canary/run-probes.ts';
import { targetsOf } from '../../../lambdas/canary/targets.ts';
import type { FinishedCall } from '../../../local/aws/call.ts';
import { systemClock } from '../../../local/clock.ts';
import { type Deployment, deploy } from '../../../local/deployment.ts';
import { readFunctions } from '../../../local/lambda/template.ts';
import { localAccount } from '../../../local/stack.ts';
import type { Role } from '../../../local/sts/role.ts';
import { readTemplate } from '../../../local/template/template.ts';
import type { TemplateDocument } from '../../isolation/harness.ts';

export interface CanaryHarness {
  readonly deployment: Deployment;
  /** every call to AWS, the canary's alone */
  readonly calls: readonly FinishedCall[];
  run(probes?: readonly Probe[]): Promise<CanaryReport>;
  close(): Promise<void>;
}

export async function openCanary(document: TemplateDocument): Promise<CanaryHarness> {
  const template = readTemplate(structuredClone(document), localAccount);
  const definition = [...readFunctions(template, () => '').values()].find(
    ({ handler }) => handler === 'canary.handler',
  );
  if (definition === undefined) throw new Error('the template has no canary');
  const targets = targetsOf(z.parse(canaryEnvironment, definition.environment));
  const calls: FinishedCall[] = [];
  const onCall = (call: FinishedCall) => calls.push(call);
  const deployment = await deploy({ template, clock: systemClock, port: 0, onCall });
  const role = deployment.roles.get(definition.roleArn) as Role;
  const configuration = {
    ...clientConfiguration,
    endpoint: deployment.url,
    region: localAccount.region,
    credentials: deployment.issue(role, 'canary'),
  };
  return {
    deployment,
    calls,
    async run(probes = allProbes) {
      const principals = openPrincipals(targets, configuration);
      try {
        return await runProbes({ principals, probes, lastStart: Number.POSITIVE_INFINITY });
      } finally {
        principals.close();
      }
    },
    close: () => deployment.close(),
  };
}
