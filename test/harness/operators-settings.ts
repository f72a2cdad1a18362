/** Every setting that an operator may give beside the issuers, none of them the default; made up, since nothing is asked for them. */
const common = {
  apiRequestsPerSecond: 50,
  apiBurstRequests: 20,
  apiGatewayAccount: false,
  webAclArn:
    'arn:aws:wafv2:us-east-1:111122223333:regional/webacl/edge/3b1c1f6e-0000-4000-8000-0123456789ab',
  memoryMegabytes: { crypto: 3008, authorizer: 1024 },
  reservedConcurrency: { 'session-broker': 50, reconciler: 1 },
  subnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
  securityGroupIds: ['sg-0123456789abcdef0'],
  logRetentionDays: 90,
  permissionsBoundaryArn: 'arn:aws:iam::111122223333:policy/platform/boundary',
  alarmTopicArn: 'arn:aws:sns:us-east-1:111122223333:operations',
  tags: { 'cost-center': '1234', team: 'platform security' },
};

/** An API cannot be private and have a public domain, so there are two. */
export const everySetting = {
  'with a domain': {
    ...common,
    domainName: 'keys.example.com',
    certificateArn:
      'arn:aws:acm:us-east-1:111122223333:certificate/3b1c1f6e-0000-4000-8000-0123456789ab',
    hostedZoneId: 'Z0123456789ABC',
    trustStore: 's3://example-trust/clients.pem',
    trustStoreVersion: 'abcDEF_1.2',
  },
  'with private endpoints': {
    ...common,
    vpcEndpointIds: ['vpce-0123456789abcdef0', 'vpce-0123456789abcdef1'],
  },
} as const;
