/**
 * A Lambda function of the stack: its bundled code, its log group, and a role that the caller makes. `#bundles` is ./bundle.ts, and
 * in the package what it made: `imports` of either package.json says so.
 */

import { Duration, Stack } from 'aws-cdk-lib';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  ApplicationLogLevel,
  Architecture,
  Code,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  SystemLogLevel,
  type TenancyConfig,
} from 'aws-cdk-lib/aws-lambda';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type * as z from 'zod/mini';
import { sources, withBundle } from '#bundles';
import type { stackEnvironment } from '../../contract/environment.ts';
import type { Config } from '../config/config.ts';
import type { FunctionName } from '../config/functions.ts';
import { ownNames } from '../config/own-names.ts';
import { logGroup } from '../storage/log-group.ts';
import { type Network, runIn } from './network.ts';

/** Every environment variable that a function reads, each as text. */
export type EnvironmentOf<S extends z.core.$ZodType> = {
  readonly [K in keyof z.output<S>]: string;
};

export interface BundledFunctionProps {
  readonly config: Pick<Config, 'memoryMegabytes' | 'reservedConcurrency' | 'logRetentionDays'>;
  /** of the file in lambdas/, without `.ts` */
  readonly name: FunctionName;
  readonly description: string;
  readonly role: Role;
  readonly key: IKey;
  readonly timeoutSeconds: number;
  /** where the configuration has no other */
  readonly memoryMegabytes: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly tenancyConfig?: TenancyConfig;
  /** absent: none of the operator's */
  readonly network?: Network | undefined;
}

export class BundledFunction extends Construct {
  /** of the file in lambdas/, without `.ts` */
  readonly name: string;
  readonly function: LambdaFunction;
  readonly logs: LogGroup;
  readonly role: Role;

  constructor(scope: Construct, id: string, props: BundledFunctionProps) {
    super(scope, id);
    this.name = props.name;
    this.logs = logGroup(this, 'Logs', props.key, props.config.logRetentionDays);
    this.role = props.role;
    // Instead of AWS's managed policy, which lets a function write into every log group.
    props.role.addToPrincipalPolicy(
      new PolicyStatement({
        sid: 'WriteOwnLogs',
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [this.logs.logGroupArn],
      }),
    );
    this.function = this.bundled(props, this.logs);
    if (props.network !== undefined) runIn(props.network, this.function, props.role);
  }

  /** The folder can go afterwards: CDK has copied it into its assembly. */
  private bundled(props: BundledFunctionProps, logs: LogGroup): LambdaFunction {
    // `cdk list` and `cdk destroy` need no code: they want no stack bundled.
    if (!Stack.of(this).bundlingRequired) return this.lambda(props, logs, sources);
    return withBundle(props.name, (folder) => this.lambda(props, logs, folder));
  }

  private lambda(props: BundledFunctionProps, logs: LogGroup, folder: string): LambdaFunction {
    const { memoryMegabytes, reservedConcurrency } = props.config;
    const reserved = reservedConcurrency[props.name];
    const ofStack: EnvironmentOf<typeof stackEnvironment> = {
      TENANT_KEYS_NAME: ownNames(this).name,
    };
    // Without X-Ray: it needs a permission on `*` in each role, and keeps each request's path.
    return new LambdaFunction(this, 'Function', {
      description: props.description,
      code: Code.fromAsset(folder),
      handler: `${props.name}.handler`,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      role: props.role,
      timeout: Duration.seconds(props.timeoutSeconds),
      memorySize: memoryMegabytes[props.name] ?? props.memoryMegabytes,
      environment: { ...props.environment, ...ofStack },
      logGroup: logs,
      loggingFormat: LoggingFormat.JSON,
      applicationLogLevelV2: ApplicationLogLevel.INFO,
      systemLogLevelV2: SystemLogLevel.WARN,
      ...(reserved !== undefined && { reservedConcurrentExecutions: reserved }),
      ...(props.tenancyConfig && { tenancyConfig: props.tenancyConfig }),
    });
  }
}
