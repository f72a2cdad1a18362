import { describe, expect, test } from '@jest/globals';
import * as z from 'zod/mini';
import { tenantId } from '../../../contract/tenant-id.ts';
import { cursorAfter, readCursor } from '../../../lambdas/http/cursor.ts';

const position = z.strictObject({ tenantId });

describe('a cursor', () => {
  test('comes back as it was', () => {
    expect(readCursor(position, cursorAfter({ tenantId: 'acme' }))).toEqual({ tenantId: 'acme' });
  });

  const encoded = (text: string) => Buffer.from(text).toString('base64url');
  test.each([
    ['nothing', ''],
    ['garbage', 'x'],
    ['a text', encoded('"acme"')],
    ['null', encoded('null')],
    ['no tenant id', encoded('{"tenantId":"*"}')],
    ['another member', encoded('{"tenantId":"acme","status":"ACTIVE"}')],
    ['another spelling', encoded('{"tenantId": "acme"}')],
    ['a member twice', encoded('{"tenantId":"evil","tenantId":"acme"}')],
    ['padding', `${encoded('{"tenantId":"acme"}')}=`],
    ['a megabyte', 'A'.repeat(1e6)],
  ])('is refused: %s', (_, cursor) => {
    expect(() => readCursor(position, cursor)).toThrow('cursor: must be the nextCursor');
  });
});
