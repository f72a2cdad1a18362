import type { Theorem } from './theorem.ts';
import { use } from './use.ts';

export const theorems: readonly Theorem[] = [use];
