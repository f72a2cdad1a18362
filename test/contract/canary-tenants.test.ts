import { expect, test } from '@jest/globals';
import { canaryTenants, stranger } from '../../contract/canary-tenants.ts';
import { tenantId } from '../../contract/tenant-id.ts';

test.each([...canaryTenants, stranger])(
  '%s is no tenant id, and a session may have that name',
  (id) => {
    expect(tenantId.safeParse(id).success).toBe(false);
    expect(id).toMatch(/^[\w+=,.@-]{2,64}$/);
  },
);

test('the stranger is not one of the two', () => {
  expect(canaryTenants).not.toContain(stranger);
});
