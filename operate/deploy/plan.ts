/** What the looks before a deployment find out one from the other. */
import { APIGateway } from '@aws-sdk/client-api-gateway';
import { CloudFormation } from '@aws-sdk/client-cloudformation';
import { CloudTrail } from '@aws-sdk/client-cloudtrail';
import { CloudWatch } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs';
import { IAM } from '@aws-sdk/client-iam';
import { KMS } from '@aws-sdk/client-kms';
import { Lambda } from '@aws-sdk/client-lambda';
import { ServiceQuotas } from '@aws-sdk/client-service-quotas';
import { SSM } from '@aws-sdk/client-ssm';
import { STS } from '@aws-sdk/client-sts';
import { clientOptions } from '../aws-clients.ts';
import type { DeployedStack } from '../deployed-stack.ts';
import type { DeployArguments } from './arguments.ts';
import type { Assembly } from './assembly.ts';

export interface DeployPlan {
  readonly given: DeployArguments;
  readonly env: NodeJS.ProcessEnv;
  readonly clients: DeployClients;
  /** writes the assembly, or says where it is; @throws StepFailure */
  readonly synthesize: () => Promise<string>;
  assembly?: Assembly;
  account?: string;
  region?: string;
  /** undefined where it is to be made */
  stack?: DeployedStack | undefined;
}

export type DeployClients = ReturnType<typeof deployClients>;

/** Invariant: before the question, only reads are sent. */
export function deployClients(env: NodeJS.ProcessEnv) {
  const options = clientOptions(env);
  return {
    apigateway: new APIGateway(options),
    cloudformation: new CloudFormation(options),
    cloudtrail: new CloudTrail(options),
    cloudwatch: new CloudWatch(options),
    iam: new IAM(options),
    kms: new KMS(options),
    lambda: new Lambda(options),
    logs: new CloudWatchLogs(options),
    quotas: new ServiceQuotas(options),
    ssm: new SSM(options),
    sts: new STS(options),
  };
}

/** Of steps that need the step `template`. */
export const assemblyOf = ({ assembly }: DeployPlan): Assembly => assembly as Assembly;
