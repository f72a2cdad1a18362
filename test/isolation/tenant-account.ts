/**
 * Tenants' keys in an AWS account of their own, which are as the product has them made, and everybody who tries to get at them.
 * Our own tenant role allows everything here (role-open): what must hold alone is what the tenant's account says.
 */
import { randomUUID } from 'node:crypto';
import { IAM } from '@aws-sdk/client-iam';
import { KMS } from '@aws-sdk/client-kms';
import { type Credentials, STS } from '@aws-sdk/client-sts';
import {
  type ExternalAccount,
  externalId,
  externalKeyPolicy,
  externalRoleArn,
  rolePolicy,
  trustPolicy,
} from '../../contract/external-account.ts';
import { defaultName } from '../../contract/stack-names.ts';
import { localAccount } from '../../local/stack.ts';
import { requestTemplate } from '../synthesizer/client.ts';
import { type Document, type OpenHarness, openHarness, type TemplateDocument } from './harness.ts';
import { context } from './template.ts';

export const theirs = '222222222222';

/** What the tenant's account has of one tenant. */
export interface Policies {
  readonly trust: Document;
  readonly role: Document;
  readonly key: Document;
}
export type PolicyName = keyof Policies;

/**
 * What is not as it was given, so that the other locks must hold: a policy that allows everything, a statement of the key's policy
 * that does so beside the others, no Deny in it, or a role without any right.
 */
export type Mistake = PolicyName | 'careless key' | 'undenied key' | 'powerless role';

const careless = (...Statement: Record<string, unknown>[]): Document => ({
  Version: '2012-10-17',
  Statement,
});

/** As a careless administrator would have it. */
const open: Policies = {
  trust: careless({
    Effect: 'Allow',
    Principal: { AWS: '*' },
    Action: ['sts:AssumeRole', 'sts:TagSession'],
  }),
  role: careless({ Effect: 'Allow', Action: '*', Resource: '*' }),
  key: careless({
    Effect: 'Allow',
    // AWS's default, which leaves it to IAM.
    Principal: { AWS: `arn:aws:iam::${theirs}:root` },
    Action: 'kms:*',
    Resource: '*',
  }),
};

function withMistakes(policies: Policies, mistakes: readonly Mistake[]): Policies {
  const has = (mistake: Mistake) => mistakes.includes(mistake);
  const { trust, role } = policies;
  const allowing = policies.key.Statement.filter(({ Effect }) => Effect === 'Allow');
  const denying = policies.key.Statement.filter(({ Effect }) => Effect === 'Deny');
  const key = careless(
    ...allowing,
    ...(has('careless key') ? open.key.Statement : []),
    ...(has('undenied key') ? [] : denying),
  );
  return {
    trust: has('trust') ? open.trust : trust,
    role: has('role') ? open.role : has('powerless role') ? powerless : role,
    key: has('key') ? open.key : key,
  };
}

const powerless = careless({ Effect: 'Allow', Action: 'sts:GetCallerIdentity', Resource: '*' });

export interface AssumeAs {
  readonly externalId?: string | undefined;
  readonly tag?: string | undefined;
  readonly sessionName?: string;
  /** beside the tenant's */
  readonly otherTag?: string;
}

export type External = Awaited<ReturnType<typeof openExternal>> & {
  /** that the tenant has made with its own session */
  readonly ciphertext?: Uint8Array | undefined;
};

export async function openExternal() {
  const template = await requestTemplate<TemplateDocument>({
    ...context,
    keyStores: { awsKmsExternal: { accounts: [theirs] } },
  });
  const harness = await openHarness({ template, situation: 'role-open' });
  const { deployment, tenants } = harness;
  const configured = (credentials: object) => ({
    endpoint: deployment.url,
    region: localAccount.region,
    maxAttempts: 1,
    credentials: credentials as { accessKeyId: string; secretAccessKey: string },
  });
  const owner = configured(deployment.tenantAccount.operator);
  const [iam, kms] = [new IAM(owner), new KMS(owner)];
  const clientOf = (issued: Credentials | undefined) =>
    new KMS(
      configured({
        accessKeyId: issued?.AccessKeyId,
        secretAccessKey: issued?.SecretAccessKey,
        sessionToken: issued?.SessionToken,
      }),
    );
  const accountOf = accountIn(harness);
  const keyArns: Record<string, string> = {};
  const policiesOf = (tenantId: string): Policies => {
    const account = accountOf(tenantId);
    const all = {
      trust: trustPolicy(account),
      role: rolePolicy(account, keyArns[tenantId]),
      key: externalKeyPolicy(account),
    };
    return JSON.parse(JSON.stringify(all));
  };

  const current = new Map<string, string>();
  async function put(tenantId: string, policies: Policies): Promise<void> {
    const { trust, role, key } = policies;
    const text = JSON.stringify(policies);
    if (current.get(tenantId) === text) return;
    current.delete(tenantId);
    const RoleName = tenantId;
    await iam.updateAssumeRolePolicy({ RoleName, PolicyDocument: JSON.stringify(trust) });
    const PolicyDocument = JSON.stringify(role);
    await iam.putRolePolicy({ RoleName, PolicyName: 'UseTheKey', PolicyDocument });
    await kms.putKeyPolicy({ KeyId: keyArns[tenantId], Policy: JSON.stringify(key) });
    current.set(tenantId, text);
  }

  for (const { tenantId } of tenants) {
    const { KeyMetadata } = await kms.createKey({});
    keyArns[tenantId] = KeyMetadata?.Arn ?? '';
    const AssumeRolePolicyDocument = JSON.stringify(open.trust);
    const Path = `/${defaultName}/`;
    await iam.createRole({ RoleName: tenantId, Path, AssumeRolePolicyDocument });
    await put(tenantId, policiesOf(tenantId));
  }
  const trusting = JSON.stringify(open.trust);
  await iam.createRole({ RoleName: 'Administrator', AssumeRolePolicyDocument: trusting });
  const PolicyDocument = JSON.stringify(open.role);
  await iam.putRolePolicy({ RoleName: 'Administrator', PolicyName: 'All', PolicyDocument });
  const spare = await kms.createKey({ Policy: JSON.stringify(open.key) });

  return {
    harness,
    tenantIds: tenants.map(({ tenantId }) => tenantId),
    owner: { kms },
    /** an administrator of the tenant's account who has the tenant's tag, which anybody there may give */
    async taggedAdministrator(tenantId: string) {
      const { Credentials } = await new STS(owner).assumeRole({
        RoleArn: `arn:aws:iam::${theirs}:role/Administrator`,
        RoleSessionName: 'administrator',
        Tags: [{ Key: 'TenantId', Value: tenantId }],
      });
      return clientOf(Credentials);
    },
    /** of the owner, and anybody's by its policy */
    spareKeyArn: spare.KeyMetadata?.Arn ?? '',
    keyArnOf: (tenantId: string) => keyArns[tenantId] ?? '',
    policiesOf,
    put: (tenantId: string, policies: Policies, mistakes: readonly Mistake[] = []) =>
      put(tenantId, withMistakes(policies, mistakes)),
    /** @returns clients of a session of the tenant's role */
    async assume(
      who: { sts: OpenHarness['operator']['sts'] },
      tenantId: string,
      as: AssumeAs = {},
    ) {
      const asked = { externalId: externalId(accountOf(tenantId)), tag: tenantId, ...as };
      const { Credentials } = await who.sts.assumeRole({
        RoleArn: externalRoleArn(accountOf(tenantId), theirs),
        RoleSessionName: asked.sessionName ?? tenantId,
        ExternalId: asked.externalId,
        Tags: [
          ...(asked.tag === undefined ? [] : [{ Key: 'TenantId', Value: asked.tag }]),
          ...(as.otherTag === undefined ? [] : [{ Key: as.otherTag, Value: 'yes' }]),
        ],
      });
      return clientOf(Credentials);
    },
    externalIdOf: (tenantId: string) => externalId(accountOf(tenantId)),
    newGrantee: () => `arn:aws:iam::${localAccount.accountId}:role/${randomUUID()}`,
    close: () => harness.close(),
  };
}

const accountIn =
  ({ tenantRoleArn }: OpenHarness) =>
  (tenantId: string): ExternalAccount => ({
    tenantId,
    name: defaultName,
    partition: localAccount.partition,
    productAccountId: localAccount.accountId,
    accountId: theirs,
    tenantRoleArn,
  });
