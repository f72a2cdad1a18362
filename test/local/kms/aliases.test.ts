import { describe, expect, test } from '@jest/globals';
import { accountId, region } from '../../harness/account.ts';
import { broken, dayMs, start, testKms } from './harness.ts';

const aliasArn = (name: string) => `arn:aws:kms:${region}:${accountId}:${name}`;
const AliasName = 'alias/tenant-keys/acme';

async function aliased() {
  const kms = testKms();
  const TargetKeyId = await kms.key();
  await kms.run('CreateAlias', { AliasName, TargetKeyId });
  kms.checks.length = 0;
  return { kms, TargetKeyId };
}

describe('aliases: serialization', () => {
  test.each(['CreateAlias', 'UpdateAlias', 'DeleteAlias'])('%s', async (operation) => {
    const error = await testKms().error(operation, { AliasName: 5, TargetKeyId: 'x' });
    expect(error).toBe('SerializationException: NUMBER_VALUE can not be converted to a String');
  });
});

describe('aliases: validation', () => {
  const prefix =
    'ValidationException: Alias must start with the prefix "alias/". Please see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html';
  const characters = (name: string) =>
    `ValidationException: ${name} contains invalid characters for an alias`;
  test.each([
    ['acme', prefix],
    ['alias/', characters('alias/')],
    ['alias/a:b', characters('alias/a:b')],
    [
      'alias/a b',
      broken(
        "'alias/a b' at 'aliasName'",
        'satisfy regular expression pattern: ^[a-zA-Z0-9:/_-]+$',
      ),
    ],
    [
      'alias/a\n',
      broken(
        "'alias/a\n' at 'aliasName'",
        'satisfy regular expression pattern: ^[a-zA-Z0-9:/_-]+$',
      ),
    ],
  ])('%j', async (name, message) => {
    const kms = testKms();
    const input = { AliasName: name, TargetKeyId: await kms.key() };
    expect(await kms.error('CreateAlias', input)).toBe(message);
    expect(kms.account.store.aliases.size).toBe(0);
  });

  test('alias/aws/ is reserved', async () => {
    const kms = testKms();
    const input = { AliasName: 'alias/aws/s3', TargetKeyId: await kms.key() };
    expect(await kms.error('CreateAlias', input)).toMatch(/^InvalidAliasNameException: /);
  });
});

// The words are those of moto and local-kms; AWS documents only that the target is a key's id or ARN.
describe('an alias of an alias', () => {
  test.each(['CreateAlias', 'UpdateAlias'])(
    '%s refuses it, by name and by ARN, before the policies are asked',
    async (operation) => {
      const { kms, TargetKeyId } = await aliased();
      await kms.run('CreateAlias', { AliasName: 'alias/b', TargetKeyId });
      kms.checks.length = 0;
      const before = kms.account.store.aliases.get(AliasName);
      for (const target of ['alias/b', aliasArn('alias/b'), 'alias/none', aliasArn('alias/none')]) {
        const input = { AliasName, TargetKeyId: target };
        expect(await kms.error(operation, input)).toBe(
          'ValidationException: Aliases must refer to keys. Not aliases',
        );
      }
      expect(kms.checks).toEqual([]);
      expect(kms.account.store.aliases.get(AliasName)).toBe(before);
    },
  );
});

describe('CreateAlias', () => {
  test('needs the permission on the alias, by IAM, and on the key, by its policy too', async () => {
    const kms = testKms();
    const TargetKeyId = await kms.key();
    await kms.run('CreateAlias', { AliasName, TargetKeyId });
    const [alias, key] = kms.checks.slice(-2);
    expect(alias).toMatchObject({ action: 'kms:CreateAlias', resource: aliasArn(AliasName) });
    expect(alias).not.toHaveProperty('resourcePolicy');
    expect(key).toMatchObject({ action: 'kms:CreateAlias', resource: kms.arn(TargetKeyId) });
    expect(key).toHaveProperty('resourcePolicy');
  });

  test.each([aliasArn('alias/x'), 'key'])(
    'without the permission on %s makes nothing',
    async (on) => {
      const kms = testKms();
      const TargetKeyId = await kms.key();
      const refused = on === 'key' ? kms.arn(TargetKeyId) : on;
      kms.refuses = (check) => check.resource === refused;
      const input = { AliasName: 'alias/x', TargetKeyId };
      expect(await kms.error('CreateAlias', input)).toBe(
        'AccessDeniedException: no kms:CreateAlias',
      );
      expect(kms.account.store.aliases.size).toBe(0);
    },
  );

  test('of a name that exists, of a key pending deletion', async () => {
    const { kms, TargetKeyId } = await aliased();
    expect(await kms.error('CreateAlias', { AliasName, TargetKeyId })).toBe(
      `AlreadyExistsException: An alias with the name ${aliasArn(AliasName)} already exists`,
    );
    await kms.run('ScheduleKeyDeletion', { KeyId: TargetKeyId });
    expect(await kms.error('CreateAlias', { AliasName: 'alias/b', TargetKeyId })).toBe(
      `KMSInvalidStateException: ${kms.arn(TargetKeyId)} is pending deletion.`,
    );
  });
});

describe('UpdateAlias', () => {
  test('needs the permission on the alias, the old key and the new key', async () => {
    const { kms, TargetKeyId: old } = await aliased();
    const TargetKeyId = await kms.key();
    const needed = [aliasArn(AliasName), kms.arn(old), kms.arn(TargetKeyId)];
    for (const resource of needed) {
      kms.refuses = (check) => check.resource === resource;
      expect(await kms.error('UpdateAlias', { AliasName, TargetKeyId })).toBe(
        'AccessDeniedException: no kms:UpdateAlias',
      );
    }
    kms.refuses = () => false;
    kms.pass(dayMs);
    await kms.run('UpdateAlias', { AliasName, TargetKeyId });
    expect((await kms.run('ListAliases')).Aliases).toEqual([
      {
        AliasName,
        AliasArn: aliasArn(AliasName),
        TargetKeyId,
        CreationDate: start / 1000,
        LastUpdatedDate: (start + dayMs) / 1000,
      },
    ]);
  });

  test('away from a key pending deletion works, to one does not', async () => {
    const { kms, TargetKeyId: old } = await aliased();
    const TargetKeyId = await kms.key();
    await kms.run('ScheduleKeyDeletion', { KeyId: old });
    await kms.run('UpdateAlias', { AliasName, TargetKeyId });
    expect(await kms.error('UpdateAlias', { AliasName, TargetKeyId: old })).toBe(
      `KMSInvalidStateException: ${kms.arn(old)} is pending deletion.`,
    );
  });

  test('of an unknown alias', async () => {
    const kms = testKms();
    const input = { AliasName, TargetKeyId: await kms.key() };
    const error = `NotFoundException: Alias ${aliasArn(AliasName)} is not found.`;
    expect(await kms.error('UpdateAlias', input)).toBe(error);
    expect(await kms.error('DeleteAlias', { AliasName })).toBe(error);
  });
});

describe('DeleteAlias', () => {
  test('needs the permission on the alias and on its key, and works while the key is pending deletion', async () => {
    const { kms, TargetKeyId } = await aliased();
    await kms.run('ScheduleKeyDeletion', { KeyId: TargetKeyId });
    for (const resource of [aliasArn(AliasName), kms.arn(TargetKeyId)]) {
      kms.refuses = (check) => check.resource === resource;
      expect(await kms.error('DeleteAlias', { AliasName })).toBe(
        'AccessDeniedException: no kms:DeleteAlias',
      );
    }
    kms.refuses = () => false;
    await kms.run('DeleteAlias', { AliasName });
    expect((await kms.run('ListAliases')).Aliases).toEqual([]);
    expect(await kms.error('DescribeKey', { KeyId: AliasName })).toBe(
      `NotFoundException: Alias ${aliasArn(AliasName)} is not found.`,
    );
  });
});
