/** Accounts of tenants are others than the stack's own. */
import { expect, test } from '@jest/globals';
import { App, Stack } from 'aws-cdk-lib';
import { setName } from '../../../lib/config/own-names.ts';
import { externalRoleArns } from '../../../lib/roles/external-role-arns.ts';

const arnsIn = (stack: Stack, accounts: readonly string[]) => {
  setName(stack, 'TenantKeys');
  return stack.resolve(externalRoleArns(stack, accounts, 'acme'));
};
const known = () =>
  new Stack(new App(), 'Known', { env: { account: '111122223333', region: 'eu-central-1' } });

test('the own account is refused where the app knows it', () => {
  expect(() => arnsIn(known(), ['222222222222', '111122223333'])).toThrow(
    '111122223333 is the account of the stack',
  );
  expect(JSON.stringify(arnsIn(known(), ['222222222222']))).toContain(
    ':iam::222222222222:role/TenantKeys/acme',
  );
});

test('where the app does not know it, the functions refuse a key in it', () => {
  expect(arnsIn(new Stack(new App(), 'Unknown'), ['111122223333']).length).toBe(1);
});
