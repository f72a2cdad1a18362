/** The stacks of an account that CreateStack made: in memory and, where a file is given, in that file too. */
import { z } from 'zod';
import type { Stack } from '../cloudformation/service.ts';
import { keptList } from '../kept-list.ts';
import type { Account } from '../template/resource-types.ts';
import { readGivenTemplate } from './given-template.ts';

const storedStack = z.strictObject({
  name: z.string(),
  /** which of its name it is: its resources' names follow from it */
  instance: z.int().positive(),
  /** in milliseconds since the epoch */
  createdAt: z.int(),
  /** as it was given */
  template: z.string(),
  parameters: z.record(z.string(), z.string()),
});

export type StoredStack = Readonly<z.output<typeof storedStack>>;

export interface StackStore {
  all(): readonly Stack[];
  /** @returns the stack as it will be, which is not in the store yet; @throws TemplateError */
  read(stack: StoredStack): Stack;
  add(stack: StoredStack): void;
  delete(name: string): void;
}

/** @throws Error, for a person, where the file is there but is not a whole store of stacks */
export function openStackStore(account: Omit<Account, 'stackName'>, file?: string): StackStore {
  const read = (stored: StoredStack): Stack => {
    const { name: stackName, instance } = stored;
    const own = { ...account, stackName, instance };
    return {
      template: readGivenTemplate(stored.template, stored.parameters, own),
      createdAt: new Date(stored.createdAt),
    };
  };
  const kept = keptList('stacks', z.array(storedStack), file);
  const stacks = new Map(
    kept.read((one) => [one.name, { stored: one, stack: read(one) }] as const),
  );
  const stored = () => [...stacks.values()].map((one) => one.stored);
  return {
    all: () => [...stacks.values()].map(({ stack }) => stack),
    read,
    add(added) {
      const stack = read(added);
      kept.write([...stored(), added]);
      stacks.set(added.name, { stored: added, stack });
    },
    delete(name) {
      kept.write(stored().filter((one) => one.name !== name));
      stacks.delete(name);
    },
  };
}
