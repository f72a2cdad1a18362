/** What the client throws is of one family, and says its own name. */
import { describe, expect, test } from '@jest/globals';
import {
  MessageError,
  RecordError,
  TenantKeysError,
  UsageError,
} from '../../client/tenant-keys.ts';

describe.each([UsageError, MessageError, RecordError])('%p', (Kind) => {
  const error = new Kind('a sentence');

  test('is an Error of the client', () => {
    expect(error).toBeInstanceOf(TenantKeysError);
    expect(error).toBeInstanceOf(Error);
  });

  test('begins with its name where it is printed', () => {
    expect(String(error)).toBe(`${Kind.name}: a sentence`);
    expect(error.stack).toMatch(Kind.name);
  });
});
