/**
 * `npm run prove -- --live`: the theorems of what is really deployed, and of every tenant's key as it is. Invariant: a
 * key that has the policy of all is an instance of what the stack's report says of every tenant's key; each other one
 * is proved by itself.
 */
import { createHash } from 'node:crypto';
import type { StackNames } from '../../contract/stack-names.ts';
import { policiesHash } from '../../local/policies-hash.ts';
import type { Template } from '../../local/template/template.ts';
import { prove } from '../prove.ts';
import { isProved, type Report, reportOf } from '../report.ts';
import type { Solver } from '../solver/solver.ts';
import { stackPolicies } from '../stack-policies.ts';
import type { Theorem } from '../theorems/theorem.ts';
import type { Clients } from './clients.ts';
import { readDeployedStack } from './deployed-stack.ts';
import { keyProver } from './key-proofs.ts';
import { type KeyVerdict, verdictOn } from './key-verdict.ts';
import { openResumeFile, type ResumeFile } from './resume-file.ts';
import { grantsRoundStack, type StackFinding } from './stack-grants.ts';
import { tenantKeys } from './tenant-keys.ts';

export interface LiveOptions {
  readonly clients: Clients;
  readonly stackName: string;
  readonly solver: Solver;
  readonly theorems: readonly Theorem[];
  /** keeps what an interrupted run has done */
  readonly resume?: string | undefined;
  readonly onStep?: (step: string) => void;
}

export interface LiveReport {
  readonly version: 1;
  readonly stackName: string;
  readonly accountId: string;
  readonly region: string;
  readonly stack: Report;
  /** what goes round the policies of the stack's own keys */
  readonly findings: readonly StackFinding[];
  readonly keys: {
    /** of the region, whosever they are */
    readonly lookedAt: number;
    /** those that may be a tenant's */
    readonly read: number;
    /** those that have the policy of all */
    readonly ofAll: number;
    readonly proved: number;
    /** when the first of them was read */
    readonly since: string;
    /** of each that is not proved */
    readonly open: readonly KeyVerdict[];
  };
}

export async function proveLive(options: LiveOptions): Promise<LiveReport> {
  const { clients, stackName, solver, theorems, onStep = () => {} } = options;
  const onQuestion = ({ id }: Theorem, about: string) => onStep(`${id}: ${about} ...`);
  const template = await readDeployedStack(clients, stackName, onStep);
  const policies = stackPolicies(template);
  const proofs = await prove(policies, solver, theorems, onQuestion);
  const stack = reportOf({
    template: hashOf(template),
    policies: policiesHash(template),
    solver: solver.name,
    proofs,
    statements: new Map(),
  });
  const findings = await grantsRoundStack(clients.kms, policies);
  const prover = keyProver(policies, theorems, solver, onQuestion);
  const resume = options.resume ? openResumeFile(options.resume, runOf(stack)) : undefined;
  const keys = await provenKeys({
    clients,
    template,
    names: policies.ownNames,
    prover,
    resume,
    onStep,
  });
  resume?.remove();
  const { accountId, region } = template.account;
  return { version: 1, stackName, accountId, region, stack, findings, keys };
}

export const isLiveProved = ({ stack, findings, keys }: LiveReport): boolean =>
  isProved(stack) && findings.length === 0 && keys.open.length === 0;

interface Walk {
  readonly clients: Clients;
  readonly template: Template;
  readonly names: StackNames;
  readonly prover: ReturnType<typeof keyProver>;
  readonly resume: ResumeFile | undefined;
  readonly onStep: (step: string) => void;
}

async function provenKeys(walk: Walk): Promise<LiveReport['keys']> {
  const { clients, template, names, prover, resume, onStep } = walk;
  const ofStack = new Set(
    template.ofType('AWS::KMS::Key').map(({ logicalId }) => template.identity(logicalId).ref),
  );
  const count = { lookedAt: 0, read: 0, ofAll: 0 };
  const open: KeyVerdict[] = [];
  // Of those that are proved only the number is kept, however many keys there are.
  const add = (verdicts: readonly KeyVerdict[]) => {
    count.read += verdicts.length;
    count.ofAll += verdicts.filter(({ isOfAll }) => isOfAll).length;
    open.push(...verdicts.filter(({ verdict }) => verdict !== 'proved'));
  };
  add([...(resume?.done.values() ?? [])]);
  const since = resume?.begunAt ?? new Date().toISOString();
  const isSkipped = (id: string) => ofStack.has(id) || resume?.done.has(id) === true;
  for await (const { lookedAt, keys } of tenantKeys(clients.kms, names, isSkipped)) {
    const verdicts: KeyVerdict[] = [];
    for (const key of keys) verdicts.push(await verdictOn(key, prover));
    resume?.add(verdicts);
    add(verdicts);
    count.lookedAt += lookedAt;
    onStep(
      `${count.lookedAt} keys looked at, ${count.read} of tenants, ${open.length} not proved ...`,
    );
  }
  return { ...count, proved: count.read - open.length, since, open };
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

const hashOf = ({ account, resources }: Template): Report['template'] => ({
  sha256: sha256(JSON.stringify([account, resources])),
  of: 'what was read of the deployed stack, as JSON without spaces',
});

/** What the verdicts of keys rest on: the questions as the solver read them, and what it said. */
const runOf = ({ template, solver, theorems }: Report): string =>
  sha256(
    JSON.stringify([
      template.sha256,
      solver,
      theorems.map(({ id, scripts, verdict }) => [id, scripts, verdict]),
    ]),
  );
