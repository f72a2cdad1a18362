/** Everything that is looked at before a deployment, in order. */
import { credentialsIn } from '../../client/command-line/connection.ts';
import { Caution, LeftOut, type Step } from '../step.ts';
import { changeStep } from './change-step.ts';
import { costStep } from './cost-step.ts';
import { nameStep } from './name-step.ts';
import { placeSteps } from './place-steps.ts';
import type { DeployPlan } from './plan.ts';
import { quotaStep } from './quota-step.ts';
import { regionStep } from './region-step.ts';

/** The smoke test needs tokens: better said before than after a quarter of an hour. */
const smokeStep: Step<DeployPlan> = {
  name: 'smoke test',
  expected: 'credentials for the issuer are in the environment',
  remedy: 'docs/operations.md, "Smoke test"',
  async run({ given, env }) {
    if (!given.smoke) throw new LeftOut('--no-smoke');
    if (env.SMOKE_ADMIN_TOKEN || credentialsIn(env, '')) {
      return 'the environment has credentials for tokens';
    }
    throw new Caution(
      'the environment has no credentials for tokens (TENANT_KEYS_CLIENT_ID and others, docs/operations.md, "Smoke test"): ' +
        'the smoke test can only run by those of `tenant-keys login`',
    );
  },
};

export const preflight: readonly Step<DeployPlan>[] = [
  ...placeSteps,
  regionStep,
  quotaStep,
  nameStep,
  costStep,
  changeStep,
  smokeStep,
];
