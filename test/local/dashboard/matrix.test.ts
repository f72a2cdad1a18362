/** The matrix against KMS itself: in every situation a cell says what KMS does now. */
import { KMS } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Credentials } from '../../../local/aws/authentication/credentials.ts';
import type { Matrix } from '../../../local/dashboard/matrix.ts';
import { pageSize } from '../../../local/dashboard/selection.ts';
import { localAccount } from '../../../local/stack.ts';
import type { Role } from '../../../local/sts/role.ts';
import { outcomeOf, situations } from '../../isolation/cases/case.ts';
import { type OpenHarness, openHarness } from '../../isolation/harness.ts';
import { synthesizedTemplate } from '../../isolation/template.ts';
import { ask } from './json.ts';

const template = await synthesizedTemplate();
const tenantIds = ['acme', 'acme2', 'globex'];
const root = `arn:aws:iam::${localAccount.accountId}:root`;

const matrixOf = async ({ deployment }: OpenHarness): Promise<Matrix> =>
  (await ask(`${deployment.url}/_local/matrix`)).json;

const cellOf = async ({ deployment }: OpenHarness, session: string, key: string) =>
  ask(`${deployment.url}/_local/matrix/cell?${new URLSearchParams({ session, key })}`);

/** @returns `<session> <tenant>` of each cell with an action that is allowed */
const greens = (matrix: Matrix): string[] =>
  matrix.rows.flatMap(({ id, cells }) =>
    cells.flatMap((allowed, x) =>
      allowed.length === 0 ? [] : [`${id} ${matrix.columns[x]?.tenantId}`],
    ),
  );

const diagonal = tenantIds.map((tenantId) => `tenant/${tenantId} ${tenantId}`);

describe.each(situations)('in the situation %s', (situation) => {
  let harness: OpenHarness;
  beforeAll(async () => {
    harness = await openHarness({ template, situation });
  });
  afterAll(() => harness.close());

  test('each cell says which actions KMS carries out for that session', async () => {
    const matrix = await matrixOf(harness);
    expect(matrix.columns.map(({ tenantId }) => tenantId)).toEqual(tenantIds);
    const said = matrix.rows.map(({ id, cells }) => [
      id,
      cells.map((allowed) => tried.map((action) => allowed.includes(`kms:${action}`))),
    ]);
    const done: unknown[] = [];
    for (const { id } of matrix.rows) {
      const kms = clientOf(harness, id);
      const contexts = [...tenantIds.map((TenantId) => ({ TenantId })), {}];
      const cells: boolean[][] = [];
      for (const { keyArn } of matrix.columns) {
        const asked = tried.map(async (action) => {
          const outcomes = await Promise.all(
            contexts.map((context) => carriedOut(kms, action, keyArn as string, context)),
          );
          return outcomes.includes(true);
        });
        cells.push(await Promise.all(asked));
      }
      done.push([id, cells]);
    }
    expect(said).toEqual(done);
  });
});

const tried = ['Encrypt', 'GenerateDataKey', 'GenerateDataKeyWithoutPlaintext'] as const;

async function carriedOut(
  kms: KMS,
  action: (typeof tried)[number],
  KeyId: string,
  EncryptionContext: Record<string, string>,
): Promise<boolean> {
  const ways = {
    Encrypt: () => kms.encrypt({ KeyId, EncryptionContext, Plaintext: Buffer.from('x') }),
    GenerateDataKey: () => kms.generateDataKey({ KeyId, EncryptionContext, KeySpec: 'AES_256' }),
    GenerateDataKeyWithoutPlaintext: () =>
      kms.generateDataKeyWithoutPlaintext({ KeyId, EncryptionContext, KeySpec: 'AES_256' }),
  };
  try {
    await ways[action]();
    return true;
  } catch (error) {
    if (outcomeOf(error) === 'denied') return false;
    throw error;
  }
}

/** A client with credentials of the session of a row. */
function clientOf({ deployment, tenantRoleArn }: OpenHarness, id: string): KMS {
  const [kind, name = ''] = id.split('/');
  const tenantRole = deployment.roles.get(tenantRoleArn) as Role;
  const sessions: Record<string, () => Credentials> = {
    tenant: () => deployment.issue(tenantRole, name, { TenantId: name }),
    untagged: () => deployment.issue(tenantRole, 'any'),
    role: () => deployment.issue(roleNamed(deployment.roles, name), 'any'),
    operator: () => deployment.operator,
  };
  const credentials = (sessions[kind as string] as () => Credentials)();
  return new KMS({ ...configuration(deployment.url), credentials });
}

const roleNamed = (roles: ReadonlyMap<string, Role>, name: string): Role =>
  [...roles.values()].find((role) => role.name === name) as Role;

const configuration = (endpoint: string) => ({
  endpoint,
  region: localAccount.region,
  maxAttempts: 1,
});

describe('the matrix of the template as it is', () => {
  let harness: OpenHarness;
  let KeyId = '';
  let policy = '';
  beforeAll(async () => {
    harness = await openHarness({ template, situation: 'deployed' });
    KeyId = harness.tenants[0]?.keyArn as string;
    policy = (await harness.operator.kms.getKeyPolicy({ KeyId })).Policy as string;
  });
  afterAll(() => harness.close());

  const withPolicy = async (Policy: string, run: () => Promise<void>) => {
    await harness.operator.kms.putKeyPolicy({ KeyId, Policy });
    try {
      await run();
    } finally {
      await harness.operator.kms.putKeyPolicy({ KeyId, Policy: policy });
    }
    expect(greens(await matrixOf(harness))).toEqual(diagonal);
  };
  /** A key policy under which the account may do this as well, on that condition. */
  const careless = (condition: object, action = 'kms:Encrypt') =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'Administer',
          Effect: 'Allow',
          Principal: { AWS: root },
          Action: ['kms:Get*', 'kms:List*', 'kms:Describe*', 'kms:Put*', 'kms:*Alias', 'kms:*Tag*'],
          Resource: '*',
        },
        {
          Sid: 'Careless',
          Effect: 'Allow',
          Principal: { AWS: root },
          Action: action,
          Resource: '*',
          Condition: condition,
        },
      ],
    });
  const operatorsActions = async () => {
    const { rows } = await matrixOf(harness);
    return rows.at(-1)?.cells[0] ?? [];
  };

  test('has a green cell for each tenant and its own key, and 0 off its diagonal', async () => {
    const matrix = await matrixOf(harness);
    expect(greens(matrix)).toEqual(diagonal);
    expect(matrix.rows[0]?.cells[0]).toEqual(matrix.actions);
    expect(matrix.actions).toHaveLength(6);
  });

  test('has a row for a session of every role of the template, for one without a tag, and the operator', async () => {
    const ids = (await matrixOf(harness)).rows.map(({ id }) => id);
    const others = [...harness.deployment.roles.values()]
      .filter(({ arn }) => arn !== harness.tenantRoleArn)
      .map(({ name }) => `role/${name}`);
    expect(others.length).toBeGreaterThan(8);
    expect([...ids].sort()).toEqual(
      [...tenantIds.map((id) => `tenant/${id}`), 'untagged', ...others, 'operator'].sort(),
    );
  });

  test('changes with a policy at once, also where only the alias opens the key', async () => {
    await harness.operator.kms.createAlias({ AliasName: 'alias/side-door', TargetKeyId: KeyId });
    const byAlias = careless({ StringEquals: { 'kms:RequestAlias': 'alias/side-door' } });
    await withPolicy(byAlias, async () => {
      expect(await operatorsActions()).toContain('kms:Encrypt');
      // The alias is not part of the key. Without it there is no way in.
      await harness.operator.kms.deleteAlias({ AliasName: 'alias/side-door' });
      expect(await operatorsActions()).not.toContain('kms:Encrypt');
    });
  });

  test.each([
    [
      'no encryption context at all',
      'kms:Encrypt',
      { Null: { 'kms:EncryptionContextKeys': 'true' } },
    ],
    [
      "the key's tenant in it",
      'kms:Decrypt',
      { StringEquals: { 'kms:EncryptionContext:TenantId': 'acme' } },
    ],
    [
      'the same key on both sides',
      'kms:ReEncryptFrom',
      { Bool: { 'kms:ReEncryptOnSameKey': 'true' } },
    ],
    [
      'another key on the other side',
      'kms:ReEncryptTo',
      { Bool: { 'kms:ReEncryptOnSameKey': 'false' } },
    ],
  ])('finds the one way in where a policy asks for %s', async (_, action, condition) => {
    await withPolicy(careless(condition, action), async () => {
      expect(await operatorsActions()).toEqual([action]);
    });
  });

  test("finds a neighbour's way in by the neighbour's own encryption context", async () => {
    const tag = (TagValue: string) =>
      harness.operator.kms.tagResource({ KeyId, Tags: [{ TagKey: 'TenantId', TagValue }] });
    const ownContext = { StringEquals: { 'kms:EncryptionContext:TenantId': 'globex' } };
    await tag('globex');
    await harness.operator.kms.putKeyPolicy({ KeyId, Policy: careless(ownContext) });
    const found = greens(await matrixOf(harness));
    await tag('acme');
    await harness.operator.kms.putKeyPolicy({ KeyId, Policy: policy });
    expect(found).toEqual([diagonal[1], 'tenant/globex acme', diagonal[2]]);
  });

  test('changes with a tag: the own session loses the key, and no other gets it', async () => {
    const tag = (TagValue: string) =>
      harness.operator.kms.tagResource({ KeyId, Tags: [{ TagKey: 'TenantId', TagValue }] });
    await tag('globex');
    expect(greens(await matrixOf(harness))).toEqual(diagonal.slice(1));
    await tag('acme');
    expect(greens(await matrixOf(harness))).toEqual(diagonal);
  });

  test('changes with the time, where a policy depends on it', async () => {
    const end = new Date(Date.now() + 1500).toISOString();
    await withPolicy(careless({ DateLessThan: { 'aws:CurrentTime': end } }), async () => {
      expect(await operatorsActions()).toContain('kms:Encrypt');
      await new Promise((resolve) => setTimeout(resolve, 1600));
      expect(await operatorsActions()).not.toContain('kms:Encrypt');
    });
  });

  test('a cell has the statement that refuses, as it is in the key policy', async () => {
    const { json } = await cellOf(harness, 'tenant/globex', 'acme');
    expect(json.session.arn).toMatch(/assumed-role\/.*TenantRole.*\/globex$/);
    expect(json.key).toEqual({ tenantId: 'acme', keyArn: KeyId, keyState: 'Enabled' });
    expect(json.cases).toHaveLength(1);
    expect(json.cases[0].encryptionContexts).toEqual([
      { TenantId: 'acme' },
      { TenantId: 'globex' },
      {},
    ]);
    const [answer, ...more] = json.cases[0].answers;
    expect(more).toEqual([]);
    expect(answer).toMatchObject({
      allowed: false,
      kind: 'explicit-deny',
      by: { policy: `key policy of ${KeyId}`, statement: 'NeighbourTouchesNothing' },
      statement: JSON.parse(policy).Statement.find(
        ({ Sid }: { Sid: string }) => Sid === 'NeighbourTouchesNothing',
      ),
    });
    expect(answer.actions).toHaveLength(6);
    expect(answer.explanation).toContain('(explicit Deny)');
  });

  test("a cell has the statement that allows, as it is in the role's policy, and what is missing without a context", async () => {
    const { cases } = (await cellOf(harness, 'tenant/acme', 'acme')).json;
    expect(cases.map(({ encryptionContexts }: never) => encryptionContexts)).toEqual([
      [{ TenantId: 'acme' }],
      [{}],
    ]);
    const [[allowed], [refused]] = cases.map(({ answers }: { answers: unknown }) => answers);
    expect(allowed).toMatchObject({ allowed: true, by: { statement: 'UseOwnKey' } });
    expect(allowed.statement).toMatchObject({ Sid: 'UseOwnKey', Effect: 'Allow' });
    expect(refused).toMatchObject({ allowed: false, kind: 'implicit-deny' });
    expect(refused.reasons.join()).toContain('kms:EncryptionContext:TenantId is absent');
    expect(refused).not.toHaveProperty('statement');
  });

  test.each([
    ['no session', 'tenant/nobody', 'acme'],
    ['no key', 'tenant/acme', 'nobody'],
    ['nothing', '', ''],
  ])('a cell of %s is not found', async (_, session, key) => {
    const { status, json } = await cellOf(harness, session, key);
    expect([status, json.message]).toEqual([404, expect.stringContaining('no such session')]);
  });

  test('is drawn of a page of tenants where there are more, and of any that is searched for', async () => {
    const more = Array.from({ length: pageSize - 2 }, (_, index) => `zz-${100 + index}`);
    for (const tenantId of more) {
      const { KeyMetadata } = await harness.operator.kms.createKey({});
      await register(harness, tenantId, KeyMetadata?.Arn as string);
    }
    const matrix = await matrixAt(harness, '');
    expect(matrix).toMatchObject({ total: pageSize + 1, matched: pageSize + 1, page: 1, pages: 2 });
    expect(matrix.columns).toHaveLength(pageSize);
    // Their key policies are not the product's, so they are open, and the matrix shows it.
    expect(greens(matrix)).toContain('operator zz-100');
    const last = await matrixAt(harness, '?page=2');
    expect(last.columns.map(({ tenantId }) => tenantId)).toEqual(['zz-113']);
    const two = await matrixAt(harness, '?search=ACME2+zz-113');
    expect(two.columns.map(({ tenantId }) => tenantId)).toEqual(['acme2', 'zz-113']);
    expect(two.rows.slice(0, 3).map(({ id }) => id)).toEqual([
      'tenant/acme2',
      'tenant/zz-113',
      'untagged',
    ]);
  });
});

const matrixAt = async (
  { deployment }: OpenHarness,
  query: string,
): Promise<Matrix & Record<string, unknown>> =>
  (await ask(`${deployment.url}/_local/matrix${query}`)).json;

const register = ({ operator, tableName }: OpenHarness, tenantId: string, keyArn?: string) =>
  operator.dynamodb.putItem({
    TableName: tableName,
    Item: { tenantId: { S: tenantId }, ...(keyArn !== undefined && { keyArn: { S: keyArn } }) },
  });

describe('what KMS would do now', () => {
  let harness: OpenHarness;
  beforeAll(async () => {
    harness = await openHarness({ template, situation: 'deployed' });
  });
  afterAll(() => harness.close());
  const keyOf = (tenantId: string) =>
    harness.tenants.find((tenant) => tenant.tenantId === tenantId)?.keyArn as string;
  const tenantsNow = async () => (await ask(`${harness.deployment.url}/_local/tenants`)).json;
  /** Of the tenant's own session, which really encrypts. */
  const errorOf = async (tenantId: string): Promise<string | undefined> => {
    const kms = clientOf(harness, `tenant/${tenantId}`);
    const EncryptionContext = { TenantId: tenantId };
    return kms
      .encrypt({ KeyId: keyOf(tenantId), EncryptionContext, Plaintext: Buffer.from('x') })
      .then(() => undefined)
      .catch(({ name }: Error) => name);
  };
  /** What the page says of each tenant's own use, beside what KMS does. */
  const saidAndDone = async () => {
    const { tenants } = await tenantsNow();
    const said = tenants.map(({ tenantId, use }: never) => [
      tenantId,
      (use as { error?: string }).error,
    ]);
    const done = await Promise.all(tenantIds.map(async (id) => [id, await errorOf(id)]));
    return { said, done };
  };

  test('a tenant whose key is disabled, pending deletion or gone is refused as KMS refuses it, and counted', async () => {
    const { kms } = harness.operator;
    await kms.disableKey({ KeyId: keyOf('acme2') });
    await kms.scheduleKeyDeletion({ KeyId: keyOf('globex'), PendingWindowInDays: 30 });
    const { said, done } = await saidAndDone();
    expect(said).toEqual(done);
    expect(done).toEqual([
      ['acme', undefined],
      ['acme2', 'DisabledException'],
      ['globex', 'KMSInvalidStateException'],
    ]);
    expect((await tenantsNow()).uses).toEqual({ succeeds: 1, disabled: 1, 'pending deletion': 1 });
    const { columns, rows } = await matrixOf(harness);
    expect(columns.map(({ keyState, refusal }) => [keyState, refusal])).toEqual([
      ['Enabled', undefined],
      ['Disabled', 'DisabledException'],
      ['PendingDeletion', 'KMSInvalidStateException'],
    ]);
    // The policies have not changed: what they allow is still shown.
    expect(rows[1]?.cells[1]).toHaveLength(6);

    harness.deployment.clock.advance(31 * 86_400_000);
    const later = await saidAndDone();
    expect(later.said).toEqual(later.done);
    expect(later.done[2]).toEqual(['globex', 'AccessDeniedException']);
    expect((await tenantsNow()).uses).toEqual({ succeeds: 1, disabled: 1, gone: 1 });
    const gone = await matrixOf(harness);
    expect(gone.columns[2]).toMatchObject({ keyState: 'Gone', refusal: 'NotFoundException' });
    // IAM alone decides who may know that it is gone: the operator may.
    expect(gone.rows.at(-1)?.cells[2]).not.toEqual([]);
    expect(gone.rows[2]?.cells[2]).toEqual([]);
  });

  test('a cell of a key that is gone still says which statement decides', async () => {
    const { json } = await cellOf(harness, 'operator', 'globex');
    expect(json.key).toMatchObject({ keyState: 'Gone', refusal: 'NotFoundException' });
    expect(json.cases[0].answers[0]).toMatchObject({ allowed: true });
  });

  test('a tenant that has no key yet has a column, and no cell in it is open', async () => {
    await register(harness, 'young');
    const { columns, rows } = await matrixOf(harness);
    expect(columns.at(-1)).toEqual({ tenantId: 'young', keyState: 'None', refusal: 'NoKey' });
    expect(rows.flatMap(({ cells }) => cells.at(-1))).toEqual([]);
    expect((await cellOf(harness, 'operator', 'young')).status).toBe(404);
    expect((await tenantsNow()).uses['none yet']).toBe(1);
  });

  test('asking is no use of the key, and in no trail', async () => {
    const before = harness.deployment.trail.events.length;
    const { tenants } = await tenantsNow();
    await matrixOf(harness);
    expect((await tenantsNow()).tenants).toEqual(tenants);
    expect(harness.deployment.trail.events).toHaveLength(before);
  });

  test('a key that is enabled again can be used again, at once', async () => {
    await harness.operator.kms.enableKey({ KeyId: keyOf('acme2') });
    expect(await saidAndDone().then(({ said }) => said[1])).toEqual(['acme2', undefined]);
    await harness.operator.kms.tagResource({
      KeyId: keyOf('acme2'),
      Tags: [{ TagKey: 'TenantId', TagValue: 'acme' }],
    });
    const { said, done } = await saidAndDone();
    expect(said.slice(0, 2)).toEqual(done.slice(0, 2));
    expect((await tenantsNow()).uses.refused).toBe(1);
  });
});
