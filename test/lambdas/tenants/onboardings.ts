/** Invocations that onboard tenants. */

import { randomUUID } from 'node:crypto';
import { keyPolicy } from '../../../contract/key-policy.ts';
import type { OnboardRequest } from '../../../contract/tenants.ts';
import { type OnboardedTenant, onboard } from '../../../lambdas/tenants/lifecycle/onboarding.ts';
import { keyArnsOf } from '../../../lambdas/tenants/registry/listing.ts';
import { openRegistry } from '../../../lambdas/tenants/registry/registry.ts';
import { account } from '../../harness/account.ts';
import { kmsAlone } from '../../harness/key-stores.ts';
import { tableName } from '../../harness/local-aws.ts';
import type { Aws, Fault } from './aws.ts';

const role = (name: string) => `arn:aws:iam::111122223333:role/${name}`;
export const keyPolicyOf = (tenantId: string) =>
  keyPolicy({
    tenantId,
    partition: 'aws',
    accountId: '111122223333',
    tenantRoleArn: role('tenant'),
    controlPlaneRoleArn: role('control-plane'),
    deletionWindowInDays: 30,
  });
export const keyArnPrefix = `arn:aws:kms:${account.region}:111122223333:key/`;

interface Invocation {
  readonly request?: OnboardRequest;
  readonly fault?: Fault;
  readonly rotationPeriodInDays?: number;
  /** how long the invocation has */
  readonly ms?: number;
}

/** @returns what onboards a tenant, each call as an invocation of its own */
export const onboardings = (aws: Aws) =>
  function invoke(tenantId: string, invocation: Invocation = {}): Promise<OnboardedTenant> {
    const { request = {}, fault, rotationPeriodInDays = 90, ms = 28_000 } = invocation;
    const holder = randomUUID();
    const { table, ...kms } = aws.clients(fault);
    const options = {
      ...kms,
      keyStores: kmsAlone,
      registry: openRegistry(table, tableName, holder),
      holder,
      knownKeyArns: () => keyArnsOf(table, tableName),
      keyPolicyOf,
      keyArnPrefix,
      rotationPeriodInDays,
      end: Date.now() + ms,
    };
    return onboard(options, tenantId, request);
  };
