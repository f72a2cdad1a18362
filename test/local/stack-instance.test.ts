import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { stackIdOf } from '../../local/cloudformation/service.ts';
import { localAccount } from '../../local/stack.ts';
import { stackInstance } from '../../local/stack-instance.ts';
import { resourceTypes } from '../../local/template/resource-types.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stack-instance-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('which stack of its name it is', () => {
  test('is the first, where nothing is kept or written down', () => {
    expect(stackInstance(undefined).number).toBe(0);
    expect(stackInstance(folder).number).toBe(0);
  });

  test('is another after each deletion, and the same until the next', () => {
    stackInstance(folder, true).keep();
    expect(stackInstance(folder).number).toBe(1);
    stackInstance(folder).keep();
    stackInstance(folder, true).keep();
    expect(stackInstance(folder).number).toBe(2);
  });

  test('counts only once it is there: a start that failed has deleted nothing', () => {
    expect(stackInstance(folder, true).number).toBe(1);
    expect(existsSync(join(folder, 'stack.json'))).toBe(false);
    expect(stackInstance(folder).number).toBe(0);
  });

  test.each(['', '{}', '{"instance":-1}\n', '{"instance":1.5}\n', '{"instance":"1"}\n'])(
    'is not guessed from %j',
    (text) => {
      writeFileSync(join(folder, 'stack.json'), text);
      expect(() => stackInstance(folder)).toThrow('does not say which stack this is');
      expect(readFileSync(join(folder, 'stack.json'), 'utf8')).toBe(text);
    },
  );
});

describe('a stack that was made again', () => {
  const named = new Map([
    ['AWS::CloudTrail::Trail', 'TrailName'],
    ['AWS::KMS::Alias', 'AliasName'],
  ]);
  const again = { ...localAccount, instance: 1 };
  const identify = (account: typeof localAccount, type: string, properties = {}) =>
    resourceTypes[type]?.(account, { logicalId: 'One', type, properties });

  test.each(Object.keys(resourceTypes))(
    '%s has another name or id, unless the template gives one',
    (type) => {
      expect(identify(again, type)?.ref).not.toBe(identify(localAccount, type)?.ref);
      expect(identify({ ...localAccount, instance: 0 }, type)).toEqual(
        identify(localAccount, type),
      );
      const property = named.get(type);
      if (property === undefined) return;
      const given = { [property]: 'given' };
      expect(identify(again, type, given)).toEqual(identify(localAccount, type, given));
    },
  );

  test('has another id', () => {
    expect(stackIdOf(again)).not.toBe(stackIdOf(localAccount));
  });
});
