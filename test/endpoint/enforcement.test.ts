/**
 * The scenario and the guarantees against the local stack, which enforces the policies: where a guarantee is not
 * enforced here, the policies do not give it or its attempt is wrong.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Credentials } from '../../local/aws/authentication/credentials.ts';
import { systemClock } from '../../local/clock.ts';
import { type Deployment, deploy } from '../../local/deployment.ts';
import type { Listening } from '../../local/listen.ts';
import type { Role } from '../../local/sts/role.ts';
import { openApi } from './api.ts';
import { readBlueprint } from './blueprint.ts';
import { openCleanUp, type Removal } from './clean-up.ts';
import { callerOf, clientsOf, type Keys } from './clients.ts';
import { judge, type Verdict } from './guarantee.ts';
import { guarantees } from './guarantees.ts';
import type { Harness, Run } from './harness.ts';
import { openIssuer } from './issuer.ts';
import { checkKey } from './key-at-rest.ts';
import { openPatience } from './patience.ts';
import { openIdentities } from './principals.ts';
import { openReport } from './report.ts';
import { runScenario } from './scenario.ts';

const folder = mkdtempSync(join(tmpdir(), 'tenant-keys-enforcement-'));
const lines: string[] = [];
const verdicts: Verdict[] = [];
const removals: Removal[] = [];
const keyStates: unknown[] = [];
let deployment: Deployment;
let issuer: Listening;

beforeAll(async () => {
  const account = { partition: 'aws', accountId: '111122223333', region: 'us-east-1' };
  issuer = await openIssuer();
  const blueprint = readBlueprint({ ...account, stackName: 'tk-test' }, folder, issuer.url);
  deployment = await deploy({ template: blueprint.template, clock: systemClock, port: 0 });
  const destination = { endpoint: deployment.url, region: account.region };
  const { accessKeyId, secretAccessKey } = deployment.operator;
  const caller = callerOf(destination, { accessKeyId, secretAccessKey });
  const { signal } = new AbortController();
  const run: Run = {
    destination,
    caller,
    name: 'tk-test',
    folder,
    report: openReport((line) => lines.push(line), signal),
    cleanUp: openCleanUp(),
    patience: openPatience(destination, signal),
  };
  const keys = ({ accessKeyId, secretAccessKey, sessionToken = '' }: Credentials): Keys => ({
    accessKeyId,
    secretAccessKey,
    sessionToken,
  });
  const { controlPlaneRole, dataPlaneRole, sessionBrokerRole, sessionBroker } = blueprint;
  // Here the broker's function is known, so its role stays as the template has it.
  const keysOfRole = new Map([
    ...[controlPlaneRole, dataPlaneRole].map(
      (role) => [role.arn, keys(deployment.issue(role, 'run'))] as const,
    ),
    [sessionBrokerRole.arn, keys(deployment.issueTo(sessionBroker))] as const,
  ]);
  const clients = ({ arn }: Role) => clientsOf(destination, keysOfRole.get(arn));
  const harness: Harness = {
    blueprint,
    api: await openApi(blueprint, { destination, issuer: issuer.url, keysOfRole }),
    controlPlane: clients(controlPlaneRole),
    dataPlane: clients(dataPlaneRole),
    sessionBroker: clients(sessionBrokerRole),
  };
  run.cleanUp.note('the workers', harness.api.close);
  const tenants = await runScenario(run, harness);
  for (const tenant of tenants) await checkKey(caller.kms, blueprint, tenant);
  const identities = await openIdentities(run, harness, tenants);
  for (const guarantee of guarantees) verdicts.push(await judge(guarantee, identities));
  await run.cleanUp.run((removal) => removals.push(removal));
  for (const { keyArn } of tenants) {
    const { KeyMetadata } = await caller.kms.describeKey({ KeyId: keyArn });
    keyStates.push(KeyMetadata?.KeyState);
  }
}, 60_000);

afterAll(async () => {
  await deployment?.close();
  await issuer?.close();
  rmSync(folder, { recursive: true, force: true });
});

test('the scenario succeeds with policies enforced, and sees no gap', () => {
  expect(lines.filter((line) => !/^ {2}ok /.test(line))).toEqual([]);
  expect(lines.length).toBeGreaterThan(15);
});

test('every guarantee is enforced', () => {
  expect(verdicts.filter(({ outcome }) => outcome !== 'enforced')).toEqual([]);
  expect(verdicts).toHaveLength(guarantees.length);
});

test('the keys are scheduled for deletion, and nothing is left', () => {
  expect(removals.filter(({ error }) => error !== undefined)).toEqual([]);
  expect(keyStates).toEqual(['PendingDeletion', 'PendingDeletion']);
});
