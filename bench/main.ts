/**
 * `npm run bench`: sizes and times as ratios of what was measured side by side in this run, so that they
 * mean the same on every machine. Exit code 1 where a target is missed.
 */
import { parseArgs } from 'node:util';
import { measureEncrypt } from './encrypt.ts';
import { type BundleName, type Load, measureLoad } from './load.ts';
import { encryptTable, loadRatio, loadTable, times } from './report.ts';

const loadRounds = 28;
const encryptRounds = 90;

interface Target {
  readonly what: string;
  readonly ratio: number;
  readonly atMost: number;
}

async function main(): Promise<number> {
  parseArgs({ options: {}, allowPositionals: false });
  const loads = await measureLoad({ rounds: loadRounds, onRound: progress('load', loadRounds) });
  const baseline = loadOf(loads, 'baseline');
  console.log(`${loadTable(loads, baseline)}\n`);

  const encrypt = await measureEncrypt({
    rounds: encryptRounds,
    onRound: progress('encrypt', encryptRounds),
  });
  console.log(`${encryptTable(encrypt)}\n`);

  const targets: readonly Target[] = [
    {
      what: 'crypto load against the baseline',
      ratio: loadRatio(loadOf(loads, 'crypto'), baseline),
      atMost: 1.6,
    },
    { what: 'encrypt CPU against the bare Encryption SDK', ratio: encrypt.ratio.median, atMost: 2 },
  ];
  for (const target of targets) console.log(verdict(target));
  return targets.every(isMet) ? 0 : 1;
}

const isMet = ({ ratio, atMost }: Target) => ratio <= atMost;

const verdict = (target: Target) =>
  `${target.what}: ${times(target.ratio)}, target ${target.atMost}x: ${isMet(target) ? 'met' : 'MISSED'}`;

function loadOf(loads: readonly Load[], name: BundleName): Load {
  const load = loads.find((each) => each.name === name);
  if (load === undefined) throw new Error(`${name} was not measured`);
  return load;
}

/** One line that is written over, on a terminal only. */
const progress = (what: string, rounds: number) => (round: number) => {
  if (!process.stderr.isTTY) return;
  const last = round === rounds - 1;
  process.stderr.write(`\r\x1b[2K${last ? '' : `${what}: round ${round + 1} of ${rounds}`}`);
};

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: Error) => {
    process.stderr.write(`bench: ${error.message}\n`);
    process.exitCode = 2;
  },
);
