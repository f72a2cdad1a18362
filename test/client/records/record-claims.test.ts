/** Whose data keys records are sealed and opened with: each actor and label has its own. */
import { expect, test } from '@jest/globals';
import { keysInMemory } from '../key-store.ts';
import { record, sourcesInMemory } from './harness.ts';

test('each actor and label has data keys of its own, which its requests are for', async () => {
  const sources = sourcesInMemory();
  const { generate, open } = sources.keys.source;
  const said: unknown[] = [];
  sources.keys.source.generate = (context, call) => {
    said.push(call);
    return generate(context);
  };
  sources.keys.source.open = (wrapped, context, call) => {
    said.push(call);
    return open(wrapped, context);
  };
  const jane = { actor: 'jane' };
  const [first] = [await record(sources).seal({ a: 1 }, ['a'], jane)];
  await record(sources).seal({ a: 1 }, ['a'], jane);
  await record(sources).seal({ a: 1 }, ['a'], { ...jane, label: 'ticket' });
  await record(sources).seal({ a: 1 }, ['a'], { label: 'jane' });
  await record(sources).seal({ a: 1 }, ['a']);
  for (const call of [jane, jane, { actor: 'joe' }, {}]) await record(sources).open(first, call);
  expect(said).toEqual([
    jane,
    { ...jane, label: 'ticket' },
    { label: 'jane' },
    {},
    jane,
    { actor: 'joe' },
    {},
  ]);
});

test('who gives up stops no request that others wait for', async () => {
  const keys = keysInMemory();
  const { generate } = keys.source;
  keys.source.generate = async (context, call) => {
    await new Promise((resolve) => setTimeout(resolve, 10));
    call?.signal?.throwIfAborted();
    return generate(context);
  };
  const sources = sourcesInMemory({ keys });
  const stop = new AbortController();
  const first = record(sources).seal({ a: 1 }, ['a'], { signal: stop.signal });
  const other = record(sources, { id: '8' }).seal({ a: 1 }, ['a']);
  await new Promise((resolve) => setImmediate(resolve));
  stop.abort(new Error('enough'));
  await Promise.allSettled([first]);
  expect(Object.keys(await other)).toContain('$sealed');
  expect(keys.generated).toBe(1);
});

test('an actor that is none is refused, although a data key is there', async () => {
  const sources = sourcesInMemory();
  await record(sources).seal({ a: 1 }, ['a']);
  await record(sources).seal({ a: 1 }, ['a'], { actor: '' });
  // The request that this makes refuses it.
  expect(sources.keys.generated).toBe(2);
});

test('those that seal are bounded in number too, however many actors there are', async () => {
  const sources = sourcesInMemory({ limits: { maxOpeningKeys: 2 } });
  const sealAll = async () => {
    for (const actor of ['1', '2', '3']) await record(sources).seal({ a: 1 }, ['a'], { actor });
  };
  await sealAll();
  await sealAll();
  expect(sources.keys.generated).toBe(6);
});
