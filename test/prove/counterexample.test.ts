/** A model is told as a sentence that somebody who knows AWS, and no solver, can act on. */
import { expect, test } from '@jest/globals';
import { counterexampleOf } from '../../prove/counterexample.ts';

const model = {
  'request action': 'kms:decrypt',
  'request resource': 'arn:aws:kms:us-east-1:111122223333:key/1',
  'request aws:principalarn': 'arn:aws:iam::111122223333:role/Other',
  'request prove:tenant': 'b',
  'request has prove:tenant': true,
  'request has aws:principaltag/tenantid': true,
  'request aws:principaltag/tenantid': 'a',
  'request has kms:encryptioncontext:tenantid': true,
  'request kms:encryptioncontext:tenantid': 'b',
  'request has kms:viaservice': false,
};

test('who, with which tags, does what to which resource, in which context', () => {
  expect(counterexampleOf('another principal', new Map(Object.entries(model)))).toBe(
    "another principal (arn:aws:iam::111122223333:role/Other), with the tags tenantid='a', does kms:decrypt to " +
      "arn:aws:kms:us-east-1:111122223333:key/1 of tenant 'b' in the encryption context tenantid='b'",
  );
});

test('what the question says already is not said again, and no tenant of a key that is no tenant’s', () => {
  const { 'request resource': _, ...others } = model;
  const of = (about: string) => counterexampleOf(about, new Map(Object.entries(others)));
  expect(of("somebody, on a tenant's key")).toContain("does kms:decrypt of tenant 'b' in the enc");
  expect(of('somebody, on the certificate key')).toContain('does kms:decrypt in the enc');
});

test('what a model leaves open is anything', () => {
  expect(counterexampleOf('somebody', new Map())).toBe(
    'somebody, without tags, does anything to any resource',
  );
});

test.each([
  [
    'a number',
    {
      'request has kms:scheduledeletionwindow': true,
      'request kms:scheduledeletionwindow as a number': 7,
    },
    'with kms:scheduledeletionwindow=7',
  ],
  [
    'one of several values',
    { "request aws:tagkeys has 'TenantId'": true },
    "with aws:tagkeys 'TenantId'",
  ],
  [
    'what is not modelled',
    { 'not modelled: Key Sid DateLessThan aws:CurrentTime': true },
    '(not modelled: Key Sid DateLessThan aws:CurrentTime)',
  ],
])('%s stands in it', (_, values, words) => {
  expect(counterexampleOf('somebody', new Map(Object.entries<boolean | number>(values)))).toContain(
    words,
  );
});
