/** Where in an app the construct is makes no difference but in names. */
import { expect, test } from '@jest/globals';
import { checkWithNagPacks } from '../../../lib/nag/nag-packs.ts';
import type { Resource } from '../../harness/synthesized.ts';
import { templateIn } from './host-app.ts';

const path = ['Platform', 'Security', 'Keys'];

/** @returns the resources, each by its path from the construct on in place of its logical id */
function byPath(scopes: string[], place: string): unknown {
  const { Resources } = templateIn({
    path: scopes,
    context: { 'aws:cdk:enable-path-metadata': true },
  });
  const ids = Object.entries(Resources).map(([id, { Metadata }]) => [id, pathIn(Metadata)]);
  const text = ids.reduce(
    (all, [id = '', one]) => all.replaceAll(`"${id}"`, JSON.stringify(one)),
    JSON.stringify(Resources),
  );
  // Ids of permissions are made of what they are for, with its path and a hash.
  const named = new RegExp(`Host(?:${scopes.join('')})?(Api\\w+?)[0-9A-F]{8}`, 'g');
  return JSON.parse(text.replaceAll(place, '').replaceAll(named, '$1'));
}

const pathIn = (metadata: Resource['Metadata']): string => metadata?.['aws:cdk:path'] ?? '';

test('resources and policies are the same in other scopes under another id', () => {
  const there = byPath(path, 'Host/Platform/Security/Keys/');
  expect(there).toEqual(byPath(['Default'], 'Host/Default/'));
});

test.each([
  ['in one that knows no account', undefined],
  ['in one that knows account and region', { account: '111122223333', region: 'eu-central-1' }],
])('an app of its own that runs cdk-nag over it, %s, finds nothing', (_, env) => {
  const prepare = checkWithNagPacks;
  expect(() => templateIn({ path, prepare, ...(env && { env }) })).not.toThrow();
});
