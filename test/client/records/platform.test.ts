/** Records on a platform without node:crypto. */
import { expect, jest, test } from '@jest/globals';
import { RecordError } from '../../../client/errors.ts';
import { record, sourcesInMemory } from './harness.ts';

const sources = sourcesInMemory();

test('a record is the same where there is no node:crypto, as in a browser', async () => {
  const item = { name: 'x', photo: new Uint8Array([1, 2]) };
  const seal = () => record(sources).seal(item, ['name', 'photo']);
  const withNode = await seal();
  const platform = jest.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined as never);
  try {
    expect(await record(sources).open(withNode)).toEqual(item);
    const without = await seal();
    const broken = { ...without, name: (without.name as Uint8Array).slice(1) };
    await expect(record(sources).open(broken)).rejects.toThrow(RecordError);
    expect(platform).toHaveBeenCalled();
    platform.mockRestore();
    expect(await record(sources).open(without)).toEqual(item);
  } finally {
    platform.mockRestore();
  }
});
