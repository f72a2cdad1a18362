/**
 * The last report of `npm run prove`, for the page. Invariant: what is no report that this version understands is not
 * shown as one; whether it is about the policies of this stack is decided here, by their hash, never by the report.
 */
import { readFile, stat } from 'node:fs/promises';
import { type ProofReport, readProofReport } from '../../contract/proof-report.ts';
import { policiesHash } from '../policies-hash.ts';
import type { Template } from '../template/template.ts';

export type ShownProof =
  /** there is no report on this machine */
  | { readonly state: 'none' }
  | { readonly state: 'unreadable'; readonly message: string }
  | { readonly state: 'read'; readonly isOfThesePolicies: boolean; readonly report: ShownReport };

/** What contradicts a theorem is cut off: of an open stack there are hundreds, and one is enough. */
type ShownReport = Omit<ProofReport, 'theorems'> & {
  readonly theorems: readonly (ProofReport['theorems'][number] & {
    /** how many there are in all */
    readonly openCount: number;
  })[];
};

/** A report has some 20 KB; with each of its questions open it would have some 2 MB. */
const maxBytes = 16 * 1024 * 1024;
/** of a theorem */
const shownOpen = 5;

/** @returns what shows a file's report at any time */
export function shownProofOf(file: string, template: Template): () => Promise<ShownProof> {
  let ofThisStack: string | undefined;
  return async () => {
    try {
      const { size } = await regularFile(file);
      if (size > maxBytes) throw new Error(`it has more than ${maxBytes} bytes`);
      const report = readProofReport(await readFile(file, 'utf8'));
      ofThisStack ??= policiesHash(template).sha256;
      const isOfThesePolicies = report.policies.sha256 === ofThisStack;
      return { state: 'read', isOfThesePolicies, report: shown(report) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { state: 'none' };
      return { state: 'unreadable', message: (error as Error).message };
    }
  };
}

const shown = (report: ProofReport): ShownReport => ({
  ...report,
  theorems: report.theorems.map((theorem) => ({
    ...theorem,
    open: theorem.open.slice(0, shownOpen),
    openCount: theorem.open.length,
  })),
});

/** Whoever reads a pipe waits for its writer. */
async function regularFile(file: string) {
  const stats = await stat(file);
  if (!stats.isFile()) throw new Error('it is no file');
  return stats;
}
