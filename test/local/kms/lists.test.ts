import { describe, expect, test } from '@jest/globals';
import { broken, type TestKms, testKms } from './harness.ts';

const many = 7;

/** Each list, how it is filled, and what identifies an item in it. */
const lists: [string, string, (kms: TestKms) => Promise<object>, string][] = [
  [
    'ListKeys',
    'Keys',
    async (kms) => {
      for (let turn = 0; turn < many; turn += 1) await kms.key();
      return {};
    },
    'KeyId',
  ],
  [
    'ListAliases',
    'Aliases',
    async (kms) => {
      const TargetKeyId = await kms.key();
      for (let turn = 0; turn < many; turn += 1) {
        await kms.run('CreateAlias', { AliasName: `alias/${many - turn}`, TargetKeyId });
      }
      return { KeyId: TargetKeyId };
    },
    'AliasName',
  ],
  [
    'ListResourceTags',
    'Tags',
    async (kms) => {
      const Tags = Array.from({ length: many }, (_, index) => ({
        TagKey: `k${many - index}`,
        TagValue: '',
      }));
      return { KeyId: await kms.key({ Tags }) };
    },
    'TagKey',
  ],
  [
    'ListKeyRotations',
    'Rotations',
    async (kms) => {
      const KeyId = await kms.key();
      for (let turn = 0; turn < many; turn += 1) await kms.run('RotateKeyOnDemand', { KeyId });
      return { KeyId };
    },
    'KeyMaterialId',
  ],
];

describe.each(lists)('%s', (operation, member, fill, id) => {
  async function filled() {
    const kms = testKms();
    const input = await fill(kms);
    const idsOf = (answer: Record<string, Record<string, string>[]>) =>
      (answer[member] ?? []).map((item) => item[id]);
    return { kms, input, idsOf };
  }

  test('serialization: a limit that is no integer', async () => {
    const { kms, input } = await filled();
    expect(await kms.error(operation, { ...input, Limit: '1' })).toMatch(
      /^SerializationException: /,
    );
  });

  test('validation: limit and marker', async () => {
    const { kms, input } = await filled();
    expect(await kms.error(operation, { ...input, Limit: 0 })).toBe(
      broken("'0' at 'limit'", 'have value greater than or equal to 1'),
    );
    expect(await kms.error(operation, { ...input, Limit: 1001 })).toBe(
      broken("'1001' at 'limit'", 'have value less than or equal to 1000'),
    );
    expect(await kms.error(operation, { ...input, Marker: '!!' })).toMatch(
      /^InvalidMarkerException: /,
    );
  });

  test('gives the whole list, and page by page the same', async () => {
    const { kms, input, idsOf } = await filled();
    const whole = await kms.run(operation, input);
    expect(whole).not.toHaveProperty('NextMarker');
    expect(whole.Truncated).toBe(false);
    expect(new Set(idsOf(whole)).size).toBe(many);
    for (const Limit of [1, 3, many]) {
      const found: (string | undefined)[] = [];
      let answer = await kms.run(operation, { ...input, Limit });
      found.push(...idsOf(answer));
      while (answer.Truncated && found.length < many) {
        expect(idsOf(answer)).toHaveLength(Limit);
        answer = await kms.run(operation, { ...input, Limit, Marker: answer.NextMarker });
        found.push(...idsOf(answer));
      }
      expect(found).toEqual(idsOf(whole));
    }
  });
});

describe('ListAliases', () => {
  test('of one key leaves out those of the others', async () => {
    const kms = testKms();
    const [a, b] = [await kms.key(), await kms.key()];
    await kms.run('CreateAlias', { AliasName: 'alias/a', TargetKeyId: a });
    await kms.run('CreateAlias', { AliasName: 'alias/b', TargetKeyId: b });
    const names = async (input: object) =>
      (await kms.run('ListAliases', input)).Aliases.map((x: { AliasName: string }) => x.AliasName);
    expect(await names({})).toEqual(['alias/a', 'alias/b']);
    expect(await names({ KeyId: b })).toEqual(['alias/b']);
    expect(kms.checks.at(-1)).toMatchObject({ action: 'kms:ListAliases', resource: '*' });
  });
});

describe('ListGrants', () => {
  test('serialization, validation: who a grant is for', async () => {
    const kms = testKms();
    const KeyId = await kms.key();
    expect(await kms.error('ListGrants', { KeyId, GranteePrincipal: 1 })).toMatch(
      /^SerializationException: /,
    );
    expect(await kms.error('ListGrants', { KeyId, GranteePrincipal: 'a b' })).toMatch(
      /^ValidationException: /,
    );
  });

  test('behaviour: a key has none, and the policies decide who is told', async () => {
    const kms = testKms();
    const KeyId = await kms.key();
    expect(await kms.run('ListGrants', { KeyId })).toEqual({ Grants: [], Truncated: false });
    expect(kms.checks.at(-1)).toMatchObject({ action: 'kms:ListGrants' });
  });
});
