/** `@tenant-keys/cdk/construct`: the product in an app of somebody else's. */
import { Token } from 'aws-cdk-lib';
import type { IRestApi } from 'aws-cdk-lib/aws-apigateway';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import {
  type Config,
  ConfigError,
  isKeyOfCdk,
  readConfig,
  type TenantKeysConfig,
} from '../lib/config/config.ts';
import { TenantKeys as Product } from '../lib/tenant-keys.ts';

export type { RoleArns } from '../lib/tenant-keys.ts';
export { ConfigError };

/** The configuration, with the defaults that the README lists: `issuer` and `audience`, or `issuers`, have none. */
export type TenantKeysProps = TenantKeysConfig;

export class TenantKeys extends Product {
  /** Of the API and its requests. Nothing can be added to it. */
  readonly api: IRestApi;
  /** that all alarms notify */
  readonly alarmTopic: ITopic;
  /** by their ARNs, for backup plans and metrics */
  readonly tables: Readonly<Record<'tenants' | 'macKeys' | 'audit', ITable>>;
  /** of tables, logs, trail and topic; it encrypts no tenant's data */
  readonly productKey: IKey;

  /** @throws ConfigError with a sentence for each wrong value, as `problems` */
  constructor(scope: Construct, id: string, props: TenantKeysProps) {
    super(scope, id, { config: configOf(props) });
    const { api, alarmTopic, tables, key } = this.references;
    this.api = api;
    this.alarmTopic = alarmTopic;
    this.tables = tables;
    this.productKey = key;
  }
}

function configOf(props: TenantKeysProps): Config {
  const given = { ...props };
  const problems = Object.entries(given).flatMap(([key, value]) => problemOf(key, value));
  if (problems.length > 0) throw new ConfigError(problems);
  return readConfig(given);
}

function problemOf(key: string, value: unknown): string[] {
  // In a CDK context such keys are CDK's own.
  if (isKeyOfCdk(key)) return [`${key} is not a key of the configuration`];
  // Each value is checked, and what policies and environments hold is made of it.
  return isPlain(value, 4)
    ? []
    : [
        `${key} must be known at synthesis: texts, numbers, lists; no token and no construct of CDK`,
      ];
}

/** @param depth of the deepest list in the configuration */
const isPlain = (value: unknown, depth: number): boolean =>
  !Token.isUnresolved(value) &&
  (Object(value) !== value ||
    (depth > 0 && Object.values(value as object).every((one) => isPlain(one, depth - 1))));
