/** The synthesized stack at an AWS endpoint, with keys of tenants made as the product makes them. */
import { KMS } from '@aws-sdk/client-kms';
import { type KeyPolicyInput, keyPolicy } from '../../../contract/key-policy.ts';
import type { Credentials } from '../../../local/aws/authentication/credentials.ts';
import type { FinishedCall } from '../../../local/aws/call.ts';
import { systemClock } from '../../../local/clock.ts';
import { deploy } from '../../../local/deployment.ts';
import { parsePolicy } from '../../../local/iam/policy-document.ts';
import { localAccount } from '../../../local/stack.ts';
import { readTemplate } from '../../../local/template/template.ts';
import { type Clients, clientsOf } from '../../../prove/live/clients.ts';
import type { Theorem } from '../../../prove/theorems/theorem.ts';
import { use } from '../../../prove/theorems/use.ts';
import { synthesizedTemplate } from '../../harness/synthesized.ts';
import { makeTenantKey } from '../../harness/tenant-key.ts';

/** Of the first theorem the questions about callers whom a loosened policy lets in: all of them take a minute. */
export const shortUse: Theorem = {
  ...use,
  questions: (stack) =>
    use
      .questions(stack)
      .filter(({ about }) => /^(a session of TenantRole|another principal)/.test(about)),
};

export async function openDeployed() {
  const template = readTemplate({ ...(await synthesizedTemplate()) }, localAccount);
  const calls: FinishedCall[] = [];
  // While the keys are made, a second goes by with each request.
  let isEnforced = false;
  let madeMs = 0;
  const quotaNow = () => {
    if (isEnforced) return performance.now();
    madeMs += 1000;
    return madeMs - 1e12;
  };
  const onCall = (call: FinishedCall) => void calls.push(call);
  const deployment = await deploy({
    template,
    clock: systemClock,
    port: 0,
    quotas: true,
    quotaNow,
    onCall,
  });
  const clientOf = ({ expiresAt: _, ...credentials }: Credentials) => ({
    endpoint: deployment.url,
    region: localAccount.region,
    credentials,
  });
  const kms = new KMS(clientOf(deployment.operator));
  const role = (title: string) =>
    [...deployment.roles.values()].find(({ name }) => name.includes(title))?.arn as string;
  const input: Omit<KeyPolicyInput, 'tenantId'> = {
    partition: localAccount.partition,
    accountId: localAccount.accountId,
    tenantRoleArn: role('-TenantRole'),
    controlPlaneRoleArn: role('-ControlPlaneRole'),
    deletionWindowInDays: 30,
  };
  return {
    calls,
    kms,
    template,
    close: () => deployment.close(),
    policyOf: (tenantId: string) => keyPolicy({ tenantId, ...input }),
    makeKey: (tenantId: string, policy: object = keyPolicy({ tenantId, ...input }), change = {}) =>
      makeTenantKey(kms, tenantId, policy, change),
    /** From now on KMS throttles by real time. */
    enforceQuotas: () => {
      isEnforced = true;
      calls.length = 0;
    },
    clients: (credentials: Credentials = deployment.operator, quotaShare = 0.5): Clients =>
      clientsOf({ ...clientOf(credentials), quotaShare }),
    /** @returns credentials of a session that has this policy and no other */
    sessionWith: (policy: object): Credentials =>
      deployment.issue(
        {
          arn: `arn:aws:iam::${localAccount.accountId}:role/Auditor`,
          name: 'Auditor',
          roleId: 'AROAAUDITOR',
          trustPolicy: parsePolicy(
            {
              Version: '2012-10-17',
              Statement: [{ Effect: 'Deny', Principal: '*', Action: 'sts:*' }],
            },
            'Auditor/TrustPolicy',
            'resource',
          ),
          identityPolicies: [parsePolicy(policy, 'Auditor/Policy', 'identity')],
          tags: {},
          maxSessionDurationSeconds: 3600,
        },
        'auditor',
      ),
  };
}

export type Deployed = Awaited<ReturnType<typeof openDeployed>>;
