/** A solver's model as a sentence: who, with which tags, does what to which resource, in which context. */
import type { Answer } from './solver/solver.ts';
import { ownTenantKey } from './stack-policies.ts';

type Model = Answer['model'];

const tag = 'aws:principaltag/';
const context = 'kms:encryptioncontext:';
/** Told by themselves. */
const told = new Set([ownTenantKey, 'aws:principalarn', 'aws:principalaccount']);

/** Keys of which every tenant that a model has is one of no matter. */
const ofStackItself = /certificate key|product's own key/;

/** @param about who, and on what where that is one thing, as the question says it */
export function counterexampleOf(about: string, model: Model): string {
  const keys = keysOf(model);
  const beginning = (prefix: string) =>
    [...keys]
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => `${key.slice(prefix.length)}=${quoted(value)}`);
  const tags = beginning(tag);
  const encryptionContext = beginning(context);
  const others = [...keys]
    .filter(([key]) => !key.startsWith(tag) && !key.startsWith(context) && !told.has(key))
    .map(([key, value]) => (value === undefined ? key : `${key}=${quoted(value)}`));
  const of = (name: string) => model.get(`request ${name}`);
  const tenant = ofStackItself.test(about) ? undefined : of(ownTenantKey);
  const unknown = [...model].filter(([name, value]) => value === true && /^not mod/.test(name));
  return [
    `${about}${of('aws:principalarn') ? ` (${of('aws:principalarn')})` : ''},`,
    tags.length === 0 ? 'without tags,' : `with the tags ${tags.join(', ')},`,
    `does ${of('action') ?? 'anything'}`,
    ...(of('resource') ? [`to ${of('resource')}`] : / on /.test(about) ? [] : ['to any resource']),
    ...(tenant === undefined ? [] : [`of tenant ${quoted(tenant)}`]),
    ...(encryptionContext.length === 0
      ? []
      : [`in the encryption context ${encryptionContext.join(', ')}`]),
    ...(others.length === 0 ? [] : [`with ${others.join(', ')}`]),
    ...unknown.map(([name]) => `(${name})`),
  ].join(' ');
}

/** The condition keys that the request has; one of several values has no value here. */
function keysOf(model: Model): Map<string, string | number | boolean | undefined> {
  const present = [...model].filter(([, value]) => value === true);
  return new Map(
    present.flatMap(([name]) => {
      const key = /^request has (.*)$/.exec(name)?.[1];
      if (key !== undefined) {
        const value = model.get(`request ${key} as a number`) ?? model.get(`request ${key}`);
        return [[key, value]];
      }
      const [, several, member] = /^request (\S+) has (.*)$/.exec(name) ?? [];
      return several === undefined ? [] : [[`${several} ${member}`, undefined]];
    }),
  );
}

const quoted = (value: string | number | boolean | undefined) =>
  value === undefined ? 'anything' : typeof value === 'string' ? `'${value}'` : String(value);
