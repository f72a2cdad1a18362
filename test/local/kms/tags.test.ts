import { describe, expect, test } from '@jest/globals';
import { broken, testKms } from './harness.ts';

const tag = (TagKey: string, TagValue = '') => ({ TagKey, TagValue });

async function tagged(...Tags: object[]) {
  const kms = testKms();
  const KeyId = await kms.key({ Tags });
  kms.checks.length = 0;
  const tags = async () => (await kms.run('ListResourceTags', { KeyId })).Tags;
  return { kms, KeyId, tags };
}

describe('TagResource, UntagResource: serialization', () => {
  test('tags that are no list', async () => {
    const { kms, KeyId } = await tagged();
    for (const [operation, member] of [
      ['TagResource', 'Tags'],
      ['UntagResource', 'TagKeys'],
    ] as const) {
      expect(await kms.error(operation, { KeyId, [member]: 'x' })).toBe(
        'SerializationException: STRING_VALUE can not be converted to a List',
      );
    }
  });
});

describe('TagResource, UntagResource: validation', () => {
  test('both lists are required', async () => {
    const { kms, KeyId } = await tagged();
    expect(await kms.error('TagResource', { KeyId })).toBe(broken("null at 'tags'", 'not be null'));
    expect(await kms.error('UntagResource', { KeyId })).toBe(
      broken("null at 'tagKeys'", 'not be null'),
    );
  });

  test('the fifty-first tag, counted with those that are there, is one too many', async () => {
    const fifty = Array.from({ length: 50 }, (_, index) => tag(`k${index}`));
    const { kms, KeyId, tags } = await tagged(...fifty);
    expect(await kms.error('TagResource', { KeyId, Tags: [tag('new')] })).toBe(
      'TagException: Too many tags',
    );
    await kms.run('TagResource', { KeyId, Tags: [tag('k0', 'changed')] });
    expect(await tags()).toHaveLength(50);
  });

  test.each([
    [[tag('a'), tag('a')], 'Duplicate tag keys'],
    [[tag('AWS:x')], 'Tags beginning with aws: are reserved'],
  ])('%j', async (Tags, message) => {
    const { kms, KeyId, tags } = await tagged();
    expect(await kms.error('TagResource', { KeyId, Tags })).toBe(`TagException: ${message}`);
    expect(await tags()).toEqual([]);
  });
});

describe('tags', () => {
  test('are set, replaced and removed, and differ by case', async () => {
    const { kms, KeyId, tags } = await tagged(tag('b', '1'), tag('a', '2'));
    expect(await tags()).toEqual([tag('a', '2'), tag('b', '1')]);
    await kms.run('TagResource', { KeyId, Tags: [tag('a', '3'), tag('A', '4')] });
    expect(await tags()).toEqual([tag('A', '4'), tag('a', '3'), tag('b', '1')]);
    await kms.run('UntagResource', { KeyId, TagKeys: ['a', 'absent'] });
    expect(await tags()).toEqual([tag('A', '4'), tag('b', '1')]);
  });

  test('are given to the policies: the key’s own, and those of the request', async () => {
    const { kms, KeyId } = await tagged(tag('TenantId', 'acme'));
    await kms.run('TagResource', { KeyId, Tags: [tag('TenantId', 'globex')] });
    expect(kms.checks.at(-1)?.context).toMatchObject({
      'aws:ResourceTag/TenantId': 'acme',
      'aws:RequestTag/TenantId': 'globex',
      'aws:TagKeys': ['TenantId'],
    });
    await kms.run('UntagResource', { KeyId, TagKeys: ['TenantId'] });
    expect(kms.checks.at(-1)).toMatchObject({
      action: 'kms:UntagResource',
      context: { 'aws:ResourceTag/TenantId': 'globex', 'aws:TagKeys': ['TenantId'] },
    });
  });

  test('do not change while the key is pending deletion', async () => {
    const { kms, KeyId } = await tagged();
    await kms.run('ScheduleKeyDeletion', { KeyId });
    const error = `KMSInvalidStateException: ${kms.arn(KeyId)} is pending deletion.`;
    expect(await kms.error('TagResource', { KeyId, Tags: [tag('a')] })).toBe(error);
    expect(await kms.error('UntagResource', { KeyId, TagKeys: ['a'] })).toBe(error);
  });
});
