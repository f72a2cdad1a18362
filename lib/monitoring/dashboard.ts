/**
 * One page for a security officer and an operator: alarms, requests served and refused, latency, use of KMS's
 * quota, and the keys.
 */
import { Duration, Stack } from 'aws-cdk-lib';
import type { Stage } from 'aws-cdk-lib/aws-apigateway';
import {
  type Alarm,
  AlarmStatusWidget,
  LogQueryVisualizationType,
  LogQueryWidget,
  MathExpression,
  Metric,
  Stats,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import {
  type CustomMetricGroup,
  DefaultDashboardFactory,
  GraphWidgetType,
  MonitoringFacade,
} from 'cdk-monitoring-constructs';
import { Construct } from 'constructs';
import type { UnseenKey } from '../../contract/findings.ts';
import { runsARound } from '../../contract/rounds.ts';
import { type Route, routes } from '../../contract/routes.ts';
import { ownNames } from '../config/own-names.ts';
import type { AccessAlarms } from './access-alarms.ts';
import { productMetric } from './metrics.ts';
import type { ReconcilerAlarms } from './reconciler-alarms.ts';
import { revokedKeys } from './revoked-keys.ts';

export interface ProductDashboardProps {
  readonly stage: Stage;
  /** metrics of refused requests */
  readonly access: Pick<AccessAlarms, 'unauthorized' | 'forbidden' | 'throttled'>;
  /** metrics of its findings */
  readonly reconciler: Pick<ReconcilerAlarms, 'findingsToDecide' | 'failedFindings'>;
  readonly reconcilerLogs: ILogGroup;
  readonly reconcileEveryMinutes: number;
  /** of the data plane, where tenants may have keys in other stores */
  readonly revokedKeyLogs: ILogGroup | undefined;
  readonly alarms: readonly Alarm[];
}

const period = Duration.minutes(5);
const stacked = { graphWidgetType: GraphWidgetType.STACKED_AREA };
const percent = { graphWidgetAxis: { min: 0, max: 100, label: '%', showUnits: false } };

export class ProductDashboard extends Construct {
  readonly dashboardName: string | undefined;

  constructor(scope: Construct, id: string, props: ProductDashboardProps) {
    super(scope, id);
    const dashboardFactory = new DefaultDashboardFactory(this, 'Factory', {
      // With the region, since an account has one list of dashboards for all.
      dashboardNamePrefix: `${ownNames(this).name}-${Stack.of(this).region}`,
      detailDashboardRange: Duration.days(1),
    });
    const facade = new MonitoringFacade(this, 'Facade', { dashboardFactory });
    facade.addWidget(alarmStates(props.alarms));
    facade.monitorCustom({ alarmFriendlyName: 'Requests', ...requests(this, props) });
    facade.monitorCustom({ alarmFriendlyName: 'Calls', ...callsOfAws(this) });
    facade.monitorCustom({ alarmFriendlyName: 'Keys', ...keys(this, props) });
    facade.addWidget(nextRotations(props.reconcilerLogs));
    if (props.revokedKeyLogs) facade.addWidget(revokedKeys(props.revokedKeyLogs));
    this.dashboardName = dashboardFactory.dashboard?.dashboardName;
  }
}

const alarmStates = (alarms: readonly Alarm[]) =>
  new AlarmStatusWidget({ title: 'Alarms', alarms: [...alarms], width: 24, height: 5 });

const ofPlane = (scope: Construct, plane: Route['plane']) => {
  const operations = routes.filter((route) => route.plane === plane).map((one) => one.operation);
  return [...new Set(operations)].map((operation) =>
    productMetric(scope, 'Requests', period, { dimensionsMap: { operation } }).with({
      label: operation,
    }),
  );
};

function requests(scope: Construct, { stage, access }: ProductDashboardProps) {
  const latency = (statistic: string) =>
    stage.metricLatency({ statistic, period, label: statistic });
  const metricGroups: CustomMetricGroup[] = [
    { title: 'Data plane, by operation', ...stacked, metrics: ofPlane(scope, 'crypto') },
    {
      title: 'Control plane, certificates and audit, by operation',
      ...stacked,
      metrics: (['tenants', 'certificates', 'audit'] as const).flatMap((plane) =>
        ofPlane(scope, plane),
      ),
    },
    {
      title: 'Refused',
      metrics: [
        access.unauthorized.with({ label: '401, no valid token' }),
        access.forbidden.with({ label: '403, not for this token' }),
        access.throttled.with({ label: '429, too many' }),
        productMetric(scope, 'Refused', period).with({ label: 'by the handlers' }),
      ],
    },
    {
      title: 'Failed',
      metrics: [
        stage.metricServerError({ period, label: '5xx' }),
        productMetric(scope, 'Failed', period).with({ label: 'in the handlers' }),
      ],
    },
    { title: 'Latency', metrics: [latency('p50'), latency('p99')] },
  ];
  return { humanReadableName: 'Requests', metricGroups };
}

/** A line has a count only if it is not 0, hence FILL. */
function hitRatio(
  scope: Construct,
  cache: 'DataKeyCache' | 'RegistryCache',
  label: string,
): MathExpression {
  // Ids of metrics begin with a small letter, and must differ within a widget.
  const id = cache.replace(/^./, (letter) => letter.toLowerCase());
  const [hits, misses] = [`${id}Hits`, `${id}Misses`];
  return new MathExpression({
    expression: `100 * FILL(${hits}, 0) / (FILL(${hits}, 0) + FILL(${misses}, 0))`,
    usingMetrics: {
      [hits]: productMetric(scope, `${cache}Hits`, period),
      [misses]: productMetric(scope, `${cache}Misses`, period),
    },
    label,
    period,
  });
}

/** Of the whole account, since KMS's quota is. Calls are compared with it minute by minute. */
const minute = Duration.minutes(1);
const quotaUse = new MathExpression({
  expression: '100 * calls / SERVICE_QUOTA(calls)',
  usingMetrics: {
    calls: new Metric({
      namespace: 'AWS/Usage',
      metricName: 'CallCount',
      dimensionsMap: {
        Service: 'KMS',
        Type: 'API',
        Resource: 'CryptographicOperationsSymmetric',
        Class: 'None',
      },
      statistic: Stats.SUM,
      period: minute,
    }),
  },
  label: 'symmetric cryptography, whole account',
  period: minute,
});

const callsOfAws = (scope: Construct) => ({
  humanReadableName: 'Calls of AWS',
  metricGroups: [
    {
      title: 'Calls',
      metrics: [
        productMetric(scope, 'KmsCalls', period).with({ label: 'KMS' }),
        productMetric(scope, 'BrokerCalls', period).with({ label: 'session broker' }),
        productMetric(scope, 'StsCalls', period).with({ label: 'STS' }),
        productMetric(scope, 'TableCalls', period).with({ label: 'DynamoDB' }),
        productMetric(scope, 'Throttles', period).with({ label: 'throttled' }),
      ],
    },
    { title: "KMS's quota, used", ...percent, metrics: [quotaUse] },
    {
      title: 'Cache hits',
      ...percent,
      metrics: [
        hitRatio(scope, 'DataKeyCache', 'data keys'),
        hitRatio(scope, 'RegistryCache', 'registry'),
      ],
    },
  ],
});

/** Those that a tenant's key can be in, and what the reconciler says where it does not see the key. */
const keyStates = [
  'Enabled',
  'Disabled',
  'PendingDeletion',
  ...(['missing', 'unreadable', 'elsewhere'] as const satisfies UnseenKey[]),
];

function keys(scope: Construct, { reconciler, reconcileEveryMinutes }: ProductDashboardProps) {
  // Two runs of a round look at all keys.
  const round = Duration.minutes(reconcileEveryMinutes * runsARound(reconcileEveryMinutes));
  const inState = (state: string) =>
    productMetric(scope, 'Keys', round, {
      statistic: Stats.MAXIMUM,
      dimensionsMap: { state },
    });
  return {
    humanReadableName: "Tenants' keys",
    metricGroups: [
      {
        title: 'Keys by state',
        ...stacked,
        metrics: keyStates.map((state) => inState(state).with({ label: state })),
      },
      {
        title: "The reconciler's findings",
        metrics: [
          reconciler.findingsToDecide.with({ label: 'to be decided' }),
          reconciler.failedFindings.with({ label: 'failed' }),
        ],
      },
    ],
  };
}

const nextRotations = ({ logGroupName }: ILogGroup) =>
  new LogQueryWidget({
    title: 'Next rotations',
    logGroupNames: [logGroupName],
    view: LogQueryVisualizationType.TABLE,
    queryLines: [
      'filter message = "next rotations"',
      'sort @timestamp desc',
      'limit 1',
      'fields jsonParse(@message) as line',
      'unnest line.rotations into rotation',
      'display rotation.tenantId, rotation.date',
    ],
    width: 24,
    height: 6,
  });
