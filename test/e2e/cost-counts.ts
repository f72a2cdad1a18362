/** Counts for the cost of a stack that need no stack over HTTP: the reconciler, the canary, the template. */
import { dueShares, runsARound } from '../../contract/rounds.ts';
import { probes } from '../../lambdas/canary/probes.ts';
import { probesAt } from '../../lambdas/canary/rotation.ts';
import type { Coefficients } from '../../operate/cost/coefficients.ts';
import { resourcesOf, synthesizedTemplate } from '../harness/synthesized.ts';
import { synthesizedTemplate as synthesizedDocument } from '../isolation/template.ts';
import { openCanary } from '../lambdas/canary/harness.ts';
import { openReconcilerHarness } from '../lambdas/reconciler/harness.ts';

const everyMinutes = 15;
const runsADay = (24 * 60) / everyMinutes;
const momentOf = (run: number) => run * everyMinutes * 60_000;

export async function countReconciler(): Promise<Omit<Coefficients['reconciler'], 'eventBytes'>> {
  const harness = await openReconcilerHarness();
  /** @returns calls of KMS and scans of a run */
  const run = async (isThorough: boolean) => {
    harness.calls.length = 0;
    const { summary } = await harness.reconcile({ isThorough });
    const scans = harness.calls.filter(({ operation }) => operation === 'Scan').length;
    return { kms: Object.values(summary.calls).reduce((a, b) => a + b, 0), scans };
  };
  const tenants = 10;
  try {
    const [glance, thorough] = [await run(false), await run(true)];
    for (let n = 0; n < tenants; n += 1) await harness.makeTenant();
    const days = Array.from({ length: runsADay }, (_, at) => dueShares(momentOf(at), everyMinutes));
    return {
      glanceCalls: ((await run(false)).kms - glance.kms) / tenants,
      thoroughCalls: ((await run(true)).kms - thorough.kms) / tenants,
      glanceScans: glance.scans,
      thoroughScans: thorough.scans,
      thoroughRunsADay: days.filter((due) => due.includes(0)).length,
    };
  } finally {
    await harness.close();
  }
}

/** All runs of a round: a day has as many of each as it has rounds. */
export async function countCanaryDay(): Promise<Coefficients['canaryDay']> {
  const harness = await openCanary(await synthesizedDocument());
  try {
    const round = runsARound(everyMinutes);
    for (let at = 0; at < round; at += 1) {
      const { opened, broken, unknown } = await harness.run(
        probesAt(momentOf(at), everyMinutes, probes),
      );
      if (opened.length + broken.length + unknown.length > 0) throw new Error(`run ${at} failed`);
    }
    const callsOf = (service: string) =>
      (harness.calls.filter((call) => call.service === service).length * runsADay) / round;
    return {
      kmsCalls: callsOf('kms'),
      stsCalls: callsOf('sts'),
      tableCalls: callsOf('dynamodb'),
    };
  } finally {
    await harness.close();
  }
}

interface AlarmProperties {
  readonly Metrics?: readonly { readonly MetricStat?: unknown }[];
}

export async function countTemplate(): Promise<
  Omit<Coefficients['template'], 'lineMetrics' | 'operationMetrics'>
> {
  const template = await synthesizedTemplate();
  const propertiesOf = (type: string) =>
    resourcesOf(template, type).map(([, { Properties }]) => Properties);
  const keys = resourcesOf(template, 'AWS::KMS::Key').map(([id]) => id);
  const canaryKeys = keys.filter((id) => id.startsWith('CanaryKeys')).length;
  const metricsOf = ({ Metrics }: AlarmProperties) =>
    Metrics?.filter(({ MetricStat }) => MetricStat !== undefined).length ?? 1;
  const filters = propertiesOf('AWS::Logs::MetricFilter').map(
    ({ MetricTransformations: [{ MetricName }] }) => MetricName,
  );
  const memory: readonly number[] = propertiesOf('AWS::Lambda::Function').map(
    ({ MemorySize }) => MemorySize,
  );
  return {
    keys: keys.length - canaryKeys,
    canaryKeys,
    alarmMetrics: propertiesOf('AWS::CloudWatch::Alarm').reduce(
      (sum, one) => sum + metricsOf(one),
      0,
    ),
    filterMetrics: new Set(filters).size,
    dashboards: propertiesOf('AWS::CloudWatch::Dashboard').length,
    cryptoMegabytes: Math.max(...memory),
    otherMegabytes: Math.min(...memory),
  };
}
