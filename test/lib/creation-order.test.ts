/** Whether CloudFormation can make the resources in some order. */
import { describe, expect, test } from '@jest/globals';
import { synthesizedTemplate } from '../harness/synthesized.ts';

const template = await synthesizedTemplate();

describe('what CloudFormation makes first', () => {
  const ids = new Set(Object.keys(template.Resources));

  /** @returns the logical ids that a value refers to */
  function referred(value: unknown): string[] {
    if (typeof value !== 'object' || value === null) return [];
    return Object.entries(value).flatMap(([key, inner]) => {
      if (key === 'Ref') return [String(inner)];
      if (key === 'Fn::GetAtt') return [String([inner].flat()[0]).split('.')[0] as string];
      if (key === 'Fn::Sub') {
        const text = String([inner].flat()[0]);
        return [...text.matchAll(/\$\{([A-Za-z0-9]+)/g)].map(([, id]) => id as string);
      }
      return referred(inner);
    });
  }

  test('is never waiting for itself, which a synth does not find out', () => {
    const needs = new Map(
      Object.entries(template.Resources).map(([id, { Properties, DependsOn = [] }]) => {
        const all = [...referred(Properties), ...[DependsOn].flat()];
        return [id, new Set(all.filter((one) => ids.has(one)))] as const;
      }),
    );
    while (needs.size > 0) {
      const ready = [...needs].filter(([, others]) => [...others].every((one) => !needs.has(one)));
      expect(ready.length > 0 ? [] : [...needs.keys()]).toEqual([]);
      for (const [id] of ready) needs.delete(id);
    }
  });
});
