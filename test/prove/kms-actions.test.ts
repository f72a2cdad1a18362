/** A theorem does not take what it asks for from the policies that it asks about. */
import { globSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { cryptographicActions, tenantActions } from '../../contract/key-policy.ts';
import { literal, yes } from '../../prove/formula/formula.ts';
import { uses, usesByName } from '../../prove/theorems/kms-actions.ts';
import { isAction } from '../../prove/theorems/request-of.ts';

const isUse = (name: string) => isAction({ action: literal(name.toLowerCase()) }, uses) === yes;

test('no theorem reads the lists of which key policies are made', () => {
  const takers = globSync('prove/theorems/*.ts').filter((file) =>
    readFileSync(file, 'utf8').includes('contract/key-policy'),
  );
  expect(takers).toEqual([]);
});

test('both lists of uses are of the same actions, and those of key policies', () => {
  expect([...usesByName, ...tenantActions].filter((name) => !isUse(name))).toEqual([]);
  expect([...cryptographicActions].sort()).toEqual([...uses].sort());
});
